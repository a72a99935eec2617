/// Writes the first half of a batch, that says which operations there are and how they follow one
/// another: actors, spans, parents, claimed addresses, timestamps (FORMAT.md). Collects in local
/// names; border names are asked for at the end.
#ifndef WEFT_WIRE_CAUSAL_WRITER_HPP
#define WEFT_WIRE_CAUSAL_WRITER_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/id.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/timestamp.hpp>
#include <weft/log/operation.hpp>
#include <weft/wire/columns.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// The actors of a batch: their slots, and once sorted by id, their numbers in it.
class batch_actors {
public:
    void use(actor_slot slot) {
        if (slot.value >= numbers_.size()) {
            numbers_.resize(slot.value + std::size_t{1}, none);
        }
        if (numbers_[slot.value] == none) {
            numbers_[slot.value] = 0;
            slots_.push_back(slot);
        }
    }

    /// Gives out the numbers, in the order of less(slot, slot).
    template <class Less>
    void sort(Less less) {
        lean_sort(slots_.begin(), slots_.end(), less);
        for (std::uint32_t i = 0; i != slots_.size(); ++i) {
            numbers_[slots_[i].value] = i;
        }
    }

    [[nodiscard]] std::uint32_t count() const noexcept {
        return static_cast<std::uint32_t>(slots_.size());
    }

    [[nodiscard]] actor_slot slot(std::uint32_t number) const noexcept { return slots_[number]; }

    [[nodiscard]] std::uint32_t number(actor_slot slot) const noexcept {
        return numbers_[slot.value];
    }

    /// A dot with the actor's number in the place of its slot, and back.
    [[nodiscard]] local_dot numbered(local_dot of) const noexcept {
        return {{number(of.slot)}, of.sequence};
    }

    [[nodiscard]] local_dot local(local_dot numbered) const noexcept {
        return {slot(numbered.slot.value), numbered.sequence};
    }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    lean_vector<std::uint32_t> numbers_;  ///< by slot
    lean_vector<actor_slot> slots_;       ///< by number
};

class causal_writer {
public:
    /// Adds `count` operations of an actor, whose only parents are their predecessors; the first
    /// of an actor has none.
    void add(local_dot first, std::uint32_t count) {
        operations_ += count;
        if (!spans_.empty() && spans_.back().first.slot == first.slot &&
            spans_.back().first.sequence + spans_.back().count == first.sequence) {
            spans_.back().count += count;
        } else {
            spans_.push_back({first, count});
        }
    }

    /// Adds one operation with these parents.
    void add(local_dot id, lean_span<local_dot> parents) {
        const bool plain = id.sequence == 1 ? parents.empty()
                                            : parents.size() == 1 && parents[0].slot == id.slot &&
                                                  parents[0].sequence + 1 == id.sequence;
        add(id, 1);
        if (!plain) {
            exceptions_.push_back({operations_ - 1,
                                   {static_cast<std::uint32_t>(parents_.size()),
                                    static_cast<std::uint32_t>(parents.size())}});
            parents_.append(parents.data(), parents.data() + parents.size());
        }
    }

    void time(timestamp at) {
        times_.push(zigzag(static_cast<std::int64_t>(at.bits - last_time_)));
        last_time_ = at.bits;
    }

    [[nodiscard]] std::uint32_t operations() const noexcept { return operations_; }

    void use_actors(batch_actors& actors) const {
        for (const span_entry& span : spans_) {
            actors.use(span.first.slot);
        }
        for (const local_dot parent : parents_) {
            actors.use(parent.slot);
        }
    }

    /// Everything behind the actor table. `address(out, local_dot)` writes a content address.
    template <class Address>
    void write(byte_writer& out, const batch_actors& actors, Address&& address) {
        for (span_entry& span : spans_) {
            span.first = actors.numbered(span.first);
        }
        for (local_dot& parent : parents_) {
            parent = actors.numbered(parent);
        }
        find_runs(actors.count());
        write_spans(out, actors.count());
        write_outside(out);
        for (const local_dot parent : outside_) {
            address(out, actors.local(parent));
        }
        write_exceptions(out, actors.count());
        write_claims([&](local_dot last) { address(out, actors.local(last)); });
        out.append(times_.finish());
    }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct span_entry {
        local_dot first{};
        std::uint32_t count = 0;
        bool ends_run = true;  ///< the batch does not go on after it with a plain child
    };

    /// An operation whose parents are others than its predecessor.
    struct exception_entry {
        std::uint32_t position = 0;
        slice parents{};
    };

    /// Operations of one actor, without a gap, both ends included.
    struct range_entry {
        local_dot first{};
        sequence last = 0;
    };

    [[nodiscard]] lean_span<local_dot> parents_of(const exception_entry& of) const noexcept {
        return {parents_.data() + of.parents.first, of.parents.count};
    }

    /// Finds the ranges, which spans end a causal run, and the parents outside the batch. From
    /// here on slots are actors' numbers.
    void find_runs(std::uint32_t actors) {
        lean_vector<std::uint32_t> last_span(actors, none);
        const exception_entry* exception = exceptions_.begin();
        std::uint32_t position = 0;
        for (std::uint32_t i = 0; i != spans_.size(); ++i) {
            const span_entry& span = spans_[i];
            while (exception != exceptions_.end() && exception->position < position) {
                ++exception;
            }
            const bool plain = exception == exceptions_.end() || exception->position != position;
            std::uint32_t& before = last_span[span.first.slot.value];
            const bool goes_on =
                before != none &&
                spans_[before].first.sequence + spans_[before].count == span.first.sequence;
            if (goes_on) {
                spans_[before].ends_run = !plain;
            } else if (plain && span.first.sequence != 1) {
                outside_.push_back({span.first.slot, span.first.sequence - 1});
            }
            before = i;
            position += span.count;
            ranges_.push_back({span.first, span.first.sequence + (span.count - 1)});
        }
        join_ranges();
        for (const local_dot parent : parents_) {
            if (!inside(parent)) {
                outside_.push_back(parent);
            }
        }
        lean_sort(outside_.begin(), outside_.end());
        std::size_t kept = 0;
        for (const local_dot parent : outside_) {
            if (kept == 0 || outside_[kept - 1] != parent) {
                outside_[kept++] = parent;
            }
        }
        outside_.erase(outside_.begin() + kept, outside_.end());
    }

