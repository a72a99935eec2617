/// causal/: clocks, version vectors, and the causal graph on histories of 2^20 operations.
#include <weft/causal/causal_graph.hpp>
#include <weft/causal/hybrid_clock.hpp>
#include <weft/causal/version_vector.hpp>

#include "support/graph_shapes.hpp"
#include "support/measure.hpp"

#include <benchmark/benchmark.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace weft;
using bench::below;

// ---- clocks
// ---------------------------------------------------------------------------------------

void clock_tick_system(benchmark::State& state) {
    hybrid_clock<system_wall_clock> clock;
    for (auto _ : state) {
        benchmark::DoNotOptimize(clock.tick());
    }
    bench::count_items(state, 1);
}

void clock_tick_manual(benchmark::State& state) {
    std::uint64_t now = 1'700'000'000'000;
    hybrid_clock<manual_clock> clock(manual_clock{&now});
    for (auto _ : state) {
        benchmark::DoNotOptimize(clock.tick());
    }
    bench::count_items(state, 1);
}

BENCHMARK(clock_tick_system)->Name("causal/clock_tick/system");
BENCHMARK(clock_tick_manual)->Name("causal/clock_tick/manual");

// ---- version vectors
// ------------------------------------------------------------------------------

using vector_type = version_vector<uuid>;

/// Two vectors over `actors` actors each, `shared` of a hundred in both, with counts that differ.
std::pair<vector_type, vector_type> vectors(std::uint32_t actors, std::uint32_t shared) {
    splitmix64 random{actors};
    std::vector<uuid> ids(2 * std::size_t{actors});
    for (uuid& id : ids) {
        id = uuid::random(random);
    }
    std::pair<vector_type, vector_type> made;
    const std::uint32_t apart = actors - actors * shared / 100;
    for (std::uint32_t i = 0; i != actors; ++i) {
        made.first.set(ids[i], 1 + below(random, 1000));
        made.second.set(ids[i + apart], 1 + below(random, 1000));
    }
    return made;
}

std::pair<vector_type, vector_type> vectors(const benchmark::State& state) {
    return vectors(static_cast<std::uint32_t>(state.range(0)),
                   static_cast<std::uint32_t>(state.range(1)));
}

void vector_compare(benchmark::State& state) {
    const auto [a, b] = vectors(state);
    for (auto _ : state) {
        benchmark::DoNotOptimize(compare(a, b));
    }
    bench::count_items(state, a.size());
}

void vector_missing(benchmark::State& state) {
    const auto [a, b] = vectors(state);
    for (auto _ : state) {
        benchmark::DoNotOptimize(missing(a, b));
    }
    bench::count_items(state, a.size());
}

/// Joins into a vector that has been joined before: what steady exchange does.
void vector_join(benchmark::State& state) {
    auto [a, b] = vectors(state);
    for (auto _ : state) {
        a.join(b);
        benchmark::DoNotOptimize(a);
    }
    bench::count_items(state, a.size());
}

void vector_count(benchmark::State& state) {
    const auto vector = vectors(state).first;
    std::vector<uuid> wanted;
    for (const auto& entry : vector.entries()) {
        wanted.push_back(entry.actor);
    }
    splitmix64 random{1};
    for (std::size_t i = wanted.size(); i > 1; --i) {
        std::swap(wanted[i - 1], wanted[below(random, static_cast<std::uint32_t>(i))]);
    }
    for (auto _ : state) {
        std::uint64_t sum = 0;
        for (const uuid& actor : wanted) {
            sum += vector.count(actor);
        }
        benchmark::DoNotOptimize(sum);
    }
    bench::count_items(state, wanted.size());
}

void vector_encode(benchmark::State& state) {
    const auto vector = vectors(state).first;
    byte_buffer bytes;
    for (auto _ : state) {
        bytes.clear();
        byte_writer out(bytes);
        vector.encode(out);
        benchmark::DoNotOptimize(bytes.data());
    }
    bench::count_items_and_bytes(state, vector.size(), bytes.size());
}

void vector_decode(benchmark::State& state) {
    const auto vector = vectors(state).first;
    byte_buffer bytes;
    byte_writer out(bytes);
    vector.encode(out);
    for (auto _ : state) {
        byte_reader in(bytes);
        benchmark::DoNotOptimize(vector_type::decode(in));
    }
    bench::count_items_and_bytes(state, vector.size(), bytes.size());
}

void pairs_of_vectors(benchmark::internal::Benchmark* of) {
    of->ArgNames({"actors", "shared"});
    for (const int actors : {16, 256, 4096}) {
        of->Args({actors, 100})->Args({actors, 50});
    }
}

