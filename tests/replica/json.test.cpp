#include <weft/model/json_text.hpp>
#include <weft/weft.hpp>

#include <doctest/doctest.h>

#include <string>

namespace documents_in_replicas {
namespace {

using namespace weft;

struct user {
    BOOST_HANA_DEFINE_STRUCT(user,
                             (json, profile),
                             (map_of<std::string, json>, drafts),
                             (secret<json>, key));
};

using users = replica<schema<1, collection<"users", user>>>;

users at(std::uint64_t actor) {
    return users{uuid::of(0, actor)};
}

void sync(users& a, users& b) {
    REQUIRE(b.apply(a.delta_since(b.version())).has_value());
    REQUIRE(a.apply(b.delta_since(a.version())).has_value());
    CHECK(a.state_digest() == b.state_digest());
}

}  // namespace

TEST_CASE("replica/json: documents are edited, exchanged, kept and shown") {
    users alice = at(1);
    users bob = at(2);
    user made;
    made.profile = json_value::object({{"name", "Ada"}, {"tags", json_value::array({"x"})}});
    made.key = json_value(42);
    const auto id = alice.transact([&](auto& tx) { return tx.insert(made); });
    sync(alice, bob);
    alice.transact([&](auto& tx) {
        auto u = tx.edit(id);
        u[&user::profile]["address"]["city"] = "Kiel";
        u[&user::profile]["tags"].push_back("y");
        u[&user::drafts]["one"]["text"] = "draft";
    });
    bob.transact([&](auto& tx) {
        auto u = tx.edit(id);
        u[&user::profile]["address"]["street"] = "Markt";
        u[&user::profile]["tags"].erase(0);
        u[&user::drafts]["one"]["words"] = 1;
    });
    sync(alice, bob);
    CHECK(to_json(*alice.find(id)) ==
          R"({"profile":{"address":{"city":"Kiel","street":"Markt"},"name":"Ada","tags":["y"]},)"
          R"x("drafts":{"one":{"text":"draft","words":1}},"key":"(secret)"})x");
    auto again = users::load(alice.save(), uuid::of(0, 3));
    REQUIRE(again.has_value());
    CHECK(again->state_digest() == alice.state_digest());
    alice.transact([&](auto& tx) { tx.edit(id)[&user::drafts].erase("one"); });
    bob.transact([&](auto& tx) { tx.edit(id)[&user::drafts]["one"]["words"] = 2; });
    sync(alice, bob);
    CHECK(to_json(alice.find(id)->drafts.find("one")->value()) == R"({"words":2})");
    bob.transact([&](auto& tx) { tx.erase(id); });
    bob.transact([&](auto& tx) { tx.template upsert<user>(id.id, user{}); });
    sync(alice, bob);
    CHECK(alice.find(id)->profile.kind() == json_kind::absent);
}

TEST_CASE("replica/json: what nobody has seen is made anew under another actor") {
    users alice = at(1);
    user made;
    made.profile = json_value::array({"a", "c"});
    const auto id = alice.transact([&](auto& tx) { return tx.insert(made); });
    users bob = at(2);
    sync(alice, bob);
    alice.transact([&](auto& tx) {
        tx.edit(id)[&user::profile].insert(1, "b");
        tx.edit(id)[&user::profile].erase(0);
    });
    const std::string before = to_json(*alice.find(id));
    REQUIRE(alice.reissue_unsent(uuid::of(0, 9)).has_value());
    CHECK(to_json(*alice.find(id)) == before);
    bob.transact([&](auto& tx) { tx.edit(id)[&user::profile].push_back("d"); });
    sync(alice, bob);
    CHECK(to_json(bob.find(id)->profile.value()) == R"(["b","c","d"])");
}

}  // namespace documents_in_replicas
