/// Register in which the writes of a class of actors, its authorities, beat those of others that
/// were concurrent; but who has seen an authority's write may overwrite it. (authority.hpp is the
/// strict rule: there nobody else may.) An assignment takes back those that its writer had
/// observed; of those that live, which are concurrent, an authority's is read before all others,
/// and in each class the one with the greatest stamp. Who is an authority the schema or the
/// operation says (authority_class.hpp).
/// State: the live assignments; no ties, for stamps are totally ordered. Memory: one T and 72
/// bytes, and more while concurrent values live. Cost of an effect: O(1) expected per dot; of a
/// read, O(live). On the wire: as authority.hpp, with observed dots beside.
/// Source: multi-value register, Shapiro et al., INRIA RR-7506 (2011), Spec. 10, read by rank.
#ifndef WEFT_MERGE_CONCURRENT_AUTHORITY_HPP
#define WEFT_MERGE_CONCURRENT_AUTHORITY_HPP

#include <weft/merge/authority_class.hpp>
#include <weft/merge/concurrent_values.hpp>

namespace weft {

template <class T, class Class>
class concurrent_authority {
    static_assert(codable<T>,
                  "weft: concurrent_authority<T, Class> needs weft::codec<T>; "
                  "specialise it for your type");

    using ranks = authority_class<Class>;

    struct ranked_value {
        T value{};
        bool by_authority = false;

        void encode(byte_writer& out) const {
            out.u8(by_authority ? 1 : 0);
            codec<T>::encode(out, value);
        }

        friend bool operator==(const ranked_value& a, const ranked_value& b) {
            return a.by_authority == b.by_authority && value_same(a.value, b.value);
        }
    };

    using version = typename concurrent_values<ranked_value>::version;

public:
    using value_type = T;
    using authorities = Class;
    using effect = typename ranks::template effect<T>;
    using editor = authority_editor<concurrent_authority>;
    static constexpr std::string_view policy_name = "concurrent_authority";
    static constexpr std::uint32_t wire_kind =
        wire_kind_with<T>(ranks::policy_number, std::uint64_t{Class::number} * 2 + 1);
    static constexpr bool undoable = true;
    static constexpr bool overwrites = true;  ///< map_inner.hpp
    static constexpr bool absolute = false;

    /// No value; reads as T{}.
    concurrent_authority() = default;

    /// A detached register, as a member of a record before its insert.
    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, concurrent_authority> &&
                 std::convertible_to<U&&, T>)

    concurrent_authority(U&& value) : held_(ranked_value{std::forward<U>(value), false}) {}

    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, concurrent_authority> &&
                 std::convertible_to<U&&, T>)

    concurrent_authority& operator=(U&& value) {
        return *this = concurrent_authority(std::forward<U>(value));
    }

    /// The value that wins; T{} before the first. O(live values).
    [[nodiscard]] const T& value() const {
        const version* const best = winner();
        if (best == nullptr) {
            static const T none{};
            return none;
        }
        return best->content.value;
    }

    [[nodiscard]] operator const T&() const { return value(); }

    [[nodiscard]] const T& operator*() const { return value(); }

    [[nodiscard]] const T* operator->() const { return &value(); }

    /// Whether an authority wrote what is read.
    [[nodiscard]] bool by_authority() const {
        const version* const best = winner();
        return best != nullptr && best->content.by_authority;
    }

    [[nodiscard]] std::size_t size() const noexcept { return held_.size(); }

    [[nodiscard]] bool conflicted() const noexcept { return held_.size() > 1; }

    /// An assignment has seen all that is held.
    [[nodiscard]] static bool yields_to(const effect& /*pending*/) noexcept { return true; }

    /// Assigns, not as an authority where that must be claimed.
    void replace(const concurrent_authority& wanted, effect& out) const {
        out = effect{};
        out.assign(wanted.value());
    }

    /// Names the live assignments.
    void observe(effect& out, observed_list& dots) const {
        if (out.assigned) {
            held_.observe(dots);
        }
    }

    /// For standing.hpp: the assignment that wins.
    void standing(observed_list& dots) const { held_.name_last_by(loses, dots); }

    /// After an undo (hindsight.hpp): the live assignments that the writer had seen.
    void recall(effect& /*sent*/, const hindsight& past, observed_list& dots) const {
        held_.recall(past, dots);
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t /*observed*/) {
        return effect::decode(in);
    }

    /// True: value() or by_authority() changed, or may have where values are concurrent. Reports
    /// each assignment that stays beside this one.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        const bool ranked = ranks::template wrote<T>(sent, at);
        const bool same = held_.size() <= 1 && held_.all_observed(dots) &&
                          by_authority() == ranked && value_same(value(), sent.value);
        held_.write(dots, at, {std::move(sent.value), ranked});
        if constexpr (!std::same_as<Report, null_report>) {
            const version& own = *held_.find(at.id);
            held_.each_beside(at.id.operation, [&](const local_event& other, const version& each) {
                const bool wins = loses(each, own);
                report.decided(each.content.by_authority == ranked ? reason::later_stamp
                                                                   : reason::authority_won,
                               wins ? at.id.operation : other.operation,
                               wins ? other.operation : at.id.operation);
            });
        }
        return !same;
    }

    /// Per live assignment, by actor: its dot, timestamp, size, 1 if an authority's, the value.
    void write_state(byte_writer& out, const actor_order& actors) const {
        held_.write_state(out, actors);
    }

    [[nodiscard]] bool pristine() const noexcept { return held_.pristine(); }

    /// Values and events; of use within one replica only.
    friend bool operator==(const concurrent_authority&, const concurrent_authority&) = default;
    /// Compares what is read. (Self keeps the constraint from being asked about other types.)
    template <std::same_as<concurrent_authority> Self, class U>
        requires(!std::same_as<U, Self> && requires(const T& t, const U& u) {
            { t == u } -> std::convertible_to<bool>;
        })

    friend bool operator==(const Self& a, const U& b) { return a.value() == b; }

private:
    [[nodiscard]] static bool loses(const version& a, const version& b) noexcept {
        return a.content.by_authority != b.content.by_authority ? b.content.by_authority
                                                                : a.before(b);
    }

    [[nodiscard]] const version* winner() const { return held_.last_by(loses); }

    concurrent_values<ranked_value> held_;
};

}  // namespace weft

#endif
