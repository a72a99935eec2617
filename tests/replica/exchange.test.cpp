#include "replica/todo.hpp"
#include "support/property.hpp"
#include "support/shuffle.hpp"

#include <map>

using namespace weft;
using namespace weft::test;

namespace exchange_test {

namespace {

/// A few random edits over a few records.
template <class Replica>
void scribble(Replica& on, std::uint64_t seed) {
    splitmix64 from{seed};
    on.transact([&](auto& tx) {
        for (std::uint64_t n = 1 + from() % 3; n > 0; --n) {
            const std::uint64_t id = from() % 3;
            const std::uint64_t value = from();
            switch (from() % 6) {
            case 0:
                tx.upsert(record(id), titled(std::to_string(value % 10)));
                break;
            case 1:
                tx.erase(todo_number(id));
                break;
            case 2:
                tx.upsert(record(id), note{std::to_string(value % 10)});
                break;
            default:
                tx.template upsert<todo>(record(id), [&](auto& t) {
                    t[&todo::votes] += static_cast<std::int64_t>(value % 100);
                    t[&todo::tags].insert(std::to_string(value % 4));
                    if (value % 3 == 0) {
                        t[&todo::tags].erase(std::to_string(value / 7 % 4));
                        t[&todo::title] = std::to_string(value % 1000);
                    }
                });
            }
        }
    });
}

/// Three replicas that write and now and then hear of each other.
std::vector<test_replica> history(const world& here, const std::vector<std::uint64_t>& seeds) {
    std::vector<test_replica> all;
    for (std::uint64_t n = 1; n <= 3; ++n) {
        all.push_back(here.make(n));
    }
    for (const std::uint64_t seed : seeds) {
        scribble(all[seed % 3], seed);
        if (seed / 3 % 4 == 0) {
            pull(all[seed / 16 % 3], all[seed % 3]);
        }
    }
    return all;
}

}  // namespace

TEST_CASE("replica: a delta brings what the other lacks, and nothing twice") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("a")); });
    alice.transact([](auto& tx) { tx.upsert(record(2), titled("b")); });
    auto report = pull(bob, alice);
    CHECK(report.applied == 2);
    CHECK(report.known == 0);
    CHECK(report.parked == 0);
    CHECK(report.refused.empty());
    report = pull(bob, alice);
    CHECK(report.applied + report.known == 0);
    add_title(bob, todo_number(1), "c");
    report = pull(alice, bob);
    CHECK(report.applied == 1);
    CHECK(alice.find(todo_number(1))->title == "c");
    CHECK(alice.version() == bob.version());
    CHECK(alice.frontier() == bob.frontier());
    CHECK(alice.state_digest() == bob.state_digest());
}

TEST_CASE("replica: a delta for someone who has everything is a batch without operations") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    const byte_buffer nothing = alice.delta_since({});
    CHECK(bob.apply(nothing).value().applied == 0);
    alice.transact([](auto& tx) { tx.insert(titled("a")); });
    CHECK(alice.delta_since(alice.version()) == nothing);
}

TEST_CASE("replica: the same delta again is known, operation by operation, and changes nothing") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    for (std::uint64_t i = 0; i < 10; ++i) {
        scribble(alice, i);
    }
    const byte_buffer all = alice.delta_since({});
    CHECK(bob.apply(all).value().applied == alice.size());
    const byte_buffer before = bob.save();
    const auto report = bob.apply(all).value();
    CHECK(report.known == alice.size());
    CHECK(report.applied == 0);
    CHECK(bob.save() == before);
    CHECK(alice.apply(all).value().known == alice.size());
}

TEST_CASE("replica: a limited delta brings the first operations, and the rest follows") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    auto carol = here.make(3);
    for (std::uint64_t i = 0; i < 7; ++i) {
        scribble(i % 2 == 0 ? alice : bob, i);
        if (i == 3) {
            exchange(alice, bob);
        }
    }
    exchange(alice, bob);
    std::uint32_t rounds = 0;
    while (carol.size() != alice.size()) {
        const auto report = carol.apply(alice.delta_since(carol.version(), 2)).value();
        CHECK(report.applied == std::min<std::uint32_t>(2, alice.size() - 2 * rounds));
        ++rounds;
    }
    CHECK(carol.state_digest() == alice.state_digest());
    CHECK(carol.apply(alice.delta_since({}, 0)).value().known == 0);
}

