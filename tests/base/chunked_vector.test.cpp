#include <weft/base/chunked_vector.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace chunked_vector_test {

using strings = weft::chunked_vector<std::string>;

namespace {

std::string text(std::size_t n) {
    return "a text that no string holds in itself " + std::to_string(n);
}

bool agrees(const strings& list, const std::vector<std::string>& oracle) {
    bool all = list.size() == oracle.size() && list.empty() == oracle.empty();
    for (std::size_t i = 0; all && i < oracle.size(); ++i) {
        all = list[i] == oracle[i];
    }
    return all;
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

TEST_CASE("base/chunked_vector: agrees with std::vector, and no element ever moves") {
    weft::test::property("base/chunked_vector: oracle", 500,
                         [](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& script) {
                             strings list;
                             std::vector<std::string> oracle;
                             std::vector<const std::string*> places;
                             for (const auto& [which, word] : script) {
                                 if (which % 16U == 0) {
                                     list.clear();
                                     oracle.clear();
                                 } else if (which % 16U == 1) {
                                     for (std::size_t left = word % 20U;
                                          left > 0 && !oracle.empty(); --left) {
                                         list.pop_back();
                                         oracle.pop_back();
                                     }
                                 } else if (which % 16U == 2 && !oracle.empty()) {
                                     list[word % oracle.size()] = text(word);
                                     oracle[word % oracle.size()] = text(word);
                                 } else if (which % 16U == 3 && !oracle.empty()) {
                                     list.back() = text(word);
                                     oracle.back() = text(word);
                                 } else {
                                     for (std::size_t more = word % 20U; more > 0; --more) {
                                         places.resize(oracle.size());
                                         places.push_back(&list.emplace_back(text(more)));
                                         oracle.push_back(text(more));
                                     }
                                 }
                                 RC_ASSERT(agrees(list, oracle));
                                 for (std::size_t i = 0; i < oracle.size(); ++i) {
                                     RC_ASSERT(&list[i] == places[i]);
                                 }
                                 strings copy = list;
                                 RC_ASSERT(agrees(copy, oracle));
                                 copy.emplace_back("more");
                                 RC_ASSERT(agrees(list, oracle));
                             }
                             const strings moved = std::move(list);
                             RC_ASSERT(agrees(moved, oracle));
                         });
}

TEST_CASE("base/chunked_vector: an element is made where it stays, and never copied or moved") {
    struct counted {
        std::uint32_t number;
        std::uint32_t* copies;

        counted(std::uint32_t n, std::uint32_t* to) noexcept : number(n), copies(to) {}

        counted(const counted& other) noexcept : number(other.number), copies(other.copies) {
            ++*copies;
        }

        counted& operator=(const counted&) = delete;
        ~counted() = default;
    };

    std::uint32_t copies = 0;
    weft::chunked_vector<counted> list;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        CHECK(list.emplace_back(i, &copies).number == i);
    }
    CHECK(copies == 0);
    CHECK(list.size() == 1000);
    CHECK(list.back().number == 999);
}

TEST_CASE("base/chunked_vector: assignment replaces all, whichever is longer") {
    for (const std::size_t mine : {0U, 1U, 8U, 9U, 60U}) {
        for (const std::size_t theirs : {0U, 1U, 8U, 9U, 60U}) {
            CAPTURE(mine);
            CAPTURE(theirs);
            std::vector<std::string> oracle;
            for (std::size_t i = 0; i < theirs; ++i) {
                oracle.push_back(text(i));
            }
            strings from = made(theirs);
            strings to = made(mine);
            to = from;
            CHECK(agrees(to, oracle));
            CHECK(agrees(from, oracle));
            strings again = made(mine);
            again = std::move(from);
            CHECK(agrees(again, oracle));
            // What was moved from is empty, and as good as new.
            CHECK(from.empty());
            from.emplace_back("new");
            CHECK(from.size() == 1);
            CHECK(from[0] == "new");
            CHECK(from.back() == "new");
        }
    }
}

TEST_CASE("base/chunked_vector: elements may be such as can only be moved") {
    weft::chunked_vector<std::unique_ptr<std::size_t>> list;
    for (std::size_t i = 0; i < 50; ++i) {
        list.emplace_back(std::make_unique<std::size_t>(i));
    }
    list.pop_back();
    const auto moved = std::move(list);
    CHECK(moved.size() == 49);
    CHECK(*moved[48] == 48);
}

TEST_CASE("base/chunked_vector: memory is asked for at most twice what the elements need") {
    const weft::test::allocation_watch watch;
    weft::chunked_vector<std::uint64_t> list;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        list.emplace_back(i);
    }
    CHECK(watch.peak() < 2 * 10'000 * sizeof(std::uint64_t) + 4096);
    CHECK(watch.calls() < 32);
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

}  // namespace chunked_vector_test
