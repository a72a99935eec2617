#include <weft/base/value_codecs.hpp>
#include <weft/merge/counter.hpp>
#include <weft/merge/fww.hpp>
#include <weft/merge/lww.hpp>
#include <weft/merge/lww_delete.hpp>
#include <weft/merge/update_wins.hpp>
#include <weft/model/renamed.hpp>
#include <weft/model/schema.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace schema_test {

using weft::collection;
using weft::lww;
using weft::name_tag;
using weft::schema;
using weft::schema_entry;

namespace {

struct task {
    BOOST_HANA_DEFINE_STRUCT(task, (lww<std::string>, title), (weft::counter, votes));
};

struct note {
    BOOST_HANA_DEFINE_STRUCT(note, (lww<std::string>, text));
};

/// The same fields for a second collection.
struct archived : task {};

using app = schema<1, collection<"tasks", task>, collection<"notes", note>>;

// ---- the same to every peer ----

struct swapped {
    BOOST_HANA_DEFINE_STRUCT(swapped, (weft::counter, votes), (lww<std::string>, title));
};

struct with_old_name {
    BOOST_HANA_DEFINE_STRUCT(with_old_name,
                             (weft::renamed<"title", lww<std::string>>, headline),
                             (weft::counter, votes));
};

/// Has members that it does not describe.
struct with_private_members {
    BOOST_HANA_DEFINE_STRUCT(with_private_members,
                             (lww<std::string>, title),
                             (weft::counter, votes));
    int selected = 0;
};

enum class level : std::int32_t { low, high };

struct of_numbers {
    BOOST_HANA_DEFINE_STRUCT(of_numbers, (lww<std::int32_t>, text));
};

struct of_levels {
    BOOST_HANA_DEFINE_STRUCT(of_levels, (lww<level>, text));
};

// ---- another table ----

struct one_more {
    BOOST_HANA_DEFINE_STRUCT(one_more,
                             (lww<std::string>, title),
                             (weft::counter, votes),
                             (lww<bool>, done));
};

struct one_less {
    BOOST_HANA_DEFINE_STRUCT(one_less, (lww<std::string>, title));
};

struct other_name {
    BOOST_HANA_DEFINE_STRUCT(other_name, (lww<std::string>, heading), (weft::counter, votes));
};

struct other_policy {
    BOOST_HANA_DEFINE_STRUCT(other_policy, (weft::fww<std::string>, title), (weft::counter, votes));
};

struct other_type {
    BOOST_HANA_DEFINE_STRUCT(other_type, (lww<weft::byte_buffer>, title), (weft::counter, votes));
};

struct both_kinds_exchanged {
    BOOST_HANA_DEFINE_STRUCT(both_kinds_exchanged,
                             (weft::counter, title),
                             (lww<std::string>, votes));
};

template <class... Collections>
std::vector<schema_entry> table_of() {
    const auto table = schema<1, Collections...>::table;
    return {table.begin(), table.end()};
}

template <class Schema>
std::vector<schema_entry> entries() {
    return {Schema::table.begin(), Schema::table.end()};
}

using table = std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t>;

/// Few tags and kinds, so that tables meet.
table small_table(const std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>>& words) {
    table made;
    for (const auto& [collection, field, kind] : words) {
        made[{collection % 3, field % 4}] = kind % 2;
    }
    return made;
}

std::vector<schema_entry> flat(const table& of) {
    std::vector<schema_entry> list;
    for (const auto& [tag, kind] : of) {
        list.push_back({tag.first, tag.second, kind});
    }
    return list;
}

}  // namespace

TEST_CASE("model/schema: collections are found by record and by tag") {
    CHECK(app::version == 1);
    REQUIRE(app::count == 2);
    CHECK(app::number_of<task> == 0);
    CHECK(app::number_of<note> == 1);
    CHECK(app::number_of<swapped> == app::count);
    static_assert(app::find(name_tag("notes")) == 1);
    CHECK(app::find(name_tag("tasks")) == 0);
    CHECK(app::find(name_tag("title")) == app::count);
    CHECK(app::find(0) == app::count);
    CHECK(app::tags[1] == name_tag("notes"));
}

TEST_CASE("model/schema: a collection is known by its wire name, and says its own") {
    using labels = collection<"labels", note, weft::lww_delete, "tags">;
    CHECK(labels::name == "labels");
    CHECK(labels::tag == name_tag("tags"));
    CHECK(labels::kind == weft::lww_delete::wire_kind);
    CHECK(schema<1, labels>::find(name_tag("tags")) == 0);
    CHECK(schema<1, labels>::find(name_tag("labels")) == 1);
    CHECK(collection<"labels", note>::tag == name_tag("labels"));
    CHECK(collection<"labels", note>::kind == weft::delete_wins::wire_kind);
}

TEST_CASE("model/schema: a derived struct describes a second collection with the same fields") {
    using both = schema<1, collection<"tasks", task>, collection<"archive", archived>>;
    CHECK(both::number_of<task> == 0);
    CHECK(both::number_of<archived> == 1);
    CHECK(weft::record_fields<archived>::tags == weft::record_fields<task>::tags);
    CHECK(weft::record_fields<archived>::kinds == weft::record_fields<task>::kinds);
    CHECK(weft::record_fields<archived>::number_of(&archived::votes) == 1);
}

