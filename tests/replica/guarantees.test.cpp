/// What a user may rely on wherever several replicas write: about merging, order, references and
/// transactions. One promise a case, each with three writers or more where they matter.
#include <weft/merge/max.hpp>

#include "replica/todo.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace guarantees {
namespace {

using namespace weft::test;
using weft::splitmix64;

enum class stage : std::uint8_t { fresh = 0, sold = 1 };

struct item {
    BOOST_HANA_DEFINE_STRUCT(item,
                             (weft::lww<std::string>, title),
                             (weft::lww<std::string>, remark),
                             (weft::counter, stock),
                             (weft::max<std::int64_t>, bid),
                             (weft::add_wins_set<std::string>, tags),
                             (weft::lww<weft::uuid>, shelf),
                             (weft::lww<stage>, state));
};

struct shelf {
    BOOST_HANA_DEFINE_STRUCT(shelf, (weft::lww<std::string>, name));
};

using shop = weft::schema<1,
                          weft::collection<"items", item>,
                          weft::collection<"shelves", shelf, weft::lww_delete>>;
using replica = weft::replica<shop, test_traits>;

const weft::ref<item, weft::uuid> the_item{record(1)};
const weft::ref<shelf, weft::uuid> the_shelf{record(2)};

/// Several replicas and the wall clock that they share.
class company {
public:
    explicit company(std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            members_.push_back(another());
        }
    }

    company(const company&) = delete;
    company& operator=(const company&) = delete;

    [[nodiscard]] replica& operator[](std::size_t i) { return members_[i]; }

    [[nodiscard]] replica another() {
        ++actors_;
        return replica(actor(actors_), {weft::manual_clock{&now}, splitmix64{actors_}, {}});
    }

    /// Everybody hears of everything, in an order that the seed decides; then all agree.
    void meet(std::uint64_t seed = 1) {
        splitmix64 random{seed};
        for (std::size_t round = 0; round < 4 * members_.size(); ++round) {
            const auto a = static_cast<std::size_t>(random() % members_.size());
            const auto b = static_cast<std::size_t>(random() % members_.size());
            if (a != b) {
                pull(members_[a], members_[b]);
            }
        }
        for (std::size_t way = 0; way < 2; ++way) {
            for (replica& each : members_) {
                exchange(members_.front(), each);
            }
        }
        for (replica& each : members_) {
            CHECK(each.frontier() == members_.front().frontier());
            CHECK(each.state_digest() == members_.front().state_digest());
        }
    }

    /// Puts an item in, and tells everybody.
    void stock(std::int64_t stock = 0) {
        item made;
        made.title = "thing";
        made.stock = weft::counter(stock);
        members_.front().transact([&](auto& tx) { tx.upsert(the_item.id, made); });
        meet();
    }

    std::uint64_t now = 1'700'000'000'000;

private:
    std::uint64_t actors_ = 0;
    std::vector<replica> members_;
};

/// One edit of the item, in a transaction of its own.
template <class Edit>
void edit_item(replica& at, Edit&& edit) {
    at.transact([&](auto& tx) {
        auto editor = tx.edit(the_item);
        REQUIRE(editor);
        edit(editor);
    });
}

[[nodiscard]] std::set<std::string> tags_of(const replica& at) {
    const item* const found = at.find(the_item);
    REQUIRE(found != nullptr);
    return {found->tags.begin(), found->tags.end()};
}

/// An actor's operations in the log of one who heard of them.
[[nodiscard]] std::vector<test_operation> operations_of(const replica& held,
                                                        const weft::actor_id& by) {
    std::vector<test_operation> all;
    for (std::uint32_t i = 0; i < held.size(); ++i) {
        test_operation op;
        held.log().read(weft::op_index{i}, op);
        if (op.id.actor == by) {
            all.push_back(op);
        }
    }
    return all;
}

}  // namespace

// ---- merging ----

TEST_CASE("guarantees: what several writers add to a number all counts") {
    company all(4);
    all.stock(100);
    edit_item(all[1], [](auto& e) { e[&item::stock] -= 3; });
    edit_item(all[2], [](auto& e) { e[&item::stock] -= 5; });
    edit_item(all[3], [](auto& e) { e[&item::stock] += 10; });
    all.meet();
    CHECK(all[0].find(the_item)->stock == 102);
}

