/// The causal graph: which operation directly follows which, and every question about who has seen
/// what. Inside it an operation is (actor slot, sequence), or its index in the order of admission.
/// Put together from causal runs with versions (causal_runs.hpp), the order of admission
/// (log_order.hpp) and the timestamps (timestamp_column.hpp).
///
/// Invariants: parents precede children in the order of admission and in time; an actor's
/// operations form a chain, so that a version, one count per actor, says all about a causal past;
/// only an actor's last operation can be a head.
/// Not here: bytes of operations (log/), actor ids and addresses (they live at the border).
#ifndef WEFT_CAUSAL_CAUSAL_GRAPH_HPP
#define WEFT_CAUSAL_CAUSAL_GRAPH_HPP

#include <weft/base/assert.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/steps.hpp>
#include <weft/causal/actor_order.hpp>
#include <weft/causal/causal_order.hpp>
#include <weft/causal/causal_runs.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/log_order.hpp>
#include <weft/causal/stamp_order.hpp>
#include <weft/causal/timestamp.hpp>
#include <weft/causal/timestamp_column.hpp>
#include <weft/causal/version_tree.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft {

/// Operations `first` to `last` of an actor, last included.
struct local_range {
    actor_slot slot{};
    sequence first = 0;
    sequence last = 0;

    friend constexpr bool operator==(const local_range&, const local_range&) = default;
};

/// Grows by add, shrinks by truncate; only these throw nothing but bad_alloc, and with the strong
/// guarantee. Const functions may run concurrently. Operations given to queries must be held,
/// unless said otherwise.
class causal_graph {
public:
    using log_run = weft::log_run;
    /// Counts by slot; shorter means zeros.
    using cut = weft::cut;

    /// Operations held at most.
    static constexpr std::uint32_t size_max = ~std::uint32_t{0} - 1;

    // --- what is held

    [[nodiscard]] std::uint32_t size() const noexcept { return order_.size(); }

    /// One more than the greatest slot with an operation.
    [[nodiscard]] std::uint32_t actors() const noexcept {
        return static_cast<std::uint32_t>(actors_.size());
    }

    /// Operations held of this actor, which is also its last sequence.
    [[nodiscard]] sequence count(actor_slot slot) const noexcept {
        return slot.value < actors_.size() ? actors_[slot.value].count : 0;
    }

    [[nodiscard]] bool holds(local_dot d) const noexcept {
        return d.sequence != 0 && d.sequence <= count(d.slot);
    }

    /// O(log log-runs).
    [[nodiscard]] local_dot dot_of(op_index index) const noexcept { return order_.dot_of(index); }

    /// O(log log-runs of the actor).
    [[nodiscard]] op_index index_of(local_dot d) const noexcept {
        WEFT_ASSERT(holds(d));
        return order_.index_of(d);
    }

    /// O(1): reads half a block of differences. times_from is cheaper for many in order.
    [[nodiscard]] timestamp time_of(op_index index) const noexcept { return times_[index.value]; }

    /// O(1) for the actor's last operation, else as index_of.
    [[nodiscard]] timestamp time_of(local_dot d) const noexcept {
        WEFT_ASSERT(holds(d));
        const actor& owner = actors_[d.slot.value];
        return d.sequence == owner.count ? owner.latest : time_of(index_of(d));
    }

    /// Reads the timestamps of `index` and following, one by one; valid until the graph changes.
    [[nodiscard]] timestamp_column::cursor times_from(op_index index) const noexcept {
        return {times_, index.value};
    }

    /// Whether its parents are anything but exactly its actor's previous operation.
    [[nodiscard]] bool run_start(local_dot d) const noexcept {
        WEFT_ASSERT(holds(d));
        return runs_.first_of(runs_.run_of(d)) == d;
    }

    /// The next sequence of the actor after d's that is a run_start, 0 if there is none: for going
    /// through many operations in order without asking for each. O(log runs of the actor).
    [[nodiscard]] sequence next_run_start(local_dot d) const noexcept {
        WEFT_ASSERT(holds(d));
        return runs_.next_start(d);
    }

    /// Replaces `out` by all direct parents, sorted by slot.
    template <class List>
    void parents_of(local_dot d, List& out) const {
        WEFT_ASSERT(holds(d));
        out.clear();
        const std::uint32_t run = runs_.run_of(d);
        if (runs_.first_of(run) != d) {
            out.push_back({d.slot, d.sequence - 1});
            return;
        }
        runs_.for_each_link(run, [&](causal_runs::link parent) {
            out.push_back({runs_.first_of(parent.run).slot, parent.sequence});
        });
        lean_sort(out.data(), out.data() + out.size());
    }

