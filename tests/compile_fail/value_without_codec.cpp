// expect: weft: lww<T> needs weft::codec<T>; specialise it for your type
// errors: 3
#include <weft/merge/lww.hpp>

#ifdef WEFT_HAPPY
using value = int;
#else
struct value {
    int* anywhere;
};
#endif

weft::lww<value> field;
