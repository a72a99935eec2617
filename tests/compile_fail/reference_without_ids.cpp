// expect: weft: references needs a field of record ids, std::optional record ids, or a
// errors: 3
#include <weft/merge/lww.hpp>
#include <weft/model/constrained.hpp>

struct user {
    BOOST_HANA_DEFINE_STRUCT(user, (weft::lww<int>, number), (weft::lww<weft::uuid>, friend_id));
};

#ifdef WEFT_HAPPY
inline constexpr auto field = &user::friend_id;
#else
inline constexpr auto field = &user::number;
#endif

using to_friend = weft::references<"friend", field, user, weft::on_delete::no_action>;

void walk(const user& of) {
    to_friend::each_target<weft::uuid>(of, [](const weft::uuid& /*id*/) {});
}
