/// A growing array for weft's insides. It does what std::vector does, with pointers for iterators
/// and few functions, because compile time is a feature: g++ -O0 spends 3 ms on one of these per
/// element type, and 30 to 100 ms on a std::vector. Elements move without throwing. At the border
/// std::vector and std::span stay: it converts to either kind of span.
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

/// What all lean_vectors share, whatever their elements: one set of functions for all of them.
class lean_storage {
public:
    lean_storage(const lean_storage&) = delete;
    lean_storage& operator=(const lean_storage&) = delete;
    lean_storage& operator=(lean_storage&&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

protected:
    lean_storage() = default;

    lean_storage(lean_storage&& other) noexcept
        : data_(other.data_), size_(other.size_), capacity_(other.capacity_) {
        other.data_ = nullptr;
        other.size_ = other.capacity_ = 0;
    }

    ~lean_storage() {
        if (data_ != nullptr) {  // most are empty: without a call
            ::operator delete(data_);
        }
    }

    void exchange(lean_storage& other) noexcept {
        void* const data = data_;
        const std::size_t size = size_;
        const std::size_t capacity = capacity_;
        data_ = other.data_;
        size_ = other.size_;
        capacity_ = other.capacity_;
        other.data_ = data;
        other.size_ = size;
        other.capacity_ = capacity;
    }

    /// Memory for `count` elements of `size` bytes.
    [[nodiscard]] static void* allocate(std::size_t count, std::size_t size) {
        if (count > ~std::size_t{0} / 2 / size) {
            WEFT_THROW(std::bad_alloc(), "out of memory");
        }
        return ::operator new(count* size);
    }

    /// At least `wanted`, and twice what there is.
    [[nodiscard]] std::size_t grown(std::size_t wanted) const noexcept {
        const std::size_t twice = capacity_ < 4 ? 8 : 2 * capacity_;
        return twice < wanted ? wanted : twice;
    }

    /// Moves to new memory, as bytes.
    void move_bytes_to(std::size_t capacity, std::size_t element) {
        void* const to = allocate(capacity, element);
        if (size_ != 0) {
            std::memcpy(to, data_, size_ * element);
        }
        ::operator delete(data_);
        data_ = to;
        capacity_ = capacity;
    }

    // For elements that are copied as bytes, which most are.

    /// Appends an element, which may be one of this, to a full array.
    void push_bytes(const void* value, std::size_t element) {
        const std::size_t capacity = grown(size_ + 1);
        void* const to = allocate(capacity, element);
        std::memcpy(static_cast<std::byte*>(to) + size_ * element, value, element);
        if (size_ != 0) {
            std::memcpy(to, data_, size_ * element);
        }
        ::operator delete(data_);
        data_ = to;
        capacity_ = capacity;
        ++size_;
    }

    void append_bytes(const void* from, std::size_t count, std::size_t element) {
        if (count > capacity_ - size_) {
            move_bytes_to(grown(size_ + count), element);
        }
        if (count != 0) {
            std::memcpy(static_cast<std::byte*>(data_) + size_ * element, from, count * element);
        }
        size_ += count;
    }

    void* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace detail

template <class T>
class lean_vector : public detail::lean_storage {
    static_assert(std::is_nothrow_move_constructible_v<T>, "weft: lean_vector moves its elements");
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    // NOLINTNEXTLINE(bugprone-sizeof-expression): T may be a pointer, whose size is meant then
    static constexpr std::size_t element_size = sizeof(T);
    static constexpr bool trivial = std::is_trivially_copyable_v<T>;
    static constexpr bool plain_end = std::is_trivially_destructible_v<T>;

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

    lean_vector(const lean_vector& other) : lean_vector() {
        append(other.data(), other.data() + other.size_);
    }

    lean_vector(lean_vector&& other) noexcept = default;

    lean_vector& operator=(const lean_vector& other) {
        if (this != &other) {
            if (trivial && other.size_ <= capacity_) {
                size_ = 0;
                append(other.data(), other.data() + other.size_);
            } else {
                lean_vector copy(other);
                exchange(copy);
            }
        }
        return *this;
    }

    lean_vector& operator=(lean_vector&& other) noexcept {
        exchange(other);
        return *this;
    }

    ~lean_vector() {
        if constexpr (!plain_end) {
            shrink(0);
        }
    }

    void swap(lean_vector& other) noexcept { exchange(other); }

    [[nodiscard]] T* data() noexcept { return static_cast<T*>(data_); }

    [[nodiscard]] const T* data() const noexcept { return static_cast<const T*>(data_); }

    [[nodiscard]] T* begin() noexcept { return static_cast<T*>(data_); }

    [[nodiscard]] const T* begin() const noexcept { return static_cast<const T*>(data_); }

    [[nodiscard]] T* end() noexcept { return static_cast<T*>(data_) + size_; }

    [[nodiscard]] const T* end() const noexcept { return static_cast<const T*>(data_) + size_; }

    [[nodiscard]] T& operator[](std::size_t i) noexcept {
        WEFT_ASSERT(i < size_);
        return static_cast<T*>(data_)[i];
    }

    [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
        WEFT_ASSERT(i < size_);
        return static_cast<const T*>(data_)[i];
    }

    [[nodiscard]] T& front() noexcept { return (*this)[0]; }

    [[nodiscard]] const T& front() const noexcept { return (*this)[0]; }

    [[nodiscard]] T& back() noexcept {
        WEFT_ASSERT(size_ > 0);
        return static_cast<T*>(data_)[size_ - 1];
    }

    [[nodiscard]] const T& back() const noexcept {
        WEFT_ASSERT(size_ > 0);
        return static_cast<const T*>(data_)[size_ - 1];
    }

    /// Room for `wanted` elements in all. Strong guarantee, like all that grows.
    void reserve(std::size_t wanted) {
        if (wanted > capacity_) {
            if constexpr (trivial) {
                move_bytes_to(wanted, element_size);
            } else {
                move_to(wanted);
            }
        }
    }

    /// Room for one more, growing by doubling: then the next push_back can't fail.
    void reserve_one() { reserve_more(1); }

    /// The same for as many more.
    void reserve_more(std::size_t more) {
        if (more > capacity_ - size_) {
            reserve(grown(size_ + more));
        }
    }

    template <class... Args>
    T& emplace_back(Args&&... args) {
        if (size_ == capacity_) {
            T made{static_cast<Args&&>(args)...};  // may view an element of this
            push_back(static_cast<T&&>(made));
        } else {
            ::new (static_cast<T*>(data_) + size_) T{static_cast<Args&&>(args)...};
            ++size_;
        }
        return static_cast<T*>(data_)[size_ - 1];
    }

    void push_back(const T& value) {
        if (size_ != capacity_) {
            ::new (static_cast<T*>(data_) + size_) T(value);
            ++size_;
        } else if constexpr (trivial) {
            push_bytes(&value, element_size);
        } else {
            push_back(T(value));
        }
    }

    void push_back(T&& value) requires(!trivial) {
        if (size_ == capacity_) {
            T moved(static_cast<T&&>(value));  // may be an element of this
            move_to(grown(size_ + 1));
            ::new (static_cast<T*>(data_) + size_) T(static_cast<T&&>(moved));
        } else {
            ::new (static_cast<T*>(data_) + size_) T(static_cast<T&&>(value));
        }
        ++size_;
    }

    /// Appends [from, to), which is not a part of this.
    void append(const T* from, const T* to) {
        const auto count = static_cast<std::size_t>(to - from);
        if constexpr (trivial) {
            append_bytes(from, count, element_size);
        } else {
            if (count > capacity_ - size_) {
                move_to(grown(size_ + count));
            }
            fill(size_ + count, from, 1);
        }
    }

    /// Holds [from, to) from then on, which is not a part of this. If a copy throws, it is empty.
    void assign(const T* from, const T* to) {
        clear();
        append(from, to);
    }

    void pop_back() noexcept {
        WEFT_ASSERT(size_ > 0);
        --size_;
        if constexpr (!plain_end) {
            static_cast<T*>(data_)[size_].~T();
        }
    }

    void clear() noexcept {
        if constexpr (plain_end) {
            size_ = 0;
        } else {
            shrink(0);
        }
    }

    /// Drops what is beyond `count`, or adds copies of `value`, which is not a part of this.
    void resize(std::size_t count, const T& value = T{}) {
        if (count < size_) {
            if constexpr (plain_end) {
                size_ = count;
            } else {
                shrink(count);
            }
        }
        if (count > capacity_) {
            if constexpr (trivial) {
                move_bytes_to(grown(count), element_size);
            } else {
                move_to(grown(count));
            }
        }
        fill(count, &value, 0);
    }

    /// Inserts before `at`; returns where. O(elements after it).
    T* insert(const T* at, const T& value) {
        const auto place = static_cast<std::size_t>(at - static_cast<const T*>(data_));
        push_back(value);
        T* const first = static_cast<T*>(data_);
        T moved(static_cast<T&&>(first[size_ - 1]));
        for (std::size_t i = size_ - 1; i > place; --i) {
            first[i] = static_cast<T&&>(first[i - 1]);
        }
        first[place] = static_cast<T&&>(moved);
        return first + place;
    }

    /// Removes [from, to). O(elements after it).
    T* erase(const T* from, const T* to) noexcept {
        T* const first = static_cast<T*>(data_);
        T* const into = first + (from - first);
        const auto moved = static_cast<std::size_t>(first + size_ - to);
        if constexpr (trivial) {
            if (moved != 0 && from != to) {
                std::memmove(static_cast<void*>(into), to, moved * element_size);
            }
            size_ -= static_cast<std::size_t>(to - from);
        } else if (from != to) {
            T* const next = first + (to - first);
            for (std::size_t i = 0; i < moved; ++i) {
                into[i] = static_cast<T&&>(next[i]);
            }
            shrink(size_ - static_cast<std::size_t>(to - from));
        }
        return into;
    }

    T* erase(const T* at) noexcept { return erase(at, at + 1); }

    friend bool operator==(const lean_vector& a, const lean_vector& b) {
        if (a.size_ != b.size_) {
            return false;
        }
        const T* const left = a.data();
        const T* const right = b.data();
        for (std::size_t i = 0; i < a.size_; ++i) {
            if (!(left[i] == right[i])) {
                return false;
            }
        }
        return true;
    }

private:
    /// Up to `count` elements, copies of what is at `from` and every `step` after it; none of them
    /// if a copy throws. Pre: there is room.
    void fill(std::size_t count, const T* from, std::size_t step) {
        if constexpr (std::is_nothrow_copy_constructible_v<T>) {
            for (; size_ < count; from += step) {
                ::new (static_cast<T*>(data_) + size_) T(*from);
                ++size_;
            }
        } else {
            [[maybe_unused]] const std::size_t before = size_;
            WEFT_TRY {
                for (; size_ < count; from += step) {
                    ::new (static_cast<T*>(data_) + size_) T(*from);
                    ++size_;
                }
            }
            WEFT_CATCH_ALL {
                shrink(before);
                WEFT_RETHROW;
            }
        }
    }

    // For elements that are moved and destroyed one by one.

    void shrink(std::size_t count) noexcept {
        for (std::size_t i = size_; i > count; --i) {
            static_cast<T*>(data_)[i - 1].~T();
        }
        size_ = count;
    }

    void move_to(std::size_t capacity) {
        T* const to = static_cast<T*>(allocate(capacity, element_size));
        T* const from = static_cast<T*>(data_);
        for (std::size_t i = 0; i < size_; ++i) {
            ::new (static_cast<void*>(to + i)) T(static_cast<T&&>(from[i]));
            from[i].~T();
        }
        ::operator delete(data_);
        data_ = to;
        capacity_ = capacity;
    }
};

/// The first element of [first, last) that is not `before`, which those ahead of it all are; last
/// if there is none. O(log n).
template <class T, class Before>
[[nodiscard]] const T* lean_partition(const T* first, const T* last, const Before& before) {
    auto size = static_cast<std::size_t>(last - first);
    while (size != 0) {
        const std::size_t half = size / 2;
        if (before(first[half])) {
            first += half + 1;
            size -= half + 1;
        } else {
            size = half;
        }
    }
    return first;
}

/// Sorts [first, last) in place: insertion below 16 elements, else heapsort (Williams 1964), so
/// O(n log n) always. A fifth of what std::sort costs to compile, twice what it costs to run.
template <class T, class Less>
void lean_sort(T* first, T* last, Less less) {
    const auto size = static_cast<std::size_t>(last - first);
    if (size <= 16) {
        for (std::size_t i = 1; i < size; ++i) {
            T moved(static_cast<T&&>(first[i]));
            std::size_t at = i;
            for (; at > 0 && less(moved, first[at - 1]); --at) {
                first[at] = static_cast<T&&>(first[at - 1]);
            }
            first[at] = static_cast<T&&>(moved);
        }
        return;
    }
    const auto sift = [&](std::size_t root, std::size_t end) {
        T moved(static_cast<T&&>(first[root]));
        for (std::size_t child = 2 * root + 1; child < end; child = 2 * root + 1) {
            if (child + 1 < end && less(first[child], first[child + 1])) {
                ++child;
            }
            if (!less(moved, first[child])) {
                break;
            }
            first[root] = static_cast<T&&>(first[child]);
            root = child;
        }
        first[root] = static_cast<T&&>(moved);
    };
    for (std::size_t root = size / 2; root-- > 0;) {
        sift(root, size);
    }
    for (std::size_t end = size - 1; end > 0; --end) {
        T moved(static_cast<T&&>(first[0]));
        first[0] = static_cast<T&&>(first[end]);
        first[end] = static_cast<T&&>(moved);
        sift(0, end);
    }
}

template <class T>
void lean_sort(T* first, T* last) {
    lean_sort(first, last, [](const T& a, const T& b) { return a < b; });
}

}  // namespace weft

#endif
