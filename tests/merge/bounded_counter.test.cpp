#include <weft/merge/bounded_counter.hpp>

#include "merge/laws.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

using weft::bounded_counter;
using weft::byte_buffer;
using weft::byte_reader;
using weft::byte_writer;
using weft::errc;
using weft::event;
using weft::null_report;
using weft::observed_list;
using weft::timestamp;
using weft::uuid;

namespace weft::test {

/// The oracle keeps batches of rights: who granted them to whom, in which event. A taker takes from
/// the oldest of its batches that it sees, its own before others'; a restart removes the batches
/// that it sees. What is left of all of them is the value.
template <std::int64_t Min>
struct model<bounded_counter<Min>> {
    struct refusal {
        std::uint64_t amount = 0;
        std::uint64_t granted = 0;  ///< and taken, so far in this event
        std::uint64_t taken = 0;
    };

    struct meaning {
        bool restarts = false;
        std::uint64_t granted = 0;
        std::uint64_t taken = 0;
        std::map<std::size_t, std::uint64_t> handed_on;  ///< to which actor
        std::vector<refusal> refused;

        void settle() const {}
    };

    using visible = std::int64_t;
    static constexpr bool changes_are_exact = true;
    static constexpr bool has_conflicts = true;

    /// As the world names its actors.
    static uuid name(std::size_t actor) {
        return actor + 1 == world_size ? uuid::of(~std::uint64_t{0}, ~std::uint64_t{0})
                                       : uuid::of(0, actor * 37);
    }

    static bounded_counter<Min> detached(chance& random) {
        return {Min + static_cast<std::int64_t>(random.below(12))};
    }

    static meaning replacing(const bounded_counter<Min>& wanted, const visible& /*seen*/) {
        meaning what;
        what.restarts = true;
        what.granted = static_cast<std::uint64_t>(wanted.value() - Min);
        return what;
    }

    static void edit(typename bounded_counter<Min>::editor& editor,
                     chance& random,
                     meaning& what,
                     const visible& seen) {
        const std::uint64_t rights = editor.rights();
        const auto amount = random.one_in(4) ? rights : std::uint64_t{random.below(9)};
        if (random.one_in(3)) {
            editor += amount;
            what.granted += amount;
        } else {
            const std::size_t to = random.below(2 * world_size);
            const bool hands_on = to < world_size;
            const auto done =
                hands_on ? editor.transfer(name(to), amount) : editor.decrement(amount);
            RC_ASSERT(done.has_value() == (amount <= rights));
            if (!done) {
                RC_ASSERT(done.error().code == errc::insufficient_rights);
                what.refused.push_back({amount, what.granted, what.taken});
            } else if (editor.rights() != rights) {  // not to oneself
                RC_ASSERT(editor.rights() == rights - amount);
                what.taken += amount;
                if (hands_on) {
                    what.handed_on[to] += amount;
                }
            }
        }
        std::uint64_t value = (what.restarts ? 0 : static_cast<std::uint64_t>(seen - Min)) +
                              what.granted - what.taken;
        for (const auto& [to, handed] : what.handed_on) {
            value += handed;
        }
        constexpr std::int64_t honest = std::int64_t{1} << 40;  // a liar's may not be shown in full
        RC_ASSERT((seen > honest || editor.value() == Min + static_cast<std::int64_t>(value)));
    }

    static void lie(bounded_counter_effect& effect, chance& random) {
        const auto much = [&] { return random.bits() >> (1 + random.below(63)); };
        std::uint64_t taken = effect.own.amount >> 8U;  // in all it must not pass 2^64 - 1
        for (const auto& draft : effect.from) {
            taken += draft.amount >> 8U;
        }
        const bool more = taken < std::uint64_t{1} << 50U;
        if (more && random.one_in(3)) {
            effect.own = {effect.own.amount + much() / 4, random.one_in(2) ? much() : 0};
        }
        for (auto& draft : effect.from) {
            draft.amount += more && random.one_in(2) ? random.below(20) : 0;
            draft.passed_over += random.one_in(4) ? random.bits() : 0;
        }
        for (auto& mark : effect.removed) {
            mark.amount = random.one_in(2) ? 1 + random.below(20) : mark.amount;
            mark.to = random.one_in(4) ? actor_name::of(name(random.below(world_size))) : mark.to;
        }
        if (random.one_in(16)) {
            effect.granted = ~std::uint64_t{0};
        }
    }

    /// Never below the bound, on any replica, after any delivery, whoever lies.
    static visible read(const bounded_counter<Min>& state) {
        RC_ASSERT(state.value() >= Min);
        return state.value();
    }

