/// The traits of replicas whose time and randomness are set from outside: the same schedule gives
/// the same run.
#ifndef WEFT_TESTING_SIMULATED_TRAITS_HPP
#define WEFT_TESTING_SIMULATED_TRAITS_HPP

#include <weft/causal/traits.hpp>

namespace weft::testing {

struct simulated_traits : default_traits {
    using wall_clock = manual_clock;
    using random = splitmix64;
};

}  // namespace weft::testing

#endif
