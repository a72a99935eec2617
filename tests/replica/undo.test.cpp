#include <weft/log/undo.hpp>
#include <weft/merge/max.hpp>
#include <weft/merge/multi_value.hpp>
#include <weft/merge/remove_wins_set.hpp>
#include <weft/merge/update_wins.hpp>

#include "replica/todo.hpp"
#include "support/allocations.hpp"
#include "support/recorder.hpp"

#include <algorithm>

using namespace weft;
using namespace weft::test;

namespace undo_test {

namespace {

struct task {
    BOOST_HANA_DEFINE_STRUCT(task,
                             (multi_value<std::string>, draft),
                             (remove_wins_set<std::string>, banned),
                             (counter, votes),
                             (weft::max<std::int64_t>, best));
};

using tasks = schema<1, collection<"tasks", task, update_wins>>;
using task_replica = replica<tasks, test_traits>;
using task_ref = ref<task, uuid>;

constexpr std::uint64_t one = 1;

template <class Replica>
[[nodiscard]] test_dot last(const Replica& of) {
    return last_operation(of).id;
}

/// Edits the task with id 1, and gives the operation.
template <class Edit>
test_dot edit_task(task_replica& on, Edit&& edit) {
    on.transact([&](auto& tx) { tx.template upsert<task>(record(one), edit); });
    return last(on);
}

[[nodiscard]] const task& shown(const task_replica& on) {
    return *on.find<task>(record(one));
}

test_dot draft(task_replica& on, const std::string& text) {
    return edit_task(on, [&](auto& t) { t[&task::draft] = text; });
}

}  // namespace

TEST_CASE("replica/undo: an undo brings back what stood before, in every field of the operation") {
    world here;
    auto alice = here.make(1);
    const auto id = alice.transact([](auto& tx) { return tx.upsert(record(1), titled("first")); });
    alice.transact([&](auto& tx) {
        auto t = tx.edit(id);
        t[&todo::title] = "second";
        t[&todo::votes] += 5;
        t[&todo::tags].insert("new");
    });
    const auto edit = last(alice);
    const auto before = alice.state_digest();
    CHECK(alice.undo(edit).value());
    CHECK(alice.undone(edit));
    CHECK(alice.find(id)->title == "first");
    CHECK(alice.find(id)->votes == 0);
    CHECK(alice.find(id)->tags.empty());
    CHECK_FALSE(alice.undo(edit).value());  // it is undone already

    CHECK(alice.redo(edit).value());
    CHECK_FALSE(alice.undone(edit));
    CHECK(alice.find(id)->title == "second");
    CHECK(alice.find(id)->votes == 5);
    CHECK(alice.state_digest() == before);
    CHECK_FALSE(alice.redo(edit).value());
    CHECK(alice.size() == 4);
}

TEST_CASE("replica/undo: concurrent and later work of others stays") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    const auto id = alice.transact([](auto& tx) { return tx.upsert(record(1), titled("start")); });
    exchange(alice, bob);
    alice.transact([&](auto& tx) {
        tx.edit(id)[&todo::votes] += 10;
        tx.edit(id)[&todo::title] = "alice's";
    });
    const auto hers = last(alice);
    bob.transact([&](auto& tx) { tx.edit(id)[&todo::votes] += 3; });
    exchange(alice, bob);
    bob.transact([&](auto& tx) {
        tx.edit(id)[&todo::votes] += 1;
        tx.edit(id)[&todo::title] = "bob's";
    });
    exchange(alice, bob);
    CHECK(bob.undo(hers).value());  // anybody may
    exchange(alice, bob);
    for (const auto* each : {&alice, &bob}) {
        CHECK(each->find(id)->votes == 4);
        CHECK(each->find(id)->title == "bob's");
        CHECK(each->undone(hers));
    }
    CHECK(alice.state_digest() == bob.state_digest());
}

