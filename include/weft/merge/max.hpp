/// Register in which the greatest value ever written wins: high scores, read markers, versions.
/// Nothing takes a value back. Lattice, tie-break, memory, cost: extremum.hpp.
/// Source: the max semilattice, Shapiro et al., INRIA RR-7506 (2011).
#ifndef WEFT_MERGE_MAX_HPP
#define WEFT_MERGE_MAX_HPP

#include <weft/merge/extremum.hpp>

namespace weft {

struct greatest_end {
    static constexpr std::string_view policy_name = "max";
    static constexpr std::uint32_t number = 4;
    static constexpr bool greatest = true;
    static constexpr reason why = reason::greater_value;
};

template <class T>
using max = extremum<T, greatest_end>;

}  // namespace weft

#endif
