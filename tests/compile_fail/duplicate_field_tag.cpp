// expect: weft: two fields of one record have the same name or the same tag; rename one
// errors: 3
#include <weft/merge/lww.hpp>
#include <weft/model/field.hpp>
#include <weft/model/renamed.hpp>

struct todo {
#ifdef WEFT_HAPPY
    BOOST_HANA_DEFINE_STRUCT(todo,
                             (weft::lww<int>, title),
                             (weft::renamed<"caption", weft::lww<int>>, heading));
#else
    BOOST_HANA_DEFINE_STRUCT(todo,
                             (weft::lww<int>, title),
                             (weft::renamed<"title", weft::lww<int>>, heading));
#endif
};

inline constexpr auto fields = weft::record_fields<todo>::count;
