// expect: weft: this schema has no constraints (weft::constrained); use all()
// errors: 8
#include <weft/model/constrained.hpp>
#include <weft/weft.hpp>

struct user {
    BOOST_HANA_DEFINE_STRUCT(user, (weft::lww<int>, number));
};

using plain = weft::schema<1, weft::collection<"users", user>>;
#ifdef WEFT_HAPPY
using app = weft::constrained<plain, weft::unique<"one number", weft::by<&user::number>>>;
#else
using app = plain;
#endif

bool nobody(weft::replica<app>& at) {
    return at.violations().empty();
}
