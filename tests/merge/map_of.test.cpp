#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/bounded_counter.hpp>
#include <weft/merge/counter.hpp>
#include <weft/merge/list.hpp>
#include <weft/merge/lww.hpp>
#include <weft/merge/map_of.hpp>
#include <weft/merge/max.hpp>
#include <weft/merge/multi_value.hpp>
#include <weft/merge/remove_wins_set.hpp>

#include "merge/map_model.hpp"
#include "merge/play.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using weft::add_wins_set;
using weft::bounded_counter;
using weft::counter;
using weft::lww;
using weft::map_of;
using weft::multi_value;

namespace weft::test {

/// The value with the greatest stamp.
template <class T>
struct inner_oracle<lww<T>> : register_oracle<lww<T>> {
    using meaning = typename register_oracle<lww<T>>::meaning;
    using visible = exactly<T>;
    static constexpr bool has_conflicts = true;

    static void
    edit(typename lww<T>::editor& editor, chance& random, meaning& what, const visible& /*seen*/) {
        RC_ASSERT((!what.assigned || visible(editor.value()) == visible(what.value)));
        what = {hostile<T>(random), true};
        editor = what.value;
    }

    static visible read(const lww<T>& state) { return visible(state.value()); }

    static visible expected(const history<meaning>& all) {
        const auto* last = all.front();
        for (const auto* each : all) {
            last = last->stamped_before(*each) ? each : last;
        }
        return visible(last->what.value);
    }
};

/// The values that no other has seen, by time and then by value.
template <class T>
struct inner_oracle<multi_value<T>> : register_oracle<multi_value<T>> {
    using meaning = typename register_oracle<multi_value<T>>::meaning;
    using visible = std::vector<exactly<T>>;
    static constexpr bool has_conflicts = false;

    static void edit(typename multi_value<T>::editor& editor,
                     chance& random,
                     meaning& what,
                     const visible& /*seen*/) {
        what = {hostile<T>(random), true};
        editor = what.value;
    }

    static visible read(const multi_value<T>& state) {
        visible values;
        for (const T& each : state.values()) {
            values.emplace_back(each);
        }
        return values;
    }

    static visible expected(const history<meaning>& all) {
        history<meaning> last = maximal(all);
        std::sort(last.begin(), last.end(), [](const auto* a, const auto* b) {
            return a->at != b->at ? a->at < b->at : value_less(a->what.value, b->what.value);
        });
        visible values;
        for (const auto* each : last) {
            values.emplace_back(each->what.value);
        }
        return values;
    }
};

/// The greatest value.
template <>
struct inner_oracle<weft::max<std::int64_t>> : register_oracle<weft::max<std::int64_t>> {
    using meaning = register_oracle<weft::max<std::int64_t>>::meaning;
    using visible = std::int64_t;
    static constexpr bool has_conflicts = true;

    static void edit(weft::max<std::int64_t>::editor& editor,
                     chance& random,
                     meaning& what,
                     const visible& /*seen*/) {
        const auto value = static_cast<std::int64_t>(random.below(9));
        what = {what.assigned && what.value > value ? what.value : value, true};
        editor = value;
    }

    static visible read(const weft::max<std::int64_t>& state) { return state.value(); }

    static visible expected(const history<meaning>& all) {
        std::int64_t most = all.front()->what.value;
        for (const auto* each : all) {
            most = std::max(most, each->what.value);
        }
        return most;
    }
};

/// The sum of what no restart has seen.
template <>
struct inner_oracle<counter> {
    struct meaning {
        std::uint64_t amount = 0;
        bool restarts = false;
    };

    using visible = std::int64_t;
    static constexpr bool has_conflicts = true;

    static counter detached(chance& random) {
        return {static_cast<std::int64_t>(random.below(3)) * 100};
    }

    static meaning replacing(const counter& wanted) {
        return {static_cast<std::uint64_t>(wanted.value()), true};
    }

