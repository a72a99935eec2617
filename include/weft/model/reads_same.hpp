/// Whether two states of a field read the same, whatever metadata they have: by their values if
/// they can be compared, else by the whole states. O(size of the value); sorts the elements of
/// sets.
#ifndef WEFT_MODEL_READS_SAME_HPP
#define WEFT_MODEL_READS_SAME_HPP

#include <weft/base/codec.hpp>

#include <cstddef>
#include <type_traits>

namespace weft {

namespace detail {

template <class Values>
concept list_of_values = requires(const Values& all) {
    all.size();
    requires codable<std::remove_cvref_t<decltype(all[0])>>;
};

template <class Values>
[[nodiscard]] bool all_same(const Values& a, const Values& b) {
    bool same = a.size() == b.size();
    for (std::size_t i = 0; same && i != a.size(); ++i) {
        same = value_same(a[i], b[i]);
    }
    return same;
}

}  // namespace detail

template <class Policy>
[[nodiscard]] bool reads_same(const Policy& a, const Policy& b) {
    if (a == b) {
        return true;
    }
    if constexpr (requires { requires detail::list_of_values<decltype(a.values())>; }) {
        return detail::all_same(a.values(), b.values());  // all that stand side by side
    } else if constexpr (requires { requires codable<std::remove_cvref_t<decltype(a.value())>>; }) {
        return value_same(a.value(), b.value());
    } else if constexpr (requires { requires detail::list_of_values<decltype(a.value())>; }) {
        return detail::all_same(a.value(), b.value());
    } else if constexpr (requires { a.value() == b.value(); }) {
        return a.value() == b.value();
    } else {
        return false;
    }
}

}  // namespace weft

#endif
