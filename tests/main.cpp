/// The one translation unit with doctest's main, linked into every test executable.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

namespace weft::test {

namespace {

/// The command-line environment that runs this counterexample again, and nothing else.
std::string reproduction(const std::string& name, const rc::detail::FailureResult& failure) {
    rc::detail::Configuration again;
    again.reproduce.emplace(name, failure.reproduce);
    return "RC_PARAMS=\"" + rc::detail::configToMinimalString(again) + "\"";
}

/// rapidcheck's own listener is not in its public headers; the outcome is all that is needed.
class quiet_listener final : public rc::detail::TestListener {
public:
    void onTestCaseFinished(const rc::detail::CaseDescription& /*description*/) override {}

    void onShrinkTried(const rc::detail::CaseDescription& /*shrink*/, bool /*accepted*/) override {}

    void onTestFinished(const rc::detail::TestMetadata& /*metadata*/,
                        const rc::detail::TestResult& /*result*/) override {}
};

bool count_is_given_outside() {
    const char* given = std::getenv("RC_PARAMS");
    return given != nullptr &&
           std::string_view(given).find("max_success") != std::string_view::npos;
}

}  // namespace

void run_property(const std::string& name, int cases, const rc::detail::Property& property) {
    const rc::detail::Configuration& configuration = rc::detail::configuration();
    rc::detail::TestParams params = configuration.testParams;
    if (cases > 0 && !count_is_given_outside()) {
        params.maxSuccess = cases;
    }
    rc::detail::TestMetadata metadata;
    metadata.id = name;
    metadata.description = name;
    quiet_listener listener;
    const rc::detail::TestResult result =
        rc::detail::checkProperty(property, metadata, params, listener, configuration.reproduce);
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
        text << "\nAgain: " << reproduction(name, result.get<rc::detail::FailureResult>()) << "\n";
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
