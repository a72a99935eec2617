/// Batches that were written once and must decode for ever. The files in tests/data/wire are never
/// written over: with WEFT_WRITE_GOLDEN set this test writes those that are missing, and then
/// fails, so that nobody does it unawares. What a file must hold stands here, not in the file.
#include <weft/causal/traits.hpp>
#include <weft/wire/batch.hpp>

#include "support/history.hpp"
#include "support/raw_batch.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace golden_test {

namespace {

using traits = weft::default_traits;
using weft::byte_buffer;
using weft::test::history_options;

struct golden {
    const char* name;
    std::uint32_t operations;
    const char* digest;  ///< XXH3-128 of the operations' addresses, one after another
    byte_buffer (*make)();
};

byte_buffer built(const weft::test::history<traits>& made) {
    weft::batch_builder<traits> builder;
    for (const auto& one : made) {
        builder.add(one.op, one.address);
    }
    return builder.finish();
}

history_options sized(std::uint32_t operations, std::uint32_t actors) {
    history_options options;
    options.operations = operations;
    options.actors = actors;
    return options;
}

/// One actor who writes one field of one record after another: the shape of most batches.
byte_buffer plain_writes() {
    weft::test::history<traits> made(300);
    weft::splitmix64 random{1};
    for (std::uint32_t i = 0; i != made.size(); ++i) {
        auto& op = made[i].op;
        op.id = {weft::uuid::of(1, 1), i + 1};
        op.at = weft::timestamp::of(1700000000000 + i / 50, i % 50);
        op.schema_version = 1;
        if (i != 0) {
            op.parents.push_back({{op.id.actor, i}, made[i - 1].address});
        }
        for (std::uint64_t left = 5 + random() % 2; left != 0; --left) {
            op.payload.push_back(static_cast<std::byte>(random()));
        }
        op.effects.push_back({static_cast<std::uint32_t>(random() % 10),
                              257,
                              {},
                              {0, static_cast<std::uint32_t>(op.payload.size())}});
        op.mutations.push_back(
            {99, weft::mutation_kind::update, weft::uuid::of(2, random() % 20), {}, {0, 1}});
        made[i].address = address_of(op);
    }
    return built(made);
}

const golden goldens[] = {
    {"empty", 0, "99aa06d3014798d86001c324468d497f", [] { return built({}); }},
    {"sections", 4, "f8f170c050cb962c3f9e220430e6a2a5",
     [] { return weft::test::raw_batch{}.seal(); }},
    {"plain_writes", 300, "b920139f451f5df894bf83ebdd2c3ec6", plain_writes},
    {"history", 120, "32d1059972aadbd4783521fc5cee1277",
     [] { return built(weft::test::random_history<traits>(1, sized(120, 5))); }},
    {"many_actors", 90, "1b68cc9c483a22a813e44e60e4c11742",
     [] { return built(weft::test::random_history<traits>(2, sized(90, 60))); }},
    {"well_formed", 80, "0be98317c94927d583da94e822161f4f",
     [] { return built(weft::test::random_operations<traits>(3, sized(80, 6))); }},
    {"one", 1, "0a79f0a5e2f75f019b80e1a565d1bcc9",
     [] {
         const auto made = weft::test::random_history<traits>(4, sized(30, 3));
         return weft::encode_operation(made.back().op, made.back().address);
     }},
};

std::filesystem::path path_of(const golden& one) {
    return std::filesystem::path(WEFT_TEST_DATA) / "wire" / (std::string(one.name) + ".bin");
}

byte_buffer contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto bytes = weft::as_bytes(text);
    return byte_buffer(bytes.begin(), bytes.end());
}

}  // namespace

TEST_CASE("wire/golden: every file ever written decodes to the same operations") {
    for (const golden& one : goldens) {
        CAPTURE(std::string(one.name));
        const auto path = path_of(one);
        if (!std::filesystem::exists(path) && std::getenv("WEFT_WRITE_GOLDEN") != nullptr) {
            const byte_buffer bytes = one.make();
            std::filesystem::create_directories(path.parent_path());
            std::ofstream file(path, std::ios::binary);
            file << weft::as_text(bytes);
            FAIL_CHECK("written now; run again without WEFT_WRITE_GOLDEN");
            continue;
        }
        const byte_buffer bytes = contents(path);
        auto reader = weft::batch_reader<traits>::open(bytes);
        REQUIRE(reader.has_value());
        CHECK(reader->operations() == one.operations);
        std::map<weft::dot<weft::uuid>, weft::digest<16>> known;
        weft::xxh3_128 all;
        weft::batch_builder<traits> again;
        weft::operation<traits> op;
        while (reader->next(op)) {
            const weft::operation<traits> as_read = op;
            for (auto& parent : op.parents) {
                if (parent.address == weft::digest<16>{}) {
                    parent.address = known[parent.operation];
                }
            }
            const auto address = address_of(op);
            known[op.id] = address;
            all.update(address.bytes);
            again.add(as_read, reader->claimed().value_or(weft::digest<16>{}));
        }
        CHECK(all.finish().to_string() == one.digest);
        CHECK(again.finish() == bytes);
    }
}

TEST_CASE("wire/golden: no file lies there unchecked") {
    std::size_t files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(WEFT_TEST_DATA) / "wire")) {
        files += entry.path().extension() == ".bin" ? 1U : 0U;
    }
    CHECK(files == std::size(goldens));
}

}  // namespace golden_test
