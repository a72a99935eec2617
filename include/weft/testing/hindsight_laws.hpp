/// The law of undo, for policies that say that they are undoable (merge/hindsight.hpp): effects can
/// be left out in hindsight. The operations of a world are applied anew without some of them, the
/// others by what their writers had seen instead of by what they name. Then
///
///   - with nothing left out the state is what it is;
///   - any causal order gives one state, on every replica, and states have equal sums exactly when
///     they write the same bytes;
///   - where all that was made after them is left out too, they might as well never have been: the
///     state is what the others give as they are, or reads as that where a policy leaves anchors.
///
/// Cost: some replays of all operations of the world.
#ifndef WEFT_TESTING_HINDSIGHT_LAWS_HPP
#define WEFT_TESTING_HINDSIGHT_LAWS_HPP

#include <weft/merge/hindsight.hpp>
#include <weft/testing/causal_world.hpp>

#include <algorithm>
#include <vector>

#if defined(__cpp_exceptions) && defined(__cpp_rtti)

namespace weft::testing {

template <policy P, class How>
class hindsight_laws {
public:
    using world_type = causal_world<P, How>;

    explicit hindsight_laws(const world_type& all)
        : all_(&all), out_(all.operations().size(), false) {}

    /// After world_type::settle().
    void check(chance& random) {
        same(random, "nothing is left out", "as it is", all_->field_of(0), true);
        for (std::vector<bool>::reference each : out_) {
            each = random.one_in(4);
        }
        check_orders(random);
        leave_out_what_followed();
        watched never;
        for (const std::size_t index : any_order(random)) {
            if (!out_[index]) {
                for (const auto& m : operations()[index].mutations) {
                    apply_blindly(never.change(), all_->arriving(0, operations()[index], m));
                }
            }
        }
        same(random, "what followed is left out too", "had they never been", never,
             !leaves_anchors<P>);
    }

private:
    [[nodiscard]] const auto& operations() const { return all_->operations(); }

    /// All operations, in some causal order.
    [[nodiscard]] std::vector<std::size_t> any_order(chance& random) const {
        std::vector<std::size_t> order;
        seen_counts held{};
        while (order.size() < operations().size()) {
            const auto next = all_->deliverable(held);
            order.push_back(next[random.below(next.size())]);
            held[operations()[order.back()].actor] = operations()[order.back()].sequence;
        }
        return order;
    }

    /// An operation stays out only if whatever saw it stays out.
    void leave_out_what_followed() {
        for (std::size_t i = 0; i < out_.size(); ++i) {
            for (std::size_t j = 0; j < i && !out_[i]; ++j) {  // the order made is a causal one
                out_[i] = out_[j] && saw(operations()[i], operations()[j]);
            }
        }
    }

    using operation = typename world_type::operation;
    using watched = watched_state<P, How>;

    [[nodiscard]] static bool saw(const operation& later, const operation& earlier) {
        return later.actor == earlier.actor ? earlier.sequence <= later.sequence
                                            : earlier.sequence <= later.past[earlier.actor];
    }

    /// What hindsight asks of the causal graph.
    class seen_by {
    public:
        seen_by(const world_type& all, std::size_t replica) {
            for (const operation& each : all.operations()) {
                const local_dot dot =
                    all.local_of(replica, {each.actor, each.sequence, 0}).operation;
                by_slot_.resize(std::max<std::size_t>(by_slot_.size(), dot.slot.value + 1));
                auto& of = by_slot_[dot.slot.value];
                of.resize(std::max<std::size_t>(of.size(), dot.sequence + 1));
                of[dot.sequence] = &each;
            }
        }

        static bool saw(const void* graph, local_dot of, local_dot what) {
            const auto& self = *static_cast<const seen_by*>(graph);
            const operation* later = self.find(of);
            const operation* earlier = self.find(what);
            return later != nullptr && earlier != nullptr && hindsight_laws::saw(*later, *earlier);
        }

