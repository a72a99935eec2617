#include <weft/causal/traits.hpp>
#include <weft/log/parking.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace parking_test {

namespace {

using parking = weft::parking<weft::default_traits>;
using entry = parking::entry;
using address = parking::address;
using dot = parking::dot_type;
using weft::parking_limits;

constexpr unsigned contents = 12;
constexpr unsigned dots = 6;

/// Ascending in n.
address content(unsigned n) {
    address made;
    made.bytes[0] = static_cast<std::byte>(n + 1);
    return made;
}

/// Ascending in n, by two actors.
dot named(unsigned n) {
    return {weft::actor_id::of(7, n / 3), n % 3 + 1};
}

/// What the model holds of an entry; all by number.
struct modelled {
    unsigned content = 0;
    unsigned dot = 0;
    std::uint64_t source = 0;
    std::size_t size = 0;
    std::set<unsigned> waits_for;
    std::set<unsigned> arrived;
    std::uint64_t due_ms = 0;
    std::uint64_t serial = 0;

    [[nodiscard]] std::uint64_t bytes() const {
        return size + waits_for.size() * sizeof(parking::wanted);
    }

    [[nodiscard]] bool waits(unsigned parent) const {
        return waits_for.count(parent) != 0 && arrived.count(parent) == 0;
    }

