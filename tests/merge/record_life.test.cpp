/// The life of a record, complete: every meeting of inserts, updates and deletes, under every
/// record rule, for every policy, on three replicas and more in every order of delivery. The
/// tables say what the design says (merge/record_rule.hpp and each policy's header), cell by cell.
///
/// Two tables make the matrix, because a rule only hides and a policy only merges: `meetings` has
/// for each meeting the rules under which the record is there, `row()` for each policy what its
/// field then reads, also while it is hidden. A new policy is one more row.
///
/// Letters: I inserts (upserts), U updates, D deletes; o is the value of the first insert, at time
/// 1, which everybody has seen unless the meeting says "new"; a, b, c are the values of other
/// inserts, u and v what updates do. "@" is the time of an operation; "||": concurrent; "then":
/// the second has seen the first.
#include <weft/merge.hpp>

#include "merge/play.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace record_life {
namespace {

using weft::test::play;

struct meeting {
    std::string_view what;
    bool inserted;  ///< o was inserted before
    // Whether the record is there afterwards:
    bool delete_wins;
    bool update_wins;
    bool lww_delete;
};

constexpr std::size_t meetings_count = 22;

constexpr std::array<meeting, meetings_count> meetings{{
    {"new: I(a)@10 || I(b)@20", false, true, true, true},
    {"I(a)@10 || U(u)@20", true, true, true, true},
    {"U(u)@10 || I(a)@20", true, true, true, true},
    {"D@10 || U(u)@20", true, false, true, true},
    {"U(u)@10 || D@20", true, false, true, false},
    {"D@10 || D@20", true, false, false, false},
    {"D@10 || I(b)@20", true, false, true, true},
    {"I(b)@10 || D@20", true, false, true, false},
    {"D@10 then I(b)@20", true, true, true, true},
    {"(D@10 then I(a)@20) || D@15", true, false, true, true},
    {"(D@10 then I(a)@20) || D@25", true, false, true, false},
    {"(D@10 then I(a)@20) || U(u)@15", true, true, true, true},
    {"(D@10 then I(a)@20) || U(u)@25", true, true, true, true},
    {"new: U(v)@10 || U(u)@20", false, false, true, true},
    {"D@10 then U(u)@20", true, false, true, true},
    {"new: D@10", false, false, false, false},
    {"new: D@10 || I(b)@20", false, false, true, true},
    {"new: I(b)@10 || D@20", false, false, true, false},
    {"D@10 || U(u)@20 || I(c)@30", true, false, true, true},
    {"U(u)@10 || I(c)@20 || D@30", true, false, true, false},
    {"D@10 then I(b)@20 then D@30", true, false, false, false},
    {"D@10", true, false, false, false},
}};

/// What a policy's operations write: the four inserts and the two updates.
template <class P>
struct writes {
    P o, a, b, c;
    void (*u)(typename P::editor&);
    void (*v)(typename P::editor&);
};

/// Plays meeting number `which`; three writers at the most, beside actor 0, who inserted o.
template <class P>
play<P> played(std::size_t which, const writes<P>& w) {
    play<P> p;
    std::vector<std::size_t> o;
    if (meetings[which].inserted) {
        o.push_back(p.insert(0, 1, {}, w.o));
    }
    const auto then = [&](std::size_t step) {
        std::vector<std::size_t> saw = o;
        saw.push_back(step);
        return saw;
    };
    switch (which) {
    case 0:
        p.insert(1, 10, o, w.a);
        p.insert(2, 20, o, w.b);
        break;
    case 1:
        p.insert(1, 10, o, w.a);
        p.update(2, 20, o, w.u);
        break;
    case 2:
        p.update(2, 10, o, w.u);
        p.insert(1, 20, o, w.a);
        break;
    case 3:
        p.erase(1, 10, o);
        p.update(2, 20, o, w.u);
        break;
    case 4:
        p.update(2, 10, o, w.u);
        p.erase(1, 20, o);
        break;
    case 5:
        p.erase(1, 10, o);
        p.erase(2, 20, o);
        break;
    case 6:
    case 16:
        p.erase(1, 10, o);
        p.insert(2, 20, o, w.b);
        break;
    case 7:
    case 17:
        p.insert(2, 10, o, w.b);
        p.erase(1, 20, o);
        break;
    case 8:
        p.insert(2, 20, then(p.erase(1, 10, o)), w.b);
        break;
    case 9:
    case 10:
        p.erase(1, 10, o);
        p.insert(1, 20, o, w.a);
        p.erase(2, which == 9 ? 15 : 25, o);
        break;
    case 11:
    case 12:
        p.erase(1, 10, o);
        p.insert(1, 20, o, w.a);
        p.update(2, which == 11 ? 15 : 25, o, w.u);
        break;
    case 13:
        p.update(1, 10, o, w.v);
        p.update(2, 20, o, w.u);
        break;
    case 14:
        p.update(2, 20, then(p.erase(1, 10, o)), w.u);
        break;
    case 15:
    case 21:
        p.erase(1, 10, o);
        break;
    case 18:
        p.erase(1, 10, o);
        p.update(2, 20, o, w.u);
        p.insert(3, 30, o, w.c);
        break;
    case 19:
        p.update(2, 10, o, w.u);
        p.insert(3, 20, o, w.c);
        p.erase(1, 30, o);
        break;
    case 20:
        p.erase(3, 30, then(p.insert(2, 20, then(p.erase(1, 10, o)), w.b)));
        break;
    default:
        FAIL("a meeting without a play: ", which);
    }
    return p;
}

/// What a replica shows: the three rules' answers, and the field, hidden or not.
struct shown {
    std::array<bool, 3> there;
    std::string field;

