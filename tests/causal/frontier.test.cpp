#include <weft/causal/frontier.hpp>

#include "support/property.hpp"
#include "support/shuffle.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace frontier_test {

namespace {

using weft::byte_buffer;
using weft::byte_reader;
using weft::byte_span;
using weft::byte_writer;
using weft::dot;
using weft::errc;
using weft::sequence;

using actor = std::uint8_t;
using frontier = weft::frontier<actor>;
using model = std::map<actor, std::uint8_t>;

frontier frontier_of(const model& heads) {
    frontier out;
    for (const auto& [id, n] : heads) {
        out.insert({id, n + 1U});
    }
    return out;
}

byte_buffer encoded(const frontier& heads) {
    byte_buffer out;
    byte_writer writer(out);
    heads.encode(writer);
    return out;
}

}  // namespace

TEST_CASE("causal/frontier: a later operation takes the place of its actor's earlier one") {
    frontier heads;
    CHECK(heads.empty());
    CHECK(heads.insert({2, 5}));
    CHECK(heads.insert({1, 9}));
    CHECK(!heads.insert({2, 5}));
    CHECK(!heads.insert({2, 4}));
    CHECK(heads.insert({2, 7}));
    CHECK(heads.size() == 2);
    CHECK(std::vector<dot<actor>>(heads.begin(), heads.end()) ==
          std::vector<dot<actor>>{{1, 9}, {2, 7}});
    CHECK(heads.contains({2, 7}));
    CHECK(!heads.contains({2, 5}));
    heads.clear();
    CHECK(heads == frontier{});
}

TEST_CASE("causal/frontier: erases exactly what is named") {
    frontier heads = frontier_of({{1, 1}, {2, 2}});
    CHECK(!heads.erase({1, 1}));
    CHECK(!heads.erase({3, 1}));
    CHECK(!heads.erase({0, 1}));
    CHECK(heads.erase({1, 2}));
    CHECK(!heads.erase({1, 2}));
    CHECK(heads == frontier_of({{2, 2}}));
}

TEST_CASE("causal/frontier: advancing past both heads leaves one") {
    frontier heads = frontier_of({{1, 4}, {2, 6}});
    CHECK(heads.erase({1, 5}));
    CHECK(heads.erase({2, 7}));
    CHECK(heads.insert({3, 1}));
    CHECK(heads.size() == 1);
    CHECK(heads.span().front() == dot<actor>{3, 1});
}

TEST_CASE("causal/frontier: agrees with a map from actor to sequence") {
    weft::test::property("causal/frontier: oracle", [](const std::vector<std::pair<
                                                           std::uint8_t, std::uint8_t>>& script) {
        frontier heads;
        std::map<actor, sequence> oracle;
        for (const auto& step : script) {
            const dot<actor> operation{static_cast<actor>(step.first % 5), step.second % 6U + 1};
            const auto found = oracle.find(operation.actor);
            if (step.second % 4 == 0) {
                const bool there = found != oracle.end() && found->second == operation.sequence;
                RC_ASSERT(heads.erase(operation) == there);
                if (there) {
                    oracle.erase(found);
                }
            } else {
                const bool later = found == oracle.end() || found->second < operation.sequence;
                RC_ASSERT(heads.insert(operation) == later);
                if (later) {
                    oracle[operation.actor] = operation.sequence;
                }
            }
            RC_ASSERT(heads.size() == oracle.size());
            RC_ASSERT(std::equal(heads.begin(), heads.end(), oracle.begin(), oracle.end(),
                                 [](const dot<actor>& head, const auto& entry) {
                                     return head.actor == entry.first &&
                                            head.sequence == entry.second;
                                 }));
        }
    });
}

TEST_CASE("causal/frontier: bytes do not depend on the order of insertion") {
    weft::test::property("causal/frontier: canonical", [](const model& heads, std::uint64_t seed) {
        std::vector<std::pair<actor, std::uint8_t>> order(heads.begin(), heads.end());
        weft::test::shuffle(order, seed);
        frontier shuffled;
        for (const auto& [id, n] : order) {
            shuffled.insert({id, n + 1U});
        }
        RC_ASSERT(shuffled == frontier_of(heads));
        RC_ASSERT(encoded(shuffled) == encoded(frontier_of(heads)));
    });
}

TEST_CASE("causal/frontier: survives its bytes, leaves what follows, refuses every prefix") {
    weft::test::property("causal/frontier: round trip", [](const model& any) {
        const frontier heads = frontier_of(any);
        byte_buffer bytes = encoded(heads);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            byte_reader in(byte_span(bytes).first(size));
            RC_ASSERT(!frontier::decode(in).has_value());
            RC_ASSERT(in.offset() == 0U);
        }
        bytes.push_back(std::byte{0x55});
        byte_reader in(bytes);
        RC_ASSERT(frontier::decode(in).value() == heads);
        RC_ASSERT(in.remaining() == 1U);
    });
}

TEST_CASE("causal/frontier: two operations of one actor are refused, in either order") {
    for (const auto& [first, second] : {std::pair{1U, 2U}, std::pair{2U, 1U}}) {
        const byte_buffer bytes{std::byte{2}, std::byte{7}, static_cast<std::byte>(first),
                                std::byte{7}, static_cast<std::byte>(second)};
        byte_reader in(bytes);
        CHECK(frontier::decode(in).error() == weft::error{errc::not_sorted, 3});
    }
}

}  // namespace frontier_test
