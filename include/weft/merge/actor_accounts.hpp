/// What counters keep of each actor: its last event with the sum of its amounts up to there, and
/// the greatest such pair that somebody removed, both ordered by event. All that was counted less
/// all that was removed is what a counter reads.
///
/// `Sums` says what a sum is: a `type`, `less(a, b)` for two sums at one event, of which a liar
/// tells, and `write(sum, out)`.
#ifndef WEFT_MERGE_ACTOR_ACCOUNTS_HPP
#define WEFT_MERGE_ACTOR_ACCOUNTS_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/base/small_map.hpp>
#include <weft/merge/event_reach.hpp>
#include <weft/merge/hindsight.hpp>

namespace weft {

template <class Sums>
class actor_accounts {
public:
    using sum_type = typename Sums::type;

    /// An actor's event, and the sum of its amounts up to and including it.
    struct tally {
        event_place at{};
        sum_type sum{};

        [[nodiscard]] bool before(const tally& other) const noexcept {
            return at != other.at ? at < other.at : Sums::less(sum, other.sum);
        }

        void write(byte_writer& out) const {
            out.u32(at.sequence);
            out.u32(at.ordinal);
            Sums::write(sum, out);
        }

        friend bool operator==(const tally&, const tally&) = default;
    };

    struct account {
        tally counted{};
        tally removed{};
        friend bool operator==(const account&, const account&) = default;
    };

    [[nodiscard]] bool empty() const noexcept { return held_.empty(); }

    [[nodiscard]] const account* find(actor_slot slot) const noexcept { return held_.find(slot); }

    [[nodiscard]] account* find(actor_slot slot) noexcept { return held_.find(slot); }

    /// The actor's account, made if there was none.
    [[nodiscard]] account& open(actor_slot slot) { return held_[slot]; }

    /// Takes back an account that was opened for nothing.
    void close_unused(actor_slot slot) noexcept {
        const account* const of = held_.find(slot);
        if (of != nullptr && *of == account{}) {
            held_.erase(slot);
        }
    }

    /// What a removal takes: appends per actor the event, and calls take(sum). O(actors).
    template <class Take>
    void observe(observed_list& dots, const Take& take) const {
        held_.for_each([&](actor_slot slot, const account& of) {
            if (of.removed.before(of.counted)) {
                dots.push_back(of.counted.at.of(slot));
                take(of.counted.sum);
            }
        });
    }

    /// What it takes after an undo, while all effects are applied anew: appends per actor the last
    /// event that its writer had seen, and calls take(step) for its sum. O(steps).
    template <class Take>
    static void recall(const hindsight& past, observed_list& dots, const Take& take) {
        const auto& steps = past.steps();
        small_map<actor_slot, bool> named;
        for (std::size_t i = steps.size(); i-- > 0;) {
            const hindsight::step& step = steps[i];
            const actor_slot slot = step.event.operation.slot;
            if (step.part == past.part() && named.find(slot) == nullptr &&
                past.saw(step.event.operation)) {
                named[slot] = true;
                dots.push_back(step.event);
                take(step);
            }
        }
    }

    /// Per actor, by id: id, counted and removed (each sequence, ordinal, sum).
    void write_state(byte_writer& out, const actor_order& actors) const {
        lean_vector<actor_slot> sorted;
        sorted.reserve(held_.size());
        held_.for_each([&](actor_slot slot, const account& /*of*/) { sorted.push_back(slot); });
        lean_sort(sorted.begin(), sorted.end(),
                  [&](actor_slot a, actor_slot b) { return actors.less(a, b); });
        for (const actor_slot slot : sorted) {
            const account& of = *held_.find(slot);
            out.append(actors.id(slot));
            of.counted.write(out);
            of.removed.write(out);
        }
    }

    friend bool operator==(const actor_accounts&, const actor_accounts&) = default;

private:
    small_map<actor_slot, account> held_;
};

}  // namespace weft

#endif
