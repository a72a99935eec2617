/// A random order that is the same on every standard library for the same seed.
#ifndef WEFT_TESTS_SUPPORT_SHUFFLE_HPP
#define WEFT_TESTS_SUPPORT_SHUFFLE_HPP

#include <weft/base/random.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weft::test {

/// Fisher and Yates; the bias of the remainder does not matter in tests.
template <class T>
void shuffle(std::vector<T>& items, std::uint64_t seed) {
    splitmix64 source{seed};
    for (std::size_t left = items.size(); left > 1; --left) {
        std::swap(items[left - 1], items[static_cast<std::size_t>(source() % left)]);
    }
}

}  // namespace weft::test

#endif
