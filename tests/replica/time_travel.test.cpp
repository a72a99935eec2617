#include "replica/todo.hpp"
#include "support/property.hpp"

using namespace weft;
using namespace weft::test;

namespace time_travel_test {

TEST_CASE("replica: at() shows the state as it was, and later operations do not change it") {
    world here;
    auto alice = here.make(1);
    todo first = titled("one");
    first.tags = {"a"};
    alice.transact([&](auto& tx) { tx.upsert(record(1), first); });
    const test_frontier early = alice.frontier();
    add_title(alice, todo_number(1), "two");
    const test_frontier middle = alice.frontier();
    alice.transact([](auto& tx) {
        tx.erase(todo_number(1));
        tx.upsert(record(2), note{"later"});
    });
    auto then = alice.at(early).value();
    REQUIRE(then.find(todo_number(1)) != nullptr);
    CHECK(then.find(todo_number(1))->title == "one");
    CHECK(then.find<todo>(record(1))->tags.contains("a"));
    CHECK(then.find(note_ref{record(2)}) == nullptr);
    CHECK(then.all<note>().empty());
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("much later")); });
    CHECK(then.find(todo_number(1))->title == "one");
    CHECK(alice.at(middle).value().find(todo_number(1))->title == "two");
    std::size_t count = 0;
    for (const auto& entry : then.all<todo>()) {
        CHECK(entry.id == record(1));
        ++count;
    }
    CHECK(count == 1);
}

TEST_CASE("replica: at() of nothing is empty, and of a frontier that is not held an error") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("x")); });
    auto nothing = alice.at({}).value();
    CHECK(nothing.all<todo>().empty());
    auto empty = here.make(2);
    CHECK(nothing.state_digest() == empty.state_digest());
    test_frontier unknown;
    unknown.insert({actor(7), 3});
    const auto missing = alice.at(unknown);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == errc::missing_operation);
    CHECK(missing.error().sequence == 3);
    CHECK(missing.error().actor_size == 16);
}

TEST_CASE("replica: at() of one branch leaves the other out") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("base")); });
    exchange(alice, bob);
    add_title(alice, todo_number(1), "alice's");
    bob.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::votes] += 3; });
    const test_frontier alices = alice.frontier();
    const test_frontier bobs = bob.frontier();
    exchange(alice, bob);
    CHECK(bob.at(alices).value().find(todo_number(1))->title == "alice's");
    CHECK(bob.at(alices).value().find(todo_number(1))->votes == 0);
    CHECK(alice.at(bobs).value().find(todo_number(1))->title == "base");
    CHECK(alice.at(bobs).value().find(todo_number(1))->votes == 3);
    CHECK(alice.at(alice.frontier()).value().state_digest() == alice.state_digest());
}

TEST_CASE("replica: every past state is found again, by those who lived it and those who did not") {
    property("at(frontier) has the digest that a replica had there, with and without checkpoints",
             [](const std::vector<std::uint64_t>& seeds, std::uint32_t every) {
                 world here;
                 replica_options options;
                 options.checkpoint_every = every % 8;
                 auto alice = here.make(1, options);
                 auto bob = here.make(2);
                 std::vector<std::pair<test_frontier, digest<16>>> lived;
                 const auto remember = [&](test_replica& of) {
                     lived.emplace_back(of.frontier(), of.state_digest());
                 };
                 for (const std::uint64_t seed : seeds) {
                     auto& one = seed % 2 == 0 ? alice : bob;
                     if (seed / 2 % 4 == 0) {
                         static_cast<void>(pull(one, seed % 2 == 0 ? bob : alice));
                     } else if (seed / 2 % 4 == 1) {
                         one.transact([&](auto& tx) { tx.erase(todo_number(seed / 8 % 2)); });
                     } else {
                         one.transact([&](auto& tx) {
                             tx.template upsert<todo>(record(seed / 8 % 2), [&](auto& t) {
                                 t[&todo::votes] += 1;
                                 t[&todo::tags].insert(std::to_string(seed / 16 % 3));
                                 t[&todo::tags].erase(std::to_string(seed / 48 % 3));
                             });
                         });
                     }
                     remember(one);
                 }
                 exchange(alice, bob);
                 for (const auto& [when, state] : lived) {
                     RC_ASSERT(alice.at(when).value().state_digest() == state);
                     RC_ASSERT(bob.at(when).value().state_digest() == state);
                 }
             });
}

}  // namespace time_travel_test
