/// At most so many records with one key: `capacity<"seats", 12, by<&Booking::room>>`. The first
/// so many by the rule win and the others lose: they stay in the state, leave the view (unless
/// flag_losers) and are named in violations(). When a winner goes, the next one takes its place.
///
/// Options, in any order: a conflict rule (conflict_rule.hpp; first_write_wins if none is given),
/// where<predicate>, flag_losers, of<Record>.
/// Judged among the records that the constraints before it in the schema let through.
/// Cost of a changed record: O(1) expected while its key has room; else O(k log k) comparisons of
/// the k records with that key. Memory: that of key_groups.hpp.
#ifndef WEFT_MODEL_CAPACITY_HPP
#define WEFT_MODEL_CAPACITY_HPP

#include <weft/model/conflict_rule.hpp>
#include <weft/model/constraint.hpp>

namespace weft {

namespace detail {

/// What unique and capacity say to the views.
template <class Key, class... Options>
struct choice {
    static_assert(
        ((is_conflict_rule<Options>::value || is_where<Options>::value || is_of<Options>::value ||
          is_flag_losers<Options>::value) &&
         ...),
        "weft: an option of unique and capacity is a conflict rule (first_write_wins, ...), "
        "where<...>, flag_losers or of<...>");
    static_assert(
        (0 + ... + (is_conflict_rule<Options>::value ? 1 : 0)) <= 1,
        "weft: a constraint has one conflict rule; nest the second: highest<&R::f, rule>");

    using record_type =
        typename option<is_of, of<typename Key::record_type>, Options...>::type::record_type;
    static_assert(!std::is_void_v<record_type>,
                  "weft: which struct this constraint is about can't be seen from its key; add "
                  "weft::of<Record>");

    using key = Key;
    using rule = typename option<is_conflict_rule, first_write_wins, Options...>::type;
    using filter = typename option<is_where, every_record, Options...>::type;
    static constexpr bool refers = false;
    static constexpr bool hides = !(is_flag_losers<Options>::value || ...);
};

}  // namespace detail

template <fixed_string Name, std::uint32_t Limit, class Key, class... Options>
struct capacity : detail::choice<Key, Options...> {
    static_assert(Limit > 0, "weft: a capacity of 0 lets nothing through");
    static constexpr std::string_view name = Name.view();
    static constexpr violation_kind kind = violation_kind::over_capacity;
    static constexpr std::uint32_t limit = Limit;
};

}  // namespace weft

#endif
