#include <weft/log/difference.hpp>
#include <weft/log/graph_text.hpp>
#include <weft/log/operation_text.hpp>

#include "replica/todo.hpp"

#include <map>
#include <set>
#include <sstream>

namespace difference_test {

using namespace weft;
using namespace weft::test;

namespace {

using names = std::vector<std::string_view>;

struct other {
    BOOST_HANA_DEFINE_STRUCT(other, (lww<bool>, done));
};

using others = schema<1, collection<"others", other>>;

}  // namespace

TEST_CASE("log/difference: records that came, went or read differently, with what stood before") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) {
        tx.upsert(record(1), titled("a"));
        tx.upsert(record(2), titled("b"));
        tx.upsert(record(4), titled("untouched"));
    });
    const auto from = alice.frontier();
    alice.transact([](auto& tx) {
        auto t = tx.edit(todo_number(1));
        t[&todo::title] = "c";
        t[&todo::votes] += 0;
        t[&todo::done] = false;  // reads as before
        tx.erase(todo_number(2));
        tx.upsert(record(3), note{"n"});
    });
    const auto to = alice.frontier();
    const auto changes = alice.diff(from, to).value();
    REQUIRE(changes.records().size() == 3);
    const auto& came = changes.records()[0];  // notes stand before todos
    CHECK(came.collection == "notes");
    CHECK_FALSE(came.was_there);
    CHECK(came.is_there);
    CHECK(came.fields.empty());
    const auto& changed = changes.records()[1];
    CHECK(changed.record == record(1));
    CHECK(changed.fields == names{"title"});
    CHECK(changes.before().find<todo>(record(1))->title == "a");
    CHECK(changes.after().find<todo>(record(1))->title == "c");
    const auto& went = changes.records()[2];
    CHECK(went.was_there);
    CHECK_FALSE(went.is_there);

    const auto back = alice.diff(to, from).value();
    REQUIRE(back.records().size() == 3);
    CHECK(back.records()[0].was_there);
    CHECK(alice.diff(to, to).value().empty());
    test_frontier nowhere;
    nowhere.insert({actor(9), 1});
    CHECK(alice.diff(to, nowhere).error().code == errc::missing_operation);
}

TEST_CASE("log/difference: an undo or redo between the two is found through what it names") {
    world here;
    auto alice = here.make(1);
    const auto id = alice.transact([](auto& tx) { return tx.upsert(record(1), titled("a")); });
    add_title(alice, id, "b");
    const auto edit = last_operation(alice).id;
    const auto from = alice.frontier();
    CHECK(alice.undo(edit).value());
    const auto undone = alice.frontier();
    CHECK(alice.redo(edit).value());
    const auto redone = alice.frontier();
    for (const auto& [a, b] : {std::pair(from, undone), std::pair(undone, redone)}) {
        const auto changes = alice.diff(a, b).value();
        REQUIRE(changes.records().size() == 1);
        CHECK(changes.records()[0].fields == names{"title"});
    }
    CHECK(alice.diff(from, redone).value().empty());
}

TEST_CASE("log/operation_text: an operation is one line, without values") {
    world here;
    auto alice = here.make(1);
    const auto id = alice.transact([](auto& tx) {
        tx.upsert(record(3), note{"n"});
        return tx.upsert(record(1), titled("a"));
    });
    CHECK(to_line<app>(last_operation(alice)) ==
          "0000..0001:1 at 1700000000000+0: insert notes 0000..0003 {text}; "
          "insert todos 0000..0001 {done, title}");
    add_title(alice, id, "b");
    const auto edit = last_operation(alice).id;
    CHECK(to_line<app>(last_operation(alice)) ==
          "0000..0001:2 at 1700000000000+1 after 0000..0001:1: update todos 0000..0001 {title}");
    CHECK(alice.undo(edit).value());
    CHECK(to_line<app>(last_operation(alice)) ==
          "0000..0001:3 at 1700000000000+2 after 0000..0001:2: undo 0000..0001:2");
    CHECK(alice.redo(edit).value());
    CHECK(to_line<app>(last_operation(alice)) ==
          "0000..0001:4 at 1700000000000+3 after 0000..0001:3: redo 0000..0001:3");
    alice.transact([&](auto& tx) { tx.erase(id); });
    CHECK(to_line<app>(last_operation(alice), id_text::whole) ==
          "00000000000000ac0000000000000001:5 at 1700000000000+4 after "
          "00000000000000ac0000000000000001:4: delete todos 0000000000004ec00000000000000001");
    // A build that knows neither the collection nor the field.
    operation<test_traits> first;
    alice.log().read(op_index{1}, first);
    CHECK(to_line<others>(first) == "0000..0001:2 at 1700000000000+1 after 0000..0001:1: update "
                                    "#" +
                                        to_text(name_tag("todos"), id_text::whole) +
                                        " 0000..0001 {#" +
                                        to_text(name_tag("title"), id_text::whole) + "}");
}

