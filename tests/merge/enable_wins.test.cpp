#include <weft/merge/enable_wins.hpp>

#include "merge/flag_model.hpp"

#include <doctest/doctest.h>

namespace enable_wins_test {

using weft::enable_wins;

TEST_CASE("merge/enable_wins: the laws hold") {
    weft::test::check_laws<enable_wins>("merge/enable_wins", 300);
}

TEST_CASE("merge/enable_wins: on beats an off that had not seen it, and the report says so") {
    const weft::byte_buffer ids(32);
    const weft::event on{{{{0}, 1}, 0}, weft::timestamp{1}, {ids.data(), 16}};
    const weft::event off{{{{1}, 1}, 0}, weft::timestamp{2}, {ids.data(), 16}};
    weft::test::recording_report report;
    enable_wins flag;
    CHECK_FALSE(flag);
    CHECK(flag.apply({true, true}, {}, on, report));
    CHECK_FALSE(flag.apply({false, true}, {}, off, report));
    CHECK(flag);
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].why == weft::reason::enable_won);
    CHECK(report.decisions[0].winner == on.id.operation);

    enable_wins other;
    CHECK_FALSE(other.apply({false, true}, {}, off, report));
    CHECK(other.apply({true, true}, {}, on, report));
    CHECK(other == flag);
    CHECK(report.decisions[1].winner == on.id.operation);

    enable_wins::effect effect;
    enable_wins::editor(flag, effect) = false;
    weft::observed_list dots;
    flag.observe(effect, dots);
    CHECK(dots.size() == 2);
}

TEST_CASE("merge/enable_wins: a detached flag converts and compares like a bool") {
    enable_wins flag = true;
    CHECK(flag);
    CHECK(flag == true);
    CHECK(flag != false);
    flag = false;
    CHECK_FALSE(flag.value());
    CHECK(flag.pristine());
}

}  // namespace enable_wins_test
