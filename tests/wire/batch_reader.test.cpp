#include <weft/causal/traits.hpp>
#include <weft/wire/batch.hpp>
#include <weft/wire/batch_reader.hpp>

#include "support/allocations.hpp"
#include "support/effort.hpp"
#include "support/history.hpp"
#include "support/property.hpp"
#include "support/raw_batch.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace batch_reader_test {

namespace {

using traits = weft::default_traits;
using reader = weft::batch_reader<traits>;
using weft::byte_buffer;
using weft::byte_span;
using weft::errc;
using weft::uuid;
using weft::test::bytes_of;
using weft::test::raw_batch;
using weft::test::wide;
using weft::test::operator+;

/// Reads a batch that must be accepted.
std::vector<weft::operation<traits>> read_all(byte_span bytes) {
    auto opened = reader::open(bytes);
    REQUIRE(opened.has_value());
    std::vector<weft::operation<traits>> all;
    weft::operation<traits> op;
    while (opened->next(op)) {
        all.push_back(op);
    }
    return all;
}

weft::error refusal(byte_span bytes) {
    const auto opened = reader::open(bytes);
    return opened.error();
}

/// One way to spoil the sample batch, and what has to be said about it.
struct spoiled {
    const char* what;
    byte_buffer raw_batch::*section;
    byte_buffer contents;
    errc code;
    std::uint32_t sequence = 0;  ///< of the operation that is named, if any
};

void check_refused(const spoiled& one) {
    CAPTURE(std::string(one.what));
    raw_batch batch;
    batch.*one.section = one.contents;
    const byte_buffer bytes = batch.seal();
    const weft::error refused = refusal(bytes);
    CHECK(message(refused.code) == message(one.code));
    CHECK(refused.offset < bytes.size());
    CHECK(refused.sequence == one.sequence);
    CHECK((refused.actor_size != 0) == (one.sequence != 0));
}

}  // namespace

TEST_CASE("wire/batch_reader: the sample is read as it was meant") {
    const byte_buffer bytes = raw_batch{}.seal();
    const auto all = read_all(bytes);
    REQUIRE(all.size() == 4);
    const uuid a = uuid::of(0, 1);
    const uuid b = uuid::of(0, 2);
    CHECK(all[0].id == weft::dot<uuid>{a, 1});
    CHECK(all[0].parents.empty());
    CHECK(all[0].mutations.size() == 1);
    CHECK(all[0].mutations[0].kind == weft::mutation_kind::insert);
    CHECK(all[0].effects.size() == 2);
    CHECK(weft::as_text(all[0].payload) == "abcx");
    CHECK(all[1].id == weft::dot<uuid>{a, 2});
    REQUIRE(all[1].parents.size() == 1);
    CHECK(all[1].parents[0].operation == weft::dot<uuid>{a, 1});
    CHECK(all[1].parents[0].address == weft::digest<16>{});
    CHECK(all[1].mutations.size() == 2);
    CHECK(all[1].effects[0].kind == 8);
    CHECK(all[1].effects[0].observed.count == 2);
    CHECK(all[1].observed[1].operation == weft::dot<uuid>{a, 1});
    CHECK(all[2].id == weft::dot<uuid>{b, 3});
    REQUIRE(all[2].parents.size() == 2);
    CHECK(all[2].parents[0].operation == weft::dot<uuid>{a, 2});
    CHECK(all[2].parents[1].operation == weft::dot<uuid>{b, 2});
    CHECK(all[2].parents[1].address.bytes[15] == std::byte{0xB2});
    CHECK(all[2].mutations[0].kind == weft::mutation_kind::erase);
    CHECK(all[2].observed_of(all[2].mutations[0].observed)[1] == weft::event_dot<uuid>{{b, 2}, 4});
    CHECK(all[3].id == weft::dot<uuid>{a, 3});
    CHECK(all[3].mutations.empty());
    CHECK(all[3].at.bits == 21);

    auto opened = reader::open(bytes);
    weft::operation<traits> op;
    std::vector<bool> claims;
    std::vector<std::uint32_t> records;
    while (opened->next(op)) {
        claims.push_back(opened->claimed().has_value());
        records.insert(records.end(), opened->records().begin(), opened->records().end());
    }
    CHECK(claims == std::vector<bool>{false, false, true, true});
    CHECK(records == std::vector<std::uint32_t>{0, 1, 0, 1});
    CHECK(opened->record_count() == 2);
    CHECK(opened->operations() == 4);
}

