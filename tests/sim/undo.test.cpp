#include <weft/testing/simulator.hpp>
#include <weft/testing/undoable.hpp>

#include <doctest/doctest.h>

using namespace weft::testing;

TEST_CASE("simulator: whole records are undone and redone, as the reference model has it after "
          "every step") {
    coverage seen;
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        schedule plan = schedule_of(seed);
        dice aside(seed);
        for (step& each : plan.steps) {
            each.what = aside.percent(10) ? action::undo : each.what;
        }
        const outcome ran = simulation<all_undoable>(plan, true).run();
        CAPTURE(seed);
        CAPTURE(ran.step);
        CHECK(ran.failure == "");
        seen.add(ran.seen);
    }
    MESSAGE(seen.text());
    CHECK(seen.undos >= 300);
    CHECK(seen.redos >= 100);
    CHECK(seen.share(seen.concurrent_fields) >= 20);
    for (const std::uint64_t some : {seen.reissued, seen.travels, seen.restarts, seen.parked}) {
        CHECK(some > 0);
    }
}
