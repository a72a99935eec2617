/// A 128-bit sum of digests, modulo 2^128: the digest of a set that is kept while elements come and
/// go, in O(1) each, whatever their order (Bellare and Micciancio's AdHash 1997, at a width that
/// finds accidents; it is no defence against someone who builds sets on purpose).
#ifndef WEFT_BASE_DIGEST_SUM_HPP
#define WEFT_BASE_DIGEST_SUM_HPP

#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>

#include <cstdint>

namespace weft {

class digest_sum {
public:
    constexpr void add(const digest<16>& element) noexcept {
        const std::uint64_t before = low_;
        low_ += part(element, 8);
        high_ += part(element, 0) + (low_ < before ? 1U : 0U);
    }

    constexpr void subtract(const digest<16>& element) noexcept {
        const std::uint64_t before = low_;
        low_ -= part(element, 8);
        high_ -= part(element, 0) + (low_ > before ? 1U : 0U);
    }

    /// The sum, big-endian. All zero for the empty set.
    [[nodiscard]] constexpr digest<16> value() const noexcept {
        digest<16> out;
        identifier_traits<std::uint64_t>::write(high_, out.bytes.data());
        identifier_traits<std::uint64_t>::write(low_, out.bytes.data() + 8);
        return out;
    }

    [[nodiscard]] constexpr bool zero() const noexcept { return high_ == 0 && low_ == 0; }

    friend constexpr bool operator==(const digest_sum&, const digest_sum&) = default;

private:
    [[nodiscard]] static constexpr std::uint64_t part(const digest<16>& from,
                                                      std::size_t at) noexcept {
        return identifier_traits<std::uint64_t>::read(from.bytes.data() + at);
    }

    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
};

}  // namespace weft

#endif
