#include <weft/causal/traits.hpp>
#include <weft/log/listener.hpp>
#include <weft/merge/counter.hpp>
#include <weft/merge/lww.hpp>
#include <weft/merge/lww_delete.hpp>

#include "support/history.hpp"
#include "support/property.hpp"
#include "support/recorder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace listener_test {

using weft::default_traits;
using weft::effect_outcome;
using weft::field_change;
using weft::local_dot;
using weft::reason;

namespace {

struct task {
    BOOST_HANA_DEFINE_STRUCT(task, (weft::lww<std::uint32_t>, size), (weft::counter, votes));
};

struct page {
    BOOST_HANA_DEFINE_STRUCT(page, (weft::lww<std::uint32_t>, size));
};

using app = weft::
    schema<1, weft::collection<"tasks", task>, weft::collection<"pages", page, weft::lww_delete>>;

using log_type = weft::operation_log<default_traits>;
using made_dot = weft::dot<weft::actor_id>;

using told_decision = weft::test::told_decision<default_traits>;
using told = weft::test::told_change<default_traits>;
using recorder = weft::test::recorder<default_traits>;
using loud = weft::listener<app, default_traits, recorder>;
using quiet = weft::listener<app, default_traits, weft::no_sink>;

// With nobody to tell, policies report to what they know to ignore.
static_assert(loud::listens && std::is_same_v<loud::report_type, loud>);
static_assert(!quiet::listens && std::is_same_v<quiet::report_type, weft::null_report>);
static_assert(std::is_empty_v<weft::no_sink>);

/// A field of the schema, and what people call it.
struct named_field {
    std::size_t collection;
    std::uint32_t tag;
    const char* field;
    const char* policy;
};

const std::array<named_field, 3> known_fields{{{0, weft::name_tag("size"), "size", "lww"},
                                               {0, weft::name_tag("votes"), "votes", "counter"},
                                               {1, weft::name_tag("size"), "size", "lww"}}};

constexpr std::array<const char*, 2> collections{"tasks", "pages"};
constexpr std::array<const char*, 2> rules{"delete_wins", "lww_delete"};

/// A log of some history, and who is in whose past.
struct past {
    log_type log;
    std::vector<local_dot> held;
    std::vector<weft::local_mutation> mutations;
    std::map<made_dot, std::set<made_dot>> before;

    explicit past(std::uint64_t seed) {
        weft::local_operation local;
        for (const auto& one : weft::test::random_history<default_traits>(seed)) {
            static_cast<void>(log.append(one.op, one.address, local));
            held.push_back(local.id);
            mutations.insert(mutations.end(), local.mutations.begin(), local.mutations.end());
            auto& own = before[one.op.id];
            own.insert(one.op.id);
            for (const auto& parent : one.op.parents) {
                const auto& those = before[parent.operation];
                own.insert(those.begin(), those.end());
            }
        }
    }

    [[nodiscard]] bool concurrent(const made_dot& a, const made_dot& b) const {
        return before.at(a).count(b) == 0 && before.at(b).count(a) == 0;
    }
};

/// Drives a listener at random, and says what was to be heard of it.
template <class Listener>
void drive(Listener& to,
           const past& in,
           weft::splitmix64& random,
           std::vector<told>& wanted,
           std::vector<weft::void_place>& voids) {
    std::vector<told_decision> decided;
    local_dot by = in.held[0];
    to.begin(by);
    const auto tell = [&](const char* collection, const char* field, const char* policy,
                          const weft::local_mutation& mutation, bool changed) {
        wanted.push_back({collection, field, policy, in.log.id_of(mutation.record),
                          in.log.dot_of(by), mutation.kind, changed, decided});
        decided.clear();
    };
    for (int n = 0; n < 40; ++n) {
        const auto& mutation = in.mutations[random() % in.mutations.size()];
        switch (random() % 8) {
        case 0:
            by = in.held[random() % in.held.size()];
            to.begin(by);
            break;
        case 1:
        case 2:
        case 3: {
            const auto why = static_cast<reason>(random() % 12);
            const local_dot winner = in.held[random() % in.held.size()];
            const local_dot loser = in.held[random() % in.held.size()];
            to.report().decided(why, winner, loser);
            const made_dot a = in.log.dot_of(winner);
            const made_dot b = in.log.dot_of(loser);
            decided.push_back({why, a, b, in.concurrent(a, b)});
            break;
        }
        case 4: {
            const std::size_t number = random() % 2;
            const bool changed = random() % 2 == 0;
            to.life(number, mutation, changed);
            tell(collections[number], "", rules[number], mutation, changed);
            break;
        }
        default: {
            const named_field& field = known_fields[random() % known_fields.size()];
            const auto outcome = static_cast<effect_outcome>(random() % 4);
            const bool unknown = outcome == effect_outcome::unknown_field;
            const std::uint32_t tag = unknown ? 1 : field.tag;
            to.effect(field.collection, mutation, {tag, 7, {}, {}}, outcome);
            if (outcome == effect_outcome::void_effect) {
                voids.push_back({by, weft::name_tag(collections[field.collection]), field.tag});
            } else if (!unknown) {
                tell(collections[field.collection], field.field, field.policy, mutation,
                     outcome == effect_outcome::changed);
            }
        }
        }
    }
}

bool same(const weft::lean_vector<weft::void_place>& found,
          const std::vector<weft::void_place>& wanted) {
    bool equal = found.size() == wanted.size();
    for (std::size_t i = 0; equal && i < wanted.size(); ++i) {
        equal = found[i].operation == wanted[i].operation &&
                found[i].collection == wanted[i].collection && found[i].field == wanted[i].field;
    }
    return equal;
}

/// One whom policies ask: the first operation of each of two who know nothing of the other.
struct pair_of_roots {
    log_type log;
    weft::local_operation first;
    weft::local_operation second;

