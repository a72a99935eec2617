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
        const bool taken = std::any_of(nodes_[left].right.begin(), nodes_[left].right.end(),
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

namespace list_test {

TEST_CASE("merge/list: the laws hold for strings") {
    weft::test::check_laws<list<std::string>>("merge/list: string", 150);
}

namespace {

using text_list = list<std::string>;

/// Replicas with their own slots are laws.hpp's affair; here all share one numbering.
struct list_bench {
    weft::byte_buffer ids = weft::byte_buffer(64);
    weft::test::recording_report report;
    std::uint64_t clock = 0;

    list_bench() {
        for (std::size_t slot = 0; slot < 4; ++slot) {
            ids[16 * slot + 15] = static_cast<std::byte>(slot);
        }
    }

    struct sent {
        weft::byte_buffer payload;
        observed_list dots;
        event at;
    };

    /// What `fn` does to a state, as an operation of slot's; not applied.
    template <class Edit>
    sent make(const text_list& state, std::uint32_t slot, weft::sequence sequence, const Edit& fn) {
        text_list::effect effect;
        text_list::editor editor(state, effect);
        fn(editor);
        sent made;
        state.observe(effect, made.dots);
        weft::byte_writer out(made.payload);
        text_list::encode(effect, out);
        made.at = {{{{slot}, sequence}, 0}, timestamp{++clock}, {ids.data(), 16}};
        return made;
    }

    bool apply(text_list& state, const sent& one) {
        weft::byte_reader in(one.payload);
        auto effect = text_list::decode(in, one.dots.size());
        REQUIRE(effect.has_value());
        return state.apply(*std::move(effect), one.dots, one.at, report);
    }

    template <class Edit>
    bool edit(text_list& state, std::uint32_t slot, weft::sequence sequence, const Edit& fn) {
        return apply(state, make(state, slot, sequence, fn));
    }
};

std::string joined_list(const text_list& state) {
    std::string all;
    for (const std::string& each : state) {
        all += each;
    }
    return all;
}

/// "abc" as a list, by slot 0.
text_list abc_list(list_bench& b) {
    text_list state;
    b.edit(state, 0, 1, [](auto& e) {
        e.push_back("a");
        e.push_back("b");
        e.push_back("c");
    });
    return state;
}

weft::byte_buffer list_bytes(std::initializer_list<int> bytes) {
    weft::byte_buffer buffer;
    for (const int byte : bytes) {
        buffer.push_back(static_cast<std::byte>(byte));
    }
    return buffer;
}

weft::error list_refusal(std::initializer_list<int> bytes, std::size_t dots) {
    const weft::byte_buffer buffer = list_bytes(bytes);
    weft::byte_reader in(buffer);
    const auto read = text_list::decode(in, dots);
    REQUIRE_FALSE(read.has_value());
    CHECK(in.offset() == 0);
    return read.error();
}

}  // namespace

TEST_CASE("merge/list: what two writers insert at one place does not interleave") {
    for (const bool backwards : {false, true}) {
        list_bench b;
        text_list left = abc_list(b);
        text_list right = left;
        std::vector<list_bench::sent> all;
        const auto type = [&](text_list& state, std::uint32_t slot, const char* letter) {
            for (weft::sequence i = 0; i < 4; ++i) {
                all.push_back(b.make(state, slot, i + 1,
                                     [&](auto& e) { e.insert(backwards ? 1 : 1 + i, letter); }));
                b.apply(state, all.back());
            }
        };
        type(left, 1, "x");
        type(right, 2, "y");
        for (std::size_t i = 0; i < 4; ++i) {
            b.apply(right, all[i]);
            b.apply(left, all[4 + i]);
        }
        CHECK(joined_list(left) == "axxxxyyyybc");
        CHECK(joined_list(right) == "axxxxyyyybc");
        CHECK(left == right);
        CHECK(left.digest_sum() == right.digest_sum());
    }
}

TEST_CASE("merge/list: of concurrent moves of an element the last wins, and it is there once") {
    list_bench b;
    text_list state = abc_list(b);
    const auto first = b.make(state, 1, 1, [](auto& e) { e.move(0, 2); });
    const auto second = b.make(state, 2, 1, [](auto& e) { e.move(0, 1); });
    text_list other = state;
    CHECK(b.apply(state, first));
    CHECK(joined_list(state) == "bca");
    CHECK(b.apply(state, second));
    CHECK(joined_list(state) == "bac");
    CHECK(b.apply(other, second));
    CHECK_FALSE(b.apply(other, first));
    CHECK(joined_list(other) == "bac");
    REQUIRE(b.report.decisions.size() == 2);
    for (const auto& each : b.report.decisions) {
        CHECK(each.why == weft::reason::moved_last);
        CHECK(each.winner == weft::local_dot{{2}, 1});
        CHECK(each.loser == weft::local_dot{{1}, 1});
    }
}

TEST_CASE("merge/list: concurrent moves that would make a cycle of neighbours make none") {
    list_bench b;
    text_list state = abc_list(b);
    // a behind b, b behind c, c behind a.
    const auto one = b.make(state, 1, 1, [](auto& e) { e.move(0, 1); });
    const auto two = b.make(state, 2, 1, [](auto& e) { e.move(1, 2); });
    const auto three = b.make(state, 3, 1, [](auto& e) { e.move(2, 1); });
    text_list other = state;
    for (const auto* each : {&one, &two, &three}) {
        b.apply(state, *each);
    }
    for (const auto* each : {&three, &two, &one}) {
        b.apply(other, *each);
    }
    CHECK(state.size() == 3);
    CHECK(joined_list(state) == joined_list(other));
    CHECK(state == other);
}

TEST_CASE("merge/list: a removal wins over a concurrent move, assignment and removal") {
    list_bench b;
    text_list state = abc_list(b);
    const auto removal = b.make(state, 1, 1, [](auto& e) { e.erase(1); });
    const auto again = b.make(state, 2, 1, [](auto& e) { e.erase(1); });
    const auto move = b.make(state, 2, 2, [](auto& e) { e.move(1, 0); });
    const auto assignment = b.make(state, 3, 1, [](auto& e) { e.set(1, "B"); });
    text_list other = state;
    CHECK(b.apply(state, removal));
    CHECK_FALSE(b.apply(state, again));
    CHECK_FALSE(b.apply(state, move));
    CHECK_FALSE(b.apply(state, assignment));
    CHECK(joined_list(state) == "ac");
    REQUIRE(b.report.decisions.size() == 2);
    CHECK(b.report.decisions[1].why == weft::reason::remove_won);
    CHECK(b.report.decisions[1].winner == weft::local_dot{{1}, 1});
    CHECK(b.report.decisions[1].loser == weft::local_dot{{3}, 1});
    CHECK(b.apply(other, assignment));
    CHECK(b.apply(other, move));
    CHECK(joined_list(other) == "Bac");
    CHECK(b.apply(other, removal));
    CHECK_FALSE(b.apply(other, again));
    CHECK(joined_list(other) == "ac");
    CHECK(state == other);
    CHECK(state.digest_sum() == other.digest_sum());
    CHECK(b.report.decisions.size() == 4);  // what the removal ended
}

TEST_CASE("merge/list: a move and a concurrent assignment both count") {
    list_bench b;
    text_list state = abc_list(b);
    const auto move = b.make(state, 1, 1, [](auto& e) { e.move(2, 0); });
    const auto assignment = b.make(state, 2, 1, [](auto& e) { e.set(2, "C"); });
    b.apply(state, move);
    b.apply(state, assignment);
    CHECK(joined_list(state) == "Cab");
    CHECK(b.report.decisions.empty());
}

TEST_CASE("merge/list: a re-insert replaces what it saw and leaves what it did not") {
    list_bench b;
    text_list state = abc_list(b);
    const auto concurrent = b.make(state, 1, 1, [](auto& e) { e.insert(3, "new"); });
    text_list::effect effect;
    state.replace(text_list{"x", "y"}, effect);
    observed_list dots;
    state.observe(effect, dots);
    CHECK(dots == observed_list{{{{0}, 1}, 0}});
    state.apply(std::move(effect), dots, {{{{2}, 1}, 0}, timestamp{9}, {b.ids.data(), 16}},
                b.report);
    CHECK(joined_list(state) == "xy");
    b.apply(state, concurrent);
    CHECK(state.size() == 3);
    CHECK(joined_list(state) == "xynew");
}

TEST_CASE(
    "merge/list: an element keeps its id wherever it goes, and loses its index when removed") {
    list_bench b;
    text_list state = abc_list(b);
    const weft::list_id id = state.id_at(1);
    CHECK(id == weft::list_id{{{{0}, 1}, 0}, 1});
    b.edit(state, 1, 1, [](auto& e) { e.move(1, 0); });
    CHECK(state.index_of(id) == 0);
    CHECK(state.id_at(0) == id);
    CHECK(state.index_of({{{{1}, 1}, 0}, 0}) == text_list::nowhere);  // a place, no element
    CHECK(state.index_of({{{{0}, 1}, 0}, 3}) == text_list::nowhere);
    CHECK(state.index_of({}) == text_list::nowhere);
    b.edit(state, 1, 2, [](auto& e) { e.erase(0); });
    CHECK(state.index_of(id) == text_list::nowhere);
    CHECK(text_list().index_of(id) == text_list::nowhere);
}

TEST_CASE("merge/list: a transaction sees its own edits, and its elements can be edited at once") {
    list_bench b;
    text_list state = abc_list(b);
    b.edit(state, 1, 1, [](auto& e) {
        e.insert(1, "x");
        e.insert(99, "end");
        CHECK(e.move(1, 3));
        CHECK(e.set(3, "y"));
        CHECK(e.set(0, "A"));
        CHECK(e.set(0, "AA"));
        CHECK(e.move(0, 1));
        CHECK(e[1] == "AA");
        CHECK(e.erase(0));
        CHECK(e.size() == 4);
        CHECK(e.set(0, "aa"));
        CHECK_FALSE(e.erase(4));
        CHECK_FALSE(e.set(4, "no"));
        CHECK_FALSE(e.move(4, 0));
        CHECK_FALSE(e.move(0, 4));
        CHECK(e.move(2, 2));
    });
    CHECK(state.value() == std::vector<std::string>{"aa", "c", "y", "end"});
    CHECK_FALSE(b.edit(state, 1, 2, [](auto& e) { e.set(0, "aa"); }));
}

TEST_CASE("merge/list: nothing done is no effect, and a clear of nothing either") {
    text_list state;
    text_list::effect effect;
    text_list::editor editor(state, effect);
    CHECK(editor.empty());
    CHECK_FALSE(editor.erase(0));
    CHECK(effect.empty());
    editor.clear();
    observed_list dots;
    state.observe(effect, dots);
    CHECK(effect.empty());
    CHECK(dots.empty());
}

TEST_CASE("merge/list: the effect's bytes are these") {
    list_bench b;
    text_list state = abc_list(b);
    const auto made = b.make(state, 1, 1, [](auto& e) {
        e.insert(1, "x");  // right of a is b: left of b
        e.insert(2, "y");  // right of x
        e.move(4, 0);      // c to the front, left of a
        e.set(0, "C");
        e.erase(1);        // a
        e.erase(3);        // b
        e.push_back("z");  // right of c's old place? there is nothing: of its element no more
    });
    CHECK(made.dots == observed_list{{{{0}, 1}, 0}});
    CHECK(made.payload == list_bytes({2, 2, 1,   1, 'x',  // left of dot 0's second
                                      0, 1, 'y',          // next
                                      4, 2, 2,   2, 0,    // its third, left of its first
                                      5, 2, 2,   1, 'C',  // assigned
                                      1, 1, 1,   1, 'z',  // right of y
                                      6, 2, 0,   7}));    // its first and second go
}

TEST_CASE("merge/list: the payload is canonical or refused") {
    using weft::errc;
    CHECK(list_refusal({}, 0).code == errc::truncated);
    CHECK(list_refusal({8}, 0) == weft::error(errc::out_of_range, 0));
    CHECK(list_refusal({0, 1, 'a'}, 0).code == errc::out_of_range);  // next of nothing
    CHECK(list_refusal({1, 0, 2, 'a'}, 0).code == errc::truncated);  // value cut
    CHECK(list_refusal({1, 0, 1, 0xFF}, 0) == weft::error(errc::bad_utf8, 3));
    CHECK(list_refusal({2, 0, 1, 'a'}, 0).code == errc::not_canonical);  // left of the front
    CHECK(list_refusal({4, 2, 0, 0}, 1).code == errc::not_canonical);
    CHECK(list_refusal({1, 2, 0, 1, 'a'}, 0).code == errc::out_of_range);   // no such dot
    CHECK(list_refusal({1, 0, 1, 'a'}, 1).code == errc::out_of_range);      // a dot too many
    CHECK(list_refusal({1, 3, 0, 1, 'a'}, 2).code == errc::not_canonical);  // dots out of order
    CHECK(list_refusal({1, 1, 0, 1, 'a'}, 0).code == errc::out_of_range);   // not made yet
    CHECK(list_refusal({1, 0, 1, 'a', 1, 1, 0, 1, 'b'}, 0) ==
          weft::error(errc::not_canonical, 4));                    // shorter as 0
    CHECK(list_refusal({3, 0, 0}, 0).code == errc::out_of_range);  // the front moves
    CHECK(list_refusal({5, 2, 0x80, 0}, 1).code == errc::not_shortest);
    CHECK(list_refusal({5, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0}, 1).code == errc::out_of_range);
    CHECK(list_refusal({6, 2, 0, 5, 2, 1, 0}, 1) == weft::error(errc::not_sorted, 3));
    CHECK(list_refusal({7}, 0).code == errc::out_of_range);  // after nothing
    CHECK(list_refusal({6, 2, 1, 6, 2, 0}, 1).code == errc::not_sorted);
    CHECK(list_refusal({6, 2, 1, 6, 2, 1}, 1).code == errc::not_sorted);
    CHECK(list_refusal({6, 2, 1, 6, 2, 2}, 1).code == errc::not_sorted);  // shorter as 7
    CHECK(list_refusal({6, 2, 0, 6, 1, 0}, 1).code == errc::out_of_range);
    CHECK(list_refusal({1, 0, 0, 6, 2, 0, 6, 1, 0}, 1).code == errc::not_sorted);
    CHECK(list_refusal({1, 0, 0, 6, 1, 0, 7}, 0).code == errc::out_of_range);  // not made
    CHECK(list_refusal({6, 2, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 7}, 1).code == errc::out_of_range);
}

TEST_CASE(
    "merge/list: what is not known is none: insertions go to the front, other edits nowhere") {
    list_bench b;
    text_list state = abc_list(b);
    const auto apply = [&](std::initializer_list<int> bytes) {
        list_bench::sent one{list_bytes(bytes),
                             {{{{3}, 7}, 1}},
                             {{{{1}, static_cast<weft::sequence>(++b.clock)}, 0},
                              timestamp{b.clock},
                              {b.ids.data(), 16}}};
        return b.apply(state, one);
    };
    CHECK(apply({2, 2, 0, 1, 'x'}));
    CHECK(joined_list(state).find('x') != std::string::npos);
    const std::string before = joined_list(state);
    CHECK_FALSE(apply({3, 2, 0, 0}));
    CHECK_FALSE(apply({5, 2, 9, 1, 'y'}));
    CHECK_FALSE(apply({6, 2, 0, 7, 7}));
    CHECK(joined_list(state) == before);
}

TEST_CASE("merge/list: an effect that was decoded and not told its dots takes nothing back") {
    list_bench b;
    text_list state = abc_list(b);
    const auto removal = b.make(state, 1, 1, [](auto& e) { e.erase(1); });
    weft::byte_reader in(removal.payload);
    auto again = text_list::decode(in, 1);
    REQUIRE(again.has_value());
    observed_list dots;
    state.observe(*again, dots);
    CHECK(again->empty());
    CHECK(dots.empty());
}

TEST_CASE("merge/list: a detached list is a list, and a builder can fill one") {
    text_list detached{"a", "b"};
    detached.push_back("c");
    CHECK(detached.value() == std::vector<std::string>{"a", "b", "c"});
    CHECK(detached.pristine());
    CHECK(detached == text_list{"a", "b", "c"});
    CHECK_FALSE(detached == text_list{"a", "b", "d"});
    CHECK_FALSE(detached == text_list{"a", "b"});
    auto at = detached.begin();
    CHECK(at->size() == 1);
    CHECK(at++ != at);
    CHECK(*at == "b");
    CHECK(text_list().begin() == text_list().end());

    text_list::effect effect;
    const text_list blank;
    text_list::editor editor(blank, effect);
    editor.push_back("x");
    editor.push_back("y");
    editor.erase(0);
    weft::byte_buffer payload;
    weft::byte_writer out(payload);
    text_list::encode(effect, out);
    CHECK(payload == list_bytes({1, 0, 1, 'x', 0, 1, 'y', 6, 1, 0}));
}

TEST_CASE("merge/list: a string that is not UTF-8 is refused where it is written") {
    text_list state;
    text_list::effect effect;
    text_list::editor(state, effect).push_back("\xC0\x80");
    observed_list dots;
    CHECK_THROWS_AS(state.observe(effect, dots), weft::bad_value);
}

TEST_CASE("merge/list: an edit that finds no memory has not happened, and the next one goes on") {
    list_bench b;
    const text_list state = abc_list(b);
    text_list::effect effect;
    text_list::editor editor(state, effect);
    std::vector<std::string> shown{"a", "b", "c"};
    const auto unchanged = [&] {
        std::vector<std::string> now;
        for (std::size_t i = 0; i < editor.size(); ++i) {
            now.push_back(editor[i]);
        }
        CHECK(now == shown);
    };
    int failures = 0;
    const auto edit = [&](const auto& fn, std::vector<std::string> wanted) {
        failures += weft::test::fail_each_allocation([&] { fn(); }, unchanged);
        shown = std::move(wanted);
        unchanged();
    };
    edit([&] { editor.insert(1, "x"); }, {"a", "x", "b", "c"});
    edit([&] { editor.move(3, 0); }, {"c", "a", "x", "b"});
    edit([&] { editor.set(1, "A"); }, {"c", "A", "x", "b"});
    edit([&] { editor.erase(3); }, {"c", "A", "x"});
    for (int i = 0; i < 20; ++i) {
        std::vector<std::string> longer = shown;
        longer.insert(longer.begin() + i % 3, "y");
        edit([&] { editor.insert(static_cast<std::size_t>(i % 3), "y"); }, longer);
    }
    CHECK(failures > 10);
    observed_list dots;
    state.observe(effect, dots);
    text_list after = state;
    after.apply(std::move(effect), dots, {{{{1}, 1}, 0}, timestamp{9}, {b.ids.data(), 16}},
                b.report);
    CHECK(after.value() == shown);
}

}  // namespace list_test
