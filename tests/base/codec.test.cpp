#include <weft/base/codec.hpp>
#include <weft/base/value_codecs.hpp>

#include "support/hostile.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace codec_test {

using weft::byte_buffer;
using weft::byte_reader;
using weft::byte_writer;
using weft::codec;
using weft::encoded;
using weft::errc;
using weft::uuid;

namespace {

enum class colour : std::uint16_t { red = 1, blue = 300 };

enum plain_enum : int { minus = -1 };
enum class letter : char { a };

/// A user's own type: everything said.
struct point {
    std::int32_t x = 0;
    std::int32_t y = 0;
};

/// A user's own type: only what must be said.
struct name {
    std::string text;
};

struct without_codec {};

}  // namespace

}  // namespace codec_test

template <>
struct weft::codec<codec_test::point> {
    static constexpr std::uint32_t kind = 300;

    static void encode(byte_writer& out, const codec_test::point& p) {
        out.u32(static_cast<std::uint32_t>(p.x));
        out.u32(static_cast<std::uint32_t>(p.y));
    }

    static result<codec_test::point> decode(byte_span whole) {
        byte_reader in(whole);
        const auto x = in.u32();
        const auto y = in.u32();
        if (!x || !y) {
            return x ? y.error() : x.error();
        }
        if (const auto end = in.finish(); !end) {
            return end.error();
        }
        return codec_test::point{static_cast<std::int32_t>(*x), static_cast<std::int32_t>(*y)};
    }

    static bool less(const codec_test::point& a, const codec_test::point& b) noexcept {
        return a.x != b.x ? a.x < b.x : a.y < b.y;
    }

    static std::size_t hash(const codec_test::point& p, std::uint64_t seed) {
        return static_cast<std::size_t>(xxh3_64(encoded(p), seed));
    }
};

template <>
struct weft::codec<codec_test::name> {
    static constexpr std::uint32_t kind = 301;

    static void encode(byte_writer& out, const codec_test::name& n) {
        codec<std::string>::encode(out, n.text);
    }

    static result<codec_test::name> decode(byte_span whole) {
        auto text = codec<std::string>::decode(whole);
        if (!text) {
            return text.error();
        }
        return codec_test::name{*std::move(text)};
    }
};

