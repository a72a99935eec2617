/// Verdant's golden vectors for concurrent operations on one object (05-concurrent-merge) against
/// replicas. A node becomes a replica with an actor of the same order, which makes its operations
/// on what it has itself, at times in the order of theirs; then all hear of all. An object is a
/// record under delete_wins whose keys are registers: a key that is removed is assigned nothing,
/// and a new initialization assigns all of them.
///
/// What must come of each case is worked out beside that from the definitions.
#include <weft/merge/delete_wins.hpp>

#include "replica/todo.hpp"
#include "support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace verdant_concurrent_merge {
namespace {

namespace json = boost::json;
using weft::test::departure;
using weft::test::pull;
using weft::test::verdict;

using text = weft::lww<std::string>;

struct object {
    BOOST_HANA_DEFINE_STRUCT(object, (text, x), (text, y), (text, z));
};

using objects = weft::schema<1, weft::collection<"objects", object>>;
using replica = weft::replica<objects, weft::test::test_traits>;

const weft::ref<object, weft::uuid> the_object{weft::test::record(1)};
constexpr std::array<std::string_view, 3> keys{"x", "y", "z"};

/// By key, as JSON text; empty: not there.
using reading = std::array<std::string, 3>;

reading read(const object& from) {
    return {from.x.value(), from.y.value(), from.z.value()};
}

reading reading_of(const json::value& from) {
    reading all;
    for (std::size_t k = 0; k < keys.size(); ++k) {
        const json::value* const value = from.as_object().if_contains(keys[k]);
        all[k] = value == nullptr ? "" : json::serialize(*value);
    }
    return all;
}

object object_of(const reading& from) {
    object made;
    made.x = from[0];
    made.y = from[1];
    made.z = from[2];
    return made;
}

/// An operation of Verdant's.
struct operation {
    std::size_t node;         ///< 0, 1, 2: a, b, c
    std::uint64_t at;         ///< in the order of milliseconds and counter
    const json::value* data;  ///< the patch

    [[nodiscard]] std::string_view kind() const { return data->at("op").as_string(); }

