/// Bytes of operations, one body after another in the order of admission, in chunks that never
/// move: a view of a body stays valid as long as the store does and the body is not truncated.
/// A body is behind its length and lies in one chunk; every 32nd body's place is noted, so random
/// access skips at most 31 lengths and the index costs a quarter of a byte an operation.
#ifndef WEFT_LOG_BODY_STORE_HPP
#define WEFT_LOG_BODY_STORE_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/varint.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace weft {

class body_store {
public:
    static constexpr std::uint32_t index_step = 32;
    static constexpr std::size_t chunk_first = std::size_t{1} << 10U;
    static constexpr std::size_t chunk_max = std::size_t{1} << 16U;

    /// A place between two bodies, or after the last.
    class cursor {
    public:
        /// The body here; then goes on to the next. Pre: there is one. The view is stable.
        [[nodiscard]] byte_span next() noexcept {
            while (offset_ == store_->chunks_[chunk_].used) {
                ++chunk_;
                offset_ = 0;
            }
            const std::byte* const begin = store_->chunks_[chunk_].bytes.data();
            const std::byte* at = begin + offset_;
            const std::uint64_t size = take_varint(at);
            offset_ = static_cast<std::size_t>(at - begin) + static_cast<std::size_t>(size);
            return {at, static_cast<std::size_t>(size)};
        }

    private:
        friend body_store;

        cursor(const body_store& store, std::size_t chunk, std::size_t offset) noexcept
            : store_(&store), chunk_(chunk), offset_(offset) {}

        const body_store* store_;
        std::size_t chunk_;
        std::size_t offset_;
    };

    body_store() = default;
    body_store(body_store&&) noexcept = default;
    body_store& operator=(body_store&&) noexcept = default;
    body_store(const body_store&) = delete;  // views of bodies would not follow
    body_store& operator=(const body_store&) = delete;
    ~body_store() = default;

    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

    /// Room for a body of up to `largest` bytes, at the place where it may begin. Nothing is added
    /// until commit(); the next room() forgets it. Strong guarantee.
    [[nodiscard]] std::byte* room(std::size_t largest) {
        const std::size_t wanted = largest + varint_size_max;
        if (chunks_.empty() || chunks_.back().bytes.capacity() - chunks_.back().used < wanted) {
            grow(wanted);
        }
        if (size_ % index_step == 0) {
            index_.reserve_one();
        }
        return chunks_.back().bytes.data() + chunks_.back().used + 1;
    }

    /// Adds the `size` bytes that the caller wrote to the place that room() gave, and returns where
    /// they are now (they move by some bytes if their length needs more than one).
    byte_span commit(std::size_t size) noexcept {
        chunk& last = chunks_.back();
        std::byte* const begin = last.bytes.data() + last.used;
        const std::size_t prefix = varint_size(size);
        WEFT_ASSERT(last.used + prefix + size <= last.bytes.capacity());
        if (prefix != 1) {
            std::memmove(begin + prefix, begin + 1, size);
        }
        static_cast<void>(write_varint(begin, size));
        if (size_ % index_step == 0) {
            index_.push_back({static_cast<std::uint32_t>(chunks_.size() - 1),
                              static_cast<std::uint32_t>(last.used)});
        }
        last.used += prefix + size;
        ++size_;
        return {begin + prefix, size};
    }

    /// The place of body number `index`, at most size(). O(index_step).
    [[nodiscard]] cursor at(std::uint32_t index) const noexcept {
        WEFT_ASSERT(index <= size_);
        if (index / index_step >= index_.size()) {
            return chunks_.empty() ? cursor(*this, 0, 0)
                                   : cursor(*this, chunks_.size() - 1, chunks_.back().used);
        }
        const place from = index_[index / index_step];
        cursor here(*this, from.chunk, from.offset);
        for (std::uint32_t skip = index % index_step; skip != 0; --skip) {
            static_cast<void>(here.next());
        }
        return here;
    }

    /// Forgets the newest bodies, so that `size` are left. Allocates nothing.
    void truncate(std::uint32_t size) noexcept {
        if (size >= size_) {
            return;
        }
        const cursor end = at(size);
        std::size_t kept = end.chunk_ + 1;
        std::size_t used = end.offset_;
        if (used == 0 && kept > 1) {
            --kept;
            used = chunks_[kept - 1].used;
        }
        while (chunks_.size() > kept) {
            chunks_.pop_back();
        }
        chunks_.back().used = used;
        while (index_.size() > (size + index_step - 1) / index_step) {
            index_.pop_back();
        }
        size_ = size;
    }

    /// Bytes held, allocated ones counted. O(chunks).
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        std::size_t sum = index_.capacity() * sizeof(place) + chunks_.capacity() * sizeof(chunk);
        for (const chunk& one : chunks_) {
            sum += one.bytes.capacity();
        }
        return sum;
    }

private:
    struct chunk {
        lean_vector<std::byte> bytes;  ///< memory only: its size stays 0, so nothing is zeroed
        std::size_t used = 0;
    };

    struct place {
        std::uint32_t chunk;
        std::uint32_t offset;
    };

    void grow(std::size_t wanted) {
        std::size_t size = chunks_.empty() ? chunk_first : 2 * chunks_.back().bytes.capacity();
        size = size < chunk_max ? size : chunk_max;
        chunk fresh;
        fresh.bytes.reserve(size < wanted ? wanted : size);
        if (!chunks_.empty() && chunks_.back().used == 0) {
            chunks_.back() = std::move(fresh);  // an empty chunk that is too small
        } else {
            chunks_.push_back(std::move(fresh));
        }
    }

    lean_vector<chunk> chunks_;
    lean_vector<place> index_;
    std::uint32_t size_ = 0;
};

}  // namespace weft

#endif
