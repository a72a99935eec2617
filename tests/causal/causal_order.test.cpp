#include <weft/causal/causal_order.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace causal_order_test {

using weft::causal_order;

static_assert(weft::causal_order_of(false, false) == causal_order::equal);
static_assert(weft::causal_order_of(false, true) == causal_order::before);
static_assert(weft::causal_order_of(true, false) == causal_order::after);
static_assert(weft::causal_order_of(true, true) == causal_order::concurrent);

TEST_CASE("causal/causal_order: exchanging the sides exchanges before and after only") {
    for (const bool left : {false, true}) {
        for (const bool right : {false, true}) {
            CHECK(weft::flipped(weft::causal_order_of(left, right)) ==
                  weft::causal_order_of(right, left));
        }
    }
}

TEST_CASE("causal/causal_order: each has its word") {
    std::set<std::string> words;
    for (int number = 0; number < 4; ++number) {
        words.emplace(weft::message(static_cast<causal_order>(number)));
    }
    CHECK(words == std::set<std::string>{"equal", "before", "after", "concurrent"});
    CHECK(weft::message(static_cast<causal_order>(4)) == "unknown order");
}

}  // namespace causal_order_test
