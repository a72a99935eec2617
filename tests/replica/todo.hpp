/// The small world that most tests of the replica share: two collections, clocks that the test
/// moves, actors by number.
#ifndef WEFT_TESTS_REPLICA_TODO_HPP
#define WEFT_TESTS_REPLICA_TODO_HPP

#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/counter.hpp>
#include <weft/merge/lww.hpp>
#include <weft/merge/lww_delete.hpp>
#include <weft/replica.hpp>
#include <weft/testing/simulated_traits.hpp>

#include <doctest/doctest.h>

#include <string>

namespace weft::test {

struct todo {
    BOOST_HANA_DEFINE_STRUCT(todo,
                             (lww<std::string>, title),
                             (lww<bool>, done),
                             (add_wins_set<std::string>, tags),
                             (counter, votes));
};

struct note {
    BOOST_HANA_DEFINE_STRUCT(note, (lww<std::string>, text));
};

using app = schema<1, collection<"todos", todo>, collection<"notes", note, lww_delete>>;

using test_traits = testing::simulated_traits;

using test_replica = replica<app, test_traits>;
using test_report = test_replica::report_type;
using test_operation = operation<test_traits>;
using test_builder = operation_builder<app, test_traits>;
using test_vector = test_replica::vector_type;
using test_frontier = test_replica::frontier_type;
using test_dot = test_replica::dot_type;
using todo_ref = ref<todo, uuid>;
using note_ref = ref<note, uuid>;

/// Actor number n; ascending.
[[nodiscard]] inline actor_id actor(std::uint64_t n) {
    return actor_id::of(0xAC, n);
}

/// Record number n.
[[nodiscard]] inline uuid record(std::uint64_t n) {
    return uuid::of(0x4EC0, n);
}

[[nodiscard]] inline todo_ref todo_number(std::uint64_t n) {
    return {record(n)};
}

[[nodiscard]] inline todo titled(std::string title) {
    todo made;
    made.title = std::move(title);
    return made;
}

/// One wall clock for all that it makes.
struct world {
    std::uint64_t now = 1'700'000'000'000;

    world() = default;
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    template <class Traits = test_traits>
    [[nodiscard]] environment<Traits> around(const replica_options& options = {}) const {
        return {manual_clock{&now}, splitmix64{7}, options};
    }

    [[nodiscard]] test_replica make(std::uint64_t n, const replica_options& options = {}) const {
        return test_replica(actor(n), around(options));
    }
};

/// Gives `to` what it lacks.
template <class From, class To>
auto pull(To& to, From& from) {
    return to.apply(from.delta_since(to.version())).value();
}

template <class A, class B>
void exchange(A& a, B& b) {
    static_cast<void>(pull(a, b));
    static_cast<void>(pull(b, a));
}

template <class Replica>
void add_title(Replica& to, const todo_ref& which, const std::string& title) {
    to.transact([&](auto& tx) { tx.edit(which)[&todo::title] = title; });
}

/// The last operation that a replica admitted, in border form.
template <class Replica>
[[nodiscard]] auto last_operation(const Replica& of) {
    operation<typename Replica::traits> op;
    of.log().read(op_index{of.size() - 1}, op);
    return op;
}

/// An operation as a parent of another.
template <class Traits>
[[nodiscard]] auto as_parent(const operation<Traits>& op) {
    return parent_entry<typename Traits::actor_id, typename Traits::hasher::digest_type>{
        op.id, address_of(op)};
}

/// Operations as one batch, in this order; parents that stand before carry no address there.
template <class Traits>
[[nodiscard]] byte_buffer batch_of(const std::vector<operation<Traits>>& operations) {
    batch_builder<Traits> batch;
    for (const auto& op : operations) {
        batch.add(op, address_of(op));
    }
    return batch.finish();
}

}  // namespace weft::test

#endif