void one_vector(benchmark::internal::Benchmark* of) {
    of->ArgNames({"actors", "shared"});
    for (const int actors : {16, 256, 4096}) {
        of->Args({actors, 100});
    }
}

BENCHMARK(vector_compare)->Name("causal/version_vector/compare")->Apply(pairs_of_vectors);
BENCHMARK(vector_join)->Name("causal/version_vector/join")->Apply(pairs_of_vectors);
BENCHMARK(vector_missing)->Name("causal/version_vector/missing")->Apply(pairs_of_vectors);
BENCHMARK(vector_count)->Name("causal/version_vector/count")->Apply(one_vector);
BENCHMARK(vector_encode)->Name("causal/version_vector/encode")->Apply(one_vector);
BENCHMARK(vector_decode)->Name("causal/version_vector/decode")->Apply(one_vector);

// ---- the graph
// ------------------------------------------------------------------------------------

constexpr std::uint32_t graph_size = 1U << 20U;
constexpr std::size_t queries = 1024;

struct shape {
    std::string name;
    bench::history (*make)();
};

const shape shapes[] = {
    {"writers:8/run:1", [] { return bench::interleaved(8, 1, graph_size); }},
    {"writers:8/run:10", [] { return bench::interleaved(8, 10, graph_size); }},
    {"writers:64/run:1", [] { return bench::interleaved(64, 1, graph_size); }},
    {"writers:64/run:10", [] { return bench::interleaved(64, 10, graph_size); }},
    {"chain", [] { return bench::chain(graph_size); }},
    {"star/points:64", [] { return bench::star(64, graph_size); }},
    {"comb/teeth:1024", [] { return bench::comb(1024, graph_size); }},
    {"criss_cross", [] { return bench::criss_cross(graph_size); }},
    {"git_like/lanes:4096", [] { return bench::git_like(4096, graph_size); }},
};

/// A history and its graph; the last one asked for is kept, since benchmarks come shape by shape.
struct subject {
    const shape* of;
    bench::history operations;
    causal_graph graph;

    explicit subject(const shape& which)
        : of(&which), operations(which.make()), graph(operations.graph()) {}

    [[nodiscard]] local_dot random_dot(splitmix64& random) const {
        return graph.dot_of({below(random, graph.size())});
    }

    /// The newest operation of a random writer: the head of a replica that is behind.
    [[nodiscard]] local_dot random_tip(splitmix64& random) const {
        for (;;) {
            const actor_slot slot{below(random, graph.actors())};
            if (graph.count(slot) != 0) {
                return {slot, graph.count(slot)};
            }
        }
    }

    static const subject& get(const shape& which) {
        static std::optional<subject> kept;
        if (!kept || kept->of != &which) {
            kept.reset();
            kept.emplace(which);
        }
        return *kept;
    }
};

void graph_append(benchmark::State& state, const shape& which) {
    const subject& on = subject::get(which);
    std::size_t bytes = 0;
    for (auto _ : state) {
        causal_graph made;
        on.operations.add_all(made);
        state.PauseTiming();
        bytes = made.memory_bytes();
        made = {};
        state.ResumeTiming();
    }
    bench::count_items(state, on.operations.size());
    bench::count_each(state, "bytes_an_operation", bytes, on.operations.size());
}

/// Calls fn(graph, first dot, second dot) for prepared pairs.
template <class First, class Second, class Fn>
void ask(benchmark::State& state, const shape& which, First first, Second second, Fn fn) {
    const subject& on = subject::get(which);
    splitmix64 random{7};
    std::vector<std::pair<local_dot, local_dot>> pairs(queries);
    for (auto& [a, b] : pairs) {
        a = first(on, random);
        b = second(on, random);
    }
    for (auto _ : state) {
        for (const auto& [a, b] : pairs) {
            fn(on.graph, a, b);
        }
    }
    bench::count_items(state, queries);
}

const auto tip = [](const subject& on, splitmix64& random) { return on.random_tip(random); };
const auto any = [](const subject& on, splitmix64& random) { return on.random_dot(random); };

const auto contains = [](const causal_graph& graph, local_dot a, local_dot b) {
    benchmark::DoNotOptimize(graph.contains(a, b));
};
const auto compares = [](const causal_graph& graph, local_dot a, local_dot b) {
    benchmark::DoNotOptimize(graph.compare(a, b));
};
const auto difference = [](const causal_graph& graph, local_dot a, local_dot b) {
    benchmark::DoNotOptimize(causal_graph::difference(graph.version_of(std::span(&a, 1)),
                                                      graph.version_of(std::span(&b, 1))));
};
const auto common = [](const causal_graph& graph, local_dot a, local_dot b) {
    benchmark::DoNotOptimize(graph.common_ancestors(std::span(&a, 1), std::span(&b, 1)));
};

