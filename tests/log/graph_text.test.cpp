#include <weft/log/graph_text.hpp>

#include "replica/todo.hpp"

#include <string>

namespace graph_text_test {

using namespace weft;
using namespace weft::test;

namespace {

/// Two that write at once, and one operation that has seen both.
struct fork {
    world here;
    test_replica alice = here.make(1);
    test_replica bob = here.make(2);

    fork() {
        alice.transact([](auto& tx) { tx.upsert(record(1), titled("one")); });
        bob.transact([](auto& tx) { tx.upsert(record(2), titled("two")); });
        exchange(alice, bob);
        alice.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::votes] += 1; });
        exchange(alice, bob);
    }
};

}  // namespace

TEST_CASE("log/graph_text: Graphviz has a node per operation and an edge per parent") {
    const fork of;
    const std::string text = to_graphviz(of.alice.log());
    CHECK(text == "digraph weft {\n  rankdir=BT;\n  node [shape=box];\n"
                  "  n1 [label=\"0000..0001:1\"];\n"
                  "  n2 [label=\"0000..0002:1\"];\n"
                  "  n3 [label=\"0000..0001:2\"];\n"
                  "  n3 -> n1;\n"
                  "  n3 -> n2;\n"
                  "}\n");
    CHECK(to_graphviz(of.bob.log()) == text);
}

TEST_CASE("log/graph_text: Mermaid shows the same, and what is undone") {
    fork of;
    CHECK(to_mermaid(of.alice.log()) == "flowchart BT\n"
                                        "  n1[\"0000..0001:1\"]\n"
                                        "  n2[\"0000..0002:1\"]\n"
                                        "  n3[\"0000..0001:2\"]\n"
                                        "  n3 --> n1\n"
                                        "  n3 --> n2\n");
    REQUIRE(of.alice.undo(test_dot{actor(1), 2}).has_value());
    const std::string undone = to_mermaid(of.alice.log(), of.alice.marks());
    CHECK(undone.find("n3[\"0000..0001:2\"]:::undone\n") != std::string::npos);
    CHECK(undone.find("n1[\"0000..0001:1\"]\n") != std::string::npos);
    CHECK(undone.ends_with("  classDef undone stroke-dasharray: 4\n"));
    CHECK(to_graphviz(of.alice.log(), of.alice.marks())
              .find("n3 [label=\"0000..0001:2\", style=dashed];\n") != std::string::npos);
}

TEST_CASE("log/graph_text: of a long log the last operations, without edges that lead out") {
    const fork of;
    CHECK(to_graphviz(of.alice.log(), {}, 2) ==
          "digraph weft {\n  rankdir=BT;\n  node [shape=box];\n"
          "  n2 [label=\"0000..0002:1\"];\n"
          "  n3 [label=\"0000..0001:2\"];\n"
          "  n3 -> n2;\n"
          "}\n");
    CHECK(to_mermaid(of.alice.log(), {}, 0) == "flowchart BT\n");
}

}  // namespace graph_text_test
