#include <weft/merge.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <type_traits>

using namespace weft;

namespace wire_kind_test {

namespace {

enum class lamp : std::int8_t { off, on };

/// What the policies with a rule of the user's take, all in one.
struct lamp_rule {
    static constexpr std::uint32_t number = 1;
    static constexpr uuid ids[] = {uuid::of(0, 1)};
    static constexpr lamp initial = lamp::off;
    static constexpr transition<lamp> table[] = {{lamp::off, lamp::on}};

    std::int64_t operator()(lean_span<std::int64_t> values) const { return values.front(); }
};

using switched = state_machine<lamp, lamp_rule>;
using first_of = resolved<std::int64_t, lamp_rule>;
using official = authority<std::int64_t, lamp_rule>;
using marked = authority<std::int64_t, claimed>;
using milder = concurrent_authority<std::int64_t, lamp_rule>;
using marked_milder = concurrent_authority<std::int64_t, claimed>;

using named = map_of<std::string, lww<std::int64_t>>;

}  // namespace

// Every policy is one.
static_assert(policy<lww<std::string>> && policy<fww<double>> && policy<multi_value<byte_buffer>>);
static_assert(policy<weft::max<std::int8_t>> && policy<weft::min<std::optional<uuid>>>);
static_assert(policy<counter> && policy<enable_wins> && policy<disable_wins>);
static_assert(policy<add_wins_set<std::string>> && policy<remove_wins_set<bool>> &&
              policy<grow_only_set<uuid>>);
static_assert(policy<real_counter> && policy<bounded_counter<>> && policy<bounded_counter<-7>>);
static_assert(policy<list<std::string>> && policy<list<bool>>);
static_assert(policy<json> && policy<map_of<uuid, json>>);
static_assert(policy<named> && policy<map_of<uuid, map_of<bool, official>>>);
static_assert(policy<lww_set<bool>> && policy<whole_record<byte_buffer>>);
static_assert(policy<switched> && policy<first_of> && policy<official> && policy<marked>);
static_assert(policy<milder> && policy<marked_milder>);
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
static_assert(real_counter::wire_kind == 17 && bounded_counter<>::wire_kind == 18);
static_assert(bounded_counter<-7>::wire_kind == (18 | 13 << 8));
static_assert(bounded_counter<(std::int64_t{1} << 62)>::wire_kind >> 27U == 1 &&
              bounded_counter<(std::int64_t{1} << 62)>::wire_kind >> 28U == 0);
static_assert(json::wire_kind == (20 | 15 << 8));
static_assert(list<std::string>::wire_kind == (21 | 12 << 8));
static_assert(lww_set<std::string>::wire_kind == (14 | 12 << 8));
static_assert(whole_record<byte_buffer>::wire_kind == (22 | 13 << 8));
static_assert(official::wire_kind == 0xA0B06E0C && marked::wire_kind == 0xDEA5FC0D);
static_assert(milder::wire_kind == 0xBFAB350C && marked_milder::wire_kind == 0xFDA0C30D);
static_assert(first_of::wire_kind == 0xFDA0C310 && switched::wire_kind == 0x255AE40F);
static_assert((named::wire_kind & 255U) == 19 &&
              named::wire_kind != map_of<std::string, lww<bool>>::wire_kind &&
              named::wire_kind != map_of<bool, lww<std::int64_t>>::wire_kind);
static_assert(delete_wins::wire_kind == 1 && update_wins::wire_kind == 2 &&
              lww_delete::wire_kind == 3);

// Moving never throws.
template <class P>
constexpr bool moves = std::is_nothrow_move_constructible_v<P>&&
    std::is_nothrow_move_assignable_v<P>&& std::is_nothrow_destructible_v<P>;
static_assert(moves<lww<std::string>> && moves<fww<std::string>> && moves<weft::max<std::string>>);
static_assert(moves<multi_value<std::string>> && moves<counter> && moves<enable_wins>);
static_assert(moves<add_wins_set<std::string>> && moves<remove_wins_set<std::string>> &&
              moves<grow_only_set<std::string>> && moves<list<std::string>>);
static_assert(moves<lww_set<std::string>> && moves<whole_record<std::string>> && moves<switched>);
static_assert(moves<first_of> && moves<official> && moves<marked> && moves<milder>);
static_assert(moves<json>);
static_assert(moves<named> && moves<map_of<uuid, map_of<bool, official>>>);
static_assert(moves<real_counter> && moves<bounded_counter<>>);
static_assert(moves<delete_wins> && moves<update_wins> && moves<lww_delete>);

// What a record pays for its metadata (64-bit machines).
static_assert(sizeof(void*) != 8 ||
              (sizeof(lww<std::int64_t>) == 24 && sizeof(multi_value<std::int64_t>) == 48 &&
               sizeof(counter) == 72 && sizeof(real_counter) == 152 &&
               sizeof(bounded_counter<>) == 160 && sizeof(enable_wins) == 32 &&
               sizeof(delete_wins) == 48 && sizeof(update_wins) == 40 && sizeof(lww_delete) == 24 &&
               sizeof(official) == 32 && sizeof(milder) == 80 && sizeof(first_of) == 72 &&
               sizeof(switched) == 72 && sizeof(whole_record<std::int64_t>) == 104));

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
    CHECK(real_counter::policy_name == "real_counter");
    CHECK(bounded_counter<>::policy_name == "bounded_counter");
    CHECK(list<int>::policy_name == "list");
    CHECK(lww_set<int>::policy_name == "lww_set");
    CHECK(named::policy_name == "map_of");
    CHECK(json::policy_name == "json");
    CHECK(official::policy_name == "authority");
    CHECK(milder::policy_name == "concurrent_authority");
    CHECK(first_of::policy_name == "resolved");
    CHECK(switched::policy_name == "state_machine");
    CHECK(whole_record<int>::policy_name == "whole_record");
    CHECK(delete_wins::rule_name == "delete_wins");
    CHECK(update_wins::rule_name == "update_wins");
    CHECK(lww_delete::rule_name == "lww_delete");
}

TEST_CASE("merge/policy: every reason has its sentence") {
    for (unsigned i = 0; i <= static_cast<unsigned>(reason::hidden); ++i) {
        CHECK(message(static_cast<reason>(i)) != "unknown reason");
    }
    CHECK(message(static_cast<reason>(200)) == "unknown reason");
}

}  // namespace wire_kind_test
