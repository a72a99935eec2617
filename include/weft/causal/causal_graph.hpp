/// The causal graph: which operation directly follows which. An operation is (actor slot,
/// sequence); consecutive operations of one actor whose only parent is the one before form a causal
/// run, so that the graph's size is the number of merges and branches, not of operations, and
/// interleaved writers do not break runs. Versions (version_tree.hpp) are kept at starts of runs,
/// never more than checkpoint_distance runs apart on any path, so that a query walks back at most
/// that far whatever the graph's shape.
///
/// Invariants: parents precede children in the order of admission and in time; an actor's
/// operations form a chain (its previous operation is in the causal past), so the version of an
/// operation says all about its past; only an actor's last operation can be a head.
/// Not here: bytes of operations (log/), ids and addresses (border).
/// Source of the technique: Gentle, Kleppmann, "Collaborative text editing with Eg-walker" (2024),
/// with versions at checkpoints instead of its walk.
#ifndef WEFT_CAUSAL_CAUSAL_GRAPH_HPP
#define WEFT_CAUSAL_CAUSAL_GRAPH_HPP

#include <weft/base/assert.hpp>
#include <weft/base/steps.hpp>
#include <weft/causal/actor_order.hpp>
#include <weft/causal/causal_order.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/log_order.hpp>
#include <weft/causal/timestamp.hpp>
#include <weft/causal/timestamp_column.hpp>
#include <weft/causal/version_tree.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

namespace weft {

/// Operations `first` to `last` of an actor, last included.
struct local_range {
    actor_slot slot{};
    sequence first = 0;
    sequence last = 0;

    friend constexpr bool operator==(const local_range&, const local_range&) = default;
};

/// Grows by add, shrinks by truncate. Const functions may run concurrently. Dots given to queries
/// must be held, unless said otherwise.
class causal_graph {
public:
    using log_run = weft::log_run;
    /// Counts by slot; shorter means zeros.
    using cut = weft::cut;

    /// On any path back from an operation at most this many runs start before one with a version.
    static constexpr std::uint32_t checkpoint_distance = 3;
    /// A run with more parents than this always keeps its version.
    static constexpr std::size_t plain_parents = 3;

    // ---- what is held -----------------------------------------------------------------------

    /// Operations held, at most 2^32 - 2.
    [[nodiscard]] std::uint32_t size() const noexcept { return order_.size(); }

    /// Slots seen: one more than the greatest slot with an operation.
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

    [[nodiscard]] timestamp time_of(op_index index) const noexcept { return times_[index.value]; }

    [[nodiscard]] timestamp time_of(local_dot d) const noexcept { return time_of(index_of(d)); }

    /// Calls fn(timestamp) for the operations from `from` on in the order of admission; cheaper
    /// than time_of for each.
    template <class Fn>
    void for_each_time(op_index from, Fn&& fn) const {
        times_.for_each(from.value, fn);
    }

    /// Whether its parents are anything but exactly its actor's previous operation.
    [[nodiscard]] bool run_start(local_dot d) const noexcept {
        return runs_[run_of(d)].first == d.sequence;
    }

    /// Replaces `out` by all direct parents, sorted by slot.
    void parents_of(local_dot d, std::vector<local_dot>& out) const {
        out.clear();
        const std::uint32_t at = run_of(d);
        if (runs_[at].first != d.sequence) {
            out.push_back({d.slot, d.sequence - 1});
            return;
        }
        for (const link& parent : links_of(at)) {
            out.push_back({runs_[parent.run].slot, parent.sequence});
        }
    }

    /// The frontier of everything: the operations without children, sorted by slot.
    [[nodiscard]] std::span<const local_dot> heads() const noexcept { return heads_; }

    // ---- change -----------------------------------------------------------------------------

