#include <weft/causal/sequence_steps.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace sequence_steps_test {

TEST_CASE("causal/sequence_steps: find gives the last step that starts at or before a sequence") {
    weft::test::property("find", [](const std::vector<std::uint16_t>& gaps, std::uint16_t any) {
        weft::sequence_steps steps;
        std::vector<weft::sequence> firsts;
        weft::sequence first = 1;
        for (const std::uint16_t gap : gaps) {
            steps.push_back({first, first * 3});
            firsts.push_back(first);
            // Steady ones, bursts and leaps: what an interpolating search likes and what not.
            first += gap < 40000 ? 10U : gap < 60000 ? 1U : gap * 50U;
        }
        RC_ASSERT(steps.size() == firsts.size());
        RC_ASSERT(steps.empty() == firsts.empty());
        const auto expect = [&](weft::sequence n) {
            std::size_t at = 0;
            for (std::size_t i = 0; i < firsts.size(); ++i) {
                at = firsts[i] <= n ? i : at;
            }
            return at;
        };
        std::vector<weft::sequence> asked{0, 1, any, first, ~weft::sequence{0}};
        for (const weft::sequence n : firsts) {
            asked.insert(asked.end(), {n - 1, n, n + 1});
        }
        for (const weft::sequence n : asked) {
            RC_ASSERT(steps.find(n) == expect(n));
        }
        while (!firsts.empty()) {
            RC_ASSERT(steps.back().first == firsts.back());
            RC_ASSERT(steps[steps.size() - 1].value == firsts.back() * 3);
            steps.pop_back();
            firsts.pop_back();
        }
        RC_ASSERT(steps.empty());
    });
}

TEST_CASE("causal/sequence_steps: one step needs no memory, and what was reserved can't fail") {
    weft::sequence_steps steps;
    {
        const weft::test::allocation_limit none(0);
        steps.reserve_one();
        steps.push_back({1, 1});
    }
    CHECK(steps.heap_bytes() == 0);
    for (weft::sequence n = 2; n < 200; ++n) {
        weft::test::fail_each_allocation([&] { steps.reserve_one(); }, [] {});
        const weft::test::allocation_limit none(0);
        steps.push_back({n, n});
    }
    CHECK(steps.size() == 199);
}

}  // namespace sequence_steps_test
