#include <weft/causal/hybrid_clock.hpp>
#include <weft/log/admission.hpp>

#include "replica/todo.hpp"
#include "support/history.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace admission_test {

using namespace weft;
using namespace weft::test;

namespace {

constexpr std::uint64_t start = 1'700'000'000'000;

/// Not the default address.
auto address_number(std::uint64_t n) {
    test_operation::address made;
    made.bytes[0] = static_cast<std::byte>(n + 1);
    return made;
}

test_builder::parent parent(std::uint64_t of, sequence number) {
    return {{actor(of), number}, address_number(of)};
}

event_dot<actor_id> event_by(std::uint64_t of, sequence number, std::uint32_t ordinal = 0) {
    return {{actor(of), number}, ordinal};
}

/// Well formed, with something of everything: the third of actor 2, after two parents; an insert
/// of two effects with two record-level dots, an update that observes, and a delete.
test_operation good() {
    return test_builder({actor(2), 3}, timestamp::of(start), {parent(1, 1), parent(2, 2)})
        .upsert<todo>(record(1),
                      [](auto& edit) {
                          edit[&todo::title] = "a";
                          edit[&todo::votes] += 1;
                          edit.observing({event_by(1, 1), event_by(2, 2)});
                      })
        .update<todo>(record(2),
                      [](auto& edit) {
                          edit[&todo::tags].insert("x");
                          edit.observing(&todo::tags, {event_by(2, 1)});
                      })
        .erase<todo>(record(3), {event_by(1, 1)})
        .finish();
}

/// What malformed() says of good() after one change.
template <class Change>
errc after(Change&& change) {
    test_operation op = good();
    change(op);
    return malformed(op);
}

using made_operation = operation<default_traits>;
using made_dot = dot<default_traits::actor_id>;
using made_log = operation_log<default_traits>;

/// The rules, as sets: each held operation with its past, itself included.
struct ancestors {
    std::map<made_dot, std::set<made_dot>> past;
    std::map<made_dot, timestamp> times;

    [[nodiscard]] std::set<made_dot> before(const made_operation& op) const {
        std::set<made_dot> all;
        for (const auto& each : op.parents) {
            const auto& those = past.at(each.operation);
            all.insert(those.begin(), those.end());
        }
        return all;
    }

    void append(const made_operation& op) {
        auto own = before(op);
        own.insert(op.id);
        past[op.id] = std::move(own);
        times[op.id] = op.at;
    }

    /// All that is wrong with it.
    [[nodiscard]] std::set<errc> broken(const made_operation& op) const {
        std::set<errc> rules;
        for (const auto& one : op.parents) {
            if (times.at(one.operation) >= op.at) {
                rules.insert(errc::timestamp_not_after_parents);
            }
            for (const auto& other : op.parents) {
                if (!(one == other) && past.at(one.operation).contains(other.operation)) {
                    rules.insert(errc::parents_not_antichain);
                }
            }
        }
        const auto seen = before(op);
        if (op.id.sequence > 1 && !seen.contains({op.id.actor, op.id.sequence - 1})) {
            rules.insert(errc::sequence_gap);
        }
        for (std::size_t i = 0; i < op.mutations.size(); ++i) {
            const auto look = [&](slice which) {
                for (const auto& event : op.observed_of(which)) {
                    const bool earlier = event.operation == op.id && event.ordinal < i;
                    if (!earlier && !seen.contains(event.operation)) {
                        rules.insert(errc::unseen_dot);
                    }
                }
            };
            look(op.mutations[i].observed);
            for (const effect_entry& effect : op.effects_of(op.mutations[i])) {
                look(effect.observed);
            }
        }
        return rules;
    }
};

/// Changes one thing that a rule may or may not mind; parents stay held.
void disturb(made_operation& op, const std::vector<made_dot>& held, splitmix64& random) {
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(random() % limit);
    };
    const auto any_held = [&] { return held[below(held.size())]; };
    const auto name = [&](const made_dot& what, std::uint32_t ordinal) {
        if (!op.observed.empty()) {
            op.observed[below(op.observed.size())] = {what, ordinal};
        }
    };
    switch (below(8)) {
    case 0:
        if (!op.parents.empty()) {
            op.parents.erase(op.parents.begin() + below(op.parents.size()));
        }
        break;
    case 1:
        op.at.bits -= std::min<std::uint64_t>(op.at.bits, below(4));
        break;
    case 2:
        ++op.id.sequence;
        break;
    case 3:
        name(op.id, static_cast<std::uint32_t>(below(3)));
        break;
    case 4:
        name({op.id.actor, op.id.sequence + 1}, 0);
        break;
    case 5:
        if (!held.empty()) {
            name(any_held(), 0);
        }
        break;
    default:
        if (!held.empty()) {
            const made_dot more = any_held();
            const bool known = std::any_of(op.parents.begin(), op.parents.end(),
                                           [&](const auto& p) { return p.operation == more; });
            if (!known) {
                op.parents.push_back({more, {}});
                op.at.bits += below(2) * 1000;
            }
        }
    }
}

}  // namespace

