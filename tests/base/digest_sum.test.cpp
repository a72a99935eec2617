#include <weft/base/digest_sum.hpp>

#include "support/property.hpp"
#include "support/shuffle.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace digest_sum_test {

using weft::digest;
using weft::digest_sum;

namespace {

/// Numbers of 128 bits, mostly such as carry far: runs of ones and zeros.
digest<16> element(std::uint64_t word) {
    digest<16> made;
    weft::splitmix64 source{word};
    for (std::byte& byte : made.bytes) {
        const std::uint64_t bits = source();
        byte = static_cast<std::byte>(bits % 3 == 0 ? 0xFF : bits % 3 == 1 ? 0 : bits >> 8U);
    }
    return made;
}

/// Addition modulo 2^128 as on paper, digit by digit of base 256.
digest<16> plus(const digest<16>& a, const digest<16>& b) {
    digest<16> sum;
    unsigned carry = 0;
    for (std::size_t i = 16; i-- > 0;) {
        carry += std::to_integer<unsigned>(a.bytes[i]) + std::to_integer<unsigned>(b.bytes[i]);
        sum.bytes[i] = static_cast<std::byte>(carry & 0xFFU);
        carry >>= 8U;
    }
    return sum;
}

constexpr bool one_and_back() {
    digest<16> one;
    one.bytes[15] = std::byte{1};
    digest_sum sum;
    sum.subtract(one);
    const bool all_ones = sum.value().bytes[0] == std::byte{0xFF} && !sum.zero();
    sum.add(one);
    return all_ones && sum.zero() && sum == digest_sum();
}

static_assert(one_and_back());

}  // namespace

TEST_CASE("base/digest_sum: adds modulo 2^128, as on paper") {
    weft::test::property("base/digest_sum: sum", 500, [](const std::vector<std::uint64_t>& words) {
        digest_sum sum;
        digest<16> paper;
        RC_ASSERT(sum.zero());
        for (const std::uint64_t word : words) {
            sum.add(element(word));
            paper = plus(paper, element(word));
            RC_ASSERT(sum.value() == paper);
            RC_ASSERT(sum.zero() == (paper == digest<16>()));
        }
    });
}

TEST_CASE("base/digest_sum: is of the set that is left, whatever the order of coming and going") {
    weft::test::property(
        "base/digest_sum: order", 500,
        [](const std::vector<std::pair<std::uint64_t, bool>>& words, std::uint64_t seed) {
            std::vector<std::pair<digest<16>, bool>> steps;  // true: comes, false: goes
            digest_sum left;
            for (const auto& [word, stays] : words) {
                steps.emplace_back(element(word), true);
                if (stays) {
                    left.add(element(word));
                } else {
                    steps.emplace_back(element(word), false);
                }
            }
            weft::test::shuffle(steps, seed);
            digest_sum sum;
            for (const auto& [which, comes] : steps) {
                if (comes) {
                    sum.add(which);
                } else {
                    sum.subtract(which);
                }
            }
            RC_ASSERT(sum == left);
            RC_ASSERT(sum.value() == left.value());
        });
}

TEST_CASE("base/digest_sum: of a set of one is that one, and the empty set's is zero") {
    digest_sum sum;
    CHECK(sum.zero());
    CHECK(sum.value() == digest<16>());
    const digest<16> one = element(5);
    sum.add(one);
    CHECK(sum.value() == one);
    CHECK_FALSE(sum.zero());
    digest_sum other;
    other.add(element(6));
    CHECK_FALSE(sum == other);
    sum.subtract(one);
    CHECK(sum.zero());
}

}  // namespace digest_sum_test
