/// The live events of a thing: those that no later effect took back. Every effect takes back what
/// its writer had observed and may leave one event of its own, so what stays is concurrent: the
/// maximal events. An event is live exactly when its effect was applied and no applied effect
/// observed it; that depends on the set of effects only. Taking back what is not there changes
/// nothing: dots of something else are inert.
/// Source: dot stores; Almeida, Shoker, Baquero, Delta state replicated data types (2018).
#ifndef WEFT_MERGE_LIVE_EVENTS_HPP
#define WEFT_MERGE_LIVE_EVENTS_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/base/small_map.hpp>
#include <weft/merge/hindsight.hpp>
#include <weft/merge/policy.hpp>
#include <weft/merge/state_bytes.hpp>

namespace weft {

/// Each with what its policy needs to know of it.
template <class Value>
using live_events = small_map<local_event, Value>;

/// Whether `dots` name the one live event, or there is none: then its place can be reused, without
/// allocation.
template <class Value>
[[nodiscard]] bool takes_all(const live_events<Value>& live, observed_span dots) noexcept {
    if (live.size() != 1) {
        return live.empty();
    }
    for (const local_event& dot : dots) {
        if (live.find(dot) != nullptr) {
            return true;
        }
    }
    return false;
}

/// Appends the live events' dots: what an effect made now observes.
template <class Value>
void observe_all(const live_events<Value>& live, observed_list& dots) {
    live.for_each([&](const local_event& event, const Value& /*value*/) { dots.push_back(event); });
}

/// Appends the dots of the live events that a writer had seen; gives how many.
template <class Value>
std::uint32_t
recall_seen(const live_events<Value>& live, const hindsight& past, observed_list& dots) {
    std::uint32_t count = 0;
    live.for_each([&](const local_event& event, const Value& /*value*/) {
        if (past.saw(event.operation)) {
            dots.push_back(event);
            ++count;
        }
    });
    return count;
}

/// Replaces the observed events by `by`. O(dots) expected; strong guarantee.
template <class Value>
void take_over(live_events<Value>& live, observed_span dots, const local_event& by, Value value) {
    if (takes_all(live, dots)) {
        live.clear();
        live[by] = std::move(value);
        return;
    }
    live[by] = std::move(value);
    for (const local_event& dot : dots) {
        if (dot != by) {
            live.erase(dot);
        }
    }
}

/// Writes the live events in an order that is alike on every replica: the event, then what
/// write_value(out, value) writes.
template <class Value, class WriteValue>
void write_live(byte_writer& out,
                const live_events<Value>& live,
                const actor_order& actors,
                const WriteValue& write_value) {
    observed_list sorted;
    sorted.reserve(live.size());
    observe_all(live, sorted);
    sort_events(sorted, actors);
    for (const local_event& event : sorted) {
        write_event(out, event, actors);
        write_value(out, *live.find(event));
    }
}

}  // namespace weft

#endif
