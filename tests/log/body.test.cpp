#include <weft/base/random.hpp>
#include <weft/log/body.hpp>

#include "support/death.hpp"
#include "support/property.hpp"
#include "support/raw_batch.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace body_test {

namespace {

using weft::body_bounds;
using weft::body_writer;
using weft::byte_buffer;
using weft::byte_span;
using weft::effect_entry;
using weft::local_event;
using weft::shape_table;
using weft::splitmix64;
using weft::test::bytes_of;

using dots = std::vector<local_event>;

struct part {
    dots observed;
    byte_buffer payload;
    friend bool operator==(const part&, const part&) = default;
};

struct mutation {
    std::uint32_t shape = 0;
    std::uint32_t row = 0;
    dots observed;
    std::vector<part> effects;
    friend bool operator==(const mutation&, const mutation&) = default;
};

/// What a body says.
struct content {
    std::uint32_t version = 0;
    std::vector<mutation> mutations;
    friend bool operator==(const content&, const content&) = default;
};

/// Of every length as a varint, small ones more often.
std::uint32_t number(splitmix64& random) {
    return random() % 2 == 0 ? static_cast<std::uint32_t>(random() % 4)
                             : static_cast<std::uint32_t>(random()) >> random() % 32;
}

dots some_dots(splitmix64& random) {
    dots made(random() % 3 == 0 ? random() % (random() % 10 == 0 ? 300 : 4) : 0);
    for (local_event& each : made) {
        each.operation.slot.value = number(random);
        each.operation.sequence = number(random);
        each.ordinal = number(random);
    }
    return made;
}

byte_buffer some_bytes(splitmix64& random) {
    byte_buffer made(static_cast<std::size_t>(random() % (random() % 10 == 0 ? 700 : 9)));
    for (std::byte& each : made) {
        each = static_cast<std::byte>(random());
    }
    return made;
}

/// Number i is the shape of i effects; there are shapes enough for numbers of two bytes.
shape_table some_shapes() {
    shape_table made;
    std::vector<effect_entry> effects;
    for (std::uint32_t i = 0; i != 80; ++i) {
        static_cast<void>(made.intern(1, weft::mutation_kind::update, effects));
        effects.push_back({i + 1, 7, {}, {}});
    }
    return made;
}

content some_content(splitmix64& random, const shape_table& shapes) {
    content made{number(random), {}};
    made.mutations.resize(random() % 3 == 0 ? random() % (random() % 10 == 0 ? 500 : 4) : 1);
    for (mutation& each : made.mutations) {
        each.shape = static_cast<std::uint32_t>(random() % (random() % 4 == 0 ? shapes.size() : 3));
        each.row = number(random);
        each.observed = some_dots(random);
        each.effects.resize(shapes[each.shape].fields.count);
        for (part& effect : each.effects) {
            effect = {some_dots(random), some_bytes(random)};
        }
    }
    return made;
}

/// As many bytes as the header allows for.
std::size_t bound_of(const content& of) {
    std::size_t bound = body_bounds::head;
    for (const mutation& each : of.mutations) {
        bound += body_bounds::mutation + each.observed.size() * body_bounds::dot;
        for (const part& effect : each.effects) {
            bound += body_bounds::effect + effect.observed.size() * body_bounds::dot;
            bound += effect.payload.size();
        }
    }
    return bound;
}

std::uint32_t count(std::size_t size) {
    return static_cast<std::uint32_t>(size);
}

/// Notes in `offsets` where the payloads went.
byte_buffer written(const content& what, std::vector<std::uint32_t>& offsets) {
    byte_buffer bytes(bound_of(what), std::byte{0xEE});
    body_writer out(bytes.data());
    out.head(what.version, what.mutations.size());
    for (const mutation& each : what.mutations) {
        out.mutation(each.shape, each.row, count(each.observed.size()));
        for (const local_event& dot : each.observed) {
            out.dot(dot);
        }
        for (const part& effect : each.effects) {
            out.effect(count(effect.payload.size()), count(effect.observed.size()));
            for (const local_event& dot : effect.observed) {
                out.dot(dot);
            }
            const std::size_t before = out.size();
            offsets.push_back(out.payload(effect.payload.data(), count(effect.payload.size())));
            RC_ASSERT(offsets.back() == before);
            RC_ASSERT(out.size() == before + effect.payload.size());
        }
    }
    RC_ASSERT(out.size() <= bytes.size());
    bytes.resize(out.size());
    return bytes;
}

/// Hears a body, and that its parts come in the promised order.
struct hearer {
    byte_span body;
    content heard{};
    std::uint32_t mutations = 0;
    std::vector<std::uint32_t> offsets{};
    dots pending{};

    void head(std::uint32_t version, std::uint32_t number) {
        RC_ASSERT(heard == content{});
        heard.version = version;
        mutations = number;
    }

    void mutation(std::uint32_t shape, std::uint32_t row) {
        RC_ASSERT(pending.empty());
        heard.mutations.emplace_back();
        heard.mutations.back().shape = shape;
        heard.mutations.back().row = row;
    }

    void dot(const local_event& named) { pending.push_back(named); }

