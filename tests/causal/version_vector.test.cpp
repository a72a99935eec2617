#include <weft/causal/version_vector.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"
#include "support/shuffle.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace version_vector_test {

namespace {

using weft::byte_buffer;
using weft::byte_reader;
using weft::byte_span;
using weft::byte_writer;
using weft::causal_order;
using weft::dot;
using weft::errc;
using weft::sequence;
using weft::uuid;

using actor = std::uint8_t;
using vector = weft::version_vector<actor>;

/// What a vector means: per actor a count. Few actors and small counts, so that vectors meet.
using model = std::map<actor, std::uint8_t>;

model small(const model& any) {
    model few;
    for (const auto& [id, count] : any) {
        few[id % 8] = count % 5;
    }
    return few;
}

vector vector_of(const model& counts) {
    vector held;
    for (const auto& [id, count] : counts) {
        held.set(id, count);
    }
    return held;
}

std::set<dot<actor>> dots_of(const model& counts) {
    std::set<dot<actor>> dots;
    for (const auto& [id, count] : counts) {
        for (sequence n = 1; n <= count; ++n) {
            dots.insert({id, n});
        }
    }
    return dots;
}

byte_buffer encoded(const vector& held) {
    byte_buffer out;
    byte_writer writer(out);
    held.encode(writer);
    return out;
}

bool at_most(const vector& a, const vector& b) {
    const causal_order order = compare(a, b);
    return order == causal_order::before || order == causal_order::equal;
}

vector joined(vector a, const vector& b) {
    a.join(b);
    return a;
}

}  // namespace

TEST_CASE("causal/version_vector: holds exactly the operations that its counts say") {
    weft::test::property("causal/version_vector: contains", [](const model& any) {
        const model counts = small(any);
        const vector held = vector_of(counts);
        const std::set<dot<actor>> dots = dots_of(counts);
        for (actor id = 0; id < 9; ++id) {
            for (sequence n = 0; n < 7; ++n) {
                RC_ASSERT(held.contains({id, n}) == dots.contains({id, n}));
            }
        }
    });
    CHECK(!vector{}.contains({0, 0}));
    CHECK(!vector_of({{1, 4}}).contains({1, 0}));
}

TEST_CASE("causal/version_vector: entries are sorted, and an actor of count 0 is none of them") {
    weft::test::property("causal/version_vector: entries", [](const model& any) {
        const vector held = vector_of(any);
        std::vector<weft::version_entry<actor>> expected;
        for (const auto& [id, count] : any) {
            if (count != 0) {
                expected.push_back({id, count});
            }
        }
        const auto entries = held.entries();
        RC_ASSERT(std::equal(entries.begin(), entries.end(), expected.begin(), expected.end()));
        RC_ASSERT(held.size() == expected.size());
        RC_ASSERT(held.empty() == expected.empty());
    });
}

TEST_CASE("causal/version_vector: setting to 0 removes the actor and keeps the others' meaning") {
    weft::test::property("causal/version_vector: removal", [](const model& any, actor retired) {
        model counts = any;
        vector held = vector_of(counts);
        held.set(retired, 0);
        counts.erase(retired);
        RC_ASSERT(held == vector_of(counts));
        held.set(retired, 0);
        RC_ASSERT(held == vector_of(counts));
        held.set(retired, 3);
        counts[retired] = 3;
        RC_ASSERT(held == vector_of(counts));
        held.clear();
        RC_ASSERT(held == vector{});
    });
}

TEST_CASE("causal/version_vector: advances over a contiguous prefix only") {
    weft::test::property("causal/version_vector: advance", [](const std::vector<std::pair<
                                                                  std::uint8_t, std::uint8_t>>&
                                                                  arrivals) {
        vector held;
        std::map<actor, sequence> oracle;
        for (const auto& arrival : arrivals) {
            const dot<actor> operation{static_cast<actor>(arrival.first % 3), arrival.second % 6U};
            const vector before = held;
            const bool next =
                operation.sequence != 0 && operation.sequence == oracle[operation.actor] + 1;
            RC_ASSERT(held.advance(operation) == next);
            if (next) {
                oracle[operation.actor] = operation.sequence;
            } else {
                RC_ASSERT(held == before);
            }
            RC_ASSERT(held.count(operation.actor) == oracle[operation.actor]);
        }
    });
    constexpr sequence last = std::numeric_limits<sequence>::max();
    vector full;
    full.set(1, last - 1);
    CHECK(full.advance({1, last}));
    CHECK(!full.advance({1, 0}));  // one more than the last would be 0
    CHECK(full.count(1) == last);
}

