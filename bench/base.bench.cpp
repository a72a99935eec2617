/// base/: varints, hashers, keyed hashes, the interner.
#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/base/interner.hpp>
#include <weft/base/seeded_hash.hpp>
#include <weft/base/varint.hpp>

#include "support/measure.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <vector>

namespace {

using namespace weft;
using bench::below;

constexpr std::size_t numbers = 4096;

/// Numbers whose varints have 1 to `bytes_max` bytes, each length equally often.
std::vector<std::uint64_t> varint_values(unsigned bytes_max) {
    splitmix64 random{bytes_max};
    std::vector<std::uint64_t> values(numbers);
    for (std::uint64_t& value : values) {
        const unsigned bits = 7 * (1 + below(random, bytes_max));
        value = random() >> (64 - bits) | std::uint64_t{1} << (bits - 1);
    }
    return values;
}

void varint_write(benchmark::State& state) {
    const auto values = varint_values(static_cast<unsigned>(state.range(0)));
    std::vector<std::byte> out(numbers * varint_size_max);
    std::size_t size = 0;
    for (auto _ : state) {
        size = 0;
        for (const std::uint64_t value : values) {
            size += write_varint(out.data() + size, value);
        }
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
    bench::count_items_and_bytes(state, numbers, size);
}

void varint_read(benchmark::State& state) {
    byte_buffer bytes;
    byte_writer out(bytes);
    for (const std::uint64_t value : varint_values(static_cast<unsigned>(state.range(0)))) {
        out.varint(value);
    }
    for (auto _ : state) {
        byte_reader in(bytes);
        std::uint64_t sum = 0;
        while (!in.empty()) {
            sum += *in.varint();
        }
        benchmark::DoNotOptimize(sum);
    }
    bench::count_items_and_bytes(state, numbers, bytes.size());
}

BENCHMARK(varint_write)->Name("base/varint_write")->ArgName("bytes_max")->Arg(1)->Arg(2)->Arg(6);
BENCHMARK(varint_read)->Name("base/varint_read")->ArgName("bytes_max")->Arg(1)->Arg(2)->Arg(6);

byte_buffer random_bytes(std::size_t size) {
    splitmix64 random{size};
    byte_buffer bytes(size);
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(random());
    }
    return bytes;
}

void hasher_at_once(benchmark::State& state) {
    const auto bytes = random_bytes(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        benchmark::DoNotOptimize(xxh3_128::hash(bytes));
    }
    bench::count_items_and_bytes(state, 1, bytes.size());
}

/// Each hash is part of the next one's bytes, as addresses are: what counts is its latency.
void hasher_chained(benchmark::State& state) {
    auto bytes = random_bytes(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        const auto digest = xxh3_128::hash(bytes);
        std::copy(digest.bytes.begin(), digest.bytes.end(), bytes.begin());
    }
    bench::count_items_and_bytes(state, 1, bytes.size());
}

void hasher_in_pieces(benchmark::State& state) {
    const auto bytes = random_bytes(static_cast<std::size_t>(state.range(0)));
    const byte_span whole(bytes);
    for (auto _ : state) {
        xxh3_128 hash;
        for (std::size_t i = 0; i < whole.size(); i += 16) {
            hash.update(whole.subspan(i, 16));
        }
        benchmark::DoNotOptimize(hash.finish());
    }
    bench::count_items_and_bytes(state, 1, bytes.size());
}

void sizes(benchmark::internal::Benchmark* of) {
    of->ArgName("bytes")->Arg(16)->Arg(64)->Arg(256)->Arg(4096);
}

BENCHMARK(hasher_at_once)->Name("base/xxh3_128/at_once")->Apply(sizes);
BENCHMARK(hasher_chained)->Name("base/xxh3_128/chained")->Apply(sizes);
BENCHMARK(hasher_in_pieces)->Name("base/xxh3_128/in_pieces_of_16")->Apply(sizes);

std::vector<uuid> random_ids(std::size_t count) {
    splitmix64 random{count};
    std::vector<uuid> ids(count);
    for (uuid& id : ids) {
        id = uuid::random(random);
    }
    return ids;
}

void seeded_hash_of_ids(benchmark::State& state) {
    const auto ids = random_ids(numbers);
    const seeded_hash hash;
    for (auto _ : state) {
        for (const uuid& id : ids) {
            benchmark::DoNotOptimize(hash(id));
        }
    }
    bench::count_items(state, numbers);
}

BENCHMARK(seeded_hash_of_ids)->Name("base/seeded_hash/uuid");

void interner_new(benchmark::State& state) {
    const auto ids = random_ids(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        interner<uuid> names;
        for (const uuid& id : ids) {
            benchmark::DoNotOptimize(names.intern(id));
        }
    }
    bench::count_items(state, ids.size());
}

void interner_find(benchmark::State& state) {
    const auto ids = random_ids(static_cast<std::size_t>(state.range(0)));
    interner<uuid> names;
    for (const uuid& id : ids) {
        names.intern(id);
    }
    splitmix64 random{1};
    std::vector<uuid> wanted(numbers);
    for (uuid& id : wanted) {
        id = ids[below(random, static_cast<std::uint32_t>(ids.size()))];
    }
    for (auto _ : state) {
        std::uint32_t sum = 0;
        for (const uuid& id : wanted) {
            sum += names.find(id);
        }
        benchmark::DoNotOptimize(sum);
    }
    bench::count_items(state, numbers);
}

void table_sizes(benchmark::internal::Benchmark* of) {
    of->ArgName("keys")->Arg(1 << 10)->Arg(10'000)->Arg(1 << 20);
}

BENCHMARK(interner_new)->Name("base/interner/new")->Apply(table_sizes);
BENCHMARK(interner_find)->Name("base/interner/find")->Apply(table_sizes);

}  // namespace
