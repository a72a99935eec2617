/// Causal runs: consecutive operations of one actor whose only parent is the one before. A graph of
/// them has the size of its merges and branches, not of its operations, and interleaved writers do
/// not break runs. A run keeps its version (version_tree.hpp) whenever a walk back from it would
/// visit more than walk_max runs before it met only versions; so a query costs the same on any
/// shape. Versions may cost work_per_run nodes a run on average: enough for a thousand actors that
/// merge at random. Beyond that versions become rarer and walks longer, but memory and the time to
/// append stay linear, whatever anyone sends.
///
/// Invariants: parents' runs have smaller numbers; an actor's previous operation is in the causal
/// past, if not among the parents, so that (actor, n) stands for all of the actor's first n.
/// Source: Gentle, Kleppmann, "Collaborative text editing with Eg-walker" (2024) for the runs; here
/// with versions at checkpoints instead of its walk.
#ifndef WEFT_CAUSAL_CAUSAL_RUNS_HPP
#define WEFT_CAUSAL_CAUSAL_RUNS_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bit_list.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/paged_vector.hpp>
#include <weft/base/steps.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/sequence_steps.hpp>
#include <weft/causal/version_tree.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

namespace weft {

/// Grows by start, shrinks by pop_back. Const functions may run concurrently.
class causal_runs {
public:
    /// Runs that a walk visits at most, while versions are not too dear.
    static constexpr std::uint32_t walk_max = 7;
    /// Nodes that versions may have, and nodes and runs visited to make them, on average.
    static constexpr std::uint64_t nodes_per_run = 64;
    static constexpr std::uint64_t work_per_run = 1024;

    /// A parent: the run that it is in, and its sequence.
    struct link {
        std::uint32_t run = 0;
        weft::sequence sequence = 0;
    };

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(runs_.size());
    }

    /// The run of a held operation. O(log runs of the actor).
    [[nodiscard]] std::uint32_t run_of(local_dot d) const noexcept {
        const sequence_steps& runs = actors_[d.slot.value];
        return runs[runs.find(d.sequence)].value;
    }

    /// The sequence at which the actor's next run after that of a held operation starts, 0 if none
    /// does. O(log runs of the actor).
    [[nodiscard]] sequence next_start(local_dot d) const noexcept {
        const sequence_steps& runs = actors_[d.slot.value];
        const std::size_t next = runs.find(d.sequence) + 1;
        return next < runs.size() ? runs[next].first : 0;
    }

    /// The first operation of a run.
    [[nodiscard]] local_dot first_of(std::uint32_t at) const noexcept {
        return {runs_[at].slot, runs_[at].first};
    }

    /// Calls fn(link) for the parents of the run's first operation.
    template <class Fn>
    void for_each_link(std::uint32_t at, Fn&& fn) const {
        const std::size_t last =
            at + std::size_t{1} < runs_.size() ? runs_[at + 1].links : links_.size();
        for (std::size_t i = runs_[at].links; i < last; ++i) {
            fn(links_[i]);
        }
    }

    /// Starts the run of `first`, which is being added and is its actor's next operation.
    /// Amortised O(parents + nodes in which their versions differ). Strong guarantee.
    void start(local_dot first, lean_span<local_dot> parents) {
        undo guard(*this);
        if (first.slot.value >= actors_.size()) {
            if (first.slot.value >= actors_.capacity()) {
                actors_.reserve(first.slot.value + actors_.size() / 2 + 2);
            }
            actors_.resize(first.slot.value + std::size_t{1});
        }
        actors_[first.slot.value].reserve_one();
        if (links_.size() + parents.size() > ~std::uint32_t{0}) {
            WEFT_THROW(std::bad_alloc(), "a causal graph has more than 2^32 parents");
        }
        const auto links = static_cast<std::uint32_t>(links_.size());
        std::uint32_t cost = 1;
        for (const local_dot parent : parents) {
            const std::uint32_t to = run_of(parent);
            cost += runs_[to].cost();
            cost = cost < run::cost_max ? cost : run::cost_max;
            links_.push_back({to, parent.sequence});
        }
        runs_.push_back({first.slot, first.sequence, links, run::far | cost});
        if (cost > walk_max && tree_.size() < nodes_per_run * runs_.size() &&
            spent_ + tree_.work() < work_per_run * runs_.size()) {
            runs_[runs_.size() - 1].state = version_of_newest().bits();
        }
        actors_[first.slot.value].push_back({first.sequence, size() - 1});
        guard.done();
    }