    /// Appends the next operation of `slot`, which has to be admissible: parents held, sorted by
    /// slot, an antichain; the actor's previous operation in their past (or among them); `at`
    /// greater than their timestamps. Amortised O(1) when the only parent is the previous
    /// operation; else O(parents + what their versions differ by). Strong guarantee; throws only
    /// bad_alloc.
    op_index add(actor_slot slot, timestamp at, std::span<const local_dot> parents) {
        const sequence n = count(slot) + 1;
        const bool extends = n > 1 && parents.size() == 1 && parents[0] == local_dot{slot, n - 1};
        const op_index index{size()};
        WEFT_ASSERT(index.value < ~std::uint32_t{0} - 1);

        undo_add guard{*this, actors_.size(), tree_.versions()};
        if (slot.value >= actors_.size()) {
            if (slot.value >= actors_.capacity()) {
                actors_.reserve(slot.value + actors_.size() / 2 + 4);
            }
            actors_.resize(slot.value + std::size_t{1});
        }
        if (heads_.capacity() < actors_.size()) {
            heads_.reserve(actors_.capacity());  // one for each: truncate needs no memory
        }
        times_.reserve_one();
        order_.reserve_one(slot);
        if (!extends) {
            start_run(slot, n, parents);
        }
        // From here on nothing can fail.
        guard.armed = false;
        actors_[slot.value].count = n;
        order_.push_back(slot, n);
        times_.push_back(at);
        update_heads({slot, n}, parents);
        return index;
    }

    /// Forgets all but the first `size` operations: exactly the graph from before. Costs O(actors +
    /// parents + forgotten) and no memory.
    void truncate(std::uint32_t size) noexcept {
        if (size >= this->size()) {
            return;
        }
        while (order_.size() > size) {
            const local_dot d = order_.dot_of({order_.size() - 1});
            order_.pop_back();
            actor& owner = actors_[d.slot.value];
            if (owner.runs.back().first == d.sequence) {
                owner.runs.pop_back();
                links_.resize(runs_.back().links);
                tree_.truncate(tree_.versions() - (runs_.back().has_version() ? 1 : 0));
                runs_.pop_back();
            }
            owner.count = d.sequence - 1;
        }
        times_.truncate(size);
        while (!actors_.empty() && actors_.back().count == 0) {
            actors_.pop_back();
        }
        restore_heads();
    }

    // ---- causal questions -------------------------------------------------------------------

