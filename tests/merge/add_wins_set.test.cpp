#include <weft/merge/add_wins_set.hpp>

#include "merge/set_model.hpp"

#include <doctest/doctest.h>

#include <string>

using weft::add_wins_set;
using weft::event;
using weft::local_event;
using weft::observed_list;
using weft::timestamp;

namespace weft::test {

template <class T>
struct model<add_wins_set<T>> : observed_set_model<add_wins_set<T>> {
    using base = observed_set_model<add_wins_set<T>>;
    using typename base::meaning;
    using typename base::visible;

    /// Present: some addition was seen by no removal.
    static visible expected(const history<meaning>& all) {
        visible present;
        for (const auto& value : base::all_elements(all)) {
            for (const auto* added : all) {
                bool stays = base::does(*added, value, true);
                for (const auto* removed : all) {
                    stays &= !(base::does(*removed, value, false) && removed->saw(*added));
                }
                if (stays) {
                    present.insert(value);
                }
            }
        }
        return present;
    }
};

}  // namespace weft::test

namespace add_wins_set_test {

namespace {

using strings = add_wins_set<std::string>;

struct bench {
    weft::byte_buffer ids = weft::byte_buffer(64);
    weft::test::recording_report report;

    bench() {
        for (std::size_t slot = 0; slot < 4; ++slot) {
            ids[16 * slot + 15] = static_cast<std::byte>(slot);
        }
    }

    [[nodiscard]] event at(std::uint32_t slot, weft::sequence sequence) const {
        return {{{{slot}, sequence}, 0}, timestamp{sequence}, {ids.data(), 16}};
    }

