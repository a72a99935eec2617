/// Undo where others stand beside what is undone: lists, documents, and lists by key.
#include <weft/merge/json.hpp>
#include <weft/merge/list.hpp>
#include <weft/merge/map_of.hpp>
#include <weft/model/json_text.hpp>

#include "replica/todo.hpp"
#include "support/recorder.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace undo_sequences {
namespace {

using namespace weft;
using weft::test::actor;
using weft::test::exchange;
using weft::test::record;
using weft::test::test_dot;
using weft::test::test_traits;
using weft::test::world;

struct board {
    BOOST_HANA_DEFINE_STRUCT(board,
                             (list<std::string>, steps),
                             (json, page),
                             (map_of<std::string, list<std::string>>, lanes));
};

using boards = schema<1, collection<"boards", board>>;
using board_replica = replica<boards, test_traits>;
using words = std::vector<std::string>;

struct desk {
    world here{};
    board_replica alice{actor(1), here.around()};
    board_replica bob{actor(2), here.around()};

    template <class Field, class Edit>
    test_dot edit(board_replica& on, Field board::*field, const Edit& how) {
        here.now += 1;
        on.transact([&](auto& tx) {
            tx.template upsert<board>(record(1), [&](auto& e) { how(e[field]); });
        });
        return weft::test::last_operation(on).id;
    }

    template <class Edit>
    test_dot steps(board_replica& on, const Edit& how) {
        return edit(on, &board::steps, how);
    }

    template <class Edit>
    test_dot page(board_replica& on, const Edit& how) {
        return edit(on, &board::page, how);
    }

    void meet() {
        exchange(alice, bob);
        CHECK(alice.state_digest() == bob.state_digest());
    }

    [[nodiscard]] const board& shown() const { return *alice.find<board>(record(1)); }

    [[nodiscard]] words steps() const { return {shown().steps.begin(), shown().steps.end()}; }

    [[nodiscard]] std::string page() const { return to_json(shown().page.value()); }

    [[nodiscard]] words lane(const std::string& key) const {
        const list<std::string>* const found = shown().lanes.find(key);
        return found == nullptr ? words{"none"} : words{found->begin(), found->end()};
    }
};

/// Alice's list of those words, which both have.
struct listed : desk {
    explicit listed(const words& first) {
        steps(alice, [&](auto&& list) {
            for (const std::string& each : first) {
                list.push_back(each);
            }
        });
        meet();
    }
};

}  // namespace

TEST_CASE("replica/undo_sequences: what stands beside an undone insertion keeps its place") {
    listed d({"a", "c"});
    const auto b = d.steps(d.alice, [](auto&& list) { list.insert(1, "b"); });
    d.meet();
    d.steps(d.bob, [](auto&& list) { list.insert(2, "x"); });
    d.steps(d.bob, [](auto&& list) { list.insert(1, "w"); });
    d.meet();
    CHECK(d.steps() == words{"a", "w", "b", "x", "c"});
    const auto before = d.alice.state_digest();
    CHECK(d.alice.undo(b).value());
    d.meet();
    CHECK(d.steps() == words{"a", "w", "x", "c"});
    const auto v =
        d.steps(d.bob, [](auto&& list) { list.insert(2, "v"); });  // between what stood beside it
    d.meet();
    CHECK(d.steps() == words{"a", "w", "v", "x", "c"});
    CHECK(d.alice.redo(b).value());
    d.meet();
    const words again = d.steps();
    CHECK(again.size() == 6);
    CHECK(again.front() == "a");
    CHECK(again.back() == "c");

    CHECK(d.alice.undo(v).value());
    d.meet();
    CHECK(d.steps() == words{"a", "w", "b", "x", "c"});
    CHECK(d.alice.state_digest() != before);  // v's position stays
}

TEST_CASE("replica/undo_sequences: an undone removal brings the element back as it was left") {
    listed d({"a", "b", "c"});
    const auto removal = d.steps(d.alice, [](auto&& list) { list.erase(1); });
    d.steps(d.bob, [](auto&& list) { list.set(1, "B"); });  // concurrently
    d.steps(d.bob, [](auto&& list) { list.move(1, 2); });
    d.meet();
    CHECK(d.steps() == words{"a", "c"});
    CHECK(d.bob.undo(removal).value());
    d.meet();
    CHECK(d.steps() == words{"a", "c", "B"});

    // Two removed one element: both must be undone.
    const auto one = d.steps(d.alice, [](auto&& list) { list.erase(0); });
    const auto other = d.steps(d.bob, [](auto&& list) { list.erase(0); });
    d.meet();
    CHECK(d.alice.undo(one).value());
    d.meet();
    CHECK(d.steps() == words{"c", "B"});
    CHECK(d.alice.undo(other).value());
    d.meet();
    CHECK(d.steps() == words{"a", "c", "B"});
}

