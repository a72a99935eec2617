/// A number that whoever runs the tests gives in the environment.
#ifndef WEFT_TESTING_NUMBER_GIVEN_HPP
#define WEFT_TESTING_NUMBER_GIVEN_HPP

#include <cstdlib>

namespace weft::testing {

/// What that variable says, a thousand million at most; 0 if it is not set, or no number above 0.
[[nodiscard]] inline int number_given(const char* variable) {
    constexpr long most = 1'000'000'000;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets variables meanwhile
    const char* const given = std::getenv(variable);
    const long number = given == nullptr ? 0 : std::strtol(given, nullptr, 10);
    return number <= 0 ? 0 : static_cast<int>(number < most ? number : most);
}

}  // namespace weft::testing

#endif
