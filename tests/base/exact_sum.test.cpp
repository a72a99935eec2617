#include <weft/base/exact_sum.hpp>

#include "support/allocations.hpp"
#include "support/big_sum.hpp"
#include "support/hostile.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace exact_sum_test {

using weft::byte_buffer;
using weft::byte_reader;
using weft::byte_writer;
using weft::errc;
using weft::exact_sum;
using weft::test::big_integer;

namespace {

using limits = std::numeric_limits<double>;

/// Doubles of every size, mostly near each other so that sums carry and cancel.
double finite(weft::test::chance& random) {
    for (;;) {
        const double number = random.one_in(2)
                                  ? weft::test::hostile_double(random)
                                  : std::ldexp(static_cast<double>(random.below(16)) - 8.0,
                                               static_cast<int>(random.below(2040)) - 1070);
        if (std::isfinite(number)) {
            return number;
        }
    }
}

byte_buffer written(const exact_sum& sum) {
    byte_buffer bytes;
    byte_writer out(bytes);
    sum.write(out);
    return bytes;
}

byte_buffer bytes_of(std::initializer_list<unsigned> all) {
    byte_buffer bytes;
    for (const unsigned each : all) {
        bytes.push_back(static_cast<std::byte>(each));
    }
    return bytes;
}

errc refusal(const byte_buffer& bytes) {
    byte_reader in(bytes);
    const auto read = exact_sum::read(in);
    CHECK(in.offset() == (read ? bytes.size() : 0U));
    return read.error().code;
}

/// 2^2175 units, the one negative number without an opposite, less `above` times 2^2168.
byte_buffer farthest(unsigned top, bool below) {
    // place 271 - 134 = 137, zigzag 274
    const unsigned head = 2 * 274 + (below ? 1 : 0);
    return bytes_of({1, (head & 0x7FU) | 0x80U, head >> 7U, top});
}

}  // namespace

TEST_CASE("base/exact_sum: sums are exact, whatever their order, and rounded once") {
    weft::test::property(
        "base/exact_sum: as integers have it", 400, [](const std::vector<std::uint64_t>& words) {
            exact_sum sum;
            exact_sum parts[2];
            big_integer whole = 0;
            std::vector<double> terms;
            for (const std::uint64_t word : words) {
                weft::test::chance random(word);
                const bool back = !terms.empty() && random.one_in(3);
                const double term = back ? -terms[random.below(terms.size())] : finite(random);
                terms.push_back(term);
                sum += term;
                parts[random.below(2)] += term;
                whole += weft::test::units(term);
                const double shown = sum.value();
                RC_ASSERT(shown == weft::test::rounded(whole));
                RC_ASSERT(!(shown == 0 && std::signbit(shown)));
                RC_ASSERT(sum.zero() == (whole == 0));
            }
            exact_sum other;
            std::reverse(terms.begin(), terms.end());
            for (const double term : terms) {
                other += term;
            }
            RC_ASSERT(other == sum);
            RC_ASSERT(!(other < sum));
            exact_sum difference = parts[0];
            difference -= parts[1];
            RC_ASSERT((parts[0] < parts[1]) == (difference.value() < 0));
            parts[0] += parts[1];
            RC_ASSERT(parts[0] == sum);
            parts[0] -= sum;
            RC_ASSERT(parts[0] == exact_sum());
            const exact_sum& same = sum;
            sum -= same;
            RC_ASSERT(sum.zero());
        });
}

TEST_CASE("base/exact_sum: what is read is what was written, and there is one way to write it") {
    weft::test::property("base/exact_sum: bytes", 400, [](const std::vector<std::uint64_t>& words) {
        exact_sum sum;
        for (const std::uint64_t word : words) {
            weft::test::chance random(word);
            sum += finite(random);
        }
        byte_buffer bytes = written(sum);
        byte_reader in(bytes);
        const auto read = exact_sum::read(in);
        RC_ASSERT(read.has_value());
        RC_ASSERT(in.empty());
        RC_ASSERT(*read == sum);
        weft::test::chance random(words.size());
        bytes[random.below(bytes.size())] ^= static_cast<std::byte>(1 + random.below(255));
        byte_reader again(bytes);
        if (const auto other = exact_sum::read(again)) {
            byte_buffer back = written(*other);
            back.insert(back.end(), again.rest().begin(), again.rest().end());
            RC_ASSERT(back == bytes);
        } else {
            RC_ASSERT(again.offset() == 0U);
        }
    });
}

