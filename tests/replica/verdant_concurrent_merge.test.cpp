/// Verdant's golden vectors for concurrent operations on one object (05-concurrent-merge) against
/// replicas. A node becomes a replica with an actor of the same order, which makes its operations
/// on what it has itself, at times in the order of theirs; then all hear of all. An object is a
/// record under delete_wins whose keys are registers: a key that is removed is assigned nothing,
/// and a new initialization assigns all of them. A list is a record of one list: an index means
/// the element that stands there where the operation is made.
///
/// What must come of each case is worked out beside that from the definitions.
#include <weft/merge/delete_wins.hpp>
#include <weft/merge/list.hpp>

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

using texts = weft::list<std::string>;

struct array {
    BOOST_HANA_DEFINE_STRUCT(array, (texts, items));
};

using objects =
    weft::schema<1, weft::collection<"objects", object>, weft::collection<"arrays", array>>;
using replica = weft::replica<objects, weft::test::test_traits>;

const weft::ref<object, weft::uuid> the_object{weft::test::record(1)};
const weft::ref<array, weft::uuid> the_array{weft::test::record(2)};
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

/// What all replicas read in the end: read(replica). start(replica) writes what was there before,
/// perform(replica, operation) what an operation does where it is made.
template <class Start, class Perform, class Read>
auto merged(const std::vector<operation>& all, Start&& start, Perform&& perform, Read&& read) {
    std::uint64_t now = 1'000;
    const auto make = [&](std::uint64_t actor) {
        return replica(weft::test::actor(actor), {weft::manual_clock{&now}, {7}, {}});
    };
    replica origin = make(9);
    start(origin);
    std::array<replica, 3> nodes{make(1), make(2), make(3)};
    for (replica& each : nodes) {
        pull(each, origin);
    }
    for (const operation& each : all) {
        now = each.at;
        perform(nodes[each.node], each);
    }
    std::array<std::size_t, 3> order{0, 1, 2};
    std::optional<weft::digest<16>> digest;
    decltype(read(origin)) first{};
    do {
        replica listener = make(8);
        for (const std::size_t n : order) {
            pull(listener, nodes[n]);
        }
        auto here = read(listener);
        if (digest) {
            CHECK(listener.state_digest() == *digest);
            CHECK(here == first);
        }
        digest = listener.state_digest();
        first = std::move(here);
    } while (std::next_permutation(order.begin(), order.end()));
    return first;
}

