/// A small batch in its sections, for tests that break one of them. Sealing adds the checksum, so
/// that what is broken is seen by what ought to see it.
#ifndef WEFT_TESTS_SUPPORT_RAW_BATCH_HPP
#define WEFT_TESTS_SUPPORT_RAW_BATCH_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace weft::test {

inline byte_buffer bytes_of(std::initializer_list<unsigned> values) {
    byte_buffer made;
    for (const unsigned value : values) {
        made.push_back(static_cast<std::byte>(value));
    }
    return made;
}

/// `size` bytes, zeros but for the last.
inline byte_buffer wide(std::size_t size, unsigned last) {
    byte_buffer made(size);
    made.back() = static_cast<std::byte>(last);
    return made;
}

inline byte_buffer operator+(byte_buffer left, const byte_buffer& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

/// Computes the checksum in the last eight bytes anew. Needs at least eight.
inline void reseal(byte_buffer& batch) {
    const std::size_t body = batch.size() - 8;
    store_le<8>(batch.data() + body, xxh3_64(byte_span(batch).first(body)));
}

/// Four operations of two actors a = ...01 and b = ...02: a1, a2 with two mutations, b3 after a2
/// and an absent b2, a3 without mutations. One collection of three fields, four shapes, two
/// records, dots of a record and of an effect.
struct raw_batch {
    byte_buffer header = bytes_of({'W', 'E', 'F', 'B', 1, 1, 16, 16, 16});
    byte_buffer actors = bytes_of({2}) + wide(16, 1) + wide(16, 2);
    byte_buffer spans = bytes_of({3, 0, 4, 1, 3, 2, 0, 2});
    byte_buffer outside = bytes_of({1, 1, 2}) + wide(16, 0xB2);
    byte_buffer exceptions = bytes_of({1, 2, 3, 0, 0});
    byte_buffer claims = wide(16, 0xB3) + wide(16, 0xA3);
    byte_buffer times = bytes_of({6, 20, 2, 18, 2});
    byte_buffer versions = bytes_of({5, 1});
    byte_buffer counts = bytes_of({2, 1, 2, 1, 0});
    byte_buffer collections =
        bytes_of({1, 5, 0, 0, 0, 3, 1, 0, 0, 0, 7, 1, 0, 0, 0, 8, 2, 0, 0, 0, 7});
    byte_buffer shapes = bytes_of({4, 0, 8, 0, 1, 0, 5, 1, 0, 5, 2, 0, 2});
    byte_buffer records = bytes_of({2}) + wide(16, 7) + wide(16, 9);
    byte_buffer shape_column = bytes_of({0xE4});
    byte_buffer record_column = bytes_of({0, 1, 0, 1});
    byte_buffer record_dot_counts = bytes_of({3, 0, 0, 2});
    byte_buffer record_dots = bytes_of({0, 2, 3, 4, 4});
    byte_buffer field_0 = bytes_of({0, 3, 0, 0, 'a', 'b', 'c'});
    byte_buffer field_1 = bytes_of({0, 0, 0, 2});
    byte_buffer field_2 = bytes_of({1, 1, 1, 0, 'x', 'y'});
    byte_buffer effect_dots = bytes_of({0, 4, 0, 1});
    byte_buffer end;

    [[nodiscard]] byte_buffer seal() const {
        byte_buffer batch = header + actors + spans + outside + exceptions + claims + times +
                            versions + counts + collections + shapes + records + shape_column +
                            record_column + record_dot_counts + record_dots + field_0 + field_1 +
                            field_2 + effect_dots + end + byte_buffer(8);
        reseal(batch);
        return batch;
    }
};

}  // namespace weft::test

#endif