    /// Whether `what` is `of` or one of its ancestors. `what` need not be held. O(1) but for the
    /// search of the run: see checkpoint_distance.
    [[nodiscard]] bool contains(local_dot of, local_dot what) const noexcept {
        if (of.slot == what.slot) {
            return what.sequence <= of.sequence;
        }
        // Each level of the walk leaves at most plain_parents - 1 entries behind.
        std::uint32_t pending[plain_parents * (checkpoint_distance + 1)];
        std::size_t count = 0;
        pending[count++] = run_of(of);
        while (count != 0) {
            WEFT_STEP(1);
            const std::uint32_t at = pending[--count];
            const run& here = runs_[at];
            if (here.has_version()) {
                if (tree_.get(here.version(), what.slot) >= what.sequence) {
                    return true;
                }
                continue;
            }
            for (const link& parent : links_of(at)) {
                if (runs_[parent.run].slot != what.slot) {
                    pending[count++] = parent.run;
                } else if (parent.sequence >= what.sequence) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Whether `what` is in the causal past of the frontier, itself included.
    [[nodiscard]] bool contains(std::span<const local_dot> frontier,
                                local_dot what) const noexcept {
        return std::any_of(frontier.begin(), frontier.end(),
                           [&](local_dot of) { return contains(of, what); });
    }

    [[nodiscard]] causal_order compare(local_dot a, local_dot b) const noexcept {
        return a == b           ? causal_order::equal
               : contains(b, a) ? causal_order::before
               : contains(a, b) ? causal_order::after
                                : causal_order::concurrent;
    }

    /// Whether none of the dots is an ancestor of another, nor there twice.
    [[nodiscard]] bool is_antichain(std::span<const local_dot> dots) const {
        if (dots.size() <= 8) {
            for (std::size_t i = 0; i < dots.size(); ++i) {
                for (std::size_t k = 0; k < dots.size(); ++k) {
                    if (i != k && contains(dots[i], dots[k])) {
                        return false;
                    }
                }
            }
            return true;
        }
        std::vector<local_dot> maximal(dots.begin(), dots.end());
        keep_maximal(maximal);
        return maximal.size() == dots.size();
    }

    // ---- versions and frontiers -------------------------------------------------------------

    /// Everything that is held.
    [[nodiscard]] cut version() const {
        cut all(actors_.size());
        for (std::size_t i = 0; i < actors_.size(); ++i) {
            all[i] = actors_[i].count;
        }
        return all;
    }

    /// The causal past of the frontier, itself included. O(actors + walk).
    [[nodiscard]] cut version_of(std::span<const local_dot> frontier) const {
        cut past(actors_.size());
        folder fold(*this, past);
        for (const local_dot d : frontier) {
            fold(d);
        }
        return past;
    }

    /// Replaces `out` by the maximal operations among the last ones of `version`, sorted by slot;
    /// of a causally closed version that is the frontier whose past it is. Counts beyond what is
    /// held are taken as what is held. O(actors log actors + maximal ones * walk).
    void frontier_of(const cut& version, std::vector<local_dot>& out) const {
        out.clear();
        for (std::size_t i = 0; i < std::min(version.size(), actors_.size()); ++i) {
            const sequence n = std::min(version[i], actors_[i].count);
            if (n != 0) {
                out.push_back({{static_cast<std::uint32_t>(i)}, n});
            }
        }
        keep_maximal(out);
    }

    /// What is in `mine` and not in `theirs`, ascending by slot. O(slots).
    [[nodiscard]] static std::vector<local_range> difference(const cut& mine, const cut& theirs) {
        std::vector<local_range> ranges;
        for (std::size_t i = 0; i < mine.size(); ++i) {
            const sequence seen = i < theirs.size() ? theirs[i] : 0;
            if (mine[i] > seen) {
                ranges.push_back({{static_cast<std::uint32_t>(i)}, seen + 1, mine[i]});
            }
        }
        return ranges;
    }

    /// The maximal operations in the past of both, themselves included, sorted by slot; what
    /// `git merge-base --all` prints. Costs as version_of and frontier_of.
    [[nodiscard]] std::vector<local_dot> common_ancestors(std::span<const local_dot> a,
                                                          std::span<const local_dot> b) const {
        cut both = version_of(a);
        const cut other = version_of(b);
        for (std::size_t i = 0; i < both.size(); ++i) {
            both[i] = std::min(both[i], other[i]);
        }
        std::vector<local_dot> maximal;
        frontier_of(both, maximal);
        return maximal;
    }

    // ---- orders -----------------------------------------------------------------------------

    /// Appends what `have` lacks, in the order of admission, as clipped log runs.
    /// O(actors + k log k) for k runs.
    void runs_missing(const cut& have, std::vector<log_run>& out) const {
        order_.runs_missing(have, out);
    }

    /// Calls fn(log_run) for all operations from `from` on, in the order of admission.
    template <class Fn>
    void for_each_run(op_index from, Fn&& fn) const {
        order_.for_each_run(from, fn);
    }

    /// Replaces `out` by all operations in the order of (timestamp, actor id): the same on every
    /// replica, and causal.
    void stamp_order(std::vector<op_index>& out, const actor_order& ids) const {
        struct key {
            timestamp at{};
            op_index index{};
        };

        std::vector<key> keys;
        keys.reserve(size());
        std::uint32_t i = 0;
        times_.for_each(0, [&](timestamp at) { keys.push_back({at, {i++}}); });
        const auto earlier = [](const key& a, const key& b) { return a.at < b.at; };
        if (!std::is_sorted(keys.begin(), keys.end(), earlier)) {
            std::stable_sort(keys.begin(), keys.end(), earlier);
        }
        out.clear();
        out.reserve(keys.size());
        for (auto first = keys.begin(); first != keys.end();) {
            auto last = first + 1;
            while (last != keys.end() && last->at == first->at) {
                ++last;
            }
            if (last - first > 1) {
                std::sort(first, last, [&](const key& a, const key& b) {
                    return ids.less(dot_of(a.index).slot, dot_of(b.index).slot);
                });
            }
            for (; first != last; ++first) {
                out.push_back(first->index);
            }
        }
    }

    /// Heap and all, by capacity.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        std::size_t bytes =
            sizeof *this + order_.memory_bytes() + times_.memory_bytes() + tree_.memory_bytes() +
            runs_.capacity() * sizeof(run) + links_.capacity() * sizeof(link) +
            heads_.capacity() * sizeof(local_dot) + actors_.capacity() * sizeof(actor);
        for (const actor& one : actors_) {
            bytes += one.runs.heap_bytes();
        }
        return bytes;
    }

private:
    /// A causal run. Its links end where the next run's begin.
    struct run {
        actor_slot slot{};
        sequence first = 0;
        std::uint32_t links = 0;  // first of its parents in links_
        std::uint32_t state = 0;  // bits of the version at its first operation, or far | distance

        static constexpr std::uint32_t far = 0xFFFFFF00U;

        [[nodiscard]] bool has_version() const noexcept { return state < far; }

        [[nodiscard]] version_tree::version version() const noexcept {
            return version_tree::version::of_bits(state);
        }

        /// Runs between this one's start and the nearest versions, at most.
        [[nodiscard]] std::uint32_t distance() const noexcept {
            return has_version() ? 0 : state - far;
        }
    };

    /// A parent: the run that it is in, and its sequence.
    struct link {
        std::uint32_t run = 0;
        weft::sequence sequence = 0;
    };

    struct actor {
        sequence count = 0;
        sequence_steps runs;  // values: positions in runs_
    };

    /// Takes back what a failing add did.
    struct undo_add {
        causal_graph& graph;
        std::size_t actors;
        std::size_t versions;
        bool armed = true;

        ~undo_add() {
            if (armed) {
                graph.actors_.resize(actors);
                graph.tree_.truncate(versions);
            }
        }
    };

    /// Raises a cut by the past of one dot after another.
    class folder {
    public:
        folder(const causal_graph& graph, cut& into) noexcept : graph_(graph), into_(into) {}

        void operator()(local_dot d) {
            // Whatever the cut has it has with its past; so what this walk meets is added at its
            // end. Without that it is bounded by checkpoint_distance.
            reach(graph_.run_of(d), d.sequence);
            while (!pending_.empty()) {
                WEFT_STEP(1);
                const std::uint32_t at = pending_.back();
                pending_.pop_back();
                if (graph_.runs_[at].has_version()) {
                    fold(graph_.runs_[at].version());
                    continue;
                }
                for (const link& parent : graph_.links_of(at)) {
                    reach(parent.run, parent.sequence);
                }
            }
            for (const local_dot met : met_) {
                sequence& count = into_[met.slot.value];
                count = std::max(count, met.sequence);
            }
            met_.clear();
        }

    private:
        void reach(std::uint32_t run, sequence n) {
            const actor_slot slot = graph_.runs_[run].slot;
            if (into_[slot.value] < n) {
                met_.push_back({slot, n});
                pending_.push_back(run);
            }
        }

        void fold(version_tree::version v) {
            if (++folded_ <= 16) {
                graph_.tree_.fold(v, into_);
                return;
            }
            seen_.resize(graph_.tree_.size());
            graph_.tree_.fold(v, into_, seen_);
        }

        const causal_graph& graph_;
        cut& into_;
        std::vector<std::uint32_t> pending_;
        std::vector<local_dot> met_;
        std::vector<bool> seen_;  // nodes of the tree: with many versions, shared ones count once
        std::uint32_t folded_ = 0;
    };

    [[nodiscard]] std::uint32_t run_of(local_dot d) const noexcept {
        WEFT_ASSERT(holds(d));
        const sequence_steps& runs = actors_[d.slot.value].runs;
        return runs[runs.find(d.sequence)].value;
    }

    [[nodiscard]] std::span<const link> links_of(std::uint32_t at) const noexcept {
        const std::size_t first = runs_[at].links;
        const std::size_t last = at + 1 < runs_.size() ? runs_[at + 1].links : links_.size();
        return {links_.data() + first, last - first};
    }

    void start_run(actor_slot slot, sequence n, std::span<const local_dot> parents) {
        detail::reserve_one(runs_);
        actors_[slot.value].runs.reserve_one();
        if (links_.capacity() - links_.size() < parents.size()) {
            links_.reserve(links_.size() + links_.size() / 2 + parents.size());
        }
        std::uint32_t distance = 0;
        for (const local_dot parent : parents) {
            distance = std::max(distance, runs_[run_of(parent)].distance() + 1);
        }
        std::uint32_t state = run::far | distance;
        if (distance > checkpoint_distance || parents.size() > plain_parents) {
            state = make_version({slot, n}, parents).bits();
        }
        // From here on nothing can fail.
        const auto at = static_cast<std::uint32_t>(runs_.size());
        runs_.push_back({slot, n, static_cast<std::uint32_t>(links_.size()), state});
        for (const local_dot parent : parents) {
            links_.push_back({run_of(parent), parent.sequence});
        }
        actors_[slot.value].runs.push_back({n, at});
    }

    /// The version of an operation that is being added, from those of its parents.
    [[nodiscard]] version_tree::version make_version(local_dot of,
                                                     std::span<const local_dot> parents) {
        std::vector<local_dot> dots(parents.begin(), parents.end());
        std::vector<std::uint32_t> versions;
        std::vector<std::uint32_t> pending;
        for (const local_dot parent : parents) {
            pending.push_back(run_of(parent));
        }
        while (!pending.empty()) {
            WEFT_STEP(1);
            const std::uint32_t at = pending.back();
            pending.pop_back();
            if (runs_[at].has_version()) {
                versions.push_back(runs_[at].state);
                continue;
            }
            for (const link& parent : links_of(at)) {
                dots.push_back({runs_[parent.run].slot, parent.sequence});
                pending.push_back(parent.run);
            }
        }
        std::sort(versions.begin(), versions.end());
        versions.erase(std::unique(versions.begin(), versions.end()), versions.end());

        tree_.begin();
        version_tree::version joined;
        for (const std::uint32_t bits : versions) {
            joined = tree_.join(joined, version_tree::version::of_bits(bits));
        }
        for (const local_dot d : dots) {
            joined = tree_.set(joined, d.slot, d.sequence);
        }
        return tree_.set(joined, of.slot, of.sequence);
    }

    void update_heads(local_dot added, std::span<const local_dot> parents) noexcept {
        const auto by_slot = [](local_dot a, local_dot b) { return a.slot < b.slot; };
        const auto own = std::lower_bound(heads_.begin(), heads_.end(), added, by_slot);
        const bool replaces = own != heads_.end() && own->slot == added.slot;
        if (replaces) {
            *own = added;
        }
        std::size_t taken = 0;
        for (const local_dot parent : parents) {
            if (parent.slot == added.slot) {
                continue;
            }
            const auto head = std::lower_bound(heads_.begin(), heads_.end(), parent, by_slot);
            if (head != heads_.end() && *head == parent) {
                head->sequence = 0;
                ++taken;
            }
        }
        if (taken != 0) {
            heads_.erase(std::remove_if(heads_.begin(), heads_.end(),
                                        [](local_dot d) { return d.sequence == 0; }),
                         heads_.end());
        }
        if (!replaces) {
            heads_.insert(std::lower_bound(heads_.begin(), heads_.end(), added, by_slot), added);
        }
    }

    void restore_heads() noexcept {
        heads_.clear();
        for (std::size_t i = 0; i < actors_.size(); ++i) {
            heads_.push_back({{static_cast<std::uint32_t>(i)}, actors_[i].count});
        }
        for (const link& parent : links_) {
            local_dot& last = heads_[runs_[parent.run].slot.value];
            if (last.sequence == parent.sequence) {
                last.sequence = 0;  // it has a child
            }
        }
        heads_.erase(std::remove_if(heads_.begin(), heads_.end(),
                                    [](local_dot d) { return d.sequence == 0; }),
                     heads_.end());
    }

    /// Keeps those dots (one a slot at most) that are in no other's past, sorted by slot.
    void keep_maximal(std::vector<local_dot>& dots) const {
        struct candidate {
            op_index index{};
            local_dot dot{};
        };

        std::vector<candidate> latest_first;
        latest_first.reserve(dots.size());
        for (const local_dot d : dots) {
            latest_first.push_back({index_of(d), d});
        }
        std::sort(latest_first.begin(), latest_first.end(),
                  [](const candidate& a, const candidate& b) { return a.index > b.index; });
        cut covered(actors_.size());
        folder fold(*this, covered);
        dots.clear();
        for (const candidate& one : latest_first) {
            if (covered[one.dot.slot.value] < one.dot.sequence) {
                fold(one.dot);
                dots.push_back(one.dot);
            }
        }
        std::sort(dots.begin(), dots.end());
    }

    std::vector<actor> actors_;
    std::vector<run> runs_;    // in the order of admission
    std::vector<link> links_;  // the parents of all runs
    std::vector<local_dot> heads_;
    log_order order_;
    timestamp_column times_;
    version_tree tree_;
};

}  // namespace weft

#endif
