#include <weft/base/small_map.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace small_map_test {

using weft::small_map;

namespace {

using numbers = small_map<int, std::string>;

std::vector<std::pair<int, std::string>> entries(const numbers& of) {
    std::vector<std::pair<int, std::string>> all;
    of.for_each([&](int key, const std::string& value) { all.emplace_back(key, value); });
    std::sort(all.begin(), all.end());
    return all;
}

}  // namespace

TEST_CASE("base/small_map: agrees with std::map") {
    weft::test::property("base/small_map: oracle", 500,
                         [](const std::vector<std::pair<std::uint8_t, bool>>& script) {
                             numbers map;
                             std::map<int, std::string> oracle;
                             for (const auto& [word, erases] : script) {
                                 const int key = word % 24;
                                 if (erases) {
                                     RC_ASSERT(map.erase(key) == (oracle.erase(key) == 1U));
                                 } else {
                                     map[key] += std::to_string(word);
                                     oracle[key] += std::to_string(word);
                                 }
                                 RC_ASSERT(map.size() == oracle.size());
                                 RC_ASSERT(map.empty() == oracle.empty());
                                 const std::vector<std::pair<int, std::string>> wanted(
                                     oracle.begin(), oracle.end());
                                 RC_ASSERT(entries(map) == wanted);
                                 const numbers& read = map;
                                 for (int each = 0; each < 25; ++each) {
                                     const auto found = oracle.find(each);
                                     const std::string* const value = read.find(each);
                                     RC_ASSERT((value != nullptr) == (found != oracle.end()));
                                     RC_ASSERT((value == nullptr || *value == found->second));
                                     RC_ASSERT(map.find(each) == value);
                                 }
                                 numbers copy = map;
                                 RC_ASSERT(copy == map);
                                 numbers moved = std::move(copy);
                                 RC_ASSERT(moved == map);
                                 copy = map;
                                 RC_ASSERT(copy == moved);
                                 moved = std::move(copy);
                                 RC_ASSERT(moved == map);
                                 copy = numbers();
                                 RC_ASSERT(copy.empty());
                                 RC_ASSERT((copy == map) == map.empty());
                             }
                             map.clear();
                             RC_ASSERT(map.empty());
                             RC_ASSERT(map == numbers());
                         });
}

TEST_CASE("base/small_map: what was moved from is empty") {
    numbers map;
    map[1] = "one";
    numbers taken = std::move(map);
    CHECK(map.empty());
    map[3] = "three";
    map[2] = "two";
    taken = std::move(map);
    CHECK(map.empty());
    CHECK(map.find(2) == nullptr);
    CHECK(taken.size() == 2);
}

TEST_CASE("base/small_map: the order of a visit depends on what was added and removed only") {
    small_map<int, int> map;
    small_map<int, int> copy;
    for (int key = 0; key < 100; ++key) {
        map[key * 7 % 100] = key;
    }
    map.erase(14);
    copy = map;
    std::vector<int> found;
    map.for_each([&](int key, int /*value*/) { found.push_back(key); });
    std::vector<int> wanted;
    for (int key = 0; key < 99; ++key) {
        wanted.push_back(key == 2 ? 93 : key * 7 % 100);
    }
    CHECK(found == wanted);
    found.clear();
    copy.for_each([&](int key, int /*value*/) { found.push_back(key); });
    CHECK(found == wanted);
}

TEST_CASE("base/small_map: one entry takes no memory, and a lack of it changes nothing") {
    small_map<int, int> one;
    {
        const weft::test::allocation_watch watch;
        one[7] = 1;
        one.erase(7);
        one[8] = 2;
        CHECK(watch.calls() == 0);
    }
    numbers map;
    for (int key = 0; key < 12; ++key) {
        const numbers before = map;
        const int failures = weft::test::fail_each_allocation([&] { map[3 - key] = "x"; },
                                                              [&] { CHECK(map == before); });
        CHECK(failures == (key == 1 || key == 8 ? 2 : key == 2 ? 1 : 0));
    }
    numbers copy;
    copy[9] = "kept";
    const numbers before = copy;
    weft::test::fail_each_allocation([&] { copy = map; }, [&] { CHECK(copy == before); });
    CHECK(copy == map);
}

}  // namespace small_map_test
