/// How events and stamps stand in the canonical form of a state: by the actor's id, never by its
/// slot, so that every replica writes the same bytes.
#ifndef WEFT_MERGE_STATE_BYTES_HPP
#define WEFT_MERGE_STATE_BYTES_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/actor_order.hpp>
#include <weft/causal/stamp.hpp>

namespace weft {

/// Actor id, sequence (4 bytes), ordinal (4 bytes).
inline void write_event(byte_writer& out, const local_event& event, const actor_order& actors) {
    out.append(actors.id(event.operation.slot));
    out.u32(event.operation.sequence);
    out.u32(event.ordinal);
}

/// Timestamp (8 bytes), actor id, sequence (4 bytes); nothing if nothing was stamped.
inline void write_stamp(byte_writer& out, const stamp& stamp, const actor_order& actors) {
    if (stamp.none()) {
        return;
    }
    out.u64(stamp.at.bits);
    out.append(actors.id(stamp.operation.slot));
    out.u32(stamp.operation.sequence);
}

/// Brings events into an order that is alike on every replica: actor id, sequence, ordinal.
inline void sort_events(lean_vector<local_event>& events, const actor_order& actors) {
    lean_sort(events.begin(), events.end(), [&](const local_event& a, const local_event& b) {
        return a.operation.slot == b.operation.slot
                   ? a < b
                   : actors.less(a.operation.slot, b.operation.slot);
    });
}

}  // namespace weft

#endif