    /// The frontier of everything: the operations without children, in no particular order.
    [[nodiscard]] lean_span<local_dot> heads() const noexcept { return heads_; }

    /// Whether the operation has no children. O(1).
    [[nodiscard]] bool is_head(local_dot d) const noexcept {
        return holds(d) && d.sequence == count(d.slot) && actors_[d.slot.value].head != no_head;
    }

    // --- change

    /// Appends the next operation of `slot`, which has to be admissible: parents held, in any
    /// order, an antichain; the actor's previous operation among them or in their past; `at`
    /// greater than their timestamps. Amortised O(1) when the only parent is the previous
    /// operation, else O(parents + nodes in which their versions differ).
    op_index add(actor_slot slot, timestamp at, lean_span<local_dot> parents) {
        const local_dot added{slot, count(slot) + 1};
        const op_index index{size()};
        WEFT_ASSERT(index.value < size_max);
        if (slot.value >= actors_.capacity()) {
            actors_.reserve(slot.value + actors_.size() / 2 + 2);
        }
        if (heads_.capacity() < actors_.capacity()) {
            heads_.reserve(actors_.capacity());  // so that truncate needs no memory
        }
        times_.reserve_one();
        order_.reserve_one(slot);
        const bool extends = parents.size() == 1 && parents[0].slot == slot &&
                             parents[0].sequence + 1 == added.sequence;
        if (!extends) {
            runs_.start(added, parents);
        }
        // From here on nothing can fail.
        if (slot.value >= actors_.size()) {
            actors_.resize(slot.value + std::size_t{1});
        }
        for (const local_dot parent : parents) {
            WEFT_ASSERT(holds(parent));
            if (parent.slot != slot && parent.sequence == count(parent.slot)) {
                remove_head(parent.slot);
            }
        }
        actor& owner = actors_[slot.value];
        owner.count = added.sequence;
        owner.latest = at;
        if (owner.head == no_head) {
            owner.head = static_cast<std::uint32_t>(heads_.size());
            heads_.push_back(added);
        } else {
            heads_[owner.head] = added;
        }
        order_.push_back(slot, added.sequence);
        times_.push_back(at);
        return index;
    }

    /// Forgets all but the first `size` operations: exactly the graph from before, but for the
    /// order of heads. O(actors + parents + forgotten), allocates nothing.
    void truncate(std::uint32_t size) noexcept {
        if (size >= this->size()) {
            return;
        }
        while (order_.size() > size) {
            const local_dot newest = order_.last();
            if (runs_.first_of(runs_.size() - 1) == newest) {
                runs_.pop_back();
            }
            order_.truncate(order_.size() - 1);
            actors_[newest.slot.value].count = newest.sequence - 1;
            actors_[newest.slot.value].latest = unknown;
        }
        while (!actors_.empty() && actors_.back().count == 0) {
            actors_.pop_back();
        }
        times_.truncate(size);
        restore_actors();
    }

    // --- who has seen what

    /// Whether `what` is `of` or one of its ancestors. `what` need not be held. O(log runs of the
    /// actor) and at most causal_runs::walk_max looks into versions.
    [[nodiscard]] bool contains(local_dot of, local_dot what) const {
        WEFT_ASSERT(holds(of));
        return runs_.contains(of, what);
    }

    /// Whether `what` is in the causal past of the frontier, itself included.
    [[nodiscard]] bool contains(lean_span<local_dot> frontier, local_dot what) const {
        bool found = false;
        for (std::size_t i = 0; i < frontier.size() && !found; ++i) {
            found = contains(frontier[i], what);
        }
        return found;
    }

    [[nodiscard]] causal_order compare(local_dot a, local_dot b) const {
        return causal_order_of(!contains(b, a), !contains(a, b));
    }

    /// Whether none of the operations is an ancestor of another, nor there twice. O(p log p) for p
    /// heads; else O(p * p) calls of contains, or O(actors + p walks) if that is less.
    [[nodiscard]] bool is_antichain(lean_span<local_dot> dots) const {
        if (dots.size() > 8 && dots.size() * dots.size() > actors_.size() / 256) {
            return is_wide_antichain(dots);
        }
        for (std::size_t i = 0; i < dots.size(); ++i) {
            const bool head = is_head(dots[i]);
            for (std::size_t k = 0; k < dots.size(); ++k) {
                // Nothing contains a head but itself.
                if (i != k && (head ? dots[i] == dots[k] : contains(dots[k], dots[i]))) {
                    return false;
                }
            }
        }
        return true;
    }

