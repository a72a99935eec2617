#include <weft/merge/list.hpp>

#include "replica/todo.hpp"
#include "support/property.hpp"

using namespace weft;
using namespace weft::test;

namespace save_test {

namespace {

void vote(test_replica& on, std::uint64_t n, std::int64_t by) {
    on.transact([&](auto& tx) {
        tx.template upsert<todo>(record(n), [&](auto& t) { t[&todo::votes] += by; });
    });
}

struct plan {
    BOOST_HANA_DEFINE_STRUCT(plan,
                             (list<std::string>, steps),
                             (add_wins_set<std::string>, tags),
                             (lww<std::string>, title));
};

using plans = replica<schema<1, collection<"plans", plan>>>;

}  // namespace

TEST_CASE("replica: a loaded file is the replica again, under a fresh actor id") {
    world here;
    auto alice = here.make(1);
    vote(alice, 1, 5);
    vote(alice, 2, 7);
    alice.transact([](auto& tx) { tx.erase(todo_number(2)); });
    auto loaded = test_replica::load(alice.save(), actor(2), here.around()).value();
    CHECK(loaded.actor() == actor(2));
    CHECK(loaded.version() == alice.version());
    CHECK(loaded.frontier() == alice.frontier());
    CHECK(loaded.state_digest() == alice.state_digest());
    CHECK(loaded.find(todo_number(1))->votes == 5);
    CHECK(loaded.find(todo_number(2)) == nullptr);
    vote(loaded, 1, 1);
    CHECK(last_operation(loaded).id == test_dot{actor(2), 1});
    CHECK(pull(alice, loaded).applied == 1);
    CHECK(alice.find(todo_number(1))->votes == 6);
}

TEST_CASE("replica: an empty replica can be saved and loaded") {
    world here;
    const auto alice = here.make(1);
    auto loaded = test_replica::load(alice.save(), actor(2), here.around()).value();
    CHECK(loaded.size() == 0);
    CHECK(test_replica::resume(alice.save(), here.around()).value().actor() == actor(1));
}

TEST_CASE("replica: the fresh id must not be in the history") {
    world here;
    auto alice = here.make(1);
    vote(alice, 1, 1);
    const auto refused = test_replica::load(alice.save(), actor(1), here.around());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::actor_reused);
}

TEST_CASE("replica: a resumed file goes on under its own id, without a gap and later in time") {
    world here;
    auto alice = here.make(1);
    vote(alice, 1, 1);
    vote(alice, 1, 1);
    const timestamp last = last_operation(alice).at;
    here.now -= 1'000'000;
    auto resumed = test_replica::resume(alice.save(), here.around()).value();
    CHECK(resumed.actor() == actor(1));
    CHECK(resumed.save() == alice.save());
    vote(resumed, 1, 1);
    CHECK(last_operation(resumed).id == test_dot{actor(1), 3});
    CHECK(last_operation(resumed).at > last);
}

TEST_CASE("replica: a restart never gives a timestamp twice, even of an operation that was lost") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    here.now += 100'000;
    vote(bob, 1, 1);
    here.now -= 100'000;
    static_cast<void>(pull(alice, bob));
    const byte_buffer file = alice.save();
    auto again = test_replica::load(file, actor(3), here.around()).value();
    vote(again, 1, 1);
    CHECK(last_operation(again).at > alice.clock().latest());
}

TEST_CASE("replica: actor id 0 is an id like any other") {
    world here;
    test_replica alice(actor_id{}, here.around());
    vote(alice, 1, 1);
    auto resumed = test_replica::resume(alice.save(), here.around()).value();
    CHECK(resumed.actor() == actor_id{});
    CHECK(resumed.save() == alice.save());
    auto loaded = test_replica::load(alice.save(), actor(3), here.around()).value();
    CHECK(loaded.actor() == actor(3));
    CHECK_FALSE(pull(loaded, alice).actor_reused);
}

TEST_CASE("replica: saving does not count as sending, a delta does") {
    world here;
    auto alice = here.make(1);
    vote(alice, 1, 1);
    static_cast<void>(alice.save());
    CHECK(alice.reissue_unsent(actor(2)).value() == 1);
    CHECK(alice.actor() == actor(2));
    CHECK_FALSE(alice.version().contains({actor(1), 1}));
    static_cast<void>(alice.delta_since({}));
    CHECK(alice.reissue_unsent(actor(3)).value() == 0);
    CHECK(alice.version().contains({actor(2), 1}));
    vote(alice, 1, 1);
    auto resumed = test_replica::resume(alice.save(), here.around()).value();
    CHECK(resumed.reissue_unsent(actor(4)).value() == 1);
    CHECK(resumed.find(todo_number(1))->votes == 2);
}

