/// Making undos: whether an operation can be undone under a schema, and the mutations by which one
/// is undone and redone (undo_marks.hpp says what they mean).
#ifndef WEFT_LOG_UNDO_HPP
#define WEFT_LOG_UNDO_HPP

#include <weft/base/result.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/log/undo_marks.hpp>
#include <weft/merge/hindsight.hpp>
#include <weft/model/schema.hpp>

namespace weft {

namespace detail {

template <class Pack>
struct undoable_fields;

template <class... Fields>
struct undoable_fields<field_pack<Fields...>> {
    static constexpr bool any = (undoable<typename Fields::policy_type> || ...);
    static constexpr bool each[sizeof...(Fields) + 1]{undoable<typename Fields::policy_type>...};
};

template <class Collections>
struct undoable_collections;

template <class... Collections>
struct undoable_collections<std::tuple<Collections...>> {
    template <class Collection>
    using of =
        undoable_fields<decltype(pack_in(std::declval<const typename Collection::fields&>()))>;

    static constexpr bool any =
        ((undoable<typename Collections::rule_type> && of<Collections>::any) || ...);

    /// Whether an effect, or (with field 0) a mutation of a record's life, can be undone.
    [[nodiscard]] static bool
    allows(std::uint32_t collection, std::uint32_t field, std::uint32_t kind) noexcept {
        bool allowed = false;
        static_cast<void>(((Collections::tag == collection &&
                            (allowed = allows_in<Collections>(field, kind), true)) ||
                           ...));
        return allowed;
    }

private:
    template <class Collection>
    [[nodiscard]] static bool allows_in(std::uint32_t field, std::uint32_t kind) noexcept {
        if (!undoable<typename Collection::rule_type> || field == 0) {
            return undoable<typename Collection::rule_type>;
        }
        const std::size_t number = Collection::fields::find(field);
        return number != Collection::fields::count && Collection::fields::kinds[number] == kind &&
               of<Collection>::each[number];
    }
};

}  // namespace detail

/// Whether a schema has anything whose operations can be undone: a collection whose rule and at
/// least one of its fields can take effects back.
template <class Schema>
inline constexpr bool undoable_schema =
    detail::undoable_collections<typename Schema::collections>::any;

/// Whether an operation can be undone: every part of it must be known to the schema and able to be
/// taken back, for half an undo would be none; and there must be a part. Undos themselves can't:
/// a redo takes them back. O(operation).
template <class Schema, class Log>
[[nodiscard]] bool can_undo(const local_operation& op, const Log& log) {
    using allowed = detail::undoable_collections<typename Schema::collections>;
    bool all = !op.mutations.empty();
    for (const local_mutation& mutation : op.mutations) {
        const std::uint32_t collection = log.collection_tag(mutation.record.collection);
        all = all && allowed::allows(collection, 0, 0);
        for (const effect_entry& effect : op.effects_of(mutation)) {
            all = all && allowed::allows(collection, effect.field, effect.kind);
        }
    }
    return all;
}

/// Adds to `op` the mutation that undoes `target`.
template <class Traits>
void append_undo(operation<Traits>& op, const dot<typename Traits::actor_id>& target) {
    op.mutations.push_back({undo_tag,
                            mutation_kind::insert,
                            {},
                            {static_cast<std::uint32_t>(op.observed.size()), 1},
                            {static_cast<std::uint32_t>(op.effects.size()), 0}});
    op.observed.push_back({target, 0});
}

/// Adds to `op` the mutation that takes back the marks that stand on `target`.
template <class Traits>
void append_redo(operation<Traits>& op,
                 local_dot target,
                 const undo_marks& marks,
                 const operation_log<Traits>& log) {
    observed_list standing;
    marks.observe(target, standing);
    const auto first = static_cast<std::uint32_t>(op.observed.size());
    for (const local_event& mark : standing) {
        op.observed.push_back({log.dot_of(mark.operation), mark.ordinal});
    }
    lean_sort(op.observed.begin() + first, op.observed.end());
    op.mutations.push_back({undo_tag,
                            mutation_kind::erase,
                            {},
                            {first, static_cast<std::uint32_t>(standing.size())},
                            {static_cast<std::uint32_t>(op.effects.size()), 0}});
}

}  // namespace weft

#endif
