#include <weft/causal/causal_graph.hpp>

#include "causal/graph_model.hpp"
#include "support/allocations.hpp"
#include "support/property.hpp"
#include "support/shuffle.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace causal_graph_test {

namespace {

using weft::actor_slot;
using weft::causal_graph;
using weft::causal_order;
using weft::local_dot;
using weft::log_run;
using weft::op_index;
using weft::sequence;
using weft::splitmix64;
using weft::timestamp;
using weft::test::dots;
using weft::test::graph_model;
using weft::test::graph_of;
using weft::test::graph_operation;
using weft::test::history_of;
using weft::test::property;

using numbers = std::vector<std::uint64_t>;

/// Histories of up to 150 operations by 3 to 12 actors, and now and then by 40.
rc::Gen<graph_model> any_history() {
    return rc::gen::map(
        rc::gen::pair(
            rc::gen::scale(1.5, rc::gen::container<numbers>(rc::gen::arbitrary<std::uint64_t>())),
            rc::gen::weightedOneOf<std::uint32_t>({{4, rc::gen::inRange<std::uint32_t>(3, 13)},
                                                   {1, rc::gen::just<std::uint32_t>(40)}})),
        [](const std::pair<numbers, std::uint32_t>& made) {
            return history_of(made.first, made.second);
        });
}

dots sorted(dots list) {
    std::sort(list.begin(), list.end());
    return list;
}

dots heads_of(const causal_graph& graph) {
    return sorted(dots(graph.heads().data(), graph.heads().data() + graph.heads().size()));
}

/// Up to `most` operations of the model, with repetitions.
dots some_of(const graph_model& model, splitmix64& random, std::size_t most) {
    dots chosen;
    for (std::size_t left = 1 + random() % most; left != 0; --left) {
        chosen.push_back(model[random() % model.size()].dot);
    }
    return chosen;
}

graph_model::set set_of(const graph_model& model, const weft::cut& version) {
    graph_model::set held(model.size(), false);
    for (std::size_t i = 0; i < model.size(); ++i) {
        const local_dot d = model[i].dot;
        held[i] = d.slot.value < version.size() && d.sequence <= version[d.slot.value];
    }
    return held;
}

/// Everything that a graph says about itself, to compare two of them.
struct description {
    std::uint32_t size = 0;
    std::uint32_t actors = 0;
    dots heads;
    dots operations;
    std::vector<timestamp> times;
    std::vector<dots> parents;
    weft::lean_vector<log_run> runs;
    weft::cut version;

    explicit description(const causal_graph& graph)
        : size(graph.size()), actors(graph.actors()), heads(heads_of(graph)),
          version(graph.version()) {
        for (std::uint32_t i = 0; i < size; ++i) {
            operations.push_back(graph.dot_of({i}));
            times.push_back(graph.time_of(op_index{i}));
            parents.emplace_back();
            graph.parents_of(operations.back(), parents.back());
        }
        graph.for_each_run({0}, [&](log_run run) { runs.push_back(run); });
    }

    friend bool operator==(const description&, const description&) = default;
};

}  // namespace

TEST_CASE("causal/graph: an empty graph holds nothing and answers") {
    const causal_graph graph;
    CHECK(graph.size() == 0);
    CHECK(graph.actors() == 0);
    CHECK(graph.count({7}) == 0);
    CHECK_FALSE(graph.holds({{0}, 1}));
    CHECK_FALSE(graph.is_head({{0}, 1}));
    CHECK(graph.heads().empty());
    CHECK(graph.version().empty());
    CHECK(graph.version_of({}).empty());
    CHECK(graph.common_ancestors({}, {}).empty());
    CHECK(graph.is_antichain({}));
    std::vector<op_index> order{{1}};
    graph.stamp_order(order, {});
    CHECK(order.empty());
    weft::lean_vector<log_run> runs;
    graph.runs_missing(weft::cut{3, 4}, runs);
    CHECK(runs.empty());
}

