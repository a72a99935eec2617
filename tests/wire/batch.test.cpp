#include <weft/causal/traits.hpp>
#include <weft/wire/batch.hpp>

#include "support/history.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

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
        std::vector<log_run> runs;
        log.graph().runs_missing({}, runs);
        const byte_buffer bytes = weft::encode_batch(log, std::span<const log_run>(runs));
        RC_ASSERT(bytes == built(made));
        check_holds(bytes, made);
    });
}
