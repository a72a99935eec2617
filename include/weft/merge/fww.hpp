/// Register in which the write with the smallest stamp wins: who came first stays. A re-insert of
/// the record does not change it either.
/// Lattice: totally ordered by stamp, downwards, so there are no ties. A causally later write
/// always loses. Memory: one T and 16 bytes. Cost of an effect: O(1) and one move of T. On the
/// wire: the value's encoding.
/// Source: the mirror of the last-writer-wins register, Johnson and Thomas, RFC 677 (1975).
#ifndef WEFT_MERGE_FWW_HPP
#define WEFT_MERGE_FWW_HPP

#include <weft/merge/assignment.hpp>
#include <weft/merge/state_bytes.hpp>

namespace weft {

template <class T>
class fww {
    static_assert(codable<T>, "weft: fww<T> needs weft::codec<T>; specialise it for your type");

public:
    using value_type = T;
    using effect = assignment<T>;
    static constexpr std::string_view policy_name = "fww";
    static constexpr std::uint32_t wire_kind = wire_kind_of<T>(2);

    /// Holds T{}, without a stamp.
    fww() = default;

    /// A detached register, as a member of a record before its insert.
    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, fww> && std::convertible_to<U&&, T>)

    fww(U&& value) : value_(std::forward<U>(value)) {}

    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, fww> && std::convertible_to<U&&, T>)

    fww& operator=(U&& value) { return *this = fww(std::forward<U>(value)); }

    [[nodiscard]] const T& value() const noexcept { return value_; }

    [[nodiscard]] operator const T&() const noexcept { return value_; }

    [[nodiscard]] const T& operator*() const noexcept { return value_; }

    [[nodiscard]] const T* operator->() const noexcept { return &value_; }

    /// The write that won; none before the first.
    [[nodiscard]] const stamp& written() const noexcept { return stamp_; }

    /// Assigns within a transaction. The first assignment is the one that is sent; what was
    /// written before stays visible.
    class editor {
    public:
        editor(const fww& held, effect& pending) noexcept : held_(&held), pending_(&pending) {}

        void set(T value) {
            if (!pending_->assigned) {
                pending_->assign(std::move(value));
            }
        }

        editor(const editor&) = default;

        /// Assigns what the other register reads.
        editor& operator=(const editor& other) {
            set(other.value());
            return *this;
        }

        editor& operator=(T value) {
            set(std::move(value));
            return *this;
        }

        [[nodiscard]] const T& value() const noexcept {
            return held_->pristine() && pending_->assigned ? pending_->value : held_->value_;
        }

        [[nodiscard]] operator const T&() const noexcept { return value(); }

    private:
        const fww* held_;
        effect* pending_;
    };

    /// Assigns; without success if anything was written before.
    void replace(const fww& wanted, effect& out) const { out.assign(wanted.value_); }

    void observe(effect& /*out*/, observed_list& /*dots*/) const noexcept {}

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        return effect::decode_alone(in, observed);
    }

    /// True: value() changed.
    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& at, Report& report) {
        if (!wins(at, report)) {
            return false;
        }
        const bool changed = !value_same(value_, sent.value);
        value_ = std::move(sent.value);
        stamp_ = at.stamp();
        return changed;
    }

    /// For standing.hpp.
    template <class Report>
    void
    weigh(const effect& /*sent*/, observed_span /*dots*/, const event& at, Report& report) const {
        static_cast<void>(wins(at, report));
    }

    void write_state(byte_writer& out, const actor_order& actors) const {
        if (!pristine()) {
            write_stamp(out, stamp_, actors);
            codec<T>::encode(out, value_);
        }
    }

    [[nodiscard]] bool pristine() const noexcept { return stamp_.none(); }

    /// Value and stamp; of use within one replica only. Compare value() to compare what is read.
    friend bool operator==(const fww& a, const fww& b) {
        return a.stamp_ == b.stamp_ && value_same(a.value_, b.value_);
    }
    /// Compares what is read. (Self keeps the constraint from being asked about other types.)
    template <std::same_as<fww> Self, class U>
        requires(!std::same_as<U, Self> && requires(const T& t, const U& u) {
            { t == u } -> std::convertible_to<bool>;
        })

    friend bool operator==(const Self& a, const U& b) { return a.value_ == b; }

private:
    /// Whether an assignment takes the place of the one that stands; reports it if there is one.
    template <class Report>
    [[nodiscard]] bool wins(const event& at, Report& report) const {
        const local_dot before = stamp_.operation;
        const bool earlier = stamp_.none() || stamp::before(at.stamp(), stamp_, at.actors);
        if (before.sequence != 0 && before != at.id.operation) {
            report.decided(reason::earlier_stamp, earlier ? at.id.operation : before,
                           earlier ? before : at.id.operation);
        }
        return earlier;
    }

    T value_{};
    stamp stamp_{};
};

}  // namespace weft

#endif
