#include <weft/testing/laws.hpp>

#include "support/allocations.hpp"
#include "testing/broken_counter.hpp"
#include "testing/broken_register.hpp"
#include "testing/broken_set.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <set>
#include <string>

extern template struct weft::testing::script_property<std::uint64_t>;  // in tests/main.cpp

using weft::test::broken_counter;
using weft::test::broken_register;
using weft::test::broken_set;
using weft::testing::chance;
using weft::testing::check_policy;
using weft::testing::history;
using weft::testing::law_options;
using weft::testing::law_result;
using weft::testing::policy_law;

namespace {

const std::array<std::string, 4> words{"", "a", "b", "bb"};

struct register_use {
    static void edit(broken_register::editor& editor, chance& random) {
        const std::string& word = words[random.below(words.size())];
        editor.set(word);
        RC_ASSERT(editor.value() == word);
    }

    static broken_register detached(chance& random) {
        return broken_register(words[random.below(words.size())]);
    }

    static constexpr bool changes_are_exact = true;
};

struct set_use {
    /// Per element the last that one event did to it.
    struct meaning {
        std::map<std::uint8_t, bool> added;
    };

    using visible = std::vector<std::uint8_t>;

    static visible read(const broken_set& state) { return state.value(); }

    static void
    edit(broken_set::editor& editor, chance& random, meaning& what, const visible& /*seen*/) {
        const auto element = static_cast<std::uint8_t>(random.below(4));
        const bool adds = random.one_in(2);
        adds ? editor.insert(element) : editor.erase(element);
        what.added[element] = adds;
    }

    static visible expected(const history<meaning>& all) {
        std::set<std::uint8_t> elements;
        for (const auto* each : all) {
            for (const auto& [element, adds] : each->what.added) {
                bool removed = !adds;
                for (const auto* other : all) {
                    const auto found = other->what.added.find(element);
                    removed |=
                        found != other->what.added.end() && !found->second && other->saw(*each);
                }
                if (!removed) {
                    elements.insert(element);
                }
            }
        }
        return {elements.begin(), elements.end()};
    }
};

struct counter_use {
    static void edit(broken_counter::editor& editor, chance& random) {
        editor.add(static_cast<std::uint8_t>(1 + random.below(3)));
    }

    static broken_counter detached(chance& random) {
        return broken_counter(static_cast<std::uint8_t>(random.below(4)));
    }

    static void lie(broken_counter::effect& effect, chance& random) {
        for (std::uint8_t& each : effect.taken) {
            each = static_cast<std::uint8_t>(random.below(4));
        }
    }
};

const auto give = [](auto& editor, chance& random) {
    editor.give(static_cast<std::uint8_t>(random.below(9)));
};

law_options options(int cases = 100) {
    law_options all;
    all.cases = cases;
    all.allocations_allowed = &weft::test::allocations().allowed;
    return all;
}

/// With the switch at that mistake, and back at none afterwards.
template <class P, class How>
law_result with(typename P::slip mistake, const How& how, law_options all = options()) {
    P::now = mistake;
    law_result result = check_policy<P>(how, all);
    P::now = P::slip::none;
    return result;
}

/// The mistake is found, the law named and the counterexample readable.
void breaks(policy_law which, const law_result& result) {
    CAPTURE(result.text());
    CHECK_FALSE(result);
    CHECK(message(result.law) == message(which));
    CHECK(result.text().find(message(which)) != std::string::npos);
    CHECK(result.text().find("deliveries") != std::string::npos);
    CHECK(result.text().find("RC_PARAMS") != std::string::npos);
}

}  // namespace

TEST_CASE("testing/laws: correct policies pass") {
    for (const law_result& result :
         {with<broken_register>(broken_register::slip::none, register_use{}),
          with<broken_set>(broken_set::slip::none, set_use{}),
          with<broken_counter>(broken_counter::slip::none, counter_use{})}) {
        CAPTURE(result.text());
        CHECK(result);
        CHECK(result.law == policy_law::none);
        CHECK(result.scripts >= 180);
        CHECK(result.operations > 200);
    }
}

TEST_CASE("testing/laws: registers that merge badly are caught") {
    using slip = broken_register::slip;
    const auto caught = [](slip mistake, policy_law which) {
        CAPTURE(static_cast<int>(mistake));
        breaks(which, with<broken_register>(mistake, register_use{}));
    };
    caught(slip::last_arrived, policy_law::commutes);
    caught(slip::no_tie_break, policy_law::commutes);
    caught(slip::slot_tie_break, policy_law::agree);
    caught(slip::first_wins, policy_law::later_wins);
    caught(slip::reads_clock, policy_law::deterministic);
    caught(slip::reads_random, policy_law::deterministic);
    caught(slip::writes_slot, policy_law::agree);
    caught(slip::sees_its_old_self, policy_law::user_check);
    caught(slip::loses_a_letter, policy_law::later_wins);
}