TEST_CASE("wire/batch_reader: the sample is written as it was read") {
    const byte_buffer bytes = raw_batch{}.seal();
    auto opened = reader::open(bytes);
    REQUIRE(opened.has_value());
    weft::batch_builder<traits> builder;
    weft::operation<traits> op;
    while (opened->next(op)) {
        builder.add(op, opened->claimed().value_or(weft::digest<16>{}));
    }
    CHECK(builder.finish() == bytes);
}

TEST_CASE("wire/batch_reader: an empty batch is a batch") {
    const byte_buffer bytes = weft::batch_builder<traits>().finish();
    CHECK(read_all(bytes).empty());
    CHECK(bytes.size() == 9 + 8 + 8);  // header, eight tables without entries, checksum
}

TEST_CASE("wire/batch_reader: another kind of file, format, hasher or width is refused by name") {
    const auto with = [](std::size_t offset, unsigned value) {
        raw_batch batch;
        batch.header[offset] = static_cast<std::byte>(value);
        return refusal(batch.seal());
    };
    CHECK(with(0, 'X').code == errc::bad_magic);
    CHECK(with(3, 'S').code == errc::bad_magic);
    CHECK(with(4, 2).code == errc::unknown_format);
    CHECK(with(5, 2).code == errc::other_hasher);
    CHECK(with(6, 4).code == errc::other_identifier_width);
    CHECK(with(7, 8).code == errc::other_identifier_width);
    CHECK(with(8, 32).code == errc::other_hasher);
    CHECK(with(8, 32).offset == 8);
    CHECK(refusal({}).code == errc::truncated);
}

TEST_CASE("wire/batch_reader: a damaged byte anywhere is noticed") {
    const byte_buffer bytes = raw_batch{}.seal();
    for (std::size_t i = 0; i != bytes.size(); ++i) {
        byte_buffer damaged = bytes;
        damaged[i] ^= std::byte{0x10};
        const auto refused = refusal(damaged);
        CHECK(refused.code == (i < 4              ? errc::bad_magic
                               : i == 4           ? errc::unknown_format
                               : i == 5 || i == 8 ? errc::other_hasher
                               : i < 8            ? errc::other_identifier_width
                                                  : errc::bad_checksum));
    }
}

