/// Kora's golden vectors for whole records against replicas: two concurrent operations on one
/// record (record-merge.json), and the operations of one record folded in the order of their
/// timestamps (replay-atomic.json). The records are under lww_delete, as Kora's are; its update of
/// a deleted record is an upsert of some fields, its insert an upsert of all; a value without a
/// policy of its own is a register of its JSON text, empty where there is none.
///
/// What each field must read is worked out beside that from its policy's definition, for the two
/// operations and for a third writer's; all replicas must agree, in whatever order they hear of the
/// operations.
#include <weft/merge/grow_only_set.hpp>
#include <weft/merge/list.hpp>
#include <weft/merge/max.hpp>
#include <weft/merge/min.hpp>
#include <weft/merge/real_counter.hpp>

#include "replica/todo.hpp"
#include "support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kora_records {
namespace {

namespace json = boost::json;
using weft::test::departure;
using weft::test::pull;
using weft::test::verdict;

using text = weft::lww<std::string>;
using text_set = weft::add_wins_set<std::string>;
using growing_set = weft::grow_only_set<std::string>;
using greatest = weft::max<std::int64_t>;
using smallest = weft::min<std::int64_t>;
using texts = weft::list<std::string>;

struct doc {
    BOOST_HANA_DEFINE_STRUCT(doc,
                             (text, title),
                             (text, done),
                             (text, owner),
                             (text, body),
                             (text, pw),
                             (weft::counter, count),
                             (weft::counter, score),
                             (greatest, hi),
                             (text_set, tags),
                             (growing_set, log));
};

struct folded {
    BOOST_HANA_DEFINE_STRUCT(folded,
                             (text, a),
                             (text, b),
                             (text, plain),
                             (weft::counter, sum),
                             (greatest, most),
                             (smallest, least),
                             (weft::real_counter, real),
                             (texts, items));
};

using records = weft::schema<1,
                             weft::collection<"docs", doc, weft::lww_delete>,
                             weft::collection<"folds", folded, weft::lww_delete>>;
using replica = weft::replica<records, weft::test::test_traits>;

/// One wall clock, which the test sets, for all replicas.
struct place {
    std::uint64_t now = 1'000;

