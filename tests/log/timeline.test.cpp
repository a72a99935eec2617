#include <weft/base/random.hpp>
#include <weft/log/timeline.hpp>

#include "log/writers.hpp"
#include "replica/todo.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace timeline_test {

using namespace weft;
using namespace weft::test;

namespace {

using log_type = operation_log<test_traits>;
using cut = causal_graph::cut;
using quiet = listener<app, test_traits, no_sink>;

/// Hears in which order operations come.
struct witness : quiet {
    using quiet::quiet;

    void begin(local_dot operation) {
        order.push_back(operation);
        quiet::begin(operation);
    }

    std::vector<local_dot> order;
};

/// The past of up to three operations; as short as the graph makes it.
cut some_past(const log_type& log, splitmix64& random) {
    lean_vector<local_dot> heads;
    local_operation local;
    for (std::uint64_t n = log.size() == 0 ? 0 : random() % 4; n != 0; --n) {
        log.read(op_index{static_cast<std::uint32_t>(random() % log.size())}, local);
        heads.push_back(local.id);
    }
    cut past = log.graph().version_of(heads);
    while (!past.empty() && past.back() == 0) {
        past.pop_back();  // a cut of an earlier time knows fewer actors
    }
    return past;
}

/// What replay() is to do, one operation at a time.
struct plain {
    std::vector<local_dot> order;
    state<app> made;

    plain(const log_type& log, std::uint32_t from, const cut* past) {
        quiet told(log);
        local_operation local;
        for (std::uint32_t i = from; i < log.size(); ++i) {
            log.read(op_index{i}, local);
            const std::uint32_t slot = local.id.slot.value;
            if (past == nullptr || (slot < past->size() && local.id.sequence <= (*past)[slot])) {
                order.push_back(local.id);
                told.begin(local.id);
                made.apply(local, log, told);
            }
        }
    }
};

/// Appends the next operation of an actor: one vote, always for the same record.
void vote(log_type& log, std::uint64_t who, sequence number) {
    std::vector<test_builder::parent> parents;
    if (number != 1) {
        const test_dot last{actor(who), number - 1};
        parents.push_back({last, log.address_of(log.local_of(last))});
    }
    append(log, test_builder({actor(who), number}, timestamp::of(1000 + number), parents)
                    .upsert<todo>(record(1), [](auto& t) { t[&todo::votes] += 1; })
                    .finish());
}

/// How many votes a state has counted.
std::int64_t votes(const state<app>& of) {
    const todo* const found = of.table_of<todo>().find(0);
    return found == nullptr ? 0 : static_cast<std::int64_t>(found->votes);
}

}  // namespace

TEST_CASE("log/timeline: replay applies those of a past, from an index on, in the log's order") {
    property("log/timeline: replay", 60, [](std::uint64_t seed) {
        splitmix64 random{seed};
        log_type log;
        for (const auto& op : written(random)) {
            append(log, op);
        }
        for (int n = 0; n < 8; ++n) {
            const auto from = static_cast<std::uint32_t>(n < 4 ? 0 : random() % (log.size() + 1));
            const cut some = some_past(log, random);
            const cut* const past = n == 0 ? nullptr : &some;
            plain wanted(log, from, past);
            state<app> to;
            witness told(log);
            replay(to, log, {from}, past, told);
            RC_ASSERT(told.order == wanted.order);
            RC_ASSERT(to.digests(log) == wanted.made.digests(log));
        }
    });
}

TEST_CASE("log/timeline: with whatever checkpoints, the state of a past is that of a replay") {
    property("log/timeline: at", 60, [](std::uint64_t seed) {
        splitmix64 random{seed};
        const auto every = static_cast<std::uint32_t>(random() % 9);
        log_type log;
        state<app> held;
        checkpoints<app> kept;
        quiet told(log);
        for (const auto& op : written(random)) {
            append(log, op);
            replay(held, log, {log.size() - 1}, nullptr, told);
            kept.offer(log, held, every);
            const cut past = some_past(log, random);
            plain wanted(log, 0, &past);
            RC_ASSERT(kept.at(log, past).digests(log) == wanted.made.digests(log));
        }
    });
}

TEST_CASE("log/timeline: a copy is kept every so many operations, and the last one inside serves") {
    log_type log;
    checkpoints<app> kept;
    checkpoints<app> none;
    // Copies of an empty state, so that what they were said to hold is missing.
    const state<app> forgetful;
    std::vector<cut> pasts{{}};
    for (sequence n = 1; n <= 11; ++n) {
        vote(log, 1, n);
        kept.offer(log, forgetful, 3);
        none.offer(log, forgetful, 0);
        pasts.push_back(log.graph().version());
    }
    for (std::size_t n = 0; n < pasts.size(); ++n) {
        CHECK(votes(kept.at(log, pasts[n])) == static_cast<std::int64_t>(n % 3));
        CHECK(votes(none.at(log, pasts[n])) == static_cast<std::int64_t>(n));
    }
    kept.truncate(8);
    CHECK(votes(kept.at(log, pasts[11])) == 5);
    kept.truncate(6);
    CHECK(votes(kept.at(log, pasts[11])) == 5);
    kept.truncate(5);
    CHECK(votes(kept.at(log, pasts[11])) == 8);
    // The next one counts from the last that is left.
    kept.offer(log, forgetful, 9);
    CHECK(votes(kept.at(log, pasts[11])) == 8);
    kept.offer(log, forgetful, 8);
    CHECK(votes(kept.at(log, pasts[11])) == 0);
    CHECK(votes(kept.at(log, pasts[10])) == 7);
    kept.truncate(0);
    CHECK(votes(kept.at(log, pasts[11])) == 11);
}

TEST_CASE("log/timeline: a checkpoint that holds more than the past does not serve it") {
    log_type log;
    checkpoints<app> kept;
    const state<app> forgetful;
    vote(log, 1, 1);
    kept.offer(log, forgetful, 1);
    vote(log, 2, 1);
    kept.offer(log, forgetful, 1);
    vote(log, 1, 2);
    CHECK(votes(kept.at(log, {2, 1})) == 1);
    CHECK(votes(kept.at(log, {2})) == 1);
    CHECK(votes(kept.at(log, {0, 1})) == 1);
    CHECK(votes(kept.at(log, {1, 1})) == 0);
    CHECK(votes(kept.at(log, {1})) == 0);
}

}  // namespace timeline_test
