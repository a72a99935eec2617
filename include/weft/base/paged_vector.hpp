/// A growing array in pages of a fixed number of elements: growth copies nothing but a first, small
/// page, so that memory is touched once and at most one page is spare. For large columns that are
/// read by position; chunked_vector is for elements that must not move.
#ifndef WEFT_BASE_PAGED_VECTOR_HPP
#define WEFT_BASE_PAGED_VECTOR_HPP

#include <weft/base/assert.hpp>

#include <cstddef>
#include <type_traits>
#include <vector>

namespace weft {

/// PageSize: elements in a page, a power of two.
template <class T, std::size_t PageSize>
class paged_vector {
    static_assert((PageSize & (PageSize - 1)) == 0, "weft: a page has a power of two elements");
    static_assert(std::is_trivially_copyable_v<T>);

public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] T& operator[](std::size_t i) noexcept {
        WEFT_ASSERT(i < size_);
        return pages_[i / PageSize][i % PageSize];
    }

    [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
        WEFT_ASSERT(i < size_);
        return pages_[i / PageSize][i % PageSize];
    }

    [[nodiscard]] const T& back() const noexcept { return pages_.back().back(); }

    /// Makes room, so that the next push_back can't fail. Amortised O(1), strong guarantee.
    void reserve_one() {
        if (size_ == pages_.size() * PageSize) {
            std::vector<T> fresh;
            fresh.reserve(pages_.empty() ? first_size : PageSize);
            pages_.push_back(static_cast<std::vector<T>&&>(fresh));
        } else if (pages_.back().size() == pages_.back().capacity()) {
            const std::size_t twice = 2 * pages_.back().size() + first_size;
            pages_.back().reserve(twice < PageSize ? twice : PageSize);
        }
    }

    /// Appends. Strong guarantee.
    void push_back(const T& element) {
        if (pages_.empty() || pages_.back().size() == pages_.back().capacity()) {
            const T copy = element;  // it may be one of ours
            reserve_one();
            pages_.back().push_back(copy);
        } else {
            pages_.back().push_back(element);
        }
        ++size_;
    }

    /// Forgets all but the first `size` elements. O(pages forgotten).
    void truncate(std::size_t size) noexcept {
        if (size < size_) {
            pages_.resize((size + PageSize - 1) / PageSize);
            if (size % PageSize != 0) {
                pages_.back().resize(size % PageSize);
            }
            size_ = size;
        }
    }

    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        std::size_t bytes = pages_.capacity() * sizeof(pages_[0]);
        for (const auto& page : pages_) {
            bytes += page.capacity() * sizeof(T);
        }
        return bytes;
    }

private:
    static constexpr std::size_t first_size = PageSize < 8 ? PageSize : 8;

    std::vector<std::vector<T>> pages_;  // all but the last are full
    std::size_t size_ = 0;
};

}  // namespace weft

#endif
