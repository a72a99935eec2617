/// Which events made what a field reads: the winner of a register, all writers of what stands side
/// by side or in a set, each actor's last contribution to a sum. A register with a stamp tells by
/// written(); of other policies it is what assigning the field anew would take back, unless the
/// policy says more narrowly:
///
///     void standing(observed_list& dots) const;   // appends their dots, in any order
///
/// A policy may also say who wins between an effect that was applied once and what stands now,
/// without changing anything: the two need not have met when it was applied.
///
///     template <class Report>
///     void weigh(const effect& sent, observed_span dots, const event& at, Report& report) const;
///
/// A record's rule may say both of its mutations: standing(dots), weigh(kind, at, report). For
/// history and explanations; a merge does not ask.
#ifndef WEFT_MERGE_STANDING_HPP
#define WEFT_MERGE_STANDING_HPP

#include <weft/merge/policy.hpp>

namespace weft {

/// Appends the dots of the events that made what `field` reads. O(what it holds).
template <class Policy>
void standing_events(const Policy& field, observed_list& dots) {
    if constexpr (requires { field.standing(dots); }) {
        field.standing(dots);
    } else if constexpr (requires { field.written().operation; }) {
        if (!field.written().none()) {
            dots.push_back({field.written().operation, 0});
        }
    } else {
        typename Policy::effect anew;
        field.replace(Policy(), anew);
        field.observe(anew, dots);
    }
}

/// Whether a policy says who wins between an earlier effect and what stands.
template <class Policy>
inline constexpr bool weighs_effects = requires(const Policy& field,
                                                const typename Policy::effect& sent,
                                                observed_span dots,
                                                const event& at,
                                                null_report& report) {
    field.weigh(sent, dots, at, report);
};

/// Reports as `field.weigh` does, if there is one.
template <class Policy, class Report>
void weigh_effect(const Policy& field,
                  const typename Policy::effect& sent,
                  observed_span dots,
                  const event& at,
                  Report& report) {
    if constexpr (weighs_effects<Policy>) {
        field.weigh(sent, dots, at, report);
    }
}

}  // namespace weft

#endif