    static visible expected(const history<meaning>& all) {
        struct batch {
            std::size_t from = 0;
            std::size_t to = 0;
            const past_event<meaning>* granted = nullptr;
            std::uint64_t left = 0;
        };

        history<meaning> ordered = all;
        std::sort(ordered.begin(), ordered.end(),
                  [](const auto* a, const auto* b) { return a->stamped_before(*b); });
        std::vector<batch> batches;
        const auto removed_for = [&](const batch& of, const past_event<meaning>* seer) {
            return std::any_of(all.begin(), all.end(), [&](const auto* each) {
                return each->what.restarts && each->saw(*of.granted) &&
                       (seer == nullptr || seer == each || seer->saw(*each));
            });
        };
        const auto seen_by = [&](const past_event<meaning>& who, bool restarts) {
            std::vector<batch*> found;
            for (batch& each : batches) {
                const bool sees = each.granted == &who || who.saw(*each.granted);
                const bool gone = restarts && each.granted != &who;
                if (each.to == who.id.actor && sees && !gone && !removed_for(each, &who)) {
                    found.push_back(&each);
                }
            }
            std::stable_sort(found.begin(), found.end(), [&](const batch* a, const batch* b) {
                const auto rank = [&](const batch* each) {
                    return each->from == who.id.actor ? 0 : 1 + each->from;
                };
                return rank(a) < rank(b);
            });
            return found;
        };
        for (const auto* each : ordered) {
            const meaning& what = each->what;
            const std::size_t self = each->id.actor;
            for (const refusal& refused : what.refused) {
                std::uint64_t there = refused.granted;
                for (const batch* of : seen_by(*each, what.restarts)) {
                    there += of->left;
                }
                RC_ASSERT(there - refused.taken < refused.amount);
            }
            batches.push_back({self, self, each, what.granted});
            std::uint64_t wanted = what.taken;
            for (batch* of : seen_by(*each, what.restarts)) {
                const std::uint64_t part = std::min(wanted, of->left);
                of->left -= part;
                wanted -= part;
            }
            RC_ASSERT(wanted == 0U);  // the editor let through only what is there
            for (const auto& [to, amount] : what.handed_on) {
                batches.push_back({self, to, each, amount});
            }
        }
        std::int64_t value = Min;
        for (const batch& each : batches) {
            value += removed_for(each, nullptr) ? 0 : static_cast<std::int64_t>(each.left);
        }
        return value;
    }
};

}  // namespace weft::test

namespace bounded_counter_test {

namespace {

using stock = bounded_counter<0>;

/// One field on one replica, with four actors whose ids are 16 times the same digit.
struct shop {
    byte_buffer ids;
    stock state;
    weft::sequence sequences[4]{};
    null_report report;

    shop() {
        for (unsigned actor = 0; actor < 4; ++actor) {
            ids.insert(ids.end(), 16, static_cast<std::byte>(actor));
        }
    }

    [[nodiscard]] weft::actor_order actors() const { return {ids.data(), 16}; }

    [[nodiscard]] weft::writer by(std::uint32_t actor) const {
        return {actors().id({actor}), true, {actor}, actors()};
    }

    struct name {
        weft::maybe<weft::actor_slot> find_actor(const uuid& id) const {
            return weft::actor_slot{std::to_integer<std::uint32_t>(id.bytes()[0])};
        }
    };

    [[nodiscard]] std::uint64_t rights(std::uint32_t actor) const {
        return state.rights_of(id(actor), name{});
    }

    [[nodiscard]] static uuid id(std::uint32_t actor) {
        return uuid::of(actor * 0x0101010101010101U, actor * 0x0101010101010101U);
    }

    struct sent {
        stock::effect effect;
        observed_list dots;
        event at;
    };

    /// What an actor sends that has seen all that is here.
    template <class Edit>
    sent make(std::uint32_t actor, Edit edit) {
        sent made;
        stock::editor editor(state, made.effect, by(actor));
        edit(editor);
        return complete(actor, std::move(made));
    }

    sent restart(std::uint32_t actor, std::int64_t value) {
        sent made;
        state.replace(stock(value), made.effect);
        return complete(actor, std::move(made));
    }

    sent complete(std::uint32_t actor, sent made) {
        state.observe(made.effect, made.dots, by(actor));
        const weft::sequence n = ++sequences[actor];
        made.at = {{{{actor}, n}, 0}, timestamp{n}, actors()};
        return made;
    }