namespace codec_test {

static_assert(weft::codable<point> && weft::codable<name> && weft::codable<colour>);
static_assert(weft::codable<std::optional<std::optional<point>>>);
static_assert(!weft::codable<without_codec> && !weft::codable<std::optional<without_codec>>);
static_assert(!weft::codable<char> && !weft::codable<letter> && !weft::codable<wchar_t>);
static_assert(!weft::codable<int*> && !weft::codable<const char*>);

// On the wire: these never change.
static_assert(codec<bool>::kind == 1 && codec<std::int8_t>::kind == 2 &&
              codec<std::int16_t>::kind == 3 && codec<std::int32_t>::kind == 4 &&
              codec<std::int64_t>::kind == 5 && codec<long long>::kind == 5);
static_assert(codec<std::uint8_t>::kind == 6 && codec<std::uint16_t>::kind == 7 &&
              codec<std::uint32_t>::kind == 8 && codec<std::uint64_t>::kind == 9);
static_assert(codec<float>::kind == 10 && codec<double>::kind == 11 &&
              codec<std::string>::kind == 12 && codec<byte_buffer>::kind == 13 &&
              codec<uuid>::kind == 14);
static_assert(codec<colour>::kind == 7 && codec<plain_enum>::kind == 4);
static_assert(codec<std::optional<std::optional<bool>>>::kind == 1 + 2 * 65536);

namespace {

template <class T>
T any(weft::test::chance& random) {
    if constexpr (std::same_as<T, point>) {
        return {static_cast<std::int32_t>(random.bits() % 3),
                static_cast<std::int32_t>(random.bits() >> 33U) * (random.one_in(2) ? -1 : 1)};
    } else if constexpr (std::same_as<T, name>) {
        return {weft::test::hostile_string(random)};
    } else if constexpr (std::same_as<T, uuid>) {
        return random.one_in(4) ? uuid() : uuid::of(random.bits() % 2, random.bits());
    } else if constexpr (std::same_as<T, byte_buffer>) {
        const std::string text = weft::test::hostile_string(random);
        byte_buffer bytes(weft::as_bytes(text).begin(), weft::as_bytes(text).end());
        if (random.one_in(2)) {
            bytes.push_back(std::byte{0xFF});
        }
        return bytes;
    } else if constexpr (std::is_enum_v<T>) {
        return static_cast<T>(weft::test::hostile_integer(random));
    } else if constexpr (std::same_as<T, float>) {
        return random.one_in(3)
                   ? std::bit_cast<float>(static_cast<std::uint32_t>(random.bits()))
                   : static_cast<float>(random.one_in(2) ? 0.0
                                                         : std::numeric_limits<double>::infinity());
    } else if constexpr (std::integral<T> && !std::same_as<T, bool>) {
        return static_cast<T>(weft::test::hostile_integer(random));
    } else if constexpr (requires { typename T::value_type; } && !std::same_as<T, std::string>) {
        return random.one_in(4) ? T() : T(any<typename T::value_type>(random));
    } else {
        return weft::test::hostile<T>(random);
    }
}

/// The laws of base/codec.hpp.
template <class T>
void check_codec(const std::string& of) {
    weft::test::property("base/codec: " + of + " comes back", 500, [](std::uint64_t word) {
        weft::test::chance random(word);
        const T value = any<T>(random);
        const byte_buffer bytes = encoded(value);
        const auto back = codec<T>::decode(bytes);
        RC_ASSERT(back.has_value());
        RC_ASSERT(weft::value_same(*back, value));
        RC_ASSERT(encoded(*back) == bytes);
        RC_ASSERT(weft::value_hash(*back, 1) == weft::value_hash(value, 1));
        if (bytes.size() > 4096) {
            return;
        }
        // Every strict prefix is refused, or is another value.
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto shorter = codec<T>::decode(weft::byte_span(bytes).first(size));
            RC_ASSERT((!shorter || !weft::value_same(*shorter, value)));
            RC_ASSERT((shorter || shorter.error().offset <= size));
        }
        // And whatever is accepted stands for itself.
        byte_buffer other = bytes;
        for (std::size_t edits = 1 + random.below(3); edits > 0; --edits) {
            if (!other.empty() && random.one_in(2)) {
                other[random.below(other.size())] = static_cast<std::byte>(random.below(256));
            } else {
                other.push_back(static_cast<std::byte>(random.one_in(2) ? 0 : random.below(256)));
            }
        }
        if (const auto read = codec<T>::decode(other)) {
            RC_ASSERT(encoded(*read) == other);
        } else {
            RC_ASSERT(read.error().offset <= other.size());
        }
    });
    weft::test::property("base/codec: " + of + " accepts only what it writes", 500,
                         [](const std::vector<std::uint8_t>& random_bytes) {
                             for (std::size_t n = 0; n <= random_bytes.size(); ++n) {
                                 byte_buffer bytes;
                                 for (std::size_t i = 0; i < n; ++i) {
                                     bytes.push_back(static_cast<std::byte>(random_bytes[i]));
                                 }
                                 if (const auto read = codec<T>::decode(bytes)) {
                                     RC_ASSERT(encoded(*read) == bytes);
                                 }
                             }
                         });
    weft::test::property("base/codec: the order of " + of + " is total", 1000,
                         [](std::uint64_t first, std::uint64_t second, std::uint64_t third) {
                             weft::test::chance one(first);
                             weft::test::chance two(second);
                             weft::test::chance three(third);
                             const T a = any<T>(one);
                             const T b = any<T>(two);
                             const T c = any<T>(three);
                             RC_ASSERT(!weft::value_less(a, a));
                             RC_ASSERT(weft::value_same(a, a));
                             const bool same = encoded(a) == encoded(b);
                             RC_ASSERT(weft::value_same(a, b) == same);
                             RC_ASSERT((weft::value_less(a, b) || weft::value_less(b, a)) == !same);
                             RC_ASSERT((!weft::value_less(a, b) || !weft::value_less(b, a)));
                             RC_ASSERT((!(weft::value_less(a, b) && weft::value_less(b, c)) ||
                                        weft::value_less(a, c)));
                             RC_ASSERT((!same || weft::value_hash(a, 7) == weft::value_hash(b, 7)));
                         });
}

template <class T>
errc refusal(std::initializer_list<int> bytes) {
    byte_buffer buffer;
    for (const int byte : bytes) {
        buffer.push_back(static_cast<std::byte>(byte));
    }
    return codec<T>::decode(buffer).error().code;
}

byte_buffer bytes_of(std::initializer_list<int> bytes) {
    byte_buffer buffer;
    for (const int byte : bytes) {
        buffer.push_back(static_cast<std::byte>(byte));
    }
    return buffer;
}

}  // namespace