TEST_CASE("causal/graph: two writers, a merge, and what follows") {
    causal_graph graph;
    const local_dot a1{{0}, 1};
    const local_dot a2{{0}, 2};
    const local_dot b1{{1}, 1};
    const local_dot b2{{1}, 2};
    CHECK(graph.add({0}, {10}, {}).value == 0);
    CHECK(graph.add({0}, {11}, std::vector{a1}).value == 1);
    CHECK(graph.add({1}, {12}, {}).value == 2);
    CHECK(heads_of(graph) == dots{a2, b1});
    CHECK(graph.compare(a2, b1) == causal_order::concurrent);
    CHECK(graph.add({1}, {13}, std::vector{b1, a1}).value == 3);  // parents come in any order
    CHECK(heads_of(graph) == dots{a2, b2});
    CHECK(graph.is_head(b2));
    CHECK_FALSE(graph.is_head(b1));
    CHECK(graph.compare(a1, b2) == causal_order::before);
    CHECK(graph.compare(b2, a1) == causal_order::after);
    CHECK(graph.compare(b2, b2) == causal_order::equal);
    CHECK(graph.compare(a2, b2) == causal_order::concurrent);
    CHECK(graph.common_ancestors(std::vector{a2}, std::vector{b2}) == dots{a1});
    CHECK(graph.version_of(std::vector{b2}) == weft::cut{1, 2});
    CHECK(graph.version() == weft::cut{2, 2});
    CHECK(causal_graph::difference(graph.version(), graph.version_of(std::vector{b2})) ==
          weft::lean_vector<weft::local_range>{{{0}, 2, 2}});
    CHECK(graph.run_start(b2));
    CHECK_FALSE(graph.run_start(a2));
    dots parents;
    graph.parents_of(b2, parents);
    CHECK(parents == dots{a1, b1});
    CHECK_FALSE(graph.contains(b2, {{9}, 1}));  // an operation that is not held
}

TEST_CASE("causal/graph: every operation has its dot, index, time and parents") {
    property("coordinates", [] {
        const graph_model model = *any_history();
        const causal_graph graph = graph_of(model, model.size());
        RC_ASSERT(graph.size() == model.size());
        auto times = graph.times_from({0});
        for (std::uint32_t i = 0; i < model.size(); ++i) {
            const graph_operation& made = model[i];
            RC_ASSERT(graph.holds(made.dot));
            RC_ASSERT(graph.dot_of({i}) == made.dot);
            RC_ASSERT(graph.index_of(made.dot).value == i);
            RC_ASSERT(graph.time_of(op_index{i}) == made.at);
            RC_ASSERT(graph.time_of(made.dot) == made.at);
            RC_ASSERT(times.next() == made.at);
            dots parents{{{77}, 77}};
            graph.parents_of(made.dot, parents);
            RC_ASSERT(parents == made.parents);
            const dots own{{made.dot.slot, made.dot.sequence - 1}};
            RC_ASSERT(graph.run_start(made.dot) == (made.parents != own));
        }
        for (std::uint32_t slot = 0; slot < graph.actors() + 1; ++slot) {
            RC_ASSERT(graph.count({slot}) == model.count(slot));
        }
    });
}

TEST_CASE("causal/graph: heads are what has no children, after every operation") {
    property("heads", [] {
        const graph_model model = *any_history();
        graph_model grown;
        causal_graph graph;
        for (std::size_t i = 0; i < model.size(); ++i) {
            weft::test::add(graph, model[i]);
            grown.add(model[i]);
            const dots heads = grown.heads();
            RC_ASSERT(heads_of(graph) == heads);
            for (const local_dot head : heads) {
                RC_ASSERT(graph.is_head(head));
            }
            RC_ASSERT(graph.is_antichain(graph.heads()));
        }
    });
}

TEST_CASE("causal/graph: contains and compare agree with sets of ancestors") {
    property("pairs", [] {
        const graph_model model = *any_history();
        const causal_graph graph = graph_of(model, model.size());
        std::size_t concurrent = 0;
        for (std::size_t i = 0; i < model.size(); ++i) {
            for (std::size_t k = 0; k < model.size(); ++k) {
                const bool after = model.contains(i, k);
                const bool before = model.contains(k, i);
                RC_ASSERT(graph.contains(model[i].dot, model[k].dot) == after);
                const causal_order order = graph.compare(model[i].dot, model[k].dot);
                RC_ASSERT(order == (i == k   ? causal_order::equal
                                    : after  ? causal_order::after
                                    : before ? causal_order::before
                                             : causal_order::concurrent));
                concurrent += order == causal_order::concurrent ? 1U : 0U;
            }
            RC_ASSERT(
                !graph.contains(model[i].dot, {model[i].dot.slot, model[i].dot.sequence + 1}));
            RC_ASSERT(!graph.contains(model[i].dot, {{1000000}, 1}));
        }
        RC_CLASSIFY(concurrent * 5 > model.size() * model.size(), "a fifth is concurrent");
    });
}

