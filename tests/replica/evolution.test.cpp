#include <weft/merge/max.hpp>
#include <weft/merge/remove_wins_set.hpp>
#include <weft/model/renamed.hpp>

#include "replica/todo.hpp"

using namespace weft;
using namespace weft::test;

namespace {

/// The next version of `todo`: one field more, one gone, one renamed, another order.
namespace next {

struct todo {
    BOOST_HANA_DEFINE_STRUCT(todo,
                             (counter, votes),
                             (max<std::int64_t>, priority),
                             (renamed<"title", lww<std::string>>, headline),
                             (add_wins_set<std::string>, tags));
};

struct label {
    BOOST_HANA_DEFINE_STRUCT(label, (lww<std::string>, colour));
};

using app = schema<2, collection<"todos", todo>, collection<"labels", label, lww_delete>>;

}  // namespace next

/// The same names, used for something else.
namespace other {

struct todo {
    BOOST_HANA_DEFINE_STRUCT(todo,
                             (lww<std::string>, title),
                             (lww<std::int32_t>, done),
                             (remove_wins_set<std::string>, tags),
                             (counter, votes));
};

using app = schema<3, collection<"todos", todo>>;

}  // namespace other

using next_replica = replica<next::app, test_traits>;
using other_replica = replica<other::app, test_traits>;

template <class Replica>
std::optional<digest<16>>
digest_of(Replica& of, std::string_view collection, std::string_view field) {
    for (const tag_digest& each : of.state_digests()) {
        if (each.what.collection == name_tag(collection) &&
            each.what.field == (field.empty() ? 0 : name_tag(field))) {
            return each.state;
        }
    }
    return std::nullopt;
}

next_replica newer(const world& here, std::uint64_t n) {
    return next_replica(actor(n), here.around());
}

}  // namespace

TEST_CASE("evolution: fields are found by name, whatever their order and what stands beside them") {
    world here;
    auto old = here.make(1);
    auto recent = newer(here, 2);
    todo first = titled("from the old");
    first.done = true;
    first.tags = {"a"};
    first.votes = 2;
    old.transact([&](auto& tx) { tx.upsert(record(1), first); });
    CHECK(pull(recent, old).voids.empty());
    const auto* seen = recent.find<next::todo>(record(1));
    REQUIRE(seen != nullptr);
    CHECK(seen->headline == "from the old");
    CHECK(seen->votes == 2);
    CHECK(seen->tags.contains("a"));
    CHECK(seen->priority == 0);
    recent.transact([](auto& tx) {
        auto t = tx.edit(ref<next::todo, uuid>{record(1)});
        t[&next::todo::headline] = "from the new";
        t[&next::todo::priority] = 5;
        t[&next::todo::votes] += 1;
    });
    CHECK(pull(old, recent).voids.empty());
    CHECK(old.find(todo_number(1))->title == "from the new");
    CHECK(old.find(todo_number(1))->votes == 3);
    CHECK(old.find(todo_number(1))->done == true);
}

TEST_CASE("evolution: an older replica relays what it does not know, and a newer one sees it") {
    world here;
    auto writer = newer(here, 1);
    auto relay = here.make(2);
    auto reader = newer(here, 3);
    writer.transact([](auto& tx) {
        next::todo made;
        made.headline = "new";
        made.priority = 9;
        tx.upsert(record(1), made);
        tx.upsert(record(2), next::label{"red"});
    });
    writer.transact([](auto& tx) {
        tx.edit(ref<next::label, uuid>{record(2)})[&next::label::colour] = "blue";
    });
    auto report = pull(relay, writer);
    CHECK(report.applied == 2);
    CHECK(report.voids.empty());  // unknown is not void
    CHECK(relay.frontier() == writer.frontier());
    report = pull(reader, relay);
    CHECK(report.applied == 2);
    CHECK(reader.find<next::todo>(record(1))->priority == 9);
    CHECK(reader.find<next::label>(record(2))->colour == "blue");
    CHECK(reader.state_digest() == writer.state_digest());
    CHECK(relay.delta_since({}) == writer.delta_since({}));
}

TEST_CASE("evolution: a newer schema that loads an older replica's file sees all of it") {
    world here;
    auto writer = newer(here, 1);
    auto old = here.make(2);
    writer.transact([](auto& tx) {
        next::todo made;
        made.priority = 3;
        tx.upsert(record(1), made);
        tx.upsert(record(2), next::label{"green"});
    });
    static_cast<void>(pull(old, writer));
    old.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::title] = "meanwhile"; });
    auto upgraded = next_replica::resume(old.save(), here.around()).value();
    CHECK(upgraded.actor() == actor(2));
    CHECK(upgraded.find<next::todo>(record(1))->priority == 3);
    CHECK(upgraded.find<next::todo>(record(1))->headline == "meanwhile");
    CHECK(upgraded.find<next::label>(record(2))->colour == "green");
    static_cast<void>(pull(writer, upgraded));
    CHECK(writer.state_digest() == upgraded.state_digest());
    // And down again: nothing is lost on the way.
    auto downgraded = test_replica::resume(upgraded.save(), here.around()).value();
    CHECK(downgraded.state_digest() == old.state_digest());
    CHECK(downgraded.delta_since({}) == upgraded.delta_since({}));
}

