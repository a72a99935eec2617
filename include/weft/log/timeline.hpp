/// States over time: replaying operations of a log into a state, all or only those of some past,
/// and the checkpoints that save replaying from the beginning.
#ifndef WEFT_LOG_TIMELINE_HPP
#define WEFT_LOG_TIMELINE_HPP

#include <weft/log/listener.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/log/state.hpp>

#include <cstdint>

namespace weft {

/// Applies the operations of `log` from index `from` on, in the order of admission; with `past`,
/// only those of it. `index`, if it has gone through the log, saves a pass over it where undos
/// came. O(log runs from there, the operations applied, and the histories of records that undos
/// among them touched).
template <class Schema, class Traits, class Listener>
void replay(state<Schema>& to,
            const operation_log<Traits>& log,
            op_index from,
            const causal_graph::cut* past,
            Listener& told,
            const record_history* index = nullptr) {
    log.graph().for_each_run(from, [&](causal_graph::log_run run) {
        if (past != nullptr) {
            const sequence end = run.slot.value < past->size() ? (*past)[run.slot.value] : 0;
            if (end < run.first) {
                return;
            }
            if (run.count > end - run.first + 1) {
                run.count = end - run.first + 1;
            }
        }
        log.for_each(run, [&](const local_operation& op) {
            told.begin(op.id);
            to.apply(op, log, told);
        });
    });
    if (to.unsettled()) {
        record_history own;
        if (index == nullptr || index->size() != log.size()) {
            own.follow(log);
            index = &own;
        }
        to.settle_undos(log, *index, past, told);
    }
}

/// Copies of the state as it was after the first so many operations of the log. Kept by number of
/// operations; each costs the memory of a state.
template <class Schema>
class checkpoints {
public:
    /// Keeps a copy if `every` (not 0) operations have come since the last one.
    template <class Traits>
    void offer(const operation_log<Traits>& log, const state<Schema>& held, std::uint32_t every) {
        const std::uint32_t last = kept_.empty() ? 0 : kept_.back().size;
        if (every != 0 && log.size() - last >= every) {
            kept_.push_back({log.graph().version(), log.size(), held});
        }
    }

    /// The state of a past: replayed from the last checkpoint inside it.
    template <class Traits>
    [[nodiscard]] state<Schema> at(const operation_log<Traits>& log,
                                   const causal_graph::cut& past,
                                   const record_history* index = nullptr) const {
        auto nearest = kept_.end();
        while (nearest != kept_.begin() && !within((nearest - 1)->version, past)) {
            --nearest;
        }
        state<Schema> then;
        std::uint32_t from = 0;
        if (nearest != kept_.begin()) {
            then = (nearest - 1)->held;
            from = (nearest - 1)->size;
        }
        listener<Schema, Traits, no_sink> quiet(log);
        replay(then, log, {from}, &past, quiet, index);
        return then;
    }

    /// Forgets those beyond `size` operations.
    void truncate(std::uint32_t size) {
        while (!kept_.empty() && kept_.back().size > size) {
            kept_.pop_back();
        }
    }

private:
    struct checkpoint {
        causal_graph::cut version;
        std::uint32_t size = 0;
        state<Schema> held;
    };

    [[nodiscard]] static bool within(const causal_graph::cut& part,
                                     const causal_graph::cut& whole) noexcept {
        for (std::size_t i = 0; i < part.size(); ++i) {
            if (part[i] > (i < whole.size() ? whole[i] : 0)) {
                return false;
            }
        }
        return true;
    }

    lean_vector<checkpoint> kept_;
};

}  // namespace weft

#endif
