/// Decisions drawn from one word. Where a script is a list of words, leaving some out keeps the
/// decisions of the others as they are, so that a failing script shrinks without breaking. A
/// function of the word, alike on every machine.
///
///     weft::testing::chance random(word);
///     if (random.one_in(3)) field = weft::testing::any_value<std::string>(random);
#ifndef WEFT_TESTING_CHANCE_HPP
#define WEFT_TESTING_CHANCE_HPP

#include <weft/base/random.hpp>
#include <weft/testing/hostile_values.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::testing {

class chance {
public:
    explicit chance(std::uint64_t word) noexcept : source_{word} {}

    /// 0 to n-1. Pre: n > 0.
    std::size_t below(std::size_t n) noexcept { return static_cast<std::size_t>(source_() % n); }

    bool one_in(std::size_t n) noexcept { return below(n) == 0; }

    std::uint64_t bits() noexcept { return source_(); }

private:
    splitmix64 source_;
};

/// A value of T, those that have broken merge engines before among them (hostile_values.hpp); few
/// enough that random writers meet. For a type of your own specialise hostile<T>.
template <class T>
[[nodiscard]] T any_value(chance& random) {
    dice from(random.bits());
    return hostile_value<T>(from);
}

}  // namespace weft::testing

#endif