TEST_CASE("replica/undo_sequences: an undone move or assignment leaves later ones of others") {
    listed d({"a", "b", "c"});
    const auto move = d.steps(d.alice, [](auto&& list) { list.move(0, 2); });
    d.meet();
    CHECK(d.steps() == words{"b", "c", "a"});
    d.steps(d.bob, [](auto&& list) { list.push_back("z"); });  // beside where it stands now
    d.steps(d.bob, [](auto&& list) { list.set(2, "A"); });     // names it where it stands now
    d.meet();
    CHECK(d.alice.undo(move).value());
    d.meet();
    CHECK(d.steps() == words{"A", "b", "c", "z"});
    const auto later = d.steps(d.bob, [](auto&& list) { list.move(0, 1); });
    d.meet();
    CHECK(d.alice.redo(move).value());
    d.meet();
    CHECK(d.steps() == words{"b", "A", "c", "z"});  // the later move stands
    CHECK(d.alice.undo(later).value());
    d.meet();
    CHECK(d.steps() == words{"b", "c", "A", "z"});

    const auto set = d.steps(d.alice, [](auto&& list) { list.set(0, "first"); });
    const auto after = d.steps(d.alice, [](auto&& list) { list.set(0, "second"); });
    CHECK(d.alice.undo(set).value());
    CHECK(d.steps().front() == "second");
    CHECK(d.alice.undo(after).value());
    CHECK(d.steps().front() == "b");
    CHECK(d.alice.redo(set).value());
    CHECK(d.steps().front() == "first");
}

TEST_CASE(
    "replica/undo_sequences: edits of an element whose insertion is undone come back with it") {
    listed d({"a"});
    const auto b = d.steps(d.alice, [](auto&& list) { list.push_back("b"); });
    d.meet();
    CHECK(d.alice.undo(b).value());
    d.steps(d.bob, [](auto&& list) { list.set(1, "bob's"); });  // has not heard of the undo
    d.steps(d.bob, [](auto&& list) { list.move(1, 0); });
    d.meet();
    CHECK(d.steps() == words{"a"});
    CHECK(d.bob.redo(b).value());
    d.meet();
    CHECK(d.steps() == words{"bob's", "a"});
}

TEST_CASE("replica/undo_sequences: an undone write of a document brings back what it took") {
    desk d;
    d.page(d.alice, [](auto&& page) { page["a"]["b"] = 1; });
    d.meet();
    const auto replaced = d.page(d.alice, [](auto&& page) { page["a"] = "all"; });
    d.meet();
    CHECK(d.page() == R"({"a":"all"})");
    d.page(d.bob, [](auto&& page) { page["c"] = true; });
    d.meet();
    CHECK(d.bob.undo(replaced).value());
    d.meet();
    CHECK(d.page() == R"({"a":{"b":1},"c":true})");
    const auto removed = d.page(d.bob, [](auto&& page) { page.erase("a"); });
    d.meet();
    CHECK(d.page() == R"({"c":true})");
    CHECK(d.alice.redo(replaced).value());
    d.meet();
    CHECK(d.page() == R"({"c":true})");  // whoever removed it had seen that too
    CHECK(d.alice.undo(removed).value());
    d.meet();
    CHECK(d.page() == R"({"a":"all","c":true})");
}

TEST_CASE("replica/undo_sequences: what others wrote below what is undone stays") {
    desk d;
    const auto made = d.page(d.alice, [](auto&& page) {
        page["list"] = json_value::array({"x", json_value::object({{"name", "y"}})});
    });
    d.meet();
    const auto below = d.page(d.bob, [](auto&& page) { page["list"][1]["done"] = true; });
    d.page(d.bob, [](auto&& page) { page["list"].insert(1, "between"); });
    d.meet();
    CHECK(d.page() == R"({"list":["x","between",{"done":true,"name":"y"}]})");
    const auto before = d.alice.state_digest();
    CHECK(d.bob.undo(made).value());
    d.meet();
    CHECK(d.page() == R"({"list":["between",{"done":true}]})");
    const auto told = d.alice.explain(ref<board, uuid>{record(1)}, &board::page).value();
    CHECK(std::find(told.standing.begin(), told.standing.end(), below) != told.standing.end());
    CHECK(d.bob.redo(made).value());
    d.meet();
    CHECK(d.page() == R"({"list":["x","between",{"done":true,"name":"y"}]})");
    CHECK(before == d.alice.state_digest());
}

