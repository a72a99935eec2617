/// The models of authority and concurrent_authority.
#ifndef WEFT_TESTING_POLICY_MODEL_AUTHORITY_HPP
#define WEFT_TESTING_POLICY_MODEL_AUTHORITY_HPP

#include <weft/merge/authority.hpp>
#include <weft/merge/concurrent_authority.hpp>
#include <weft/testing/policy_model/registers.hpp>

namespace weft::testing {

namespace detail {

/// A write, and whether an authority made it.
template <class T>
struct ranked_write {
    const seen_effect* effect = nullptr;
    T value{};
    bool by_authority = false;
};

template <class Policy, class T, class Class>
struct authority_model : register_model<Policy, T> {
    [[nodiscard]] static std::vector<ranked_write<T>>
    writes(const std::vector<seen_effect>& effects) {
        std::vector<ranked_write<T>> all;
        for (const seen_effect& effect : effects) {
            byte_reader in(effect.payload);
            bool by_authority = false;
            if constexpr (std::is_same_v<Class, claimed>) {
                const auto mark = in.bytes(1);
                if (!mark || mark->front() > std::byte{1}) {
                    continue;
                }
                by_authority = mark->front() == std::byte{1};
            } else {
                by_authority = authority_class<Class>::contains(effect.actor);
            }
            if (auto value = codec<T>::decode(in.rest())) {
                all.push_back({&effect, *std::move(value), by_authority});
            }
        }
        return all;
    }

    [[nodiscard]] static bool beats(const ranked_write<T>& a, const ranked_write<T>& b) {
        return a.by_authority != b.by_authority ? a.by_authority
                                                : stamped_before(*b.effect, *a.effect);
    }

    static void edit(typename Policy::editor field, dice& from, std::optional<rendering>& now) {
        const T value = hostile_value<T>(from);
        if constexpr (std::is_same_v<Class, claimed>) {
            if (from.percent(40)) {
                field.as_authority() = value;
            } else {
                field = value;
            }
        } else {
            field = value;
        }
        now = rendering{encoded(value)};
        if (Policy::absolute) {
            now.reset();  // whether it stays, the value alone does not tell
        }
    }

    static void replaced(const Policy& wanted, std::optional<rendering>& now) {
        now = rendering{encoded(wanted.value())};
        if (Policy::absolute) {
            now.reset();
        }
    }
};

}  // namespace detail

/// Of all writes the best: an authority's before all others, then by stamp.
template <class T, class Class>
struct policy_model<authority<T, Class>> : detail::authority_model<authority<T, Class>, T, Class> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        const auto all = policy_model::writes(effects);
        const auto best = std::min_element(all.begin(), all.end(), policy_model::beats);
        return {encoded(best == all.end() ? T{} : best->value)};
    }
};

/// The same of those that no other write had seen.
template <class T, class Class>
struct policy_model<concurrent_authority<T, Class>>
    : detail::authority_model<concurrent_authority<T, Class>, T, Class> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        const auto all = policy_model::writes(effects);
        const auto live = unseen_by_others(all);
        const auto best =
            std::min_element(live.begin(), live.end(), [](const auto* a, const auto* b) {
                return policy_model::beats(*a, *b);
            });
        return {encoded(best == live.end() ? T{} : (*best)->value)};
    }
};

}  // namespace weft::testing

#endif
