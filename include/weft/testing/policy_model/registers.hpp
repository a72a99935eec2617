/// The models of lww, fww, max, min and multi_value.
#ifndef WEFT_TESTING_POLICY_MODEL_REGISTERS_HPP
#define WEFT_TESTING_POLICY_MODEL_REGISTERS_HPP

#include <weft/merge/fww.hpp>
#include <weft/merge/lww.hpp>
#include <weft/merge/max.hpp>
#include <weft/merge/min.hpp>
#include <weft/merge/multi_value.hpp>
#include <weft/testing/policy_model/basis.hpp>

namespace weft::testing {

namespace detail {

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

}  // namespace weft::testing

#endif
