/// What the tests know about a policy, written from its specification and not from its code:
///
///   expected(effects)   the visible value that a set of effects has, by what each had seen. Slow
///                       and obvious: no metadata, no incremental state, only causal history;
///   shown(field)        the visible value that a field shows, in the same form;
///   detached, edit      how to use it at random, and what that shows to the one who did it.
///
/// Effects are those of honest writers: what an effect takes back is exactly what its writer had
/// seen. To run the simulator and the reference model on a policy of your own, specialise
/// policy_model (and rule_model) for it.
#ifndef WEFT_TESTING_POLICY_MODEL_HPP
#define WEFT_TESTING_POLICY_MODEL_HPP

#include <weft/merge.hpp>
#include <weft/model/renamed.hpp>
#include <weft/testing/hostile_values.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace weft::testing {

/// A visible value as the encodings of its parts: one for a register, any number for a set.
using rendering = std::vector<byte_buffer>;

/// One effect on one field (or one mutation of one record), and what its writer had seen.
struct seen_effect {
    std::uint32_t operation = 0;                    ///< a number that names the operation
    std::uint32_t ordinal = 0;                      ///< of the mutation within it
    const std::set<std::uint32_t>* past = nullptr;  ///< the operations that the writer had seen
    timestamp at{};
    byte_span actor;
    mutation_kind kind{};
    byte_span payload;
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

// --- registers

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

template <class Policy, class T>
struct register_model {
    [[nodiscard]] static rendering shown(const Policy& field) { return {encoded(field.value())}; }

    [[nodiscard]] static Policy detached(dice& from) { return Policy(hostile_value<T>(from)); }

    /// An edit, and what the writer then sees: for last write wins and its like.
    static void edit(typename Policy::editor field, dice& from, std::optional<rendering>& now) {
        const T value = hostile_value<T>(from);
        field = value;
        now = rendering{encoded(value)};
    }

    /// What an insert of `wanted` shows afterwards.
    static void replaced(const Policy& wanted, std::optional<rendering>& now) {
        now = rendering{encoded(wanted.value())};
    }

    /// The best assignment by the strict order `better`; T{} if there is none.
    template <class Better>
    [[nodiscard]] static rendering best(const std::vector<seen_effect>& effects, Better better) {
        const auto all = assignments<T>(effects);
        const auto found = std::min_element(all.begin(), all.end(), better);
        return {encoded(found == all.end() ? T{} : found->value)};
    }
};

}  // namespace detail

/// The assignment with the greatest stamp.
template <class T>
struct policy_model<lww<T>> : detail::register_model<lww<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        return policy_model::best(effects, [](const auto& a, const auto& b) {
            return stamped_before(*b.effect, *a.effect);
        });
    }
};

/// The assignment with the smallest stamp.
template <class T>
struct policy_model<fww<T>> : detail::register_model<fww<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        return policy_model::best(effects, [](const auto& a, const auto& b) {
            return stamped_before(*a.effect, *b.effect);
        });
    }

    static void edit(typename fww<T>::editor field, dice& from, std::optional<rendering>& now) {
        field = hostile_value<T>(from);
        now.reset();  // who was first, the value alone does not tell
    }

    static void replaced(const fww<T>& /*wanted*/, std::optional<rendering>& now) { now.reset(); }
};

/// The greatest value ever assigned, or the smallest.
template <class T, class End>
struct policy_model<extremum<T, End>> : detail::register_model<extremum<T, End>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        return policy_model::best(effects, [](const auto& a, const auto& b) {
            return std::same_as<extremum<T, End>, max<T>> ? value_less(b.value, a.value)
                                                          : value_less(a.value, b.value);
        });
    }

    static void
    edit(typename extremum<T, End>::editor field, dice& from, std::optional<rendering>& now) {
        field = hostile_value<T>(from);
        now.reset();
    }

    static void replaced(const extremum<T, End>& /*wanted*/, std::optional<rendering>& now) {
        now.reset();
    }
};

/// The assignments that no other assignment had seen, by timestamp and value.
template <class T>
struct policy_model<multi_value<T>> : detail::register_model<multi_value<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        const auto all = detail::assignments<T>(effects);
        auto live = unseen_by_others(all);
        std::sort(live.begin(), live.end(), [](const auto* a, const auto* b) {
            return a->effect->at != b->effect->at ? a->effect->at < b->effect->at
                                                  : value_less(a->value, b->value);
        });
        rendering values;
        for (const auto* each : live) {
            values.push_back(encoded(each->value));
        }
        return values;
    }

    [[nodiscard]] static rendering shown(const multi_value<T>& field) {
        rendering values;
        for (const T& each : field.values()) {
            values.push_back(encoded(each));
        }
        return values;
    }
};

// --- numbers

