/// The name of a git object: 20 bytes where a repository uses SHA-1, 32 where it uses SHA-256. As
/// a field's value it goes through weft's codec trait, which is all that a type of one's own needs.
#ifndef WEFT_EXAMPLES_GIT_OBJECT_ID_HPP
#define WEFT_EXAMPLES_GIT_OBJECT_ID_HPP

#include <weft/base/bytes.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft_git {

namespace detail {

/// By character: 0 to 15, or 255 for what is no lower-case hexadecimal digit.
inline constexpr std::array<std::uint8_t, 256> digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(255);
    for (unsigned i = 0; i < 10; ++i) {
        values['0' + i] = static_cast<std::uint8_t>(i);
    }
    for (unsigned i = 0; i < 6; ++i) {
        values['a' + i] = static_cast<std::uint8_t>(10 + i);
    }
    return values;
}();

[[nodiscard]] constexpr unsigned digit_value(char c) noexcept {
    return digit_values[static_cast<unsigned char>(c)];
}

}  // namespace detail

class object_id {
public:
    static constexpr std::size_t size_max = 32;

    constexpr object_id() = default;

    /// Reads 40 or 64 lower-case hexadecimal digits. False, and unchanged, for anything else.
    [[nodiscard]] bool parse(std::string_view hex) noexcept {
        if (hex.size() != 40 && hex.size() != 64) {
            return false;
        }
        std::array<std::byte, size_max> bytes{};
        unsigned wrong = 0;
        for (std::size_t i = 0; i < hex.size() / 2; ++i) {
            const unsigned high = detail::digit_value(hex[2 * i]);
            const unsigned low = detail::digit_value(hex[2 * i + 1]);
            wrong |= high | low;
            bytes[i] = static_cast<std::byte>(high << 4U | low);
        }
        if (wrong > 15) {
            return false;
        }
        bytes_ = bytes;
        size_ = static_cast<std::uint8_t>(hex.size() / 2);
        return true;
    }

    /// From `bytes`, at most size_max of them.
    [[nodiscard]] static object_id from(weft::byte_span bytes) noexcept {
        object_id id;
        id.size_ = static_cast<std::uint8_t>(bytes.size());
        std::memcpy(id.bytes_.data(), bytes.data(), bytes.size());
        return id;
    }

    [[nodiscard]] weft::byte_span bytes() const noexcept { return {bytes_.data(), size_}; }

    [[nodiscard]] std::string to_string() const {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (const std::byte byte : bytes()) {
            text += digits[std::to_integer<std::size_t>(byte >> 4U)];
            text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
        }
        return text;
    }

    friend constexpr auto operator<=>(const object_id&, const object_id&) = default;

private:
    std::array<std::byte, size_max> bytes_{};
    std::uint8_t size_ = 0;
};

}  // namespace weft_git

#endif
