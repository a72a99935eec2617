/// How a removal names much with little: per actor, the last event that its writer had observed of
/// what it takes back. Who saw an actor's event saw all that this actor did before, so the dots
/// reach each earlier event too, and no event that the writer had not seen.
/// Source: per-actor prefixes as in optimised OR-sets, Bieniusa et al., INRIA RR-8083 (2012).
#ifndef WEFT_MERGE_EVENT_REACH_HPP
#define WEFT_MERGE_EVENT_REACH_HPP

#include <weft/base/small_map.hpp>
#include <weft/merge/policy.hpp>

#include <compare>

namespace weft {

/// Where in an actor's work an event stands.
struct event_place {
    weft::sequence sequence = 0;
    std::uint32_t ordinal = 0;

    event_place() = default;

    explicit event_place(const local_event& event) noexcept
        : sequence(event.operation.sequence), ordinal(event.ordinal) {}

    [[nodiscard]] local_event of(actor_slot slot) const noexcept {
        return {{slot, sequence}, ordinal};
    }

    friend constexpr auto operator<=>(const event_place&, const event_place&) = default;
};

/// Per actor, how far its work is reached.
using event_reach = small_map<actor_slot, event_place>;

inline void reach_to(event_reach& reach, const local_event& event) {
    event_place& held = reach[event.operation.slot];
    if (held < event_place(event)) {
        held = event_place(event);
    }
}

[[nodiscard]] inline bool reaches(const event_reach& reach, const local_event& event) noexcept {
    const event_place* const held = reach.find(event.operation.slot);
    return held != nullptr && event_place(event) <= *held;
}

/// Appends, per actor, the last event that is reached; gives how many.
inline std::uint32_t name_reached(const event_reach& reach, observed_list& dots) {
    reach.for_each(
        [&](actor_slot slot, const event_place& last) { dots.push_back(last.of(slot)); });
    return static_cast<std::uint32_t>(reach.size());
}

}  // namespace weft

#endif
