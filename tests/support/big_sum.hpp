/// Exact sums of doubles the slow way, for oracles: integers of any size, in units of 2^-1074.
#ifndef WEFT_TESTS_SUPPORT_BIG_SUM_HPP
#define WEFT_TESTS_SUPPORT_BIG_SUM_HPP

#include <boost/multiprecision/cpp_int.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

namespace weft::test {

using big_integer = boost::multiprecision::cpp_int;

/// A finite double, in units of 2^-1074.
inline big_integer units(double number) {
    int exponent = 0;
    const double fraction = std::frexp(number, &exponent);
    const auto mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
    const int shift = exponent - 53 + 1074;
    const big_integer whole = mantissa;
    return shift < 0 ? big_integer(whole / (big_integer(1) << -shift))
                     : big_integer(whole * (big_integer(1) << shift));
}

/// The nearest double, found by halving what is between 0 and infinity; of two, the even one.
inline double rounded(const big_integer& sum) {
    const big_integer size = sum < 0 ? big_integer(-sum) : sum;
    const auto at = [](std::uint64_t bits) {
        double number = 0;
        static_assert(sizeof number == sizeof bits);
        std::memcpy(&number, &bits, sizeof bits);
        return number;
    };
    // Positive doubles are ordered as their bits are.
    constexpr std::uint64_t infinity = std::uint64_t{0x7FF} << 52U;
    std::uint64_t low = 0;          // at most the sum
    std::uint64_t high = infinity;  // more
    while (high - low > 1) {
        const std::uint64_t middle = low + (high - low) / 2;
        (units(at(middle)) <= size ? low : high) = middle;
    }
    const big_integer above =
        high == infinity ? big_integer(big_integer(1) << (1024 + 1074)) : units(at(high));
    const big_integer twice = 2 * size;
    const big_integer middle = units(at(low)) + above;
    const bool up = twice > middle || (twice == middle && low % 2 == 1);
    const double nearest = at(up ? high : low);
    return sum < 0 ? -nearest : nearest;
}

}  // namespace weft::test

#endif
