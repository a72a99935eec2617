/// The models of the record rules: delete_wins, update_wins and lww_delete.
#ifndef WEFT_TESTING_POLICY_MODEL_RECORDS_HPP
#define WEFT_TESTING_POLICY_MODEL_RECORDS_HPP

#include <weft/merge/delete_wins.hpp>
#include <weft/merge/lww_delete.hpp>
#include <weft/merge/update_wins.hpp>
#include <weft/testing/policy_model/basis.hpp>

namespace weft::testing {

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
