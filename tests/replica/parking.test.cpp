#include "replica/todo.hpp"

using namespace weft;
using namespace weft::test;

namespace parking_test {

namespace {

constexpr std::uint64_t minutes = 60'000;

test_operation chained(std::uint64_t n,
                       std::uint32_t sequence,
                       timestamp when,
                       const std::vector<test_operation>& parents = {}) {
    std::vector<test_builder::parent> named;
    for (const auto& parent : parents) {
        named.push_back(as_parent(parent));
    }
    return test_builder({actor(n), sequence}, when, named)
        .upsert<todo>(record(n), [](auto& t) { t[&todo::votes] += 1; })
        .finish();
}

/// A chain of one actor's operations.
std::vector<test_operation> chain(const world& here, std::uint64_t n, std::uint32_t length) {
    std::vector<test_operation> all;
    for (std::uint32_t i = 1; i <= length; ++i) {
        const auto before = all.empty() ? all : std::vector<test_operation>{all.back()};
        all.push_back(chained(n, i, timestamp::of(here.now, i), before));
    }
    return all;
}

}  // namespace

TEST_CASE("parking: an operation from the future waits for its time, and moves no clock") {
    world here;
    auto alice = here.make(1);
    const timestamp clock = alice.clock().latest();
    const auto op = chained(5, 1, timestamp::of(here.now + 6 * minutes));
    const auto report = alice.admit(op);
    CHECK(report.parked == 1);
    CHECK(report.missing.empty());
    CHECK(alice.clock().latest() == clock);
    CHECK(alice.size() == 0);
    REQUIRE(alice.next_due());
    CHECK(*alice.next_due() == here.now + minutes);
    CHECK(alice.poll().released == 0);
    here.now += minutes - 1;
    CHECK(alice.poll().released == 0);
    here.now += 1;
    CHECK(alice.poll().released == 1);
    CHECK(alice.find(todo_number(5))->votes == 1);
    CHECK(alice.clock().latest() == op.at);
    CHECK_FALSE(alice.next_due());
    CHECK(alice.poll().released == 0);
}

TEST_CASE("parking: exactly at the skew limit an operation is admitted") {
    world here;
    auto alice = here.make(1);
    CHECK(alice.admit(chained(5, 1, timestamp::of(here.now + 5 * minutes))).applied == 1);
    CHECK(alice.admit(chained(6, 1, timestamp::of(here.now + 5 * minutes + 1))).parked == 1);
    CHECK(alice.clock().max_skew_seen_ms() == 5 * minutes);
}

TEST_CASE("parking: what follows an operation from the future waits with it") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    const std::uint64_t real = here.now;
    here.now += 60 * minutes;
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("from the future")); });
    here.now = real;
    add_title(alice, todo_number(1), "later");
    bob.transact([](auto& tx) { tx.upsert(record(2), titled("in time")); });
    auto report = pull(bob, alice);
    CHECK(report.parked == 2);
    CHECK(report.missing.empty());
    CHECK(bob.missing_operations().empty());
    bob.transact([](auto& tx) { tx.upsert(record(3), titled("still writes")); });
    CHECK(last_operation(bob).at.wall_ms() == real);
    here.now += 55 * minutes;
    report = bob.poll();
    CHECK(report.released == 2);
    CHECK(bob.find(todo_number(1))->title == "later");
    CHECK(bob.parked().empty());
}

TEST_CASE("parking: delivered again in its time, an operation needs no poll") {
    world here;
    auto alice = here.make(1);
    const auto op = chained(5, 1, timestamp::of(here.now + 6 * minutes));
    CHECK(alice.admit(op).parked == 1);
    auto again = alice.admit(op);
    CHECK(again.known == 1);
    CHECK(again.released == 0);
    here.now += minutes;
    again = alice.admit(op);
    CHECK(again.known == 1);
    CHECK(again.released == 1);
    CHECK(alice.size() == 1);
    CHECK(alice.parked().empty());
}

