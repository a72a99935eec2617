#include <weft/merge/update_wins.hpp>

#include "merge/rule_model.hpp"

#include <doctest/doctest.h>

using weft::update_wins;
using enum weft::mutation_kind;

namespace weft::test {

template <>
struct model<rule_as_policy<update_wins>> : rule_model<update_wins> {
    /// Some insert or update was seen by no erase.
    static visible expected(const history<meaning>& all) {
        bool there = false;
        for (const auto* each : all) {
            bool lives = each->what.kind != erase;
            for (const auto* other : all) {
                lives &= !(other->what.kind == erase && other->saw(*each));
            }
            there |= lives;
        }
        return there;
    }
};

}  // namespace weft::test

namespace update_wins_test {

TEST_CASE("merge/update_wins: the laws hold") {
    weft::test::check_laws<weft::test::rule_as_policy<update_wins>>("merge/update_wins", 300);
}

TEST_CASE("merge/update_wins: the table of record_rule.hpp") {
    using play = weft::test::two_replicas<update_wins>;
    CHECK(play::concurrent({}, insert, insert));
    CHECK(play::concurrent({}, insert, update));
    CHECK(play::concurrent({}, update, update));
    CHECK(play::one_by_one({insert, update}));
    CHECK_FALSE(play::one_by_one({insert, erase}));
    CHECK(play::concurrent({insert}, erase, update));
    CHECK(play::concurrent({insert}, update, erase));
    CHECK(play::concurrent({insert}, erase, insert));
    CHECK(play::concurrent({insert}, insert, erase));
    CHECK_FALSE(play::concurrent({insert}, erase, erase));
    CHECK(play::one_by_one({insert, erase, insert}));
    CHECK(play::one_by_one({insert, erase, update}));
    CHECK(play::concurrent({insert, erase}, insert, erase));
    CHECK_FALSE(play::one_by_one({erase}));
    CHECK(play::concurrent({}, erase, insert));
    CHECK(play::concurrent({}, insert, erase));
}

TEST_CASE(
    "merge/update_wins: an erase names the last mutation of each actor, and covers the older") {
    weft::test::two_replicas<update_wins> both;
    both.mutate_here(insert, 1);
    both.mutate_here(update, 2);
    both.mutate_there(update, 2);
    both.exchange();
    weft::observed_list dots;
    both.here.observe(erase, dots);
    CHECK(dots == weft::observed_list{{{{0}, 2}, 0}, {{{1}, 1}, 0}});
    dots.clear();
    both.here.observe(update, dots);
    CHECK(dots.empty());
    both.mutate_here(erase, 3);
    CHECK_FALSE(both.here.visible());
    both.mutate_there(update, 3);
    both.exchange();
    CHECK(both.here.visible());
    REQUIRE(both.report.decisions.size() == 2);
    CHECK(both.report.decisions[0].why == weft::reason::update_won);
    CHECK(both.report.decisions[0].winner == weft::local_dot{{1}, 2});
    CHECK(both.report.decisions[0].loser == weft::local_dot{{0}, 3});
}

TEST_CASE("merge/update_wins: a delete names the mutation within the operation too") {
    const weft::byte_buffer ids(16);
    weft::null_report report;
    weft::update_wins life;
    const auto at = [&](std::uint32_t ordinal) {
        return weft::event{{{{0}, 1}, ordinal}, weft::timestamp{1}, {ids.data(), 16}};
    };
    life.apply(insert, {}, at(0), report);
    life.apply(update, {}, at(3), report);
    weft::observed_list dots;
    life.observe(erase, dots);
    CHECK(dots == weft::observed_list{{{{0}, 1}, 3}});
    CHECK_FALSE(life.apply(erase, weft::observed_list{{{{0}, 1}, 0}}, at(4), report));
    CHECK(life.apply(erase, dots, at(5), report));
}

}  // namespace update_wins_test