TEST_CASE("replica/undo: what an undone operation had taken back shows again, unless a later one "
          "that had seen it meant it too") {
    world here;
    task_replica alice(actor(1), here.around());
    draft(alice, "a");
    const auto b = draft(alice, "b");
    const auto c = draft(alice, "c");
    CHECK(alice.undo(b).value());
    CHECK(shown(alice).draft.values() == std::vector<std::string>{"c"});  // c had seen a
    CHECK(alice.undo(c).value());
    CHECK(shown(alice).draft.values() == std::vector<std::string>{"a"});
    CHECK(alice.redo(b).value());
    CHECK(shown(alice).draft.values() == std::vector<std::string>{"b"});

    // Removals likewise: the second one had seen the addition, though it took back another's mark.
    edit_task(alice, [](auto& t) { t[&task::banned].insert("x"); });
    const auto first = edit_task(alice, [](auto& t) { t[&task::banned].erase("x"); });
    const auto second = edit_task(alice, [](auto& t) { t[&task::banned].erase("x"); });
    CHECK(alice.undo(first).value());
    CHECK_FALSE(shown(alice).banned.contains("x"));
    CHECK(alice.undo(second).value());
    CHECK(shown(alice).banned.contains("x"));
}

TEST_CASE(
    "replica/undo: a counter that was started anew counts on from before when that is undone") {
    world here;
    task_replica alice(actor(1), here.around());
    const auto bump = edit_task(alice, [](auto& t) { t[&task::votes] += 7; });
    // All of a new record but `best`, which keeps what it was told.
    const auto restart = [&] {
        alice.transact([&](auto& tx) {
            task fresh;
            fresh.votes = 2;
            tx.upsert(record(one), fresh);
        });
    };
    restart();
    CHECK(shown(alice).votes == 2);
    const auto anew = last(alice);
    CHECK(alice.undo(anew).error().code == errc::cannot_undo);  // it told `best` something
    CHECK(alice.undo(bump).value());
    CHECK(shown(alice).votes == 2);
    restart();  // on a record that an undo has touched
    CHECK(shown(alice).votes == 2);
    CHECK(alice.redo(bump).value());
    CHECK(shown(alice).votes == 2);
    edit_task(alice, [](auto& t) { t[&task::votes] += 1; });
    CHECK(shown(alice).votes == 3);
}

TEST_CASE(
    "replica/undo: two replicas that undo one operation undo it once, and an undo that a redo "
    "had not seen stays") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    const auto id = alice.transact([](auto& tx) { return tx.upsert(record(1), titled("x")); });
    alice.transact([&](auto& tx) { tx.edit(id)[&todo::votes] += 5; });
    const auto bump = last(alice);
    exchange(alice, bob);
    CHECK(alice.undo(bump).value());
    CHECK(bob.undo(bump).value());
    CHECK(alice.redo(bump).value());  // of her own undo
    CHECK(alice.find(id)->votes == 5);
    exchange(alice, bob);
    CHECK(alice.undone(bump));
    CHECK(alice.find(id)->votes == 0);
    CHECK(bob.redo(bump).value());  // of both
    exchange(alice, bob);
    CHECK(alice.find(id)->votes == 5);
    CHECK(alice.state_digest() == bob.state_digest());
}

TEST_CASE("replica/undo: an undone insert hides its record, an undone erase brings it back, and a "
          "transaction is undone as a whole") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) {
        tx.upsert(record(1), titled("a"));
        tx.upsert(record(2), titled("b"));
        tx.upsert(record(3), note{"n"});
    });
    const auto insert = last(alice);
    alice.transact([](auto& tx) { tx.erase(todo_number(1)); });
    const auto erase = last(alice);
    CHECK(alice.undo(erase).value());
    CHECK(alice.find(todo_number(1))->title == "a");
    CHECK(alice.undo(insert).value());
    CHECK(alice.all<todo>().empty());
    CHECK(alice.all<note>().empty());
    CHECK(alice.redo(insert).value());
    CHECK(alice.find(todo_number(2))->title == "b");
    CHECK(alice.redo(erase).value());
    CHECK(alice.find(todo_number(1)) == nullptr);
}