    [[nodiscard]] entry made() const {
        entry out;
        out.id = named(dot);
        out.content = parking_test::content(content);
        out.source = source;
        out.batch = weft::byte_buffer(size, static_cast<std::byte>(content));
        for (const unsigned parent : waits_for) {
            out.waits_for.emplace_back();
            out.waits_for.back().id = named(parent);
            out.waits_for.back().content = parking_test::content(100 + parent);
        }
        out.due_ms = due_ms;
        return out;
    }
};

using model = std::vector<modelled>;

/// Two operations under each dot; what it waits for is a set of bits.
modelled one(unsigned content, unsigned waits, unsigned source, std::size_t size = 20) {
    modelled made;
    made.content = content;
    made.dot = content / 2;
    made.source = source;
    made.size = size;
    made.due_ms = content % 4 * 100;
    for (unsigned n = 0; n < dots; ++n) {
        if ((waits >> n & 1U) != 0) {
            made.waits_for.insert(n);
        }
    }
    return made;
}

auto place_of(model& all, unsigned content) {
    return std::find_if(all.begin(), all.end(),
                        [&](const modelled& each) { return each.content == content; });
}

bool same(const entry& found, const modelled& wanted) {
    const entry made = wanted.made();
    bool equal = found.id == made.id && found.content == made.content &&
                 found.source == made.source && found.batch == made.batch &&
                 found.due_ms == made.due_ms && found.serial == wanted.serial &&
                 found.missing == wanted.waits_for.size() - wanted.arrived.size() &&
                 found.bytes() == wanted.bytes() && found.waits_for.size() == made.waits_for.size();
    if (equal) {
        auto parent = wanted.waits_for.begin();
        for (std::size_t i = 0; i < made.waits_for.size(); ++i, ++parent) {
            equal = equal && found.waits_for[i].id == made.waits_for[i].id &&
                    found.waits_for[i].content == made.waits_for[i].content &&
                    found.waits_for[i].arrived == (wanted.arrived.count(*parent) != 0) &&
                    parking::at_of(found, named(*parent)) == i;
        }
    }
    return equal;
}

std::set<address> set_of(const weft::lean_vector<address>& list) {
    std::set<address> all(list.begin(), list.end());
    RC_ASSERT(all.size() == list.size());
    return all;
}

bool fits(const model& all, const modelled& next, const parking_limits& limits) {
    std::uint64_t bytes = next.bytes();
    std::uint64_t from_source = next.bytes();
    std::size_t number = 1;
    std::size_t number_from_source = 1;
    for (const modelled& each : all) {
        bytes += each.bytes();
        ++number;
        if (each.source == next.source) {
            from_source += each.bytes();
            ++number_from_source;
        }
    }
    return bytes <= limits.bytes && from_source <= limits.bytes_per_source &&
           number <= limits.operations && number_from_source <= limits.operations_per_source;
}

/// Everything that can be asked.
void agree(const parking& parked, model all) {
    std::sort(all.begin(), all.end(),
              [](const modelled& a, const modelled& b) { return a.content < b.content; });
    std::uint64_t bytes = 0;
    std::set<std::uint64_t> times;
    for (const modelled& each : all) {
        bytes += each.bytes();
        if (each.waits_for.empty()) {
            times.insert(each.due_ms);
        }
    }
    RC_ASSERT(parked.empty() == all.empty());
    RC_ASSERT(parked.size() == all.size());
    RC_ASSERT(parked.bytes() == bytes);

    auto next = all.begin();
    parked.each([&](const entry& found) {
        RC_ASSERT(next != all.end());
        RC_ASSERT(same(found, *next));
        RC_ASSERT(parked.find(found.content) == &found);
        ++next;
    });
    RC_ASSERT(next == all.end());
    for (unsigned n = 0; n < contents; ++n) {
        const bool holds = place_of(all, n) != all.end();
        RC_ASSERT(parked.contains(content(n)) == holds);
        RC_ASSERT((parked.find(content(n)) != nullptr) == holds);
    }

    weft::lean_vector<dot> missing;
    for (unsigned n = 0; n < dots; ++n) {
        std::set<address> waiting;
        bool parks = false;
        for (const modelled& each : all) {
            parks = parks || each.dot == n;
            if (each.waits(n)) {
                waiting.insert(content(each.content));
            }
        }
        RC_ASSERT(parked.parks(named(n)) == parks);
        RC_ASSERT(set_of(parked.waiting_for(named(n))) == waiting);
        if (!waiting.empty() && !parks) {
            missing.push_back(named(n));
        }
    }
    RC_ASSERT(parked.missing() == missing);

    for (const std::uint64_t now : {0U, 99U, 100U, 200U, 299U, 300U}) {
        std::set<address> due;
        for (const modelled& each : all) {
            if (each.waits_for.empty() && each.due_ms <= now) {
                due.insert(content(each.content));
            }
        }
        RC_ASSERT(set_of(parked.due(now)) == due);
    }
    RC_ASSERT(parked.next_due() == (times.empty() ? std::nullopt : std::optional(*times.begin())));
}

/// One step of a script, out of three random numbers.
struct step {
    unsigned act;
    unsigned content;
    unsigned detail;
};

void insert_one(parking& parked, model& all, const step& now) {
    parking_limits tight;
    tight.operations_per_source = 4;
    tight.operations = 7;
    tight.bytes_per_source = 3 * sizeof(parking::wanted) + 100;
    tight.bytes = 8 * sizeof(parking::wanted) + 120;
    modelled made = one(now.content, now.detail % 64, now.detail % 3, now.detail % 41);
    const bool right = fits(all, made, tight);
    RC_ASSERT(parked.fits(made.made(), tight) == right);
    if (!right) {
        return;
    }
    const std::uint64_t serial = parked.next_serial();
    made.serial = serial;
    const bool held = place_of(all, now.content) != all.end();
    parked.insert(made.made());
    RC_ASSERT(parked.next_serial() == serial + (held ? 0 : 1));
    if (!held) {
        all.push_back(made);
    }
}

void move_parent(parking& parked, modelled& of, unsigned detail, bool arrives) {
    std::vector<unsigned> those;
    for (const unsigned parent : of.waits_for) {
        if (of.waits(parent) == arrives) {
            those.push_back(parent);
        }
    }
    if (those.empty()) {
        return;
    }
    const unsigned parent = those[detail % those.size()];
    const address at = content(of.content);
    const weft::test::allocation_watch watch;
    if (arrives) {
        const std::uint32_t missing = parked.arrive(at, named(parent));
        of.arrived.insert(parent);
        RC_ASSERT(missing == of.waits_for.size() - of.arrived.size());
    } else {
        parked.depart(at, named(parent));
        const std::uint64_t calls = watch.calls();  // RC_ASSERT allocates before it looks
        RC_ASSERT(calls == 0U);
        of.arrived.erase(parent);
    }
}

/// Takes some out, parks another, and undoes all of it.
void undo(parking& parked, const model& all, unsigned which) {
    std::vector<entry> out;
    model rest;
    for (const modelled& each : all) {
        if ((which >> each.content % 8 & 1U) != 0) {
            out.push_back(parked.take(content(each.content)));
            RC_ASSERT(same(out.back(), each));
        } else {
            rest.push_back(each);
        }
    }
    agree(parked, rest);
    const modelled another = one(contents, which % 64, 9);
    parked.insert(another.made());
    static_cast<void>(parked.take(content(contents)));
    agree(parked, rest);
    if ((which >> 8U) % 2 == 0) {
        std::reverse(out.begin(), out.end());  // in whichever order
    }
    const weft::test::allocation_watch watch;
    for (entry& back : out) {
        parked.put_back(std::move(back));
    }
    const std::uint64_t calls = watch.calls();  // RC_ASSERT allocates before it looks
    RC_ASSERT(calls == 0U);
}

}  // namespace

