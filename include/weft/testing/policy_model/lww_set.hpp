/// The model of lww_set.
#ifndef WEFT_TESTING_POLICY_MODEL_LWW_SET_HPP
#define WEFT_TESTING_POLICY_MODEL_LWW_SET_HPP

#include <weft/merge/lww_set.hpp>
#include <weft/testing/policy_model/sets.hpp>

namespace weft::testing {

/// Present: the edit of the element with the greatest stamp adds it.
template <class T>
struct policy_model<lww_set<T>> : detail::set_model<lww_set<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        rendering present;
        for (const auto& [element, edits] : detail::element_edits<T>(effects)) {
            const auto last =
                std::max_element(edits.begin(), edits.end(), [](const auto& a, const auto& b) {
                    return stamped_before(*a.effect, *b.effect);
                });
            if (!last->removes) {
                present.push_back(element);
            }
        }
        return present;
    }
};

}  // namespace weft::testing

#endif
