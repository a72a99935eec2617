/// What max and min share: a register in which the value at one end of T's total order wins
/// (codec<T>::less; for floating point -0 < 0, and NaN is greater than all). Before the first
/// write it reads as T{}, which is not in the running.
/// Lattice: T's total order. Tie-break: of writes of one value the earliest stamp is remembered,
/// so that the state tells who got there first. Memory: one T and 16 bytes. Cost of an effect:
/// O(1) comparisons. On the wire: the value's encoding.
#ifndef WEFT_MERGE_EXTREMUM_HPP
#define WEFT_MERGE_EXTREMUM_HPP

#include <weft/merge/assignment.hpp>
#include <weft/merge/state_bytes.hpp>

namespace weft {

template <class T, class End>
class extremum {
    static_assert(codable<T> || !End::greatest,
                  "weft: max<T> needs weft::codec<T>; specialise it for your type");
    static_assert(codable<T> || End::greatest,
                  "weft: min<T> needs weft::codec<T>; specialise it for your type");

public:
    using value_type = T;
    using effect = assignment<T>;
    static constexpr std::string_view policy_name = End::policy_name;
    static constexpr std::uint32_t wire_kind = wire_kind_of<T>(End::number);

    /// Holds T{}, without a stamp. (An insert writes it.)
    extremum() = default;

    /// A detached register, as a member of a record before its insert.
    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, extremum> && std::convertible_to<U&&, T>)

    extremum(U&& value) : value_(std::forward<U>(value)) {}

    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, extremum> && std::convertible_to<U&&, T>)

    extremum& operator=(U&& value) { return *this = extremum(std::forward<U>(value)); }

    [[nodiscard]] const T& value() const noexcept { return value_; }

    [[nodiscard]] operator const T&() const noexcept { return value_; }

    [[nodiscard]] const T& operator*() const noexcept { return value_; }

    [[nodiscard]] const T* operator->() const noexcept { return &value_; }

    /// The earliest write of the winning value; none before the first write.
    [[nodiscard]] const stamp& written() const noexcept { return stamp_; }

    /// Puts values in the running within a transaction; sees the winner so far.
    class editor {
    public:
        editor(const extremum& held, effect& pending) noexcept : held_(&held), pending_(&pending) {}

        void set(T value) {
            if (!pending_->assigned || beats(value, pending_->value)) {
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

        [[nodiscard]] const T& value() const {
            const bool ahead =
                pending_->assigned && (held_->pristine() || beats(pending_->value, held_->value_));
            return ahead ? pending_->value : held_->value_;
        }

        [[nodiscard]] operator const T&() const { return value(); }

    private:
        const extremum* held_;
        effect* pending_;
    };

    /// Puts the wanted value in the running; what was written before can't be taken back.
    void replace(const extremum& wanted, effect& out) const { out.assign(wanted.value_); }

    void observe(effect& /*out*/, observed_list& /*dots*/) const noexcept {}

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        return effect::decode_alone(in, observed);
    }

    /// True: value() changed.
    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& at, Report& report) {
        if (!wins(sent, at, report)) {
            return false;
        }
        const bool changed = !value_same(value_, sent.value);
        value_ = std::move(sent.value);
        stamp_ = at.stamp();
        return changed;
    }

    /// For standing.hpp.
    template <class Report>
    void weigh(const effect& sent, observed_span /*dots*/, const event& at, Report& report) const {
        static_cast<void>(wins(sent, at, report));
    }

    void write_state(byte_writer& out, const actor_order& actors) const {
        if (!pristine()) {
            write_stamp(out, stamp_, actors);
            codec<T>::encode(out, value_);
        }
    }

    [[nodiscard]] bool pristine() const noexcept { return stamp_.none(); }

    /// Value and stamp; of use within one replica only. Compare value() to compare what is read.
    friend bool operator==(const extremum& a, const extremum& b) {
        return a.stamp_ == b.stamp_ && value_same(a.value_, b.value_);
    }
    /// Compares what is read. (Self keeps the constraint from being asked about other types.)
    template <std::same_as<extremum> Self, class U>
        requires(!std::same_as<U, Self> && requires(const T& t, const U& u) {
            { t == u } -> std::convertible_to<bool>;
        })

    friend bool operator==(const Self& a, const U& b) { return a.value_ == b; }

private:
    [[nodiscard]] static bool beats(const T& a, const T& b) {
        return End::greatest ? value_less(b, a) : value_less(a, b);
    }

    /// Whether an assignment takes the place of the one that stands; reports it if there is one.
    template <class Report>
    [[nodiscard]] bool wins(const effect& sent, const event& at, Report& report) const {
        const local_dot before = stamp_.operation;
        const bool first = stamp_.none();
        const bool beats_held = !first && beats(sent.value, value_);
        const bool ties = !first && !beats_held && !beats(value_, sent.value);
        const bool takes =
            first || beats_held || (ties && stamp::before(at.stamp(), stamp_, at.actors));
        if (!first && before != at.id.operation) {
            report.decided(ties ? reason::earlier_stamp : End::why,
                           takes ? at.id.operation : before, takes ? before : at.id.operation);
        }
        return takes;
    }

    T value_{};
    stamp stamp_{};
};

}  // namespace weft

#endif
