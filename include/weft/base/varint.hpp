/// Shortest-form unsigned LEB128: seven bits a byte, least significant first, the high bit says
/// that more follow. One encoding per value: a last byte of zero after others, and bits beyond the
/// 64th, are refused. Signed numbers go through zigzag. Everything is constexpr and noexcept.
#ifndef WEFT_BASE_VARINT_HPP
#define WEFT_BASE_VARINT_HPP

#include <weft/base/result.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

inline constexpr std::size_t varint_size_max = 10;

/// Bytes that write_varint needs: 1 to 10.
[[nodiscard]] constexpr std::size_t varint_size(std::uint64_t value) noexcept {
    std::size_t size = 1;
    while (value >= 0x80U) {
        value >>= 7U;
        ++size;
    }
    return size;
}

/// Writes value to `to`, which has room for varint_size(value) bytes; returns that size.
constexpr std::size_t write_varint(std::byte* to, std::uint64_t value) noexcept {
    std::size_t size = 0;
    while (value >= 0x80U) {
        to[size++] = static_cast<std::byte>(value | 0x80U);
        value >>= 7U;
    }
    to[size++] = static_cast<std::byte>(value);
    return size;
}

/// Reads one varint from [at, end). On success advances `at`, sets `value` and returns errc::none;
/// else returns truncated, not_shortest or out_of_range (above 2^64-1) and changes nothing.
[[nodiscard]] constexpr errc
read_varint(const std::byte*& at, const std::byte* end, std::uint64_t& value) noexcept {
    std::uint64_t sum = 0;
    const std::byte* next = at;
    for (unsigned shift = 0; next != end; shift += 7) {
        const auto byte = std::to_integer<std::uint64_t>(*next++);
        if (shift == 63 && byte > 1) {
            return errc::out_of_range;
        }
        sum |= (byte & 0x7fU) << shift;
        if (byte < 0x80U) {
            if (byte == 0 && shift != 0) {
                return errc::not_shortest;
            }
            at = next;
            value = sum;
            return errc::none;
        }
    }
    return errc::truncated;
}

/// Reads a varint that weft itself wrote and advances `at`: no checks. Never for bytes from
/// outside.
[[nodiscard]] constexpr std::uint64_t take_varint(const std::byte*& at) noexcept {
    auto value = std::to_integer<std::uint64_t>(*at++);
    if (value < 0x80U) {
        return value;
    }
    value &= 0x7fU;
    for (unsigned shift = 7;; shift += 7) {
        const auto byte = std::to_integer<std::uint64_t>(*at++);
        value |= (byte & 0x7fU) << shift;
        if (byte < 0x80U) {
            return value;
        }
    }
}

/// Signed to unsigned with small magnitudes small: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) noexcept {
    return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}

[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1U));
}

}  // namespace weft

#endif
