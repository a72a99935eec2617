#include <weft/base/ordered_index.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <vector>

using weft::ordered_index;
using weft::ordered_key;
using weft::ordered_key_of;

TEST_CASE("base/ordered_index: agrees with std::map, and numbers stay dense") {
    weft::test::property("base/ordered_index: oracle", 300,
                         [](const std::vector<std::pair<std::uint16_t, bool>>& script) {
                             ordered_index index;
                             std::vector<std::uint64_t> keys;  // by number
                             std::map<std::uint64_t, bool> oracle;
                             for (const auto& [word, erases] : script) {
                                 const std::uint64_t key = word % 64U;
                                 const std::uint32_t number = index.find({key / 8, key % 8});
                                 RC_ASSERT((number == ordered_index::none) ==
                                           (oracle.count(key) == 0));
                                 if (number == ordered_index::none) {
                                     index.insert({key / 8, key % 8});
                                     keys.push_back(key);
                                     oracle[key] = true;
                                 } else {
                                     RC_ASSERT(keys[number] == key);
                                     if (erases) {
                                         index.erase(number);
                                         keys[number] = keys.back();
                                         keys.pop_back();
                                         oracle.erase(key);
                                     }
                                 }
                                 RC_ASSERT(index.size() == oracle.size());
                                 std::vector<std::uint64_t> in_order;
                                 for (std::uint32_t at = index.first(); at != ordered_index::none;
                                      at = index.after(at)) {
                                     in_order.push_back(keys[at]);
                                 }
                                 std::vector<std::uint64_t> wanted;
                                 for (const auto& each : oracle) {
                                     wanted.push_back(each.first);
                                 }
                                 RC_ASSERT(in_order == wanted);
                             }
                         });
}

TEST_CASE("base/ordered_index: ascending keys do not make it deep") {
    ordered_index index;
    constexpr std::uint32_t many = 1U << 17U;
    for (std::uint32_t key = 0; key < many; ++key) {
        index.insert({0, key});
    }
    for (std::uint32_t key = 0; key < many; ++key) {
        REQUIRE(index.find({0, key}) != ordered_index::none);
    }
    while (index.size() != 0) {
        index.erase(index.first());
    }
    CHECK(index.first() == ordered_index::none);
}

TEST_CASE("base/ordered_index: a lack of memory changes nothing") {
    ordered_index index;
    index.insert({0, 7});
    for (std::uint64_t key = 8; key < 40; ++key) {
        weft::test::fail_each_allocation(
            [&] {
                index.insert({0, key});
            },
            [&] {
                CHECK(index.size() == key - 7);
                CHECK(index.find({0, key}) == ordered_index::none);
            });
    }
    CHECK(index.size() == 33);
}

TEST_CASE("base/ordered_index: numbers of every kind are keys in their order") {
    const auto less = [](auto a, auto b) {
        return ordered_key_of<decltype(a)>::of(a) < ordered_key_of<decltype(b)>::of(b);
    };
    CHECK(less(-1, 0));
    CHECK(less(std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}));
    CHECK(less(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()));
    CHECK(less(std::uint8_t{127}, std::uint8_t{128}));
    CHECK(less(std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()));
    CHECK(ordered_key{1, 0} == ordered_key{1, 0});
    CHECK(ordered_key{0, 9} < ordered_key{1, 0});
    CHECK_FALSE(ordered_key{1, 0} < ordered_key{1, 0});
}
