#include <weft/base/lean_vector.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lean_vector_test {

using weft::lean_sort;
using weft::lean_vector;

namespace {

using steps = std::vector<std::pair<std::uint8_t, std::uint16_t>>;

template <class T>
T made(std::uint16_t of) {
    if constexpr (std::is_same_v<T, std::string>) {
        return std::string(of % 40U, 'x') + std::to_string(of);
    } else {
        return of;
    }
}

template <class T>
bool same(const lean_vector<T>& list, const std::vector<T>& oracle) {
    return list.size() == oracle.size() && list.empty() == oracle.empty() &&
           list.capacity() >= list.size() &&
           std::equal(list.begin(), list.end(), oracle.begin(), oracle.end());
}

/// One step for both, on elements that can be copied.
template <class T>
void step(lean_vector<T>& list, std::vector<T>& oracle, std::uint8_t which, std::uint16_t word) {
    const T value = made<T>(word);
    const std::size_t at = oracle.empty() ? 0 : word % oracle.size();
    const std::size_t to = at + word / 7U % (oracle.size() - at + 1);
    const auto place = oracle.begin() + static_cast<std::ptrdiff_t>(at);
    switch (which % 14U) {
    case 0:
        list.push_back(value);
        oracle.push_back(value);
        return;
    case 1: {
        const T& added = list.emplace_back(value);
        RC_ASSERT(&added == &list.back());
        oracle.emplace_back(value);
        return;
    }
    case 2: {
        const T* const added = list.insert(list.begin() + at, value);
        RC_ASSERT(added == list.begin() + at);
        oracle.insert(place, value);
        return;
    }
    case 3: {
        const T* const next = list.erase(list.begin() + at, list.begin() + to);
        RC_ASSERT(next == list.begin() + at);
        oracle.erase(place, oracle.begin() + static_cast<std::ptrdiff_t>(to));
        return;
    }
    case 4:
        list.resize(word % 32U, value);
        oracle.resize(word % 32U, value);
        return;
    case 5:
        list.resize(word % 32U);
        oracle.resize(word % 32U);
        return;
    case 6: {
        const std::vector<T> more(word % 9U, value);
        list.append(more.data(), more.data() + more.size());
        oracle.insert(oracle.end(), more.begin(), more.end());
        return;
    }
    case 7: {
        const lean_vector<T> other(word % 20U, value);
        oracle.assign(other.begin(), other.end());
        list = other;
        RC_ASSERT(list == other);
        return;
    }
    case 8: {
        const std::vector<T> other(word % 20U, value);
        oracle = other;
        list.assign(other.data(), other.data() + other.size());
        return;
    }
    case 9:
        list.reserve(word % 64U);
        RC_ASSERT(list.capacity() >= word % 64U);
        return;
    default:
        break;
    }
    if (oracle.empty()) {
        list.clear();
        return;
    }
    switch (which % 14U) {
    case 10:
        list.pop_back();
        oracle.pop_back();
        return;
    case 11:
        list.erase(list.begin() + at);
        oracle.erase(place);
        return;
    case 12:
        list[at] = value;
        oracle[at] = value;
        return;
    default:
        list.clear();
        oracle.clear();
    }
}

template <class T>
void check_script(const steps& script) {
    lean_vector<T> list;
    std::vector<T> oracle;
    for (const auto& [which, word] : script) {
        step(list, oracle, which, word);
        RC_ASSERT(same(list, oracle));
        const lean_vector<T>& read = list;
        for (std::size_t i = 0; i < oracle.size(); ++i) {
            RC_ASSERT(read[i] == oracle[i]);
        }
        lean_vector<T> copy = list;
        RC_ASSERT(copy == list);
        lean_vector<T> moved = std::move(copy);
        RC_ASSERT(copy.empty());
        RC_ASSERT(same(moved, oracle));
        copy = std::move(moved);
        RC_ASSERT(same(copy, oracle));
        if (!oracle.empty()) {
            RC_ASSERT(read.front() == oracle.front());
            RC_ASSERT(read.back() == oracle.back());
            copy.pop_back();
            RC_ASSERT(!(copy == list));
            copy.swap(moved);
            RC_ASSERT(moved.size() + 1 == oracle.size());
        }
    }
}

/// Pushes each element once more at each size, so that some pushes have to grow.
template <class T>
void check_own_elements(std::size_t sizes) {
    for (std::size_t size = 1; size <= sizes; ++size) {
        std::vector<T> oracle;
        for (std::size_t i = 0; i < size; ++i) {
            oracle.push_back(made<T>(static_cast<std::uint16_t>(i * 1237)));
        }
        for (std::size_t at = 0; at < size; ++at) {
            const lean_vector<T> list(oracle.data(), oracle.data() + size);
            const T& wanted = oracle[at];
            lean_vector<T> pushed = list;
            pushed.push_back(pushed[at]);
            CHECK(pushed.back() == wanted);
            CHECK(pushed[at] == wanted);
            lean_vector<T> emplaced = list;
            emplaced.emplace_back(emplaced[at]);
            CHECK(emplaced == pushed);
            lean_vector<T> inserted = list;
            inserted.insert(inserted.begin(), inserted[at]);
            CHECK(inserted.front() == wanted);
            CHECK(inserted[at + 1] == wanted);
            lean_vector<T> moved = list;
            moved.push_back(std::move(moved[at]));
            CHECK(moved.back() == wanted);
        }
    }
}

bool ascending(const int& a, const int& b) {
    return a < b;
}

}  // namespace

