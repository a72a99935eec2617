#include <weft/merge/authority.hpp>
#include <weft/merge/concurrent_authority.hpp>

#include "merge/register_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace {

using weft::authority;
using weft::byte_buffer;
using weft::byte_span;
using weft::claimed;
using weft::concurrent_authority;
using weft::errc;
using weft::event;
using weft::timestamp;
using weft::uuid;

/// Two of the four actors of the laws (whose ids are 0, 37, 74 and all ones).
struct listed {
    static constexpr std::uint32_t number = 1;
    static constexpr uuid ids[] = {uuid::of(0, 37), uuid::of(~0ULL, ~0ULL), uuid::of(9, 9)};
};

/// The same, as a predicate.
struct described {
    static constexpr std::uint32_t number = 2;

    static bool contains(byte_span actor) noexcept {
        return actor[15] == std::byte{37} || actor[15] == std::byte{0xFF};
    }
};

template <class P>
constexpr std::uint32_t number_of = P::wire_kind & 0xFFU;

static_assert(number_of<authority<int, listed>> == 12 && number_of<authority<int, claimed>> == 13);
static_assert(number_of<concurrent_authority<int, listed>> == 12);
static_assert(authority<int, listed>::wire_kind != authority<int, described>::wire_kind);
static_assert(authority<int, listed>::wire_kind != authority<bool, listed>::wire_kind);
static_assert(authority<int, listed>::wire_kind != concurrent_authority<int, listed>::wire_kind);
static_assert(authority<int, claimed>::wire_kind != concurrent_authority<int, claimed>::wire_kind);

/// Three actors: an authority of the lists, the second slot, and two that are none.
struct an_authority_and_others {
    byte_buffer ids = byte_buffer(48, std::byte{0});

    an_authority_and_others() {
        ids[15] = std::byte{74};
        ids[31] = std::byte{37};
    }

    [[nodiscard]] event at(std::uint64_t time, std::uint32_t slot) const {
        return {
            {{{slot}, static_cast<weft::sequence>(time)}, 0}, timestamp{time}, {ids.data(), 16}};
    }
};

}  // namespace

namespace weft::test {

/// A value, who wrote it, and whether that counts as an authority's.
template <class T>
struct ranked_meaning {
    T value{};
    bool assigned = false;
    bool claims = false;

    void settle() const { RC_ASSERT(assigned); }
};

template <class P, class T, class Class>
struct authority_laws {
    using meaning = ranked_meaning<T>;
    using visible = std::pair<exactly<T>, bool>;  ///< the value, and whether an authority wrote it
    static constexpr bool changes_are_exact = false;
    static constexpr bool order_is_own = true;
    static constexpr bool has_conflicts = true;
    static constexpr bool by_claim = std::same_as<Class, claimed>;

    static P detached(chance& random) { return P(hostile<T>(random)); }

    static meaning replacing(const P& wanted, const visible& /*seen*/) {
        return {wanted.value(), true, false};
    }

    static void
    edit(typename P::editor& editor, chance& random, meaning& what, const visible& seen) {
        const T value = hostile<T>(random);
        if constexpr (by_claim) {
            if (random.one_in(3)) {
                editor.as_authority() = value;
                what = {value, true, true};
                RC_ASSERT(exactly<T>(editor.value()) == exactly<T>(value));
                return;
            }
        }
        editor = value;
        if (!(P::absolute && what.claims)) {
            what = {value, true, false};
        }
        const bool shown = what.claims || !by_claim || !P::absolute || !seen.second;
        RC_ASSERT(exactly<T>(editor.value()) == (shown ? exactly<T>(what.value) : seen.first));
    }

    static visible read(const P& state) {
        return {exactly<T>(state.value()), state.by_authority()};
    }

    static bool ranked(const past_event<meaning>& of) {
        return by_claim ? of.what.claims : of.id.actor % 2 == 1;
    }

    static visible best(const history<meaning>& all) {
        const past_event<meaning>* found = nullptr;
        for (const auto* each : all) {
            if (found == nullptr || (ranked(*each) && !ranked(*found)) ||
                (ranked(*each) == ranked(*found) && found->stamped_before(*each))) {
                found = each;
            }
        }
        return found == nullptr ? visible{exactly<T>(T{}), false}
                                : visible{exactly<T>(found->what.value), ranked(*found)};
    }
};

template <class T, class Class>
struct model<authority<T, Class>> : authority_laws<authority<T, Class>, T, Class> {
    static auto expected(const history<ranked_meaning<T>>& all) { return model::best(all); }
};

template <class T, class Class>
struct model<concurrent_authority<T, Class>>
    : authority_laws<concurrent_authority<T, Class>, T, Class> {
    static auto expected(const history<ranked_meaning<T>>& all) {
        return model::best(maximal(all));
    }
};

}  // namespace weft::test

