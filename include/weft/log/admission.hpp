/// The admission rules: whether a well-formed operation may join the log. They are functions of the
/// operation and its causal past alone, never of a schema, a limit or a clock, so that every
/// replica judges alike. (1) Its parents are held, and none is an ancestor of another; (2) its
/// actor's previous operation is in its causal past; (3) its timestamp is greater than its
/// parents'; (4) every dot that it names is in its causal past or an earlier ordinal of itself.
/// Rule (5), that its address verifies, is checked where addresses are computed (wire/intake.hpp).
#ifndef WEFT_LOG_ADMISSION_HPP
#define WEFT_LOG_ADMISSION_HPP

#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/result.hpp>
#include <weft/log/operation_log.hpp>

namespace weft {

/// The last timestamp that an operation may carry: that of hybrid_clock::last_usable. The last
/// millisecond of the range is nobody's.
inline constexpr timestamp last_admissible{timestamp::of(timestamp::wall_max).bits - 1};

namespace detail {

template <class Traits>
[[nodiscard]] errc malformed_names(const operation<Traits>& op) {
    if (op.id.sequence == 0 || op.at > last_admissible) {
        return errc::out_of_range;
    }
    for (const auto& named : op.observed) {
        if (named.operation.sequence == 0) {
            return errc::out_of_range;
        }
    }
    for (std::size_t i = 0; i < op.parents.size(); ++i) {
        const auto& parent = op.parents[i].operation;
        if (parent.sequence == 0 ||
            (parent.actor == op.id.actor && parent.sequence >= op.id.sequence)) {
            return errc::out_of_range;
        }
        if (op.parents[i].address == typename operation<Traits>::address{}) {
            return errc::not_canonical;
        }
        if (i != 0 && !parents_in_order{}(op.parents[i - 1], op.parents[i])) {
            return errc::not_sorted;
        }
    }
    return errc::none;
}

template <class Traits>
[[nodiscard]] errc malformed_mutation(const operation<Traits>& op,
                                      const mutation_entry<typename Traits::record_id>& mutation) {
    const auto effects = op.effects_of(mutation);
    const bool right = mutation.kind == mutation_kind::insert ||
                       (mutation.kind == mutation_kind::update) != effects.empty();
    if (!right) {
        return errc::not_canonical;
    }
    for (std::size_t i = 1; i < effects.size(); ++i) {
        if (effects[i - 1].field >= effects[i].field) {
            return errc::not_sorted;
        }
    }
    const auto dots = op.observed_of(mutation.observed);
    for (std::size_t i = 1; i < dots.size(); ++i) {
        if (!(dots[i - 1] < dots[i])) {
            return errc::not_sorted;
        }
    }
    return errc::none;
}

}  // namespace detail

/// Whether an operation is well formed (operation.hpp): errc::none, or what is wrong. For those
/// that come from this process; what comes in batches was checked by their reader. O(operation).
template <class Traits>
[[nodiscard]] errc malformed(const operation<Traits>& op) {
    errc wrong = detail::malformed_names(op);
    for (std::size_t i = 0; i < op.mutations.size() && wrong == errc::none; ++i) {
        wrong = detail::malformed_mutation(op, op.mutations[i]);
    }
    return wrong;
}

/// The first parent that is not held, if any.
template <class Traits>
[[nodiscard]] maybe<dot<typename Traits::actor_id>>
missing_parent(const operation<Traits>& op, const operation_log<Traits>& log) {
    for (const auto& parent : op.parents) {
        if (!log.graph().holds(log.local_of(parent.operation))) {
            return parent.operation;
        }
    }
    return {};
}

namespace detail {

template <class Traits>
[[nodiscard]] bool names_unseen_dot(const operation<Traits>& op,
                                    const operation_log<Traits>& log,
                                    lean_span<local_dot> parents) {
    std::uint32_t ordinal = 0;
    const auto unseen = [&](slice named) {
        for (const auto& event : op.observed_of(named)) {
            if (event.operation.actor == op.id.actor) {
                // Everything earlier by the same actor is in the causal past by rule 2.
                if (event.operation.sequence > op.id.sequence ||
                    (event.operation.sequence == op.id.sequence && event.ordinal >= ordinal)) {
                    return true;
                }
                continue;
            }
            const local_dot local = log.local_of(event.operation);
            if (!log.graph().holds(local) || !log.graph().contains(parents, local)) {
                return true;
            }
        }
        return false;
    };
    for (const auto& mutation : op.mutations) {
        if (unseen(mutation.observed)) {
            return true;
        }
        for (const effect_entry& effect : op.effects_of(mutation)) {
            if (unseen(effect.observed)) {
                return true;
            }
        }
        ++ordinal;
    }
    return false;
}

}  // namespace detail

/// Judges an operation whose parents are all held and whose dot is not: errc::none, or the rule
/// that it breaks. `scratch` holds its parents afterwards. O(operation + parents and foreign dots,
/// each a walk in the graph).
template <class Traits>
[[nodiscard]] errc judge(const operation<Traits>& op,
                         const operation_log<Traits>& log,
                         lean_vector<local_dot>& scratch) {
    const causal_graph& graph = log.graph();
    if (op.id.sequence == 0 || op.at > last_admissible) {
        return errc::out_of_range;
    }
    scratch.clear();
    bool follows_own = op.id.sequence == 1;
    for (const auto& parent : op.parents) {
        const local_dot local = log.local_of(parent.operation);
        WEFT_ASSERT(graph.holds(local));
        follows_own |= parent.operation.actor == op.id.actor &&
                       parent.operation.sequence + 1 == op.id.sequence;
        scratch.push_back(local);
        if (graph.time_of(local) >= op.at) {
            return errc::timestamp_not_after_parents;
        }
    }
    if (scratch.size() > 1 && !graph.is_antichain(scratch)) {
        return errc::parents_not_antichain;
    }
    if (!follows_own) {
        const local_dot previous = log.local_of({op.id.actor, op.id.sequence - 1});
        if (!graph.holds(previous) || !graph.contains(scratch, previous)) {
            return errc::sequence_gap;
        }
    }
    if (!op.observed.empty() && detail::names_unseen_dot(op, log, scratch)) {
        return errc::unseen_dot;
    }
    return errc::none;
}

}  // namespace weft

#endif
