#include <weft/merge/lww.hpp>

#include "merge/register_model.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <string>

namespace {

using weft::byte_buffer;
using weft::event;
using weft::local_dot;
using weft::lww;
using weft::null_report;
using weft::timestamp;

/// Two actors; the first slot has the greater id.
struct two_actors {
    byte_buffer ids = byte_buffer(32, std::byte{9});

    two_actors() { ids[31] = std::byte{1}; }

    [[nodiscard]] event at(std::uint64_t time, std::uint32_t slot, weft::sequence sequence) const {
        return {{{{slot}, sequence}, 0}, timestamp{time}, {ids.data(), 16}};
    }
};

}  // namespace

namespace weft::test {

template <class T>
struct model<lww<T>> : register_model<lww<T>> {
    using base = register_model<lww<T>>;
    using typename base::meaning;
    using typename base::visible;

    static void
    edit(typename lww<T>::editor& editor, chance& random, meaning& what, const visible&) {
        what = {hostile<T>(random), true};
        editor = what.value;
        RC_ASSERT(visible(editor.value()) == visible(what.value));
    }

    static visible expected(const history<meaning>& all) {
        const past_event<meaning>* last = nullptr;
        for (const auto* each : all) {
            last = last == nullptr || last->stamped_before(*each) ? each : last;
        }
        return visible(last == nullptr ? T{} : last->what.value);
    }
};

}  // namespace weft::test

namespace lww_test {

TEST_CASE("merge/lww: the laws hold for whole numbers") {
    weft::test::check_laws<lww<std::int64_t>>("merge/lww: int64");
}

TEST_CASE("merge/lww: the laws hold for doubles") {
    weft::test::check_laws<lww<double>>("merge/lww: double");
}

TEST_CASE("merge/lww: the laws hold for strings") {
    weft::test::check_laws<lww<std::string>>("merge/lww: string");
}

TEST_CASE("merge/lww: the laws hold for optional strings") {
    weft::test::check_laws<lww<std::optional<std::string>>>("merge/lww: optional<string>");
}

TEST_CASE("merge/lww: a detached register converts, compares and reads like its value") {
    lww<std::string> title;
    CHECK(title.pristine());
    CHECK(title.value().empty());
    title = "Ship it";
    CHECK(title == "Ship it");
    CHECK(title != "Ship");
    CHECK("Ship it" == title);
    CHECK(title->size() == 7);
    CHECK((*title)[0] == 'S');
    const std::string& text = title;
    CHECK(text == "Ship it");
    const lww<std::string> other = std::string("Ship it");
    CHECK(other == title);
    CHECK(title.pristine());

    lww<bool> done = false;
    CHECK_FALSE(done);
    done = true;
    CHECK(done);
    lww<std::optional<int>> maybe = 5;
    CHECK(maybe == 5);
    maybe = std::nullopt;
    CHECK(maybe == std::nullopt);
    lww<std::uint8_t> small = std::uint8_t{200};
    CHECK(small == 200);
    CHECK(small != 200 + 256);
    // Containers of registers compare as such, too.
    CHECK(std::optional<lww<int>>(lww<int>(3)) == std::optional<lww<int>>(lww<int>(3)));
    CHECK(std::vector<lww<std::string>>{title} == std::vector<lww<std::string>>{other});
}

TEST_CASE("merge/lww: one timestamp is decided by the actor's id, not by its slot") {
    const two_actors actors;
    weft::test::recording_report report;
    lww<int> state;
    CHECK(state.apply({1, true}, {}, actors.at(5, 0, 1), report));
    CHECK(report.decisions.empty());
    CHECK_FALSE(state.apply({2, true}, {}, actors.at(5, 1, 1), report));
    CHECK(state == 1);
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].why == weft::reason::later_stamp);
    CHECK(report.decisions[0].winner == local_dot{{0}, 1});
    CHECK(report.decisions[0].loser == local_dot{{1}, 1});
    CHECK(state.written().operation == local_dot{{0}, 1});
    CHECK(state.apply({3, true}, {}, actors.at(6, 1, 2), report));
    CHECK(state == 3);
    CHECK(report.decisions[1].winner == local_dot{{1}, 2});
}

TEST_CASE("merge/lww: a write of an equal value takes the stamp and changes nothing to read") {
    const two_actors actors;
    null_report report;
    lww<double> state;
    CHECK_FALSE(state.apply({0.0, true}, {}, actors.at(1, 0, 1), report));
    CHECK_FALSE(state.pristine());
    CHECK(state.apply({-0.0, true}, {}, actors.at(2, 0, 2), report));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(state.apply({nan, true}, {}, actors.at(3, 0, 3), report));
    const lww<double> before = state;
    CHECK_FALSE(state.apply({-nan, true}, {}, actors.at(4, 0, 4), report));
    CHECK_FALSE(before == state);
    CHECK(state.written().at == timestamp{4});
}

TEST_CASE("merge/lww: a later mutation of one operation overrides an earlier one, unreported") {
    const two_actors actors;
    weft::test::recording_report report;
    lww<int> state;
    event at = actors.at(5, 0, 1);
    state.apply({1, true}, {}, at, report);
    at.id.ordinal = 1;
    CHECK(state.apply({2, true}, {}, at, report));
    CHECK(state == 2);
    CHECK(report.decisions.empty());
}

TEST_CASE("merge/lww: assigning one editor to another assigns the value that is read") {
    const lww<std::string> one("from here");
    const lww<std::string> other("there");
    lww<std::string>::effect nothing;
    lww<std::string>::effect effect;
    lww<std::string>::editor source(one, nothing);
    lww<std::string>::editor(other, effect) = source;
    CHECK(effect.value == "from here");
    CHECK(nothing.empty());
    lww<std::string>::editor(other, effect) = other;
    CHECK(effect.value == "there");
}

TEST_CASE("merge/lww: dots have no place in the effect") {
    const byte_buffer one(1, std::byte{1});
    weft::byte_reader in(one);
    CHECK(lww<int>::decode(in, 1).error().code == weft::errc::not_canonical);
    CHECK(in.remaining() == 1);
    CHECK(lww<int>::decode(in, 0)->value == 1);
    CHECK(in.empty());
}

TEST_CASE("merge/lww: a value that no replica would decode is refused where it is written") {
    lww<std::string> held;
    lww<std::string>::effect effect;
    lww<std::string>::editor editor(held, effect);
    editor = "\xFF";
    byte_buffer bytes;
    weft::byte_writer out(bytes);
    CHECK_THROWS_AS(lww<std::string>::encode(effect, out), weft::bad_value);
}

TEST_CASE("merge/lww: the state on the wire names the actor by id") {
    const two_actors actors;
    null_report report;
    lww<int> state;
    state.apply({300, true}, {}, actors.at(0x0102, 1, 7), report);
    byte_buffer bytes;
    weft::byte_writer out(bytes);
    state.write_state(out, {actors.ids.data(), 16});
    byte_buffer wanted(8, std::byte{0});
    wanted[0] = std::byte{2};
    wanted[1] = std::byte{1};
    wanted.insert(wanted.end(), actors.ids.begin() + 16, actors.ids.end());
    for (const int byte : {7, 0, 0, 0, 44, 1}) {
        wanted.push_back(static_cast<std::byte>(byte));
    }
    CHECK(bytes == wanted);
    static_assert(sizeof(lww<std::int64_t>) == 24);
}

}  // namespace lww_test