TEST_CASE("replica/undo_sequences: an undone removal of an element brings it back in its place") {
    desk d;
    d.page(d.alice, [](auto&& page) {
        page = json_value::array({1, json_value::array({"p", "q"}), 3});
    });
    d.meet();
    const auto removal = d.page(d.alice, [](auto&& page) { page.erase(1); });
    d.meet();
    d.page(d.bob, [](auto&& page) { page.insert(1, 2.5); });
    d.meet();
    CHECK(d.page() == "[1,2.5,3]");
    CHECK(d.alice.undo(removal).value());
    d.meet();
    const std::string back = d.page();
    const bool in_place = back == R"([1,["p","q"],2.5,3])" || back == R"([1,2.5,["p","q"],3])";
    CHECK(in_place);
    CHECK(d.alice.redo(removal).value());
    d.meet();
    CHECK(d.page() == "[1,2.5,3]");
}

TEST_CASE("replica/undo_sequences: a list by key; a removal or new value of the key takes what its "
          "writer had seen, also what an undo brings back") {
    desk d;
    const auto lanes = [&](auto& on, auto&& how) { return d.edit(on, &board::lanes, how); };
    lanes(d.alice, [](auto&& all) {
        all["k"].push_back("a");
        all["k"].push_back("b");
    });
    d.meet();
    const auto erased = lanes(d.alice, [](auto&& all) { all["k"].erase(0); });
    d.meet();
    const auto removed = lanes(d.bob, [](auto&& all) { all.erase("k"); });
    lanes(d.alice, [](auto&& all) { all["k"].push_back("c"); });  // concurrently
    d.meet();
    CHECK(d.lane("k") == words{"c"});
    CHECK(d.alice.undo(erased).value());
    d.meet();
    CHECK(d.lane("k") == words{"c"});  // bob had seen a, and removed all
    CHECK(d.alice.undo(removed).value());
    d.meet();
    CHECK(d.lane("k") == words{"a", "b", "c"});
    CHECK(d.alice.redo(erased).value());
    d.meet();
    CHECK(d.lane("k") == words{"b", "c"});
    lanes(d.bob, [](auto&& all) { all.put("k", list<std::string>{"new"}); });
    d.meet();
    CHECK(d.alice.undo(erased).value());
    d.meet();
    CHECK(d.lane("k") == words{"new"});
}

TEST_CASE("replica/undo_sequences: in a list by key, too, others keep their place") {
    desk d;
    const auto lanes = [&](auto& on, auto&& how) { return d.edit(on, &board::lanes, how); };
    lanes(d.alice, [](auto&& all) {
        all["k"].push_back("a");
        all["k"].push_back("c");
    });
    const auto b = lanes(d.alice, [](auto&& all) {
        all["k"].insert(1, "b");
        all["new"].push_back("only");
    });
    d.meet();
    lanes(d.bob, [](auto&& all) { all["k"].insert(2, "x"); });
    lanes(d.bob, [](auto&& all) { all["k"].insert(1, "w"); });
    d.meet();
    CHECK(d.lane("k") == words{"a", "w", "b", "x", "c"});
    CHECK(d.alice.undo(b).value());
    d.meet();
    CHECK(d.lane("k") == words{"a", "w", "x", "c"});
    CHECK(d.lane("new") == words{"none"});
    CHECK(d.shown().lanes.size() == 1);
    CHECK(d.bob.redo(b).value());
    d.meet();
    CHECK(d.lane("k") == words{"a", "w", "b", "x", "c"});
    CHECK(d.lane("new") == words{"only"});
}

TEST_CASE("replica/undo_sequences: past and explanations of what is undone") {
    listed d({"a", "b"});
    const auto push = d.steps(d.alice, [](auto&& list) { list.push_back("c"); });
    const auto set = d.steps(d.alice, [](auto&& list) { list.set(2, "C"); });
    const auto then = d.alice.frontier();
    CHECK(d.alice.undo(push).value());
    const auto told = d.alice.explain(ref<board, uuid>{record(1)}, &board::steps).value();
    CHECK(told.undone == std::vector<test_dot>{push});
    for (const test_dot& each : told.standing) {
        CHECK(each != set);
    }
    const auto past = d.alice.at(then).value();
    const board& was = *past.find<board>(record(1));
    CHECK(words{was.steps.begin(), was.steps.end()} == words{"a", "b", "C"});
    CHECK(d.steps() == words{"a", "b"});
}

}  // namespace undo_sequences