std::optional<reading> merged_object(const json::value& test, const std::vector<operation>& all) {
    return merged(
        all,
        [&](replica& origin) {
            const object base = object_of(reading_of(test.at("base")));
            origin.transact([&](auto& tx) { tx.upsert(the_object.id, base); });
        },
        perform,
        [](const replica& from) {
            const object* const found = from.find(the_object);
            return found == nullptr ? std::nullopt : std::optional(read(*found));
        });
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

// ---- lists ----

/// Elements as JSON text.
using elements = std::vector<std::string>;

elements elements_of(const json::value& from) {
    elements all;
    for (const json::value& each : from.as_array()) {
        all.push_back(json::serialize(each));
    }
    return all;
}

array array_of(const elements& from) {
    array made;
    for (const std::string& each : from) {
        made.items.push_back(each);
    }
    return made;
}

/// What an operation does to a list where it is made: edits of single elements, by index.
struct list_step {
    enum class edit { insert, set, erase, move };

    edit what;
    std::size_t at;
    std::size_t to = 0;
    std::string value{};
};

/// None: a hole, or an element from outside of the list, which weft's lists do not have.
std::optional<std::vector<list_step>> steps_of(const json::value& data, const elements& here) {
    using edit = list_step::edit;
    const std::string_view op = data.at("op").as_string();
    const auto number = [&](const char* name) {
        return static_cast<std::size_t>(data.at(name).to_number<std::uint64_t>());
    };
    const auto value = [&] { return json::serialize(data.at("value")); };
    std::vector<list_step> steps;
    if (op == "list-push") {
        steps.push_back({edit::insert, here.size(), 0, value()});
    } else if (op == "list-add") {
        if (std::find(here.begin(), here.end(), value()) == here.end()) {
            steps.push_back({edit::insert, here.size(), 0, value()});
        }
    } else if (op == "list-insert") {
        std::size_t at = std::min(number("index"), here.size());
        if (const json::value* const several = data.as_object().if_contains("values")) {
            for (const std::string& each : elements_of(*several)) {
                steps.push_back({edit::insert, at++, 0, each});
            }
        } else {
            steps.push_back({edit::insert, at, 0, value()});
        }
    } else if (op == "list-set") {
        if (number("index") >= here.size()) {
            return std::nullopt;
        }
        steps.push_back({edit::set, number("index"), 0, value()});
    } else if (op == "list-delete") {
        for (std::size_t n = 0; n < number("count") && number("index") + n < here.size(); ++n) {
            steps.push_back({edit::erase, number("index")});
        }
    } else if (op == "list-move-by-index" || op == "list-move-by-ref") {
        const bool by_ref = op == "list-move-by-ref";
        const std::size_t from =
            by_ref ? static_cast<std::size_t>(std::find(here.begin(), here.end(), value()) -
                                              here.begin())
                   : number("from");
        if (from >= here.size()) {
            return std::nullopt;
        }
        steps.push_back(
            {edit::move, from, std::min(number(by_ref ? "index" : "to"), here.size() - 1)});
    } else {
        REQUIRE(op == "list-remove");
        const json::value* const only = data.as_object().if_contains("only");
        const std::string_view which =
            only == nullptr ? "all" : std::string_view(only->as_string());
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < here.size(); ++i) {
            if (here[i] == value()) {
                found.push_back(i);
            }
        }
        if (!found.empty() && which != "all") {
            found = {which == "first" ? found.front() : found.back()};
        }
        for (; !found.empty(); found.pop_back()) {
            steps.push_back({edit::erase, found.back()});
        }
    }
    return steps;
}

/// By definition: every element has an identity, so that what is left is what nobody removed, each
/// with the value that was assigned last.
class list_model {
public:
    explicit list_model(const elements& base) {
        for (const std::string& each : base) {
            for (auto& view : views_) {
                view.push_back(all_.size());
            }
            all_.push_back({each, false});
        }
    }

    /// What a node sees.
    [[nodiscard]] elements seen_by(std::size_t node) const {
        elements seen;
        for (const std::size_t each : views_[node]) {
            seen.push_back(seen_values_[node].contains(each) ? seen_values_[node].at(each)
                                                             : all_[each].first_value);
        }
        return seen;
    }

    /// Operations come in the order of their times, so the last that assigns is the last.
    void take(std::size_t node, const list_step& step) {
        auto& view = views_[node];
        const auto at = view.begin() + static_cast<std::ptrdiff_t>(step.at);
        switch (step.what) {
        case list_step::edit::insert:
            view.insert(at, all_.size());
            all_.push_back({step.value, false});
            break;
        case list_step::edit::set:
            all_[*at].value = step.value;
            seen_values_[node][*at] = step.value;
            break;
        case list_step::edit::erase:
            all_[*at].removed = true;
            view.erase(at);
            break;
        case list_step::edit::move: {
            const std::size_t moved = *at;
            view.erase(at);
            view.insert(view.begin() + static_cast<std::ptrdiff_t>(step.to), moved);
            break;
        }
        }
    }

    void initialize(std::size_t node, const elements& anew) {
        for (const std::size_t each : views_[node]) {
            all_[each].removed = true;
        }
        views_[node].clear();
        for (const std::string& each : anew) {
            take(node, {list_step::edit::insert, views_[node].size(), 0, each});
        }
    }

    /// In no order that means anything.
    [[nodiscard]] elements left() const {
        elements all;
        for (const element& each : all_) {
            if (!each.removed) {
                all.push_back(each.value.value_or(each.first_value));
            }
        }
        std::sort(all.begin(), all.end());
        return all;
    }

private:
    struct element {
        std::string first_value;
        bool removed;
        std::optional<std::string> value{};
    };

