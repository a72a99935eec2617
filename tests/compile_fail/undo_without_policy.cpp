// expect: weft: nothing in this schema can be undone: none of its policies can take an effect back
// errors: 2
#include <weft/merge/counter.hpp>
#include <weft/merge/max.hpp>
#include <weft/merge/min.hpp>
#include <weft/weft.hpp>

struct score {
#ifdef WEFT_HAPPY
    BOOST_HANA_DEFINE_STRUCT(score, (weft::max<int>, best), (weft::counter, games));
#else
    BOOST_HANA_DEFINE_STRUCT(score, (weft::max<int>, best), (weft::min<int>, worst));
#endif
};

using app = weft::schema<1, weft::collection<"scores", score>>;

bool take_back(weft::replica<app>& on, const weft::dot<weft::actor_id>& what) {
    return on.undo(what).value();
}