TEST_CASE("replica/undo: an effect of somebody who did not know of the undo finds its place") {
    world here;
    task_replica alice(actor(1), here.around());
    task_replica bob(actor(2), here.around());
    draft(alice, "a");
    const auto b = draft(alice, "b");
    exchange(alice, bob);
    CHECK(alice.undo(b).value());
    draft(bob, "c");  // names b alone
    exchange(alice, bob);
    for (const auto* each : {&alice, &bob}) {
        CHECK(shown(*each).draft.values() == std::vector<std::string>{"c"});
    }
    CHECK(alice.state_digest() == bob.state_digest());
}

TEST_CASE("replica/undo: what can't be taken back is refused by name, and nothing happens") {
    world here;
    task_replica alice(actor(1), here.around());
    const auto best = edit_task(alice, [](auto& t) {
        t[&task::votes] += 1;
        t[&task::best] = 5;
    });
    const auto bytes = alice.save();
    CHECK(alice.undo(best).error().code == errc::cannot_undo);
    CHECK(alice.can_undo(best).error().code == errc::cannot_undo);
    CHECK(alice.undo(test_dot{actor(9), 1}).error().code == errc::missing_operation);
    CHECK(alice.redo(test_dot{actor(9), 1}).error().code == errc::missing_operation);
    CHECK_FALSE(alice.undone(test_dot{actor(9), 1}));
    CHECK_FALSE(alice.redo(best).value());
    CHECK(alice.save() == bytes);

    const auto bump = edit_task(alice, [](auto& t) { t[&task::votes] += 1; });
    CHECK(alice.can_undo(bump).has_value());
    CHECK(alice.undo(bump).value());
    CHECK(alice.undo(last(alice)).error().code == errc::cannot_undo);  // an undo: redo its target

    task_replica bob(actor(2), here.around());
    draft(bob, "b");
    exchange(alice, bob);
    REQUIRE(alice.join_heads());
    CHECK(alice.undo(last(alice)).error().code == errc::cannot_undo);  // nothing in it
}

TEST_CASE("replica/undo: a mark on an operation that this build would refuse to undo takes back "
          "what can be taken back") {
    world here;
    task_replica alice(actor(1), here.around());
    edit_task(alice, [](auto& t) {
        t[&task::votes] += 1;
        t[&task::draft] = "x";
        t[&task::best] = 5;
    });
    draft(alice, "y");
    auto mark = last_operation(alice);
    const auto first = test_dot{actor(1), 1};
    const auto marked = [&](std::uint64_t by, std::uint32_t ordinal, const test_dot& target) {
        operation<test_traits> op;
        op.id = {actor(by), 1};
        op.at = timestamp{mark.at.bits + 1};
        op.parents.push_back(as_parent(mark));
        op.mutations.push_back({undo_tag, mutation_kind::insert, {}, {0, 1}, {0, 0}});
        op.observed.push_back({target, ordinal});
        return alice.admit(op);
    };
    CHECK(marked(5, 1, first).applied == 1);  // names a mutation that is not the first: no mark
    CHECK_FALSE(alice.undone(first));
    CHECK(marked(6, 0, test_dot{actor(6), 1}).refused.size() == 1);  // itself
    CHECK(marked(7, 0, first).applied == 1);
    CHECK(alice.undone(first));
    CHECK(shown(alice).votes == 0);
    CHECK(shown(alice).best == 5);
    CHECK(shown(alice).draft.values() == std::vector<std::string>{"y"});
}

TEST_CASE("replica/undo: the past keeps what was undone later, with checkpoints and without") {
    world here;
    for (const std::uint32_t every : {0U, 2U}) {
        replica_options options;
        options.checkpoint_every = every;
        auto alice = here.make(1, options);
        const auto id = alice.transact([](auto& tx) { return tx.upsert(record(1), titled("a")); });
        add_title(alice, id, "b");
        const auto b = last(alice);
        const auto then = alice.frontier();
        const auto digest_then = alice.state_digest();
        CHECK(alice.undo(b).value());
        const auto undone = alice.frontier();
        const auto digest_undone = alice.state_digest();
        add_title(alice, id, "c");
        CHECK(alice.redo(b).value());
        CHECK(alice.at(then).value().find(id)->title == "b");
        CHECK(alice.at(undone).value().find(id)->title == "a");
        CHECK(alice.at(then).value().state_digest() == digest_then);
        CHECK(alice.at(undone).value().state_digest() == digest_undone);

        auto loaded = test_replica::load(alice.save(), actor(8), here.around(options)).value();
        CHECK(loaded.state_digest() == alice.state_digest());
        CHECK(loaded.undo(b).value());
        CHECK(loaded.find(id)->title == "c");
        CHECK(loaded.at(undone).value().find(id)->title == "a");
    }
}

