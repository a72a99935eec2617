/// Sorting operations by timestamp: stable, linear, and at once done if they are in order already,
/// which the order of admission nearly is.
#ifndef WEFT_CAUSAL_STAMP_ORDER_HPP
#define WEFT_CAUSAL_STAMP_ORDER_HPP

#include <weft/base/steps.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/timestamp.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weft {

/// An operation and when it was made.
struct timed_index {
    timestamp at{};
    op_index index{};
};

/// Sorts by timestamp; equal ones stay as they stand. O(n) for timestamps that span 2^44 or less
/// (a few passes of a least-significant-digit radix sort), O(n * bits / 11) in general; as much
/// memory again.
inline void sort_by_timestamp(std::vector<timed_index>& keys) {
    const auto earlier = [](const timed_index& a, const timed_index& b) { return a.at < b.at; };
    if (std::is_sorted(keys.begin(), keys.end(), earlier)) {
        return;
    }
    constexpr std::size_t digit_bits = 11;
    constexpr std::size_t digits = std::size_t{1} << digit_bits;
    if (keys.size() < digits) {
        std::stable_sort(keys.begin(), keys.end(), earlier);
        return;
    }
    const auto [least, greatest] = std::minmax_element(keys.begin(), keys.end(), earlier);
    const std::uint64_t base = least->at.bits;
    const auto bits = static_cast<std::size_t>(std::bit_width(greatest->at.bits - base));
    std::vector<timed_index> other(keys.size());
    for (std::size_t shift = 0; shift < bits; shift += digit_bits) {
        WEFT_STEP(keys.size());
        const auto digit = [&](const timed_index& key) {
            return static_cast<std::size_t>((key.at.bits - base) >> shift) & (digits - 1);
        };
        std::size_t ends[digits] = {};
        for (const timed_index& key : keys) {
            ++ends[digit(key)];
        }
        std::size_t sum = 0;
        for (std::size_t& end : ends) {
            sum += std::exchange(end, sum);
        }
        for (const timed_index& key : keys) {
            other[ends[digit(key)]++] = key;
        }
        keys.swap(other);
    }
}

}  // namespace weft

#endif
