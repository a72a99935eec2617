#include <weft/merge/counter.hpp>

#include "merge/laws.hpp"

#include <doctest/doctest.h>

#include <limits>

using weft::counter;
using weft::event;
using weft::null_report;
using weft::observed_list;
using weft::timestamp;

namespace weft::test {

template <>
struct model<counter> {
    struct meaning {
        std::uint64_t amount = 0;
        bool restarts = false;

        void settle() const {}
    };

    using visible = std::int64_t;
    static constexpr bool changes_are_exact = true;
    static constexpr bool has_conflicts = true;

    static counter detached(chance& random) { return counter(hostile_integer(random)); }

    static meaning replacing(const counter& wanted, const visible& /*seen*/) {
        return {static_cast<std::uint64_t>(wanted.value()), true};
    }

    static void edit(counter::editor& editor, chance& random, meaning& what, const visible& seen) {
        const std::int64_t amount = hostile_integer(random);
        switch (random.below(4)) {
        case 0:
            editor += amount;
            what.amount += static_cast<std::uint64_t>(amount);
            break;
        case 1:
            editor -= amount;
            what.amount -= static_cast<std::uint64_t>(amount);
            break;
        case 2:
            ++editor;
            ++what.amount;
            break;
        default:
            --editor;
            --what.amount;
            break;
        }
        const std::uint64_t before = what.restarts ? 0 : static_cast<std::uint64_t>(seen);
        RC_ASSERT(editor.value() == static_cast<std::int64_t>(before + what.amount));
    }

    static void lie(counter::effect& effect, chance& random) {
        for (std::int64_t& sum : effect.removed) {
            if (random.one_in(2)) {
                sum = hostile_integer(random);
            }
        }
    }

    static visible read(const counter& state) { return state.value(); }

    /// Each amount counts once, unless a restart has seen it.
    static visible expected(const history<meaning>& all) {
        std::uint64_t sum = 0;
        for (const auto* each : all) {
            bool removed = false;
            for (const auto* other : all) {
                removed |= other->what.restarts && other->saw(*each);
            }
            sum += removed ? 0 : each->what.amount;
        }
        return static_cast<std::int64_t>(sum);
    }
};

}  // namespace weft::test

