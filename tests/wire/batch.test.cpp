#include <weft/causal/traits.hpp>
#include <weft/wire/batch.hpp>

#include "support/history.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace batch_test {

namespace {

using weft::batch_builder;
using weft::batch_reader;
using weft::byte_buffer;
using weft::default_traits;
using weft::digest;
using weft::errc;
using weft::local_operation;
using weft::log_run;
using weft::operation;
using weft::operation_log;
using weft::uuid;
using weft::test::addressed;
using weft::test::history;
using weft::test::history_options;

/// Narrow identifiers: other widths, and ids that are numbers.
struct narrow_traits : default_traits {
    using actor_id = std::uint32_t;
    using record_id = std::uint64_t;
};

template <class Traits>
byte_buffer built(const history<Traits>& made) {
    batch_builder<Traits> builder;
    for (const auto& one : made) {
        builder.add(one.op, one.address);
    }
    return builder.finish();
}

/// Checks that a batch holds exactly these operations, and claims what it has to.
template <class Traits>
void check_holds(const byte_buffer& bytes, const history<Traits>& made) {
    using dot_type = weft::dot<typename Traits::actor_id>;
    auto reader = batch_reader<Traits>::open(bytes);
    RC_ASSERT(reader.has_value());
    RC_ASSERT(reader->operations() == made.size());
    std::set<dot_type> inside;
    std::set<dot_type> goes_on;  // operations whose next of the same actor is a plain child
    for (const auto& one : made) {
        inside.insert(one.op.id);
        if (one.op.parents.size() == 1 &&
            one.op.parents[0].operation == dot_type{one.op.id.actor, one.op.id.sequence - 1}) {
            goes_on.insert(one.op.parents[0].operation);
        }
    }
    operation<Traits> op;
    for (const auto& one : made) {
        RC_ASSERT(reader->next(op));
        operation<Traits> expected = one.op;
        for (auto& parent : expected.parents) {
            if (inside.contains(parent.operation)) {
                parent.address = {};
            }
        }
        RC_ASSERT(op == expected);
        RC_ASSERT(reader->claimed().has_value() == !goes_on.contains(op.id));
        if (reader->claimed()) {
            RC_ASSERT(*reader->claimed() == one.address);
        }
        RC_ASSERT(reader->records().size() == op.mutations.size());
    }
    RC_ASSERT(!reader->next(op));
}

history_options sized(std::uint32_t operations, std::uint32_t actors) {
    history_options options;
    options.operations = operations;
    options.actors = actors;
    return options;
}

template <class Traits>
void round_trips(const char* name) {
    weft::test::property(name, 300, [](std::uint64_t seed) {
        const auto operations = *rc::gen::inRange<std::uint32_t>(0, 60);
        const auto actors = *rc::gen::inRange<std::uint32_t>(1, 9);
        const auto made = weft::test::random_operations<Traits>(seed, sized(operations, actors));
        const byte_buffer bytes = built(made);
        check_holds(bytes, made);
    });
}

}  // namespace

TEST_CASE("wire/batch: what is encoded is decoded, however odd") {
    round_trips<default_traits>("with the default traits");
    round_trips<narrow_traits>("with narrow identifiers");
}

TEST_CASE("wire/batch: a log's runs come out as operations in border form would") {
    weft::test::property("over random histories", 200, [](std::uint64_t seed) {
        const auto operations = *rc::gen::inRange<std::uint32_t>(0, 120);
        const auto actors = *rc::gen::inRange<std::uint32_t>(1, 7);
        const auto made =
            weft::test::random_history<default_traits>(seed, sized(operations, actors));
        operation_log<default_traits> log;
        local_operation local;
        for (const auto& one : made) {
            static_cast<void>(log.append(one.op, one.address, local));
        }
        weft::lean_vector<log_run> runs;
        log.graph().runs_missing({}, runs);
        const byte_buffer bytes = weft::encode_batch(log, std::span<const log_run>(runs));
        RC_ASSERT(bytes == built(made));
        check_holds(bytes, made);
    });
}

TEST_CASE("wire/batch: equal operations give equal bytes, whatever numbers a replica gave them") {
    weft::test::property("in any order of admission", 60, [](std::uint64_t seed) {
        const auto operations = *rc::gen::inRange<std::uint32_t>(1, 80);
        const auto actors = *rc::gen::inRange<std::uint32_t>(2, 7);
        const auto made =
            weft::test::random_history<default_traits>(seed, sized(operations, actors));
        // Admit them in another causal order: always some operation whose past is there.
        operation_log<default_traits> log;
        local_operation local;
        std::vector<bool> admitted(made.size(), false);
        weft::splitmix64 random{seed};
        while (log.size() != made.size()) {
            const auto pick = static_cast<std::size_t>(random() % made.size());
            const auto& op = made[pick].op;
            bool ready =
                !admitted[pick] &&
                log.graph().count(log.local_of({op.id.actor, 0}).slot) + 1 >= op.id.sequence;
            for (const auto& parent : op.parents) {
                ready = ready && log.graph().holds(log.local_of(parent.operation));
            }
            ready = ready && (op.id.sequence == 1 ||
                              log.graph().holds(log.local_of({op.id.actor, op.id.sequence - 1})));
            if (ready) {
                admitted[pick] = true;
                static_cast<void>(log.append(op, made[pick].address, local));
            }
        }
        weft::lean_vector<log_run> runs;
        for (const auto& one : made) {
            const auto id = log.local_of(one.op.id);
            runs.push_back({id.slot, id.sequence, 1, log.graph().index_of(id)});
        }
        RC_ASSERT(weft::encode_batch(log, std::span<const log_run>(runs)) == built(made));
    });
}