TEST_CASE("base/lean_vector: agrees with std::vector") {
    weft::test::property("base/lean_vector: elements that are copied as bytes", 500,
                         [](const steps& script) { check_script<std::uint16_t>(script); });
    weft::test::property("base/lean_vector: elements that are not", 500,
                         [](const steps& script) { check_script<std::string>(script); });
}

TEST_CASE("base/lean_vector: agrees with std::vector on elements that can only be moved") {
    using element = std::unique_ptr<int>;
    weft::test::property("base/lean_vector: elements that can only be moved", 500,
                         [](const steps& script) {
                             lean_vector<element> list;
                             std::vector<int> oracle;
                             for (const auto& [which, word] : script) {
                                 const std::size_t at = oracle.empty() ? 0 : word % oracle.size();
                                 if (which % 5U == 0 && !oracle.empty()) {
                                     list.erase(list.begin() + at);
                                     oracle.erase(oracle.begin() + static_cast<std::ptrdiff_t>(at));
                                 } else if (which % 5U == 1 && !oracle.empty()) {
                                     list.push_back(std::move(list[at]));
                                     list[at] = std::make_unique<int>(word);
                                     oracle.push_back(oracle[at]);
                                     oracle[at] = word;
                                 } else if (which % 5U == 2) {
                                     list.push_back(std::make_unique<int>(word));
                                     oracle.push_back(word);
                                 } else {
                                     list.emplace_back(std::make_unique<int>(word));
                                     oracle.push_back(word);
                                 }
                                 RC_ASSERT(list.size() == oracle.size());
                                 for (std::size_t i = 0; i < oracle.size(); ++i) {
                                     RC_ASSERT(*list[i] == oracle[i]);
                                 }
                             }
                             const lean_vector<element> moved = std::move(list);
                             RC_ASSERT(list.empty());
                             RC_ASSERT(moved.size() == oracle.size());
                         });
}

TEST_CASE("base/lean_vector: an element of its own can be added, also when it has to grow") {
    check_own_elements<std::uint16_t>(40);
    check_own_elements<std::string>(40);
}

TEST_CASE("base/lean_vector: what is reserved is there without another allocation") {
    lean_vector<int> list;
    list.reserve(100);
    const int* const place = list.data();
    {
        const weft::test::allocation_watch watch;
        for (int i = 0; i < 100; ++i) {
            list.push_back(i);
        }
        CHECK(watch.calls() == 0);
    }
    CHECK(list.data() == place);
    for (int i = 0; i < 1000; ++i) {
        list.reserve_one();
        const weft::test::allocation_watch watch;
        list.push_back(i);
        CHECK(watch.calls() == 0);
    }
    const weft::test::allocation_watch watch;
    for (int i = 0; i < 100'000; ++i) {
        list.push_back(i);
    }
    CHECK(watch.calls() < 10);
}

