#include <weft/causal/timestamp_column.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace timestamp_column_test {

namespace {

using weft::timestamp;
using weft::timestamp_column;

/// Steps as clocks make them, and some that only hostile clocks do.
std::vector<timestamp> times_of(const std::vector<std::uint64_t>& numbers) {
    std::vector<timestamp> times;
    timestamp at = timestamp::of(1'700'000'000'000);
    for (const std::uint64_t number : numbers) {
        switch (number % 8) {
        case 0:
        case 1:
        case 2:
            at = at.next();
            break;
        case 3:
            at = timestamp::of(at.wall_ms() + 1 + number / 8 % 100);
            break;
        case 4:
            at.bits += number / 8 % 1'000'000;
            break;
        case 5:
            at.bits -= number / 8 % 1'000'000;
            break;
        case 6:
            at = timestamp::of(at.wall_ms() - number / 8 % 100);
            break;
        default:
            at.bits = number / 64 % 2 == 0 ? number * 0x9E3779B97F4A7C15U : at.bits;
            break;
        }
        times.push_back(at);
    }
    return times;
}

rc::Gen<std::vector<std::uint64_t>> any_steps() {
    return rc::gen::scale(
        4.0, rc::gen::container<std::vector<std::uint64_t>>(rc::gen::arbitrary<std::uint64_t>()));
}

void append(timestamp_column& column, timestamp at) {
    column.reserve_one();
    column.push_back(at);
}

void check(const timestamp_column& column, const std::vector<timestamp>& times) {
    RC_ASSERT(column.size() == times.size());
    for (std::uint32_t i = 0; i < times.size(); ++i) {
        RC_ASSERT(column[i] == times[i]);
    }
    for (std::uint32_t from = 0; from < times.size(); from += 37) {
        timestamp_column::cursor cursor(column, from);
        for (std::uint32_t i = from; i < times.size(); ++i) {
            RC_ASSERT(cursor.next() == times[i]);
        }
    }
}

}  // namespace

TEST_CASE("causal/timestamp_column: it gives back what went in, in any order of reading") {
    weft::test::property("round trip", [] {
        const std::vector<timestamp> times = times_of(*any_steps());
        timestamp_column column;
        for (const timestamp at : times) {
            append(column, at);
        }
        check(column, times);
    });
}

TEST_CASE("causal/timestamp_column: truncating and appending again is as if nothing had happened") {
    weft::test::property("truncate", [](const std::vector<std::uint16_t>& cuts) {
        std::vector<timestamp> times = times_of(*any_steps());
        timestamp_column column;
        for (const timestamp at : times) {
            append(column, at);
        }
        for (const std::uint16_t cut : cuts) {
            const std::size_t kept = cut % (times.size() + 2);
            column.truncate(static_cast<std::uint32_t>(kept));
            if (kept < times.size()) {
                times.resize(kept);
            }
            check(column, times);
            for (std::uint32_t i = 0; i < cut % 150U; ++i) {
                times.push_back(timestamp{cut * std::uint64_t{i} * i});
                append(column, times.back());
            }
        }
        check(column, times);
    });
}

TEST_CASE("causal/timestamp_column: extremes next to each other survive") {
    const std::vector<std::uint64_t> extremes{
        0, ~std::uint64_t{0}, 0, 1, 1ULL << 63U, (1ULL << 63U) - 1, 1ULL << 62U, 5, 1ULL << 17U};
    timestamp_column column;
    std::vector<timestamp> times;
    for (const std::uint64_t first : extremes) {
        for (const std::uint64_t second : extremes) {
            for (const std::uint64_t bits : {first, second}) {
                times.push_back({bits});
                append(column, {bits});
            }
        }
    }
    for (std::uint32_t i = 0; i < times.size(); ++i) {
        CHECK(column[i] == times[i]);
    }
}

TEST_CASE("causal/timestamp_column: a tick, and a new millisecond close by, take a byte") {
    timestamp_column column;
    timestamp at = timestamp::of(1'700'000'000'000);
    for (std::uint32_t i = 0; i < (1U << 18U); ++i) {
        at = i % 3 == 0 ? timestamp::of(at.wall_ms() + 7) : at.next();
        append(column, at);
    }
    CHECK(column.memory_bytes() <= (1U << 18U) * 3 / 2);
}

TEST_CASE("causal/timestamp_column: what was reserved can't fail") {
    timestamp_column column;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        weft::test::fail_each_allocation([&] { column.reserve_one(); },
                                         [&] { CHECK(column.size() == i); });
        const weft::test::allocation_limit none(0);
        column.push_back({i * i * i * i * i});
    }
    CHECK(column[19'000].bits == 19'000ULL * 19'000 * 19'000 * 19'000 * 19'000);
}

}  // namespace timestamp_column_test
