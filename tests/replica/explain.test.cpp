/// Every policy's account of itself: of two operations that meet at one place one wins, on every
/// replica the same, and what stands is what is read.
#include <weft/testing/everything_more.hpp>
#include <weft/weft.hpp>

#include "replica/todo.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace explanations {
namespace {

using namespace weft;
using weft::test::actor;
using weft::test::record;
using weft::test::test_traits;
using weft::test::world;
using weft::testing::managers;
using weft::testing::stage;
using weft::testing::summed_up;
using weft::testing::ticket_flow;

struct registers {
    BOOST_HANA_DEFINE_STRUCT(registers,
                             (lww<std::int64_t>, last),
                             (fww<std::int64_t>, first),
                             (multi_value<std::int64_t>, all),
                             (weft::max<std::int64_t>, highest),
                             (weft::min<std::int64_t>, lowest),
                             (authority<std::int64_t, managers>, ruled),
                             (concurrent_authority<std::int64_t, managers>, ruled_now),
                             (resolved<std::uint64_t, summed_up>, made_up),
                             (state_machine<stage, ticket_flow>, progress),
                             (whole_record<std::int64_t>, blob));
};

struct collections {
    BOOST_HANA_DEFINE_STRUCT(collections,
                             (counter, votes),
                             (real_counter, weight),
                             (bounded_counter<0>, stock),
                             (enable_wins, on),
                             (disable_wins, off),
                             (add_wins_set<std::string>, tags),
                             (remove_wins_set<std::string>, banned),
                             (grow_only_set<std::string>, seen),
                             (lww_set<std::string>, labels),
                             (map_of<std::string, lww<std::int64_t>>, names),
                             (map_of<std::string, counter>, counts),
                             (map_of<std::string, multi_value<std::int64_t>>, sides),
                             (list<std::string>, steps),
                             (json, page));
};

using shapes =
    schema<1, collection<"registers", registers>, collection<"collections", collections>>;

using test_decision = decision<test_traits>;
using test_decisions = std::vector<test_decision>;
using test_dot = decltype(test_decision::winner);
using test_dots = std::vector<test_dot>;

/// Decisions as they were told, by field.
struct told_decision {
    std::string field;
    test_decision what;
};

struct listening {
    std::vector<told_decision>* heard = nullptr;

    void operator()(const field_change<test_traits>& change) const {
        for (const test_decision& each : change.decisions) {
            heard->push_back({std::string(change.field), each});
        }
    }
};

using shape_replica = replica<shapes, test_traits, listening>;

/// What an account must hold.
struct expectation {
    bool concurrent = true;  ///< a decision between two that had not seen each other
    bool standing = true;    ///< who made what is read
};

/// An operation, and the number that its writer was given.
struct write_of {
    test_dot id;
    std::int64_t number = 0;
};

/// Three replicas that write to one place of one field, again and again.
template <class Record, class Field, class Write>
struct three {
    Field Record::*field;
    Write write;  ///< (editor of the field, number): what a writer does
    expectation expected{};
    world here{};
    std::vector<told_decision> heard[3]{};
    std::vector<write_of> written{};
    shape_replica each[3] = {made(0), made(1), made(2)};

    [[nodiscard]] shape_replica made(std::size_t who) {
        return shape_replica(actor(who + 1), here.around(), listening{&heard[who]});
    }

    void edit(std::size_t who, std::int64_t number) {
        here.now += 1;
        each[who].transact([&](auto& tx) {
            tx.template upsert<Record>(record(1), [&](auto& e) { write(e[field], number); });
        });
        const auto count = each[who].version().count(actor(who + 1));
        if (written.empty() || written.back().id != test_dot{actor(who + 1), count}) {
            written.push_back({{actor(who + 1), count}, number});
        }
    }

    void exchange(std::size_t a, std::size_t b) {
        REQUIRE(each[a].apply(each[b].delta_since(each[a].version())).has_value());
        REQUIRE(each[b].apply(each[a].delta_since(each[b].version())).has_value());
    }

    [[nodiscard]] explanation<test_traits> account(std::size_t who) {
        return each[who].explain(ref<Record, uuid>{record(1)}, field).value();
    }

    /// Among decisions on one place no two say the opposite.
    [[nodiscard]] static bool consistent(const std::vector<test_decision>& decisions) {
        for (const auto& one : decisions) {
            for (const auto& other : decisions) {
                if (one.winner == other.loser && one.loser == other.winner) {
                    return false;
                }
            }
        }
        return true;
    }

