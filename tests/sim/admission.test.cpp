/// Operations that nobody honest would make, judged by a replica and by the reference model.
#include <weft/testing/comparison.hpp>

#include "replica/todo.hpp"
#include "support/property.hpp"

using namespace weft;
using namespace weft::test;

namespace {

using model_type = testing::reference_model<app, test_traits>;

/// Operations of four actors, each made from a seed over those before it: mostly fine, some with a
/// wrong sequence, parents that follow each other, a time that is too early or far ahead, dots from
/// outside the past, parents that nobody made, or parents' addresses that are wrong.
std::vector<test_operation> operations(const world& here, const std::vector<std::uint64_t>& seeds) {
    std::vector<test_operation> all;
    std::map<actor_id, std::uint32_t> made;
    for (const std::uint64_t seed : seeds) {
        testing::dice from(seed);
        const std::uint64_t who = 1 + from.below(4);
        std::map<test_dot, test_builder::parent> parents;
        const auto follow = [&](const test_operation& op) {
            if (op.id.sequence != 0) {  // else it is not well formed, and no batch can name it
                parents.try_emplace(op.id, as_parent(op));
            }
        };
        // The actor's own last operation, unless it is left out.
        if (!from.percent(8)) {
            for (std::size_t i = all.size(); i-- > 0;) {
                if (all[i].id.actor == actor(who)) {
                    follow(all[i]);
                    break;
                }
            }
        }
        for (std::uint32_t n = from.below(3); n > 0 && !all.empty(); --n) {
            const auto& other = all[from.below(static_cast<std::uint32_t>(all.size()))];
            // Mostly not one that is surely an ancestor of another parent.
            if (other.id.actor != actor(who) || from.percent(10)) {
                follow(other);
            }
        }
        if (from.percent(4)) {
            test_builder::parent nobodys{{actor(9), 1}, {}};
            nobodys.address.bytes[5] = std::byte{5};
            parents.try_emplace(nobodys.operation, nobodys);
        }
        std::vector<test_builder::parent> named;
        timestamp latest = timestamp::of(here.now);
        for (auto& [id, parent] : parents) {
            for (const auto& op : all) {
                latest = op.id == id && latest < op.at ? op.at : latest;
            }
            if (from.percent(3)) {
                parent.address.bytes[0] ^= std::byte{1};
            }
            named.push_back(parent);
        }
        const timestamp at = from.percent(8)   ? timestamp::of(here.now - from.below(3))
                             : from.percent(8) ? timestamp::of(latest.wall_ms() + 400'000)
                                               : latest.next();
        const std::uint32_t sequence = made[actor(who)] + (from.percent(4) ? from.below(3) : 1);
        made[actor(who)] = std::max(made[actor(who)], sequence);
        test_builder builder({actor(who), sequence}, at, named);
        for (std::uint32_t n = 1 + from.below(2); n > 0; --n) {
            builder.upsert<note>(record(from.below(3)), [&](auto& t) {
                t[&note::text] = std::to_string(from.below(50));
                if (!all.empty() && from.percent(15)) {
                    const auto& other = all[from.below(static_cast<std::uint32_t>(all.size()))];
                    t.observing(
                        {{other.id, from.below(3)}, {{actor(who), sequence}, from.below(3)}});
                }
            });
        }
        if (from.percent(20)) {
            builder.erase<note>(record(from.below(3)));
        }
        // One dot, one operation: two under one dot are another test's.
        const bool fresh = std::none_of(
            all.begin(), all.end(), [&](const auto& op) { return op.id == builder.finish().id; });
        if (fresh) {
            all.push_back(builder.finish());
        }
    }
    return all;
}

void agree(const test_report& real, const testing::model_report<test_traits>& expected) {
    RC_ASSERT(real.applied == expected.applied);
    RC_ASSERT(real.known == expected.known);
    RC_ASSERT(real.parked == expected.parked);
    RC_ASSERT(real.released == expected.released);
    RC_ASSERT(real.refused.size() == expected.refused.size());
    for (const auto& refused : real.refused) {
        std::string rules;
        bool found = false;
        for (const auto& one : expected.refused) {
            for (const errc rule : one.rules) {
                found |= one.operation == refused.operation && rule == refused.why;
                rules += std::string(message(rule)) + "; ";
            }
        }
        if (!found) {
            RC_FAIL("refused because " + std::string(message(refused.why)) + ", and not: " + rules);
        }
    }
}

}  // namespace

TEST_CASE("admission: a replica judges any operation, in any order of arrival, as the rules say") {
    std::map<std::string, std::uint64_t> verdicts;
    property("operations one by one, some twice, while time passes", 300,
             [&](const std::vector<std::uint64_t>& seeds, std::uint64_t order) {
                 world here;
                 const auto all = operations(here, seeds);
                 auto alice = here.make(100);
                 testing::operation_pool<test_traits> pool;
                 model_type model(pool, {});
                 testing::dice from(order);
                 std::vector<std::size_t> arrivals;
                 for (std::size_t i = 0; i < all.size(); ++i) {
                     arrivals.push_back(i);
                     // Mostly near its turn, so that not everything parks.
                     const std::size_t back = std::min<std::size_t>(from.below(5), i);
                     std::swap(arrivals[i], arrivals[i - back]);
                     if (from.percent(15)) {
                         arrivals.push_back(from.below(static_cast<std::uint32_t>(i + 1)));
                         std::swap(arrivals[i], arrivals.back());
                         arrivals.pop_back();
                     }
                 }
                 for (std::size_t i = 0; i < all.size(); ++i) {
                     arrivals.push_back(i);  // everything once more
                 }
                 for (const std::size_t i : arrivals) {
                     if (from.percent(10)) {
                         here.now += from.below(200'000);
                         agree(alice.poll(), model.poll(here.now));
                     }
                     const auto real = alice.admit(all[i]);
                     for (const auto& refused : real.refused) {
                         ++verdicts[std::string(message(refused.why))];
                     }
                     verdicts["parked"] += real.parked;
                     verdicts["released"] += real.released;
                     agree(real, model.receive({all[i]}, 0, here.now));
                     const std::string difference = testing::disagreement(alice, model);
                     if (!difference.empty()) {
                         RC_FAIL("it " + difference);
                     }
                 }
             });
    // The generator reaches every verdict.
    for (const errc rule :
         {errc::parents_not_antichain, errc::sequence_gap, errc::timestamp_not_after_parents,
          errc::unseen_dot, errc::refused_ancestor, errc::out_of_range}) {
        CAPTURE(message(rule));
        CHECK(verdicts[std::string(message(rule))] > 0);
    }
    CHECK(verdicts["parked"] > 0);
    CHECK(verdicts["released"] > 0);
}
