#include <weft/causal/hybrid_clock.hpp>

#include "support/property.hpp"
#include "support/shuffle.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace hybrid_clock_test {

namespace {

using weft::hybrid_clock;
using weft::manual_clock;
using weft::timestamp;

using test_clock = hybrid_clock<manual_clock>;

static_assert(weft::wall_clock<weft::system_wall_clock>);
static_assert(weft::wall_clock<manual_clock>);
static_assert(!weft::wall_clock<int>);

struct throwing_clock {
    [[nodiscard]] std::uint64_t now_ms() const { return 0; }
};

static_assert(!weft::wall_clock<throwing_clock>);
static_assert(sizeof(hybrid_clock<weft::system_wall_clock>) == 24);
static_assert(test_clock::last_usable.next() == timestamp::of(timestamp::wall_max));

/// All that a clock remembers.
struct memory {
    timestamp latest;
    std::int64_t skew_seen;
    std::uint64_t limit;
    friend bool operator==(const memory&, const memory&) = default;
};

memory memory_of(const test_clock& clock) {
    return {clock.latest(), clock.max_skew_seen_ms(), clock.max_skew_ms()};
}

/// How a wall clock goes on from one reading to the next.
enum class gait : std::uint8_t { stands, steps, jumps, runs_back, goes_wild };

std::uint64_t moved(std::uint64_t now, std::uint8_t how, std::uint32_t by) {
    switch (static_cast<gait>(how % 5)) {
    case gait::stands:
        return now;
    case gait::steps:
        return now + by % 3;
    case gait::jumps:
        return now + by;
    case gait::runs_back:
        return now - std::min<std::uint64_t>(now, by);
    case gait::goes_wild:
        return by % 2 == 0 ? ~std::uint64_t{0} - by % 5 : timestamp::wall_max - 2 + by % 5;
    }
    return now;
}

using script = std::vector<std::pair<std::uint8_t, std::uint32_t>>;

/// A day in 2025.
constexpr std::uint64_t today = 1'750'000'000'000;

}  // namespace

TEST_CASE("causal/hybrid_clock: ticks strictly increase whatever the wall clock does") {
    weft::test::property("causal/hybrid_clock: monotone", 500, [](const script& steps) {
        std::uint64_t now = today;
        test_clock clock(manual_clock{&now});
        timestamp last;
        for (const auto& step : steps) {
            now = moved(now, step.first, step.second);
            const timestamp t = clock.tick();
            RC_ASSERT(t > last);
            RC_ASSERT(t == clock.latest());
            // Either the wall clock's reading, or the smallest that is greater than the last.
            RC_ASSERT((t == last.next() || t == timestamp::of(clock.now_ms())));
            RC_ASSERT(t.wall_ms() >= clock.now_ms());
            last = t;
        }
    });
}

TEST_CASE("causal/hybrid_clock: coarse wall clocks give distinct, ordered timestamps") {
    for (const std::uint64_t grain : {1U, 100U, 1000U}) {
        std::uint64_t now = 0;
        test_clock clock(manual_clock{&now});
        timestamp last;
        for (std::uint64_t ms = today; ms < today + 3000; ++ms) {
            now = ms - ms % grain;
            for (int i = 0; i < 5; ++i) {
                const timestamp t = clock.tick();
                REQUIRE(t > last);
                REQUIRE(t.wall_ms() == now);
                last = t;
            }
        }
    }
}

TEST_CASE("causal/hybrid_clock: ten million receives in one frozen tick, and the counter carries") {
    std::uint64_t now = today;
    test_clock clock(manual_clock{&now});
    constexpr std::uint64_t receives = 10'000'000;
    timestamp last;
    bool increasing = true;
    for (std::uint64_t i = 0; i < receives; ++i) {
        clock.witness(last);  // what a fast peer sends back: the greatest timestamp so far
        const timestamp t = clock.tick();
        increasing = increasing && t > last;
        last = t;
    }
    CHECK(increasing);
    CHECK(last.bits == timestamp::of(today).bits + receives - 1);
    CHECK(last.wall_ms() == today + (receives - 1) / (timestamp::logical_max + 1));
    CHECK(last.wall_ms() - today == 76);  // ms that the clock has run ahead
    CHECK(!clock.too_far_ahead(last));
}

TEST_CASE("causal/hybrid_clock: overflow of the logical part carries into the wall part") {
    std::uint64_t now = 1000;
    test_clock clock(manual_clock{&now});
    clock.witness(timestamp::of(1000, timestamp::logical_max));
    CHECK(clock.tick() == timestamp::of(1001, 0));
    CHECK(clock.tick() == timestamp::of(1001, 1));
    now = 1001;
    CHECK(clock.tick() == timestamp::of(1001, 2));
    now = 1002;
    CHECK(clock.tick() == timestamp::of(1002, 0));
}