namespace counter_test {

TEST_CASE("merge/counter: the laws hold") {
    weft::test::check_laws<counter>("merge/counter", 300);
}

TEST_CASE("merge/counter: two concurrent restarts remove what both had seen once") {
    const weft::byte_buffer ids(48);
    const auto at = [&](std::uint32_t slot, weft::sequence sequence) {
        return event{{{{slot}, sequence}, 0}, timestamp{sequence}, {ids.data(), 16}};
    };
    null_report report;
    counter one;
    CHECK(one.apply({10, {}, false}, {}, at(0, 1), report));
    CHECK(one.apply({-3, {}, false}, {}, at(1, 1), report));
    counter other = one;
    CHECK(one == 7);

    const auto restart = [](const counter& held, std::int64_t value, observed_list& dots) {
        counter::effect effect;
        held.replace(counter(value), effect);
        CHECK(counter::editor(held, effect).value() == value);
        held.observe(effect, dots);
        CHECK(dots.size() == 2);
        return effect;
    };
    observed_list dots;
    const counter::effect a = restart(one, 100, dots);
    observed_list others_dots;
    const counter::effect b = restart(other, 1000, others_dots);
    for (counter* each : {&one, &other}) {
        each->apply(counter::effect(a), dots, at(0, 2), report);
        each->apply(counter::effect(b), others_dots, at(1, 2), report);
        CHECK(*each == 1100);
        // What no restart had seen stays.
        each->apply({5, {}, false}, {}, at(2, 1), report);
        CHECK(*each == 1105);
    }
    CHECK(one == other);
}

TEST_CASE("merge/counter: it wraps modulo 2^64") {
    const weft::byte_buffer ids(16);
    null_report report;
    counter state;
    event at{{{{0}, 1}, 0}, timestamp{1}, {ids.data(), 16}};
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    state.apply({most, {}, false}, {}, at, report);
    ++at.id.operation.sequence;
    state.apply({1, {}, false}, {}, at, report);
    CHECK(state == std::numeric_limits<std::int64_t>::min());
    counter::effect effect;
    counter::editor editor(state, effect);
    editor -= 1;
    CHECK(editor == most);
}

TEST_CASE("merge/counter: nothing to add and nothing to remove is no effect") {
    const counter fresh;
    counter::effect effect;
    fresh.replace(counter(), effect);
    CHECK_FALSE(effect.empty());
    observed_list dots;
    fresh.observe(effect, dots);
    CHECK(effect.empty());
    CHECK(dots.empty());
    const weft::byte_buffer zero(1);
    weft::byte_reader in(zero);
    CHECK(counter::decode(in, 0).error().code == weft::errc::not_canonical);
    CHECK(in.offset() == 0);
}

TEST_CASE("merge/counter: a restart names what still counts, and nothing else") {
    const weft::byte_buffer ids(48);
    const auto at = [&](std::uint32_t slot, weft::sequence sequence) {
        return event{{{{slot}, sequence}, 0}, timestamp{sequence}, {ids.data(), 16}};
    };
    null_report report;
    counter state;
    const auto restart = [&] {
        counter::effect effect;
        state.replace(counter(), effect);
        observed_list dots;
        state.observe(effect, dots);
        return std::pair(effect, dots);
    };
    state.apply({5, {}, false}, {}, at(0, 1), report);
    auto [first, dots] = restart();
    CHECK(dots == observed_list{{{{0}, 1}, 0}});
    CHECK(state.apply(std::move(first), dots, at(1, 1), report));
    CHECK(state == 0);
    CHECK(restart().first.empty());
    // A liar removes what was never counted.
    state.apply({0, {1000}, false}, observed_list{{{{2}, 7}, 0}}, at(2, 8), report);
    CHECK(state == -1000);
    CHECK(restart().first.empty());
}

TEST_CASE("merge/counter: a removal of unknown contributions leaves nothing when memory ends") {
    const weft::byte_buffer ids(80);
    null_report report;
    counter state;
    state.apply({5, {}, false}, {}, {{{{0}, 1}, 0}, timestamp{1}, {ids.data(), 16}}, report);
    const observed_list dots{{{{1}, 1}, 0}, {{{2}, 1}, 0}, {{{3}, 1}, 0}};
    const counter before = state;
    const int failures = weft::test::fail_each_allocation(
        [&] {
            counter::effect lie{1, {10, 20, 30}, false};
            state.apply(std::move(lie), dots, {{{{4}, 2}, 0}, timestamp{2}, {ids.data(), 16}},
                        report);
        },
        [&] { CHECK(state == before); });
    CHECK(failures >= 4);
    CHECK(state == 5 + 1 - 60);
}

TEST_CASE("merge/counter: a number of dots beyond the bytes is refused before memory is taken") {
    const weft::byte_buffer bytes(3, std::byte{2});
    weft::byte_reader in(bytes);
    const weft::test::allocation_watch watch;
    CHECK(counter::decode(in, std::size_t{1} << 40U).error().code == weft::errc::truncated);
    CHECK(watch.calls() == 0);
    CHECK(counter::decode(in, 2)->removed.size() == 2);
}

TEST_CASE("merge/counter: a detached counter converts and compares like a number") {
    counter votes;
    votes = 5;
    CHECK(votes == 5);
    CHECK(votes == 5U);
    CHECK(votes == std::int64_t{5});
    CHECK(votes != std::numeric_limits<std::uint64_t>::max());
    CHECK(counter(-1) != std::numeric_limits<std::uint64_t>::max());
    const std::int64_t value = votes;
    CHECK(value == 5);
    CHECK(votes.pristine());
}

}  // namespace counter_test
