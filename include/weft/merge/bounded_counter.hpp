/// Counter that is never below its bound, on any replica at any time, also between replicas that
/// cannot hear each other: what is above the bound is divided into rights, one actor's each. An
/// increment gives its actor rights; a decrement needs that actor's own, and the editor refuses it
/// otherwise; a transfer hands rights on to another actor, who may be anybody, also one that has
/// written nothing yet. It starts at the bound, and nobody has rights then.
///
/// Lattice: lots, each of one giver to one receiver (itself, for increments) and of three numbers
/// that only grow: granted, written by the giver; used, by the receiver; removed, by re-inserts,
/// of which the greatest counts. A lot holds granted - max(used, removed), or nothing if that is
/// negative; the value is the bound and all lots. So it is a function of the set of effects, and
/// no effect, whatever a liar writes, brings it below the bound: who uses more than a lot was ever
/// granted empties that lot, and what it is granted later pays for that first (`overdrawn`). A
/// re-insert removes the grants that it has seen, its value is granted to who wrote it; a decrement
/// at the same time took from what is removed and so takes nothing more.
///
/// Rights are the actor's: who goes on under another id (load, reissue_unsent) leaves them with the
/// old one, and should transfer them to the new id before, in an operation that leaves the replica.
/// Memory: 160 bytes; from the second actor on 40 per actor, 64 per giver and receiver of
/// transfers. Cost: O(1) expected a lot that the effect names; staging a decrement beyond what the
/// actor itself granted, O(lots).
///
/// An effect can't be undone: taking a grant back would take rights that somebody may have used,
/// far away and unheard, and the counter would be below its bound. Decrement or increment instead.
///
/// Source: Balegas et al., Extending eventually consistent cloud databases for enforcing numeric
/// invariants (SRDS 2015); the escrow method: O'Neil, TODS 11 (1986).
#ifndef WEFT_MERGE_BOUNDED_COUNTER_HPP
#define WEFT_MERGE_BOUNDED_COUNTER_HPP

#include <weft/merge/bounded_counter_effect.hpp>
#include <weft/merge/escrow.hpp>
#include <weft/merge/writer.hpp>

#include <concepts>
#include <limits>
#include <utility>

namespace weft {

template <std::int64_t Min = 0>
class bounded_counter {
public:
    using value_type = std::int64_t;
    using effect = bounded_counter_effect;
    static constexpr std::string_view policy_name = "bounded_counter";
    static constexpr std::int64_t bound = Min;
    static constexpr std::uint32_t wire_kind = 18U | (detail::kind_of_bound(Min) << 8U);
    static constexpr bool restarts = true;  ///< map_inner.hpp

    bounded_counter() = default;

    /// A detached counter, as a member of a record before its insert. Throws bad_value if the value
    /// is below the bound.
    bounded_counter(std::int64_t value) : lots_(above_bound(value)) {}

    /// At least Min; what is beyond 2^63 - 1 is not shown.
    [[nodiscard]] std::int64_t value() const noexcept { return shown(lots_.total()); }

    [[nodiscard]] operator std::int64_t() const noexcept { return value(); }

    /// How much an actor may take away. `names` knows the actors' slots: replica.log(). O(lots).
    template <class ActorId, class Names>
    [[nodiscard]] std::uint64_t rights_of(const ActorId& actor, const Names& names) const {
        const actor_name id = actor_name::of(actor);
        const auto slot = names.find_actor(actor);
        return lots_.of(slot ? &*slot : nullptr, id);
    }

    class editor {
    public:
        /// Without a known writer, as builders have none, nothing is refused.
        editor(const bounded_counter& held, effect& pending, const writer& by = {}) noexcept
            : held_(&held), pending_(&pending), by_(by) {}

        editor(const editor&) = default;
        editor& operator=(const editor&) = delete;  // a counter is not assigned

        /// Gives this actor rights. Beyond 2^64 - 1 in its life they are lost.
        void increment(std::uint64_t amount) noexcept {
            pending_->granted = add_capped(pending_->granted, amount);
        }

        editor& operator+=(std::uint64_t amount) noexcept {
            increment(amount);
            return *this;
        }

        template <class Number>
        editor& operator-=(Number /*amount*/) {
            static_assert(!std::same_as<Number, Number>,
                          "weft: a bounded_counter may refuse a decrement; call decrement(n) and "
                          "look at its result");
            return *this;
        }

        /// Errors, nothing staged: insufficient_rights.
        [[nodiscard]] result<done> decrement(std::uint64_t amount) {
            if (!may_take(amount)) {
                return errc::insufficient_rights;
            }
            pending_->own.amount += amount;
            return done{};
        }

