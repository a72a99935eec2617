#include <weft/base/id.hpp>
#include <weft/model/ref.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace ref_test {

using weft::ref;
using weft::row_handle;
using weft::uuid;

namespace {

struct task {};

struct note {};

using task_ref = ref<task, uuid>;
using note_ref = ref<note, uuid>;

template <class A, class B>
concept comparable = requires(const A& a, const B& b) {
    a == b;
};

template <class A, class B>
concept ordered = requires(const A& a, const B& b) {
    a < b;
};

}  // namespace

TEST_CASE("model/ref: a ref is its id with a type") {
    CHECK(task_ref() == task_ref{uuid()});
    static_assert(std::same_as<task_ref::record_type, task>);
    static_assert(sizeof(task_ref) == sizeof(uuid));
    static_assert(std::is_trivially_copyable_v<task_ref>);
    static_assert(std::regular<task_ref> && std::totally_ordered<task_ref>);
    // Records of two types are never taken for one another, whatever their ids.
    static_assert(comparable<task_ref, task_ref> && ordered<task_ref, task_ref>);
    static_assert(!comparable<task_ref, note_ref> && !ordered<task_ref, note_ref>);
    static_assert(!std::is_convertible_v<task_ref, note_ref>);
    static_assert(!std::is_constructible_v<note_ref, task_ref>);
}

TEST_CASE("model/ref: refs compare as their ids") {
    weft::test::property(
        "model/ref: order", 500,
        [](std::uint8_t a, std::uint64_t b, std::uint8_t c, std::uint64_t d) {
            // Halves of few values, so that both decide.
            const uuid one = uuid::of(a % 3, b % 3);
            const uuid other = uuid::of(c % 3, d % 3);
            RC_ASSERT((task_ref{one} == task_ref{other}) == (one == other));
            RC_ASSERT((task_ref{one} <=> task_ref{other}) == (one <=> other));
            RC_ASSERT((ref<task, std::uint64_t>{b} < ref<task, std::uint64_t>{d}) == (b < d));
        });
    std::vector<task_ref> refs;
    for (std::uint64_t n = 0; n < 10; ++n) {
        refs.push_back({uuid::of(n * 7 % 10, n)});
    }
    std::sort(refs.begin(), refs.end());
    for (std::uint64_t n = 0; n < 10; ++n) {
        CHECK(refs[n].id == uuid::of(n, n * 3 % 10));
    }
}

TEST_CASE("model/ref: a handle is a row, of one type; the first one made is of none") {
    constexpr row_handle<task> none;
    static_assert(!none.valid());
    CHECK(row_handle<task>{0}.valid());
    CHECK(row_handle<task>{0xFFFFFFFEU}.valid());
    CHECK_FALSE(row_handle<task>{0xFFFFFFFFU}.valid());
    CHECK(row_handle<task>{3} == row_handle<task>{3});
    CHECK(row_handle<task>{3} != none);
    CHECK(row_handle<task>{3} < row_handle<task>{4});
    CHECK(row_handle<task>{0x80000000U} > row_handle<task>{4});
    static_assert(std::same_as<row_handle<task>::record_type, task>);
    static_assert(!comparable<row_handle<task>, row_handle<note>>);
    static_assert(!std::is_convertible_v<row_handle<task>, row_handle<note>>);
}

}  // namespace ref_test
