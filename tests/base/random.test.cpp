#include <weft/base/random.hpp>

#include <doctest/doctest.h>

#include <set>

namespace random_test {

namespace {

using weft::splitmix64;

static_assert(weft::random_source<weft::system_random>);
static_assert(weft::random_source<splitmix64>);
static_assert(!weft::random_source<int>);

constexpr std::uint64_t first_of(std::uint64_t seed) {
    splitmix64 source{seed};
    return source();
}

static_assert(first_of(1234567) == 6457827717110365317U);

}  // namespace

TEST_CASE("base/random: splitmix64 gives its published sequence") {
    splitmix64 source{1234567};
    CHECK(source() == 6457827717110365317U);
    CHECK(source() == 3203168211198807973U);
    CHECK(source() == 9817491932198370423U);
    CHECK(source() == 4593380528125082431U);
    CHECK(source() == 16408922859458223821U);
}

TEST_CASE("base/random: the system's numbers do not repeat") {
    weft::system_random source;
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i) {
        CHECK(seen.insert(source()).second);
    }
}

}  // namespace random_test
