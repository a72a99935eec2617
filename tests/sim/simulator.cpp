/// Runs simulated schedules. Usage:
///
///     weft_sim [--schedules N] [--seed S] [--oracle-every K] [--quiet]
///
/// Schedule i runs under seed S + i; every K-th is compared with the reference model after every
/// step (0: none). A failing schedule is shrunk and printed; run it again with
/// `--schedules 1 --seed SEED --oracle-every 1`. Exit status 1 on a failure, 2 on wrong arguments.
#include "sim/simulation.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace {

using namespace weft::testing;

struct arguments {
    std::uint64_t schedules = 1000;
    std::uint64_t seed = 1;
    std::uint64_t oracle_every = 20;
};

bool number(const char* text, std::uint64_t& value) {
    char* end = nullptr;
    value = std::strtoull(text, &end, 10);
    return end != text && *end == '\0';
}

bool parse(int count, char** values, arguments& wanted) {
    for (int i = 1; i < count; i += 2) {
        const std::string_view name = values[i];
        std::uint64_t* const place = name == "--schedules"      ? &wanted.schedules
                                     : name == "--seed"         ? &wanted.seed
                                     : name == "--oracle-every" ? &wanted.oracle_every
                                                                : nullptr;
        if (place == nullptr || i + 1 == count || !number(values[i + 1], *place)) {
            return false;
        }
    }
    return true;
}

void print(const schedule& plan) {
    std::printf("  %u replicas, %u records, %u %% erases, skew limit %" PRIu64
                " ms, %u parked at most, checkpoint every %u\n",
                plan.replicas, plan.records, plan.erases, plan.max_skew_ms, plan.parked,
                plan.checkpoint);
    for (const step& each : plan.steps) {
        std::printf("  %-9.*s %u with %u, seed %" PRIu64 "\n",
                    static_cast<int>(name_of(each.what).size()), name_of(each.what).data(),
                    each.who % plan.replicas, each.with % plan.replicas, each.seed);
    }
}

int report(std::uint64_t seed, const schedule& plan, const outcome& failed, bool oracle) {
    std::printf("seed %" PRIu64 " fails at step %zu: %s\n", seed, failed.step,
                failed.failure.c_str());
    const schedule smallest =
        shrunk(plan, [&](const schedule& part) { return !simulate(part, oracle).failure.empty(); });
    std::printf("shrunk to %zu of %zu steps: %s\n", smallest.steps.size(), plan.steps.size(),
                simulate(smallest, oracle).failure.c_str());
    print(smallest);
    return 1;
}

}  // namespace

int main(int count, char** values) {
    arguments wanted;
    if (!parse(count, values, wanted)) {
        std::fprintf(stderr, "usage: %s [--schedules N] [--seed S] [--oracle-every K]\n",
                     values[0]);
        return 2;
    }
    coverage seen;
    const std::clock_t began = std::clock();
    for (std::uint64_t i = 0; i < wanted.schedules; ++i) {
        const schedule plan = schedule_of(wanted.seed + i);
        const bool oracle = wanted.oracle_every != 0 && i % wanted.oracle_every == 0;
        const outcome ran = simulate(plan, oracle);
        if (!ran.failure.empty()) {
            return report(wanted.seed + i, plan, ran, oracle);
        }
        seen.add(ran.seen);
    }
    const double seconds = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
    std::printf("%sseeds %" PRIu64 " to %" PRIu64 ", %.1f s of processor time, %.0f schedules/s\n",
                seen.text().c_str(), wanted.seed, wanted.seed + wanted.schedules - 1, seconds,
                seconds > 0 ? static_cast<double>(wanted.schedules) / seconds : 0);
    const bool enough = wanted.schedules < 1000 || (seen.share(seen.concurrent_fields) >= 20 &&
                                                    seen.share(seen.delete_update_races) >= 10 &&
                                                    seen.share(seen.restarted) >= 10);
    if (!enough) {
        std::printf("the schedules do not cover enough: writers must meet in 20 %%, deletes race "
                    "in 10 %%, replicas restart in 10 %%\n");
        return 1;
    }
    return 0;
}
