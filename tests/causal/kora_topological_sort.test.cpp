/// Kora's golden vectors for its causal order against weft's stamp order. The operations enter a
/// causal graph as an importer brings in a foreign history: parents are the maximal dependencies;
/// the time is that of the operation, but later than every parent's; and because a node of Kora's
/// may write operations that do not follow each other, each is the first of an actor of its own,
/// whose id is in the order of (node id, sequence number). Kora's timestamps become milliseconds in
/// the same order, the logical part is left for what has to be lifted past its parents. A
/// dependency outside of the list stands for an operation that was held before.
#include <weft/causal/causal_graph.hpp>

#include "support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

namespace kora_topological_sort_test {

namespace {

namespace json = boost::json;
using weft::actor_slot;
using weft::causal_graph;
using weft::local_dot;
using weft::op_index;
using weft::timestamp;
using weft::uuid;
using weft::test::departure;
using weft::test::node_ids;
using weft::test::verdict;

constexpr std::string_view no_cycles =
    "an operation enters a weft graph when its parents are held, so no cycle can";
constexpr std::string_view known =
    "weft knows an operation that comes twice, and it stands in the order once";
constexpr std::string_view lifted =
    "some operations are not later than what they depend on; those that waited for the same one "
    "weft orders by lifted time and actor id, alike on every replica, not by their own time";
constexpr std::string_view tied =
    "some operations of one node share a timestamp, before or after they are lifted past their "
    "dependencies; weft orders what is equal in time by actor id, whatever the order of arrival";

/// Every case that does not agree in full.
constexpr std::array<departure, 75> table{{
    {4, verdict::not_expressible, no_cycles},
    {5, verdict::not_expressible, no_cycles},
    {6, verdict::not_expressible, known},
    {7, verdict::not_expressible, known},
    {9, verdict::differs, tied},
    {13, verdict::differs, lifted},
    {17, verdict::differs, tied},
    {19, verdict::not_expressible, no_cycles},
    {21, verdict::differs, lifted},
    {22, verdict::not_expressible, no_cycles},
    {23, verdict::differs, lifted},
    {27, verdict::differs, tied},
    {28, verdict::differs, lifted},
    {29, verdict::not_expressible, no_cycles},
    {31, verdict::differs, lifted},
    {33, verdict::differs, lifted},
    {40, verdict::differs, lifted},
    {43, verdict::differs, tied},
    {47, verdict::differs, lifted},
    {48, verdict::differs, lifted},
    {49, verdict::differs, lifted},
    {51, verdict::differs, lifted},
    {55, verdict::differs, lifted},
    {59, verdict::differs, lifted},
    {60, verdict::differs, lifted},
    {62, verdict::differs, lifted},
    {68, verdict::not_expressible, no_cycles},
    {71, verdict::differs, lifted},
    {72, verdict::differs, lifted},
    {73, verdict::differs, tied},
    {75, verdict::differs, lifted},
    {79, verdict::differs, lifted},
    {80, verdict::differs, lifted},
    {82, verdict::differs, lifted},
    {85, verdict::differs, lifted},
    {87, verdict::differs, lifted},
    {89, verdict::differs, lifted},
    {90, verdict::differs, lifted},
    {92, verdict::differs, lifted},
    {97, verdict::differs, lifted},
    {99, verdict::differs, tied},
    {100, verdict::differs, lifted},
    {106, verdict::differs, lifted},
    {107, verdict::differs, lifted},
    {115, verdict::differs, lifted},
    {116, verdict::not_expressible, no_cycles},
    {119, verdict::differs, lifted},
    {120, verdict::differs, lifted},
    {122, verdict::differs, lifted},
    {123, verdict::not_expressible, no_cycles},
    {125, verdict::differs, lifted},
    {126, verdict::differs, lifted},
    {128, verdict::not_expressible, no_cycles},
    {131, verdict::differs, lifted},
    {132, verdict::differs, tied},
    {133, verdict::differs, lifted},
    {134, verdict::differs, lifted},
    {136, verdict::differs, tied},
    {137, verdict::differs, lifted},
    {138, verdict::differs, lifted},
    {139, verdict::differs, tied},
    {140, verdict::differs, lifted},
    {141, verdict::differs, lifted},
    {142, verdict::differs, lifted},
    {143, verdict::differs, lifted},
    {144, verdict::differs, tied},
    {145, verdict::differs, lifted},
    {146, verdict::differs, lifted},
    {147, verdict::differs, lifted},
    {148, verdict::differs, tied},
    {149, verdict::differs, lifted},
    {150, verdict::differs, lifted},
    {151, verdict::differs, lifted},
    {152, verdict::differs, lifted},
    {153, verdict::differs, tied},
}};

std::string text_of(const json::value& value) {
    return std::string(value.as_string());
}

/// Kora's timestamps of one case, numbered from 1 in their order: (wallTime, logical, nodeId).
class time_ranks {
public:
    explicit time_ranks(const node_ids& nodes) : nodes_(nodes) {}

