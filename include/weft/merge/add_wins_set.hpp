/// Set in which an addition wins over a removal that had not seen it: the optimised OR-set.
/// State: per element its live additions. An addition takes back the additions of its element that
/// it had observed and stays as one; a removal takes back what it had observed, and leaves
/// nothing: no tombstones. An element is present while it has a live addition.
/// Tie-break: none needed. Memory per element: the element and 32 bytes (base/value_table.hpp:
/// 20 more in large sets). Cost of an effect: O(1) expected per element and per
/// dot that it names; of one that takes elements out, O(n log n) in those that it names.
/// Source: Bieniusa et al., An optimized conflict-free replicated set, INRIA RR-8083 (2012).
#ifndef WEFT_MERGE_ADD_WINS_SET_HPP
#define WEFT_MERGE_ADD_WINS_SET_HPP

#include <weft/merge/observed_set.hpp>

namespace weft {

struct additions_win {
    static constexpr std::string_view policy_name = "add_wins_set";
    static constexpr std::uint32_t number = 9;
    static constexpr bool removals_stay = false;
    static constexpr set_edit winner = set_edit::add;
    static constexpr reason why = reason::add_won;
};

template <class T>
using add_wins_set = observed_set<T, additions_win>;

}  // namespace weft

#endif
