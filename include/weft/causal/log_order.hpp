/// The order of admission: which operation has which index. It is the list of log runs, maximal
/// stretches of one actor's operations, and it is causal: parents come before children.
///
/// Runs are kept in groups of 64 as bytes, so that even single operations of many interleaved
/// writers cost some six bytes each: per run one byte with the actor's number within the group and
/// whether the length is one; at the actor's first run in the group its slot and sequence; the
/// length if it is not one. Per actor there is a list of the groups in which it has a run. The
/// newest run is open, and not yet among the bytes.
#ifndef WEFT_CAUSAL_LOG_ORDER_HPP
#define WEFT_CAUSAL_LOG_ORDER_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bit_list.hpp>
#include <weft/base/byte_pages.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/steps.hpp>
#include <weft/base/varint.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/sequence_steps.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// Operations `first` to `first + count - 1` of an actor, at `index` and following.
struct log_run {
    actor_slot slot{};
    sequence first = 0;
    std::uint32_t count = 0;
    op_index index{};

    friend constexpr bool operator==(const log_run&, const log_run&) = default;
};

/// Grows by push_back, shrinks by truncate. Const functions may run concurrently.
class log_order {
public:
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

    /// The newest operation; there must be one.
    [[nodiscard]] local_dot last() const noexcept {
        return {open_.slot, open_.first + (size_ - 1 - open_.index)};
    }

    /// Makes room, so that the next push_back for this slot can't fail. Strong guarantee.
    void reserve_one(actor_slot slot) {
        if (size_ != 0 && slot == open_.slot) {
            return;
        }
        if (groups_.size() == groups_.capacity()) {
            groups_.reserve(groups_.size() + groups_.size() / 2 + 1);
        }
        bytes_.reserve(run_bytes_max, group_bytes_max);
        if (slot.value < actors_.size()) {
            actors_[slot.value].groups.reserve_one();
        } else if (slot.value >= actors_.capacity()) {
            actors_.reserve(slot.value + actors_.size() / 2 + 2);
        }
    }

    /// Appends the operation (slot, n), n being one more than the slot's last, where reserve_one
    /// made room. O(1).
    void push_back(actor_slot slot, sequence n) {
        if (size_ == 0 || slot != open_.slot) {
            if (size_ != 0) {
                close();
            }
            open(slot, n);
        }
        ++size_;
    }

    /// Forgets all but the first `size` operations. O(64 * runs forgotten), allocates nothing.
    void truncate(std::uint32_t size) noexcept {
        while (size_ > size) {
            size_ = size > open_.index ? size : open_.index;
            if (size_ == open_.index) {
                reopen();
            }
        }
    }

    /// O(log groups), and half a group.
    [[nodiscard]] local_dot dot_of(op_index index) const noexcept {
        WEFT_ASSERT(index.value < size_);
        if (index.value >= open_.index) {
            return {open_.slot, open_.first + (index.value - open_.index)};
        }
        reader runs(*this, group_of(index));
        log_run run = runs.next();
        while (index.value - run.index.value >= run.count) {
            run = runs.next();
        }
        return {run.slot, run.first + (index.value - run.index.value)};
    }

    /// d must be held. O(log groups of the actor), and half a group.
    [[nodiscard]] op_index index_of(local_dot d) const noexcept {
        if (d.slot == open_.slot && d.sequence >= open_.first) {
            return {open_.index + (d.sequence - open_.first)};
        }
        const sequence_steps& groups = actors_[d.slot.value].groups;
        reader runs(*this, groups[groups.find(d.sequence)].value);
        log_run run = runs.next();
        while (run.slot != d.slot || d.sequence - run.first >= run.count) {
            run = runs.next();
        }
        return {run.index.value + (d.sequence - run.first)};
    }

    /// Calls fn(log_run) for all operations from `from` on, in order; the first run is clipped.
    template <class Fn>
    void for_each_run(op_index from, Fn&& fn) const {
        if (from.value >= size_) {
            return;
        }
        const std::size_t first = from.value < open_.index ? group_of(from) : groups_.size();
        for (std::size_t group = first; group < groups_.size(); ++group) {
            for (reader runs(*this, group); !runs.done();) {
                const log_run run = runs.next();
                if (run.index.value + run.count > from.value) {
                    fn(clipped(run, from.value));
                }
            }
        }
        fn(clipped(open_run(), from.value));
    }