namespace authority_test {

TEST_CASE("merge/authority: the laws hold where the schema names the authorities") {
    weft::test::check_laws<authority<std::string, listed>>("merge/authority: listed", 100);
}

TEST_CASE("merge/authority: the laws hold where operations claim to be an authority's") {
    weft::test::check_laws<authority<double, claimed>>("merge/authority: claimed", 100);
}

TEST_CASE("merge/authority: the laws hold where authorities can be overwritten") {
    weft::test::check_laws<concurrent_authority<std::string, described>>(
        "merge/concurrent_authority: described", 100);
    weft::test::check_laws<concurrent_authority<double, claimed>>(
        "merge/concurrent_authority: claimed", 100);
}

TEST_CASE("merge/authority: what an authority wrote only an authority overwrites, however late") {
    const an_authority_and_others actors;
    weft::test::recording_report report;
    authority<int, listed> state;
    CHECK(state.apply({1, true}, {}, actors.at(5, 0), report));
    CHECK_FALSE(state.by_authority());
    CHECK(state.apply({2, true}, {}, actors.at(3, 1), report));  // stamped before
    CHECK_FALSE(state.apply({3, true}, {}, actors.at(9, 2), report));
    CHECK(state == 2);
    CHECK(state.by_authority());
    CHECK(state.apply({4, true}, {}, actors.at(4, 1), report));
    CHECK(state == 4);
    REQUIRE(report.decisions.size() == 3);
    CHECK(report.decisions[0].why == weft::reason::authority_won);
    CHECK(report.decisions[0].winner == weft::local_dot{{1}, 3});
    CHECK(report.decisions[1].why == weft::reason::authority_won);
    CHECK(report.decisions[1].loser == weft::local_dot{{2}, 9});
    CHECK(report.decisions[2].why == weft::reason::later_stamp);
}

TEST_CASE("merge/concurrent_authority: who has seen an authority's write overwrites it") {
    const an_authority_and_others actors;
    weft::test::recording_report report;
    concurrent_authority<int, described> state;
    state.apply({1, true}, {}, actors.at(3, 1), report);
    state.apply({2, true}, {}, actors.at(9, 0), report);
    CHECK(state == 1);
    CHECK(state.conflicted());
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].why == weft::reason::authority_won);
    CHECK(report.decisions[0].winner == weft::local_dot{{1}, 3});
    concurrent_authority<int, described>::effect effect;
    concurrent_authority<int, described>::editor(state, effect) = 7;
    weft::observed_list dots;
    state.observe(effect, dots);
    CHECK(dots.size() == 2);
    CHECK(state.apply(std::move(effect), dots, actors.at(10, 2), report));
    CHECK(state == 7);
    CHECK_FALSE(state.by_authority());
}

TEST_CASE("merge/authority: a claim stands before what the same transaction assigns after it") {
    const authority<int, claimed> held = 1;
    authority<int, claimed>::effect effect;
    authority<int, claimed>::editor editor(held, effect);
    editor = 2;
    CHECK(editor == 2);
    editor.as_authority() = 3;
    editor = 4;
    CHECK(editor == 3);
    CHECK(effect.by_authority);
    held.replace(5, effect);
    CHECK_FALSE(effect.by_authority);
    CHECK(effect.value == 5);
    concurrent_authority<int, claimed>::effect other;
    const concurrent_authority<int, claimed> milder = 1;
    concurrent_authority<int, claimed>::editor mild(milder, other);
    mild.as_authority() = 3;
    mild = 4;
    CHECK(mild == 4);
    CHECK_FALSE(other.by_authority);
}

TEST_CASE("merge/authority: the effect's bytes are for ever, and damage is refused") {
    byte_buffer bytes;
    weft::byte_writer out(bytes);
    authority<int, claimed>::encode({300, true, true}, out);
    CHECK(bytes == byte_buffer{std::byte{1}, std::byte{0x2C}, std::byte{1}});
    const auto error = [](const byte_buffer& of, std::size_t dots) {
        weft::byte_reader in(of);
        const auto read = authority<int, claimed>::decode(in, dots);
        CHECK(in.offset() == 0);
        return read ? errc{} : read.error().code;
    };
    CHECK(error(bytes, 1) == errc::not_canonical);
    CHECK(error({}, 0) == errc::truncated);
    bytes[0] = std::byte{2};
    CHECK(error(bytes, 0) == errc::not_canonical);
    bytes.clear();
    authority<int, listed>::encode({300, true}, out);
    CHECK(bytes == byte_buffer{std::byte{0x2C}, std::byte{1}});
}

}  // namespace authority_test
