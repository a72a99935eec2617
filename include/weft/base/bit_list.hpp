/// A list of marks, one bit each: which of n things a walk has met.
#ifndef WEFT_BASE_BIT_LIST_HPP
#define WEFT_BASE_BIT_LIST_HPP

#include <weft/base/lean_vector.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

class bit_list {
public:
    bit_list() = default;

    /// `size` things, none marked.
    explicit bit_list(std::size_t size) { grow(size); }

    /// Room for `size` things at least; new ones are not marked.
    void grow(std::size_t size) {
        if (words_.size() < size / 64 + 1) {
            words_.resize(size / 64 + 1, 0);
        }
    }

    /// Marks the i-th; whether it was not marked before.
    bool mark(std::size_t i) noexcept {
        const std::uint64_t bit = std::uint64_t{1} << (i % 64);
        const bool fresh = (words_[i / 64] & bit) == 0;
        words_[i / 64] |= bit;
        return fresh;
    }

    [[nodiscard]] bool marked(std::size_t i) const noexcept {
        return (words_[i / 64] >> (i % 64) & 1U) != 0;
    }

private:
    lean_vector<std::uint64_t> words_;
};

}  // namespace weft

#endif
