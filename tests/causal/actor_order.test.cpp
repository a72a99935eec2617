#include <weft/base/id.hpp>
#include <weft/causal/actor_order.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace actor_order_test {

namespace {

using weft::actor_order;
using weft::actor_slot;
using weft::identifier_traits;
using weft::uuid;

weft::byte_buffer canonical(const std::vector<uuid>& ids) {
    weft::byte_buffer bytes(ids.size() * uuid::byte_size);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        ids[i].write(bytes.data() + i * uuid::byte_size);
    }
    return bytes;
}

}  // namespace

TEST_CASE("causal/actor_order: slots order as their actor ids, whatever their numbers") {
    weft::test::property("causal/actor_order: less", [](const std::vector<std::uint64_t>& numbers) {
        std::vector<uuid> ids;
        for (const std::uint64_t number : numbers) {
            ids.push_back(uuid::of(number % 3, number));
        }
        const weft::byte_buffer bytes = canonical(ids);
        const actor_order order(bytes.data(), uuid::byte_size);
        RC_ASSERT(order.width() == 16U);
        for (std::uint32_t a = 0; a < ids.size(); ++a) {
            for (std::uint32_t b = 0; b < ids.size(); ++b) {
                RC_ASSERT(order.less(actor_slot{a}, actor_slot{b}) == (ids[a] < ids[b]));
            }
        }
    });
}

TEST_CASE("causal/actor_order: gives back a slot's canonical bytes") {
    const std::vector<uuid> ids{uuid::of(7, 8), uuid::of(1, 2)};
    const weft::byte_buffer bytes = canonical(ids);
    const actor_order order(bytes.data(), uuid::byte_size);
    CHECK(uuid::read(order.id(actor_slot{0}).data()) == ids[0]);
    CHECK(uuid::read(order.id(actor_slot{1}).data()) == ids[1]);
    CHECK(order.id(actor_slot{1}).size() == 16);
}

}  // namespace actor_order_test
