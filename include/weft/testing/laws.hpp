/// The laws of merge policies, checked for any policy, ours or a user's, on states that are reached
/// by operations:
///
///     struct how {
///         static void edit(my_policy::editor& editor, weft::testing::chance& random) {
///             editor = weft::testing::any_value<std::int64_t>(random);
///         }
///     };
///     const auto result = weft::testing::check_policy<my_policy>(how{});
///     assert(result);  // else result.law names the law, result.text() the counterexample
///
/// What can be told in `how` is in policy_use.hpp; the laws are in policy_law.hpp, the world that
/// they are held against in causal_world.hpp. The scripts are run in this order, until a law
/// breaks:
///
///   1. pairs: whether single effects keep their laws, and concurrent ones commute;
///   2. the world: whether replicas agree, after every step of a script or at its end, with each
///      other and the oracle, and the same operations in other orders give the same state;
///   3. liars: whether replicas agree whatever is written;
///   4. no memory: whether a state stays as it is when an allocation fails;
///   5. hindsight: whether effects can be left out, if the policy says that it is undoable.
///
/// Source of the method: Shapiro et al., INRIA RR-7506 (2011), whose conditions these are; Claessen
/// and Hughes, QuickCheck (ICFP 2000). Cost: 0.1 to 2 ms a script, and no limit on what a policy
/// does. Needs rapidcheck, and with it exceptions and RTTI; without them this header is empty.
#ifndef WEFT_TESTING_LAWS_HPP
#define WEFT_TESTING_LAWS_HPP

#include <weft/testing/hindsight_laws.hpp>
#include <weft/testing/law_result.hpp>
#include <weft/testing/script_property.hpp>

#if defined(__cpp_exceptions) && defined(__cpp_rtti)

namespace weft::testing {

struct law_options {
    /// Of the policy, in reports and in RC_PARAMS; empty: its policy_name.
    std::string name{};
    /// Scripts of up to 100 steps for the world; a half of that for pairs and for liars, an
    /// eighth (500 at most) for memory. WEFT_LAW_CASES in the environment wins.
    int cases = 200;
    /// At least so many are checked after every step, the others at their end.
    int thorough_cases = 500;
    /// A causally later write may lose: the policy has an order of its own, as max has.
    bool order_is_own = false;
    /// How many allocations succeed until operator new throws; negative: all. For a program that
    /// replaces operator new and counts this down; without it memory never ends.
    std::int64_t* allocations_allowed = nullptr;
};

namespace detail {

template <policy P, class How>
class law_run {
public:
    law_run(const How& how, const law_options& options)
        : use_(how), options_(options), cases_(law_cases(options.cases)) {
        if (options_.name.empty()) {
            options_.name = std::string(std::string_view(P::policy_name));
        }
        options_.order_is_own |= policy_use<P, How>::order_is_own;
    }

    [[nodiscard]] law_result run() {
        world_options honest;
        honest.order_is_own = options_.order_is_own;
        world_options pairs = honest;
        pairs.pairs_only = true;
        world_options liars = honest;
        liars.liars = true;
        const bool hold = phase("concurrent effects commute", cases_ / 2 + 1, pairs) &&
                          phase("replicas that saw the same operations agree", cases_, honest) &&
                          phase("replicas agree among liars", cases_ / 2 + 1, liars) &&
                          (options_.allocations_allowed == nullptr ||
                           phase("without memory an effect changes nothing",
                                 std::min(cases_ / 8 + 1, 500), liars, kind::without_memory)) &&
                          (!undoable<P> || phase("effects can be left out", cases_ / 4 + 1, honest,
                                                 kind::in_hindsight));
        if (hold) {
            result_.report = options_.name + ": the laws hold (" + std::to_string(result_.scripts) +
                             " scripts, " + std::to_string(result_.operations) + " operations)";
        }
        return std::move(result_);
    }

private:
    using script = std::vector<std::uint64_t>;
    using world = causal_world<P, How>;

