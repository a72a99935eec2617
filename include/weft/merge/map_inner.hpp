/// What map_of needs to know of the policy of its values: how a key's removal takes back the
/// updates that it had observed, and leaves those that it had not. A policy says so itself.
///
///     static constexpr bool restarts = true;
///         replace(P{}, effect) makes an effect that, observed and applied, takes back all that is
///         observed and leaves nothing of its own: what was concurrent stays as it is. A removal
///         carries that effect. So do counters, sets in which additions win, lists, maps.
///     static constexpr bool overwrites = true;
///         Every effect takes back all that its writer had seen, by its stamp or else by the dots
///         that observe() names, and then the policy has recall() too (hindsight.hpp); replace()
///         makes no empty one. So do registers whose last write wins. The map keeps the effects
///         that no other had seen; where a removal leaves some of them, it applies those anew.
///
/// One that says neither may be any policy: the map keeps the effects of all updates of a key, and
/// where a removal leaves some, it applies those anew.
#ifndef WEFT_MERGE_MAP_INNER_HPP
#define WEFT_MERGE_MAP_INNER_HPP

#include <weft/merge/hindsight.hpp>
#include <weft/merge/policy.hpp>

#include <type_traits>

namespace weft {

template <class P>
inline constexpr bool restarts_clean = requires {
    requires P::restarts;
};

template <class P>
inline constexpr bool overwrites_seen = requires {
    requires P::overwrites;
};

/// Whether the effects of a policy that overwrites name themselves what they take back.
template <class P>
inline constexpr bool names_overwritten =
    requires(const P& held, typename P::effect& sent, const hindsight& past, observed_list& dots) {
    held.recall(sent, past, dots);
};

/// Whether an update of a key names, for the map, the updates of the key that it overwrites.
template <class P>
inline constexpr bool map_names_overwritten = overwrites_seen<P> && !names_overwritten<P>;

/// A policy that never changed: what is edited under a key that is not there.
template <class P>
[[nodiscard]] const P& untouched_policy() {
    static const P none{};
    return none;
}

}  // namespace weft

#endif
