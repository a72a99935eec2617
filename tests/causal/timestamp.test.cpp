#include <weft/base/id.hpp>
#include <weft/causal/timestamp.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <vector>

namespace timestamp_test {

namespace {

using weft::timestamp;

static_assert(sizeof(timestamp) == 8);
static_assert(timestamp::wall_max == 140'737'488'355'327U);
static_assert(timestamp::logical_max == 131'071U);
static_assert(timestamp{} == timestamp::of(0, 0));
static_assert(timestamp::of(5, 7).wall_ms() == 5 && timestamp::of(5, 7).logical() == 7);
static_assert(timestamp::of(5, timestamp::logical_max).next() == timestamp::of(6, 0));
static_assert(timestamp::of(timestamp::wall_max, timestamp::logical_max).bits == ~std::uint64_t{0});

/// A timestamp's eight bytes, most significant first.
std::array<std::byte, 8> big_endian(timestamp t) {
    std::array<std::byte, 8> bytes{};
    weft::identifier_traits<std::uint64_t>::write(t.bits, bytes.data());
    return bytes;
}

/// 0, 1, the middle and the limits of a range, and their neighbours.
std::vector<std::uint64_t> boundaries(std::uint64_t max) {
    return {0, 1, 2, max / 2 - 1, max / 2, max / 2 + 1, max - 1, max};
}

}  // namespace

TEST_CASE("causal/timestamp: parts survive packing over the full range, limits included") {
    for (const std::uint64_t wall : boundaries(timestamp::wall_max)) {
        for (const std::uint64_t logical : boundaries(timestamp::logical_max)) {
            const timestamp t = timestamp::of(wall, logical);
            CHECK(t.wall_ms() == wall);
            CHECK(t.logical() == logical);
            CHECK(timestamp{t.bits} == t);
        }
    }
    weft::test::property("causal/timestamp: bits survive their parts", [](std::uint64_t bits) {
        const timestamp t{bits};
        RC_ASSERT(timestamp::of(t.wall_ms(), t.logical()) == t);
    });
}

TEST_CASE("causal/timestamp: a wall time out of range is the last one in range") {
    CHECK(timestamp::of(timestamp::wall_max + 1, 3) == timestamp::of(timestamp::wall_max, 3));
    CHECK(timestamp::of(~std::uint64_t{0}, 3) == timestamp::of(timestamp::wall_max, 3));
}

TEST_CASE("causal/timestamp: order is that of the parts, of the integer and of the bytes") {
    weft::test::property(
        "causal/timestamp: one order", 1000, [](std::uint64_t a, std::uint64_t b, bool near) {
            const timestamp left{a};
            const timestamp right{near ? a + b % 3 - 1 : b};
            RC_ASSERT((left < right) == (left.bits < right.bits));
            RC_ASSERT((left < right) ==
                      (left.wall_ms() < right.wall_ms() ||
                       (left.wall_ms() == right.wall_ms() && left.logical() < right.logical())));
            const auto x = big_endian(left);
            const auto y = big_endian(right);
            RC_ASSERT((left < right) == (std::memcmp(x.data(), y.data(), x.size()) < 0));
            RC_ASSERT(((left < right) + (right < left) + (left == right)) == 1);
        });
}

TEST_CASE("causal/timestamp: next is the immediate successor, and carries") {
    weft::test::property("causal/timestamp: next", [](std::uint64_t bits) {
        const timestamp t{bits};
        RC_PRE(bits != ~std::uint64_t{0});
        RC_ASSERT(t < t.next());
        RC_ASSERT(t.next().bits - t.bits == 1U);
    });
    CHECK(timestamp::of(9, timestamp::logical_max).next() == timestamp::of(10, 0));
    CHECK(timestamp{~std::uint64_t{0}}.next() == timestamp{~std::uint64_t{0}});
}

}  // namespace timestamp_test
