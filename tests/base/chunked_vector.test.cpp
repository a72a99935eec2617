#include <weft/base/chunked_vector.hpp>

#include "support/allocations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using strings = weft::chunked_vector<std::string>;

namespace {

std::string text(std::size_t n) {
    return "a text that no string holds in itself " + std::to_string(n);
}

bool holds_first(const strings& held, std::size_t count) {
    bool same = held.size() == count && held.empty() == (count == 0);
    for (std::size_t i = 0; same && i < count; ++i) {
        same = held[i] == text(i);
    }
    return same;
}

strings made(std::size_t count) {
    strings all;
    for (std::size_t i = 0; i < count; ++i) {
        all.emplace_back(text(i));
    }
    return all;
}

}  // namespace

TEST_CASE("base/chunked_vector: elements stay where they are while it grows") {
    strings all;
    std::vector<const std::string*> places;
    for (std::size_t i = 0; i < 1000; ++i) {
        places.push_back(&all.emplace_back(text(i)));
        CHECK(places.back() == &all.back());
    }
    CHECK(holds_first(all, 1000));
    const strings moved = std::move(all);
    for (std::size_t i = 0; i < 1000; ++i) {
        CHECK(&moved[i] == places[i]);
    }
}

TEST_CASE("base/chunked_vector: shrinks from the end, and can be used again") {
    strings all = made(100);
    for (std::size_t left = 100; left > 20; --left) {
        all.pop_back();
    }
    CHECK(holds_first(all, 20));
    all.clear();
    CHECK(all.empty());
    {
        const weft::test::allocation_watch watch;
        for (std::size_t i = 0; i < strings::first_chunk; ++i) {
            all.emplace_back();
        }
        CHECK(watch.calls() == 0);
    }
    all.clear();
    for (std::size_t i = 0; i < 50; ++i) {
        all.emplace_back(text(i));
    }
    CHECK(holds_first(all, 50));
}

TEST_CASE("base/chunked_vector: copies and moves like a value") {
    const strings all = made(40);
    strings copy = all;
    CHECK(holds_first(copy, 40));
    copy.emplace_back(text(40));
    CHECK(holds_first(all, 40));
    strings other = made(3);
    other = copy;
    CHECK(holds_first(other, 41));
    other = std::move(copy);
    CHECK(holds_first(other, 41));
    other = strings();
    CHECK(other.empty());
}

TEST_CASE("base/chunked_vector: a lack of memory changes nothing") {
    strings all;
    for (std::size_t i = 0; i < 30; ++i) {
        const std::string next = text(i);
        weft::test::fail_each_allocation([&] { all.emplace_back(next); },
                                         [&] { CHECK(holds_first(all, i)); });
    }
    strings copy = made(2);
    const int failures =
        weft::test::fail_each_allocation([&] { copy = all; }, [&] { CHECK(holds_first(copy, 2)); });
    CHECK(failures > 30);
    CHECK(holds_first(copy, 30));
}
