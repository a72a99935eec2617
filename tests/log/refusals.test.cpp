#include <weft/causal/traits.hpp>
#include <weft/log/refusals.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <tuple>
#include <vector>

namespace refusals_test {

namespace {

using refusals = weft::refusals<weft::default_traits>;
using address = refusals::address;
using weft::errc;

constexpr std::size_t most = refusals::remembered_max;

/// No two alike; in no order that the numbers have.
address content(std::size_t n) {
    address made;
    made.bytes[0] = static_cast<std::byte>(n * 37);
    for (std::size_t i = 1; i < 5; ++i) {
        made.bytes[i] = static_cast<std::byte>(n >> 8 * (i - 1));
    }
    return made;
}

/// One of three reasons, by number.
errc reason(std::size_t n) {
    constexpr errc all[] = {errc::sequence_gap, errc::unseen_dot, errc::equivocation};
    return all[n % 3];
}

}  // namespace

TEST_CASE("log/refusals: what was refused is known by its first reason") {
    refusals known;
    CHECK_FALSE(known.contains(content(1)));
    CHECK(known.why(content(1)) == errc::none);
    known.insert(content(1), errc::sequence_gap);
    known.insert(content(2), errc::unseen_dot);
    CHECK(known.contains(content(1)));
    CHECK(known.why(content(1)) == errc::sequence_gap);
    CHECK(known.why(content(2)) == errc::unseen_dot);
    known.insert(content(1), errc::equivocation);
    CHECK(known.why(content(1)) == errc::sequence_gap);
    CHECK_FALSE(known.contains(content(3)));
}

TEST_CASE("log/refusals: a report is true once, and is no refusal") {
    refusals known;
    CHECK(known.report(content(1)));
    CHECK_FALSE(known.report(content(1)));
    CHECK_FALSE(known.contains(content(1)));
    known.insert(content(1), errc::equivocation);
    known.insert(content(2), errc::equivocation);
    CHECK_FALSE(known.report(content(1)));
    CHECK(known.report(content(2)));
    CHECK(known.why(content(2)) == errc::equivocation);
}

TEST_CASE("log/refusals: the oldest are forgotten, several times round") {
    refusals known;
    const std::size_t last = 3 * most + most / 2;
    for (std::size_t n = 0; n < last; ++n) {
        known.insert(content(n), reason(n));
        // Refused again: it gets no younger.
        known.insert(content(n < most / 2 ? 0 : n - most / 2), errc::void_effect);
        const std::size_t oldest = n < most ? 0 : n - most + 1;
        if (known.why(content(oldest)) != reason(oldest) || known.why(content(n)) != reason(n) ||
            (oldest != 0 && known.contains(content(oldest - 1)))) {
            FAIL("after " << n);
        }
    }
    std::size_t wrong = 0;
    for (std::size_t n = 0; n < last; ++n) {
        wrong += known.why(content(n)) == (n < last - most ? errc::none : reason(n)) ? 0U : 1U;
    }
    CHECK(wrong == 0);
    known.insert(content(0), errc::unseen_dot);
    CHECK(known.why(content(0)) == errc::unseen_dot);
    CHECK_FALSE(known.contains(content(last - most)));
    CHECK(known.contains(content(last - most + 1)));
}

TEST_CASE("log/refusals: refusals and reports share one bound, oldest first") {
    weft::test::property(
        "log/refusals: as a queue would", 8,
        [](const std::vector<std::tuple<std::uint8_t, bool, std::uint16_t>>& script) {
            refusals known;
            std::deque<std::pair<std::size_t, bool>> queue;
            const auto held = [&](std::size_t n, bool reported) {
                return std::find(queue.begin(), queue.end(), std::pair(n, reported)) != queue.end();
            };
            const auto add = [&](std::size_t n, bool reports) {
                queue.emplace_back(n, reports);
                if (queue.size() > most) {
                    queue.pop_front();
                }
            };
            // Full but for a few, of numbers that the script does not use.
            std::size_t fresh = 1000;
            for (; fresh != 1000 + most - 8; ++fresh) {
                known.insert(content(fresh), reason(fresh));
                add(fresh, false);
            }
            for (const auto& [word, reports, many] : script) {
                const std::size_t n = word % 16U;
                const bool before = held(n, reports);
                if (reports) {
                    RC_ASSERT(known.report(content(n)) == !before);
                } else {
                    known.insert(content(n), reason(n));
                }
                if (!before) {
                    add(n, reports);
                }
                // Now and then nearly a whole round.
                for (std::size_t i = many % 8U == 0 ? most - 10 : 0; i != 0; --i, ++fresh) {
                    RC_ASSERT(known.report(content(fresh)));
                    add(fresh, true);
                }
                for (std::size_t each = 0; each < 16; ++each) {
                    RC_ASSERT(known.why(content(each)) ==
                              (held(each, false) ? reason(each) : errc::none));
                }
            }
        });
}

TEST_CASE("log/refusals: a lack of memory changes nothing") {
    refusals known;
    for (std::size_t n = 0; n < most + 2; ++n) {
        const std::size_t oldest = n < most ? 0 : n - most;
        std::size_t wrong = 0;
        const int failures = weft::test::fail_each_allocation(
            [&] { known.insert(content(n), reason(n)); },
            [&] {
                wrong += known.contains(content(n)) ? 1U : 0U;
                wrong += n != 0 && known.why(content(oldest)) != reason(oldest) ? 1U : 0U;
            });
        if (failures == 0 || wrong != 0) {
            FAIL("at " << n);
        }
    }
}

}  // namespace refusals_test
