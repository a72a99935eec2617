#include <weft/model/stage_marks.hpp>

#include <doctest/doctest.h>

namespace stage_marks_test {

using namespace weft;

TEST_CASE("model/stage_marks: a row that no operation named is unknown, and passes nothing") {
    stage_marks marks;
    const row_name name{2, 5};
    CHECK_FALSE(marks.known(name));
    CHECK_FALSE(marks.dead(name));
    CHECK_FALSE(marks.passed(name, 0));
    CHECK(marks.lost(name) == 0);
    marks.set(name, 3, false);
    CHECK(marks.questions().empty());  // nothing changed
    marks.edit(name, false);
    CHECK(marks.known(name));
    CHECK(marks.dead(name));
    CHECK_FALSE(marks.known({2, 4}));
}

TEST_CASE("model/stage_marks: a row is in question once, with the bits that it had") {
    stage_marks marks;
    const row_name name{0, 1};
    marks.edit(name, true);
    marks.set(name, 1, true);
    marks.settle();
    CHECK(marks.questions().empty());
    marks.set(name, 2, true);
    marks.edit(name, true);
    marks.set(name, 1, false);
    REQUIRE(marks.questions().size() == 1);
    const stage_marks::question& asked = marks.questions()[0];
    CHECK(asked.name == name);
    CHECK(asked.edited);
    CHECK(asked.rewired == 0);
    CHECK(marks.changed(asked, 1));
    CHECK(marks.changed(asked, 2));
    CHECK_FALSE(marks.changed(asked, 3));
    marks.set(name, 1, true);
    CHECK_FALSE(marks.changed(asked, 1));  // as it was
    marks.edit(name, false);
    CHECK(marks.changed(asked, 1));  // it was there before
}

TEST_CASE("model/stage_marks: what a record lost is a bit a constraint") {
    stage_marks marks;
    const row_name name{1, 0};
    marks.set_lost(name, 0, true);
    marks.set_lost(name, 40, true);
    CHECK(marks.lost(name) == ((std::uint64_t{1} << 40U) | 1U));
    marks.set_lost(name, 0, false);
    CHECK(marks.lost(name) == std::uint64_t{1} << 40U);
}

TEST_CASE("model/stage_marks: places are given and taken") {
    stage_marks marks;
    const row_name name{0, 0};
    CHECK(marks.place(name) == stage_marks::none);
    marks.set_place(name, 7);
    CHECK(marks.place(name) == 7);
    marks.set_place(name, stage_marks::none);
    CHECK(marks.place(name) == stage_marks::none);
}

}  // namespace stage_marks_test