    void check(bool last) {
        const auto told = account(0);
        CAPTURE(told.field);
        CHECK(consistent(told.decisions));
        if (last) {
            CHECK(told.standing.empty() != expected.standing);
        }
        for (std::size_t who = 0; who < 3; ++who) {
            const auto again = account(who);
            CHECK(again.standing == told.standing);
            CHECK(again.decisions == told.decisions);
            std::vector<test_decision> live;
            for (const auto& each_told : heard[who]) {
                if (each_told.field == told.field) {
                    live.push_back(each_told.what);
                }
            }
            CHECK(consistent(live));
        }
        bool concurrent = false;
        for (const auto& each_told : told.decisions) {
            concurrent |= each_told.concurrent;
        }
        CHECK(concurrent == expected.concurrent);
    }

    [[nodiscard]] static bool among(const test_dots& all, const test_dot& id) {
        return std::find(all.begin(), all.end(), id) != all.end();
    }

    /// Of each operation that stands and each that had not seen it, nor it that, it is told who
    /// won, if they contradict each other.
    template <class Contradict>
    void check_complete(const Contradict& contradict) {
        const auto told = account(0);
        test_dots touching;
        for (const auto& entry : each[0].history(ref<Record, uuid>{record(1)}, field)) {
            touching.push_back(entry.operation);
        }
        for (const write_of& one : written) {
            for (const write_of& other : written) {
                if (among(told.standing, one.id) && among(touching, other.id) &&
                    each[0].compare(one.id, other.id).value() == causal_order::concurrent &&
                    contradict(one.number, other.number)) {
                    bool found = false;
                    for (const test_decision& choice : told.decisions) {
                        found |= choice.concurrent && choice.winner == one.id &&
                                 choice.loser == other.id;
                    }
                    RC_ASSERT(found);
                }
            }
        }
    }

    /// Twenty edits and exchanges in any order, then all that is missing.
    template <class Contradict>
    void run_any(std::uint64_t seed, const Contradict& contradict) {
        splitmix64 random{seed};
        begin();
        for (int step = 0; step < 20; ++step) {
            const std::size_t who = random() % 3;
            if (random() % 2 == 0) {
                edit(who, static_cast<std::int64_t>(random() % 100));
            } else {
                exchange(who, (who + 1 + random() % 2) % 3);
            }
        }
        edit(0, 2);
        exchange(0, 1);
        exchange(1, 2);
        exchange(2, 0);
        for (std::size_t who = 0; who < 3; ++who) {
            RC_ASSERT(account(who).standing == account(0).standing);
            RC_ASSERT(account(who).decisions == account(0).decisions);
        }
        RC_ASSERT(consistent(account(0).decisions));
        check_complete(contradict);
    }

    /// A write that all have seen.
    void begin() {
        edit(0, 0);
        exchange(0, 1);
        exchange(1, 2);
    }

    void run() {
        begin();
        for (int round = 0; round < 3; ++round) {
            edit(2, 10 * round + 3);
            edit(0, 10 * round + 1);
            edit(1, 10 * round + 2);
            exchange(1, 2);
            if (round == 1) {
                edit(1, 10 * round + 4);  // has seen two, and meets the third
            }
            exchange(0, 2);
            exchange(0, 1);
            exchange(1, 2);
            check(round == 2);
        }
    }
};

template <class Record, class Field, class Write>
void run(Field Record::*field, Write write, expectation expected = {}) {
    three<Record, Field, Write>{field, write, expected}.run();
}

}  // namespace

TEST_CASE("replica/explain: of writes that meet one wins, as it happens and when asked") {
    run(&registers::last, [](auto&& field, std::int64_t n) { field = n; });
    // The first write was seen by all who came later.
    run(&registers::first, [](auto&& field, std::int64_t n) { field = n; }, {.concurrent = false});
    run(&registers::all, [](auto&& field, std::int64_t n) { field = n; });
    run(&registers::highest, [](auto&& field, std::int64_t n) { field = n; });
    run(&registers::lowest, [](auto&& field, std::int64_t n) { field = -n; });
    run(&registers::ruled, [](auto&& field, std::int64_t n) { field = n; });
    run(&registers::ruled_now, [](auto&& field, std::int64_t n) { field = n; });
    run(&registers::made_up,
        [](auto&& field, std::int64_t n) { field = static_cast<std::uint64_t>(n); });
    run(&registers::progress, [](auto&& field, std::int64_t) {
        static_cast<void>(field.to(stage::taken));
        static_cast<void>(field.to(stage::solved));
    });
    run(&registers::blob, [](auto&& field, std::int64_t n) { field = n; });
}

