/// How the causal graph's work and memory grow with the history, on shapes that break graphs: steps
/// and bytes are counted, time is not.
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

// The counting functions are other functions: they live in another namespace than everyone's.
#define WEFT_COUNT_STEPS
#define weft weft_counted
#include <weft/base/random.hpp>
#include <weft/causal/causal_graph.hpp>

namespace {

using weft::causal_graph;
using weft::local_dot;
using weft::op_index;
using weft::timestamp;

using dots = std::vector<local_dot>;

/// A graph that is grown the way a replica does it: an operation is judged, then added.
class grower {
public:
    local_dot add(std::uint32_t slot, dots parents) {
        const weft::sequence n = graph_.count({slot}) + 1;
        judged_ = judged_ && graph_.is_antichain(parents);
        judged_ = judged_ && (n == 1 || graph_.contains(parents, {{slot}, n - 1}));
        graph_.add({slot}, timestamp{++clock_ << 17U}, parents);
        return {{slot}, n};
    }

    /// Adds, and lets the parents forget that the actor's own last operation may be among them.
    local_dot extend(std::uint32_t slot) {
        const weft::sequence n = graph_.count({slot});
        return add(slot, n == 0 ? dots{} : dots{{{slot}, n}});
    }

    [[nodiscard]] std::uint32_t size() const { return graph_.size(); }

    [[nodiscard]] const causal_graph& graph() const { return graph_; }

