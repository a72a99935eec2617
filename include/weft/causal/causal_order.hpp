/// How two points of a causal history stand to each other. `before` reads left to right: compare(a,
/// b) is `before` when everything in a's causal past is in b's, and not the other way round.
#ifndef WEFT_CAUSAL_CAUSAL_ORDER_HPP
#define WEFT_CAUSAL_CAUSAL_ORDER_HPP

#include <cstdint>
#include <string_view>

namespace weft {

enum class causal_order : std::uint8_t { equal = 0, before = 1, after = 2, concurrent = 3 };

/// From what each side has that the other lacks. O(1).
[[nodiscard]] constexpr causal_order causal_order_of(bool left_has_more,
                                                     bool right_has_more) noexcept {
    if (left_has_more) {
        return right_has_more ? causal_order::concurrent : causal_order::after;
    }
    return right_has_more ? causal_order::before : causal_order::equal;
}

/// The answer with the arguments exchanged.
[[nodiscard]] constexpr causal_order flipped(causal_order order) noexcept {
    switch (order) {
    case causal_order::before:
        return causal_order::after;
    case causal_order::after:
        return causal_order::before;
    default:
        return order;
    }
}

/// The word for it.
[[nodiscard]] constexpr std::string_view message(causal_order order) noexcept {
    switch (order) {
    case causal_order::equal:
        return "equal";
    case causal_order::before:
        return "before";
    case causal_order::after:
        return "after";
    case causal_order::concurrent:
        return "concurrent";
    }
    return "unknown order";
}

}  // namespace weft

#endif
