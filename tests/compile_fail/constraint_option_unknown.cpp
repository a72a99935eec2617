// expect: weft: an option of unique and capacity is a conflict rule (first_write_wins, ...)
// errors: 3
#include <weft/merge/lww.hpp>
#include <weft/model/constrained.hpp>

struct user {
    BOOST_HANA_DEFINE_STRUCT(user, (weft::lww<int>, number));
};

#ifdef WEFT_HAPPY
using option = weft::last_write_wins;
#else
using option = weft::delete_wins;
#endif

using rule = weft::unique<"one number", weft::by<&user::number>, option>;

static_assert(!rule::refers);
