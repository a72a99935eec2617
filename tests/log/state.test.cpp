#include <weft/log/state.hpp>
#include <weft/log/timeline.hpp>

#include "log/writers.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace state_test {

using namespace weft;
using namespace weft::test;

namespace {

using log_type = operation_log<test_traits>;

/// An earlier build: one collection less, two fields less, and those there are in another order.
namespace earlier {

struct todo {
    BOOST_HANA_DEFINE_STRUCT(todo, (add_wins_set<std::string>, tags), (lww<std::string>, title));
};

using app = schema<1, collection<"todos", todo>>;

}  // namespace earlier

/// One whose collections stand in another order.
using turned = schema<1, collection<"notes", note, lww_delete>, collection<"todos", todo>>;

/// One that uses a field's name for something else.
namespace other {

struct note {
    BOOST_HANA_DEFINE_STRUCT(note, (counter, text));
};

using app = schema<1, collection<"notes", note, lww_delete>>;

}  // namespace other

/// Hears what the state tells, part by part.
struct witness {
    struct part {
        std::size_t collection = 0;
        uuid record{};
        std::uint32_t field = 0;  ///< 0: the record's life
        effect_outcome outcome = effect_outcome::changed;
        friend bool operator==(const part&, const part&) = default;
    };

    const log_type* log;
    std::vector<part> heard;
    null_report none{};

    [[nodiscard]] null_report& report() noexcept { return none; }

    void begin(local_dot /*operation*/) noexcept {}

    void life(std::size_t number, const local_mutation& mutation, bool changed) {
        heard.push_back({number, log->id_of(mutation.record), 0,
                         changed ? effect_outcome::changed : effect_outcome::unchanged});
    }

    void effect(std::size_t number,
                const local_mutation& mutation,
                const effect_entry& effect,
                effect_outcome outcome) {
        heard.push_back({number, log->id_of(mutation.record), effect.field, outcome});
    }
};

/// One log's operations, and the states of as many schemas as are asked for.
struct played {
    log_type log;

    explicit played(const std::vector<test_operation>& operations) {
        for (const auto& op : operations) {
            append(log, op);
        }
    }

    template <class Schema>
    void play(state<Schema>& to, std::uint32_t from = 0) const {
        listener<Schema, test_traits, no_sink> told(log);
        replay(to, log, {from}, nullptr, told);
    }

