/// What both sides of the batch format share: its constants and limits. FORMAT.md has the layout.
#ifndef WEFT_WIRE_BATCH_FORMAT_HPP
#define WEFT_WIRE_BATCH_FORMAT_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft {

/// Number of the batch format.
inline constexpr std::uint8_t batch_format = 1;

/// The greatest timestamp that a batch may carry: later ones leave no room to write after them.
inline constexpr std::uint64_t timestamp_bits_max = ~std::uint64_t{0} - 0xFFFFFFFFU - 1;

/// Bytes of the longest batch: places and counts in a batch are 31-bit numbers.
inline constexpr std::uint64_t batch_size_max = 0x7FFFFFFFU;

inline constexpr std::size_t batch_header_size = 9;
inline constexpr std::size_t batch_checksum_size = 8;

/// A record column spends at least this many bits on each mutation, so that each pays for itself.
inline constexpr unsigned record_bits_min = 8;

/// The first bytes of every batch of these traits.
template <class Traits>
[[nodiscard]] constexpr std::array<std::byte, batch_header_size> batch_header() noexcept {
    constexpr auto byte = [](std::size_t value) { return static_cast<std::byte>(value); };
    return {byte('W'),
            byte('E'),
            byte('F'),
            byte('B'),
            byte(batch_format),
            byte(Traits::hasher::wire_id),
            byte(identifier_traits<typename Traits::actor_id>::size),
            byte(identifier_traits<typename Traits::record_id>::size),
            byte(Traits::hasher::digest_type::byte_size)};
}

}  // namespace weft

#endif
