#include <weft/log/remaking.hpp>

#include "log/writers.hpp"

namespace log_remaking_test {

using namespace weft;
using namespace weft::test;

namespace {

/// A log of a new actor, who has what was sent, and its state.
struct renewed {
    using log_type = operation_log<test_traits>;

    const test_replica* old;
    uuid self = actor(9);
    log_type log{};
    state<app> held{};
    staging<app, test_traits> staged{};
    remade_events<log_type> events;
    sequence made = 0;
    timestamp clock{};

    /// What `all` knows but the operations of actor 1 after the `left`-th.
    renewed(const test_replica& all, sequence left)
        : old(&all), events(all.log(), *all.log().find_actor(actor(1)), left) {
        test_operation op;
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            all.log().read(op_index{i}, op);
            if (op.id.actor != actor(1) || op.id.sequence <= left) {
                take(op);
            }
        }
    }

    void take(const test_operation& op) {
        local_operation local;
        static_cast<void>(log.append(op, address_of(op), local));
        clock = std::max(clock, op.at);
        listener<app, test_traits, no_sink> quiet(log);
        held.apply(local, log, quiet);
        record_history index;
        index.follow(log);
        held.settle_undos(log, index, nullptr, quiet);
    }

    /// Makes the old actor's n-th operation again and admits it; what was made, or why not.
    result<test_operation> again(sequence n) {
        local_operation op;
        old->log().read(old->log().graph().index_of(old->log().local_of({actor(1), n})), op);
        test_operation now;
        remaking<app, test_traits> maker(events, log, held, self, staged);
        if (const errc failed = maker.write(op, now); failed != errc::none) {
            return failed;
        }
        now.id = {actor(9), ++made};
        now.at = clock.next();
        for (const local_dot head : log.graph().heads()) {
            now.parents.push_back({log.dot_of(head), log.address_of(head)});
        }
        take(now);
        return now;
    }

    [[nodiscard]] const todo& shown(std::uint64_t n) const {
        return held.table_of<todo>()[log.find(app::tags[0], record(n))->row].record;
    }
};

}  // namespace

TEST_CASE("log/remaking: what is made again takes back what stands where it is made") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    todo first = titled("one");
    first.tags = {"shared"};
    first.votes = 3;
    alice.transact([&](auto& tx) { tx.upsert(record(1), first); });
    exchange(alice, bob);
    alice.transact([](auto& tx) {  // names the tag as her first operation made it
        tx.edit(todo_number(1))[&todo::tags].erase("shared");
        tx.edit(todo_number(1))[&todo::votes] += 4;
    });
    alice.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::tags].insert("new"); });
    bob.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::tags].insert("shared"); });
    static_cast<void>(pull(alice, bob));  // after she had written

    renewed fresh(alice, 1);
    const auto made = fresh.again(2);
    REQUIRE(made.has_value());
    REQUIRE(made->observed.size() == 1);
    CHECK(made->observed[0].operation == test_dot{actor(2), 1});  // bob's, which stands here
    CHECK_FALSE(fresh.shown(1).tags.contains("shared"));
    CHECK(fresh.shown(1).votes == 7);
    REQUIRE(fresh.again(3).has_value());
    CHECK(fresh.shown(1).tags.contains("new"));
    CHECK(fresh.log.dot_of(fresh.log.graph().heads()[0]) == test_dot{actor(9), 2});
}

TEST_CASE("log/remaking: what comes to nothing the second time is left out") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    alice.transact([](auto& tx) {
        todo tagged = titled("one");
        tagged.tags = {"old"};
        tx.upsert(record(1), tagged);
        tx.upsert(record(2), titled("two"));
    });
    exchange(alice, bob);
    const auto untag = [](auto& tx) { tx.edit(todo_number(1))[&todo::tags].erase("old"); };
    bob.transact(untag);
    alice.transact([&](auto& tx) {
        untag(tx);
        tx.edit(todo_number(2))[&todo::title] = "changed";
    });
    static_cast<void>(pull(alice, bob));
    renewed fresh(alice, 1);
    const auto made = fresh.again(2);
    REQUIRE(made.has_value());
    CHECK(fresh.shown(2).title == "changed");
    REQUIRE(made->mutations.size() == 1);  // the tag is gone here already
    CHECK(made->mutations[0].record == record(2));
}

TEST_CASE("log/remaking: undos and redos are made of what was made again") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("one")); });
    add_title(alice, todo_number(1), "two");
    REQUIRE(alice.undo({actor(1), 2}).has_value());
    REQUIRE(alice.redo({actor(1), 2}).has_value());
    REQUIRE(alice.undo({actor(1), 1}).has_value());  // one that was sent

    renewed fresh(alice, 1);
    REQUIRE(fresh.again(2).has_value());
    CHECK(fresh.shown(1).title == "two");
    const auto undo = fresh.again(3);
    REQUIRE(undo.has_value());
    REQUIRE(undo->observed.size() == 1);
    CHECK(undo->observed[0].operation == test_dot{actor(9), 1});
    CHECK(fresh.shown(1).title == "one");
    const auto redo = fresh.again(4);
    REQUIRE(redo.has_value());
    CHECK(redo->observed[0].operation == test_dot{actor(9), 2});
    CHECK(fresh.shown(1).title == "two");
    const auto of_sent = fresh.again(5);
    REQUIRE(of_sent.has_value());
    CHECK(of_sent->observed[0].operation == test_dot{actor(1), 1});
}

TEST_CASE("log/remaking: what this schema does not know can't be made again") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("one")); });
    add_title(alice, todo_number(1), "two");
    test_operation first;
    alice.log().read(op_index{0}, first);
    test_operation strange;
    alice.log().read(op_index{1}, strange);
    REQUIRE(strange.effects.size() == 1);
    strange.effects[0].field ^= 1U;
    auto newer = here.make(2);  // a replica of a program that knows more
    REQUIRE(newer.apply(batch_of<test_traits>({first, strange})).value().applied == 2);
    renewed fresh(newer, 1);
    CHECK(fresh.again(2).error().code == errc::other_kind);
    CHECK(fresh.log.size() == 1);
    CHECK(fresh.shown(1).title == "one");
}

}  // namespace log_remaking_test
