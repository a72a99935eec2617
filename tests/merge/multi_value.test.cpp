#include <weft/merge/multi_value.hpp>

#include "merge/register_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>

using weft::event;
using weft::local_event;
using weft::multi_value;
using weft::timestamp;

namespace weft::test {

template <class T>
struct model<multi_value<T>> {
    using meaning = assigned_value<T>;
    using visible = std::vector<exactly<T>>;
    static constexpr bool changes_are_exact = false;  // an equal value among others counts
    static constexpr bool has_conflicts = true;

    static multi_value<T> detached(chance& random) {
        return random.one_in(4) ? multi_value<T>() : multi_value<T>(hostile<T>(random));
    }

    static visible replaced(const multi_value<T>& wanted) { return {exactly<T>(wanted.value())}; }

    static meaning replacing(const multi_value<T>& wanted, const visible& /*seen*/) {
        return {wanted.value(), true};
    }

    static void edit(typename multi_value<T>::editor& editor,
                     chance& random,
                     meaning& what,
                     const visible& /*seen*/) {
        what = {hostile<T>(random), true};
        editor = what.value;
        RC_ASSERT(exactly<T>(editor.value()) == exactly<T>(what.value));
        RC_ASSERT(editor.values().size() == 1U);
    }

    static visible read(const multi_value<T>& state) {
        visible values;
        for (const T& each : state.values()) {
            values.emplace_back(each);
        }
        RC_ASSERT(values.size() == state.size());
        RC_ASSERT((values.empty() || values.back() == exactly<T>(state.value())));
        RC_ASSERT(state.conflicted() == (values.size() > 1));
        return values;
    }

    /// The assignments that none has seen, by time and then by value.
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

}  // namespace weft::test

namespace multi_value_test {

TEST_CASE("merge/multi_value: the laws hold for strings") {
    weft::test::check_laws<multi_value<std::string>>("merge/multi_value: string");
}

TEST_CASE("merge/multi_value: the laws hold for optional doubles") {
    weft::test::check_laws<multi_value<std::optional<double>>>(
        "merge/multi_value: optional<double>");
}

TEST_CASE("merge/multi_value: concurrent values are kept until one assignment has seen them") {
    const weft::byte_buffer ids(48);
    const auto at = [&](std::uint64_t time, std::uint32_t slot) {
        return event{{{{slot}, 1}, 0}, timestamp{time}, {ids.data(), 16}};
    };
    weft::test::recording_report report;
    multi_value<std::string> state;
    CHECK(state.value().empty());
    CHECK(state.size() == 0);
    CHECK(state.apply({"late", true}, {}, at(9, 0), report));
    CHECK(report.decisions.empty());
    CHECK(state.apply({"early", true}, {}, at(3, 1), report));
    CHECK(report.decisions.size() == 1);
    CHECK(report.decisions[0].why == weft::reason::kept_both);
    CHECK(state.values() == std::vector<std::string>{"early", "late"});
    CHECK(state == "late");
    CHECK(state.conflicted());
    CHECK(state->size() == 4);

    multi_value<std::string>::effect effect;
    multi_value<std::string>::editor editor(state, effect);
    CHECK(editor.values().size() == 2);
    weft::observed_list dots;
    state.observe(effect, dots);
    CHECK(dots.empty());  // nothing is staged yet
    editor = "both";
    CHECK(editor == "both");
    state.observe(effect, dots);
    CHECK(dots.size() == 2);
    CHECK(state.apply(std::move(effect), dots, at(10, 2), report));
    CHECK(state.values() == std::vector<std::string>{"both"});
    CHECK_FALSE(state.conflicted());
    CHECK(state.apply({"both", true}, std::vector{local_event{{{2}, 1}, 0}}, at(11, 0), report) ==
          false);
}

TEST_CASE("merge/multi_value: a detached register converts and compares like its value") {
    multi_value<int> state = 4;
    CHECK(state == 4);
    CHECK(*state == 4);
    state = 5;
    const int& value = state;
    CHECK(value == 5);
    CHECK(state.pristine());
    CHECK(state.size() == 1);
    CHECK(state == multi_value<int>(5));
    CHECK_FALSE(state == multi_value<int>());
}

}  // namespace multi_value_test
