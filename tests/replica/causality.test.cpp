#include "replica/todo.hpp"
#include "support/property.hpp"

#include <map>
#include <set>

using namespace weft;
using namespace weft::test;

namespace causality_test {

namespace {

/// A random history of four actors in one replica, and the pasts of its operations, by hand.
struct history {
    test_replica held;
    std::vector<test_dot> all;
    std::map<test_dot, std::set<test_dot>> past;  ///< itself included

    history(const world& here, const std::vector<std::uint64_t>& seeds) : held(here.make(100)) {
        std::vector<test_replica> writers;
        for (std::uint64_t n = 1; n <= 4; ++n) {
            writers.push_back(here.make(n));
        }
        for (const std::uint64_t seed : seeds) {
            auto& one = writers[seed % 4];
            if (seed / 4 % 3 == 0) {
                static_cast<void>(pull(one, writers[seed / 12 % 4]));
            }
            one.transact([](auto& tx) { tx.insert(titled("x")); });
        }
        for (auto& one : writers) {
            static_cast<void>(pull(held, one));
        }
        for (std::uint32_t i = 0; i < held.size(); ++i) {
            test_operation op;
            held.log().read(op_index{i}, op);
            auto& own = past[op.id];
            own.insert(op.id);
            for (const auto& parent : op.parents) {
                own.insert(past[parent.operation].begin(), past[parent.operation].end());
            }
            all.push_back(op.id);
        }
    }

    [[nodiscard]] std::set<test_dot> closure(const test_frontier& of) const {
        std::set<test_dot> united;
        for (const test_dot& id : of) {
            united.insert(past.at(id).begin(), past.at(id).end());
        }
        return united;
    }

    /// Those of a set that no other of it follows.
    [[nodiscard]] test_frontier maximal(const std::set<test_dot>& of) const {
        test_frontier heads;
        for (const test_dot& id : of) {
            const bool covered = std::any_of(of.begin(), of.end(), [&](const test_dot& other) {
                return other != id && past.at(other).contains(id);
            });
            if (!covered) {
                heads.insert(id);
            }
        }
        return heads;
    }

    [[nodiscard]] test_frontier random_frontier(splitmix64& from) const {
        std::set<test_dot> some;
        for (std::uint64_t n = from() % 4; n > 0 && !all.empty(); --n) {
            some.insert(all[from() % all.size()]);
        }
        return maximal(some);
    }
};

std::set<test_dot> dots(const std::vector<dot_range<actor_id>>& ranges) {
    std::set<test_dot> all;
    for (const auto& range : ranges) {
        for (sequence n = range.first; n <= range.last; ++n) {
            all.insert({range.actor, n});
        }
    }
    return all;
}

std::set<test_dot> dots(const test_vector& version) {
    std::set<test_dot> all;
    for (const auto& entry : version.entries()) {
        for (sequence n = 1; n <= entry.count; ++n) {
            all.insert({entry.actor, n});
        }
    }
    return all;
}

}  // namespace

TEST_CASE("replica: every question about causality has the answer of the ancestor sets") {
    property("contains, compare, version_of, frontier_of, difference, common_ancestors",
             [](const std::vector<std::uint64_t>& seeds, std::uint64_t choice) {
                 world here;
                 const history known(here, seeds);
                 const test_replica& self = known.held;
                 splitmix64 from{choice};
                 for (const test_dot& a : known.all) {
                     RC_ASSERT(self.holds(a));
                     const test_dot& b = known.all[from() % known.all.size()];
                     const bool after = known.past.at(a).contains(b);
                     const bool before = known.past.at(b).contains(a);
                     RC_ASSERT(self.compare(a, b).value() == (a == b   ? causal_order::equal
                                                              : after  ? causal_order::after
                                                              : before ? causal_order::before
                                                                       : causal_order::concurrent));
                 }
                 for (int n = 0; n < 5; ++n) {
                     const test_frontier one = known.random_frontier(from);
                     const test_frontier two = known.random_frontier(from);
                     const auto in_one = known.closure(one);
                     const auto in_two = known.closure(two);
                     for (const test_dot& id : known.all) {
                         RC_ASSERT(self.contains(one, id) == in_one.contains(id));
                     }
                     RC_ASSERT(dots(self.version_of(one).value()) == in_one);
                     RC_ASSERT(self.frontier_of(self.version_of(one).value()) == one);
                     std::set<test_dot> only_one;
                     std::set<test_dot> common;
                     for (const test_dot& id : in_one) {
                         (in_two.contains(id) ? common : only_one).insert(id);
                     }
                     RC_ASSERT(dots(self.difference(one, two).value()) == only_one);
                     RC_ASSERT(self.common_ancestors(one, two).value() == known.maximal(common));
                 }
                 RC_ASSERT(self.frontier() == known.maximal({known.all.begin(), known.all.end()}));
                 RC_ASSERT(dots(self.version()) ==
                           std::set<test_dot>(known.all.begin(), known.all.end()));
             });
}

TEST_CASE("replica: questions about what is not held have an answer that says so") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) { tx.insert(titled("x")); });
    const test_dot held{actor(1), 1};
    const test_dot later{actor(1), 2};
    const test_dot unknown{actor(2), 1};
    test_frontier here_and_there = alice.frontier();
    here_and_there.insert(unknown);
    CHECK_FALSE(alice.holds(later));
    CHECK_FALSE(alice.holds(unknown));
    CHECK_FALSE(alice.holds({actor(1), 0}));
    CHECK_FALSE(alice.contains(alice.frontier(), unknown));
    CHECK_FALSE(alice.contains(here_and_there, held));
    for (const test_dot& missing : {later, unknown}) {
        CHECK(alice.compare(held, missing).error().code == errc::missing_operation);
        CHECK(alice.compare(missing, held).error().sequence == missing.sequence);
        CHECK(alice.address_of(missing).error().code == errc::missing_operation);
        CHECK(alice.parent(missing).error().code == errc::missing_operation);
    }
    CHECK(alice.version_of(here_and_there).error().code == errc::missing_operation);
    CHECK(alice.difference(alice.frontier(), here_and_there).error().code ==
          errc::missing_operation);
    CHECK(alice.difference(here_and_there, alice.frontier()).error().code ==
          errc::missing_operation);
    CHECK(alice.common_ancestors(alice.frontier(), here_and_there).error().code ==
          errc::missing_operation);
    CHECK(alice.common_ancestors(here_and_there, alice.frontier()).error().code ==
          errc::missing_operation);
    test_vector beyond;
    beyond.set(actor(1), 100);
    beyond.set(actor(9), 100);
    CHECK(alice.frontier_of(beyond) == alice.frontier());
}

}  // namespace causality_test
