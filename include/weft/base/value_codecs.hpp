/// The codecs that come with weft, byte by byte:
///
///   bool            one byte, 0 or 1                                            kind 1
///   intN_t          two's complement, little-endian, as few bytes as hold the value,
///                   at least one                                                8/16/32/64: 2 3 4
///                   5
///   uintN_t         the same, unsigned                                          6 7 8 9
///   float, double   IEEE 754, little-endian, 4 and 8 bytes; every NaN is the one quiet NaN,
///                   -0 is kept                                                  10, 11
///   std::string     UTF-8 (RFC 3629); anything else is refused                  12
///   byte_buffer     as it is                                                    13
///   uuid            16 bytes                                                    14
///   enum            as its underlying type, and its kind
///   optional<T>     byte 0, or byte 1 and then T                                T's kind + 65536
///
/// Orders: numeric; floating point as IEEE 754 totalOrder (-0 before 0, NaN after +Inf); bytes
/// lexicographic; no value before any value. char, wchar_t and the like have no codec: what they
/// hold depends on the platform.
#ifndef WEFT_BASE_VALUE_CODECS_HPP
#define WEFT_BASE_VALUE_CODECS_HPP

#include <weft/base/codec.hpp>
#include <weft/base/id.hpp>
#include <weft/base/utf8.hpp>

#include <bit>
#include <optional>
#include <string>
#include <type_traits>

namespace weft {

namespace detail {

/// Signed or unsigned numbers of 8 to 64 bits; not bool, not characters.
template <class T>
concept plain_integer = std::same_as<T, signed char> || std::same_as<T, unsigned char> ||
    std::same_as<T, short> || std::same_as<T, unsigned short> || std::same_as<T, int> ||
    std::same_as<T, unsigned> || std::same_as<T, long> || std::same_as<T, unsigned long> ||
    std::same_as<T, long long> || std::same_as<T, unsigned long long>;

[[nodiscard]] inline std::size_t hash_number(std::uint64_t bits, std::uint64_t seed) noexcept {
    return static_cast<std::size_t>(xxh3_64(std::as_bytes(std::span(&bits, 1)), seed));
}

}  // namespace detail

template <>
struct codec<bool> {
    static constexpr std::uint32_t kind = 1;

    static void encode(byte_writer& out, bool value) { out.u8(value ? 1 : 0); }

    static result<bool> decode(byte_span whole) noexcept {
        if (whole.size() != 1) {
            return {whole.empty() ? errc::truncated : errc::trailing_bytes,
                    whole.empty() ? 0U : 1U};
        }
        if (whole[0] > std::byte{1}) {
            return {errc::out_of_range, 0};
        }
        return whole[0] == std::byte{1};
    }

    static constexpr bool less(bool a, bool b) noexcept { return !a && b; }

    static constexpr bool same(bool a, bool b) noexcept { return a == b; }

    static std::size_t hash(bool value, std::uint64_t seed) noexcept {
        return detail::hash_number(value ? 1 : 0, seed);
    }
};

template <detail::plain_integer T>
struct codec<T> {
    static constexpr std::uint32_t kind =
        (std::is_signed_v<T> ? 2U : 6U) + static_cast<std::uint32_t>(std::bit_width(sizeof(T)) - 1);

    static void encode(byte_writer& out, T value) {
        std::byte bytes[sizeof(T)];
        store_le<sizeof(T)>(bytes, static_cast<std::uint64_t>(value));
        std::size_t size = sizeof(T);
        while (size > 1 && redundant(bytes[size - 2], bytes[size - 1])) {
            --size;
        }
        out.append({bytes, size});
    }

    static result<T> decode(byte_span whole) noexcept {
        const std::size_t size = whole.size();
        if (size == 0) {
            return {errc::truncated, 0};
        }
        if (size > sizeof(T)) {
            return {errc::out_of_range, sizeof(T)};
        }
        if (size > 1 && redundant(whole[size - 2], whole[size - 1])) {
            return {errc::not_shortest, size - 1};
        }
        std::uint64_t bits = negative(whole[size - 1]) ? ~std::uint64_t{0} : 0;
        for (std::size_t i = size; i-- > 0;) {
            bits = (bits << 8U) | std::to_integer<std::uint64_t>(whole[i]);
        }
        return static_cast<T>(bits);
    }