TEST_CASE("evolution: digests agree over the tags that both builds know") {
    world here;
    auto old = here.make(1);
    auto recent = newer(here, 2);
    todo first = titled("x");
    first.done = true;
    first.tags = {"a", "b"};
    old.transact([&](auto& tx) { tx.upsert(record(1), first); });
    recent.transact([](auto& tx) {
        next::todo made;
        made.priority = 4;
        made.votes = 8;
        tx.upsert(record(1), made);
        tx.upsert(record(7), next::label{"red"});
    });
    exchange(old, recent);
    CHECK(old.frontier() == recent.frontier());
    CHECK(old.state_digest() != recent.state_digest());
    for (const std::string_view field : {"", "title", "tags", "votes"}) {
        CAPTURE(field);
        REQUIRE(digest_of(old, "todos", field));
        CHECK(digest_of(old, "todos", field) == digest_of(recent, "todos", field));
    }
    CHECK(digest_of(old, "todos", "done"));
    CHECK_FALSE(digest_of(recent, "todos", "done"));
    CHECK(digest_of(recent, "todos", "priority"));
    CHECK(digest_of(recent, "labels", "colour"));
    // A field that no operation touched adds nothing, so builds that only know of it agree.
    auto untouched = here.make(3);
    auto plain = next_replica(actor(4), here.around());
    untouched.transact([](auto& tx) {
        tx.template upsert<todo>(record(1), [](auto& t) { t[&todo::votes] += 1; });
    });
    static_cast<void>(pull(plain, untouched));
    CHECK(plain.state_digest() == untouched.state_digest());
}

TEST_CASE("evolution: an effect of another kind is void: kept, relayed, reported, without effect") {
    world here;
    auto old = here.make(1);
    auto clash = other_replica(actor(2), here.around());
    todo first = titled("x");
    first.done = true;
    first.tags = {"a"};
    first.votes = 1;
    old.transact([&](auto& tx) { tx.upsert(record(1), first); });
    const auto report = pull(clash, old);
    CHECK(report.applied == 1);
    REQUIRE(report.voids.size() == 2);
    for (const auto& each : report.voids) {
        CHECK(each.operation == test_dot{actor(1), 1});
        CHECK(each.collection == name_tag("todos"));
        CHECK((each.field == name_tag("done") || each.field == name_tag("tags")));
    }
    CHECK(clash.find<other::todo>(record(1))->title == "x");
    CHECK(clash.find<other::todo>(record(1))->done == 0);
    CHECK(clash.find<other::todo>(record(1))->tags.empty());
    CHECK(clash.find<other::todo>(record(1))->votes == 1);
    auto third = here.make(3);
    CHECK(pull(third, clash).voids.empty());
    CHECK(third.state_digest() == old.state_digest());
    const auto what = conflict(app::table, other::app::table);
    REQUIRE(what);
    CHECK(what->collection == name_tag("todos"));
}

TEST_CASE("evolution: an effect that its own kind can't decode is void") {
    world here;
    auto alice = here.make(1);
    test_builder builder({actor(5), 1}, timestamp::of(1), {});
    auto op = builder
                  .upsert<todo>(record(1),
                                [](auto& t) {
                                    t[&todo::title] = "fine";
                                    t[&todo::done] = true;
                                    t[&todo::votes] += 1;
                                })
                  .finish();
    for (const effect_entry& effect : op.effects) {
        if (effect.field == name_tag("done")) {
            op.payload[effect.payload.first] = std::byte{7};  // no bool
        }
    }
    const auto report = alice.admit(op);
    CHECK(report.applied == 1);
    REQUIRE(report.voids.size() == 1);
    CHECK(report.voids[0].operation == op.id);
    CHECK(report.voids[0].field == name_tag("done"));
    CHECK(alice.find(todo_number(1))->title == "fine");
    CHECK(alice.find(todo_number(1))->done == false);
    auto bob = here.make(2);
    CHECK(pull(bob, alice).voids.size() == 1);
    CHECK(bob.state_digest() == alice.state_digest());
    auto loaded = test_replica::load(alice.save(), actor(9), here.around()).value();
    CHECK(loaded.state_digest() == alice.state_digest());
    CHECK(last_operation(loaded) == op);
}

TEST_CASE("evolution: deletes see mutations whose effects this build does not know") {
    world here;
    auto writer = newer(here, 1);
    auto old = here.make(2);
    writer.transact([](auto& tx) { tx.upsert(record(1), next::label{"red"}); });
    writer.transact([](auto& tx) {
        next::todo made;
        made.priority = 1;
        tx.upsert(record(1), made);
    });
    static_cast<void>(pull(old, writer));
    CHECK(old.find(todo_number(1)) != nullptr);
    old.transact([](auto& tx) { CHECK(tx.erase(todo_number(1))); });
    static_cast<void>(pull(writer, old));
    CHECK(writer.find<next::todo>(record(1)) == nullptr);
    CHECK(writer.find<next::label>(record(1)) != nullptr);
}

TEST_CASE("evolution: the schema's version travels with each operation") {
    world here;
    auto old = here.make(1);
    auto recent = newer(here, 2);
    old.transact([](auto& tx) { tx.upsert(record(1), titled("x")); });
    static_cast<void>(pull(recent, old));
    recent.transact(
        [](auto& tx) { tx.edit(ref<next::todo, uuid>{record(1)})[&next::todo::votes] += 1; });
    static_cast<void>(pull(old, recent));
    test_operation op;
    old.log().read(op_index{0}, op);
    CHECK(op.schema_version == 1);
    old.log().read(op_index{1}, op);
    CHECK(op.schema_version == 2);
}

TEST_CASE("evolution: what is not understood can't be made anew") {
    world here;
    auto writer = newer(here, 1);
    writer.transact([](auto& tx) { tx.upsert(record(2), next::label{"red"}); });
    auto old = test_replica::resume(writer.save(), here.around()).value();
    const byte_buffer before = old.save();
    const auto refused = old.reissue_unsent(actor(9));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::other_kind);
    CHECK(refused.error().sequence == 1);
    CHECK(old.save() == before);
}
