#include <weft/merge/state_machine.hpp>

#include "merge/register_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

namespace {

using weft::byte_buffer;
using weft::event;
using weft::state_machine;
using weft::timestamp;

enum class phase : std::int16_t { draft, review, done, dropped, lost = 300 };

struct workflow {
    static constexpr std::uint32_t number = 7;
    static constexpr phase initial = phase::draft;
    static constexpr weft::transition<phase> table[] = {
        {phase::draft, phase::review}, {phase::draft, phase::dropped},
        {phase::review, phase::draft}, {phase::review, phase::done},
        {phase::done, phase::done},    {phase::dropped, phase::lost}};
};

struct other_workflow : workflow {
    static constexpr std::uint32_t number = 8;
};

using machine = state_machine<phase, workflow>;
using step = machine::effect;

static_assert(machine::allows(phase::done, phase::done));
static_assert(!machine::allows(phase::draft, phase::draft));
static_assert(!machine::allows(phase::done, phase::draft));
static_assert((machine::wire_kind & 0xFFU) == 15);
static_assert(machine::wire_kind != state_machine<phase, other_workflow>::wire_kind);

constexpr std::array phases = {phase::draft, phase::review, phase::done, phase::dropped,
                               phase::lost};

step moved(phase from, phase to) {
    return {{from, to}, false, true};
}

step started(phase at) {
    return {{at, at}, true, true};
}

/// Four actors whose slots are not in the order of their ids.
struct many_actors {
    byte_buffer ids = byte_buffer(64, std::byte{0});

    many_actors() {
        for (std::size_t slot = 0; slot < 4; ++slot) {
            ids[16 * slot + 15] = static_cast<std::byte>(slot * 3 % 4 + 1);
        }
    }

    [[nodiscard]] event at(std::uint64_t time, std::uint32_t slot, weft::sequence sequence) const {
        return {{{{slot}, sequence}, 0}, timestamp{time}, {ids.data(), 16}};
    }
};

byte_buffer state_bytes(const machine& state, const many_actors& actors) {
    byte_buffer bytes;
    weft::byte_writer out(bytes);
    state.write_state(out, {actors.ids.data(), 16});
    return bytes;
}

/// A transition of any table, with what its writer had seen.
struct written_step {
    step what;
    event at;
    std::vector<bool> past;  ///< by number
};

/// The rule, from all of them: the live ones, the valid of those, the last.
phase judged(const std::vector<written_step>& all) {
    const written_step* best = nullptr;
    const auto valid = [](const written_step& of) {
        return of.what.starts || machine::allows(of.what.move.from, of.what.move.to);
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (std::any_of(all.begin(), all.end(), [&](const auto& other) { return other.past[i]; })) {
            continue;
        }
        const written_step& one = all[i];
        if (best == nullptr || (valid(one) && !valid(*best)) ||
            (valid(one) == valid(*best) &&
             weft::stamp::before(best->at.stamp(), one.at.stamp(), one.at.actors))) {
            best = &one;
        }
    }
    return best == nullptr ? workflow::initial
           : valid(*best)  ? best->what.move.to
                           : best->what.move.from;
}

/// Up to eight transitions of four writers, valid or not, by what each had seen.
std::vector<written_step> random_steps(weft::test::chance& random, const many_actors& actors) {
    std::vector<written_step> all(1 + random.below(8));
    for (std::size_t i = 0; i < all.size(); ++i) {
        written_step& one = all[i];
        const auto slot = static_cast<std::uint32_t>(random.below(4));
        std::uint64_t time = 0;
        weft::sequence sequence = 1;
        one.past.assign(all.size(), false);
        for (std::size_t j = 0; j < i; ++j) {
            const bool own = all[j].at.id.operation.slot.value == slot;
            sequence += own ? 1U : 0U;
            if (own || random.one_in(3)) {
                one.past[j] = true;
                for (std::size_t k = 0; k < j; ++k) {
                    one.past[k] = one.past[k] || all[j].past[k];
                }
            }
        }
        for (std::size_t j = 0; j < i; ++j) {
            time = one.past[j] ? std::max(time, all[j].at.at.bits) : time;
        }
        const phase to = phases[random.below(phases.size())];
        one.what = random.one_in(6) ? started(to) : moved(phases[random.below(phases.size())], to);
        one.at = actors.at(time + 1, slot, sequence);
    }
    return all;
}

}  // namespace

