#include "replica/todo.hpp"

using namespace weft;
using namespace weft::test;

namespace equivocation_test {

namespace {

test_operation titles(test_dot id,
                      std::uint64_t ms,
                      const std::vector<test_operation>& parents,
                      const std::string& title) {
    std::vector<test_builder::parent> named;
    for (const auto& parent : parents) {
        named.push_back(as_parent(parent));
    }
    return test_builder(id, timestamp::of(1'600'000'000'000 + ms), named)
        .upsert<todo>(record(1), [&](auto& t) { t[&todo::title] = title; })
        .finish();
}

}  // namespace

TEST_CASE("equivocation: another operation under a held dot is refused, and reported with both") {
    world here;
    auto alice = here.make(1);
    const auto honest = titles({actor(5), 1}, 1, {}, "honest");
    const auto other = titles({actor(5), 1}, 1, {}, "other");
    CHECK(alice.admit(honest).applied == 1);
    const auto before = alice.save();
    const auto report = alice.admit(other);
    CHECK(report.applied == 0);
    REQUIRE(report.refused.size() == 1);
    CHECK(report.refused[0].why == errc::equivocation);
    REQUIRE(report.equivocations.size() == 1);
    CHECK(report.equivocations[0].operation == honest.id);
    CHECK(report.equivocations[0].held == address_of(honest));
    CHECK(report.equivocations[0].refused == address_of(other));
    CHECK(alice.save() == before);
    CHECK(alice.find(todo_number(1))->title == "honest");
}

TEST_CASE("equivocation: each pair is reported once, and refused every time") {
    world here;
    auto alice = here.make(1);
    const auto honest = titles({actor(5), 1}, 1, {}, "honest");
    const auto other = titles({actor(5), 1}, 1, {}, "other");
    const auto third = titles({actor(5), 1}, 1, {}, "third");
    alice.admit(honest);
    CHECK(alice.admit(other).equivocations.size() == 1);
    const auto again = alice.apply(batch_of<test_traits>({other})).value();
    CHECK(again.equivocations.empty());
    CHECK(again.refused.size() == 1);
    CHECK(alice.admit(third).equivocations.size() == 1);
}

TEST_CASE("equivocation: what follows the other operation is refused by its parent's address") {
    world here;
    const auto honest = titles({actor(5), 1}, 1, {}, "honest");
    const auto other = titles({actor(5), 1}, 1, {}, "other");
    const auto child = titles({actor(6), 1}, 2, {other}, "child of the other");
    const auto own = titles({actor(5), 2}, 2, {other}, "the other goes on");
    {
        auto alice = here.make(1);
        alice.admit(honest);
        auto report = alice.admit(child);
        REQUIRE(report.refused.size() == 1);
        CHECK(report.refused[0].why == errc::refused_ancestor);
        REQUIRE(report.equivocations.size() == 1);
        CHECK(report.equivocations[0].operation == honest.id);
        CHECK(report.equivocations[0].refused == address_of(other));
        // The address is known as the other's by now.
        CHECK(alice.admit(other).equivocations.empty());
    }
    {
        // In one run of the other: its beginning looks known, its end can't.
        auto alice = here.make(1);
        alice.admit(honest);
        const auto report = alice.apply(batch_of<test_traits>({other, own})).value();
        CHECK(report.applied == 0);
        CHECK(report.equivocations.size() == 1);
        CHECK(alice.size() == 1);
    }
    {
        // Parked first, and then its parent turns out to be the other.
        auto alice = here.make(1);
        CHECK(alice.admit(child).parked == 1);
        const auto report = alice.admit(honest);
        CHECK(report.applied == 1);
        REQUIRE(report.refused.size() == 1);
        CHECK(report.refused[0].operation == child.id);
        CHECK(alice.parked().empty());
    }
}

TEST_CASE("equivocation: one who lies about a parent keeps nobody else's operation out") {
    world here;
    auto alice = here.make(1);
    const auto honest = titles({actor(5), 1}, 1, {}, "honest");
    const auto other = titles({actor(6), 1}, 1, {}, "another actor's");
    CHECK(alice.admit(other).applied == 1);
    // A child that says of a held dot what is really the address of an operation to come.
    auto lie = titles({actor(7), 1}, 2, {honest}, "a lie");
    lie.parents[0].operation = other.id;
    const auto report = alice.admit(lie);
    REQUIRE(report.refused.size() == 1);
    CHECK(report.equivocations.size() == 1);
    CHECK(alice.admit(lie).equivocations.empty());
    CHECK(alice.admit(honest).applied == 1);
    CHECK(alice.admit(titles({actor(8), 1}, 2, {honest}, "fine")).applied == 1);
}

TEST_CASE("equivocation: a relay can't move a parent's address to another dot") {
    world here;
    const auto honest = titles({actor(5), 1}, 1, {}, "honest");
    const auto other = titles({actor(6), 1}, 1, {}, "another actor's");
    const auto child = titles({actor(7), 1}, 2, {honest}, "child");
    auto moved = child;
    moved.parents[0].operation = other.id;
    CHECK(address_of(moved) != address_of(child));
    batch_builder<test_traits> batch;
    batch.add(moved, address_of(child));
    auto alice = here.make(1);
    CHECK(alice.admit(other).applied == 1);
    const auto report = alice.apply(batch.finish()).value();
    REQUIRE(report.refused.size() == 1);
    CHECK(report.refused[0].why == errc::address_mismatch);
    CHECK(report.equivocations.empty());
    CHECK(alice.apply(batch_of<test_traits>({honest, child})).value().applied == 2);
}

TEST_CASE("equivocation: an unknown operation of one's own means that the actor id is in use") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) { tx.insert(titled("mine")); });
    const auto foreign =
        titles({actor(1), 2}, 100'000'000'001, {last_operation(alice)}, "not mine");
    here.now += 100'000'000;
    const auto report = alice.admit(foreign);
    CHECK(report.actor_reused);
    CHECK(report.applied == 1);
    CHECK(alice.actor() != actor(1));
    alice.transact([](auto& tx) { tx.insert(titled("under another id")); });
    CHECK(last_operation(alice).id.actor == alice.actor());
    CHECK(last_operation(alice).id.sequence == 1);
    CHECK_FALSE(pull(alice, alice).actor_reused);
    auto bob = here.make(2);
    CHECK(pull(bob, alice).applied == 3);
    CHECK(bob.state_digest() == alice.state_digest());
}