TEST_CASE("wire/batch_reader: what follows another breaks its own rule only") {
    const byte_buffer a = wide(16, 1);
    const byte_buffer b = wide(16, 2);
    const byte_buffer x = wide(16, 0xB2);
    const std::vector<spoiled> cases = {
        // actors
        {"actors out of order", &raw_batch::actors, bytes_of({2}) + b + a, errc::not_sorted},
        {"an actor twice", &raw_batch::actors, bytes_of({2}) + b + b, errc::not_sorted},
        {"an actor that nothing names", &raw_batch::actors, bytes_of({3}) + a + b + wide(16, 3),
         errc::unused_entry},
        {"more actors than bytes", &raw_batch::actors, bytes_of({0x7f}) + a + b, errc::too_large},
        {"a count that is not shortest", &raw_batch::actors, bytes_of({0x82, 0}) + a + b,
         errc::not_shortest},
        // spans
        {"a span of no operations", &raw_batch::spans, bytes_of({3, 0, 0, 1, 3, 2, 0, 2}),
         errc::not_canonical},
        {"a gap of nothing", &raw_batch::spans, bytes_of({3, 0, 4, 1, 3, 0, 0, 2}),
         errc::not_canonical},
        {"a span cut in two", &raw_batch::spans, bytes_of({4, 0, 2, 0, 2, 1, 3, 2, 0, 2}),
         errc::not_canonical},
        {"a span of no actor", &raw_batch::spans, bytes_of({3, 2, 4, 1, 3, 2, 0, 2}),
         errc::out_of_range},
        {"a sequence beyond 32 bits", &raw_batch::spans,
         bytes_of({3, 0, 4, 1, 3, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 2}), errc::out_of_range},
        {"a gap beyond 64 bits", &raw_batch::spans,
         bytes_of({3, 0, 4, 1, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 2}),
         errc::out_of_range},
        {"a million million operations", &raw_batch::spans,
         bytes_of({3, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 1, 3, 2, 0, 2}), errc::out_of_range},
        {"a thousand million operations", &raw_batch::spans,
         bytes_of({3, 0, 0x80, 0x80, 0x80, 0x80, 4, 1, 3, 2, 0, 2}), errc::too_large},
        // outside parents
        {"an outside parent of no actor", &raw_batch::outside, bytes_of({1, 2, 2}) + x,
         errc::out_of_range},
        {"an outside parent of sequence 0", &raw_batch::outside, bytes_of({1, 1, 0}) + x,
         errc::out_of_range},
        {"an outside parent twice", &raw_batch::outside, bytes_of({2, 1, 2, 0, 0}) + x + x,
         errc::not_sorted},
        {"an outside parent beyond 32 bits", &raw_batch::outside,
         bytes_of({2, 1, 2, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}) + x + x, errc::out_of_range},
        {"an outside parent that is inside", &raw_batch::outside, bytes_of({2, 0, 2, 1, 2}) + x + x,
         errc::not_causal, 2},
        {"an outside parent that nothing names", &raw_batch::outside,
         bytes_of({2, 1, 1, 0, 1}) + x + x, errc::unused_entry},
        {"no address", &raw_batch::outside, bytes_of({1, 1, 2}) + byte_buffer(16),
         errc::out_of_range},
        {"an own predecessor that is nowhere", &raw_batch::outside, bytes_of({0}), errc::not_causal,
         3},
        // exceptions
        {"an exception behind the last operation", &raw_batch::exceptions,
         bytes_of({1, 4, 3, 0, 0}), errc::out_of_range},
        {"an exception that is none", &raw_batch::exceptions, bytes_of({1, 1, 1}),
         errc::not_canonical, 2},
        {"an exception of a first operation that is none", &raw_batch::exceptions,
         bytes_of({2, 0, 0, 1, 3, 0, 0}), errc::not_canonical, 1},
        {"an own predecessor of a first operation", &raw_batch::exceptions,
         bytes_of({2, 0, 1, 1, 3, 0, 0}), errc::out_of_range, 1},
        {"a parent of no actor", &raw_batch::exceptions, bytes_of({1, 2, 3, 4, 0}),
         errc::out_of_range, 3},
        {"a parent before the first operation", &raw_batch::exceptions, bytes_of({1, 2, 3, 0, 2}),
         errc::out_of_range, 3},
        {"a parent in a gap", &raw_batch::exceptions, bytes_of({1, 3, 3, 2, 1}), errc::out_of_range,
         3},
        {"an outside parent that is not in the table", &raw_batch::exceptions,
         bytes_of({1, 2, 3, 3}), errc::out_of_range, 3},
        {"parents out of order", &raw_batch::exceptions, bytes_of({1, 2, 5, 0, 0, 0, 1}),
         errc::not_sorted, 3},
        {"a parent twice", &raw_batch::exceptions, bytes_of({1, 2, 5, 0, 0, 0, 0}),
         errc::not_sorted, 3},
        {"the own predecessor among the others", &raw_batch::exceptions, bytes_of({1, 2, 2, 1}),
         errc::not_canonical, 3},
        {"the own predecessor among the others, inside", &raw_batch::exceptions,
         bytes_of({2, 1, 2, 0, 0, 0, 3, 0, 0}), errc::not_canonical, 2},
        // claims
        {"no claimed address", &raw_batch::claims, byte_buffer(16) + wide(16, 1),
         errc::out_of_range},
        // timestamps
        {"a run in two segments", &raw_batch::times, bytes_of({4, 20, 2, 18, 0, 2}),
         errc::not_canonical, 3},
        {"equal neighbours that are no run", &raw_batch::times, bytes_of({6, 20, 2, 2, 18}),
         errc::not_canonical, 3},
        {"a run that goes on behind its end", &raw_batch::times, bytes_of({1, 2, 2, 2, 4}),
         errc::not_canonical, 3},
        {"two runs of one number", &raw_batch::times, bytes_of({1, 2, 1, 2}), errc::not_canonical,
         3},
        {"more numbers than operations", &raw_batch::times, bytes_of({8, 20, 2, 18, 2, 4}),
         errc::too_large, 1},
        {"a time that leaves no room", &raw_batch::times,
         bytes_of({0, 0xff, 0xff, 0x0f, 4, 2, 18, 2}), errc::out_of_range, 1},
        // schema versions
        {"a schema version beyond 32 bits", &raw_batch::versions,
         bytes_of({5, 0x80, 0x80, 0x80, 0x80, 0x10}), errc::out_of_range},
        // mutation counts
        {"an exception with one mutation", &raw_batch::counts, bytes_of({2, 1, 1, 1, 0}),
         errc::not_canonical, 2},
        {"a count behind the last operation", &raw_batch::counts, bytes_of({2, 1, 2, 2, 0}),
         errc::out_of_range},
        {"a million million mutations", &raw_batch::counts,
         bytes_of({2, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 1, 0}), errc::too_large, 2},
        // collections
        {"a field twice", &raw_batch::collections,
         bytes_of({1, 5, 0, 0, 0, 3, 1, 0, 0, 0, 7, 1, 0, 0, 0, 7, 2, 0, 0, 0, 7}),
         errc::not_sorted},
        {"fields out of order", &raw_batch::collections,
         bytes_of({1, 5, 0, 0, 0, 3, 1, 0, 0, 0, 8, 1, 0, 0, 0, 7, 2, 0, 0, 0, 7}),
         errc::not_sorted},
        {"a wire kind beyond 32 bits", &raw_batch::collections,
         bytes_of({1, 5, 0, 0, 0, 3, 1, 0,    0,    0,    7,    1,   0,
                   0, 0, 8, 2, 0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x10}),
         errc::out_of_range},
        {"a collection twice", &raw_batch::collections,
         bytes_of({2, 5, 0, 0, 0, 3, 1, 0, 0, 0, 7, 1, 0, 0, 0, 8, 2, 0, 0, 0, 7, 5, 0, 0, 0, 0}),
         errc::not_sorted},
        {"a collection without a shape", &raw_batch::collections,
         bytes_of({2, 5, 0, 0, 0, 3, 1, 0, 0, 0, 7, 1, 0, 0, 0, 8, 2, 0, 0, 0, 7, 6, 0, 0, 0, 0}),
         errc::unused_entry},
        {"a collection that ends too soon", &raw_batch::collections,
         bytes_of({3, 5, 0, 0, 0, 3, 1, 0, 0, 0, 7, 1, 0, 0, 0, 8, 2, 0, 0, 0, 7}) +
             byte_buffer(200),
         errc::not_sorted},
        {"a field without a shape", &raw_batch::collections,
         bytes_of({1, 5, 0, 0, 0, 4, 1, 0, 0, 0, 7, 1, 0, 0, 0, 8, 2, 0, 0, 0, 7, 3, 0, 0, 0, 7}),
         errc::unused_entry},
        // shapes
        {"shapes out of order", &raw_batch::shapes,
         bytes_of({4, 0, 8, 0, 1, 0, 5, 2, 0, 5, 1, 0, 2}), errc::not_sorted},
        {"a shape twice", &raw_batch::shapes, bytes_of({4, 0, 8, 0, 1, 0, 5, 1, 0, 5, 1, 0, 2}),
         errc::not_sorted},
        {"a shape before its beginning", &raw_batch::shapes,
         bytes_of({4, 0, 5, 0, 0, 9, 1, 0, 0, 5, 1, 0, 2}), errc::not_sorted},
        {"kinds out of order", &raw_batch::shapes,
         bytes_of({4, 0, 5, 1, 0, 8, 0, 1, 0, 5, 2, 0, 2}), errc::not_sorted},
        {"a fourth kind", &raw_batch::shapes, bytes_of({4, 0, 8, 0, 1, 0, 5, 1, 0, 5, 2, 0, 3}),
         errc::out_of_range},
        {"an update without effects", &raw_batch::shapes,
         bytes_of({4, 0, 8, 0, 1, 0, 1, 0, 5, 2, 0, 2}), errc::out_of_range},
        {"an erase with an effect", &raw_batch::shapes,
         bytes_of({4, 0, 8, 0, 1, 0, 5, 1, 0, 5, 2, 0, 6, 0}), errc::out_of_range},
        {"one field with two kinds", &raw_batch::shapes,
         bytes_of({4, 0, 8, 0, 0, 0, 5, 1, 0, 5, 2, 0, 2}), errc::not_sorted},
        {"a field that is not there", &raw_batch::shapes,
         bytes_of({4, 0, 8, 0, 1, 0, 5, 1, 0, 5, 3, 0, 2}), errc::out_of_range},
        {"a collection that is not there", &raw_batch::shapes,
         bytes_of({4, 0, 8, 0, 1, 0, 5, 1, 0, 5, 2, 1, 2}), errc::out_of_range},
        {"a collection left out", &raw_batch::shapes,
         bytes_of({4, 1, 8, 0, 1, 0, 5, 1, 0, 5, 2, 0, 2}), errc::unused_entry},
        {"mutations without a shape", &raw_batch::shapes, bytes_of({0}), errc::out_of_range},
        // records
        {"records out of order", &raw_batch::records, bytes_of({2}) + wide(16, 9) + wide(16, 7),
         errc::not_sorted},
        {"a record twice", &raw_batch::records, bytes_of({2}) + wide(16, 7) + wide(16, 7),
         errc::not_sorted},
        {"a record without a mutation", &raw_batch::records,
         bytes_of({3}) + wide(16, 7) + wide(16, 9) + wide(16, 10), errc::unused_entry},
        {"mutations without a record", &raw_batch::records, bytes_of({0}), errc::out_of_range},
        // bit columns
        {"a shape without a mutation", &raw_batch::shape_column, bytes_of({0xE0}),
         errc::unused_entry},
        {"a record that is not there", &raw_batch::record_column, bytes_of({0, 1, 0, 2}),
         errc::out_of_range, 3},
        {"a record that is not there, in a second mutation", &raw_batch::record_column,
         bytes_of({0, 1, 2, 1}), errc::out_of_range, 2},
        // dots of records
        {"dots of records out of order", &raw_batch::record_dots, bytes_of({2, 4, 1, 2, 4}),
         errc::not_sorted, 3},
        {"a dot twice", &raw_batch::record_dots, bytes_of({1, 2, 4, 1, 0, 4}), errc::not_sorted, 3},
        {"an ordinal of 0 that is written", &raw_batch::record_dots, bytes_of({0, 2, 3, 4, 0}),
         errc::not_canonical, 3},
        {"a dot of sequence 0", &raw_batch::record_dots, bytes_of({0, 0, 3, 4, 4}),
         errc::out_of_range, 3},
        {"a dot before sequence 0", &raw_batch::record_dots, bytes_of({0, 1, 3, 4, 4}),
         errc::out_of_range, 3},
        {"a dot beyond 32 bits", &raw_batch::record_dots,
         bytes_of({0, 0x80, 0x80, 0x80, 0x80, 0x20, 3, 4, 4}), errc::out_of_range, 3},
        {"a dot far beyond 32 bits", &raw_batch::record_dots,
         bytes_of({0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 3, 4, 4}),
         errc::out_of_range, 3},
        {"an ordinal beyond 32 bits", &raw_batch::record_dots,
         bytes_of({0, 2, 3, 4, 0x80, 0x80, 0x80, 0x80, 0x10}), errc::out_of_range, 3},
        {"a dot of no actor", &raw_batch::record_dots, bytes_of({0, 2, 5, 4, 4}),
         errc::out_of_range, 3},
        {"a million million dots", &raw_batch::record_dot_counts,
         bytes_of({3, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}), errc::too_large},
        // fields
        {"a run of empty payloads", &raw_batch::field_2, bytes_of({1, 0, 1, 0}),
         errc::not_canonical},
        {"a payload longer than what is left", &raw_batch::field_0,
         bytes_of({0, 0x80, 0x80, 0x80, 0x80, 8, 0, 0, 'a', 'b', 'c'}), errc::too_large},
        {"dots of an effect beyond the bytes", &raw_batch::field_1,
         bytes_of({0, 0, 0, 0x80, 0x80, 0x80, 0x80, 8}), errc::too_large},
        {"a dot of an effect of no actor", &raw_batch::effect_dots, bytes_of({4, 4, 0, 1}),
         errc::out_of_range},
        {"more dots of effects than bytes", &raw_batch::effect_dots, {}, errc::too_large},
        {"bytes behind the end", &raw_batch::end, bytes_of({0}), errc::trailing_bytes},
    };
    for (const spoiled& one : cases) {
        check_refused(one);
    }
}