    [[nodiscard]] bool judged() const { return judged_; }

private:
    causal_graph graph_;
    std::uint64_t clock_ = 1;
    bool judged_ = true;
};

void chain(grower& made, std::uint32_t size) {
    while (made.size() < size) {
        made.extend(0);
    }
}

void chain_of_strangers(grower& made, std::uint32_t size) {
    dots tip;
    for (std::uint32_t slot = 0; made.size() < size; ++slot) {
        tip = {made.add(slot, tip)};
    }
}

void star(grower& made, std::uint32_t size) {
    const local_dot root = made.add(0, {});
    for (std::uint32_t slot = 1; made.size() < size; ++slot) {
        made.add(slot, {root});
    }
}

/// Many heads on the end of a chain of strangers: every version is wide.
void star_on_chain(grower& made, std::uint32_t size) {
    chain_of_strangers(made, size / 2);
    const local_dot root = made.graph().dot_of({size / 2 - 1});
    for (std::uint32_t slot = size / 2; made.size() < size; ++slot) {
        made.add(slot, {root});
    }
}

void comb(grower& made, std::uint32_t size) {
    for (std::uint32_t slot = 1; made.size() < size; ++slot) {
        made.add(slot, {made.extend(0)});
    }
}

void comb_of_strangers(grower& made, std::uint32_t size) {
    dots back;
    for (std::uint32_t slot = 0; made.size() < size; slot += 2) {
        back = {made.add(slot, back)};
        made.add(slot + 1, back);
    }
}

void criss_cross(grower& made, std::uint32_t size) {
    dots both{made.add(0, {}), made.add(1, {})};
    while (made.size() < size) {
        const local_dot left = made.add(0, both);
        both = {left, made.add(1, both)};
    }
}

void criss_cross_of_strangers(grower& made, std::uint32_t size) {
    dots both{made.add(0, {}), made.add(1, {})};
    for (std::uint32_t slot = 2; made.size() < size; slot += 2) {
        const local_dot left = made.add(slot, both);
        both = {left, made.add(slot + 1, both)};
    }
}

template <std::size_t Heads>
void octopus(grower& made, std::uint32_t size) {
    local_dot root = made.add(0, {});
    for (std::uint32_t slot = 1; made.size() < size; ++slot) {
        dots heads;
        for (; heads.size() < Heads && made.size() + 1 < size; ++slot) {
            heads.push_back(made.add(slot, {root}));
        }
        root = made.add(slot, heads);
    }
}

/// Two chains of strangers with interleaved slots, then merges of one's child with the other's:
/// every version would be new from end to end.
void two_families(grower& made, std::uint32_t size) {
    dots left;
    dots right;
    std::uint32_t slot = 0;
    for (; made.size() < size / 2; slot += 2) {
        left = {made.add(slot, left)};
        right = {made.add(slot + 1, right)};
    }
    for (; made.size() < size; slot += 3) {
        const local_dot a = made.add(slot, left);
        const local_dot b = made.add(slot + 1, right);
        made.add(slot + 2, {a, b});
    }
}

/// 64 writers that now and then merge another's latest.
void writers(grower& made, std::uint32_t size) {
    weft::splitmix64 random{1};
    while (made.size() < size) {
        const auto slot = static_cast<std::uint32_t>(random() % 64);
        const auto other = static_cast<std::uint32_t>(random() % 64);
        const causal_graph& graph = made.graph();
        const local_dot mine{{slot}, graph.count({slot})};
        const local_dot theirs{{other}, graph.count({other})};
        if (random() % 16 != 0 || mine.sequence == 0 || theirs.sequence == 0 ||
            graph.contains(mine, theirs)) {
            made.extend(slot);
        } else if (graph.contains(theirs, mine)) {
            made.add(slot, {theirs});
        } else {
            made.add(slot, {mine, theirs});
        }
    }
}

/// Short-lived lanes off a main line that merges them, as a repository of many branches has.
void lanes(grower& made, std::uint32_t size) {
    struct lane {
        std::uint32_t slot = 0;
        local_dot tip{};
        std::uint64_t left = 0;
    };

    weft::splitmix64 random{3};
    std::vector<lane> open;
    local_dot main = made.add(0, {});
    for (std::uint32_t slot = 1; made.size() < size;) {
        const std::size_t at = open.empty() ? 0 : random() % open.size();
        if (open.size() < 30 && random() % 4 == 0) {
            open.push_back({slot, made.add(slot, {main}), 1 + random() % 24});
            ++slot;
        } else if (open.empty()) {
            main = made.add(0, {main});
        } else if (open[at].left == 0) {
            const dots both{main, open[at].tip};
            main =
                made.add(0, made.graph().contains(open[at].tip, main) ? dots{open[at].tip} : both);
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
        } else if (--open[at].left % 6 == 5 && !made.graph().contains(open[at].tip, main)) {
            open[at].tip = made.add(open[at].slot, {open[at].tip, main});
        } else {
            open[at].tip = made.add(open[at].slot, {open[at].tip});
        }
    }
}

#ifdef __OPTIMIZE__
constexpr std::uint32_t size_max = 1U << 17U;
#else
constexpr std::uint32_t size_max = 1U << 14U;  // a debug build would take minutes
#endif

struct shape {
    std::string name;
    void (*grow)(grower&, std::uint32_t);
};

const std::vector<shape> shapes{
    {"chain", chain},
    {"chain of strangers", chain_of_strangers},
    {"star", star},
    {"star on a chain", star_on_chain},
    {"comb", comb},
    {"comb of strangers", comb_of_strangers},
    {"criss-cross", criss_cross},
    {"criss-cross of strangers", criss_cross_of_strangers},
    {"octopus of 3", octopus<3>},
    {"octopus of 20", octopus<20>},
    {"octopus of 1000", octopus<1000>},
    {"octopus of all", octopus<1'000'000>},
    {"64 writers", writers},
    {"lanes", lanes},
};

std::uint64_t steps_of(const auto& work) {
    const std::uint64_t before = weft::detail::steps;
    work();
    return weft::detail::steps - before;
}

/// What growing to a size takes, per kind of work.
struct measure {
    std::string what;
    std::uint64_t amount = 0;
};

std::vector<measure> measure_all(const shape& of, std::uint32_t size) {
    grower made;
    std::vector<measure> found;
    found.push_back({"steps to grow", steps_of([&] { of.grow(made, size); })});
    REQUIRE(made.judged());
    const causal_graph& graph = made.graph();
    found.push_back({"bytes", graph.memory_bytes()});
    dots frontier;
    const auto all = graph.version();
    found.push_back({"steps of frontier_of", steps_of([&] { graph.frontier_of(all, frontier); })});
    REQUIRE(frontier.size() == graph.heads().size());
    found.push_back({"steps of version_of",
                     steps_of([&] { REQUIRE(graph.version_of(graph.heads()) == all); })});
    found.push_back(
        {"steps of is_antichain", steps_of([&] { REQUIRE(graph.is_antichain(frontier)); })});
    weft::lean_vector<weft::log_run> runs;
    found.push_back({"steps of runs_missing", steps_of([&] { graph.runs_missing({}, runs); })});
    std::vector<std::byte> ids;
    for (std::uint32_t i = 0; i < 4 * graph.actors(); ++i) {
        ids.push_back(static_cast<std::byte>(i * i * 7 + i / 4));
    }
    std::vector<op_index> order;
    found.push_back({"steps of stamp_order", steps_of([&] {
                         graph.stamp_order(order, {ids.data(), 4});
                     })});
    return found;
}

}  // namespace

