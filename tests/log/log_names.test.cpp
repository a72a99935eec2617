#include <weft/causal/traits.hpp>
#include <weft/log/log_names.hpp>

#include <doctest/doctest.h>

namespace log_names_test {

namespace {

using names_type = weft::log_names<weft::default_traits>;
using weft::mutation_kind;
using weft::op_index;
using weft::uuid;

}  // namespace

TEST_CASE("log/log_names: names are numbered in the order of their first use") {
    names_type names;
    CHECK(names.find_actor(uuid::of(0, 5)) == names_type::none);
    CHECK(names.number_actor(uuid::of(0, 5)).value == 0);
    CHECK(names.number_actor(uuid::of(0, 3)).value == 1);
    CHECK(names.number_actor(uuid::of(0, 5)).value == 0);
    CHECK(names.order().less({1}, {0}));
    CHECK(names.actor({1}) == uuid::of(0, 3));
    CHECK(names.number_collection(70) == 0);
    CHECK(names.number_collection(60) == 1);
    CHECK(names.number_collection(70) == 0);
    CHECK(names.find_collection(60) == 1);
    CHECK(names.tag(1) == 60);
    CHECK(names.number_row(1, uuid::of(9, 9), op_index{0}) == 0);
    CHECK(names.number_row(1, uuid::of(8, 8), op_index{1}) == 1);
    CHECK(names.number_row(0, uuid::of(8, 8), op_index{1}) == 0);
    CHECK(names.find_row(0, uuid::of(9, 9)) == names_type::none);
    CHECK(names.record({1, 1}) == uuid::of(8, 8));
    CHECK(names.number_version(3, op_index{0}) == 0);
    CHECK(names.number_version(4, op_index{0}) == 1);
    CHECK(names.version(1) == 4);
    CHECK(names.number_shape(0, mutation_kind::erase, {}, op_index{0}) == 0);
    CHECK(names.shapes().size() == 1);
    CHECK(names.memory_bytes() > 0);
}

TEST_CASE("log/log_names: truncate forgets what later operations used first") {
    names_type names;
    static_cast<void>(names.number_actor(uuid::of(0, 1)));
    static_cast<void>(names.number_actor(uuid::of(0, 2)));
    static_cast<void>(names.number_collection(1));
    static_cast<void>(names.number_row(0, uuid::of(1, 1), op_index{4}));
    static_cast<void>(names.number_row(0, uuid::of(2, 2), op_index{5}));
    static_cast<void>(names.number_collection(2));
    static_cast<void>(names.number_row(1, uuid::of(1, 1), op_index{6}));
    static_cast<void>(names.number_version(1, op_index{4}));
    static_cast<void>(names.number_version(2, op_index{6}));
    static_cast<void>(names.number_shape(0, mutation_kind::erase, {}, op_index{4}));
    static_cast<void>(names.number_shape(1, mutation_kind::erase, {}, op_index{6}));
    names.truncate(op_index{5}, 1);
    CHECK(names.actor_count() == 1);
    CHECK(names.collection_count() == 1);
    CHECK(names.row_count(0) == 1);
    CHECK(names.shapes().size() == 1);
    CHECK(names.find_row(0, uuid::of(2, 2)) == names_type::none);
    CHECK(names.find_collection(2) == names_type::none);
    CHECK(names.number_version(2, op_index{5}) == 1);
    names.truncate(op_index{0}, 0);
    CHECK(names.actor_count() == 0);
    CHECK(names.collection_count() == 0);
    CHECK(names.number_collection(2) == 0);
}

}  // namespace log_names_test
