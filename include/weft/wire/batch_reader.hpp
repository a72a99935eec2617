/// Reads batches (FORMAT.md). open() checks the whole structure by streaming over it: bounds,
/// canonical form, tables, counts, and that every operation is well formed; it expands no run and
/// hashes no operation. What it accepts, next() can hand out without failing, and encoding that
/// again gives the same bytes. Not checked here: payloads (the policies' matter), addresses (the
/// admission's, through claimed()), and whether operations are admissible.
///
/// A reader holds at most 4 times the bytes of the batch, which it views and does not own. An
/// operation that next() fills takes 24 bytes an effect or dot and 24 bytes and an identifier a
/// mutation, in the caller's object, one operation at a time. Time is linear in the bytes, but for
/// a logarithm where an actor's operations have gaps or parents are outside the batch.
#ifndef WEFT_WIRE_BATCH_READER_HPP
#define WEFT_WIRE_BATCH_READER_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/causal/dot.hpp>
#include <weft/log/operation.hpp>
#include <weft/log/refill.hpp>
#include <weft/wire/batch_format.hpp>
#include <weft/wire/batch_layout.hpp>
#include <weft/wire/causal_check.hpp>
#include <weft/wire/columns.hpp>
#include <weft/wire/content_check.hpp>

#include <cstdint>
#include <cstring>
#include <utility>

namespace weft {

/// Checks a batch of this header. Errors: any of errc's first group, with the offset, and the dot
/// where it is about an operation. Throws only bad_alloc.
[[nodiscard]] inline result<batch_layout> check_batch(byte_span bytes, const batch_header& header) {
    if (bytes.size() > batch_size_max) {
        return {errc::too_large, 0};
    }
    if (const auto checked = header.check(bytes); !checked) {
        return checked.error();
    }
    if (bytes.size() - batch_header::size < batch_checksum_size) {
        return {errc::truncated, bytes.size()};
    }
    const byte_span body = bytes.first(bytes.size() - batch_checksum_size);
    if (load_le<8>(bytes.data() + body.size()) != xxh3_64(body)) {
        return {errc::bad_checksum, body.size()};
    }
    batch_layout layout;
    layout.bytes = bytes;
    layout.header = header;
    byte_reader in(body);
    static_cast<void>(in.bytes(batch_header::size));
    usage used;
    if (const auto checked = causal_check(layout, in, used).run(); !checked) {
        return checked.error();
    }
    if (const auto checked = content_check(layout, in, used).run(); !checked) {
        return checked.error();
    }
    if (!used.complete()) {
        return {errc::unused_entry, layout.actor_table};
    }
    if (const auto end = in.finish(); !end) {
        return end.error();
    }
    return {std::move(layout)};
}

template <class Traits>
class batch_reader {
public:
    using actor_id = typename Traits::actor_id;
    using record_id = typename Traits::record_id;
    using address = typename Traits::hasher::digest_type;
    using border_operation = operation<Traits>;

    /// A reader at the batch's first operation; `bytes` must outlive it. Errors: of check_batch.
    [[nodiscard]] static result<batch_reader> open(byte_span bytes) {
        result<batch_layout> checked = check_batch(bytes, batch_header::of<Traits>());
        if (!checked) {
            return checked.error();
        }
        return result<batch_reader>(batch_reader(*std::move(checked)));
    }

    /// Operations in the batch.
    [[nodiscard]] std::uint32_t operations() const noexcept { return batch_.operations; }

    /// Records that the batch names.
    [[nodiscard]] std::uint32_t record_count() const noexcept { return batch_.record_count; }

