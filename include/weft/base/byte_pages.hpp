/// Bytes that only grow at their end, in pages of 32 KiB: growth copies a part of the last page at
/// most. They are written in stretches of bounded length, each within one page, so that a reader
/// goes through a stretch by pointer. An offset names a byte; the last ones of a page may be left
/// out.
#ifndef WEFT_BASE_BYTE_PAGES_HPP
#define WEFT_BASE_BYTE_PAGES_HPP

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
        if (pages_.empty()) {
            pages_.emplace_back();
        }
        lean_vector<std::byte>& page = pages_[current_];
        if (page.capacity() - page.size() < 2 * next) {
            const std::size_t twice =
                2 * page.capacity() < page_size ? 2 * page.capacity() : page_size;
            const std::size_t wanted = page.size() + 2 * next;
            page.reserve(twice > wanted ? twice : wanted);
        }
        if (page.size() + next + stretch > page_size && current_ + 1 == pages_.size()) {
            lean_vector<std::byte> fresh;
            fresh.reserve(page_size / 8 > 2 * next ? page_size / 8 : 2 * next);
            pages_.push_back(std::move(fresh));
        }
    }

    /// Begins a stretch; returns its offset.
    std::size_t start(std::size_t stretch) noexcept {
        if (pages_[current_].size() + stretch > page_size) {
            ++current_;
        }
        return end();
    }

    /// Appends to the stretch that was begun last.
    void append(const std::byte* from, std::size_t count) {
        pages_[current_].append(from, from + count);
    }

    /// The byte at this offset, and behind it the rest of its stretch.
    [[nodiscard]] const std::byte* at(std::size_t offset) const noexcept {
        return pages_[offset / page_size].data() + offset % page_size;
    }

    /// The offset behind the last byte.
    [[nodiscard]] std::size_t end() const noexcept {
        return pages_.empty() ? 0 : current_ * page_size + pages_[current_].size();
    }

    /// Forgets all bytes from `end` on, which is where a stretch began or an append ended.
    void truncate(std::size_t end) noexcept {
        current_ = end / page_size;
        while (pages_.size() > current_ + 1) {
            pages_.pop_back();
        }
        if (!pages_.empty()) {
            pages_[current_].resize(end % page_size);
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
};

}  // namespace weft

#endif
