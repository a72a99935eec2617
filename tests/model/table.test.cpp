#include <weft/base/value_codecs.hpp>
#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/counter.hpp>
#include <weft/merge/lww.hpp>
#include <weft/model/table.hpp>

#include "support/allocations.hpp"
#include "support/hostile.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace table_test {

using weft::byte_buffer;
using weft::effect_outcome;
using weft::lww;
using weft::mutation_kind;
using weft::name_tag;
using weft::table;

namespace {

struct task {
    BOOST_HANA_DEFINE_STRUCT(task,
                             (lww<std::string>, title),
                             (weft::counter, votes),
                             (weft::add_wins_set<std::string>, tags));
};

/// What a later build makes of it.
struct later_task {
    BOOST_HANA_DEFINE_STRUCT(later_task,
                             (lww<bool>, done),
                             (weft::add_wins_set<std::string>, tags),
                             (weft::counter, votes),
                             (lww<std::string>, title));
};

using tasks = table<weft::collection<"tasks", task>>;
using later_tasks = table<weft::collection<"tasks", later_task>>;

constexpr std::size_t actor_count = 3;
constexpr std::uint32_t row_count = 4;

weft::actor_order actors() {
    static const auto ids = [] {
        std::array<std::byte, 16 * actor_count> bytes{};
        for (std::size_t slot = 0; slot < actor_count; ++slot) {
            bytes[16 * slot] = static_cast<std::byte>(9 - slot);
        }
        return bytes;
    }();
    return {ids.data(), 16};
}

weft::event event_of(std::size_t actor, weft::sequence sequence, std::uint64_t at) {
    return {{{weft::actor_slot{static_cast<std::uint32_t>(actor)}, sequence}, 0}, {at}, actors()};
}

std::array<std::byte, 16> id_of(std::uint32_t record) {
    std::array<std::byte, 16> id{};
    id[15] = static_cast<std::byte>(record + 1);
    return id;
}

/// A payload, as somebody who has seen nothing of the record sends it.
template <class Policy, class Edit>
byte_buffer payload_of(Edit&& edit) {
    const Policy blank{};
    typename Policy::effect effect;
    typename Policy::editor editor(blank, effect);
    edit(editor);
    byte_buffer bytes;
    weft::byte_writer out(bytes);
    Policy::encode(effect, out);
    return bytes;
}

byte_buffer title(const std::string& text) {
    return payload_of<lww<std::string>>([&](auto& editor) { editor = text; });
}

template <class Rows>
effect_outcome apply(Rows& rows,
                     std::uint32_t row,
                     std::uint32_t tag,
                     std::uint32_t kind,
                     const byte_buffer& payload,
                     const weft::event& at,
                     weft::observed_span observed = {}) {
    weft::null_report report;
    const auto id = id_of(row);
    return rows.apply_field(row, id, tag, kind, payload, observed, at, report);
}

effect_outcome set_title(tasks& rows, std::uint32_t row, const std::string& text, weft::event at) {
    return apply(rows, row, name_tag("title"), lww<std::string>::wire_kind, title(text), at);
}

template <class Rows>
bool live(Rows& rows, std::uint32_t row, mutation_kind kind, const weft::event& at) {
    weft::null_report report;
    const auto id = id_of(row);
    return rows.apply_life(row, id, kind, {}, at, report);
}

template <class Rows>
void settle(Rows& rows) {
    rows.settle(actors(), id_of);
}

/// The sums of the tags that both builds know: title, votes, tags, and the lives.
template <class Rows>
std::vector<weft::digest<16>> sums(const Rows& rows) {
    using fields = typename Rows::fields;
    std::vector<weft::digest<16>> all;
    for (const char* name : {"title", "votes", "tags"}) {
        all.push_back(rows.sum(fields::find(name_tag(name))).value());
    }
    all.push_back(rows.sum(fields::count).value());
    return all;
}

/// The same, after settling, of a copy: the table itself stays as it is.
template <class Rows>
std::vector<weft::digest<16>> settled_sums(Rows rows) {
    settle(rows);
    return sums(rows);
}

/// Metadata and all.
bool equal(const task& a, const task& b) {
    return a.title == b.title && a.votes == b.votes && a.tags == b.tags;
}

/// What one actor did, knowing of no other.
struct step {
    std::size_t actor = 0;
    weft::sequence sequence = 0;
    std::uint64_t at = 0;
    std::uint32_t record = 0;
    std::uint64_t word = 0;
};

std::vector<step> steps_of(const std::vector<std::uint64_t>& words) {
    std::vector<step> steps;
    std::array<weft::sequence, actor_count> next{};
    for (const std::uint64_t word : words) {
        weft::test::chance random(word);
        const std::size_t actor = random.below(actor_count);
        const auto record = static_cast<std::uint32_t>(random.below(row_count));
        // Timestamps of different actors collide.
        steps.push_back({actor, ++next[actor], next[actor], record, random.bits()});
    }
    return steps;
}

/// `row`: where this replica has the record.
template <class Rows>
void take(Rows& rows, std::uint32_t row, const step& by) {
    weft::test::chance random(by.word);
    weft::null_report report;
    const weft::event at = event_of(by.actor, by.sequence, by.at);
    const auto id = id_of(by.record);
    const auto field = [&](const char* name, std::uint32_t kind, const byte_buffer& payload) {
        static_cast<void>(rows.apply_field(row, id, name_tag(name), kind, payload, {}, at, report));
    };
    switch (random.below(5)) {
    case 0:
        rows.apply_life(row, id, random.one_in(3) ? mutation_kind::erase : mutation_kind::insert,
                        {}, at, report);
        break;
    case 1:
        field("title", lww<std::string>::wire_kind, title(std::to_string(random.below(3))));
        break;
    case 2:
        field("votes", weft::counter::wire_kind, payload_of<weft::counter>([&](auto& editor) {
                  editor += static_cast<std::int64_t>(1 + random.below(5));
              }));
        break;
    default:
        field("tags", weft::add_wins_set<std::string>::wire_kind,
              payload_of<weft::add_wins_set<std::string>>(
                  [&](auto& editor) { editor.insert(std::to_string(random.below(3))); }));
    }
}

/// The sum of a field as the header describes it, from what the rows hold.
template <class State>
weft::digest<16> sum_of(const tasks& rows, State&& state_of) {
    weft::digest_sum sum;
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        const auto& state = state_of(rows[row]);
        if (state.pristine()) {
            continue;
        }
        byte_buffer bytes;
        weft::byte_writer out(bytes);
        out.append(id_of(row));
        state.write_state(out, actors());
        sum.add(weft::xxh3_128::hash(bytes));
    }
    return sum.value();
}

}  // namespace