    /// The next operation into `out`, or false at the end. Parents that are not in the batch have
    /// their addresses; those of parents in the batch are zero, for the caller to fill. Arrays are
    /// in the order of the operation's parts, without holes. O(operation); throws only bad_alloc,
    /// and is then unusable.
    [[nodiscard]] bool next(border_operation& out) {
        if (position_ == batch_.operations) {
            return false;
        }
        if (span_left_ == 0) {
            span_.next(batch_);
            span_left_ = span_.count();
            ++span_number_;
        }
        const sequence here = span_.last() - (span_left_ - 1);
        const bool starts = span_left_ == span_.count() && span_.starts();
        parts to(out, records_);
        out.id = {actor_at(span_.actor()), here};
        if (exceptions_.position() == position_) {
            read_parents(here, starts, to);
        } else if (here != 1) {
            add_own_parent(here, starts, to);
        }
        time_ += static_cast<std::uint64_t>(unzigzag(batch_.times.next(batch_.data())));
        out.at.bits = time_;
        out.schema_version = batch_.versions.next(batch_.data());
        if (counts_.position() == position_) {
            read_mutations(batch_.load32(counts_.content()), to);
            counts_.next(batch_.data());
        } else {
            read_mutation(to);
        }
        to.finish();
        batch_.actors[span_.actor()].reached = here;
        ++position_;
        --span_left_;
        const bool ends = span_left_ == 0 ? !batch_.goes_on.marked(span_number_ - 1)
                                          : exceptions_.position() == position_;
        claimed_ = ends ? batch_.claims : 0;
        batch_.claims += ends ? batch_.header.address_size : 0U;
        return true;
    }

    /// The address that the batch claims for the operation of the last next(). Each causal run's
    /// last operation in the batch has one.
    [[nodiscard]] maybe<address> claimed() const noexcept {
        return claimed_ == 0 ? maybe<address>() : maybe<address>(address_at(claimed_));
    }

    /// For the mutations of the last next(): their records' numbers, below record_count(). A
    /// record id has one number all through the batch, in every collection.
    [[nodiscard]] lean_span<std::uint32_t> records() const noexcept { return records_; }

private:
    explicit batch_reader(batch_layout&& batch)
        : batch_(std::move(batch)), span_(batch_),
          exceptions_(batch_.data(), batch_.exception_table, batch_.exception_count),
          counts_(batch_.data(), batch_.count_table, batch_.count_entries),
          record_dots_(batch_.record_dots), effect_dots_(batch_.effect_dots) {
        for (batch_layout::actor& actor : batch_.actors) {
            actor.record_dot = 0;
            actor.effect_dot = 0;
        }
    }

    [[nodiscard]] actor_id actor_at(std::uint32_t number) const noexcept {
        return identifier_traits<actor_id>::read(batch_.actor_bytes(number));
    }

    [[nodiscard]] address address_at(std::uint32_t offset) const noexcept {
        address value;
        std::memcpy(value.bytes.data(), batch_.data() + offset, address::byte_size);
        return value;
    }

    /// The arrays of an operation while it is filled.
    struct parts {
        parts(border_operation& out, lean_vector<std::uint32_t>& record_numbers) noexcept
            : parents(out.parents), mutations(out.mutations), effects(out.effects),
              observed(out.observed), payload(out.payload), records(record_numbers) {}

        void finish() {
            parents.finish();
            mutations.finish();
            effects.finish();
            observed.finish();
            payload.finish();
            records.finish();
        }

        refill<parent_entry<actor_id, address>> parents;
        refill<mutation_entry<record_id>> mutations;
        refill<effect_entry> effects;
        refill<event_dot<actor_id>> observed;
        refill_bytes payload;
        refill<std::uint32_t> records;
    };

    /// The parents of an operation that has others than its own predecessor.
    void read_parents(sequence here, bool starts, parts& to) {
        std::uint32_t& at = exceptions_.content();
        const std::uint64_t head = batch_.load(at);
        const local_dot previous{{span_.actor()}, here - 1};
        bool own = (head & 1U) != 0;
        for (std::uint64_t left = head >> 1U; left != 0; --left) {
            const std::uint64_t reference = batch_.load(at);
            const auto number = static_cast<std::uint32_t>(reference >> 1U);
            local_dot parent{{number}, 0};
            address known{};
            if ((reference & 1U) != 0) {
                parent = batch_.outside[number];
                known = address_at(batch_.outside_address(number));
            } else {
                parent.sequence = batch_.actors[number].reached - batch_.load32(at);
            }
            if (own && previous < parent) {
                add_own_parent(here, starts, to);
                own = false;
            }
            to.parents.next() = {{actor_at(parent.slot.value), parent.sequence}, known};
        }
        if (own) {
            add_own_parent(here, starts, to);
        }
        exceptions_.next(batch_.data());
    }

