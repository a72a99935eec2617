// expect: weft: map_of<K, Policy> needs a merge policy for its values, such as lww<T>
// expect: weft: map_of<K, Policy> needs weft::codec<K>; specialise it for your type
// errors: 2
#include <weft/merge/lww.hpp>
#include <weft/merge/map_of.hpp>

#ifdef WEFT_HAPPY
using value = weft::lww<int>;
using key = int;
#else
using value = int;

struct key {
    int* anywhere;
};
#endif

weft::map_of<int, value> names;
weft::map_of<key, weft::lww<int>> places;
