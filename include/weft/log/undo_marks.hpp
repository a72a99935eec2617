/// Which operations are undone: an add-wins set of operations. An undo is itself an operation, with
/// a mutation of the pseudo-collection 0, of no record and without effects:
///
///   insert   a mark on each operation that its record-level dots name (with ordinal 0): undone;
///   erase    takes back the marks of the mutations that its record-level dots name: redone.
///
/// An operation is undone while a mark on it lives: two replicas that undo one operation undo it
/// once, and an undo that a concurrent redo had not seen wins. Marks on undos do nothing: what an
/// undo did is taken back by a redo. An operation that was ever marked counts as such for ever,
/// also in what is computed: after its redo the state is what the history alone says
/// (hindsight.hpp).
///
/// Memory: nothing without undos; 32 bytes per operation marked, 24 per live mark beyond the first.
/// Cost of a mark: O(1) expected; what it changes is computed by the state (state.hpp).
/// Source: add-wins set, Bieniusa et al. (2012); selective undo: Prakash and Knister (1994).
#ifndef WEFT_LOG_UNDO_MARKS_HPP
#define WEFT_LOG_UNDO_MARKS_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/small_map.hpp>
#include <weft/causal/causal_graph.hpp>
#include <weft/log/operation.hpp>
#include <weft/merge/hindsight.hpp>
#include <weft/merge/live_events.hpp>
#include <weft/merge/state_bytes.hpp>

namespace weft {

/// The tag of the pseudo-collection of undos. No name has this tag.
inline constexpr std::uint32_t undo_tag = 0;

/// The wire kind under which its digest is told.
inline constexpr std::uint32_t undo_kind = 1;

class undo_marks {
public:
    /// No operation was ever marked.
    [[nodiscard]] bool empty() const noexcept { return marked_.empty(); }

    [[nodiscard]] bool undone(local_dot operation) const noexcept {
        const live* const of = marked_.find(operation);
        return of != nullptr && !of->events.empty();
    }

    /// Whether it is or was undone.
    [[nodiscard]] bool ever_undone(local_dot operation) const noexcept {
        return marked_.find(operation) != nullptr;
    }

    /// Puts a mark on an operation. True: it was never marked, or was not undone.
    bool mark(local_dot operation, const event& at) {
        live& of = marked_[operation];
        const bool news = of.events.empty();
        of.events[at.id] = {};
        sum_.add(digest_of(operation, at.id, at.actors));
        return news;
    }

    /// Takes one mark back. True: the operation is not undone any more.
    bool take_back(local_dot operation, const local_event& mark, const actor_order& actors) {
        live* const of = marked_.find(operation);
        if (of == nullptr || !of->events.erase(mark)) {
            return false;
        }
        sum_.subtract(digest_of(operation, mark, actors));
        return of->events.empty();
    }

    /// Appends the live marks on an operation: what its redo takes back.
    void observe(local_dot operation, observed_list& marks) const {
        if (const live* const of = marked_.find(operation)) {
            observe_all(of->events, marks);
        }
    }

    /// Of the live marks; zero if nothing is undone.
    [[nodiscard]] const digest_sum& sum() const noexcept { return sum_; }

private:
    struct nothing {
        friend bool operator==(const nothing&, const nothing&) = default;
    };

    struct live {
        live_events<nothing> events;
    };

    [[nodiscard]] static digest<16>
    digest_of(local_dot operation, const local_event& mark, const actor_order& actors) {
        byte_buffer bytes;
        byte_writer out(bytes);
        write_event(out, {operation, 0}, actors);
        write_event(out, mark, actors);
        return xxh3_128::hash(bytes);
    }

    small_map<local_dot, live> marked_;
    digest_sum sum_;
};

/// What the writer of an event had seen.
[[nodiscard]] inline hindsight past_of(const event& at, const causal_graph& graph) noexcept {
    return {&graph,
            [](const void* asked, local_dot of, local_dot what) {
                return static_cast<const causal_graph*>(asked)->contains(of, what);
            },
            at.id};
}

/// Whether a dot of such a mutation of `op` marks the operation that it names: not if it names a
/// mutation that is not the first, or `op` itself.
[[nodiscard]] inline bool marks_operation(const local_operation& op,
                                          const local_event& named) noexcept {
    return named.ordinal == 0 && named.operation != op.id;
}

}  // namespace weft

#endif