        /// Hands rights on; the value stays. To oneself: nothing. Errors, nothing staged:
        /// insufficient_rights.
        template <class ActorId>
        [[nodiscard]] result<done> transfer(const ActorId& to, std::uint64_t amount) {
            return transfer(actor_name::of(to), amount);
        }

        /// The same to an actor by its canonical bytes.
        [[nodiscard]] result<done> transfer(const actor_name& id, std::uint64_t amount) {
            WEFT_ASSERT(!by_.known() || by_.id.size() == id.size);
            if (!may_take(amount)) {
                return errc::insufficient_rights;
            }
            if (amount != 0 && !(by_.known() && id == actor_name(by_.id))) {
                pending_->hand_on(id, amount);
                pending_->own.amount += amount;
            }
            return done{};
        }

        /// Who writes; none if that is not known.
        [[nodiscard]] byte_span self() const noexcept { return by_.id; }

        /// What this actor may still take away, in this transaction's sight.
        [[nodiscard]] std::uint64_t rights() const {
            const std::uint64_t before = pending_->restarts ? 0 : held_->lots_.of(by_);
            return add_capped(before, pending_->granted) - pending_->own.amount;
        }

        [[nodiscard]] std::int64_t value() const noexcept {
            wide_sum sum = pending_->restarts ? wide_sum{} : held_->lots_.total();
            sum.add(pending_->granted);
            sum.subtract(pending_->own.amount);
            for (const auto& each : pending_->handed_on) {
                sum.add(each.amount);
            }
            return shown(sum);
        }

        [[nodiscard]] operator std::int64_t() const noexcept { return value(); }

    private:
        [[nodiscard]] bool may_take(std::uint64_t amount) const {
            if (!by_.known()) {
                return amount <= ~std::uint64_t{0} - pending_->own.amount;
            }
            return amount <= rights();
        }

        const bounded_counter* held_;
        effect* pending_;
        writer by_;
    };

    /// The counter starts anew: the grants observed at commit are removed, and what is wanted above
    /// the bound is granted to the writer.
    void replace(const bounded_counter& wanted, effect& out) const {
        out = {};
        const wide_sum& above = wanted.lots_.total();
        out.granted = above.high != 0 ? ~std::uint64_t{0} : above.low;
        out.restarts = true;
    }

    /// Completes an effect: says from which lots it takes, the writer's own first, then those of
    /// givers in the order of their ids; and what a restart removes. An operation that is made
    /// again under an actor without the rights takes no more than there is. May leave it empty.
    void observe(effect& out, observed_list& dots, const writer& by = {}) const {
        lots_.observe(out, dots, by);
    }

    /// Whether that actor's rights, and what the effect itself grants, are enough for what it
    /// takes.
    [[nodiscard]] bool allows(const effect& wanted, const writer& by) const {
        return wanted.taken() <=
               add_capped(wanted.granted, wanted.removed.empty() ? lots_.of(by) : std::uint64_t{0});
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    /// Errors: those of bounded_counter_effect.
    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        return effect::decode(in, observed);
    }

    /// True: value() changed. Reports `summed` for the actor that last contributed before this one,
    /// and `overdrawn` for who takes more from a lot than it has ever held.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        const std::int64_t before = value();
        lots_.apply(sent, dots, at, report);
        return value() != before;
    }

    /// Actors, by id: id, last grant (sequence, ordinal), own lot (granted, used, removed); behind
    /// their number. Then the other lots, by giver and receiver: both ids and the three numbers.
    void write_state(byte_writer& out, const actor_order& actors) const {
        lots_.write(out, actors);
    }

    [[nodiscard]] bool pristine() const noexcept { return lots_.empty(); }

    /// Value and lots; of use within one replica only.
    friend bool operator==(const bounded_counter& a, const bounded_counter& b) {
        return a.lots_ == b.lots_;
    }

    template <std::integral Number>
    friend bool operator==(const bounded_counter& a, Number b) noexcept {
        return std::cmp_equal(a.value(), b);
    }

private:
    [[nodiscard]] static std::uint64_t above_bound(std::int64_t value) {
        if (value < Min) {
            WEFT_THROW(bad_value(errc::out_of_range), "the value is below the counter's bound");
        }
        return static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(Min);
    }

    [[nodiscard]] static std::int64_t shown(const wide_sum& above) noexcept {
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
        constexpr std::uint64_t room =
            static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(Min);
        return above.high != 0 || above.low > room
                   ? most
                   : static_cast<std::int64_t>(static_cast<std::uint64_t>(Min) + above.low);
    }

    escrow lots_;
};

}  // namespace weft

#endif