TEST_CASE("model/table: rows come by number, and are found while they are there") {
    tasks rows;
    CHECK(rows.size() == 0);
    CHECK(rows.find(0) == nullptr);
    rows.reach(2);
    CHECK(rows.size() == 3);
    rows.reach(1);
    CHECK(rows.size() == 3);
    CHECK(rows.find(2) == nullptr);
    CHECK(rows.find(3) == nullptr);

    CHECK(live(rows, 2, mutation_kind::insert, event_of(0, 1, 1)));
    CHECK_FALSE(live(rows, 2, mutation_kind::update, event_of(0, 2, 2)));
    REQUIRE(rows.find(2) != nullptr);
    CHECK(rows.find(2) == &rows[2].record);
    CHECK(rows.find(1) == nullptr);
    CHECK(set_title(rows, 2, "shown", event_of(0, 2, 2)) == effect_outcome::changed);
    CHECK(rows.find(2)->title == "shown");
    const task* const before = rows.find(2);
    rows.reach(5000);
    CHECK(rows.find(2) == before);

    CHECK(live(rows, 2, mutation_kind::erase, event_of(0, 3, 3)));
    CHECK(rows.find(2) == nullptr);
    CHECK(rows[2].record.title == "shown");
}

TEST_CASE("model/table: what became of an effect") {
    tasks rows;
    rows.reach(0);
    const std::uint32_t tag = name_tag("title");
    const std::uint32_t kind = lww<std::string>::wire_kind;
    const weft::event at = event_of(0, 1, 10);
    const byte_buffer good = title("a");

    CHECK(apply(rows, 0, name_tag("unheard"), kind, good, at) == effect_outcome::unknown_field);
    CHECK(apply(rows, 0, 0, kind, good, at) == effect_outcome::unknown_field);
    CHECK(apply(rows, 0, tag, lww<weft::byte_buffer>::wire_kind, good, at) ==
          effect_outcome::void_effect);
    CHECK(apply(rows, 0, tag, kind, {std::byte{0xFF}}, at) == effect_outcome::void_effect);
    const weft::local_event dot = at.id;
    CHECK(apply(rows, 0, tag, kind, good, at, {&dot, 1}) == effect_outcome::void_effect);
    // A counter reads its amount and stops; what follows is nobody's.
    CHECK(apply(rows, 0, name_tag("votes"), weft::counter::wire_kind, {std::byte{2}, std::byte{2}},
                at) == effect_outcome::void_effect);
    CHECK(equal(rows[0].record, task()));
    CHECK(rows[0].changed == 0);
    settle(rows);
    CHECK(rows.sum(0).zero());
    CHECK(rows.sum(1).zero());

    CHECK(apply(rows, 0, tag, kind, good, at) == effect_outcome::changed);
    CHECK(apply(rows, 0, tag, kind, good, event_of(0, 2, 20)) == effect_outcome::unchanged);
    CHECK(set_title(rows, 0, "lost", event_of(1, 1, 15)) == effect_outcome::unchanged);
    CHECK(set_title(rows, 0, "b", event_of(1, 2, 30)) == effect_outcome::changed);
    CHECK(rows[0].record.title == "b");
}

