#include <weft/base/utf8.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace utf8_test {

using weft::as_bytes;
using weft::is_utf8;
using weft::utf8_prefix;

namespace {

/// RFC 3629 by decoding: collect the bits, then ask whether this is how they are written.
std::size_t plain_prefix(const std::string& text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto byte = [&](std::size_t i) {
            return static_cast<unsigned>(static_cast<unsigned char>(text[i]));
        };
        const unsigned lead = byte(at);
        std::size_t size = 1;
        unsigned point = lead;
        if (lead >= 0x80U) {
            size = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
            if (lead < 0xC0U || lead >= 0xF8U || text.size() - at < size) {
                return at;
            }
            point = lead & (0xFFU >> (size + 1));
            for (std::size_t i = 1; i < size; ++i) {
                if (byte(at + i) >> 6U != 2U) {
                    return at;
                }
                point = (point << 6U) | (byte(at + i) & 0x3FU);
            }
            constexpr std::array<unsigned, 5> least = {0, 0, 0x80U, 0x800U, 0x10000U};
            if (point < least[size] || point > 0x10FFFFU || (point >= 0xD800U && point < 0xE000U)) {
                return at;
            }
        }
        at += size;
    }
    return at;
}

char as_char(unsigned byte) {
    return static_cast<char>(static_cast<unsigned char>(byte));
}

}  // namespace

TEST_CASE("base/utf8: every sequence of two bytes, and of three after a lead") {
    std::size_t wrong = 0;
    for (unsigned a = 0; a < 256; ++a) {
        for (unsigned b = 0; b < 256; ++b) {
            const std::string two{as_char(a), as_char(b)};
            wrong += utf8_prefix(as_bytes(two)) != plain_prefix(two) ? 1U : 0U;
            if (a >= 0xE0U && a < 0xF0U) {
                for (unsigned c = 0; c < 256; ++c) {
                    const std::string three{as_char(a), as_char(b), as_char(c)};
                    wrong += utf8_prefix(as_bytes(three)) != plain_prefix(three) ? 1U : 0U;
                }
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("base/utf8: sequences of four bytes at every boundary") {
    const std::vector<unsigned> edges = {0x00, 0x7F, 0x80, 0x8F, 0x90,
                                         0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
    std::size_t wrong = 0;
    std::size_t valid = 0;
    for (unsigned a = 0xEF; a < 256; ++a) {
        for (unsigned b = 0; b < 256; ++b) {
            for (const unsigned c : edges) {
                for (const unsigned d : edges) {
                    const std::string four{as_char(a), as_char(b), as_char(c), as_char(d)};
                    const std::size_t prefix = utf8_prefix(as_bytes(four));
                    wrong += prefix != plain_prefix(four) ? 1U : 0U;
                    valid += prefix == 4 ? 1U : 0U;
                }
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(valid > 0);
}

TEST_CASE("base/utf8: a bad character is found at every place of a long text") {
    for (const std::string bad : {"\x80", "\xC0\x80", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                  "\xE2\x82", "\xF0\x9F\x91", "\xFF"}) {
        for (std::size_t before = 0; before < 20; ++before) {
            for (std::size_t after = 0; after < 20; ++after) {
                const std::string text = std::string(before, 'a') + bad + std::string(after, 'b');
                CHECK(utf8_prefix(as_bytes(text)) == before);
            }
        }
    }
}

TEST_CASE("base/utf8: good text is good at every alignment, U+0000 included") {
    const std::string good("\0\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"
                           "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF",
                           25);
    for (std::size_t before = 0; before < 20; ++before) {
        const std::string text = std::string(before, 'a') + good + good + std::string(before, 'z');
        CHECK(is_utf8(as_bytes(text)));
    }
    CHECK(is_utf8({}));
}

TEST_CASE("base/utf8: agrees with a decoder on any bytes") {
    weft::test::property("base/utf8: oracle", 1000, [](const std::vector<std::uint8_t>& bytes) {
        std::string text;
        for (const std::uint8_t each : bytes) {
            // Mostly pieces of characters, so that whole ones come up.
            text += each < 64 ? std::string("\xF0\x9F\x91\xA9", 1 + each % 4U)
                              : std::string(1, as_char(each));
        }
        RC_ASSERT(utf8_prefix(as_bytes(text)) == plain_prefix(text));
    });
}

}  // namespace utf8_test
