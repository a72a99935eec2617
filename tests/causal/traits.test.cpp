#include <weft/causal/traits.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

namespace traits_test {

namespace {

using weft::default_traits;
using weft::replica_traits;

struct small_actors : default_traits {
    using actor_id = std::uint32_t;
};

struct manual_time : default_traits {
    using wall_clock = weft::manual_clock;
    using random = weft::splitmix64;
};

struct text_actors : default_traits {
    using actor_id = std::string;
};

struct signed_records : default_traits {
    using record_id = int;
};

struct no_hasher : default_traits {
    using hasher = int;
};

struct no_clock : default_traits {
    using wall_clock = weft::splitmix64;
};

struct no_random : default_traits {
    using random = weft::manual_clock;
};

struct nothing {};

static_assert(replica_traits<default_traits>);
static_assert(replica_traits<small_actors>);
static_assert(replica_traits<manual_time>);
static_assert(!replica_traits<text_actors>);
static_assert(!replica_traits<signed_records>);
static_assert(!replica_traits<no_hasher>);
static_assert(!replica_traits<no_clock>);
static_assert(!replica_traits<no_random>);
static_assert(!replica_traits<nothing>);
static_assert(!replica_traits<int>);

}  // namespace

TEST_CASE("causal/traits: the defaults are a uuid, XXH3 and the system's time and randomness") {
    CHECK(std::is_same_v<default_traits::actor_id, weft::actor_id>);
    CHECK(std::is_same_v<default_traits::record_id, weft::uuid>);
    CHECK(std::is_same_v<default_traits::hasher, weft::xxh3_128>);
    CHECK(std::is_same_v<default_traits::wall_clock, weft::system_wall_clock>);
    CHECK(std::is_same_v<default_traits::random, weft::system_random>);
}

}  // namespace traits_test
