#include <weft/base/interner.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace interner_test {

namespace {

using weft::interner;
using weft::uuid;

}  // namespace

TEST_CASE("base/interner: numbers are dense and in the order of first sight") {
    interner<uuid> numbers;
    CHECK(numbers.size() == 0);
    CHECK(numbers.find(uuid::of(1, 1)) == interner<uuid>::none);
    CHECK(numbers.intern(uuid::of(9, 9)) == 0);
    CHECK(numbers.intern(uuid::of(1, 1)) == 1);
    CHECK(numbers.intern(uuid::of(9, 9)) == 0);
    CHECK(numbers.size() == 2);
    CHECK(numbers[1] == uuid::of(1, 1));
    CHECK(numbers.keys() == weft::lean_vector<uuid>{uuid::of(9, 9), uuid::of(1, 1)});
}

TEST_CASE("base/interner: agrees with a list that is searched, through growth and truncation") {
    weft::test::property("base/interner: oracle", [](const std::vector<std::uint8_t>& script) {
        interner<std::uint8_t> numbers;
        weft::lean_vector<std::uint8_t> oracle;
        for (const std::uint8_t step : script) {
            if (step % 7 == 0) {
                const auto size = static_cast<std::uint32_t>(oracle.size() * (step % 5) / 4);
                numbers.truncate(size);
                oracle.resize(std::min<std::size_t>(size, oracle.size()));
            } else {
                const auto found = std::find(oracle.begin(), oracle.end(), step);
                const auto number = static_cast<std::uint32_t>(found - oracle.begin());
                RC_ASSERT(numbers.find(step) ==
                          (found == oracle.end() ? interner<std::uint8_t>::none : number));
                if (found == oracle.end()) {
                    oracle.push_back(step);
                }
                RC_ASSERT(numbers.intern(step) == number);
            }
            RC_ASSERT(numbers.keys() == oracle);
            RC_ASSERT(numbers.size() == oracle.size());
        }
        for (unsigned key = 0; key < 256; ++key) {
            const auto found =
                std::find(oracle.begin(), oracle.end(), static_cast<std::uint8_t>(key));
            RC_ASSERT((numbers.find(static_cast<std::uint8_t>(key)) !=
                       interner<std::uint8_t>::none) == (found != oracle.end()));
        }
    });
}

TEST_CASE("base/interner: a copy and its original go their own ways") {
    interner<std::uint32_t> first;
    static_cast<void>(first.intern(10));
    interner<std::uint32_t> second = first;
    static_cast<void>(second.intern(20));
    CHECK(first.find(20) == interner<std::uint32_t>::none);
    CHECK(second.find(10) == 0);
    CHECK(first.intern(30) == 1);
    CHECK(second.find(30) == interner<std::uint32_t>::none);
}

TEST_CASE("base/interner: truncating to the size or more forgets nothing") {
    interner<std::uint32_t> numbers;
    for (std::uint32_t key = 0; key < 100; ++key) {
        static_cast<void>(numbers.intern(key * 1000));
    }
    numbers.truncate(200);
    numbers.truncate(100);
    CHECK(numbers.size() == 100);
    numbers.truncate(40);
    CHECK(numbers.size() == 40);
    CHECK(numbers.find(39'000) == 39);
    CHECK(numbers.find(40'000) == interner<std::uint32_t>::none);
    CHECK(numbers.intern(99'000) == 40);
}

TEST_CASE("base/interner: running out of memory changes nothing, and a known key needs none") {
    interner<std::uint32_t> numbers;
    weft::lean_vector<std::uint32_t> keys;
    int failures = 0;
    for (std::uint32_t key = 0; key < 1000; ++key) {
        failures += weft::test::fail_each_allocation(
            [&] { static_cast<void>(numbers.intern(key)); },
            [&] {
                REQUIRE(numbers.keys() == keys);
                REQUIRE(numbers.find(key) == interner<std::uint32_t>::none);
            });
        keys.push_back(key);
        const weft::test::allocation_limit none_left(0);
        REQUIRE(numbers.intern(key / 2) == key / 2);
    }
    CHECK(failures > 10);
    CHECK(numbers.keys() == keys);
}

}  // namespace interner_test
