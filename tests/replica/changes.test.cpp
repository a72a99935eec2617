#include <weft/merge/multi_value.hpp>
#include <weft/merge/update_wins.hpp>

#include "replica/todo.hpp"
#include "support/recorder.hpp"

using namespace weft;
using namespace weft::test;

namespace changes_test {

namespace {

struct task {
    BOOST_HANA_DEFINE_STRUCT(task,
                             (lww<std::string>, title),
                             (add_wins_set<std::string>, tags),
                             (multi_value<std::string>, draft),
                             (counter, votes));
};

using tasks = schema<1, collection<"tasks", task, update_wins>>;

using told = told_change<test_traits>;
using recording = recorder<test_traits>;
using listening = replica<tasks, test_traits, recording>;
using task_ref = ref<task, uuid>;

const told* find(const std::vector<told>& all, const std::string& field) {
    for (const told& each : all) {
        if (each.field == field) {
            return &each;
        }
    }
    return nullptr;
}

}  // namespace

TEST_CASE("changes: a sink is told of every field that an operation touched, and of the record") {
    world here;
    std::vector<told> all;
    listening alice(actor(1), here.around(), recording{&all});
    alice.transact([](auto& tx) {
        tx.template upsert<task>(record(1), [](auto& t) {
            t[&task::title] = "x";
            t[&task::votes] += 1;
        });
    });
    REQUIRE(all.size() == 3);
    CHECK(all[0].field.empty());
    CHECK(all[0].policy == "update_wins");
    for (const told& each : all) {
        CHECK(each.collection == "tasks");
        CHECK(each.record == record(1));
        CHECK(each.by == test_dot{actor(1), 1});
        CHECK(each.kind == mutation_kind::insert);
        CHECK(each.changed);
        CHECK(each.decisions.empty());
    }
    REQUIRE(find(all, "title") != nullptr);
    CHECK(find(all, "title")->policy == "lww");
    REQUIRE(find(all, "votes") != nullptr);
    CHECK(find(all, "votes")->policy == "counter");
    // What is known is not told again.
    all.clear();
    static_cast<void>(alice.apply(alice.delta_since({})).value());
    CHECK(all.empty());
}

TEST_CASE("changes: winner, loser and reason are told, and whether it was a conflict at all") {
    world here;
    std::vector<told> at_alice;
    std::vector<told> at_bob;
    listening alice(actor(1), here.around(), recording{&at_alice});
    listening bob(actor(2), here.around(), recording{&at_bob});
    alice.transact([](auto& tx) { tx.upsert(record(1), task{}); });
    exchange(alice, bob);
    alice.transact([](auto& tx) { tx.edit(task_ref{record(1)})[&task::title] = "alice"; });
    here.now += 10;
    bob.transact([](auto& tx) { tx.edit(task_ref{record(1)})[&task::title] = "bob"; });
    at_alice.clear();
    at_bob.clear();
    exchange(alice, bob);
    // The same decision on both sides; only at one of them something changed.
    for (const auto& [all, changed] : {std::pair(&at_alice, true), std::pair(&at_bob, false)}) {
        const told* title = find(*all, "title");
        REQUIRE(title != nullptr);
        CHECK(title->changed == changed);
        REQUIRE(title->decisions.size() == 1);
        CHECK(title->decisions[0].why == reason::later_stamp);
        CHECK(title->decisions[0].winner == test_dot{actor(2), 1});
        CHECK(title->decisions[0].loser == test_dot{actor(1), 2});
        CHECK(title->decisions[0].concurrent);
    }
    // A write over what its writer saw is a decision too, but no conflict.
    at_bob.clear();
    bob.transact([](auto& tx) { tx.edit(task_ref{record(1)})[&task::title] = "bob again"; });
    const told* title = find(at_bob, "title");
    REQUIRE(title != nullptr);
    REQUIRE(title->decisions.size() == 1);
    CHECK_FALSE(title->decisions[0].concurrent);
}

TEST_CASE("changes: policies tell their own reasons") {
    world here;
    std::vector<told> all;
    listening alice(actor(1), here.around(), recording{&all});
    std::vector<told> others;
    listening bob(actor(2), here.around(), recording{&others});
    task first;
    first.tags = {"a"};
    alice.transact([&](auto& tx) { tx.upsert(record(1), first); });
    exchange(alice, bob);
    alice.transact([](auto& tx) {
        auto t = tx.edit(task_ref{record(1)});
        t[&task::tags].insert("a");
        t[&task::draft] = "alice's";
        t[&task::votes] += 1;
    });
    bob.transact([](auto& tx) {
        auto t = tx.edit(task_ref{record(1)});
        t[&task::tags].clear();
        t[&task::draft] = "bob's";
        t[&task::votes] += 1;
    });
    all.clear();
    static_cast<void>(pull(alice, bob));
    CHECK(alice.find(task_ref{record(1)})->draft.values().size() == 2);
    REQUIRE(find(all, "draft") != nullptr);
    REQUIRE(find(all, "draft")->decisions.size() == 1);
    CHECK(find(all, "draft")->decisions[0].why == reason::kept_both);
    REQUIRE(find(all, "votes") != nullptr);
    REQUIRE(find(all, "votes")->decisions.size() == 1);
    CHECK(find(all, "votes")->decisions[0].why == reason::summed);
    REQUIRE(find(all, "tags") != nullptr);
    REQUIRE(find(all, "tags")->decisions.size() == 1);
    CHECK(find(all, "tags")->decisions[0].why == reason::add_won);
    CHECK(find(all, "tags")->decisions[0].winner == test_dot{actor(1), 2});
}

TEST_CASE("changes: a delete against an update is told for the record") {
    world here;
    std::vector<told> all;
    listening alice(actor(1), here.around(), recording{&all});
    std::vector<told> others;
    listening bob(actor(2), here.around(), recording{&others});
    alice.transact([](auto& tx) { tx.upsert(record(1), task{}); });
    exchange(alice, bob);
    alice.transact([](auto& tx) { tx.erase(task_ref{record(1)}); });
    bob.transact([](auto& tx) { tx.edit(task_ref{record(1)})[&task::votes] += 1; });
    all.clear();
    static_cast<void>(pull(alice, bob));
    const told* life = find(all, "");
    REQUIRE(life != nullptr);
    CHECK(life->changed);  // update_wins: the record is back
    REQUIRE(life->decisions.size() == 1);
    CHECK(life->decisions[0].why == reason::update_won);
    CHECK(life->decisions[0].winner == test_dot{actor(2), 1});
    CHECK(life->decisions[0].loser == test_dot{actor(1), 2});
    CHECK(life->decisions[0].concurrent);
}

TEST_CASE("changes: a transaction that was given up is never told") {
    world here;
    std::vector<told> all;
    listening alice(actor(1), here.around(), recording{&all});
    alice.transact([](auto& tx) {
        tx.upsert(record(1), task{});
        tx.rollback();
    });
    CHECK(all.empty());
    CHECK(alice.sink().all == &all);
}

TEST_CASE("changes: a sink changes nothing but what is told") {
    world here;
    std::vector<told> all;
    listening alice(actor(1), here.around(), recording{&all});
    replica<tasks, test_traits> quiet(actor(1), here.around());
    const auto both = [&](auto&& edit) {
        alice.transact(edit);
        quiet.transact(edit);
    };
    both([](auto& tx) { tx.upsert(record(1), task{}); });
    both([](auto& tx) { tx.edit(task_ref{record(1)})[&task::tags].insert("a"); });
    both([](auto& tx) { tx.erase(task_ref{record(1)}); });
    CHECK(alice.save() == quiet.save());
    CHECK(alice.state_digest() == quiet.state_digest());
}

TEST_CASE("changes: the past is told to nobody") {
    world here;
    std::vector<told> all;
    listening alice(actor(1), here.around(), recording{&all});
    alice.transact([](auto& tx) { tx.upsert(record(1), task{}); });
    all.clear();
    static_cast<void>(alice.at(alice.frontier()).value());
    CHECK(all.empty());
}

}  // namespace changes_test
