// The laws that every codec keeps are tested in codec.test.cpp; here, what each value type means by
// its bytes and its order.
#include <weft/base/value_codecs.hpp>

#include "support/hostile.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace value_codecs_test {

using weft::byte_buffer;
using weft::codec;
using weft::encoded;
using weft::errc;
using weft::uuid;
using weft::value_less;
using weft::value_same;
using weft::test::chance;

namespace {

enum class level : std::int16_t { low = -300, high = 300 };

/// Of all sizes alike, and the ends of each.
template <class T>
T whole_number(chance& random) {
    const auto bits = static_cast<std::uint64_t>(weft::test::hostile_integer(random));
    return static_cast<T>(random.one_in(2) ? bits : random.bits() >> random.below(64));
}

template <class T>
bool holds(std::int64_t value) {
    return value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
}

/// The fewest bytes that hold a number.
std::size_t bytes_for(std::int64_t value) {
    std::size_t size = 1;
    for (; size < 8; ++size) {
        const std::int64_t end = std::int64_t{1} << (8 * size - 1);
        if (value >= -end && value < end) {
            break;
        }
    }
    return size;
}

std::size_t bytes_for(std::uint64_t value) {
    std::size_t size = 1;
    for (; size < 8 && value >= std::uint64_t{1} << (8 * size); ++size) {
    }
    return size;
}

template <class T>
void check_integer(const char* name) {
    weft::test::property(
        std::string("base/value_codecs: ") + name, 500, [](std::uint64_t one, std::uint64_t two) {
            chance first(one);
            chance second(two);
            const T a = whole_number<T>(first);
            const T b = whole_number<T>(second);
            using wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
            const byte_buffer bytes = encoded(a);
            RC_ASSERT(bytes.size() == bytes_for(static_cast<wide>(a)));
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                RC_ASSERT(bytes[i] == static_cast<std::byte>(static_cast<wide>(a) >> (8 * i)));
            }
            RC_ASSERT(codec<T>::decode(bytes).value() == a);
            RC_ASSERT(bytes == encoded(static_cast<wide>(a)));
            RC_ASSERT(value_less(a, b) == (a < b));
            RC_ASSERT(value_same(a, b) == (a == b));
        });
}

/// What does not fit is refused, and nothing else is.
template <class T>
void check_fits(std::int64_t value) {
    const auto read = codec<T>::decode(encoded(value));
    RC_ASSERT(read.has_value() == holds<T>(value));
    if (read) {
        RC_ASSERT(*read == value);
    } else {
        RC_ASSERT(read.error() == weft::error(errc::out_of_range, sizeof(T)));
    }
}

/// Any bits, half of them NaN or infinite.
template <class T>
T floating(chance& random) {
    using bits_type = typename codec<T>::bits_type;
    auto bits = static_cast<bits_type>(random.bits());
    switch (random.below(4)) {
    case 0:
        return static_cast<T>(weft::test::hostile_double(random));
    case 1:
        bits |= std::bit_cast<bits_type>(std::numeric_limits<T>::infinity());
        break;
    case 2:
        bits = std::bit_cast<bits_type>(std::numeric_limits<T>::infinity());
        break;
    default:
        break;
    }
    return std::bit_cast<T>(bits);
}

/// IEEE 754 totalOrder, with one NaN.
template <class T>
bool before(T a, T b) {
    if (std::isnan(a) || std::isnan(b)) {
        return !std::isnan(a);
    }
    return a < b || (a == b && std::signbit(a) && !std::signbit(b));
}

template <class T>
void check_floating(const char* name) {
    weft::test::property(
        std::string("base/value_codecs: ") + name, 1000, [](std::uint64_t one, std::uint64_t two) {
            using bits_type = typename codec<T>::bits_type;
            chance first(one);
            chance second(two);
            const T a = floating<T>(first);
            const T b = floating<T>(second);
            const auto raw = std::bit_cast<bits_type>(a);
            byte_buffer bytes;
            for (std::size_t i = 0; i < sizeof(T); ++i) {
                bytes.push_back(static_cast<std::byte>(raw >> (8 * i)));
            }
            if (std::isnan(a)) {
                const T quiet = std::numeric_limits<T>::quiet_NaN();
                RC_ASSERT(encoded(a) == encoded(quiet));
                RC_ASSERT(std::isnan(codec<T>::decode(encoded(a)).value()));
                const auto read = codec<T>::decode(bytes);
                RC_ASSERT(read.has_value() == (bytes == encoded(quiet)));
                RC_ASSERT((read || read.error().code == errc::not_canonical));
            } else {
                RC_ASSERT(encoded(a) == bytes);
                RC_ASSERT(std::bit_cast<bits_type>(codec<T>::decode(bytes).value()) == raw);
            }
            const bool same = !before(a, b) && !before(b, a);
            RC_ASSERT((std::isnan(a) && std::isnan(b) ? !value_less(a, b)
                                                      : value_less(a, b) == before(a, b)));
            RC_ASSERT(value_same(a, b) == (same || (std::isnan(a) && std::isnan(b))));
        });
}

byte_buffer some_bytes(chance& random) {
    byte_buffer made;
    for (std::size_t left = random.below(5); left > 0; --left) {
        made.push_back(static_cast<std::byte>(random.one_in(2) ? 0x7F + random.below(2) : 0));
    }
    return made;
}

