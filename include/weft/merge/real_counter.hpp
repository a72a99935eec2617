/// Sum of doubles: increments and decrements all count, once each, exactly; what is read is the
/// exact sum, rounded once to the nearest double. So it depends on which amounts there are and
/// never on their order: 0.1 added ten times at as many places is 1, and 1e300 - 1e300 + 1 is 1.
/// Lattice: per actor (its last event, the exact sum of its amounts up to there), ordered by event;
/// and per actor the greatest such pair that a re-insert has removed, as counter has it; of two
/// removals at one event, which a liar may send, the greater sum is kept. Amounts are finite: an
/// infinity or NaN has no sum. Beyond the greatest double an infinity is read, until amounts bring
/// the sum back. Memory: 152 bytes and the limbs in use of two sums, some 24 bytes each; from the
/// second actor on 88 and the limbs per actor more. Cost of an increment: O(1) expected, with at
/// most 34 limbs a sum; of a removal, per actor observed.
/// Source: as counter.hpp; the sum: Kulisch, Computer Arithmetic and Validity (2008), chapter 8.
#ifndef WEFT_MERGE_REAL_COUNTER_HPP
#define WEFT_MERGE_REAL_COUNTER_HPP

#include <weft/base/codec.hpp>
#include <weft/base/exact_sum.hpp>
#include <weft/merge/actor_accounts.hpp>
#include <weft/merge/policy.hpp>

#include <utility>

namespace weft {

class real_counter {
public:
    using value_type = double;
    static constexpr std::string_view policy_name = "real_counter";
    static constexpr std::uint32_t wire_kind = 17;
    static constexpr bool restarts = true;  ///< map_inner.hpp
    static constexpr bool undoable = true;
    static constexpr bool recalls_steps = true;

    /// On the wire: the amount, then for each observed dot the sum that it removes, all as
    /// exact_sum writes them. The amounts of one transaction are one.
    struct effect {
        exact_sum amount;
        lean_vector<exact_sum> removed;  ///< beside the observed dots
        bool restarts = false;           ///< staged: remove all that observe() will find

        [[nodiscard]] bool empty() const noexcept {
            return amount.zero() && removed.empty() && !restarts;
        }

        friend bool operator==(const effect&, const effect&) = default;
    };

    real_counter() = default;

    /// A detached counter, as a member of a record before its insert. Throws bad_value if the value
    /// is not finite.
    real_counter(double value) : total_(finite(value)), value_(total_.value()) {}

    /// Never NaN and never -0.
    [[nodiscard]] double value() const noexcept { return value_; }

    [[nodiscard]] operator double() const noexcept { return value_; }

    class editor {
    public:
        editor(const real_counter& held, effect& pending) noexcept
            : held_(&held), pending_(&pending) {}

        editor(const editor&) = default;
        editor& operator=(const editor&) = delete;  // a counter is not assigned

        /// False, and nothing is staged, if the amount is an infinity or NaN.
        [[nodiscard]] bool add(double amount) {
            if (is_finite(amount)) {
                pending_->amount += amount;
            }
            return is_finite(amount);
        }

        /// Throws bad_value, and stages nothing, if the amount is an infinity or NaN.
        editor& operator+=(double amount) {
            pending_->amount += finite(amount);
            return *this;
        }

        editor& operator-=(double amount) { return *this += -amount; }

        /// Allocates.
        [[nodiscard]] double value() const {
            exact_sum sum = pending_->amount;
            if (!pending_->restarts) {
                sum += held_->total_;
            }
            return sum.value();
        }

        [[nodiscard]] operator double() const { return value(); }

    private:
        const real_counter* held_;
        effect* pending_;
    };

    /// The counter starts anew: what is observed at commit is removed, what is wanted added.
    void replace(const real_counter& wanted, effect& out) const {
        out.amount = wanted.total_;
        out.removed.clear();
        out.restarts = true;
    }

    /// Completes a restart; may leave the effect empty. A decoded restart, which names what
    /// somebody else observed, is completed anew: so an operation can be made again.
    void observe(effect& out, observed_list& dots) const {
        if (!out.restarts && out.removed.empty()) {
            return;
        }
        out.removed.clear();
        actors_.observe(dots, [&](const exact_sum& sum) { out.removed.push_back(sum); });
        out.restarts = false;
    }