TEST_CASE("wire/batch_reader: unused bits of a bit column are zero") {
    raw_batch batch;  // without the erase there are three mutations, and two unused bits
    batch.counts = bytes_of({3, 1, 2, 0, 0, 0, 0});
    batch.shape_column = bytes_of({0xE4});
    batch.record_column = bytes_of({0, 1, 0});
    batch.record_dot_counts = bytes_of({3, 0});
    batch.record_dots = {};
    const auto refused = refusal(batch.seal());
    CHECK(refused.code == errc::not_canonical);
}

TEST_CASE("wire/batch_reader: unused bits of a wide record column are zero too") {
    weft::operation<traits> op;
    op.id = {uuid::of(1, 1), 1};
    for (std::uint32_t i = 0; i != 257; ++i) {  // nine bits each
        op.mutations.push_back({1, weft::mutation_kind::erase, uuid::of(0, i), {}, {}});
    }
    byte_buffer bytes = weft::encode_operation(op, address_of(op));
    REQUIRE(reader::open(bytes).has_value());
    // Behind the column, whose last byte holds one bit, stand the dot counts (three bytes) and the
    // checksum.
    bytes[bytes.size() - 8 - 4] |= std::byte{0x80};
    weft::test::reseal(bytes);
    CHECK(refusal(bytes).code == errc::not_canonical);
}

