/// Values that hurt: the ends of ranges, signed zeros and NaNs, strings with equal prefixes,
/// without characters, with a NUL, rarely of 4 KiB and very rarely of 1 MiB. Few enough of each
/// that random writers meet.
#ifndef WEFT_TESTS_SUPPORT_HOSTILE_HPP
#define WEFT_TESTS_SUPPORT_HOSTILE_HPP

#include <weft/testing/chance.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

namespace weft::test {

using testing::chance;

inline std::int64_t hostile_integer(chance& random) {
    constexpr std::array<std::int64_t, 12> pool = {0,
                                                   1,
                                                   -1,
                                                   127,
                                                   128,
                                                   -128,
                                                   -129,
                                                   (std::int64_t{1} << 53) - 1,
                                                   (std::int64_t{1} << 53) + 1,
                                                   std::numeric_limits<std::int64_t>::max(),
                                                   std::numeric_limits<std::int64_t>::min(),
                                                   std::numeric_limits<std::int64_t>::min() + 1};
    const std::size_t i = random.below(pool.size() + 3);
    return i < pool.size() ? pool[i] : static_cast<std::int64_t>(random.bits() >> random.below(64));
}

inline double hostile_double(chance& random) {
    using limits = std::numeric_limits<double>;
    const std::array<double, 13> pool = {0.0,
                                         -0.0,
                                         1.0,
                                         -1.5,
                                         limits::infinity(),
                                         -limits::infinity(),
                                         limits::quiet_NaN(),
                                         -limits::quiet_NaN(),
                                         limits::denorm_min(),
                                         -limits::denorm_min(),
                                         limits::max(),
                                         9007199254740991.0,
                                         9007199254740993.0};
    const std::size_t i = random.below(pool.size() + 3);
    if (i < pool.size()) {
        return pool[i];
    }
    double any = 0;
    const std::uint64_t bits = random.bits();
    std::memcpy(&any, &bits, sizeof any);
    return any;
}

inline std::string hostile_string(chance& random) {
    static const std::array<std::string, 11> pool = {
        "",
        "a",
        "b",
        "ab",
        "abc",
        std::string("a\0b", 3),
        std::string(1, '\0'),
        "a prefix that many share, 1",
        "a prefix that many share, 2",
        "\xC3\xA9",
        "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"};
    if (random.one_in(4096)) {
        const std::size_t length = std::size_t{1} << (random.one_in(32) ? 20U : 12U);
        return std::string(length, static_cast<char>('a' + random.below(2)));
    }
    return pool[random.below(pool.size())];
}

/// Few values, so that writers meet.
template <class T>
T hostile(chance& random) {
    if constexpr (std::same_as<T, std::string>) {
        return hostile_string(random);
    } else if constexpr (std::same_as<T, double>) {
        return hostile_double(random);
    } else if constexpr (std::same_as<T, bool>) {
        return random.one_in(2);
    } else if constexpr (std::same_as<T, std::int64_t>) {
        return hostile_integer(random);
    } else {
        using inner = typename T::value_type;
        return random.one_in(4) ? T() : T(hostile<inner>(random));
    }
}

}  // namespace weft::test

#endif
