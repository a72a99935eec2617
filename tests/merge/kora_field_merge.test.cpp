/// Kora's golden vectors for the merge of one field (field-merge.json), for its strategies by
/// themselves (merge-strategies.json) and for one intent applied to a value (replay-atomic.json)
/// against the policies that offer the same behaviour. A case of the first two has a value before
/// and two concurrent writes: the value before is written by actor 0 and seen by both, nodes become
/// actors in the same order, and the writes are delivered in every order. A field that is a set has
/// no order: its elements are compared, each by its JSON text.
///
/// Beside the outcome that Kora had, each case has the one that the policy's definition gives, and
/// is played again with a third writer, who writes what a later case of its kind writes; so what
/// departs from Kora still is what weft promises, for three writers too.
#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/authority.hpp>
#include <weft/merge/counter.hpp>
#include <weft/merge/grow_only_set.hpp>
#include <weft/merge/list.hpp>
#include <weft/merge/lww.hpp>
#include <weft/merge/max.hpp>
#include <weft/merge/min.hpp>
#include <weft/merge/real_counter.hpp>

#include "merge/kora_documents.hpp"
#include "merge/kora_fields.hpp"
#include "support/golden.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kora_field_merge {
namespace {

using weft::test::departure;
using weft::test::verdict;

// Registers: any value, by its text. The greatest stamp wins.

outcome lww_ours(const conflict& all) {
    using field = weft::lww<std::string>;
    return played<field>(
        all,
        [](const auto& base) { return base ? std::optional(field(text_of(*base))) : std::nullopt; },
        [](auto& editor, const side& each) {
            if (each.value) {
                editor = text_of(*each.value);
            }
        },
        [](const field& read) { return read.value(); });
}

outcome lww_defined(const conflict& all) {
    const side* last = nullptr;
    for (const side& each : all.sides) {
        if (each.value && (last == nullptr ||
                           std::pair(last->at, last->actor) < std::pair(each.at, each.actor))) {
            last = &each;
        }
    }
    return last != nullptr ? text_of(*last->value) : all.base ? text_of(*all.base) : "";
}

outcome lww_theirs(const json::value& value) {
    return text_of(value);
}

// Registers with an authority: Kora takes what comes from the other side for the server's. Here the
// server says so, and everybody agrees who that was.

outcome authority_ours(const conflict& all) {
    using field = weft::authority<std::string, weft::claimed>;
    return played<field>(
        all,
        [](const auto& base) { return base ? std::optional(field(text_of(*base))) : std::nullopt; },
        [&](auto& editor, const side& each) {
            if (each.value && &each == &all.sides[1]) {
                editor.as_authority() = text_of(*each.value);
            } else if (each.value) {
                editor = text_of(*each.value);
            }
        },
        [](const field& read) { return read.value(); });
}

outcome authority_defined(const conflict& all) {
    return all.sides[1].value ? text_of(*all.sides[1].value) : lww_defined(all);
}

// Sets. A side that leaves out what it had seen removes it; what is new on a side it adds.

outcome set_ours(const conflict& all) {
    using field = weft::add_wins_set<std::string>;
    const std::set<std::string> before = elements_of(all.base);
    return played<field>(
        all,
        [&](const auto& /*base*/) {
            field wanted;
            for (const std::string& element : before) {
                wanted.insert(element);
            }
            return std::optional(wanted);
        },
        [&](auto& editor, const side& each) {
            if (!each.value) {
                return;
            }
            const std::set<std::string> wanted = elements_of(each.value);
            for (const std::string& element : wanted) {
                if (!before.contains(element)) {
                    editor.insert(element);
                }
            }
            for (const std::string& element : before) {
                if (!wanted.contains(element)) {
                    editor.erase(element);
                }
            }
        },
        [](const field& read) {
            return lines_of(std::set<std::string>(read.begin(), read.end()));
        });
}

outcome set_defined(const conflict& all) {
    const std::set<std::string> before = elements_of(all.base);
    std::set<std::string> left = before;
    for (const side& each : all.sides) {
        if (each.value) {
            const std::set<std::string> wanted = elements_of(each.value);
            left.insert(wanted.begin(), wanted.end());
        }
    }
    for (const side& each : all.sides) {
        for (const std::string& element : before) {
            if (each.value && !elements_of(each.value).contains(element)) {
                left.erase(element);
            }
        }
    }
    return lines_of(left);
}

outcome set_theirs(const json::value& value) {
    return lines_of(elements_of(value));
}

/// The same with intents: each side removes one element.
outcome removals_ours(const conflict& all) {
    conflict edited = all;
    for (side& each : edited.sides) {
        json::array left = all.base && all.base->is_array() ? all.base->as_array() : json::array{};
        const std::string taken = text_of(*each.intent);
        for (auto element = left.begin(); element != left.end();) {
            element = text_of(*element) == taken ? left.erase(element) : element + 1;
        }
        each.value = left;
    }
    return set_ours(edited);
}

outcome removals_defined(const conflict& all) {
    std::set<std::string> left = elements_of(all.base);
    for (const side& each : all.sides) {
        left.erase(text_of(*each.intent));
    }
    return lines_of(left);
}

// Sets that only grow: what a side leaves out stays.

outcome growing_ours(const conflict& all) {
    using field = weft::grow_only_set<std::string>;
    return played<field>(
        all,
        [](const auto& base) {
            field wanted;
            for (const std::string& element : elements_of(base)) {
                wanted.insert(element);
            }
            return std::optional(wanted);
        },
        [](auto& editor, const side& each) {
            for (const std::string& element : elements_of(each.value)) {
                editor.insert(element);
            }
        },
        [](const field& read) {
            return lines_of(std::set<std::string>(read.begin(), read.end()));
        });
}

outcome growing_defined(const conflict& all) {
    std::set<std::string> left = elements_of(all.base);
    for (const side& each : all.sides) {
        left.merge(elements_of(each.value));
    }
    return lines_of(left);
}

// Lists: each side appends one element. What is concurrent stands in the order of actors.

outcome appended_ours(const conflict& all) {
    using field = weft::list<std::string>;
    return played<field>(
        all,
        [](const auto& base) {
            field wanted;
            for (const std::string& each : items_of(base)) {
                wanted.push_back(each);
            }
            return std::optional(wanted);
        },
        [](auto& editor, const side& each) { editor.push_back(text_of(*each.intent)); },
        [](const field& read) { return lines_of(read); });
}

outcome appended_defined(const conflict& all) {
    std::vector<std::string> items = items_of(all.base);
    std::vector<side> sides = all.sides;
    std::sort(sides.begin(), sides.end(),
              [](const side& a, const side& b) { return a.actor < b.actor; });
    for (const side& each : sides) {
        items.push_back(text_of(*each.intent));
    }
    return lines_of(items);
}

outcome appended_theirs(const json::value& value) {
    return lines_of(items_of(value));
}

// Counters: a side that wrote another number than it saw adds the difference. Whole numbers are
// counted by counter, others by real_counter, whose sum is rounded once.

/// By how much a side changes the count.
double amount_of(const side& each, double base) {
    const auto number = number_of(each.value);
    return each.intent ? number_of(each.intent).value_or(0) : number ? *number - base : 0;
}

/// The count before.
double count_before(const conflict& all) {
    return number_of(all.base).value_or(0);
}

bool countable(const conflict& all) {
    return std::isfinite(count_before(all)) &&
           std::all_of(all.sides.begin(), all.sides.end(), [&](const side& each) {
               return std::isfinite(amount_of(each, count_before(all)));
           });
}

outcome counter_defined(const conflict& all) {
    if (!countable(all)) {
        return std::nullopt;
    }
    long double sum = count_before(all);
    for (const side& each : all.sides) {
        sum += amount_of(each, count_before(all));
    }
    return text_of(static_cast<double>(sum));
}

bool whole(double number) {
    return number == std::floor(number);
}

outcome counter_ours(const conflict& all) {
    if (!countable(all)) {
        return std::nullopt;
    }
    const double before = count_before(all);
    const bool integers =
        whole(before) && std::all_of(all.sides.begin(), all.sides.end(), [&](const side& each) {
            return whole(amount_of(each, before));
        });
    const auto counted = [&]<class Counter, class Number>(const Counter& /*which*/, Number base) {
        return played<Counter>(
            all, [&](const auto& /*base*/) { return std::optional(Counter(base)); },
            [&](auto& editor, const side& each) {
                editor += static_cast<Number>(amount_of(each, before));
            },
            [](const Counter& read) { return text_of(static_cast<double>(read.value())); });
    };
    return integers ? counted(weft::counter(), static_cast<std::int64_t>(before))
                    : counted(weft::real_counter(), before);
}

outcome counter_theirs(const json::value& value) {
    const auto number = number_of(value);
    return number && std::isfinite(*number) ? std::optional(text_of(*number)) : std::nullopt;
}

// The greatest and the smallest number of all that were written.

std::optional<double> bid_of(const side& each) {
    return number_of(each.intent ? each.intent : each.value);
}

template <class P>
outcome extreme_ours(const conflict& all) {
    return played<P>(
        all,
        [](const auto& base) {
            const auto number = number_of(base);
            return number ? std::optional(P(*number)) : std::nullopt;
        },
        [](auto& editor, const side& each) {
            if (const auto bid = bid_of(each)) {
                editor = *bid;
            }
        },
        [](const P& read) { return read.pristine() ? "none" : text_of(read.value()); });
}

template <bool Greatest>
outcome extreme_defined(const conflict& all) {
    std::optional<double> best = number_of(all.base);
    for (const side& each : all.sides) {
        const auto bid = bid_of(each);
        // No number is greater than all numbers.
        const auto below = [](double a, double b) {
            return std::isnan(b) ? !std::isnan(a) : a < b;
        };
        if (bid && (!best || (Greatest ? below(*best, *bid) : below(*bid, *best)))) {
            best = bid;
        }
    }
    return best ? text_of(*best) : "none";
}

outcome extreme_theirs(const json::value& value) {
    const auto number = number_of(value);
    if (!number && !value.is_null() && tag_of(value) != "undef") {
        return std::nullopt;
    }
    return number ? text_of(*number) : "none";
}

constexpr family registers{lww_ours, lww_defined, lww_theirs};
constexpr family ruled{authority_ours, authority_defined, lww_theirs};
constexpr family sets{set_ours, set_defined, set_theirs};
constexpr family removals{removals_ours, removals_defined, set_theirs};
constexpr family growing{growing_ours, growing_defined, set_theirs};
constexpr family appended{appended_ours, appended_defined, appended_theirs};
constexpr family counters{counter_ours, counter_defined, counter_theirs};
constexpr family greatest{extreme_ours<weft::max<double>>, extreme_defined<true>, extreme_theirs};
constexpr family documents{document_ours, document_defined, document_theirs};
constexpr family smallest{extreme_ours<weft::min<double>>, extreme_defined<false>, extreme_theirs};

/// Plays one case after the other. Of each family the case before lends the third writer.
class judge {
public:
    verdict enter(const family& which, const conflict& all, const json::value& expected) {
        if (all.sides.size() == 2 && all.sides[0].actor == all.sides[1].actor) {
            return verdict::not_expressible;
        }
        const outcome ours = which.ours(all);
        const outcome theirs = which.theirs(expected);
        if (!ours) {
            return verdict::not_expressible;
        }
        CHECK(ours == which.defined(all));
        conflict three = all;
        if (const auto before = third_.find(which.ours); before != third_.end()) {
            three.sides.push_back(before->second);
            if (const outcome more = which.ours(three)) {
                CHECK(more == which.defined(three));
                ++threes_;
            }
        }
        side& lent = third_[which.ours];
        lent = all.sides.front();
        lent.actor = 3;
        return !theirs          ? verdict::not_expressible
               : theirs == ours ? verdict::agrees
                                : verdict::differs;
    }

