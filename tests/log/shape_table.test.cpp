#include <weft/log/shape_table.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

namespace shape_table_test {

namespace {

using weft::effect_entry;
using weft::mutation_kind;
using weft::shape_table;

/// One of many shapes, named by a number: up to four fields of up to four kinds.
struct wanted_shape {
    std::uint32_t collection = 0;
    mutation_kind kind = mutation_kind::insert;
    std::vector<effect_entry> effects;

    explicit wanted_shape(std::uint32_t number)
        : collection(number % 3), kind(static_cast<mutation_kind>(number / 3 % 3)) {
        for (std::uint32_t rest = number / 9, tag = 1; rest != 0; rest /= 5, ++tag) {
            if (rest % 5 != 0) {
                effects.push_back({tag, rest % 5, {}, {}});
            }
        }
    }
};

}  // namespace

TEST_CASE("log/shape_table: equal shapes share a number, others never") {
    weft::test::property("as a map would", 100, [](const std::vector<std::uint16_t>& numbers) {
        shape_table table;
        std::map<std::uint16_t, std::uint32_t> known;
        for (const std::uint16_t number : numbers) {
            const wanted_shape shape(number);
            const std::uint32_t found = table.find(shape.collection, shape.kind, shape.effects);
            const auto at = known.find(number);
            const std::uint32_t expected = at == known.end() ? shape_table::none : at->second;
            RC_ASSERT(found == expected);
            const std::uint32_t given = table.intern(shape.collection, shape.kind, shape.effects);
            RC_ASSERT(given == (expected == shape_table::none ? table.size() - 1 : expected));
            known.emplace(number, given);
        }
        for (const auto& [number, given] : known) {
            const wanted_shape shape(number);
            RC_ASSERT(table[given].collection == shape.collection);
            RC_ASSERT(table[given].kind == shape.kind);
            const auto fields = table.fields(table[given]);
            RC_ASSERT(fields.size() == shape.effects.size());
            for (std::size_t i = 0; i != fields.size(); ++i) {
                RC_ASSERT(fields[i].tag == shape.effects[i].field);
                RC_ASSERT(fields[i].kind == shape.effects[i].kind);
            }
        }
    });
}

TEST_CASE("log/shape_table: the newest shapes can be forgotten and given out again") {
    shape_table table;
    for (std::uint32_t number = 0; number != 1000; ++number) {
        const wanted_shape shape(number);
        static_cast<void>(table.intern(shape.collection, shape.kind, shape.effects));
    }
    const std::uint32_t all = table.size();
    for (const std::uint32_t left : {all, all / 2, 1U, 0U}) {
        table.truncate(left);
        CHECK(table.size() == left);
        for (std::uint32_t number = 0; number != 1000; ++number) {
            const wanted_shape shape(number);
            const std::uint32_t found = table.find(shape.collection, shape.kind, shape.effects);
            CHECK((found == shape_table::none || found < left));
        }
    }
    const wanted_shape shape(777);
    CHECK(table.intern(shape.collection, shape.kind, shape.effects) == 0);
    CHECK(table.memory_bytes() > 0);
}

TEST_CASE("log/shape_table: a lack of memory changes nothing") {
    shape_table table;
    for (std::uint32_t number = 0; number != 60; ++number) {
        const wanted_shape shape(number * 37);
        const std::uint32_t before = table.size();
        static_cast<void>(weft::test::fail_each_allocation(
            [&] { static_cast<void>(table.intern(shape.collection, shape.kind, shape.effects)); },
            [&] {
                CHECK(table.size() == before);
                CHECK(table.find(shape.collection, shape.kind, shape.effects) == shape_table::none);
            }));
        CHECK(table.size() == before + 1);
    }
}

}  // namespace shape_table_test
