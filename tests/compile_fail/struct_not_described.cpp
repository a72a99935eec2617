// expect: weft: the struct is not described; use BOOST_HANA_DEFINE_STRUCT inside it
// errors: 3
#include <weft/merge/lww.hpp>
#include <weft/model/field.hpp>

struct todo {
#ifdef WEFT_HAPPY
    BOOST_HANA_DEFINE_STRUCT(todo, (weft::lww<int>, priority));
#else
    weft::lww<int> priority;
#endif
};

inline constexpr auto fields = weft::record_fields<todo>::count;
