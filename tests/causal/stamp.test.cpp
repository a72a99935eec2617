#include <weft/causal/stamp.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace stamp_test {

namespace {

using weft::actor_order;
using weft::actor_slot;
using weft::local_dot;
using weft::stamp;
using weft::timestamp;

static_assert(sizeof(stamp) == 16);
static_assert(stamp{}.none());
static_assert(!stamp{timestamp{}, local_dot{actor_slot{0}, 1}}.none());

/// Slots 0, 1, 2 are the actors with the ids 30, 10, 20.
constexpr std::array<std::byte, 3> ids{std::byte{30}, std::byte{10}, std::byte{20}};
constexpr actor_order actors(ids.data(), 1);

stamp any_stamp(std::uint8_t bits) {
    const local_dot operation{actor_slot{(bits / 4U) % 3U}, bits / 12U % 3U};
    return {timestamp{bits % 4U}, operation};
}

/// Whether neither comes before the other: the same timestamp and actor, or none on both sides.
bool tied(const stamp& a, const stamp& b) {
    if (a.none() || b.none()) {
        return a.none() && b.none();
    }
    return a.at == b.at && a.operation.slot == b.operation.slot;
}

}  // namespace

TEST_CASE("causal/stamp: the timestamp decides, then the actor id, not the slot") {
    const stamp early{timestamp::of(1), local_dot{actor_slot{0}, 9}};
    const stamp late{timestamp::of(2), local_dot{actor_slot{1}, 1}};
    CHECK(stamp::before(early, late, actors));
    CHECK(!stamp::before(late, early, actors));
    const stamp of_30{timestamp::of(1), local_dot{actor_slot{0}, 1}};
    const stamp of_10{timestamp::of(1), local_dot{actor_slot{1}, 1}};
    CHECK(stamp::before(of_10, of_30, actors));
    CHECK(!stamp::before(of_30, of_10, actors));
}

TEST_CASE("causal/stamp: nothing stamped comes before every stamp") {
    const stamp earliest{timestamp{}, local_dot{actor_slot{1}, 1}};
    CHECK(stamp::before(stamp{}, earliest, actors));
    CHECK(!stamp::before(earliest, stamp{}, actors));
    CHECK(!stamp::before(stamp{}, stamp{}, actors));
}

TEST_CASE("causal/stamp: before is a strict total order but for one actor's equal times") {
    weft::test::property(
        "causal/stamp: total", 1000, [](std::uint8_t a, std::uint8_t b, std::uint8_t c) {
            const stamp x = any_stamp(a);
            const stamp y = any_stamp(b);
            const stamp z = any_stamp(c);
            RC_ASSERT((stamp::before(x, y, actors) + stamp::before(y, x, actors) + tied(x, y)) ==
                      1);
            if (stamp::before(x, y, actors) && stamp::before(y, z, actors)) {
                RC_ASSERT(stamp::before(x, z, actors));
            }
        });
}

TEST_CASE("causal/stamp: the greatest stamp does not depend on the slots that a replica gave") {
    weft::test::property("causal/stamp: slots", [](const std::vector<std::uint8_t>& bits) {
        // Another replica met the same three actors in the order 10, 20, 30.
        constexpr std::array<std::byte, 3> other_ids{std::byte{10}, std::byte{20}, std::byte{30}};
        constexpr std::array<std::uint32_t, 3> other_slot{2, 0, 1};
        const actor_order other_actors(other_ids.data(), 1);
        std::vector<stamp> here;
        std::vector<stamp> there;
        for (const std::uint8_t b : bits) {
            stamp s = any_stamp(b);
            here.push_back(s);
            s.operation.slot.value = other_slot[s.operation.slot.value];
            there.push_back(s);
        }
        for (std::size_t i = 0; i < here.size(); ++i) {
            for (std::size_t j = 0; j < here.size(); ++j) {
                RC_ASSERT(stamp::before(here[i], here[j], actors) ==
                          stamp::before(there[i], there[j], other_actors));
            }
        }
    });
}

}  // namespace stamp_test
