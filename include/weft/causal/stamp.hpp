/// The strict total order that breaks every tie: timestamp, then actor id. (The third part of
/// design's stamp, the address, can only matter between two operations with one dot; the log
/// refuses the second of them, so it is not stored.) Held in 16 bytes with the local dot of the
/// operation, so that a winner can be named. A stamp of sequence 0 is before all others.
#ifndef WEFT_CAUSAL_STAMP_HPP
#define WEFT_CAUSAL_STAMP_HPP

#include <weft/causal/actor_order.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/timestamp.hpp>

namespace weft {

struct stamp {
    timestamp at{};
    local_dot operation{};

    /// Nothing was ever stamped here.
    [[nodiscard]] constexpr bool none() const noexcept { return operation.sequence == 0; }

    /// Whether a comes before b in the total order.
    [[nodiscard]] static bool
    before(const stamp& a, const stamp& b, const actor_order& actors) noexcept {
        if (a.none() || b.none()) {
            return a.none() && !b.none();
        }
        if (a.at != b.at) {
            return a.at < b.at;
        }
        return actors.less(a.operation.slot, b.operation.slot);
    }

    /// Same operation, seen from the same replica.
    friend constexpr bool operator==(const stamp&, const stamp&) = default;
};

}  // namespace weft

#endif