    [[nodiscard]] replica make(std::uint64_t actor) const {
        return replica(weft::test::actor(actor),
                       {weft::manual_clock{&now}, weft::splitmix64{7}, {}});
    }
};

const weft::ref<doc, weft::uuid> the_doc{weft::test::record(1)};
const weft::ref<folded, weft::uuid> the_fold{weft::test::record(2)};

// ---- values ----

const json::value* member(const json::value& of, std::string_view name) {
    const json::object* const object = of.if_object();
    return object == nullptr ? nullptr : object->if_contains(name);
}

std::string text_of(const json::value* value) {
    return value == nullptr ? "" : json::serialize(*value);
}

/// A whole number; of anything else, what is given.
std::int64_t whole(const json::value* value, std::int64_t otherwise = 0) {
    return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

std::set<std::string> elements(const json::value* value) {
    std::set<std::string> all;
    if (value != nullptr && value->is_array()) {
        for (const json::value& each : value->as_array()) {
            all.insert(json::serialize(each));
        }
    }
    return all;
}

// ---- documents ----

using reading = std::map<std::string, std::string, std::less<>>;

std::string lines(const std::set<std::string>& all) {
    std::string joined;
    for (const std::string& each : all) {
        joined += each + "\n";
    }
    return joined;
}

reading read(const doc& from) {
    return {{"title", from.title.value()},
            {"done", from.done.value()},
            {"owner", from.owner.value()},
            {"body", from.body.value()},
            {"pw", from.pw.value()},
            {"count", std::to_string(from.count.value())},
            {"score", std::to_string(from.score.value())},
            {"hi", std::to_string(from.hi.value())},
            {"tags", lines({from.tags.begin(), from.tags.end()})},
            {"log", lines({from.log.begin(), from.log.end()})}};
}

constexpr std::array<std::string_view, 5> registers{"title", "done", "owner", "body", "pw"};

/// What a field that reads so is in JSON, written the same way.
std::string written(std::string_view field, const json::value& value) {
    if (field == "tags" || field == "log") {
        return lines(elements(&value));
    }
    return text_of(&value);
}

/// One of the concurrent operations.
struct side {
    std::uint64_t actor;
    std::uint64_t at;
    std::string_view type;
    json::value data;
    json::value intents;

    [[nodiscard]] const json::value* wrote(std::string_view field) const {
        return member(data, field);
    }

    /// What a counter is to be changed by.
    [[nodiscard]] std::int64_t amount(std::string_view field, const json::value& base) const {
        if (const json::value* const intent = member(intents, field)) {
            return whole(&intent->at("value"));
        }
        const std::int64_t before = whole(member(base, field));
        return whole(wrote(field), before) - before;
    }

    /// Whether it makes an operation at all.
    [[nodiscard]] bool writes(const json::value& base) const {
        if (type == "delete") {
            return true;
        }
        for (const std::string_view field : registers) {
            if (wrote(field) != nullptr) {
                return true;
            }
        }
        return amount("count", base) != 0 || amount("score", base) != 0 || wrote("hi") != nullptr ||
               elements(member(base, "tags")) != tags(base) || !elements(wrote("log")).empty();
    }

    [[nodiscard]] std::set<std::string> tags(const json::value& base) const {
        return elements(wrote("tags") != nullptr ? wrote("tags") : member(base, "tags"));
    }
};

side side_of(const json::value& from) {
    const auto part = [&](std::string_view name) {
        const json::value* const found = member(from, name);
        return found == nullptr ? json::value() : *found;
    };
    return {from.at("node").as_string() == "a" ? std::uint64_t{1} : std::uint64_t{2},
            2'000 + 100 * from.at("wall").to_number<std::uint64_t>() +
                from.at("logical").to_number<std::uint64_t>(),
            from.at("type").as_string(), part("data"), part("intents")};
}

template <class Editor>
void edit(Editor& to, const side& by, const json::value& base) {
    const auto assign = [&](auto field, std::string_view name) {
        if (const json::value* const value = by.wrote(name)) {
            to[field] = text_of(value);
        }
    };
    assign(&doc::title, "title");
    assign(&doc::done, "done");
    assign(&doc::owner, "owner");
    assign(&doc::body, "body");
    assign(&doc::pw, "pw");
    to[&doc::count] += by.amount("count", base);
    to[&doc::score] += by.amount("score", base);
    if (const json::value* const hi = by.wrote("hi")) {
        to[&doc::hi] = whole(hi);
    }
    const std::set<std::string> before = elements(member(base, "tags"));
    const std::set<std::string> wanted = by.tags(base);
    for (const std::string& tag : wanted) {
        if (!before.contains(tag)) {
            to[&doc::tags].insert(tag);
        }
    }
    for (const std::string& tag : before) {
        if (!wanted.contains(tag)) {
            to[&doc::tags].erase(tag);
        }
    }
    for (const std::string& entry : elements(by.wrote("log"))) {
        to[&doc::log].insert(entry);
    }
}

void write(replica& to, const side& by, const json::value& base) {
    to.transact([&](auto& tx) {
        if (by.type == "delete") {
            tx.erase(the_doc);
        } else if (by.type == "insert") {
            tx.template upsert<doc>(the_doc.id, [&](auto& editor) { edit(editor, by, base); });
        } else {
            auto editor = tx.edit(the_doc);
            edit(editor, by, base);
        }
    });
}

/// What the policies' definitions give; none if the record is deleted.
std::optional<reading> defined(const json::value& base, std::vector<side> sides) {
    std::sort(sides.begin(), sides.end(), [](const side& a, const side& b) {
        return std::pair(a.at, a.actor) < std::pair(b.at, b.actor);
    });
    bool there = true;
    reading all;
    std::int64_t count = whole(member(base, "count"));
    std::int64_t score = whole(member(base, "score"));
    std::int64_t hi = whole(member(base, "hi"));
    const std::set<std::string> before = elements(member(base, "tags"));
    std::set<std::string> tags = before;
    std::set<std::string> log = elements(member(base, "log"));
    for (const std::string_view field : registers) {
        all[std::string(field)] = text_of(member(base, field));
    }
    for (const side& by : sides) {
        there = by.writes(base) ? by.type != "delete" : there;
        for (const std::string_view field : registers) {
            if (by.wrote(field) != nullptr) {
                all[std::string(field)] = text_of(by.wrote(field));
            }
        }
        count += by.amount("count", base);
        score += by.amount("score", base);
        hi = by.wrote("hi") != nullptr ? std::max(hi, whole(by.wrote("hi"))) : hi;
        tags.merge(by.tags(base));
        log.merge(elements(by.wrote("log")));
    }
    for (const side& by : sides) {
        const std::set<std::string> wanted = by.tags(base);
        for (const std::string& tag : before) {
            if (by.type != "delete" && !wanted.contains(tag)) {
                tags.erase(tag);
            }
        }
    }
    if (!there) {
        return std::nullopt;
    }
    all["count"] = std::to_string(count);
    all["score"] = std::to_string(score);
    all["hi"] = std::to_string(hi);
    all["tags"] = lines(tags);
    all["log"] = lines(log);
    return all;
}

/// Writes them on replicas of their own and lets others hear of them in every order.
std::optional<reading> merged(const json::value& base, const std::vector<side>& sides) {
    place where;
    replica origin = where.make(9);
    const side before{9, where.now, "insert", base, {}};
    // Of a record that both insert nothing was there before.
    if (!std::all_of(sides.begin(), sides.end(),
                     [](const side& by) { return by.type == "insert"; })) {
        origin.transact([&](auto& tx) {
            tx.template upsert<doc>(the_doc.id,
                                    [&](auto& editor) { edit(editor, before, json::value()); });
        });
    }
    std::vector<replica> writers;
    for (const side& by : sides) {
        writers.push_back(where.make(by.actor));
        pull(writers.back(), origin);
        where.now = by.at;
        write(writers.back(), by, base);
        where.now = before.at;
    }
    where.now = 1'000'000;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < writers.size(); ++i) {
        order.push_back(i);
    }
    std::optional<reading> first;
    std::optional<weft::digest<16>> digest;
    do {
        replica listener = where.make(8);
        for (const std::size_t i : order) {
            pull(listener, writers[i]);
        }
        const doc* const found = listener.find(the_doc);
        if (!digest) {
            digest = listener.state_digest();
            first = found == nullptr ? std::nullopt : std::optional(read(*found));
        } else {
            CHECK(listener.state_digest() == *digest);
            CHECK(first == (found == nullptr ? std::nullopt : std::optional(read(*found))));
        }
    } while (std::next_permutation(order.begin(), order.end()));
    return first;
}

/// The fields that do not read as Kora's, by name; "life" if the record is there for one only.
std::string departures(const json::value& test, const std::optional<reading>& ours) {
    const json::object& expected = test.at("merged").as_object();
    const bool deletion = test.at("local").at("type").as_string() == "delete" ||
                          test.at("remote").at("type").as_string() == "delete";
    if (deletion && expected.empty() != !ours) {
        return "life";
    }
    std::string names;
    for (const std::string_view name : {"title", "done", "owner", "body", "pw", "count", "score",
                                        "hi", "tags", "log", "constructor"}) {
        const json::value* const theirs = expected.if_contains(name);
        if (!ours || theirs == nullptr) {
            continue;
        }
        const auto found = ours->find(name);
        if (found == ours->end() || found->second != written(name, *theirs)) {
            names += (names.empty() ? "" : " ") + std::string(name);
        }
    }
    return names;
}

// ---- folds ----

/// Which policy the operations' intents for q ask for: the type that they share; "plain" without
/// any; none if they are of several kinds.
std::optional<std::string> policy_of_q(const json::array& operations) {
    std::set<std::string> types;
    for (const json::value& each : operations) {
        const json::value* const data = member(each, "data");
        if (each.at("type").as_string() == "update" && data != nullptr &&
            member(*data, "q") != nullptr) {
            const json::value* const intents = member(each, "atomicOps");
            const json::value* const intent = intents == nullptr ? nullptr : member(*intents, "q");
            types.emplace(intent == nullptr ? "plain"
                                            : std::string_view(intent->at("type").as_string()));
        }
    }
    return types.empty()       ? "plain"
           : types.size() == 1 ? std::optional(*types.begin())
                               : std::nullopt;
}

/// What q is under its policy, by definition, beside what the replicas say.
struct running_q {
    std::string policy;
    std::optional<std::int64_t> value{};