TEST_CASE("log/graph_text: the graph in two languages, alike on every replica") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    const auto id = alice.transact([](auto& tx) { return tx.upsert(record(1), titled("a")); });
    exchange(alice, bob);
    add_title(alice, id, "b");
    here.now += 5;
    add_title(bob, id, "c");
    exchange(alice, bob);
    REQUIRE(bob.join_heads());
    CHECK(bob.undo({actor(1), 2}).value());
    exchange(alice, bob);
    for (const auto* each : {&alice, &bob}) {
        CHECK(to_graphviz(each->log(), each->marks()) ==
              "digraph weft {\n"
              "  rankdir=BT;\n"
              "  node [shape=box];\n"
              "  n1 [label=\"0000..0001:1\"];\n"
              "  n2 [label=\"0000..0001:2\", style=dashed];\n"
              "  n2 -> n1;\n"
              "  n3 [label=\"0000..0002:1\"];\n"
              "  n3 -> n1;\n"
              "  n4 [label=\"0000..0002:2\"];\n"
              "  n4 -> n2;\n"
              "  n4 -> n3;\n"
              "  n5 [label=\"0000..0002:3\"];\n"
              "  n5 -> n4;\n"
              "}\n");
        CHECK(to_mermaid(each->log(), each->marks(), 3) == "flowchart BT\n"
                                                           "  n3[\"0000..0002:1\"]\n"
                                                           "  n4[\"0000..0002:2\"]\n"
                                                           "  n4 --> n3\n"
                                                           "  n5[\"0000..0002:3\"]\n"
                                                           "  n5 --> n4\n");
    }
    CHECK(to_mermaid(alice.log(), alice.marks()).find("n2[\"0000..0001:2\"]:::undone\n") !=
          std::string::npos);
    CHECK(to_graphviz(operation_log<test_traits>()) ==
          "digraph weft {\n  rankdir=BT;\n  node [shape=box];\n}\n");
}

TEST_CASE("log/graph_text: every arrow joins two nodes that are there, from child to parent") {
    world here;
    std::vector<test_replica> writers;
    for (std::uint64_t n = 1; n <= 3; ++n) {
        writers.push_back(here.make(n));
    }
    splitmix64 random{3};
    const todo_ref id{record(1)};
    for (int i = 0; i < 40; ++i) {
        auto& one = writers[random() % 3];
        if (random() % 2 == 0) {
            static_cast<void>(pull(one, writers[random() % 3]));
        }
        one.transact([&](auto& tx) { tx.upsert(id.id, titled("x")); });
    }
    const auto& log = writers[0].log();
    std::istringstream lines(to_graphviz(log));
    std::map<std::string, std::set<std::string>> parents;
    std::size_t arrows = 0;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string from;
        std::string arrow;
        std::string to;
        words >> from >> arrow >> to;
        if (arrow == "->") {
            to.pop_back();
            CHECK(parents.contains(to));  // a parent stands before its children
            CHECK(parents.at(from).insert(to).second);
            ++arrows;
        } else if (arrow.starts_with("[label=")) {
            CHECK(parents.try_emplace(from).second);
        }
    }
    CHECK(parents.size() == log.size());
    std::size_t edges = 0;
    lean_vector<local_dot> of;
    for (std::uint32_t i = 0; i < log.size(); ++i) {
        log.graph().parents_of(log.graph().dot_of({i}), of);
        edges += of.size();
    }
    CHECK(arrows == edges);
}

}  // namespace difference_test
