// expect: weft: fww<T> needs weft::codec<T>; specialise it for your type
// expect: weft: multi_value<T> needs weft::codec<T>; specialise it for your type
// expect: weft: max<T> needs weft::codec<T>; specialise it for your type
// expect: weft: min<T> needs weft::codec<T>; specialise it for your type
// expect: weft: add_wins_set<T> needs weft::codec<T>; specialise it for your type
// expect: weft: remove_wins_set<T> needs weft::codec<T>; specialise it for your type
// expect: weft: grow_only_set<T> needs weft::codec<T>; specialise it for your type
// expect: weft: list<T> needs weft::codec<T>; specialise it for your type
// expect: weft: lww_set<T> needs weft::codec<T>; specialise it for your type
// expect: weft: authority<T, Class> needs weft::codec<T>; specialise it for your type
// expect: weft: whole_record<T> needs weft::codec<T>; specialise it for your type
// errors: 11
#include <weft/merge.hpp>

#ifdef WEFT_HAPPY
using value = int;
#else
struct value {
    int* anywhere;
};
#endif

weft::fww<value> first;
weft::multi_value<value> all;
weft::max<value> greatest;
weft::min<value> smallest;
weft::add_wins_set<value> added;
weft::remove_wins_set<value> removed;
weft::grow_only_set<value> grown;
weft::list<value> listed;
weft::lww_set<value> latest;
weft::authority<value, weft::claimed> official;
weft::whole_record<value> opaque;