TEST_CASE("guarantees: the greatest of several concurrent bids stands, whichever came last") {
    company all(3);
    all.stock();
    edit_item(all[1], [](auto& e) { e[&item::bid] = 75; });
    ++all.now;
    edit_item(all[2], [](auto& e) { e[&item::bid] = 60; });
    ++all.now;
    edit_item(all[0], [](auto& e) { e[&item::bid] = 50; });
    all.meet();
    CHECK(all[0].find(the_item)->bid == 75);
}

TEST_CASE("guarantees: an element that was taken out stays out, whatever else is done to the set "
          "meanwhile") {
    company all(3);
    all.stock();
    edit_item(all[0], [](auto& e) {
        e[&item::tags].insert("a");
        e[&item::tags].insert("b");
    });
    all.meet();
    edit_item(all[0], [](auto& e) { e[&item::tags].erase("a"); });
    edit_item(all[1], [](auto& e) { e[&item::tags].insert("c"); });
    edit_item(all[2], [](auto& e) { e[&item::tags].erase("b"); });
    all.meet();
    CHECK(tags_of(all[0]) == std::set<std::string>{"c"});
}

TEST_CASE("guarantees: replicas that heard of the same edits of a set in any order agree on it") {
    property("five replicas, edits and partial exchanges", 40,
             [](const std::vector<std::uint64_t>& script, std::uint64_t seed) {
                 company all(5);
                 all.stock();
                 for (const std::uint64_t step : script) {
                     replica& at = all[static_cast<std::size_t>(step % 5)];
                     const std::string tag(1, static_cast<char>('a' + step / 5 % 4));
                     switch (step / 20 % 3) {
                     case 0:
                         edit_item(at, [&](auto& e) { e[&item::tags].insert(tag); });
                         break;
                     case 1:
                         edit_item(at, [&](auto& e) { e[&item::tags].erase(tag); });
                         break;
                     default:
                         pull(at, all[static_cast<std::size_t>(step / 60 % 5)]);
                         break;
                     }
                 }
                 all.meet(seed);
                 for (std::size_t i = 1; i < 5; ++i) {
                     RC_ASSERT(tags_of(all[i]) == tags_of(all[0]));
                 }
             });
}

TEST_CASE("guarantees: concurrent edits of different fields of a record are all kept") {
    company all(3);
    all.stock();
    edit_item(all[1], [](auto& e) { e[&item::title] = "better"; });
    edit_item(all[2], [](auto& e) { e[&item::remark] = "blue"; });
    edit_item(all[0], [](auto& e) { e[&item::shelf] = the_shelf.id; });
    all.meet();
    const item& found = *all[1].find(the_item);
    CHECK(found.title == "better");
    CHECK(found.remark == "blue");
    CHECK(found.shelf == the_shelf.id);
}

TEST_CASE("guarantees: a delete stands against an earlier update that arrives after it, also in a "
          "file that was saved in between") {
    company all(3);
    all[0].transact([](auto& tx) { tx.upsert(the_shelf.id, shelf{"left"}); });
    all.meet();
    all[1].transact([](auto& tx) { tx.edit(the_shelf)[&shelf::name] = "right"; });
    ++all.now;
    all[2].transact([](auto& tx) { tx.erase(the_shelf); });
    pull(all[0], all[2]);
    replica restored =
        replica::load(all[0].save(), actor(99), {weft::manual_clock{&all.now}, {1}, {}}).value();
    pull(restored, all[1]);
    CHECK(restored.find(the_shelf) == nullptr);
    all.meet();
    CHECK(all[0].find(the_shelf) == nullptr);
    CHECK(restored.state_digest() == all[0].state_digest());
}

TEST_CASE("guarantees: a value of an enumeration that a build has no name for merges like any") {
    company all(3);
    all.stock();
    edit_item(all[1], [](auto& e) { e[&item::state] = stage::sold; });
    ++all.now;
    edit_item(all[2], [](auto& e) { e[&item::state] = static_cast<stage>(200); });
    all.meet();
    CHECK(all[0].find(the_item)->state == static_cast<stage>(200));
}

