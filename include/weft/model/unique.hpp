/// At most one record with one key: `unique<"one email", by<&User::email>>`, or several fields:
/// `unique<"handle", by<&User::team, &User::handle>, last_write_wins, where<is_active>>`. One
/// record wins by the rule and the others lose: they stay in the state, leave the view (unless
/// flag_losers) and are named in violations(). Nothing is ever refused or rewritten, so two offline
/// replicas may both take a key; all agree on who has it as soon as they have met. A loser comes
/// into view when the winner goes or takes another key.
///
/// Options and cost: as of capacity, of which this is the case of one.
#ifndef WEFT_MODEL_UNIQUE_HPP
#define WEFT_MODEL_UNIQUE_HPP

#include <weft/model/capacity.hpp>

namespace weft {

template <fixed_string Name, class Key, class... Options>
struct unique : detail::choice<Key, Options...> {
    static constexpr std::string_view name = Name.view();
    static constexpr violation_kind kind = violation_kind::duplicate;
    static constexpr std::uint32_t limit = 1;
};

}  // namespace weft

#endif
