#include <weft/base/random.hpp>
#include <weft/model/reference_web.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace reference_web_test {

using namespace weft;

namespace {

constexpr std::uint32_t collections = 2;
constexpr std::uint32_t rows = 7;
constexpr std::uint32_t stage = 2;  // stage 1 is somebody else's, who may hide anything

enum class life : std::uint8_t { unknown, there, dead };

struct edge_kind {
    std::uint32_t source;
    std::uint32_t target;
    on_delete action;
};

constexpr std::array<edge_kind, 6> kinds{{
    {0, 0, on_delete::cascade},
    {0, 1, on_delete::cascade},
    {1, 0, on_delete::cascade},
    {0, 1, on_delete::restrict},
    {1, 1, on_delete::restrict},
    {1, 0, on_delete::set_null},
}};

/// What the definition in the header speaks of, and the definition, spelled out.
struct plain_web {
    struct row {
        life state = life::unknown;
        bool passes_before = false;
        bool held = false;  ///< an earlier stage keeps it even if it is dead
        std::array<std::vector<std::uint32_t>, kinds.size()> targets;
    };

    std::array<std::array<row, rows>, collections> all{};

    using choice = std::array<std::array<bool, rows>, collections>;

    [[nodiscard]] bool in(std::uint32_t c, std::uint32_t r) const {
        const row& of = all[c][r];
        return of.passes_before && (of.state == life::there || (of.state == life::dead && of.held));
    }

    [[nodiscard]] choice greatest_out(const choice& kept) const {
        choice out{};
        for (std::uint32_t c = 0; c != collections; ++c) {
            for (std::uint32_t r = 0; r != rows; ++r) {
                out[c][r] = in(c, r) || kept[c][r];
            }
        }
        for (bool changed = true; changed;) {
            changed = false;
            each_edge(on_delete::cascade, [&](auto c, auto r, auto tc, auto t) {
                if (out[c][r] && all[tc][t].state != life::unknown && !out[tc][t]) {
                    out[c][r] = false;
                    changed = true;
                }
            });
        }
        return out;
    }

    [[nodiscard]] choice expected() const {
        choice kept{};
        while (true) {
            const choice out = greatest_out(kept);
            choice next = kept;
            each_edge(on_delete::restrict, [&](auto c, auto r, auto tc, auto t) {
                next[tc][t] = next[tc][t] || (out[c][r] && all[tc][t].state == life::dead);
            });
            if (next == kept) {
                return out;
            }
            kept = next;
        }
    }

    template <class Visit>
    void each_edge(on_delete action, const Visit& visit) const {
        for (std::size_t k = 0; k != kinds.size(); ++k) {
            for (std::uint32_t r = 0; kinds[k].action == action && r != rows; ++r) {
                for (const std::uint32_t t : all[kinds[k].source][r].targets[k]) {
                    visit(kinds[k].source, r, kinds[k].target, t);
                }
            }
        }
    }
};

byte_buffer id_of(std::uint32_t row) {
    return {std::byte{0xA0}, static_cast<std::byte>(row)};
}

/// The same, kept up to date by the code under test.
struct kept_web {
    stage_marks marks;
    std::array<reference_links, kinds.size()> links;

    kept_web() {
        for (std::size_t k = 0; k != kinds.size(); ++k) {
            links[k].source = kinds[k].source;
            links[k].target = kinds[k].target;
            links[k].action = kinds[k].action;
        }
    }

    void edit(const plain_web& to, row_name name) {
        const auto& row = to.all[name.collection][name.row];
        marks.edit(name, row.state == life::there);
        marks.set(name, 1, to.in(name.collection, name.row));
        for (std::size_t k = 0; k != kinds.size(); ++k) {
            if (links[k].target == name.collection) {
                const std::uint32_t group = links[k].groups.find(id_of(name.row));
                if (group != key_groups::none) {
                    links[k].resolve(group, name.row);
                }
            }
            if (links[k].source == name.collection) {
                rewire(k, name, row.targets[k]);
            }
        }
    }

    void rewire(std::size_t k, row_name name, const std::vector<std::uint32_t>& targets) {
        byte_buffer ids;
        for (const std::uint32_t target : targets) {
            const byte_buffer id = id_of(target);
            ids.insert(ids.end(), id.begin(), id.end());
        }
        std::vector<row_name> before;
        links[k].each_target(name.row, [&](row_name target) { before.push_back(target); });
        if (!links[k].groups.assign(name.row, ids, targets.size())) {
            return;
        }
        for (const row_name target : before) {
            marks.ask(target).rewired = stage;
        }
        marks.ask(name).rewired = stage;
        for (std::size_t i = 0; i != targets.size(); ++i) {
            const row_name target{links[k].target, targets[i]};
            if (marks.known(target) || target.row % 2 == 0) {  // the log may be ahead of the state
                links[k].resolve(links[k].groups.links(name.row)[i].group, target.row);
            }
        }
    }

