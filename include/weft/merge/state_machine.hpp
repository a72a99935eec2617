/// Field that goes through states: a table says which state may follow which, and a transition that
/// it does not have is refused where it is written.
///
///     struct workflow {
///         static constexpr std::uint32_t number = 1;
///         static constexpr stage initial = stage::draft;
///         static constexpr weft::transition<stage> table[] = {
///             {stage::draft, stage::review}, {stage::review, stage::done}};
///     };
///     weft::state_machine<stage, workflow> where;
///
/// The number stands for the table on the wire: another table, another number.
///
/// A transition names the state that its writer saw and the next one, and takes back the
/// transitions that its writer had observed; those that live are concurrent. Of these a valid one
/// beats all that are not; of several valid ones the one with the greatest stamp wins; if none is
/// valid the state is what the writer of the latest saw: they keep the base. An insert or
/// re-insert starts in any state, which is always valid. The editor sends no transition that is not
/// valid; those come from peers that have another table under the same number, or that lie.
/// Memory: the live transitions, 72 bytes for one. Cost of an effect: O(1) expected per dot; of a
/// read, O(live). On the wire: a varint, 0 for a start and else 1 + the size of the encoding of the
/// state that was seen, that state, and the next one. One transition is one effect: within a
/// transaction a second one replaces the first, and starts where that did.
/// Source: none known for the rule; dot stores as in live_events.hpp.
#ifndef WEFT_MERGE_STATE_MACHINE_HPP
#define WEFT_MERGE_STATE_MACHINE_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/merge/concurrent_values.hpp>
#include <weft/merge/wire_kind.hpp>

#include <type_traits>

namespace weft {

/// One row of a machine's table.
template <class Enum>
struct transition {
    Enum from{};
    Enum to{};

    friend constexpr bool operator==(const transition&, const transition&) = default;
};

/// What a machine's effect says; a start has no state that was seen.
template <class Enum>
struct machine_step {
    transition<Enum> move{};
    bool starts = false;
    bool staged = false;

    [[nodiscard]] bool empty() const noexcept { return !staged; }

    void encode(byte_writer& out) const {
        if (starts) {
            out.varint(0);
        } else {
            byte_buffer seen;
            byte_writer from(seen);
            codec<Enum>::encode(from, move.from);
            out.varint(seen.size() + 1);
            out.append(seen);
        }
        codec<Enum>::encode(out, move.to);
    }

    /// Reads all that is left. On an error `in` is unchanged.
    [[nodiscard]] static result<machine_step> decode(byte_reader& in) {
        byte_reader next = in;
        const result<std::uint64_t> mark = next.varint();
        if (!mark) {
            return mark.error();
        }
        machine_step read{{}, *mark == 0, true};
        if (!read.starts) {
            const std::size_t at = next.offset();
            const result<byte_span> bytes = next.bytes(*mark - 1);
            if (!bytes) {
                return bytes.error();
            }
            const result<Enum> from = codec<Enum>::decode(*bytes);
            if (!from) {
                return from.error().shifted(at);
            }
            read.move.from = *from;
        }
        const result<Enum> to = decode_rest<Enum>(next);
        if (!to) {
            return to.error();
        }
        read.move.to = *to;
        in = next;
        return read;
    }

    friend bool operator==(const machine_step&, const machine_step&) = default;
};

template <class Enum, class Machine>
class state_machine {
    static_assert(std::is_enum_v<Enum> && codable<Enum>,
                  "weft: state_machine<Enum, Machine> goes through the values of an enumeration");
    static_assert(
        requires {
            { Machine::number } -> std::convertible_to<std::uint32_t>;
            { Machine::initial } -> std::convertible_to<Enum>;
            { Machine::table[0] } -> std::convertible_to<transition<Enum>>;
        },
        "weft: state_machine<Enum, Machine> needs a number, an initial state and a table in "
        "Machine");

    using step = machine_step<Enum>;

public:
    using value_type = Enum;
    using effect = step;
    static constexpr std::string_view policy_name = "state_machine";
    static constexpr std::uint32_t wire_kind = wire_kind_with<Enum>(15, Machine::number);
    static constexpr bool undoable = true;
    static constexpr bool overwrites = true;  ///< map_inner.hpp

    /// Whether the table has the transition. Staying is one like any other. O(rows).
    [[nodiscard]] static constexpr bool allows(Enum from, Enum to) noexcept {
        for (const transition<Enum>& row : Machine::table) {
            if (row.from == from && row.to == to) {
                return true;
            }
        }
        return false;
    }

    /// In the machine's initial state.
    state_machine() = default;

    /// A detached field, as a member of a record before its insert: in any state.
    state_machine(Enum start) : held_(step{{start, start}, true, true}) {}

