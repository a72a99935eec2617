// expect: weft: a part of a key is a field with one value (weft::lww<T>, weft::fww<T>)
// errors: 3
#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/lww.hpp>
#include <weft/model/constrained.hpp>

struct user {
    BOOST_HANA_DEFINE_STRUCT(user, (weft::lww<int>, number), (weft::add_wins_set<int>, tags));
};

#ifdef WEFT_HAPPY
using key = weft::by<&user::number>;
#else
using key = weft::by<&user::tags>;
#endif

bool has_key(const user& of, weft::byte_buffer& out) {
    return key::write(of, out);
}
