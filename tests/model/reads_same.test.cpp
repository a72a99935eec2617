#include <weft/base/value_codecs.hpp>
#include <weft/merge.hpp>
#include <weft/model/reads_same.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

namespace reads_same_test {

using weft::reads_same;

namespace {

const weft::byte_buffer actors(16);

/// The policy's state after one edit, as event number n of the one actor.
template <class P, class Edit>
[[nodiscard]] P edited(P state, weft::sequence n, const Edit& fn) {
    typename P::effect effect;
    typename P::editor editor(state, effect);
    fn(editor);
    weft::observed_list dots;
    state.observe(effect, dots);
    weft::null_report quiet;
    state.apply(std::move(effect), dots, {{{{0}, n}, 0}, weft::timestamp{n}, {actors.data(), 16}},
                quiet);
    return state;
}

}  // namespace

TEST_CASE("model/reads_same: registers by their values, as their codec tells them apart") {
    using number = weft::lww<double>;
    const auto set = [](double to, weft::sequence n) {
        return edited(number(), n, [&](auto& e) { e = to; });
    };
    CHECK(reads_same(set(1, 1), set(1, 2)));
    CHECK_FALSE(set(1, 1) == set(1, 2));
    CHECK_FALSE(reads_same(set(1, 1), set(2, 1)));
    CHECK_FALSE(reads_same(set(0.0, 1), set(-0.0, 2)));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(reads_same(set(nan, 1), set(-nan, 2)));
}

TEST_CASE("model/reads_same: sets, lists and documents by what is in them") {
    using tags = weft::add_wins_set<std::string>;
    const tags one = edited(tags(), 1, [](auto& e) { e.insert("a"); });
    const tags other = edited(tags(), 2, [](auto& e) { e.insert("a"); });
    const tags more = edited(other, 3, [](auto& e) { e.insert("b"); });
    CHECK_FALSE(one == other);
    CHECK(reads_same(one, other));
    CHECK_FALSE(reads_same(one, more));
    CHECK(reads_same(edited(more, 4, [](auto& e) { e.erase("b"); }), one));
    using steps = weft::list<int>;
    const steps left = edited(steps(), 1, [](auto& e) { e.push_back(1); });
    const steps right = edited(edited(steps(), 1, [](auto& e) { e.push_back(2); }), 2,
                               [](auto& e) { e.set(0, 1); });
    CHECK(reads_same(left, right));
    CHECK_FALSE(reads_same(left, edited(left, 3, [](auto& e) { e.push_back(1); })));
    using weft::json;
    const json document = edited(json(), 1, [](auto& e) { e["a"] = 1; });
    CHECK(reads_same(document, edited(document, 2, [](auto& e) { e["a"] = 1; })));
    CHECK_FALSE(reads_same(document, edited(document, 2, [](auto& e) { e["a"] = 2; })));
}

TEST_CASE("model/reads_same: of several values that stand side by side, all") {
    using draft = weft::multi_value<int>;
    draft one = edited(draft(), 1, [](auto& e) { e = 1; });
    const draft same = edited(one, 2, [](auto& e) { e = 1; });
    CHECK(reads_same(one, same));
    // A second value beside the first one: written by who had not seen it.
    draft::effect effect;
    draft::editor(draft(), effect) = 2;
    weft::null_report quiet;
    draft both = one;
    both.apply(std::move(effect), {}, {{{{0}, 3}, 0}, weft::timestamp{3}, {actors.data(), 16}},
               quiet);
    REQUIRE(both.values().size() == 2);
    CHECK_FALSE(reads_same(one, both));
}

}  // namespace reads_same_test