    std::vector<element> all_;
    std::array<std::vector<std::size_t>, 3> views_;
    std::array<std::map<std::size_t, std::string>, 3> seen_values_;
};

/// Performs a step on a replica.
template <class Editor>
void perform_step(Editor& items, const list_step& step) {
    switch (step.what) {
    case list_step::edit::insert:
        items.insert(step.at, step.value);
        break;
    case list_step::edit::set:
        CHECK(items.set(step.at, step.value));
        break;
    case list_step::edit::erase:
        CHECK(items.erase(step.at));
        break;
    case list_step::edit::move:
        CHECK(items.move(step.at, step.to));
        break;
    }
}

/// The outcome of a list; none in it: deleted.
struct list_outcome {
    bool expressible = true;
    std::optional<elements> ours{};
};

list_outcome merged_list(const json::value& test, const std::vector<operation>& all) {
    list_outcome outcome;
    const elements base = elements_of(test.at("base"));
    list_model model(base);
    std::array<bool, 3> deleted{};
    outcome.ours = merged(
        all,
        [&](replica& origin) {
            const array made = array_of(base);
            origin.transact([&](auto& tx) { tx.upsert(the_array.id, made); });
        },
        [&](replica& at, const operation& what) {
            const array* const found = at.find(the_array);
            CHECK((found == nullptr) == deleted[what.node]);
            if (what.kind() == "delete") {
                at.transact([](auto& tx) { tx.erase(the_array); });
                deleted[what.node] = true;
            } else if (what.kind() == "initialize") {
                const elements anew = elements_of(what.data->at("value"));
                const array made = array_of(anew);
                at.transact([&](auto& tx) { tx.upsert(the_array.id, made); });
                deleted[what.node] = false;
                model.initialize(what.node, anew);
            } else if (found != nullptr) {
                CHECK(found->items.value() == model.seen_by(what.node));
                const auto steps = steps_of(*what.data, found->items.value());
                outcome.expressible = outcome.expressible && steps.has_value();
                at.transact([&](auto& tx) {
                    auto editor = tx.edit(the_array);
                    auto items = editor[&array::items];
                    for (const list_step& step : steps.value_or(std::vector<list_step>{})) {
                        perform_step(items, step);
                        model.take(what.node, step);
                    }
                });
            }
        },
        [](const replica& from) {
            const array* const found = from.find(the_array);
            return found == nullptr ? std::nullopt : std::optional(found->items.value());
        });
    CHECK(outcome.ours.has_value() == (deleted == std::array<bool, 3>{}));
    if (outcome.ours) {
        elements sorted = *outcome.ours;
        std::sort(sorted.begin(), sorted.end());
        CHECK(sorted == model.left());
    }
    return outcome;
}

constexpr std::string_view not_seen =
    "under delete_wins an initialization brings back what its writer knew to be deleted, whatever "
    "the times; a delete that it had not seen stays, and so on any number of replicas";

constexpr std::string_view as_seen =
    "an operation on a list is about the elements that its writer saw, by whatever index or value "
    "it named them, and leaves alone what came from elsewhere meanwhile; nothing is moved to where "
    "an index means another element, and that is so with any number of writers";
constexpr std::string_view hole =
    "there are no holes in a list: what is to be set or moved must be in it";

