#include <weft/base/random.hpp>
#include <weft/wire/columns.hpp>

#include "support/effort.hpp"
#include "support/property.hpp"
#include "support/raw_batch.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace columns_test {

namespace {

using weft::byte_buffer;
using weft::byte_reader;
using weft::errc;
using weft::run_cursor;
using weft::run_writer;
using weft::zero_runs;
using weft::test::bytes_of;

byte_buffer written(const std::vector<std::uint32_t>& numbers, zero_runs zeros) {
    run_writer writer(zeros);
    for (const std::uint32_t number : numbers) {
        writer.push(number);
    }
    const auto bytes = writer.finish();
    return byte_buffer(bytes.begin(), bytes.end());
}

/// What the scanner makes of a column: the numbers, or why it won't.
weft::result<std::vector<std::uint64_t>>
scanned(const byte_buffer& bytes, std::uint64_t count, zero_runs zeros = zero_runs::allowed) {
    byte_reader in(bytes);
    std::vector<std::uint64_t> numbers;
    const auto read =
        weft::scan_runs(in, count, 1000000, zeros, [&](std::uint64_t value, std::uint64_t times) {
            if (value == 999999) {
                return errc::bad_utf8;  // anything
            }
            numbers.insert(numbers.end(), static_cast<std::size_t>(times), value);
            return errc::none;
        });
    if (!read) {
        return read.error();
    }
    if (!in.empty()) {
        return errc::trailing_bytes;
    }
    return numbers;
}

/// Lists with runs in them.
std::vector<std::uint32_t> some_numbers(std::uint64_t seed, std::size_t count) {
    weft::splitmix64 random{seed};
    std::vector<std::uint32_t> numbers;
    while (numbers.size() < count) {
        const std::uint64_t pick = random();
        const std::size_t times = pick % 3 == 0 ? 1 + pick / 3 % 9 : 1;
        numbers.insert(numbers.end(), times, static_cast<std::uint32_t>(pick / 64 % 4 * 300));
    }
    numbers.resize(count);
    return numbers;
}

}  // namespace

TEST_CASE("wire/columns: run columns come back as they were written") {
    weft::test::property("whatever runs they have", 500, [](std::uint64_t seed) {
        const auto count = *rc::gen::inRange<std::size_t>(0, 60);
        const auto numbers = some_numbers(seed, count);
        for (const zero_runs zeros : {zero_runs::allowed, zero_runs::refused}) {
            const byte_buffer bytes = written(numbers, zeros);
            const auto read = scanned(bytes, numbers.size(), zeros);
            RC_ASSERT(read.has_value());
            RC_ASSERT(std::equal(read->begin(), read->end(), numbers.begin(), numbers.end()));
            run_cursor<std::uint32_t> cursor(0);
            for (const std::uint32_t number : numbers) {
                RC_ASSERT(cursor.next(bytes.data()) == number);
            }
        }
    });
}

TEST_CASE("wire/columns: a list has one run column only") {
    // Every short byte string: those that are accepted are what is written.
    std::size_t accepted = 0;
    for (std::uint32_t bits = 0; bits < 1U << 20U; bits += weft::test::stride(7)) {
        byte_buffer bytes;
        for (std::uint32_t i = 0; i != 5; ++i) {
            bytes.push_back(static_cast<std::byte>(bits >> (4 * i) & 7U));
        }
        if ((bits & 0x88888U) != 0) {
            continue;  // digits up to 7 will do
        }
        for (std::uint64_t count = 1; count != 6; ++count) {
            for (const zero_runs zeros : {zero_runs::allowed, zero_runs::refused}) {
                const auto read = scanned(bytes, count, zeros);
                if (read) {
                    ++accepted;
                    const std::vector<std::uint32_t> numbers(read->begin(), read->end());
                    CHECK(written(numbers, zeros) == bytes);
                }
            }
        }
    }
    CHECK(accepted > 100 / weft::test::stride(7));
}