TEST_CASE("base/codec: the laws hold for numbers") {
    check_codec<bool>("bool");
    check_codec<std::int8_t>("int8");
    check_codec<std::int32_t>("int32");
    check_codec<std::int64_t>("int64");
    check_codec<std::uint16_t>("uint16");
    check_codec<std::uint64_t>("uint64");
    check_codec<float>("float");
    check_codec<double>("double");
}

TEST_CASE("base/codec: the laws hold for text, bytes, ids and enums") {
    check_codec<std::string>("string");
    check_codec<byte_buffer>("bytes");
    check_codec<uuid>("uuid");
    check_codec<colour>("enum");
}

TEST_CASE("base/codec: the laws hold for optional and users' own values") {
    check_codec<std::optional<double>>("optional<double>");
    check_codec<std::optional<std::optional<std::string>>>("optional<optional<string>>");
    check_codec<point>("a type with a full codec");
    check_codec<name>("a type with the least codec");
}

TEST_CASE("base/codec: bytes of whole numbers") {
    CHECK(encoded(std::int32_t{0}) == bytes_of({0}));
    CHECK(encoded(std::int32_t{127}) == bytes_of({127}));
    CHECK(encoded(std::int32_t{128}) == bytes_of({128, 0}));
    CHECK(encoded(std::int32_t{-1}) == bytes_of({255}));
    CHECK(encoded(std::int32_t{-128}) == bytes_of({128}));
    CHECK(encoded(std::int32_t{-129}) == bytes_of({127, 255}));
    CHECK(encoded(std::uint32_t{255}) == bytes_of({255}));
    CHECK(encoded(std::uint32_t{256}) == bytes_of({0, 1}));
    CHECK(encoded(std::numeric_limits<std::int64_t>::min()) ==
          bytes_of({0, 0, 0, 0, 0, 0, 0, 128}));
    CHECK(encoded(std::numeric_limits<std::uint64_t>::max()).size() == 8);
    CHECK(encoded(std::int8_t{-128}) == bytes_of({128}));
    CHECK(encoded(colour::blue) == bytes_of({44, 1}));

    CHECK(refusal<std::int32_t>({}) == errc::truncated);
    CHECK(refusal<std::int32_t>({1, 0}) == errc::not_shortest);
    CHECK(refusal<std::int32_t>({255, 255}) == errc::not_shortest);
    CHECK(refusal<std::int32_t>({0, 255}) == errc::none);
    CHECK(refusal<std::int32_t>({0, 0, 0, 0, 1}) == errc::out_of_range);
    CHECK(refusal<std::uint32_t>({255, 0}) == errc::not_shortest);
    CHECK(refusal<std::uint8_t>({255}) == errc::none);
    CHECK(refusal<std::uint8_t>({255, 1}) == errc::out_of_range);
}

TEST_CASE("base/codec: every number of sixteen bits comes back, in order") {
    std::size_t wrong = 0;
    for (std::int32_t i = -32768; i < 65536; ++i) {
        if (i < 32768) {
            const auto value = static_cast<std::int16_t>(i);
            wrong += *codec<std::int16_t>::decode(encoded(value)) != value ? 1U : 0U;
        }
        if (i >= 0) {
            const auto value = static_cast<std::uint16_t>(i);
            wrong += *codec<std::uint16_t>::decode(encoded(value)) != value ? 1U : 0U;
        }
        wrong += *codec<std::int32_t>::decode(encoded(i)) != i ? 1U : 0U;
    }
    CHECK(wrong == 0);
}

