/// A sum of doubles without rounding: adding is associative and commutative, so that a sum depends
/// on its terms and not on their order. Held as an integer in units of 2^-1074, which every finite
/// double is a multiple of: two's complement, modulo 2^2176, of which only the limbs that say
/// something are kept. 2^77 terms of any size fit before it wraps. Rounded once, when it is read.
/// Cost of an addition: O(limbs in use), two or three for numbers of one kind, 34 at most; memory:
/// 32 bytes and the limbs. -0 counts as 0. Not here: infinities and NaN, which have no sum.
///
/// Source: Kulisch, Computer Arithmetic and Validity (2008), chapter 8: the complete register.
#ifndef WEFT_BASE_EXACT_SUM_HPP
#define WEFT_BASE_EXACT_SUM_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/lean_vector.hpp>

#include <bit>
#include <cstdint>
#include <cstring>

namespace weft {

/// Neither an infinity nor NaN.
[[nodiscard]] constexpr bool is_finite(double number) noexcept {
    return (std::bit_cast<std::uint64_t>(number) >> 52U & 0x7FFU) != 0x7FFU;
}

class exact_sum {
    using limb = std::uint64_t;
    static constexpr std::uint32_t limbs_max = 34;
    static constexpr std::int64_t unit_byte = 134;  ///< that of the number 1

public:
    /// Limbs that some sums use: what make_room() is told.
    struct window {
        std::uint32_t first = limbs_max;
        std::uint32_t end = 0;

        constexpr void cover(std::uint32_t from, std::uint32_t to) noexcept {
            first = from < first ? from : first;
            end = to > end ? to : end;
        }

        void cover(const exact_sum& sum) noexcept {
            if (!sum.zero()) {
                cover(sum.first_, sum.end());
            }
        }
    };

    exact_sum() = default;

    /// Pre: finite.
    explicit exact_sum(double number) { *this += number; }

    [[nodiscard]] bool zero() const noexcept { return limbs_.empty(); }

    exact_sum& operator+=(const exact_sum& other) { return add(other, false); }

    exact_sum& operator-=(const exact_sum& other) { return add(other, true); }

    /// Pre: finite.
    exact_sum& operator+=(double number) {
        WEFT_ASSERT(is_finite(number));
        const auto bits = std::bit_cast<std::uint64_t>(number);
        const std::uint64_t exponent = bits >> 52U & 0x7FFU;
        const limb fraction = bits & fraction_mask;
        const limb mantissa = exponent == 0 ? fraction : fraction | implicit_bit;
        const std::uint64_t shift = exponent == 0 ? 0 : exponent - 1;
        const unsigned within = shift % 64;
        const limb digits[3] = {mantissa << within, within == 0 ? 0 : mantissa >> (64 - within), 0};
        if (mantissa != 0) {
            accumulate({digits, 3, static_cast<std::uint32_t>(shift / 64)}, bits >> 63U != 0);
        }
        return *this;
    }

    /// Room for sums in that window, and for what is here: from then on adding and subtracting,
    /// fewer than 2^60 times, allocates nothing. The only thing that does otherwise.
    void make_room(window wanted) {
        wanted.cover(*this);
        if (wanted.first < wanted.end) {
            const std::uint32_t count = wanted.end - wanted.first + 2;  // carries, and one to work
            limbs_.reserve(count < limbs_max ? count : limbs_max);
        }
    }

    /// The nearest double; of two, the even one. Infinite beyond the greatest finite one. Never -0.
    [[nodiscard]] double value() const noexcept {
        const magnitude size(*this);
        const std::uint32_t width = size.bits();
        std::uint64_t bits = size.word(0);
        if (width > 53) {
            const std::uint32_t dropped = width - 53;
            if (dropped >= 2046) {
                bits = infinity;
            } else {
                const bool half = (size.word(dropped - 1) & 1U) != 0;
                bits = (size.word(dropped) & (2 * implicit_bit - 1)) + (limb{dropped} << 52U);
                if (half && ((bits & 1U) != 0 || size.any_below(dropped - 1))) {
                    ++bits;  // may carry into the exponent, and up to infinity
                }
            }
        }
        return std::bit_cast<double>(bits | (negative() ? sign_bit : 0));
    }

