#include <weft/merge/resolved.hpp>
#include <weft/testing/policy_model/concurrent_registers.hpp>

#include "merge/register_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace {

using weft::event;
using weft::lean_span;
using weft::resolved;
using weft::timestamp;

/// The longest text; of several the greatest.
struct longest_text {
    static constexpr std::uint32_t number = 1;

    std::string operator()(lean_span<std::string> values) const {
        std::string best;
        for (const std::string& each : values) {
            if (std::pair(each.size(), each) > std::pair(best.size(), best)) {
                best = each;
            }
        }
        return best;
    }
};

/// Ill-behaved: depends on the order of the values.
struct first_text {
    static constexpr std::uint32_t number = 2;

    std::string operator()(lean_span<std::string> values) const { return values.front(); }
};

/// Ill-behaved: remembers.
struct counted_text {
    static constexpr std::uint32_t number = 3;

    std::string operator()(lean_span<std::string> /*values*/) const {
        static int calls = 0;
        return std::to_string(++calls);
    }
};

static_assert(resolved<std::string, longest_text>::wire_kind !=
              resolved<std::string, first_text>::wire_kind);
static_assert((resolved<std::string, longest_text>::wire_kind & 0xFFU) == 16);

/// Two concurrent values: whether the field reads as the public model says.
template <class Fn>
bool agrees_with_its_model() {
    using policy = resolved<std::string, Fn>;
    weft::byte_buffer ids(32);
    ids[31] = std::byte{1};
    const std::string values[] = {"one", "another"};
    const std::set<std::uint32_t> nothing;
    policy state;
    weft::null_report report;
    std::vector<weft::byte_buffer> payloads;
    for (const std::string& value : values) {
        payloads.push_back(weft::encoded(value));
    }
    std::vector<weft::testing::seen_effect> effects;
    for (std::uint32_t i = 0; i < 2; ++i) {
        state.apply({values[i], true}, {}, {{{{i}, 1}, 0}, timestamp{5}, {ids.data(), 16}}, report);
        effects.push_back({i, 0, &nothing, timestamp{5}, weft::byte_span(ids).subspan(16 * i, 16),
                           weft::mutation_kind::update, payloads[i]});
    }
    using model = weft::testing::policy_model<policy>;
    return model::expected(effects) == model::shown(state);
}

}  // namespace

namespace weft::test {

template <class T, class Fn>
struct model<resolved<T, Fn>> {
    using meaning = assigned_value<T>;
    using visible = std::vector<exactly<T>>;          ///< the live values, then what is read
    static constexpr bool changes_are_exact = false;  // an equal value among others counts
    static constexpr bool has_conflicts = true;

    static resolved<T, Fn> detached(chance& random) {
        return random.one_in(4) ? resolved<T, Fn>() : resolved<T, Fn>(hostile<T>(random));
    }

    static visible replaced(const resolved<T, Fn>& wanted) {
        return {exactly<T>(wanted.value()), exactly<T>(wanted.value())};
    }

    static meaning replacing(const resolved<T, Fn>& wanted, const visible& /*seen*/) {
        return {wanted.value(), true};
    }

    static void edit(typename resolved<T, Fn>::editor& editor,
                     chance& random,
                     meaning& what,
                     const visible& seen) {
        if (!what.assigned && seen.size() > 2 && random.one_in(3)) {
            editor.settle();
            what = {editor.value(), true};
            RC_ASSERT(exactly<T>(what.value) == seen.back());
            return;
        }
        what = {hostile<T>(random), true};
        editor = what.value;
        RC_ASSERT(exactly<T>(editor.value()) == exactly<T>(what.value));
    }

    static visible read(const resolved<T, Fn>& state) {
        visible values;
        for (const T& each : state.values()) {
            values.emplace_back(each);
        }
        RC_ASSERT(values.size() == state.size());
        RC_ASSERT(state.conflicted() == (values.size() > 1));
        values.emplace_back(state.value());
        return values;
    }

    static visible expected(const history<meaning>& all) {
        history<meaning> last = maximal(all);
        std::sort(last.begin(), last.end(),
                  [](const auto* a, const auto* b) { return a->stamped_before(*b); });
        visible values;
        lean_vector<T> turned;
        for (const auto* each : last) {
            values.emplace_back(each->what.value);
            turned.insert(turned.begin(), each->what.value);
        }
        values.emplace_back(turned.empty()       ? T{}
                            : turned.size() == 1 ? turned.front()
                                                 : Fn{}(lean_span<T>(turned)));
        return values;
    }
};

}  // namespace weft::test

namespace resolved_test {

TEST_CASE("merge/resolved: the laws hold for strings") {
    weft::test::check_laws<resolved<std::string, longest_text>>("merge/resolved: string", 120);
}

TEST_CASE(
    "merge/resolved: a function that depends on order, or remembers, is told from its model") {
    CHECK(agrees_with_its_model<longest_text>());
    CHECK_FALSE(agrees_with_its_model<first_text>());
    CHECK_FALSE(agrees_with_its_model<counted_text>());
}

TEST_CASE("merge/resolved: one value is read as it is, several as the function says") {
    weft::byte_buffer ids(48);
    ids[15] = std::byte{2};
    ids[31] = std::byte{1};
    const auto at = [&](std::uint64_t time, std::uint32_t slot) {
        return event{{{{slot}, 1}, 0}, timestamp{time}, {ids.data(), 16}};
    };
    weft::test::recording_report report;
    resolved<std::string, first_text> state;
    CHECK(state.value().empty());
    CHECK(state.apply({"greater id", true}, {}, at(5, 0), report));
    CHECK(state == "greater id");
    CHECK(report.decisions.empty());
    CHECK(state.apply({"smaller id", true}, {}, at(5, 1), report));
    CHECK(state.conflicted());
    CHECK(state == "smaller id");  // first by stamp, whatever the slots
    CHECK(state.values() == std::vector<std::string>{"smaller id", "greater id"});
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].why == weft::reason::resolved);

    resolved<std::string, first_text>::effect effect;
    resolved<std::string, first_text>::editor(state, effect).settle();
    weft::observed_list dots;
    state.observe(effect, dots);
    CHECK(dots.size() == 2);
    state.apply(std::move(effect), dots, at(9, 2), report);
    CHECK(state.values() == std::vector<std::string>{"smaller id"});
    resolved<std::string, first_text>::effect nothing;
    resolved<std::string, first_text>::editor(state, nothing).settle();
    CHECK(nothing.empty());
}

TEST_CASE("merge/resolved: the effect is the value's encoding, and damage is refused") {
    using policy = resolved<std::string, longest_text>;
    weft::byte_buffer bytes;
    weft::byte_writer out(bytes);
    policy::encode({"hi", true}, out);
    CHECK(bytes == weft::byte_buffer{std::byte{'h'}, std::byte{'i'}});
    bytes.push_back(std::byte{0xFF});
    weft::byte_reader in(bytes);
    CHECK_FALSE(policy::decode(in, 0).has_value());
    CHECK(in.offset() == 0);
}

}  // namespace resolved_test
