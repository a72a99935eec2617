#include <weft/base/value_codecs.hpp>
#include <weft/base/value_table.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

namespace value_table_test {

namespace {

struct number_beside {
    std::uint32_t number = 0;

    [[nodiscard]] bool present() const noexcept { return number % 4 != 0; }
};

template <class T>
using table = weft::value_table<T, number_beside>;

template <class T>
std::uint32_t put(table<T>& into, T value, std::uint32_t number) {
    const std::uint64_t hash = table<T>::hash_of(value);
    into.insert(std::move(value), hash);
    into[into.size() - 1].beside.number = number;
    return into.size() - 1;
}

std::string key_of(std::uint32_t n) {
    return "a key that no string holds in itself " + std::to_string(n);
}

bool agree(const table<std::string>& held, const std::map<std::string, std::uint32_t>& oracle) {
    bool same = held.size() == oracle.size();
    std::vector<std::string> present;
    for (const auto& [value, number] : oracle) {
        const std::uint32_t at = held.find(value);
        same = same && at != table<std::string>::none && held[at].value == value &&
               held[at].beside.number == number;
        if (number % 4 != 0) {
            present.push_back(value);
        }
    }
    const std::vector<std::string> iterated(held.begin(), held.end());
    return same && iterated.size() == present.size() && held.sorted() == present;
}

}  // namespace

TEST_CASE("base/value_table: agrees with std::map, small and large") {
    weft::test::property("base/value_table: oracle", 100,
                         [](const std::vector<std::pair<std::uint16_t, bool>>& script) {
                             table<std::string> held;
                             std::map<std::string, std::uint32_t> oracle;
                             for (const auto& [word, erases] : script) {
                                 const std::string value = key_of(word % 40U);
                                 const std::uint32_t at = held.find(value);
                                 RC_ASSERT((at == table<std::string>::none) ==
                                           (oracle.count(value) == 0));
                                 if (at == table<std::string>::none) {
                                     put(held, value, word);
                                     oracle[value] = word;
                                 } else if (erases) {
                                     held.erase(at);
                                     oracle.erase(value);
                                 }
                                 RC_ASSERT(agree(held, oracle));
                             }
                             table<std::string> copy = held;
                             RC_ASSERT(agree(copy, oracle));
                             const table<std::string> moved = std::move(copy);
                             RC_ASSERT(agree(moved, oracle));
                             RC_ASSERT(agree(held, oracle));
                             held = table<std::string>();
                             RC_ASSERT(agree(held, {}));
                             held = moved;
                             RC_ASSERT(agree(held, oracle));
                         });
}

TEST_CASE("base/value_table: equal encodings are equal values") {
    table<double> numbers;
    put(numbers, std::numeric_limits<double>::quiet_NaN(), 1);
    put(numbers, 0.0, 2);
    CHECK(numbers.find(-std::numeric_limits<double>::quiet_NaN()) == 0);
    CHECK(numbers.find(0.0) == 1);
    CHECK(numbers.find(-0.0) == table<double>::none);
    using optional = std::optional<int>;
    CHECK(table<optional>::hash_of(optional()) != table<optional>::hash_of(optional(0)));
    using nested = std::optional<optional>;
    CHECK(table<nested>::hash_of(nested()) != table<nested>::hash_of(nested(optional())));
    table<bool> bits;
    put(bits, true, 1);
    put(bits, false, 1);
    CHECK(bits.sorted() == std::vector<bool>{false, true});
}

TEST_CASE("base/value_table: a lack of memory changes nothing, and moves nothing away") {
    table<std::string> held;
    std::map<std::string, std::uint32_t> oracle;
    for (std::uint32_t n = 0; n < 40; ++n) {
        std::string value = key_of(n);
        const std::uint64_t hash = table<std::string>::hash_of(value);
        weft::test::fail_each_allocation([&] { held.insert(std::move(value), hash); },
                                         [&] {
                                             CHECK(agree(held, oracle));
                                             CHECK(value == key_of(n));
                                         });
        oracle[key_of(n)] = 0;
        CHECK(agree(held, oracle));
    }
    table<std::string> copy;
    weft::test::fail_each_allocation([&] { copy = held; }, [&] { CHECK(copy.size() == 0); });
    CHECK(agree(copy, oracle));
}

}  // namespace value_table_test
