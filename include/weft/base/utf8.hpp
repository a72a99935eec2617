/// UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, nothing above U+10FFFF. U+0000
/// is a character like any other. ASCII is skipped eight bytes at a time. Not here: normalisation,
/// collation; equal text in two normal forms is two values.
#ifndef WEFT_BASE_UTF8_HPP
#define WEFT_BASE_UTF8_HPP

#include <weft/base/bytes.hpp>

#include <cstring>

namespace weft {

namespace detail {

/// Size of the well-formed character at `at`, which is not ASCII; 0 if there is none.
/// The ranges of the second byte are those of RFC 3629, section 4.
[[nodiscard]] inline std::size_t utf8_character(const std::byte* at, std::size_t left) noexcept {
    const auto lead = std::to_integer<unsigned>(at[0]);
    if (lead < 0xC2U || lead > 0xF4U) {
        return 0;
    }
    const std::size_t size = lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
    if (left < size) {
        return 0;
    }
    unsigned least = 0x80U;
    unsigned most = 0xBFU;
    switch (lead) {
    case 0xE0U:
        least = 0xA0U;
        break;
    case 0xEDU:
        most = 0x9FU;
        break;
    case 0xF0U:
        least = 0x90U;
        break;
    case 0xF4U:
        most = 0x8FU;
        break;
    default:
        break;
    }
    const auto second = std::to_integer<unsigned>(at[1]);
    if (second < least || second > most) {
        return 0;
    }
    for (std::size_t i = 2; i < size; ++i) {
        if ((std::to_integer<unsigned>(at[i]) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    return size;
}

}  // namespace detail

/// Length in bytes of the longest valid prefix that ends between two characters: bytes.size() if
/// all of it is UTF-8, else the offset of the first character that is not. O(n), no allocation.
[[nodiscard]] inline std::size_t utf8_prefix(byte_span bytes) noexcept {
    const std::byte* const data = bytes.data();
    const std::size_t size = bytes.size();
    std::size_t at = 0;
    while (at < size) {
        if (size - at >= 8) {
            std::uint64_t eight = 0;
            std::memcpy(&eight, data + at, sizeof eight);
            if ((eight & 0x8080808080808080U) == 0) {
                at += 8;
                continue;
            }
        }
        if (std::to_integer<unsigned>(data[at]) < 0x80U) {
            ++at;
            continue;
        }
        const std::size_t character = detail::utf8_character(data + at, size - at);
        if (character == 0) {
            return at;
        }
        at += character;
    }
    return size;
}

/// Whether all of it is UTF-8.
[[nodiscard]] inline bool is_utf8(byte_span bytes) noexcept {
    return utf8_prefix(bytes) == bytes.size();
}

}  // namespace weft

#endif