bool bytewise(const byte_buffer& a, const byte_buffer& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

TEST_CASE(
    "base/value_codecs: whole numbers are two's complement in the fewest bytes, and ordered") {
    check_integer<std::int8_t>("int8");
    check_integer<std::int16_t>("int16");
    check_integer<std::int32_t>("int32");
    check_integer<std::int64_t>("int64");
    check_integer<std::uint8_t>("uint8");
    check_integer<std::uint16_t>("uint16");
    check_integer<std::uint32_t>("uint32");
    check_integer<std::uint64_t>("uint64");
}

TEST_CASE("base/value_codecs: a narrower type reads a wider one's bytes, unless they don't fit") {
    weft::test::property("base/value_codecs: narrowing", 1000, [](std::uint64_t word) {
        chance random(word);
        const auto value = whole_number<std::int64_t>(random);
        check_fits<std::int8_t>(value);
        check_fits<std::int16_t>(value);
        check_fits<std::int32_t>(value);
    });
}

TEST_CASE("base/value_codecs: floating point is IEEE 754 with one NaN, in totalOrder") {
    check_floating<float>("float");
    check_floating<double>("double");
}

TEST_CASE("base/value_codecs: of all bytes a bool is two") {
    for (int i = 0; i < 256; ++i) {
        const byte_buffer bytes(1, static_cast<std::byte>(i));
        const auto read = codec<bool>::decode(bytes);
        CHECK(read.has_value() == (i < 2));
        CHECK((!read || encoded(*read) == bytes));
    }
    CHECK(value_less(false, true));
    CHECK_FALSE(value_less(true, false));
}

TEST_CASE("base/value_codecs: an enum is any number of its type, named or not") {
    std::size_t wrong = 0;
    for (std::int32_t i = -32768; i < 32768; ++i) {
        const auto value = static_cast<level>(i);
        const byte_buffer bytes = encoded(static_cast<std::int16_t>(i));
        const auto read = codec<level>::decode(bytes);
        wrong += encoded(value) == bytes && read && *read == value ? 0U : 1U;
        wrong += value_less(value, level::high) == (i < 300) ? 0U : 1U;
    }
    CHECK(wrong == 0);
    CHECK(codec<level>::decode(encoded(40'000)).error().code == errc::out_of_range);
}

TEST_CASE("base/value_codecs: text and bytes are themselves, ordered byte by byte, unsigned") {
    weft::test::property(
        "base/value_codecs: text and bytes", 1000, [](std::uint64_t one, std::uint64_t two) {
            chance first(one);
            chance second(two);
            const byte_buffer a = some_bytes(first);
            const byte_buffer b = some_bytes(second);
            RC_ASSERT(encoded(a) == a);
            RC_ASSERT(codec<byte_buffer>::decode(a).value() == a);
            RC_ASSERT(value_less(a, b) == bytewise(a, b));
            const std::string text = weft::test::hostile_string(first);
            const std::string other = weft::test::hostile_string(second);
            RC_ASSERT(codec<std::string>::decode(encoded(text)).value() == text);
            RC_ASSERT(encoded(text).size() == text.size());
            RC_ASSERT(value_less(text, other) == bytewise(encoded(text), encoded(other)));
        });
}

TEST_CASE("base/value_codecs: text is refused where it stops being UTF-8") {
    const std::vector<std::string> bad = {
        "\xFF",              // in no text
        "\xC0\x80",          // not shortest
        "\xC3",              // cut off
        "\xE2\x80",          // cut off
        "\xED\xA0\x80",      // a surrogate
        "\xF4\x90\x80\x80",  // beyond U+10FFFF
    };
    for (const std::string& tail : bad) {
        for (const std::string before : {"", "a", "a\xC3\xA9"}) {
            for (const std::string after : {"", "b"}) {
                const std::string text = before + tail + after;
                const weft::byte_span all = weft::as_bytes(text);
                const byte_buffer bytes(all.begin(), all.end());
                CHECK(codec<std::string>::decode(bytes).error() ==
                      weft::error(errc::bad_utf8, before.size()));
            }
        }
    }
}

TEST_CASE("base/value_codecs: a uuid is its bytes, in their order") {
    weft::test::property(
        "base/value_codecs: uuid", 500,
        [](std::uint64_t high, std::uint64_t low, bool near, std::uint8_t bit) {
            const uuid a = uuid::of(high, low);
            const uuid b =
                near ? uuid::of(high, low ^ std::uint64_t{1} << bit % 64U) : uuid::of(low, high);
            RC_ASSERT(encoded(a) == byte_buffer(a.bytes().begin(), a.bytes().end()));
            RC_ASSERT(codec<uuid>::decode(encoded(a)).value() == a);
            RC_ASSERT(value_less(a, b) == bytewise(encoded(a), encoded(b)));
        });
}

TEST_CASE("base/value_codecs: optional is ordered as the standard's, and nests") {
    using inner = std::optional<std::int32_t>;
    using outer = std::optional<inner>;
    const std::vector<outer> all = {outer(),   outer(inner()), outer(inner(-300)),
                                    outer(-1), outer(0),       outer(70'000)};
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t k = 0; k < all.size(); ++k) {
            CHECK(value_less(all[i], all[k]) == (all[i] < all[k]));
            CHECK(value_less(all[i], all[k]) == (i < k));
            CHECK(value_same(all[i], all[k]) == (i == k));
        }
        CHECK(codec<outer>::decode(encoded(all[i])).value() == all[i]);
        const std::size_t inner_size = !all[i] || !*all[i] ? 0 : bytes_for(std::int64_t{**all[i]});
        CHECK(encoded(all[i]).size() == (all[i] ? 2U : 1U) + inner_size);
    }
    // A NaN inside is the same as itself, as it is outside.
    const std::optional<double> nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(value_same(nan, std::optional<double>(-*nan)));
    CHECK_FALSE(value_same(std::optional<double>(0.0), std::optional<double>(-0.0)));
    CHECK(value_less(std::optional<double>(-0.0), std::optional<double>(0.0)));
}

}  // namespace value_codecs_test
