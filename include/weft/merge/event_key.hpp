/// Events and actor slots as keys of a small_map, in their own order.
#ifndef WEFT_MERGE_EVENT_KEY_HPP
#define WEFT_MERGE_EVENT_KEY_HPP

#include <weft/base/ordered_index.hpp>
#include <weft/causal/dot.hpp>

namespace weft {

template <>
struct ordered_key_of<actor_slot> {
    [[nodiscard]] static constexpr ordered_key of(actor_slot slot) noexcept {
        return {0, slot.value};
    }
};

template <>
struct ordered_key_of<local_event> {
    [[nodiscard]] static constexpr ordered_key of(const local_event& event) noexcept {
        return {std::uint64_t{event.operation.slot.value} << 32U | event.operation.sequence,
                event.ordinal};
    }
};

}  // namespace weft

#endif
