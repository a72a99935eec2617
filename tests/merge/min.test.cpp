#include <weft/merge/min.hpp>

#include "merge/extremum_model.hpp"

#include <doctest/doctest.h>

#include <string>

namespace min_test {

TEST_CASE("merge/min: the laws hold for strings") {
    weft::test::check_laws<weft::min<std::string>>("merge/min: string");
}

TEST_CASE("merge/min: a detached register converts, compares and reads like its value") {
    weft::min<std::string> first = "m";
    CHECK(first == "m");
    first = std::string("n");
    CHECK(first->size() == 1);
    const std::string& text = first;
    CHECK(text == "n");
    CHECK(first.pristine());
    CHECK(first.written().none());
    CHECK(first == weft::min<std::string>("n"));
    CHECK(weft::min<int>::policy_name == "min");
}

}  // namespace min_test
