#include <weft/causal/actor_list.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <vector>

namespace actor_list_test {

namespace {

using weft::byte_buffer;
using weft::byte_reader;
using weft::byte_span;
using weft::byte_writer;
using weft::dot;
using weft::errc;
using weft::sequence;
using weft::uuid;

using entry = dot<std::uint16_t>;
using model = std::map<std::uint16_t, std::uint32_t>;

weft::lean_vector<entry> entries_of(const model& numbers) {
    weft::lean_vector<entry> entries;
    for (const auto& [actor, number] : numbers) {
        if (number != 0) {
            entries.push_back({actor, number});
        }
    }
    return entries;
}

byte_buffer encoded(const weft::lean_vector<entry>& entries) {
    byte_buffer out;
    byte_writer writer(out);
    weft::write_actor_list(writer, std::span<const entry>(entries));
    return out;
}

weft::result<weft::lean_vector<entry>> decoded(byte_span bytes) {
    byte_reader in(bytes);
    auto entries = weft::read_actor_list<std::uint16_t, entry>(in);
    if (entries && !in.empty()) {
        return {errc::trailing_bytes, in.offset()};
    }
    WEFT_ASSERT(entries || in.offset() == 0);  // an error does not advance
    return entries;
}

byte_buffer bytes_of(std::initializer_list<unsigned> values) {
    byte_buffer bytes;
    for (const unsigned value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

weft::error refused(std::initializer_list<unsigned> values) {
    return decoded(bytes_of(values)).error();
}

}  // namespace

TEST_CASE("causal/actor_list: known bytes") {
    CHECK(encoded({}) == bytes_of({0}));
    CHECK(encoded({{0x0102, 1}, {0x0103, 300}}) ==
          bytes_of({2, 0x01, 0x02, 1, 0x01, 0x03, 0xac, 0x02}));
}

TEST_CASE("causal/actor_list: the search finds every actor, and a place for every other") {
    weft::test::property("causal/actor_list: search",
                         [](const model& numbers, std::uint16_t other) {
                             const weft::lean_vector<entry> entries = entries_of(numbers);
                             const std::span<const entry> list(entries);
                             for (std::size_t i = 0; i < entries.size(); ++i) {
                                 RC_ASSERT(weft::actor_position(list, entries[i].actor) == i);
                             }
                             const std::size_t at = weft::actor_position(list, other);
                             RC_ASSERT((at == entries.size() || !(entries[at].actor < other)));
                             RC_ASSERT((at == 0 || entries[at - 1].actor < other));
                         });
}

TEST_CASE("causal/actor_list: lists survive their bytes, and no prefix of the bytes is a list") {
    weft::test::property("causal/actor_list: round trip", 200, [](const model& numbers) {
        const weft::lean_vector<entry> entries = entries_of(numbers);
        const byte_buffer bytes = encoded(entries);
        const auto back = decoded(bytes);
        RC_ASSERT(back.has_value());
        RC_ASSERT(*back == entries);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            RC_ASSERT(!decoded(byte_span(bytes).first(size)).has_value());
        }
    });
}

TEST_CASE("causal/actor_list: whatever is accepted encodes to the same bytes") {
    weft::test::property("causal/actor_list: canonical", 2000,
                         [](const model& numbers, std::size_t at, std::uint8_t byte) {
                             byte_buffer bytes = encoded(entries_of(numbers));
                             bytes[at % bytes.size()] = static_cast<std::byte>(byte);
                             const auto back = decoded(bytes);
                             RC_CLASSIFY(back.has_value(), "accepted");
                             if (back) {
                                 RC_ASSERT(encoded(*back) == bytes);
                             }
                         });
    // All strings of up to four bytes over the bytes that matter.
    const std::vector<unsigned> alphabet{0, 1, 2, 3, 0x7f, 0x80, 0x81, 0xff};
    int accepted = 0;
    for (std::size_t size = 0; size <= 7; ++size) {
        std::size_t strings = 1;
        for (std::size_t i = 0; i < size; ++i) {
            strings *= size > 4 ? 3 : alphabet.size();
        }
        for (std::size_t number = 0; number < strings; ++number) {
            byte_buffer bytes;
            for (std::size_t rest = number; bytes.size() < size;) {
                const std::size_t base = size > 4 ? 3 : alphabet.size();
                bytes.push_back(static_cast<std::byte>(alphabet[rest % base]));
                rest /= base;
            }
            if (const auto back = decoded(bytes); back) {
                ++accepted;
                REQUIRE(encoded(*back) == bytes);
            }
        }
    }
    CHECK(accepted > 200);
}

TEST_CASE("causal/actor_list: each way to be wrong has its error and its place") {
    CHECK(refused({}) == weft::error{errc::truncated, 0});
    CHECK(refused({0x80}) == weft::error{errc::truncated, 0});
    CHECK(refused({0x80, 0x00}) == weft::error{errc::not_shortest, 0});
    CHECK(refused({1}) == weft::error{errc::too_large, 0});
    CHECK(refused({1, 0, 1}) == weft::error{errc::too_large, 0});
    CHECK(refused({2, 0, 1, 1, 0, 2}) == weft::error{errc::too_large, 0});
    CHECK(refused({1, 0, 1, 0}) == weft::error{errc::out_of_range, 3});
    CHECK(refused({1, 0, 1, 0x80}) == weft::error{errc::truncated, 3});
    CHECK(refused({1, 0, 1, 0x81, 0x00}) == weft::error{errc::not_shortest, 3});
    CHECK(refused({1, 0, 1, 0x80, 0x80, 0x80, 0x80, 0x10}) == weft::error{errc::out_of_range, 3});
    CHECK(refused({2, 0, 2, 1, 0, 1, 1}) == weft::error{errc::not_sorted, 4});
    CHECK(refused({2, 0, 1, 1, 0, 1, 2}) == weft::error{errc::not_sorted, 4});
    CHECK(refused({2, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 2}) ==
          weft::error{errc::truncated, 10});
    CHECK(refused({2, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1}) == weft::error{errc::truncated, 8});
    CHECK(refused({0, 0}) == weft::error{errc::trailing_bytes, 1});
    CHECK(decoded(bytes_of({1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f}))->front().sequence ==
          std::numeric_limits<sequence>::max());
}

TEST_CASE("causal/actor_list: offsets count from the start of the whole input") {
    const byte_buffer bytes = bytes_of({9, 9, 1, 0, 1, 0});
    byte_reader in(bytes);
    static_cast<void>(in.bytes(2));
    CHECK(weft::read_actor_list<std::uint16_t, entry>(in).error() ==
          weft::error{errc::out_of_range, 5});
    CHECK(in.offset() == 2);
}

TEST_CASE("causal/actor_list: a count that the bytes can't hold allocates nothing") {
    for (const std::uint64_t n :
         {std::uint64_t{2}, std::uint64_t{1} << 20U, std::uint64_t{1} << 40U,
          std::numeric_limits<std::uint64_t>::max()}) {
        byte_buffer bytes;
        byte_writer(bytes).varint(n);
        bytes.insert(bytes.end(), 5, std::byte{1});
        const weft::test::allocation_watch watch;
        const errc code = decoded(bytes).error().code;
        const std::uint64_t calls = watch.calls();
        CHECK(code == errc::too_large);
        CHECK(calls == 0);
    }
}

TEST_CASE("causal/actor_list: decoding takes no more than four times the bytes that are there") {
    using wide = dot<uuid>;
    byte_buffer bytes;
    byte_writer out(bytes);
    constexpr std::uint64_t n = 10'000;
    out.varint(n);
    for (std::uint64_t i = 0; i < n; ++i) {
        std::byte id[uuid::byte_size];
        uuid::of(i, 0).write(id);
        out.append(id);
        out.varint(1);
    }
    byte_reader in(bytes);
    const weft::test::allocation_watch watch;
    const auto entries = weft::read_actor_list<uuid, wide>(in);
    const std::uint64_t calls = watch.calls();
    const std::size_t peak = watch.peak();
    CHECK(entries->size() == n);
    CHECK(calls == 1);
    CHECK(peak <= 4 * bytes.size());
    bytes.back() = std::byte{0};  // the last number is wrong: what was read is given back
    byte_reader again(bytes);
    CHECK(weft::read_actor_list<uuid, wide>(again).error().code == errc::out_of_range);
    CHECK(again.offset() == 0);
}

}  // namespace actor_list_test