TEST_CASE("wire/columns: what is wrong with a run column is said") {
    const auto code = [](std::initializer_list<unsigned> bytes, std::uint64_t count,
                         zero_runs zeros = zero_runs::allowed) {
        return scanned(bytes_of(bytes), count, zeros).error().code;
    };
    CHECK(code({}, 1) == errc::truncated);
    CHECK(code({2, 5}, 2) == errc::truncated);
    CHECK(code({0x80, 0}, 1) == errc::not_shortest);
    CHECK(code({0, 0xff, 0xff, 0xff, 1}, 1) == errc::out_of_range);
    CHECK(code({2, 5, 5}, 2) == errc::not_canonical);
    CHECK(code({0, 5, 0, 6}, 2) == errc::not_canonical);
    CHECK(code({1, 5, 1, 5}, 4) == errc::not_canonical);
    CHECK(code({1, 5, 0, 5}, 3) == errc::not_canonical);
    CHECK(code({0, 5, 1, 5}, 3) == errc::not_canonical);
    CHECK(code({3, 5}, 2) == errc::too_large);
    CHECK(code({0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 5}, 2) == errc::too_large);
    CHECK(code({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 5}, 2) == errc::too_large);
    CHECK(code({1, 0}, 2) == errc::none);
    CHECK(code({1, 0}, 2, zero_runs::refused) == errc::not_canonical);
    CHECK(code({2, 0, 0}, 2, zero_runs::refused) == errc::none);
    CHECK(code({2, 0, 0}, 2) == errc::not_canonical);
    CHECK(code({0, 0xbf, 0x84, 0x3d}, 1) == errc::bad_utf8);  // what the caller says
}

TEST_CASE("wire/columns: a sparse column is the column of its zeros and others") {
    weft::test::property("at any places", 200, [](std::uint64_t seed) {
        const auto count = *rc::gen::inRange<std::size_t>(0, 60);
        const auto numbers = some_numbers(seed, count);
        weft::sparse_run_writer sparse;
        for (std::size_t i = 0; i != numbers.size(); ++i) {
            if (numbers[i] != 0) {
                sparse.push(numbers[i], i);
            }
        }
        const auto bytes = sparse.finish(numbers.size());
        RC_ASSERT(byte_buffer(bytes.begin(), bytes.end()) == written(numbers, zero_runs::allowed));
    });
}

TEST_CASE("wire/columns: bit columns of every width come back") {
    for (unsigned width = 0; width <= 32; ++width) {
        for (std::size_t count = 0; count != 40; ++count) {
            weft::splitmix64 random{width * 100 + count};
            std::vector<std::uint32_t> numbers;
            for (std::size_t i = 0; i != count; ++i) {
                numbers.push_back(
                    static_cast<std::uint32_t>(random() & ((std::uint64_t{1} << width) - 1)));
            }
            byte_buffer bytes{std::byte{1}};
            weft::write_bits(bytes, numbers, width);
            CHECK(bytes.size() == 1 + weft::bit_column_size(count, width));
            bytes.resize(bytes.size() + 8, std::byte{0xff});
            weft::bit_cursor cursor(bytes.data() + 1, width);
            for (const std::uint32_t number : numbers) {
                CHECK(cursor.next() == number);
            }
            CHECK(cursor.clean());
        }
    }
}

TEST_CASE("wire/columns: a bit column is as wide as its greatest number needs") {
    CHECK(weft::bit_column_width(0, 0) == 0);
    CHECK(weft::bit_column_width(1, 0) == 0);
    CHECK(weft::bit_column_width(2, 0) == 1);
    CHECK(weft::bit_column_width(3, 0) == 2);
    CHECK(weft::bit_column_width(256, 8) == 8);
    CHECK(weft::bit_column_width(257, 8) == 9);
    CHECK(weft::bit_column_width(3, 8) == 8);
    CHECK(weft::bit_column_width(std::uint64_t{1} << 32U, 8) == 32);
    const byte_buffer bytes = bytes_of({0x10, 0, 0, 0, 0, 0, 0, 0, 0});
    weft::bit_cursor dirty(bytes.data(), 4);
    CHECK(dirty.next() == 0);
    CHECK_FALSE(dirty.clean());
    CHECK(dirty.next() == 1);
    CHECK(dirty.clean());
}

}  // namespace columns_test
