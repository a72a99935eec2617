/// Register in which the writes of a class of actors, its authorities, beat those of all others:
/// an authority's write stays whatever others write concurrently, later, or even after they have
/// seen it. Among authorities the greatest stamp wins, and so it does among the others as long as
/// no authority wrote. Who is one the schema or the operation says (authority_class.hpp).
/// (concurrent_authority.hpp is the milder rule: who has seen an authority's write may change it.)
///
///     weft::authority<std::int64_t, servers> price;        // the schema names the authorities
///     weft::authority<std::int64_t, weft::claimed> stock;  // t[&Item::stock].as_authority() = 3;
///
/// Lattice: totally ordered by (authority or not, stamp), so there are no ties. Memory: one T and
/// 24 bytes. Cost of an effect: O(1), a look at the class, and one move of T. On the wire: the
/// value's encoding; where it is claimed, a byte before it.
/// Source: lww.hpp's, with the order of the stamps refined; server-authoritative fields are common
/// practice (Bernier, Latency Compensating Methods, GDC 2001).
#ifndef WEFT_MERGE_AUTHORITY_HPP
#define WEFT_MERGE_AUTHORITY_HPP

#include <weft/merge/authority_class.hpp>
#include <weft/merge/state_bytes.hpp>

namespace weft {

template <class T, class Class>
class authority {
    static_assert(codable<T>,
                  "weft: authority<T, Class> needs weft::codec<T>; specialise it for your type");

    using ranks = authority_class<Class>;

public:
    using value_type = T;
    using authorities = Class;
    using effect = typename ranks::template effect<T>;
    using editor = authority_editor<authority>;
    static constexpr std::string_view policy_name = "authority";
    static constexpr std::uint32_t wire_kind =
        wire_kind_with<T>(ranks::policy_number, std::uint64_t{Class::number} * 2);
    static constexpr bool undoable = true;
    /// Nobody else overwrites what an authority wrote.
    static constexpr bool absolute = true;

    /// Holds T{}, without a stamp.
    authority() = default;

    /// A detached register, as a member of a record before its insert.
    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, authority> && std::convertible_to<U&&, T>)

    authority(U&& value) : value_(std::forward<U>(value)) {}

    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, authority> && std::convertible_to<U&&, T>)

    authority& operator=(U&& value) { return *this = authority(std::forward<U>(value)); }

    [[nodiscard]] const T& value() const noexcept { return value_; }

    [[nodiscard]] operator const T&() const noexcept { return value_; }

    [[nodiscard]] const T& operator*() const noexcept { return value_; }

    [[nodiscard]] const T* operator->() const noexcept { return &value_; }

    /// The write that won; none before the first.
    [[nodiscard]] const stamp& written() const noexcept { return stamp_; }

    /// Whether an authority wrote what is read.
    [[nodiscard]] bool by_authority() const noexcept { return by_authority_; }

    /// Whether the assignment would be read, as far as it says itself.
    [[nodiscard]] bool yields_to(const effect& pending) const noexcept {
        if constexpr (ranks::by_claim) {
            return pending.by_authority || !by_authority_;
        } else {
            return true;
        }
    }

    /// Assigns, not as an authority where that must be claimed.
    void replace(const authority& wanted, effect& out) const {
        out = effect{};
        out.assign(wanted.value_);
    }

    void observe(effect& /*out*/, observed_list& /*dots*/) const noexcept {}

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    /// Errors: those of the effect; not_canonical for dots.
    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        if (observed != 0) {
            return {errc::not_canonical, in.offset()};
        }
        return effect::decode(in);
    }

    /// True: value() or by_authority() changed.
    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& at, Report& report) {
        const bool ranked = ranks::template wrote<T>(sent, at);
        if (!wins(ranked, at, report)) {
            return false;
        }
        const bool changed = ranked != by_authority_ || !value_same(value_, sent.value);
        value_ = std::move(sent.value);
        stamp_ = at.stamp();
        by_authority_ = ranked;
        return changed;
    }

    /// For standing.hpp.
    template <class Report>
    void weigh(const effect& sent, observed_span /*dots*/, const event& at, Report& report) const {
        static_cast<void>(wins(ranks::template wrote<T>(sent, at), at, report));
    }

    /// The stamp, 1 if an authority wrote, and the value.
    void write_state(byte_writer& out, const actor_order& actors) const {
        if (!pristine()) {
            write_stamp(out, stamp_, actors);
            out.u8(by_authority_ ? 1 : 0);
            codec<T>::encode(out, value_);
        }
    }

    [[nodiscard]] bool pristine() const noexcept { return stamp_.none(); }

    /// Value and stamp; of use within one replica only. Compare value() to compare what is read.
    friend bool operator==(const authority& a, const authority& b) {
        return a.stamp_ == b.stamp_ && a.by_authority_ == b.by_authority_ &&
               value_same(a.value_, b.value_);
    }
    /// Compares what is read. (Self keeps the constraint from being asked about other types.)
    template <std::same_as<authority> Self, class U>
        requires(!std::same_as<U, Self> && requires(const T& t, const U& u) {
            { t == u } -> std::convertible_to<bool>;
        })

    friend bool operator==(const Self& a, const U& b) { return a.value_ == b; }

private:
    /// Whether an assignment takes the place of the one that stands; reports it if there is one.
    template <class Report>
    [[nodiscard]] bool wins(bool ranked, const event& at, Report& report) const {
        const local_dot before = stamp_.operation;
        const bool level = stamp_.none() || ranked == by_authority_;
        const bool takes = level ? at.later_than(stamp_) : ranked;
        if (before.sequence != 0 && before != at.id.operation) {
            report.decided(level ? reason::later_stamp : reason::authority_won,
                           takes ? at.id.operation : before, takes ? before : at.id.operation);
        }
        return takes;
    }

    T value_{};
    stamp stamp_{};
    bool by_authority_ = false;
};

}  // namespace weft

#endif
