/// A field that holds ids of records of another collection (or of its own), and what becomes of a
/// record in view when a target is gone: deleted, or hidden by a constraint.
///
///     references<"todo's project", &Todo::project, Project, on_delete::cascade>   one id
///     references<"todo's labels", &Todo::labels, Label, on_delete::set_null>      a set of ids
///
///     cascade     the record leaves the view too; with several targets, if any is gone
///     set_null    the record stays; the view shows the field without the id (entry.shown<...>())
///     restrict    a deleted target stays in view while a record in view refers to it
///     no_action   nothing; the violation is named
///
/// A target that no operation here ever named is only named as a violation: what is not known is
/// not deleted (a replica may hold a part of the data). Empty optionals refer to nothing.
/// reference_web.hpp defines cascade and restrict together, cycles included, and says the cost.
#ifndef WEFT_MODEL_REFERENCES_HPP
#define WEFT_MODEL_REFERENCES_HPP

#include <weft/model/constraint.hpp>

namespace weft {

enum class on_delete : std::uint8_t { cascade, set_null, restrict, no_action };

namespace detail {

template <class Id, class Value, class Visit>
void visit_reference(const Value& value, const Visit& visit) {
    if constexpr (without_optional<Value>::optional) {
        static_assert(
            std::is_same_v<typename without_optional<Value>::type, Id>,
            "weft: references needs a field of record ids, std::optional record ids, or a "
            "set of them");
        if (value.has_value()) {
            visit(*value);
        }
    } else {
        static_assert(
            std::is_same_v<Value, Id>,
            "weft: references needs a field of record ids, std::optional record ids, or a "
            "set of them");
        visit(value);
    }
}

}  // namespace detail

template <fixed_string Name, auto Field, class Target, on_delete Action, class... Options>
struct references {
    static_assert(std::is_member_object_pointer_v<decltype(Field)>,
                  "weft: the second argument of weft::references is a field, &Record::field");
    static_assert((detail::is_of<Options>::value && ...),
                  "weft: the only option of references is weft::of<Record>");

    using record_type =
        typename detail::option<detail::is_of,
                                of<typename detail::part_owner<decltype(Field)>::type>,
                                Options...>::type::record_type;
    using target_type = Target;
    static constexpr auto field = Field;
    static constexpr bool refers = true;
    static constexpr std::string_view name = Name.view();
    static constexpr on_delete action = Action;

    /// Whether the field holds any number of ids.
    static constexpr bool many = requires(const record_type& record) { (record.*Field).begin(); };

    /// Calls visit(id) for each id that the field holds, in no particular order.
    template <class Id, class Visit>
    static void each_target(const record_type& record, const Visit& visit) {
        if constexpr (many) {
            for (const auto& value : record.*Field) {
                detail::visit_reference<Id, std::remove_cvref_t<decltype(value)>>(value, visit);
            }
        } else {
            const auto& value = (record.*Field).value();
            detail::visit_reference<Id, std::remove_cvref_t<decltype(value)>>(value, visit);
        }
    }
};

}  // namespace weft

#endif