    /// Forgets the newest run.
    void pop_back() noexcept {
        const run& newest = runs_.back();
        actors_[newest.slot.value].pop_back();
        tree_.truncate(tree_.versions() - (newest.has_version() ? 1 : 0));
        links_.truncate(newest.links);
        runs_.truncate(runs_.size() - 1);
        while (!actors_.empty() && actors_.back().empty()) {
            actors_.pop_back();
        }
    }

    /// Whether a walk from this run may be longer than walk_max, because versions were too dear.
    [[nodiscard]] bool is_far(std::uint32_t at) const noexcept {
        return runs_[at].cost() > walk_max;
    }

    /// Whether `what` is `of` or in its past. `of` must be held, `what` need not.
    [[nodiscard]] bool contains(local_dot of, local_dot what) const {
        if (of.slot == what.slot) {
            return what.sequence <= of.sequence;
        }
        const std::uint32_t from = run_of(of);
        if (is_far(from)) {
            return contains_far(from, what);
        }
        std::uint32_t pending[walk_max];
        std::size_t count = 0;
        pending[count++] = from;
        bool found = false;
        while (count != 0 && !found) {
            WEFT_STEP(1);
            const std::uint32_t at = pending[--count];
            if (runs_[at].has_version()) {
                found = tree_.get(runs_[at].version(), what.slot) >= what.sequence;
                continue;
            }
            for_each_link(at, [&](link parent) {
                if (runs_[parent.run].slot == what.slot) {
                    found = found || parent.sequence >= what.sequence;
                } else {
                    pending[count++] = parent.run;
                }
            });
        }
        return found;
    }

    /// Heap, by capacity.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        std::size_t bytes = runs_.memory_bytes() + links_.memory_bytes() + tree_.memory_bytes() +
                            actors_.capacity() * sizeof(sequence_steps);
        for (const sequence_steps& runs : actors_) {
            bytes += runs.heap_bytes();
        }
        return bytes;
    }

private:
    friend class past_folder;

    struct run {
        actor_slot slot{};
        sequence first = 0;
        std::uint32_t links = 0;  // first of its parents in links_; the next run's are their end
        std::uint32_t state = 0;  // bits of the version of its first operation, or far | cost

        static constexpr std::uint32_t far = 0xC0000000U;
        static constexpr std::uint32_t cost_max = 0x0FFFFFFFU;
        static_assert(far >= version_tree::version::bits_max);

        [[nodiscard]] bool has_version() const noexcept { return state < far; }

        [[nodiscard]] version_tree::version version() const noexcept {
            return version_tree::version::of_bits(state);
        }

        /// Runs that a walk back from here visits, itself included.
        [[nodiscard]] std::uint32_t cost() const noexcept {
            return has_version() ? 1 : state - far;
        }
    };

    /// Takes back what a failing start did.
    class undo {
    public:
        explicit undo(causal_runs& runs) noexcept
            : runs_(&runs), actors_(runs.actors_.size()), links_(runs.links_.size()),
              size_(runs.runs_.size()), versions_(runs.tree_.versions()) {}

        undo(const undo&) = delete;
        undo(undo&&) = delete;
        undo& operator=(const undo&) = delete;
        undo& operator=(undo&&) = delete;

        ~undo() {
            if (runs_ != nullptr) {
                runs_->actors_.resize(actors_);
                runs_->links_.truncate(links_);
                runs_->runs_.truncate(size_);
                runs_->tree_.truncate(versions_);
            }
        }

        void done() noexcept { runs_ = nullptr; }

    private:
        causal_runs* runs_;
        std::size_t actors_;
        std::size_t links_;
        std::size_t size_;
        std::size_t versions_;
    };

    /// contains where versions are far: a walk that visits a run once, and none before what's.
    [[nodiscard]] bool contains_far(std::uint32_t from, local_dot what) const {
        if (what.slot.value >= actors_.size() || actors_[what.slot.value].empty()) {
            return false;
        }
        const std::uint32_t oldest = run_of(what);
        if (oldest >= from) {
            return false;
        }
        bit_list seen(from - oldest);
        lean_vector<std::uint32_t> pending{from};
        bool found = false;
        while (!pending.empty() && !found) {
            WEFT_STEP(1);
            const std::uint32_t at = pending.back();
            pending.pop_back();
            if (runs_[at].has_version()) {
                found = tree_.get(runs_[at].version(), what.slot) >= what.sequence;
                continue;
            }
            for_each_link(at, [&](link parent) {
                if (runs_[parent.run].slot == what.slot) {
                    found = found || parent.sequence >= what.sequence;
                } else if (parent.run > oldest && seen.mark(parent.run - oldest)) {
                    pending.push_back(parent.run);
                }
            });
        }
        return found;
    }

    [[nodiscard]] version_tree::version version_of_newest() {
        const std::uint32_t newest = size() - 1;
        // Else visiting a run twice is bounded by walk_max for each parent.
        const bool far =
            runs_[newest].cost() > 1 + walk_max * (links_.size() - runs_[newest].links);
        if (far) {
            seen_ = bit_list(newest);
            spent_ += newest / 64;
        }
        versions_.clear();
        dots_.clear();
        pending_.clear();
        pending_.push_back(newest);
        while (!pending_.empty()) {
            ++spent_;
            WEFT_STEP(1);
            const std::uint32_t at = pending_.back();
            pending_.pop_back();
            if (runs_[at].has_version()) {
                versions_.push_back(runs_[at].version());
                continue;
            }
            for_each_link(at, [&](link parent) {
                dots_.push_back({runs_[parent.run].slot, parent.sequence});
                if (!far || seen_.mark(parent.run)) {
                    pending_.push_back(parent.run);
                }
            });
        }
        dots_.push_back({runs_[newest].slot, runs_[newest].first});
        return tree_.make(versions_, dots_);
    }

    lean_vector<sequence_steps> actors_;  // by slot; values: positions in runs_
    paged_vector<run, 4096> runs_;        // in the order of admission
    paged_vector<link, 4096> links_;
    version_tree tree_;
    std::uint64_t spent_ = 0;  // visits to make versions, beside the tree's own work

    // Scratch of version_of_newest.
    lean_vector<std::uint32_t> pending_;
    lean_vector<version_tree::version> versions_;
    lean_vector<local_dot> dots_;
    bit_list seen_;
};