// ---- order ----

TEST_CASE("guarantees: an actor's operations are numbered without gap or repetition, through "
          "transactions, restarts and what comes from elsewhere") {
    company all(3);
    all.stock();
    replica writer = all.another();
    for (int round = 0; round < 3; ++round) {
        pull(writer, all[0]);
        edit_item(writer, [](auto& e) { e[&item::stock] += 1; });
        writer.transact([](auto& tx) {
            tx.upsert(the_shelf.id, shelf{"left"});
            tx.edit(the_item)[&item::remark] = "moved";
        });
        edit_item(all[1], [](auto& e) { e[&item::stock] += 1; });
        writer = replica::resume(writer.save(), {weft::manual_clock{&all.now}, {1}, {}}).value();
        exchange(writer, all[1]);
        all.meet();
    }
    const auto held = operations_of(all[2], writer.actor());
    REQUIRE(held.size() == 6);
    for (std::size_t i = 0; i < held.size(); ++i) {
        CHECK(held[i].id.sequence == i + 1);
    }
    CHECK(all[2].find(the_item)->stock == 6);
}

TEST_CASE("guarantees: no two operations of an actor share a time, however fast it writes") {
    company all(2);
    all.stock();
    for (int i = 0; i < 20; ++i) {
        edit_item(all[0], [](auto& e) { e[&item::stock] += 1; });
    }
    all.meet();
    const auto made = operations_of(all[1], all[0].actor());
    REQUIRE(made.size() == 21);
    for (std::size_t i = 1; i < made.size(); ++i) {
        CHECK(made[i - 1].at < made[i].at);
    }
}

TEST_CASE("guarantees: after a restart with a clock that was set back, a write is later than all "
          "that was held, on every replica") {
    company all(3);
    all.stock();
    all.now += 240'000;
    edit_item(all[1], [](auto& e) { e[&item::title] = "before"; });
    all.meet();
    const weft::byte_buffer file = all[2].save();
    all.now -= 240'000;
    all[2] = replica::resume(file, {weft::manual_clock{&all.now}, {1}, {}}).value();
    edit_item(all[2], [](auto& e) { e[&item::title] = "after"; });
    all.meet();
    CHECK(all[0].find(the_item)->title == "after");
    CHECK(all[1].find(the_item)->title == "after");
}

TEST_CASE(
    "guarantees: a saved and loaded history has the times and atomic operations that it had") {
    company all(2);
    all.stock();
    all[0].transact([](auto& tx) {
        tx.upsert(the_shelf.id, shelf{"left"});
        tx.edit(the_item)[&item::stock] += 5;
    });
    const replica loaded =
        replica::load(all[0].save(), actor(99), {weft::manual_clock{&all.now}, {1}, {}}).value();
    const auto before = operations_of(all[0], all[0].actor());
    const auto after = operations_of(loaded, all[0].actor());
    REQUIRE(before.size() == after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        CHECK(address_of(before[i]) == address_of(after[i]));
        CHECK(before[i].at == after[i].at);
        CHECK(before[i].mutations.size() == after[i].mutations.size());
    }
}

TEST_CASE("guarantees: an edit follows the operations of others that its writer had heard of") {
    company all(3);
    all.stock();
    edit_item(all[1], [](auto& e) { e[&item::title] = "from elsewhere"; });
    const test_dot theirs = last_operation(all[1]).id;
    pull(all[2], all[1]);
    edit_item(all[2], [](auto& e) { e[&item::remark] = "seen"; });
    const test_dot mine = last_operation(all[2]).id;
    all.meet();
    CHECK(all[0].compare(theirs, mine).value() == weft::causal_order::before);
}

