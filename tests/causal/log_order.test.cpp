#include <weft/base/random.hpp>
#include <weft/causal/log_order.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace log_order_test {

namespace {

using weft::actor_slot;
using weft::local_dot;
using weft::log_order;
using weft::log_run;
using weft::sequence;

/// An order and the list of operations that it should be.
struct both {
    log_order order;
    std::vector<local_dot> operations;
    std::map<std::uint32_t, sequence> counts;

    void append(std::uint32_t slot) {
        const sequence n = ++counts[slot];
        operations.push_back({{slot}, n});
        order.reserve_one({slot});
        const weft::test::allocation_limit none(0);
        order.push_back({slot}, n);
    }

    void truncate(std::size_t size) {
        order.truncate(static_cast<std::uint32_t>(size));
        for (; operations.size() > size; operations.pop_back()) {
            --counts[operations.back().slot.value];
        }
    }

    [[nodiscard]] sequence count_of(actor_slot slot) const {
        const auto found = counts.find(slot.value);
        return found == counts.end() ? 0 : found->second;
    }

    void check() const {
        RC_ASSERT(order.size() == operations.size());
        for (std::uint32_t i = 0; i < operations.size(); ++i) {
            RC_ASSERT(order.dot_of({i}) == operations[i]);
            RC_ASSERT(order.index_of(operations[i]).value == i);
        }
        if (!operations.empty()) {
            RC_ASSERT(order.last() == operations.back());
        }
        std::uint32_t at = 0;
        actor_slot previous{~0U};
        order.for_each_run({0}, [&](log_run run) {
            RC_ASSERT(run.slot != previous);  // runs are maximal
            previous = run.slot;
            RC_ASSERT(run.index.value == at);
            for (std::uint32_t k = 0; k < run.count; ++k, ++at) {
                RC_ASSERT(operations[at] == (local_dot{run.slot, run.first + k}));
            }
        });
        RC_ASSERT(at == operations.size());
    }
};

/// Some hundreds of runs, mostly of one operation, now and then of hundreds; few actors at a time,
/// many in all.
void append_some(both& made, const std::vector<std::uint32_t>& script) {
    for (const std::uint32_t step : script) {
        weft::splitmix64 random{step};
        const auto base = static_cast<std::uint32_t>(random() % 3 * (random() % 300));
        for (std::uint64_t runs = random() % 12; runs != 0; --runs) {
            const auto slot = base + static_cast<std::uint32_t>(random() % 8);
            const std::uint64_t count = random() % 4 != 0 ? 1 : 1 + random() % 9 * (random() % 50);
            for (std::uint64_t i = 0; i < count; ++i) {
                made.append(slot);
            }
        }
    }
}

}  // namespace

TEST_CASE("causal/log_order: dots and indexes name each other") {
    weft::test::property("order", 60, [](const std::vector<std::uint32_t>& script) {
        both made;
        append_some(made, script);
        made.check();
    });
}

TEST_CASE("causal/log_order: truncating and appending again is as if nothing had happened") {
    weft::test::property("truncate", 60, [](const std::vector<std::uint32_t>& script) {
        both made;
        append_some(made, script);
        for (std::uint32_t i = 0; i < 4; ++i) {
            weft::splitmix64 random{i + script.size()};
            made.truncate(random() % (made.operations.size() + 1));
            made.check();
            append_some(made, {static_cast<std::uint32_t>(random()), i, 2 * i, 3 * i});
            made.check();
        }
        made.truncate(0);
        made.check();
        append_some(made, script);
        made.check();
    });
}

TEST_CASE("causal/log_order: what is missing comes in order, whole and once") {
    weft::test::property("missing", 60, [](const std::vector<std::uint32_t>& script) {
        both made;
        append_some(made, script);
        weft::splitmix64 random{script.size()};
        weft::lean_vector<sequence> have(random() % 400);
        for (sequence& count : have) {
            const auto slot = static_cast<std::uint32_t>(&count - have.data());
            const sequence held = made.count_of({slot});
            const std::uint64_t kind = random() % 4;
            count = kind == 0   ? static_cast<sequence>(random() % (held + 1))
                    : kind == 1 ? held + 5
                                : held;
        }
        weft::lean_vector<log_run> runs;
        made.order.runs_missing(
            have, [&](actor_slot slot) { return made.count_of(slot); }, runs);
        std::vector<local_dot> expected;
        for (const local_dot d : made.operations) {
            if (d.slot.value >= have.size() || d.sequence > have[d.slot.value]) {
                expected.push_back(d);
            }
        }
        std::vector<local_dot> found;
        for (const log_run& run : runs) {
            for (std::uint32_t k = 0; k < run.count; ++k) {
                found.push_back(made.operations[run.index.value + k]);
                RC_ASSERT(found.back() == (local_dot{run.slot, run.first + k}));
            }
        }
        RC_ASSERT(found == expected);
    });
    weft::test::property("of one slot", 40, [](std::uint64_t seed) {
        both made;
        std::vector<std::uint32_t> script;  // for several groups of runs
        for (std::uint32_t i = 0; i < 30; ++i) {
            script.push_back(static_cast<std::uint32_t>(seed) + i);
        }
        append_some(made, script);
        weft::lean_vector<sequence> have(made.counts.empty() ? 0 : made.counts.rbegin()->first + 1);
        for (const auto& [slot, count] : made.counts) {
            have[slot] = count;
        }
        for (const auto& [slot, count] : made.counts) {
            for (sequence known = count - std::min(count, 40U); known < count; ++known) {
                have[slot] = known;
                weft::lean_vector<log_run> runs;
                made.order.runs_missing(
                    have, [&](actor_slot each) { return made.count_of(each); }, runs);
                sequence found = known;
                for (const log_run& run : runs) {
                    RC_ASSERT(run.slot.value == slot);
                    RC_ASSERT(run.first == found + 1);
                    found += run.count;
                }
                RC_ASSERT(found == count);
            }
            have[slot] = count;
        }
    });
}

TEST_CASE("causal/log_order: what was reserved can't fail, what failed changed nothing") {
    both made;
    weft::splitmix64 random{1};
    for (int i = 0; i < 3000; ++i) {
        const auto slot = static_cast<std::uint32_t>(random() % 100);
        weft::test::fail_each_allocation(
            [&] { made.order.reserve_one({slot}); },
            [&] { CHECK(made.order.size() == made.operations.size()); });
        made.append(slot);
    }
    made.check();
}

TEST_CASE("causal/log_order: single operations of 64 interleaved writers take ten bytes each") {
    log_order order;
    weft::splitmix64 random{1};
    weft::lean_vector<sequence> counts(64);
    for (int i = 0; i < (1 << 17); ++i) {
        const auto slot = static_cast<std::uint32_t>(random() % 64);
        order.reserve_one({slot});
        order.push_back({slot}, ++counts[slot]);
    }
    CHECK(order.memory_bytes() <= (1U << 17U) * 10U);
}

TEST_CASE("causal/log_order: a run has no length limit and costs nothing by length") {
    log_order order;
    for (sequence n = 1; n <= 1'000'000; ++n) {
        order.reserve_one({3});
        order.push_back({3}, n);
    }
    CHECK(order.memory_bytes() <= 1000);
    CHECK(order.index_of({{3}, 777'777}).value == 777'776);
    CHECK(order.dot_of({777'776}) == local_dot{{3}, 777'777});
}

}  // namespace log_order_test