TEST_CASE("base/lean_vector: growth that lacks memory changes nothing") {
    using strings = lean_vector<std::string>;
    const std::string text(40, 'y');
    const std::vector<std::string> three(3, text);
    strings list;
    int failures = 0;
    const auto check = [&](auto&& grow) {
        const strings before = list;
        failures +=
            weft::test::fail_each_allocation([&] { grow(); }, [&] { CHECK(list == before); });
    };
    for (int round = 0; round < 4; ++round) {
        CAPTURE(round);
        check([&] { list.push_back(text); });
        check([&] { list.emplace_back(text); });
        check([&] { list.insert(list.begin(), text); });
        check([&] { list.reserve(list.size() + 5); });
        check([&] { list.append(three.data(), three.data() + three.size()); });
        check([&] { list.resize(list.size() + 5, text); });
        strings copy(2, text);
        failures += weft::test::fail_each_allocation([&] { copy = list; },
                                                     [&] { CHECK(copy == strings(2, text)); });
        CHECK(copy == list);
    }
    CHECK(list.size() == 4 * 11);
    CHECK(failures > 4 * 11);
}

TEST_CASE("base/lean_vector: more than memory has addresses for is no memory") {
    lean_vector<std::uint64_t> list(3, 7);
    CHECK_THROWS_AS(list.reserve(~std::size_t{0} / 4), std::bad_alloc);
    CHECK(list == lean_vector<std::uint64_t>{7, 7, 7});
}

TEST_CASE("base/lean_vector: lean_sort sorts as std::sort does") {
    weft::test::property("base/lean_vector: sort numbers", 500, [](std::vector<std::uint8_t> list) {
        std::vector<std::uint8_t> sorted = list;
        std::sort(sorted.begin(), sorted.end());
        lean_sort(list.data(), list.data() + list.size());
        RC_ASSERT(list == sorted);
    });
    weft::test::property("base/lean_vector: sort texts, descending", 500,
                         [](const std::vector<std::uint8_t>& numbers) {
                             std::vector<std::string> list;
                             for (const std::uint8_t number : numbers) {
                                 list.push_back(made<std::string>(number));
                             }
                             std::vector<std::string> sorted = list;
                             std::sort(sorted.begin(), sorted.end(), std::greater<>{});
                             lean_sort(list.data(), list.data() + list.size(), std::greater<>{});
                             RC_ASSERT(list == sorted);
                         });
    weft::test::property("base/lean_vector: sort what can only be moved", 200,
                         [](std::vector<std::uint8_t> numbers) {
                             std::vector<std::unique_ptr<int>> list;
                             for (const std::uint8_t number : numbers) {
                                 list.push_back(std::make_unique<int>(number));
                             }
                             lean_sort(list.data(), list.data() + list.size(),
                                       [](const auto& a, const auto& b) { return *a < *b; });
                             std::sort(numbers.begin(), numbers.end());
                             for (std::size_t i = 0; i < numbers.size(); ++i) {
                                 RC_ASSERT(*list[i] == numbers[i]);
                             }
                         });
}

TEST_CASE("base/lean_vector: lean_sort compares n log n times, whatever the order") {
    for (const int size : {15, 16, 17, 1000, 4096}) {
        const auto check = [&](auto&& value) {
            std::vector<int> list;
            for (int i = 0; i < size; ++i) {
                list.push_back(value(i));
            }
            std::size_t compared = 0;
            lean_sort(list.data(), list.data() + size, [&](const int& a, const int& b) {
                ++compared;
                return ascending(a, b);
            });
            CHECK(std::is_sorted(list.begin(), list.end()));
            const auto n = static_cast<std::size_t>(size);
            CHECK(compared <= 2 * n * static_cast<std::size_t>(std::bit_width(n)));
        };
        CAPTURE(size);
        check([](int i) { return i; });
        check([](int i) { return -i; });
        check([](int) { return 7; });
        check([](int i) { return i % 2; });
        check([&](int i) { return i < size / 2 ? i : size - i; });
    }
}

TEST_CASE("base/lean_vector: lean_partition finds where a property ends") {
    lean_vector<int> list;
    for (int size = 0; size < 20; ++size) {
        for (int bound = -1; bound <= size; ++bound) {
            const int* const at = weft::lean_partition(list.begin(), list.end(),
                                                       [&](int each) { return each < bound; });
            CHECK(at - list.begin() == std::max(bound, 0));
        }
        list.push_back(size);
    }
}

}  // namespace lean_vector_test
