#include <weft/base/bit_list.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <vector>

namespace bit_list_test {

TEST_CASE("base/bit_list: it is a set of numbers") {
    weft::test::property("marks", [](const std::vector<std::uint16_t>& numbers) {
        weft::bit_list marks(10);
        std::set<std::uint32_t> model;
        for (const std::uint16_t number : numbers) {
            marks.grow(number % 1000U + 1);
            RC_ASSERT(marks.mark(number % 1000U) == model.insert(number % 1000U).second);
        }
        marks.grow(1000);
        for (std::uint32_t i = 0; i < 1000; ++i) {
            RC_ASSERT(marks.marked(i) == model.contains(i));
        }
    });
}

}  // namespace bit_list_test
