/// Whether writers met in a history: what a test that is to prove anything about merging needs.
#ifndef WEFT_TESTING_MEETINGS_HPP
#define WEFT_TESTING_MEETINGS_HPP

#include <weft/log/operation_log.hpp>
#include <weft/log/undo_marks.hpp>

#include <vector>

namespace weft::testing {

struct met {
    bool on_a_field = false;        ///< concurrent effects on one field of one record
    bool delete_and_other = false;  ///< a delete, and concurrent to it another mutation
};

/// O(mutations squared) at worst.
template <class Traits>
[[nodiscard]] met meetings(const operation_log<Traits>& log) {
    struct touch {
        std::uint32_t field = 0;  ///< tag, 0 for the record
        record_ref record{};
        local_dot by{};
        bool erases = false;
    };

    std::vector<touch> all;
    local_operation op;
    for (std::uint32_t i = 0; i < log.size(); ++i) {
        log.read(op_index{i}, op);
        for (const local_mutation& mutation : op.mutations) {
            if (log.collection_tag(mutation.record.collection) == undo_tag) {
                continue;
            }
            all.push_back({0, mutation.record, op.id, mutation.kind == mutation_kind::erase});
            for (const effect_entry& effect : op.effects_of(mutation)) {
                all.push_back({effect.field, mutation.record, op.id, false});
            }
        }
    }
    met found;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            bool& which = all[i].field != 0 ? found.on_a_field : found.delete_and_other;
            const bool of_interest = all[i].field == all[k].field &&
                                     all[i].record == all[k].record &&
                                     (all[i].field != 0 || all[i].erases != all[k].erases);
            if (!which && of_interest && all[i].by.slot != all[k].by.slot) {
                which = log.graph().compare(all[i].by, all[k].by) == causal_order::concurrent;
            }
        }
    }
    return found;
}

}  // namespace weft::testing

#endif