TEST_CASE("testing/laws: registers that say something untrue are caught") {
    using slip = broken_register::slip;
    const auto caught = [](slip mistake, policy_law which) {
        CAPTURE(static_cast<int>(mistake));
        breaks(which, with<broken_register>(mistake, register_use{}));
    };
    caught(slip::says_unchanged, policy_law::truthful);
    caught(slip::says_changed, policy_law::truthful);
    caught(slip::blames_itself, policy_law::reported);
    caught(slip::blames_nobody, policy_law::reported);
    caught(slip::claims_pristine, policy_law::pristine);
    caught(slip::never_pristine, policy_law::pristine);
    caught(slip::equal_by_value, policy_law::equality);
    caught(slip::never_equal, policy_law::equality);
    caught(slip::stale_digest, policy_law::digest);
    caught(slip::blind_digest, policy_law::digest);
    caught(slip::forgetful_copy, policy_law::deterministic);
}

TEST_CASE("testing/laws: registers with careless bytes are caught") {
    using slip = broken_register::slip;
    const auto caught = [](slip mistake, policy_law which) {
        CAPTURE(static_cast<int>(mistake));
        breaks(which, with<broken_register>(mistake, register_use{}));
    };
    caught(slip::keeps_half, policy_law::observed_again);
    caught(slip::two_encodings, policy_law::canonical);
    caught(slip::eats_the_rest, policy_law::canonical);
    caught(slip::reads_too_many, policy_law::round_trip);
    caught(slip::decodes_nothing, policy_law::observed_again);
    caught(slip::loses_its_place, policy_law::refusal);
}

TEST_CASE("testing/laws: registers that throw where they must not are caught") {
    using slip = broken_register::slip;
    const auto caught = [](slip mistake, policy_law which) {
        CAPTURE(static_cast<int>(mistake));
        breaks(which, with<broken_register>(mistake, register_use{}));
    };
    caught(slip::half_way, policy_law::unharmed);
    caught(slip::throws_half_way, policy_law::unharmed);
    caught(slip::throws, policy_law::no_throw);
}

TEST_CASE("testing/laws: sets that forget are caught") {
    using slip = broken_set::slip;
    const auto caught = [](slip mistake, policy_law which) {
        CAPTURE(static_cast<int>(mistake));
        breaks(which, with<broken_set>(mistake, set_use{}, options(200)));
    };
    caught(slip::removes_what_it_finds, policy_law::commutes);
    caught(slip::resurrects, policy_law::commutes);
    caught(slip::forgets_dots, policy_law::commutes);
    caught(slip::remove_wins_unmarked, policy_law::commutes);
    caught(slip::arrival_order, policy_law::commutes);
    caught(slip::hash_order, policy_law::commutes);
    caught(slip::loses_element, policy_law::observed_again);
    caught(slip::observes_twice, policy_law::observed_again);
    caught(slip::unsorted_effect, policy_law::canonical);
}

TEST_CASE("testing/laws: counters that count wrong are caught") {
    using slip = broken_counter::slip;
    law_options few;  // and memory never ends
    few.cases = 160;
    breaks(policy_law::observed_again, with<broken_counter>(slip::counts_again, counter_use{}));
    breaks(policy_law::later_wins, with<broken_counter>(slip::takes_twice, counter_use{}, few));
    breaks(policy_law::undone, with<broken_counter>(slip::recalls_unseen, counter_use{}, few));
    breaks(policy_law::undone, with<broken_counter>(slip::leaves_trace, counter_use{}, few));
    const law_result lies = with<broken_counter>(slip::believes_last, counter_use{}, few);
    const bool by_chance = lies.law == policy_law::any_order;  // where all replicas heard it alike
    breaks(by_chance ? policy_law::any_order : policy_law::agree, lies);
    CHECK(lies.among_liars);
}

TEST_CASE("testing/laws: sums and choices that depend on the order of arrival are caught") {
    law_options own = options();
    own.order_is_own = true;
    breaks(policy_law::commutes, check_policy<weft::test::running_mean>(give, own));
    breaks(policy_law::commutes, check_policy<weft::test::greatest_with_nan>(give, own));
    breaks(policy_law::commutes, check_policy<weft::test::first_through_the_gate>(give, own));
}
