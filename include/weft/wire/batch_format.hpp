/// What both sides of the batch format share: its constants and limits, and how tables begin.
/// FORMAT.md has the layout.
#ifndef WEFT_WIRE_BATCH_FORMAT_HPP
#define WEFT_WIRE_BATCH_FORMAT_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/causal/timestamp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft {

/// Number of the batch format.
inline constexpr std::uint8_t batch_format = 1;

/// The greatest timestamp that a batch may carry: the last millisecond is left for what follows.
inline constexpr std::uint64_t timestamp_bits_max = timestamp::of(timestamp::wall_max).bits - 1;

/// Bytes of the longest batch: places and counts in a batch are 31-bit numbers.
inline constexpr std::uint64_t batch_size_max = 0x7FFFFFFFU;

inline constexpr std::size_t batch_checksum_size = 8;

/// A record column spends at least this many bits on each mutation, so that each pays for itself.
inline constexpr unsigned record_bits_min = 8;

/// The first bytes of a batch: what it is, and how wide its identifiers and addresses are.
struct batch_header {
    static constexpr std::size_t size = 9;

    std::uint8_t hasher = 0;
    std::uint8_t actor_size = 0;
    std::uint8_t record_size = 0;
    std::uint8_t address_size = 0;

    /// The header of the batches of these traits.
    template <class Traits>
    [[nodiscard]] static constexpr batch_header of() noexcept {
        using address = typename Traits::hasher::digest_type;
        return {Traits::hasher::wire_id,
                static_cast<std::uint8_t>(identifier_traits<typename Traits::actor_id>::size),
                static_cast<std::uint8_t>(identifier_traits<typename Traits::record_id>::size),
                static_cast<std::uint8_t>(address::byte_size)};
    }

    [[nodiscard]] constexpr std::array<std::byte, size> bytes() const noexcept {
        return {std::byte{'W'},        std::byte{'E'},          std::byte{'F'},
                std::byte{'B'},        std::byte{batch_format}, std::byte{hasher},
                std::byte{actor_size}, std::byte{record_size},  std::byte{address_size}};
    }

    /// Whether `bytes` begin with this header. Errors: truncated, bad_magic, unknown_format,
    /// other_hasher, other_identifier_width.
    [[nodiscard]] constexpr result<done> check(byte_span bytes) const noexcept {
        const std::array<std::byte, size> wanted = this->bytes();
        for (std::size_t i = 0; i != size; ++i) {
            if (i == bytes.size()) {
                return {errc::truncated, i};
            }
            if (bytes[i] != wanted[i]) {
                return {mismatch(i), i};
            }
        }
        return done{};
    }

private:
    [[nodiscard]] static constexpr errc mismatch(std::size_t offset) noexcept {
        switch (offset) {
        case 0:
        case 1:
        case 2:
        case 3:
            return errc::bad_magic;
        case 4:
            return errc::unknown_format;
        case 6:
        case 7:
            return errc::other_identifier_width;
        default:
            return errc::other_hasher;
        }
    }
};

/// Reads how many entries a table has, each of at least `least` bytes, so that nothing is reserved
/// that was not received. Errors: truncated, not_shortest, out_of_range, too_large.
[[nodiscard]] constexpr result<std::uint32_t> read_table_size(byte_reader& in,
                                                              std::size_t least) noexcept {
    const std::size_t at = in.offset();
    const auto count = in.varint();
    if (!count) {
        return count.error();
    }
    if (*count > in.remaining() / least) {
        return {errc::too_large, at};
    }
    return static_cast<std::uint32_t>(*count);
}

}  // namespace weft

#endif