TEST_CASE("causal/graph: versions, frontiers and antichains agree with sets of ancestors") {
    property("versions", [](std::uint64_t seed) {
        const graph_model model = *any_history();
        RC_PRE(model.size() > 0U);
        const causal_graph graph = graph_of(model, model.size());
        splitmix64 random{seed};
        for (int i = 0; i < 8; ++i) {
            const dots any = some_of(model, random, 14);
            RC_ASSERT(graph.is_antichain(any) == model.is_antichain(any));
            const graph_model::set past = model.past_of(any);
            const weft::cut version = graph.version_of(any);
            RC_ASSERT(set_of(model, version) == past);
            const dots frontier = model.maximal(past);
            RC_ASSERT(graph.is_antichain(frontier));
            dots maximal{{{77}, 77}};
            graph.frontier_of(version, maximal);
            RC_ASSERT(maximal == frontier);
            RC_ASSERT(graph.version_of(maximal) == version);
            const local_dot one = any.front();
            RC_ASSERT(graph.contains(any, one));
            for (std::size_t k = 0; k < model.size(); ++k) {
                RC_ASSERT(graph.contains(frontier, model[k].dot) == past[k]);
            }
        }
        dots all;
        graph.frontier_of(graph.version(), all);
        RC_ASSERT(all == heads_of(graph));
    });
}

TEST_CASE("causal/graph: frontier_of takes any vector for the last operations that it names") {
    property("claims", [](std::uint64_t seed) {
        const graph_model model = *any_history();
        RC_PRE(model.size() > 0U);
        const causal_graph graph = graph_of(model, model.size());
        splitmix64 random{seed};
        weft::cut claimed(graph.actors() + 2);
        graph_model::set named(model.size(), false);
        for (std::uint32_t slot = 0; slot < claimed.size(); ++slot) {
            claimed[slot] = static_cast<sequence>(random() % (graph.count({slot}) + 3));
            const sequence held = std::min(claimed[slot], graph.count({slot}));
            if (held != 0) {
                named[model.index_of({{slot}, held})] = true;
            }
        }
        dots maximal;
        graph.frontier_of(claimed, maximal);
        RC_ASSERT(maximal == model.maximal(named));
    });
}

TEST_CASE("causal/graph: common ancestors are the maximal ones, in either order") {
    property("meet", [](std::uint64_t seed) {
        const graph_model model = *any_history();
        RC_PRE(model.size() > 0U);
        const causal_graph graph = graph_of(model, model.size());
        splitmix64 random{seed};
        for (int i = 0; i < 8; ++i) {
            const dots a = some_of(model, random, i < 4 ? 1 : 5);
            const dots b = some_of(model, random, i < 4 ? 1 : 5);
            graph_model::set both = model.past_of(a);
            const graph_model::set other = model.past_of(b);
            for (std::size_t k = 0; k < both.size(); ++k) {
                both[k] = both[k] && other[k];
            }
            RC_ASSERT(graph.common_ancestors(a, b) == model.maximal(both));
            RC_ASSERT(graph.common_ancestors(b, a) == model.maximal(both));
        }
    });
}

TEST_CASE("causal/graph: a criss-cross has two common ancestors") {
    causal_graph graph;
    graph.add({0}, {1}, {});
    graph.add({1}, {1}, {});
    const dots both{{{0}, 1}, {{1}, 1}};
    graph.add({0}, {2}, both);
    graph.add({1}, {2}, both);
    CHECK(graph.common_ancestors(dots{{{0}, 2}}, dots{{{1}, 2}}) == both);
}

TEST_CASE("causal/graph: a difference is what one version has and the other lacks") {
    property("difference", [](std::uint64_t seed) {
        const graph_model model = *any_history();
        RC_PRE(model.size() > 0U);
        const causal_graph graph = graph_of(model, model.size());
        splitmix64 random{seed};
        const dots a = some_of(model, random, 3);
        const dots b = some_of(model, random, 3);
        const graph_model::set mine = model.past_of(a);
        const graph_model::set theirs = model.past_of(b);
        graph_model::set found(model.size(), false);
        const auto ranges = causal_graph::difference(graph.version_of(a), graph.version_of(b));
        for (const weft::local_range range : ranges) {
            RC_ASSERT(range.first <= range.last);
            for (sequence n = range.first; n <= range.last; ++n) {
                found[model.index_of({range.slot, n})] = true;
            }
        }
        for (std::size_t i = 0; i < model.size(); ++i) {
            RC_ASSERT(found[i] == (mine[i] && !theirs[i]));
        }
    });
}