/// The sum of all amounts but those that a later restart had seen, modulo 2^64.
template <>
struct policy_model<counter> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        struct contribution {
            const seen_effect* effect;
            std::int64_t amount;
            bool restarts;  ///< takes back what its writer had seen
        };

        std::vector<contribution> all;
        for (const seen_effect& effect : effects) {
            byte_reader in(effect.payload);
            if (const auto amount = in.varint()) {
                all.push_back({&effect, unzigzag(*amount), !in.empty()});
            }
        }
        std::uint64_t sum = 0;
        for (const contribution& one : all) {
            if (std::none_of(all.begin(), all.end(), [&](const contribution& other) {
                    return other.restarts && saw(*other.effect, *one.effect);
                })) {
                sum += static_cast<std::uint64_t>(one.amount);
            }
        }
        return {encoded(static_cast<std::int64_t>(sum))};
    }

    [[nodiscard]] static rendering shown(const counter& field) { return {encoded(field.value())}; }

    [[nodiscard]] static counter detached(dice& from) {
        return from.percent(30) ? counter() : counter(hostile_value<std::int64_t>(from));
    }

    static void edit(counter::editor field, dice& from, std::optional<rendering>& now) {
        const auto amount = hostile_value<std::int64_t>(from);
        const bool down = from.percent(30);
        if (down) {
            field -= amount;
        } else {
            field += amount;
        }
        if (now) {
            auto sum = static_cast<std::uint64_t>(*codec<std::int64_t>::decode(now->front()));
            const auto bits = static_cast<std::uint64_t>(amount);
            sum = down ? sum - bits : sum + bits;
            now = rendering{encoded(static_cast<std::int64_t>(sum))};
        }
    }

    static void replaced(const counter& wanted, std::optional<rendering>& now) {
        now = shown(wanted);
    }
};

// --- flags

/// enable_wins is on while there is an enabling that no disabling had seen. disable_wins is on if
/// it was ever enabled and there is no disabling that no enabling had seen.
template <class Rule>
struct policy_model<observed_flag<Rule>> {
    using policy_type = observed_flag<Rule>;

    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        const auto all = detail::assignments<bool>(effects);
        const auto lasting = [&](bool kind) {
            return std::any_of(all.begin(), all.end(), [&](const auto& one) {
                return one.value == kind &&
                       std::none_of(all.begin(), all.end(), [&](const auto& other) {
                           return other.value != kind && saw(*other.effect, *one.effect);
                       });
            });
        };
        const bool enabled_ever =
            std::any_of(all.begin(), all.end(), [](const auto& one) { return one.value; });
        const bool on = std::same_as<policy_type, enable_wins> ? lasting(true)
                                                               : enabled_ever && !lasting(false);
        return {encoded(on)};
    }

    [[nodiscard]] static rendering shown(const policy_type& field) {
        return {encoded(field.value())};
    }

    [[nodiscard]] static policy_type detached(dice& from) { return policy_type(from.percent(50)); }

    static void
    edit(typename policy_type::editor field, dice& from, std::optional<rendering>& now) {
        const bool on = from.percent(50);
        if (on) {
            field.enable();
        } else {
            field.disable();
        }
        now = rendering{encoded(on)};
    }

    static void replaced(const policy_type& wanted, std::optional<rendering>& now) {
        now = shown(wanted);
    }
};

// --- sets

namespace detail {

/// An addition or removal of one element.
struct element_edit {
    const seen_effect* effect = nullptr;
    bool removes = false;
};

/// All edits by the element's encoding; nothing of an effect that can't be decoded.
template <class T>
[[nodiscard]] std::map<byte_buffer, std::vector<element_edit>>
element_edits(const std::vector<seen_effect>& effects) {
    std::map<byte_buffer, std::vector<element_edit>> all;
    for (const seen_effect& effect : effects) {
        byte_reader in(effect.payload);
        std::vector<std::pair<byte_buffer, element_edit>> own;
        bool whole = !in.empty();
        while (whole && !in.empty()) {
            const auto size = in.varint();
            const auto element = size ? in.bytes(*size) : result<byte_span>(size.error());
            const auto mark = element ? in.varint() : result<std::uint64_t>(element.error());
            whole = mark && codec<T>::decode(*element);
            if (whole) {
                own.emplace_back(byte_buffer(element->begin(), element->end()),
                                 element_edit{&effect, (*mark & 1U) != 0});
            }
        }
        if (whole) {
            for (auto& [element, edit] : own) {
                all[std::move(element)].push_back(edit);
            }
        }
    }
    return all;
}

template <class Set, class T>
struct set_model {
    [[nodiscard]] static rendering shown(const Set& field) {
        rendering elements;
        for (const T& each : field) {
            elements.push_back(encoded(each));
        }
        std::sort(elements.begin(), elements.end());
        return elements;
    }

