/// The answer of a law check: which law is broken, if any, and the counterexample as text.
///
///     const auto result = weft::testing::check_policy<my_policy>(how);
///     if (!result) std::cerr << result.text();
#ifndef WEFT_TESTING_LAW_RESULT_HPP
#define WEFT_TESTING_LAW_RESULT_HPP

#include <weft/testing/number_given.hpp>
#include <weft/testing/policy_law.hpp>

#include <cstddef>
#include <string>

namespace weft::testing {

struct law_result {
    policy_law law = policy_law::none;  ///< the broken one
    bool among_liars = false;           ///< only what liars wrote breaks it
    std::size_t scripts = 0;            ///< that were run
    std::size_t operations = 0;         ///< that honest writers made
    std::size_t conflicts = 0;          ///< decisions between them that apply() reported
    std::string report;

    [[nodiscard]] explicit operator bool() const noexcept { return law == policy_law::none; }

    /// The law, the smallest counterexample that was found and how to see it again; or a line that
    /// says how much was tried.
    [[nodiscard]] const std::string& text() const noexcept { return report; }
};

/// How many scripts a check runs: WEFT_LAW_CASES of the environment, if it is set to a number above
/// 0, else `usual`.
[[nodiscard]] inline int law_cases(int usual) {
    const int number = number_given("WEFT_LAW_CASES");
    return number > 0 ? number : usual;
}

}  // namespace weft::testing

#endif