    void assign(const json::value* q, bool anew) {
        if (anew && policy != "max" && policy != "min") {
            value.reset();
        }
        if (q != nullptr) {
            value = bid(whole(q), whole(q));
        }
    }

    void intend(std::int64_t operand) { value = bid(operand, value.value_or(0) + operand); }

private:
    [[nodiscard]] std::int64_t bid(std::int64_t number, std::int64_t otherwise) const {
        return policy == "max"   ? std::max(value.value_or(number), number)
               : policy == "min" ? std::min(value.value_or(number), number)
                                 : otherwise;
    }
};

std::string q_of(const folded& from, const std::string& policy) {
    return policy == "plain"       ? from.plain.value()
           : policy == "increment" ? std::to_string(from.sum.value())
           : policy == "max"       ? std::to_string(from.most.value())
                                   : std::to_string(from.least.value());
}

/// A number; 0 if there is none.
double number_of(const json::value* value) {
    return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

/// Whether q has fractions, and so is a sum of doubles.
bool has_fractions(const json::array& operations) {
    return std::any_of(operations.begin(), operations.end(), [](const json::value& each) {
        const json::value* const data = member(each, "data");
        const json::value* const q = data == nullptr ? nullptr : member(*data, "q");
        return q != nullptr && q->is_double();
    });
}

/// What an intent does to a list.
template <class Items>
void edit_items(Items&& items, const json::value& intent) {
    const std::string value = json::serialize(intent.at("value"));
    if (intent.at("type").as_string() == "append") {
        items.push_back(value);
        return;
    }
    for (std::size_t i = items.size(); i-- > 0;) {
        if (items[i] == value) {
            items.erase(i);
        }
    }
}

std::string read_items(const folded& from) {
    std::string all;
    for (const std::string& each : from.items) {
        all += (all.empty() ? "" : ",") + each;
    }
    return "[" + all + "]";
}

/// Three replicas write in turn, each having heard of all that was written before; a fourth hears
/// of it in the end.
verdict check_fold(const json::value& test) {
    const json::array& operations = test.at("input").at("ops_in_hlc_order").as_array();
    const bool fractions = has_fractions(operations);
    const std::optional<std::string> policy = policy_of_q(operations);
    running_q q{policy.value_or("plain")};
    std::optional<reading> expected;  // a and b, by definition
    bool deleted = false;
    place where;
    std::array<replica, 3> all{where.make(1), where.make(2), where.make(3)};
    for (std::size_t i = 0; i < operations.size(); ++i) {
        const json::value& operation = operations[i];
        const std::string_view type = operation.at("type").as_string();
        const json::value* const data = member(operation, "data");
        const bool writes = data != nullptr && data->is_object();
        replica& writer = all[i % 3];
        pull(writer, all[(i + 2) % 3]);
        where.now += 10;
        if (type == "delete") {
            deleted = true;
            writer.transact([&](auto& tx) { tx.erase(the_fold); });
        } else if (type == "insert" && writes) {
            deleted = false;
            expected =
                reading{{"a", text_of(member(*data, "a"))}, {"b", text_of(member(*data, "b"))}};
            q.assign(member(*data, "q"), true);
            const std::int64_t number = whole(member(*data, "q"));
            folded made;
            made.a = expected->at("a");
            made.b = expected->at("b");
            made.plain = text_of(member(*data, "q"));
            made.sum = weft::counter(number);
            made.most = number;
            made.least = number;
            made.real = weft::real_counter(number_of(member(*data, "q")));
            if (const json::value* const items = member(*data, "t")) {
                for (const json::value& each : items->as_array()) {
                    made.items.push_back(json::serialize(each));
                }
            }
            writer.transact([&](auto& tx) { tx.upsert(the_fold.id, made); });
        } else if (type == "update" && writes) {
            deleted = false;
            expected = expected ? expected : reading{{"a", ""}, {"b", ""}};
            const json::value* const intents = member(operation, "atomicOps");
            const json::value* const intent = intents == nullptr ? nullptr : member(*intents, "q");
            const json::value* const edit = intents == nullptr ? nullptr : member(*intents, "t");
            const auto write_fields = [&](auto& editor) {
                const auto assign = [&](auto field, const char* name) {
                    if (const json::value* const value = member(*data, name)) {
                        editor[field] = text_of(value);
                        (*expected)[name] = text_of(value);
                    }
                };
                assign(&folded::a, "a");
                assign(&folded::b, "b");
                if (edit != nullptr) {
                    edit_items(editor[&folded::items], *edit);
                }
                if (intent != nullptr && fractions) {
                    editor[&folded::real] += number_of(&intent->at("value"));
                } else if (intent != nullptr) {
                    const std::int64_t operand = whole(&intent->at("value"));
                    q.intend(operand);
                    editor[&folded::sum] += operand;
                    editor[&folded::most] = operand;
                    editor[&folded::least] = operand;
                } else if (const json::value* const value = member(*data, "q")) {
                    q.assign(value, false);
                    editor[&folded::plain] = text_of(value);
                }
            };
            writer.transact(
                [&](auto& tx) { tx.template upsert<folded>(the_fold.id, write_fields); });
        }
    }
    replica listener = where.make(4);
    pull(listener, all[(operations.size() + 2) % 3]);
    for (replica& each : all) {
        pull(each, listener);
        CHECK(each.state_digest() == listener.state_digest());
    }
    const folded* const ours = listener.find(the_fold);
    const json::value& theirs = test.at("expected");
    CHECK((ours != nullptr) == (expected.has_value() && !deleted));
    CHECK((ours != nullptr) == theirs.is_object());
    if (ours == nullptr) {
        return verdict::agrees;
    }
    CHECK(ours->a.value() == expected->at("a"));
    CHECK(ours->b.value() == expected->at("b"));
    CHECK(ours->a.value() == text_of(member(theirs, "a")));
    CHECK(ours->b.value() == text_of(member(theirs, "b")));
    const json::value* const their_items = member(theirs, "t");
    if (their_items != nullptr) {
        return read_items(*ours) == json::serialize(*their_items) ? verdict::agrees
                                                                  : verdict::differs;
    }
    if (!policy) {
        return verdict::not_expressible;
    }
    if (fractions) {
        return ours->real.value() == number_of(member(theirs, "q")) ? verdict::agrees
                                                                    : verdict::differs;
    }
    if (q.value) {
        CHECK(q_of(*ours, *policy) == std::to_string(*q.value));
    }
    const json::value* const their_q = member(theirs, "q");
    return their_q == nullptr || text_of(their_q) == q_of(*ours, *policy) ? verdict::agrees
                                                                          : verdict::differs;
}

// ---- what departs ----

struct record_departure {
    std::size_t index;
    std::string_view fields;  ///< those that read otherwise
};

/// Every case of record-merge.json that does not agree. The reasons, by field:
/// life: an update of nothing is no operation, so it does not bring a deleted record back;
/// hi: a maximum never goes down, also if one side alone wrote a smaller number;
/// tags: an element that one side took out and the other had seen and left alone is out;
/// log: what only grows keeps what is in it, also if one side alone left something out;
/// constructor: what the schema does not name is not in the record.
constexpr std::array<record_departure, 23> records_table{{
    {16, "constructor"}, {58, "log"},   {59, "log"},   {64, "log"},   {76, "tags"},
    {81, "hi"},          {83, "log"},   {87, "log"},   {88, "tags"},  {89, "log"},
    {90, "tags log"},    {91, "tags"},  {92, "tags"},  {96, "hi"},    {104, "hi log"},
    {115, "tags"},       {119, "tags"}, {120, "tags"}, {123, "tags"}, {136, "hi tags log"},
    {140, "log"},        {141, "tags"}, {147, "life"},
}};

constexpr std::string_view several =
    "a field has one policy, and its writes are all of one kind; here they are of several";
constexpr std::string_view always_counts =
    "an intent counts as such, whatever was written before it, and a maximum or minimum outlives "
    "an insert; in Kora the first intent after a plain write stands for the value that its writer "
    "had worked out";

/// Every case of a fold that does not agree.
constexpr std::array<departure, 47> folds_table{{

    {13, verdict::not_expressible, several}, {14, verdict::not_expressible, several},
    {15, verdict::differs, always_counts},   {16, verdict::not_expressible, several},
    {17, verdict::not_expressible, several}, {19, verdict::not_expressible, several},
    {21, verdict::differs, always_counts},   {24, verdict::not_expressible, several},
    {25, verdict::differs, always_counts},   {26, verdict::not_expressible, several},
    {28, verdict::not_expressible, several}, {29, verdict::not_expressible, several},
    {30, verdict::not_expressible, several}, {31, verdict::not_expressible, several},
    {32, verdict::not_expressible, several}, {34, verdict::differs, always_counts},
    {37, verdict::not_expressible, several}, {38, verdict::not_expressible, several},
    {41, verdict::differs, always_counts},   {42, verdict::not_expressible, several},
    {43, verdict::not_expressible, several}, {45, verdict::differs, always_counts},
    {46, verdict::not_expressible, several}, {47, verdict::not_expressible, several},
    {49, verdict::differs, always_counts},   {50, verdict::not_expressible, several},
    {52, verdict::differs, always_counts},   {53, verdict::differs, always_counts},
    {54, verdict::differs, always_counts},   {55, verdict::not_expressible, several},
    {57, verdict::not_expressible, several}, {59, verdict::not_expressible, several},
    {60, verdict::not_expressible, several}, {61, verdict::not_expressible, several},
    {62, verdict::not_expressible, several}, {63, verdict::not_expressible, several},
    {67, verdict::not_expressible, several}, {68, verdict::differs, always_counts},
    {71, verdict::not_expressible, several}, {72, verdict::not_expressible, several},
    {75, verdict::differs, always_counts},   {76, verdict::not_expressible, several},
    {77, verdict::differs, always_counts},   {80, verdict::not_expressible, several},
    {83, verdict::not_expressible, several}, {85, verdict::not_expressible, several},
    {90, verdict::differs, always_counts},
}};

}  // namespace

TEST_CASE("replica/kora_records: every golden merge of a record agrees field by field, or departs "
          "for a reason") {
    const json::value file = weft::test::load_golden("kora/record-merge.json");
    const json::array& cases = file.at("cases").as_array();
    REQUIRE(cases.size() == 148);
    std::size_t agreed = 0;
    std::size_t orders = 0;
    std::optional<side> third;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const json::value& test = cases[i];
        if (test.at("collection").as_string() != "docs") {
            ++orders;
            continue;
        }
        const json::value& base = test.at("base");
        std::vector<side> sides{side_of(test.at("local")), side_of(test.at("remote"))};
        const std::optional<reading> ours = merged(base, sides);
        CAPTURE(i);
        CHECK(ours == defined(base, sides));
        const auto row = std::find_if(records_table.begin(), records_table.end(),
                                      [&](const auto& each) { return each.index == i; });
        const std::string found = departures(test, ours);
        CHECK(found == (row == records_table.end() ? "" : row->fields));
        agreed += found.empty() ? 1U : 0U;
        // The case before lends a third writer.
        side lent = sides.front();
        lent.actor = 3;
        if (third) {
            sides.push_back(*third);
            CHECK(merged(base, sides) == defined(base, sides));
        }
        third = std::move(lent);
    }
    CHECK(agreed == 110 - records_table.size());
    CHECK(orders == 38);
}

TEST_CASE("replica/kora_records: every golden fold of a record agrees, or departs for a reason") {
    const json::value file = weft::test::load_golden("kora/replay-atomic.json");
    weft::test::ledger ledger(folds_table);
    std::size_t i = 0;
    for (const json::value& test : file.at("cases").as_array()) {
        if (test.at("kind").as_string() == "replay") {
            ledger.enter(i, check_fold(test));
            ++i;
        }
    }
    CHECK(i == 91);
    ledger.close(44, 47);
}

}  // namespace kora_records
