/// Columns: how a batch writes many numbers of one kind. A run column groups equal neighbours; a
/// bit column gives every number the same few bits. Both have exactly one form per list of
/// numbers, which the scanners enforce while they read, without expanding anything. Cursors read
/// a column again, one number at a time, once a scanner has accepted it. Format: FORMAT.md.
#ifndef WEFT_WIRE_COLUMNS_HPP
#define WEFT_WIRE_COLUMNS_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/varint.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace weft {

/// Whether a run column may repeat the number 0. It may not where a number stands for something
/// that may cost no other byte, so that nothing is declared without being paid for.
enum class zero_runs : bool { refused, allowed };

/// Writes a run column: segments, each behind a varint h. Even h: h/2 + 1 numbers, each of them
/// other than its neighbours. Odd h: one number, (h - 1)/2 + 2 times.
class run_writer {
public:
    explicit run_writer(zero_runs zeros = zero_runs::allowed) noexcept : zeros_(zeros) {}

    void push(std::uint64_t value) {
        if (value == value_ && count_ != 0 && (value != 0 || zeros_ == zero_runs::allowed)) {
            ++count_;
        } else {
            push_other(value, 1);
        }
    }

    /// The same, `times` times.
    void push(std::uint64_t value, std::uint64_t times) {
        if (times == 0) {
            return;
        }
        push(value);
        WEFT_ASSERT(times == 1 || value != 0 || zeros_ == zero_runs::allowed);
        count_ += times - 1;
    }

    /// Ends the column. Nothing may be pushed after it.
    [[nodiscard]] byte_span finish() {
        close();
        flush();
        return out_;
    }

private:
    void push_other(std::uint64_t value, std::uint64_t times) {
        close();
        value_ = value;
        count_ = times;
    }

    /// The current number is complete: it joins the literals, or ends them and is a run.
    void close() {
        if (count_ == 1) {
            byte_writer(literals_).varint(value_);
            ++literal_count_;
        } else if (count_ > 1) {
            flush();
            byte_writer out(out_);
            out.varint((count_ - 2) << 1U | 1U);
            out.varint(value_);
        }
        count_ = 0;
    }

    void flush() {
        if (literal_count_ != 0) {
            byte_writer out(out_);
            out.varint((literal_count_ - 1) << 1U);
            out.append(literals_);
            literals_.clear();
            literal_count_ = 0;
        }
    }

    byte_buffer out_;
    byte_buffer literals_;
    std::uint64_t literal_count_ = 0;
    std::uint64_t value_ = 0;
    std::uint64_t count_ = 0;
    zero_runs zeros_;
};

/// Writes a run column that is mostly zeros: only the others are pushed, with their places.
class sparse_run_writer {
public:
    /// Places ascend.
    void push(std::uint64_t value, std::uint64_t place) {
        runs_.push(0, place - reached_);
        runs_.push(value);
        reached_ = place + 1;
    }

    /// Ends the column at `count` numbers.
    [[nodiscard]] byte_span finish(std::uint64_t count) {
        runs_.push(0, count - reached_);
        return runs_.finish();
    }

private:
    run_writer runs_;
    std::uint64_t reached_ = 0;
};

namespace detail {

struct run_segment {
    std::uint64_t times = 0;
    bool repeat = false;
};

/// The head of a segment of at most `count` numbers.
[[nodiscard]] inline result<run_segment> read_segment(byte_reader& in, std::uint64_t count) {
    const std::size_t start = in.offset();
    const auto head = in.varint();
    if (!head) {
        return head.error();
    }
    const bool repeat = (*head & 1U) != 0;
    const std::uint64_t times = (*head >> 1U) + (repeat ? 2 : 1);
    if (times > count) {
        return {errc::too_large, start};
    }
    return run_segment{times, repeat};
}

/// Whether a number would have had its place in another segment: zeros where their runs are refused
/// in a repeat, others beside their like.
[[nodiscard]] constexpr bool misplaced(bool free, bool repeat, bool same) noexcept {
    return free ? repeat : same;
}

}  // namespace detail

/// Reads a run column of `count` numbers, none above `largest`, and calls fn(value, times) for its
/// parts in order; fn answers errc::none or why it won't have them. Time and steps are linear in
/// the bytes read. Errors: of fn; truncated, not_shortest, out_of_range; not_canonical if the list
/// has another form; too_large if a segment goes beyond the count. Then `in` stands anywhere.
template <class Fn>
[[nodiscard]] result<done>
scan_runs(byte_reader& in, std::uint64_t count, std::uint64_t largest, zero_runs zeros, Fn&& fn) {
    bool any = false;            // a number came before,
    std::uint64_t previous = 0;  // namely this,
    bool literal = false;        // in a literal segment
    while (count != 0) {
        const std::size_t start = in.offset();
        const auto segment = detail::read_segment(in, count);
        if (!segment) {
            return segment.error();
        }
        const auto [times, repeat] = *segment;
        if (!repeat && literal) {
            return {errc::not_canonical, start};
        }
        literal = !repeat;
        count -= times;
        for (std::uint64_t left = repeat ? 1 : times; left != 0; --left) {
            const std::size_t at = in.offset();
            const auto value = in.varint(largest);
            if (!value) {
                return value.error();
            }
            const bool free = *value == 0 && zeros == zero_runs::refused;
            if (detail::misplaced(free, repeat, any && *value == previous)) {
                return {errc::not_canonical, at};
            }
            any = true;
            previous = *value;
            const errc refused = fn(*value, repeat ? times : std::uint64_t{1});
            if (refused != errc::none) {
                return {refused, at};
            }
        }
    }
    return done{};
}

