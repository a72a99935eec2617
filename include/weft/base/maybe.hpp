/// A value that may be absent: what std::optional is for, for weft's insides and under result<T>.
/// g++ makes some twenty functions for each type that std::optional holds, and a third of them
/// here; at the border std::optional stays.
#ifndef WEFT_BASE_MAYBE_HPP
#define WEFT_BASE_MAYBE_HPP

#include <weft/base/assert.hpp>

#include <new>
#include <type_traits>

namespace weft {

template <class T,
          bool Plain = std::is_trivially_copyable_v<T>&& std::is_default_constructible_v<T>>
class maybe {
    static_assert(std::is_nothrow_move_constructible_v<T>, "weft: maybe moves its value");

public:
    constexpr maybe() noexcept {}  // NOLINT(modernize-use-equals-default): the union has none

    constexpr maybe(T&& value) noexcept : value_(static_cast<T&&>(value)), present_(true) {}

    constexpr maybe(const maybe& other) {
        if (other.present_) {
            ::new (static_cast<void*>(&value_)) T(other.value_);
            present_ = true;
        }
    }

    constexpr maybe(maybe&& other) noexcept : present_(other.present_) {
        if (present_) {
            ::new (static_cast<void*>(&value_)) T(static_cast<T&&>(other.value_));
        }
    }

    constexpr maybe& operator=(const maybe& other) { return *this = maybe(other); }

    constexpr maybe& operator=(maybe&& other) noexcept {
        if (this != &other) {
            this->~maybe();
            ::new (static_cast<void*>(this)) maybe(static_cast<maybe&&>(other));
        }
        return *this;
    }

    constexpr ~maybe() {
        if (present_) {
            value_.~T();
        }
    }

    constexpr explicit operator bool() const noexcept { return present_; }

    [[nodiscard]] constexpr bool has_value() const noexcept { return present_; }

    [[nodiscard]] constexpr T value_or(const T& otherwise) const {
        return present_ ? value_ : otherwise;
    }

    friend constexpr bool operator==(const maybe& a, const T& b) {
        return a.present_ && a.value_ == b;
    }

    [[nodiscard]] constexpr T& operator*() & noexcept {
        WEFT_ASSERT(present_);
        return value_;
    }

    [[nodiscard]] constexpr const T& operator*() const& noexcept {
        WEFT_ASSERT(present_);
        return value_;
    }

    [[nodiscard]] constexpr T&& operator*() && noexcept {
        WEFT_ASSERT(present_);
        return static_cast<T&&>(value_);
    }

    [[nodiscard]] constexpr T* operator->() noexcept { return &value_; }

    [[nodiscard]] constexpr const T* operator->() const noexcept { return &value_; }

private:
    union {
        T value_;  // NOLINT(readability-identifier-naming): private, like its union
    };

    bool present_ = false;
};

/// The same for what can be copied as bytes, and made from nothing. Said twice: under a shared base
/// each type would have two of every constructor.
template <class T>
class maybe<T, true> {
public:
    constexpr maybe() = default;

    constexpr maybe(const T& value) noexcept : value_(value), present_(true) {}

    constexpr explicit operator bool() const noexcept { return present_; }

    [[nodiscard]] constexpr bool has_value() const noexcept { return present_; }

    [[nodiscard]] constexpr T value_or(const T& otherwise) const {
        return present_ ? value_ : otherwise;
    }

    friend constexpr bool operator==(const maybe& a, const T& b) {
        return a.present_ && a.value_ == b;
    }

    [[nodiscard]] constexpr T& operator*() & noexcept {
        WEFT_ASSERT(present_);
        return value_;
    }

    [[nodiscard]] constexpr const T& operator*() const& noexcept {
        WEFT_ASSERT(present_);
        return value_;
    }

    [[nodiscard]] constexpr T&& operator*() && noexcept {
        WEFT_ASSERT(present_);
        return static_cast<T&&>(value_);
    }

    [[nodiscard]] constexpr T* operator->() noexcept { return &value_; }

    [[nodiscard]] constexpr const T* operator->() const noexcept { return &value_; }

private:
    T value_{};
    bool present_ = false;
};

}  // namespace weft

#endif