    /// Appends to `out` the operations of each slot beyond its count in `have` (dense by slot,
    /// missing slots count zero), as clipped log runs in order. `count_of(slot)` is what is held.
    /// O(actors + groups in which something is missing), and a bit for each group.
    template <class CountOf, class List>
    void runs_missing(lean_span<sequence> have, CountOf&& count_of, List& out) const {
        const auto seen = [&](actor_slot slot) {
            return slot.value < have.size() ? have[slot.value] : 0;
        };
        const auto append = [&](log_run run) {
            const sequence known = seen(run.slot);
            if (known < run.first + (run.count - 1)) {
                const std::uint32_t skip = known < run.first ? 0 : known - run.first + 1;
                out.push_back(
                    {run.slot, run.first + skip, run.count - skip, {run.index.value + skip}});
            }
        };
        bit_list missing(groups_.size());
        std::size_t at = groups_.size();
        for (std::uint32_t slot = 0; slot < actors_.size(); ++slot) {
            const sequence_steps& groups = actors_[slot].groups;
            const sequence known = seen({slot});
            if (known < count_of(actor_slot{slot})) {
                for (std::size_t i = groups.find(known + 1); i < groups.size(); ++i) {
                    missing.mark(groups[i].value);
                    at = groups[i].value < at ? groups[i].value : at;
                }
            }
        }
        for (; at < groups_.size(); ++at) {
            if (missing.marked(at)) {
                for (reader runs(*this, at); !runs.done();) {
                    append(runs.next());
                }
            }
        }
        if (size_ != 0) {
            append(open_run());
        }
    }

    /// Heap, by capacity.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        std::size_t bytes = groups_.capacity() * sizeof(group_start) + bytes_.memory_bytes() +
                            actors_.capacity() * sizeof(actor);
        for (const actor& one : actors_) {
            bytes += one.groups.heap_bytes();
        }
        return bytes;
    }