    /// How many cases had a third writer.
    [[nodiscard]] std::size_t threes() const { return threes_; }

private:
    std::map<outcome (*)(const conflict&), side> third_;
    std::size_t threes_ = 0;
};

// ---- field-merge.json ----

std::optional<json::value> member_of(const json::value& of, const char* name) {
    const json::value* const found = of.as_object().if_contains(name);
    return found == nullptr ? std::nullopt : std::optional(*found);
}

side side_of(const json::value& from) {
    const std::string_view node = from.at("node").as_string();
    side made{node == "a" ? std::size_t{1} : std::size_t{2},
              timestamp::of(from.at("wall").to_number<std::uint64_t>(),
                            from.at("logical").to_number<std::uint64_t>()),
              member_of(from, "value"),
              {}};
    if (const auto intent = member_of(from, "intent")) {
        made.intent = intent->at("value");
    }
    return made;
}

/// The policy that offers the strategy.
const family* family_of(std::string_view strategy) {
    static const std::map<std::string_view, const family*> all{
        {"lww", &registers},
        {"richtext-lww", &registers},
        {"no-conflict-local", &registers},
        {"no-conflict-remote", &registers},
        {"no-conflict-unchanged", &registers},
        {"schema-server-authoritative", &ruled},
        {"add-wins-set", &sets},
        {"atomic-remove", &removals},
        {"atomic-append", &appended},
        {"schema-append-only", &growing},
        {"schema-counter", &counters},
        {"atomic-increment", &counters},
        {"schema-max", &greatest},
        {"atomic-max", &greatest},
        {"schema-min", &smallest},
        {"atomic-min", &smallest},
        {"object-lww-map", &documents},
    };
    const auto found = all.find(strategy);
    return found == all.end() ? nullptr : found->second;
}

/// Strategies that no policy offers: a function of both sides and of what was before them, which a
/// third writer has no place in (weft::resolved reads concurrent values); and a text of characters.
const std::set<std::string_view> without_policy{"custom", "crdt-text", "error"};

/// A write of merge-strategies.json, which has its time as a stamp.
side stamped(const json::value& at, std::string_view value) {
    side made = side_of(json::object{
        {"node", at.at("nodeId")}, {"wall", at.at("wallTime")}, {"logical", at.at("logical")}});
    made.value = json::value(value);
    return made;
}

// ---- what departs ----

constexpr std::string_view one_node =
    "the operations of one weft actor follow each other: none are concurrent, none at one time";
constexpr std::string_view taken_out =
    "an element that one side took out and the other had seen and left alone is out, whatever "
    "else the other did to the set: a removal beats all that it saw, and yields only to an "
    "addition that it did not see; so it does with any number of writers";
constexpr std::string_view by_value = "weft knows what is removed by its value, also an object";
constexpr std::string_view no_number = "a field of numbers holds nothing else";
constexpr std::string_view not_a_number =
    "what is not a number has a place in the order: above all numbers, so it never is the smallest";
constexpr std::string_view no_sum = "what is not a number has no sum";
constexpr std::string_view rounded_once =
    "a real_counter adds exactly and rounds once, so that the order of the amounts is nothing";

constexpr std::string_view hidden =
    "who replaced a place by a scalar, an array or another object decides what it is; what others "
    "wrote below without knowing that is hidden";
constexpr std::string_view no_object = "a document may be anything, also where writes meet";
constexpr std::string_view told_apart =
    "NaN and null are two values, and so are 0 and -0, though JSON writes them alike";
constexpr std::string_view left_below =
    "of what one side removed that survives which the other wrote there, and nothing that both "
    "had seen";

/// Every case of field-merge.json that does not agree.
constexpr std::array<departure, 78> fields{{
    {4, verdict::not_expressible, one_node},   {10, verdict::not_expressible, one_node},
    {15, verdict::not_expressible, one_node},  {26, verdict::not_expressible, one_node},
    {64, verdict::not_expressible, one_node},  {69, verdict::differs, taken_out},
    {74, verdict::differs, taken_out},         {75, verdict::differs, taken_out},
    {84, verdict::differs, taken_out},         {85, verdict::differs, taken_out},
    {86, verdict::differs, taken_out},         {94, verdict::differs, taken_out},
    {97, verdict::differs, taken_out},         {101, verdict::differs, taken_out},
    {105, verdict::differs, taken_out},        {107, verdict::differs, taken_out},
    {116, verdict::differs, taken_out},        {118, verdict::differs, taken_out},
    {119, verdict::differs, taken_out},        {120, verdict::differs, taken_out},
    {121, verdict::differs, taken_out},        {122, verdict::differs, taken_out},
    {124, verdict::differs, taken_out},        {127, verdict::differs, taken_out},
    {132, verdict::differs, taken_out},        {133, verdict::differs, taken_out},
    {135, verdict::differs, taken_out},        {138, verdict::differs, taken_out},
    {139, verdict::differs, taken_out},        {142, verdict::differs, taken_out},
    {145, verdict::differs, taken_out},        {146, verdict::differs, taken_out},
    {149, verdict::differs, taken_out},        {151, verdict::differs, taken_out},
    {152, verdict::differs, taken_out},        {153, verdict::differs, taken_out},
    {155, verdict::differs, taken_out},        {157, verdict::differs, taken_out},
    {162, verdict::differs, taken_out},        {182, verdict::differs, taken_out},
    {183, verdict::differs, taken_out},        {184, verdict::differs, taken_out},
    {188, verdict::differs, hidden},           {189, verdict::differs, hidden},
    {206, verdict::differs, no_object},        {207, verdict::differs, hidden},
    {208, verdict::differs, hidden},           {209, verdict::differs, no_object},
    {210, verdict::differs, no_object},        {211, verdict::differs, no_object},
    {212, verdict::differs, no_object},        {213, verdict::differs, no_object},
    {214, verdict::differs, hidden},           {215, verdict::differs, hidden},
    {216, verdict::differs, hidden},           {217, verdict::differs, no_object},
    {218, verdict::differs, no_object},        {219, verdict::differs, no_object},
    {220, verdict::differs, no_object},        {221, verdict::differs, no_object},
    {222, verdict::differs, no_object},        {223, verdict::differs, no_object},
    {224, verdict::differs, hidden},           {225, verdict::differs, hidden},
    {226, verdict::differs, no_object},        {227, verdict::differs, hidden},
    {228, verdict::differs, hidden},           {235, verdict::differs, told_apart},
    {236, verdict::differs, told_apart},       {237, verdict::differs, told_apart},
    {263, verdict::differs, left_below},       {324, verdict::not_expressible, no_sum},
    {326, verdict::not_expressible, no_sum},   {338, verdict::not_expressible, one_node},
    {339, verdict::not_expressible, one_node}, {367, verdict::differs, taken_out},
    {368, verdict::differs, by_value},         {369, verdict::differs, rounded_once},
}};

/// Every case of merge-strategies.json that does not agree.
constexpr std::array<departure, 17> strategies{{
    {2, verdict::differs, taken_out},
    {3, verdict::differs, taken_out},
    {10, verdict::differs, taken_out},
    {13, verdict::differs, taken_out},
    {15, verdict::differs, taken_out},
    {18, verdict::not_expressible, one_node},
    {77, verdict::differs, taken_out},
    {79, verdict::differs, hidden},
    {86, verdict::differs, hidden},
    {87, verdict::differs, no_object},
    {88, verdict::differs, no_object},
    {89, verdict::differs, no_object},
    {90, verdict::differs, hidden},
    {91, verdict::differs, hidden},
    {94, verdict::differs, told_apart},
    {105, verdict::not_expressible, no_number},
    {109, verdict::not_expressible, no_number},
}};

/// Every case of an intent that does not agree.
constexpr std::array<departure, 6> intents{{
    {139, verdict::not_expressible, no_sum},
    {140, verdict::not_expressible, no_sum},
    {141, verdict::not_expressible, no_sum},
    {142, verdict::not_expressible, no_sum},
    {144, verdict::differs, not_a_number},
    {145, verdict::differs, not_a_number},
}};

}  // namespace