/// Every case that does not agree.
constexpr std::array<departure, 76> table{{
    {2, verdict::differs, as_seen},        {9, verdict::differs, as_seen},
    {12, verdict::differs, as_seen},       {15, verdict::differs, as_seen},
    {16, verdict::differs, as_seen},       {17, verdict::differs, as_seen},
    {18, verdict::differs, as_seen},       {21, verdict::differs, as_seen},
    {25, verdict::differs, as_seen},       {28, verdict::differs, as_seen},
    {31, verdict::differs, as_seen},       {32, verdict::differs, as_seen},
    {36, verdict::differs, as_seen},       {38, verdict::differs, as_seen},
    {48, verdict::differs, as_seen},       {49, verdict::differs, as_seen},
    {53, verdict::differs, as_seen},       {58, verdict::differs, as_seen},
    {63, verdict::differs, as_seen},       {67, verdict::differs, as_seen},
    {68, verdict::differs, as_seen},       {69, verdict::differs, as_seen},
    {70, verdict::differs, as_seen},       {99, verdict::differs, not_seen},
    {114, verdict::differs, as_seen},      {115, verdict::differs, as_seen},
    {116, verdict::differs, as_seen},      {118, verdict::differs, as_seen},
    {121, verdict::not_expressible, hole}, {122, verdict::differs, as_seen},
    {123, verdict::differs, as_seen},      {124, verdict::not_expressible, hole},
    {125, verdict::not_expressible, hole}, {126, verdict::not_expressible, hole},
    {130, verdict::not_expressible, hole}, {131, verdict::not_expressible, hole},
    {132, verdict::not_expressible, hole}, {133, verdict::not_expressible, hole},
    {134, verdict::not_expressible, hole}, {139, verdict::differs, as_seen},
    {140, verdict::not_expressible, hole}, {142, verdict::differs, as_seen},
    {144, verdict::not_expressible, hole}, {147, verdict::not_expressible, hole},
    {153, verdict::not_expressible, hole}, {155, verdict::not_expressible, hole},
    {156, verdict::not_expressible, hole}, {157, verdict::not_expressible, hole},
    {159, verdict::not_expressible, hole}, {160, verdict::not_expressible, hole},
    {164, verdict::not_expressible, hole}, {167, verdict::differs, as_seen},
    {173, verdict::not_expressible, hole}, {174, verdict::not_expressible, hole},
    {176, verdict::differs, as_seen},      {177, verdict::not_expressible, hole},
    {181, verdict::differs, as_seen},      {184, verdict::differs, as_seen},
    {186, verdict::not_expressible, hole}, {189, verdict::not_expressible, hole},
    {193, verdict::not_expressible, hole}, {194, verdict::not_expressible, hole},
    {198, verdict::differs, as_seen},      {199, verdict::differs, as_seen},
    {200, verdict::differs, as_seen},      {204, verdict::not_expressible, hole},
    {206, verdict::not_expressible, hole}, {207, verdict::differs, as_seen},
    {208, verdict::not_expressible, hole}, {211, verdict::differs, as_seen},
    {213, verdict::not_expressible, hole}, {214, verdict::differs, as_seen},
    {215, verdict::differs, as_seen},      {216, verdict::differs, as_seen},
    {217, verdict::not_expressible, hole}, {224, verdict::not_expressible, hole},
}};

}  // namespace

TEST_CASE("replica/verdant_concurrent_merge: every golden case agrees, or departs for a reason") {
    const json::value file = weft::test::load_golden("verdant/concurrent-merge.json");
    const json::array& cases = file.at("cases").as_array();
    REQUIRE(cases.size() == 226);
    weft::test::ledger ledger(table);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const json::value& final = cases[i].at("final");
        const bool gone = final.is_object() && final.as_object().contains("@undefined");
        const std::vector<operation> all = operations_of(cases[i]);
        CAPTURE(i);
        if (cases[i].at("base").is_object()) {
            const std::optional<reading> ours = merged_object(cases[i], all);
            const auto theirs = gone ? std::nullopt : std::optional(reading_of(final));
            CHECK(ours == defined(cases[i], all));
            ledger.enter(i, ours == theirs ? verdict::agrees : verdict::differs);
        } else {
            const list_outcome list = merged_list(cases[i], all);
            const auto theirs = gone ? std::nullopt : std::optional(elements_of(final));
            ledger.enter(i, !list.expressible     ? verdict::not_expressible
                            : list.ours == theirs ? verdict::agrees
                                                  : verdict::differs);
        }
    }
    ledger.close(150, 76);
}

}  // namespace verdant_concurrent_merge
