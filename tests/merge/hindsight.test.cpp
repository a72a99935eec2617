#include <weft/merge.hpp>
#include <weft/merge/hindsight.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace weft;

namespace hindsight_test {

namespace {

constexpr std::byte ids[3]{std::byte{1}, std::byte{2}, std::byte{3}};
constexpr actor_order order(ids, 1);

/// Actor n's first operation.
[[nodiscard]] local_event by(std::uint32_t n) {
    return {{{n}, 1}, 0};
}

/// The actors whose operations a writer had seen.
[[nodiscard]] hindsight seeing(const std::set<std::uint32_t>& actors, std::uint32_t writer) {
    return {&actors,
            [](const void* seen, local_dot of, local_dot what) {
                return of == what ||
                       static_cast<const std::set<std::uint32_t>*>(seen)->contains(what.slot.value);
            },
            by(writer)};
}

template <class Policy>
void apply(Policy& to, typename Policy::effect effect, std::uint32_t writer) {
    null_report none;
    static_cast<void>(
        to.apply(std::move(effect), {}, {by(writer), timestamp{writer + 1}, order}, none));
}

[[nodiscard]] std::set<std::uint32_t> actors_of(const observed_list& dots) {
    std::set<std::uint32_t> all;
    for (const local_event& each : dots) {
        all.insert(each.operation.slot.value);
    }
    return all;
}

}  // namespace

TEST_CASE("merge/hindsight: who can take effects back says so") {
    CHECK(undoable<lww<int>>);
    CHECK(undoable<multi_value<int>>);
    CHECK(undoable<counter>);
    CHECK(undoable<enable_wins>);
    CHECK(undoable<disable_wins>);
    CHECK(undoable<add_wins_set<int>>);
    CHECK(undoable<remove_wins_set<int>>);
    CHECK(undoable<lww_set<int>>);
    CHECK(undoable<delete_wins>);
    CHECK(undoable<update_wins>);
    CHECK(undoable<lww_delete>);
    CHECK_FALSE(undoable<fww<int>>);
    CHECK_FALSE(undoable<weft::max<int>>);
    CHECK_FALSE(undoable<weft::min<int>>);
    CHECK_FALSE(undoable<grow_only_set<int>>);
    CHECK(recalls_steps<counter>);
    CHECK_FALSE(recalls_steps<lww<int>>);
}

TEST_CASE("merge/hindsight: an assignment recalls the live ones that its writer had seen") {
    multi_value<int> field;
    apply(field, {1, true}, 0);
    apply(field, {2, true}, 1);
    const std::set<std::uint32_t> seen{1};
    observed_list recalled;
    assignment<int> later{3, true};
    const observed_span dots = recall_dots(field, later, seeing(seen, 2), {}, recalled);
    CHECK(dots.size() == 1);
    CHECK(actors_of(recalled) == seen);
}

TEST_CASE("merge/hindsight: an edit of a set recalls the live events of its elements") {
    add_wins_set<int> field;
    set_effect<int> both;
    both.stage(1, set_edit::add, 0);
    both.stage(2, set_edit::add, 0);
    both.settle();
    apply(field, both, 0);
    set_effect<int> one;
    one.stage(1, set_edit::add, 0);
    one.settle();
    apply(field, one, 1);
    set_effect<int> removal;
    removal.stage(1, set_edit::remove, 1);
    removal.stage(2, set_edit::remove, 1);
    removal.stage(3, set_edit::remove, 1);
    removal.settle();
    observed_list recalled;
    const std::set<std::uint32_t> seen{0};
    static_cast<void>(recall_dots(field, removal, seeing(seen, 2), {}, recalled));
    CHECK(recalled.size() == 2);
    CHECK(actors_of(recalled) == seen);
    CHECK(removal.items[0].dots == 1);
    CHECK(removal.items[1].dots == 1);
    CHECK(removal.items[2].dots == 0);
}

TEST_CASE("merge/hindsight: a counter's removal recalls what its writer had seen, by its steps") {
    counter field;
    hindsight::step_list steps;
    const std::set<std::uint32_t> none;
    for (const std::uint32_t writer : {0U, 1U}) {
        counter::effect add{5, {}, false};
        observed_list recalled;
        static_cast<void>(
            recall_dots(field, add, hindsight(seeing(none, writer), &steps), {}, recalled));
        CHECK(recalled.empty());
        apply(field, add, writer);
    }
    REQUIRE(steps.size() == 2);
    CHECK(steps[1].sum == 5);
    counter::effect restart{2, {99}, false};
    observed_list recalled;
    const std::set<std::uint32_t> seen{1};
    const auto past = seeing(seen, 2);
    // Without steps it has to be left as it is.
    const local_event named[1]{by(0)};
    CHECK(recall_dots(field, restart, past, {named, 1}, recalled).size() == 1);
    const auto dots = recall_dots(field, restart, hindsight(past, &steps), {named, 1}, recalled);
    REQUIRE(dots.size() == 1);
    CHECK(actors_of(recalled) == seen);
    CHECK(restart.removed[0] == 5);
}

TEST_CASE("merge/hindsight: a register that names no dots is asked for none") {
    lww<std::string> field;
    assignment<std::string> later{"x", true};
    observed_list recalled;
    const std::set<std::uint32_t> none;
    CHECK(recall_dots(field, later, seeing(none, 2), {}, recalled).empty());
}

}  // namespace hindsight_test