    enum class kind { plain, without_memory, in_hindsight };

    /// Whether the laws hold on so many scripts.
    bool phase(const char* what, int cases, world_options options, kind which = kind::plain) {
        const std::string name = options_.name + ": " + what;
        const int every = std::max(1, cases / std::max(1, options_.thorough_cases));
        std::size_t ran = 0;
        auto one = [&](const script& words, std::uint64_t aside) {
            world_options now = options;
            now.liars = which == kind::without_memory ? aside % 2 == 0 : options.liars;
            now.thorough = !result_ || ran++ % static_cast<std::size_t>(every) == 0;
            world all(use_, now);
            if (auto broken = broken_by(all, words, aside, which)) {
                tell(*broken, all, now, ran);
            }
            if (result_) {
                ++result_.scripts;
                if (!now.liars && !now.pairs_only && which == kind::plain) {
                    result_.operations += all.operations().size();
                    result_.conflicts += all.conflicts();
                }
            }
        };
        const script_outcome outcome = script_property<std::uint64_t>::check(
            name, cases,
            [](void* body, const script& words, std::uint64_t aside) {
                (*static_cast<decltype(one)*>(body))(words, aside);
            },
            &one);
        if (!outcome.passed) {
            result_.law = result_ ? policy_law::user_check : result_.law;
            result_.report += outcome.problem;
            result_.report += outcome.again.empty() ? "" : "  again: " + outcome.again + "\n";
        }
        return outcome.passed;
    }

    std::optional<broken_law>
    broken_by(world& all, const script& words, std::uint64_t aside, kind which) {
        try {
            if (which == kind::without_memory) {
                run_without_memory(all, words, aside);
            } else {
                all.run(words);
            }
            if constexpr (undoable<P>) {
                if (which == kind::in_hindsight) {
                    chance random(aside);
                    hindsight_laws<P, How>(all).check(random);
                }
            }
            return std::nullopt;
        } catch (const broken_law& broken) {
            return broken;
        } catch (const rc::detail::CaseResult& told) {
            if (told.type != rc::detail::CaseResult::Type::Failure) {
                throw;
            }
            return broken_law{policy_law::user_check, told.description};
        } catch (const std::bad_alloc&) {
            throw;
        } catch (const std::exception& thrown) {
            return broken_law{policy_law::no_throw, thrown.what()};
        }
    }

    void run_without_memory(world& all, const script& words, std::uint64_t aside) {
        for (const std::uint64_t word : words) {
            all.step(word);
        }
        chance random(aside);
        for (std::size_t r = 0; r < world_size; ++r) {
            for (int i = 0; i < 2; ++i) {
                all.deliver_without_memory(r, random, *options_.allocations_allowed);
            }
        }
        all.settle();
    }

    /// Keeps the counterexample and fails the script; while that shrinks, only if it still breaks
    /// the law that it broke at first.
    void tell(const broken_law& broken,
              const world& all,
              const world_options& options,
              std::size_t ran) {
        if (!result_ && broken.law != result_.law) {
            return;
        }
        if (result_) {
            result_.law = broken.law;
            result_.among_liars = options.liars;
            found_after_ = ran;
        }
        result_.report = options_.name + " breaks a law: " + std::string(message(broken.law)) +
                         "\n  " + broken.what + "\n" + text_of(all) + "  found after " +
                         std::to_string(found_after_) + " scripts" +
                         (options.liars ? " among liars" : "") + "\n";
        throw rc::detail::CaseResult(rc::detail::CaseResult::Type::Failure, result_.report);
    }

    policy_use<P, How> use_;
    law_options options_;
    int cases_;
    std::size_t found_after_ = 0;
    law_result result_;
};

}  // namespace detail

/// Runs the laws for P, used at random as `how` says (policy_use.hpp).
template <policy P, class How>
[[nodiscard]] law_result check_policy(const How& how, const law_options& options = {}) {
    return detail::law_run<P, How>(how, options).run();
}

}  // namespace weft::testing

#endif

#endif
