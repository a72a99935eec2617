#include "sim/simulation.hpp"

template class weft::testing::simulation<>;
