#include <weft/base/ordered_sequence.hpp>

#include "support/hostile.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ordered_sequence_test {

namespace {

using sequence = weft::ordered_sequence<2>;

/// Compares with the obvious: a vector of items and of their counts.
void check_alike(const sequence& tree,
                 const std::vector<std::uint32_t>& order,
                 const std::vector<sequence::counts>& counts) {
    sequence::counts passed{};
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::uint32_t at = order[i];
        RC_ASSERT(tree.next(at) == (i + 1 == order.size() ? sequence::none : order[i + 1]));
        RC_ASSERT(tree.previous(at) == (i == 0 ? sequence::none : order[i - 1]));
        for (std::size_t which = 0; which < 2; ++which) {
            const std::uint32_t own = counts[at][which];
            RC_ASSERT(tree.count(at, which) == own);
            RC_ASSERT(tree.before(at, which) == passed[which]);
            if (own != 0) {
                const auto found = tree.find(order[0], which, passed[which] + own - 1);
                RC_ASSERT(found.at == at);
                RC_ASSERT(found.offset == own - 1);
            }
            passed[which] += own;
            const auto next =
                std::find_if(order.begin() + static_cast<std::ptrdiff_t>(i) + 1, order.end(),
                             [&](auto each) { return counts[each][which] != 0; });
            RC_ASSERT(tree.next_counted(at, which) ==
                      (next == order.end() ? sequence::none : *next));
        }
    }
    RC_ASSERT(tree.first(order[0]) == order.front());
    RC_ASSERT(tree.last(order[0]) == order.back());
    RC_ASSERT(tree.total(order[0], 0) == passed[0]);
    RC_ASSERT(tree.total(order[0], 1) == passed[1]);
    for (std::size_t ahead = 0; ahead <= order.size(); ++ahead) {
        const auto found = tree.partition(order[0], [&](std::uint32_t each) {
            return std::find(order.begin(), order.end(), each) - order.begin() <
                   static_cast<std::ptrdiff_t>(ahead);
        });
        RC_ASSERT(found == (ahead == order.size() ? sequence::none : order[ahead]));
    }
}

}  // namespace

TEST_CASE(
    "base/ordered_sequence: items put beside others stand and count where a vector has them") {
    weft::test::property("base/ordered_sequence: as a vector", 150, [](std::uint64_t word) {
        weft::test::chance random(word);
        sequence tree;
        std::vector<std::vector<std::uint32_t>> orders;
        std::vector<sequence::counts> counts;
        for (std::size_t steps = 1 + random.below(60); steps > 0; --steps) {
            const auto count = [&] { return static_cast<std::uint32_t>(random.below(3)); };
            if (!counts.empty() && random.one_in(4)) {
                const auto at = static_cast<std::uint32_t>(random.below(counts.size()));
                const std::size_t which = random.below(2);
                counts[at][which] = count();
                tree.set_count(at, which, counts[at][which]);
                continue;
            }
            const std::uint32_t first = count();
            counts.push_back({first, count()});
            const auto fresh = tree.make(counts.back());
            RC_ASSERT(fresh + 1 == tree.size());
            if (orders.empty() || random.one_in(20)) {
                orders.push_back({fresh});
                continue;
            }
            auto& order = orders[random.below(orders.size())];
            const std::size_t at = random.below(order.size());
            const bool after = random.one_in(2);
            if (after) {
                tree.put_after(order[at], fresh);
            } else {
                tree.put_before(order[at], fresh);
            }
            order.insert(order.begin() + static_cast<std::ptrdiff_t>(at + (after ? 1 : 0)), fresh);
        }
        for (const auto& order : orders) {
            check_alike(tree, order, counts);
        }
        const sequence copy = tree;
        check_alike(copy, orders[0], counts);
    });
}

}  // namespace ordered_sequence_test