    static meaning removing(visible /*seen*/) { return {0, true}; }

    static bool nothing(const meaning& what, visible /*seen*/, bool /*removed*/) {
        return what.amount == 0;
    }

    static void edit(counter::editor& editor, chance& random, meaning& what, visible /*seen*/) {
        const std::int64_t before = editor.value();
        RC_ASSERT((!what.restarts || before == static_cast<std::int64_t>(what.amount)));
        const std::int64_t amount = static_cast<std::int64_t>(random.below(7)) - 2;
        editor += amount;
        what.amount += static_cast<std::uint64_t>(amount);
        RC_ASSERT(editor.value() == before + amount);
    }

    static visible read(const counter& state) { return state.value(); }

    static visible expected(const history<meaning>& all) {
        std::uint64_t sum = 0;
        for (const auto* each : all) {
            sum += each->what.amount;
        }
        return static_cast<std::int64_t>(sum);
    }
};

/// Grants alone: what is taken is for bounded_counter's own test.
template <>
struct inner_oracle<bounded_counter<-5>> {
    struct meaning {
        std::uint64_t granted = 0;
    };

    using visible = std::int64_t;
    static constexpr bool has_conflicts = true;

    static bounded_counter<-5> detached(chance& random) {
        return {static_cast<std::int64_t>(random.below(20)) - 5};
    }

    static meaning replacing(const bounded_counter<-5>& wanted) {
        return {static_cast<std::uint64_t>(wanted.value() + 5)};
    }

    static meaning removing(visible /*seen*/) { return {}; }

    static bool nothing(const meaning& what, visible /*seen*/, bool /*removed*/) {
        return what.granted == 0;
    }

    static void
    edit(bounded_counter<-5>::editor& editor, chance& random, meaning& what, visible /*seen*/) {
        const std::uint64_t rights = editor.rights();
        const std::uint64_t amount = random.below(7);
        editor += amount;
        what.granted += amount;
        RC_ASSERT(editor.rights() == rights + amount);
        RC_ASSERT(!editor.self().empty());  // the map hands the writer on
    }

    static visible read(const bounded_counter<-5>& state) { return state.value(); }

    static visible expected(const history<meaning>& all) {
        std::int64_t sum = -5;
        for (const auto* each : all) {
            sum += static_cast<std::int64_t>(each->what.granted);
        }
        return sum;
    }
};

/// As the sets' own models, over few elements.
template <class Set, bool AddsWin>
struct set_oracle {
    struct meaning {
        std::map<int, bool> adds;
    };

    using visible = std::set<int>;
    static constexpr bool has_conflicts = false;

    static Set detached(chance& random) {
        Set wanted;
        for (std::size_t left = random.below(3); left > 0; --left) {
            wanted.insert(static_cast<int>(random.below(5)));
        }
        return wanted;
    }

    static meaning replacing(const Set& wanted) {
        meaning what;
        for (const int each : wanted) {
            what.adds[each] = true;
        }
        return what;
    }

    static meaning removing(const visible& /*seen*/) { return {}; }

    /// A removal that leaves no event does nothing where nothing is there, or its key goes anyway.
    static bool nothing(const meaning& what, const visible& seen, bool removed) {
        return std::all_of(what.adds.begin(), what.adds.end(), [&](const auto& each) {
            return AddsWin && !each.second && (removed || seen.count(each.first) == 0);
        });
    }

    static void
    edit(typename Set::editor& editor, chance& random, meaning& what, const visible& /*seen*/) {
        const int element = static_cast<int>(random.below(5));
        const bool adds = random.one_in(2);
        adds ? editor.insert(element) : editor.erase(element);
        what.adds[element] = adds;
        RC_ASSERT(editor.contains(element) == adds);
    }

    static visible read(const Set& state) { return {state.begin(), state.end()}; }

