#include <weft/testing/generators.hpp>

#include "sim/simulation.hpp"
#include "support/property.hpp"

#include <ostream>

namespace weft::testing {

/// For rapidcheck's report of a counterexample.
std::ostream& operator<<(std::ostream& out, const schedule& plan) {
    out << plan.replicas << " replicas, " << plan.records << " records, " << plan.parked
        << " parked at most, checkpoint every " << plan.checkpoint << ":";
    for (const step& each : plan.steps) {
        out << "\n  " << name_of(each.what) << " " << each.who % plan.replicas << " "
            << each.with % plan.replicas << " seed " << each.seed;
    }
    return out;
}

}  // namespace weft::testing

using namespace weft;
using namespace weft::testing;

TEST_CASE("simulator: schedules converge, and agree with the reference model after every step") {
    coverage seen;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const outcome ran = simulate(schedule_of(seed), true);
        CAPTURE(seed);
        CAPTURE(ran.step);
        CHECK(ran.failure == "");
        seen.add(ran.seen);
    }
    MESSAGE(seen.text());
    CHECK(seen.with_oracle == 300);
    CHECK(seen.share(seen.concurrent_fields) >= 20);
    CHECK(seen.share(seen.delete_update_races) >= 10);
    CHECK(seen.share(seen.restarted) >= 10);
    for (const std::uint64_t some :
         {seen.abandoned, seen.lost, seen.damaged, seen.known, seen.parked, seen.parked_full,
          seen.released, seen.reissued, seen.travels}) {
        CHECK(some > 0);
    }
}

TEST_CASE("simulator: a schedule is a function of its seed, and a run of its schedule") {
    for (std::uint64_t seed = 7; seed < 12; ++seed) {
        const schedule plan = schedule_of(seed);
        CHECK(plan == schedule_of(seed));
        CHECK(simulate(plan, false).seen.text() == simulate(plan, false).seen.text());
    }
    CHECK(schedule_of(std::uint64_t{7}).steps != schedule_of(std::uint64_t{8}).steps);
}

TEST_CASE("simulator: schedules that rapidcheck makes, and shrinks, converge too") {
    test::property("any steps", 100, [](const schedule& plan) {
        const outcome ran = simulate(plan, true);
        if (!ran.failure.empty()) {
            RC_FAIL(ran.failure);
        }
    });
}

TEST_CASE("simulator: any bytes are a schedule") {
    test::property("random bytes", 100, [](const std::vector<std::uint8_t>& random) {
        byte_buffer bytes;
        for (const std::uint8_t each : random) {
            bytes.push_back(static_cast<std::byte>(each));
        }
        const schedule plan = schedule_of(byte_span(bytes));
        RC_ASSERT(plan.replicas == 4);
        const outcome ran = simulate(plan, true);
        if (!ran.failure.empty()) {
            RC_FAIL(ran.failure);
        }
    });
    CHECK(schedule_of(byte_span()).steps.empty());
}

TEST_CASE("simulator: a failing schedule shrinks to the steps that matter") {
    // "Fails" if it writes under seed 5 and later delivers.
    const auto fails = [](const schedule& plan) {
        bool wrote = false;
        for (const step& each : plan.steps) {
            if (wrote && each.what == action::deliver) {
                return true;
            }
            wrote |= each.what == action::write && each.seed == 5;
        }
        return false;
    };
    schedule plan = schedule_of(std::uint64_t{3});
    plan.steps[2] = {action::write, 1, 0, 5};
    plan.steps.push_back({action::deliver, 0, 0, 9});
    REQUIRE(fails(plan));
    const schedule small = shrunk(plan, fails);
    CHECK(small.steps.size() == 2);
    CHECK(fails(small));
}

TEST_CASE("simulator: every action has a name") {
    for (std::size_t i = 0; i < action_count; ++i) {
        CHECK_FALSE(name_of(static_cast<action>(i)).empty());
    }
}

TEST_CASE("simulator: hostile values come round again, whatever their type") {
    dice from(1);
    const auto distinct = [&]<class T>(std::type_identity<T>, std::size_t least) {
        std::set<byte_buffer> seen;
        for (int i = 0; i < 300; ++i) {
            const byte_buffer bytes = encoded(hostile_value<T>(from));
            CHECK(codec<T>::decode(bytes).has_value());
            seen.insert(bytes);
        }
        CHECK(seen.size() >= least);
        CHECK(seen.size() < 300);
    };
    distinct(std::type_identity<bool>{}, 2);
    distinct(std::type_identity<std::int8_t>{}, 10);
    distinct(std::type_identity<std::uint64_t>{}, 10);
    distinct(std::type_identity<double>{}, 15);
    distinct(std::type_identity<float>{}, 15);
    distinct(std::type_identity<std::string>{}, 10);
    distinct(std::type_identity<byte_buffer>{}, 10);
    distinct(std::type_identity<uuid>{}, 4);
    distinct(std::type_identity<mood>{}, 5);
    distinct(std::type_identity<std::optional<std::int64_t>>{}, 10);
}

TEST_CASE("simulator: hostile values are the same whatever the compiler") {
    dice from(2);
    std::uint64_t sum = 0;
    const auto add = [&]<class T>(std::type_identity<T>) {
        for (const std::byte each : encoded(hostile_value<T>(from))) {
            sum = (sum ^ std::to_integer<std::uint64_t>(each)) * 0x100000001B3U;  // FNV-1a
        }
    };
    for (int i = 0; i < 300; ++i) {
        add(std::type_identity<bool>{});
        add(std::type_identity<std::int64_t>{});
        add(std::type_identity<double>{});
        add(std::type_identity<std::string>{});
        add(std::type_identity<byte_buffer>{});
        add(std::type_identity<uuid>{});
        add(std::type_identity<mood>{});
        add(std::type_identity<std::optional<std::string>>{});
    }
    CHECK(sum == 0xAAF503BBA936DCB4U);
}