    void judge() {
        std::array<const reference_links*, kinds.size()> all{};
        for (std::size_t k = 0; k != kinds.size(); ++k) {
            all[k] = &links[k];
        }
        reference_web(marks, {all.data(), all.size()}, stage).judge();
        marks.settle();
    }
};

void scribble(plain_web& on, row_name name, splitmix64& random) {
    auto& row = on.all[name.collection][name.row];
    const std::uint64_t dice = random() % 8;
    if (row.state == life::unknown || dice < 2) {
        row.state = random() % 3 == 0 ? life::dead : life::there;
    }
    row.passes_before = random() % 5 != 0;
    row.held = random() % 4 == 0;
    for (std::size_t k = 0; k != kinds.size() && dice > 3; ++k) {
        if (kinds[k].source != name.collection || random() % 2 == 0) {
            continue;
        }
        row.targets[k].clear();
        for (std::uint32_t target = 0; target != rows; ++target) {
            if (random() % 6 == 0) {
                row.targets[k].push_back(target);
            }
        }
    }
}

}  // namespace

TEST_CASE("model/reference_web: what is kept along the way is what the definition says") {
    test::property("after every batch of edits", 150, [](std::uint64_t seed) {
        splitmix64 random{seed};
        plain_web plain;
        kept_web kept;
        for (int batch = 0; batch < 40; ++batch) {
            const std::uint64_t edits = 1 + random() % 3;
            for (std::uint64_t i = 0; i != edits; ++i) {
                const row_name name{static_cast<std::uint32_t>(random() % collections),
                                    static_cast<std::uint32_t>(random() % rows)};
                scribble(plain, name, random);
                kept.edit(plain, name);
            }
            kept.judge();
            const auto expected = plain.expected();
            for (std::uint32_t c = 0; c != collections; ++c) {
                for (std::uint32_t r = 0; r != rows; ++r) {
                    RC_ASSERT(kept.marks.passed({c, r}, stage) == expected[c][r]);
                }
            }
        }
    });
}

namespace {

/// Row r of collection 0 or 1, there or dead.
void place(plain_web& plain, kept_web& kept, row_name name, life state) {
    auto& row = plain.all[name.collection][name.row];
    row.state = state;
    row.passes_before = true;
    kept.edit(plain, name);
}

void refer(
    plain_web& plain, kept_web& kept, std::size_t kind, std::uint32_t from, std::uint32_t to) {
    const row_name name{kinds[kind].source, from};
    plain.all[name.collection][name.row].targets[kind] = {to};
    kept.edit(plain, name);
}

}  // namespace

TEST_CASE("model/reference_web: records that cascade in a circle stand and fall together") {
    plain_web plain;
    kept_web kept;
    for (const std::uint32_t row : {0U, 1U, 2U}) {
        place(plain, kept, {0, row}, life::there);
    }
    refer(plain, kept, 0, 0, 1);
    refer(plain, kept, 0, 1, 0);
    refer(plain, kept, 0, 2, 1);
    kept.judge();
    CHECK(kept.marks.passed({0, 0}, stage));
    CHECK(kept.marks.passed({0, 2}, stage));
    place(plain, kept, {0, 0}, life::dead);
    kept.judge();
    CHECK_FALSE(kept.marks.passed({0, 1}, stage));
    CHECK_FALSE(kept.marks.passed({0, 2}, stage));
    place(plain, kept, {0, 0}, life::there);
    kept.judge();
    CHECK(kept.marks.passed({0, 1}, stage));
    CHECK(kept.marks.passed({0, 2}, stage));
}

TEST_CASE("model/reference_web: dead records that restrict each other in a circle both go") {
    plain_web plain;
    kept_web kept;
    place(plain, kept, {1, 0}, life::there);
    place(plain, kept, {1, 1}, life::dead);
    place(plain, kept, {1, 2}, life::dead);
    refer(plain, kept, 4, 0, 1);
    refer(plain, kept, 4, 1, 2);
    refer(plain, kept, 4, 2, 1);
    kept.judge();
    CHECK(kept.marks.passed({1, 1}, stage));
    CHECK(kept.marks.passed({1, 2}, stage));
    refer(plain, kept, 4, 0, 0);  // nobody alive refers to them any more
    kept.judge();
    CHECK_FALSE(kept.marks.passed({1, 1}, stage));
    CHECK_FALSE(kept.marks.passed({1, 2}, stage));
}

TEST_CASE("model/reference_web: what a cascade hides restricts nothing") {
    plain_web plain;
    kept_web kept;
    place(plain, kept, {0, 0}, life::there);
    place(plain, kept, {0, 1}, life::dead);
    place(plain, kept, {1, 0}, life::dead);
    refer(plain, kept, 3, 0, 0);
    kept.judge();
    CHECK(kept.marks.passed({1, 0}, stage));
    refer(plain, kept, 0, 0, 1);
    kept.judge();
    CHECK_FALSE(kept.marks.passed({0, 0}, stage));
    CHECK_FALSE(kept.marks.passed({1, 0}, stage));
}

}  // namespace reference_web_test
