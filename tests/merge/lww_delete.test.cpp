#include <weft/merge/lww_delete.hpp>

#include "merge/rule_model.hpp"

#include <doctest/doctest.h>

using weft::lww_delete;
using enum weft::mutation_kind;

namespace weft::test {

template <>
struct model<rule_as_policy<lww_delete>> : rule_model<lww_delete> {
    static visible expected(const history<meaning>& all) {
        const past_event<meaning>* last = nullptr;
        for (const auto* each : all) {
            last = last == nullptr || last->stamped_before(*each) ? each : last;
        }
        return last != nullptr && last->what.kind != erase;
    }
};

}  // namespace weft::test

namespace lww_delete_test {

TEST_CASE("merge/lww_delete: the laws hold") {
    weft::test::check_laws<weft::test::rule_as_policy<lww_delete>>("merge/lww_delete", 300);
}

TEST_CASE("merge/lww_delete: the table of record_rule.hpp") {
    using play = weft::test::two_replicas<lww_delete>;
    CHECK(play::concurrent({}, insert, insert));
    CHECK(play::concurrent({}, insert, update));
    CHECK(play::concurrent({}, update, update));
    CHECK(play::one_by_one({insert, update}));
    CHECK_FALSE(play::one_by_one({insert, erase}));
    CHECK(play::concurrent({insert}, erase, update));
    CHECK_FALSE(play::concurrent({insert}, update, erase));
    CHECK(play::concurrent({insert}, erase, insert));
    CHECK_FALSE(play::concurrent({insert}, insert, erase));
    CHECK_FALSE(play::concurrent({insert}, erase, erase));
    CHECK(play::one_by_one({insert, erase, insert}));
    CHECK(play::one_by_one({insert, erase, update}));
    CHECK_FALSE(play::concurrent({insert, erase}, insert, erase));
    CHECK(play::concurrent({insert, erase}, erase, insert));
    CHECK_FALSE(play::one_by_one({erase}));
    CHECK(play::concurrent({}, erase, insert));
    CHECK_FALSE(play::concurrent({}, insert, erase));
}

TEST_CASE("merge/lww_delete: it says whether the delete or the mutation won") {
    weft::test::two_replicas<lww_delete> both;
    both.mutate_here(insert, 1);
    both.exchange();
    both.report.decisions.clear();
    both.mutate_here(erase, 20);
    both.report.decisions.clear();
    both.mutate_there(update, 10);
    both.exchange();
    REQUIRE(both.report.decisions.size() == 2);
    for (const auto& each : both.report.decisions) {
        CHECK(each.why == weft::reason::delete_won);
        CHECK(each.winner == weft::local_dot{{0}, 2});
    }
    static_assert(sizeof(lww_delete) == 24);
}

}  // namespace lww_delete_test