TEST_CASE("merge/kora_field_merge: every golden case of a field agrees, or departs for a reason") {
    const json::value file = weft::test::load_golden("kora/field-merge.json");
    const json::array& cases = file.at("cases").as_array();
    REQUIRE(cases.size() == 383);
    judge judge;
    weft::test::ledger ledger(fields);
    std::size_t without = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const json::value& test = cases[i];
        const std::string_view strategy = test.at("strategy").as_string();
        conflict both{member_of(test, "base"),
                      {side_of(test.at("local")), side_of(test.at("remote"))}};
        if (both.base && tag_of(*both.base) == "undef") {
            both.base.reset();
        }
        if (!strategy.starts_with("atomic-")) {
            both.sides[0].intent.reset();
            both.sides[1].intent.reset();
        }
        if (const family* const which = family_of(strategy)) {
            ledger.enter(i, judge.enter(*which, both, test.at("value")));
        } else {
            CHECK(without_policy.contains(strategy));
            ++without;
        }
    }
    ledger.close(279, 78);
    CHECK(without == 26);
    CHECK(judge.threes() > 200);
}

TEST_CASE("merge/kora_field_merge: every golden case of a strategy agrees, or departs for a "
          "reason") {
    const json::value file = weft::test::load_golden("kora/merge-strategies.json");
    const json::array& cases = file.at("cases").as_array();
    REQUIRE(cases.size() == 123);
    judge judge;
    weft::test::ledger ledger(strategies);
    std::size_t without = 0;
    std::size_t mixed = 0;
    std::size_t left_to_kind = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const json::value& input = cases[i].at("input");
        const json::value& expected = cases[i].at("expected");
        const std::string_view kind = cases[i].at("kind").as_string();
        conflict both{member_of(input, "base"),
                      {{1, timestamp::of(5), member_of(input, "local"), {}},
                       {2, timestamp::of(6), member_of(input, "remote"), {}}}};
        if (kind == "addWinsSet") {
            ledger.enter(i, judge.enter(sets, both, expected));
        } else if (kind == "lastWriteWins") {
            both.sides[0] = stamped(input.at("local_ts"), "L");
            both.sides[1] = stamped(input.at("remote_ts"), "R");
            ledger.enter(i, judge.enter(registers, both, expected.at("value")));
        } else if (kind == "mergeAtomicOps") {
            both.sides[0].intent = input.at("local").at("value");
            both.sides[1].intent = input.at("remote").at("value");
            if (!expected.at("merged").as_bool()) {
                // A weft field has one policy, whose writes are all of one kind.
                CHECK(input.at("local").at("type") != input.at("remote").at("type"));
                ++mixed;
                continue;
            }
            const family* const which = family_of(expected.at("strategy").as_string());
            REQUIRE(which != nullptr);
            ledger.enter(i, judge.enter(*which, both, expected.at("value")));
        } else if (kind == "applySchemaStrategy") {
            if (expected.is_null()) {
                ++left_to_kind;  // which has its cases in the other file
                continue;
            }
            const std::string_view strategy = expected.at("strategyName").as_string();
            if (const family* const which = family_of(strategy)) {
                ledger.enter(i, judge.enter(*which, both, expected.at("value")));
            } else {
                CHECK(without_policy.contains(strategy));
                ++without;
            }
        } else {
            REQUIRE(kind == "mergeObject");
            for (std::size_t writer : {std::size_t{0}, std::size_t{1}}) {
                const char* const name = writer == 0 ? "local" : "remote";
                both.sides[writer] = stamped(input.at(name + std::string("_ts")), "");
                both.sides[writer].value = member_of(input, name);
            }
            ledger.enter(i, judge.enter(documents, both, expected));
        }
    }
    ledger.close(53, 17);
    CHECK(mixed == 44);
    CHECK(left_to_kind == 9);
    CHECK(without == 0);
}

