/// A hybrid logical clock value (Kulkarni et al. 2014) in one integer: 47 bits of Unix
/// milliseconds, then 17 logical bits. Ordered as an integer; the logical part overflows into the
/// wall part by plain addition, so next() can't fail until the year 6429.
#ifndef WEFT_CAUSAL_TIMESTAMP_HPP
#define WEFT_CAUSAL_TIMESTAMP_HPP

#include <compare>
#include <cstdint>

namespace weft {

struct timestamp {
    static constexpr unsigned logical_bits = 17;
    static constexpr std::uint64_t wall_max = (std::uint64_t{1} << 47U) - 1;
    static constexpr std::uint64_t logical_max = (std::uint64_t{1} << logical_bits) - 1;

    std::uint64_t bits = 0;

    /// From parts. A wall time above wall_max is taken as wall_max.
    [[nodiscard]] static constexpr timestamp of(std::uint64_t wall_ms,
                                                std::uint64_t logical = 0) noexcept {
        const std::uint64_t wall = wall_ms < wall_max ? wall_ms : wall_max;
        return {(wall << logical_bits) | (logical & logical_max)};
    }

    /// Milliseconds since the Unix epoch.
    [[nodiscard]] constexpr std::uint64_t wall_ms() const noexcept { return bits >> logical_bits; }

    [[nodiscard]] constexpr std::uint64_t logical() const noexcept { return bits & logical_max; }

    /// The smallest timestamp above this one; the greatest stays itself.
    [[nodiscard]] constexpr timestamp next() const noexcept {
        return {bits == ~std::uint64_t{0} ? bits : bits + 1};
    }

    friend constexpr auto operator<=>(const timestamp&, const timestamp&) = default;
};

}  // namespace weft

#endif