TEST_CASE("guarantees: no vector counts past an operation that was refused, and what follows it is "
          "named") {
    company all(2);
    all.stock();
    const test_dot first = last_operation(all[0]).id;
    using builder = weft::operation_builder<shop, test_traits>;
    const auto parent = all[1].parent(first).value();
    // Not later than its parent, which is against the rules; a later one follows.
    builder bad({actor(7), 1}, last_operation(all[0]).at, {parent});
    const test_operation refused =
        bad.update<item>(the_item.id, [](auto& e) { e[&item::title] = "bad"; }).finish();
    builder next({actor(7), 2}, weft::timestamp::of(all.now + 5), {as_parent(refused)});
    const test_operation follower =
        next.update<item>(the_item.id, [](auto& e) { e[&item::title] = "good"; }).finish();
    const auto report = all[1].apply(batch_of<test_traits>({refused, follower})).value();
    CHECK(report.refused.size() == 2);
    CHECK(all[1].version().count(actor(7)) == 0);
    CHECK(all[1].find(the_item)->title == "thing");
}

// ---- references ----

TEST_CASE("guarantees: a record that names another may come before it, or without it") {
    company all(3);
    all[0].transact([](auto& tx) { tx.upsert(the_shelf.id, shelf{"left"}); });
    item made;
    made.shelf = the_shelf.id;
    all[1].transact([&](auto& tx) { tx.upsert(the_item.id, made); });
    pull(all[2], all[1]);
    REQUIRE(all[2].find(the_item) != nullptr);
    CHECK(all[2].find(the_item)->shelf == the_shelf.id);
    CHECK(all[2].find(the_shelf) == nullptr);
    all.meet();
    CHECK(all[2].find(the_shelf)->name == "left");
}

TEST_CASE("guarantees: a delete is one operation on however many replicas, and all take it") {
    company all(4);
    all[0].transact([](auto& tx) {
        tx.upsert(the_shelf.id, shelf{"left"});
        for (std::uint64_t n = 10; n < 13; ++n) {
            item made;
            made.shelf = the_shelf.id;
            tx.upsert(record(n), made);
        }
    });
    all.meet();
    const std::uint32_t before = all[0].size();
    all[3].transact([](auto& tx) { tx.erase(the_shelf); });
    all.meet();
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(all[i].size() == before + 1);
        CHECK(all[i].find(the_shelf) == nullptr);
    }
}

// ---- transactions ----

TEST_CASE("guarantees: a write in a transaction is later or earlier like any other, on every "
          "replica") {
    company all(3);
    all.stock();
    edit_item(all[1], [](auto& e) { e[&item::title] = "older"; });
    ++all.now;
    all[0].transact([](auto& tx) {
        tx.upsert(the_shelf.id, shelf{"left"});
        tx.edit(the_item)[&item::title] = "newer, in a transaction";
    });
    all.meet();
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(all[i].find(the_item)->title == "newer, in a transaction");
    }
}

TEST_CASE("guarantees: after a transaction inserted a record, concurrent edits of its fields are "
          "all taken") {
    company all(3);
    all[0].transact([](auto& tx) {
        item made;
        made.title = "v0";
        made.remark = "v0";
        tx.upsert(the_shelf.id, shelf{"left"});
        tx.upsert(the_item.id, made);
    });
    all.meet();
    edit_item(all[1], [](auto& e) { e[&item::title] = "one"; });
    ++all.now;
    edit_item(all[2], [](auto& e) { e[&item::remark] = "two"; });
    all.meet();
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(all[i].find(the_item)->title == "one");
        CHECK(all[i].find(the_item)->remark == "two");
    }
}

TEST_CASE("guarantees: nobody ever sees part of a transaction") {
    company all(2);
    all.stock(10);
    all[0].transact([](auto& tx) {
        tx.edit(the_item)[&item::stock] -= 4;
        item other;
        other.stock = weft::counter(4);
        tx.upsert(record(3), other);
    });
    const weft::byte_buffer whole = all[0].delta_since(all[1].version());
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        CHECK_FALSE(all[1].apply(weft::byte_span(whole.data(), cut)).has_value());
        CHECK(all[1].find(the_item)->stock == 10);
    }
    all.meet();
    CHECK(all[1].find(the_item)->stock == 6);
    CHECK(all[1].find<item>(record(3))->stock == 4);
}

}  // namespace guarantees
