/// Flag in which enabling wins over a disabling that had not seen it: on while a live event
/// enables. Off before the first event. State, memory, cost: observed_flag.hpp.
/// Source: enable-wins flag, Riak DT; Almeida, Shoker, Baquero (2018).
#ifndef WEFT_MERGE_ENABLE_WINS_HPP
#define WEFT_MERGE_ENABLE_WINS_HPP

#include <weft/merge/observed_flag.hpp>

namespace weft {

struct enabling_wins {
    static constexpr std::string_view policy_name = "enable_wins";
    static constexpr std::uint32_t number = 7;
    static constexpr bool winner = true;
    static constexpr reason why = reason::enable_won;
};

using enable_wins = observed_flag<enabling_wins>;

}  // namespace weft

#endif