    /// Canonical bytes: varint n, the bytes of the absolute value from the first to the last that
    /// is not 0. If n is not 0, then varint 2 z + s: z is the zigzag of the first one's place,
    /// counted from that of the number 1; s is 1 for a negative sum. Then n bytes, little-endian.
    void write(byte_writer& out) const {
        const magnitude size(*this);
        const std::uint32_t width = size.bits();
        if (width == 0) {
            out.varint(0);
            return;
        }
        std::uint32_t place = 8 * first_;
        while ((size.word(8 * place) & 0xFFU) == 0) {
            ++place;
        }
        const std::uint32_t end = (width + 7) / 8;
        out.varint(end - place);
        out.varint(2 * zigzag(std::int64_t{place} - unit_byte) + (negative() ? 1 : 0));
        for (; place != end; ++place) {
            out.u8(static_cast<std::uint8_t>(size.word(8 * place)));
        }
    }

    /// Allocates no more than 20 bytes beyond what it reads. Errors: those of a varint; truncated;
    /// out_of_range for a place or number beyond 2^2175 units; not_canonical.
    [[nodiscard]] static result<exact_sum> read(byte_reader& in) {
        byte_reader next = in;
        const auto count = next.varint(bytes_max);
        if (!count) {
            return count.error();
        }
        exact_sum sum;
        if (*count == 0) {
            in = next;
            return sum;
        }
        const std::size_t offset = next.offset();
        const auto head = next.varint();
        if (!head) {
            return head.error();
        }
        const bool below = (*head & 1U) != 0;
        const std::int64_t place = unzigzag(*head >> 1U);  // below 2^62 either way
        const auto room = static_cast<std::int64_t>(bytes_max - *count);
        if (place < -unit_byte || place > room - unit_byte) {
            return {errc::out_of_range, offset};
        }
        const std::size_t start = next.offset();
        const auto bytes = next.bytes(*count);
        if (!bytes) {
            return bytes.error();
        }
        if (bytes->front() == std::byte{0} || bytes->back() == std::byte{0}) {
            return {errc::not_canonical, start};
        }
        const auto from = static_cast<std::uint32_t>(place + unit_byte);
        const bool most = below && *count == 1 && bytes->front() == std::byte{0x80};
        if (from + *count == bytes_max && bytes->back() >= std::byte{0x80} && !most) {
            return {errc::out_of_range, start};
        }
        sum.take_magnitude(*bytes, from, below);
        in = next;
        return sum;
    }

    /// By value; O(limbs in use).
    friend bool operator<(const exact_sum& a, const exact_sum& b) noexcept {
        if (a.negative() != b.negative()) {
            return a.negative();
        }
        for (std::uint32_t i = a.end() < b.end() ? b.end() : a.end(); i-- > 0;) {
            const limb left = a.view().at(i);
            const limb right = b.view().at(i);
            if (left != right) {
                return left < right;
            }
        }
        return false;
    }

    friend bool operator==(const exact_sum& a, const exact_sum& b) noexcept {
        return a.first_ == b.first_ && a.limbs_ == b.limbs_;
    }

private:
    static constexpr std::uint64_t bytes_max = std::uint64_t{8} * limbs_max;
    static constexpr limb implicit_bit = limb{1} << 52U;
    static constexpr limb fraction_mask = implicit_bit - 1;
    static constexpr limb sign_bit = limb{1} << 63U;
    static constexpr limb infinity = limb{0x7FF} << 52U;

    /// Limbs in two's complement; those beyond have the sign of the last.
    struct digits_view {
        const limb* digits;
        std::uint32_t count;
        std::uint32_t first;

        [[nodiscard]] limb beyond() const noexcept {
            return count != 0 && (digits[count - 1] & sign_bit) != 0 ? ~limb{0} : 0;
        }

        [[nodiscard]] limb at(std::uint32_t i) const noexcept {
            return i < first ? 0 : i - first < count ? digits[i - first] : beyond();
        }
    };

    /// The absolute value.
    struct magnitude {
        limb digits[limbs_max + 1]{};

        explicit magnitude(const exact_sum& of) noexcept {
            limb carry = of.negative() ? 1 : 0;
            const limb flip = of.negative() ? ~limb{0} : 0;
            for (std::uint32_t i = of.first_; i < of.end(); ++i) {
                digits[i] = (of.limbs_[i - of.first_] ^ flip) + carry;
                carry = digits[i] < carry ? 1 : 0;
            }
        }

        [[nodiscard]] std::uint32_t bits() const noexcept {
            std::uint32_t count = limbs_max;
            while (count > 0 && digits[count - 1] == 0) {
                --count;
            }
            return count == 0 ? 0
                              : 64 * (count - 1) +
                                    static_cast<std::uint32_t>(std::bit_width(digits[count - 1]));
        }

