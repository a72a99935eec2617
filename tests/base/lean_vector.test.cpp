#include <weft/base/lean_vector.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using weft::lean_vector;

namespace {

std::string made(std::uint16_t of, const std::string& /*like*/) {
    return std::string(of % 40U, 'x') + std::to_string(of);
}

std::uint16_t made(std::uint16_t of, std::uint16_t /*like*/) {
    return of;
}

template <class T>
void check_script(const std::vector<std::pair<std::uint8_t, std::uint16_t>>& script) {
    lean_vector<T> list;
    std::vector<T> oracle;
    for (const auto& [step, word] : script) {
        const T value = made(word, T{});
        const std::size_t at = oracle.empty() ? 0 : word % oracle.size();
        const auto place = static_cast<std::ptrdiff_t>(at);
        switch (step % 8U) {
        case 0:
            list.push_back(value);
            oracle.push_back(value);
            break;
        case 1:
            list.emplace_back(value);
            oracle.emplace_back(value);
            break;
        case 2:  // an element of its own, also when it has to grow
            if (!oracle.empty()) {
                list.push_back(list[at]);
                oracle.push_back(T(oracle[at]));
            }
            break;
        case 3:
            list.insert(list.begin() + at, value);
            oracle.insert(oracle.begin() + place, value);
            break;
        case 4:
            list.erase(list.begin() + at, list.end());
            oracle.erase(oracle.begin() + place, oracle.end());
            break;
        case 5:
            if (!oracle.empty()) {
                list.erase(list.begin() + at);
                oracle.erase(oracle.begin() + place);
            }
            break;
        case 6:
            list.resize(word % 32U, value);
            oracle.resize(word % 32U, value);
            break;
        default: {
            const lean_vector<T> copy = list;
            list.append(copy.begin(), copy.end());
            oracle.insert(oracle.end(), copy.begin(), copy.end());
            if (oracle.size() > 200) {
                list.clear();
                oracle.clear();
            }
        }
        }
        RC_ASSERT(list.size() == oracle.size());
        RC_ASSERT(std::equal(list.begin(), list.end(), oracle.begin()));
        if (!oracle.empty()) {
            RC_ASSERT(list.front() == oracle.front());
            RC_ASSERT(list.back() == oracle.back());
        }
    }
}

}  // namespace

TEST_CASE("base/lean_vector: agrees with std::vector") {
    using steps = std::vector<std::pair<std::uint8_t, std::uint16_t>>;
    weft::test::property("base/lean_vector: bytes", 200,
                         [](const steps& script) { check_script<std::uint16_t>(script); });
    weft::test::property("base/lean_vector: objects", 200,
                         [](const steps& script) { check_script<std::string>(script); });
}

TEST_CASE("base/lean_vector: a lack of memory changes nothing") {
    lean_vector<std::string> list;
    for (int i = 0; i < 20; ++i) {
        const lean_vector<std::string> before = list;
        const std::string value(30, 'y');
        weft::test::fail_each_allocation([&] { list.push_back(value); },
                                         [&] { CHECK(list == before); });
    }
    CHECK(list.size() == 20);
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
