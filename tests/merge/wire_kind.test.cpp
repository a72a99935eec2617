#include <weft/merge.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <type_traits>

using namespace weft;

// Every policy is one.
static_assert(policy<lww<std::string>> && policy<fww<double>> && policy<multi_value<byte_buffer>>);
static_assert(policy<weft::max<std::int8_t>> && policy<weft::min<std::optional<uuid>>>);
static_assert(policy<counter> && policy<enable_wins> && policy<disable_wins>);
static_assert(policy<add_wins_set<std::string>> && policy<remove_wins_set<bool>> &&
              policy<grow_only_set<uuid>>);
static_assert(record_rule<delete_wins> && record_rule<update_wins> && record_rule<lww_delete>);
static_assert(!policy<std::string> && !record_rule<counter>);

// On the wire: these never change.
static_assert(lww<bool>::wire_kind == (1 | 1 << 8) && fww<bool>::wire_kind == (2 | 1 << 8));
static_assert(multi_value<double>::wire_kind == (3 | 11 << 8));
static_assert(weft::max<float>::wire_kind == (4 | 10 << 8));
static_assert(weft::min<uuid>::wire_kind == (5 | 14 << 8));
static_assert(counter::wire_kind == 6 && enable_wins::wire_kind == 7);
static_assert(disable_wins::wire_kind == 8);
static_assert(add_wins_set<std::string>::wire_kind == (9 | 12 << 8));
static_assert(remove_wins_set<byte_buffer>::wire_kind == (10 | 13 << 8));
static_assert(grow_only_set<std::optional<bool>>::wire_kind == (11 | (1 + 65536) << 8));
static_assert(delete_wins::wire_kind == 1 && update_wins::wire_kind == 2 &&
              lww_delete::wire_kind == 3);

// Moving never throws.
template <class P>
constexpr bool moves = std::is_nothrow_move_constructible_v<P>&&
    std::is_nothrow_move_assignable_v<P>&& std::is_nothrow_destructible_v<P>;
static_assert(moves<lww<std::string>> && moves<fww<std::string>> && moves<weft::max<std::string>>);
static_assert(moves<multi_value<std::string>> && moves<counter> && moves<enable_wins>);
static_assert(moves<add_wins_set<std::string>> && moves<remove_wins_set<std::string>> &&
              moves<grow_only_set<std::string>>);
static_assert(moves<delete_wins> && moves<update_wins> && moves<lww_delete>);

// What a record pays for its metadata (64-bit machines).
static_assert(sizeof(void*) != 8 ||
              (sizeof(lww<std::int64_t>) == 24 && sizeof(multi_value<std::int64_t>) == 48 &&
               sizeof(counter) == 72 && sizeof(enable_wins) == 32 && sizeof(delete_wins) == 48 &&
               sizeof(update_wins) == 40 && sizeof(lww_delete) == 24));

TEST_CASE("merge/wire_kind: policies, names and numbers are distinct") {
    CHECK(lww<int>::policy_name == "lww");
    CHECK(fww<int>::policy_name == "fww");
    CHECK(multi_value<int>::policy_name == "multi_value");
    CHECK(weft::max<int>::policy_name == "max");
    CHECK(weft::min<int>::policy_name == "min");
    CHECK(counter::policy_name == "counter");
    CHECK(enable_wins::policy_name == "enable_wins");
    CHECK(disable_wins::policy_name == "disable_wins");
    CHECK(add_wins_set<int>::policy_name == "add_wins_set");
    CHECK(remove_wins_set<int>::policy_name == "remove_wins_set");
    CHECK(grow_only_set<int>::policy_name == "grow_only_set");
    CHECK(delete_wins::rule_name == "delete_wins");
    CHECK(update_wins::rule_name == "update_wins");
    CHECK(lww_delete::rule_name == "lww_delete");
}

TEST_CASE("merge/policy: every reason has its sentence") {
    for (unsigned i = 0; i <= static_cast<unsigned>(reason::resolved); ++i) {
        CHECK(message(static_cast<reason>(i)) != "unknown reason");
    }
    CHECK(message(static_cast<reason>(200)) == "unknown reason");
}