TEST_CASE("model/table: sums are those of the states, whenever they are settled") {
    weft::test::property("model/table: sums", 300, [](const std::vector<std::uint64_t>& words) {
        tasks rows;
        rows.reach(row_count - 1);
        for (const step& each : steps_of(words)) {
            take(rows, each.record, each);
            if (each.word % 3 != 0) {
                settle(rows);
            }
        }
        settle(rows);
        using row = tasks::row;
        using fields = tasks::fields;
        RC_ASSERT(rows.sum(fields::number_of(&task::title)).value() ==
                  sum_of(rows, [](const row& of) { return of.record.title; }));
        RC_ASSERT(rows.sum(fields::number_of(&task::votes)).value() ==
                  sum_of(rows, [](const row& of) { return of.record.votes; }));
        RC_ASSERT(rows.sum(fields::count).value() ==
                  sum_of(rows, [](const row& of) { return of.life; }));
        const auto before = sums(rows);
        settle(rows);
        RC_ASSERT(sums(rows) == before);
    });
}

TEST_CASE("model/table: replicas and builds agree on what they both know") {
    weft::test::property(
        "model/table: agreement", 300, [](const std::vector<std::uint64_t>& words) {
            const std::vector<step> steps = steps_of(words);
            tasks here;
            here.reach(row_count - 1);
            for (const step& each : steps) {
                take(here, each.record, each);
                if (each.word % 2 == 0) {
                    settle(here);
                }
            }
            // There the rows are numbered the other way, one actor's steps come after another's,
            // and the build has a field more.
            later_tasks there;
            there.reach(row_count - 1);
            for (std::size_t actor = actor_count; actor-- > 0;) {
                for (const step& each : steps) {
                    if (each.actor == actor) {
                        take(there, row_count - 1 - each.record, each);
                    }
                }
                there.settle(actors(),
                             [](std::uint32_t row) { return id_of(row_count - 1 - row); });
            }
            settle(here);
            RC_ASSERT(sums(here) == sums(there));
            RC_ASSERT(there.sum(later_tasks::fields::number_of(&later_task::done)).zero());
            for (std::uint32_t row = 0; row < row_count; ++row) {
                const auto* const found = here.find(row);
                const auto* const other = there.find(row_count - 1 - row);
                RC_ASSERT((found == nullptr) == (other == nullptr));
                RC_ASSERT((found == nullptr || found->title.value() == other->title.value()));
                RC_ASSERT((found == nullptr || found->votes.value() == other->votes.value()));
            }
        });
}

