#include <weft/base/id.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <string>

namespace id_test {

namespace {

using weft::errc;
using weft::identifier_traits;
using weft::uuid;

template <class Id>
std::array<std::byte, identifier_traits<Id>::size> canonical(const Id& id) {
    std::array<std::byte, identifier_traits<Id>::size> bytes{};
    identifier_traits<Id>::write(id, bytes.data());
    return bytes;
}

/// The laws of identifier_traits for two values.
template <class Id>
void check_laws(Id a, Id b) {
    const auto left = canonical(a);
    const auto right = canonical(b);
    RC_ASSERT(identifier_traits<Id>::read(left.data()) == a);
    RC_ASSERT((a < b) == (std::memcmp(left.data(), right.data(), left.size()) < 0));
    RC_ASSERT((a == b) == (left == right));
}

/// An identifier with members instead of a specialisation.
struct short_id {
    static constexpr std::size_t byte_size = 1;
    std::uint8_t number = 0;

    constexpr void write(std::byte* to) const noexcept { *to = std::byte{number}; }

    static constexpr short_id read(const std::byte* from) noexcept {
        return {std::to_integer<std::uint8_t>(*from)};
    }

    friend constexpr auto operator<=>(const short_id&, const short_id&) noexcept = default;
};

enum class without_bytes : std::uint8_t { none };

static_assert(weft::identifier<uuid>);
static_assert(weft::identifier<std::uint8_t> && weft::identifier<std::uint64_t>);
static_assert(weft::identifier<short_id>);
static_assert(!weft::identifier<without_bytes>);
static_assert(!weft::identifier<std::string>);
static_assert(!weft::identifier<int>);
static_assert(std::is_same_v<weft::actor_id, uuid>);
static_assert(uuid::of(1, 2) < uuid::of(1, 3) && uuid::of(1, 3) < uuid::of(2, 0));
static_assert(uuid::parse("00000000-0000-0001-0000-000000000002").value() == uuid::of(1, 2));
static_assert(uuid() == uuid::of(0, 0));

constexpr std::uint64_t version_of(const uuid& id) {
    return std::to_integer<std::uint64_t>(id.bytes()[6] >> 4U);
}

constexpr std::uint64_t variant_of(const uuid& id) {
    return std::to_integer<std::uint64_t>(id.bytes()[8] >> 6U);
}

}  // namespace

TEST_CASE("base/id: canonical bytes of numbers are big-endian") {
    CHECK(canonical(std::uint32_t{0x01020304}) ==
          std::array{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}});
}

TEST_CASE("base/id: identifiers read back, and order as their bytes do") {
    weft::test::property("base/id: uint8", check_laws<std::uint8_t>);
    weft::test::property("base/id: uint16", check_laws<std::uint16_t>);
    weft::test::property("base/id: uint32", check_laws<std::uint32_t>);
    weft::test::property("base/id: uint64", check_laws<std::uint64_t>);
    weft::test::property("base/id: uuid",
                         [](std::uint64_t a, std::uint64_t b, std::uint64_t c, bool same) {
                             check_laws(uuid::of(a, b), uuid::of(same ? a : c, c));
                         });
    weft::test::property("base/id: members", [](std::uint8_t a, std::uint8_t b) {
        check_laws(short_id{a}, short_id{b});
    });
}

TEST_CASE("base/id: a uuid prints in lower case and parses in either") {
    const uuid id = uuid::of(0x0123456789abcdefU, 0xfedcba9876543210U);
    CHECK(id.to_string() == "01234567-89ab-cdef-fedc-ba9876543210");
    CHECK(uuid::parse("01234567-89ab-cdef-fedc-ba9876543210").value() == id);
    CHECK(uuid::parse("01234567-89AB-CDEF-FEDC-BA9876543210").value() == id);
    weft::test::property("base/id: round trip", [](std::uint64_t high, std::uint64_t low) {
        const uuid any = uuid::of(high, low);
        RC_ASSERT(uuid::parse(any.to_string()).value() == any);
        RC_ASSERT(uuid(any.bytes()) == any);
    });
}

TEST_CASE("base/id: what is no uuid is refused with its position") {
    const std::string good = uuid::of(0x1111111111111111U, 0x1111111111111111U).to_string();
    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK(uuid::parse(good.substr(0, size)).error().code == errc::truncated);
    }
    CHECK(uuid::parse(good + "0").error().code == errc::trailing_bytes);
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const char wrong : {'g', 'G', '/', ':', '@', '`', ' ', '-', '\0'}) {
            std::string bad = good;
            bad[at] = wrong;
            const auto parsed = uuid::parse(bad);
            if (good[at] == '-' && wrong == '-') {
                CHECK(parsed.has_value());
            } else {
                REQUIRE(!parsed.has_value());
                CHECK(parsed.error().code == errc::out_of_range);
                CHECK(parsed.error().offset <= at);
                CHECK(at - parsed.error().offset < 2);
            }
        }
    }
}

TEST_CASE("base/id: version 4 has its version, its variant and 122 bits of the source") {
    weft::test::property("base/id: version 4", [](std::uint64_t seed) {
        const uuid id = uuid::random(weft::splitmix64{seed});
        RC_ASSERT(version_of(id) == 4U);
        RC_ASSERT(variant_of(id) == 2U);
        weft::splitmix64 again{seed};
        RC_ASSERT(uuid::random(again) == id);
        RC_ASSERT(uuid::random(again) != id);
    });
    CHECK(uuid::random() != uuid::random());
    const auto ones = [] { return ~std::uint64_t{0}; };
    CHECK(uuid::random(ones).to_string() == "ffffffff-ffff-4fff-bfff-ffffffffffff");
    const auto zeros = [] { return std::uint64_t{0}; };
    CHECK(uuid::random(zeros).to_string() == "00000000-0000-4000-8000-000000000000");
}

TEST_CASE("base/id: version 7 sorts by time and has its version and variant") {
    weft::test::property("base/id: version 7",
                         [](std::uint64_t earlier, std::uint64_t later, std::uint64_t seed) {
                             earlier &= 0xFFFFFFFFFFFFU;
                             later &= 0xFFFFFFFFFFFFU;
                             RC_PRE(earlier < later);
                             weft::splitmix64 source{seed};
                             const uuid first = uuid::v7(earlier, source);
                             const uuid second = uuid::v7(later, source);
                             RC_ASSERT(first < second);
                             RC_ASSERT(version_of(first) == 7U);
                             RC_ASSERT(variant_of(first) == 2U);
                             RC_ASSERT(uuid::v7(earlier, source) != first);
                         });
    const auto ones = [] { return ~std::uint64_t{0}; };
    CHECK(uuid::v7(0x0123456789abU, ones).to_string() == "01234567-89ab-7fff-bfff-ffffffffffff");
    CHECK(uuid::v7((std::uint64_t{1} << 48U) | 5, ones) == uuid::v7(5, ones));
}

}  // namespace id_test
