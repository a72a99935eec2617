#include <weft/merge/max.hpp>
#include <weft/merge/min.hpp>

#include "merge/extremum_model.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace max_test {

TEST_CASE("merge/max: the laws hold for whole numbers") {
    weft::test::check_laws<weft::max<std::int64_t>>("merge/max: int64");
}

TEST_CASE("merge/max: the laws hold for doubles") {
    weft::test::check_laws<weft::max<double>>("merge/max: double");
}

TEST_CASE("merge/max: the first write counts, however small") {
    const weft::byte_buffer ids(32);
    weft::null_report report;
    weft::event at{{{{0}, 1}, 0}, weft::timestamp{1}, {ids.data(), 16}};
    weft::max<int> state;
    CHECK(state == 0);
    weft::max<int>::effect first;
    weft::max<int>::editor before(state, first);
    before = -7;
    CHECK(before == -7);
    CHECK(state.apply({-5, true}, {}, at, report));
    CHECK(state == -5);
    at.id.operation.sequence = 2;
    at.at.bits = 2;
    CHECK_FALSE(state.apply({-6, true}, {}, at, report));
    CHECK(state == -5);

    weft::max<int>::effect effect;
    weft::max<int>::editor editor(state, effect);
    editor = -9;
    CHECK(editor == -5);
    editor = -4;
    editor = -7;
    CHECK(editor == -4);
    CHECK(effect.value == -4);
}

TEST_CASE("merge/max: of equal values the earliest is remembered, whatever the order") {
    weft::byte_buffer ids(32);
    ids[31] = std::byte{1};
    const weft::event first{{{{0}, 1}, 0}, weft::timestamp{7}, {ids.data(), 16}};
    const weft::event second{{{{1}, 1}, 0}, weft::timestamp{7}, {ids.data(), 16}};
    weft::test::recording_report report;
    weft::max<int> one;
    weft::max<int> other;
    one.apply({3, true}, {}, first, report);
    CHECK_FALSE(one.apply({3, true}, {}, second, report));
    other.apply({3, true}, {}, second, report);
    CHECK_FALSE(other.apply({3, true}, {}, first, report));
    CHECK(one == other);
    CHECK(one.written() == first.stamp());
    REQUIRE(report.decisions.size() == 2);
    CHECK(report.decisions[0].why == weft::reason::earlier_stamp);
    CHECK(report.decisions[0].winner == report.decisions[1].winner);
}

TEST_CASE("merge/max: NaN is the greatest double, and 0 is greater than -0") {
    const weft::byte_buffer ids(32);
    weft::null_report report;
    weft::event at{{{{0}, 1}, 0}, weft::timestamp{1}, {ids.data(), 16}};
    weft::max<double> greatest;
    weft::min<double> smallest;
    for (const double value : {0.0, -0.0, std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()}) {
        greatest.apply({value, true}, {}, at, report);
        smallest.apply({value, true}, {}, at, report);
        ++at.id.operation.sequence;
        ++at.at.bits;
    }
    CHECK(std::isnan(greatest.value()));
    CHECK(smallest.value() == 0);
    CHECK(std::signbit(smallest.value()));
}

}  // namespace max_test