TEST_CASE("parking: past the limit an operation is refused by name, with what is missing") {
    world here;
    replica_options options;
    options.parked.operations = 3;
    auto alice = here.make(1, options);
    const auto ops = chain(here, 5, 6);
    const auto report = alice.apply(batch_of<test_traits>({ops.begin() + 1, ops.end()})).value();
    CHECK(report.parked == 3);
    REQUIRE(report.refused.size() == 2);
    CHECK(report.refused[0].operation == ops[4].id);
    CHECK(report.refused[0].why == errc::parked_full);
    CHECK(report.refused[1].operation == ops[5].id);
    CHECK(report.missing.front() == ops[0].id);
    CHECK(alice.parked().size() == 3);
    // Nothing is held against what was turned away: it can come again.
    CHECK(alice.apply(batch_of<test_traits>(ops)).value().applied == 3);
    CHECK(alice.size() == 6);
    CHECK(alice.parked().empty());
}

TEST_CASE("parking: one source can't take the room of another") {
    world here;
    replica_options options;
    options.parked.operations_per_source = 2;
    options.parked.bytes_per_source = 100'000;
    auto alice = here.make(1, options);
    const auto ops = chain(here, 5, 5);
    const auto others = chain(here, 6, 5);
    CHECK(alice.apply(batch_of<test_traits>({ops.begin() + 1, ops.end()}), 77).value().parked == 2);
    CHECK(
        alice.apply(batch_of<test_traits>({others.begin() + 1, others.end()}), 88).value().parked ==
        2);
    CHECK(alice.admit(chained(9, 1, timestamp::of(here.now), {others[4]}), 77).refused.size() == 1);
    // Room comes back when operations are released.
    CHECK(alice.admit(ops[0], 99).released == 2);
    CHECK(alice.admit(chained(9, 1, timestamp::of(here.now + 1), {others[4]}), 77).parked == 1);
}

TEST_CASE("parking: bytes are limited too, per source and in all") {
    world here;
    const auto ops = chain(here, 5, 4);
    const std::uint64_t one = encode_operation(ops[1], address_of(ops[1])).size();
    replica_options options;
    options.parked.bytes_per_source = one + one / 2;
    auto alice = here.make(1, options);
    CHECK(alice.admit(ops[1], 7).parked == 1);
    CHECK(alice.admit(ops[2], 7).refused.size() == 1);
    CHECK(alice.admit(ops[2], 8).parked == 1);
    CHECK(alice.parked().bytes() >= 2 * one);
    options.parked.bytes_per_source = ~std::uint64_t{0};
    options.parked.bytes = one + one / 2;
    auto bob = here.make(2, options);
    CHECK(bob.admit(ops[1], 7).parked == 1);
    CHECK(bob.admit(ops[2], 8).refused[0].why == errc::parked_full);
    CHECK(bob.admit(ops[0], 8).released == 1);
    CHECK(bob.parked().bytes() == 0);
}

TEST_CASE("parking: parked operations survive save and load, and are released there") {
    world here;
    auto alice = here.make(1);
    const auto ops = chain(here, 5, 4);
    const auto future = chained(6, 1, timestamp::of(here.now + 6 * minutes));
    CHECK(alice.apply(batch_of<test_traits>({ops[1], ops[2]}), 3).value().parked == 2);
    CHECK(alice.admit(future, 4).parked == 1);
    auto loaded = test_replica::load(alice.save(), actor(9), here.around()).value();
    auto resumed = test_replica::resume(alice.save(), here.around()).value();
    CHECK(resumed.save() == alice.save());
    for (auto* self : {&loaded, &resumed}) {
        CHECK(self->parked().size() == 3);
        CHECK(self->missing_operations() == alice.missing_operations());
        CHECK(self->next_due() == alice.next_due());
        CHECK(self->admit(ops[0]).released == 2);
    }
    here.now += minutes;
    CHECK(loaded.poll().released == 1);
    // Loading when its time has come releases it at once.
    CHECK(test_replica::resume(alice.save(), here.around()).value().size() == 1);
    CHECK(loaded.size() == 4);
}

TEST_CASE(
    "parking: an operation waits for all its parents, whatever their order, and then for time") {
    world here;
    auto alice = here.make(1);
    const auto a = chained(5, 1, timestamp::of(here.now));
    const auto b = chained(6, 1, timestamp::of(here.now));
    const auto c = chained(7, 1, timestamp::of(here.now + 6 * minutes), {a, b});
    CHECK(alice.admit(c).missing.size() == 2);
    CHECK(alice.admit(b).released == 0);
    REQUIRE(alice.missing_operations().size() == 1);
    CHECK(alice.missing_operations().front() == a.id);
    CHECK_FALSE(alice.next_due());
    CHECK(alice.admit(a).released == 0);
    CHECK(alice.missing_operations().empty());
    CHECK(*alice.next_due() == here.now + minutes);  // now it waits for its time
    here.now += minutes;
    CHECK(alice.poll().released == 1);
}

