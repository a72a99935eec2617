/// The models of enable_wins and disable_wins.
#ifndef WEFT_TESTING_POLICY_MODEL_FLAGS_HPP
#define WEFT_TESTING_POLICY_MODEL_FLAGS_HPP

#include <weft/merge/disable_wins.hpp>
#include <weft/merge/enable_wins.hpp>
#include <weft/testing/policy_model/basis.hpp>

namespace weft::testing {

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

}  // namespace weft::testing

#endif
