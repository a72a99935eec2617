/// The simulator over the schema of all policies, compiled once for all that run it.
#ifndef WEFT_TESTS_SIM_SIMULATION_HPP
#define WEFT_TESTS_SIM_SIMULATION_HPP

#include <weft/testing/simulator.hpp>

extern template class weft::testing::simulation<>;

#endif