TEST_CASE("causal/graph: missing runs are exactly what is missing, in causal order") {
    property("delta", [](std::uint64_t seed) {
        const graph_model model = *any_history();
        RC_PRE(model.size() > 0U);
        const causal_graph graph = graph_of(model, model.size());
        splitmix64 random{seed};
        weft::cut have = graph.version_of(some_of(model, random, 4));
        const graph_model::set held = set_of(model, have);
        if (random() % 2 == 0) {
            have.resize(random() % (have.size() + 1));  // shorter means zeros
        }
        const graph_model::set known = set_of(model, have);
        weft::lean_vector<log_run> runs{{{9}, 9, 9, {9}}};
        graph.runs_missing(have, runs);
        RC_ASSERT(runs.front() == (log_run{{9}, 9, 9, {9}}));  // it appends
        std::size_t at = 0;
        for (std::size_t i = 1; i < runs.size(); ++i) {
            const log_run& run = runs[i];
            RC_ASSERT(run.count > 0U);
            for (; at < run.index.value; ++at) {
                RC_ASSERT(known[at]);
            }
            for (std::uint32_t k = 0; k < run.count; ++k, ++at) {
                RC_ASSERT(!known[at]);
                RC_ASSERT(model[at].dot == (local_dot{run.slot, run.first + k}));
            }
        }
        for (; at < model.size(); ++at) {
            RC_ASSERT(known[at]);
        }
        RC_CLASSIFY(std::find(held.begin(), held.end(), false) == held.end(), "nothing missing");
    });
}

TEST_CASE("causal/graph: the runs from any operation on are the rest of the order") {
    property("tail", [](std::uint32_t any) {
        const graph_model model = *any_history();
        const causal_graph graph = graph_of(model, model.size());
        const auto from = static_cast<std::uint32_t>(any % (model.size() + 2));
        std::uint32_t at = from;
        graph.for_each_run({from}, [&](log_run run) {
            RC_ASSERT(run.index.value == at);
            for (std::uint32_t k = 0; k < run.count; ++k, ++at) {
                RC_ASSERT(model[at].dot == (local_dot{run.slot, run.first + k}));
            }
        });
        RC_ASSERT(at == std::max<std::uint32_t>(from, graph.size()));
    });
}

TEST_CASE("causal/graph: stamp order is causal and the same on every replica") {
    property("order", [](std::uint64_t seed) {
        const graph_model model = *any_history();
        // The other replica met the actors in another order, and the operations in another one.
        std::vector<std::uint32_t> slots;
        for (std::uint32_t slot = 0; slot < 40; ++slot) {
            slots.push_back(slot);
        }
        weft::test::shuffle(slots, seed);
        const auto renamed = [&](local_dot d) {
            return local_dot{{slots[d.slot.value]}, d.sequence};
        };
        std::vector<std::byte> ids;
        std::vector<std::byte> other_ids(40);
        for (std::uint32_t slot = 0; slot < 40; ++slot) {
            ids.push_back(static_cast<std::byte>((slot * 17 + 5) % 40));
            other_ids[slots[slot]] = ids.back();
        }
        causal_graph other;
        std::vector<std::size_t> left;
        for (std::size_t i = 0; i < model.size(); ++i) {
            left.push_back(i);
        }
        splitmix64 random{seed};
        while (!left.empty()) {
            const std::size_t at = random() % std::min<std::size_t>(left.size(), 6);
            graph_operation made = model[left[at]];
            bool ready = other.count(renamed(made.dot).slot) + 1 == made.dot.sequence;
            for (local_dot& parent : made.parents) {
                parent = renamed(parent);
                ready = ready && other.holds(parent);
            }
            if (ready) {
                other.add(renamed(made.dot).slot, made.at, made.parents);
                left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
            }
        }
        const causal_graph graph = graph_of(model, model.size());
        std::vector<op_index> order;
        std::vector<op_index> other_order;
        graph.stamp_order(order, {ids.data(), 1});
        other.stamp_order(other_order, {other_ids.data(), 1});
        RC_ASSERT(order.size() == model.size());
        RC_ASSERT(other_order.size() == model.size());
        std::vector<bool> seen(model.size(), false);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const local_dot d = graph.dot_of(order[i]);
            RC_ASSERT(other.dot_of(other_order[i]) == renamed(d));
            for (const local_dot parent : model[order[i].value].parents) {
                RC_ASSERT(seen[model.index_of(parent)]);
            }
            seen[order[i].value] = true;
        }
    });
}

