/// A growing array whose elements never move: chunks that double in size, so that growth copies
/// nothing, references stay valid, a small array stays small, and no page is touched twice. Index
/// access O(1) (one bit scan), append O(1) worst case but for the memory it asks for.
#ifndef WEFT_BASE_CHUNKED_VECTOR_HPP
#define WEFT_BASE_CHUNKED_VECTOR_HPP

#include <weft/base/assert.hpp>

#include <bit>
#include <cstddef>
#include <new>
#include <utility>

namespace weft {

/// At most 2^32 - 8 elements. The object itself is 240 bytes: it is there once, its elements often.
template <class T>
class chunked_vector {
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

public:
    /// Elements in the first chunk; every later one is twice its predecessor.
    static constexpr std::size_t first_chunk = 8;

    chunked_vector() = default;

    chunked_vector(chunked_vector&& other) noexcept : chunked_vector() { exchange(other); }

    /// By way of the default constructor: what was made is freed if a copy throws.
    chunked_vector(const chunked_vector& other) : chunked_vector() {
        for (; size_ != other.size_; ++size_) {
            ::new (place_of_next()) T(other[size_]);
        }
    }

    chunked_vector& operator=(chunked_vector&& other) noexcept {
        chunked_vector taken(static_cast<chunked_vector&&>(other));
        exchange(taken);
        return *this;
    }

    chunked_vector& operator=(const chunked_vector& other) {
        chunked_vector copy(other);
        exchange(copy);
        return *this;
    }

    ~chunked_vector() {
        clear();
        ::operator delete(static_cast<void*>(chunks_[0]));
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] T& operator[](std::size_t i) noexcept {
        WEFT_ASSERT(i < size_);
        const std::size_t k = chunk_of(i);
        return chunks_[k][i - start_of(k)];
    }

    [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
        WEFT_ASSERT(i < size_);
        const std::size_t k = chunk_of(i);
        return chunks_[k][i - start_of(k)];
    }

    [[nodiscard]] T& back() noexcept { return (*this)[size_ - 1]; }

    /// Appends. Strong guarantee.
    template <class... Args>
    T& emplace_back(Args&&... args) {
        T* const added = ::new (place_of_next()) T{std::forward<Args>(args)...};
        ++size_;
        return *added;
    }

    void pop_back() noexcept {
        WEFT_ASSERT(size_ > 0);
        back().~T();
        --size_;
    }

    /// Destroys the elements; keeps the first chunk's memory for the next use.
    void clear() noexcept {
        while (size_ != 0) {
            pop_back();
        }
        for (std::size_t k = 1; k != chunks_max && chunks_[k] != nullptr; ++k) {
            ::operator delete(static_cast<void*>(chunks_[k]));
            chunks_[k] = nullptr;
        }
    }

private:
    static constexpr std::size_t chunks_max = 29;

    [[nodiscard]] static constexpr std::size_t chunk_of(std::size_t i) noexcept {
        return static_cast<std::size_t>(std::bit_width(i / first_chunk + 1)) - 1;
    }

    [[nodiscard]] static constexpr std::size_t start_of(std::size_t k) noexcept {
        return first_chunk * ((std::size_t{1} << k) - 1);
    }

    /// Memory for one more element; its chunk's, which may be there already.
    [[nodiscard]] void* place_of_next() {
        const std::size_t k = chunk_of(size_);
        WEFT_ASSERT(k < chunks_max);
        if (chunks_[k] == nullptr) {
            chunks_[k] = static_cast<T*>(::operator new((first_chunk << k) * sizeof(T)));
        }
        return static_cast<void*>(chunks_[k] + (size_ - start_of(k)));
    }

    void exchange(chunked_vector& other) noexcept {
        for (std::size_t k = 0; k != chunks_max; ++k) {
            T* const chunk = chunks_[k];
            chunks_[k] = other.chunks_[k];
            other.chunks_[k] = chunk;
        }
        const std::size_t size = size_;
        size_ = other.size_;
        other.size_ = size;
    }

    T* chunks_[chunks_max]{};  ///< the first so many are there
    std::size_t size_ = 0;
};

}  // namespace weft

#endif