TEST_CASE("wire/batch: a delta holds what is lacking, and the addresses that it hangs on") {
    weft::test::property("for any version that is behind", 60, [](std::uint64_t seed) {
        const auto operations = *rc::gen::inRange<std::uint32_t>(1, 120);
        const auto actors = *rc::gen::inRange<std::uint32_t>(1, 6);
        const auto behind = *rc::gen::inRange<std::uint32_t>(0, operations + 1);
        const auto made =
            weft::test::random_history<default_traits>(seed, sized(operations, actors));
        operation_log<default_traits> log;
        operation_log<default_traits> other;
        local_operation local;
        for (std::size_t i = 0; i != made.size(); ++i) {
            static_cast<void>(log.append(made[i].op, made[i].address, local));
            if (i < behind) {
                static_cast<void>(other.append(made[i].op, made[i].address, local));
            }
        }
        weft::lean_vector<log_run> runs;
        log.graph().runs_missing(other.graph().version(), runs);
        const byte_buffer bytes = weft::encode_batch(log, std::span<const log_run>(runs));
        check_holds(bytes, history<default_traits>(made.begin() + behind, made.end()));
    });
}

TEST_CASE("wire/batch: payloads of a mebibyte, many effects, many dots") {
    history_options options = sized(40, 3);
    options.huge_per_mille = 60;
    const auto made = weft::test::random_operations<default_traits>(99, options);
    check_holds(built(made), made);

    operation<default_traits> op;
    op.id = {uuid::of(1, 1), 1};
    for (std::uint32_t i = 0; i != 5000; ++i) {
        op.observed.push_back({{uuid::of(0, i % 7), i + 1}, i});
        op.effects.push_back({i, i % 3, {i, 1}, {0, 0}});
    }
    op.mutations.push_back({5, weft::mutation_kind::insert, uuid::of(3, 3), {}, {0, 5000}});
    const byte_buffer bytes = weft::encode_operation(op, address_of(op));
    auto reader = batch_reader<default_traits>::open(bytes);
    REQUIRE(reader.has_value());
}

TEST_CASE("wire/batch: one operation is a batch of its own") {
    const auto made = weft::test::random_history<default_traits>(3, sized(30, 3));
    operation<default_traits> op;
    for (const auto& one : made) {
        const byte_buffer bytes = weft::encode_operation(one.op, one.address);
        auto reader = batch_reader<default_traits>::open(bytes);
        REQUIRE(reader.has_value());
        REQUIRE(reader->next(op));
        CHECK(op == one.op);  // every parent is outside, with its address
        CHECK(reader->claimed() == one.address);
        CHECK_FALSE(reader->next(op));
    }
}

TEST_CASE("wire/batch: sequences reach to the last that there is") {
    history<default_traits> made(3);
    const auto last = ~weft::sequence{0};
    for (std::uint32_t i = 0; i != 3; ++i) {
        auto& op = made[i].op;
        op.id = {uuid::of(0, i == 1 ? 1 : 2), i == 2 ? last : last - 1};
        digest<16> some;
        some.bytes.fill(std::byte{7});
        op.parents.push_back({{op.id.actor, op.id.sequence - 1}, some});
        if (i == 2) {
            op.parents.insert(op.parents.begin(), {made[1].op.id, some});
        }
        made[i].address = address_of(op);
    }
    check_holds(built(made), made);
    // and a child of the very last
    addressed<default_traits> child;
    child.op.id = {uuid::of(0, 3), 1};
    child.op.parents.push_back({made[2].op.id, made[2].address});
    child.address = address_of(child.op);
    made.push_back(child);
    check_holds(built(made), made);
}

TEST_CASE("wire/batch: a few operations out of a log of many records") {
    history_options options = sized(300, 2);
    options.records = 2000;
    const auto made = weft::test::random_history<default_traits>(12, options);
    operation_log<default_traits> log;
    local_operation local;
    for (const auto& one : made) {
        static_cast<void>(log.append(one.op, one.address, local));
    }
    const std::size_t last = 12;
    history<default_traits> wanted(made.end() - last, made.end());
    weft::lean_vector<log_run> runs;
    log.graph().for_each_run(weft::op_index{static_cast<std::uint32_t>(made.size() - last)},
                             [&](const log_run& run) { runs.push_back(run); });
    const byte_buffer bytes = weft::encode_batch(log, std::span<const log_run>(runs));
    CHECK(bytes == built(wanted));
    check_holds(bytes, wanted);
}

TEST_CASE("wire/batch: no runs give the empty batch") {
    const operation_log<default_traits> log;
    CHECK(weft::encode_batch(log, std::span<const log_run>()) ==
          batch_builder<default_traits>().finish());
}

}  // namespace batch_test
