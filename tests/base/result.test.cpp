#include <weft/base/result.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace result_test {

namespace {

using weft::errc;
using weft::result;

constexpr result<int> half_of(int number) {
    if (number % 2 != 0) {
        return {errc::out_of_range, 7};
    }
    return number / 2;
}

static_assert(half_of(6).has_value() && *half_of(6) == 3);
static_assert(!half_of(5) && half_of(5).error().code == errc::out_of_range);
static_assert(half_of(5).error().offset == 7);
static_assert(half_of(6).error().code == errc::none);
static_assert(half_of(6).value() == 3);
static_assert(weft::done{} == weft::done{});

/// Every code with its number, which is stable, because other programs store it.
const std::vector<std::pair<int, errc>> codes{
    {0, errc::none},
    {1, errc::truncated},
    {2, errc::trailing_bytes},
    {3, errc::not_shortest},
    {4, errc::out_of_range},
    {5, errc::not_sorted},
    {6, errc::not_canonical},
    {7, errc::bad_magic},
    {8, errc::unknown_format},
    {9, errc::other_hasher},
    {10, errc::other_identifier_width},
    {11, errc::bad_checksum},
    {12, errc::bad_utf8},
    {13, errc::not_causal},
    {14, errc::too_large},
    {15, errc::unused_entry},
    {16, errc::too_deep},
    {32, errc::address_mismatch},
    {33, errc::equivocation},
    {34, errc::parents_not_antichain},
    {35, errc::sequence_gap},
    {36, errc::timestamp_not_after_parents},
    {37, errc::unseen_dot},
    {38, errc::refused_ancestor},
    {39, errc::void_effect},
    {64, errc::parked_full},
    {65, errc::missing_operation},
    {66, errc::other_kind},
    {67, errc::actor_reused},
    {68, errc::too_many_operations},
    {69, errc::no_such_record},
    {70, errc::reentered},
    {71, errc::cannot_undo},
    {73, errc::insufficient_rights},
};

}  // namespace

TEST_CASE("base/result: every code keeps its number and has a sentence of its own") {
    std::set<std::string> sentences;
    for (const auto& [number, code] : codes) {
        CHECK(static_cast<int>(code) == number);
        CHECK(!weft::message(code).empty());
        CHECK(weft::message(code) != "unknown error");
        CHECK(sentences.emplace(weft::message(code)).second);
    }
    int named = 0;
    for (int number = 0; number < 256; ++number) {
        named += weft::message(static_cast<errc>(number)) != "unknown error" ? 1 : 0;
    }
    CHECK(named == static_cast<int>(codes.size()));  // a new code belongs into the table above
}

TEST_CASE("base/result: a value and an error exclude each other") {
    const result<std::string> good = std::string("text");
    CHECK(good.has_value());
    CHECK(static_cast<bool>(good));
    CHECK(*good == "text");
    CHECK(good->size() == 4);
    CHECK(good.value() == "text");
    CHECK(good.error() == weft::error{});

    const result<std::string> bad{errc::bad_utf8, 12};
    CHECK(!bad.has_value());
    CHECK(!static_cast<bool>(bad));
    CHECK(bad.error().code == errc::bad_utf8);
    CHECK(bad.error().offset == 12);
}

TEST_CASE("base/result: an error without a position has none, and says so") {
    const result<int> bad = errc::missing_operation;
    CHECK(bad.error().offset == weft::error::no_offset);
    CHECK(bad.error().actor_size == 0);
    CHECK(bad.error().shifted(5).offset == weft::error::no_offset);
}

TEST_CASE("base/result: an error of a part is moved to its place in the whole") {
    weft::error inner{errc::truncated, 3};
    inner.actor_size = 1;
    inner.actor[0] = std::byte{9};
    inner.sequence = 4;
    const weft::error outer = inner.shifted(10);
    CHECK(outer.offset == 13);
    CHECK(outer.code == errc::truncated);
    CHECK(outer.sequence == 4);
    CHECK(outer.actor == inner.actor);
    CHECK(outer != inner);
}

TEST_CASE("base/result: value() of a failed result throws the reason") {
    result<int> bad{errc::not_sorted, 2};
    CHECK_THROWS_AS(static_cast<void>(bad.value()), weft::bad_result);
    CHECK_THROWS_AS(static_cast<void>(std::as_const(bad).value()), weft::bad_result);
    CHECK_THROWS_AS(static_cast<void>(std::move(bad).value()), weft::bad_result);
    try {
        static_cast<void>(half_of(1).value());
        FAIL("value() of a failed result returned");
    } catch (const weft::bad_result& thrown) {
        CHECK(std::string(thrown.what()) == weft::message(errc::out_of_range));
        CHECK(thrown.reason() == weft::error{errc::out_of_range, 7});
    }
}

TEST_CASE("base/result: carries what can only be moved, and gives it away") {
    result<std::unique_ptr<int>> held = std::make_unique<int>(5);
    CHECK(**held == 5);
    *held.value() = 6;
    const std::unique_ptr<int> taken = std::move(held).value();
    CHECK(*taken == 6);
    result<std::unique_ptr<int>> other = std::make_unique<int>(7);
    const std::unique_ptr<int> also_taken = *std::move(other);
    CHECK(*also_taken == 7);
}

}  // namespace result_test
