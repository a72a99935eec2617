#include <weft/base/random.hpp>
#include <weft/causal/causal_runs.hpp>

#include "causal/graph_model.hpp"
#include "support/effort.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace causal_runs_test {

namespace {

using weft::causal_runs;
using weft::cut;
using weft::local_dot;
using weft::sequence;

/// By pointers: most of the time of these tests, where nothing is optimised.
void raise(cut& to, const cut& by) {
    weft::sequence* each = to.data();
    for (const weft::sequence *other = by.data(), *end = other + by.size(); other != end; ++other) {
        *each = *each < *other ? *other : *each;
        ++each;
    }
}

/// Runs only, and for every run the version of its first operation.
struct known_runs {
    causal_runs runs;
    std::vector<cut> versions;
    std::vector<local_dot> firsts;
    std::vector<std::uint32_t> latest;  // run of each actor

    explicit known_runs(std::uint32_t actors) : latest(actors) {}

    /// Starts a run of an actor.
    std::uint32_t add(std::uint32_t slot, const std::vector<std::uint32_t>& parents) {
        cut past(latest.size(), 0);
        std::vector<local_dot> dots;
        for (const std::uint32_t parent : parents) {
            raise(past, versions[parent]);
            dots.push_back(firsts[parent]);
        }
        const local_dot first{{slot}, ++past[slot]};
        runs.start(first, dots);
        latest[slot] = static_cast<std::uint32_t>(firsts.size());
        firsts.push_back(first);
        versions.push_back(past);
        return latest[slot];
    }

    /// An actor merges what another has, if that is news.
    void merge(std::uint32_t slot, std::uint32_t other) {
        if (versions[latest[slot]][firsts[other].slot.value] < firsts[other].sequence) {
            versions[other][slot] == firsts[latest[slot]].sequence
                ? add(slot, {other})  // its own previous operation is covered
                : add(slot, {latest[slot], other});
        }
    }

    void check(std::uint64_t seed) const {
        weft::splitmix64 random{seed};
        for (int i = 0; i < 2000; ++i) {
            const std::size_t of = random() % firsts.size();
            const std::size_t what = random() % firsts.size();
            const bool expected = versions[of][firsts[what].slot.value] >= firsts[what].sequence;
            REQUIRE(runs.contains(firsts[of], firsts[what]) == expected);
        }
        // Close relatives: a walk must not stop short of them.
        for (std::uint32_t run = 0; run < runs.size(); run += weft::test::stride(11)) {
            runs.for_each_link(run, [&](causal_runs::link parent) {
                REQUIRE(runs.contains(firsts[run], firsts[parent.run]));
                runs.for_each_link(parent.run, [&](causal_runs::link above) {
                    REQUIRE(runs.contains(firsts[run], firsts[above.run]));
                });
            });
        }
        for (int i = 0; i < 20; ++i) {
            cut expected(latest.size(), 0);
            cut past(latest.size(), 0);
            weft::past_folder fold(runs, past);
            for (int k = 0; k <= i; ++k) {
                const auto of = static_cast<std::uint32_t>(random() % firsts.size());
                fold(of, firsts[of].sequence);
                raise(expected, versions[of]);
                REQUIRE(past == expected);
            }
        }
    }
};

/// `actors` writers; each operation merges another writer's latest.
known_runs gossip(std::uint32_t actors, std::uint32_t operations, std::uint64_t seed) {
    known_runs made(actors);
    weft::splitmix64 random{seed};
    for (std::uint32_t slot = 0; slot < actors; ++slot) {
        made.add(slot, {});
    }
    while (made.firsts.size() < operations) {
        const auto slot = static_cast<std::uint32_t>(random() % actors);
        made.merge(slot, made.latest[random() % actors]);
    }
    return made;
}

/// `strands` chains of actors that know nothing of each other, their slots interleaved; then each
/// of the other actors merges all their ends, which no version that is there helps with, and if
/// they are a ladder, the one before it too if that is far.
known_runs
strands(std::uint32_t strands, std::uint32_t chained, std::uint32_t merging, bool ladder = false) {
    known_runs made(chained + merging);
    for (std::uint32_t slot = 0; slot < chained; ++slot) {
        slot < strands ? made.add(slot, {}) : made.add(slot, {made.latest[slot - strands]});
    }
    const std::vector<std::uint32_t> ends(made.latest.begin() + (chained - strands),
                                          made.latest.begin() + chained);
    for (std::uint32_t slot = chained; slot < chained + merging; ++slot) {
        auto merged = ends;
        if (ladder && made.runs.is_far(made.runs.size() - 1)) {
            merged.push_back(made.latest[slot - 1]);
        }
        made.add(slot, merged);
    }
    return made;
}

std::uint32_t far_runs(const known_runs& made) {
    std::uint32_t far = 0;
    for (std::uint32_t run = 0; run < made.runs.size(); ++run) {
        far += made.runs.is_far(run) ? 1U : 0U;
    }
    return far;
}

}  // namespace

