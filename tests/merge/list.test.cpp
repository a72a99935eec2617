#include <weft/merge/list.hpp>

#include "merge/laws.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using weft::event;
using weft::list;
using weft::local_event;
using weft::observed_list;
using weft::timestamp;

namespace weft::test {

/// The steps that an editor was told, by index: nothing about positions.
template <class T>
struct list_steps {
    enum class kind { insert, erase, move, set, clear };

    struct step {
        kind what{};
        std::size_t at = 0;
        std::size_t to = 0;
        exactly<T> value{};
    };

    std::vector<step> steps;
    std::vector<exactly<T>> now;  ///< what the editor shows
    bool begun = false;

    void settle() {}
};

/// A list that is read from the whole history, step by step, each in the view of its writer: trees
/// of nodes, recursion, and a search through everything for whatever is asked.
template <class T>
class slow_list {
public:
    using meaning = list_steps<T>;
    using kind = typename meaning::kind;
    using past = past_event<meaning>;

    explicit slow_list(history<meaning> all) {
        std::sort(all.begin(), all.end(),
                  [](const past* a, const past* b) { return a->stamped_before(*b); });
        nodes_.push_back({});
        for (const past* each : all) {
            now_ = each;
            made_ = 0;
            for (const auto& step : each->what.steps) {
                take(step);
            }
        }
        now_ = nullptr;
    }

    [[nodiscard]] std::vector<exactly<T>> values() const {
        std::vector<exactly<T>> all;
        for (const std::size_t each : shown()) {
            all.push_back(value_of(nodes_[each].element));
        }
        return all;
    }

private:
    struct node {
        const past* by = nullptr;
        std::size_t index = 0;
        std::size_t element = 0;
        std::vector<std::size_t> left{};
        std::vector<std::size_t> right{};
    };

    struct element {
        std::vector<std::size_t> nodes{};  ///< the last that is seen counts
        std::vector<std::pair<const past*, exactly<T>>> values{};
        std::vector<const past*> removals{};
    };

    /// Whether the writer of the event at hand sees what another did; at the end all is seen.
    [[nodiscard]] bool seen(const past* by) const {
        return now_ == nullptr || by == nullptr || by == now_ || now_->saw(*by);
    }

    [[nodiscard]] exactly<T> value_of(std::size_t number) const {
        exactly<T> last;
        for (const auto& [by, value] : elements_[number].values) {
            last = seen(by) ? value : last;
        }
        return last;
    }

    void walk(std::size_t at, std::vector<std::size_t>& order) const {
        for (const std::size_t each : nodes_[at].left) {
            walk(each, order);
        }
        if (seen(nodes_[at].by)) {
            order.push_back(at);
        }
        for (const std::size_t each : nodes_[at].right) {
            walk(each, order);
        }
    }

    /// All positions that are seen, the front first.
    [[nodiscard]] std::vector<std::size_t> order() const {
        std::vector<std::size_t> all;
        walk(0, all);
        return all;
    }

    [[nodiscard]] std::vector<std::size_t> shown() const {
        std::vector<std::size_t> current;
        for (const element& each : elements_) {
            std::size_t last = 0;
            for (const std::size_t at : each.nodes) {
                last = seen(nodes_[at].by) ? at : last;
            }
            const bool gone = std::any_of(each.removals.begin(), each.removals.end(),
                                          [&](const past* by) { return seen(by); });
            current.push_back(gone ? 0 : last);
        }
        std::vector<std::size_t> all;
        for (const std::size_t at : order()) {
            if (at != 0 && current[nodes_[at].element] == at) {
                all.push_back(at);
            }
        }
        return all;
    }

    void add(std::size_t index, std::vector<std::size_t> elements, std::size_t number) {
        const std::size_t left = index == 0 ? 0 : elements[index - 1];
        const auto all = order();
        const bool taken =
            std::any_of(nodes_[left].right.begin(), nodes_[left].right.end(),
                        [&](std::size_t each) { return seen(nodes_[each].by); });
        const auto here = std::find(all.begin(), all.end(), left);
        const std::size_t beside = taken ? here[1] : left;
        nodes_.push_back({now_, made_++, number, {}, {}});
        auto& siblings = taken ? nodes_[beside].left : nodes_[beside].right;
        siblings.push_back(nodes_.size() - 1);
        std::sort(siblings.begin(), siblings.end(), [&](std::size_t a, std::size_t b) {
            return std::pair(nodes_[a].by->id, nodes_[a].index) <
                std::pair(nodes_[b].by->id, nodes_[b].index);
        });
        elements_[number].nodes.push_back(nodes_.size() - 1);
    }

    void take(const typename meaning::step& step) {
        auto all = shown();
        switch (step.what) {
        case kind::insert:
            elements_.push_back({});
            elements_.back().values.emplace_back(now_, step.value);
            add(step.at, all, elements_.size() - 1);
            break;
        case kind::erase:
            elements_[nodes_[all[step.at]].element].removals.push_back(now_);
            break;
        case kind::move: {
            const std::size_t moved = nodes_[all[step.at]].element;
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(step.at));
            add(step.to, all, moved);
            break;
        }
        case kind::set:
            elements_[nodes_[all[step.at]].element].values.emplace_back(now_, step.value);
            break;
        case kind::clear:
            for (const std::size_t each : all) {
                elements_[nodes_[each].element].removals.push_back(now_);
            }
            break;
        }
    }