TEST_CASE("base/exact_sum: small numbers are short") {
    CHECK(written(exact_sum()) == bytes_of({0}));
    CHECK(written(exact_sum(1)) == bytes_of({1, 0, 4}));
    CHECK(written(exact_sum(-1)) == bytes_of({1, 1, 4}));
    CHECK(written(exact_sum(64)) == bytes_of({1, 4, 1}));
    CHECK(written(exact_sum(0.5)) == bytes_of({1, 0, 2}));
    CHECK(written(exact_sum(0.1)).size() == 9);
    CHECK(written(exact_sum(limits::denorm_min())) == bytes_of({1, 0x96, 0x04, 1}));
    CHECK(written(exact_sum(limits::max())).size() == 11);
}

TEST_CASE("base/exact_sum: bytes in another form are refused") {
    CHECK(refusal({}) == errc::truncated);
    CHECK(refusal(bytes_of({1})) == errc::truncated);
    CHECK(refusal(bytes_of({1, 0})) == errc::truncated);
    CHECK(refusal(bytes_of({0x80, 0})) == errc::not_shortest);
    CHECK(refusal(bytes_of({0x91, 2, 0})) == errc::out_of_range);  // 273 bytes
    CHECK(refusal(bytes_of({2, 0, 0, 1})) == errc::not_canonical);
    CHECK(refusal(bytes_of({2, 0, 1, 0})) == errc::not_canonical);
    CHECK(refusal(bytes_of({1, 0x9A, 0x04, 1})) == errc::out_of_range);  // place -1
    CHECK(refusal(bytes_of({2, 0xA4, 0x04, 1, 1})) == errc::out_of_range);
    CHECK(refusal(bytes_of({1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1})) ==
          errc::out_of_range);
    CHECK(refusal(farthest(0x7F, false)) == errc::none);
    CHECK(refusal(farthest(0x80, false)) == errc::out_of_range);
    CHECK(refusal(farthest(0x80, true)) == errc::none);
    CHECK(refusal(farthest(0x81, true)) == errc::out_of_range);
}

TEST_CASE("base/exact_sum: beyond 2^2175 units it wraps, in any order") {
    const auto read = [](const byte_buffer& bytes) {
        byte_reader in(bytes);
        return *exact_sum::read(in);
    };
    const exact_sum most = read(farthest(0x7F, false));
    const exact_sum least = read(farthest(0x80, true));
    const exact_sum step = read(farthest(0x01, false));
    CHECK(least < most);
    CHECK(least.value() == -limits::infinity());
    CHECK(most.value() == limits::infinity());
    exact_sum sum = most;
    sum += step;
    CHECK(sum == least);
    CHECK(written(sum) == farthest(0x80, true));
    sum -= step;
    CHECK(sum == most);
    exact_sum zero = least;
    zero += least;
    CHECK(zero.zero());
    exact_sum opposite;
    opposite -= least;
    CHECK(opposite == least);
}

TEST_CASE("base/exact_sum: it comes back from beyond the greatest double") {
    exact_sum sum(limits::max());
    sum += limits::max();
    CHECK(sum.value() == limits::infinity());
    sum += -limits::max();
    CHECK(sum.value() == limits::max());
    sum += std::ldexp(1.0, 969);  // a quarter of the last place
    CHECK(sum.value() == limits::max());
    sum += std::ldexp(1.0, 969);  // half: the even neighbour is infinity
    CHECK(sum.value() == limits::infinity());
    sum += -limits::denorm_min();
    CHECK(sum.value() == limits::max());
}

TEST_CASE("base/exact_sum: with room, adding allocates nothing; without memory, nothing changes") {
    const std::array<double, 5> terms = {limits::max(), -1.5, limits::denorm_min(), 1e200, -1e-200};
    exact_sum sum(3);
    exact_sum::window all;
    for (const double term : terms) {
        all.cover(exact_sum(term));
    }
    sum.make_room(all);
    {
        const weft::test::allocation_watch watch;
        for (int i = 0; i < 100; ++i) {
            for (const double term : terms) {
                sum += i % 3 == 0 ? -term : term;
            }
        }
        CHECK(watch.calls() == 0);
    }
    const exact_sum before(3);
    const exact_sum huge(limits::max());
    exact_sum target = before;
    CHECK(weft::test::fail_each_allocation([&] { target += huge; },
                                           [&] { CHECK(target == before); }) > 0);
    CHECK(target.value() == limits::max());
    target -= huge;
    CHECK(target == before);
}

}  // namespace exact_sum_test
