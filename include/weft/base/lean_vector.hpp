/// A growing array for weft's insides. It does what std::vector does, with pointers for iterators
/// and few functions, because compile time is a feature: g++ -O0 spends 3 ms on one of these per
/// element type, and 30 to 100 ms on a std::vector. Elements move without throwing. At the border
/// std::vector and std::span stay: it converts to a span by itself.
#ifndef WEFT_BASE_LEAN_VECTOR_HPP
#define WEFT_BASE_LEAN_VECTOR_HPP

#include <weft/base/assert.hpp>

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// The memory of a lean_vector: one function for all element types.
[[nodiscard]] inline void* allocate_elements(std::size_t count, std::size_t size) {
    if (count > ~std::size_t{0} / 2 / size) {
        WEFT_THROW(std::bad_alloc(), "out of memory");
    }
    return ::operator new(count* size);
}

[[nodiscard]] constexpr std::size_t grown_capacity(std::size_t capacity,
                                                   std::size_t wanted) noexcept {
    const std::size_t twice = capacity < 4 ? 8 : 2 * capacity;
    return twice < wanted ? wanted : twice;
}

}  // namespace detail

template <class T>
class lean_vector {
    static_assert(std::is_nothrow_move_constructible_v<T>, "weft: lean_vector moves its elements");
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    static constexpr bool trivial = std::is_trivially_copyable_v<T>;

public:
    using value_type = T;
    using iterator = T*;
    using const_iterator = const T*;
    using reference = T&;
    using const_reference = const T&;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;

    /// The others go through this one: what they built is freed if a copy throws.
    lean_vector() = default;

    explicit lean_vector(std::size_t count, const T& value = T{}) : lean_vector() {
        resize(count, value);
    }

    lean_vector(const T* from, const T* to) : lean_vector() { append(from, to); }

    lean_vector(std::initializer_list<T> values) : lean_vector() {
        append(values.begin(), values.end());
    }

    lean_vector(const lean_vector& other) : lean_vector() { append(other.begin(), other.end()); }

    lean_vector(lean_vector&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}

    lean_vector& operator=(const lean_vector& other) {
        if (this != &other) {
            if (trivial && other.size_ <= capacity_) {
                clear();
                append(other.begin(), other.end());
            } else {
                *this = lean_vector(other);
            }
        }
        return *this;
    }

    lean_vector& operator=(lean_vector&& other) noexcept {
        swap(other);
        return *this;
    }

    ~lean_vector() {
        clear();
        ::operator delete(static_cast<void*>(data_));
    }

    void swap(lean_vector& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] T* data() noexcept { return data_; }

    [[nodiscard]] const T* data() const noexcept { return data_; }

    [[nodiscard]] T* begin() noexcept { return data_; }

    [[nodiscard]] const T* begin() const noexcept { return data_; }

    [[nodiscard]] T* end() noexcept { return data_ + size_; }

    [[nodiscard]] const T* end() const noexcept { return data_ + size_; }

    [[nodiscard]] T& operator[](std::size_t i) noexcept {
        WEFT_ASSERT(i < size_);
        return data_[i];
    }

    [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
        WEFT_ASSERT(i < size_);
        return data_[i];
    }

    [[nodiscard]] T& front() noexcept { return (*this)[0]; }

    [[nodiscard]] const T& front() const noexcept { return (*this)[0]; }

    [[nodiscard]] T& back() noexcept { return (*this)[size_ - 1]; }

    [[nodiscard]] const T& back() const noexcept { return (*this)[size_ - 1]; }

    /// Room for `wanted` elements in all. Strong guarantee, like all that grows.
    void reserve(std::size_t wanted) {
        if (wanted > capacity_) {
            move_to(wanted);
        }
    }

    /// Room for one more, growing by doubling: then the next push_back can't fail.
    void reserve_one() {
        if (size_ == capacity_) {
            move_to(detail::grown_capacity(capacity_, size_ + 1));
        }
    }

    template <class... Args>
    T& emplace_back(Args&&... args) {
        if (size_ == capacity_) {
            T made{std::forward<Args>(args)...};  // may view an element of this
            reserve_one();
            return *::new (static_cast<void*>(data_ + size_++)) T(std::move(made));
        }
        T* const added = ::new (static_cast<void*>(data_ + size_)) T{std::forward<Args>(args)...};
        ++size_;
        return *added;
    }

    void push_back(const T& value) {
        if (size_ == capacity_) {
            T copy(value);
            reserve_one();
            ::new (static_cast<void*>(data_ + size_)) T(std::move(copy));
        } else {
            ::new (static_cast<void*>(data_ + size_)) T(value);
        }
        ++size_;
    }

    void push_back(T&& value) {
        if (size_ == capacity_) {
            T moved(std::move(value));
            reserve_one();
            ::new (static_cast<void*>(data_ + size_)) T(std::move(moved));
        } else {
            ::new (static_cast<void*>(data_ + size_)) T(std::move(value));
        }
        ++size_;
    }

