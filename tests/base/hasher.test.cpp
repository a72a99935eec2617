#include <weft/base/hasher.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace hasher_test {

namespace {

using weft::byte_buffer;
using weft::byte_span;
using weft::xxh3_128;

static_assert(weft::hasher<xxh3_128>);
static_assert(!xxh3_128::collision_resistant);
static_assert(xxh3_128::wire_id == 1);
static_assert(xxh3_128::digest_type::byte_size == 16);
static_assert(!weft::hasher<int>);
static_assert(weft::digest<4>{} == weft::digest<4>{});

/// The input of the known answers: byte i is 7 i + 3.
byte_buffer pattern(std::size_t size) {
    byte_buffer bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::byte>(7 * i + 3);
    }
    return bytes;
}

struct known {
    std::size_t size;
    std::uint64_t plain;
    std::uint64_t seeded;
};

}  // namespace

TEST_CASE("base/hasher: digests are those of the XXH3 reference, for ever") {
    // Sizes on both sides of every change of algorithm inside XXH3.
    const std::vector<std::pair<std::size_t, std::string>> answers{
        {0, "99aa06d3014798d86001c324468d497f"},    {1, "22bbb76b211a39ba13e608bc156defed"},
        {3, "ce31763cbf8245a5a9088dda485b481c"},    {4, "47197970590746b1788a609154b0fe20"},
        {8, "e3bc8a5f461715553cd024e3d63a1588"},    {9, "c72c88247a9a56d7eafab1c7f123109f"},
        {16, "ce0b9647ab24f88460d75c5e47d40a24"},   {17, "bfd327edcc2fbd12eeed7654312a26d7"},
        {64, "fed953fe6a8b2b63aa549d72c69cd267"},   {128, "1b1962a096bac78bc580008b6c92ac53"},
        {129, "293e4968c4619023bd91ce7ace4d385b"},  {240, "ad46c1021b076bc704e0b5f034bee80b"},
        {241, "ac6c3492c3d6b45d8beadd3a8874fe17"},  {256, "77f21db933350c7e3c38817f6d79c0da"},
        {1024, "18bc0eaca9a336369b81661c641c72b1"}, {4096, "1546867423105cd5d7428746842be37e"},
    };
    for (const auto& answer : answers) {
        CAPTURE(answer.first);
        CHECK(xxh3_128::hash(pattern(answer.first)).to_string() == answer.second);
    }
    CHECK(xxh3_128::hash(weft::as_bytes("weft")).to_string() == "69aeedc904d9a734126c4f6354db18ad");
}

TEST_CASE("base/hasher: 64-bit checksums are those of the XXH3 reference, for ever") {
    const std::vector<known> answers{
        {0, 0x2d06800538d394c2U, 0x602b0e2cd6662c8bU},
        {1, 0x13e608bc156defedU, 0x1b4c466098160569U},
        {8, 0x60539db630471163U, 0xbc53d62e02f670a4U},
        {16, 0xb8c859b0f030b585U, 0x7775d23337d796b5U},
        {17, 0x714a04408e79b80fU, 0x7d1872b1361c0fa6U},
        {240, 0x64556dc6b462a6cfU, 0x6ea73b2be19b57c5U},
        {241, 0x8beadd3a8874fe17U, 0xa0462d397650b282U},
        {4096, 0xd7428746842be37eU, 0x0caed020a4f33ca1U},
    };
    for (const known& answer : answers) {
        CAPTURE(answer.size);
        CHECK(weft::xxh3_64(pattern(answer.size)) == answer.plain);
        CHECK(weft::xxh3_64(pattern(answer.size), 0x9E3779B97F4A7C15U) == answer.seeded);
    }
}

TEST_CASE("base/hasher: pieces hash as the whole, wherever it is cut") {
    const byte_buffer whole = pattern(700);
    for (std::size_t size = 0; size <= whole.size(); size += size < 300 ? 1 : 67) {
        const byte_span bytes = byte_span(whole).first(size);
        const auto expected = xxh3_128::hash(bytes);
        for (std::size_t cut = 0; cut <= size; cut += size < 20 ? 1 : 13) {
            xxh3_128 hash;
            hash.update(bytes.first(cut));
            hash.update(bytes.subspan(cut));
            REQUIRE(hash.finish() == expected);
        }
        xxh3_128 bytewise;
        for (std::size_t i = 0; i < size; ++i) {
            bytewise.update(bytes.subspan(i, 1));
        }
        REQUIRE(bytewise.finish() == expected);
    }
}

TEST_CASE("base/hasher: many pieces of any size hash as the whole") {
    weft::test::property("base/hasher: pieces", [](const std::vector<std::string>& pieces) {
        xxh3_128 hash;
        std::string whole;
        for (const std::string& piece : pieces) {
            hash.update(weft::as_bytes(piece));
            whole += piece;
            RC_ASSERT(hash.finish() == xxh3_128::hash(weft::as_bytes(whole)));
        }
    });
}

TEST_CASE("base/hasher: a copy of a hasher goes on by itself") {
    xxh3_128 hash;
    hash.update(pattern(300));
    xxh3_128 copy = hash;
    copy.update(weft::as_bytes("more"));
    CHECK(hash.finish() == xxh3_128::hash(pattern(300)));
    CHECK(copy.finish() != hash.finish());
}

TEST_CASE("base/hasher: one flipped bit changes the digest") {
    const byte_buffer bytes = pattern(40);
    const auto before = xxh3_128::hash(bytes);
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        byte_buffer flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        CHECK(xxh3_128::hash(flipped) != before);
    }
}

TEST_CASE("base/hasher: digests order and print as their bytes") {
    weft::digest<2> low;
    low.bytes = {std::byte{0x00}, std::byte{0xff}};
    weft::digest<2> high;
    high.bytes = {std::byte{0x1a}, std::byte{0x00}};
    CHECK(low < high);
    CHECK(low.to_string() == "00ff");
    CHECK(high.to_string() == "1a00");
}

}  // namespace hasher_test
