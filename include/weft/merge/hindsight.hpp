/// What the writer of an effect had seen, asked of the causal graph: for records that an undo has
/// touched. Elsewhere an effect takes back the dots that it names. Where something was undone that
/// is not enough: an effect names what stood when it was written, and what stood is not what would
/// have stood. So there it takes back all that stands, that it means and that its writer had seen,
/// and `recall` of its policy says what that is:
///
///     void recall(effect& sent, const hindsight& past, observed_list& dots) const
///
/// puts the dots into `dots`, in the policy's order, and makes `sent` fit them; past.named() are
/// those that it names. A rule's is recall(kind, past, dots). Policies that name no dots need none.
/// A policy whose effects can be left out and put in again says `static constexpr bool undoable =
/// true`; others keep theirs. Where others may stand beside what an effect made, as in a list,
/// something of it stays when it is left out:
///
///     void apply_undone(effect&& sent, observed_span dots, const event& at)
///
/// Cost of saw(): that of causal_graph::contains.
#ifndef WEFT_MERGE_HINDSIGHT_HPP
#define WEFT_MERGE_HINDSIGHT_HPP

#include <weft/base/hasher.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/dot.hpp>
#include <weft/merge/policy.hpp>

#include <cstdint>
#include <utility>

namespace weft {

/// Whether effects of this policy, or mutations under this record rule, can be undone.
template <class Policy>
inline constexpr bool undoable = requires {
    requires Policy::undoable;
};

/// Whether an effect of this policy that is undone leaves something that others stand beside.
template <class Policy>
inline constexpr bool leaves_anchors =
    requires(Policy& held, typename Policy::effect& sent, observed_span dots, const event& at) {
    held.apply_undone(std::move(sent), dots, at);
};

/// Whether effects of this policy that name dots can be applied only while all effects are applied
/// anew, with the steps that came before.
template <class Policy>
inline constexpr bool recalls_steps = requires {
    requires Policy::recalls_steps;
};

class hindsight {
public:
    /// Of a sum that grows with every effect: the event, and the sum up to it. A field may hold
    /// many sums, as a map does: each has a name.
    struct step {
        local_event event{};
        std::uint64_t sum = 0;
        digest<16> part{};
        byte_buffer wide{};  ///< the sum, where 64 bits do not hold it
    };

    using step_list = lean_vector<step>;
    using seen_function = bool (*)(const void* graph, local_dot of, local_dot what);

    /// `graph` answers through `seen`: whether `what` is `of` or in its past.
    constexpr hindsight(const void* graph, seen_function seen, const local_event& by) noexcept
        : by_(by), graph_(graph), seen_(seen) {}

    /// The same while all effects of a record are applied anew: with a list of steps per field.
    constexpr hindsight(const hindsight& other, step_list* steps) noexcept
        : by_(other.by_), graph_(other.graph_), seen_(other.seen_), steps_(steps) {}

    /// The same for an effect that names those dots.
    constexpr hindsight(const hindsight& other, observed_span named) noexcept
        : by_(other.by_), graph_(other.graph_), seen_(other.seen_), steps_(other.steps_),
          part_(other.part_), named_(named) {}

    /// The same for one part of a field, with a name among all, whose effect names those dots.
    constexpr hindsight(const hindsight& other,
                        const digest<16>& part,
                        observed_span named) noexcept
        : by_(other.by_), graph_(other.graph_), seen_(other.seen_), steps_(other.steps_),
          part_(part), named_(named) {}

    /// The event whose past this is.
    [[nodiscard]] constexpr const local_event& by() const noexcept { return by_; }

    /// Whether the writer had seen that operation, or made it.
    [[nodiscard]] bool saw(local_dot operation) const {
        return seen_(graph_, by_.operation, operation);
    }

    [[nodiscard]] constexpr bool with_steps() const noexcept { return steps_ != nullptr; }

    /// The dots that the effect names.
    [[nodiscard]] constexpr observed_span named() const noexcept { return named_; }

    /// Names the part of the field that this is about; all zero: the whole.
    [[nodiscard]] constexpr const digest<16>& part() const noexcept { return part_; }

    /// The steps of the field so far, of all its parts, in causal order: for a policy with
    /// recalls_steps.
    [[nodiscard]] step_list& steps() const noexcept { return *steps_; }

private:
    local_event by_;
    const void* graph_;
    seen_function seen_;
    step_list* steps_ = nullptr;
    digest<16> part_{};
    observed_span named_{};
};

/// The dots that an effect on `held` (or a mutation, under a rule) takes back in hindsight: put
/// into `recalled`, or those that it names if its policy recalls none. Without steps, a policy that
/// needs them has no dots.
template <class Policy, class Effect>
[[nodiscard]] observed_span recall_dots(const Policy& held,
                                        Effect& effect,
                                        const hindsight& past,
                                        observed_span named,
                                        observed_list& recalled) {
    if constexpr (requires { held.recall(effect, past, recalled); }) {
        if (!recalls_steps<Policy> || past.with_steps()) {
            held.recall(effect, hindsight(past, named), recalled);
            return recalled;
        }
    }
    return named;
}

}  // namespace weft

#endif
