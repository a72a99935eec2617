#include <weft/base/hash_index.hpp>

#include "support/property.hpp"

#include <map>
#include <set>

namespace hash_index_test {

using weft::hash_index;

TEST_CASE("base/hash_index: does what a map from hashes to sets of numbers does") {
    weft::test::property("insert, find, renumber, erase", 300, [](const std::vector<int>& steps) {
        hash_index index;
        std::map<std::uint64_t, std::set<std::uint32_t>> model;  // few hashes: many collide
        std::uint32_t next = 0;
        std::size_t entries = 0;
        for (const int step : steps) {
            const std::uint64_t hash = static_cast<unsigned>(step) % 5;
            auto& there = model[hash];
            switch (static_cast<unsigned>(step) / 5 % 3) {
            case 0:
                index.insert(hash, next);
                there.insert(next++);
                ++entries;
                break;
            case 1:
                if (!there.empty()) {
                    const std::uint32_t one = *there.begin();
                    index.renumber(hash, one, next);
                    there.erase(one);
                    there.insert(next++);
                }
                break;
            default:
                if (!there.empty()) {
                    const std::uint32_t one = *there.rbegin();
                    index.erase(hash, one);
                    there.erase(one);
                    --entries;
                }
                break;
            }
            RC_ASSERT(index.size() == entries);
            for (const auto& [at, numbers] : model) {
                for (std::uint32_t n = 0; n != next; ++n) {
                    const auto found =
                        index.find(at, [&](std::uint32_t each) { return each == n; });
                    RC_ASSERT(found == (numbers.contains(n) ? n : hash_index::none));
                }
            }
        }
        index.clear();
        RC_ASSERT(index.size() == 0U);
    });
}

}  // namespace hash_index_test