    void add(const json::value& parts) { ranks_.try_emplace(key_of(parts)); }

    void number() {
        std::uint64_t rank = 0;
        for (auto& entry : ranks_) {
            entry.second = ++rank;
        }
    }

    [[nodiscard]] std::uint64_t operator[](const json::value& parts) const {
        return ranks_.at(key_of(parts));
    }

private:
    struct key {
        std::uint64_t wall = 0;
        std::uint64_t logical = 0;
        uuid node{};
        friend auto operator<=>(const key&, const key&) = default;
    };

    [[nodiscard]] key key_of(const json::value& parts) const {
        return {parts.at("wallTime").to_number<std::uint64_t>(),
                parts.at("logical").to_number<std::uint64_t>(), nodes_[parts.at("nodeId")]};
    }

    const node_ids& nodes_;
    std::map<key, std::uint64_t> ranks_;
};

/// Builds the graph of one case.
class importer {
public:
    importer(const node_ids& nodes, const time_ranks& times) : nodes_(nodes), times_(times) {}

    /// Adds every operation as soon as its dependencies are there, trying them in the given order.
    /// False if some never can.
    bool add_all(std::vector<const json::value*> operations) {
        std::set<std::string> inside;
        for (const json::value* const operation : operations) {
            inside.insert(text_of(operation->at("id")));
        }
        for (const json::value* const operation : operations) {
            for (const json::value& dependency : operation->at("causalDeps").as_array()) {
                if (!inside.contains(text_of(dependency)) && !dots_.contains(text_of(dependency))) {
                    add_outside(text_of(dependency));
                }
            }
        }
        while (!operations.empty()) {
            const auto ready = std::find_if(
                operations.begin(), operations.end(), [this](const json::value* operation) {
                    const json::array& dependencies = operation->at("causalDeps").as_array();
                    return std::all_of(
                        dependencies.begin(), dependencies.end(),
                        [this](const json::value& id) { return dots_.contains(text_of(id)); });
                });
            if (ready == operations.end()) {
                return false;
            }
            add(**ready);
            operations.erase(ready);
        }
        return true;
    }

    /// The ids in stamp order, without those from outside.
    [[nodiscard]] std::vector<std::string> order() const {
        std::vector<op_index> indexes;
        graph_.stamp_order(indexes, weft::actor_order(actor_bytes_.data(), uuid::byte_size));
        std::vector<std::string> ids;
        for (const op_index index : indexes) {
            if (const std::string& id = ids_[index.value]; !id.empty()) {
                ids.push_back(id);
            }
        }
        return ids;
    }

    /// The milliseconds of these operations: of each the greatest of its own and its ancestors'.
    [[nodiscard]] std::vector<std::uint64_t> times_of(const std::vector<std::string>& ids) const {
        std::vector<std::uint64_t> times;
        for (const std::string& id : ids) {
            times.push_back(graph_.time_of(dots_.at(id)).wall_ms());
        }
        return times;
    }

private:
    void add_outside(const std::string& id) {
        append(uuid::of(0, graph_.size()), timestamp{}, {}, id, "");
    }