TEST_CASE("wire/batch_reader: a batch of two gibibytes is too large") {
    const byte_buffer bytes = raw_batch{}.seal();
    // Refused by its size alone: nothing of it is looked at.
    CHECK(refusal({bytes.data(), weft::batch_size_max + 1}).code == errc::too_large);
}

TEST_CASE("wire/batch_reader: no prefix of a batch is a batch") {
    const byte_buffer bytes = raw_batch{}.seal();
    for (std::size_t size = 0; size != bytes.size(); ++size) {
        byte_buffer prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK_FALSE(reader::open(prefix).has_value());
        if (size >= 8) {
            weft::test::reseal(prefix);
            CHECK_FALSE(reader::open(prefix).has_value());
        }
    }
}

TEST_CASE("wire/batch_reader: of all neighbours of a batch those are taken that are canonical") {
    const byte_buffer bytes = raw_batch{}.seal();
    std::size_t accepted = 0;
    const auto try_one = [&](byte_buffer neighbour) {
        weft::test::reseal(neighbour);
        auto opened = reader::open(neighbour);
        if (!opened) {
            return;
        }
        ++accepted;
        weft::batch_builder<traits> builder;
        weft::operation<traits> op;
        while (opened->next(op)) {
            builder.add(op, opened->claimed().value_or(weft::digest<16>{}));
        }
        CHECK(builder.finish() == neighbour);
    };
    for (std::size_t i = 9; i != bytes.size() - 8; ++i) {
        const auto at = static_cast<std::ptrdiff_t>(i);
        for (auto value = static_cast<unsigned>(i % weft::test::stride(5)); value < 256;
             value += weft::test::stride(5)) {
            byte_buffer other = bytes;
            other[i] = static_cast<std::byte>(value);
            try_one(other);
            other = bytes;
            other.insert(other.begin() + at, static_cast<std::byte>(value));
            try_one(other);
        }
        byte_buffer other = bytes;
        other.erase(other.begin() + at);
        try_one(other);
        other = bytes;  // a number in too many bytes
        other[i] |= std::byte{0x80};
        other.insert(other.begin() + at + 1, std::byte{0});
        try_one(other);
    }
    CHECK(accepted > 1000 / weft::test::stride(5));
}