    // --- versions and frontiers

    /// Everything that is held.
    [[nodiscard]] cut version() const {
        cut all(actors_.size());
        for (std::size_t i = 0; i < actors_.size(); ++i) {
            all[i] = actors_[i].count;
        }
        return all;
    }

    /// The causal past of the frontier, itself included. O(actors + walks).
    [[nodiscard]] cut version_of(lean_span<local_dot> frontier) const {
        WEFT_STEP(actors_.size() / 16);  // memory set to zero
        cut past(actors_.size());
        past_folder fold(runs_, past);
        for (const local_dot d : frontier) {
            WEFT_ASSERT(holds(d));
            fold(runs_.run_of(d), d.sequence);
        }
        return past;
    }

    /// Replaces `out` by the maximal ones among the last operations of `version`, sorted by slot:
    /// of a version that has with each operation its past, the frontier. Counts beyond what is held
    /// are taken as what is held. O(actors + k log actors + walks), k operations being maximal.
    template <class List>
    void frontier_of(lean_span<sequence> version, List& out) const {
        lean_vector<local_dot> maximal;
        for (std::size_t i = 0; i < version.size() && i < actors_.size(); ++i) {
            const sequence n = version[i] < actors_[i].count ? version[i] : actors_[i].count;
            if (n != 0) {
                maximal.push_back({{static_cast<std::uint32_t>(i)}, n});
            }
        }
        keep_maximal(maximal);
        out.clear();
        for (const local_dot d : maximal) {
            out.push_back(d);
        }
    }

    /// What is in `mine` and not in `theirs`, ascending by slot. O(slots).
    template <class List = lean_vector<local_range>>
    [[nodiscard]] static List difference(lean_span<sequence> mine, lean_span<sequence> theirs) {
        List ranges;
        for (std::size_t i = 0; i < mine.size(); ++i) {
            const sequence seen = i < theirs.size() ? theirs[i] : 0;
            if (mine[i] > seen) {
                ranges.push_back({{static_cast<std::uint32_t>(i)}, seen + 1, mine[i]});
            }
        }
        return ranges;
    }

    /// The maximal operations in the past of both, themselves included, sorted by slot: what
    /// `git merge-base --all` prints. Costs as version_of and frontier_of.
    [[nodiscard]] lean_vector<local_dot> common_ancestors(lean_span<local_dot> a,
                                                          lean_span<local_dot> b) const {
        if (a.size() == 1 && b.size() == 1) {
            if (contains(a[0], b[0])) {
                return {b[0]};
            }
            if (contains(b[0], a[0])) {
                return {a[0]};
            }
        }
        cut both = version_of(a);
        const cut other = version_of(b);
        for (std::size_t i = 0; i < both.size(); ++i) {
            both[i] = other[i] < both[i] ? other[i] : both[i];
        }
        lean_vector<local_dot> maximal;
        frontier_of(both, maximal);
        return maximal;
    }

    // --- orders

    /// Appends to `out` what `have` lacks, in the order of admission, as clipped log runs.
    /// O(actors + k) for k runs, and a whole group of 64 runs where they are scattered.
    void runs_missing(const cut& have, lean_vector<log_run>& out) const {
        order_.runs_missing(
            have, [&](actor_slot slot) { return count(slot); }, out);
    }

    /// Calls fn(log_run) for all operations from `from` on, in the order of admission.
    template <class Fn>
    void for_each_run(op_index from, Fn&& fn) const {
        order_.for_each_run(from, fn);
    }

    /// Replaces `out` by all operations in the order of (timestamp, actor id): the same on every
    /// replica, and causal. O(n); 20 bytes an operation while it runs, 40 if out of order.
    template <class List>
    void stamp_order(List& out, const actor_order& ids) const {
        lean_vector<timed_index> keys;
        keys.reserve(size());
        auto times = times_from({0});
        for (std::uint32_t i = 0; i < size(); ++i) {
            keys.push_back({times.next(), {i}});
        }
        sort_by_timestamp(keys);
        lean_vector<actor_slot> slots;  // by index; only if timestamps are equal
        const auto by_id = [&](const timed_index& a, const timed_index& b) {
            return ids.less(slots[a.index.value], slots[b.index.value]);
        };
        out.clear();
        out.reserve(keys.size());
        for (timed_index* first = keys.begin(); first != keys.end();) {
            timed_index* last = first + 1;
            while (last != keys.end() && last->at == first->at) {
                ++last;
            }
            if (last - first > 1) {
                if (slots.empty()) {
                    read_slots(slots);
                }
                lean_sort(first, last, by_id);
            }
            for (; first != last; ++first) {
                out.push_back(first->index);
            }
        }
    }