TEST_CASE("causal/hybrid_clock: witnessing a batch in any order is witnessing its greatest") {
    weft::test::property(
        "causal/hybrid_clock: fold", [](std::vector<std::uint32_t> offsets, std::uint64_t seed) {
            std::uint64_t now = today;
            test_clock ordered(manual_clock{&now}, weft::no_skew_limit);
            test_clock shuffled = ordered;
            test_clock greatest = ordered;
            static_cast<void>(ordered.tick());
            static_cast<void>(shuffled.tick());
            static_cast<void>(greatest.tick());
            timestamp most;
            for (const std::uint32_t offset : offsets) {
                const timestamp t{timestamp::of(today - 1000).bits + offset};
                most = std::max(most, t);
                ordered.witness(t);
            }
            weft::test::shuffle(offsets, seed);
            for (const std::uint32_t offset : offsets) {
                shuffled.witness(timestamp{timestamp::of(today - 1000).bits + offset});
            }
            greatest.witness(most);
            RC_ASSERT(memory_of(shuffled) == memory_of(ordered));
            RC_ASSERT(memory_of(greatest) == memory_of(ordered));
            RC_ASSERT(ordered.tick() > most);
        });
}

TEST_CASE("causal/hybrid_clock: what happened before has the smaller timestamp, on every replica") {
    weft::test::property(
        "causal/hybrid_clock: happened before", 200, [](const script& steps, std::uint32_t offset) {
            // Three replicas; a step is a local event, or a message from one to another.
            constexpr std::size_t replicas = 3;
            std::vector<std::uint64_t> now{today, today + offset % 200'000,
                                           today - offset % 70'000};
            std::vector<test_clock> clocks;
            std::vector<timestamp> past(replicas);  // the greatest timestamp that it has seen
            std::set<std::pair<timestamp, std::size_t>> given;
            for (std::size_t i = 0; i < replicas; ++i) {
                clocks.emplace_back(manual_clock{&now[i]});
            }
            for (const auto& step : steps) {
                const std::size_t to = step.second % replicas;
                const std::size_t from = step.second / replicas % replicas;
                now[to] =
                    std::min(moved(now[to], step.first % 4, step.second % 1000), today + 250'000);
                if (step.first % 2 == 0 && from != to && !clocks[to].too_far_ahead(past[from])) {
                    clocks[to].witness(past[from]);
                    past[to] = std::max(past[to], past[from]);
                }
                const timestamp t = clocks[to].tick();
                RC_ASSERT(t > past[to]);
                past[to] = t;
                RC_ASSERT(given.emplace(t, to).second);
            }
        });
}

TEST_CASE("causal/hybrid_clock: runs ahead of its wall clock by no more than clocks differ") {
    weft::test::property("causal/hybrid_clock: bounded", 200, [](const script& steps) {
        // Wall clocks that never go back and lie within 50 ms of the true time.
        constexpr std::size_t replicas = 3;
        constexpr std::uint64_t error = 50;
        std::uint64_t truth = today;
        std::vector<std::uint64_t> now(replicas, today);
        std::vector<test_clock> clocks;
        for (std::size_t i = 0; i < replicas; ++i) {
            clocks.emplace_back(manual_clock{&now[i]}, 2 * error);
        }
        for (const auto& step : steps) {
            truth += step.first % 4;
            const std::size_t to = step.second % replicas;
            const std::size_t from = step.second / replicas % replicas;
            now[to] = std::max(now[to], truth - error + step.second % (2 * error));
            for (std::size_t i = 0; i < replicas; ++i) {
                now[i] = std::max(now[i], truth - error);
            }
            RC_ASSERT(!clocks[to].too_far_ahead(clocks[from].latest()));
            clocks[to].witness(clocks[from].latest());
            const timestamp t = clocks[to].tick();
            RC_ASSERT(t.wall_ms() >= now[to]);
            RC_ASSERT(t.wall_ms() - now[to] <= 2 * error);
            RC_ASSERT(static_cast<std::uint64_t>(clocks[to].max_skew_seen_ms()) <= 2 * error);
        }
    });
}

TEST_CASE("causal/hybrid_clock: a timestamp that is refused leaves the clock as it was") {
    weft::test::property("causal/hybrid_clock: refused", [](const script& steps, std::uint64_t bits,
                                                            bool near) {
        std::uint64_t now = today;
        test_clock clock(manual_clock{&now});
        for (const auto& step : steps) {
            now = moved(now, step.first % 4, step.second);
            static_cast<void>(clock.tick());
        }
        const timestamp remote = near ? timestamp::of(now + bits % 600'000, bits) : timestamp{bits};
        const memory before = memory_of(clock);
        const bool refused = clock.too_far_ahead(remote);
        static_cast<void>(clock.skew_ms(remote));
        static_cast<void>(clock.due_ms(remote));
        static_cast<void>(clock.upper_bound(1000));
        RC_ASSERT(memory_of(clock) == before);
        RC_ASSERT(refused == (remote > test_clock::last_usable ||
                              remote.wall_ms() > now + weft::default_max_skew_ms));
        RC_CLASSIFY(refused, "refused");
    });
}

TEST_CASE("causal/hybrid_clock: the limit itself is admitted, one millisecond more is not") {
    std::uint64_t now = today;
    test_clock clock{manual_clock{&now}};
    CHECK(clock.max_skew_ms() == 300'000);
    const timestamp at_limit = timestamp::of(today + 300'000, timestamp::logical_max);
    CHECK(!clock.too_far_ahead(at_limit));
    CHECK(clock.too_far_ahead(at_limit.next()));
    clock.set_max_skew_ms(0);
    CHECK(!clock.too_far_ahead(timestamp::of(today, timestamp::logical_max)));
    CHECK(clock.too_far_ahead(timestamp::of(today + 1)));
    CHECK(!clock.too_far_ahead(timestamp::of(today + 1), today + 1));
    CHECK(clock.too_far_ahead(timestamp::of(today + 1), today));
    CHECK(!clock.too_far_ahead(timestamp{}));
}

TEST_CASE(
    "causal/hybrid_clock: the limit is measured from the wall clock, not from the clock itself") {
    std::uint64_t now = today;
    test_clock clock{manual_clock{&now}};
    clock.witness(timestamp::of(today + 300'000));
    static_cast<void>(clock.tick());
    CHECK(clock.too_far_ahead(timestamp::of(today + 300'001)));
    now = today - 1;  // stepped back
    CHECK(clock.too_far_ahead(timestamp::of(today + 300'000)));
}

TEST_CASE(
    "causal/hybrid_clock: what is parked becomes admissible when its time is due, not before") {
    weft::test::property(
        "causal/hybrid_clock: due", 300, [](std::uint64_t bits, std::uint32_t limit, bool near) {
            std::uint64_t now = today;
            test_clock clock(manual_clock{&now}, limit);
            const timestamp remote =
                near ? timestamp{timestamp::of(today + limit).bits + bits % (1U << 22U)}
                     : timestamp{bits};
            const std::uint64_t due = clock.due_ms(remote);
            RC_CLASSIFY(clock.too_far_ahead(remote), "parked");
            if (due == weft::never_due) {
                RC_ASSERT(remote > test_clock::last_usable);
                now = timestamp::wall_max - 1;
                RC_ASSERT(clock.too_far_ahead(remote));
                return;
            }
            now = due;
            RC_ASSERT(!clock.too_far_ahead(remote));
            if (due > 0) {
                now = due - 1;
                RC_ASSERT(clock.too_far_ahead(remote));
            }
        });
    std::uint64_t now = today;
    const test_clock unlimited(manual_clock{&now}, weft::no_skew_limit);
    CHECK(unlimited.due_ms(test_clock::last_usable) == 0);
    CHECK(unlimited.due_ms(test_clock::last_usable.next()) == weft::never_due);
}

TEST_CASE("causal/hybrid_clock: without a limit all but the last millisecond is admitted") {
    std::uint64_t now = 0;
    test_clock clock(manual_clock{&now}, weft::no_skew_limit);
    CHECK(!clock.too_far_ahead(timestamp::of(today)));
    CHECK(!clock.too_far_ahead(test_clock::last_usable));
    CHECK(clock.too_far_ahead(test_clock::last_usable.next()));
    CHECK(clock.too_far_ahead(timestamp{~std::uint64_t{0}}));
    clock.witness(test_clock::last_usable);
    CHECK(clock.tick() > test_clock::last_usable);  // a local write still has its timestamp
    CHECK(clock.tick() > test_clock::last_usable.next());
}

TEST_CASE(
    "causal/hybrid_clock: local writes succeed and follow all they saw, whatever peers sent") {
    weft::test::property(
        "causal/hybrid_clock: local writes",
        [](const std::vector<std::uint64_t>& hostile, const script& steps) {
            std::uint64_t now = today;
            test_clock clock{manual_clock{&now}};
            timestamp last;
            for (std::size_t i = 0; i < std::max(hostile.size(), steps.size()); ++i) {
                if (i < steps.size()) {
                    now = moved(now, steps[i].first, steps[i].second);
                }
                if (i < hostile.size() && !clock.too_far_ahead(timestamp{hostile[i]})) {
                    clock.witness(timestamp{hostile[i]});
                    last = std::max(last, timestamp{hostile[i]});
                }
                const timestamp t = clock.tick();
                RC_ASSERT(t > last);
                last = t;
            }
        });
}

TEST_CASE("causal/hybrid_clock: a reading that no timestamp can hold counts as none") {
    std::uint64_t now = today;
    test_clock clock{manual_clock{&now}};
    const timestamp before = clock.tick();
    for (const std::uint64_t reading :
         {timestamp::wall_max, timestamp::wall_max + 1, ~std::uint64_t{0}}) {
        now = reading;
        CHECK(clock.now_ms() == 0);
        CHECK(clock.too_far_ahead(timestamp::of(today)));
    }
    CHECK(clock.tick() == before.next());
    now = timestamp::wall_max - 1;
    CHECK(clock.tick() == timestamp::of(timestamp::wall_max - 1));
}

TEST_CASE("causal/hybrid_clock: skew is signed, measured on witness, and the greatest is kept") {
    std::uint64_t now = today;
    test_clock clock{manual_clock{&now}};
    CHECK(clock.skew_ms(timestamp::of(today + 70)) == 70);
    CHECK(clock.skew_ms(timestamp::of(today - 70)) == -70);
    CHECK(clock.skew_ms(timestamp{}) == -static_cast<std::int64_t>(today));
    CHECK(clock.max_skew_seen_ms() == 0);
    clock.witness(timestamp::of(today - 70));  // old, which is no skew
    CHECK(clock.max_skew_seen_ms() == 0);
    clock.witness(timestamp::of(today + 70));
    clock.witness(timestamp::of(today + 20));
    CHECK(clock.max_skew_seen_ms() == 70);
    now = today - 1000;
    clock.witness(timestamp::of(today));
    CHECK(clock.max_skew_seen_ms() == 1000);
}

TEST_CASE("causal/hybrid_clock: a restart from the stored bound never gives a timestamp twice") {
    weft::test::property("causal/hybrid_clock: restart", 200,
                         [](const script& steps, std::uint16_t ahead) {
                             std::uint64_t now = today;
                             test_clock clock{manual_clock{&now}};
                             timestamp stored = clock.upper_bound(ahead);
                             timestamp greatest_used;
                             int restarts = 0;
                             for (const auto& step : steps) {
                                 now = moved(now, step.first % 4, step.second % 5000);
                                 if (step.first % 7 == 0) {
                                     // The process dies; nothing but the bound survives.
                                     clock = test_clock(manual_clock{&now});
                                     clock.restart(stored);
                                     ++restarts;
                                 }
                                 timestamp t = clock.tick();
                                 if (t > stored) {  // before it is used, a new bound is stored
                                     stored = clock.upper_bound(ahead);
                                     RC_ASSERT(t <= stored);
                                 }
                                 RC_ASSERT(t > greatest_used);
                                 greatest_used = t;
                             }
                             RC_CLASSIFY(restarts > 0, "restarted");
                         });
}

TEST_CASE("causal/hybrid_clock: the bound holds for as long as it was asked to") {
    std::uint64_t now = today;
    test_clock clock{manual_clock{&now}};
    const timestamp bound = clock.upper_bound(1000);
    CHECK(bound == timestamp::of(today + 1000, timestamp::logical_max));
    now = today + 1000;
    CHECK(clock.tick() <= bound);
    now = today + 1001;
    CHECK(clock.tick() > bound);
    clock.witness(timestamp::of(today + 5000, 3));
    CHECK(clock.upper_bound(0) == timestamp::of(today + 5000, timestamp::logical_max));
    CHECK(clock.upper_bound(~std::uint64_t{0}) == test_clock::last_usable);
    CHECK(clock.upper_bound(timestamp::wall_max) == test_clock::last_usable);
}

TEST_CASE("causal/hybrid_clock: restarting never moves the clock back") {
    std::uint64_t now = today;
    test_clock clock{manual_clock{&now}};
    const timestamp t = clock.tick();
    clock.restart(timestamp::of(5));
    CHECK(clock.latest() == t);
    clock.restart(timestamp{~std::uint64_t{0}});
    CHECK(clock.latest() == test_clock::last_usable);
    CHECK(clock.tick() > test_clock::last_usable);
}

TEST_CASE("causal/hybrid_clock: the system's clock tells a time of this century") {
    const weft::system_wall_clock clock;
    const std::uint64_t first = clock.now_ms();
    CHECK(first > 1'600'000'000'000U);
    CHECK(first < 4'102'444'800'000U);
    hybrid_clock<weft::system_wall_clock> hybrid;
    const timestamp t = hybrid.tick();
    CHECK(t.wall_ms() >= first);
    CHECK(hybrid.tick() > t);
    CHECK(hybrid.max_skew_ms() == weft::default_max_skew_ms);
}

}  // namespace hybrid_clock_test
