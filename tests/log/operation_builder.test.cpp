#include <weft/log/operation_builder.hpp>

#include "replica/todo.hpp"
#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace operation_builder_test {

using namespace weft;
using namespace weft::test;

namespace {

using event_name = test_builder::event_name;
using parent = test_builder::parent;

constexpr std::uint64_t start = 1'700'000'000'000;

event_name event_by(std::uint64_t of, sequence number, std::uint32_t ordinal = 0) {
    return {{actor(of), number}, ordinal};
}

/// The parent of that dot; its address tells which it was.
parent parent_number(std::uint16_t word) {
    parent made{{actor(word % 5U), 1 + word / 5U}, {}};
    made.address.bytes[0] = static_cast<std::byte>(word);
    made.address.bytes[1] = static_cast<std::byte>(word >> 8U);
    made.address.bytes[2] = std::byte{1};
    return made;
}

std::vector<event_name> named(const test_operation& op, slice which) {
    const auto dots = op.observed_of(which);
    return {dots.begin(), dots.end()};
}

/// The n-th operation of a list that varies in everything.
const test_operation& build(test_builder& with, std::uint32_t n, bool anew) {
    std::vector<parent> parents;
    for (std::uint32_t i = 0; i < n % 4; ++i) {
        parents.push_back(parent_number(static_cast<std::uint16_t>(5 * i + 1)));
    }
    const dot<actor_id> id{actor(9), n + 1};
    if (anew) {
        with = test_builder(id, timestamp::of(start + n), std::move(parents));
    } else {
        with.start(id, timestamp::of(start + n), std::move(parents));
    }
    if (n % 2 == 0) {
        with.upsert<todo>(record(n), [&](auto& edit) {
            edit[&todo::title] = std::string(n % 7 * 10, 'x');
            edit[&todo::tags].insert("of " + std::to_string(n));
            edit.observing(&todo::tags, {event_by(1, n + 1)});
        });
    }
    if (n % 3 == 0) {
        with.update<note>(record(n), [&](auto& edit) { edit[&note::text] = "note"; });
    }
    if (n % 5 == 0) {
        with.erase<todo>(record(n + 1), {event_by(2, n + 1), event_by(1, n + 1)});
    }
    return with.finish();
}

}  // namespace

TEST_CASE("log/operation_builder: it says what it was told, and nothing else") {
    const auto op = test_builder({actor(3), 4}, timestamp::of(start, 5), {}).finish();
    CHECK(op.id == test_dot{actor(3), 4});
    CHECK(op.at == timestamp::of(start, 5));
    CHECK(op.schema_version == app::version);
    CHECK(op.parents.empty());
    CHECK(op.mutations.empty());
    CHECK(op.effects.empty());
    CHECK(op.observed.empty());
    CHECK(op.payload.empty());
}

TEST_CASE("log/operation_builder: parents in any order come out ascending, with their addresses") {
    weft::test::property("log/operation_builder: parents", [](const std::set<std::uint16_t>& words,
                                                              std::uint64_t seed) {
        std::vector<parent> given;
        for (const std::uint16_t word : words) {
            given.push_back(parent_number(word));
        }
        splitmix64 random{seed};
        for (std::size_t i = given.size(); i > 1; --i) {
            std::swap(given[i - 1], given[static_cast<std::size_t>(random() % i)]);
        }
        const auto op = test_builder({actor(9), 1}, timestamp::of(start), given).finish();
        RC_ASSERT(op.parents.size() == given.size());
        for (std::size_t i = 0; i < op.parents.size(); ++i) {
            RC_ASSERT((i == 0 || op.parents[i - 1].operation < op.parents[i].operation));
            RC_ASSERT(std::count(given.begin(), given.end(), op.parents[i]) == 1);
        }
    });
}

TEST_CASE("log/operation_builder: mutations keep their order, which is their ordinal") {
    const auto op = test_builder({actor(3), 4}, timestamp::of(start), {})
                        .erase<todo>(record(8))
                        .upsert<note>(record(1), [](auto& edit) { edit[&note::text] = "n"; })
                        .update<todo>(record(2), [](auto&) {})
                        .update<todo>(record(1), [](auto& edit) { edit[&todo::done] = true; })
                        .upsert<todo>(record(1), [](auto&) {})
                        .finish();
    // The update that set nothing is none, and takes no ordinal.
    REQUIRE(op.mutations.size() == 4);
    const std::uint32_t todos = app::tags[0];
    const std::uint32_t notes = app::tags[1];
    const std::vector<std::pair<std::uint32_t, mutation_kind>> wanted{
        {todos, mutation_kind::erase},
        {notes, mutation_kind::insert},
        {todos, mutation_kind::update},
        {todos, mutation_kind::insert}};
    const std::vector<std::size_t> effects{0, 1, 1, 0};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        CHECK(op.mutations[i].collection == wanted[i].first);
        CHECK(op.mutations[i].kind == wanted[i].second);
        CHECK(op.mutations[i].record == record(i == 0 ? 8 : 1));
        CHECK(op.effects_of(op.mutations[i]).size() == effects[i]);
        CHECK(op.observed_of(op.mutations[i].observed).empty());
    }
    CHECK(op.observed.empty());
}