    /// Heap and all, by capacity.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return sizeof *this + order_.memory_bytes() + times_.memory_bytes() + runs_.memory_bytes() +
               heads_.capacity() * sizeof(local_dot) + actors_.capacity() * sizeof(actor);
    }

private:
    static constexpr std::uint32_t no_head = ~std::uint32_t{0};
    static constexpr timestamp unknown{~std::uint64_t{0}};

    struct actor {
        sequence count = 0;
        std::uint32_t head = no_head;  // position in heads_
        timestamp latest{};            // of its last operation
    };

    void remove_head(actor_slot slot) noexcept {
        const std::uint32_t at = actors_[slot.value].head;
        if (at != no_head) {
            heads_[at] = heads_.back();
            actors_[heads_[at].slot.value].head = at;
            heads_.pop_back();
            actors_[slot.value].head = no_head;
        }
    }

    /// Finds heads and latest timestamps anew.
    void restore_actors() noexcept {
        for (std::uint32_t i = 0; i < actors_.size(); ++i) {
            actor& one = actors_[i];
            one.head = one.count == 0 ? no_head : 0;
            if (one.latest == unknown && one.count != 0) {
                one.latest = time_of(order_.index_of({{i}, one.count}));
            }
        }
        for (std::uint32_t run = 0; run < runs_.size(); ++run) {
            runs_.for_each_link(run, [&](causal_runs::link parent) {
                const actor_slot of = runs_.first_of(parent.run).slot;
                if (parent.sequence == count(of)) {
                    actors_[of.value].head = no_head;
                }
            });
        }
        heads_.clear();
        for (std::uint32_t i = 0; i < actors_.size(); ++i) {
            const local_dot last{{i}, actors_[i].count};
            if (actors_[i].head != no_head) {
                actors_[i].head = static_cast<std::uint32_t>(heads_.size());
                heads_.push_back(last);
            }
        }
    }

    [[nodiscard]] bool is_wide_antichain(lean_span<local_dot> dots) const {
        lean_vector<local_dot> list(dots.data(), dots.data() + dots.size());
        lean_sort(list.begin(), list.end());
        bool heads = true;
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (i != 0 && list[i].slot == list[i - 1].slot) {
                return false;
            }
            heads = heads && is_head(list[i]);
        }
        if (!heads) {
            keep_maximal(list);
        }
        return list.size() == dots.size();
    }

    void read_slots(lean_vector<actor_slot>& slots) const {
        slots.reserve(size());
        order_.for_each_run({0},
                            [&](log_run run) { slots.resize(slots.size() + run.count, run.slot); });
    }

    /// Keeps those operations, of which no actor has two, that are in no other's past; by slot.
    void keep_maximal(lean_vector<local_dot>& dots) const {
        struct candidate {
            std::uint32_t run = 0;
            local_dot dot{};
        };

        WEFT_STEP(actors_.size() / 16 + dots.size());
        lean_vector<candidate> left;
        left.reserve(dots.size());
        for (const local_dot d : dots) {
            left.push_back({runs_.run_of(d), d});
        }
        cut covered(actors_.size());
        past_folder fold(runs_, covered);
        const auto is_covered = [&](const candidate& one) {
            return covered[one.dot.slot.value] >= one.dot.sequence;
        };
        dots.clear();
        // What has an operation in its past is in a later run. And a few of the latest mostly cover
        // all others: it pays to sort only what they leave.
        for (int few = 0; few < 4 && !left.empty(); ++few) {
            WEFT_STEP(left.size());
            candidate latest = left[0];
            for (const candidate& one : left) {
                latest = one.run > latest.run ? one : latest;
            }
            fold(latest.run, latest.dot.sequence);
            dots.push_back(latest.dot);
            std::size_t kept = 0;
            for (const candidate& one : left) {
                left[kept] = one;
                kept += is_covered(one) ? 0U : 1U;
            }
            left.resize(kept);
        }
        lean_sort(left.begin(), left.end(),
                  [](const candidate& a, const candidate& b) { return a.run > b.run; });
        for (const candidate& one : left) {
            if (!is_covered(one)) {
                fold(one.run, one.dot.sequence);
                dots.push_back(one.dot);
            }
        }
        lean_sort(dots.begin(), dots.end());
    }

    lean_vector<actor> actors_;     // by slot
    lean_vector<local_dot> heads_;  // each knows its place through its actor
    causal_runs runs_;
    log_order order_;
    timestamp_column times_;
};

}  // namespace weft

#endif