    static visible expected(const history<meaning>& all) {
        visible there;
        for (int element = 0; element < 5; ++element) {
            bool any = false;
            bool stays = false;
            bool barred = false;
            for (const auto* each : all) {
                const auto found = each->what.adds.find(element);
                if (found == each->what.adds.end()) {
                    continue;
                }
                bool seen_by_other_kind = false;
                bool seen = false;
                for (const auto* other : all) {
                    const auto its = other->what.adds.find(element);
                    if (its != other->what.adds.end() && other->saw(*each)) {
                        seen = true;
                        seen_by_other_kind |= its->second != found->second;
                    }
                }
                any |= found->second;
                stays |= found->second && !seen_by_other_kind;
                barred |= !found->second && !seen;
            }
            if (AddsWin ? stays : any && !barred) {
                there.insert(element);
            }
        }
        return there;
    }
};

template <>
struct inner_oracle<add_wins_set<int>> : set_oracle<add_wins_set<int>, true> {};

template <>
struct inner_oracle<weft::remove_wins_set<int>> : set_oracle<weft::remove_wins_set<int>, false> {};

}  // namespace weft::test

namespace map_of_test {

namespace map_of_examples {
namespace {

using weft::test::play;

using numbers = map_of<std::string, counter>;
using texts = map_of<std::string, lww<std::string>>;
using nested = map_of<std::string, numbers>;

std::string shown(const numbers& all) {
    std::string text;
    for (const auto& [key, value] : all.value()) {
        text += key + "=" + std::to_string(value.value()) + " ";
    }
    return text;
}

std::string shown(const texts& all) {
    std::string text;
    for (const auto& [key, value] : all.value()) {
        text += key + "=" + value.value() + " ";
    }
    return text;
}

std::string shown(const nested& all) {
    std::string text;
    for (const auto& [key, value] : all.value()) {
        text += key + "{" + shown(value) + "} ";
    }
    return text;
}

template <class P>
std::string outcome(const play<P>& of) {
    return of.outcome([](const auto& row) { return shown(row.field); });
}

/// An effect on a state, and the dots that it would observe.
template <class P, class Edit>
std::pair<typename P::effect, weft::observed_list> effect_of(const P& held, Edit&& edit) {
    typename P::effect effect;
    edit(typename P::editor(held, effect));
    weft::observed_list dots;
    held.observe(effect, dots);
    return {std::move(effect), std::move(dots)};
}

weft::byte_buffer bytes_of(std::initializer_list<int> all) {
    weft::byte_buffer bytes;
    for (const int each : all) {
        bytes.push_back(static_cast<std::byte>(each));
    }
    return bytes;
}

template <class P>
weft::errc refusal(std::initializer_list<int> payload, std::size_t dots) {
    const weft::byte_buffer bytes = bytes_of(payload);
    weft::byte_reader in(bytes);
    const auto read = P::decode(in, dots);
    CHECK(in.offset() == (read ? bytes.size() : 0));
    return read ? weft::errc::none : read.error().code;
}

}  // namespace

TEST_CASE("merge/map_of: a concurrent update survives a removal, without what was removed") {
    play<numbers> p;
    const auto made = p.update(0, 1, {}, [](auto& e) { e["a"] += 100; });
    p.update(1, 10, {made}, [](auto& e) { e["a"] += 1; });
    p.update(2, 20, {made}, [](auto& e) { e.erase("a"); });
    CHECK(outcome(p) == "a=1 ");
    p.update(2, 30, {1}, [](auto& e) { e.erase("a"); });
    CHECK(outcome(p).empty());
    p.update(0, 40, {3}, [](auto& e) { e["a"] += 7; });
    CHECK(outcome(p) == "a=7 ");
}

TEST_CASE("merge/map_of: what was removed does not beat an earlier assignment that survives") {
    play<texts> p;
    const auto late = p.update(0, 50, {}, [](auto& e) { e["a"] = "late"; });
    p.update(1, 10, {}, [](auto& e) { e["a"] = "early"; });
    CHECK(outcome(p) == "a=late ");
    p.update(2, 60, {late}, [](auto& e) { e.erase("a"); });
    CHECK(outcome(p) == "a=early ");
}

TEST_CASE("merge/map_of: of two concurrent removals each takes what it saw") {
    play<numbers> p;
    const auto one = p.update(0, 1, {}, [](auto& e) { e["a"] += 1; });
    const auto two = p.update(1, 2, {}, [](auto& e) { e["a"] += 20; });
    p.update(2, 10, {one}, [](auto& e) { e.erase("a"); });
    CHECK(outcome(p) == "a=20 ");
    p.update(3, 11, {two}, [](auto& e) { e.clear(); });
    CHECK(outcome(p).empty());
}

TEST_CASE("merge/map_of: a removal in an outer map leaves the inner keys that it had not seen") {
    play<nested> p;
    const auto made = p.update(0, 1, {}, [](auto& e) {
        e["x"]["a"] += 1;
        e["x"]["b"] += 2;
        e["y"]["c"] += 3;
    });
    CHECK(outcome(p) == "x{a=1 b=2 } y{c=3 } ");
    p.update(1, 10, {made}, [](auto& e) { e["x"]["b"] += 40; });
    p.update(2, 20, {made}, [](auto& e) {
        e.erase("x");
        e["y"].erase("c");
    });
    CHECK(outcome(p) == "x{b=40 } y{} ");
}

TEST_CASE("merge/map_of: put replaces what it saw and joins what it did not") {
    play<numbers> p;
    const auto made = p.update(0, 1, {}, [](auto& e) { e["a"] += 5; });
    p.update(1, 10, {made}, [](auto& e) { e["a"] += 1; });
    p.update(2, 20, {made}, [](auto& e) {
        e.put("a", counter(100));
        e.put("b", counter());
    });
    CHECK(outcome(p) == "a=101 b=0 ");
    play<map_of<std::string, weft::max<std::int64_t>>> q;
    const auto first = q.update(0, 1, {}, [](auto& e) { e["a"] = 9; });
    q.update(1, 10, {first}, [](auto& e) { e.put("a", 3); });
    const auto value = [](const auto& row) { return row.field.find("a")->value(); };
    CHECK(q.outcome(value) == 3);
    q.update(2, 20, {first}, [](auto& e) { e["a"] = 4; });
    CHECK(q.outcome(value) == 4);
}

TEST_CASE("merge/map_of: lists are removed element by element") {
    using lists = map_of<std::string, weft::list<std::string>>;
    play<lists> p;
    const auto made = p.update(0, 1, {}, [](auto& e) {
        e["a"].push_back("one");
        e["b"].push_back("two");
    });
    p.update(1, 10, {made}, [](auto& e) {
        e["a"].push_back("three");
        e["a"].push_back("four");
        e["b"].push_back("five");
    });
    p.update(2, 20, {made}, [](auto& e) { e.erase("a"); });
    const auto read = [](const auto& row) {
        std::string text;
        for (const auto& [key, all] : row.field.value()) {
            text += key + ":";
            for (const std::string& each : all) {
                text += " " + each;
            }
            text += ";";
        }
        return text;
    };
    CHECK(p.outcome(read) == "a: three four;b: two five;");
}

TEST_CASE("merge/map_of: a bounded counter in a map knows its writer") {
    using stock = map_of<std::string, bounded_counter<>>;
    play<stock> p;
    const auto made = p.update(0, 1, {}, [](auto& e) {
        e["a"] += 10;
        CHECK(e["a"].decrement(4).has_value());
    });
    p.update(1, 10, {made}, [](auto& e) { CHECK_FALSE(e["a"].decrement(1).has_value()); });
    p.update(0, 20, {}, [](auto& e) { CHECK(e["a"].decrement(6).has_value()); });
    CHECK(p.outcome([](const auto& row) { return row.field.find("a")->value(); }) == 0);
}

TEST_CASE("merge/map_of: the editor sees what it staged, and editors of values stay valid") {
    numbers held;
    held.put("a", counter(5));
    CHECK(held.size() == 1);
    numbers::effect effect;
    numbers::editor editor(held, effect);
    CHECK(effect.empty());
    CHECK(editor["a"] == 5);
    CHECK(editor["b"] == 0);
    CHECK_FALSE(editor.contains("b"));
    CHECK(effect.empty());  // a look is no edit
    auto a = editor["a"];
    for (int i = 0; i < 100; ++i) {
        editor["key " + std::to_string(i)] += 1;
    }
    a += 1;
    CHECK(editor["a"] == 6);
    editor.erase("a");
    CHECK(a == 0);
    CHECK_FALSE(editor.contains("a"));
    CHECK(editor.contains("key 99"));
    CHECK(editor["key 99"] == 1);
    editor.clear();
    CHECK_FALSE(editor.contains("key 99"));
    CHECK(editor["key 99"] == 0);
    CHECK_FALSE(editor.contains("key 99"));
    editor["key 99"] += 3;
    CHECK(editor.contains("key 99"));
    weft::observed_list dots;
    const numbers::effect copy = effect;
    held.observe(effect, dots);
    CHECK(copy == copy);
    CHECK_FALSE(copy == effect);
    CHECK(dots.empty());  // what is detached has no events
    REQUIRE(effect.items.size() == 1);
    CHECK(effect.items.front().key == "key 99");
}

TEST_CASE("merge/map_of: a removed key leaves nothing but what a counter must remember") {
    const weft::byte_buffer ids(16);
    const auto at = [&](weft::sequence sequence) {
        return weft::event{{{{0}, sequence}, 0}, weft::timestamp{sequence}, {ids.data(), 16}};
    };
    weft::null_report report;
    texts words;
    auto [add, none] = effect_of(words, [](auto e) { e["a"] = "b"; });
    CHECK(words.apply(std::move(add), none, at(1), report));
    CHECK_FALSE(words.pristine());
    CHECK(words.contains("a"));
    auto [remove, dots] = effect_of(words, [](auto e) { e.erase("a"); });
    CHECK(dots.size() == 1);
    CHECK(words.apply(std::move(remove), dots, at(2), report));
    CHECK(words.pristine());
    CHECK(words == texts());
    CHECK(words.digest_sum() == texts().digest_sum());
    auto [again, nothing] = effect_of(words, [](auto e) {
        e.erase("a");
        e.clear();
    });
    CHECK(again.empty());
    CHECK(nothing.empty());

    numbers sums;
    auto [count, no_dots] = effect_of(sums, [](auto e) { e["a"] += 2; });
    CHECK(sums.apply(std::move(count), no_dots, at(1), report));
    auto [drop, both] = effect_of(sums, [](auto e) { e.erase("a"); });
    CHECK(both.size() == 2);  // the key's, and the counter's
    CHECK(sums.apply(std::move(drop), both, at(2), report));
    CHECK(sums.empty());
    CHECK(sums.begin() == sums.end());
    CHECK(sums.find("a") == nullptr);
    CHECK_FALSE(sums.pristine());
    auto [more, still_none] = effect_of(sums, [](auto e) {
        CHECK(e["a"] == 0);
        e["a"] += 3;
    });
    CHECK(sums.apply(std::move(more), still_none, at(3), report));
    CHECK(*sums.find("a") == 3);
}

TEST_CASE("merge/map_of: a forged removal that adds to the value does so in either order") {
    const weft::byte_buffer ids(48);
    const auto at = [&](std::uint32_t slot) {
        return weft::event{{{{slot}, 1}, 0}, weft::timestamp{slot + 1}, {ids.data(), 16}};
    };
    weft::null_report report;
    const auto forged = [] {
        numbers::effect effect;
        effect.items.push_back({"a", true, false, false, 1, 0, {}, {}});
        effect.items.back().inner.amount = 5;
        return effect;
    };
    const weft::observed_list unknown{{{{2}, 9}, 0}};
    numbers one;
    numbers other;
    auto [add, none] = effect_of(one, [](auto e) { e["a"] += 2; });
    auto [same, none_either] = effect_of(one, [](auto e) { e["a"] += 2; });
    one.apply(std::move(add), none, at(0), report);
    one.apply(forged(), unknown, at(1), report);
    other.apply(forged(), unknown, at(1), report);
    other.apply(std::move(same), none_either, at(0), report);
    CHECK(one == other);
    CHECK(*other.find("a") == 7);
}

TEST_CASE("merge/map_of: one payload has one meaning") {
    using weft::errc;
    using flags = map_of<std::uint8_t, weft::max<std::uint8_t>>;
    const std::initializer_list<int> update = {1, 7, 6, 0, 1, 42};
    CHECK(refusal<flags>(update, 0) == errc::none);
    CHECK(refusal<flags>({1, 7, 9}, 1) == errc::none);   // a removal
    CHECK(refusal<flags>({1, 7, 11}, 1) == errc::none);  // a removal, and there
    CHECK(refusal<flags>({1, 7, 2}, 0) == errc::none);   // there
    CHECK(refusal<flags>({}, 0) == errc::truncated);
    CHECK(refusal<flags>({1, 7}, 0) == errc::truncated);
    CHECK(refusal<flags>({1, 7, 6, 0, 2, 42}, 0) == errc::truncated);
    CHECK(refusal<flags>({1, 7, 0}, 0) == errc::not_canonical);   // nothing
    CHECK(refusal<flags>({1, 7, 1}, 0) == errc::not_canonical);   // a removal of nothing
    CHECK(refusal<flags>({1, 7, 10}, 1) == errc::not_canonical);  // an update names none
    CHECK(refusal<flags>({1, 7, 4, 0, 1, 42}, 0) == errc::not_canonical);
    CHECK(refusal<flags>({1, 7, 13, 0, 1, 42}, 1) == errc::not_canonical);
    CHECK(refusal<flags>({1, 7, 9}, 2) == errc::out_of_range);  // a dot too many
    CHECK(refusal<flags>({1, 7, 9}, 0) == errc::out_of_range);  // and too few
    CHECK(refusal<flags>({1, 7, 6, 1, 1, 42}, 0) == errc::out_of_range);
    CHECK(refusal<flags>({1, 7, 6, 1, 1, 42}, 1) == errc::not_canonical);  // max has no use for it
    CHECK(refusal<flags>({1, 7, 2, 1, 7, 2}, 0) == errc::not_sorted);
    CHECK(refusal<flags>({1, 7, 2, 1, 6, 2}, 0) == errc::not_sorted);
    CHECK(refusal<flags>({1, 6, 2, 1, 7, 2}, 0) == errc::none);
    CHECK(refusal<flags>({2, 7, 0, 2}, 0) != errc::none);  // no key
    using words = map_of<std::uint8_t, lww<std::uint8_t>>;
    CHECK(refusal<words>(update, 0) == errc::none);
    CHECK(refusal<words>({1, 7, 14, 0, 1, 42}, 1) == errc::none);  // overwrites
    CHECK(refusal<words>({1, 7, 9}, 1) == errc::none);
    CHECK(refusal<words>({1, 7, 15, 0, 1, 42}, 1) == errc::not_canonical);
    CHECK(refusal<words>({1, 7, 2}, 0) == errc::not_canonical);
    using lists = map_of<std::uint8_t, multi_value<std::uint8_t>>;
    CHECK(refusal<lists>({1, 7, 6, 1, 1, 42}, 1) == errc::none);
    CHECK(refusal<lists>({1, 7, 14, 0, 1, 42}, 1) == errc::not_canonical);
    using sums = map_of<std::uint8_t, counter>;
    CHECK(refusal<sums>({1, 7, 6, 0, 1, 4}, 0) == errc::none);
    CHECK(refusal<sums>({1, 7, 6, 0, 2, 4, 4}, 0) == errc::trailing_bytes);
    CHECK(refusal<sums>({1, 7, 13, 1, 2, 0, 4}, 2) == errc::none);
    using deep = map_of<std::uint8_t, words>;
    CHECK(refusal<deep>({1, 1, 6, 0, 6, 1, 7, 6, 0, 1, 42}, 0) == errc::none);
    CHECK(refusal<deep>({1, 1, 6, 0, 5, 1, 7, 6, 0, 1, 42}, 0) == errc::truncated);
}

TEST_CASE("merge/map_of: what a builder names stands in the effect") {
    numbers::effect effect;
    numbers none;
    numbers::editor editor(none, effect);
    editor.erase("a", 2);
    editor.erase("b");  // names nothing, so removes nothing
    editor.at("c") += 1;
    texts::effect other;
    texts no_words;
    texts::editor words(no_words, other);
    words.at("a", 1) = "x";
    weft::byte_buffer bytes;
    weft::byte_writer out(bytes);
    numbers::encode(effect, out);
    CHECK(bytes == bytes_of({1, 'a', 17, 1, 'c', 6, 0, 1, 2}));
    bytes.clear();
    texts::encode(other, out);
    CHECK(bytes == bytes_of({1, 'a', 14, 0, 1, 'x'}));
}

TEST_CASE("merge/map_of: the laws hold with registers") {
    weft::test::check_laws<map_of<std::string, lww<std::int64_t>>>("merge/map_of lww", 300);
    weft::test::check_laws<map_of<int, multi_value<std::string>>>("merge/map_of multi_value", 150);
    weft::test::check_laws<map_of<int, weft::max<std::int64_t>>>("merge/map_of max", 200);
}

TEST_CASE("merge/map_of: the laws hold with counters") {
    weft::test::check_laws<map_of<int, counter>>("merge/map_of counter", 200);
    weft::test::check_laws<map_of<std::string, bounded_counter<-5>>>("merge/map_of bounded_counter",
                                                                     150);
}

TEST_CASE("merge/map_of: the laws hold with sets") {
    weft::test::check_laws<map_of<std::string, add_wins_set<int>>>("merge/map_of add_wins_set",
                                                                   200);
    weft::test::check_laws<map_of<int, weft::remove_wins_set<int>>>("merge/map_of remove_wins_set",
                                                                    200);
}

TEST_CASE("merge/map_of: the laws hold with maps") {
    weft::test::check_laws<map_of<std::string, map_of<int, lww<std::int64_t>>>>(
        "merge/map_of map_of lww", 200);
    weft::test::check_laws<map_of<int, map_of<std::string, counter>>>("merge/map_of map_of counter",
                                                                      100);
}

TEST_CASE("merge/map_of: the laws hold with lists") {
    using lists = map_of<int, weft::list<int>>;
    weft::testing::law_options options;
    options.name = "merge/map_of: lists";
    options.cases = 100;
    options.allocations_allowed = &weft::test::allocations().allowed;
    const auto result = weft::testing::check_policy<lists>(
        [](lists::editor& e, weft::test::chance& random) {
            const int key = static_cast<int>(random.below(2));
            auto at = e[key];
            const auto size = at.size();
            switch (random.below(size == 0 ? 3 : 6)) {
            case 0:
                e.erase(key);
                break;
            case 3:
                at.erase(random.below(size));
                break;
            case 4:
                at.move(random.below(size), random.below(size));
                break;
            case 5:
                at.set(random.below(size), static_cast<int>(random.below(9)));
                break;
            default:
                at.insert(random.below(size + 1), static_cast<int>(random.below(9)));
            }
        },
        options);
    CHECK_MESSAGE(result, result.text());
}

}  // namespace map_of_examples

}  // namespace map_of_test