    void join_ranges() {
        lean_sort(ranges_.begin(), ranges_.end(),
                  [](const range_entry& a, const range_entry& b) { return a.first < b.first; });
        std::size_t kept = 0;
        for (const range_entry& next : ranges_) {
            range_entry* const last = kept == 0 ? nullptr : &ranges_[kept - 1];
            if (last != nullptr && last->first.slot == next.first.slot &&
                last->last + 1 == next.first.sequence) {
                last->last = next.last;
            } else {
                ranges_[kept++] = next;
            }
        }
        ranges_.erase(ranges_.begin() + kept, ranges_.end());
    }

    [[nodiscard]] bool inside(local_dot what) const noexcept {
        const range_entry* const after =
            lean_partition(ranges_.begin(), ranges_.end(),
                           [&](const range_entry& one) { return !(what < one.first); });
        return after != ranges_.begin() && (after - 1)->first.slot == what.slot &&
               what.sequence <= (after - 1)->last;
    }

    [[nodiscard]] std::size_t outside_number(local_dot what) const noexcept {
        const local_dot* const at = lean_partition(
            outside_.begin(), outside_.end(), [&](const local_dot& one) { return one < what; });
        return static_cast<std::size_t>(at - outside_.begin());
    }

    void write_spans(byte_writer& out, std::uint32_t actors) const {
        lean_vector<sequence> reached(actors, 0);
        out.varint(spans_.size());
        for (const span_entry& span : spans_) {
            sequence& last = reached[span.first.slot.value];
            const sequence skipped = span.first.sequence - last - 1;
            out.varint(span.first.slot.value);
            out.varint(std::uint64_t{span.count} << 1U | (skipped != 0 ? 1U : 0U));
            if (skipped != 0) {
                out.varint(skipped);
            }
            last = span.first.sequence + (span.count - 1);
        }
    }

    void write_outside(byte_writer& out) const {
        out.varint(outside_.size());
        local_dot before{};
        for (const local_dot parent : outside_) {
            const std::uint32_t step = parent.slot.value - before.slot.value;
            out.varint(step);
            out.varint(step == 0 ? parent.sequence - before.sequence : parent.sequence);
            before = parent;
        }
    }

    void write_exceptions(byte_writer& out, std::uint32_t actors) const {
        out.varint(exceptions_.size());
        lean_vector<sequence> reached(actors, 0);
        const span_entry* span = spans_.begin();
        std::uint32_t span_start = 0;
        std::uint32_t expected = 0;
        lean_vector<local_dot> others;  // of one operation: its parents but the own predecessor
        for (const exception_entry& entry : exceptions_) {
            for (; entry.position - span_start >= span->count; ++span) {
                reached[span->first.slot.value] = span->first.sequence + (span->count - 1);
                span_start += span->count;
            }
            const actor_slot actor = span->first.slot;
            const sequence here = span->first.sequence + (entry.position - span_start);
            reached[actor.value] = here - 1;
            out.varint(entry.position - expected);
            expected = entry.position + 1;
            write_parents(out, {actor, here}, parents_of(entry), reached, others);
        }
    }

    void write_parents(byte_writer& out,
                       local_dot id,
                       lean_span<local_dot> parents,
                       const lean_vector<sequence>& reached,
                       lean_vector<local_dot>& others) const {
        others.clear();
        for (const local_dot parent : parents) {
            if (parent.slot != id.slot || parent.sequence + 1 != id.sequence) {
                others.push_back(parent);
            }
        }
        lean_sort(others.begin(), others.end());
        out.varint(others.size() << 1U | (others.size() != parents.size() ? 1U : 0U));
        for (const local_dot parent : others) {
            if (inside(parent)) {
                WEFT_ASSERT(parent.sequence <= reached[parent.slot.value]);
                out.varint(std::uint64_t{parent.slot.value} << 1U);
                out.varint(reached[parent.slot.value] - parent.sequence);
            } else {
                out.varint(outside_number(parent) << 1U | 1U);
            }
        }
    }

    /// Calls claim(dot) for each run's last operation: the one before an exception, or the last of
    /// a span that the batch does not continue plainly.
    template <class Claim>
    void write_claims(Claim claim) const {
        const exception_entry* exception = exceptions_.begin();
        std::uint32_t position = 0;
        for (const span_entry& span : spans_) {
            const std::uint32_t end = position + span.count;
            for (; exception != exceptions_.end() && exception->position < end; ++exception) {
                if (exception->position != position) {
                    const std::uint32_t before = exception->position - position - 1;
                    claim(local_dot{span.first.slot, span.first.sequence + before});
                }
            }
            if (span.ends_run) {
                claim(local_dot{span.first.slot, span.first.sequence + (span.count - 1)});
            }
            position = end;
        }
    }

    std::uint32_t operations_ = 0;
    lean_vector<span_entry> spans_;
    lean_vector<exception_entry> exceptions_;
    lean_vector<local_dot> parents_;
    lean_vector<range_entry> ranges_;  ///< ascending
    lean_vector<local_dot> outside_;   ///< ascending
    run_writer times_;
    std::uint64_t last_time_ = 0;
};

}  // namespace weft

#endif
