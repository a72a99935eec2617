#include <weft/merge/disable_wins.hpp>

#include "merge/flag_model.hpp"

#include <doctest/doctest.h>

namespace disable_wins_test {

using weft::disable_wins;

TEST_CASE("merge/disable_wins: the laws hold") {
    weft::test::check_laws<disable_wins>("merge/disable_wins", 300);
}

TEST_CASE("merge/disable_wins: off beats an on that had not seen it, and the report says so") {
    const weft::byte_buffer ids(32);
    const weft::event on{{{{0}, 1}, 0}, weft::timestamp{2}, {ids.data(), 16}};
    const weft::event off{{{{1}, 1}, 0}, weft::timestamp{1}, {ids.data(), 16}};
    weft::test::recording_report report;
    disable_wins flag;
    CHECK_FALSE(flag);
    CHECK(flag.apply({true, true}, {}, on, report));
    CHECK(flag.apply({false, true}, {}, off, report));
    CHECK_FALSE(flag);
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].why == weft::reason::disable_won);
    CHECK(report.decisions[0].winner == off.id.operation);
}

TEST_CASE("merge/disable_wins: on the wire a flag is one byte, 0 or 1") {
    for (const int byte : {0, 1, 2, 255}) {
        const weft::byte_buffer bytes(1, static_cast<std::byte>(byte));
        weft::byte_reader in(bytes);
        CHECK(disable_wins::decode(in, 3).has_value() == (byte < 2));
    }
    weft::byte_reader none;
    CHECK(disable_wins::decode(none, 0).error().code == weft::errc::truncated);
}

}  // namespace disable_wins_test
