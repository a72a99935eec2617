#include <weft/log/graph_text.hpp>
#include <weft/log/operation_text.hpp>
#include <weft/model/secret.hpp>
#include <weft/model/value_text.hpp>
#include <weft/weft.hpp>

#include <cassert>
#include <string>

struct Card {
    BOOST_HANA_DEFINE_STRUCT(Card,
                             (weft::lww<std::string>, title),
                             (weft::secret<weft::lww<std::string>>, pin),
                             (weft::counter, votes));
};

using App = weft::schema<1, weft::collection<"cards", Card>>;
using Id = weft::dot<weft::actor_id>;

int main() {
    weft::replica<App> alice{weft::actor_id::random()}, bob{weft::actor_id::random()};

    Card card;
    card.title = "Draft";
    card.pin = std::string("1234");
    auto id = alice.transact([&](auto& tx) { return tx.insert(card); });
    bob.apply(alice.delta_since(bob.version())).value();
    auto then = bob.frontier();

    // Alice renames and votes; Bob votes without having seen it.
    alice.transact([&](auto& tx) {
        auto edit = tx.edit(id);
        edit[&Card::title] = "Final";
        edit[&Card::votes] += 10;
    });
    bob.transact([&](auto& tx) { tx.edit(id)[&Card::votes] += 1; });
    bob.apply(alice.delta_since(bob.version())).value();

    // Who wrote that title, and what did it beat?
    auto why = bob.explain(id, &Card::title).value();
    Id rename = why.standing.front();
    assert((rename == Id{alice.actor(), 2}));
    assert(why.beaten().front().why == weft::reason::later_stamp);

    // Bob takes Alice's operation back, all of it and nothing else.
    assert(bob.undo(rename).value());
    assert(bob.find(id)->title == "Draft" && bob.find(id)->votes == 1);
    std::string text = weft::to_json(*bob.find(id));
    assert(text == "{\"title\":\"Draft\",\"pin\":\"(secret)\",\"votes\":1}");

    // What changed since then, and what happened to the card.
    auto changes = bob.diff(then, bob.frontier()).value();
    assert(changes.records().front().fields.front() == "votes");
    assert(bob.history(id).size() == 3 && bob.history(id, &Card::title).size() == 2);

    // An undo is an operation: it travels, and can be taken back.
    alice.apply(bob.delta_since(alice.version())).value();
    assert(alice.undone(rename) && alice.find(id)->votes == 1);
    assert(alice.redo(rename).value());
    assert(alice.find(id)->title == "Final" && alice.find(id)->votes == 11);

    std::string picture = weft::to_graphviz(alice.log(), alice.marks());  // for `dot -Tsvg`
    assert(picture.starts_with("digraph"));
}
