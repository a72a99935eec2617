/// The one bounds-checked way in and out of bytes. byte_reader never reads past its end and never
/// advances on an error; byte_writer appends. Fixed-width numbers are little-endian, variable ones
/// shortest-form unsigned LEB128 (varint.hpp). Errors carry the offset from the reader's start.
/// Not here: columns (wire/), values (base/codec.hpp).
#ifndef WEFT_BASE_BYTES_HPP
#define WEFT_BASE_BYTES_HPP

#include <weft/base/result.hpp>
#include <weft/base/varint.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace weft {

using byte_span = std::span<const std::byte>;
using byte_buffer = std::vector<std::byte>;

/// The bytes of a string, without its terminator.
[[nodiscard]] inline byte_span as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Bytes seen as characters; not checked.
[[nodiscard]] inline std::string_view as_text(byte_span bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Writes the low `Width` bytes of value, little-endian, to `to`.
template <std::size_t Width>
constexpr void store_le(std::byte* to, std::uint64_t value) noexcept {
    if (!std::is_constant_evaluated() && std::endian::native == std::endian::little) {
        std::memcpy(to, &value, Width);  // one store, where compilers leave the loop a loop
        return;
    }
    for (std::size_t i = 0; i < Width; ++i) {
        to[i] = static_cast<std::byte>(value >> (8 * i));
    }
}

/// Reads `Width` little-endian bytes.
template <std::size_t Width>
[[nodiscard]] constexpr std::uint64_t load_le(const std::byte* from) noexcept {
    std::uint64_t value = 0;
    if (!std::is_constant_evaluated() && std::endian::native == std::endian::little) {
        std::memcpy(&value, from, Width);
        return value;
    }
    for (std::size_t i = 0; i < Width; ++i) {
        value |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
    }
    return value;
}

/// Copies n bytes that do not overlap. For few, which payloads mostly are, without a call.
inline void copy_bytes(std::byte* to, const std::byte* from, std::size_t n) noexcept {
    if (n > 16) {
        std::memcpy(to, from, n);
    } else if (n >= 8) {
        const std::uint64_t last = load_le<8>(from + n - 8);
        store_le<8>(to, load_le<8>(from));
        store_le<8>(to + n - 8, last);
    } else if (n >= 4) {
        const std::uint64_t last = load_le<4>(from + n - 4);
        store_le<4>(to, load_le<4>(from));
        store_le<4>(to + n - 4, last);
    } else {
        for (std::size_t i = 0; i != n; ++i) {
            to[i] = from[i];
        }
    }
}

/// Appends to a buffer that it does not own. Amortised O(1) per byte; throws only bad_alloc.
class byte_writer {
public:
    explicit byte_writer(byte_buffer& out) noexcept : out_(&out) {}

    void u8(std::uint8_t value) { *grow(1) = static_cast<std::byte>(value); }

    void u32(std::uint32_t value) { store_le<4>(grow(4), value); }

    void u64(std::uint64_t value) { store_le<8>(grow(8), value); }

    void varint(std::uint64_t value) {
        if (value < 0x80U) {
            u8(static_cast<std::uint8_t>(value));
        } else {
            static_cast<void>(write_varint(grow(varint_size(value)), value));
        }
    }

    void append(byte_span bytes) { copy_bytes(grow(bytes.size()), bytes.data(), bytes.size()); }

    [[nodiscard]] std::size_t size() const noexcept { return out_->size(); }

    [[nodiscard]] byte_buffer& buffer() noexcept { return *out_; }

private:
    /// Room for so many bytes more. The one way to grow the buffer: each costs g++ twenty
    /// functions.
    std::byte* grow(std::size_t count) {
        const std::size_t size = out_->size();
        out_->resize(size + count);
        return out_->data() + size;
    }

    byte_buffer* out_;
};

/// Reads from bytes that it does not own. Every function gives a value and advances, or gives an
/// error with the offset and does not advance. O(1) but for bytes(), which is a view.
class byte_reader {
public:
    constexpr byte_reader() = default;

    constexpr explicit byte_reader(byte_span bytes) noexcept
        : begin_(bytes.data()), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    [[nodiscard]] constexpr std::size_t offset() const noexcept {
        return static_cast<std::size_t>(at_ - begin_);
    }

    [[nodiscard]] constexpr std::size_t remaining() const noexcept {
        return static_cast<std::size_t>(end_ - at_);
    }

    [[nodiscard]] constexpr bool empty() const noexcept { return at_ == end_; }

    /// What is left, unread.
    [[nodiscard]] constexpr byte_span rest() const noexcept { return {at_, remaining()}; }

    [[nodiscard]] constexpr result<std::uint8_t> u8() noexcept {
        if (empty()) {
            return {errc::truncated, offset()};
        }
        return std::to_integer<std::uint8_t>(*at_++);
    }

    [[nodiscard]] constexpr result<std::uint32_t> u32() noexcept {
        if (remaining() < 4) {
            return {errc::truncated, offset()};
        }
        const auto value = static_cast<std::uint32_t>(load_le<4>(at_));
        at_ += 4;
        return value;
    }

    [[nodiscard]] constexpr result<std::uint64_t> u64() noexcept {
        if (remaining() < 8) {
            return {errc::truncated, offset()};
        }
        const auto value = load_le<8>(at_);
        at_ += 8;
        return value;
    }

    /// A shortest-form varint. Errors: truncated; not_shortest; out_of_range above `largest`.
    [[nodiscard]] constexpr result<std::uint64_t> varint(std::uint64_t largest = ~std::uint64_t{
                                                             0}) noexcept {
        const std::byte* next = at_;
        std::uint64_t value = 0;
        if (const errc code = read_varint(next, end_, value); code != errc::none) {
            return {code, offset()};
        }
        if (value > largest) {
            return {errc::out_of_range, offset()};
        }
        at_ = next;
        return value;
    }

    /// A view of the next n bytes. Compares by subtraction: no n can overflow.
    [[nodiscard]] constexpr result<byte_span> bytes(std::uint64_t n) noexcept {
        if (n > remaining()) {
            return {errc::truncated, offset()};
        }
        const byte_span view{at_, static_cast<std::size_t>(n)};
        at_ += n;
        return view;
    }

    /// Errors: trailing_bytes, unless everything was read.
    [[nodiscard]] constexpr result<done> finish() const noexcept {
        if (!empty()) {
            return {errc::trailing_bytes, offset()};
        }
        return done{};
    }

private:
    const std::byte* begin_ = nullptr;
    const std::byte* at_ = nullptr;
    const std::byte* end_ = nullptr;
};

}  // namespace weft

#endif