    state_machine& operator=(Enum start) { return *this = state_machine(start); }

    /// The state; O(live transitions).
    [[nodiscard]] Enum value() const {
        const auto* const last = held_.last_by(loses);
        if (last == nullptr) {
            return Machine::initial;
        }
        return is_valid(*last) ? last->content.move.to : last->content.move.from;
    }

    [[nodiscard]] operator Enum() const { return value(); }

    /// Whether a transition to that state would be accepted now.
    [[nodiscard]] bool can(Enum next) const { return allows(value(), next); }

    /// How many transitions live: none before the first, more than one when concurrent.
    [[nodiscard]] std::size_t size() const noexcept { return held_.size(); }

    [[nodiscard]] bool conflicted() const noexcept { return held_.size() > 1; }

    /// Moves on within a transaction; sees where it moved.
    class editor {
    public:
        editor(const state_machine& held, effect& pending) noexcept
            : held_(&held), pending_(&pending) {}

        editor(const editor&) = default;
        editor& operator=(const editor&) = delete;  // a machine is not assigned

        /// Moves to the state if the table allows it from where the transaction began, or from
        /// where it inserts the record. False: refused, and nothing was staged. To stay is not
        /// refused, and stages nothing unless the table has it; it takes an earlier move of the
        /// transaction back.
        [[nodiscard]] bool to(Enum next) {
            const bool starts = pending_->staged && pending_->starts;
            const Enum from = starts ? pending_->move.to : held_->value();
            if (allows(from, next)) {
                *pending_ = step{{starts ? next : from, next}, starts, true};
                return true;
            }
            if (next == from && !starts) {
                *pending_ = step{};
            }
            return next == from;
        }

        /// Whether to(next) would be true.
        [[nodiscard]] bool can(Enum next) const {
            const Enum from =
                pending_->staged && pending_->starts ? pending_->move.to : held_->value();
            return next == from || allows(from, next);
        }

        [[nodiscard]] Enum value() const {
            return pending_->staged ? pending_->move.to : held_->value();
        }

        [[nodiscard]] operator Enum() const { return value(); }

    private:
        const state_machine* held_;
        effect* pending_;
    };

    /// Starts where the wanted machine stands.
    void replace(const state_machine& wanted, effect& out) const {
        const Enum start = wanted.value();
        out = step{{start, start}, true, true};
    }

    /// Names the live transitions.
    void observe(effect& out, observed_list& dots) const {
        if (out.staged) {
            held_.observe(dots);
        }
    }

    /// For standing.hpp: the transition that decides.
    void standing(observed_list& dots) const { held_.name_last_by(loses, dots); }

    /// After an undo (hindsight.hpp): the live transitions that the writer had seen.
    void recall(effect& /*sent*/, const hindsight& past, observed_list& dots) const {
        held_.recall(past, dots);
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t /*observed*/) {
        result<step> read = step::decode(in);
        if (read && read->starts) {
            read->move.from = read->move.to;
        }
        return read;
    }

    /// True: value() changed, or may have where transitions are concurrent. Reports each live
    /// transition that this one had not observed.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        const bool alone = held_.size() < 2;
        const Enum before = alone ? value() : Enum{};
        held_.write(dots, at, sent);
        if constexpr (!std::same_as<Report, null_report>) {
            const version& own = *held_.find(at.id);
            held_.each_beside(at.id.operation, [&](const local_event& other, const version& each) {
                const bool valid = is_valid(own);
                const bool wins = loses(each, own);
                const reason why = valid != is_valid(each) ? reason::valid_won
                                   : valid                 ? reason::later_stamp
                                                           : reason::none_valid;
                report.decided(why, wins ? at.id.operation : other.operation,
                               wins ? other.operation : at.id.operation);
            });
        }
        return !alone || held_.size() > 2 || value() != before;
    }

    /// The live transitions, as their effects encode them.
    void write_state(byte_writer& out, const actor_order& actors) const {
        held_.write_state(out, actors);
    }

    [[nodiscard]] bool pristine() const noexcept { return held_.pristine(); }

    /// Transitions and events; of use within one replica only.
    friend bool operator==(const state_machine&, const state_machine&) = default;

    /// Compares the state.
    template <std::same_as<Enum> Value>
    friend bool operator==(const state_machine& a, Value b) {
        return a.value() == b;
    }

private:
    using version = typename concurrent_values<step>::version;

    [[nodiscard]] static bool is_valid(const version& of) noexcept {
        return of.content.starts || allows(of.content.move.from, of.content.move.to);
    }

    [[nodiscard]] static bool loses(const version& a, const version& b) noexcept {
        const bool valid = is_valid(a);
        return valid != is_valid(b) ? !valid : a.before(b);
    }

    concurrent_values<step> held_;
};

}  // namespace weft

#endif
