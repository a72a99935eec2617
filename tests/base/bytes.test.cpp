#include <weft/base/bytes.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>

namespace bytes_test {

namespace {

using weft::byte_buffer;
using weft::byte_reader;
using weft::byte_writer;
using weft::errc;

constexpr bool little_endian_by_definition() {
    std::array<std::byte, 8> bytes{};
    weft::store_le<8>(bytes.data(), 0x0102030405060708U);
    return bytes[0] == std::byte{8} && bytes[7] == std::byte{1} &&
           weft::load_le<8>(bytes.data()) == 0x0102030405060708U &&
           weft::load_le<3>(bytes.data()) == 0x060708U;
}

static_assert(little_endian_by_definition());

constexpr bool readable_in_constants() {
    const std::array<std::byte, 4> bytes{std::byte{0xac}, std::byte{2}, std::byte{9}, std::byte{1}};
    byte_reader in{weft::byte_span(bytes)};
    return *in.varint() == 300 && *in.u8() == 9 && in.remaining() == 1 && in.offset() == 3 &&
           in.u32().error().code == errc::truncated && in.offset() == 3 && *in.u8() == 1 &&
           in.finish().has_value();
}

static_assert(readable_in_constants());

}  // namespace

TEST_CASE("base/bytes: text and bytes are views of each other") {
    const std::string text("a\0b", 3);
    CHECK(weft::as_bytes(text).size() == 3);
    CHECK(weft::as_bytes(text)[1] == std::byte{0});
    CHECK(weft::as_text(weft::as_bytes(text)) == text);
    CHECK(weft::as_text({}).empty());
}

TEST_CASE("base/bytes: known bytes of the fixed widths") {
    byte_buffer out;
    byte_writer writer(out);
    writer.u8(0x01);
    writer.u32(0x02030405);
    writer.u64(0x060708090A0B0C0DU);
    writer.varint(300);
    writer.append(weft::as_bytes("xy"));
    const std::string expected("\x01\x05\x04\x03\x02\x0d\x0c\x0b\x0a\x09\x08\x07\x06\xac\x02xy",
                               17);
    CHECK(weft::as_text(out) == expected);
    CHECK(writer.size() == 17);
    CHECK(&writer.buffer() == &out);
}

TEST_CASE("base/bytes: what is written reads back, and the reader ends where the writer did") {
    weft::test::property("base/bytes: round trip", [](std::uint8_t a, std::uint32_t b,
                                                      std::uint64_t c, const std::string& d) {
        byte_buffer out;
        byte_writer writer(out);
        writer.u8(a);
        writer.u32(b);
        writer.u64(c);
        writer.varint(d.size());
        writer.append(weft::as_bytes(d));
        byte_reader in{out};
        RC_ASSERT(*in.u8() == a);
        RC_ASSERT(*in.u32() == b);
        RC_ASSERT(in.offset() == 5U);
        RC_ASSERT(in.rest().size() == out.size() - 5);
        RC_ASSERT(*in.u64() == c);
        const auto size = in.varint();
        RC_ASSERT(weft::as_text(*in.bytes(*size)) == d);
        RC_ASSERT(in.empty());
        RC_ASSERT(in.finish().has_value());
    });
}

TEST_CASE("base/bytes: a read past the end says where it began and does not advance") {
    for (std::size_t size = 0; size < 8; ++size) {
        const byte_buffer bytes(size + 1, std::byte{0x80});
        byte_reader in{bytes};
        CHECK(*in.u8() == 0x80);
        const weft::error expected{errc::truncated, 1};
        CHECK(in.u64().error() == expected);
        if (size < 4) {
            CHECK(in.u32().error() == expected);
        }
        if (size == 0) {
            CHECK(in.u8().error() == expected);
        }
        CHECK(in.varint().error() == expected);
        CHECK(in.bytes(size + 1).error() == expected);
        CHECK(in.bytes(std::numeric_limits<std::uint64_t>::max()).error() == expected);
        CHECK(in.offset() == 1);
        CHECK(in.bytes(size)->size() == size);
        CHECK(in.empty());
    }
}

TEST_CASE("base/bytes: a number above its limit is out of range, and the limit itself is not") {
    byte_buffer out;
    byte_writer(out).varint(1000);
    byte_reader in{out};
    CHECK(in.varint(999).error() == weft::error{errc::out_of_range, 0});
    CHECK(in.offset() == 0);
    CHECK(*in.varint(1000) == 1000);
}

TEST_CASE("base/bytes: bytes that nobody read are trailing") {
    const byte_buffer bytes(3);
    byte_reader in{bytes};
    static_cast<void>(in.u8());
    CHECK(in.finish().error() == weft::error{errc::trailing_bytes, 1});
    CHECK(byte_reader{}.finish().has_value());
    CHECK(byte_reader{}.empty());
    CHECK(byte_reader{}.u8().error() == weft::error{errc::truncated, 0});
}

TEST_CASE("base/bytes: no bytes at all are appended and read without harm") {
    byte_buffer out;
    byte_writer writer(out);
    writer.append({});
    CHECK(out.empty());
    byte_reader in{out};
    CHECK(in.bytes(0)->empty());
}

}  // namespace bytes_test
