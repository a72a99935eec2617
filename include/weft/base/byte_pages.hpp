/// Bytes that only grow at their end, in pages of 32 KiB: growth copies a part of the last page at
/// most. They are written in stretches of bounded length, each within one page, so that a reader
/// goes through a stretch by pointer. An offset names a byte; the last ones of a page may be left
/// out.
#ifndef WEFT_BASE_BYTE_PAGES_HPP
#define WEFT_BASE_BYTE_PAGES_HPP

#include <weft/base/assert.hpp>
#include <weft/base/lean_vector.hpp>

#include <cstddef>
#include <utility>

namespace weft {

class byte_pages {
public:
    static constexpr std::size_t page_size = 32768;

    /// Makes room, so that an append, a start and another append can't fail; appends are of `next`
    /// bytes at most, stretches of `stretch`. Amortised O(1), strong guarantee.
    void reserve(std::size_t next, std::size_t stretch) {
        if (current_ == pages_.size()) {
            pages_.emplace_back();
        }
        lean_vector<std::byte>& page = pages_[current_];
        if (page.size() - used_ < 2 * next) {
            const std::size_t twice = 2 * page.size() < page_size ? 2 * page.size() : page_size;
            const std::size_t wanted = used_ + 2 * next;
            page.reserve(twice > wanted ? twice : wanted);
            page.resize(page.capacity());
        }
        if (used_ + next + stretch > page_size && current_ + 1 == pages_.size()) {
            lean_vector<std::byte> fresh;
            fresh.resize(page_size / 8 > 2 * next ? page_size / 8 : 2 * next);
            pages_.push_back(std::move(fresh));
        }
    }

    /// Begins a stretch; returns its offset.
    std::size_t start(std::size_t stretch) noexcept {
        if (used_ + stretch > page_size) {
            ++current_;
            used_ = 0;
        }
        return end();
    }

    /// Where the next bytes of the stretch that was begun last go; reserve made room for them.
    [[nodiscard]] std::byte* tail() noexcept { return pages_[current_].data() + used_; }

    /// Appends `count` bytes that were written to tail().
    void append(std::size_t count) noexcept {
        used_ += count;
        WEFT_ASSERT(used_ <= pages_[current_].size());
    }

    /// The byte at this offset, and behind it the rest of its stretch.
    [[nodiscard]] const std::byte* at(std::size_t offset) const noexcept {
        return pages_[offset / page_size].data() + offset % page_size;
    }

    /// The offset behind the last byte.
    [[nodiscard]] std::size_t end() const noexcept { return current_ * page_size + used_; }

    /// Forgets all bytes from `end` on, which is where a stretch began or an append ended.
    void truncate(std::size_t end) noexcept {
        current_ = end / page_size;
        used_ = end % page_size;
        while (pages_.size() > current_ + 1) {
            pages_.pop_back();
        }
    }

    /// Heap, by capacity.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        std::size_t bytes = pages_.capacity() * sizeof(lean_vector<std::byte>);
        for (const lean_vector<std::byte>& page : pages_) {
            bytes += page.capacity();
        }
        return bytes;
    }

private:
    lean_vector<lean_vector<std::byte>> pages_;
    std::size_t current_ = 0;  // the page that is being filled; one more may be there in reserve
    std::size_t used_ = 0;     // of it
};

}  // namespace weft

#endif