    friend bool operator==(const shown&, const shown&) = default;
};

using readings = std::array<std::string_view, meetings_count>;

/// The names of the policies that have a row.
std::set<std::string, std::less<>> checked;

/// One policy under every rule in every meeting.
template <class P>
void row(const writes<P>& w, std::string (*read)(const P&), const readings& expected) {
    checked.emplace(P::policy_name);
    for (std::size_t i = 0; i < meetings_count; ++i) {
        const shown all = played(i, w).outcome([&](const auto& at) {
            return shown{{at.deletes.visible(), at.updates.visible(), at.latest.visible()},
                         read(at.field)};
        });
        INFO(P::policy_name, ", ", meetings[i].what);
        CHECK(all.there[0] == meetings[i].delete_wins);
        CHECK(all.there[1] == meetings[i].update_wins);
        CHECK(all.there[2] == meetings[i].lww_delete);
        CHECK(all.field == expected[i]);
    }
}

std::string joined(std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    std::string all;
    for (const std::string& word : words) {
        all += (all.empty() ? "" : " ") + word;
    }
    return all;
}

template <class P>
std::string text_of(const P& field) {
    return field.value();
}

template <class P>
std::string number_of(const P& field) {
    return std::to_string(field.value());
}

template <class P>
std::string switch_of(const P& field) {
    return field.value() ? "on" : "off";
}

template <class P>
std::string elements_of(const P& field) {
    return joined({field.begin(), field.end()});
}

using text = std::string;
using integer = std::int64_t;

/// The inserts o, a, b, c of sets and texts hold these words; u adds "u", and "o" anew.
template <class Set>
writes<Set> set_writes() {
    return {{"o"},
            {"a"},
            {"b"},
            {"c"},
            [](auto& e) {
                e.insert("u");
                e.insert("o");
            },
            [](auto& e) { e.insert("v"); }};
}

template <class Register>
writes<Register> text_writes() {
    return {text("o"),
            text("a"),
            text("b"),
            text("c"),
            [](auto& e) { e = text("u"); },
            [](auto& e) { e = text("v"); }};
}

/// u switches on, v off.
template <class Flag>
writes<Flag> flag_writes() {
    return {true, false, true, false, [](auto& e) { e.enable(); }, [](auto& e) { e.disable(); }};
}

/// Deleted or not, a register reads what its rule says of all that was written.
void registers() {
    row<weft::lww<text>>(text_writes<weft::lww<text>>(), text_of,
                         {"b", "u", "a", "u", "u", "o", "b", "b", "b", "a", "a",
                          "a", "u", "u", "u", "",  "b", "b", "c", "c", "b", "o"});
    // The first write stays, whatever comes: an insert that is later is a later write.
    row<weft::fww<text>>(text_writes<weft::fww<text>>(), text_of,
                         {"a", "o", "o", "o", "o", "o", "o", "o", "o", "o", "o",
                          "o", "o", "v", "o", "",  "b", "b", "o", "o", "o", "o"});
    // An insert replaces the values that its writer saw; an update likewise.
    row<weft::multi_value<text>>(text_writes<weft::multi_value<text>>(),
                                 [](const weft::multi_value<text>& field) {
                                     std::vector<text> all;
                                     for (const text& value : field.values()) {
                                         all.push_back(value);
                                     }
                                     return joined(all);
                                 },
                                 {"a b", "a u", "a u", "u", "u", "o", "b", "b",   "b",   "a", "a",
                                  "a u", "a u", "u v", "u", "",  "b", "b", "c u", "c u", "b", "o"});
}

/// The greatest and the smallest value count whenever they were written, also before a delete.
void extremes() {
    row<weft::max<integer>>({10, 1, 30, 5, [](auto& e) { e = 25; }, [](auto& e) { e = 15; }},
                            number_of,
                            {"30", "25", "25", "25", "25", "10", "30", "30", "30", "10", "10",
                             "25", "25", "25", "25", "0",  "30", "30", "25", "25", "30", "10"});
    row<weft::min<integer>>({10, 40, 2, 50, [](auto& e) { e = 5; }, [](auto& e) { e = 7; }},
                            number_of, {"2", "5", "5", "5", "5", "10", "2", "2", "2", "10", "10",
                                        "5", "5", "5", "5", "0", "2",  "2", "5", "5", "2",  "10"});
}

/// An insert takes back of a counter what it saw; concurrent increments count.
void counters() {
    row<weft::counter>({100, 1, 2, 3, [](auto& e) { e += 10; }, [](auto& e) { e += 20; }},
                       number_of,
                       {"3",  "11", "11", "110", "110", "100", "2", "2",  "2",  "1", "1",
                        "11", "11", "30", "110", "0",   "2",   "2", "13", "13", "2", "100"});
    // Numbers with fractions likewise, and those that are never below a bound.
    row<weft::real_counter>(
        {0.5, 0.25, 1.5, 3.0, [](auto& e) { e += 0.125; }, [](auto& e) { e += 2; }}, number_of,
        {"1.750000", "0.375000", "0.375000", "0.625000", "0.625000", "0.500000",
         "1.500000", "1.500000", "1.500000", "0.250000", "0.250000", "0.375000",
         "0.375000", "2.125000", "0.625000", "0.000000", "1.500000", "1.500000",
         "3.125000", "3.125000", "1.500000", "0.500000"});
    row<weft::bounded_counter<>>({100, 1, 2, 3, [](auto& e) { e += 10; }, [](auto& e) { e += 20; }},
                                 number_of, {"3", "11", "11", "110", "110", "100", "2",   "2",
                                             "2", "1",  "1",  "11",  "11",  "30",  "110", "0",
                                             "2", "2",  "13", "13",  "2",   "100"});
}

/// An insert switches a flag; against a concurrent switch the flag's rule decides.
void flags() {
    row<weft::enable_wins>(flag_writes<weft::enable_wins>(), switch_of,
                           {"on", "on", "on", "on", "on",  "on", "on", "on", "on", "off", "off",
                            "on", "on", "on", "on", "off", "on", "on", "on", "on", "on",  "on"});
    row<weft::disable_wins>(flag_writes<weft::disable_wins>(), switch_of,
                            {"off", "off", "off", "on",  "on",  "on",  "on", "on",
                             "on",  "off", "off", "off", "off", "off", "on", "off",
                             "on",  "on",  "off", "off", "on",  "on"});
}

/// An insert takes out of a set what it saw, where the set lets go of elements.
void sets() {
    using add_wins = weft::add_wins_set<text>;
    row<add_wins>(set_writes<add_wins>(), elements_of,
                  {"a b",   "a o u", "a o u", "o u", "o u", "o", "b", "b",     "b",     "a", "a",
                   "a o u", "a o u", "o u v", "o u", "",    "b", "b", "c o u", "c o u", "b", "o"});
    // The removal of o that an insert makes beats the addition of o that it had not seen.
    using remove_wins = weft::remove_wins_set<text>;
    row<remove_wins>(set_writes<remove_wins>(), elements_of,
                     {"a b", "a u", "a u",   "o u", "o u", "o", "b", "b",   "b",   "a", "a",
                      "a u", "a u", "o u v", "o u", "",    "b", "b", "c u", "c u", "b", "o"});
    using grow_only = weft::grow_only_set<text>;
    row<grow_only>(set_writes<grow_only>(), elements_of,
                   {"a b", "a o u", "a o u", "o u",   "o u",   "o",     "b o", "b o",
                    "b o", "a o",   "a o",   "a o u", "a o u", "o u v", "o u", "",
                    "b",   "b",     "c o u", "c o u", "b o",   "o"});
    // The later of o's removal by an insert and its addition by the update counts.
    using last_wins = weft::lww_set<text>;
    row<last_wins>(set_writes<last_wins>(), elements_of,
                   {"a b", "a o u", "a u",   "o u", "o u", "o", "b", "b",   "b",   "a", "a",
                    "a u", "a o u", "o u v", "o u", "",    "b", "b", "c u", "c u", "b", "o"});
}

/// Where a machine of one word stands; u and v are allowed from o and from the initial state.
enum class word : std::int8_t { none = ' ', o = 'o', a = 'a', b = 'b', c = 'c', u = 'u', v = 'v' };

struct word_machine {
    static constexpr std::uint32_t number = 1;
    static constexpr word initial = word::none;
    static constexpr weft::transition<word> table[] = {
        {word::o, word::u}, {word::o, word::v}, {word::none, word::u}, {word::none, word::v}};
};

/// All words, in their order.
struct all_words {
    static constexpr std::uint32_t number = 1;

