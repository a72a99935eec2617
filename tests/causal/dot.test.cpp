#include <weft/base/id.hpp>
#include <weft/causal/dot.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <tuple>
#include <type_traits>

namespace dot_test {

namespace {

using weft::actor_slot;
using weft::dot;
using weft::event_dot;
using weft::local_dot;
using weft::local_event;
using weft::op_index;
using weft::uuid;

// Index, dot and local dot never turn into each other unasked.
static_assert(!std::is_convertible_v<op_index, actor_slot>);
static_assert(!std::is_convertible_v<std::uint32_t, op_index>);
static_assert(!std::is_convertible_v<std::uint32_t, actor_slot>);
static_assert(!std::is_convertible_v<local_dot, dot<std::uint32_t>>);
static_assert(!std::is_convertible_v<dot<std::uint32_t>, local_dot>);
static_assert(std::is_trivially_copyable_v<dot<uuid>>);
static_assert(std::is_trivially_copyable_v<local_event>);
static_assert(sizeof(local_dot) == 8 && sizeof(local_event) == 12 && sizeof(dot<uuid>) == 20);
static_assert(dot<uuid>{}.sequence == 0 && local_dot{}.sequence == 0);  // names none
static_assert(dot<std::uint8_t>{1, 9} < dot<std::uint8_t>{2, 1});
static_assert(local_dot{actor_slot{1}, 9} < local_dot{actor_slot{2}, 1});

}  // namespace

TEST_CASE("causal/dot: dots order by actor, then sequence, then ordinal") {
    weft::test::property("causal/dot: order", [](std::uint8_t a, std::uint8_t m, std::uint8_t i,
                                                 std::uint8_t b, std::uint8_t n, std::uint8_t j) {
        a %= 4;
        b %= 4;
        m %= 4;
        n %= 4;
        const event_dot<uuid> x{{uuid::of(0, a), m}, i};
        const event_dot<uuid> y{{uuid::of(0, b), n}, j};
        RC_ASSERT((x < y) == (std::tuple(a, m, i) < std::tuple(b, n, j)));
        RC_ASSERT((x == y) == (std::tuple(a, m, i) == std::tuple(b, n, j)));
        RC_ASSERT((x.operation < y.operation) == (std::tuple(a, m) < std::tuple(b, n)));
        const local_event p{{actor_slot{a}, m}, i};
        const local_event q{{actor_slot{b}, n}, j};
        RC_ASSERT((p < q) == (x < y));
        RC_ASSERT((p.operation < q.operation) == (x.operation < y.operation));
    });
}

}  // namespace dot_test
