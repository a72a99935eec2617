/// Flag in which disabling wins over an enabling that had not seen it: on while there are live
/// events and none disables. Off before the first event. State, memory, cost: observed_flag.hpp.
/// Source: disable-wins flag, Riak DT; Almeida, Shoker, Baquero (2018).
#ifndef WEFT_MERGE_DISABLE_WINS_HPP
#define WEFT_MERGE_DISABLE_WINS_HPP

#include <weft/merge/observed_flag.hpp>

namespace weft {

struct disabling_wins {
    static constexpr std::string_view policy_name = "disable_wins";
    static constexpr std::uint32_t number = 8;
    static constexpr bool winner = false;
    static constexpr reason why = reason::disable_won;
};

using disable_wins = observed_flag<disabling_wins>;

}  // namespace weft

#endif