    bool take(const sent& what) {
        stock::effect copy = what.effect;
        return state.apply(std::move(copy), what.dots, what.at, report);
    }
};

const auto plus = [](std::uint64_t n) { return [n](stock::editor& editor) { editor += n; }; };
const auto minus = [](std::uint64_t n) {
    return [n](stock::editor& editor) { editor.decrement(n).value(); };
};
const auto give = [](std::uint32_t to, std::uint64_t n) {
    return [=](stock::editor& editor) { editor.transfer(shop::id(to), n).value(); };
};

byte_buffer encoded(const stock::effect& effect) {
    byte_buffer bytes;
    byte_writer out(bytes);
    stock::encode(effect, out);
    return bytes;
}

errc refusal(std::initializer_list<unsigned> all, std::size_t observed = 0) {
    byte_buffer bytes;
    for (const unsigned each : all) {
        bytes.push_back(static_cast<std::byte>(each));
    }
    byte_reader in(bytes);
    const auto read = stock::decode(in, observed);
    CHECK((read || in.offset() == 0));
    CHECK((!read || in.empty()));
    return read.error().code;
}

}  // namespace

TEST_CASE("merge/bounded_counter: the laws hold, and no lie brings it below its bound") {
    weft::test::check_laws<bounded_counter<0>>("merge/bounded_counter", 200);
}

TEST_CASE("merge/bounded_counter: only who has rights may decrement") {
    shop here;
    here.take(here.make(0, plus(10)));
    CHECK(here.rights(0) == 10);
    CHECK(here.rights(1) == 0);
    stock::effect nothing;
    stock::editor other(here.state, nothing, here.by(1));
    CHECK(other.decrement(1).error().code == errc::insufficient_rights);
    CHECK(other.transfer(shop::id(2), 1).error().code == errc::insufficient_rights);
    CHECK(nothing.empty());
    CHECK(other.decrement(0));
    CHECK(nothing.empty());
    here.take(here.make(0, give(1, 4)));
    CHECK(here.state == 10);
    CHECK(here.rights(0) == 6);
    CHECK(here.rights(1) == 4);
    here.take(here.make(1, plus(1)));
    const auto most = here.make(1, minus(5));  // its own, and what it was given
    CHECK(most.effect.own.amount == 1);
    CHECK(most.effect.from.size() == 1);
    here.take(most);
    CHECK(here.state == 6);
    CHECK(here.rights(1) == 0);
}

TEST_CASE("merge/bounded_counter: a transfer to oneself is nothing, and to a stranger is kept") {
    shop here;
    here.take(here.make(0, plus(10)));
    stock::effect effect;
    stock::editor editor(here.state, effect, here.by(0));
    CHECK(editor.transfer(shop::id(0), 10));
    CHECK(effect.empty());
    CHECK(editor.transfer(shop::id(7), 3));
    CHECK(editor.transfer(shop::id(7), 3));
    CHECK(editor.rights() == 4);
    CHECK(editor.value() == 10);
    CHECK(effect.handed_on.size() == 1);
    CHECK(effect.handed_on[0].amount == 6);
}

TEST_CASE("merge/bounded_counter: a decrement beside a re-insert takes nothing of the new value") {
    shop here;
    here.take(here.make(0, plus(10)));
    const auto restart = here.restart(1, 5);
    const auto spend = here.make(0, minus(7));
    shop there = here;
    here.take(restart);
    CHECK(here.state == 5);
    CHECK_FALSE(here.take(spend));
    there.take(spend);
    CHECK(there.state == 3);
    there.take(restart);
    CHECK(there.state == 5);
    CHECK(here.state == there.state);
    // The rights of the old value are gone; what comes later counts in full.
    CHECK(here.rights(0) == 0);
    CHECK(here.rights(1) == 5);
    here.take(here.make(0, plus(2)));
    here.take(here.make(0, minus(2)));
    CHECK(here.state == 5);
}

TEST_CASE("merge/bounded_counter: what a re-insert has not seen granted stays") {
    shop here;
    here.take(here.make(0, plus(10)));
    const auto restart = here.restart(1, 5);
    here.take(here.make(0, plus(1)));
    here.take(here.make(0, give(2, 4)));
    here.take(restart);
    CHECK(here.state == 5 + 1 + 4);
    CHECK(here.rights(2) == 4);
}

TEST_CASE("merge/bounded_counter: two re-inserts at once both grant their value") {
    shop here;
    here.take(here.make(0, plus(10)));
    const auto one = here.restart(1, 5);
    const auto other = here.restart(2, 7);
    here.take(one);
    here.take(other);
    CHECK(here.state == 12);
    here.take(here.restart(3, 1));
    CHECK(here.state == 1);
}

TEST_CASE("merge/bounded_counter: who overdraws empties its own lots only, and pays back later") {
    shop here;
    here.take(here.make(0, plus(10)));
    here.take(here.make(1, plus(3)));
    shop::sent lie = here.make(1, minus(1));
    lie.effect.own.amount = 100;
    weft::test::recording_report told;
    stock::effect copy = lie.effect;
    here.state.apply(std::move(copy), lie.dots, lie.at, told);
    CHECK(here.state == 10);
    REQUIRE(!told.decisions.empty());
    CHECK(told.decisions[0].why == weft::reason::overdrawn);
    CHECK(told.decisions[0].loser == lie.at.id.operation);
    CHECK(here.rights(0) == 10);
    here.take(here.make(1, plus(97)));
    CHECK(here.state == 10);
    here.take(here.make(1, plus(2)));
    CHECK(here.state == 12);
    CHECK(here.rights(1) == 2);
}

TEST_CASE("merge/bounded_counter: an effect that is made again takes no more than there is") {
    shop here;
    here.take(here.make(0, plus(10)));
    here.take(here.make(0, give(1, 4)));
    shop::sent again;
    again.effect.own.amount = 9;
    again.effect.hand_on(weft::actor_name::of(shop::id(2)), 6);
    again.effect.hand_on(weft::actor_name::of(shop::id(3)), 3);
    CHECK_FALSE(here.state.allows(again.effect, here.by(1)));
    const auto handed = here.complete(1, again);
    CHECK(handed.effect.own.amount == 0);
    REQUIRE(handed.effect.from.size() == 1);
    CHECK(handed.effect.from[0].amount == 4);
    REQUIRE(handed.effect.handed_on.size() == 1);
    CHECK(handed.effect.handed_on[0].to == weft::actor_name::of(shop::id(2)));
    CHECK(handed.effect.handed_on[0].amount == 4);

    // What it would hand on to itself it keeps.
    shop::sent to_itself;
    to_itself.effect.own.amount = 3;
    to_itself.effect.hand_on(weft::actor_name::of(shop::id(0)), 3);
    CHECK(here.complete(0, to_itself).effect.empty());

    // Beside a restart there is only what that grants.
    shop::sent anew;
    here.state.replace(stock(2), anew.effect);
    anew.effect.own.amount = 5;
    const auto restarted = here.complete(1, anew);
    CHECK(restarted.effect.own.amount == 2);
    CHECK(restarted.effect.from.empty());
    CHECK(restarted.effect.removed.size() == 2);
    CHECK_FALSE(here.state.allows(
        [&] {
            auto more = restarted.effect;
            more.own.amount = 3;
            return more;
        }(),
        here.by(0)));
    CHECK(here.state.allows(restarted.effect, here.by(3)));
}

TEST_CASE("merge/bounded_counter: a re-insert names the lots that hold something, and no others") {
    shop here;
    here.take(here.make(0, plus(10)));
    here.take(here.make(1, plus(3)));
    here.take(here.make(0, minus(10)));
    const auto restart = here.restart(2, 1);
    REQUIRE(restart.effect.removed.size() == 1);
    CHECK(restart.dots[0].operation.slot == weft::actor_slot{1});
    here.take(restart);
    CHECK(here.state == 1);
}

TEST_CASE("merge/bounded_counter: an effect on many lots leaves nothing when memory ends") {
    shop here;
    here.take(here.make(0, plus(10)));
    shop::sent many = here.make(1, [](stock::editor& editor) {
        editor += 6;
        for (std::uint32_t to = 2; to < 6; ++to) {
            editor.transfer(shop::id(to), 1).value();
        }
    });
    many.effect.removed.push_back({weft::actor_name::of(shop::id(7)), 1});
    many.dots.push_back({{{2}, 1}, 0});
    const stock before = here.state;
    const int failures = weft::test::fail_each_allocation([&] { here.take(many); },
                                                          [&] { CHECK(here.state == before); });
    CHECK(failures >= 4);
    CHECK(here.state == 16);
    CHECK(here.rights(1) == 2);
}

TEST_CASE("merge/bounded_counter: the ends of its range are safe") {
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(bounded_counter<least>().value() == least);
    CHECK(bounded_counter<least>(most).value() == most);
    CHECK(bounded_counter<most>(most).value() == most);
    CHECK(bounded_counter<-5>(-5) == bounded_counter<-5>());
    CHECK_THROWS_AS(bounded_counter<-5>(-6), weft::bad_value);
    CHECK_THROWS_AS(stock{least}, weft::bad_value);
    shop here;
    for (std::uint32_t actor = 0; actor < 4; ++actor) {
        here.take(here.make(actor, plus(~std::uint64_t{0})));
        CHECK(here.state == most);
    }
    CHECK(here.rights(3) == ~std::uint64_t{0});
    here.take(here.make(0, plus(1)));
    for (std::uint32_t actor = 0; actor < 4; ++actor) {
        here.take(here.make(actor, minus(~std::uint64_t{0})));
    }
    CHECK(here.state == 0);
    CHECK(here.rights(0) == 0);
}

TEST_CASE("merge/bounded_counter: these are its bytes") {
    shop here;
    const auto bytes = [](std::initializer_list<unsigned> all) {
        byte_buffer made;
        for (const unsigned each : all) {
            made.push_back(static_cast<std::byte>(each));
        }
        return made;
    };
    const auto first = here.make(0, plus(300));
    CHECK(encoded(first.effect) == bytes({1, 0xAC, 2}));
    here.take(first);
    CHECK(encoded(here.make(0, minus(5)).effect) == bytes({2, 5}));
    const auto gift = here.make(0, give(2, 6));
    CHECK(encoded(gift.effect) ==
          bytes({18, 6, 1, 16, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 6}));
    here.take(gift);
    const auto used = here.make(2, minus(4));
    CHECK(encoded(used.effect) == bytes({8, 1, 4, 0}));
    CHECK(used.dots == observed_list{gift.at.id});
    here.take(used);
    const auto restart = here.restart(2, 1);
    CHECK(encoded(restart.effect) ==
          bytes({1, 1, 0, 0xAC, 2, 16, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 6}));
    CHECK(restart.dots == observed_list{gift.at.id, gift.at.id});
    byte_buffer state;
    byte_writer out(state);
    here.state.write_state(out, here.actors());
    CHECK(state.size() == 1 + (16 + 8 + 24) + (16 + 17 + 24));
}

TEST_CASE("merge/bounded_counter: bytes in another form are refused") {
    CHECK(refusal({}) == errc::truncated);
    CHECK(refusal({0}) == errc::not_canonical);     // nothing
    CHECK(refusal({32}) == errc::out_of_range);     // an unknown flag
    CHECK(refusal({1, 0}) == errc::not_canonical);  // a grant of nothing
    CHECK(refusal({2, 0}) == errc::not_canonical);  // and a taking
    CHECK(refusal({4, 0}) == errc::not_canonical);
    CHECK(refusal({8, 0}, 1) == errc::not_canonical);
    CHECK(refusal({8, 1, 0, 0}, 1) == errc::not_canonical);
    CHECK(refusal({8, 2, 1, 0, 1, 0}, 1) == errc::too_large);  // more than dots
    CHECK(refusal({8, 1, 1, 0}, 1) == errc::none);
    CHECK(refusal({16, 0}) == errc::not_canonical);
    CHECK(refusal({16, 1, 1, 9, 1}) == errc::out_of_range);     // handed on, not taken
    CHECK(refusal({18, 1, 1, 1, 9, 2}) == errc::out_of_range);  // more than taken
    CHECK(refusal({18, 1, 1, 1, 9, 1}) == errc::none);
    CHECK(refusal({18, 1, 1, 0, 1}) == errc::not_canonical);  // to nobody
    CHECK(refusal({18, 1, 1, 33, 1}) == errc::out_of_range);  // too long a name
    CHECK(refusal({18, 2, 2, 1, 9, 1, 1, 8, 1}) == errc::not_sorted);
    CHECK(refusal({18, 2, 2, 1, 9, 1, 1, 9, 1}) == errc::not_sorted);
    CHECK(refusal({18, 2, 2, 1, 8, 1, 1, 9, 1}) == errc::none);
    CHECK(refusal({0, 0, 0}, 1) == errc::not_canonical);  // removes nothing
    CHECK(refusal({0, 0, 1}, 1) == errc::none);
    CHECK(refusal({0, 0, 1}, 2) == errc::truncated);
    CHECK(refusal({10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1, 1, 0}, 1) ==
          errc::out_of_range);  // taken, in all: 2^64
    const weft::test::allocation_watch watch;
    CHECK(refusal({0, 0}, std::size_t{1} << 40U) == errc::truncated);
    CHECK(watch.calls() < 8);
}

}  // namespace bounded_counter_test