TEST_CASE("wire/batch_reader: memory is asked for a few times, however long the batch") {
    weft::test::history_options options;
    options.actors = 1;
    options.merge_percent = 0;
    std::uint64_t calls[2] = {};
    for (const std::uint32_t operations : {200U, 6000U}) {
        options.operations = operations;
        const auto made = weft::test::random_history<traits>(8, options);
        weft::batch_builder<traits> builder;
        for (const auto& one : made) {
            builder.add(one.op, one.address);
        }
        const byte_buffer bytes = builder.finish();
        const weft::test::allocation_watch watch;
        auto opened = reader::open(bytes);
        REQUIRE(opened.has_value());
        calls[operations == 200 ? 0 : 1] = watch.calls();
    }
    CHECK(calls[0] == calls[1]);
    CHECK(calls[1] < 30);
}

TEST_CASE("wire/batch_reader: an operation object that was filled before is filled for nothing") {
    weft::test::history_options options;
    options.operations = 500;
    options.actors = 2;
    const auto made = weft::test::random_history<traits>(9, options);
    weft::batch_builder<traits> builder;
    for (const auto& one : made) {
        builder.add(one.op, one.address);
    }
    const byte_buffer bytes = builder.finish();
    weft::operation<traits> op;
    for (int round = 0; round != 2; ++round) {
        auto opened = reader::open(bytes);
        REQUIRE(opened.has_value());
        REQUIRE(opened->next(op));
        const weft::test::allocation_watch watch;
        while (opened->next(op)) {
        }
        if (round == 1) {
            CHECK(watch.calls() <= 4);  // the list of record numbers, which is the reader's
        }
    }
}

