// expect: weft: a field has no merge policy; write weft::lww<T> or another policy for it
// errors: 3
#include <weft/merge/lww.hpp>
#include <weft/model/field.hpp>

struct todo {
#ifdef WEFT_HAPPY
    BOOST_HANA_DEFINE_STRUCT(todo, (weft::lww<int>, priority), (weft::lww<bool>, done));
#else
    BOOST_HANA_DEFINE_STRUCT(todo, (int, priority), (weft::lww<bool>, done));
#endif
};

static_assert(weft::record_fields<todo>::count == 2);
