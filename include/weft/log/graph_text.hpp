/// The causal graph as text that draws it: Graphviz (`dot -Tsvg`) and Mermaid. A node per
/// operation, labelled with its dot, an arrow to each parent; undone operations have a broken
/// border. Nodes are numbered in the order of stamps, so every replica with the same operations
/// writes the same text. For people: of a log with many operations, draw a part.
/// Cost: O(operations + parents), and that of causal_graph::stamp_order.
#ifndef WEFT_LOG_GRAPH_TEXT_HPP
#define WEFT_LOG_GRAPH_TEXT_HPP

#include <weft/log/operation_log.hpp>
#include <weft/log/operation_text.hpp>
#include <weft/log/undo_marks.hpp>

#include <string>
#include <string_view>

namespace weft {

namespace detail {

/// Calls node(number, label, undone) for the last `count` operations by stamp, each followed by
/// edge(number, parent's number) for its parents among them.
template <class Traits, class Node, class Edge>
void each_node(const operation_log<Traits>& log,
               const undo_marks& marks,
               std::uint32_t count,
               const Node& node,
               const Edge& edge) {
    const causal_graph& graph = log.graph();
    lean_vector<op_index> order;
    graph.stamp_order(order, log.order());
    lean_vector<std::uint32_t> numbers(order.size(), 0);
    for (std::uint32_t i = 0; i != order.size(); ++i) {
        numbers[order[i].value] = i;
    }
    const auto size = static_cast<std::uint32_t>(order.size());
    const std::uint32_t first = size > count ? size - count : 0;
    lean_vector<local_dot> parents;
    lean_vector<std::uint32_t> before;
    for (std::uint32_t i = first; i != size; ++i) {
        const local_dot id = graph.dot_of(order[i]);
        node(i + 1, to_text(log.dot_of(id)), marks.undone(id));
        graph.parents_of(id, parents);
        before.clear();
        for (const local_dot parent : parents) {
            before.push_back(numbers[graph.index_of(parent).value]);
        }
        lean_sort(before.begin(), before.end());
        for (const std::uint32_t parent : before) {
            if (parent >= first) {
                edge(i + 1, parent + 1);
            }
        }
    }
}

}  // namespace detail

/// For Graphviz; the last `count` operations by stamp.
template <class Traits>
[[nodiscard]] std::string to_graphviz(const operation_log<Traits>& log,
                                      const undo_marks& marks = {},
                                      std::uint32_t count = ~0U) {
    std::string out = "digraph weft {\n  rankdir=BT;\n  node [shape=box];\n";
    detail::each_node(
        log, marks, count,
        [&](std::uint32_t number, const std::string& label, bool undone) {
            out += "  n" + std::to_string(number) + " [label=\"" + label + "\"" +
                   (undone ? ", style=dashed" : "") + "];\n";
        },
        [&](std::uint32_t number, std::uint32_t parent) {
            out += "  n" + std::to_string(number) + " -> n" + std::to_string(parent) + ";\n";
        });
    return out + "}\n";
}

/// For Mermaid; the last `count` operations by stamp.
template <class Traits>
[[nodiscard]] std::string to_mermaid(const operation_log<Traits>& log,
                                     const undo_marks& marks = {},
                                     std::uint32_t count = ~0U) {
    std::string out = "flowchart BT\n";
    bool any_undone = false;
    detail::each_node(
        log, marks, count,
        [&](std::uint32_t number, const std::string& label, bool undone) {
            out += "  n" + std::to_string(number) + "[\"" + label + "\"]" +
                   (undone ? ":::undone" : "") + "\n";
            any_undone |= undone;
        },
        [&](std::uint32_t number, std::uint32_t parent) {
            out += "  n" + std::to_string(number) + " --> n" + std::to_string(parent) + "\n";
        });
    return out + (any_undone ? "  classDef undone stroke-dasharray: 4\n" : "");
}

}  // namespace weft

#endif
