/// The timestamps of all operations in the order of admission, as differences: a block of 64 keeps
/// its first in full, each further one as a varint, one byte for the next logical tick and for the
/// start of a millisecond close by. Memory: about 1.3 bytes an operation, 5 where clocks jump.
#ifndef WEFT_CAUSAL_TIMESTAMP_COLUMN_HPP
#define WEFT_CAUSAL_TIMESTAMP_COLUMN_HPP

#include <weft/base/assert.hpp>
#include <weft/base/byte_pages.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/varint.hpp>
#include <weft/causal/timestamp.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// Append-only but for truncate. Const functions may run concurrently.
class timestamp_column {
public:
    static constexpr std::uint32_t block = 64;

    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

    /// Makes room, so that the next push_back can't fail. Amortised O(1); strong guarantee.
    void reserve_one() {
        if (size_ % block == 0 && blocks_.size() == blocks_.capacity()) {
            blocks_.reserve(blocks_.size() + blocks_.size() / 2 + 2);
        }
        bytes_.reserve(varint_size_max, stretch);
    }

    /// Appends, where reserve_one made room. O(1).
    void push_back(timestamp at) {
        if (size_ % block == 0) {
            blocks_.push_back({at, bytes_.start(stretch)});
        } else {
            append(at);
        }
        last_ = at;
        ++size_;
    }

    /// The index-th timestamp. Reads half a block on average.
    [[nodiscard]] timestamp operator[](std::uint32_t index) const noexcept {
        WEFT_ASSERT(index < size_);
        if (index + 1 == size_) {
            return last_;
        }
        const std::byte* from = nullptr;
        return read(index, from);
    }

    /// Reads one timestamp after another; valid until the column changes.
    class cursor {
    public:
        cursor(const timestamp_column& column, std::uint32_t index) noexcept
            : column_(&column), index_(index) {}

        /// The next timestamp. O(1) but for the first.
        [[nodiscard]] timestamp next() noexcept {
            WEFT_ASSERT(index_ < column_->size_);
            at_ = from_ == nullptr || index_ % block == 0 ? column_->read(index_, from_)
                                                          : step(at_, from_);
            ++index_;
            return at_;
        }

    private:
        const timestamp_column* column_;
        const std::byte* from_ = nullptr;
        timestamp at_{};
        std::uint32_t index_;
    };

    /// Forgets all but the first `size`. O(block + forgotten).
    void truncate(std::uint32_t size) noexcept {
        if (size >= size_) {
            return;
        }
        size_ = size;
        blocks_.resize((size + block - 1) / block);
        last_ = {};
        std::size_t end = 0;
        if (size != 0) {
            const start& first = blocks_[(size - 1) / block];
            const std::byte* from = nullptr;
            last_ = read(size - 1, from);
            end = first.offset + static_cast<std::size_t>(from - bytes_.at(first.offset));
        }
        bytes_.truncate(end);
    }

    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return blocks_.capacity() * sizeof(start) + bytes_.memory_bytes();
    }

private:
    static constexpr std::size_t stretch = (block - 1) * varint_size_max;

    struct start {
        timestamp at{};
        std::size_t offset = 0;  // in bytes_, of the second timestamp of the block
    };

    // Even: the difference of the bits. Odd: of the milliseconds, logical part zero; 1, which no
    // such step needs, stands before eight bytes in full, for the jumps that only hostile clocks
    // do.
    void append(timestamp at) {
        std::byte* const to = bytes_.tail();
        const std::uint64_t wall = at.wall_ms() - last_.wall_ms();
        const std::uint64_t code = zigzag(static_cast<std::int64_t>(at.bits - last_.bits));
        if (at.logical() == 0 && wall != 0) {
            const std::uint64_t wall_code = zigzag(static_cast<std::int64_t>(wall));
            bytes_.append(write_varint(to, (wall_code << 1U) | 1U));  // below 2^50
        } else if ((code >> 63U) == 0) {
            bytes_.append(write_varint(to, code << 1U));
        } else {
            to[0] = std::byte{1};
            store_le<8>(to + 1, at.bits);
            bytes_.append(9);
        }
    }

    timestamp read(std::uint32_t index, const std::byte*& from) const noexcept {
        const start& first = blocks_[index / block];
        from = bytes_.at(first.offset);
        timestamp at = first.at;
        for (std::uint32_t i = index % block; i != 0; --i) {
            at = step(at, from);
        }
        return at;
    }

    static timestamp step(timestamp at, const std::byte*& from) noexcept {
        const std::uint64_t code = take_varint(from);
        if (code == 1) {
            from += 8;
            return {load_le<8>(from - 8)};
        }
        const auto difference = static_cast<std::uint64_t>(unzigzag(code >> 1U));
        return (code & 1U) == 0 ? timestamp{at.bits + difference}
                                : timestamp{(at.wall_ms() + difference) << timestamp::logical_bits};
    }

    lean_vector<start> blocks_;
    byte_pages bytes_;
    timestamp last_{};
    std::uint32_t size_ = 0;
};

}  // namespace weft

#endif
