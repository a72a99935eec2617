/// Values that have broken merge engines before, mixed with small ones that collide: -0, NaN with
/// and without payload, 2^53 and its neighbours, the limits of every integer, empty and very long
/// strings, embedded NUL, text with two normal forms. A function of a seed, alike on every standard
/// library and compiler: no two arguments of a call draw from the dice, since their order is open.
/// For a type of your own specialise hostile<T>.
#ifndef WEFT_TESTING_HOSTILE_VALUES_HPP
#define WEFT_TESTING_HOSTILE_VALUES_HPP

#include <weft/base/assert.hpp>
#include <weft/base/random.hpp>
#include <weft/base/value_codecs.hpp>

#include <limits>

namespace weft::testing {

/// Decisions out of a seed.
class dice {
public:
    explicit constexpr dice(std::uint64_t seed) noexcept : source_{seed} {}

    [[nodiscard]] constexpr std::uint64_t bits() noexcept { return source_(); }

    /// From 0 to n - 1; the bias of the remainder does not matter here. Pre: n > 0.
    [[nodiscard]] constexpr std::uint32_t below(std::uint32_t n) noexcept {
        WEFT_ASSERT(n > 0);
        return static_cast<std::uint32_t>((bits() >> 32U) % n);
    }

    /// True in `share` of 100 cases.
    [[nodiscard]] constexpr bool percent(std::uint32_t share) noexcept {
        return below(100) < share;
    }

    /// Longest text that hostile<std::string> gives now and then; 1 MiB in a few schedules.
    std::size_t long_text = 300;

private:
    splitmix64 source_;
};

template <class T>
struct hostile;

template <>
struct hostile<bool> {
    static bool make(dice& from) { return from.percent(50); }
};

template <detail::plain_integer T>
struct hostile<T> {
    static T make(dice& from) {
        constexpr T least = std::numeric_limits<T>::min();
        constexpr T most = std::numeric_limits<T>::max();
        constexpr std::uint64_t exact = std::uint64_t{1} << 53U;  // doubles count up to here
        switch (from.below(12)) {
        case 0:
            return least;
        case 1:
            return most;
        case 2:
            return static_cast<T>(most - 1);
        case 3:
            return static_cast<T>(least + 1);
        case 4:
            return static_cast<T>(exact - 1 + from.below(3));
        case 5:
            return static_cast<T>(0 - (exact - 1 + from.below(3)));
        case 6:
            return static_cast<T>(from.bits());
        case 7:
            return static_cast<T>(0 - std::uint64_t{from.below(3)});
        default:
            return static_cast<T>(from.below(5));
        }
    }
};

template <class T>
    requires std::same_as<T, float> || std::same_as<T, double>

struct hostile<T> {
    static T make(dice& from) {
        using limits = std::numeric_limits<T>;
        using bits_type = typename codec<T>::bits_type;
        switch (from.below(16)) {
        case 0:
            return T{-0.0F};
        case 1:
            return limits::quiet_NaN();
        case 2:
            return std::bit_cast<T>(static_cast<bits_type>(~bits_type{0}));  // a NaN's payload
        case 3:
            return limits::infinity();
        case 4:
            return -limits::infinity();
        case 5:
            return limits::denorm_min();
        case 6:
            return limits::max();
        case 7:
            return limits::lowest();
        case 8:
            return static_cast<T>(9007199254740991.0 + static_cast<double>(from.below(3)));
        case 9:
            return std::bit_cast<T>(static_cast<bits_type>(from.bits()));
        default:
            return static_cast<T>(from.below(4));
        }
    }
};

template <>
struct hostile<std::string> {
    static std::string make(dice& from) {
        using namespace std::string_literals;
        switch (from.below(16)) {
        case 0:
            return {};
        case 1:
            return "nul\0inside"s;
        case 2:
            return "\0"s;
        case 3:
            return "\xC3\xA9";  // e with acute, in one
        case 4:
            return "e\xCC\x81";  // and in two code points
        case 5:
            return "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xA7";  // one sign of three
        case 6:
            return "\xEF\xBF\xBF";
        case 7: {
            const std::size_t size = from.percent(10) ? from.long_text : from.below(300);
            std::string text(size, static_cast<char>('a' + from.below(26)));
            return text;
        }
        default:
            return {static_cast<char>('a' + from.below(4))};
        }
    }
};

template <>
struct hostile<byte_buffer> {
    static byte_buffer make(dice& from) {
        const std::uint32_t size = from.percent(20) ? from.below(200) : from.below(3);
        byte_buffer bytes(size);
        for (std::byte& each : bytes) {
            each =
                static_cast<std::byte>(from.percent(50) ? from.below(2) * 255U : from.below(256));
        }
        return bytes;
    }
};

template <>
struct hostile<uuid> {
    static uuid make(dice& from) {
        switch (from.below(5)) {
        case 0:
            return {};
        case 1:
            return uuid::of(~std::uint64_t{0}, ~std::uint64_t{0});
        case 2: {
            const std::uint64_t high = from.bits();
            return uuid::of(high, from.bits());
        }
        default:
            return uuid::of(0x0123456789ABCDEFU, from.below(3));  // equal prefixes
        }
    }
};

template <class T>
    requires std::is_enum_v<T>

struct hostile<T> {
    static T make(dice& from) {
        return static_cast<T>(hostile<std::underlying_type_t<T>>::make(from));
    }
};

template <class T>
struct hostile<std::optional<T>> {
    static std::optional<T> make(dice& from) {
        if (from.percent(25)) {
            return std::nullopt;
        }
        return hostile<T>::make(from);
    }
};

/// A value of T; one in ten or more is hostile.
template <class T>
[[nodiscard]] T hostile_value(dice& from) {
    return hostile<T>::make(from);
}

}  // namespace weft::testing

#endif
