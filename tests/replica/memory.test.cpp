#include "replica/todo.hpp"
#include "support/allocations.hpp"

using namespace weft;
using namespace weft::test;

namespace memory_test {

namespace {

/// Everything about a replica that can be seen from outside.
struct sight {
    byte_buffer saved;
    std::vector<test_dot> missing;
    digest<16> state{};
    std::size_t visible = 0;
    std::int64_t votes = 0;

    friend bool operator==(const sight&, const sight&) = default;
};

sight look(test_replica& at) {
    const auto wanted = at.missing_operations();
    sight seen{at.save(), {wanted.begin(), wanted.end()}, at.state_digest()};
    for (const auto& entry : at.all<todo>()) {
        ++seen.visible;
        seen.votes += entry.record.votes.value();
    }
    return seen;
}

/// Runs fn with every allocation failing in its turn, and all after it; the replica must be as
/// before each time, and in the end as if nothing had ever failed.
template <class Fn>
int survives(test_replica& self, Fn&& fn) {
    const sight before = look(self);
    return fail_each_allocation(fn, [&] {
        const sight after = look(self);
        REQUIRE(after.saved == before.saved);
        REQUIRE(after == before);
    });
}

/// Some history to lose.
test_replica replica_in(const world& here, std::uint64_t n) {
    auto made = here.make(n);
    todo first = titled("a title that is too long to be stored inside a string object");
    first.tags = {"one", "two", "three"};
    first.votes = 4;
    made.transact([&](auto& tx) {
        tx.upsert(record(1), first);
        tx.upsert(record(n), first);
    });
    made.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::tags].erase("two"); });
    return made;
}

}  // namespace

TEST_CASE("replica: a transaction that runs out of memory anywhere leaves everything as it was") {
    world here;
    auto alice = replica_in(here, 2);
    auto bob = replica_in(here, 3);
    exchange(alice, bob);
    const std::string text(100, 'x');
    const int failures = survives(alice, [&] {
        alice.transact([&](auto& tx) {
            auto t = tx.edit(todo_number(1));
            t[&todo::title] = text;
            t[&todo::votes] += 1;
            t[&todo::tags].insert(text);
            t[&todo::tags].erase("one");
            tx.upsert(record(7), titled(text));
            tx.upsert(record(8), note{text});
            tx.erase(todo_number(2));
        });
    });
    CHECK(failures > 5);
    REQUIRE(alice.find(todo_number(1)) != nullptr);
    CHECK(alice.find(todo_number(1))->title == text);
    CHECK(alice.find(todo_number(1))->votes == 9);
    CHECK(alice.find(todo_number(2)) == nullptr);
    static_cast<void>(pull(bob, alice));
    CHECK(bob.state_digest() == alice.state_digest());
}

TEST_CASE("replica: a first transaction that runs out of memory leaves an empty replica") {
    world here;
    auto alice = here.make(1);
    CHECK(survives(alice, [&] {
              alice.transact([](auto& tx) { tx.upsert(record(1), titled("x")); });
          }) > 5);
    CHECK(alice.size() == 1);
}

TEST_CASE("replica: a batch that runs out of memory anywhere leaves everything as it was") {
    world here;
    auto alice = replica_in(here, 2);
    auto bob = replica_in(here, 3);
    exchange(alice, bob);
    for (int i = 0; i < 5; ++i) {
        bob.transact([&](auto& tx) {
            tx.upsert(record(static_cast<std::uint64_t>(20 + i)), titled(std::string(50, 'y')));
            tx.edit(todo_number(1))[&todo::tags].insert(
                std::string(40, static_cast<char>('a' + i)));
        });
        alice.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::votes] += 1; });
    }
    const byte_buffer delta = bob.delta_since(alice.version());
    CHECK(survives(alice, [&] { static_cast<void>(alice.apply(delta).value()); }) > 5);
    static_cast<void>(pull(bob, alice));
    CHECK(alice.state_digest() == bob.state_digest());
}

