// expect: weft: a bounded_counter may refuse a decrement; call decrement(n) and look at its result
// errors: 2
#include <weft/merge/bounded_counter.hpp>

using stock = weft::bounded_counter<>;

bool sell(stock::editor& left) {
#ifdef WEFT_HAPPY
    return left.decrement(1).has_value();
#else
    left -= 1;
    return true;
#endif
}