    void effects(std::uint32_t shape, std::uint32_t number) {
        auto& last = heard.mutations.back();
        RC_ASSERT(shape == last.shape);
        RC_ASSERT(number == pending.size());
        RC_ASSERT(last.effects.empty());
        last.observed.swap(pending);
    }

    void payload(std::uint32_t index, std::uint32_t number, weft::slice where) {
        auto& last = heard.mutations.back();
        RC_ASSERT(index == last.effects.size());
        RC_ASSERT(number == pending.size());
        RC_ASSERT(where.first + where.count <= body.size());
        const std::byte* const from = body.data() + where.first;
        last.effects.push_back({{}, {from, from + where.count}});
        last.effects.back().observed.swap(pending);
        offsets.push_back(where.first);
    }
};

constexpr std::uint32_t largest = ~std::uint32_t{0};

}  // namespace

TEST_CASE("log/body: what is read is what was written, part by part, in no more than its bounds") {
    const shape_table shapes = some_shapes();
    weft::test::property("log/body: there and back", 300, [&](std::uint64_t seed) {
        splitmix64 random{seed};
        const content wanted = some_content(random, shapes);
        std::vector<std::uint32_t> offsets;
        const byte_buffer bytes = written(wanted, offsets);
        hearer sink{bytes};
        read_body(bytes, shapes, sink);
        RC_ASSERT(sink.heard == wanted);
        RC_ASSERT(sink.mutations == wanted.mutations.size());
        RC_ASSERT(sink.offsets == offsets);
        RC_ASSERT(sink.pending.empty());
    });
}

TEST_CASE("log/body: the greatest numbers keep to the bounds, which are no wider than they need") {
    byte_buffer room(200);
    std::uint64_t first = 0;  // of its numbers
    const auto size_of = [&](auto&& write) {
        body_writer out(room.data());
        write(out);
        const std::byte* at = room.data();
        first = weft::take_varint(at);
        return out.size();
    };
    constexpr std::uint64_t marked = 2 * std::uint64_t{largest} + 1;
    const local_event dot{{{largest}, largest}, largest};
    CHECK(size_of([](auto& out) { out.head(largest, largest); }) == body_bounds::head);
    CHECK(first == marked);
    CHECK(size_of([](auto& out) { out.mutation(largest, largest, largest); }) ==
          body_bounds::mutation);
    CHECK(first == marked);
    CHECK(size_of([](auto& out) { out.effect(largest, largest); }) == body_bounds::effect);
    CHECK(first == marked);
    CHECK(size_of([&](auto& out) { out.dot(dot); }) == body_bounds::dot);

    // Also the greatest are read as they were written.
    shape_table shapes;
    static_cast<void>(shapes.intern(1, weft::mutation_kind::erase, {}));
    const content wanted{largest, {{0, largest, {dot, dot}, {}}}};
    std::vector<std::uint32_t> offsets;
    const byte_buffer bytes = written(wanted, offsets);
    hearer sink{bytes};
    read_body(bytes, shapes, sink);
    CHECK(sink.heard == wanted);
}

TEST_CASE("log/body: the bytes are those of the table at the head of its file") {
    std::vector<std::uint32_t> offsets;
    // One mutation of one effect: version 1, shape 1, row 200, three bytes of payload.
    CHECK(written({1, {{1, 200, {}, {{{}, bytes_of({7, 8, 9})}}}}}, offsets) ==
          bytes_of({2, 2, 0xC8, 1, 6, 7, 8, 9}));
    CHECK(written({3, {}}, offsets) == bytes_of({7, 0}));
    const local_event first{{{1}, 2}, 3};
    const local_event second{{{4}, 5}, 6};
    CHECK(written({1, {{1, 9, {first, second}, {{{second}, {}}}}, {0, 8, {}, {}}}}, offsets) ==
          bytes_of({3, 2, 3, 9, 2, 1, 2, 3, 4, 5, 6, 1, 1, 4, 5, 6, 0, 8}));
}

TEST_CASE("log/body: a small write to one record takes 4 to 6 bytes and its payload") {
    // Of a schema of few shapes, with more records than two bytes number, and no dots.
    const byte_buffer payload(63);
    const auto size = [&](std::uint32_t row, std::size_t length) {
        const content small{1, {{63, row, {}, {{{}, {payload.data(), payload.data() + length}}}}}};
        std::vector<std::uint32_t> offsets;
        return written(small, offsets).size() - length;
    };
    CHECK(size(0, 0) == 4);
    CHECK(size(127, 63) == 4);
    CHECK(size(128, 63) == 5);
    CHECK(size(16384, 63) == 6);
    CHECK(size((1U << 21U) - 1, 63) == 6);
}

#if WEFT_TEST_DEATHS
TEST_CASE("log/body: a body that is longer than what it says is the log's own fault") {
    shape_table shapes;
    static_cast<void>(shapes.intern(1, weft::mutation_kind::erase, {}));
    const auto read = [&](std::initializer_list<unsigned> numbers) {
        const byte_buffer bytes = bytes_of(numbers);
        return weft::test::death_of([&] {
                   hearer sink{bytes};
                   read_body(bytes, shapes, sink);
               })
            .aborted;
    };
    CHECK_FALSE(read({2, 0, 5}));
    CHECK(read({2, 0, 5, 0}));
}
#endif

}  // namespace body_test
