/// A log as several batches, each after what it follows: of at most so many operations that the
/// bytes of one stay far below the 2 GiB that a batch can have, or that a caller wants.
#ifndef WEFT_WIRE_LOG_BATCHES_HPP
#define WEFT_WIRE_LOG_BATCHES_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/wire/batch.hpp>

namespace weft {

inline constexpr std::uint32_t log_batch_operations = 1U << 20U;

/// Leaves the first `operations_max` operations in runs; gives the rest. O(runs).
inline lean_vector<causal_graph::log_run> split_runs(lean_vector<causal_graph::log_run>& runs,
                                                     std::uint32_t operations_max) {
    lean_vector<causal_graph::log_run> rest;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        causal_graph::log_run run = runs[i];
        const std::uint32_t count = run.count < operations_max ? run.count : operations_max;
        operations_max -= count;
        if (count != run.count) {
            rest.push_back(
                {run.slot, run.first + count, run.count - count, {run.index.value + count}});
        }
        if (count != 0) {
            run.count = count;
            runs[kept++] = run;
        }
    }
    runs.resize(kept);
    return rest;
}

/// O(log).
template <class Traits>
[[nodiscard]] lean_vector<byte_buffer>
encode_log(const operation_log<Traits>& log, std::uint32_t operations_max = log_batch_operations) {
    lean_vector<causal_graph::log_run> runs;
    log.graph().runs_missing({}, runs);
    lean_vector<byte_buffer> batches;
    while (!runs.empty()) {
        const auto later = split_runs(runs, operations_max);
        batches.push_back(encode_batch(log, runs));
        runs = later;
    }
    return batches;
}

}  // namespace weft

#endif