TEST_CASE("causal/graph: work and memory at most double when a history doubles, on any shape") {
    for (const shape& of : shapes) {
        std::vector<measure> before;
        for (std::uint32_t size = 1U << 10U; size <= size_max; size *= 2) {
            const std::vector<measure> now = measure_all(of, size);
            for (std::size_t i = 0; i < before.size(); ++i) {
                // Small amounts may jump: writers meet, a tree gets a level.
                const double allowed =
                    2.3 * static_cast<double>(std::max<std::uint64_t>(before[i].amount, 100'000));
                INFO(of.name, ", ", size, " operations, ", now[i].what, ": ", before[i].amount,
                     " then ", now[i].amount);
                CHECK(static_cast<double>(now[i].amount) <= allowed);
            }
            before = now;
        }
    }
}

TEST_CASE("causal/graph: common ancestors cost no more than a look at every actor") {
    for (const shape& of : shapes) {
        grower made;
        of.grow(made, 1U << 14U);
        const causal_graph& graph = made.graph();
        weft::splitmix64 random{5};
        for (int i = 0; i < 20; ++i) {
            const local_dot a = graph.dot_of({static_cast<std::uint32_t>(random() % graph.size())});
            const local_dot b = graph.dot_of({static_cast<std::uint32_t>(random() % graph.size())});
            const std::uint64_t steps =
                steps_of([&] { static_cast<void>(graph.common_ancestors(dots{a}, dots{b})); });
            INFO(of.name, ": ", steps, " steps for ", graph.actors(), " actors");
            CHECK(steps <= 1000 + 4 * graph.actors());
        }
    }
}

TEST_CASE("causal/graph: a shape made to make versions dear costs a bounded amount a run") {
    for (std::uint32_t size = 1U << 12U; size <= size_max; size *= 4) {
        grower made;
        const std::uint64_t steps = steps_of([&] { two_families(made, size); });
        INFO(size, " operations: ", steps, " steps, ", made.graph().memory_bytes(), " bytes");
        CHECK(steps <= size * (weft::causal_runs::work_per_run + 200));
        CHECK(made.graph().memory_bytes() <= size * 400);
    }
}

TEST_CASE("causal/graph: any operation of any shape is found in a bounded number of steps") {
    for (const shape& of : shapes) {
        grower made;
        of.grow(made, 1U << 14U);
        const causal_graph& graph = made.graph();
        weft::splitmix64 random{7};
        std::uint64_t most = 0;
        for (int i = 0; i < 3000; ++i) {
            const local_dot a = graph.dot_of({static_cast<std::uint32_t>(random() % graph.size())});
            const local_dot b = graph.dot_of({static_cast<std::uint32_t>(random() % graph.size())});
            most = std::max(most, steps_of([&] { static_cast<void>(graph.contains(a, b)); }));
        }
        INFO(of.name, ": ", most, " steps");
        CHECK(most <= 100);
    }
}

TEST_CASE("causal/graph: versions of 64 writers who merge now and then take 8 bytes an operation") {
    grower made;
    writers(made, 1U << 16U);
    CHECK(made.graph().memory_bytes() <= (1U << 16U) * 24U);  // all in: order, times, runs too
}
