/// The laws of a state on one replica: what it writes, how it compares, and what an effect does to
/// it. States compare by four things: the bytes they write, ==, digest_sum() where there is one,
/// and what is read. Cost: a few copies of the state and as many encodings.
#ifndef WEFT_TESTING_STATE_LAWS_HPP
#define WEFT_TESTING_STATE_LAWS_HPP

#include <weft/testing/counterexample.hpp>
#include <weft/testing/effect_laws.hpp>
#include <weft/testing/watched_state.hpp>

#include <exception>
#include <new>
#include <utility>
#include <vector>

#if defined(__cpp_exceptions) && defined(__cpp_rtti)

namespace weft::testing {

/// Remembers what apply() decided.
struct recording_report {
    struct decision {
        reason why{};
        local_dot winner{};
        local_dot loser{};
    };

    std::vector<decision> decisions;

    void decided(reason why, local_dot winner, local_dot loser) {
        decisions.push_back({why, winner, loser});
    }
};

/// An effect as it arrives at a replica.
struct arrival {
    const byte_buffer* payload = nullptr;
    observed_list dots;
    event at;
};

/// Two states of one replica that must be one. `which`: the law, should their bytes differ.
template <policy P, class How>
void check_same(policy_law which,
                const std::pair<std::string_view, const watched_state<P, How>*>& one,
                const std::pair<std::string_view, const watched_state<P, How>*>& other,
                const actor_order& actors,
                policy_use<P, How> use) {
    const watched_state<P, How>& a = *one.second;
    const watched_state<P, How>& b = *other.second;
    const auto fail = [&](policy_law law, const char* what) {
        break_law(law, what + a.line(one.first, actors, use) + b.line(other.first, actors, use));
    };
    if (a.bytes(actors) != b.bytes(actors)) {
        fail(which, "other bytes are written");
    }
    if (!(a.state() == b.state())) {
        fail(policy_law::equality, "== says no of states that write the same bytes");
    }
    if (!(a.sum() == b.sum())) {
        fail(policy_law::digest, "the sums differ of states that write the same bytes");
    }
    if (!(a.reading(use) == b.reading(use))) {
        fail(policy_law::reading, "something else is read");
    }
}

/// Applies without looking; for comparisons.
template <policy P>
void apply_blindly(P& state, const arrival& sent) {
    null_report report;
    static_cast<void>(state.apply(decoded_effect<P>(*sent.payload, sent.dots.size()), sent.dots,
                                  sent.at, report));
}

namespace detail {

/// `before`: the same state, if it is to be seen that nothing happened to it.
template <policy P, class How, class Report>
bool apply_or_tell(watched_state<P, How>& state,
                   const watched_state<P, How>* before,
                   const arrival& sent,
                   Report& report) {
    auto effect = decoded_effect<P>(*sent.payload, sent.dots.size());
    try {
        return state.change().apply(std::move(effect), sent.dots, sent.at, report);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& thrown) {
        const bool harmed =
            before != nullptr && !(state.state() == before->state() &&
                                   state.bytes(sent.at.actors) == before->bytes(sent.at.actors));
        break_law(harmed ? policy_law::unharmed : policy_law::no_throw,
                  std::string("apply() threw: ") + thrown.what());
    }
}

}  // namespace detail

/// Applies an effect and holds apply() to its word. `thorough`: also applies it to a copy, and
/// compares == with the bytes. Returns how many decisions were reported.
template <policy P, class How>
std::size_t apply_checked(watched_state<P, How>& state,
                          const arrival& sent,
                          policy_use<P, How> use,
                          bool thorough) {
    using use_type = policy_use<P, How>;
    const auto before = state.reading(use);
    const auto held = thorough ? state : watched_state<P, How>{};
    recording_report report;
    const bool changed = detail::apply_or_tell(state, thorough ? &held : nullptr, sent, report);
    const auto& after = state.reading(use);
    const auto fail = [&](const char* what) {
        break_law(policy_law::truthful,
                  what + reading_line("before", before) + reading_line("after", after));
    };
    if (!changed && !(after == before)) {
        fail("apply() says that nothing changed");
    }
    if (changed && use_type::changes_are_exact && after == before) {
        fail("apply() says that something changed");
    }
    for (const auto& each : report.decisions) {
        const local_dot own = sent.at.id.operation;
        require(each.winner != each.loser && (each.winner == own || each.loser == own) &&
                    each.winner.sequence != 0U && each.loser.sequence != 0U,
                policy_law::reported, "a decision is not between the operation and another");
    }
    if (thorough) {
        const actor_order& actors = sent.at.actors;
        auto again = held;
        apply_blindly(again.change(), sent);
        check_same(policy_law::deterministic, {"once", &state}, {"again", &again}, actors, use);
        if ((state.state() == held.state()) != (state.bytes(actors) == held.bytes(actors))) {
            break_law(policy_law::equality,
                      "== disagrees with the bytes about whether an effect did something" +
                          held.line("before", actors, use) + state.line("after", actors, use));
        }
    }
    return report.decisions.size();
}

/// A fresh state is pristine and writes nothing; so is any other that says so.
template <policy P>
void check_pristine(const P& state, const byte_buffer& written) {
    require(state.pristine() == written.empty(), policy_law::pristine,
            written.empty() ? "nothing is written, but pristine() says no"
                            : "something is written, but pristine() says yes");
    const P& same = state;
    require(state == same, policy_law::equality, "a state differs from itself");
}

/// Copies, moves and assignments of a state.
template <policy P, class How>
void check_copies(const watched_state<P, How>& original,
                  const actor_order& actors,
                  policy_use<P, How> use) {
    const auto same = [&](const P& other, const char* what) {
        const watched_state<P, How> watched(other);
        check_same(policy_law::copies, {"original", &original}, {what, &watched}, actors, use);
    };
    P copy = original.state();
    same(copy, "copied");
    P moved = std::move(copy);
    same(moved, "moved");
    copy = P();
    require(copy.pristine(), policy_law::pristine, "a fresh state is not pristine");
    copy = std::move(moved);
    moved = copy;
    same(moved, "assigned");
    same(copy, "moved back");
}

/// Lets the first, then the second, ... allocation of an application fail; the state must stay as
/// it was. `allowed`: the program's operator new throws bad_alloc once this has come down to 0, and
/// never while it is negative.
template <policy P, class How>
void check_without_memory(watched_state<P, How>& state,
                          const arrival& sent,
                          std::int64_t& allowed,
                          policy_use<P, How> use) {
    const actor_order& actors = sent.at.actors;
    const watched_state<P, How> held = state;
    for (std::int64_t enough = 0;; ++enough) {
        bool failed = false;
        {
            P& changes = state.change();
            null_report report;
            byte_reader in(*sent.payload);
            allowed = enough;
            try {
                auto effect = P::decode(in, sent.dots.size());
                if (effect) {
                    changes.apply(*std::move(effect), sent.dots, sent.at, report);
                }
            } catch (const std::bad_alloc&) {
                failed = true;
            } catch (...) {
                allowed = -1;
                throw;
            }
            allowed = -1;
        }
        if (!failed) {
            return;
        }
        if (!(state.state() == held.state()) || state.bytes(actors) != held.bytes(actors) ||
            !(state.sum() == held.sum())) {
            break_law(policy_law::unharmed, "when an allocation failed the state changed" +
                                                held.line("before", actors, use) +
                                                state.line("after", actors, use));
        }
    }
}

}  // namespace weft::testing

#endif

#endif