private:
    static constexpr std::uint32_t group_runs = 64;
    static constexpr std::size_t run_bytes_max = 1 + 3 * 5;
    static constexpr std::size_t group_bytes_max = group_runs * run_bytes_max;

    struct group_start {
        std::size_t offset = 0;   // in bytes_
        std::uint32_t index = 0;  // of its first operation
    };

    struct actor {
        sequence_steps groups;    // values: the groups in which a run of it begins
        std::uint8_t number = 0;  // its number within the last of them
    };

    struct newest_run {
        actor_slot slot{};
        sequence first = 0;
        std::uint32_t index = 0;
        std::uint32_t place = 0;  // within its group
        std::uint8_t number = 0;
        bool fresh = false;  // the actor's first run in its group
    };

    /// Reads the closed runs of a group in order.
    class reader {
    public:
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled as they are read
        reader(const log_order& order, std::size_t at) noexcept
            : at_(order.bytes_.at(order.groups_[at].offset)),
              left_(at + 1 < order.groups_.size() ? group_runs : order.open_.place),
              index_(order.groups_[at].index) {}

        [[nodiscard]] bool done() const noexcept { return left_ == 0; }

        [[nodiscard]] const std::byte* at() const noexcept { return at_; }

        /// How many actors were seen, which is also the number of the next new one.
        [[nodiscard]] std::uint32_t known() const noexcept { return known_; }

        [[nodiscard]] log_run next() noexcept {
            WEFT_STEP(1);
            --left_;
            const auto head = std::to_integer<std::uint32_t>(*at_++);
            const std::uint32_t number = head & 0x7fU;
            if (number == known_) {
                slots_[number] = static_cast<std::uint32_t>(take_varint(at_));
                nexts_[number] = static_cast<std::uint32_t>(take_varint(at_));
                ++known_;
            }
            const auto count = head < 0x80U ? 1U : static_cast<std::uint32_t>(take_varint(at_));
            const log_run run{{slots_[number]}, nexts_[number], count, {index_}};
            nexts_[number] += count;
            index_ += count;
            return run;
        }

    private:
        const std::byte* at_;
        std::uint32_t left_;  // runs
        std::uint32_t index_;
        std::uint32_t known_ = 0;
        std::uint32_t slots_[group_runs];  // filled up to known_
        sequence nexts_[group_runs];
    };

    [[nodiscard]] log_run open_run() const noexcept {
        return {open_.slot, open_.first, size_ - open_.index, {open_.index}};
    }

    void open(actor_slot slot, sequence n) {
        open_.place = groups_.empty() ? 0 : (open_.place + 1) % group_runs;
        if (open_.place == 0) {
            groups_.push_back({bytes_.start(group_bytes_max), size_});
            numbers_ = 0;
        }
        if (slot.value >= actors_.size()) {
            actors_.resize(slot.value + std::size_t{1});
        }
        actor& owner = actors_[slot.value];
        const auto newest = static_cast<std::uint32_t>(groups_.size() - 1);
        open_.fresh = owner.groups.empty() || owner.groups.back().value != newest;
        if (open_.fresh) {
            owner.groups.push_back({n, newest});
            owner.number = static_cast<std::uint8_t>(numbers_++);
        }
        open_.number = owner.number;
        open_.slot = slot;
        open_.first = n;
        open_.index = size_;
    }

    void close() {
        std::byte* const to = bytes_.tail();
        const std::uint32_t count = size_ - open_.index;
        to[0] = static_cast<std::byte>(open_.number | (count == 1 ? 0U : 0x80U));
        std::size_t length = 1;
        if (open_.fresh) {
            length += write_varint(to + length, open_.slot.value);
            length += write_varint(to + length, open_.first);
        }
        if (count != 1) {
            length += write_varint(to + length, count);
        }
        bytes_.append(length);
    }

    /// Drops the open run, which is empty, and opens the one before it.
    void reopen() noexcept {
        if (open_.fresh) {
            actors_[open_.slot.value].groups.pop_back();
        }
        while (!actors_.empty() && actors_.back().groups.empty()) {
            actors_.pop_back();
        }
        if (open_.place == 0) {
            groups_.pop_back();
            open_.place = group_runs;
        }
        if (groups_.empty()) {
            open_ = {};
            bytes_.truncate(0);
            return;
        }
        const std::size_t newest = groups_.size() - 1;
        const std::byte* begin = nullptr;
        log_run run;
        numbers_ = 0;
        for (reader runs(*this, newest); !runs.done();) {
            begin = runs.at();
            run = runs.next();
            open_.fresh = runs.known() != numbers_;
            numbers_ = runs.known();
            // If a group was dropped, this one's numbers are no longer at the actors.
            open_.number = static_cast<std::uint8_t>(std::to_integer<unsigned>(*begin) & 0x7fU);
            actors_[run.slot.value].number = open_.number;
        }
        --open_.place;
        open_.slot = run.slot;
        open_.first = run.first;
        open_.index = run.index.value;
        bytes_.truncate(groups_[newest].offset +
                        static_cast<std::size_t>(begin - bytes_.at(groups_[newest].offset)));
    }

    /// The group of a closed run.
    [[nodiscard]] std::size_t group_of(op_index index) const noexcept {
        std::size_t at = 0;
        for (std::size_t count = groups_.size(); count > 1;) {
            WEFT_STEP(1);
            const std::size_t half = count / 2;
            at = groups_[at + half].index <= index.value ? at + half : at;
            count -= half;
        }
        return at;
    }

    [[nodiscard]] static log_run clipped(log_run run, std::uint32_t from) noexcept {
        const std::uint32_t skip = from > run.index.value ? from - run.index.value : 0;
        return {run.slot, run.first + skip, run.count - skip, {run.index.value + skip}};
    }

    lean_vector<group_start> groups_;
    byte_pages bytes_;           // closed runs
    lean_vector<actor> actors_;  // by slot
    newest_run open_;
    std::uint32_t numbers_ = 0;  // given out in the newest group
    std::uint32_t size_ = 0;
};

}  // namespace weft

#endif