static_assert(last_admissible == hybrid_clock<manual_clock>::last_usable);

TEST_CASE("log/admission: a well-formed operation has nothing wrong") {
    CHECK(malformed(good()) == errc::none);
    CHECK(malformed(test_builder({actor(1), 1}, timestamp::of(start), {}).finish()) == errc::none);
    CHECK(after([](test_operation& op) { op.at = last_admissible; }) == errc::none);
    // An insert needs no effect, nor does a first operation have to name its own as a parent.
    CHECK(malformed(test_builder({actor(1), 1}, {}, {parent(1 + 1, 9)})
                        .upsert<todo>(record(1), [](auto&) {})
                        .finish()) == errc::none);
}

TEST_CASE("log/admission: numbers out of their range") {
    CHECK(after([](test_operation& op) { op.id.sequence = 0; }) == errc::out_of_range);
    CHECK(after([](test_operation& op) { op.at.bits = last_admissible.bits + 1; }) ==
          errc::out_of_range);
    for (std::size_t i = 0; i < good().observed.size(); ++i) {
        CHECK(after([&](test_operation& op) { op.observed[i].operation.sequence = 0; }) ==
              errc::out_of_range);
    }
    for (std::size_t i = 0; i < good().parents.size(); ++i) {
        CHECK(after([&](test_operation& op) { op.parents[i].operation.sequence = 0; }) ==
              errc::out_of_range);
    }
    // A parent by the same actor has to be an earlier one.
    CHECK(after([](test_operation& op) { op.parents[1].operation.sequence = 3; }) ==
          errc::out_of_range);
    CHECK(after([](test_operation& op) { op.parents[1].operation.sequence = 4; }) ==
          errc::out_of_range);
    CHECK(after([](test_operation& op) { op.parents[0].operation.sequence = 4; }) == errc::none);
}

TEST_CASE("log/admission: a parent without its address") {
    for (std::size_t i = 0; i < good().parents.size(); ++i) {
        CHECK(after([&](test_operation& op) { op.parents[i].address = {}; }) ==
              errc::not_canonical);
    }
}

TEST_CASE("log/admission: what has to ascend and does not") {
    CHECK(after([](test_operation& op) { std::swap(op.parents[0], op.parents[1]); }) ==
          errc::not_sorted);
    // The same dot twice, even at another address.
    CHECK(after([](test_operation& op) { op.parents[0].operation = op.parents[1].operation; }) ==
          errc::not_sorted);
    CHECK(after([](test_operation& op) { std::swap(op.effects[0].field, op.effects[1].field); }) ==
          errc::not_sorted);
    CHECK(after([](test_operation& op) { op.effects[0].field = op.effects[1].field; }) ==
          errc::not_sorted);
    CHECK(after([](test_operation& op) { std::swap(op.observed[0], op.observed[1]); }) ==
          errc::not_sorted);
    CHECK(after([](test_operation& op) { op.observed[0] = op.observed[1]; }) == errc::not_sorted);
    // What a field observes is in its policy's order, and may repeat.
    const auto op =
        test_builder({actor(2), 3}, timestamp::of(start), {})
            .update<todo>(
                record(2),
                [](auto& edit) {
                    edit[&todo::tags].insert("x");
                    edit.observing(&todo::tags, {event_by(2, 2), event_by(2, 1), event_by(2, 2)});
                })
            .finish();
    CHECK(malformed(op) == errc::none);
}