    /// Appends [from, to), which is not a part of this.
    void append(const T* from, const T* to) {
        const auto count = static_cast<std::size_t>(to - from);
        if (count > capacity_ - size_) {
            move_to(detail::grown_capacity(capacity_, size_ + count));
        }
        if constexpr (trivial) {
            if (count != 0) {
                std::memcpy(static_cast<void*>(data_ + size_), from, count * sizeof(T));
            }
            size_ += count;
        } else {
            for (; from != to; ++from) {
                ::new (static_cast<void*>(data_ + size_)) T(*from);
                ++size_;
            }
        }
    }

    void assign(const T* from, const T* to) {
        clear();
        append(from, to);
    }

    void pop_back() noexcept {
        WEFT_ASSERT(size_ > 0);
        data_[--size_].~T();
    }

    void clear() noexcept { shrink(0); }

    void resize(std::size_t count, const T& value = T{}) {
        if (count < size_) {
            shrink(count);
        }
        if (count > capacity_) {
            move_to(detail::grown_capacity(capacity_, count));
        }
        for (; size_ < count; ++size_) {
            ::new (static_cast<void*>(data_ + size_)) T(value);
        }
    }

    /// Inserts before `at`; returns where. O(elements after it).
    T* insert(const T* at, const T& value) {
        const std::size_t place = static_cast<std::size_t>(at - data_);
        push_back(value);
        T moved(std::move(back()));
        for (std::size_t i = size_ - 1; i > place; --i) {
            data_[i] = std::move(data_[i - 1]);
        }
        data_[place] = std::move(moved);
        return data_ + place;
    }

    /// Removes [from, to). O(elements after it).
    T* erase(const T* from, const T* to) noexcept {
        T* into = data_ + (from - data_);
        T* next = data_ + (to - data_);
        T* const result = into;
        if (into != next) {
            while (next != end()) {
                *into++ = std::move(*next++);
            }
            shrink(static_cast<std::size_t>(into - data_));
        }
        return result;
    }

    T* erase(const T* at) noexcept { return erase(at, at + 1); }

    friend bool operator==(const lean_vector& a, const lean_vector& b) {
        if (a.size_ != b.size_) {
            return false;
        }
        for (std::size_t i = 0; i < a.size_; ++i) {
            if (!(a.data_[i] == b.data_[i])) {
                return false;
            }
        }
        return true;
    }

private:
    void shrink(std::size_t count) noexcept {
        if constexpr (std::is_trivially_destructible_v<T>) {
            size_ = count;
        } else {
            while (size_ > count) {
                data_[--size_].~T();
            }
        }
    }

    void move_to(std::size_t capacity) {
        T* const to = static_cast<T*>(detail::allocate_elements(capacity, sizeof(T)));
        if constexpr (trivial) {
            if (size_ != 0) {
                std::memcpy(static_cast<void*>(to), data_, size_ * sizeof(T));
            }
        } else {
            for (std::size_t i = 0; i < size_; ++i) {
                ::new (static_cast<void*>(to + i)) T(std::move(data_[i]));
                data_[i].~T();
            }
        }
        ::operator delete(static_cast<void*>(data_));
        data_ = to;
        capacity_ = capacity;
    }

    T* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

/// Sorts [first, last) in place: insertion below 16 elements, else heapsort (Williams 1964), so
/// O(n log n) always. A fifth of what std::sort costs to compile, twice what it costs to run.
template <class T, class Less>
void lean_sort(T* first, T* last, Less less) {
    const auto size = static_cast<std::size_t>(last - first);
    if (size <= 16) {
        for (std::size_t i = 1; i < size; ++i) {
            T moved(std::move(first[i]));
            std::size_t at = i;
            for (; at > 0 && less(moved, first[at - 1]); --at) {
                first[at] = std::move(first[at - 1]);
            }
            first[at] = std::move(moved);
        }
        return;
    }
    const auto sift = [&](std::size_t root, std::size_t end) {
        T moved(std::move(first[root]));
        for (std::size_t child = 2 * root + 1; child < end; child = 2 * root + 1) {
            if (child + 1 < end && less(first[child], first[child + 1])) {
                ++child;
            }
            if (!less(moved, first[child])) {
                break;
            }
            first[root] = std::move(first[child]);
            root = child;
        }
        first[root] = std::move(moved);
    };
    for (std::size_t root = size / 2; root-- > 0;) {
        sift(root, size);
    }
    for (std::size_t end = size - 1; end > 0; --end) {
        std::swap(first[0], first[end]);
        sift(0, end);
    }
}

template <class T>
void lean_sort(T* first, T* last) {
    lean_sort(first, last, [](const T& a, const T& b) { return a < b; });
}

}  // namespace weft

#endif
