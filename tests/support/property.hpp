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
/// here. WEFT_CASES_MAX bounds any count.
#ifndef WEFT_TESTS_SUPPORT_PROPERTY_HPP
#define WEFT_TESTS_SUPPORT_PROPERTY_HPP

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

namespace weft::test {

/// Runs an erased property; in tests/main.cpp, so that its reporting is compiled once.
/// cases: how many have to pass; 0 is rapidcheck's default, 100.
void run_property(const std::string& name, int cases, const rc::detail::Property& property);

/// A property by the types of its arguments alone. rapidcheck needs two seconds of compilation for
/// each list of them; the lists that most tests take are compiled in tests/main.cpp.
template <class... Args>
struct property_of {
    static void
    run(const std::string& name, int cases, const std::function<void(const Args&...)>& testable) {
        run_property(name, cases, rc::detail::toProperty(testable));
    }
};

extern template struct property_of<std::uint64_t>;
extern template struct property_of<std::uint64_t, std::uint64_t>;
extern template struct property_of<std::uint64_t, std::uint64_t, std::uint64_t>;
extern template struct property_of<std::vector<std::uint8_t>>;
extern template struct property_of<std::vector<std::uint32_t>>;
extern template struct property_of<std::vector<std::uint64_t>>;
extern template struct property_of<std::vector<std::uint64_t>, std::uint64_t>;

/// Checks the testable on `cases` generated inputs.
template <class Testable>
void property(const std::string& name, int cases, Testable&& testable) {
    [&]<class... Args>(rc::detail::TypeList<Args...>) {
        property_of<std::decay_t<Args>...>::run(
            name, cases, [&testable](const std::decay_t<Args>&... arguments) {
                if constexpr (std::is_void_v<decltype(testable(arguments...))>) {
                    testable(arguments...);
                } else {
                    RC_ASSERT(testable(arguments...));
                }
            });
    }(rc::detail::ArgTypes<std::decay_t<Testable>>{});
}

/// Checks the testable on 100 generated inputs.
template <class Testable>
void property(const std::string& name, Testable&& testable) {
    property(name, 0, testable);
}

}  // namespace weft::test

#endif
