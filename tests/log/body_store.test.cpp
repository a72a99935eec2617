#include <weft/base/random.hpp>
#include <weft/log/body_store.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace body_store_test {

namespace {

using weft::body_store;
using weft::byte_buffer;
using weft::byte_span;

/// The i-th of a list of bodies: a few bytes, some hundred, or more than a chunk.
byte_buffer body(std::uint64_t seed, std::uint32_t i) {
    weft::splitmix64 random{seed + i};
    const std::uint64_t kind = random() % 100;
    const std::uint64_t size = kind < 80   ? random() % 20
                               : kind < 99 ? random() % 700
                                           : random() % 200000;
    byte_buffer bytes(static_cast<std::size_t>(size));
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(random());
    }
    return bytes;
}

byte_span add(body_store& store, const byte_buffer& bytes, std::size_t slack = 0) {
    std::byte* const room = store.room(bytes.size() + slack);
    if (!bytes.empty()) {
        std::memcpy(room, bytes.data(), bytes.size());
    }
    return store.commit(bytes.size());
}

bool equal(byte_span a, const byte_buffer& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

TEST_CASE("log/body_store: bodies are found at random and in order, and never move") {
    weft::test::property("of any size", 30, [](std::uint64_t seed) {
        const auto count = *rc::gen::inRange<std::uint32_t>(0, 400);
        body_store store;
        std::vector<byte_span> views;
        for (std::uint32_t i = 0; i != count; ++i) {
            views.push_back(add(store, body(seed, i), i % 40));
            RC_ASSERT(store.size() == i + 1);
        }
        body_store::cursor next = store.at(0);
        for (std::uint32_t i = 0; i != count; ++i) {
            const byte_buffer wanted = body(seed, i);
            RC_ASSERT(equal(views[i], wanted));
            RC_ASSERT(equal(store.at(i).next(), wanted));
            RC_ASSERT(store.at(i).next().data() == views[i].data());
            RC_ASSERT(equal(next.next(), wanted));
        }
    });
}

TEST_CASE("log/body_store: what is truncated can be added again") {
    weft::test::property("to any size, again and again", 40, [](std::uint64_t seed) {
        body_store store;
        std::uint32_t held = 0;
        for (int round = 0; round != 6; ++round) {
            const auto more = *rc::gen::inRange<std::uint32_t>(0, 120);
            for (std::uint32_t i = 0; i != more; ++i) {
                static_cast<void>(add(store, body(seed, held)));
                ++held;
            }
            held = *rc::gen::inRange<std::uint32_t>(0, held + 1);
            store.truncate(held);
            RC_ASSERT(store.size() == held);
            body_store::cursor next = store.at(0);
            for (std::uint32_t i = 0; i != held; ++i) {
                RC_ASSERT(equal(next.next(), body(seed, i)));
                RC_ASSERT(equal(store.at(i).next(), body(seed, i)));
            }
        }
    });
}

TEST_CASE("log/body_store: room that is not committed leaves nothing behind") {
    body_store store;
    static_cast<void>(store.at(0));  // the end is a place too
    static_cast<void>(store.room(100));
    static_cast<void>(store.room(1000000));
    CHECK(store.size() == 0);
    const byte_buffer small = body(1, 0);
    static_cast<void>(add(store, small));
    static_cast<void>(store.room(1000000));
    static_cast<void>(store.room(10));
    static_cast<void>(add(store, small));
    CHECK(equal(store.at(0).next(), small));
    CHECK(equal(store.at(1).next(), small));
    CHECK(store.memory_bytes() > 0);
}

TEST_CASE("log/body_store: a lack of memory is noticed before anything is written") {
    body_store store;
    for (std::uint32_t i = 0; i != 200; ++i) {
        static_cast<void>(weft::test::fail_each_allocation(
            [&] { static_cast<void>(store.room(body(2, i).size() + 300)); },
            [&] { CHECK(store.size() == i); }));
        static_cast<void>(add(store, body(2, i)));
    }
    const body_store moved = std::move(store);
    for (std::uint32_t i = 0; i != 200; ++i) {
        CHECK(equal(moved.at(i).next(), body(2, i)));
    }
}

}  // namespace body_store_test