TEST_CASE("model/table: equal states of two records don't cancel out or look exchanged") {
    tasks one;
    tasks other;
    one.reach(1);
    other.reach(1);
    set_title(one, 0, "a", event_of(0, 1, 1));
    set_title(one, 1, "b", event_of(0, 2, 2));
    set_title(other, 1, "a", event_of(0, 1, 1));
    set_title(other, 0, "b", event_of(0, 2, 2));
    CHECK(settled_sums(one) != settled_sums(other));
    CHECK(settled_sums(one)[0] != settled_sums(tasks())[0]);
    CHECK(settled_sums(one)[1] == settled_sums(tasks())[1]);
}

TEST_CASE("model/table: a copy goes its own way") {
    tasks rows;
    rows.reach(0);
    set_title(rows, 0, "before", event_of(0, 1, 1));
    const auto before = settled_sums(rows);
    tasks copy = rows;  // with a change that is not settled
    set_title(copy, 0, "after", event_of(0, 2, 2));
    CHECK(rows[0].record.title == "before");
    CHECK(settled_sums(rows) == before);
    set_title(rows, 0, "after", event_of(0, 2, 2));
    CHECK(settled_sums(rows) == settled_sums(copy));
    copy = tasks();
    CHECK(copy.size() == 0);
    CHECK(settled_sums(copy) != settled_sums(rows));
}

TEST_CASE("model/table: an effect for which memory runs out leaves row and sums as they were") {
    const std::string text(100, 'x');
    tasks original;
    original.reach(1);
    set_title(original, 0, text, event_of(0, 1, 1));
    live(original, 0, mutation_kind::insert, event_of(0, 1, 1));
    apply(original, 0, name_tag("votes"), weft::counter::wire_kind, {std::byte{2}},
          event_of(0, 1, 1));
    settle(original);
    const auto before = sums(original);
    const auto unchanged = [&](const tasks& rows) {
        CHECK(equal(rows[0].record, original[0].record));
        CHECK(rows[0].life == original[0].life);
        CHECK(settled_sums(rows) == before);
    };

    SUBCASE("a register") {
        tasks rows = original;  // without room to work in
        const byte_buffer payload = title(text + "y");
        const auto write = [&] {
            apply(rows, 0, name_tag("title"), lww<std::string>::wire_kind, payload,
                  event_of(0, 2, 2));
        };
        CHECK(weft::test::fail_each_allocation(write, [&] { unchanged(rows); }) >= 3);
        set_title(original, 0, text + "y", event_of(0, 2, 2));
        CHECK(settled_sums(rows) == settled_sums(original));
    }
    SUBCASE("a counter, by another actor") {
        tasks rows = original;
        const auto write = [&] {
            apply(rows, 0, name_tag("votes"), weft::counter::wire_kind, {std::byte{4}},
                  event_of(1, 1, 2));
        };
        CHECK(weft::test::fail_each_allocation(write, [&] { unchanged(rows); }) >= 3);
        CHECK(rows[0].record.votes == 3);
    }
    SUBCASE("a life") {
        tasks rows = original;
        const auto erase = [&] { live(rows, 0, mutation_kind::erase, event_of(1, 1, 2)); };
        CHECK(weft::test::fail_each_allocation(erase, [&] { unchanged(rows); }) >= 2);
        live(original, 0, mutation_kind::erase, event_of(1, 1, 2));
        CHECK(settled_sums(rows) == settled_sums(original));
    }
    SUBCASE("settling, which goes on where it stopped") {
        tasks rows = original;
        set_title(rows, 0, text + "y", event_of(0, 2, 2));
        set_title(rows, 1, text + "z", event_of(0, 3, 3));
        const auto wanted = settled_sums(rows);
        tasks fresh = rows;
        CHECK(weft::test::fail_each_allocation([&] { settle(fresh); },
                                               [&] { CHECK(settled_sums(fresh) == wanted); }) >= 1);
        CHECK(sums(fresh) == wanted);
    }
}

}  // namespace table_test