TEST_CASE("merge/kora_field_merge: an intent applied to a value of its kind gives what it gave "
          "there") {
    const json::value file = weft::test::load_golden("kora/replay-atomic.json");
    judge judge;
    weft::test::ledger ledger(intents);
    std::size_t other_kind = 0;
    std::size_t i = 0;
    for (const json::value& test : file.at("cases").as_array()) {
        if (test.at("kind").as_string() != "applyAtomicOp") {
            continue;
        }
        const json::value& current = test.at("input").at("current");
        const json::value& operation = test.at("input").at("op");
        const std::string_view type = operation.at("type").as_string();
        const bool of_arrays = type == "append" || type == "remove";
        const bool nothing = current.is_null() || tag_of(current) == "undef";
        if (!nothing && !(of_arrays ? current.is_array() : number_of(current).has_value())) {
            ++other_kind;  // a weft field has one type: the value in it is of that, or absent
        } else {
            conflict alone{nothing ? std::nullopt : std::optional(current),
                           {{1, timestamp::of(5), {}, operation.at("value")}}};
            const family* const which = family_of("atomic-" + std::string(type));
            REQUIRE(which != nullptr);
            ledger.enter(i, judge.enter(*which, alone, test.at("expected")));
        }
        ++i;
    }
    CHECK(i == 150);
    ledger.close(65, 6);
    CHECK(other_kind == 79);
}

}  // namespace kora_field_merge
