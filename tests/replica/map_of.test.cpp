#include <weft/model/value_text.hpp>
#include <weft/weft.hpp>

#include <doctest/doctest.h>

#include <string>

namespace maps_in_replicas {
namespace {

using namespace weft;

struct shop {
    BOOST_HANA_DEFINE_STRUCT(shop,
                             (map_of<std::string, map_of<std::int32_t, counter>>, stock),
                             (map_of<std::string, list<std::string>>, notes),
                             (map_of<std::string, bounded_counter<>>, tickets));
};

using market = replica<schema<1, collection<"shops", shop>>>;

market at(std::uint64_t actor) {
    return market{uuid::of(0, actor)};
}

void sync(market& a, market& b) {
    REQUIRE(b.apply(a.delta_since(b.version())).has_value());
    REQUIRE(a.apply(b.delta_since(a.version())).has_value());
    CHECK(a.state_digest() == b.state_digest());
}

}  // namespace

TEST_CASE("replica/map_of: nested maps are edited, exchanged, kept and shown") {
    market alice = at(1);
    market bob = at(2);
    shop made;
    map_of<std::int32_t, counter> apples;
    apples.put(7, counter(5));
    made.stock.put("apple", apples);
    const auto id = alice.transact([&](auto& tx) { return tx.insert(made); });
    sync(alice, bob);
    alice.transact([&](auto& tx) {
        auto s = tx.edit(id);
        s[&shop::stock].erase("apple");
        s[&shop::stock]["pear"][1] += 2;
        s[&shop::notes]["b"].push_back("x");
    });
    bob.transact([&](auto& tx) {
        auto s = tx.edit(id);
        s[&shop::stock]["apple"][7] += 1;
        s[&shop::notes]["a"].push_back("y");
    });
    sync(alice, bob);
    CHECK(
        to_json(*alice.find(id)) ==
        R"({"stock":{"apple":{"7":1},"pear":{"1":2}},"notes":{"a":["y"],"b":["x"]},"tickets":{}})");
    auto again = market::load(alice.save(), uuid::of(0, 3));
    REQUIRE(again.has_value());
    CHECK(again->state_digest() == alice.state_digest());
    bob.transact([&](auto& tx) { tx.erase(id); });
    bob.transact([&](auto& tx) { tx.template upsert<shop>(id.id, shop{}); });
    sync(alice, bob);
    CHECK(alice.find(id)->stock.empty());
    CHECK(alice.find(id)->notes.empty());
}

TEST_CASE("replica/map_of: what nobody has seen is made anew under another actor") {
    market alice = at(1);
    const auto id = alice.transact([&](auto& tx) { return tx.insert(shop{}); });
    alice.transact([&](auto& tx) {
        auto s = tx.edit(id);
        s[&shop::stock]["apple"][7] += 5;
        s[&shop::notes]["a"].push_back("one");
        s[&shop::notes]["b"].push_back("two");
    });
    alice.transact([&](auto& tx) {
        auto s = tx.edit(id);
        s[&shop::notes]["a"].insert(0, "zero");
        s[&shop::notes]["b"].erase(0);
        s[&shop::stock].erase("apple");
        s[&shop::stock]["apple"][7] += 1;
    });
    const std::string before = to_json(*alice.find(id));
    REQUIRE(alice.reissue_unsent(uuid::of(0, 9)).has_value());
    CHECK(to_json(*alice.find(id)) == before);
    CHECK(before ==
          R"({"stock":{"apple":{"7":1}},"notes":{"a":["zero","one"],"b":[]},"tickets":{}})");
}

TEST_CASE("replica/map_of: rights of a bounded counter in a map stay with who has them") {
    market alice = at(1);
    const auto id = alice.transact([&](auto& tx) { return tx.insert(shop{}); });
    alice.transact([&](auto& tx) { tx.edit(id)[&shop::tickets]["gala"] += 3; });
    market bob = at(2);
    sync(alice, bob);
    bob.transact([&](auto& tx) {
        CHECK(tx.edit(id)[&shop::tickets]["gala"].decrement(1).error().code ==
              errc::insufficient_rights);
    });
    alice.transact(
        [&](auto& tx) { CHECK(tx.edit(id)[&shop::tickets]["gala"].decrement(3).has_value()); });
    CHECK(alice.reissue_unsent(uuid::of(0, 9)).error().code == errc::insufficient_rights);
    sync(alice, bob);
    CHECK(bob.find(id)->tickets.find("gala")->value() == 0);
}

}  // namespace maps_in_replicas
