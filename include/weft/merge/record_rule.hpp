/// What decides whether a record is there: one regular type a collection, kept beside each
/// record's fields. Mutations come as insert, update or erase; a rule sees every one of its
/// record's, also those whose effects this build does not know. A rule only hides: fields keep
/// their values and go on merging under a delete, and a record that comes back has them.
///
/// I insert, U update, D erase; "then": the second is causally after the first; "||": concurrent.
///
///                               delete_wins      update_wins      lww_delete
///     I || I, I || U            there            there            there
///     U || U, never inserted    hidden           there            there
///     I, then U                 there            there            there
///     I, then D                 hidden           hidden           hidden
///     D || U (after I)          hidden           there            the greater stamp
///     D || I (upsert, after I)  hidden           there            the greater stamp
///     D || D (after I)          hidden           hidden           hidden
///     D, then I                 there            there            there
///     D, then U                 hidden           there            there
///     D1 || D2, I after D1      hidden           there            the greater of D2, I
///     (I after D) || D          hidden           there            the greater stamp
///     D, never inserted         hidden           hidden           hidden
///     D, never inserted, || I   hidden           there            the greater stamp
///
/// Fields of I || I merge one by one. (replica refuses to edit what is hidden, so "D, then U" and
/// "never inserted" come from builders and from other implementations only.)
///
/// observe() appends the dots that a mutation made now takes back, in no particular order; on the
/// wire they stand ascending. A dot of something else is inert. Not here: the fields (policy.hpp).
#ifndef WEFT_MERGE_RECORD_RULE_HPP
#define WEFT_MERGE_RECORD_RULE_HPP

#include <weft/merge/mutation_kind.hpp>
#include <weft/merge/policy.hpp>

namespace weft {

/// The syntax of a rule. Laws as for a policy: concurrent mutations commute, write_state is equal
/// exactly when states are, a throw from apply leaves the state as it was.
///   apply: true when visible() changed.   visible: whether the record is there.
///   existed: whether any mutation was ever applied; pristine is its opposite, for symmetry with
///   fields.
template <class R>
concept record_rule = std::regular<R> && requires(R& state,
                                                  const R& held,
                                                  mutation_kind kind,
                                                  observed_list& list,
                                                  observed_span dots,
                                                  const event& at,
                                                  null_report& report,
                                                  byte_writer& out,
                                                  const actor_order& actors) {
    { R::rule_name } -> std::convertible_to<std::string_view>;
    { R::wire_kind } -> std::convertible_to<std::uint32_t>;
    { held.visible() } -> std::same_as<bool>;
    { held.existed() } -> std::same_as<bool>;
    { held.pristine() } -> std::same_as<bool>;
    held.observe(kind, list);
    { state.apply(kind, dots, at, report) } -> std::same_as<bool>;
    held.write_state(out, actors);
};

}  // namespace weft

#endif