TEST_CASE("equivocation: two replicas that resume one file notice when they meet") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("before")); });
    const byte_buffer file = alice.save();
    auto around = here.around();
    around.random.state = 8;
    auto twin = test_replica::resume(file, around).value();
    add_title(alice, todo_number(1), "alice");
    add_title(twin, todo_number(1), "twin");
    add_title(twin, todo_number(1), "twin again");
    auto report = alice.apply(twin.delta_since({})).value();
    CHECK(report.actor_reused);
    REQUIRE(report.equivocations.size() == 1);
    CHECK(report.equivocations[0].operation == test_dot{actor(1), 2});
    CHECK(alice.actor() != actor(1));
    CHECK(alice.find(todo_number(1))->title == "alice");
    report = twin.apply(alice.delta_since({})).value();
    CHECK(report.equivocations.size() == 1);
    CHECK(report.actor_reused);
    CHECK(twin.actor() != actor(1));
    CHECK(twin.actor() != alice.actor());
    // Neither branch is merged in silence: a third holds the one that it heard first.
    auto bob = here.make(2);
    CHECK(pull(bob, twin).applied == 3);
    CHECK(bob.apply(alice.delta_since({})).value().equivocations.size() == 1);
    CHECK(bob.find(todo_number(1))->title == "twin again");
}

TEST_CASE("equivocation: a file that was loaded under a fresh id causes none") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("before")); });
    auto twin = test_replica::load(alice.save(), actor(7), here.around()).value();
    add_title(alice, todo_number(1), "alice");
    add_title(twin, todo_number(1), "twin");
    exchange(alice, twin);
    CHECK(alice.actor() == actor(1));
    CHECK(twin.actor() == actor(7));
    CHECK(alice.size() == 3);
    CHECK(alice.state_digest() == twin.state_digest());
}

}  // namespace equivocation_test