TEST_CASE("replica: operations reach those who never met their writer") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    auto carol = here.make(3);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("from alice")); });
    pull(bob, alice);
    bob.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::votes] += 1; });
    CHECK(pull(carol, bob).applied == 2);
    CHECK(carol.find(todo_number(1))->title == "from alice");
    CHECK(pull(alice, carol).applied == 1);
    CHECK(alice.state_digest() == carol.state_digest());
}

TEST_CASE("replica: a vector that lies chooses what is sent, and is not believed") {
    world here;
    auto alice = here.make(1);
    for (std::uint64_t i = 0; i < 4; ++i) {
        scribble(alice, 6 * i + 5);
    }
    const test_vector held = alice.version();
    test_vector too_much;
    too_much.set(actor(1), 4'000'000'000U);
    too_much.set(actor(99), 17);
    CHECK(alice.delta_since(too_much) == alice.delta_since(held));
    CHECK(alice.version() == held);
    test_vector of_others;
    of_others.set(actor(99), 17);
    CHECK(alice.delta_since(of_others) == alice.delta_since({}));
    // What follows what was left out is parked there, until the truth is told.
    auto bob = here.make(2);
    test_vector part;
    part.set(actor(1), 2);
    const auto report = bob.apply(alice.delta_since(part)).value();
    CHECK(report.parked == 2);
    CHECK(bob.version().empty());
    const auto rest = pull(bob, alice);
    CHECK(rest.applied == 2);
    CHECK(rest.known == 2);  // they were parked
    CHECK(rest.released == 2);
    CHECK(bob.state_digest() == alice.state_digest());
}

TEST_CASE("replica: any order, grouping and repetition of deliveries gives one state") {
    property("operations one by one in any order, some twice",
             [](const std::vector<std::uint64_t>& seeds, std::uint64_t order) {
                 world here;
                 auto all = history(here, seeds);
                 for (auto& from : all) {
                     pull(all[0], from);
                 }
                 std::vector<byte_buffer> parts;
                 std::map<test_dot, test_operation> operations;
                 for (std::uint32_t i = 0; i < all[0].size(); ++i) {
                     test_operation op;
                     all[0].log().read(op_index{i}, op);
                     parts.push_back(batch_of<test_traits>({op}));
                     if (order >> (i % 61U) & 1U) {
                         parts.push_back(parts.back());
                     }
                 }
                 shuffle(parts, order);
                 auto late = here.make(9);
                 std::uint32_t applied = 0;
                 for (const byte_buffer& part : parts) {
                     const auto report = late.apply(part).value();
                     RC_ASSERT(report.refused.empty());
                     applied += report.applied + report.released;
                 }
                 RC_ASSERT(applied == all[0].size());
                 RC_ASSERT(late.parked().empty());
                 RC_ASSERT(late.version() == all[0].version());
                 RC_ASSERT(late.frontier() == all[0].frontier());
                 RC_ASSERT(late.state_digest() == all[0].state_digest());
             });
    property("deltas between three, in any order, end where a direct exchange ends",
             [](const std::vector<std::uint64_t>& seeds, std::uint64_t order) {
                 world here;
                 auto all = history(here, seeds);
                 splitmix64 from{order};
                 for (int i = 0; i < 6; ++i) {
                     auto& to = all[from() % 3];
                     pull(to, all[from() % 3]);
                 }
                 for (int i = 0; i < 2; ++i) {
                     pull(all[1], all[0]);
                     pull(all[2], all[1]);
                     pull(all[0], all[2]);
                 }
                 RC_ASSERT(all[0].state_digest() == all[1].state_digest());
                 RC_ASSERT(all[1].state_digest() == all[2].state_digest());
                 RC_ASSERT(all[0].frontier() == all[2].frontier());
             });
}

TEST_CASE("replica: applying never makes an operation") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    for (std::uint64_t i = 0; i < 20; ++i) {
        scribble(i % 2 == 0 ? alice : bob, i);
        const std::uint32_t both = alice.size() + bob.size();
        const auto report = i % 3 == 0 ? pull(alice, bob) : pull(bob, alice);
        CHECK(alice.size() + bob.size() == both + report.applied);
    }
}

TEST_CASE("replica: an empty batch of bytes is no batch") {
    world here;
    auto alice = here.make(1);
    CHECK(alice.apply({}).error().code == errc::truncated);
}

}  // namespace exchange_test
