// expect: weft: a constraint is about a struct that no collection of this schema holds
// errors: 4
#include <weft/merge/lww.hpp>
#include <weft/model/constrained.hpp>

struct user {
    BOOST_HANA_DEFINE_STRUCT(user, (weft::lww<int>, number));
};

struct other {
    BOOST_HANA_DEFINE_STRUCT(other, (weft::lww<int>, number));
};

#ifdef WEFT_HAPPY
using about = user;
#else
using about = other;
#endif

using app = weft::constrained<weft::schema<1, weft::collection<"users", user>>,
                              weft::unique<"one number", weft::by<&about::number>>>;

static_assert(app::constraints::count == 1);