TEST_CASE("replica: parking and releasing lose nothing when memory ends") {
    world here;
    auto alice = replica_in(here, 2);
    auto bob = replica_in(here, 3);
    test_vector first_only;
    first_only.set(actor(3), 1);
    add_title(bob, todo_number(1), "third");
    add_title(bob, todo_number(1), "fourth");
    const byte_buffer later = bob.delta_since(first_only);
    CHECK(survives(alice, [&] { static_cast<void>(alice.apply(later).value()); }) > 5);
    CHECK(alice.parked().size() == 3);
    const byte_buffer all = bob.delta_since({}, 1);
    CHECK(survives(alice, [&] { static_cast<void>(alice.apply(all).value()); }) > 5);
    CHECK(alice.parked().empty());
    CHECK(alice.version().count(actor(3)) == 4);
}

TEST_CASE("replica: what comes for a parked operation of many parents loses nothing either") {
    world here;
    auto alice = replica_in(here, 2);
    std::vector<test_operation> parents;
    for (std::uint64_t n = 3; n < 9; ++n) {
        parents.push_back(test_builder({actor(n), 1}, timestamp::of(here.now), {})
                              .upsert<todo>(record(n), [](auto& t) { t[&todo::votes] += 1; })
                              .finish());
    }
    std::vector<test_builder::parent> all;
    for (const auto& parent : parents) {
        all.push_back(as_parent(parent));
    }
    const auto child = [&](std::uint64_t n) {
        return test_builder({actor(n), 1}, timestamp::of(here.now).next(), all)
            .upsert<todo>(record(n), [](auto& t) { t[&todo::title] = std::string(60, 'c'); })
            .finish();
    };
    CHECK(survives(alice, [&] { static_cast<void>(alice.admit(child(20))); }) > 3);
    CHECK(survives(alice, [&] { static_cast<void>(alice.admit(child(21))); }) > 3);
    const byte_buffer some = batch_of<test_traits>({parents.begin(), parents.begin() + 3});
    CHECK(survives(alice, [&] { static_cast<void>(alice.apply(some).value()); }) > 3);
    CHECK(alice.parked().size() == 2);
    CHECK(alice.missing_operations().size() == 3);
    const byte_buffer rest = batch_of<test_traits>({parents.begin() + 3, parents.end()});
    CHECK(survives(alice, [&] { static_cast<void>(alice.apply(rest).value()); }) > 3);
    CHECK(alice.parked().empty());
    CHECK(alice.find(todo_number(20)) != nullptr);
    CHECK(alice.find(todo_number(21)) != nullptr);
}

TEST_CASE("replica: what was parked and released in one call is gone when memory ends") {
    world here;
    auto alice = replica_in(here, 2);
    const auto first = test_builder({actor(3), 1}, timestamp::of(here.now), {})
                           .upsert<todo>(record(3), [](auto& t) { t[&todo::votes] += 1; })
                           .finish();
    const auto second =
        test_builder({actor(4), 1}, timestamp::of(here.now).next(), {as_parent(first)})
            .upsert<todo>(record(3), [](auto& t) { t[&todo::votes] += 1; })
            .finish();
    const auto third =
        test_builder({actor(5), 1}, timestamp::of(here.now).next().next(), {as_parent(second)})
            .upsert<todo>(record(3), [](auto& t) { t[&todo::title] = std::string(60, 't'); })
            .finish();
    static_cast<void>(alice.admit(second));
    CHECK(alice.parked().size() == 1);
    const byte_buffer others = batch_of<test_traits>({first, third});  // third waits for second
    CHECK(survives(alice, [&] { static_cast<void>(alice.apply(others).value()); }) > 5);
    CHECK(alice.parked().empty());
    REQUIRE(alice.find(todo_number(3)) != nullptr);
    CHECK(alice.find(todo_number(3))->votes == 2);
}

