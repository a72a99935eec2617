/// Kora's golden vectors for its version vectors against weft's. A node id becomes an actor id in
/// the same order; a count becomes the same count, and 2^53-1, the greatest that a double counts
/// to, becomes the greatest that weft counts to. `dominates` is `after or equal`, a delta is
/// `missing`.
#include <weft/causal/version_vector.hpp>

#include "support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>

namespace kora_version_vector_test {

namespace {

namespace json = boost::json;
using weft::causal_order;
using weft::sequence;
using weft::uuid;
using weft::test::departure;
using weft::test::node_ids;
using weft::test::verdict;
using weft::test::whole_number;

using vector = weft::version_vector<uuid>;

constexpr std::string_view no_zero =
    "an actor of which nothing is held is not part of a weft vector, so both vectors are equal";
constexpr std::string_view not_a_count =
    "the counts of a weft vector are whole numbers by their type";
constexpr std::string_view contiguous =
    "a weft vector advances over a contiguous prefix only: what it counts is held without gaps";
constexpr std::string_view no_text =
    "a weft vector travels as bytes; there is no JSON text to read";

/// Every case that does not agree.
constexpr std::array<departure, 11> table{{
    {2, verdict::differs, no_zero},
    {3, verdict::differs, no_zero},
    {5, verdict::not_expressible, not_a_count},
    {6, verdict::not_expressible, not_a_count},
    {63, verdict::differs, contiguous},
    {65, verdict::not_expressible, not_a_count},
    {66, verdict::not_expressible, no_text},
    {67, verdict::not_expressible, no_text},
    {68, verdict::not_expressible, no_text},
    {69, verdict::not_expressible, no_text},
    {70, verdict::not_expressible, no_text},
}};

constexpr std::uint64_t kora_max = (std::uint64_t{1} << 53U) - 1;
constexpr std::uint64_t weft_max = std::numeric_limits<sequence>::max();

/// Counts keep their order, and all but the greatest their value.
std::optional<sequence> count_of(const json::value& number) {
    const auto whole = whole_number(number);
    if (whole == kora_max) {
        return static_cast<sequence>(weft_max);
    }
    if (!whole || *whole >= weft_max) {
        return std::nullopt;
    }
    return static_cast<sequence>(*whole);
}

/// From [[node, count], ...].
std::optional<vector> vector_of(const json::value& pairs, const node_ids& nodes) {
    vector held;
    for (const json::value& pair : pairs.as_array()) {
        const auto count = count_of(pair.at(1));
        if (!count) {
            return std::nullopt;
        }
        held.set(nodes[pair.at(0)], *count);
    }
    return held;
}

vector decoded(const weft::byte_buffer& bytes) {
    weft::byte_reader in(bytes);
    vector back = vector::decode(in).value();
    static_cast<void>(in.finish().value());
    return back;
}

weft::byte_buffer encoded(const vector& held) {
    weft::byte_buffer bytes;
    weft::byte_writer out(bytes);
    held.encode(out);
    return bytes;
}

/// The entries by ascending UTF-16 name, which is also the order of the text form.
bool names_ascend(const json::value& serialized, const vector& held, const node_ids& nodes) {
    const json::string& text = serialized.as_string();
    const json::value pairs = json::parse(std::string_view(text.data(), text.size()));
    std::size_t at = 0;
    for (const json::value& pair : pairs.as_array()) {
        if (count_of(pair.at(1)) == sequence{0}) {
            continue;
        }
        if (at == held.size() || held.entries()[at].actor != nodes[pair.at(0)] ||
            held.entries()[at].count != count_of(pair.at(1))) {
            return false;
        }
        ++at;
    }
    return at == held.size();
}

/// From {node: count, ...}.
bool counts_are(const vector& held, const json::object& counts, const node_ids& nodes) {
    std::size_t present = 0;
    for (const auto& member : counts) {
        const sequence count = held.count(nodes[json::value(member.key())]);
        if (count_of(member.value()) != count) {
            return false;
        }
        present += count != 0 ? 1 : 0;
    }
    return present == held.size();
}

bool dominates(const vector& a, const vector& b) {
    const causal_order order = compare(a, b);
    return order == causal_order::equal || order == causal_order::after;
}

verdict check_pair(const json::value& test, const node_ids& nodes) {
    const json::value& expected = test.at("expected");
    const auto a = vector_of(test.at("input").at("a"), nodes);
    const auto b = vector_of(test.at("input").at("b"), nodes);
    if (!a || !b) {
        return verdict::not_expressible;
    }
    vector joined = *a;
    joined.join(*b);
    vector reversed = *b;
    reversed.join(*a);
    const bool same = joined == vector_of(expected.at("merge"), nodes) && reversed == joined &&
                      dominates(*a, *b) == expected.at("a_dominates_b").as_bool() &&
                      dominates(*b, *a) == expected.at("b_dominates_a").as_bool() &&
                      (*a == *b) == expected.at("equal").as_bool() &&
                      (*a == *b) == (compare(*a, *b) == causal_order::equal) &&
                      names_ascend(expected.at("merge_serialized"), joined, nodes) &&
                      names_ascend(expected.at("a_serialized"), *a, nodes) &&
                      decoded(encoded(*a)) == vector_of(expected.at("wire_roundtrip"), nodes) &&
                      counts_are(*a, expected.at("a_wire").as_object(), nodes);
    return same ? verdict::agrees : verdict::differs;
}

verdict check_advance(const json::value& test, const node_ids& nodes) {
    const json::value& input = test.at("input");
    const auto n = count_of(input.at("seq"));
    std::optional<vector> held = vector_of(input.at("vector"), nodes);
    if (!n || !held) {
        return verdict::not_expressible;
    }
    static_cast<void>(held->advance({nodes[input.at("nodeId")], *n}));
    return held == vector_of(test.at("expected"), nodes) ? verdict::agrees : verdict::differs;
}

/// Which operations a delta has; their order is the causal graph's.
verdict check_delta(const json::value& test, const node_ids& nodes) {
    const json::value& input = test.at("input");
    const auto local = vector_of(input.at("local"), nodes);
    const auto remote = vector_of(input.at("remote"), nodes);
    std::multiset<std::string> sent;
    for (const auto& range : missing(*local, *remote)) {
        for (const json::value& operation : input.at("log").as_array()) {
            const auto n = count_of(operation.at("sequenceNumber"));
            if (nodes[operation.at("nodeId")] == range.actor && range.first <= *n &&
                *n <= range.last) {
                sent.emplace(operation.at("id").as_string());
            }
        }
    }
    std::multiset<std::string> expected;
    for (const json::value& id : test.at("expected").at("ids_in_order").as_array()) {
        expected.emplace(id.as_string());
    }
    return sent == expected ? verdict::agrees : verdict::differs;
}

void add_nodes(node_ids& nodes, const json::value& pairs) {
    for (const json::value& pair : pairs.as_array()) {
        nodes.add(pair.at(0));
    }
}

node_ids nodes_of(const json::array& cases) {
    node_ids nodes;
    for (const json::value& test : cases) {
        if (!test.at("input").is_object()) {
            continue;
        }
        const json::object& input = test.at("input").as_object();
        for (const char* const member : {"a", "b", "vector", "local", "remote"}) {
            if (const json::value* const pairs = input.if_contains(member); pairs != nullptr) {
                add_nodes(nodes, *pairs);
            }
        }
        if (const json::value* const node = input.if_contains("nodeId"); node != nullptr) {
            nodes.add(*node);
        }
        if (const json::value* const log = input.if_contains("log"); log != nullptr) {
            for (const json::value& operation : log->as_array()) {
                nodes.add(operation.at("nodeId"));
            }
        }
    }
    return nodes;
}

}  // namespace

TEST_CASE("causal/kora_version_vector: every golden case agrees, or departs for a reason") {
    const json::value file = weft::test::load_golden("kora/version-vector.json");
    const json::array& cases = file.at("cases").as_array();
    REQUIRE(cases.size() == 117);
    REQUIRE(file.at("case_count").to_number<std::size_t>() == cases.size());
    const node_ids nodes = nodes_of(cases);
    weft::test::ledger ledger(table);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const json::value& test = cases[i];
        const json::string& kind = test.at("kind").as_string();
        if (kind == "pair") {
            ledger.enter(i, check_pair(test, nodes));
        } else if (kind == "advance") {
            ledger.enter(i, check_advance(test, nodes));
        } else if (kind == "delta") {
            ledger.enter(i, check_delta(test, nodes));
        } else {
            REQUIRE(kind == "deserialize");
            ledger.enter(i, verdict::not_expressible);
        }
    }
    ledger.close(106, 11);
}

}  // namespace kora_version_vector_test