namespace weft::test {

namespace {

/// A move, or a start that an insert makes.
struct meant_move {
    std::optional<phase> from;
    phase to{};
    bool assigned = false;

    void settle() const { RC_ASSERT(assigned); }
};

}  // namespace

template <>
struct model<machine> {
    using meaning = meant_move;
    using visible = phase;
    static constexpr bool changes_are_exact = false;  // many at once are not compared
    static constexpr bool has_conflicts = true;

    static machine detached(chance& random) {
        return random.one_in(4) ? machine() : machine(phases[random.below(phases.size())]);
    }

    static meaning replacing(const machine& wanted, const visible& /*seen*/) {
        return {std::nullopt, wanted.value(), true};
    }

    static void edit(machine::editor& editor, chance& random, meaning& what, const visible& seen) {
        const phase next = phases[random.below(phases.size())];
        const bool starts = what.assigned && !what.from;
        const phase from = starts ? what.to : seen;
        RC_ASSERT(editor.value() == (what.assigned ? what.to : seen));
        RC_ASSERT(editor.can(next) == (next == from || machine::allows(from, next)));
        const bool accepted = editor.to(next);
        RC_ASSERT(accepted == (next == from || machine::allows(from, next)));
        if (starts) {
            what.to = accepted ? next : what.to;
        } else if (machine::allows(from, next)) {
            what = {from, next, true};
        } else if (next == from) {
            what = {};
        }
    }

    static visible read(const machine& state) {
        RC_ASSERT(state.conflicted() == (state.size() > 1));
        return state.value();
    }

    /// Honest writers only make valid ones: the last that no other saw.
    static visible expected(const history<meaning>& all) {
        history<meaning> last = maximal(all);
        std::sort(last.begin(), last.end(),
                  [](const auto* a, const auto* b) { return a->stamped_before(*b); });
        return last.empty() ? workflow::initial : last.back()->what.to;
    }

    /// One of a table that nobody has.
    static void lie(step& effect, chance& random) {
        effect = moved(phases[random.below(phases.size())], phases[random.below(phases.size())]);
    }
};

}  // namespace weft::test

namespace state_machine_test {

TEST_CASE("merge/state_machine: the laws hold") {
    weft::test::check_laws<machine>("merge/state_machine", 120);
}

TEST_CASE("merge/state_machine: any number of transitions, valid or not, are judged by the rule") {
    const many_actors actors;
    weft::test::property("in any causal order", 400, [&](std::uint64_t seed) {
        weft::test::chance random(seed);
        const std::vector<written_step> all = random_steps(random, actors);
        std::optional<byte_buffer> first;
        for (int order = 0; order < 3; ++order) {
            machine state;
            weft::null_report report;
            std::vector<bool> done(all.size(), false);
            for (std::size_t left = all.size(); left > 0;) {
                const std::size_t i = random.below(all.size());
                bool ready = !done[i];
                for (std::size_t j = 0; j < all.size(); ++j) {
                    ready = ready && (!all[i].past[j] || done[j]);
                }
                if (!ready) {
                    continue;
                }
                weft::observed_list dots;
                for (std::size_t j = 0; j < all.size(); ++j) {
                    if (all[i].past[j]) {
                        dots.push_back(all[j].at.id);
                    }
                }
                state.apply(step(all[i].what), dots, all[i].at, report);
                done[i] = true;
                --left;
            }
            RC_ASSERT(state.value() == judged(all));
            first = first ? first : state_bytes(state, actors);
            RC_ASSERT(state_bytes(state, actors) == *first);
        }
    });
}

TEST_CASE(
    "merge/state_machine: valid beats invalid, the later of two valid wins, else the base stays") {
    const many_actors actors;
    weft::test::recording_report report;
    machine state;
    CHECK(state == phase::draft);
    CHECK(state.apply(moved(phase::draft, phase::review), {}, actors.at(1, 0, 1), report));
    CHECK(report.decisions.empty());
    // A later one that no table has loses.
    CHECK_FALSE(state.apply(moved(phase::draft, phase::done), {}, actors.at(9, 1, 1), report));
    CHECK(state == phase::review);
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].why == weft::reason::valid_won);
    CHECK(report.decisions[0].winner == weft::local_dot{{0}, 1});
    // A later one that the table has wins.
    CHECK(state.apply(moved(phase::draft, phase::dropped), {}, actors.at(5, 2, 1), report));
    CHECK(state == phase::dropped);
    REQUIRE(report.decisions.size() == 3);
    CHECK(report.decisions[1].winner == weft::local_dot{{2}, 1});
    CHECK(report.decisions[2].winner == weft::local_dot{{2}, 1});
    CHECK(report.decisions[1].why != report.decisions[2].why);

    machine bad;
    report.decisions.clear();
    bad.apply(moved(phase::review, phase::lost), {}, actors.at(2, 0, 1), report);
    CHECK(bad == phase::review);  // alone it is judged, too
    bad.apply(moved(phase::draft, phase::lost), {}, actors.at(3, 1, 1), report);
    CHECK(bad == phase::draft);
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].why == weft::reason::none_valid);
    CHECK(bad.conflicted());
}

