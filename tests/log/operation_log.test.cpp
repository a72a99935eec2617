#include <weft/causal/traits.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/wire/batch.hpp>

#include "support/allocations.hpp"
#include "support/history.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace operation_log_test {

namespace {

using weft::default_traits;
using weft::local_dot;
using weft::local_operation;
using weft::log_run;
using weft::op_index;
using weft::operation;
using weft::record_ref;
using log_type = weft::operation_log<default_traits>;
using history = weft::test::history<default_traits>;
using weft::test::history_options;

history_options sized(std::uint32_t operations, std::uint32_t actors) {
    history_options options;
    options.operations = operations;
    options.actors = actors;
    return options;
}

void append_all(log_type& log, const history& made) {
    local_operation local;
    for (const auto& one : made) {
        static_cast<void>(log.append(one.op, one.address, local));
    }
}

/// Whether a local form says what the border form says, names apart.
void check_local(const log_type& log,
                 const local_operation& local,
                 const operation<default_traits>& op) {
    RC_ASSERT(log.dot_of(local.id) == op.id);
    RC_ASSERT(local.at == op.at);
    RC_ASSERT(local.schema_version == op.schema_version);
    RC_ASSERT(local.mutations.size() == op.mutations.size());
    RC_ASSERT(local.effects.size() == op.effects.size());
    RC_ASSERT(local.observed.size() == op.observed.size());
    for (std::size_t i = 0; i != op.mutations.size(); ++i) {
        const auto& mine = local.mutations[i];
        const auto& theirs = op.mutations[i];
        RC_ASSERT(log.collection_tag(mine.record.collection) == theirs.collection);
        RC_ASSERT(log.id_of(mine.record) == theirs.record);
        RC_ASSERT(mine.kind == theirs.kind);
        RC_ASSERT(mine.observed == theirs.observed);
        RC_ASSERT(mine.effects == theirs.effects);
        RC_ASSERT(log.find(theirs.collection, theirs.record) == mine.record);
    }
    for (std::size_t i = 0; i != op.effects.size(); ++i) {
        const auto& mine = local.effects[i];
        const auto& theirs = op.effects[i];
        RC_ASSERT(mine.field == theirs.field);
        RC_ASSERT(mine.kind == theirs.kind);
        RC_ASSERT(mine.observed == theirs.observed);
        const auto left = local.payload_of(mine);
        const auto right = op.payload_of(theirs);
        RC_ASSERT(std::equal(left.begin(), left.end(), right.begin(), right.end()));
    }
    for (std::size_t i = 0; i != op.observed.size(); ++i) {
        RC_ASSERT(log.dot_of(local.observed[i].operation) == op.observed[i].operation);
        RC_ASSERT(local.observed[i].ordinal == op.observed[i].ordinal);
    }
}

/// Everything that a log answers about the first operations of a history, and no more.
void check_holds(const log_type& log, const history& made, std::size_t size) {
    RC_ASSERT(log.size() == size);
    local_operation local;
    operation<default_traits> border;
    std::vector<std::uint32_t> tags;
    for (std::uint32_t i = 0; i != size; ++i) {
        log.read(op_index{i}, local);
        check_local(log, local, made[i].op);
        log.read(op_index{i}, border);
        RC_ASSERT(border == made[i].op);
        RC_ASSERT(log.address_of(log.local_of(made[i].op.id)) == made[i].address);
        for (const auto& mutation : made[i].op.mutations) {
            tags.push_back(mutation.collection);
        }
    }
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    RC_ASSERT(log.collection_count() == tags.size());
    std::uint32_t next = 0;
    log.graph().for_each_run(op_index{0}, [&](const log_run& run) {
        log.for_each(run,
                     [&](const local_operation& op) { check_local(log, op, made[next++].op); });
    });
    RC_ASSERT(next == size);
}

weft::byte_buffer encoded(const log_type& log) {
    weft::lean_vector<log_run> runs;
    log.graph().runs_missing({}, runs);
    return weft::encode_batch(log, std::span<const log_run>(runs));
}

}  // namespace