TEST_CASE("replica/explain: of what meets in a set, a map, a list or a document one wins") {
    run(&collections::votes, [](auto&& field, std::int64_t n) { field += n; });
    run(&collections::weight,
        [](auto&& field, std::int64_t n) { field += static_cast<double>(n) / 2; });
    const auto toggles = [](auto&& field, std::int64_t n) { field = n % 2 == 0; };
    run(&collections::on, toggles);
    run(&collections::off, toggles);
    const auto comes_and_goes = [](auto&& field, std::int64_t n) {
        if (n % 10 == 1 && n < 20) {  // in the last round it stays
            field.erase("x");
        } else {
            field.insert("x");
        }
    };
    run(&collections::tags, comes_and_goes);
    run(&collections::banned, comes_and_goes);
    run(&collections::labels, comes_and_goes);
    // Who inserted is not kept: nobody can be beaten, nothing taken back.
    run(&collections::seen, [](auto&& field, std::int64_t) { field.insert("x"); },
        {.concurrent = false, .standing = false});
    run(&collections::names, [](auto&& field, std::int64_t n) { field["x"] = n; });
    run(&collections::sides, [](auto&& field, std::int64_t n) { field["x"] = n; });
    run(&collections::counts, [](auto&& field, std::int64_t n) { field["x"] += n; });
    run(&collections::counts, [](auto&& field, std::int64_t n) {
        if (n % 10 == 4) {
            field["x"] += n;
        } else {
            field.put("x", counter(n));
        }
    });
    run(&collections::steps, [](auto&& field, std::int64_t n) {
        if (field.size() == 0) {
            field.push_back("a");
        } else {
            field.set(0, std::to_string(n));
        }
    });
    run(&collections::page, [](auto&& field, std::int64_t n) { field["x"] = n; });
}

TEST_CASE("replica/explain: what stands is told against all that had not seen it") {
    const auto writes = [](auto&& field, std::int64_t n) { field = n; };
    const auto always = [](std::int64_t, std::int64_t) { return true; };
    test::property("registers: the winner and every other write", 60, [&](std::uint64_t seed) {
        three<registers, lww<std::int64_t>, decltype(writes)>{&registers::last, writes}.run_any(
            seed, always);
        three<registers, weft::max<std::int64_t>, decltype(writes)>{&registers::highest, writes}
            .run_any(seed, always);
        three<registers, authority<std::int64_t, managers>, decltype(writes)>{&registers::ruled,
                                                                              writes}
            .run_any(seed, always);
    });
    const auto assigns = [](auto&& field, std::int64_t n) {
        if (field.size() == 0) {
            field.push_back("a");
        } else {
            field.set(0, std::to_string(n));
        }
    };
    test::property("lists: the last assignment and every other", 60, [&](std::uint64_t seed) {
        three<collections, list<std::string>, decltype(assigns)>{&collections::steps, assigns}
            .run_any(seed, always);
    });
    const auto is_removal = [](std::int64_t n) { return n % 3 == 1; };
    const auto removal_of_what_stands = [&](std::int64_t standing, std::int64_t other) {
        return !is_removal(standing) && is_removal(other);
    };
    const auto comes_and_goes = [&](auto&& field, std::int64_t n) {
        if (is_removal(n)) {
            field.erase("x");
        } else {
            field.insert("x");
        }
    };
    const auto keyed = [&](auto&& field, std::int64_t n) {
        if (is_removal(n)) {
            field.erase("x");
        } else {
            field["x"] = n;
        }
    };
    test::property("collections: what is there and every removal", 60, [&](std::uint64_t seed) {
        three<collections, add_wins_set<std::string>, decltype(comes_and_goes)>{&collections::tags,
                                                                                comes_and_goes}
            .run_any(seed, removal_of_what_stands);
        three<collections, map_of<std::string, lww<std::int64_t>>, decltype(keyed)>{
            &collections::names, keyed}
            .run_any(seed, removal_of_what_stands);
        three<collections, json, decltype(keyed)>{&collections::page, keyed}.run_any(
            seed, removal_of_what_stands);
    });
}

