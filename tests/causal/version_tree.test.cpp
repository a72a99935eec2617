#include <weft/base/random.hpp>
#include <weft/causal/version_tree.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace version_tree_test {

namespace {

using weft::actor_slot;
using weft::local_dot;
using weft::sequence;
using weft::version_tree;
using version = version_tree::version;
using versions = weft::lean_vector<version>;
using dots = weft::lean_vector<local_dot>;
using model = std::map<std::uint32_t, sequence>;

/// Slots of all magnitudes, most of them small.
std::uint32_t any_slot(weft::splitmix64& random) {
    const std::uint64_t bits = random() % 3 != 0 ? 6 : random() % 4 != 0 ? 12 : 32;
    return static_cast<std::uint32_t>(random() & ((1ULL << bits) - 1)) & 0xFFFFFFFEU;
}

struct made_version {
    version tree;
    model counts;
};

/// Makes versions from earlier ones and new counts.
std::vector<made_version> make_some(version_tree& tree, const std::vector<std::uint32_t>& script) {
    std::vector<made_version> all;
    for (const std::uint32_t step : script) {
        weft::splitmix64 random{step};
        versions joined;
        dots added;
        made_version one;
        for (std::uint64_t n = random() % 4; n != 0 && !all.empty(); --n) {
            const made_version& part = all[random() % all.size()];
            joined.push_back(part.tree);
            for (const auto& [slot, count] : part.counts) {
                one.counts[slot] = std::max(one.counts[slot], count);
            }
        }
        for (std::uint64_t n = random() % 5; n != 0; --n) {
            const local_dot d{{any_slot(random)}, 1 + static_cast<sequence>(random() % 100)};
            added.push_back(d);
            sequence& count = one.counts[d.slot.value];
            count = std::max(count, d.sequence);
        }
        one.tree = tree.make(joined, added);
        all.push_back(one);
    }
    return all;
}

void check(const version_tree& tree, const made_version& one) {
    for (const auto& [slot, count] : one.counts) {
        RC_ASSERT(tree.get(one.tree, {slot}) == count);
        RC_ASSERT(tree.get(one.tree, {slot ^ 1U}) == 0U);  // only even ones are set
    }
    RC_ASSERT(tree.get(one.tree, {0xFFFFFFFFU}) == 0U);
}

/// The cut of a version whose slots are small.
weft::cut folded(const version_tree& tree, version v) {
    weft::cut into(4096, 0);
    tree.fold(v, version{}, into);
    return into;
}

}  // namespace

TEST_CASE("causal/version_tree: a version has the greatest count of each slot") {
    weft::test::property("joins", [](const std::vector<std::uint32_t>& script) {
        version_tree tree;
        const auto all = make_some(tree, script);
        RC_ASSERT(tree.versions() == all.size());
        for (const made_version& one : all) {
            check(tree, one);
        }
    });
}

TEST_CASE("causal/version_tree: a fold raises a cut to the version, with and without marks") {
    weft::test::property("folds", [](const std::vector<std::uint32_t>& script) {
        version_tree tree;
        versions joined;
        weft::cut expected(4096, 0);
        weft::bit_list seen;
        weft::cut with_marks(4096, 0);
        for (const std::uint32_t step : script) {
            weft::splitmix64 random{step};
            versions parts;
            dots added;
            if (!joined.empty()) {
                parts.push_back(joined[random() % joined.size()]);
            }
            for (std::uint64_t n = random() % 4; n != 0; --n) {
                added.push_back({{static_cast<std::uint32_t>(random() % 4096)},
                                 1 + static_cast<sequence>(random() % 50)});
            }
            joined.push_back(tree.make(parts, added));
            const weft::cut one = folded(tree, joined.back());
            for (std::uint32_t slot = 0; slot < one.size(); ++slot) {
                RC_ASSERT(one[slot] == tree.get(joined.back(), {slot}));
                expected[slot] = std::max(expected[slot], one[slot]);
            }
        }
        seen.grow(tree.size());
        weft::cut one_by_one(4096, 0);
        version known;
        for (const version v : joined) {
            tree.fold(v, with_marks, seen);
            tree.fold(v, known, one_by_one);
            known = v;
        }
        RC_ASSERT(one_by_one == expected);
        RC_ASSERT(with_marks == expected);
    });
}

