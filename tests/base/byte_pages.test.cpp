#include <weft/base/byte_pages.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace byte_pages_test {

namespace {

constexpr std::size_t stretch_max = 600;
constexpr std::size_t next_max = 60;

struct stretch {
    std::size_t offset = 0;
    std::vector<std::byte> bytes;
};

bool reads_back(const weft::byte_pages& pages, const std::vector<stretch>& all) {
    for (const stretch& one : all) {
        for (std::size_t i = 0; i < one.bytes.size(); ++i) {
            if (pages.at(one.offset)[i] != one.bytes[i]) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

TEST_CASE("base/byte_pages: stretches read back, also after truncation") {
    weft::test::property("stretches", 60, [](std::vector<std::uint8_t> script) {
        const std::size_t once = script.size();
        for (std::size_t i = 0; i < 8 * once; ++i) {  // enough for several pages
            script.push_back(static_cast<std::uint8_t>(script[i] * 5U + i));
        }
        weft::byte_pages pages;
        std::vector<stretch> all;
        for (const std::uint8_t step : script) {
            const std::size_t count = 1 + step % next_max;
            pages.reserve(next_max, stretch_max);
            const weft::test::allocation_watch watch;
            if (all.empty() || all.back().bytes.size() + count > stretch_max || step % 16 == 0) {
                all.push_back({pages.start(stretch_max), {}});
            }
            std::fill_n(pages.tail(), count, std::byte{step});
            pages.append(count);
            const std::uint64_t calls = watch.calls();
            RC_ASSERT(calls <= 1U);  // ours, for the list of stretches
            all.back().bytes.insert(all.back().bytes.end(), count, std::byte{step});
            RC_ASSERT(pages.end() == all.back().offset + all.back().bytes.size());
            if (step == 255) {
                all.resize(all.size() - all.size() / 3);
                pages.truncate(all.back().offset + all.back().bytes.size());
            }
        }
        RC_ASSERT(reads_back(pages, all));
        const weft::byte_pages copy = pages;
        pages.truncate(0);
        RC_ASSERT(pages.end() == 0U);
        RC_ASSERT(reads_back(copy, all));
    });
}

TEST_CASE("base/byte_pages: what was reserved can't fail") {
    weft::byte_pages pages;
    std::size_t in_stretch = stretch_max;
    for (int i = 0; i < 3000; ++i) {
        weft::test::fail_each_allocation([&] { pages.reserve(next_max, stretch_max); }, [] {});
        const weft::test::allocation_limit none(0);
        if (in_stretch + next_max > stretch_max) {
            pages.start(stretch_max);
            in_stretch = 0;
        }
        std::fill_n(pages.tail(), next_max, std::byte{3});
        pages.append(next_max);
        in_stretch += next_max;
    }
    CHECK(pages.memory_bytes() >= 3000 * next_max);
    CHECK(pages.memory_bytes() <= 3000 * next_max + 4 * weft::byte_pages::page_size);
}

TEST_CASE("base/byte_pages: growing by a page asks for memory a few times only") {
    weft::byte_pages pages;
    const weft::test::allocation_watch watch;
    for (std::size_t i = 0; i < 20 * weft::byte_pages::page_size; ++i) {
        pages.reserve(10, 500);
        if (i % 400 == 0) {
            pages.start(500);
        }
        *pages.tail() = std::byte{1};
        pages.append(1);
    }
    CHECK(watch.calls() <= 21 * 5 + 20);
}

}  // namespace byte_pages_test
