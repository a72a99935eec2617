#include <weft/base/random.hpp>
#include <weft/model/key_groups.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace key_groups_test {

using namespace weft;

namespace {

/// Keys of one byte each, one after another.
byte_buffer keys(const std::vector<std::uint32_t>& numbers) {
    byte_buffer bytes;
    for (const std::uint32_t number : numbers) {
        bytes.push_back(static_cast<std::byte>(number));
    }
    return bytes;
}

std::set<std::uint32_t> rows_of(const key_groups& groups, std::uint32_t key) {
    std::set<std::uint32_t> rows;
    const std::uint32_t number = groups.find(keys({key}));
    if (number != key_groups::none) {
        for (const auto& member : groups[number].members) {
            rows.insert(member.row);
        }
    }
    return rows;
}

}  // namespace

TEST_CASE("model/key_groups: rows are found by their keys, whatever they had before") {
    weft::test::property("against a map", 100, [](std::uint64_t seed) {
        splitmix64 random{seed};
        key_groups groups;
        std::map<std::uint32_t, std::vector<std::uint32_t>> plain;
        for (int step = 0; step < 200; ++step) {
            const auto row = static_cast<std::uint32_t>(random() % 6);
            std::vector<std::uint32_t> wanted;
            for (std::uint32_t key = 0; key != 5; ++key) {
                if (random() % 3 == 0) {
                    wanted.push_back(key);
                }
            }
            RC_ASSERT(groups.assign(row, keys(wanted), wanted.size()) == (plain[row] != wanted));
            plain[row] = wanted;
            for (std::uint32_t key = 0; key != 5; ++key) {
                std::set<std::uint32_t> expected;
                for (const auto& [each, held] : plain) {
                    if (std::set<std::uint32_t>(held.begin(), held.end()).count(key) != 0) {
                        expected.insert(each);
                    }
                }
                RC_ASSERT(rows_of(groups, key) == expected);
            }
            for (const auto& [each, held] : plain) {
                const auto links = groups.links(each);
                RC_ASSERT(links.size() == held.size());
                for (std::size_t i = 0; i != links.size(); ++i) {
                    RC_ASSERT(bytes_same(groups[links[i].group].key, keys({held[i]})));
                    RC_ASSERT(groups[links[i].group].members[links[i].place].row == each);
                }
            }
        }
    });
}

TEST_CASE("model/key_groups: a group is dirty when a row joins or leaves it") {
    key_groups groups;
    const auto dirty = [&] {
        std::set<std::uint32_t> found;
        groups.clean([&](std::uint32_t group) {
            found.insert(std::to_integer<std::uint32_t>(groups[group].key[0]));
        });
        return found;
    };
    CHECK(groups.assign(0, keys({7}), 1));
    CHECK(groups.assign(1, keys({7}), 1));
    CHECK(dirty() == std::set<std::uint32_t>{7});
    CHECK(dirty().empty());
    CHECK_FALSE(groups.assign(1, keys({7}), 1));
    CHECK(dirty().empty());
    CHECK(groups.assign(1, keys({8}), 1));
    CHECK(dirty() == std::set<std::uint32_t>{7, 8});
    CHECK(groups.assign(1, {}, 0));
    CHECK(dirty().empty());  // its last member left: it is gone
    CHECK(groups.find(keys({8})) == key_groups::none);
}

TEST_CASE("model/key_groups: an empty key is a key, and no key is none") {
    key_groups groups;
    CHECK_FALSE(groups.assign(3, {}, 0));
    CHECK(groups.assign(3, {}, 1));
    CHECK(groups.links(3).size() == 1);
    CHECK(groups.find({}) == groups.links(3)[0].group);
    CHECK(groups.links(99).empty());
}

TEST_CASE("model/key_groups: flags are listed, and go with their group") {
    key_groups groups;
    for (const std::uint32_t row : {0U, 1U, 2U}) {
        CHECK(groups.assign(row, keys({row}), 1));
        groups.flag(groups.find(keys({row})), true);
        groups.flag(groups.find(keys({row})), true);
    }
    CHECK(groups.flagged().size() == 3);
    CHECK(groups.assign(0, {}, 0));
    CHECK(groups.flagged().size() == 2);
    groups.flag(groups.find(keys({1})), false);
    REQUIRE(groups.flagged().size() == 1);
    CHECK(groups.flagged()[0] == groups.find(keys({2})));
    CHECK_FALSE(groups.flagged(groups.find(keys({1}))));
}

}  // namespace key_groups_test