TEST_CASE("replica/undo: undos are made anew with the operations that they name") {
    world here;
    auto alice = here.make(1);
    const auto id = alice.transact([](auto& tx) { return tx.upsert(record(1), titled("a")); });
    static_cast<void>(alice.delta_since({}));  // the insert has left
    add_title(alice, id, "b");
    CHECK(alice.undo(last(alice)).value());
    add_title(alice, id, "c");
    const auto c = last(alice);
    CHECK(alice.undo(c).value());
    CHECK(alice.redo(c).value());
    REQUIRE(alice.reissue_unsent(actor(4)).value() == 5);
    CHECK(alice.undone({actor(4), 1}));
    CHECK_FALSE(alice.undone({actor(4), 3}));
    CHECK(alice.find(id)->title == "c");
}

TEST_CASE("replica/undo: a sink is told which fields an undo changed, once each") {
    world here;
    std::vector<told_change<test_traits>> all;
    replica<app, test_traits, recorder<test_traits>> alice(actor(1), here.around(),
                                                           recorder<test_traits>{&all});
    const auto id = alice.transact([](auto& tx) { return tx.upsert(record(1), titled("a")); });
    alice.transact([&](auto& tx) {
        tx.edit(id)[&todo::title] = "b";
        tx.edit(id)[&todo::done] = false;  // reads as before
    });
    const auto edit = last(alice);
    all.clear();
    CHECK(alice.undo(edit).value());
    REQUIRE(all.size() == 1);
    CHECK(all[0].field == "title");
    CHECK(all[0].by == last(alice));
    CHECK(all[0].changed);
    CHECK(all[0].record == record(1));
}

TEST_CASE("replica/undo: what comes in one batch with an undo is told as well") {
    world here;
    auto alice = here.make(1);
    const auto id = alice.transact([](auto& tx) { return tx.upsert(record(1), titled("a")); });
    add_title(alice, id, "b");
    const auto b = last(alice);
    std::vector<told_change<test_traits>> all;
    replica<app, test_traits, recorder<test_traits>> bob(actor(2), here.around(),
                                                         recorder<test_traits>{&all});
    static_cast<void>(pull(bob, alice));
    CHECK(alice.undo(b).value());
    add_title(alice, id, "c");
    all.clear();
    static_cast<void>(pull(bob, alice));
    const auto told = std::find_if(all.begin(), all.end(), [&](const auto& each) {
        return each.field == "title" && each.by == last(alice);
    });
    REQUIRE(told != all.end());
    REQUIRE(told->decisions.size() == 1);
    CHECK(told->decisions[0].why == reason::later_stamp);
}

TEST_CASE("replica/undo: out of memory in an undo leaves everything as it was") {
    world here;
    auto alice = here.make(1);
    const auto id = alice.transact([](auto& tx) { return tx.upsert(record(1), titled("a")); });
    add_title(alice, id, "a title that does not fit into the string itself");
    const auto edit = last(alice);
    const auto bytes = alice.save();
    const auto state = alice.state_digest();
    CHECK(fail_each_allocation([&] { static_cast<void>(alice.undo(edit)); },
                               [&] {
                                   CHECK(alice.save() == bytes);
                                   CHECK(alice.state_digest() == state);
                                   CHECK_FALSE(alice.undone(edit));
                               }) > 3);
    CHECK(alice.find(id)->title == "a");
}

}  // namespace undo_test
