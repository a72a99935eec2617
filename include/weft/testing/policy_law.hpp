/// The laws of merge policies by name, and how a check says that one is broken. They are those of
/// merge/policy.hpp, split so that each names one kind of mistake.
#ifndef WEFT_TESTING_POLICY_LAW_HPP
#define WEFT_TESTING_POLICY_LAW_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weft::testing {

enum class policy_law : std::uint8_t {
    none,        ///< nothing is broken
    round_trip,  ///< decode(encode(e)) == e, all of it is read, and it encodes to the same bytes
    canonical,   ///< whatever decode accepts of any bytes encodes to those bytes
    refusal,     ///< a decode that fails leaves the reader where it was
    observed_again,  ///< observe() on a decoded effect in the same state says the same again
    deterministic,   ///< the same effect, applied to equal states, gives equal states
    truthful,        ///< apply() says false only if what is read stayed
    reported,        ///< decisions name the applied operation and another one
    unharmed,        ///< a throw (bad_alloc) from apply() leaves the state as it was
    no_throw,        ///< nothing but bad_alloc is thrown
    pristine,        ///< pristine() says that nothing is written, and holds of a fresh state
    copies,          ///< copies, moves and assignments are equal to what they were made of
    equality,        ///< on one replica == holds exactly when the bytes written are equal
    commutes,        ///< the effects of two concurrent operations, in either order, give one state
    any_order,       ///< the same operations in any causal order give one state on one replica
    agree,           ///< replicas that hold the same operations write the same bytes
    digest,          ///< digest_sum() is equal exactly when the bytes written are
    reading,         ///< states that write the same bytes are read alike
    later_wins,      ///< what a writer puts in place of all that it saw is what it then reads
    expected,        ///< what is read is what the oracle expects
    undone,          ///< an effect that is left out in hindsight might as well never have been
    user_check,      ///< what the user of the laws asserts (RC_ASSERT in edit, read, ...)
    schema,          ///< replicas of a whole schema converge, as the reference model has it
};

/// One sentence for people.
[[nodiscard]] constexpr std::string_view message(policy_law which) noexcept {
    switch (which) {
    case policy_law::none:
        return "no law is broken";
    case policy_law::round_trip:
        return "an effect is decoded from its own bytes, all of them, and encodes to them again";
    case policy_law::canonical:
        return "whatever decode accepts is no empty effect and encodes to the same bytes";
    case policy_law::refusal:
        return "a decode that fails leaves the reader where it was";
    case policy_law::observed_again:
        return "observe() of a decoded effect in the same state says the same again";
    case policy_law::deterministic:
        return "the same effect applied to equal states gives equal states: apply reads no clock, "
               "no random source, no address";
    case policy_law::truthful:
        return "apply() tells truthfully whether what is read changed";
    case policy_law::reported:
        return "each decision that apply() reports is between the applied operation and another";
    case policy_law::unharmed:
        return "a throw from apply() leaves the state as it was";
    case policy_law::no_throw:
        return "nothing is thrown but bad_alloc";
    case policy_law::pristine:
        return "pristine() holds exactly when nothing is written, and of a fresh state";
    case policy_law::copies:
        return "copies, moves and assignments are equal to what they were made of";
    case policy_law::equality:
        return "on one replica == holds exactly when the bytes written are equal";
    case policy_law::commutes:
        return "the effects of two concurrent operations give one state in either order";
    case policy_law::any_order:
        return "the same operations give one state in any causal order";
    case policy_law::agree:
        return "replicas that hold the same operations write the same bytes";
    case policy_law::digest:
        return "digest_sum() is equal exactly when the bytes written are";
    case policy_law::reading:
        return "states that write the same bytes are read alike";
    case policy_law::later_wins:
        return "what a writer puts in place of all that it saw is what it then reads";
    case policy_law::expected:
        return "what is read is what the oracle expects";
    case policy_law::undone:
        return "an effect that is left out in hindsight might as well never have been";
    case policy_law::user_check:
        return "what the user of the laws asserts holds";
    case policy_law::schema:
        return "replicas of the schema converge, as the reference model has it";
    }
    return "unknown law";
}

/// Thrown by a check. `what`: which part of the law, and the states that differ, one a line.
struct broken_law {
    policy_law law{};
    std::string what;
};

#if defined(__cpp_exceptions)

[[noreturn]] inline void break_law(policy_law which, std::string what) {
    throw broken_law{which, std::move(what)};
}

/// Throws broken_law unless it holds.
inline void require(bool holds, policy_law which, const char* what) {
    if (!holds) {
        break_law(which, what);
    }
}

#endif

}  // namespace weft::testing

#endif