TEST_CASE("log/operation_log: what is appended is read back, in both forms") {
    weft::test::property("over random histories", 100, [](std::uint64_t seed) {
        const auto operations = *rc::gen::inRange<std::uint32_t>(0, 150);
        const auto actors = *rc::gen::inRange<std::uint32_t>(1, 6);
        const auto made =
            weft::test::random_history<default_traits>(seed, sized(operations, actors));
        log_type log;
        local_operation local;
        for (const auto& one : made) {
            const op_index index = log.append(one.op, one.address, local);
            RC_ASSERT(index.value + 1 == log.size());
            check_local(log, local, one.op);
            RC_ASSERT(log.address_of(local.id) == one.address);
        }
        check_holds(log, made, made.size());
    });
}

TEST_CASE("log/operation_log: large payloads and many chunks keep their bytes") {
    history_options options = sized(300, 3);
    options.payload_max = 3000;
    options.huge_per_mille = 20;
    const auto made = weft::test::random_history<default_traits>(4711, options);
    log_type log;
    local_operation local;
    std::vector<weft::byte_span> views;
    for (const auto& one : made) {
        static_cast<void>(log.append(one.op, one.address, local));
        views.push_back(local.payload);
    }
    check_holds(log, made, made.size());
    for (std::uint32_t i = 0; i != made.size(); ++i) {
        log.read(op_index{i}, local);
        CHECK(views[i].data() == local.payload.data());  // the log's bytes never move
        CHECK(views[i].size() == local.payload.size());
    }
}

TEST_CASE("log/operation_log: addresses are regenerated along one actor's chain") {
    history_options options = sized(1000, 1);
    const auto made = weft::test::random_history<default_traits>(5, options);
    log_type log;
    append_all(log, made);
    log_type::address_walk walk;
    for (std::uint32_t i = 0; i != made.size(); ++i) {
        const local_dot id{{0}, i + 1};
        CHECK(log.address_of(id) == made[i].address);
        CHECK(log.address_of(id, walk) == made[i].address);
    }
    for (std::uint32_t i = static_cast<std::uint32_t>(made.size()); i-- > 0;) {
        CHECK(log.address_of({{0}, i + 1}, walk) == made[i].address);
    }
}

TEST_CASE("log/operation_log: a hinted row is taken as it is") {
    const auto made = weft::test::random_history<default_traits>(6, sized(60, 2));
    log_type log;
    local_operation local;
    for (const auto& one : made) {
        std::vector<record_ref> rows;
        for (const auto& mutation : one.op.mutations) {
            rows.push_back(log.find(mutation.collection, mutation.record)
                               .value_or(record_ref{0, log_type::no_row}));
        }
        static_cast<void>(log.append(one.op, one.address, local, rows));
        check_local(log, local, one.op);
    }
    check_holds(log, made, made.size());
}

TEST_CASE("log/operation_log: names that no operation used are not known") {
    log_type log;
    CHECK(log.size() == 0);
    CHECK(log.collection_count() == 0);
    CHECK_FALSE(log.find_actor(weft::uuid::of(1, 1)).has_value());
    CHECK(log.local_of({weft::uuid::of(1, 1), 1}).sequence == 0);
    CHECK_FALSE(log.find_collection(7).has_value());
    CHECK_FALSE(log.find(7, weft::uuid::of(1, 1)).has_value());
    log.for_each({}, [](const local_operation&) { FAIL("there is none"); });
    const auto made = weft::test::random_history<default_traits>(7, sized(20, 2));
    append_all(log, made);
    const std::uint32_t tag = log.collection_tag(0);
    CHECK(log.find_collection(tag) == 0);
    CHECK(log.row_count(0) > 0);
    CHECK_FALSE(log.find(tag, weft::uuid::of(1, 1)).has_value());
    CHECK_FALSE(log.find(tag + 1, weft::uuid::of(1, 1)).has_value());
    CHECK(log.find_actor(made.front().op.id.actor) == weft::actor_slot{0});
    CHECK(log.order().width() == 16);
}

