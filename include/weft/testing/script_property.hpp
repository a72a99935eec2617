/// Runs something on random scripts through rapidcheck, which shrinks the failing one. A script is
/// a list of words and one word aside. RC_PARAMS is honoured: seed, max_size, reproduce, and
/// max_success, which wins over the count given here; and WEFT_CASES_MAX in the environment bounds
/// any count, where time is short. Needs rapidcheck, and with it exceptions and
/// RTTI; without them this header is empty.
///
/// rapidcheck needs two seconds of compilation for it. A program of several files declares
///
///     extern template struct weft::testing::script_property<std::uint64_t>;
///
/// in all of them but one, which has it without `extern`.
#ifndef WEFT_TESTING_SCRIPT_PROPERTY_HPP
#define WEFT_TESTING_SCRIPT_PROPERTY_HPP

#include <cstdint>
#include <vector>

#if defined(__cpp_exceptions) && defined(__cpp_rtti)

#    include <weft/testing/number_given.hpp>

#    include <rapidcheck.h>

#    include <cstdlib>
#    include <sstream>
#    include <string>
#    include <string_view>

namespace weft::testing {

struct script_outcome {
    bool passed = false;
    std::string problem{};  ///< rapidcheck's own: it gave up
    std::string again{};    ///< what to put into the environment to see the counterexample again
};

namespace detail {

/// rapidcheck's own listener is not in its public headers; the outcome is all that is needed.
class deaf_listener final : public rc::detail::TestListener {
public:
    void onTestCaseFinished(const rc::detail::CaseDescription& /*description*/) override {}

    void onShrinkTried(const rc::detail::CaseDescription& /*shrink*/, bool /*accepted*/) override {}

    void onTestFinished(const rc::detail::TestMetadata& /*metadata*/,
                        const rc::detail::TestResult& /*result*/) override {}
};

/// A property by that name on so many cases; 0: as many as rapidcheck likes. (A template, so that
/// only those compile it that run something.)
template <class Property>
[[nodiscard]] rc::detail::TestResult
tested(const std::string& name, int cases, const Property& property) {
    const rc::detail::Configuration& configuration = rc::detail::configuration();
    rc::detail::TestParams params = configuration.testParams;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets variables meanwhile
    const char* const given = std::getenv("RC_PARAMS");
    if (cases > 0 && (given == nullptr ||
                      std::string_view(given).find("max_success") == std::string_view::npos)) {
        params.maxSuccess = cases;
    }
    if (const int bound = number_given("WEFT_CASES_MAX"); bound > 0) {
        params.maxSuccess = params.maxSuccess < bound ? params.maxSuccess : bound;
    }
    rc::detail::TestMetadata metadata;
    metadata.id = name;
    metadata.description = name;
    deaf_listener listener;
    return rc::detail::checkProperty(property, metadata, params, listener, configuration.reproduce);
}

/// The environment in which that counterexample is run again, and nothing else.
template <class Failure>
[[nodiscard]] std::string reproduction(const std::string& name, const Failure& failure) {
    rc::detail::Configuration again;
    again.reproduce.emplace(name, failure.reproduce);
    return "RC_PARAMS=\"" + rc::detail::configToMinimalString(again) + "\"";
}

/// What is left to say of a result.
template <class Result>
[[nodiscard]] script_outcome outcome_of(const std::string& name, const Result& result) {
    if (result.template is<rc::detail::SuccessResult>()) {
        return {true};
    }
    if (result.template is<rc::detail::FailureResult>()) {
        return {false, {}, reproduction(name, result.template get<rc::detail::FailureResult>())};
    }
    std::ostringstream text;
    rc::detail::printResultMessage(result, text);
    return {false, text.str()};
}

}  // namespace detail

template <class Word>
struct script_property {
    using script = std::vector<Word>;
    using body = void (*)(void* context, const script& words, Word aside);

    /// Runs `run(context, ...)` on `cases` scripts; it fails by throwing.
    [[nodiscard]] static script_outcome
    check(const std::string& name, int cases, body run, void* context) {
        const auto property = rc::detail::toProperty(
            [run, context](const script& words, Word aside) { run(context, words, aside); });
        return detail::outcome_of(name, detail::tested(name, cases, property));
    }
};

}  // namespace weft::testing

#endif

#endif