    static constexpr bool less(T a, T b) noexcept { return a < b; }

    static constexpr bool same(T a, T b) noexcept { return a == b; }

    static std::size_t hash(T value, std::uint64_t seed) noexcept {
        return detail::hash_number(static_cast<std::uint64_t>(value), seed);
    }

private:
    [[nodiscard]] static constexpr bool negative(std::byte top) noexcept {
        return std::is_signed_v<T> && top >= std::byte{0x80};
    }

    /// Whether `top` says only what the sign of the byte below it says already.
    [[nodiscard]] static constexpr bool redundant(std::byte below, std::byte top) noexcept {
        return top == (negative(below) ? std::byte{0xFF} : std::byte{0});
    }
};

template <class T>
    requires std::same_as<T, float> || std::same_as<T, double>

struct codec<T> {
    using bits_type = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    static constexpr std::uint32_t kind = sizeof(T) == 4 ? 10 : 11;

    static void encode(byte_writer& out, T value) {
        std::byte bytes[sizeof(T)];
        store_le<sizeof(T)>(bytes, canonical(value));
        out.append(bytes);
    }

    static result<T> decode(byte_span whole) noexcept {
        if (whole.size() != sizeof(T)) {
            const bool little = whole.size() < sizeof(T);
            return {little ? errc::truncated : errc::trailing_bytes,
                    little ? whole.size() : sizeof(T)};
        }
        const auto bits = static_cast<bits_type>(load_le<sizeof(T)>(whole.data()));
        const auto value = std::bit_cast<T>(bits);
        if (canonical(value) != bits) {
            return {errc::not_canonical, 0};
        }
        return value;
    }

    static constexpr bool less(T a, T b) noexcept { return rank(a) < rank(b); }

    static constexpr bool same(T a, T b) noexcept { return canonical(a) == canonical(b); }

    static std::size_t hash(T value, std::uint64_t seed) noexcept {
        return detail::hash_number(canonical(value), seed);
    }

private:
    static constexpr bits_type sign = bits_type{1} << (8 * sizeof(T) - 1);
    static constexpr bits_type nan =
        sizeof(T) == 4 ? bits_type{0x7FC00000U} : static_cast<bits_type>(0x7FF8000000000000U);

    [[nodiscard]] static constexpr bits_type canonical(T value) noexcept {
        const bool number = value == value;  // NOLINT(misc-redundant-expression): false for NaN
        return !number ? nan : std::bit_cast<bits_type>(value);
    }

    /// Unsigned order of ranks is totalOrder of values.
    [[nodiscard]] static constexpr bits_type rank(T value) noexcept {
        const bits_type bits = canonical(value);
        return (bits & sign) != 0 ? static_cast<bits_type>(~bits)
                                  : static_cast<bits_type>(bits | sign);
    }
};

template <>
struct codec<std::string> {
    static constexpr std::uint32_t kind = 12;

    /// Throws bad_value if it is not UTF-8; byte_buffer holds any bytes.
    static void encode(byte_writer& out, const std::string& value) {
        const byte_span bytes = as_bytes(value);
        if (!is_utf8(bytes)) {
            WEFT_THROW(bad_value(errc::bad_utf8), "a string is not valid UTF-8");
        }
        out.append(bytes);
    }

    static result<std::string> decode(byte_span whole) {
        if (const std::size_t valid = utf8_prefix(whole); valid != whole.size()) {
            return {errc::bad_utf8, valid};
        }
        return std::string(as_text(whole));
    }

    static bool less(const std::string& a, const std::string& b) noexcept {
        return bytes_less(as_bytes(a), as_bytes(b));
    }

    static bool same(const std::string& a, const std::string& b) noexcept { return a == b; }

    static std::size_t hash(const std::string& value, std::uint64_t seed) noexcept {
        return static_cast<std::size_t>(xxh3_64(as_bytes(value), seed));
    }
};

template <>
struct codec<byte_buffer> {
    static constexpr std::uint32_t kind = 13;