TEST_CASE("log/operation_log: truncate takes the newest appends back exactly") {
    weft::test::property(
        "to any size, and the rest can be appended again", 60, [](std::uint64_t seed) {
            const auto operations = *rc::gen::inRange<std::uint32_t>(1, 200);
            const auto actors = *rc::gen::inRange<std::uint32_t>(1, 6);
            const auto left = *rc::gen::inRange<std::uint32_t>(0, operations + 1);
            const auto made =
                weft::test::random_history<default_traits>(seed, sized(operations, actors));
            log_type log;
            append_all(log, made);
            const auto whole = encoded(log);
            log.truncate(left);
            check_holds(log, made, left);
            log_type fresh;
            local_operation local;
            for (std::uint32_t i = 0; i != left; ++i) {
                static_cast<void>(fresh.append(made[i].op, made[i].address, local));
            }
            RC_ASSERT(log.actor_count() == fresh.actor_count());
            RC_ASSERT(log.collection_count() == fresh.collection_count());
            for (std::uint32_t i = 0; i != fresh.collection_count(); ++i) {
                RC_ASSERT(log.row_count(i) == fresh.row_count(i));
            }
            RC_ASSERT(log.names().shapes().size() == fresh.names().shapes().size());
            for (std::uint32_t i = left; i != made.size(); ++i) {
                static_cast<void>(log.append(made[i].op, made[i].address, local));
            }
            check_holds(log, made, made.size());
            RC_ASSERT(encoded(log) == whole);
        });
}

TEST_CASE("log/operation_log: an append that finds no memory changes nothing") {
    weft::test::property("whichever allocation fails", 15, [](std::uint64_t seed) {
        history_options options = sized(*rc::gen::inRange<std::uint32_t>(1, 70), 3);
        options.payload_max = 200;
        const auto made = weft::test::random_history<default_traits>(seed, options);
        log_type log;
        for (std::uint32_t i = 0; i != made.size(); ++i) {
            const auto before = encoded(log);
            const std::uint32_t actors = log.actor_count();
            const std::uint32_t collections = log.collection_count();
            static_cast<void>(weft::test::fail_each_allocation(
                [&] {
                    local_operation local;
                    static_cast<void>(log.append(made[i].op, made[i].address, local));
                },
                [&] {
                    RC_ASSERT(log.size() == i);
                    RC_ASSERT(log.actor_count() == actors);
                    RC_ASSERT(log.collection_count() == collections);
                    RC_ASSERT(encoded(log) == before);
                }));
        }
        check_holds(log, made, made.size());
    });
}

TEST_CASE("log/operation_log: a small write takes few bytes") {
    log_type log;
    local_operation local;
    operation<default_traits> op;
    weft::splitmix64 random{1};
    weft::digest<16> previous{};
    constexpr std::uint32_t writes = 100000;
    for (std::uint32_t i = 1; i <= writes; ++i) {
        op.clear();
        op.id = {weft::uuid::of(1, 2), i};
        op.at = {(std::uint64_t{1} << 50U) + i};
        if (i > 1) {
            op.parents.push_back({{op.id.actor, i - 1}, previous});
        }
        for (int byte = 0; byte != 6; ++byte) {
            op.payload.push_back(static_cast<std::byte>(random()));
        }
        op.effects.push_back({static_cast<std::uint32_t>(random() % 10), 257, {}, {0, 6}});
        op.mutations.push_back(
            {77, weft::mutation_kind::update, weft::uuid::of(0, random() % 1000), {}, {0, 1}});
        previous = weft::address_of(op);
        static_cast<void>(log.append(op, previous, local));
    }
    CHECK(log.memory_bytes() <= 24 * writes);
}

}  // namespace operation_log_test