TEST_CASE("causal/graph: truncating and adding again is as if nothing had happened") {
    property("undo", [](std::uint64_t seed) {
        const graph_model model = *any_history();
        causal_graph graph = graph_of(model, model.size());
        splitmix64 random{seed};
        for (int i = 0; i < 6; ++i) {
            const auto kept = static_cast<std::uint32_t>(random() % (model.size() + 1));
            graph.truncate(kept);
            const causal_graph fresh = graph_of(model, kept);
            RC_ASSERT(description(graph) == description(fresh));
            for (std::uint32_t k = 0; k < kept; ++k) {
                RC_ASSERT(graph.time_of(model[k].dot) == model[k].at);
                RC_ASSERT(graph.contains(model[kept - 1].dot, model[k].dot) ==
                          model.contains(kept - 1, k));
            }
            for (std::size_t k = kept; k < model.size(); ++k) {
                weft::test::add(graph, model[k]);
            }
            graph.truncate(static_cast<std::uint32_t>(model.size()));  // nothing to forget
            RC_ASSERT(description(graph) == description(graph_of(model, model.size())));
        }
    });
}

TEST_CASE("causal/graph: an add that finds no memory changes nothing") {
    property("memory", 40, [] {
        const graph_model model = *any_history();
        causal_graph graph;
        graph_model grown;
        for (std::size_t i = 0; i < model.size(); ++i) {
            const auto unchanged = [&] {
                RC_ASSERT(graph.size() == i);
                RC_ASSERT(heads_of(graph) == grown.heads());
                RC_ASSERT(graph.count(model[i].dot.slot) == model[i].dot.sequence - 1);
                RC_ASSERT(graph.actors() == graph_of(grown, i).actors());
            };
            weft::test::fail_each_allocation([&] { weft::test::add(graph, model[i]); }, unchanged);
            grown.add(model[i]);
        }
        RC_ASSERT(description(graph) == description(graph_of(model, model.size())));
        const weft::test::allocation_watch watch;
        graph.truncate(graph.size() / 2);
        const std::uint64_t calls = watch.calls();
        RC_ASSERT(calls == 0U);
    });
}

TEST_CASE("causal/graph: a copy is independent, a moved graph goes on") {
    const graph_model model = history_of(numbers(120, 7), 5);
    causal_graph graph = graph_of(model, 60);
    causal_graph copy = graph;
    for (std::size_t i = 60; i < model.size(); ++i) {
        weft::test::add(copy, model[i]);
    }
    CHECK(description(graph) == description(graph_of(model, 60)));
    CHECK(description(copy) == description(graph_of(model, model.size())));
    causal_graph moved = std::move(copy);
    moved.truncate(60);
    CHECK(description(moved) == description(graph));
}

TEST_CASE("causal/graph: several threads may ask at once") {
    numbers seeds;
    for (std::uint64_t i = 0; i < 400; ++i) {
        seeds.push_back(i * i + 3);
    }
    const graph_model model = history_of(seeds, 12);
    const causal_graph graph = graph_of(model, model.size());
    std::vector<std::size_t> wrong(4, 0);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < wrong.size(); ++t) {
        threads.emplace_back([&, t] {
            splitmix64 random{t};
            for (int i = 0; i < 300; ++i) {
                const dots any = some_of(model, random, 10);
                const weft::cut version = graph.version_of(any);
                dots maximal;
                graph.frontier_of(version, maximal);
                wrong[t] += graph.contains(any[0], any.back()) != model.contains(any[0], any.back())
                                ? 1U
                                : 0U;
                wrong[t] += graph.version_of(maximal) != version ? 1U : 0U;
            }
        });
    }
    for (std::thread& one : threads) {
        one.join();
    }
    CHECK(wrong == std::vector<std::size_t>(4, 0));
}

TEST_CASE("causal/graph: what git prints for merge-base --all in a knot of branches") {
    // main: m1 m2 m3; a branches off m1 and merges m2; b branches off m2 and merges a.
    causal_graph graph;
    graph.add({0}, {1}, {});
    graph.add({0}, {2}, dots{{{0}, 1}});
    graph.add({1}, {3}, dots{{{0}, 1}});
    graph.add({1}, {4}, dots{{{0}, 2}, {{1}, 1}});
    graph.add({2}, {5}, dots{{{0}, 2}});
    graph.add({2}, {6}, dots{{{1}, 1}, {{2}, 1}});
    graph.add({0}, {7}, dots{{{0}, 2}});
    CHECK(graph.common_ancestors(dots{{{1}, 2}}, dots{{{2}, 2}}) == dots{{{0}, 2}, {{1}, 1}});
    CHECK(graph.common_ancestors(dots{{{0}, 3}}, dots{{{2}, 2}}) == dots{{{0}, 2}});
    CHECK(graph.common_ancestors(dots{{{0}, 3}, {{1}, 2}}, dots{{{2}, 2}}) ==
          dots{{{0}, 2}, {{1}, 1}});
}

}  // namespace causal_graph_test
