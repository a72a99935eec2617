// expect: weft: none of the key's fields knows when it was written
// errors: 3
#include <weft/merge/counter.hpp>
#include <weft/merge/lww.hpp>
#include <weft/model/constrained.hpp>

struct user {
    BOOST_HANA_DEFINE_STRUCT(user, (weft::lww<int>, number), (weft::counter, votes));
};

#ifdef WEFT_HAPPY
using key = weft::by<&user::number, &user::votes>;
#else
using key = weft::by<&user::votes>;
#endif

int order(const user& a, const user& b, const weft::actor_order& actors) {
    return weft::first_write_wins::compare<key>(a, b, actors);
}