/// Reads a varint at an offset and moves the offset behind it. Trusts the bytes.
[[nodiscard]] inline std::uint64_t load_number(const std::byte* bytes,
                                               std::uint32_t& offset) noexcept {
    auto byte = std::to_integer<std::uint64_t>(bytes[offset++]);
    std::uint64_t value = byte & 0x7fU;
    for (unsigned shift = 7; byte >= 0x80U; shift += 7) {
        byte = std::to_integer<std::uint64_t>(bytes[offset++]);
        value |= (byte & 0x7fU) << shift;
    }
    return value;
}

/// Goes through a run column that scan_runs accepted, of less than 2^31 numbers. 12 bytes for
/// 32-bit numbers.
template <class Value>
class run_cursor {
public:
    run_cursor() = default;

    /// `offset`: of the column in the bytes that next() is given.
    explicit run_cursor(std::uint32_t offset) noexcept : at_(offset) {}

    [[nodiscard]] Value next(const std::byte* bytes) noexcept {
        if (left_ < 2) {
            open(bytes);
        }
        left_ -= 2;
        if ((left_ & 1U) == 0) {
            value_ = static_cast<Value>(load_number(bytes, at_));
        }
        return value_;
    }

private:
    void open(const std::byte* bytes) noexcept {
        const auto head = static_cast<std::uint32_t>(load_number(bytes, at_));
        left_ = head + ((head & 1U) != 0 ? 4 : 2);
        if ((head & 1U) != 0) {
            value_ = static_cast<Value>(load_number(bytes, at_));
        }
    }

    Value value_ = 0;
    std::uint32_t at_ = 0;
    std::uint32_t left_ = 0;  ///< twice what is left of the segment; the lowest bit: it repeats
};

/// Bytes one after another, mostly few at a time.
class byte_column {
public:
    void append(byte_span some) {
        if (memory_.capacity() - size_ < some.size()) {
            grow(size_ + some.size());
        }
        copy_bytes(memory_.data() + size_, some.data(), some.size());
        size_ += some.size();
    }

    [[nodiscard]] byte_span bytes() const noexcept { return {memory_.data(), size_}; }

private:
    void grow(std::size_t wanted) {
        lean_vector<std::byte> larger;
        larger.reserve(wanted < 64 ? 128 : 2 * wanted);
        copy_bytes(larger.data(), memory_.data(), size_);
        memory_.swap(larger);
    }

    lean_vector<std::byte> memory_;  ///< its capacity only; nothing is zeroed
    std::size_t size_ = 0;
};

/// Bits that numbers below `count` need, at least `least`.
[[nodiscard]] constexpr unsigned bit_column_width(std::uint64_t count, unsigned least) noexcept {
    const auto needed = static_cast<unsigned>(std::bit_width(count == 0 ? count : count - 1));
    return needed < least ? least : needed;
}

/// Bytes of a bit column. No overflow for widths to 32 and counts below 2^58.
[[nodiscard]] constexpr std::uint64_t bit_column_size(std::uint64_t count,
                                                      unsigned width) noexcept {
    return (count * width + 7) / 8;
}

/// Appends a bit column: number i in bits i * width to (i + 1) * width - 1, bit 0 being the lowest
/// of the first byte. Unused bits of the last byte are 0. Width: at most 32.
inline void write_bits(byte_buffer& out, lean_span<std::uint32_t> numbers, unsigned width) {
    const std::size_t start = out.size();
    const auto size = static_cast<std::size_t>(bit_column_size(numbers.size(), width));
    out.resize(start + size + 8);  // whole words are stored, so some room behind
    std::byte* at = out.data() + start;
    std::uint64_t word = 0;
    unsigned used = 0;
    for (const std::uint32_t number : numbers) {
        word |= std::uint64_t{number} << used;
        used += width;
        if (used >= 32) {
            store_le<4>(at, word);
            at += 4;
            word >>= 32U;
            used -= 32;
        }
    }
    store_le<8>(at, word);
    out.resize(start + size);
}

/// Reads a bit column that is known to lie in the input, with at least 8 more bytes behind it.
class bit_cursor {
public:
    bit_cursor() = default;

    bit_cursor(const std::byte* column, unsigned width) noexcept
        : column_(column), mask_((std::uint64_t{1} << width) - 1), width_(width) {}

    [[nodiscard]] std::uint32_t next() noexcept {
        const std::uint64_t word = load_le<8>(column_ + bit_ / 8) >> (bit_ % 8);
        bit_ += width_;
        return static_cast<std::uint32_t>(word & mask_);
    }

    /// Whether the bits behind the last number, up to the end of the byte, are 0.
    [[nodiscard]] bool clean() const noexcept {
        return bit_ % 8 == 0 || std::to_integer<unsigned>(column_[bit_ / 8]) >> (bit_ % 8) == 0;
    }

private:
    const std::byte* column_ = nullptr;
    std::uint64_t mask_ = 0;
    std::uint64_t bit_ = 0;
    unsigned width_ = 0;
};

}  // namespace weft

#endif
