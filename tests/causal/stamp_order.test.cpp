#include <weft/base/random.hpp>
#include <weft/causal/stamp_order.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace stamp_order_test {

namespace {

/// Sorts both ways and compares, positions included.
bool sorts_stably(const std::vector<std::uint64_t>& bits) {
    weft::lean_vector<weft::timed_index> keys;
    std::vector<weft::timed_index> model;
    for (std::uint32_t i = 0; i < bits.size(); ++i) {
        keys.push_back({{bits[i]}, {i}});
        model.push_back({{bits[i]}, {i}});
    }
    weft::sort_by_timestamp(keys);
    std::stable_sort(model.begin(), model.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    return std::equal(
        keys.begin(), keys.end(), model.begin(), model.end(),
        [](const auto& a, const auto& b) { return a.at == b.at && a.index == b.index; });
}

}  // namespace

TEST_CASE("causal/stamp_order: it sorts like a stable sort") {
    weft::test::property(
        "any", [](const std::vector<std::uint64_t>& bits) { RC_ASSERT(sorts_stably(bits)); });
    weft::test::property("close", [](const std::vector<std::uint8_t>& few) {
        std::vector<std::uint64_t> bits;
        for (const std::uint8_t one : few) {
            bits.push_back((1ULL << 60U) + one % 16);
        }
        RC_ASSERT(sorts_stably(bits));
    });
}

TEST_CASE("causal/stamp_order: large lists, any span, with extremes") {
    for (unsigned span = 1; span <= 64; span += 7) {
        weft::splitmix64 random{span};
        std::vector<std::uint64_t> bits{0, ~std::uint64_t{0} >> (64 - span)};
        for (int i = 0; i < 3000; ++i) {
            bits.push_back(random() >> (64 - span));
        }
        CHECK(sorts_stably(bits));
    }
    CHECK(sorts_stably(std::vector<std::uint64_t>(5000, 17)));
    CHECK(sorts_stably({}));
}

}  // namespace stamp_order_test
