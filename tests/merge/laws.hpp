/// The laws of weft/testing/laws.hpp for our own policies and record rules, each held against an
/// oracle that computes the policy's sequential specification from what each event meant and what
/// its writer had seen.
///
/// A policy joins by a specialisation of `model<P>`, which is a `how` of testing/policy_use.hpp
/// with all its members, and says also
///     static constexpr bool has_conflicts;             apply() has choices to report
#ifndef WEFT_TESTS_MERGE_LAWS_HPP
#define WEFT_TESTS_MERGE_LAWS_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/merge/record_rule.hpp>
#include <weft/testing/laws.hpp>

#include "support/allocations.hpp"
#include "support/hostile.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

extern template struct weft::testing::script_property<std::uint64_t>;  // in tests/main.cpp

namespace weft::test {

using testing::exactly;
using testing::global_event;
using testing::history;
using testing::maximal;
using testing::past_event;
using testing::recording_report;
using testing::seen_counts;
using testing::world_size;

template <class P>
struct model;

/// Runs the laws; `cases` scripts of up to 100 steps, and as many among liars and elsewhere as
/// testing/laws.hpp says.
template <class P>
void check_laws(const std::string& name, int cases = 150) {
    testing::law_options options;
    options.name = name;
    options.cases = cases;
    options.allocations_allowed = &allocations().allowed;
    const testing::law_result result = testing::check_policy<P>(model<P>{}, options);
    CHECK_MESSAGE(result, result.text());
    CHECK_MESSAGE(result.operations > result.scripts / 2, name, ": too few operations");
    if (model<P>::has_conflicts) {
        CHECK_MESSAGE(result.conflicts * 10 > result.operations, name,
                      ": too few conflicts: ", result.conflicts, " in ", result.operations);
    }
}

}  // namespace weft::test

#endif