    [[nodiscard]] static Set detached(dice& from) {
        Set elements;
        for (std::uint32_t n = from.below(3); n > 0; --n) {
            elements.insert(hostile_value<T>(from));
        }
        return elements;
    }

    static void insert(typename Set::editor& field, dice& from, std::optional<rendering>& now) {
        T element = hostile_value<T>(from);
        byte_buffer bytes = encoded(element);
        field.insert(std::move(element));
        if (now && !std::binary_search(now->begin(), now->end(), bytes)) {
            now->insert(std::upper_bound(now->begin(), now->end(), bytes), std::move(bytes));
        }
    }

    static void edit(typename Set::editor field, dice& from, std::optional<rendering>& now) {
        for (std::uint32_t n = 1 + from.below(3); n > 0; --n) {
            if (from.percent(55)) {
                insert(field, from, now);
            } else if (from.percent(85)) {
                // Mostly something that is there.
                T element = hostile_value<T>(from);
                if (now && !now->empty() && from.percent(70)) {
                    const auto size = static_cast<std::uint32_t>(now->size());
                    element = *codec<T>::decode((*now)[from.below(size)]);
                }
                if (now) {
                    std::erase(*now, encoded(element));
                }
                field.erase(std::move(element));
            } else {
                field.clear();
                now = rendering{};
            }
        }
    }

    static void replaced(const Set& wanted, std::optional<rendering>& now) { now = shown(wanted); }
};

}  // namespace detail

/// Present: an addition that no removal had seen.
template <class T>
struct policy_model<add_wins_set<T>> : detail::set_model<add_wins_set<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        rendering present;
        for (const auto& [element, edits] : detail::element_edits<T>(effects)) {
            const auto& all = edits;
            if (std::any_of(all.begin(), all.end(), [&](const auto& add) {
                    return !add.removes &&
                           std::none_of(all.begin(), all.end(), [&](const auto& other) {
                               return other.removes && saw(*other.effect, *add.effect);
                           });
                })) {
                present.push_back(element);
            }
        }
        return present;
    }
};

/// Present: added, and every removal was seen by a later addition.
template <class T>
struct policy_model<remove_wins_set<T>> : detail::set_model<remove_wins_set<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        rendering present;
        for (const auto& [element, edits] : detail::element_edits<T>(effects)) {
            const auto last = unseen_by_others(edits);
            if (std::none_of(last.begin(), last.end(),
                             [](const auto* each) { return each->removes; })) {
                present.push_back(element);
            }
        }
        return present;
    }
};

/// Everything that was ever added.
template <class T>
struct policy_model<grow_only_set<T>> : detail::set_model<grow_only_set<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        rendering present;
        for (const auto& [element, edits] : detail::element_edits<T>(effects)) {
            present.push_back(element);
        }
        return present;
    }

    static void
    edit(typename grow_only_set<T>::editor field, dice& from, std::optional<rendering>& now) {
        policy_model::insert(field, from, now);
    }

    static void replaced(const grow_only_set<T>& /*wanted*/, std::optional<rendering>& now) {
        now.reset();
    }
};

// --- the life of a record

/// There: inserted, and every erase was seen by a later insert.
template <>
struct rule_model<delete_wins> {
    [[nodiscard]] static bool visible(const std::vector<seen_effect>& mutations) {
        const auto is = [](const seen_effect& m, mutation_kind kind) { return m.kind == kind; };
        return std::any_of(mutations.begin(), mutations.end(),
                           [&](const auto& m) { return is(m, mutation_kind::insert); }) &&
               std::none_of(mutations.begin(), mutations.end(), [&](const auto& erase) {
                   return is(erase, mutation_kind::erase) &&
                          std::none_of(mutations.begin(), mutations.end(), [&](const auto& m) {
                              return is(m, mutation_kind::insert) && saw(m, erase);
                          });
               });
    }
};

/// There: an insert or update that no erase had seen.
template <>
struct rule_model<update_wins> {
    [[nodiscard]] static bool visible(const std::vector<seen_effect>& mutations) {
        return std::any_of(mutations.begin(), mutations.end(), [&](const auto& one) {
            return one.kind != mutation_kind::erase &&
                   std::none_of(mutations.begin(), mutations.end(), [&](const auto& other) {
                       return other.kind == mutation_kind::erase && saw(other, one);
                   });
        });
    }
};

/// There: the mutation with the greatest stamp is no erase.
template <>
struct rule_model<lww_delete> {
    [[nodiscard]] static bool visible(const std::vector<seen_effect>& mutations) {
        const auto last = std::max_element(mutations.begin(), mutations.end(), stamped_before);
        return last != mutations.end() && last->kind != mutation_kind::erase;
    }
};

}  // namespace weft::testing

#endif
