/// Coordinates of operations. At the border a dot (actor, sequence) names an operation; inside, a
/// local_dot (actor slot, sequence) does, and an op_index is its place in the order of admission.
/// With the mutation's ordinal they name one event. The three are distinct types on purpose.
#ifndef WEFT_CAUSAL_DOT_HPP
#define WEFT_CAUSAL_DOT_HPP

#include <compare>
#include <cstdint>

namespace weft {

/// The n-th operation of an actor, n from 1; 0 names none.
using sequence = std::uint32_t;

/// (actor, sequence): names an operation everywhere.
template <class ActorId>
struct dot {
    ActorId actor{};
    weft::sequence sequence = 0;

    friend constexpr auto operator<=>(const dot&, const dot&) noexcept = default;
};

/// A dot and the ordinal of one of its mutations (from 0): names an event everywhere.
template <class ActorId>
struct event_dot {
    dot<ActorId> operation{};
    std::uint32_t ordinal = 0;

    friend constexpr auto operator<=>(const event_dot&, const event_dot&) noexcept = default;
};

/// The number that this replica gave an actor. Never leaves the replica.
struct actor_slot {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(const actor_slot&, const actor_slot&) = default;
};

/// The place of an operation in this replica's order of admission, from 0. Never leaves it.
struct op_index {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(const op_index&, const op_index&) = default;
};

/// A dot inside this replica. Ordered by slot, which is NOT the order of actor ids.
struct local_dot {
    actor_slot slot{};
    weft::sequence sequence = 0;
    friend constexpr auto operator<=>(const local_dot&, const local_dot&) = default;
};

/// An event inside this replica.
struct local_event {
    local_dot operation{};
    std::uint32_t ordinal = 0;
    friend constexpr auto operator<=>(const local_event&, const local_event&) = default;
};

}  // namespace weft

#endif