TEST_CASE("base/codec: doubles keep -0 and have one NaN") {
    using limits = std::numeric_limits<double>;
    CHECK(encoded(-0.0) == bytes_of({0, 0, 0, 0, 0, 0, 0, 128}));
    CHECK(std::signbit(*codec<double>::decode(encoded(-0.0))));
    CHECK(encoded(limits::quiet_NaN()) == bytes_of({0, 0, 0, 0, 0, 0, 0xF8, 0x7F}));
    CHECK(encoded(-limits::quiet_NaN()) == encoded(limits::quiet_NaN()));
    CHECK(encoded(limits::signaling_NaN()) == encoded(limits::quiet_NaN()));
    CHECK(refusal<double>({1, 0, 0, 0, 0, 0, 0xF8, 0x7F}) == errc::not_canonical);
    CHECK(refusal<double>({0, 0, 0, 0, 0, 0, 0xF8, 0xFF}) == errc::not_canonical);
    CHECK(refusal<double>({0, 0, 0, 0, 0, 0, 0xF0, 0x7F}) == errc::none);  // +Inf
    CHECK(refusal<double>({0, 0, 0, 0, 0, 0, 0}) == errc::truncated);
    CHECK(refusal<double>({0, 0, 0, 0, 0, 0, 0, 0, 0}) == errc::trailing_bytes);
    CHECK(refusal<float>({1, 0, 0xC0, 0x7F}) == errc::not_canonical);
    CHECK(encoded(std::numeric_limits<float>::quiet_NaN()) == bytes_of({0, 0, 0xC0, 0x7F}));

    const std::vector<double> ascending = {-limits::infinity(),
                                           -1.0,
                                           -limits::denorm_min(),
                                           -0.0,
                                           0.0,
                                           limits::denorm_min(),
                                           9007199254740991.0,
                                           9007199254740992.0,
                                           limits::infinity(),
                                           limits::quiet_NaN()};
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        for (std::size_t k = 0; k < ascending.size(); ++k) {
            CHECK(weft::value_less(ascending[i], ascending[k]) == (i < k));
        }
    }
}

TEST_CASE("base/codec: the others refuse what is not theirs") {
    CHECK(refusal<bool>({}) == errc::truncated);
    CHECK(refusal<bool>({2}) == errc::out_of_range);
    CHECK(refusal<bool>({1, 0}) == errc::trailing_bytes);
    CHECK(refusal<std::string>({'a', 0xFF}) == errc::bad_utf8);
    CHECK(codec<std::string>::decode(bytes_of({'a', 0xFF})).error().offset == 1);
    CHECK(refusal<uuid>({1, 2, 3}) == errc::truncated);
    CHECK(codec<uuid>::decode(byte_buffer(17)).error().code == errc::trailing_bytes);
    using maybe = std::optional<std::int32_t>;
    CHECK(refusal<maybe>({}) == errc::truncated);
    CHECK(refusal<maybe>({2}) == errc::out_of_range);
    CHECK(refusal<maybe>({0, 0}) == errc::trailing_bytes);
    CHECK(refusal<maybe>({1}) == errc::truncated);
    CHECK(codec<maybe>::decode(bytes_of({1, 5, 0})).error() == weft::error(errc::not_shortest, 2));
    CHECK(encoded(maybe(5)) == bytes_of({1, 5}));
    CHECK(encoded(maybe()) == bytes_of({0}));
}

TEST_CASE("base/codec: a string that is not UTF-8 can't be written") {
    try {
        static_cast<void>(encoded(std::string("ab\xFF")));
        FAIL("it was written");
    } catch (const weft::bad_value& refused) {
        CHECK(refused.code() == errc::bad_utf8);
        CHECK(std::string(refused.what()) == "a string is not valid UTF-8");
    }
}

TEST_CASE("base/codec: decode_rest takes all that is left, or nothing") {
    const byte_buffer bytes = bytes_of({9, 'a', 'b'});
    byte_reader in(bytes);
    static_cast<void>(in.u8());
    const auto text = weft::decode_rest<std::string>(in);
    CHECK(*text == "ab");
    CHECK(in.empty());
    const byte_buffer bad = bytes_of({9, 'a', 0xFF});
    byte_reader again(bad);
    static_cast<void>(again.u8());
    CHECK(weft::decode_rest<std::string>(again).error() == weft::error(errc::bad_utf8, 2));
    CHECK(again.offset() == 1);
}

TEST_CASE("base/codec: a hash that a codec leaves out is that of the bytes") {
    CHECK(weft::value_hash(name{"x"}, 7) == weft::value_hash(name{"x"}, 7));
    CHECK(weft::value_hash(name{"x"}, 7) != weft::value_hash(name{"x"}, 8));
    CHECK(weft::value_hash(name{"x"}, 7) != weft::value_hash(name{"y"}, 7));
}

}  // namespace codec_test
