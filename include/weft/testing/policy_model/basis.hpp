/// What every model of a policy stands on: effects with what their writers had seen, the orders
/// over them, and the templates that a policy's and a rule's model specialise.
#ifndef WEFT_TESTING_POLICY_MODEL_BASIS_HPP
#define WEFT_TESTING_POLICY_MODEL_BASIS_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/causal/timestamp.hpp>
#include <weft/merge/mutation_kind.hpp>
#include <weft/model/renamed.hpp>
#include <weft/model/secret.hpp>
#include <weft/testing/hostile_values.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace weft::testing {

/// A visible value as the encodings of its parts: one for a register, any number for a set.
using rendering = std::vector<byte_buffer>;

/// A mutation, by the number of its operation.
struct seen_event {
    std::uint32_t operation = 0;
    std::uint32_t ordinal = 0;
};

/// One effect on one field (or one mutation of one record), and what its writer had seen.
struct seen_effect {
    std::uint32_t operation = 0;                    ///< a number that names the operation
    std::uint32_t ordinal = 0;                      ///< of the mutation within it
    const std::set<std::uint32_t>* past = nullptr;  ///< the operations that the writer had seen
    timestamp at{};
    byte_span actor;
    mutation_kind kind{};
    byte_span payload;
    std::vector<seen_event> observed{};  ///< that the effect names
    bool undone = false;                 ///< given only where something stays of it (hindsight.hpp)
};

/// Whether the writer of `later` had seen `earlier`.
[[nodiscard]] inline bool saw(const seen_effect& later, const seen_effect& earlier) {
    return later.operation == earlier.operation ? earlier.ordinal < later.ordinal
                                                : later.past->contains(earlier.operation);
}

/// The total order of stamps; within an operation, of ordinals.
[[nodiscard]] inline bool stamped_before(const seen_effect& a, const seen_effect& b) {
    if (a.at != b.at) {
        return a.at < b.at;
    }
    return a.operation == b.operation ? a.ordinal < b.ordinal : bytes_less(a.actor, b.actor);
}

/// Those of a list of things with an `effect` that none of the others had seen.
template <class Thing>
[[nodiscard]] std::vector<const Thing*> unseen_by_others(const std::vector<Thing>& all) {
    std::vector<const Thing*> kept;
    for (const Thing& one : all) {
        if (std::none_of(all.begin(), all.end(), [&](const Thing& other) {
                return &one != &other && saw(*other.effect, *one.effect);
            })) {
            kept.push_back(&one);
        }
    }
    return kept;
}

template <class Policy>
struct policy_model;

template <class Rule>
struct rule_model;

template <fixed_string Old, class Policy>
struct policy_model<renamed<Old, Policy>> : policy_model<Policy> {};

template <class Policy>
struct policy_model<secret<Policy>> : policy_model<Policy> {};

namespace detail {

/// An assignment that can be decoded, and its value.
template <class T>
struct assigned {
    const seen_effect* effect = nullptr;
    T value{};
};

template <class T>
[[nodiscard]] std::vector<assigned<T>> assignments(const std::vector<seen_effect>& effects) {
    std::vector<assigned<T>> all;
    for (const seen_effect& effect : effects) {
        if (auto value = codec<T>::decode(effect.payload)) {
            all.push_back({&effect, *std::move(value)});
        }
    }
    return all;
}

}  // namespace detail

}  // namespace weft::testing

#endif
