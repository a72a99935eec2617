/// A causal graph that is slow on purpose: every operation stores the set of its ancestors, every
/// question is a loop over all. And random histories for it, made from a list of numbers, so that
/// rapidcheck can shrink them.
#ifndef WEFT_TESTS_CAUSAL_GRAPH_MODEL_HPP
#define WEFT_TESTS_CAUSAL_GRAPH_MODEL_HPP

#include <weft/base/random.hpp>
#include <weft/causal/causal_graph.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace weft::test {

using dots = weft::lean_vector<local_dot>;

struct graph_operation {
    local_dot dot{};
    timestamp at{};
    dots parents;  // ascending
};

/// Operations by index. A set of them is a std::vector<bool>.
class graph_model {
public:
    using set = std::vector<bool>;

    void add(const graph_operation& made) {
        set past(operations_.size(), false);
        for (const local_dot parent : made.parents) {
            const set& of = pasts_[index_of(parent)];
            for (std::size_t i = 0; i < of.size(); ++i) {
                past[i] = past[i] || of[i];
            }
        }
        past.push_back(true);
        places_.emplace(made.dot, operations_.size());
        operations_.push_back(made);
        pasts_.push_back(past);
    }

    [[nodiscard]] std::size_t size() const { return operations_.size(); }

    [[nodiscard]] const graph_operation& operator[](std::size_t i) const { return operations_[i]; }

    [[nodiscard]] std::size_t index_of(local_dot d) const { return places_.at(d); }

    /// Whether the i-th operation is the k-th or has it in its past.
    [[nodiscard]] bool contains(std::size_t i, std::size_t k) const {
        return k < pasts_[i].size() && pasts_[i][k];
    }

    [[nodiscard]] bool contains(local_dot of, local_dot what) const {
        return contains(index_of(of), index_of(what));
    }

    [[nodiscard]] sequence count(std::uint32_t slot) const {
        sequence n = 0;
        while (places_.contains({{slot}, n + 1})) {
            ++n;
        }
        return n;
    }

    [[nodiscard]] set past_of(const dots& frontier) const {
        set past(size(), false);
        for (const local_dot d : frontier) {
            for (std::size_t i = 0; i < size(); ++i) {
                past[i] = past[i] || contains(index_of(d), i);
            }
        }
        return past;
    }

    /// The members that no other member has in its past, sorted.
    [[nodiscard]] dots maximal(const set& members) const {
        dots found;
        for (std::size_t i = 0; i < size(); ++i) {
            bool covered = !members[i];
            for (std::size_t k = i + 1; k < size() && !covered; ++k) {
                covered = members[k] && contains(k, i);
            }
            if (!covered) {
                found.push_back(operations_[i].dot);
            }
        }
        std::sort(found.begin(), found.end());
        return found;
    }

    [[nodiscard]] dots heads() const { return maximal(set(size(), true)); }

    [[nodiscard]] bool is_antichain(const dots& of) const {
        for (std::size_t i = 0; i < of.size(); ++i) {
            for (std::size_t k = 0; k < of.size(); ++k) {
                if (i != k && contains(of[i], of[k])) {
                    return false;
                }
            }
        }
        return true;
    }

private:
    std::vector<graph_operation> operations_;
    std::vector<set> pasts_;
    std::map<local_dot, std::size_t> places_;
};

/// Adds the i-th operation of the model to a graph.
inline op_index add(causal_graph& graph, const graph_operation& made) {
    return graph.add(made.dot.slot, made.at, made.parents);
}

/// A graph of the first `size` operations.
inline causal_graph graph_of(const graph_model& model, std::size_t size) {
    causal_graph graph;
    for (std::size_t i = 0; i < size; ++i) {
        add(graph, model[i]);
    }
    return graph;
}

/// One operation for each number: who writes, and what it has seen, are taken from it. Actors come
/// in one after another; most operations extend their actor's run, some merge one or two others,
/// few merge many, and some do not name their actor's previous operation because a parent covers
/// it. Equal timestamps of concurrent operations happen.
inline graph_model history_of(const std::vector<std::uint64_t>& numbers, std::uint32_t actors) {
    graph_model model;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        splitmix64 random{numbers[i]};
        const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
        const auto open = std::min<std::size_t>(actors, 2 + i / 4);
        const actor_slot slot{static_cast<std::uint32_t>(below(open))};
        graph_operation made{{slot, model.count(slot.value) + 1}, {}, {}};
        dots seen;
        if (made.dot.sequence > 1) {
            seen.push_back({slot, made.dot.sequence - 1});
        }
        const std::size_t dice = below(32);
        const bool fresh = made.dot.sequence == 1 && below(4) != 0;
        std::size_t others = dice < 20 ? 0 : dice < 28 ? 1 : dice < 31 ? 2 : 12;
        others += fresh ? 1 : 0;
        for (; others != 0 && i != 0; --others) {
            const std::size_t from = below(4) == 0 ? 0 : i - std::min<std::size_t>(i, 8);
            seen.push_back(model[from + below(i - from)].dot);
        }
        graph_model::set members(model.size(), false);
        for (const local_dot d : seen) {
            members[model.index_of(d)] = true;
        }
        made.parents = model.maximal(members);
        for (const local_dot parent : made.parents) {
            made.at = std::max(made.at, model[model.index_of(parent)].at);
        }
        made.at.bits += 1 + below(3) * below(2) * 1000;
        model.add(made);
    }
    return model;
}

}  // namespace weft::test

#endif