    std::vector<node> nodes_;
    std::vector<element> elements_;
    const past* now_ = nullptr;
    std::size_t made_ = 0;
};

template <class T>
struct model<list<T>> {
    using meaning = list_steps<T>;
    using kind = typename meaning::kind;
    using visible = std::vector<exactly<T>>;
    static constexpr bool changes_are_exact = false;  // an effect may undo what it does
    static constexpr bool has_conflicts = true;

    static list<T> detached(chance& random) {
        list<T> wanted;
        for (std::size_t left = random.below(4); left > 0; --left) {
            wanted.push_back(hostile<T>(random));
        }
        return wanted;
    }

    static meaning replacing(const list<T>& wanted, const visible& /*seen*/) {
        meaning what;
        what.begun = true;
        what.steps.push_back({kind::clear, 0, 0, {}});
        for (const T& each : wanted) {
            what.steps.push_back({kind::insert, what.now.size(), 0, exactly<T>(each)});
            what.now.emplace_back(each);
        }
        return what;
    }

    static visible read(const list<T>& state) {
        visible values;
        for (const T& each : state) {
            const std::size_t at = values.size();
            RC_ASSERT(value_same(state[at], each));
            RC_ASSERT(state.index_of(state.id_at(at)) == at);
            values.emplace_back(each);
        }
        RC_ASSERT(values.size() == state.size());
        return values;
    }

    static void
    edit(typename list<T>::editor& editor, chance& random, meaning& what, const visible& seen) {
        if (!what.begun) {
            what.now = seen;
            what.begun = true;
        }
        auto& now = what.now;
        RC_ASSERT(editor.size() == now.size());
        const auto place = [&](std::size_t at) {
            return now.begin() + static_cast<std::ptrdiff_t>(at);
        };
        const std::size_t choice = now.empty() ? 7 : random.below(24);
        const std::size_t at = now.empty() ? 0 : random.below(now.size());
        const std::size_t to = now.empty() ? 0 : random.below(now.size());
        if (choice == 0) {
            editor.clear();
            what.steps = {{kind::clear, 0, 0, {}}};
            now.clear();
        } else if (choice < 5) {
            RC_ASSERT(editor.erase(at));
            what.steps.push_back({kind::erase, at, 0, {}});
            now.erase(place(at));
        } else if (choice < 10 && !now.empty()) {
            RC_ASSERT(editor.move(at, to));
            if (at != to) {
                what.steps.push_back({kind::move, at, to, {}});
                const exactly<T> moved = now[at];
                now.erase(place(at));
                now.insert(place(to), moved);
            }
        } else if (choice < 14 && !now.empty()) {
            const T value = hostile<T>(random);
            RC_ASSERT(editor.set(at, value));
            what.steps.push_back({kind::set, at, 0, exactly<T>(value)});
            now[at] = exactly<T>(value);
        } else {
            // Mostly at the ends, where writers meet.
            const std::size_t where = random.one_in(2) ? 0 : random.below(now.size() + 1);
            for (std::size_t i = 0, run = 1 + random.below(3); i < run; ++i) {
                const T value = hostile<T>(random);
                editor.insert(where + i, value);
                what.steps.push_back({kind::insert, where + i, 0, exactly<T>(value)});
                now.insert(place(where + i), exactly<T>(value));
            }
        }
        RC_ASSERT(editor.size() == now.size());
        for (std::size_t i = 0; i < now.size(); ++i) {
            RC_ASSERT(exactly<T>(editor[i]) == now[i]);
        }
        RC_ASSERT_FALSE(editor.erase(now.size()));
        RC_ASSERT_FALSE(editor.move(now.size(), 0));
        RC_ASSERT_FALSE(editor.set(now.size(), T{}));
    }

    static visible expected(const history<meaning>& all) { return slow_list<T>(all).values(); }

    /// Names positions and elements that are others, or not there.
    static void lie(typename list<T>::effect& effect, chance& random) {
        const auto other = [&](list_ref& ref) {
            if (ref.from >= list_ref::named && random.one_in(2)) {
                ref.index = static_cast<std::uint32_t>(random.below(4));
            }
        };
        for (auto& each : effect.edits) {
            if (each.what != list_edit::set) {
                other(each.beside);
                if (each.beside.from != list_ref::front && random.one_in(3)) {
                    each.side = random.one_in(2) ? list_side::left : list_side::right;
                }
            }
            if (each.what != list_edit::insert) {
                other(each.element);
            }
        }
    }
};

}  // namespace weft::test

TEST_CASE("merge/list: the laws hold for strings") {
    weft::test::check_laws<list<std::string>>("merge/list: string", 150);
}
