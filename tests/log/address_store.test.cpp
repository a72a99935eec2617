#include <weft/base/hasher.hpp>
#include <weft/log/address_store.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>

namespace address_store_test {

namespace {

using address = weft::digest<16>;
using store_type = weft::address_store<address>;
using weft::local_dot;
using weft::sequence;

address made(local_dot dot) {
    address value;
    value.bytes.fill(static_cast<std::byte>(dot.slot.value));
    value.bytes[0] = static_cast<std::byte>(dot.sequence);
    value.bytes[1] = static_cast<std::byte>(dot.sequence >> 8U);
    return value;
}

}  // namespace

TEST_CASE("log/address_store: it knows what was kept, and the nearest before") {
    weft::test::property("as a map would", 200, [](const std::vector<std::uint16_t>& picks) {
        store_type store;
        std::map<local_dot, address> model;
        for (const std::uint16_t pick : picks) {
            const local_dot dot{{pick % 3U}, 1 + pick / 3U % 500U};
            store.keep(dot, made(dot));
            store.keep(dot, made(dot));
            model.emplace(dot, made(dot));
        }
        for (std::uint32_t slot = 0; slot != 4; ++slot) {
            sequence before = 0;
            for (sequence n = 1; n != 520; ++n) {
                const local_dot dot{{slot}, n};
                const auto known = model.find(dot);
                const address* const found = store.find(dot);
                RC_ASSERT((found != nullptr) == (known != model.end()));
                const bool right = found == nullptr || *found == known->second;
                RC_ASSERT(right);
                RC_ASSERT(store.kept_before(dot) == before);
                before = found != nullptr ? n : before;
            }
        }
    });
}

TEST_CASE("log/address_store: the newest of an actor is known, and only it") {
    store_type store;
    store.reserve({2});
    CHECK(store.find({{2}, 1}) == nullptr);
    store.set_newest({{2}, 1}, made({{2}, 1}));
    REQUIRE(store.find({{2}, 1}) != nullptr);
    store.set_newest({{2}, 2}, made({{2}, 2}));
    CHECK(store.find({{2}, 1}) == nullptr);
    REQUIRE(store.find({{2}, 2}) != nullptr);
    CHECK(*store.find({{2}, 2}) == made({{2}, 2}));
    CHECK(store.kept_before({{2}, 3}) == 0);  // the newest is not kept for good
}

TEST_CASE("log/address_store: what lies above a sequence can be forgotten") {
    for (sequence last = 0; last != 200; ++last) {
        store_type store;
        for (sequence n = 1; n <= 190; n += 3) {
            store.keep({{0}, n}, made({{0}, n}));
        }
        store.set_newest({{0}, 190}, made({{0}, 190}));
        store.forget_above({0}, last);
        store.forget_above({7}, last);
        for (sequence n = 1; n <= 190; ++n) {
            const bool kept = n <= last && n % 3 == 1;
            CHECK((store.find({{0}, n}) != nullptr) == kept);
        }
        store.keep({{0}, 191}, made({{0}, 191}));
        CHECK(*store.find({{0}, 191}) == made({{0}, 191}));
        store.truncate_actors(0);
        CHECK(store.find({{0}, 1}) == nullptr);
    }
}

TEST_CASE("log/address_store: a lack of memory changes nothing") {
    store_type store;
    for (sequence n = 1; n <= 200; n += 7) {
        const int failed = weft::test::fail_each_allocation(
            [&] {
                store.keep({{3}, n}, made({{3}, n}));
            },
            [&] {
                CHECK(store.find({{3}, n}) == nullptr);
            });
        CHECK(failed >= 0);
        CHECK(*store.find({{3}, n}) == made({{3}, n}));
    }
    CHECK(store.memory_bytes() >= 29 * sizeof(address));
}

}  // namespace address_store_test
