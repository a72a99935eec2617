#include <weft/log/provenance.hpp>
#include <weft/merge/multi_value.hpp>
#include <weft/model/secret.hpp>

#include "replica/todo.hpp"

namespace provenance_test {

using namespace weft;
using namespace weft::test;

namespace {

struct card {
    BOOST_HANA_DEFINE_STRUCT(card,
                             (lww<std::string>, title),
                             (secret<multi_value<std::string>>, pin),
                             (counter, votes),
                             (add_wins_set<std::string>, tags));
};

using cards = schema<1, collection<"cards", card>>;
using card_replica = replica<cards, test_traits>;
using card_ref = ref<card, uuid>;

const card_ref first{record(1)};

template <class Edit>
test_dot edit_card(card_replica& on, Edit&& edit) {
    on.transact([&](auto& tx) { tx.template upsert<card>(record(1), edit); });
    return last_operation(on).id;
}

test_dot title(card_replica& on, const std::string& text) {
    return edit_card(on, [&](auto& c) { c[&card::title] = text; });
}

using dots = std::vector<test_dot>;

}  // namespace

TEST_CASE("log/provenance: a register's winner, what it beat, and whether they were concurrent") {
    world here;
    card_replica alice(actor(1), here.around());
    card_replica bob(actor(2), here.around());
    const auto a = title(alice, "a");
    exchange(alice, bob);
    const auto b = title(alice, "b");
    here.now += 5;
    const auto c = title(bob, "c");
    exchange(alice, bob);
    for (auto* each : {&alice, &bob}) {
        const auto told = each->explain(first, &card::title).value();
        CHECK(told.collection == "cards");
        CHECK(told.field == "title");
        CHECK(told.policy == "lww");
        CHECK_FALSE(told.secret);
        CHECK(told.standing == dots{c});
        REQUIRE(told.decisions.size() == 2);
        CHECK(told.decisions[0].winner == b);
        CHECK(told.decisions[0].loser == a);
        CHECK_FALSE(told.decisions[0].concurrent);
        const auto beaten = told.beaten();
        REQUIRE(beaten.size() == 1);
        CHECK(beaten[0].why == reason::later_stamp);
        CHECK(beaten[0].loser == b);
        CHECK(beaten[0].concurrent);
        CHECK(told.undone.empty());
    }
}

TEST_CASE("log/provenance: what stands side by side, in a set and in a sum has all its writers") {
    world here;
    card_replica alice(actor(1), here.around());
    card_replica bob(actor(2), here.around());
    const auto a = edit_card(alice, [](auto& c) {
        c[&card::pin] = "1";
        c[&card::tags].insert("x");
        c[&card::votes] += 1;
    });
    const auto b = edit_card(bob, [](auto& c) {
        c[&card::pin] = "2";
        c[&card::tags].insert("y");
        c[&card::votes] += 2;
    });
    exchange(alice, bob);
    const auto pin = alice.explain(first, &card::pin).value();
    CHECK(pin.secret);
    CHECK(pin.standing == dots{a, b});
    REQUIRE(pin.decisions.size() == 1);
    CHECK(pin.decisions[0].why == reason::kept_both);
    CHECK(pin.decisions[0].concurrent);
    CHECK(alice.explain(first, &card::tags).value().standing == dots{a, b});
    CHECK(alice.explain(first, &card::votes).value().standing == dots{a, b});

    const auto blame = alice.blame(first);
    REQUIRE(blame.size() == 4);
    CHECK(blame[0].field == "title");
    CHECK(blame[0].standing.empty());
    CHECK(blame[1].standing == dots{a, b});
    const auto c = edit_card(alice, [](auto& e) { e[&card::tags].erase("x"); });
    CHECK(alice.blame(first)[3].standing == dots{b});
    CHECK(alice.undo(c).value());
    CHECK(alice.blame(first)[3].standing == dots{a, b});
}

TEST_CASE("log/provenance: an undone operation is no winner, and is named") {
    world here;
    card_replica alice(actor(1), here.around());
    const auto a = title(alice, "a");
    const auto b = title(alice, "b");
    CHECK(alice.undo(b).value());
    auto told = alice.explain(first, &card::title).value();
    CHECK(told.standing == dots{a});
    CHECK(told.decisions.empty());
    CHECK(told.undone == dots{b});
    CHECK(alice.redo(b).value());
    told = alice.explain(first, &card::title).value();
    CHECK(told.standing == dots{b});
    CHECK(told.undone.empty());
}

TEST_CASE("log/provenance: a record's life is explained too") {
    world here;
    card_replica alice(actor(1), here.around());
    card_replica bob(actor(2), here.around());
    const auto a = title(alice, "a");
    exchange(alice, bob);
    alice.transact([](auto& tx) { tx.erase(first); });
    const auto erase = last_operation(alice).id;
    bob.transact([](auto& tx) { tx.edit(first)[&card::votes] += 1; });
    const auto update = last_operation(bob).id;
    exchange(alice, bob);
    const auto told = bob.explain(first).value();
    CHECK(told.field.empty());
    CHECK(told.policy == "delete_wins");
    CHECK(told.standing == dots{erase});
    REQUIRE(told.decisions.size() == 2);
    CHECK(told.decisions[0].loser == a);
    CHECK(told.decisions[1].loser == update);
    CHECK(told.decisions[1].concurrent);
    CHECK(alice.explain(card_ref{record(9)}).error().code == errc::no_such_record);
    CHECK(alice.explain(card_ref{record(9)}, &card::title).error().code == errc::no_such_record);
}

TEST_CASE("log/provenance: the history of a record, or of one field, by stamp on every replica") {
    world here;
    card_replica alice(actor(1), here.around());
    card_replica bob(actor(2), here.around());
    const auto a = title(alice, "a");
    here.now += 5;
    const auto b = edit_card(bob, [](auto& c) { c[&card::votes] += 2; });
    here.now += 5;
    const auto c = title(alice, "c");
    exchange(alice, bob);
    CHECK(alice.undo(c).value());
    exchange(alice, bob);
    for (auto* each : {&alice, &bob}) {
        const auto all = each->history(first);
        REQUIRE(all.size() == 3);
        CHECK(all[0].operation == a);
        CHECK(all[1].operation == b);
        CHECK(all[2].operation == c);
        CHECK(all[2].undone);
        CHECK(all[2].kind == mutation_kind::insert);
        REQUIRE(all[1].fields.size() == 1);
        CHECK(all[1].fields[0].name == "votes");
        CHECK(all[1].at == timestamp::of(here.now - 5));
        const auto titles = each->history(first, &card::title);
        REQUIRE(titles.size() == 2);
        CHECK(titles[1].operation == c);
    }
    CHECK(alice.history(card_ref{record(9)}).empty());
    CHECK(alice.blame(card_ref{record(9)}).empty());
}

}  // namespace provenance_test