TEST_CASE("log/parking: it keeps its books as a plain list would") {
    weft::test::property("log/parking: oracle", 300,
                         [](const std::vector<std::pair<std::uint8_t, std::uint16_t>>& script) {
                             parking parked;
                             model all;
                             for (const auto& [word, detail] : script) {
                                 const step now{word % 8U, word / 8U % contents, detail};
                                 const auto held = place_of(all, now.content);
                                 if (now.act < 3) {
                                     insert_one(parked, all, now);
                                 } else if (now.act == 3) {
                                     undo(parked, all, now.detail);
                                 } else if (held == all.end()) {
                                     continue;
                                 } else if (now.act == 4) {
                                     RC_ASSERT(same(parked.take(content(now.content)), *held));
                                     all.erase(held);
                                 } else {
                                     move_parent(parked, *held, now.detail, now.act != 7);
                                 }
                                 agree(parked, all);
                             }
                         });
}

TEST_CASE("log/parking: an operation that is parked already stays as it is") {
    parking parked;
    modelled first = one(3, 0b101, 1);
    parked.insert(first.made());
    parked.arrive(content(3), named(0));
    first.arrived.insert(0);
    parked.insert(one(3, 0b10, 2, 50).made());
    CHECK(parked.size() == 1);
    CHECK(parked.next_serial() == 1);
    CHECK(same(*parked.find(content(3)), first));
}

TEST_CASE("log/parking: each bound refuses what goes past it, and only that") {
    parking parked;
    parked.insert(one(0, 0b1, 1).made());
    parked.insert(one(1, 0b1, 2).made());
    const entry next = one(2, 0b11, 1).made();
    parking_limits exact;
    exact.operations = 3;
    exact.operations_per_source = 2;
    exact.bytes = parked.bytes() + next.bytes();
    exact.bytes_per_source = parked.find(content(0))->bytes() + next.bytes();
    CHECK(parked.fits(next, exact));
    parking_limits less = exact;
    --less.operations;
    CHECK_FALSE(parked.fits(next, less));
    less = exact;
    --less.operations_per_source;
    CHECK_FALSE(parked.fits(next, less));
    less = exact;
    --less.bytes;
    CHECK_FALSE(parked.fits(next, less));
    less = exact;
    --less.bytes_per_source;
    CHECK_FALSE(parked.fits(next, less));
    // A source that has nothing parked has all of its own share left.
    CHECK(parked.fits(one(2, 0b11, 3).made(), [&] {
        parking_limits own = exact;
        own.operations_per_source = 1;
        own.bytes_per_source = next.bytes();
        return own;
    }()));
}

TEST_CASE("log/parking: a lack of memory leaves everything as it was") {
    parking parked;
    model all;
    for (unsigned n = 0; n < contents; ++n) {
        const std::uint64_t serial = parked.next_serial();
        modelled made = one(n * 5 % contents, n * 11 % 64, n);
        made.serial = serial;
        entry next = made.made();
        const int failures =
            weft::test::fail_each_allocation([&] { parked.insert(std::move(next)); },
                                             [&] {
                                                 agree(parked, all);
                                                 CHECK(parked.next_serial() == serial);
                                                 CHECK(next.batch.size() == made.size);
                                             });
        CHECK(failures >= 3);
        all.push_back(made);
        agree(parked, all);
    }
}

}  // namespace parking_test
