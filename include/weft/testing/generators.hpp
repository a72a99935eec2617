/// rapidcheck generators for weft: hostile values, and schedules for the simulator that shrink. A
/// schedule shrinks by losing steps and by getting simpler ones, never into something impossible:
/// its operations are made while it runs. Needs rapidcheck, and with it exceptions and RTTI;
/// without them this header is empty.
///
///     rc::check([](const weft::testing::schedule& plan) {
///         RC_ASSERT(weft::testing::simulate(plan, true).failure.empty());
///     });
#ifndef WEFT_TESTING_GENERATORS_HPP
#define WEFT_TESTING_GENERATORS_HPP

#include <weft/testing/schedule.hpp>

#if defined(__cpp_exceptions) && defined(__cpp_rtti)

#    include <rapidcheck.h>

namespace weft::testing {

/// Values of T, hostile ones among them.
template <class T>
[[nodiscard]] rc::Gen<T> hostile_values() {
    return rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t seed) {
        dice from(seed);
        return hostile_value<T>(from);
    });
}

/// Steps; writes and deliveries are most frequent.
[[nodiscard]] inline rc::Gen<step> steps() {
    const auto number = rc::gen::resize(100, rc::gen::inRange<std::uint8_t>(0, 8));
    return rc::gen::build<step>(
        rc::gen::set(
            &step::what,
            rc::gen::weightedOneOf<action>(
                {{5, rc::gen::just(action::write)},
                 {4, rc::gen::just(action::send)},
                 {4, rc::gen::just(action::deliver)},
                 {2, rc::gen::map(rc::gen::inRange<std::size_t>(0, action_count),
                                  [](std::size_t n) { return static_cast<action>(n); })}})),
        rc::gen::set(&step::who, number), rc::gen::set(&step::with, number),
        rc::gen::set(&step::seed, rc::gen::inRange<std::uint64_t>(0, 1U << 20U)));
}

/// Schedules for 3 to 8 replicas, of as many steps as rapidcheck's size says.
[[nodiscard]] inline rc::Gen<schedule> schedules() {
    return rc::gen::build<schedule>(
        rc::gen::set(&schedule::replicas, rc::gen::inRange<std::uint32_t>(3, 9)),
        rc::gen::set(&schedule::records, rc::gen::inRange<std::uint32_t>(1, 4)),
        rc::gen::set(&schedule::parked, rc::gen::element<std::uint32_t>(65536, 0, 1, 3)),
        rc::gen::set(&schedule::checkpoint, rc::gen::element<std::uint32_t>(0, 1, 5)),
        rc::gen::set(&schedule::steps, rc::gen::container<std::vector<step>>(steps())));
}

}  // namespace weft::testing

namespace rc {

template <>
struct Arbitrary<weft::testing::step> {
    static Gen<weft::testing::step> arbitrary() { return weft::testing::steps(); }
};

template <>
struct Arbitrary<weft::testing::schedule> {
    static Gen<weft::testing::schedule> arbitrary() { return weft::testing::schedules(); }
};

}  // namespace rc

#endif

#endif
