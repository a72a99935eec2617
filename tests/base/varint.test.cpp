#include <weft/base/varint.hpp>

#include "support/effort.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <vector>

namespace varint_test {

namespace {

using weft::errc;

std::vector<std::byte> encoded(std::uint64_t value) {
    std::array<std::byte, weft::varint_size_max> scratch{};
    const std::size_t size = weft::write_varint(scratch.data(), value);
    return {scratch.begin(), scratch.begin() + static_cast<std::ptrdiff_t>(size)};
}

struct outcome {
    errc code = errc::none;
    std::uint64_t value = 0;
    std::size_t used = 0;
    friend bool operator==(const outcome&, const outcome&) = default;
};

constexpr std::uint64_t untouched = 0xDEADBEEFU;

outcome decoded(const std::vector<std::byte>& bytes) {
    const std::byte* at = bytes.data();
    outcome out{errc::none, untouched, 0};
    out.code = weft::read_varint(at, bytes.data() + bytes.size(), out.value);
    out.used = static_cast<std::size_t>(at - bytes.data());
    return out;
}

std::vector<std::byte> bytes_of(std::initializer_list<unsigned> values) {
    std::vector<std::byte> bytes;
    for (const unsigned value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

constexpr bool round_trips(std::uint64_t value) {
    std::array<std::byte, weft::varint_size_max> scratch{};
    const std::size_t size = weft::write_varint(scratch.data(), value);
    const std::byte* at = scratch.data();
    std::uint64_t back = 0;
    return weft::read_varint(at, scratch.data() + size, back) == errc::none && back == value &&
           at == scratch.data() + size && size == weft::varint_size(value);
}

static_assert(round_trips(0) && round_trips(127) && round_trips(128) && round_trips(16383));
static_assert(round_trips(~std::uint64_t{0}) && round_trips(std::uint64_t{1} << 63U));
static_assert(weft::varint_size(0) == 1 && weft::varint_size(127) == 1);
static_assert(weft::varint_size(128) == 2 && weft::varint_size(~std::uint64_t{0}) == 10);
static_assert(weft::zigzag(0) == 0 && weft::zigzag(-1) == 1 && weft::zigzag(1) == 2);
static_assert(weft::unzigzag(weft::zigzag(std::numeric_limits<std::int64_t>::min())) ==
              std::numeric_limits<std::int64_t>::min());
static_assert(weft::unzigzag(weft::zigzag(std::numeric_limits<std::int64_t>::max())) ==
              std::numeric_limits<std::int64_t>::max());
static_assert(weft::zigzag(std::numeric_limits<std::int64_t>::min()) == ~std::uint64_t{0});

}  // namespace

TEST_CASE("base/varint: known bytes") {
    CHECK(encoded(0) == bytes_of({0x00}));
    CHECK(encoded(1) == bytes_of({0x01}));
    CHECK(encoded(127) == bytes_of({0x7f}));
    CHECK(encoded(128) == bytes_of({0x80, 0x01}));
    CHECK(encoded(300) == bytes_of({0xac, 0x02}));
    CHECK(encoded(~std::uint64_t{0}) ==
          bytes_of({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}));
}

TEST_CASE("base/varint: every boundary between sizes round-trips") {
    for (unsigned bits = 0; bits < 64; ++bits) {
        for (const std::uint64_t step : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
            CHECK(round_trips((std::uint64_t{1} << bits) + step));
        }
        CHECK(weft::varint_size(std::uint64_t{1} << bits) == bits / 7 + 1);
    }
}

TEST_CASE("base/varint: any number round-trips, and no prefix of its bytes is one") {
    weft::test::property("base/varint: round trip", 1000, [](std::uint64_t full) {
        const std::uint64_t value = full >> *rc::gen::inRange(0U, 64U);
        const std::vector<std::byte> bytes = encoded(value);
        RC_ASSERT(bytes.size() == weft::varint_size(value));
        RC_ASSERT((decoded(bytes) == outcome{errc::none, value, bytes.size()}));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const std::vector<std::byte> prefix(bytes.begin(),
                                                bytes.begin() + static_cast<std::ptrdiff_t>(size));
            RC_ASSERT((decoded(prefix) == outcome{errc::truncated, untouched, 0}));
        }
    });
}

TEST_CASE("base/varint: of all strings of up to three bytes the accepted ones are canonical") {
    int accepted = 0;
    int not_shortest = 0;
    const unsigned step = 5 * weft::test::stride(13);
    for (unsigned size = 0; size <= 3; ++size) {
        for (unsigned number = 0; number < (1U << (8 * size)); number += size == 3 ? step : 1) {
            std::vector<std::byte> bytes;
            for (unsigned i = 0; i < size; ++i) {
                bytes.push_back(static_cast<std::byte>(number >> (8 * i)));
            }
            const outcome seen = decoded(bytes);
            if (seen.code != errc::none) {
                REQUIRE(seen.value == untouched);
                REQUIRE(seen.used == 0);
                not_shortest += seen.code == errc::not_shortest ? 1 : 0;
                continue;
            }
            ++accepted;
            REQUIRE(encoded(seen.value) ==
                    std::vector<std::byte>(bytes.begin(),
                                           bytes.begin() + static_cast<std::ptrdiff_t>(seen.used)));
        }
    }
    CHECK(accepted > 5'000'000 / static_cast<int>(step));
    CHECK(not_shortest > 45'000 / static_cast<int>(step));
}

TEST_CASE("base/varint: other encodings of a number are refused") {
    CHECK(decoded(bytes_of({0x80, 0x00})) == outcome{errc::not_shortest, untouched, 0});
    CHECK(decoded(bytes_of({0xff, 0x80, 0x00})) == outcome{errc::not_shortest, untouched, 0});
    std::vector<std::byte> padded(9, std::byte{0x80});
    padded.push_back(std::byte{0});
    CHECK(decoded(padded) == outcome{errc::not_shortest, untouched, 0});
}

TEST_CASE("base/varint: more than 64 bits are refused") {
    std::vector<std::byte> bytes(9, std::byte{0xff});
    bytes.push_back(std::byte{0x02});
    CHECK(decoded(bytes) == outcome{errc::out_of_range, untouched, 0});
    bytes.back() = std::byte{0x81};  // an eleventh byte would follow
    bytes.push_back(std::byte{0x00});
    CHECK(decoded(bytes) == outcome{errc::out_of_range, untouched, 0});
    CHECK(decoded(std::vector<std::byte>(9, std::byte{0xff})) ==
          outcome{errc::truncated, untouched, 0});
}

TEST_CASE("base/varint: what follows a number is left alone") {
    CHECK(decoded(bytes_of({0x05, 0x80})) == outcome{errc::none, 5, 1});
}

TEST_CASE("base/varint: zigzag is a bijection that keeps small magnitudes small") {
    weft::test::property("base/varint: zigzag", 1000, [](std::int64_t value) {
        RC_ASSERT(weft::unzigzag(weft::zigzag(value)) == value);
        const auto bits = static_cast<std::uint64_t>(value);
        RC_ASSERT(weft::zigzag(weft::unzigzag(bits)) == bits);
    });
    for (std::int64_t value = -64; value < 64; ++value) {
        CHECK(weft::varint_size(weft::zigzag(value)) == 1);
    }
    CHECK(weft::varint_size(weft::zigzag(64)) == 2);
    CHECK(weft::varint_size(weft::zigzag(-65)) == 2);
}

}  // namespace varint_test
