#include <weft/base/assert.hpp>

#include "support/death.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace assert_test {

namespace {

constexpr int half_of(int even) {
    WEFT_ASSERT(even % 2 == 0);
    return even / 2;
}

static_assert(half_of(6) == 3);

}  // namespace

TEST_CASE("base/assert: a condition that holds costs nothing and says nothing") {
    CHECK(half_of(4) == 2);
}

#if WEFT_TEST_DEATHS
TEST_CASE("base/assert: a broken contract aborts with the condition, the file and the line") {
    const weft::test::death seen = weft::test::death_of([] { static_cast<void>(half_of(3)); });
#    if defined(WEFT_CHECKS) && WEFT_CHECKS
    CHECK(seen.aborted);
    CHECK(seen.text.find("weft: contract broken: even % 2 == 0 (") != std::string::npos);
    CHECK(seen.text.find("assert.test.cpp:") != std::string::npos);
#    else
    CHECK(!seen.aborted);
    CHECK(seen.text.empty());
#    endif
}
#endif

TEST_CASE("base/assert: WEFT_THROW throws where exceptions exist") {
    CHECK_THROWS_WITH_AS(WEFT_THROW(std::runtime_error("a sentence"), "a sentence"), "a sentence",
                         std::runtime_error);
}

TEST_CASE("base/assert: WEFT_CATCH_ALL undoes and WEFT_RETHROW passes on") {
    int state = 0;
    const auto change = [&state] {
        WEFT_TRY {
            state = 1;
            WEFT_THROW(std::runtime_error("no"), "no");
        }
        WEFT_CATCH_ALL {
            state = 0;
            WEFT_RETHROW;
        }
    };
    CHECK_THROWS_AS(change(), std::runtime_error);
    CHECK(state == 0);
}

}  // namespace assert_test
