#include <weft/causal/traits.hpp>
#include <weft/log/canonical.hpp>
#include <weft/wire/batch.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace format_test {

namespace {

using traits = weft::default_traits;
using weft::byte_buffer;
using weft::mutation_kind;
using weft::timestamp;
using weft::uuid;

/// The bytes of one example of the specification: two hexadecimal digits each, up to where the
/// comment begins, on the lines of the fenced block of this name.
byte_buffer example(const std::string& name) {
    std::ifstream file(std::string(WEFT_SOURCE_DIR) + "/include/weft/wire/FORMAT.md");
    REQUIRE(file.good());
    byte_buffer bytes;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.rfind("```", 0) == 0) {
            inside = line == "```" + name;
            continue;
        }
        for (std::size_t i = 0; inside && i + 1 < line.size() && i < 48 && line[i] != ' '; i += 3) {
            bytes.push_back(static_cast<std::byte>(std::stoi(line.substr(i, 2), nullptr, 16)));
        }
    }
    return bytes;
}

struct example_operations {
    weft::operation<traits> insert;
    weft::operation<traits> erase;
};

example_operations operations() {
    const uuid ada = uuid::of(0, 0x0ADA);
    const uuid bob = uuid::of(0, 0x0B0B);
    example_operations made;
    auto& insert = made.insert;
    insert.id = {ada, 1};
    insert.at = timestamp::of(1000);
    insert.schema_version = 1;
    insert.mutations.push_back({0x0D0D0D0D, mutation_kind::insert, uuid::of(7, 7), {}, {0, 2}});
    insert.effects.push_back({0x11111111, 257, {}, {0, 2}});
    insert.effects.push_back({0x22222222, 513, {}, {2, 1}});
    insert.payload = {std::byte{'H'}, std::byte{'i'}, std::byte{0}};
    auto& erase = made.erase;
    erase.id = {bob, 4};
    erase.at = timestamp::of(1000, 1);
    erase.schema_version = 1;
    weft::digest<16> previous;
    previous.bytes.fill(std::byte{0xB3});
    erase.parents = {{{ada, 1}, address_of(insert)}, {{bob, 3}, previous}};
    erase.mutations.push_back({0x0D0D0D0D, mutation_kind::erase, uuid::of(7, 7), {0, 1}, {2, 0}});
    erase.mutations.back().effects = {};
    erase.observed.push_back({{ada, 1}, 0});
    return made;
}

}  // namespace

TEST_CASE("wire/format: the specification's canonical example is what is hashed") {
    const auto made = operations();
    byte_buffer bytes;
    weft::append_canonical(made.erase, bytes);
    CHECK(bytes == example("canonical"));
    CHECK(bytes.size() == 153);
    CHECK(address_of(made.erase) == weft::xxh3_128::hash(bytes));
    CHECK(address_of(made.erase).to_string() == "c076c51a9e99fe0e51b4334cf4165002");
}

TEST_CASE("wire/format: the specification's batch is what is written and read") {
    const auto made = operations();
    weft::batch_builder<traits> builder;
    builder.add(made.insert, address_of(made.insert));
    builder.add(made.erase, address_of(made.erase));
    const byte_buffer bytes = builder.finish();
    CHECK(bytes == example("batch"));
    CHECK(bytes.size() == 182);

    auto reader = weft::batch_reader<traits>::open(bytes);
    REQUIRE(reader.has_value());
    weft::operation<traits> op;
    REQUIRE(reader->next(op));
    CHECK(op == made.insert);
    CHECK(reader->claimed() == address_of(made.insert));
    REQUIRE(reader->next(op));
    op.parents.front().address = address_of(made.insert);
    CHECK(address_of(op) == address_of(made.erase));
    CHECK(reader->claimed() == address_of(made.erase));
    CHECK_FALSE(reader->next(op));
}

}  // namespace format_test