TEST_CASE("replica: releasing what was parked for its time loses nothing when memory ends") {
    world here;
    auto alice = replica_in(here, 2);
    auto bob = here.make(3);
    here.now += 10'000'000;
    bob.transact([](auto& tx) { tx.upsert(record(9), titled(std::string(90, 'f'))); });
    add_title(bob, todo_number(9), "still later");
    here.now -= 10'000'000;
    CHECK(pull(alice, bob).parked == 2);
    here.now += 10'000'000;
    CHECK(survives(alice, [&] { static_cast<void>(alice.poll()); }) > 3);
    REQUIRE(alice.find(todo_number(9)) != nullptr);
    CHECK(alice.find(todo_number(9))->title == "still later");
}

TEST_CASE(
    "replica: with checkpoints too, what fails did not happen and what happened did not fail") {
    world here;
    replica_options options;
    options.checkpoint_every = 1;
    auto alice = here.make(1, options);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("x")); });
    CHECK(survives(alice, [&] {
              alice.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::votes] += 1; });
          }) > 0);
    REQUIRE(alice.find(todo_number(1)) != nullptr);
    CHECK(alice.find(todo_number(1))->votes == 1);
    CHECK(alice.at(alice.frontier()).value().state_digest() == alice.state_digest());
}

TEST_CASE("replica: reissuing that runs out of memory leaves everything as it was") {
    world here;
    auto alice = replica_in(here, 2);
    std::uint64_t fresh = 50;
    CHECK(survives(alice, [&] { static_cast<void>(alice.reissue_unsent(actor(fresh)).value()); }) >
          5);
    CHECK(alice.actor() == actor(fresh));
    CHECK(alice.version().count(actor(fresh)) == 2);
}

TEST_CASE("replica: reading and saving that run out of memory change nothing") {
    world here;
    auto alice = replica_in(here, 2);
    CHECK(survives(alice, [&] { static_cast<void>(alice.save()); }) > 0);
    CHECK(survives(alice, [&] { static_cast<void>(alice.delta_since({})); }) > 0);
    CHECK(survives(alice, [&] { static_cast<void>(alice.at(alice.frontier()).value()); }) > 0);
    const byte_buffer file = alice.save();
    CHECK(survives(alice, [&] {
              static_cast<void>(test_replica::load(file, actor(77), here.around()).value());
          }) > 5);
    alice.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::votes] += 1; });
    const auto digest = look(alice).state;
    alice.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::votes] += 1; });
    static_cast<void>(
        fail_each_allocation([&] { static_cast<void>(alice.state_digest()); }, [] {}));
    CHECK(alice.state_digest() != digest);
    auto loaded = test_replica::load(alice.save(), actor(78), here.around()).value();
    CHECK(loaded.state_digest() == alice.state_digest());
}

TEST_CASE("replica: a small write on one head allocates nothing, amortised") {
    world here;
    auto alice = here.make(1);
    const auto id = alice.transact([](auto& tx) { return tx.insert(titled("x")); });
    const auto write = [&] { alice.transact([&](auto& tx) { tx.edit(id)[&todo::votes] += 1; }); };
    for (int i = 0; i < 1000; ++i) {
        write();
    }
    const allocation_watch watch;
    for (int i = 0; i < 1000; ++i) {
        write();
    }
    CHECK(watch.calls() < 40);
}

TEST_CASE("replica: applying what is known allocates no more than decoding does") {
    world here;
    auto alice = here.make(1);
    for (int i = 0; i < 500; ++i) {
        alice.transact(
            [&](auto& tx) { tx.upsert(record(static_cast<std::uint64_t>(i % 10)), titled("x")); });
    }
    const byte_buffer all = alice.delta_since({});
    static_cast<void>(alice.apply(all).value());
    const auto memory = alice.log().memory_bytes();
    const allocation_watch watch;
    static_cast<void>(alice.apply(all).value());
    CHECK(watch.calls() < 100);
    CHECK(watch.peak() <= 4 * all.size() + 65536);
    CHECK(alice.log().memory_bytes() == memory);
}

}  // namespace memory_test
