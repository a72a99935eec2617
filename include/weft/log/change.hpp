/// What a replica tells about merging, as it happens: per field that an operation touched, who
/// decided what. A Sink is a callable on field_change, given to replica as a template parameter;
/// with no_sink, the default, nothing of this is computed. It is called while the operation is
/// applied: it may look, but not touch the replica.
///
/// Told is what the state still knows when the operation arrives. A removal leaves nothing behind:
/// an update that comes after one that it survives is told without that choice, which explain()
/// names (provenance.hpp), at the cost of the record's history.
#ifndef WEFT_LOG_CHANGE_HPP
#define WEFT_LOG_CHANGE_HPP

#include <weft/causal/dot.hpp>
#include <weft/merge/policy.hpp>
#include <weft/model/table.hpp>

#include <span>
#include <string_view>

namespace weft {

/// A choice that a policy made between two operations.
template <class Traits>
struct decision {
    reason why{};
    dot<typename Traits::actor_id> winner{};
    dot<typename Traits::actor_id> loser{};
    bool concurrent = false;  ///< neither had seen the other; else the later one knew what it did

    friend bool operator==(const decision&, const decision&) = default;
};

/// One field, or the life of the record, under one mutation. Views end with the call.
template <class Traits>
struct field_change {
    std::string_view collection;
    std::string_view field;   ///< empty: the record's life
    std::string_view policy;  ///< the policy's or the record rule's name
    typename Traits::record_id record{};
    dot<typename Traits::actor_id> by{};  ///< the operation that is applied
    mutation_kind kind{};
    bool changed = false;  ///< the visible value changed (life: the visibility)
    std::span<const decision<Traits>> decisions;
    bool secret = false;   ///< its values are not to be shown (model/secret.hpp)
    bool revised = false;  ///< `by` is an undo or redo, and the field changed through that
};

/// Listens to nothing and costs nothing.
struct no_sink {};

}  // namespace weft

#endif
