/// Register in which the smallest value ever written wins: deadlines, first sightings, prices.
/// Nothing takes a value back. Lattice, tie-break, memory, cost: extremum.hpp.
/// Source: the mirror of the max semilattice, Shapiro et al., INRIA RR-7506 (2011).
#ifndef WEFT_MERGE_MIN_HPP
#define WEFT_MERGE_MIN_HPP

#include <weft/merge/extremum.hpp>

namespace weft {

struct smallest_end {
    static constexpr std::string_view policy_name = "min";
    static constexpr std::uint32_t number = 5;
    static constexpr bool greatest = false;
    static constexpr reason why = reason::smaller_value;
};

template <class T>
using min = extremum<T, smallest_end>;

}  // namespace weft

#endif