    /// Which key it is about.
    [[nodiscard]] std::size_t key() const {
        const std::string_view name = data->at("name").as_string();
        return static_cast<std::size_t>(std::find(keys.begin(), keys.end(), name) - keys.begin());
    }
};

/// In the order of their timestamps.
std::vector<operation> operations_of(const json::value& test) {
    std::map<std::string, std::uint64_t> times;
    std::map<std::string, operation> sorted;
    for (const json::value& each : test.at("operations").as_array()) {
        times.emplace(std::string_view(each.at("timestamp").as_string()).substr(0, 17), 0);
    }
    std::uint64_t rank = 0;
    for (auto& [stamp, at] : times) {
        at = 10'000 + 10 * ++rank;
    }
    for (const json::value& each : test.at("operations").as_array()) {
        const std::string stamp(each.at("timestamp").as_string());
        const auto node = static_cast<std::size_t>(stamp.back() - 'a');
        sorted.emplace(stamp, operation{node, times.at(stamp.substr(0, 17)), &each.at("data")});
    }
    std::vector<operation> all;
    for (const auto& [stamp, each] : sorted) {
        all.push_back(each);
    }
    return all;
}

void perform(replica& at, const operation& what) {
    const auto assign = [&](std::string value) {
        at.transact([&](auto& tx) {
            auto editor = tx.edit(the_object);
            switch (what.key()) {
            case 0:
                editor[&object::x] = std::move(value);
                break;
            case 1:
                editor[&object::y] = std::move(value);
                break;
            default:
                editor[&object::z] = std::move(value);
                break;
            }
        });
    };
    if (what.kind() == "set") {
        assign(json::serialize(what.data->at("value")));
    } else if (what.kind() == "remove") {
        assign("");
    } else if (what.kind() == "delete") {
        at.transact([](auto& tx) { tx.erase(the_object); });
    } else if (what.kind() == "initialize") {
        const object wanted = object_of(reading_of(what.data->at("value")));
        at.transact([&](auto& tx) { tx.upsert(the_object.id, wanted); });
    } else {
        REQUIRE(what.kind() == "touch");  // which changes nothing
    }
}

/// What all replicas read in the end; none: deleted.
std::optional<reading> merged(const json::value& test, const std::vector<operation>& all) {
    std::uint64_t now = 1'000;
    const auto make = [&](std::uint64_t actor) {
        return replica(weft::test::actor(actor), {weft::manual_clock{&now}, {7}, {}});
    };
    replica origin = make(9);
    const object base = object_of(reading_of(test.at("base")));
    origin.transact([&](auto& tx) { tx.upsert(the_object.id, base); });
    std::array<replica, 3> nodes{make(1), make(2), make(3)};
    for (replica& each : nodes) {
        pull(each, origin);
    }
    for (const operation& each : all) {
        now = each.at;
        perform(nodes[each.node], each);
    }
    std::array<std::size_t, 3> order{0, 1, 2};
    std::optional<reading> first;
    std::optional<weft::digest<16>> digest;
    do {
        replica listener = make(8);
        for (const std::size_t n : order) {
            pull(listener, nodes[n]);
        }
        const object* const found = listener.find(the_object);
        const auto here = found == nullptr ? std::nullopt : std::optional(read(*found));
        if (digest) {
            CHECK(listener.state_digest() == *digest);
            CHECK(here == first);
        }
        digest = listener.state_digest();
        first = here;
    } while (std::next_permutation(order.begin(), order.end()));
    return first;
}

/// The same by definition: a key holds what was written last; the object is there unless some
/// delete of it was followed, by one who knew of it, with no initialization.
std::optional<reading> defined(const json::value& test, const std::vector<operation>& all) {
    reading now = reading_of(test.at("base"));
    std::array<bool, 3> deleted{};
    for (const operation& each : all) {
        bool& gone = deleted[each.node];
        if (each.kind() == "initialize") {
            gone = false;
            now = reading_of(each.data->at("value"));
        } else if (each.kind() == "delete") {
            gone = true;
        } else if (!gone && each.kind() == "set") {
            now[each.key()] = json::serialize(each.data->at("value"));
        } else if (!gone && each.kind() == "remove") {
            now[each.key()].clear();
        }
    }
    const bool there = std::none_of(deleted.begin(), deleted.end(), [](bool gone) { return gone; });
    return there ? std::optional(now) : std::nullopt;
}

constexpr std::string_view not_seen =
    "under delete_wins an initialization brings back what its writer knew to be deleted, whatever "
    "the times; a delete that it had not seen stays, and so on any number of replicas";

/// Every case of an object that does not agree.
constexpr std::array<departure, 1> table{{
    {99, verdict::differs, not_seen},
}};

}  // namespace

TEST_CASE("replica/verdant_concurrent_merge: every golden case of an object agrees, or departs for "
          "a reason") {
    const json::value file = weft::test::load_golden("verdant/concurrent-merge.json");
    const json::array& cases = file.at("cases").as_array();
    REQUIRE(cases.size() == 226);
    weft::test::ledger ledger(table);
    std::size_t lists = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (!cases[i].at("base").is_object()) {
            ++lists;
            continue;
        }
        const std::vector<operation> all = operations_of(cases[i]);
        const std::optional<reading> ours = merged(cases[i], all);
        const json::value& final = cases[i].at("final");
        const bool gone = final.as_object().contains("@undefined");
        const auto theirs = gone ? std::nullopt : std::optional(reading_of(final));
        CAPTURE(i);
        CHECK(ours == defined(cases[i], all));
        ledger.enter(i, ours == theirs ? verdict::agrees : verdict::differs);
    }
    ledger.close(83, 1);
    CHECK(lists == 142);
}

}  // namespace verdant_concurrent_merge
