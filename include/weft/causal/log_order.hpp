/// The order of admission: which operation has which index. Kept as the list of log runs (maximal
/// stretches of one actor's operations), and per actor the list of its runs. The order is causal:
/// parents come before children.
#ifndef WEFT_CAUSAL_LOG_ORDER_HPP
#define WEFT_CAUSAL_LOG_ORDER_HPP

#include <weft/base/assert.hpp>
#include <weft/base/steps.hpp>
#include <weft/causal/dot.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft {

/// Operations `first` to `first + count - 1` of an actor, at `index` and following.
struct log_run {
    actor_slot slot{};
    sequence first = 0;
    std::uint32_t count = 0;
    op_index index{};

    friend constexpr bool operator==(const log_run&, const log_run&) = default;
};

namespace detail {

/// push_back that can't fail follows; grows by half.
template <class T>
void reserve_one(std::vector<T>& list) {
    if (list.size() == list.capacity()) {
        list.reserve(list.size() + list.size() / 2 + 4);
    }
}

}  // namespace detail

/// A number for every sequence of one actor that holds from some sequence on until the next entry:
/// a sorted list of (first sequence, number). The first entry is inline, because most of many
/// short-lived actors never get another.
class sequence_steps {
public:
    struct entry {
        sequence first = 0;
        std::uint32_t value = 0;
    };

    [[nodiscard]] bool empty() const noexcept { return first_.first == 0; }

    [[nodiscard]] std::size_t size() const noexcept { return empty() ? 0 : 1 + rest_.size(); }

    [[nodiscard]] const entry& operator[](std::size_t i) const noexcept {
        return i == 0 ? first_ : rest_[i - 1];
    }

    [[nodiscard]] const entry& back() const noexcept {
        return rest_.empty() ? first_ : rest_.back();
    }

    /// The position of the last entry that starts at or before n; 0 if none does. O(log size).
    [[nodiscard]] std::size_t find(sequence n) const noexcept {
        if (rest_.empty() || n < rest_.front().first) {
            return 0;
        }
        if (n >= rest_.back().first) {
            return rest_.size();
        }
        std::size_t at = 0;
        std::size_t count = rest_.size();
        while (count > 1) {
            WEFT_STEP(1);
            const std::size_t half = count / 2;
            at = rest_[at + half].first <= n ? at + half : at;
            count -= half;
        }
        return at + 1;
    }

    /// Makes room, so that the next push_back can't fail.
    void reserve_one() {
        if (!empty()) {
            detail::reserve_one(rest_);
        }
    }

    void push_back(entry next) {
        WEFT_ASSERT(empty() || back().first < next.first);
        if (empty()) {
            first_ = next;
        } else {
            rest_.push_back(next);
        }
    }

    void pop_back() noexcept {
        if (rest_.empty()) {
            first_ = {};
        } else {
            rest_.pop_back();
        }
    }

    [[nodiscard]] std::size_t heap_bytes() const noexcept {
        return rest_.capacity() * sizeof(entry);
    }

private:
    entry first_{};
    std::vector<entry> rest_;
};

/// Append-only but for pop_back. Const functions may run concurrently.
class log_order {
public:
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

    /// How many log runs there are.
    [[nodiscard]] std::size_t runs() const noexcept { return runs_.size(); }

    /// Makes room, so that the next push_back for this slot can't fail.
    void reserve_one(actor_slot slot) {
        if (continues(slot)) {
            return;
        }
        detail::reserve_one(runs_);
        if (slot.value >= actors_.size()) {
            if (slot.value >= actors_.capacity()) {
                actors_.reserve(slot.value + actors_.size() / 2 + 4);
            }
        } else {
            actors_[slot.value].reserve_one();
        }
    }

    /// Appends the operation (slot, n), n being one more than the slot's last. Amortised O(1).
    void push_back(actor_slot slot, sequence n) {
        if (!continues(slot)) {
            if (slot.value >= actors_.size()) {
                actors_.resize(slot.value + std::size_t{1});
            }
            actors_[slot.value].push_back({n, static_cast<std::uint32_t>(runs_.size())});
            runs_.push_back({size_, slot, n});
        }
        ++size_;
    }

    /// Forgets the newest operation.
    void pop_back() noexcept {
        --size_;
        if (runs_.back().index == size_) {
            actors_[runs_.back().slot.value].pop_back();
            runs_.pop_back();
            while (!actors_.empty() && actors_.back().empty()) {
                actors_.pop_back();
            }
        }
    }

    /// O(log runs).
    [[nodiscard]] local_dot dot_of(op_index index) const noexcept {
        WEFT_ASSERT(index.value < size_);
        const start& run = runs_[run_of(index)];
        return {run.slot, run.first + (index.value - run.index)};
    }