    /// After an undo (hindsight.hpp): a removal takes back what all those had counted by then,
    /// actor by actor, that its writer had seen; a contribution is the actor's next step. O(steps).
    void recall(effect& sent, const hindsight& past, observed_list& dots) const {
        if (!sent.removed.empty()) {
            sent.removed.clear();
            accounts::recall(past, dots, [&](const hindsight::step& step) {
                byte_reader in(step.wide);
                sent.removed.push_back(*exact_sum::read(in));
            });
        }
        if (!sent.amount.zero()) {
            const auto* const own = actors_.find(past.by().operation.slot);
            exact_sum sum = own == nullptr ? exact_sum() : own->counted.sum;
            sum += sent.amount;
            hindsight::step next{past.by(), 0, past.part(), {}};
            byte_writer out(next.wide);
            sum.write(out);
            past.steps().push_back(std::move(next));
        }
    }

    static void encode(const effect& sent, byte_writer& out) {
        WEFT_ASSERT(!sent.restarts);
        sent.amount.write(out);
        for (const exact_sum& sum : sent.removed) {
            sum.write(out);
        }
    }

    /// Errors: those of exact_sum::read; not_canonical if it neither adds nor removes.
    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        result<exact_sum> amount = exact_sum::read(next);
        if (!amount) {
            return amount.error();
        }
        effect read{std::move(*amount), {}, false};
        if (observed > next.remaining()) {
            return {errc::truncated, next.offset() + next.remaining()};
        }
        read.removed.reserve(observed);
        for (std::size_t i = 0; i < observed; ++i) {
            result<exact_sum> sum = exact_sum::read(next);
            if (!sum) {
                return sum.error();
            }
            read.removed.push_back(std::move(*sum));
        }
        if (read.empty()) {
            return {errc::not_canonical, in.offset()};
        }
        in = next;
        return read;
    }

    /// True: value() changed, which an amount below its last place does not. Reports `summed` for
    /// the actor that last contributed before this one.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        WEFT_ASSERT(dots.size() == sent.removed.size());
        make_room(sent, dots, at.id.operation.slot);
        for (std::size_t i = 0; i < dots.size(); ++i) {
            auto& of = *actors_.find(dots[i].operation.slot);
            accounts::tally named{event_place(dots[i]), std::move(sent.removed[i])};
            if (of.removed.before(named)) {
                total_ += of.removed.sum;
                total_ -= named.sum;
                of.removed = std::move(named);
            }
        }
        if (!sent.amount.zero()) {
            accounts::tally& own = actors_.find(at.id.operation.slot)->counted;
            own.at = event_place(at.id);
            own.sum += sent.amount;
            total_ += sent.amount;
            if (last_.sequence != 0 && last_.slot != at.id.operation.slot) {
                report.decided(reason::summed, at.id.operation, last_);
            }
            last_ = at.id.operation;
        }
        const double before = value_;
        value_ = total_.value();
        return value_ != before;
    }

    /// See actor_accounts.hpp.
    void write_state(byte_writer& out, const actor_order& actors) const {
        actors_.write_state(out, actors);
    }

    [[nodiscard]] bool pristine() const noexcept { return actors_.empty(); }

    /// Sum and accounts; of use within one replica only.
    friend bool operator==(const real_counter& a, const real_counter& b) {
        return a.total_ == b.total_ && a.actors_ == b.actors_;
    }

    friend bool operator==(const real_counter& a, double b) noexcept { return a.value_ == b; }

private:
    struct sums {
        using type = exact_sum;

        [[nodiscard]] static bool less(const type& a, const type& b) noexcept { return a < b; }

        static void write(const type& sum, byte_writer& out) { sum.write(out); }
    };

    using accounts = actor_accounts<sums>;

    [[nodiscard]] static double finite(double number) {
        if (!is_finite(number)) {
            WEFT_THROW(bad_value(errc::out_of_range), "an amount is an infinity or NaN");
        }
        return number;
    }

    /// Makes the accounts that apply() is about to change, and room in its sums: after it nothing
    /// allocates. All or, out of memory, none.
    void make_room(const effect& sent, observed_span dots, actor_slot own) {
        WEFT_TRY {
            exact_sum::window used;
            for (std::size_t i = 0; i < dots.size(); ++i) {
                used.cover(actors_.open(dots[i].operation.slot).removed.sum);
                used.cover(sent.removed[i]);
            }
            used.cover(sent.amount);
            total_.make_room(used);
            if (!sent.amount.zero()) {
                exact_sum::window amount;
                amount.cover(sent.amount);
                actors_.open(own).counted.sum.make_room(amount);
            }
        }
        WEFT_CATCH_ALL {
            for (const local_event& dot : dots) {
                actors_.close_unused(dot.operation.slot);
            }
            actors_.close_unused(own);
            WEFT_RETHROW;
        }
    }

    exact_sum total_;  ///< all that was counted less all that was removed
    double value_ = 0;
    local_dot last_{};  ///< of the last contribution applied; only for reports
    accounts actors_;
};

}  // namespace weft

#endif
