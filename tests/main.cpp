/// The one translation unit with doctest's main, linked into every test executable.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN

#include <weft/testing/script_property.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

namespace weft::test {

void run_property(const std::string& name, int cases, const rc::detail::Property& property) {
    const rc::detail::TestResult result = testing::detail::tested(name, cases, property);
    if (result.is<rc::detail::SuccessResult>()) {
        const auto& success = result.get<rc::detail::SuccessResult>();
        if (!success.distribution.empty()) {
            std::ostringstream text;
            rc::detail::printResultMessage(success, text);
            MESSAGE(name << ": " << text.str());
        }
        CHECK(true);  // counted, so that a case made of properties does not look empty
        return;
    }
    std::ostringstream text;
    text << name << "\n";
    rc::detail::printResultMessage(result, text);
    if (result.is<rc::detail::FailureResult>()) {
        text << "\nAgain: "
             << testing::detail::reproduction(name, result.get<rc::detail::FailureResult>())
             << "\n";
    }
    FAIL_CHECK(text.str());
}

template struct property_of<std::uint64_t>;
template struct property_of<std::uint64_t, std::uint64_t>;
template struct property_of<std::uint64_t, std::uint64_t, std::uint64_t>;
template struct property_of<std::vector<std::uint8_t>>;
template struct property_of<std::vector<std::uint32_t>>;
template struct property_of<std::vector<std::uint64_t>>;
template struct property_of<std::vector<std::uint64_t>, std::uint64_t>;

}  // namespace weft::test

template struct weft::testing::script_property<std::uint64_t>;