TEST_CASE("replica: reissued operations keep what they meant and take the present time") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    todo first = titled("first");
    first.tags = {"a", "b"};
    first.votes = 3;
    alice.transact([&](auto& tx) { tx.upsert(record(1), first); });
    exchange(alice, bob);
    // A clock that is hours ahead stamps what nobody will take.
    const std::uint64_t real = here.now;
    here.now += 10'000'000;
    alice.transact([&](auto& tx) {
        auto t = tx.edit(todo_number(1));
        t[&todo::tags].erase("a");
        t[&todo::tags].insert("c");
        t[&todo::votes] += 10;
    });
    todo again = titled("again");
    again.votes = 1;
    alice.transact([&](auto& tx) { tx.upsert(record(2), again); });
    alice.transact([&](auto& tx) { tx.upsert(record(2), again); });  // restarts the counter
    alice.transact([&](auto& tx) { tx.erase(todo_number(1)); });
    here.now = real + 1;
    bob.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::title] = "bob's"; });
    static_cast<void>(pull(alice, bob));
    const auto before = alice.version();
    CHECK(alice.reissue_unsent(actor(3)).value() == 4);
    CHECK(alice.version().count(actor(1)) == 1);
    CHECK(alice.version().count(actor(3)) == 4);
    CHECK(alice.version().count(actor(2)) == before.count(actor(2)));
    CHECK(last_operation(alice).at.wall_ms() == here.now);
    CHECK(alice.find(todo_number(1)) == nullptr);
    CHECK(alice.find(todo_number(2))->votes == 1);
    const auto report = pull(bob, alice);
    CHECK(report.applied == 4);
    CHECK(report.parked == 0);
    CHECK(report.voids.empty());
    CHECK(bob.state_digest() == alice.state_digest());
    bob.transact([](auto& tx) { tx.template upsert<todo>(record(1), [](auto&) {}); });
    CHECK(bob.find(todo_number(1))->tags.value() == std::vector<std::string>{"b", "c"});
    CHECK(bob.find(todo_number(1))->votes == 13);
    CHECK(bob.find(todo_number(1))->title == "bob's");
}

TEST_CASE("replica: a reissued edit of a list still means the element that it meant") {
    plans alice{actor(1)};
    plans bob{actor(2)};
    const auto pull = [](plans& to, plans& from) {
        static_cast<void>(to.apply(from.delta_since(to.version())).value());
    };
    plan first;
    first.steps = {"a", "b", "c"};
    first.tags = {"draft"};
    const auto id = alice.transact([&](auto& tx) { return tx.insert(first); });
    const auto other = alice.transact([&](auto& tx) { return tx.insert(first); });
    pull(bob, alice);
    // Two records at once, of which the first will have nothing to do when it is made again.
    alice.transact([&](auto& tx) {
        tx.edit(other)[&plan::tags].erase("draft");
        auto t = tx.edit(id);
        t[&plan::steps].insert(1, "x");
        t[&plan::steps].erase(0);
    });
    alice.transact([&](auto& tx) {
        auto t = tx.edit(id);
        t[&plan::steps].move(0, 2);  // x, which its own operation inserted
        t[&plan::steps].push_back("y");
        t[&plan::steps].set(0, "B");
    });
    bob.transact([&](auto& tx) {
        tx.edit(other)[&plan::tags].erase("draft");
        tx.edit(id)[&plan::steps].insert(0, "bob");
    });
    pull(alice, bob);
    const std::vector<std::string> wanted{"bob", "B", "c", "x", "y"};
    CHECK(alice.find(id)->steps.value() == wanted);
    CHECK(alice.reissue_unsent(actor(3)).value() == 2);
    CHECK(alice.find(id)->steps.value() == wanted);
    pull(bob, alice);
    CHECK(bob.find(id)->steps.value() == wanted);
    CHECK(bob.state_digest() == alice.state_digest());
}

TEST_CASE("replica: reissuing under an id of the history is refused and changes nothing") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    vote(bob, 1, 1);
    vote(alice, 1, 1);
    static_cast<void>(pull(alice, bob));
    const byte_buffer before = alice.save();
    CHECK(alice.reissue_unsent(actor(2)).error().code == errc::actor_reused);
    CHECK(alice.reissue_unsent(actor(1)).error().code == errc::actor_reused);
    CHECK(alice.save() == before);
}

TEST_CASE("replica: an operation that came back from elsewhere has left, whoever took it there") {
    world here;
    auto alice = here.make(1);
    vote(alice, 1, 1);
    vote(alice, 1, 10);
    // A copy of the file is used elsewhere, under a fresh id as it should be.
    auto copy = test_replica::load(alice.save(), actor(2), here.around()).value();
    vote(copy, 1, 100);
    static_cast<void>(pull(alice, copy));
    vote(alice, 1, 1000);
    CHECK(alice.reissue_unsent(actor(3)).value() == 1);
    CHECK(alice.find(todo_number(1))->votes == 1111);
    exchange(alice, copy);
    CHECK(copy.find(todo_number(1))->votes == 1111);
    CHECK(copy.state_digest() == alice.state_digest());
}

TEST_CASE("replica: equal replicas save the same operations to the same bytes") {
    world here;
    auto alice = here.make(1);
    for (int i = 0; i < 100; ++i) {
        vote(alice, static_cast<std::uint64_t>(i % 7), i);
    }
    const byte_buffer once = alice.save();
    CHECK(alice.save() == once);
    auto resumed = test_replica::resume(once, here.around()).value();
    CHECK(resumed.save() == once);
    CHECK(resumed.delta_since({}) == alice.delta_since({}));
}

}  // namespace save_test
