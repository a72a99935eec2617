/// One value of each of some types, by number. What std::tuple is for, in one function for each
/// value that is used, where g++ -O0 makes twenty of a tuple's for every one it holds.
#ifndef WEFT_BASE_VALUE_PACK_HPP
#define WEFT_BASE_VALUE_PACK_HPP

#include <cstddef>
#include <utility>

namespace weft {

namespace detail {

template <std::size_t Number, class T>
struct pack_slot {
    T value{};
};

template <class Numbers, class... T>
struct pack_slots;

template <std::size_t... Number, class... T>
struct pack_slots<std::index_sequence<Number...>, T...> : pack_slot<Number, T>... {};

}  // namespace detail

template <class... T>
using value_pack = detail::pack_slots<std::index_sequence_for<T...>, T...>;

/// `value_at<1>(pack)` is its second value.
template <std::size_t Number, class T>
[[nodiscard]] constexpr T& value_at(detail::pack_slot<Number, T>& pack) noexcept {
    return pack.value;
}

template <std::size_t Number, class T>
[[nodiscard]] constexpr const T& value_at(const detail::pack_slot<Number, T>& pack) noexcept {
    return pack.value;
}

}  // namespace weft

#endif
