/// What every benchmark reports beside its time, and the sizes that all of them share.
#ifndef WEFT_BENCH_SUPPORT_MEASURE_HPP
#define WEFT_BENCH_SUPPORT_MEASURE_HPP

#include <weft/base/random.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace weft::bench {

/// Operations of the large workloads: 1,000,000, or WEFT_BENCH_OPERATIONS of the environment.
[[nodiscard]] inline std::size_t large() {
    static const std::size_t chosen = [] {
        const char* const wanted = std::getenv("WEFT_BENCH_OPERATIONS");
        const auto number = wanted == nullptr ? 0 : std::strtoull(wanted, nullptr, 10);
        return number == 0 ? std::size_t{1'000'000} : static_cast<std::size_t>(number);
    }();
    return chosen;
}

/// A number below `bound`, which is small against 2^32.
[[nodiscard]] inline std::uint32_t below(splitmix64& random, std::uint32_t bound) noexcept {
    return static_cast<std::uint32_t>(((random() >> 32U) * bound) >> 32U);
}

/// Reports `items` of work for each iteration: items a second, and the time of one as `each`.
inline void count_items(benchmark::State& state, std::size_t items) {
    const auto all = static_cast<double>(state.iterations()) * static_cast<double>(items);
    state.SetItemsProcessed(static_cast<std::int64_t>(all));
    state.counters["each"] =
        benchmark::Counter(all, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// The same and bytes a second.
inline void count_items_and_bytes(benchmark::State& state, std::size_t items, std::size_t bytes) {
    count_items(state, items);
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                            static_cast<std::int64_t>(bytes));
}

/// Reports a quantity for each item, such as bytes an operation.
inline void
count_each(benchmark::State& state, const char* what, std::size_t quantity, std::size_t items) {
    state.counters[what] =
        benchmark::Counter(static_cast<double>(quantity) / static_cast<double>(items));
}

}  // namespace weft::bench

#endif
