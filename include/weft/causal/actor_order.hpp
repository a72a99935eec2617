/// The canonical actor ids behind this replica's actor slots, as plain bytes: what a policy needs
/// to break a tie or to write its state, without being a template on the actor id type. A view
/// into the log's actor table: valid until that table grows.
#ifndef WEFT_CAUSAL_ACTOR_ORDER_HPP
#define WEFT_CAUSAL_ACTOR_ORDER_HPP

#include <weft/base/bytes.hpp>
#include <weft/causal/dot.hpp>

#include <cstring>

namespace weft {

class actor_order {
public:
    constexpr actor_order() = default;

    /// `bytes`: the canonical ids one after another, `width` bytes each, indexed by slot.
    constexpr actor_order(const std::byte* bytes, std::size_t width) noexcept
        : bytes_(bytes), width_(width) {}

    [[nodiscard]] constexpr byte_span id(actor_slot slot) const noexcept {
        return {bytes_ + slot.value * width_, width_};
    }

    /// Whether a's id comes before b's. O(width).
    [[nodiscard]] bool less(actor_slot a, actor_slot b) const noexcept {
        return a != b && std::memcmp(id(a).data(), id(b).data(), width_) < 0;
    }

    [[nodiscard]] constexpr std::size_t width() const noexcept { return width_; }

private:
    const std::byte* bytes_ = nullptr;
    std::size_t width_ = 0;
};

}  // namespace weft

#endif