TEST_CASE("log/admission: an update that sets nothing, and a delete that sets something") {
    CHECK(after([](test_operation& op) { op.mutations[1].effects.count = 0; }) ==
          errc::not_canonical);
    CHECK(after([](test_operation& op) { op.mutations[2].effects = op.mutations[0].effects; }) ==
          errc::not_canonical);
    CHECK(after([](test_operation& op) { op.mutations[0].kind = mutation_kind::erase; }) ==
          errc::not_canonical);
    CHECK(after([](test_operation& op) { op.mutations[2].kind = mutation_kind::update; }) ==
          errc::not_canonical);
    CHECK(after([](test_operation& op) { op.mutations[0].kind = mutation_kind::update; }) ==
          errc::none);
    CHECK(after([](test_operation& op) { op.mutations[2].kind = mutation_kind::insert; }) ==
          errc::none);
}

TEST_CASE("log/admission: whatever is generated as well formed has nothing wrong") {
    property("log/admission: histories and lists", 50, [](std::uint64_t seed) {
        for (const auto& one : random_history<default_traits>(seed)) {
            RC_ASSERT(malformed(one.op) == errc::none);
        }
        for (const auto& one : random_operations<default_traits>(seed)) {
            RC_ASSERT(malformed(one.op) == errc::none);
        }
    });
}

TEST_CASE("log/admission: the first parent that is not held") {
    property("log/admission: missing_parent", 50, [](std::uint64_t seed) {
        const auto made = random_history<default_traits>(seed);
        made_log log;
        std::set<made_dot> held;
        local_operation local;
        for (std::size_t i = 0; i < made.size(); ++i) {
            for (std::size_t k = i; k < made.size(); ++k) {
                const auto& parents = made[k].op.parents;
                const auto first = std::find_if(parents.begin(), parents.end(), [&](const auto& p) {
                    return !held.contains(p.operation);
                });
                const auto missing = missing_parent(made[k].op, log);
                RC_ASSERT(missing.has_value() == (first != parents.end()));
                RC_ASSERT((!missing || *missing == first->operation));
            }
            static_cast<void>(log.append(made[i].op, made[i].address, local));
            held.insert(made[i].op.id);
        }
    });
}

TEST_CASE("log/admission: an operation is judged by its causal past, as sets of it would") {
    std::map<errc, int> verdicts;
    property("log/admission: judge", 60, [&](std::uint64_t seed) {
        splitmix64 random{seed};
        made_log log;
        ancestors model;
        std::vector<made_dot> held;
        local_operation local;
        lean_vector<local_dot> scratch;
        for (const auto& one : random_history<default_traits>(seed)) {
            RC_ASSERT(judge(one.op, log, scratch) == errc::none);
            for (int n = 0; n < 12; ++n) {
                made_operation op = one.op;
                for (std::uint64_t changes = 1 + random() % 3; changes != 0; --changes) {
                    disturb(op, held, random);
                }
                const auto broken = model.broken(op);
                const errc verdict = judge(op, log, scratch);
                ++verdicts[verdict];
                RC_ASSERT((verdict == errc::none) == broken.empty());
                RC_ASSERT((verdict == errc::none || broken.contains(verdict)));
                if (verdict == errc::none) {
                    RC_ASSERT(scratch.size() == op.parents.size());
                    for (std::size_t i = 0; i < scratch.size(); ++i) {
                        RC_ASSERT(log.dot_of(scratch[i]) == op.parents[i].operation);
                    }
                }
            }
            static_cast<void>(log.append(one.op, one.address, local));
            model.append(one.op);
            held.push_back(one.op.id);
        }
    });
    for (const errc each : {errc::none, errc::timestamp_not_after_parents, errc::sequence_gap,
                            errc::parents_not_antichain, errc::unseen_dot}) {
        CHECK(verdicts[each] != 0);
    }
}

TEST_CASE("log/admission: a time of the last millisecond is nobody's, nor is sequence 0") {
    const made_log log;
    lean_vector<local_dot> scratch;
    made_operation op;
    op.id = {default_traits::actor_id::of(1, 1), 1};
    op.at = last_admissible;
    CHECK(judge(op, log, scratch) == errc::none);
    ++op.at.bits;
    CHECK(judge(op, log, scratch) == errc::out_of_range);
    op.at = last_admissible;
    op.id.sequence = 0;
    CHECK(judge(op, log, scratch) == errc::out_of_range);
}

}  // namespace admission_test
