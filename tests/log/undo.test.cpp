#include <weft/log/undo.hpp>
#include <weft/merge/max.hpp>

#include "replica/todo.hpp"

namespace log_undo_test {

using namespace weft;
using namespace weft::test;

namespace {

struct mixed {
    BOOST_HANA_DEFINE_STRUCT(mixed, (lww<int>, can), (weft::max<int>, cannot));
};

struct fixed {
    BOOST_HANA_DEFINE_STRUCT(fixed, (weft::max<int>, cannot));
};

using mixed_schema = schema<1, collection<"mixed", mixed>>;
using fixed_schema = schema<1, collection<"fixed", fixed>>;

static_assert(undoable_schema<app> && undoable_schema<mixed_schema>);
static_assert(!undoable_schema<fixed_schema>);

/// What writes the last operation, as the log has it.
template <class Replica>
[[nodiscard]] local_operation last_local(const Replica& of) {
    local_operation op;
    of.log().read(op_index{of.size() - 1}, op);
    return op;
}

}  // namespace

TEST_CASE("log/undo: an operation can be undone if each part of it can") {
    using mixed_replica = replica<mixed_schema, test_traits>;
    world here;
    mixed_replica alice(actor(1), here.around());
    const auto id = alice.transact([](auto& tx) { return tx.insert(mixed{}); });
    alice.transact([&](auto& tx) { tx.edit(id)[&mixed::can] = 1; });
    CHECK(can_undo<mixed_schema>(last_local(alice), alice.log()));
    alice.transact([&](auto& tx) {
        tx.edit(id)[&mixed::can] = 2;
        tx.edit(id)[&mixed::cannot] = 3;
    });
    CHECK_FALSE(can_undo<mixed_schema>(last_local(alice), alice.log()));
    CHECK_FALSE(can_undo<app>(last_local(alice), alice.log()));  // which knows nothing of it
    alice.transact([&](auto& tx) { tx.erase(id); });
    CHECK(can_undo<mixed_schema>(last_local(alice), alice.log()));
    CHECK_FALSE(can_undo<mixed_schema>(local_operation{}, alice.log()));
}

TEST_CASE("log/undo: an undo marks an operation, a redo takes back all marks on it") {
    world here;
    test_replica alice = here.make(1);
    test_replica bob = here.make(2);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("one")); });
    exchange(alice, bob);
    const test_dot target{actor(1), 1};
    test_operation undo;
    append_undo(undo, target);
    REQUIRE(undo.mutations.size() == 1);
    CHECK(undo.mutations[0].collection == undo_tag);
    CHECK(undo.mutations[0].kind == mutation_kind::insert);
    CHECK(undo.observed.size() == 1);
    CHECK(undo.observed[0].operation == target);
    CHECK_FALSE(can_undo<app>(
        [&] {
            REQUIRE(alice.undo(target).has_value());
            return last_local(alice);
        }(),
        alice.log()));
    REQUIRE(bob.undo(target).has_value());
    exchange(alice, bob);
    test_operation redo;
    append_redo(redo, alice.log().local_of(target), alice.marks(), alice.log());
    REQUIRE(redo.mutations.size() == 1);
    CHECK(redo.mutations[0].kind == mutation_kind::erase);
    REQUIRE(redo.observed.size() == 2);
    CHECK(redo.observed[0].operation == test_dot{actor(1), 2});
    CHECK(redo.observed[1].operation == test_dot{actor(2), 1});
}

}  // namespace log_undo_test
