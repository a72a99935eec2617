/// Checks a rapidcheck property as part of a doctest case.
///
///     weft::test::property("merge/lww: join is commutative", [](int a, int b) {
///         RC_ASSERT(join(a, b) == join(b, a));
///     });
///
/// A counterexample fails the surrounding case with the shrunk values and a line to run it again:
/// RC_PARAMS="reproduce=...". The case goes on, so that several properties in one case all report.
/// Inside a property say RC_ASSERT, not CHECK: only a failure that rapidcheck sees is shrunk.
/// RC_PARAMS is honoured (seed=, max_size=, ...); max_success= in it wins over the count given
/// here.
#ifndef WEFT_TESTS_SUPPORT_PROPERTY_HPP
#define WEFT_TESTS_SUPPORT_PROPERTY_HPP

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <utility>

namespace weft::test {

/// Runs an erased property; in tests/main.cpp, so that its reporting is compiled once.
/// cases: how many have to pass; 0 is rapidcheck's default, 100.
void run_property(const std::string& name, int cases, const rc::detail::Property& property);

/// Checks the testable on `cases` generated inputs.
template <class Testable>
void property(const std::string& name, int cases, Testable&& testable) {
    run_property(name, cases, rc::detail::toProperty(std::forward<Testable>(testable)));
}

/// Checks the testable on 100 generated inputs.
template <class Testable>
void property(const std::string& name, Testable&& testable) {
    run_property(name, 0, rc::detail::toProperty(std::forward<Testable>(testable)));
}

}  // namespace weft::test

#endif