    /// O(log runs of the actor). `d` must be held.
    [[nodiscard]] op_index index_of(local_dot d) const noexcept {
        const sequence_steps& actor = actors_[d.slot.value];
        const sequence_steps::entry& at = actor[actor.find(d.sequence)];
        return {runs_[at.value].index + (d.sequence - at.first)};
    }

    /// Calls fn(log_run) for all operations from `from` on, in order; the first run is clipped.
    template <class Fn>
    void for_each_run(op_index from, Fn&& fn) const {
        if (from.value >= size_) {
            return;
        }
        const std::size_t first = run_of(from);
        for (std::size_t i = first; i < runs_.size(); ++i) {
            log_run run = at(i);
            if (i == first) {
                const std::uint32_t skip = from.value - run.index.value;
                run = {run.slot, run.first + skip, run.count - skip, from};
            }
            fn(run);
        }
    }

    /// Appends to `out` the operations of each slot beyond its count in `have` (dense by slot,
    /// missing slots count zero), as clipped log runs in order. O(actors + k log k) for k runs.
    void runs_missing(const std::vector<sequence>& have, std::vector<log_run>& out) const {
        std::size_t earliest = runs_.size();
        std::size_t total = 0;
        for (std::size_t slot = 0; slot < actors_.size(); ++slot) {
            const sequence_steps& actor = actors_[slot];
            const std::size_t from = first_beyond(actor, count_in(have, slot));
            if (from < actor.size()) {
                earliest = std::min<std::size_t>(earliest, actor[from].value);
                total += actor.size() - from;
            }
        }
        out.reserve(out.size() + total);
        if (runs_.size() - earliest <= 4 * total) {  // a scan is cheaper than sorting
            for (std::size_t i = earliest; i < runs_.size(); ++i) {
                append_beyond(at(i), count_in(have, runs_[i].slot.value), out);
            }
            return;
        }
        const auto begin = static_cast<std::ptrdiff_t>(out.size());
        for (std::size_t slot = 0; slot < actors_.size(); ++slot) {
            const sequence_steps& actor = actors_[slot];
            const sequence seen = count_in(have, slot);
            for (std::size_t i = first_beyond(actor, seen); i < actor.size(); ++i) {
                append_beyond(at(actor[i].value), seen, out);
            }
        }
        std::sort(out.begin() + begin, out.end(),
                  [](const log_run& a, const log_run& b) { return a.index < b.index; });
    }

    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        std::size_t bytes =
            runs_.capacity() * sizeof(start) + actors_.capacity() * sizeof(actors_[0]);
        for (const sequence_steps& actor : actors_) {
            bytes += actor.heap_bytes();
        }
        return bytes;
    }

private:
    struct start {
        std::uint32_t index = 0;
        actor_slot slot{};
        sequence first = 0;
    };

    [[nodiscard]] bool continues(actor_slot slot) const noexcept {
        return !runs_.empty() && runs_.back().slot == slot;
    }

    [[nodiscard]] static sequence count_in(const std::vector<sequence>& have,
                                           std::size_t slot) noexcept {
        return slot < have.size() ? have[slot] : 0;
    }

    [[nodiscard]] log_run at(std::size_t i) const noexcept {
        const start& run = runs_[i];
        const std::uint32_t end = i + 1 < runs_.size() ? runs_[i + 1].index : size_;
        return {run.slot, run.first, end - run.index, {run.index}};
    }

    [[nodiscard]] std::size_t run_of(op_index index) const noexcept {
        std::size_t at = 0;
        std::size_t count = runs_.size();
        if (index.value >= runs_.back().index) {
            return count - 1;
        }
        while (count > 1) {
            WEFT_STEP(1);
            const std::size_t half = count / 2;
            at = runs_[at + half].index <= index.value ? at + half : at;
            count -= half;
        }
        return at;
    }

    /// The position of the actor's first run with an operation beyond `seen`.
    [[nodiscard]] std::size_t first_beyond(const sequence_steps& actor,
                                           sequence seen) const noexcept {
        if (actor.empty()) {
            return 0;
        }
        const std::size_t last = actor.find(seen);
        const sequence_steps::entry& entry = actor[last];
        return entry.first + at(entry.value).count - 1 > seen ? last : last + 1;
    }

    static void append_beyond(log_run run, sequence seen, std::vector<log_run>& out) {
        WEFT_STEP(1);
        if (seen >= run.first) {
            const std::uint32_t skip = seen - run.first + 1;
            if (skip >= run.count) {
                return;
            }
            run = {run.slot, seen + 1, run.count - skip, {run.index.value + skip}};
        }
        out.push_back(run);
    }

    std::vector<start> runs_;
    std::vector<sequence_steps> actors_;  // values: positions in runs_
    std::uint32_t size_ = 0;
};

}  // namespace weft

#endif