TEST_CASE("model/schema: the table has all tags and kinds, ascending") {
    std::vector<schema_entry> wanted = {
        {name_tag("tasks"), 0, weft::delete_wins::wire_kind},
        {name_tag("tasks"), name_tag("title"), lww<std::string>::wire_kind},
        {name_tag("tasks"), name_tag("votes"), weft::counter::wire_kind},
        {name_tag("notes"), 0, weft::update_wins::wire_kind},
        {name_tag("notes"), name_tag("text"), lww<std::string>::wire_kind},
    };
    std::sort(wanted.begin(), wanted.end());
    CHECK(table_of<collection<"tasks", task>, collection<"notes", note, weft::update_wins>>() ==
          wanted);
    CHECK(app::entry_count == wanted.size());
    CHECK(std::is_sorted(app::table.begin(), app::table.end()));
}

TEST_CASE(
    "model/schema: the fingerprint is that of what peers must agree on, and of nothing else") {
    const auto of_app = weft::fingerprint<app>();
    using notes = collection<"notes", note>;
    CHECK(of_app == weft::fingerprint<schema<2, collection<"tasks", task>, notes>>());
    CHECK(of_app == weft::fingerprint<schema<1, notes, collection<"tasks", task>>>());
    CHECK(of_app == weft::fingerprint<schema<1, collection<"tasks", swapped>, notes>>());
    CHECK(of_app == weft::fingerprint<schema<1, collection<"tasks", with_old_name>, notes>>());
    CHECK(of_app ==
          weft::fingerprint<schema<1, collection<"tasks", with_private_members>, notes>>());
    CHECK(of_app == weft::fingerprint<
                        schema<1, collection<"jobs", task, weft::delete_wins, "tasks">, notes>>());
    // An enum is its number, on the wire.
    CHECK(weft::fingerprint<schema<1, collection<"notes", of_numbers>>>() ==
          weft::fingerprint<schema<1, collection<"notes", of_levels>>>());
}

TEST_CASE("model/schema: every other table has another fingerprint") {
    using notes = collection<"notes", note>;
    using tasks = collection<"tasks", task>;
    const std::vector<weft::digest<16>> all = {
        weft::fingerprint<app>(),
        weft::fingerprint<schema<1, tasks>>(),
        weft::fingerprint<schema<1, notes>>(),
        weft::fingerprint<schema<1, tasks, notes, collection<"labels", one_less>>>(),
        weft::fingerprint<schema<1, collection<"jobs", task>, notes>>(),
        weft::fingerprint<schema<1, collection<"notes", task>, collection<"tasks", note>>>(),
        weft::fingerprint<schema<1, collection<"tasks", task, weft::update_wins>, notes>>(),
        weft::fingerprint<schema<1, collection<"tasks", task, weft::lww_delete>, notes>>(),
        weft::fingerprint<schema<1, tasks, collection<"notes", note, weft::update_wins>>>(),
        weft::fingerprint<schema<1, collection<"tasks", one_more>, notes>>(),
        weft::fingerprint<schema<1, collection<"tasks", one_less>, notes>>(),
        weft::fingerprint<schema<1, collection<"tasks", other_name>, notes>>(),
        weft::fingerprint<schema<1, collection<"tasks", other_policy>, notes>>(),
        weft::fingerprint<schema<1, collection<"tasks", other_type>, notes>>(),
        weft::fingerprint<schema<1, collection<"tasks", both_kinds_exchanged>, notes>>(),
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            CAPTURE(i);
            CAPTURE(k);
            CHECK(all[i] != all[k]);
        }
    }
}

TEST_CASE("model/schema: what one schema has more is no conflict, another kind is") {
    using notes = collection<"notes", note>;
    const auto mine = entries<app>();
    const auto with = [&](const std::vector<schema_entry>& theirs) {
        return weft::conflict(mine, theirs);
    };
    CHECK_FALSE(with(mine).has_value());
    CHECK_FALSE(with({}).has_value());
    CHECK_FALSE(with(table_of<notes>()).has_value());
    CHECK_FALSE(with(table_of<collection<"tasks", one_more>, notes>()).has_value());
    CHECK_FALSE(with(table_of<collection<"tasks", one_less>>()).has_value());
    CHECK_FALSE(with(table_of<collection<"tasks", other_name>, notes>()).has_value());

    const schema_entry title{name_tag("tasks"), name_tag("title"), lww<std::string>::wire_kind};
    CHECK(with(table_of<collection<"tasks", other_policy>>()) == title);
    CHECK(with(table_of<collection<"tasks", other_type>, notes>()) == title);
    const schema_entry itself{name_tag("tasks"), 0, weft::delete_wins::wire_kind};
    CHECK(with(table_of<collection<"tasks", task, weft::update_wins>, notes>()) == itself);
    static_assert(!weft::conflict(app::table, app::table).has_value());
}

TEST_CASE("model/schema: a conflict is the first tag with two kinds, in this side's words") {
    weft::test::property(
        "model/schema: conflict", 1000,
        [](const std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>>& a,
           const std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>>& b) {
            const table mine = small_table(a);
            const table theirs = small_table(b);
            std::optional<schema_entry> wanted;
            for (const auto& [tag, kind] : mine) {
                const auto other = theirs.find(tag);
                if (!wanted && other != theirs.end() && other->second != kind) {
                    wanted = schema_entry{tag.first, tag.second, kind};
                }
            }
            RC_ASSERT(weft::conflict(flat(mine), flat(theirs)) == wanted);
            const auto seen_from_there = weft::conflict(flat(theirs), flat(mine));
            RC_ASSERT(seen_from_there.has_value() == wanted.has_value());
            if (wanted) {
                RC_ASSERT(seen_from_there->collection == wanted->collection);
                RC_ASSERT(seen_from_there->field == wanted->field);
                RC_ASSERT(seen_from_there->kind != wanted->kind);
            }
        });
}

}  // namespace schema_test