    void add(const json::value& operation) {
        const std::vector<local_dot> parents = parents_of(operation);
        const std::string id = text_of(operation.at("id"));
        timestamp at = timestamp::of(times_[operation.at("timestamp")]);
        for (const local_dot parent : parents) {
            at = std::max(at, graph_.time_of(parent).next());
        }
        append(actor_of(operation), at, parents, id, id);
    }

    [[nodiscard]] std::vector<local_dot> parents_of(const json::value& operation) const {
        std::set<local_dot> all;
        for (const json::value& dependency : operation.at("causalDeps").as_array()) {
            all.insert(dots_.at(text_of(dependency)));
        }
        std::vector<local_dot> maximal;
        for (const local_dot candidate : all) {
            const bool covered = std::any_of(all.begin(), all.end(), [&](local_dot other) {
                return other != candidate && graph_.contains(other, candidate);
            });
            if (!covered) {
                maximal.push_back(candidate);
            }
        }
        return maximal;
    }

    [[nodiscard]] uuid actor_of(const json::value& operation) const {
        const uuid node = nodes_[operation.at("nodeId")];
        const auto rank = weft::identifier_traits<std::uint64_t>::read(node.bytes().data() + 8);
        return uuid::of(rank, operation.at("sequenceNumber").to_number<std::uint64_t>());
    }

    void append(const uuid& actor,
                timestamp at,
                const std::vector<local_dot>& parents,
                const std::string& id,
                const std::string& printed) {
        const actor_slot slot{graph_.size()};
        actor_bytes_.resize(actor_bytes_.size() + uuid::byte_size);
        actor.write(actor_bytes_.data() + slot.value * uuid::byte_size);
        dots_[id] = graph_.dot_of(graph_.add(slot, at, parents));
        ids_.push_back(printed);
    }

    const node_ids& nodes_;
    const time_ranks& times_;
    causal_graph graph_;
    weft::byte_buffer actor_bytes_;
    std::map<std::string, local_dot> dots_;
    std::vector<std::string> ids_;  ///< by op_index; empty for one from outside
};

verdict check(const json::value& test, const node_ids& nodes) {
    std::vector<const json::value*> operations;
    std::set<std::string> ids;
    time_ranks times(nodes);
    bool repeated = false;
    for (const json::value& operation : test.at("input").at("ops").as_array()) {
        operations.push_back(&operation);
        times.add(operation.at("timestamp"));
        repeated = !ids.insert(text_of(operation.at("id"))).second || repeated;
    }
    if (repeated) {
        return verdict::not_expressible;
    }
    times.number();
    importer forward(nodes, times);
    if (!forward.add_all(operations)) {
        return verdict::not_expressible;
    }
    // The order of arrival is nothing to the order of stamps.
    std::reverse(operations.begin(), operations.end());
    importer backward(nodes, times);
    static_cast<void>(backward.add_all(operations));

    const json::value& expected = test.at("expected");
    if (!expected.at("ok").as_bool()) {
        return verdict::differs;
    }
    std::vector<std::string> order;
    for (const json::value& id : expected.at("value").as_array()) {
        order.push_back(text_of(id));
    }
    const std::vector<std::string> ours = forward.order();
    CHECK(backward.order() == ours);
    // Whether or not they agree in full: both are in the order of what the operations waited for.
    const std::vector<std::uint64_t> waits = forward.times_of(order);
    CHECK(std::is_sorted(waits.begin(), waits.end()));
    CHECK(forward.times_of(ours) == waits);
    return ours == order ? verdict::agrees : verdict::differs;
}

}  // namespace

TEST_CASE("causal/kora_topological_sort: every golden case agrees, or departs for a reason") {
    const json::value file = weft::test::load_golden("kora/topological-sort.json");
    const json::array& cases = file.at("cases").as_array();
    REQUIRE(cases.size() == 154);
    REQUIRE(file.at("case_count").to_number<std::size_t>() == cases.size());
    node_ids nodes;
    for (const json::value& test : cases) {
        for (const json::value& operation : test.at("input").at("ops").as_array()) {
            nodes.add(operation.at("nodeId"));
        }
    }
    weft::test::ledger ledger(table);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        ledger.enter(i, check(cases[i], nodes));
    }
    ledger.close(79, 75);
}

}  // namespace kora_topological_sort_test