namespace {

struct marker {
    BOOST_HANA_DEFINE_STRUCT(marker, (lww<std::int64_t>, number));
};

/// Three replicas that write, erase and revive one record.
template <class Rule>
void check_life(std::uint64_t seed) {
    using lives = schema<1, collection<"lives", marker, Rule>>;
    using life_replica = replica<lives, test_traits>;

    struct mutation_of {
        test_dot id;
        bool erases = false;
    };

    splitmix64 random{seed};
    world here;
    std::vector<life_replica> all;
    for (std::uint64_t n = 1; n <= 3; ++n) {
        all.emplace_back(actor(n), here.around());
    }
    std::vector<mutation_of> written;
    const auto exchange = [&](std::size_t a, std::size_t b) {
        RC_ASSERT(all[a].apply(all[b].delta_since(all[a].version())).has_value());
        RC_ASSERT(all[b].apply(all[a].delta_since(all[b].version())).has_value());
    };
    const ref<marker, uuid> one{record(1)};
    for (int step = 0; step < 24; ++step) {
        const std::size_t who = random() % 3;
        if (random() % 2 == 0) {
            exchange(who, (who + 1) % 3);
            continue;
        }
        here.now += 1;
        const bool erases = random() % 2 == 0;
        const auto before = all[who].size();
        all[who].transact([&](auto& tx) {
            if (erases) {
                tx.erase(one);
            } else {
                tx.template upsert<marker>(record(1), [](auto& e) { e[&marker::number] = 1; });
            }
        });
        if (all[who].size() != before) {
            written.push_back({weft::test::last_operation(all[who]).id, erases});
        }
    }
    exchange(0, 1);
    exchange(1, 2);
    exchange(2, 0);
    if (written.empty()) {
        return;
    }
    const auto told = all[0].explain(one).value();
    RC_ASSERT(all[1].explain(one).value().decisions == told.decisions);
    RC_ASSERT(all[2].explain(one).value().standing == told.standing);
    RC_ASSERT(Rule::rule_name == "delete_wins" || !told.standing.empty() || !all[0].find(one));
    for (const mutation_of& standing : written) {
        if (std::find(told.standing.begin(), told.standing.end(), standing.id) ==
            told.standing.end()) {
            continue;
        }
        for (const mutation_of& other : written) {
            if (standing.erases == other.erases ||
                all[0].compare(standing.id, other.id).value() != causal_order::concurrent) {
                continue;
            }
            bool found = false;
            for (const auto& choice : told.decisions) {
                found |=
                    choice.concurrent && choice.winner == standing.id && choice.loser == other.id;
                RC_ASSERT(choice.winner != other.id || choice.loser != standing.id);
            }
            RC_ASSERT(found);
        }
    }
}

}  // namespace

TEST_CASE("replica/explain: a record's life: what decides is told against all that met it unseen") {
    test::property("delete_wins", 60, [](std::uint64_t seed) { check_life<delete_wins>(seed); });
    test::property("update_wins", 60, [](std::uint64_t seed) { check_life<update_wins>(seed); });
    test::property("lww_delete", 60, [](std::uint64_t seed) { check_life<lww_delete>(seed); });
}

namespace {

/// One document under three writers, told pair by pair.
struct paged {
    world here{};
    shape_replica at[3] = {made(0), made(1), made(2)};

    [[nodiscard]] shape_replica made(std::size_t who) {
        return shape_replica(actor(who + 1), here.around(), listening{&unheard});
    }

    template <class Write>
    test_dot edit(std::size_t who, Write write) {
        here.now += 1;
        at[who].transact([&](auto& tx) {
            tx.template upsert<collections>(record(1),
                                            [&](auto& e) { write(e[&collections::page]); });
        });
        return {actor(who + 1), static_cast<sequence>(at[who].version().count(actor(who + 1)))};
    }

    void meet() {
        for (int twice = 0; twice < 2; ++twice) {
            for (std::size_t to = 0; to < 3; ++to) {
                for (std::size_t from = 0; from < 3; ++from) {
                    REQUIRE(at[to].apply(at[from].delta_since(at[to].version())));
                }
            }
        }
    }

    /// The same on all three.
    [[nodiscard]] explanation<test_traits> account() {
        const ref<collections, uuid> where{record(1)};
        auto told = at[0].explain(where, &collections::page).value();
        for (auto& other : at) {
            const auto again = other.explain(where, &collections::page).value();
            CHECK(again.decisions == told.decisions);
            CHECK(again.standing == told.standing);
        }
        return told;
    }

    /// The decisions between operations that had not seen each other.
    [[nodiscard]] test_decisions met() {
        auto met = account().decisions;
        std::erase_if(met, [](const test_decision& each) { return !each.concurrent; });
        return met;
    }

    std::vector<told_decision> unheard{};
};

[[nodiscard]] test_decision concurrently(reason why, test_dot winner, test_dot loser) {
    return {why, winner, loser, true};
}

}  // namespace

