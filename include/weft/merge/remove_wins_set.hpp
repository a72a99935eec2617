/// Set in which a removal wins over an addition that had not seen it.
/// State: per element its live events. An addition or a removal takes back what it had observed of
/// its element and stays as one event, also a removal of what is not there. An element is present
/// when it has live events and no removal among them.
/// Tie-break: none needed. Memory per element ever touched: the element and 40 bytes
/// (base/value_table.hpp: 20 more in large sets); a removed element stays as a tombstone. Cost of
/// an effect: O(1) expected per element and per dot that it names.
/// Source: Bieniusa et al., Brief announcement: semantics of eventually consistent replicated
/// sets (DISC 2012).
#ifndef WEFT_MERGE_REMOVE_WINS_SET_HPP
#define WEFT_MERGE_REMOVE_WINS_SET_HPP

#include <weft/merge/observed_set.hpp>

namespace weft {

struct removals_win {
    static constexpr std::string_view policy_name = "remove_wins_set";
    static constexpr std::uint32_t number = 10;
    static constexpr bool removals_stay = true;
    static constexpr set_edit winner = set_edit::remove;
    static constexpr reason why = reason::remove_won;
};

template <class T>
using remove_wins_set = observed_set<T, removals_win>;

}  // namespace weft

#endif
