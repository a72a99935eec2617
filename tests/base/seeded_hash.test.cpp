#include <weft/base/seeded_hash.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace seeded_hash_test {

namespace {

using weft::seeded_hash;
using weft::uuid;

constexpr std::size_t keys = 100'000;
constexpr std::size_t buckets = std::size_t{1} << 17U;

/// How many of 2^17 buckets the keys fall into, by the low and by the high bits of the hash. Random
/// hashes hit 69,950 of them, give or take 130.
struct spread {
    std::size_t low = 0;
    std::size_t high = 0;
};

template <class KeyAt>
spread spread_of(const seeded_hash& hash, KeyAt&& key_at) {
    std::vector<char> low(buckets, 0);
    std::vector<char> high(buckets, 0);
    for (std::size_t i = 0; i < keys; ++i) {
        const std::size_t value = hash(key_at(i));
        low[value % buckets] = 1;
        high[(value >> (8 * sizeof(std::size_t) - 17)) % buckets] = 1;
    }
    return {static_cast<std::size_t>(std::count(low.begin(), low.end(), 1)),
            static_cast<std::size_t>(std::count(high.begin(), high.end(), 1))};
}

void check_random(const spread& seen) {
    CHECK(seen.low > 68'500);
    CHECK(seen.low < 71'500);
    CHECK(seen.high > 68'500);
    CHECK(seen.high < 71'500);
}

}  // namespace

TEST_CASE("base/seeded_hash: adversarial keys with equal low 64 bits spread like random ones") {
    check_random(spread_of(seeded_hash{}, [](std::size_t i) { return uuid::of(i, 7); }));
}

TEST_CASE("base/seeded_hash: adversarial keys with equal high 64 bits spread like random ones") {
    check_random(spread_of(seeded_hash{}, [](std::size_t i) { return uuid::of(7, i); }));
}

TEST_CASE("base/seeded_hash: keys that differ in their top bits only spread like random ones") {
    check_random(spread_of(seeded_hash{},
                           [](std::size_t i) { return static_cast<std::uint64_t>(i) << 47U; }));
}

TEST_CASE("base/seeded_hash: keys chosen against one seed spread under another") {
    // The attacker knows seed 1: all these keys meet in one bucket there.
    const seeded_hash known{1};
    std::vector<uuid> chosen;
    for (std::uint64_t i = 0; chosen.size() < 2000; ++i) {
        const uuid id = uuid::of(i, ~i);
        if (known(id) % 64 == 0) {
            chosen.push_back(id);
        }
    }
    const seeded_hash secret{2};
    std::vector<std::size_t> load(64, 0);
    for (const uuid& id : chosen) {
        ++load[secret(id) % 64];
    }
    CHECK(*std::max_element(load.begin(), load.end()) < 100);  // 31 are expected
}

TEST_CASE("base/seeded_hash: one process has one seed, and a hash carries its own") {
    CHECK(weft::table_seed() == weft::table_seed());
    CHECK(seeded_hash{}.seed == weft::table_seed());
    const uuid id = uuid::of(1, 2);
    CHECK(seeded_hash{3}(id) == seeded_hash{3}(id));
    CHECK(seeded_hash{3}(id) != seeded_hash{4}(id));
}

TEST_CASE("base/seeded_hash: identifiers, digests and bytes hash alike when their bytes are") {
    weft::test::property("base/seeded_hash: alike",
                         [](std::uint64_t seed, std::uint64_t high, std::uint64_t low) {
                             const seeded_hash hash{seed};
                             const uuid id = uuid::of(high, low);
                             weft::digest<16> digest;
                             digest.bytes = id.bytes();
                             RC_ASSERT(hash(id) == hash(weft::byte_span(id.bytes())));
                             RC_ASSERT(hash(digest) == hash(id));
                         });
}

}  // namespace seeded_hash_test