    pair_of_roots() {
        for (weft::local_operation* const into : {&first, &second}) {
            weft::operation<default_traits> op;
            op.id = {weft::actor_id::of(into == &first ? 1U : 2U, 0), 1};
            op.mutations.push_back({7, weft::mutation_kind::insert, weft::uuid::of(3, 4), {}, {}});
            static_cast<void>(log.append(op, weft::address_of(op), *into));
        }
    }
};

}  // namespace

TEST_CASE("log/listener: the sink hears each part once, by name, with what was decided for it") {
    weft::test::property("log/listener: oracle", 100, [](std::uint64_t seed) {
        const past in(seed);
        weft::splitmix64 random{seed};
        std::vector<told> heard;
        std::vector<told> wanted;
        std::vector<weft::void_place> places;
        weft::lean_vector<weft::void_place> voids;
        recorder sink{&heard};
        loud to(in.log, sink, voids);
        drive(to, in, random, wanted, places);
        RC_ASSERT(heard == wanted);
        RC_ASSERT(same(voids, places));
    });
}

TEST_CASE("log/listener: without a sink void effects are noted all the same") {
    weft::test::property("log/listener: nobody listens", 50, [](std::uint64_t seed) {
        const past in(seed);
        weft::splitmix64 random{seed};
        std::vector<told> wanted;
        std::vector<weft::void_place> places;
        weft::lean_vector<weft::void_place> voids;
        weft::no_sink sink;
        quiet to(in.log, sink, voids);
        drive(to, in, random, wanted, places);
        RC_ASSERT(same(voids, places));
        // Made again, a state has nothing new to say, not even that.
        quiet again(in.log);
        drive(again, in, random, wanted, places);
    });
}

TEST_CASE("log/listener: a sink is whatever can be called with a change") {
    const pair_of_roots roots;
    weft::lean_vector<weft::void_place> voids;
    int calls = 0;
    const auto tell = [&](auto& sink) {
        weft::listener<app, default_traits, std::remove_reference_t<decltype(sink)>> to(
            roots.log, sink, voids);
        to.begin(roots.second.id);
        to.life(0, roots.second.mutations[0], true);
    };
    auto counts = [&calls, own = 0](const auto& change) mutable {
        CHECK(change.record == weft::uuid::of(3, 4));
        calls += ++own;
    };
    tell(counts);
    tell(counts);
    CHECK(calls == 3);  // the sink itself was called, not a copy of it
    static int to_function = 0;
    void (*function)(const field_change<default_traits>&) = [](const auto& /*change*/) {
        ++to_function;
    };
    tell(function);
    CHECK(to_function == 1);
}

TEST_CASE("log/listener: what one part decided is not told of the next") {
    const pair_of_roots roots;
    weft::lean_vector<weft::void_place> voids;
    std::vector<told> heard;
    recorder sink{&heard};
    loud to(roots.log, sink, voids);
    to.begin(roots.second.id);
    const auto& mutation = roots.second.mutations[0];
    to.decided(reason::later_stamp, roots.second.id, roots.first.id);
    to.effect(0, mutation, {weft::name_tag("size"), 7, {}, {}}, effect_outcome::unchanged);
    to.effect(0, mutation, {weft::name_tag("votes"), 7, {}, {}}, effect_outcome::changed);
    REQUIRE(heard.size() == 2);
    const made_dot winner{weft::actor_id::of(2, 0), 1};
    const made_dot loser{weft::actor_id::of(1, 0), 1};
    CHECK(heard[0].decisions ==
          std::vector<told_decision>{{reason::later_stamp, winner, loser, true}});
    CHECK(heard[0].by == winner);
    CHECK_FALSE(heard[0].changed);
    CHECK(heard[1].decisions.empty());
    CHECK(heard[1].changed);
}

}  // namespace listener_test