TEST_CASE("causal/runs: writers that merge at random, thousands too, are answered from near") {
    for (const std::uint32_t actors : {2U, 9U, 64U, 300U, 2500U}) {
        const known_runs made = gossip(actors, std::max(3000U, 5 * actors), actors);
        made.check(actors);
        CHECK(far_runs(made) == 0);
    }
}

TEST_CASE("causal/runs: where versions would be too dear walks are longer, memory is not") {
    const std::uint32_t chained = 2404;
    known_runs made = strands(16, chained, 2000);
    CHECK(far_runs(made) > 200);
    weft::splitmix64 random{3};
    while (made.firsts.size() < 5000) {
        made.merge(static_cast<std::uint32_t>(chained + random() % 2000),
                   made.latest[random() % made.latest.size()]);
    }
    made.check(5);
    CHECK(made.runs.memory_bytes() <= 5000 * (causal_runs::nodes_per_run * 32 + 400));
}

TEST_CASE("causal/runs: long walks find what is next to where they begin or end") {
    const known_runs made = strands(16, 2404, 2000, true);
    std::uint32_t side_by_side = 0;
    for (std::uint32_t run = 1; run < made.runs.size(); ++run) {
        side_by_side += made.runs.is_far(run) && made.runs.is_far(run - 1) ? 1U : 0U;
    }
    CHECK(side_by_side > 50);
    made.check(7);
}

TEST_CASE("causal/runs: a run knows its first operation and its parents") {
    causal_runs runs;
    runs.start({{0}, 1}, {});
    runs.start({{1}, 1}, std::vector<local_dot>{{{0}, 5}});
    runs.start({{0}, 9}, std::vector<local_dot>{{{0}, 8}, {{1}, 3}});
    CHECK(runs.size() == 3);
    CHECK(runs.run_of({{0}, 8}) == 0);
    CHECK(runs.run_of({{0}, 9}) == 2);
    CHECK(runs.first_of(2) == local_dot{{0}, 9});
    std::vector<std::uint32_t> parents;
    runs.for_each_link(2, [&](causal_runs::link parent) {
        parents.insert(parents.end(), {parent.run, parent.sequence});
    });
    CHECK(parents == std::vector<std::uint32_t>{0, 8, 1, 3});
    runs.pop_back();
    CHECK(runs.size() == 2);
    CHECK(runs.run_of({{0}, 9}) == 0);
}

TEST_CASE("causal/runs: popping runs gives back what they took") {
    known_runs made = gossip(200, 4000, 1);
    const known_runs half = gossip(200, 2000, 1);
    while (made.runs.size() > 2000) {
        made.runs.pop_back();
    }
    made.firsts.resize(2000);
    made.versions.resize(2000);
    CHECK(made.runs.memory_bytes() <= 2 * half.runs.memory_bytes());
    made.check(1);
}

}  // namespace causal_runs_test
