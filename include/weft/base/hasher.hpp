/// Content addresses and the hashers that make them. A hasher turns bytes into a digest, at once
/// or in pieces, alike on every machine and in every release; it says with `collision_resistant`
/// whether two inputs with one digest can be built on purpose. xxh3_128 (XXH3, Yann Collet) is
/// fast and finds accidents; it is NOT collision resistant.
#ifndef WEFT_BASE_HASHER_HPP
#define WEFT_BASE_HASHER_HPP

#include <weft/base/bytes.hpp>

#include <array>
#include <compare>
#include <concepts>
#include <cstring>
#include <string>
#include <type_traits>

#ifndef XXH_INLINE_ALL
#    define XXH_INLINE_ALL  // NOLINT(readability-identifier-naming): xxHash reads it
#endif
#include <xxhash.h>

namespace weft {

/// The result of hashing, `Size` bytes, ordered by bytes.
template <std::size_t Size>
struct digest {
    static constexpr std::size_t byte_size = Size;

    std::array<std::byte, Size> bytes{};

    [[nodiscard]] std::string to_string() const {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        text.reserve(2 * Size);
        for (const std::byte byte : bytes) {
            text += digits[std::to_integer<std::size_t>(byte >> 4U)];
            text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
        }
        return text;
    }

    friend constexpr std::strong_ordering operator<=>(const digest& a, const digest& b) noexcept {
        return a.compare(b) <=> 0;
    }

    friend constexpr bool operator==(const digest& a, const digest& b) noexcept {
        return a.compare(b) == 0;
    }

private:
    [[nodiscard]] constexpr int compare(const digest& other) const noexcept {
        if (!std::is_constant_evaluated()) {
            return std::memcmp(bytes.data(), other.bytes.data(), Size);
        }
        for (std::size_t i = 0; i < Size; ++i) {
            if (bytes[i] != other.bytes[i]) {
                return bytes[i] < other.bytes[i] ? -1 : 1;
            }
        }
        return 0;
    }
};

/// `H{}` starts a hash; `update` adds bytes; `finish` gives the digest of all bytes so far.
/// Laws: hash(a + b) == finish after update(a), update(b); deterministic everywhere.
/// `wire_id` names the hasher in every batch: 1 is xxh3_128, 2 sha256, 128 and up are yours.
template <class H>
concept hasher = std::default_initializable<H> && requires(H& h, const H& done, byte_span bytes) {
    typename H::digest_type;
    { H::collision_resistant } -> std::convertible_to<bool>;
    { H::wire_id } -> std::convertible_to<std::uint8_t>;
    { H::hash(bytes) } -> std::same_as<typename H::digest_type>;
    h.update(bytes);
    { done.finish() } -> std::same_as<typename H::digest_type>;
};

/// XXH3, 128 bits, canonical (big-endian) digest. 8 ns for 64 bytes, about 15 GB/s.
class xxh3_128 {
public:
    using digest_type = digest<16>;
    static constexpr bool collision_resistant = false;
    static constexpr std::uint8_t wire_id = 1;

    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the reset does it
    xxh3_128() noexcept { static_cast<void>(XXH3_128bits_reset(&state_)); }

    [[nodiscard]] static digest_type hash(byte_span bytes) noexcept {
        return canonical(XXH3_128bits(bytes.data(), bytes.size()));
    }

    void update(byte_span bytes) noexcept {
        static_cast<void>(XXH3_128bits_update(&state_, bytes.data(), bytes.size()));
    }

    [[nodiscard]] digest_type finish() const noexcept {
        return canonical(XXH3_128bits_digest(&state_));
    }

private:
    [[nodiscard]] static digest_type canonical(XXH128_hash_t hash) noexcept {
        XXH128_canonical_t bytes;
        XXH128_canonicalFromHash(&bytes, hash);
        digest_type out;
        std::memcpy(out.bytes.data(), bytes.digest, sizeof bytes.digest);
        return out;
    }

    XXH3_state_t state_;
};

/// 64-bit XXH3 of bytes, for checksums and keyed tables; never an address.
[[nodiscard]] inline std::uint64_t xxh3_64(byte_span bytes, std::uint64_t seed = 0) noexcept {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace weft

#endif