TEST_CASE("causal/version_tree: what adds nothing shares everything") {
    version_tree tree;
    versions none;
    dots many;
    for (std::uint32_t slot = 0; slot < 1000; ++slot) {
        many.push_back({{slot}, slot + 1});
    }
    const version all = tree.make(none, many);
    const std::uint32_t size = tree.size();
    CHECK(size <= 1 + 125 + 16 + 2 + 1);
    versions parts{all};
    dots known{{{7}, 3}, {{999}, 1000}};
    CHECK(tree.make(parts, known) == all);
    CHECK(tree.size() == size);
    dots one{{{999}, 1001}};
    const version later = tree.make(parts, one);
    CHECK(tree.size() == size + 4);  // its path
    versions both{later, all, version{}};
    dots nothing;
    CHECK(tree.make(both, nothing) == later);
    CHECK(tree.make(none, nothing) == version{});
    CHECK(tree.size() == size + 4);
}

TEST_CASE("causal/version_tree: two that came to the same by different ways meet in the older") {
    version_tree tree;
    versions none;
    dots a{{{1}, 1}, {{100}, 2}};
    dots other{{{1}, 7}};
    dots b{{{100}, 2}, {{1}, 1}};
    const version first = tree.make(none, a);
    static_cast<void>(tree.make(none, other));
    const version second = tree.make(none, b);
    CHECK(first != second);
    CHECK(tree.make(none, b) == second);  // one after the other they share
    versions both{second, first};
    dots nothing;
    CHECK(tree.make(both, nothing) == first);
}

TEST_CASE("causal/version_tree: truncating forgets the newest versions and their nodes only") {
    weft::test::property("truncate", [](const std::vector<std::uint32_t>& script) {
        version_tree tree;
        auto all = make_some(tree, script);
        const std::size_t kept = all.size() / 2;
        tree.truncate(kept);
        all.resize(kept);
        version_tree fresh;
        make_some(fresh, {script.begin(), script.begin() + static_cast<std::ptrdiff_t>(kept)});
        RC_ASSERT(tree.size() == fresh.size());
        RC_ASSERT(tree.versions() == kept);
        for (const made_version& one : all) {
            check(tree, one);
        }
        make_some(tree, script);
        for (const made_version& one : all) {
            check(tree, one);
        }
    });
}

TEST_CASE("causal/version_tree: a make without memory is taken back by truncate") {
    version_tree tree;
    std::vector<std::uint32_t> script;
    for (std::uint32_t i = 0; i < 200; ++i) {
        script.push_back(i);
    }
    const auto all = make_some(tree, script);
    const std::uint32_t size = tree.size();
    versions parts;
    dots added;
    for (const made_version& one : all) {
        parts.push_back(one.tree);
    }
    for (std::uint32_t slot = 0; slot < 20'000; slot += 2) {
        added.push_back({{slot}, 1000});
    }
    version made;
    const int failures = weft::test::fail_each_allocation([&] { made = tree.make(parts, added); },
                                                          [&] {
                                                              tree.truncate(all.size());
                                                              CHECK(tree.size() == size);
                                                          });
    CHECK(failures > 0);
    CHECK(tree.get(made, {19'998}) == 1000);
    for (const made_version& one : all) {
        check(tree, one);
    }
}

TEST_CASE("causal/version_tree: a version survives as bits") {
    version_tree tree;
    versions none;
    dots far{{{0xFFFFFFFEU}, 9}};
    const version v = tree.make(none, far);
    CHECK(v.bits() < version::bits_max);
    CHECK(version::of_bits(v.bits()) == v);
    CHECK(tree.get(v, {0xFFFFFFFEU}) == 9);
    CHECK(tree.get(v, {0}) == 0);
    CHECK(tree.work() > 0);
    CHECK(tree.memory_bytes() > 0);
}

}  // namespace version_tree_test
