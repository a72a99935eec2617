/// The laws for whole records: replicas of a schema run schedules that rapidcheck makes and
/// shrinks, with a network that loses, repeats, reorders and damages, clocks that jump, restarts
/// and undos (simulator.hpp), each held against the reference model after every step.
///
///     const auto result = weft::testing::check_schema<my_schema>();
///     if (!result) std::cerr << result.text();
///
/// A policy of a user's takes part with a specialisation of policy_model (policy_model/basis.hpp),
/// which says how to edit it and what to expect. Cost: about a millisecond a step. Needs
/// rapidcheck, and with it exceptions and RTTI; without them this header is empty.
#ifndef WEFT_TESTING_SCHEMA_LAWS_HPP
#define WEFT_TESTING_SCHEMA_LAWS_HPP

#include <weft/testing/generators.hpp>
#include <weft/testing/law_result.hpp>
#include <weft/testing/script_property.hpp>
#include <weft/testing/simulator.hpp>

#if defined(__cpp_exceptions) && defined(__cpp_rtti)

#    include <sstream>
#    include <string>

namespace weft::testing {

struct schema_options {
    std::string name = "schema";  ///< in reports and in RC_PARAMS
    int cases = 100;              ///< schedules; WEFT_LAW_CASES in the environment wins
    bool oracle = true;           ///< compare with the reference model after every step
};

/// The schedule, a step a line.
[[nodiscard]] inline std::string text_of(const schedule& plan) {
    std::ostringstream text;
    text << "  " << plan.replicas << " replicas, " << plan.records << " records, " << plan.parked
         << " parked at most, checkpoint every " << plan.checkpoint << "\n";
    for (const step& each : plan.steps) {
        text << "    " << name_of(each.what) << " " << each.who % plan.replicas << " "
             << each.with % plan.replicas << " seed " << each.seed << "\n";
    }
    return text.str();
}

/// Runs schedules over Schema until one breaks a law of the simulator's.
template <class Schema, class Traits = simulated_traits>
[[nodiscard]] law_result check_schema(const schema_options& options = {}) {
    law_result result;
    const std::string name = options.name + ": replicas converge";
    const auto property = rc::detail::toProperty([&](const schedule& plan) {
        const outcome ran = simulation<Schema, Traits>(plan, options.oracle).run();
        if (ran.failure.empty()) {
            result.scripts += result ? 1U : 0U;
            result.operations += result ? ran.seen.operations : 0;
            return;
        }
        result.law = policy_law::schema;
        result.report =
            options.name + " breaks a law: " + std::string(message(policy_law::schema)) +
            "\n  in step " + std::to_string(ran.step) + ": " + ran.failure + "\n" + text_of(plan);
        throw rc::detail::CaseResult(rc::detail::CaseResult::Type::Failure, result.report);
    });
    const script_outcome outcome =
        detail::outcome_of(name, detail::tested(name, law_cases(options.cases), property));
    if (outcome.passed) {
        result.report = options.name + ": the laws hold (" + std::to_string(result.scripts) +
                        " schedules, " + std::to_string(result.operations) + " operations)";
        return result;
    }
    result.law = policy_law::schema;
    result.report += outcome.problem;
    result.report += outcome.again.empty() ? "" : "  again: " + outcome.again + "\n";
    return result;
}

}  // namespace weft::testing

#endif

#endif