    template <class Edit>
    void edit(strings& state, std::uint32_t slot, weft::sequence sequence, Edit&& fn) {
        strings::effect effect;
        strings::editor editor(state, effect);
        fn(editor);
        observed_list dots;
        state.observe(effect, dots);
        if (!effect.empty()) {
            state.apply(std::move(effect), dots, at(slot, sequence), report);
        }
    }
};

weft::result<strings::effect> decoded(std::initializer_list<int> bytes, std::size_t dots) {
    weft::byte_buffer buffer;
    for (const int byte : bytes) {
        buffer.push_back(static_cast<std::byte>(byte));
    }
    weft::byte_reader in(buffer);
    return strings::decode(in, dots);
}

}  // namespace

TEST_CASE("merge/add_wins_set: the laws hold for strings") {
    weft::test::check_laws<strings>("merge/add_wins_set: string", 200);
}

TEST_CASE("merge/add_wins_set: the laws hold for doubles") {
    weft::test::check_laws<add_wins_set<double>>("merge/add_wins_set: double", 200);
}

TEST_CASE("merge/add_wins_set: an addition wins over a removal that had not seen it") {
    bench b;
    strings state;
    b.edit(state, 0, 1, [](auto& e) { e.insert("tag"); });
    strings::effect removal;
    strings::editor(state, removal).erase("tag");
    observed_list dots;
    state.observe(removal, dots);
    CHECK(dots == observed_list{{{{0}, 1}, 0}});

    b.edit(state, 1, 1, [](auto& e) { e.insert("other"); });
    strings::effect addition;
    strings::editor(strings(), addition).insert("tag");
    observed_list none;
    strings().observe(addition, none);
    state.apply(std::move(addition), none, b.at(2, 1), b.report);
    CHECK_FALSE(state.apply(std::move(removal), dots, b.at(3, 1), b.report));
    CHECK(state.contains("tag"));
    REQUIRE(b.report.decisions.size() == 1);
    CHECK(b.report.decisions[0].why == weft::reason::add_won);
    CHECK(b.report.decisions[0].winner == weft::local_dot{{2}, 1});
    CHECK(b.report.decisions[0].loser == weft::local_dot{{3}, 1});
}

TEST_CASE("merge/add_wins_set: what was added and removed leaves nothing behind") {
    bench b;
    strings state;
    b.edit(state, 0, 1, [](auto& e) {
        e.insert("a");
        e.insert("b");
    });
    CHECK(state.size() == 2);
    CHECK(state.digest_sum() != weft::digest<16>{});
    b.edit(state, 1, 1, [](auto& e) { e.clear(); });
    CHECK(state.empty());
    CHECK(state.pristine());
    CHECK(state == strings());
    CHECK(state.digest_sum() == weft::digest<16>{});
    b.edit(state, 1, 2, [](auto& e) { e.insert("a"); });
    CHECK(state.contains("a"));
}

TEST_CASE(
    "merge/add_wins_set: one effect removes, adds again and adds many, while the table grows") {
    bench b;
    strings state;
    b.edit(state, 0, 1, [](auto& e) {
        for (int i = 0; i < 10; ++i) {
            e.insert("an old " + std::to_string(i));
        }
    });
    b.edit(state, 0, 2, [](auto& e) {
        for (int i = 0; i < 1000; ++i) {
            e.insert("new " + std::to_string(i));
        }
        for (int i = 0; i < 10; ++i) {
            i % 2 == 0 ? e.erase("an old " + std::to_string(i))
                       : e.insert("an old " + std::to_string(i));
        }
    });
    CHECK(state.size() == 1005);
    for (int i = 0; i < 10; ++i) {
        CHECK(state.contains("an old " + std::to_string(i)) == (i % 2 == 1));
    }
    b.edit(state, 0, 3, [](auto& e) { e.clear(); });
    CHECK(state.pristine());
    CHECK(state.digest_sum() == weft::digest<16>{});
}

TEST_CASE("merge/add_wins_set: a removal of what is not there is no effect") {
    strings state;
    strings::effect effect;
    strings::editor editor(state, effect);
    editor.erase("never");
    CHECK_FALSE(effect.empty());
    observed_list dots;
    state.observe(effect, dots);
    CHECK(effect.empty());
}

TEST_CASE("merge/add_wins_set: a dot of another element takes nothing back") {
    bench b;
    strings state;
    b.edit(state, 0, 1, [](auto& e) { e.insert("a"); });
    b.edit(state, 0, 2, [](auto& e) { e.insert("b"); });
    strings::effect lie;
    strings::editor(state, lie).erase("a", 1);
    lie.settle();
    const observed_list dot_of_b{{{{0}, 2}, 0}};
    CHECK_FALSE(state.apply(std::move(lie), dot_of_b, b.at(1, 1), b.report));
    CHECK(state.size() == 2);
}

TEST_CASE("merge/add_wins_set: ids wider than usual count in full in the digest") {
    for (const std::size_t width : {64U, 65U, 200U}) {
        weft::byte_buffer ids(2 * width);
        ids.back() = std::byte{1};
        const auto sum = [&](std::uint32_t slot) {
            strings state;
            strings::effect effect;
            strings::editor(state, effect).insert("x");
            effect.settle();
            weft::null_report report;
            state.apply(std::move(effect), {},
                        {{{{slot}, 1}, 0}, timestamp{1}, {ids.data(), width}}, report);
            return state.digest_sum();
        };
        CHECK(sum(0) == sum(0));
        CHECK(sum(0) != sum(1));
    }
}

TEST_CASE("merge/add_wins_set: the payload is canonical or refused") {
    using weft::errc;
    CHECK(decoded({1, 'a', 0}, 0).has_value());
    CHECK(decoded({1, 'a', 5}, 2)->items[0].dots == 2);
    CHECK(decoded({0, 0}, 0)->items[0].element.empty());
    CHECK(decoded({}, 0).error().code == errc::truncated);                      // nothing at all
    CHECK(decoded({1, 'a'}, 0).error().code == errc::truncated);                // no edit
    CHECK(decoded({3, 'a', 0}, 0).error() == weft::error(errc::truncated, 1));  // element cut
    CHECK(decoded({1, 'a', 0}, 1).error().code == errc::out_of_range);          // a dot too many
    // Numbers of dots whose sum is 2^64 + 1.
    CHECK(decoded({1,   'a', 254, 255, 255, 255, 255, 255, 255, 255, 255, 1,   1, 'b',
                   254, 255, 255, 255, 255, 255, 255, 255, 255, 1,   1,   'c', 6},
                  1)
              .error() == weft::error(errc::out_of_range, 2));
    CHECK(decoded({1, 'a', 4}, 1).error().code == errc::out_of_range);   // one too few
    CHECK(decoded({1, 'a', 1}, 0).error().code == errc::not_canonical);  // removes nothing
    CHECK(decoded({1, 'b', 0, 1, 'a', 0}, 0).error().code == errc::not_sorted);
    CHECK(decoded({1, 'a', 0, 1, 'a', 0}, 0).error().code == errc::not_sorted);
    CHECK(decoded({2, 'a', 'a', 0, 1, 'a', 0}, 0).error() == weft::error(errc::not_sorted, 5));
    CHECK(decoded({1, 'a', 0, 1, 0xFF, 0}, 0).error() == weft::error(errc::bad_utf8, 4));
    CHECK(decoded({1, 'a', 0x80, 0}, 0).error().code == errc::not_shortest);
    CHECK(decoded({0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 'a'}, 0).error().code == errc::truncated);
}

TEST_CASE("merge/add_wins_set: a builder says how many dots are whose, in any order of edits") {
    strings::effect effect;
    const strings blank;
    strings::editor editor(blank, effect);
    editor.erase("b", 2);
    editor.insert("a", 1);
    editor.insert("c");
    weft::byte_buffer bytes;
    weft::byte_writer out(bytes);
    strings::encode(effect, out);
    weft::byte_reader in(bytes);
    const auto read = strings::decode(in, 3);
    REQUIRE(read.has_value());
    REQUIRE(read->items.size() == 3);
    CHECK(read->items[0].element == "a");
    CHECK(read->items[0].dots == 1);
    CHECK(read->items[1].edit == weft::set_edit::remove);
    CHECK(read->items[1].dots == 2);
}

TEST_CASE("merge/add_wins_set: a string that is not UTF-8 is refused where it is written") {
    strings state;
    strings::effect effect;
    strings::editor(state, effect).insert("\xC0\x80");
    observed_list dots;
    CHECK_THROWS_AS(state.observe(effect, dots), weft::bad_value);
}

TEST_CASE("merge/add_wins_set: a detached set is a set") {
    strings tags{"b", "a", "a"};
    CHECK(tags.size() == 2);
    CHECK(tags.insert("c"));
    CHECK_FALSE(tags.insert("c"));
    CHECK(tags.erase("b"));
    CHECK_FALSE(tags.erase("b"));
    CHECK(tags.value() == std::vector<std::string>{"a", "c"});
    CHECK(tags == strings{"c", "a"});
    CHECK_FALSE(tags == strings{"c", "b"});
    CHECK_FALSE(tags == strings{"c"});
    auto at = tags.begin();
    CHECK(at->size() == 1);
    CHECK(at++ != at);
    CHECK(++at == tags.end());
    tags.clear();
    CHECK(tags.empty());
    const add_wins_set<double> numbers{0.0, -0.0};
    CHECK(numbers.size() == 2);
}

TEST_CASE("merge/add_wins_set: many writers of one element cost no more than the logarithm") {
    // A million concurrent additions of one element, then their removal one by one, would take
    // hours if each step walked them all.
    bench b;
    strings state;
    const weft::null_report quiet{};
    constexpr weft::sequence many = 1U << 15U;
    for (weft::sequence i = many; i > 0; --i) {
        weft::null_report report = quiet;
        strings::effect effect;
        strings::editor(strings(), effect).insert("x");
        effect.settle();
        state.apply(std::move(effect), {}, b.at(i % 4, i), report);
    }
    for (weft::sequence i = 1; i <= many; ++i) {
        weft::null_report report = quiet;
        CHECK(state.contains("x"));
        strings::effect effect;
        strings::editor(strings(), effect).erase("x", 1);
        effect.settle();
        const observed_list dot{{{{i % 4}, i}, 0}};
        state.apply(std::move(effect), dot, b.at(0, many + i), report);
    }
    CHECK(state.pristine());
    CHECK(state.digest_sum() == weft::digest<16>{});
}

}  // namespace add_wins_set_test