        /// 64 bits from there on.
        [[nodiscard]] limb word(std::uint32_t bit) const noexcept {
            const limb low = digits[bit / 64] >> (bit % 64);
            return bit % 64 == 0 ? low : low | digits[bit / 64 + 1] << (64 - bit % 64);
        }

        [[nodiscard]] bool any_below(std::uint32_t bit) const noexcept {
            limb any = bit % 64 == 0 ? 0 : digits[bit / 64] << (64 - bit % 64);
            for (std::uint32_t i = 0; i < bit / 64; ++i) {
                any |= digits[i];
            }
            return any != 0;
        }
    };

    [[nodiscard]] std::uint32_t end() const noexcept {
        return first_ + static_cast<std::uint32_t>(limbs_.size());
    }

    [[nodiscard]] digits_view view() const noexcept {
        return {limbs_.data(), static_cast<std::uint32_t>(limbs_.size()), first_};
    }

    [[nodiscard]] bool negative() const noexcept { return view().beyond() != 0; }

    exact_sum& add(const exact_sum& other, bool subtract) {
        if (this == &other) {
            const exact_sum twice(other);  // NOLINT(performance-unnecessary-copy-initialization)
            return add(twice, subtract);
        }
        if (!other.zero()) {
            accumulate(other.view(), subtract);
        }
        return *this;
    }

    /// Strong guarantee.
    void accumulate(const digits_view& other, bool subtract) {
        const std::uint32_t low = zero() || other.first < first_ ? other.first : first_;
        std::uint32_t high = other.first + other.count + 1;
        high = high < end() + 1 ? end() + 1 : high;
        spread(low, high < limbs_max ? high : limbs_max);
        limb carry = subtract ? 1 : 0;
        const limb flip = subtract ? ~limb{0} : 0;
        for (std::uint32_t i = 0; i < limbs_.size(); ++i) {
            const limb part = limbs_[i] + carry;
            carry = part < carry ? 1 : 0;
            limbs_[i] = part + (other.at(low + i) ^ flip);
            carry += limbs_[i] < part ? limb{1} : limb{0};
        }
        trim();
    }

    /// The same sum in limbs [low, high), which hold those in use.
    void spread(std::uint32_t low, std::uint32_t high) {
        const limb beyond = view().beyond();
        const std::size_t count = limbs_.size();
        const std::size_t up = count == 0 ? 0 : first_ - low;
        limbs_.resize(high - low, beyond);
        if (up != 0) {
            std::memmove(limbs_.data() + up, limbs_.data(), count * sizeof(limb));
            std::memset(limbs_.data(), 0, up * sizeof(limb));
        }
        for (std::size_t i = up + count; i < limbs_.size(); ++i) {
            limbs_[i] = beyond;
        }
        first_ = low;
    }

    /// Drops limbs that say nothing.
    void trim() noexcept {
        std::size_t count = limbs_.size();
        for (; count > 0; --count) {
            const limb below = count > 1 && (limbs_[count - 2] & sign_bit) != 0 ? ~limb{0} : 0;
            if (limbs_[count - 1] != below) {
                break;
            }
        }
        limbs_.resize(count);
        std::size_t zeros = 0;
        while (zeros < count && limbs_[zeros] == 0) {
            ++zeros;
        }
        limbs_.erase(limbs_.begin(), limbs_.begin() + zeros);
        first_ = limbs_.empty() ? 0 : first_ + static_cast<std::uint32_t>(zeros);
    }

    void take_magnitude(byte_span bytes, std::uint32_t place, bool below) {
        limb digits[limbs_max + 1]{};
        for (std::uint32_t i = 0; i < bytes.size(); ++i) {
            digits[(place + i) / 8] |= limb{std::to_integer<std::uint8_t>(bytes[i])}
                                       << (8 * ((place + i) % 8));
        }
        const std::uint32_t first = place / 8;
        const auto last = place + static_cast<std::uint32_t>(bytes.size()) - 1;
        limbs_.reserve(last / 8 - first + 2);
        accumulate({digits + first, last / 8 - first + 2, first}, below);
    }

    lean_vector<limb> limbs_;  // before first_: the one that may fail to be copied
    std::uint32_t first_ = 0;  ///< 0 for the sum 0
};

}  // namespace weft

#endif