void graph_index_of(benchmark::State& state, const shape& which) {
    ask(state, which, any, any, [](const causal_graph& graph, local_dot a, local_dot) {
        benchmark::DoNotOptimize(graph.index_of(a));
    });
}

void graph_time_of(benchmark::State& state, const shape& which) {
    ask(state, which, any, any, [](const causal_graph& graph, local_dot a, local_dot) {
        benchmark::DoNotOptimize(graph.time_of(a));
    });
}

void graph_frontier_of(benchmark::State& state, const shape& which) {
    const subject& on = subject::get(which);
    const auto version = on.graph.version();
    std::vector<local_dot> heads;
    for (auto _ : state) {
        on.graph.frontier_of(version, heads);
        benchmark::DoNotOptimize(heads.data());
    }
    bench::count_items(state, 1);
}

void order_by_stamp(benchmark::State& state, const causal_graph& graph) {
    std::vector<std::byte> ids;
    for (std::uint32_t slot = 0; slot != graph.actors(); ++slot) {
        const auto id = uuid::of(slot * 0x9E3779B97F4A7C15U, slot);
        ids.insert(ids.end(), id.bytes().begin(), id.bytes().end());
    }
    std::vector<op_index> order;
    for (auto _ : state) {
        graph.stamp_order(order, actor_order(ids.data(), uuid::byte_size));
        benchmark::DoNotOptimize(order.data());
    }
    bench::count_items(state, graph.size());
}

void graph_stamp_order(benchmark::State& state, const shape& which) {
    order_by_stamp(state, subject::get(which).graph);
}

/// On a replica that heard of the operations in batches, out of their order in time.
void graph_stamp_order_of_batches(benchmark::State& state, const shape& which) {
    order_by_stamp(state, subject::get(which).operations.in_batches(1000).graph());
}

/// For a peer that lacks the newest `behind` operations.
void graph_runs_missing(benchmark::State& state, const shape& which, std::uint32_t behind) {
    const subject& on = subject::get(which);
    auto have = on.graph.version();
    for (std::uint32_t i = on.graph.size() - behind; i != on.graph.size(); ++i) {
        --have[on.graph.dot_of({i}).slot.value];
    }
    weft::lean_vector<log_run> runs;
    for (auto _ : state) {
        runs.clear();
        on.graph.runs_missing(have, runs);
        benchmark::DoNotOptimize(runs.data());
    }
    bench::count_items(state, 1);
    state.counters["runs"] = static_cast<double>(runs.size());
}

const bool registered = [] {
    for (const shape& one : shapes) {
        const auto add = [&one](const std::string& what, auto body) {
            return benchmark::RegisterBenchmark(
                ("causal/" + what + "/" + one.name).c_str(),
                [&one, body](benchmark::State& s) { body(s, one); });
        };
        const auto add_question = [&](const std::string& what, auto first, auto second, auto fn) {
            add(what, [=](benchmark::State& state, const shape& which) {
                ask(state, which, first, second, fn);
            });
        };
        add("graph_append", graph_append)->Unit(benchmark::kMillisecond);
        add_question("graph_contains/tip_any", tip, any, contains);
        add_question("graph_contains/any_any", any, any, contains);
        add_question("graph_compare/any_any", any, any, compares);
        add_question("graph_difference/tip_tip", tip, tip, difference);
        add_question("graph_difference/any_any", any, any, difference);
        add_question("graph_common_ancestors/tip_tip", tip, tip, common);
        add_question("graph_common_ancestors/any_any", any, any, common);
        add("graph_index_of", graph_index_of);
        add("graph_time_of", graph_time_of);
        add("graph_frontier_of", graph_frontier_of);
        add("graph_stamp_order/made_here", graph_stamp_order)->Unit(benchmark::kMillisecond);
        add("graph_stamp_order/heard_in_batches", graph_stamp_order_of_batches)
            ->Unit(benchmark::kMillisecond);
        for (const std::uint32_t behind : {0U, 1U, 100U, 10'000U}) {
            add("graph_runs_missing/behind:" + std::to_string(behind),
                [behind](benchmark::State& state, const shape& which) {
                    graph_runs_missing(state, which, behind);
                });
        }
    }
    return true;
}();

}  // namespace
