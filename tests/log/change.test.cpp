#include <weft/log/timeline.hpp>

#include "log/writers.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace change_test {

using namespace weft;
using namespace weft::test;

namespace {

using log_type = operation_log<test_traits>;
using change_type = field_change<test_traits>;

/// A field of a record, or with an empty name the record's life.
struct place {
    std::string collection;
    std::string field;
    uuid record{};
    friend auto operator<=>(const place&, const place&) = default;
};

const std::map<std::string_view, std::vector<std::string>> described{
    {"todos", {"", "title", "done", "tags", "votes"}}, {"notes", {"", "text"}}};

/// What is read there, hidden or not, as text; blank before any operation.
std::string read(const state<app>& from, const log_type& log, const place& at) {
    std::string text;
    const auto found = log.find(name_tag(at.collection), at.record);
    const auto row_of = [&](const auto& rows, auto&& show) {
        const std::decay_t<decltype(rows[0])> blank{};
        const auto& row = found && found->row < rows.size() ? rows[found->row] : blank;
        if (at.field.empty()) {
            text = row.life.visible() ? "there" : "not there";
        } else {
            show(row.record);
        }
    };
    if (at.collection == "notes") {
        row_of(from.table_of<note>(), [&](const note& held) { text = *held.text; });
        return text;
    }
    row_of(from.table_of<todo>(), [&](const todo& held) {
        if (at.field == "title") {
            text = *held.title;
        } else if (at.field == "done") {
            text = *held.done ? "yes" : "no";
        } else if (at.field == "votes") {
            text = std::to_string(static_cast<std::int64_t>(held.votes));
        } else {
            for (const std::string& tag : held.tags.value()) {
                text += tag + ",";
            }
        }
    });
    return text;
}

/// Looks at the state while it is told, and remembers what it saw last.
struct onlooker {
    const state<app>* held;
    const log_type* log;
    std::map<place, std::string> seen;
    std::map<place, test_dot> winners;              ///< of registers: by greatest stamp
    std::map<test_dot, std::set<test_dot>> before;  ///< each operation's past and itself
    std::map<test_dot, std::pair<timestamp, test_dot>> stamps;
    test_dot by{};
    std::set<place> told;
    int conflicts = 0;

    void begin(const test_operation& op) {
        auto& own = before[op.id];
        own.insert(op.id);
        for (const auto& parent : op.parents) {
            const auto& those = before[parent.operation];
            own.insert(those.begin(), those.end());
        }
        stamps[op.id] = {op.at, op.id};
        by = op.id;
        told.clear();
    }

    /// Reads a place for the first time as if nothing had been applied.
    std::string& last(const place& at) {
        const state<app> nothing;
        return seen.try_emplace(at, read(nothing, *log, at)).first->second;
    }

    void operator()(const change_type& change) {
        const place at{std::string(change.collection), std::string(change.field), change.record};
        RC_ASSERT(change.by == by);
        RC_ASSERT(told.insert(at).second);
        // The life is told before the fields: they are as they were.
        std::string now = read(*held, *log, at);
        RC_ASSERT(change.changed == (now != last(at)));
        last(at) = std::move(now);
        for (const auto& each : change.decisions) {
            const bool knew = before[each.winner].contains(each.loser) ||
                              before[each.loser].contains(each.winner);
            RC_ASSERT(each.concurrent == !knew);
            RC_ASSERT(each.winner == by || each.loser == by);
            conflicts += each.concurrent ? 1 : 0;
        }
        if (change.policy == "lww") {
            judge_register(at, change);
        }
    }

    /// One decision, against the winner so far, is exactly what a register makes.
    void judge_register(const place& at, const change_type& change) {
        const auto winner = winners.find(at);
        if (winner == winners.end()) {
            RC_ASSERT(change.decisions.empty());
            winners[at] = by;
            return;
        }
        const bool wins = stamps[by] > stamps[winner->second];
        RC_ASSERT(change.decisions.size() == 1U);
        RC_ASSERT(change.decisions[0].why == reason::later_stamp);
        RC_ASSERT(change.decisions[0].winner == (wins ? by : winner->second));
        RC_ASSERT(change.decisions[0].loser == (wins ? winner->second : by));
        if (wins) {
            winner->second = by;
        }
    }
};

/// All places that an operation touches: for each mutation the life, and the fields by tag.
std::set<place> touched(const test_operation& op) {
    std::set<place> all;
    for (const auto& mutation : op.mutations) {
        for (const auto& [collection, fields] : described) {
            if (mutation.collection != name_tag(collection)) {
                continue;
            }
            all.insert({std::string(collection), "", mutation.record});
            for (const effect_entry& effect : op.effects_of(mutation)) {
                for (const std::string& field : fields) {
                    if (!field.empty() && effect.field == name_tag(field)) {
                        all.insert({std::string(collection), field, mutation.record});
                    }
                }
            }
        }
    }
    return all;
}

}  // namespace

TEST_CASE("log/change: what is told is what can be seen to change, who decided it, and no more") {
    int conflicts = 0;
    property("log/change: an onlooker", 60, [&](std::uint64_t seed) {
        splitmix64 random{seed};
        log_type log;
        state<app> held;
        onlooker sink{&held, &log, {}, {}, {}, {}, {}, {}};
        lean_vector<void_place> voids;
        listener<app, test_traits, onlooker> to(log, sink, voids);
        for (const auto& op : reordered(written(random), random)) {
            append(log, op);
            sink.begin(op);
            replay(held, log, {log.size() - 1}, nullptr, to);
            RC_ASSERT(sink.told == touched(op));
            // Nothing changed in silence.
            for (std::uint64_t n = 0; n < written_records; ++n) {
                for (const auto& [collection, fields] : described) {
                    for (const std::string& field : fields) {
                        const place at{std::string(collection), field, record(n)};
                        RC_ASSERT(read(held, log, at) == sink.last(at));
                    }
                }
            }
        }
        RC_ASSERT(voids.empty());
        conflicts += sink.conflicts;
    });
    CHECK(conflicts > 0);
}

}  // namespace change_test
