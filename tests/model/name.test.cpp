#include <weft/model/name.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace name_test {

using weft::fixed_string;
using weft::name_tag;

namespace {

/// FNV-1a in the words of its authors, the prime spelled as the sum of its bits.
std::uint32_t fnv1a(std::string_view name) {
    std::uint64_t hash = 0x811C9DC5U;
    for (const char c : name) {
        hash ^= static_cast<std::uint8_t>(c);
        hash += (hash << 1U) + (hash << 4U) + (hash << 7U) + (hash << 8U) + (hash << 24U);
        hash &= 0xFFFFFFFFU;
    }
    return static_cast<std::uint32_t>(hash);
}

template <fixed_string Name>
struct named {
    static constexpr std::string_view text = Name.view();
};

}  // namespace

TEST_CASE("model/name: tags are the published values of FNV-1a") {
    CHECK(name_tag("") == 0x811C9DC5U);
    CHECK(name_tag("a") == 0xE40C292CU);
    CHECK(name_tag("b") == 0xE70C2DE5U);
    CHECK(name_tag("fo") == 0x6222E842U);
    CHECK(name_tag("foobar") == 0xBF9CF968U);
    static_assert(name_tag("foobar") == 0xBF9CF968U);
}

TEST_CASE("model/name: a tag is never 0, which the record itself has") {
    const std::string hashes_to_zero = "\xCC\x24\x31\xC4";
    REQUIRE(fnv1a(hashes_to_zero) == 0);
    CHECK(name_tag(hashes_to_zero) == 1);
    // Only the whole name's hash counts: what follows goes on from the hash, not from the tag.
    CHECK(name_tag(hashes_to_zero + "x") == fnv1a(hashes_to_zero + "x"));
}

TEST_CASE("model/name: every byte of a name counts, whatever char's sign") {
    weft::test::property("model/name: oracle", 1000, [](const std::string& name) {
        RC_ASSERT(name_tag(name) == (fnv1a(name) == 0 ? 1U : fnv1a(name)));
    });
    weft::test::property(
        "model/name: one other byte, another tag", 1000,
        [](const std::string& before, char one, char other, const std::string& after) {
            RC_PRE(one != other);
            // A step is a bijection of the hash; two names that end in the same way stay apart.
            RC_ASSERT(name_tag(before + one + after) != name_tag(before + other + after));
        });
}

TEST_CASE("model/name: a literal as a template argument is its text, without the final zero") {
    CHECK(named<"todos">::text == "todos");
    CHECK(named<"">::text.empty());
    CHECK(named<"a\0b">::text == std::string_view("a\0b", 3));
    CHECK(named<"\xC3\xBC">::text.size() == 2);
    static_assert(std::is_same_v<named<"todos">, named<"todos">>);
    static_assert(!std::is_same_v<named<"todos">, named<"todo">>);
    static_assert(fixed_string("todos") == fixed_string("todos"));
    static_assert(fixed_string("todos") != fixed_string("notes"));
}

}  // namespace name_test
