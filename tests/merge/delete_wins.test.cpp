#include <weft/merge/delete_wins.hpp>

#include "merge/rule_model.hpp"

#include <doctest/doctest.h>

using weft::delete_wins;
using enum weft::mutation_kind;

namespace weft::test {

template <>
struct model<rule_as_policy<delete_wins>> : rule_model<delete_wins> {
    /// Inserted, and each erase was seen by a later insert.
    static visible expected(const history<meaning>& all) {
        bool inserted = false;
        bool erased = false;
        for (const auto* each : all) {
            inserted |= each->what.kind == insert;
            if (each->what.kind == erase) {
                bool revived = false;
                for (const auto* other : all) {
                    revived |= other->what.kind == insert && other->saw(*each);
                }
                erased |= !revived;
            }
        }
        return inserted && !erased;
    }
};

}  // namespace weft::test

namespace delete_wins_test {

TEST_CASE("merge/delete_wins: the laws hold") {
    weft::test::check_laws<weft::test::rule_as_policy<delete_wins>>("merge/delete_wins", 300);
}

TEST_CASE("merge/delete_wins: the table of record_rule.hpp") {
    using play = weft::test::two_replicas<delete_wins>;
    CHECK(play::concurrent({}, insert, insert));
    CHECK(play::concurrent({}, insert, update));
    CHECK_FALSE(play::concurrent({}, update, update));
    CHECK(play::one_by_one({insert, update}));
    CHECK_FALSE(play::one_by_one({insert, erase}));
    CHECK_FALSE(play::concurrent({insert}, erase, update));
    CHECK_FALSE(play::concurrent({insert}, update, erase));
    CHECK_FALSE(play::concurrent({insert}, erase, insert));
    CHECK_FALSE(play::concurrent({insert}, insert, erase));
    CHECK_FALSE(play::concurrent({insert}, erase, erase));
    CHECK(play::one_by_one({insert, erase, insert}));
    CHECK_FALSE(play::one_by_one({insert, erase, update}));
    CHECK_FALSE(play::concurrent({insert, erase}, insert, erase));
    CHECK_FALSE(play::one_by_one({erase}));
    CHECK_FALSE(play::concurrent({}, erase, insert));
    CHECK_FALSE(play::concurrent({}, insert, erase));
}

TEST_CASE("merge/delete_wins: an insert revives only from the deletes that it had seen") {
    weft::test::two_replicas<delete_wins> both;
    both.mutate_here(insert, 1);
    both.exchange();
    both.mutate_here(erase, 2);
    both.mutate_here(insert, 3);  // has seen the first delete only
    CHECK(both.here.visible());
    both.mutate_there(erase, 2);
    both.exchange();
    CHECK_FALSE(both.here.visible());
    both.mutate_there(insert, 9);
    both.exchange();
    CHECK(both.here.visible());
}

TEST_CASE("merge/delete_wins: only an insert names the deletes that it takes back") {
    const weft::byte_buffer ids(32);
    weft::null_report report;
    delete_wins life;
    life.apply(insert, {}, {{{{0}, 1}, 0}, weft::timestamp{1}, {ids.data(), 16}}, report);
    life.apply(erase, {}, {{{{0}, 2}, 0}, weft::timestamp{2}, {ids.data(), 16}}, report);
    for (const weft::mutation_kind kind : {insert, update, erase}) {
        weft::observed_list dots;
        life.observe(kind, dots);
        CHECK(dots.size() == (kind == insert ? 1 : 0));
    }
}

TEST_CASE("merge/delete_wins: it says which mutation a delete beats") {
    weft::test::two_replicas<delete_wins> both;
    both.mutate_here(insert, 1);
    both.exchange();
    both.mutate_here(erase, 5);
    both.report.decisions.clear();
    both.mutate_there(update, 9);
    CHECK(both.report.decisions.empty());
    both.exchange();
    REQUIRE(both.report.decisions.size() == 2);  // here and there
    for (const auto& each : both.report.decisions) {
        CHECK(each.why == weft::reason::delete_won);
        CHECK(each.winner == weft::local_dot{{0}, 2});
        CHECK(each.loser == weft::local_dot{{1}, 1});
    }
}

}  // namespace delete_wins_test
