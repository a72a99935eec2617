#include <weft/causal/traits.hpp>
#include <weft/log/canonical.hpp>

#include "support/history.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <vector>

namespace canonical_test {

namespace {

using weft::byte_buffer;
using weft::default_traits;
using weft::mutation_kind;
using weft::operation;
using weft::uuid;

/// An operation in which every kind of part stands at least once.
operation<default_traits> full() {
    operation<default_traits> op;
    op.id = {uuid::of(1, 2), 3};
    op.at = {77};
    op.schema_version = 5;
    for (std::uint32_t i = 0; i != 2; ++i) {
        weft::digest<16> address;
        address.bytes.fill(static_cast<std::byte>(i + 1));
        op.parents.push_back({{uuid::of(0, i), 2}, address});
    }
    op.observed = {{{uuid::of(4, 4), 1}, 0}, {{uuid::of(5, 5), 2}, 3}, {{uuid::of(6, 6), 3}, 4}};
    op.payload = {std::byte{1}, std::byte{2}, std::byte{3}};
    op.effects = {{10, 20, {1, 1}, {0, 1}}, {11, 21, {2, 1}, {1, 2}}};
    op.mutations = {{100, mutation_kind::insert, uuid::of(8, 8), {0, 1}, {0, 2}},
                    {101, mutation_kind::erase, uuid::of(9, 9), {3, 0}, {2, 0}}};
    return op;
}

uuid flipped(const uuid& id, unsigned bit) {
    auto bytes = id.bytes();
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    return uuid(bytes);
}

}  // namespace

TEST_CASE("log/canonical: each bit of each field changes the address") {
    const operation<default_traits> op = full();
    std::set<weft::digest<16>> seen{address_of(op)};
    std::size_t changes = 0;
    const auto changed = [&](const operation<default_traits>& other) {
        ++changes;
        CHECK(seen.insert(address_of(other)).second);
    };
    const auto each_bit = [&](auto field, unsigned bits) {
        for (unsigned bit = 0; bit != bits; ++bit) {
            operation<default_traits> other = op;
            auto& value = field(other);
            value = static_cast<std::remove_reference_t<decltype(value)>>(
                value ^ (std::uint64_t{1} << bit));
            changed(other);
        }
    };
    const auto each_bit_of_id = [&](auto field) {
        for (unsigned bit = 0; bit != 128; ++bit) {
            operation<default_traits> other = op;
            field(other) = flipped(field(other), bit);
            changed(other);
        }
    };
    each_bit_of_id([](auto& o) -> auto& { return o.id.actor; });
    each_bit(
        [](auto& o) -> auto& { return o.id.sequence; }, 32);
    each_bit(
        [](auto& o) -> auto& { return o.at.bits; }, 64);
    each_bit(
        [](auto& o) -> auto& { return o.schema_version; }, 32);
    for (std::size_t i = 0; i != op.parents.size(); ++i) {
        for (unsigned bit = 0; bit != 128; ++bit) {
            operation<default_traits> other = op;
            other.parents[i].address.bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
            changed(other);
        }
        each_bit_of_id([i](auto& o) -> auto& { return o.parents[i].operation.actor; });
        each_bit(
            [i](auto& o) -> auto& { return o.parents[i].operation.sequence; }, 32);
    }
    for (std::size_t i = 0; i != op.mutations.size(); ++i) {
        each_bit(
            [i](auto& o) -> auto& { return o.mutations[i].collection; }, 32);
        each_bit_of_id([i](auto& o) -> auto& { return o.mutations[i].record; });
    }
    for (std::size_t i = 0; i != op.effects.size(); ++i) {
        each_bit(
            [i](auto& o) -> auto& { return o.effects[i].field; }, 32);
        each_bit(
            [i](auto& o) -> auto& { return o.effects[i].kind; }, 32);
    }
    for (std::size_t i = 0; i != op.observed.size(); ++i) {
        each_bit_of_id([i](auto& o) -> auto& { return o.observed[i].operation.actor; });
        each_bit(
            [i](auto& o) -> auto& { return o.observed[i].operation.sequence; }, 32);
        each_bit(
            [i](auto& o) -> auto& { return o.observed[i].ordinal; }, 32);
    }
    for (std::size_t i = 0; i != op.payload.size(); ++i) {
        for (unsigned bit = 0; bit != 8; ++bit) {
            operation<default_traits> other = op;
            other.payload[i] ^= static_cast<std::byte>(1U << bit);
            changed(other);
        }
    }
    operation<default_traits> other = op;
    other.mutations[0].kind = mutation_kind::update;
    changed(other);
    CHECK(changes > 1800);
}

TEST_CASE("log/canonical: parts that move to a neighbour change the address") {
    const operation<default_traits> op = full();
    std::set<weft::digest<16>> seen{address_of(op)};
    const auto changed = [&](const operation<default_traits>& other) {
        CHECK(seen.insert(address_of(other)).second);
    };
    operation<default_traits> other = op;
    other.effects[0].payload = {0, 2};  // a byte from the second payload to the first
    other.effects[1].payload = {2, 1};
    changed(other);
    other = op;
    other.effects[0].payload = {0, 0};
    other.effects[1].payload = {0, 3};
    changed(other);
    other = op;
    other.effects[0].observed = {1, 0};  // a dot from one effect to the next
    other.effects[1].observed = {1, 2};
    changed(other);
    other = op;
    other.mutations[0].observed = {0, 2};  // a dot from an effect to its record
    other.effects[0].observed = {2, 0};
    changed(other);
    other = op;
    other.mutations[0].observed = {0, 0};  // and back
    other.effects[0].observed = {0, 2};
    changed(other);
    other = op;
    other.mutations[0].effects = {0, 1};  // an effect from one mutation to the next
    other.mutations[1].effects = {1, 1};
    changed(other);
    other = op;
    other.mutations.pop_back();
    changed(other);
    other = op;
    other.parents.pop_back();
    changed(other);
    other = op;
    other.parents.clear();
    changed(other);
    other = op;
    std::swap(other.parents[0].address, other.parents[1].address);
    changed(other);
    other = op;
    std::swap(other.parents[0].operation, other.parents[1].operation);
    changed(other);
    other = op;
    other.parents[0].operation = {op.id.actor, op.id.sequence - 1};  // its own predecessor
    changed(other);
    other.parents[1].operation = {op.id.actor, op.id.sequence - 1};
    changed(other);
    other = op;
    other.effects[1].observed = {2, 0};
    changed(other);
}

TEST_CASE("log/canonical: the address is the hash of the canonical bytes, short or long") {
    weft::test::property("over random operations", 60, [](std::uint64_t seed) {
        weft::test::history_options options;
        options.operations = 12;
        options.payload_max = 400;
        options.huge_per_mille = 10;
        for (const auto& one : weft::test::random_operations<default_traits>(seed, options)) {
            byte_buffer bytes(3);  // appends behind what is there
            append_canonical(one.op, bytes);
            RC_ASSERT(bytes.size() == 3 + canonical_size(one.op));
            RC_ASSERT(weft::xxh3_128::hash(weft::byte_span(bytes).subspan(3)) == one.address);
        }
    });
}

TEST_CASE("log/canonical: how an operation lays out its arrays does not matter") {
    const operation<default_traits> op = full();
    operation<default_traits> other = op;
    other.payload = {std::byte{2}, std::byte{3}, std::byte{9}, std::byte{1}};
    other.effects[0].payload = {3, 1};
    other.effects[1].payload = {0, 2};
    CHECK(address_of(other) == address_of(op));
}

TEST_CASE("log/canonical: operations over other identifiers never share an address") {
    struct narrow : default_traits {
        using record_id = std::uint64_t;
    };

    operation<narrow> one;
    operation<default_traits> other;
    one.id = other.id = {uuid::of(1, 1), 1};
    CHECK(address_of(one) != address_of(other));
}

}  // namespace canonical_test
