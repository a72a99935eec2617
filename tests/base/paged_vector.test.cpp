#include <weft/base/paged_vector.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace paged_vector_test {

namespace {

using pages = weft::paged_vector<std::uint32_t, 16>;

std::vector<std::uint32_t> content(const pages& list) {
    std::vector<std::uint32_t> all;
    for (std::size_t i = 0; i < list.size(); ++i) {
        all.push_back(list[i]);
    }
    return all;
}

}  // namespace

TEST_CASE("base/paged_vector: it does what a vector does") {
    weft::test::property("appends and truncations", [](const std::vector<std::uint8_t>& script) {
        pages list;
        std::vector<std::uint32_t> model;
        for (const std::uint8_t step : script) {
            for (std::uint32_t i = 0; i < step % 32U; ++i) {
                list.push_back(step * 100U + i);
                model.push_back(step * 100U + i);
            }
            if (step >= 160 && !model.empty()) {
                model.resize(model.size() - step % model.size());
                list.truncate(model.size());
            }
            list.truncate(model.size() + step % 3U);  // nothing to forget
            RC_ASSERT(list.size() == model.size());
            RC_ASSERT(list.empty() == model.empty());
            RC_ASSERT(content(list) == model);
            if (!model.empty()) {
                RC_ASSERT(list.back() == model.back());
                list[model.size() / 2] = 7;
                model[model.size() / 2] = 7;
            }
        }
        const pages copy = list;
        pages moved = std::move(list);
        moved.push_back(1);
        RC_ASSERT(content(copy) == model);
        model.push_back(1);
        RC_ASSERT(content(moved) == model);
    });
}

TEST_CASE("base/paged_vector: it appends one of its own elements") {
    pages list;
    list.push_back(42);
    for (int i = 0; i < 100; ++i) {
        list.push_back(list[0]);
    }
    CHECK(content(list) == std::vector<std::uint32_t>(101, 42));
}

TEST_CASE("base/paged_vector: an append without memory changes nothing") {
    pages list;
    for (std::uint32_t i = 0; i < 100; ++i) {
        weft::test::fail_each_allocation([&] { list.push_back(i); },
                                         [&] { CHECK(list.size() == i); });
    }
    CHECK(list.size() == 100);
}

TEST_CASE("base/paged_vector: at most one page and the table are spare") {
    weft::paged_vector<std::uint64_t, 1024> list;
    CHECK(list.memory_bytes() == 0);
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        list.push_back(i);
        if (i > 2048) {
            REQUIRE(list.memory_bytes() <= (i + 1 + 1024) * 8 + 100 * 48);
        }
    }
}

}  // namespace paged_vector_test
