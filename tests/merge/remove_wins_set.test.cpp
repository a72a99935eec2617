#include <weft/merge/remove_wins_set.hpp>

#include "merge/set_model.hpp"

#include <doctest/doctest.h>

#include <string>

using weft::event;
using weft::observed_list;
using weft::remove_wins_set;
using weft::timestamp;

namespace weft::test {

template <class T>
struct model<remove_wins_set<T>> : observed_set_model<remove_wins_set<T>> {
    using base = observed_set_model<remove_wins_set<T>>;
    using typename base::meaning;
    using typename base::visible;

    /// Present: something added it, and each removal was seen by a later addition.
    static visible expected(const history<meaning>& all) {
        visible present;
        for (const auto& value : base::all_elements(all)) {
            bool added = false;
            bool stays = true;
            for (const auto* each : all) {
                added |= base::does(*each, value, true);
                if (base::does(*each, value, false)) {
                    bool readded = false;
                    for (const auto* other : all) {
                        readded |= base::does(*other, value, true) && other->saw(*each);
                    }
                    stays &= readded;
                }
            }
            if (added && stays) {
                present.insert(value);
            }
        }
        return present;
    }
};

}  // namespace weft::test

namespace remove_wins_set_test {

TEST_CASE("merge/remove_wins_set: the laws hold for strings") {
    weft::test::check_laws<remove_wins_set<std::string>>("merge/remove_wins_set: string", 200);
}

TEST_CASE("merge/remove_wins_set: the laws hold for whole numbers") {
    weft::test::check_laws<remove_wins_set<std::int64_t>>("merge/remove_wins_set: int64", 200);
}

TEST_CASE("merge/remove_wins_set: a removal wins over an addition that had not seen it") {
    weft::byte_buffer ids(32);
    ids[31] = std::byte{1};
    const event removal{{{{0}, 1}, 0}, timestamp{1}, {ids.data(), 16}};
    const event addition{{{{1}, 1}, 0}, timestamp{2}, {ids.data(), 16}};
    const auto effect = [](bool removes) {
        remove_wins_set<int>::effect staged;
        const remove_wins_set<int> blank;
        remove_wins_set<int>::editor editor(blank, staged);
        removes ? editor.erase(7) : editor.insert(7);
        observed_list dots;
        blank.observe(staged, dots);
        CHECK_FALSE(staged.empty());  // also a removal of what is not there
        return staged;
    };
    weft::test::recording_report report;
    remove_wins_set<int> one;
    CHECK_FALSE(one.apply(effect(true), {}, removal, report));
    CHECK_FALSE(one.apply(effect(false), {}, addition, report));
    remove_wins_set<int> other;
    CHECK(other.apply(effect(false), {}, addition, report));
    CHECK(other.apply(effect(true), {}, removal, report));
    CHECK(one == other);
    CHECK(one.digest_sum() == other.digest_sum());
    CHECK_FALSE(one.contains(7));
    CHECK(one.empty());
    CHECK(one.begin() == one.end());
    CHECK_FALSE(one.pristine());
    REQUIRE(report.decisions.size() == 2);
    for (const auto& each : report.decisions) {
        CHECK(each.why == weft::reason::remove_won);
        CHECK(each.winner == removal.id.operation);
        CHECK(each.loser == addition.id.operation);
    }

    // Who has seen the removal may add again.
    remove_wins_set<int>::effect again;
    remove_wins_set<int>::editor(one, again).insert(7);
    observed_list dots;
    one.observe(again, dots);
    CHECK(dots.size() == 2);
    const event later{{{{1}, 2}, 0}, timestamp{3}, {ids.data(), 16}};
    CHECK(one.apply(std::move(again), dots, later, report));
    CHECK(one.contains(7));
}

TEST_CASE("merge/remove_wins_set: a detached set forgets what was removed before") {
    remove_wins_set<int> set{1, 2};
    CHECK(set.erase(1));
    CHECK(set.insert(1));
    CHECK(set.size() == 2);
    // Also a copy of a record's set, with its tombstones.
    const weft::byte_buffer ids(16);
    weft::null_report report;
    remove_wins_set<int>::effect removal;
    remove_wins_set<int>::editor(remove_wins_set<int>(), removal).erase(9);
    removal.settle();
    remove_wins_set<int> copy;
    copy.apply(std::move(removal), {}, {{{{0}, 1}, 0}, timestamp{1}, {ids.data(), 16}}, report);
    CHECK_FALSE(copy.erase(9));
    CHECK(copy.insert(9));
    CHECK(copy.contains(9));
    CHECK(copy.size() == 1);
}

}  // namespace remove_wins_set_test