/// Raises a cut by the pasts of operations, one after another. What it met before costs nothing.
class past_folder {
public:
    /// `into` has an entry for every slot and holds no count without its past.
    past_folder(const causal_runs& runs, cut& into) noexcept : runs_(runs), into_(into) {}

    /// Adds the operation (slot of the run, n), which is in this run, and its past.
    void operator()(std::uint32_t run, sequence n) {
        const bool far = runs_.is_far(run);
        if (far) {
            seen_runs_.grow(runs_.size());
        }
        // Whatever the cut has it has with its past; so what this walk meets goes in at its end.
        reach(run, n, far);
        while (!pending_.empty()) {
            WEFT_STEP(1);
            const std::uint32_t at = pending_.back();
            pending_.pop_back();
            if (runs_.runs_[at].has_version()) {
                fold(runs_.runs_[at].version());
                continue;
            }
            runs_.for_each_link(
                at, [&](causal_runs::link parent) { reach(parent.run, parent.sequence, far); });
        }
        for (const local_dot met : met_) {
            sequence& count = into_[met.slot.value];
            count = met.sequence > count ? met.sequence : count;
        }
        met_.clear();
    }

private:
    void reach(std::uint32_t run, sequence n, bool far) {
        const actor_slot slot = runs_.runs_[run].slot;
        if (into_[slot.value] >= n) {
            return;
        }
        met_.push_back({slot, n});
        if (!far || seen_runs_.mark(run)) {
            pending_.push_back(run);
        }
    }

    void fold(version_tree::version v) {
        if (++folded_ <= 16) {
            runs_.tree_.fold(v, known_, into_);
            known_ = v;
            return;
        }
        seen_nodes_.grow(runs_.tree_.size());
        runs_.tree_.fold(v, into_, seen_nodes_);
    }

    const causal_runs& runs_;
    cut& into_;
    lean_vector<std::uint32_t> pending_;
    lean_vector<local_dot> met_;
    bit_list seen_runs_;   // used only where versions are far
    bit_list seen_nodes_;  // with many versions, nodes that they share count once
    version_tree::version known_;
    std::uint32_t folded_ = 0;
};

}  // namespace weft

#endif