TEST_CASE("merge/state_machine: what the table lacks is refused where it is written") {
    machine held;
    step effect;
    machine::editor editor(held, effect);
    CHECK_FALSE(editor.to(phase::done));
    CHECK(effect.empty());
    CHECK(editor.to(phase::draft));  // to stay is no transition
    CHECK(effect.empty());
    CHECK(editor.can(phase::review));
    CHECK(editor.to(phase::review));
    CHECK(editor == phase::review);
    CHECK(effect == moved(phase::draft, phase::review));
    CHECK_FALSE(editor.to(phase::done));  // not from where the transaction began
    CHECK(effect == moved(phase::draft, phase::review));
    CHECK(editor.to(phase::dropped));
    CHECK(editor.to(phase::draft));
    CHECK(effect.empty());

    held.replace(machine(phase::dropped), effect);
    machine::editor inserted(held, effect);
    CHECK_FALSE(inserted.to(phase::done));
    CHECK(inserted.to(phase::lost));
    CHECK(effect == started(phase::lost));
    CHECK(machine(phase::done).can(phase::done));
}

TEST_CASE("merge/state_machine: to stay where an insert starts keeps the start") {
    const machine held;
    step effect;
    held.replace(machine(phase::dropped), effect);
    machine::editor editor(held, effect);
    CHECK(editor.to(phase::dropped));
    CHECK(effect == started(phase::dropped));
    CHECK_FALSE(editor.to(phase::draft));
    CHECK(effect == started(phase::dropped));
    CHECK(editor.to(phase::lost));
    CHECK(effect == started(phase::lost));
}

TEST_CASE("merge/state_machine: concurrent inserts are starts, and the later one wins") {
    const many_actors actors;
    weft::null_report report;
    machine state;
    CHECK(state.apply(started(phase::done), {}, actors.at(4, 1, 1), report));
    state.apply(started(phase::lost), {}, actors.at(3, 0, 1), report);
    CHECK(state == phase::done);
    CHECK(state.size() == 2);
}

TEST_CASE("merge/state_machine: the effect's bytes are for ever, and damage is refused") {
    const auto bytes_of = [](const step& effect) {
        byte_buffer bytes;
        weft::byte_writer out(bytes);
        machine::encode(effect, out);
        return bytes;
    };
    const auto raw = [](std::initializer_list<int> all) {
        byte_buffer bytes;
        for (const int each : all) {
            bytes.push_back(static_cast<std::byte>(each));
        }
        return bytes;
    };
    CHECK(bytes_of(moved(phase::done, phase::lost)) == raw({2, 2, 0x2C, 1}));
    CHECK(bytes_of(started(phase::review)) == raw({0, 1}));
    const auto refused = [](const byte_buffer& bytes) {
        weft::byte_reader in(bytes);
        return !machine::decode(in, 0).has_value() && in.offset() == 0;
    };
    CHECK(refused({}));
    CHECK(refused(raw({0x80, 0, 1})));
    CHECK(refused(raw({9, 1})));
    CHECK(refused(raw({0, 1, 2, 3})));
    CHECK(refused(raw({4, 1, 2, 3, 4})));
}

}  // namespace state_machine_test