TEST_CASE("parking: one orphan never delays what does not follow it") {
    world here;
    auto alice = here.make(1);
    const auto orphans = chain(here, 5, 30);
    CHECK(alice.apply(batch_of<test_traits>({orphans.begin() + 1, orphans.end()})).value().parked ==
          29);
    for (std::uint64_t n = 10; n < 20; ++n) {
        CHECK(alice.admit(chained(n, 1, timestamp::of(here.now))).applied == 1);
    }
    CHECK(alice.size() == 10);
    CHECK(alice.admit(orphans[0]).released == 29);
}

TEST_CASE(
    "parking: the refusal of any parent refuses what waits for it, whatever else is missing") {
    world here;
    const timestamp start = timestamp::of(here.now);
    const auto good = chained(5, 1, start);
    const auto gap = chained(6, 2, start);  // its actor's first operation is nowhere
    const auto never = chained(8, 1, start);
    const auto child = chained(7, 1, start.next(), {good, gap, never});
    const auto grandchild = chained(7, 2, start.next().next(), {child});
    for (const bool good_first : {true, false}) {
        auto alice = here.make(1);
        CHECK(alice.admit(grandchild).parked == 1);
        CHECK(alice.admit(child).missing.size() == 3);
        if (good_first) {
            CHECK(alice.admit(good).applied == 1);
        }
        const auto report = alice.admit(gap);
        REQUIRE(report.refused.size() == 3);
        CHECK(report.refused[0].why == errc::sequence_gap);
        CHECK(report.refused[1].operation == child.id);
        CHECK(report.refused[1].why == errc::refused_ancestor);
        CHECK(report.refused[2].operation == grandchild.id);
        CHECK(report.missing.empty());
        CHECK(alice.parked().empty());
        CHECK(alice.parked().bytes() == 0);
        CHECK(alice.missing_operations().empty());
    }
}

TEST_CASE("parking: another operation under a parent's dot refuses the child only if it is held") {
    world here;
    const timestamp start = timestamp::of(here.now);
    const auto meant = chained(6, 1, start);
    const auto held = chained(6, 1, start.next());
    const auto gap = chained(5, 2, start);
    const auto other_gap = chained(5, 2, start.next());
    const auto child = chained(7, 1, start.next(), {meant, gap});
    auto alice = here.make(1);
    CHECK(alice.admit(child).parked == 1);
    // Refused, but not the one that the child names.
    CHECK(alice.admit(other_gap).refused.size() == 1);
    CHECK(alice.parked().size() == 1);
    CHECK(alice.missing_operations().size() == 2);
    const auto report = alice.admit(held);
    CHECK(report.applied == 1);
    REQUIRE(report.refused.size() == 1);
    CHECK(report.refused[0].operation == child.id);
    CHECK(report.refused[0].why == errc::refused_ancestor);
    REQUIRE(report.equivocations.size() == 1);
    CHECK(report.equivocations[0].operation == meant.id);
    CHECK(report.equivocations[0].held == address_of(held));
    CHECK(report.equivocations[0].refused == address_of(meant));
    CHECK(alice.parked().empty());
}

TEST_CASE("parking: a batch names what is missing after it, not what stands in it") {
    world here;
    const timestamp start = timestamp::of(here.now);
    const auto held = chained(5, 1, start);
    const auto absent = chained(6, 1, start);
    const auto also_absent = chained(8, 1, start);
    const auto child = chained(7, 1, start.next(), {held, absent});
    const auto next = chained(7, 2, start.next().next(), {child, also_absent});
    auto alice = here.make(1);
    CHECK(alice.admit(child).missing.size() == 2);
    const auto report = alice.apply(batch_of<test_traits>({held, next})).value();
    CHECK(report.applied == 1);
    CHECK(report.parked == 1);
    REQUIRE(report.missing.size() == 1);  // child is parked: what it waits for was named before
    CHECK(report.missing[0] == also_absent.id);
    REQUIRE(alice.missing_operations().size() == 2);
    CHECK(alice.missing_operations()[0] == absent.id);
    CHECK(alice.missing_operations()[1] == also_absent.id);
}

}  // namespace parking_test
