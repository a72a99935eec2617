/// A view of an array, for weft's insides: what std::span is for, without its concepts, whose
/// checks cost a compiler 5 to 10 ms for each type of element. Views what has data() and size(),
/// and converts to a std::span by itself; at the border std::span stays.
#ifndef WEFT_BASE_LEAN_SPAN_HPP
#define WEFT_BASE_LEAN_SPAN_HPP

#include <weft/base/assert.hpp>

#include <cstddef>

namespace weft {

/// Of constant elements.
template <class T>
class lean_span {
public:
    using value_type = T;

    constexpr lean_span() = default;

    constexpr lean_span(const T* data, std::size_t size) noexcept : data_(data), size_(size) {}

    /// Of a container, which must outlive the view.
    template <class List>

        requires requires(const List& list, const T* data) {
            data = list.data();
        }

    constexpr lean_span(const List& list) noexcept : data_(list.data()), size_(list.size()) {}

    [[nodiscard]] constexpr const T* data() const noexcept { return data_; }

    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] constexpr const T* begin() const noexcept { return data_; }

    [[nodiscard]] constexpr const T* end() const noexcept { return data_ + size_; }

    [[nodiscard]] constexpr const T& operator[](std::size_t i) const noexcept {
        WEFT_ASSERT(i < size_);
        return data_[i];
    }

    [[nodiscard]] constexpr const T& front() const noexcept { return (*this)[0]; }

    /// Elements [from, from + count).
    [[nodiscard]] constexpr lean_span subspan(std::size_t from, std::size_t count) const noexcept {
        WEFT_ASSERT(from <= size_ && count <= size_ - from);
        return {data_ + from, count};
    }

    [[nodiscard]] constexpr lean_span subspan(std::size_t from) const noexcept {
        WEFT_ASSERT(from <= size_);
        return {data_ + from, size_ - from};
    }

    [[nodiscard]] constexpr lean_span first(std::size_t count) const noexcept {
        return subspan(0, count);
    }

private:
    const T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace weft

#endif
