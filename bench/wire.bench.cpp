/// wire/: writing and reading batches, on a register storm, with 1, 100 and all operations in each.
#include "support/measure.hpp"
#include "support/register_storm.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

namespace {

using namespace weft;
using namespace weft::bench;

/// A storm's writer, its log cut into pieces of some size, and their batches.
struct storm {
    storm_replica made{1};
    std::size_t writes = large() / 4;

    storm() {
        const auto ids = storm_ids();
        made.insert_records(ids);
        made.write_all(ids, storm_writes(writes));
    }

    /// Runs of `each` writes, for at most 100,000 of them; 0: of everything.
    [[nodiscard]] weft::lean_vector<log_run> pieces(std::size_t each) const {
        if (each == 0) {
            return {{{0}, 1, made.held.size(), {0}}};
        }
        const auto count = static_cast<std::uint32_t>(each);
        const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(writes, 100'000));
        weft::lean_vector<log_run> runs;
        for (std::uint32_t i = 1; i + count <= end + 1; i += count) {
            runs.push_back({{0}, i + 1, count, {i}});
        }
        return runs;
    }

    [[nodiscard]] byte_buffer batch(const log_run& run) const {
        return encode_batch(made.held.log(), std::span(&run, 1));
    }

    static const storm& get() {
        static const storm kept;
        return kept;
    }
};

std::size_t operations_in(const weft::lean_vector<log_run>& runs) {
    std::size_t sum = 0;
    for (const log_run& run : runs) {
        sum += run.count;
    }
    return sum;
}

void wire_encode(benchmark::State& state) {
    const storm& input = storm::get();
    const auto runs = input.pieces(static_cast<std::size_t>(state.range(0)));
    std::size_t bytes = 0;
    for (auto _ : state) {
        bytes = 0;
        for (const log_run& run : runs) {
            bytes += input.batch(run).size();
        }
    }
    count_items_and_bytes(state, operations_in(runs), bytes);
    count_each(state, "bytes", bytes, operations_in(runs));
}

std::vector<byte_buffer> batches(benchmark::State& state, std::size_t& operations) {
    const storm& input = storm::get();
    const auto runs = input.pieces(static_cast<std::size_t>(state.range(0)));
    operations = operations_in(runs);
    std::vector<byte_buffer> made;
    for (const log_run& run : runs) {
        made.push_back(input.batch(run));
    }
    return made;
}

/// Checks the whole structure; what a receiver does before it believes anything.
void wire_open(benchmark::State& state) {
    std::size_t operations = 0;
    const auto all = batches(state, operations);
    std::size_t bytes = 0;
    for (auto _ : state) {
        bytes = 0;
        for (const byte_buffer& one : all) {
            benchmark::DoNotOptimize(batch_reader<bench_traits>::open(one));
            bytes += one.size();
        }
    }
    count_items_and_bytes(state, operations, bytes);
}

void wire_decode(benchmark::State& state) {
    std::size_t operations = 0;
    const auto all = batches(state, operations);
    std::size_t bytes = 0;
    operation<bench_traits> op;
    for (auto _ : state) {
        bytes = 0;
        for (const byte_buffer& one : all) {
            auto reader = batch_reader<bench_traits>::open(one);
            while (reader->next(op)) {
                benchmark::DoNotOptimize(op.payload.data());
            }
            bytes += one.size();
        }
    }
    count_items_and_bytes(state, operations, bytes);
}

void wire_checksum(benchmark::State& state) {
    std::size_t operations = 0;
    const auto all = batches(state, operations);
    std::size_t bytes = 0;
    for (auto _ : state) {
        bytes = 0;
        for (const byte_buffer& one : all) {
            benchmark::DoNotOptimize(xxh3_64(one));
            bytes += one.size();
        }
    }
    count_items_and_bytes(state, operations, bytes);
}

void sizes(benchmark::internal::Benchmark* of) {
    of->ArgName("operations")->Arg(1)->Arg(100)->Arg(0)->Unit(benchmark::kMillisecond);
}

BENCHMARK(wire_encode)->Name("wire/batch/encode")->Apply(sizes);
BENCHMARK(wire_open)->Name("wire/batch/open")->Apply(sizes);
BENCHMARK(wire_decode)->Name("wire/batch/open_and_read")->Apply(sizes);
BENCHMARK(wire_checksum)->Name("wire/batch/checksum_alone")->Apply(sizes);

}  // namespace
