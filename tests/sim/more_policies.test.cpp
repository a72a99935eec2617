#include <weft/testing/everything_more.hpp>
#include <weft/testing/simulator.hpp>

#include <doctest/doctest.h>

using namespace weft::testing;

TEST_CASE("simulator: schedules over the second schema converge, and agree with the model") {
    coverage seen;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const outcome ran = simulation<everything_more>(schedule_of(seed), true).run();
        CAPTURE(seed);
        CAPTURE(ran.step);
        CHECK(ran.failure == "");
        seen.add(ran.seen);
    }
    MESSAGE(seen.text());
    CHECK(seen.with_oracle == 100);
    CHECK(seen.share(seen.concurrent_fields) >= 20);
    CHECK(seen.share(seen.delete_update_races) >= 10);
}