    template <class Schema>
    [[nodiscard]] lean_vector<tag_digest> digests() const {
        state<Schema> made;
        play(made);
        return made.digests(log);
    }
};

/// The tags that operations touch, as (collection, field); field 0 for the records' lives.
using tags = std::set<std::pair<std::uint32_t, std::uint32_t>>;

tags touched(const std::vector<test_operation>& operations) {
    tags all;
    for (const auto& op : operations) {
        for (const auto& mutation : op.mutations) {
            all.insert({mutation.collection, 0});
            for (const auto& effect : op.effects_of(mutation)) {
                all.insert({mutation.collection, effect.field});
            }
        }
    }
    return all;
}

/// Those of `all` that a schema knows, with the same kind.
template <class Schema>
lean_vector<tag_digest> known_to(const lean_vector<tag_digest>& all) {
    lean_vector<tag_digest> known;
    for (const tag_digest& each : all) {
        if (std::count(Schema::table.begin(), Schema::table.end(), each.what) != 0) {
            known.push_back(each);
        }
    }
    return known;
}

std::vector<test_operation> first(const std::vector<test_operation>& of, std::size_t size) {
    return {of.begin(), of.begin() + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace

TEST_CASE("log/state: any causal order of the same operations makes the same state") {
    property("log/state: orders", 60, [](std::uint64_t seed) {
        splitmix64 random{seed};
        const auto all = written(random);
        const played one(all);
        const played two(reordered(all, random));
        state<app> left;
        state<app> right;
        one.play(left);
        two.play(right);
        RC_ASSERT(left.digests(one.log) == right.digests(two.log));
        // What is read is the same too, though rows are numbered by each log.
        for (std::uint64_t n = 0; n < written_records; ++n) {
            const auto a = one.log.find(name_tag("todos"), record(n));
            const auto b = two.log.find(name_tag("todos"), record(n));
            RC_ASSERT(a.has_value() == b.has_value());
            if (a) {
                const todo* const mine = left.table_of<todo>().find(a->row);
                const todo* const theirs = right.table_of<todo>().find(b->row);
                RC_ASSERT((mine == nullptr) == (theirs == nullptr));
                RC_ASSERT((mine == nullptr || (*mine->title == *theirs->title &&
                                               mine->tags.value() == theirs->tags.value())));
            }
        }
    });
}

TEST_CASE("log/state: digests asked for on the way are those of a state made at once") {
    property("log/state: digests", 30, [](std::uint64_t seed) {
        splitmix64 random{seed};
        const auto all = written(random);
        state<app> asked;
        for (std::uint32_t size = 1; size <= all.size(); ++size) {
            const played part(first(all, size));
            part.play(asked, size - 1);  // the logs agree on names as far as they go
            const auto now = asked.digests(part.log);
            RC_ASSERT(now == part.digests<app>());
            RC_ASSERT(now == asked.digests(part.log));
        }
    });
}

TEST_CASE("log/state: digests ascend by tag, and are of what was touched and not emptied since") {
    CHECK(played({}).digests<app>().empty());
    property("log/state: tags", 60, [](std::uint64_t seed) {
        splitmix64 random{seed};
        const auto all = written(random);
        const std::size_t size = random() % (all.size() + 1);
        const auto some = first(all, size);
        const played part(some);
        state<app> made;
        part.play(made);
        const auto digests = made.digests(part.log);
        tags found;
        for (std::size_t i = 0; i < digests.size(); ++i) {
            RC_ASSERT((i == 0 || digests[i - 1].what < digests[i].what));
            RC_ASSERT(std::count(app::table.begin(), app::table.end(), digests[i].what) == 1);
            found.insert({digests[i].what.collection, digests[i].what.field});
        }
        tags wanted = touched(some);
        bool emptied = true;
        for (std::uint32_t row = 0; row < made.table_of<todo>().size(); ++row) {
            emptied = emptied && made.table_of<todo>()[row].record.tags.pristine();
        }
        if (emptied) {
            wanted.erase({name_tag("todos"), name_tag("tags")});
        }
        RC_ASSERT(found == wanted);
    });
}

TEST_CASE("log/state: a copy is a checkpoint: neither knows what the other goes on to apply") {
    property("log/state: copies", 60, [](std::uint64_t seed) {
        splitmix64 random{seed};
        const auto all = written(random);
        const played whole(all);
        const auto size = static_cast<std::uint32_t>(random() % (all.size() + 1));
        const played part(first(all, size));
        state<app> made;
        part.play(made);
        if (random() % 2 == 0) {
            static_cast<void>(made.digests(part.log));  // settled or not
        }
        state<app> copy = made;
        whole.play(made, size);
        RC_ASSERT(made.digests(whole.log) == whole.digests<app>());
        RC_ASSERT(state<app>(copy).digests(part.log) == part.digests<app>());
        whole.play(copy, size);
        RC_ASSERT(copy.digests(whole.log) == made.digests(whole.log));
    });
}

TEST_CASE("log/state: what a schema does not know is skipped, and the rest is as if it knew") {
    property("log/state: builds", 60, [](std::uint64_t seed) {
        splitmix64 random{seed};
        const played whole(written(random));
        const auto all = whole.digests<app>();
        RC_ASSERT(whole.digests<earlier::app>() == known_to<earlier::app>(all));
        RC_ASSERT(whole.digests<turned>() == all);
        // The lives go on where a field's name stands for something else.
        RC_ASSERT(whole.digests<other::app>() == known_to<other::app>(all));
    });
}

TEST_CASE(
    "log/state: a listener hears a record's life, then its effects, as the operation has them") {
    property("log/state: told", 60, [](std::uint64_t seed) {
        splitmix64 random{seed};
        const auto all = written(random);
        log_type log;
        state<earlier::app> older;
        state<other::app> renamed;
        witness by_older{&log, {}};
        witness by_renamed{&log, {}};
        for (const auto& op : all) {
            append(log, op);
            by_older.heard.clear();
            by_renamed.heard.clear();
            replay(older, log, {log.size() - 1}, nullptr, by_older);
            replay(renamed, log, {log.size() - 1}, nullptr, by_renamed);
            auto next = by_older.heard.begin();
            auto next_renamed = by_renamed.heard.begin();
            for (const auto& mutation : op.mutations) {
                const bool notes = mutation.collection == name_tag("notes");
                auto& at = notes ? next_renamed : next;
                const auto& heard = notes ? by_renamed.heard : by_older.heard;
                RC_ASSERT(at != heard.end());
                RC_ASSERT((*at == witness::part{0, mutation.record, 0, at->outcome}));
                ++at;
                for (const auto& effect : op.effects_of(mutation)) {
                    RC_ASSERT(at != heard.end());
                    RC_ASSERT(
                        (*at == witness::part{0, mutation.record, effect.field, at->outcome}));
                    const bool known =
                        effect.field == name_tag("title") || effect.field == name_tag("tags");
                    RC_ASSERT((at->outcome == effect_outcome::void_effect) == notes);
                    RC_ASSERT((at->outcome == effect_outcome::unknown_field) == (!notes && !known));
                    ++at;
                }
            }
            RC_ASSERT(next == by_older.heard.end());
            RC_ASSERT(next_renamed == by_renamed.heard.end());
        }
    });
}

TEST_CASE("log/state: a mutation's ordinal counts those of unknown collections too") {
    // The erase is the second mutation of an operation whose first one is not known here; only an
    // insert that names it so takes it back.
    const auto erased = test_builder({actor(1), 1}, timestamp::of(1000), {})
                            .upsert<note>(record(1), [](auto& n) { n[&note::text] = "x"; })
                            .erase<todo>(record(1))
                            .finish();
    for (const std::uint32_t ordinal : {0U, 1U}) {
        const auto back = test_builder({actor(1), 2}, timestamp::of(2000), {as_parent(erased)})
                              .upsert<todo>(record(1),
                                            [&](auto& t) {
                                                t[&todo::title] = "y";
                                                t.observing({{erased.id, ordinal}});
                                            })
                              .finish();
        const played both({erased, back});
        state<earlier::app> older;
        both.play(older);
        const auto at = both.log.find(name_tag("todos"), record(1));
        CHECK((older.table_of<earlier::todo>().find(at->row) != nullptr) == (ordinal == 1));
    }
}

}  // namespace state_test