    text operator()(weft::lean_span<text> values) const {
        return joined({values.begin(), values.end()});
    }
};

/// An update that claims the say, beside inserts that don't.
template <class Register>
writes<Register> claiming_writes() {
    writes<Register> all = text_writes<Register>();
    all.u = [](auto& e) { e.as_authority() = text("u"); };
    return all;
}

/// What was concurrent meets by a rule of the schema.
void ruled_registers() {
    const readings last = {"b", "u", "a", "u", "u", "o", "b", "b", "b", "a", "a",
                           "a", "u", "u", "u", "",  "b", "b", "c", "c", "b", "o"};
    // Pending writes: the latest.
    row<weft::whole_record<text>>(text_writes<weft::whole_record<text>>(), text_of, last);
    // An insert starts anew, and what follows on a start that was overtaken is no less valid.
    using machine = weft::state_machine<word, word_machine>;
    row<machine>(
        {word::o, word::a, word::b, word::c, [](auto& e) { static_cast<void>(e.to(word::u)); },
         [](auto& e) { static_cast<void>(e.to(word::v)); }},
        [](const machine& field) {
            const auto letter = static_cast<char>(field.value());
            return letter == ' ' ? text() : text(1, letter);
        },
        last);
    using joining = weft::resolved<text, all_words>;
    row<joining>(text_writes<joining>(), text_of,
                 {"a b", "a u", "a u", "u", "u", "o", "b", "b",   "b",   "a", "a",
                  "a u", "a u", "u v", "u", "",  "b", "b", "c u", "c u", "b", "o"});
    // The claim wins wherever it was made.
    const readings claimed = {"b", "u", "u", "u", "u", "o", "b", "b", "b", "a", "a",
                              "u", "u", "u", "u", "",  "b", "b", "u", "u", "b", "o"};
    using strict = weft::authority<text, weft::claimed>;
    row<strict>(claiming_writes<strict>(), text_of, claimed);
    using mild = weft::concurrent_authority<text, weft::claimed>;
    row<mild>(claiming_writes<mild>(), text_of, claimed);
}

/// A list lets go of what an insert saw, for ever: o, which the update changes, does not come back.
void lists() {
    using list = weft::list<text>;
    row<list>({{"o"},
               {"a"},
               {"b"},
               {"c"},
               [](auto& e) {
                   e.set(0, "O");
                   e.push_back("u");
               },
               [](auto& e) { e.push_back("v"); }},
              elements_of, {"a b", "a u", "a u", "O u", "O u", "o", "b", "b",   "b",   "a", "a",
                            "a u", "a u", "u v", "O u", "",    "b", "b", "c u", "c u", "b", "o"});
}

/// A map lets go of what an insert saw, key by key: of o only what the update added stays.
void maps() {
    using map = weft::map_of<text, weft::counter>;
    row<map>({{{"o", 100}},
              {{"a", 1}},
              {{"b", 2}},
              {{"c", 3}},
              [](auto& e) {
                  e["o"] += 10;
                  e["u"] += 5;
              },
              [](auto& e) { e["v"] += 6; }},
             [](const map& field) {
                 std::vector<text> all;
                 for (const auto& [key, value] : field) {
                     all.push_back(key + std::to_string(value.value()));
                 }
                 return joined(all);
             },
             {"a1 b2",     "a1 o10 u5", "a1 o10 u5", "o110 u5", "o110 u5", "o100",
              "b2",        "b2",        "b2",        "a1",      "a1",      "a1 o10 u5",
              "a1 o10 u5", "o10 u5 v6", "o110 u5",   "",        "b2",      "b2",
              "c3 o10 u5", "c3 o10 u5", "b2",        "o100"});
}

/// A document lets go of what an insert saw, place by place; it is back with what lies below.
void documents() {
    using weft::json_value;
    row<weft::json>({json_value::object({{"o", 100}}), json_value::object({{"a", 1}}),
                     json_value::object({{"b", 2}}), json_value::object({{"c", 3}}),
                     [](auto& e) {
                         e["o"] = 10;
                         e["u"] = 5;
                     },
                     [](auto& e) { e["v"] = 6; }},
                    [](const weft::json& field) {
                        std::vector<text> all;
                        const json_value whole = field.value();
                        for (const auto& [key, value] : whole.view()) {
                            all.push_back(text(key) + std::to_string(value.integer()));
                        }
                        return joined(all);
                    },
                    {"a1 b2",     "a1 o10 u5", "a1 o10 u5", "o10 u5", "o10 u5", "o100",
                     "b2",        "b2",        "b2",        "a1",     "a1",     "a1 o10 u5",
                     "a1 o10 u5", "o10 u5 v6", "o10 u5",    "",       "b2",     "b2",
                     "c3 o10 u5", "c3 o10 u5", "b2",        "o100"});
}

/// The names that the headers of merge/ give to policies.
std::set<std::string, std::less<>> all_policies() {
    constexpr std::string_view naming = "policy_name = \"";
    std::set<std::string, std::less<>> names;
    const auto headers = std::filesystem::path(WEFT_SOURCE_DIR) / "include/weft/merge";
    for (const auto& entry : std::filesystem::directory_iterator(headers)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string lines{std::istreambuf_iterator<char>(file),
                                std::istreambuf_iterator<char>()};
        for (std::size_t at = lines.find(naming); at != std::string::npos;
             at = lines.find(naming, at + 1)) {
            const std::size_t first = at + naming.size();
            names.insert(lines.substr(first, lines.find('"', first) - first));
        }
    }
    return names;
}

}  // namespace

TEST_CASE("merge/record_life: every policy reads as specified in every meeting under every rule") {
    checked.clear();
    registers();
    extremes();
    counters();
    flags();
    sets();
    ruled_registers();
    lists();
    maps();
    documents();
    CHECK(checked == all_policies());  // no policy is without a row
}

}  // namespace record_life
