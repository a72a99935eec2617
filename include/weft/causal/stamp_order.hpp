/// Sorting operations by timestamp: stable, linear, and at once done if they are in order already,
/// which the order of admission nearly is.
#ifndef WEFT_CAUSAL_STAMP_ORDER_HPP
#define WEFT_CAUSAL_STAMP_ORDER_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/base/steps.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/timestamp.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace weft {

/// An operation and when it was made.
struct timed_index {
    timestamp at{};
    op_index index{};
};

/// Sorts by timestamp; equal ones stay as they stand. O(n * bits / 11) for n timestamps whose
/// greatest difference has so many bits (a radix sort, least significant digit first); takes as
/// much memory again. O(n) if they are sorted.
inline void sort_by_timestamp(lean_vector<timed_index>& keys) {
    std::size_t sorted = 1;
    while (sorted < keys.size() && !(keys[sorted].at < keys[sorted - 1].at)) {
        ++sorted;
    }
    if (sorted >= keys.size()) {
        return;
    }
    std::uint64_t least = ~std::uint64_t{0};
    std::uint64_t greatest = 0;
    for (const timed_index& key : keys) {
        least = key.at.bits < least ? key.at.bits : least;
        greatest = key.at.bits > greatest ? key.at.bits : greatest;
    }
    const std::size_t digit_bits = keys.size() < 1024 ? 6 : 11;
    const std::uint64_t digit_mask = (std::uint64_t{1} << digit_bits) - 1;
    const auto bits = static_cast<std::size_t>(std::bit_width(greatest - least));
    lean_vector<std::size_t> places;
    lean_vector<timed_index> other(keys.size());
    for (std::size_t shift = 0; shift < bits; shift += digit_bits) {
        WEFT_STEP(keys.size());
        places.clear();
        places.resize(digit_mask + 1, 0);
        for (const timed_index& key : keys) {
            ++places[((key.at.bits - least) >> shift) & digit_mask];
        }
        std::size_t before = 0;
        for (std::size_t& place : places) {
            const std::size_t count = place;
            place = before;
            before += count;
        }
        for (const timed_index& key : keys) {
            other[places[((key.at.bits - least) >> shift) & digit_mask]++] = key;
        }
        keys.swap(other);
    }
}

}  // namespace weft

#endif
