/// Identifiers: what names actors and records at the border. `uuid` is the default; any regular,
/// totally ordered, trivially copyable type serves once identifier_traits says how its canonical
/// bytes look. The order of an identifier is the byte order of its canonical form, so that every
/// replica breaks ties alike, whatever its endianness.
#ifndef WEFT_BASE_ID_HPP
#define WEFT_BASE_ID_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/random.hpp>

#include <array>
#include <compare>
#include <concepts>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace weft {

/// Canonical bytes of an identifier type: `size`, `write(id, to)`, `read(from)`. Specialise it for
/// your own type; unsigned integers and types with `byte_size`, `write` and `read` are covered.
template <class Id>
struct identifier_traits {};

template <class Id>

    requires requires(const Id& id, std::byte* to, const std::byte* from) {
        { Id::byte_size } -> std::convertible_to<std::size_t>;
        id.write(to);
        { Id::read(from) } -> std::same_as<Id>;
    }

struct identifier_traits<Id> {
    static constexpr std::size_t size = Id::byte_size;

    static constexpr void write(const Id& id, std::byte* to) noexcept { id.write(to); }

    static constexpr Id read(const std::byte* from) noexcept { return Id::read(from); }
};

/// Unsigned integers: big-endian, so that byte order is numeric order.
template <std::unsigned_integral Id>
struct identifier_traits<Id> {
    static constexpr std::size_t size = sizeof(Id);

    static constexpr void write(Id id, std::byte* to) noexcept {
        for (std::size_t i = 0; i < size; ++i) {
            to[i] = static_cast<std::byte>(id >> (8 * (size - 1 - i)));
        }
    }

    static constexpr Id read(const std::byte* from) noexcept {
        Id id = 0;
        for (std::size_t i = 0; i < size; ++i) {
            id = static_cast<Id>((static_cast<std::uint64_t>(id) << 8U) |
                                 std::to_integer<std::uint64_t>(from[i]));
        }
        return id;
    }
};

/// Laws: read(write(x)) == x; x < y exactly when the canonical bytes of x compare below y's.
template <class Id>
concept identifier = std::regular<Id> && std::totally_ordered<Id> &&
    std::is_trivially_copyable_v<Id> &&
    requires(const Id& id, std::byte* to, const std::byte* from) {
    { identifier_traits<Id>::size } -> std::convertible_to<std::size_t>;
    identifier_traits<Id>::write(id, to);
    { identifier_traits<Id>::read(from) } -> std::same_as<Id>;
};

/// A universally unique identifier (RFC 9562), 16 bytes, ordered by bytes. Any 16 bytes are one.
class uuid {
public:
    static constexpr std::size_t byte_size = 16;

    constexpr uuid() = default;

    constexpr explicit uuid(const std::array<std::byte, byte_size>& bytes) noexcept
        : bytes_(bytes) {}

    /// From two numbers, most significant first: for tests and derived ids.
    [[nodiscard]] static constexpr uuid of(std::uint64_t high, std::uint64_t low) noexcept {
        uuid id;
        identifier_traits<std::uint64_t>::write(high, id.bytes_.data());
        identifier_traits<std::uint64_t>::write(low, id.bytes_.data() + 8);
        return id;
    }

    /// Version 4: 122 random bits from `source`.
    template <random_source Random = system_random>
    [[nodiscard]] static uuid random(Random&& source = Random{}) {
        const std::uint64_t high = source();
        return of((high & ~std::uint64_t{0xF000}) | 0x4000U, variant(source()));
    }

    /// Version 7: 48 bits of Unix milliseconds, then 74 random bits; ids made later sort later.
    /// Milliseconds beyond 2^48-1 wrap.
    template <random_source Random>
    [[nodiscard]] static uuid v7(std::uint64_t unix_ms, Random&& source) {
        const std::uint64_t high = source();
        return of((unix_ms << 16U) | 0x7000U | (high & 0x0FFFU), variant(source()));
    }

    [[nodiscard]] constexpr const std::array<std::byte, byte_size>& bytes() const noexcept {
        return bytes_;
    }

    constexpr void write(std::byte* to) const noexcept {
        if (!std::is_constant_evaluated()) {
            std::memcpy(to, bytes_.data(), byte_size);  // `to` may alias: no loop is as good
            return;
        }
        for (std::size_t i = 0; i < byte_size; ++i) {
            to[i] = bytes_[i];
        }
    }

    [[nodiscard]] static constexpr uuid read(const std::byte* from) noexcept {
        uuid id;
        for (std::size_t i = 0; i < byte_size; ++i) {
            id.bytes_[i] = from[i];
        }
        return id;
    }

    /// Lower-case 8-4-4-4-12 form. Allocates.
    [[nodiscard]] std::string to_string() const {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        text.reserve(36);
        for (std::size_t i = 0; i < byte_size; ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                text += '-';
            }
            text += digits[std::to_integer<std::size_t>(bytes_[i] >> 4U)];
            text += digits[std::to_integer<std::size_t>(bytes_[i] & std::byte{15})];
        }
        return text;
    }

    /// Reads the 8-4-4-4-12 form, either case. Errors: truncated, trailing_bytes, out_of_range.
    [[nodiscard]] static constexpr result<uuid> parse(std::string_view text) noexcept {
        if (text.size() != 36) {
            return {text.size() < 36 ? errc::truncated : errc::trailing_bytes, 0};
        }
        uuid id;
        std::size_t at = 0;
        for (std::size_t i = 0; i < byte_size; ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                if (text[at] != '-') {
                    return {errc::out_of_range, at};
                }
                ++at;
            }
            const int high = digit(text[at]);
            const int low = digit(text[at + 1]);
            if (high < 0 || low < 0) {
                return {errc::out_of_range, at};
            }
            id.bytes_[i] = static_cast<std::byte>(high * 16 + low);
            at += 2;
        }
        return id;
    }

    friend constexpr std::strong_ordering operator<=>(const uuid& a, const uuid& b) noexcept {
        return a.compare(b) <=> 0;
    }

    friend constexpr bool operator==(const uuid& a, const uuid& b) noexcept {
        return a.compare(b) == 0;
    }

private:
    [[nodiscard]] constexpr int compare(const uuid& other) const noexcept {
        if (!std::is_constant_evaluated()) {
            return std::memcmp(bytes_.data(), other.bytes_.data(), byte_size);
        }
        for (std::size_t i = 0; i < byte_size; ++i) {
            if (bytes_[i] != other.bytes_[i]) {
                return bytes_[i] < other.bytes_[i] ? -1 : 1;
            }
        }
        return 0;
    }

    [[nodiscard]] static constexpr std::uint64_t variant(std::uint64_t bits) noexcept {
        return (bits & 0x3FFFFFFFFFFFFFFFU) | 0x8000000000000000U;
    }

    [[nodiscard]] static constexpr int digit(char c) noexcept {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'a' && c <= 'f') {
            return c - 'a' + 10;
        }
        if (c >= 'A' && c <= 'F') {
            return c - 'A' + 10;
        }
        return -1;
    }

    std::array<std::byte, byte_size> bytes_{};
};

/// The usual actor id.
using actor_id = uuid;

}  // namespace weft

#endif