    void add_own_parent(sequence here, bool starts, parts& to) const {
        address known{};
        if (starts) {
            known =
                address_at(batch_.outside_address(batch_.find_outside(span_.actor(), here - 1)));
        }
        to.parents.next() = {{actor_at(span_.actor()), here - 1}, known};
    }

    void read_mutations(std::uint32_t count, parts& to) {
        to.mutations.reserve(count);
        to.records.reserve(count);
        for (std::uint32_t left = count; left != 0; --left) {
            read_mutation(to);
        }
    }

    void read_mutation(parts& to) {
        const batch_layout::shape& shape = batch_.shapes[batch_.shape_column.next()];
        const batch_layout::collection& collection = batch_.collections[shape.collection];
        const std::uint32_t record = batch_.record_column.next();
        to.records.next() = record;
        std::uint32_t at = shape.offset;
        const std::uint64_t head = batch_.load(at);
        const auto effects = static_cast<std::uint32_t>(head >> 2U);
        mutation_entry<record_id>& mutation = to.mutations.next();
        mutation.collection = collection.tag;
        mutation.kind = static_cast<mutation_kind>(head & 3U);
        mutation.record = identifier_traits<record_id>::read(batch_.record_bytes(record));
        mutation.observed = {to.observed.size(), batch_.record_dot_counts.next(batch_.data())};
        if (mutation.observed.count != 0) {
            read_dots(mutation.observed.count, record_dots_, &batch_layout::actor::record_dot, to);
        }
        mutation.effects = {to.effects.size(), effects};
        std::uint32_t number = collection.fields;
        for (std::uint32_t left = effects; left != 0; --left) {
            number += batch_.load32(at);
            read_effect(batch_.fields[number++], to);
        }
    }

    void read_effect(batch_layout::field& field, parts& to) {
        std::uint32_t at = field.offset + 4;
        effect_entry& effect = to.effects.next();
        effect.field = static_cast<std::uint32_t>(load_le<4>(batch_.data() + field.offset));
        effect.kind = batch_.load32(at);
        const std::uint32_t size = field.lengths.next(batch_.data());
        effect.payload = {to.payload.size(), size};
        to.payload.append(batch_.data() + field.payload, size);
        field.payload += size;
        effect.observed = {to.observed.size(), field.dot_counts.next(batch_.data())};
        if (effect.observed.count != 0) {
            read_dots(effect.observed.count, effect_dots_, &batch_layout::actor::effect_dot, to);
        }
    }

    void read_dots(std::uint32_t count,
                   std::uint32_t& at,
                   sequence batch_layout::actor::*last,
                   parts& to) {
        for (std::uint32_t left = count; left != 0; --left) {
            const std::uint64_t head = batch_.load(at);
            const auto actor = static_cast<std::uint32_t>(head >> 1U);
            sequence& reached = batch_.actors[actor].*last;
            reached = static_cast<sequence>(std::int64_t{reached} + unzigzag(batch_.load(at)));
            const std::uint32_t ordinal = (head & 1U) != 0 ? batch_.load32(at) : 0;
            to.observed.next() = {{actor_at(actor), reached}, ordinal};
        }
    }

    batch_layout batch_;
    span_cursor span_;
    position_cursor exceptions_;
    position_cursor counts_;
    std::uint32_t record_dots_;
    std::uint32_t effect_dots_;
    std::uint64_t time_ = 0;
    std::uint32_t position_ = 0;
    std::uint32_t span_left_ = 0;
    std::uint32_t span_number_ = 0;
    std::uint32_t claimed_ = 0;           ///< offset of the address, 0 for none
    lean_vector<std::uint32_t> records_;  ///< of the last operation
};

}  // namespace weft

#endif
