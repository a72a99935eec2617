/// log/: appending, reading back, and content addresses, on the operations of a register storm.
#include "support/measure.hpp"
#include "support/register_storm.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

namespace {

using namespace weft;
using namespace weft::bench;

using log_type = operation_log<bench_traits>;
using border = operation<bench_traits>;
using address = log_type::address;

/// The operations of a storm in border form, with their addresses.
struct storm {
    std::vector<border> operations;
    std::vector<address> addresses;
    log_type log;
    std::uint32_t first = 1;  ///< the first of the writes; before it stands the insertion

    explicit storm(std::size_t writes) {
        const auto ids = storm_ids();
        storm_replica made(1);
        made.insert_records(ids);
        made.write_all(ids, storm_writes(writes));
        operations.resize(made.held.size());
        for (std::uint32_t i = 0; i != made.held.size(); ++i) {
            made.held.log().read(op_index{i}, operations[i]);
            addresses.push_back(weft::address_of(operations[i]));
        }
        append_all(log);
    }

    void append_all(log_type& to) const {
        local_operation local;
        for (std::size_t i = 0; i != operations.size(); ++i) {
            to.append(operations[i], addresses[i], local);
        }
    }

    [[nodiscard]] log_run all() const { return {{0}, 1, log.size(), {0}}; }

    static const storm& get() {
        static const storm made(large() / 4);
        return made;
    }
};

void log_append(benchmark::State& state) {
    const storm& input = storm::get();
    for (auto _ : state) {
        log_type log;
        input.append_all(log);
        state.PauseTiming();
        count_each(state, "memory", log.memory_bytes(), log.size());
        log = {};
        state.ResumeTiming();
    }
    count_items(state, input.operations.size());
}

void log_address(benchmark::State& state) {
    const storm& input = storm::get();
    for (auto _ : state) {
        for (std::size_t i = input.first; i != input.operations.size(); ++i) {
            benchmark::DoNotOptimize(weft::address_of(input.operations[i]));
        }
    }
    count_items(state, input.operations.size() - input.first);
}

void log_canonical_size(benchmark::State& state) {
    const storm& input = storm::get();
    std::size_t sum = 0;
    for (auto _ : state) {
        sum = 0;
        for (std::size_t i = input.first; i != input.operations.size(); ++i) {
            sum += canonical_size(input.operations[i]);
        }
        benchmark::DoNotOptimize(sum);
    }
    count_items_and_bytes(state, input.operations.size() - input.first, sum);
    count_each(state, "canonical_bytes", sum, input.operations.size() - input.first);
}

void log_for_each(benchmark::State& state) {
    const storm& input = storm::get();
    for (auto _ : state) {
        std::uint64_t sum = 0;
        input.log.for_each(
            input.all(), [&](const local_operation& op) { sum += op.at.bits + op.payload.size(); });
        benchmark::DoNotOptimize(sum);
    }
    count_items(state, input.log.size());
}

/// Random operations of the log, some thousands, none of them the insertion.
std::vector<op_index> places(const storm& of) {
    splitmix64 random{3};
    std::vector<op_index> chosen(4096);
    for (op_index& one : chosen) {
        one.value = of.first + below(random, of.log.size() - of.first);
    }
    return chosen;
}

void log_read_local(benchmark::State& state) {
    const storm& input = storm::get();
    const auto wanted = places(input);
    local_operation op;
    for (auto _ : state) {
        for (const op_index one : wanted) {
            input.log.read(one, op);
            benchmark::DoNotOptimize(op.payload.data());
        }
    }
    count_items(state, wanted.size());
}

void log_read_border(benchmark::State& state) {
    const storm& input = storm::get();
    const auto wanted = places(input);
    border op;
    for (auto _ : state) {
        for (const op_index one : wanted) {
            input.log.read(one, op);
            benchmark::DoNotOptimize(op.payload.data());
        }
    }
    count_items(state, wanted.size());
}

/// Any operation's address: half of 64 operations are hashed again on average.
void log_address_of_any(benchmark::State& state) {
    const storm& input = storm::get();
    const auto wanted = places(input);
    for (auto _ : state) {
        for (const op_index one : wanted) {
            benchmark::DoNotOptimize(input.log.address_of(input.log.graph().dot_of(one)));
        }
    }
    count_items(state, wanted.size());
}

/// The addresses of 4,096 operations in a row, with the memory that makes it one step each.
void log_address_walk(benchmark::State& state) {
    const storm& input = storm::get();
    const std::uint32_t count = std::min(input.log.size() - input.first, 4096U);
    for (auto _ : state) {
        log_type::address_walk walk;
        for (std::uint32_t i = 0; i != count; ++i) {
            const local_dot dot{{0}, 1 + input.first + i};
            benchmark::DoNotOptimize(input.log.address_of(dot, walk));
        }
    }
    count_items(state, count);
}

/// Undoes the newest 64 operations and appends them again.
void log_truncate(benchmark::State& state) {
    const storm& input = storm::get();
    log_type log;
    input.append_all(log);
    local_operation local;
    const std::uint32_t kept = log.size() - 64;
    for (auto _ : state) {
        log.truncate(kept);
        for (std::uint32_t i = kept; i != kept + 64; ++i) {
            log.append(input.operations[i], input.addresses[i], local);
        }
    }
    count_items(state, 64);
}

BENCHMARK(log_append)->Name("log/append")->Unit(benchmark::kMillisecond);
BENCHMARK(log_address)->Name("log/address")->Unit(benchmark::kMillisecond);
BENCHMARK(log_canonical_size)->Name("log/canonical_size")->Unit(benchmark::kMillisecond);
BENCHMARK(log_for_each)->Name("log/read/in_order")->Unit(benchmark::kMillisecond);
BENCHMARK(log_read_local)->Name("log/read/any")->Unit(benchmark::kMicrosecond);
BENCHMARK(log_read_border)->Name("log/read/any_in_border_form")->Unit(benchmark::kMicrosecond);
BENCHMARK(log_address_of_any)->Name("log/address_of/any")->Unit(benchmark::kMicrosecond);
BENCHMARK(log_address_walk)->Name("log/address_of/in_order")->Unit(benchmark::kMicrosecond);
BENCHMARK(log_truncate)->Name("log/truncate_and_append_64")->Unit(benchmark::kMicrosecond);

}  // namespace