TEST_CASE("log/operation_builder: effects ascend by tag, however they were set") {
    const auto op = test_builder({actor(3), 4}, timestamp::of(start), {})
                        .upsert<todo>(record(1),
                                      [](auto& edit) {
                                          edit[&todo::votes] += 1;
                                          edit[&todo::tags].insert("x");
                                          edit[&todo::done] = true;
                                          edit[&todo::title] = "t";
                                      })
                        .finish();
    const auto same = test_builder({actor(3), 4}, timestamp::of(start), {})
                          .upsert<todo>(record(1),
                                        [](auto& edit) {
                                            edit[&todo::title] = "gone";
                                            edit[&todo::title] = "t";
                                            edit[&todo::done] = true;
                                            edit[&todo::tags].insert("x");
                                            edit[&todo::votes] += 1;
                                        })
                          .finish();
    REQUIRE(op.effects.size() == 4);
    for (std::size_t i = 1; i < op.effects.size(); ++i) {
        CHECK(op.effects[i - 1].field < op.effects[i].field);
    }
    CHECK(op == same);
}

TEST_CASE("log/operation_builder: an effect observes what its field named, in that order") {
    const std::vector<event_name> tags{event_by(5, 2), event_by(1, 7, 3), event_by(5, 2)};
    const std::vector<event_name> title{event_by(4, 1)};
    const auto op = test_builder({actor(3), 4}, timestamp::of(start), {})
                        .update<todo>(record(1),
                                      [&](auto& edit) {
                                          edit.observing(&todo::tags, tags);
                                          edit[&todo::votes] += 1;
                                          edit[&todo::tags].insert("x");
                                          edit[&todo::title] = "t";
                                          edit.observing(&todo::title, title);
                                      })
                        .finish();
    REQUIRE(op.effects.size() == 3);
    using fields = record_fields<todo>;
    const std::uint32_t tags_tag = fields::tags[fields::number_of(&todo::tags)];
    const std::uint32_t title_tag = fields::tags[fields::number_of(&todo::title)];
    for (const effect_entry& effect : op.effects) {
        const auto wanted = effect.field == tags_tag    ? tags
                            : effect.field == title_tag ? title
                                                        : std::vector<event_name>{};
        CHECK(named(op, effect.observed) == wanted);
    }
    CHECK(op.observed.size() == 4);
    CHECK(op.observed_of(op.mutations[0].observed).empty());
}

TEST_CASE("log/operation_builder: record-level dots come out ascending and once each") {
    weft::test::property("log/operation_builder: dots of the record",
                         [](const std::vector<std::uint8_t>& words, bool erases) {
                             std::vector<event_name> given;
                             std::set<event_name> all;
                             for (const std::uint8_t word : words) {
                                 given.push_back(
                                     event_by(word % 3U, 1 + word / 3U % 4U, word % 2U));
                                 all.insert(given.back());
                             }
                             test_builder builder({actor(9), 5}, timestamp::of(start), {});
                             // Something before it, so that nothing begins at 0.
                             builder.erase<note>(record(7), {event_by(8, 8)});
                             if (erases) {
                                 builder.erase<todo>(record(1), given);
                             } else {
                                 builder.update<todo>(record(1), [&](auto& edit) {
                                     edit[&todo::title] = "t";
                                     edit.observing(&todo::title, {event_by(6, 6)});
                                     edit.observing(given);
                                 });
                             }
                             const auto& op = builder.finish();
                             RC_ASSERT(op.mutations.size() == 2U);
                             RC_ASSERT(named(op, op.mutations[0].observed) ==
                                       std::vector<event_name>{event_by(8, 8)});
                             RC_ASSERT(named(op, op.mutations[1].observed) ==
                                       std::vector<event_name>(all.begin(), all.end()));
                             if (!erases) {
                                 RC_ASSERT(named(op, op.effects[0].observed) ==
                                           std::vector<event_name>{event_by(6, 6)});
                             }
                         });
}

TEST_CASE("log/operation_builder: an update that sets nothing leaves no trace") {
    const auto op = test_builder({actor(3), 4}, timestamp::of(start), {})
                        .update<todo>(record(1),
                                      [](auto& edit) {
                                          edit.observing({event_by(1, 1)});
                                          edit.observing(&todo::title, {event_by(1, 2)});
                                      })
                        .finish();
    CHECK(op == test_builder({actor(3), 4}, timestamp::of(start), {}).finish());
}

TEST_CASE("log/operation_builder: start() keeps nothing of what was built before") {
    test_builder used;
    for (std::uint32_t n = 0; n < 60; ++n) {
        test_builder fresh;
        const std::uint32_t which = n * 7 % 60;
        CHECK(build(used, which, false) == build(fresh, which, true));
    }
}

TEST_CASE("log/operation_builder: start() keeps the memory") {
    test_builder used;
    const auto fill = [&](std::uint32_t n) {
        used.start({actor(9), n}, timestamp::of(start + n), {});
        for (std::uint64_t i = 0; i < 20; ++i) {
            used.update<todo>(record(i), [](auto& edit) { edit[&todo::votes] += 1; });
        }
    };
    fill(1);
    const weft::test::allocation_watch watch;
    fill(2);
    CHECK(watch.calls() == 0);
    CHECK(used.finish().mutations.size() == 20);
}

}  // namespace operation_builder_test