TEST_CASE("wire/batch_reader: each flipped bit is refused or changes what addresses cover") {
    weft::test::property("under a repaired checksum", 8, [](std::uint64_t seed) {
        weft::test::history_options options;
        options.operations = *rc::gen::inRange<std::uint32_t>(1, 12);
        options.actors = 3;
        const auto made = weft::test::random_history<traits>(seed, options);
        weft::batch_builder<traits> builder;
        for (const auto& one : made) {
            builder.add(one.op, one.address);
        }
        const byte_buffer bytes = builder.finish();
        for (std::size_t bit = 0; bit != 8 * (bytes.size() - 8); ++bit) {
            byte_buffer flipped = bytes;
            flipped[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
            weft::test::reseal(flipped);
            auto opened = reader::open(flipped);
            if (!opened) {
                continue;
            }
            // Recompute every address; something has to differ from what is claimed.
            std::vector<std::pair<weft::dot<uuid>, weft::digest<16>>> known;
            bool differs = false;
            weft::operation<traits> op;
            while (opened->next(op)) {
                for (auto& parent : op.parents) {
                    for (const auto& [id, address] : known) {
                        if (id == parent.operation) {
                            parent.address = address;
                        }
                    }
                }
                known.emplace_back(op.id, address_of(op));
                differs =
                    differs || (opened->claimed() && *opened->claimed() != known.back().second);
            }
            RC_ASSERT(differs);
        }
    });
}

TEST_CASE("wire/batch_reader: memory is bounded by the bytes, whatever they say") {
    weft::test::property("four times the input and 64 KiB", 60, [](std::uint64_t seed) {
        weft::test::history_options options;
        options.operations = *rc::gen::inRange<std::uint32_t>(0, 3000);
        options.actors = *rc::gen::inRange<std::uint32_t>(1, 40);
        const auto made = weft::test::random_operations<traits>(seed, options);
        weft::batch_builder<traits> builder;
        for (const auto& one : made) {
            builder.add(one.op, one.address);
        }
        const byte_buffer bytes = builder.finish();
        const weft::test::allocation_watch watch;
        const auto opened = reader::open(bytes);
        RC_ASSERT(opened.has_value());
        RC_ASSERT(watch.peak() <= 4 * bytes.size() + (1U << 16U));
    });
}

TEST_CASE("wire/batch_reader: tables of the smallest entries stay within four times their bytes") {
    // One erase per collection and record: nothing but tables.
    const auto peak_of = [](const weft::operation<traits>& op) {
        const byte_buffer bytes = weft::encode_operation(op, address_of(op));
        const weft::test::allocation_watch watch;
        const auto opened = reader::open(bytes);
        REQUIRE(opened.has_value());
        CHECK(watch.peak() <= 4 * bytes.size());
    };
    constexpr std::uint32_t many = 40000;
    weft::operation<traits> op;
    op.id = {uuid::of(1, 1), 1};
    for (std::uint32_t i = 0; i != many; ++i) {
        op.mutations.push_back({i, weft::mutation_kind::erase, uuid::of(0, 1), {}, {}});
    }
    peak_of(op);
    op.mutations.clear();
    for (std::uint32_t i = 0; i != many; ++i) {  // empty effects of one shape
        op.effects.push_back({i, 1, {}, {}});
    }
    op.mutations.push_back({1, weft::mutation_kind::update, uuid::of(0, 1), {}, {0, many}});
    peak_of(op);
    op.mutations.clear();
    for (std::uint32_t i = 0; i != many; ++i) {  // a shape for each field
        op.mutations.push_back({1, weft::mutation_kind::update, uuid::of(0, 1), {}, {i, 1}});
    }
    peak_of(op);
    op.mutations.clear();
    op.effects.clear();
    for (std::uint32_t i = 0; i != many; ++i) {
        op.mutations.push_back({1, weft::mutation_kind::erase, uuid::of(0, i), {}, {}});
    }
    peak_of(op);
    op.mutations.clear();
    for (std::uint32_t i = 0; i != many; ++i) {  // parents
        weft::digest<16> some;
        some.bytes.fill(std::byte{1});
        op.parents.push_back({{uuid::of(0, i), 1}, some});
    }
    peak_of(op);
    op.parents.clear();
    for (std::uint32_t i = 0; i != many; ++i) {  // dots
        op.observed.push_back({{uuid::of(0, i), 1}, 0});
    }
    op.mutations.push_back({1, weft::mutation_kind::erase, uuid::of(0, 1), {0, many}, {}});
    peak_of(op);
}

TEST_CASE("wire/batch_reader: many spans and gaps stay within four times their bytes") {
    weft::batch_builder<traits> builder;
    weft::operation<traits> op;
    weft::digest<16> some;
    some.bytes.fill(std::byte{1});
    for (std::uint32_t i = 0; i != 30000; ++i) {
        op.clear();
        op.id = {uuid::of(0, i % 2), 1 + i / 2};
        if (i / 2 != 0) {
            op.parents.push_back({{op.id.actor, op.id.sequence - 1}, some});
        }
        op.mutations.push_back({1, weft::mutation_kind::erase, uuid::of(0, 1), {}, {}});
        builder.add(op, some);
    }
    const byte_buffer bytes = builder.finish();
    CHECK(bytes.size() < 4 * 30000);
    const weft::test::allocation_watch watch;
    const auto opened = reader::open(bytes);
    REQUIRE(opened.has_value());
    CHECK(watch.peak() <= 4 * bytes.size() + (1U << 16U));
}

TEST_CASE("wire/batch_reader: a batch that finds no memory can be opened later") {
    const byte_buffer bytes = raw_batch{}.seal();
    bool opened = false;
    const int failed = weft::test::fail_each_allocation(
        [&] { opened = reader::open(bytes).has_value(); }, [&] { CHECK_FALSE(opened); });
    CHECK(failed > 5);
    CHECK(opened);
}

}  // namespace batch_reader_test
