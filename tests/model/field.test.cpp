#include <weft/base/value_codecs.hpp>
#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/counter.hpp>
#include <weft/merge/lww.hpp>
#include <weft/model/field.hpp>
#include <weft/model/renamed.hpp>

#include "support/property.hpp"

#include <boost/hana/adapt_struct.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using weft::lww;
using weft::name_tag;
using weft::record_fields;

namespace {

struct task {
    BOOST_HANA_DEFINE_STRUCT(task,
                             (lww<std::string>, title),
                             (lww<bool>, done),
                             (weft::add_wins_set<std::string>, tags),
                             (weft::counter, votes),
                             (lww<std::string>, owner),
                             (weft::renamed<"due", lww<std::int64_t>>, deadline));

    int not_described = 0;
};

/// The same fields, described in another order.
struct shuffled {
    BOOST_HANA_DEFINE_STRUCT(shuffled,
                             (weft::renamed<"due", lww<std::int64_t>>, deadline),
                             (lww<std::string>, owner),
                             (weft::add_wins_set<std::string>, tags),
                             (lww<std::string>, title),
                             (weft::counter, votes),
                             (lww<bool>, done));
};

/// Described from outside.
struct adapted {
    lww<std::string> title;
    weft::counter votes;
};

/// As a set of flags may be: nothing but its being there.
struct bare {};

using fields = record_fields<task>;

constexpr std::string_view wire_names[] = {"title", "done", "tags", "votes", "owner", "due"};

}  // namespace

BOOST_HANA_ADAPT_STRUCT(adapted, title, votes);
BOOST_HANA_ADAPT_STRUCT(bare);

TEST_CASE("model/field: fields stand in the order of the description") {
    REQUIRE(fields::count == 6);
    const std::vector<std::string_view> names(fields::names.begin(), fields::names.end());
    CHECK(names ==
          std::vector<std::string_view>{"title", "done", "tags", "votes", "owner", "deadline"});
    for (std::size_t i = 0; i < fields::count; ++i) {
        CHECK(fields::tags[i] == name_tag(wire_names[i]));
    }
    CHECK(fields::kinds[0] == lww<std::string>::wire_kind);
    CHECK(fields::kinds[1] == lww<bool>::wire_kind);
    CHECK(fields::kinds[2] == weft::add_wins_set<std::string>::wire_kind);
    CHECK(fields::kinds[3] == weft::counter::wire_kind);
    CHECK(fields::kinds[4] == fields::kinds[0]);
    CHECK(fields::kinds[5] == lww<std::int64_t>::wire_kind);
}

TEST_CASE("model/field: a struct may be described from outside, and may have no fields") {
    using outside = record_fields<adapted>;
    REQUIRE(outside::count == 2);
    CHECK(outside::names[0] == "title");
    CHECK(outside::tags[1] == name_tag("votes"));
    CHECK(outside::number_of(&adapted::votes) == 1);
    CHECK(record_fields<bare>::count == 0);
    CHECK(record_fields<bare>::find(name_tag("title")) == 0);
    int visits = 0;
    record_fields<bare>::each([&]<class Field>(std::size_t) { ++visits; });
    record_fields<bare>::at(0, [&]<class Field>(std::size_t) { ++visits; });
    CHECK(visits == 0);
}

TEST_CASE("model/field: by_tag lists every field once, by ascending tag") {
    std::vector<bool> listed(fields::count);
    for (std::size_t i = 0; i < fields::count; ++i) {
        listed[fields::by_tag[i]] = true;
        if (i > 0) {
            CHECK(fields::tags[fields::by_tag[i - 1]] < fields::tags[fields::by_tag[i]]);
        }
    }
    CHECK(std::count(listed.begin(), listed.end(), true) == 6);
    // Whatever order a build describes them in, effects go out in the same one.
    using others = record_fields<shuffled>;
    for (std::size_t i = 0; i < fields::count; ++i) {
        CHECK(others::tags[others::by_tag[i]] == fields::tags[fields::by_tag[i]]);
        CHECK(others::kinds[others::by_tag[i]] == fields::kinds[fields::by_tag[i]]);
        CHECK(others::names[others::by_tag[i]] == fields::names[fields::by_tag[i]]);
    }
}

TEST_CASE("model/field: find knows every tag and no other") {
    static_assert(fields::find(name_tag("votes")) == 3);
    for (std::size_t i = 0; i < fields::count; ++i) {
        CHECK(fields::find(name_tag(wire_names[i])) == i);
    }
    CHECK(fields::find(name_tag("deadline")) == fields::count);
    CHECK(fields::find(name_tag("not_described")) == fields::count);
    CHECK(fields::find(0) == fields::count);
    CHECK(fields::find(~std::uint32_t{0}) == fields::count);
    weft::test::property(
        "model/field: find is a search", 500, [](std::uint32_t any, std::int8_t near) {
            const auto distance = static_cast<std::uint32_t>(near);
            for (const std::uint32_t tag :
                 {any, fields::tags[any % fields::count] + distance, fields::tags[any % 3]}) {
                const auto found = std::find(fields::tags.begin(), fields::tags.end(), tag);
                RC_ASSERT(fields::find(tag) ==
                          static_cast<std::size_t>(found - fields::tags.begin()));
            }
        });
}

TEST_CASE("model/field: a member pointer has its number, fields of one type too") {
    static_assert(fields::number_of(&task::title) == 0);
    CHECK(fields::number_of(&task::done) == 1);
    CHECK(fields::number_of(&task::tags) == 2);
    CHECK(fields::number_of(&task::votes) == 3);
    CHECK(fields::number_of(&task::owner) == 4);
    CHECK(fields::number_of(&task::deadline) == 5);
    CHECK(fields::number_of(&task::not_described) == fields::count);
    CHECK(fields::number_of(&shuffled::title) == fields::count);
}

TEST_CASE("model/field: a visit of each goes through all, with the place of each") {
    task record;
    std::size_t next = 0;
    fields::each([&]<class Field>(std::size_t number) {
        CHECK(number == next++);
        CHECK(Field::name == fields::names[number]);
        CHECK(Field::tag == fields::tags[number]);
        CHECK(Field::kind == fields::kinds[number]);
        CHECK(fields::number_of(Field::pointer) == number);
        static_assert(std::is_same_v<typename Field::policy_type,
                                     std::remove_cvref_t<decltype(record.*Field::pointer)>>);
        if constexpr (std::is_same_v<typename Field::policy_type, lww<std::string>>) {
            record.*Field::pointer = std::string(Field::name);
        }
    });
    CHECK(next == fields::count);
    CHECK(record.title == "title");
    CHECK(record.owner == "owner");
}

TEST_CASE("model/field: a visit of one goes there only") {
    for (std::size_t wanted = 0; wanted < fields::count + 2; ++wanted) {
        std::vector<std::size_t> visited;
        fields::at(wanted, [&]<class Field>(std::size_t number) {
            visited.push_back(number);
            CHECK(Field::tag == fields::tags[wanted]);
        });
        CHECK(visited == (wanted < fields::count ? std::vector<std::size_t>{wanted}
                                                 : std::vector<std::size_t>{}));
    }
}
