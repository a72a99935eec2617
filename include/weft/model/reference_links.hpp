/// Who refers to whom through one field: per row the targets that it names, per target the rows
/// that name it. Targets are known by id, so that a reference may come before its target; the row
/// is filled in when there is one.
#ifndef WEFT_MODEL_REFERENCE_LINKS_HPP
#define WEFT_MODEL_REFERENCE_LINKS_HPP

#include <weft/model/key_groups.hpp>
#include <weft/model/references.hpp>
#include <weft/model/stage_marks.hpp>

namespace weft {

/// The groups' keys are the targets' ids.
struct reference_links {
    static constexpr std::uint32_t none = key_groups::none;

    key_groups groups;
    lean_vector<std::uint32_t> by_target;  ///< by the target's row: its group, perhaps an old one
    std::uint32_t source = 0;              ///< collections, by the schema's number
    std::uint32_t target = 0;
    on_delete action = on_delete::no_action;

    /// The group of those that refer to a row of the target collection, or none.
    [[nodiscard]] std::uint32_t group_of(std::uint32_t row) const noexcept {
        const std::uint32_t number = row < by_target.size() ? by_target[row] : none;
        return number != none && groups[number].target == row ? number : none;
    }

    /// The row of this id is now known.
    void resolve(std::uint32_t group, std::uint32_t row) {
        if (row >= by_target.size()) {
            by_target.resize(row + std::size_t{1}, none);
        }
        by_target[row] = group;
        groups.set_target(group, row);
    }

    /// Calls visit(target) for each known target of a row.
    template <class Visit>
    void each_target(std::uint32_t row, const Visit& visit) const {
        for (const key_groups::link& link : groups.links(row)) {
            WEFT_STEP(1);
            if (groups[link.group].target != none) {
                visit(row_name{target, groups[link.group].target});
            }
        }
    }

    /// Calls visit(source) for each row that refers to a row of the target collection, until it
    /// returns false.
    template <class Visit>
    void each_source(std::uint32_t row, const Visit& visit) const {
        const std::uint32_t group = group_of(row);
        if (group == none) {
            return;
        }
        for (const key_groups::member& member : groups[group].members) {
            WEFT_STEP(1);
            if (!visit(row_name{source, member.row})) {
                return;
            }
        }
    }
};

}  // namespace weft

#endif