TEST_CASE("replica/explain: a scalar hides what is concurrently written below, whenever it came") {
    for (const bool scalar_is_later : {false, true}) {
        CAPTURE(scalar_is_later);
        paged p;
        const auto root = p.edit(2, [](auto&& page) { page["a"]["b"] = 0; });
        p.meet();
        const auto scalar = [&] { return p.edit(0, [](auto&& page) { page["a"] = 1; }); };
        const auto below = [&] { return p.edit(1, [](auto&& page) { page["a"]["b"] = 2; }); };
        test_dot one;
        test_dot two;
        if (scalar_is_later) {
            two = below();
            one = scalar();
        } else {
            one = scalar();
            two = below();
        }
        p.meet();
        CHECK(p.met() == test_decisions{concurrently(reason::hidden, one, two)});
        CHECK(p.account().standing == test_dots{root, one});

        // A removal takes what is hidden too, if its writer has seen it.
        p.edit(2, [](auto&& page) { page.erase("a"); });
        p.meet();
        CHECK(p.account().standing == test_dots{root});
    }
}

TEST_CASE("replica/explain: who makes a place meets who writes it, at the place and above") {
    {
        paged p;
        const auto root = p.edit(2, [](auto&& page) { page["z"] = 0; });
        p.meet();
        const auto scalar = p.edit(0, [](auto&& page) { page["a"] = 1; });
        const auto object = p.edit(1, [](auto&& page) { page["a"]["b"] = 2; });
        p.meet();
        CHECK(p.met() == test_decisions{concurrently(reason::later_stamp, object, scalar)});
        CHECK(p.account().standing == test_dots{root, object});
    }
    paged p;
    const auto root = p.edit(2, [](auto&& page) { page["z"] = 0; });
    p.meet();
    const auto object = p.edit(1, [](auto&& page) { page["a"]["b"] = 2; });
    const auto scalar = p.edit(0, [](auto&& page) { page["a"] = 1; });
    p.meet();
    CHECK(p.met() == test_decisions{concurrently(reason::later_stamp, scalar, object),
                                    concurrently(reason::hidden, scalar, object)});
    CHECK(p.account().standing == test_dots{root, scalar});
}

TEST_CASE("replica/explain: a removal leaves what is written concurrently, there and below") {
    for (const std::size_t when : {0U, 1U, 2U}) {  // the removal is the first, second or last
        CAPTURE(when);
        paged p;
        const auto root = p.edit(0, [](auto&& page) { page["a"]["b"] = 1; });
        p.meet();
        test_dot removal;
        test_dot write;
        test_dot beside;
        for (std::size_t step = 0; step < 3; ++step) {
            if (step == when) {
                removal = p.edit(0, [](auto&& page) { page.erase("a"); });
            } else if (write.sequence == 0) {
                write = p.edit(1, [](auto&& page) { page["a"]["b"] = 2; });
            } else {
                beside = p.edit(2, [](auto&& page) { page["a"]["c"] = 3; });
            }
        }
        p.meet();
        CHECK(p.met() == test_decisions{concurrently(reason::update_won, write, removal),
                                        concurrently(reason::update_won, beside, removal)});
        CHECK(p.account().standing == test_dots{root, write, beside});
    }
}

TEST_CASE("replica/explain: decisions come by the later of the two, then by the other one") {
    const auto writes = [](auto&& field, std::int64_t n) { field = n; };
    three<registers, authority<std::int64_t, managers>, decltype(writes)> all{&registers::ruled,
                                                                              writes};
    for (const std::size_t who : {0U, 1U, 2U}) {  // the first and the last are managers
        all.edit(who, 1);
    }
    all.exchange(0, 1);
    all.exchange(0, 2);
    const test_dot m = all.written[0].id;
    const test_dot x = all.written[1].id;
    const test_dot n = all.written[2].id;
    CHECK(all.account(0).decisions == test_decisions{concurrently(reason::authority_won, m, x),
                                                     concurrently(reason::later_stamp, n, m),
                                                     concurrently(reason::authority_won, n, x)});
}

TEST_CASE("replica/explain: three scalars at one place are told pair by pair, by stamp") {
    paged p;
    const auto root = p.edit(0, [](auto&& page) { page["z"] = 1; });
    p.meet();
    const auto first = p.edit(0, [](auto&& page) { page["a"] = 1; });
    const auto second = p.edit(1, [](auto&& page) { page["a"] = 2; });
    const auto third = p.edit(2, [](auto&& page) { page["a"] = 3; });
    p.meet();
    CHECK(p.met() == test_decisions{concurrently(reason::later_stamp, second, first),
                                    concurrently(reason::later_stamp, third, first),
                                    concurrently(reason::later_stamp, third, second)});
    CHECK(p.account().standing == test_dots{root, third});
}

}  // namespace explanations
