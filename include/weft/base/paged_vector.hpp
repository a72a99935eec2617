/// A growing array in pages of a fixed number of elements: growth copies a part of the last page at
/// most, so that memory is touched once and at most half a page is spare. For large columns that
/// are read by position; chunked_vector is for elements that must not move.
#ifndef WEFT_BASE_PAGED_VECTOR_HPP
#define WEFT_BASE_PAGED_VECTOR_HPP

#include <weft/base/lean_vector.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

/// PageSize: elements in a page, a power of two.
template <class T, std::size_t PageSize>
class paged_vector {
    static_assert(PageSize >= 8 && (PageSize & (PageSize - 1)) == 0,
                  "weft: a page has a power of two elements, eight or more");
    static_assert(std::is_trivially_copyable_v<T>);

public:
    [[nodiscard]] std::size_t size() const noexcept {
        return pages_.empty() ? 0 : (pages_.size() - 1) * PageSize + pages_.back().size();
    }

    [[nodiscard]] bool empty() const noexcept { return pages_.empty(); }

    [[nodiscard]] T& operator[](std::size_t i) noexcept {
        return pages_[i / PageSize][i % PageSize];
    }

    [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
        return pages_[i / PageSize][i % PageSize];
    }

    [[nodiscard]] const T& back() const noexcept { return pages_.back().back(); }

    /// Appends. Amortised O(1), strong guarantee.
    void push_back(const T& element) {
        const T copy = element;  // it may be one of ours, in a page that has to grow
        if (pages_.empty() || pages_.back().size() == PageSize) {
            lean_vector<T> fresh;
            fresh.reserve(pages_.empty() ? first_size : PageSize / 8);
            fresh.push_back(copy);
            pages_.push_back(std::move(fresh));
        } else {
            pages_.back().push_back(copy);  // a page's size is a power of two: it ends up full
        }
    }

    /// Forgets all but the first `size` elements. O(pages forgotten).
    void truncate(std::size_t size) noexcept {
        while (pages_.size() * PageSize >= size + PageSize) {
            pages_.pop_back();
        }
        if (size < this->size()) {
            pages_.back().resize(size % PageSize);
        }
    }

    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        std::size_t bytes = pages_.capacity() * sizeof(lean_vector<T>);
        for (const lean_vector<T>& page : pages_) {
            bytes += page.capacity() * sizeof(T);
        }
        return bytes;
    }

private:
    static constexpr std::size_t first_size = PageSize < 64 ? PageSize / 8 : 8;

    lean_vector<lean_vector<T>> pages_;  // all but the last are full, none is empty
};

}  // namespace weft

#endif