    static void encode(byte_writer& out, const byte_buffer& value) { out.append(value); }

    static result<byte_buffer> decode(byte_span whole) {
        return byte_buffer(whole.begin(), whole.end());
    }

    static bool less(const byte_buffer& a, const byte_buffer& b) noexcept {
        return bytes_less(a, b);
    }

    static bool same(const byte_buffer& a, const byte_buffer& b) noexcept { return a == b; }

    static std::size_t hash(const byte_buffer& value, std::uint64_t seed) noexcept {
        return static_cast<std::size_t>(xxh3_64(value, seed));
    }
};

template <>
struct codec<uuid> {
    static constexpr std::uint32_t kind = 14;

    static void encode(byte_writer& out, const uuid& value) { out.append(value.bytes()); }

    static result<uuid> decode(byte_span whole) noexcept {
        if (whole.size() != uuid::byte_size) {
            const bool little = whole.size() < uuid::byte_size;
            return {little ? errc::truncated : errc::trailing_bytes,
                    little ? whole.size() : uuid::byte_size};
        }
        return uuid::read(whole.data());
    }

    static constexpr bool less(const uuid& a, const uuid& b) noexcept { return a < b; }

    static constexpr bool same(const uuid& a, const uuid& b) noexcept { return a == b; }

    static std::size_t hash(const uuid& value, std::uint64_t seed) noexcept {
        return static_cast<std::size_t>(xxh3_64(value.bytes(), seed));
    }
};

/// An enumerator that this build does not name is a value like any other, as in C++.
template <class T>
    requires std::is_enum_v<T> && codable<std::underlying_type_t<T>>

struct codec<T> {
    using number = std::underlying_type_t<T>;
    static constexpr std::uint32_t kind = codec<number>::kind;

    static void encode(byte_writer& out, T value) {
        codec<number>::encode(out, static_cast<number>(value));
    }

    static result<T> decode(byte_span whole) noexcept {
        const result<number> value = codec<number>::decode(whole);
        if (!value) {
            return value.error();
        }
        return static_cast<T>(*value);
    }

    static constexpr bool less(T a, T b) noexcept {
        return codec<number>::less(static_cast<number>(a), static_cast<number>(b));
    }

    static constexpr bool same(T a, T b) noexcept { return a == b; }

    static std::size_t hash(T value, std::uint64_t seed) noexcept {
        return codec<number>::hash(static_cast<number>(value), seed);
    }
};

template <codable T>
struct codec<std::optional<T>> {
    static constexpr std::uint32_t kind = codec<T>::kind + 65536U;
    static_assert(kind < codec_kind_end, "weft: optional<T> is nested too deeply for a codec");

    static void encode(byte_writer& out, const std::optional<T>& value) {
        out.u8(value ? 1 : 0);
        if (value) {
            codec<T>::encode(out, *value);
        }
    }

    static result<std::optional<T>> decode(byte_span whole) {
        if (whole.empty()) {
            return {errc::truncated, 0};
        }
        if (whole[0] > std::byte{1}) {
            return {errc::out_of_range, 0};
        }
        if (whole[0] == std::byte{0}) {
            if (whole.size() != 1) {
                return {errc::trailing_bytes, 1};
            }
            return std::optional<T>();
        }
        result<T> value = codec<T>::decode(whole.subspan(1));
        if (!value) {
            return value.error().shifted(1);
        }
        return std::optional<T>(*std::move(value));
    }

    static bool less(const std::optional<T>& a, const std::optional<T>& b) {
        return a && b ? value_less(*a, *b) : !a && b.has_value();
    }

    static bool same(const std::optional<T>& a, const std::optional<T>& b) {
        return a && b ? value_same(*a, *b) : a.has_value() == b.has_value();
    }

    static std::size_t hash(const std::optional<T>& value, std::uint64_t seed) {
        return value ? value_hash(*value, seed + 1) : detail::hash_number(0, seed);
    }
};

}  // namespace weft

#endif