TEST_CASE("causal/version_vector: join is the least upper bound") {
    weft::test::property(
        "causal/version_vector: least upper bound", 300,
        [](const model& x, const model& y, const model& z) {
            const vector a = vector_of(small(x));
            const vector b = vector_of(small(y));
            const vector c = vector_of(small(z));
            const vector ab = joined(a, b);
            RC_ASSERT(at_most(a, ab));
            RC_ASSERT(at_most(b, ab));
            if (at_most(a, c) && at_most(b, c)) {
                RC_ASSERT(at_most(ab, c));
            }
            RC_ASSERT(at_most(ab, joined(ab, c)));  // an upper bound of both that is never rare
            RC_ASSERT(ab == joined(b, a));
            RC_ASSERT(joined(ab, c) == joined(a, joined(b, c)));
            RC_ASSERT(joined(a, a) == a);
            RC_ASSERT(joined(a, vector{}) == a);
            RC_ASSERT(joined(vector{}, a) == a);
            RC_ASSERT((ab == b) == at_most(a, b));
        });
    vector self = vector_of({{1, 2}, {3, 4}});
    self.join(self);
    CHECK(self == vector_of({{1, 2}, {3, 4}}));
}

TEST_CASE("causal/version_vector: join holds what either holds, and nothing else") {
    weft::test::property("causal/version_vector: union", [](const model& x, const model& y) {
        const model left = small(x);
        const model right = small(y);
        const vector both = joined(vector_of(left), vector_of(right));
        std::set<dot<actor>> dots = dots_of(left);
        dots.merge(dots_of(right));
        std::size_t held = 0;
        for (const auto& entry : both.entries()) {
            held += entry.count;
        }
        RC_ASSERT(held == dots.size());
        for (const dot<actor>& operation : dots) {
            RC_ASSERT(both.contains(operation));
        }
    });
}

TEST_CASE("causal/version_vector: exactly one of before, after, equal and concurrent") {
    weft::test::property(
        "causal/version_vector: order", 500, [](const model& x, const model& y, bool related) {
            const model left = small(x);
            const model right = small(y);
            const vector a = vector_of(left);
            const vector b = related ? joined(a, vector_of(right)) : vector_of(right);
            const std::set<dot<actor>> in_a = dots_of(left);
            bool a_has_more = false;
            for (const dot<actor>& operation : in_a) {
                a_has_more |= !b.contains(operation);
            }
            bool b_has_more = false;
            for (const auto& entry : b.entries()) {
                b_has_more |= entry.count > a.count(entry.actor);
            }
            RC_ASSERT(compare(a, b) == weft::causal_order_of(a_has_more, b_has_more));
            RC_ASSERT(compare(b, a) == weft::flipped(compare(a, b)));
            RC_ASSERT((compare(a, b) == causal_order::equal) == (a == b));
            RC_CLASSIFY(a_has_more && b_has_more, "concurrent");
            RC_CLASSIFY(a_has_more != b_has_more, "ordered");
        });
    CHECK(compare(vector_of({{1, 1}}), vector_of({{1, 2}})) == causal_order::before);
    CHECK(compare(vector_of({{1, 1}, {2, 1}}), vector_of({{1, 1}})) == causal_order::after);
    CHECK(compare(vector_of({{1, 1}}), vector_of({{2, 1}})) == causal_order::concurrent);
    CHECK(compare(vector{}, vector{}) == causal_order::equal);
}

TEST_CASE("causal/version_vector: at most is transitive") {
    weft::test::property("causal/version_vector: transitive", 300,
                         [](const model& x, const model& y, const model& z, bool chained) {
                             const vector a = vector_of(small(x));
                             const vector b =
                                 chained ? joined(a, vector_of(small(y))) : vector_of(small(y));
                             const vector c =
                                 chained ? joined(b, vector_of(small(z))) : vector_of(small(z));
                             if (at_most(a, b) && at_most(b, c)) {
                                 RC_ASSERT(at_most(a, c));
                             }
                             if (at_most(a, b) && at_most(b, a)) {
                                 RC_ASSERT(a == b);
                             }
                         });
}