    private:
        [[nodiscard]] const operation* find(local_dot dot) const {
            return dot.slot.value < by_slot_.size() &&
                           dot.sequence < by_slot_[dot.slot.value].size()
                       ? by_slot_[dot.slot.value][dot.sequence]
                       : nullptr;
        }

        std::vector<std::vector<const operation*>> by_slot_;  ///< by slot and sequence
    };

    /// The state on that replica without what is left out.
    [[nodiscard]] watched rebuilt(std::size_t r, const std::vector<std::size_t>& order) const {
        P state;
        hindsight::step_list steps;
        const seen_by graph(*all_, r);
        for (const std::size_t index : order) {
            if (out_[index] && !leaves_anchors<P>) {
                continue;
            }
            for (const auto& m : operations()[index].mutations) {
                const arrival sent = all_->arriving(r, operations()[index], m);
                auto effect = decoded_effect<P>(*sent.payload, sent.dots.size());
                if (out_[index]) {
                    if constexpr (leaves_anchors<P>) {
                        state.apply_undone(std::move(effect), sent.dots, sent.at);
                    }
                    continue;
                }
                const hindsight past(hindsight(&graph, &seen_by::saw, sent.at.id), &steps);
                observed_list recalled;
                const observed_span dots = recall_dots(state, effect, past, sent.dots, recalled);
                null_report report;
                static_cast<void>(state.apply(std::move(effect), dots, sent.at, report));
            }
        }
        return watched(std::move(state));
    }

    [[nodiscard]] std::string left_out() const {
        std::string names;
        for (std::size_t i = 0; i < out_.size(); ++i) {
            if (out_[i]) {
                names += ' ';
                names += name_of(operations()[i].actor, operations()[i].sequence);
            }
        }
        return names.empty() ? "without nothing" : "without" + names;
    }

    void same(chance& random,
              const char* when,
              const char* name,
              const watched& wanted,
              bool same_bytes) const {
        const watched anew = rebuilt(0, any_order(random));
        const actor_order actors = all_->actors(0);
        const bool other_bytes = same_bytes && anew.bytes(actors) != wanted.bytes(actors);
        if (other_bytes || !(anew.reading(all_->use()) == wanted.reading(all_->use()))) {
            break_law(policy_law::undone, std::string(other_bytes ? "other bytes are written when "
                                                                  : "other values are read when ") +
                                              when + lines(anew, 0, name, wanted, 0));
        }
        check_sums(anew, 0, name, wanted, 0);
    }

    void check_orders(chance& random) const {
        const watched first = rebuilt(0, any_order(random));
        for (std::size_t r = 0; r < world_size; ++r) {
            const watched other = rebuilt(r, any_order(random));
            if (first.bytes(all_->actors(0)) != other.bytes(all_->actors(r))) {
                break_law(policy_law::undone, "in another causal order other bytes are written" +
                                                  lines(first, 0, "in another", other, r));
            }
            check_sums(first, 0, "in another", other, r);
            check_sums(other, r, "as it is", all_->field_of(r), r);
        }
    }

    /// States that write the same bytes have equal sums, and no others have.
    void check_sums(const watched& one,
                    std::size_t at,
                    const char* name,
                    const watched& other,
                    std::size_t other_at) const {
        if constexpr (requires(const P& state) { state.digest_sum(); }) {
            const bool same = one.bytes(all_->actors(at)) == other.bytes(all_->actors(other_at));
            if (same != (one.sum() == other.sum())) {
                break_law(policy_law::digest,
                          (same ? "the sums differ of states that write the same bytes"
                                : "the sums are equal of states that write other bytes") +
                              lines(one, at, name, other, other_at));
            }
        }
    }

    [[nodiscard]] std::string lines(const watched& one,
                                    std::size_t at,
                                    const char* name,
                                    const watched& other,
                                    std::size_t other_at) const {
        return one.line(left_out(), all_->actors(at), all_->use()) +
               other.line(name, all_->actors(other_at), all_->use());
    }

    const world_type* all_;
    std::vector<bool> out_;  ///< of the operations, by index
};

}  // namespace weft::testing

#endif

#endif
