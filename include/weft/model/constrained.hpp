/// A schema with constraints: `constrained<schema<1, collection<"users", User>>, unique<"one
/// email", by<&User::email>>>`. It is the schema in every respect; replicas of it have
/// view<Record>() and violations() besides. What constraints are: constraint.hpp. In which order
/// they are judged: constraint_views.hpp.
#ifndef WEFT_MODEL_CONSTRAINED_HPP
#define WEFT_MODEL_CONSTRAINED_HPP

#include <weft/model/capacity.hpp>
#include <weft/model/constraint_views.hpp>
#include <weft/model/references.hpp>
#include <weft/model/unique.hpp>

namespace weft {

namespace detail {

template <class Schema, class Constraint>
[[nodiscard]] constexpr bool about_known_records() {
    if constexpr (!constraint<Constraint>) {
        return true;  // said already
    } else {
        constexpr auto record = Schema::template number_of<typename Constraint::record_type>;
        if constexpr (Constraint::refers) {
            constexpr auto target = Schema::template number_of<typename Constraint::target_type>;
            return record < Schema::count && target < Schema::count;
        } else {
            return record < Schema::count;
        }
    }
}

}  // namespace detail

template <class Schema, class... Constraints>
struct constrained : Schema {
    static_assert(sizeof...(Constraints) > 0,
                  "weft: weft::constrained needs at least one constraint after the schema");
    static_assert((constraint<Constraints> && ...),
                  "weft: what follows the schema in weft::constrained is unique, capacity or "
                  "references");
    static_assert((detail::about_known_records<Schema, Constraints>() && ...),
                  "weft: a constraint is about a struct that no collection of this schema holds; "
                  "for a derived struct add weft::of<Derived>");

    using constraints = constraint_list<Constraints...>;
    static_assert(constraints::distinct(), "weft: two constraints have the same name; rename one");
    static_assert(constraints::count <= stage_marks::stages_max,
                  "weft: a schema has at most 62 constraints");

    using views = constraint_views<constrained>;
};

}  // namespace weft

#endif