TEST_CASE(
    "causal/version_vector: what is missing and what is there make the whole, nothing twice") {
    weft::test::property("causal/version_vector: missing", 300, [](const model& x, const model& y) {
        const model mine = small(x);
        const vector a = vector_of(mine);
        const vector b = vector_of(small(y));
        std::set<dot<actor>> sent;
        const auto ranges = missing(a, b);
        for (const auto& range : ranges) {
            RC_ASSERT(range.first <= range.last);
            RC_ASSERT(range.first >= 1U);
            for (sequence n = range.first; n <= range.last; ++n) {
                RC_ASSERT(a.contains({range.actor, n}));
                RC_ASSERT(!b.contains({range.actor, n}));
                RC_ASSERT(sent.insert({range.actor, n}).second);
            }
        }
        RC_ASSERT(std::is_sorted(ranges.begin(), ranges.end()));
        for (const dot<actor>& operation : dots_of(mine)) {
            RC_ASSERT(b.contains(operation) != sent.contains(operation));
        }
        vector after =
            b;  // a range starts where the receiver's prefix ends: all can be advanced over
        for (const dot<actor>& operation : sent) {
            RC_ASSERT(after.advance(operation));
        }
        RC_ASSERT(after == joined(a, b));
    });
    using range = weft::dot_range<actor>;
    CHECK(missing(vector_of({{1, 5}, {2, 2}, {4, 1}}), vector_of({{1, 3}, {2, 2}, {3, 9}})) ==
          std::vector<range>{{1, 4, 5}, {4, 1, 1}});
    vector full;
    full.set(1, std::numeric_limits<sequence>::max());
    CHECK(missing(full, vector{}) ==
          std::vector<range>{{1, 1, std::numeric_limits<sequence>::max()}});
}

TEST_CASE("causal/version_vector: bytes do not depend on the order of insertion") {
    weft::test::property(
        "causal/version_vector: canonical", [](const model& counts, std::uint64_t seed) {
            std::vector<std::pair<actor, std::uint8_t>> order(counts.begin(), counts.end());
            weft::test::shuffle(order, seed);
            vector slow;
            for (const auto& [id, count] : order) {
                slow.set(id, 1);  // passing through other states leaves no trace
                slow.set(id, count);
            }
            RC_ASSERT(slow == vector_of(counts));
            RC_ASSERT(encoded(slow) == encoded(vector_of(counts)));
        });
}

TEST_CASE("causal/version_vector: survives its bytes, leaves what follows, refuses every prefix") {
    weft::test::property("causal/version_vector: round trip", [](const model& counts) {
        const vector held = vector_of(counts);
        byte_buffer bytes = encoded(held);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            byte_reader in(byte_span(bytes).first(size));
            RC_ASSERT(!vector::decode(in).has_value());
            RC_ASSERT(in.offset() == 0U);
        }
        bytes.push_back(std::byte{0x55});
        byte_reader in(bytes);
        RC_ASSERT(vector::decode(in).value() == held);
        RC_ASSERT(in.remaining() == 1U);
    });
    const byte_buffer zero_count{std::byte{1}, std::byte{7}, std::byte{0}};
    byte_reader in(zero_count);
    CHECK(vector::decode(in).error() == weft::error{errc::out_of_range, 2});
}

TEST_CASE("causal/version_vector: known bytes with 16-byte actors") {
    weft::version_vector<uuid> held;
    held.set(uuid::of(2, 0), 300);
    held.set(uuid::of(1, 5), 1);
    byte_buffer bytes;
    byte_writer out(bytes);
    held.encode(out);
    const std::string expected("\x02"
                               "\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x05\x01"
                               "\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\xac\x02",
                               36);
    CHECK(weft::as_text(bytes) == expected);
    byte_reader in(bytes);
    CHECK(weft::version_vector<uuid>::decode(in).value() == held);
}

TEST_CASE("causal/version_vector: running out of memory changes nothing") {
    vector held = vector_of({{1, 1}, {3, 3}});
    const vector before = held;
    const vector other = vector_of({{1, 2}, {2, 2}, {4, 4}});
    const int joins = weft::test::fail_each_allocation([&] { held.join(other); },
                                                       [&] { REQUIRE(held == before); });
    CHECK(joins == 1);
    CHECK(held == vector_of({{1, 2}, {2, 2}, {3, 3}, {4, 4}}));

    // Eight entries fill what a copy allocates, so that the ninth needs more.
    vector tight = vector_of({{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 6}, {7, 7}, {8, 8}});
    const vector kept = tight;
    const int sets = weft::test::fail_each_allocation(
        [&] {
            vector copy = tight;
            copy.set(9, 1);
            tight = copy;
        },
        [&] { REQUIRE(tight == kept); });
    CHECK(sets >= 2);
}

TEST_CASE("causal/version_vector: joining what is known already allocates nothing") {
    vector held = vector_of({{1, 5}, {2, 5}, {3, 5}});
    const vector known = vector_of({{1, 7}, {3, 2}});
    const weft::test::allocation_watch watch;
    held.join(known);
    const bool advanced = held.advance({2, 6});
    const causal_order order = compare(known, held);
    const std::uint64_t calls = watch.calls();
    CHECK(calls == 0);
    CHECK(advanced);
    CHECK(order == causal_order::before);
    CHECK(held == vector_of({{1, 7}, {2, 6}, {3, 5}}));
}

}  // namespace version_vector_test
