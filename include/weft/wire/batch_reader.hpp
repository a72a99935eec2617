/// Reads batches (FORMAT.md). open() checks the whole structure by streaming over it: bounds,
/// canonical form, tables, counts, and that every operation is well formed; it expands no run and
/// hashes no operation. What it accepts, next() can hand out without failing, and encoding that
/// again gives the same bytes. Not checked here: payloads (the policies'), addresses (the
/// admission's, through claimed()), and whether operations are admissible.
///
/// Memory of a reader: at most 4 times the input, which it views and does not own; see FORMAT.md
/// for how every entry pays for itself. An operation that next() fills takes 24 bytes an effect
/// or dot and 24 + an identifier a mutation, in the caller's object. Time is linear in the bytes,
/// but for a logarithm where an actor's operations have gaps.
#ifndef WEFT_WIRE_BATCH_READER_HPP
#define WEFT_WIRE_BATCH_READER_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/causal/dot.hpp>
#include <weft/log/operation.hpp>
#include <weft/wire/batch_format.hpp>
#include <weft/wire/columns.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace weft {

template <class Traits>
class batch_reader {
public:
    using actor_id = typename Traits::actor_id;
    using record_id = typename Traits::record_id;
    using address = typename Traits::hasher::digest_type;
    using border_operation = operation<Traits>;

    /// A reader at the batch's first operation; `bytes` must outlive it. Errors: any of errc's
    /// first group, with the offset, and the dot where it is about an operation. Throws only
    /// bad_alloc.
    [[nodiscard]] static result<batch_reader> open(byte_span bytes) {
        batch_reader reader(bytes);
        const result<done> checked = reader.check();
        if (!checked) {
            return checked.error();
        }
        return result<batch_reader>(std::move(reader));
    }

    /// Operations in the batch.
    [[nodiscard]] std::uint32_t operations() const noexcept { return operations_; }

    /// Actors, and records, that the batch names.
    [[nodiscard]] std::uint32_t actor_count() const noexcept { return actor_count_; }

    [[nodiscard]] std::uint32_t record_count() const noexcept { return record_count_; }

    /// The next operation into `out`, or false at the end. Parents that are not in the batch have
    /// their addresses; those of parents in the batch are zero, for the caller to fill.
    [[nodiscard]] bool next(border_operation& out) {
        if (position_ == operations_) {
            return false;
        }
        out.clear();
        records_.clear();
        if (span_left_ == 0) {
            next_span();
        }
        const std::uint32_t actor = span_actor_;
        const sequence here = span_next_;
        out.id = {actor_at(actor), here};
        read_parents(actor, here, out);
        last_time_ += static_cast<std::uint64_t>(unzigzag(times_.next(data())));
        out.at.bits = last_time_;
        out.schema_version = versions_.next(data());
        const std::uint32_t mutations = read_mutation_count();
        out.mutations.reserve(mutations);
        records_.reserve(mutations);
        for (std::uint32_t i = 0; i != mutations; ++i) {
            read_mutation(out);
        }
        // on to the next
        actors_[actor].reached = here;
        ++position_;
        ++span_next_;
        --span_left_;
        const bool ends = span_left_ == 0 ? ends_run_[span_number_ - 1] : exception_ == position_;
        claimed_ = ends ? claims_ : 0;
        claims_ += ends ? address_size : 0;
        return true;
    }

    /// The address that the batch claims for the operation of the last next(): each run's last
    /// operation has one.
    [[nodiscard]] std::optional<address> claimed() const noexcept {
        return claimed_ == 0 ? std::nullopt : std::optional(address_at(claimed_));
    }

    /// For the mutations of the last next(): their records' numbers, below record_count(). The
    /// same record has the same number all through the batch, in every collection.
    [[nodiscard]] std::span<const std::uint32_t> records() const noexcept { return records_; }

private:
    static constexpr std::size_t actor_size = identifier_traits<actor_id>::size;
    static constexpr std::size_t record_size = identifier_traits<record_id>::size;
    static constexpr std::uint32_t address_size = address::byte_size;
    static constexpr std::uint32_t no_position = ~std::uint32_t{0};
    static constexpr std::uint64_t sequence_max = 0xFFFFFFFFU;
    static constexpr std::uint64_t number_max = 0xFFFFFFFFU;

    /// Operations of one actor in the batch, without a gap, both ends included.
    struct range {
        sequence first = 0;
        sequence last = 0;
    };

    struct actor_state {
        std::uint32_t ranges = 0;  ///< the first of its ranges
        sequence reached = 0;      ///< the last operation before this place; 0: none
        sequence record_dot = 0;   ///< the last record-level dot of this actor
        sequence effect_dot = 0;   ///< the last dot of an effect
    };

    struct collection_state {
        std::uint32_t tag = 0;
        std::uint32_t fields = 0;  ///< the first of its fields
    };

    struct shape_state {
        std::uint32_t offset = 0;  ///< of the entry, behind the collection
        std::uint32_t collection = 0;
    };

    struct field_state {
        run_cursor<std::uint32_t> lengths;
        run_cursor<std::uint32_t> dot_counts;
        std::uint32_t payload = 0;  ///< offset; while checking, the number of effects
    };

    explicit batch_reader(byte_span bytes) noexcept : bytes_(bytes), in_(bytes) {}

    [[nodiscard]] const std::byte* data() const noexcept { return bytes_.data(); }

    [[nodiscard]] std::uint32_t here() const noexcept {
        return static_cast<std::uint32_t>(in_.offset());
    }

    // --- trusted access

    [[nodiscard]] actor_id actor_at(std::uint32_t actor) const noexcept {
        return identifier_traits<actor_id>::read(data() + actor_table_ + actor * actor_size);
    }

    [[nodiscard]] record_id record_at(std::uint32_t record) const noexcept {
        return identifier_traits<record_id>::read(data() + record_table_ + record * record_size);
    }

    [[nodiscard]] address address_at(std::uint32_t offset) const noexcept {
        address value;
        std::memcpy(value.bytes.data(), data() + offset, address_size);
        return value;
    }

    [[nodiscard]] std::uint64_t load(std::uint32_t& offset) const noexcept {
        auto byte = std::to_integer<std::uint64_t>(bytes_[offset++]);
        std::uint64_t value = byte & 0x7fU;
        for (unsigned shift = 7; byte >= 0x80U; shift += 7) {
            byte = std::to_integer<std::uint64_t>(bytes_[offset++]);
            value |= (byte & 0x7fU) << shift;
        }
        return value;
    }

    [[nodiscard]] std::uint32_t load32(std::uint32_t& offset) const noexcept {
        return static_cast<std::uint32_t>(load(offset));
    }

    /// Whether the batch holds this operation. O(log ranges of the actor).
    [[nodiscard]] bool inside(std::uint32_t actor, sequence which) const noexcept {
        const auto begin = ranges_.begin() + actors_[actor].ranges;
        const auto end = actor + 1 == actors_.size() ? ranges_.end()
                                                     : ranges_.begin() + actors_[actor + 1].ranges;
        const auto after = std::upper_bound(
            begin, end, which, [](sequence what, const range& r) { return what < r.first; });
        return after != begin && which <= (after - 1)->last;
    }

    /// The number of this operation in the table of outside parents, or its size.
    [[nodiscard]] std::uint32_t find_outside(std::uint32_t actor, sequence which) const noexcept {
        const local_dot wanted{{actor}, which};
        const auto at = std::lower_bound(outside_.begin(), outside_.end(), wanted);
        return at != outside_.end() && *at == wanted
                   ? static_cast<std::uint32_t>(at - outside_.begin())
                   : static_cast<std::uint32_t>(outside_.size());
    }

    [[nodiscard]] address outside_address(std::uint32_t number) const noexcept {
        return address_at(outside_addresses_ + number * address_size);
    }

    // --- handing out

    void start_spans() noexcept {
        span_at_ = span_table_;
        span_number_ = 0;
        span_left_ = 0;
        for (actor_state& actor : actors_) {
            actor.reached = 0;
        }
    }

    void next_span() noexcept {
        span_actor_ = load32(span_at_);
        const std::uint64_t count = load(span_at_);
        actor_state& actor = actors_[span_actor_];
        span_next_ = actor.reached + 1;
        span_starts_ = actor.reached == 0;
        if ((count & 1U) != 0) {
            span_next_ += load32(span_at_);
            span_starts_ = true;
        }
        span_left_ = static_cast<std::uint32_t>(count >> 1U);
        ++span_number_;
        actor.reached = span_next_ - 1;
    }

    void next_exception() noexcept {
        if (exceptions_left_ == 0) {
            exception_ = no_position;
            return;
        }
        --exceptions_left_;
        exception_ = exception_expected_ + load32(exception_at_);
        exception_expected_ = exception_ + 1;
    }

    void read_parents(std::uint32_t actor, sequence here, border_operation& out) {
        const bool first = span_starts_;
        span_starts_ = false;
        if (exception_ != position_) {
            if (here != 1) {
                add_own_parent(actor, here, first, out);
            }
            return;
        }
        std::uint64_t head = load(exception_at_);
        bool own = (head & 1U) != 0;
        out.parents.reserve(static_cast<std::size_t>(head >> 1U) + (own ? 1 : 0));
        for (head >>= 1U; head != 0; --head) {
            const std::uint64_t reference = load(exception_at_);
            const auto number = static_cast<std::uint32_t>(reference >> 1U);
            std::uint32_t of = number;
            sequence which = 0;
            address known{};
            if ((reference & 1U) != 0) {
                of = outside_[number].slot.value;
                which = outside_[number].sequence;
                known = outside_address(number);
            } else {
                which = actors_[of].reached - load32(exception_at_);
            }
            if (own && std::pair(of, which) > std::pair(actor, here - 1)) {
                add_own_parent(actor, here, first, out);
                own = false;
            }
            out.parents.push_back({{actor_at(of), which}, known});
        }
        if (own) {
            add_own_parent(actor, here, first, out);
        }
        next_exception();
    }

    void
    add_own_parent(std::uint32_t actor, sequence here, bool first, border_operation& out) const {
        out.parents.push_back({{out.id.actor, here - 1},
                               first ? outside_address(find_outside(actor, here - 1)) : address{}});
    }

    [[nodiscard]] std::uint32_t read_mutation_count() noexcept {
        if (count_position_ != position_) {
            return 1;
        }
        const std::uint32_t count = load32(count_at_);
        next_count();
        return count;
    }

    void next_count() noexcept {
        if (counts_left_ == 0) {
            count_position_ = no_position;
            return;
        }
        --counts_left_;
        count_position_ = count_expected_ + load32(count_at_);
        count_expected_ = count_position_ + 1;
    }

    void read_mutation(border_operation& out) {
        const shape_state& shape = shapes_[shape_column_.next()];
        const std::uint32_t record = record_column_.next();
        const collection_state& collection = collections_[shape.collection];
        std::uint32_t at = shape.offset;
        const std::uint64_t head = load(at);
        const auto effects = static_cast<std::uint32_t>(head >> 2U);
        records_.push_back(record);
        mutation_entry<record_id> mutation;
        mutation.collection = collection.tag;
        mutation.kind = static_cast<mutation_kind>(head & 3U);
        mutation.record = record_at(record);
        mutation.observed =
            read_dots(record_dot_counts_.next(data()), record_dots_, &actor_state::record_dot, out);
        mutation.effects = {static_cast<std::uint32_t>(out.effects.size()), effects};
        out.mutations.push_back(mutation);
        std::uint32_t number = collection.fields;
        for (std::uint32_t i = 0; i != effects; ++i) {
            number += load32(at);
            read_effect(number, out);
            ++number;
        }
    }

    void read_effect(std::uint32_t number, border_operation& out) {
        field_state& field = fields_[number];
        const std::uint32_t size = field.lengths.next(data());
        effect_entry effect;
        std::uint32_t at = field_table_[number];
        effect.field = static_cast<std::uint32_t>(load_le<4>(data() + at));
        at += 4;
        effect.kind = load32(at);
        effect.payload = {static_cast<std::uint32_t>(out.payload.size()), size};
        const byte_span payload = bytes_.subspan(field.payload, size);
        out.payload.insert(out.payload.end(), payload.begin(), payload.end());
        field.payload += size;
        effect.observed =
            read_dots(field.dot_counts.next(data()), effect_dots_, &actor_state::effect_dot, out);
        out.effects.push_back(effect);
    }

    [[nodiscard]] slice read_dots(std::uint32_t count,
                                  std::uint32_t& at,
                                  sequence actor_state::*last,
                                  border_operation& out) {
        const slice which{static_cast<std::uint32_t>(out.observed.size()), count};
        for (std::uint32_t i = 0; i != count; ++i) {
            const std::uint64_t head = load(at);
            const auto actor = static_cast<std::uint32_t>(head >> 1U);
            sequence& reached = actors_[actor].*last;
            reached = static_cast<sequence>(reached + unzigzag(load(at)));
            const std::uint32_t ordinal = (head & 1U) != 0 ? load32(at) : 0;
            out.observed.push_back({{actor_at(actor), reached}, ordinal});
        }
        return which;
    }

    // --- checking, in the order of the sections

    [[nodiscard]] result<done> check() {
        using section = result<done> (batch_reader::*)();
        constexpr section sections[] = {
            &batch_reader::check_frame,        &batch_reader::check_actors,
            &batch_reader::check_spans,        &batch_reader::check_outside_parents,
            &batch_reader::check_exceptions,   &batch_reader::check_claims,
            &batch_reader::check_times,        &batch_reader::check_versions,
            &batch_reader::check_counts,       &batch_reader::check_collections,
            &batch_reader::check_shapes,       &batch_reader::check_records,
            &batch_reader::check_shape_column, &batch_reader::check_record_column,
            &batch_reader::check_record_dots,  &batch_reader::check_fields,
            &batch_reader::check_effect_dots,  &batch_reader::check_end};
        for (const section one : sections) {
            const result<done> checked = (this->*one)();
            if (!checked) {
                return checked;
            }
        }
        start_spans();
        for (actor_state& actor : actors_) {
            actor.record_dot = 0;
            actor.effect_dot = 0;
        }
        exception_at_ = exception_table_;
        exceptions_left_ = exception_count_;
        exception_expected_ = 0;
        next_exception();
        count_at_ = count_table_;
        counts_left_ = count_entries_;
        count_expected_ = 0;
        next_count();
        actor_used_ = {};
        return done{};
    }

    /// An error about the operation at a position: with its dot.
    [[nodiscard]] error at_operation(errc code, std::size_t offset, std::uint32_t position) {
        start_spans();
        for (;;) {
            next_span();
            if (position < span_left_) {
                break;
            }
            position -= span_left_;
            actors_[span_actor_].reached = span_next_ + (span_left_ - 1);
        }
        return at_dot(code, offset, span_actor_, span_next_ + position);
    }

    /// An error about one of the operations' mutations.
    [[nodiscard]] error at_mutation(errc code, std::size_t offset, std::uint64_t mutation) {
        std::uint32_t at = count_table_;
        std::uint32_t position = 0;
        for (std::uint32_t left = count_entries_; left != 0; --left) {
            const std::uint32_t gap = load32(at);
            const std::uint32_t count = load32(at);
            if (mutation < gap) {
                break;
            }
            mutation -= gap;
            position += gap;
            if (mutation < count) {
                return at_operation(code, offset, position);
            }
            mutation -= count;
            ++position;
        }
        return at_operation(code, offset, position + static_cast<std::uint32_t>(mutation));
    }

    [[nodiscard]] error
    at_dot(errc code, std::size_t offset, std::uint32_t actor, sequence which) const noexcept {
        error named(code, offset);
        named.sequence = which;
        named.actor_size = static_cast<std::uint8_t>(std::min(actor_size, error::actor_size_max));
        std::memcpy(named.actor.data(), data() + actor_table_ + actor * actor_size,
                    named.actor_size);
        return named;
    }

    /// How many entries a table may say it has if each takes `least` bytes of what is left.
    [[nodiscard]] result<std::uint32_t> table_size(std::size_t least) {
        const std::size_t at = in_.offset();
        const auto count = in_.varint();
        if (!count) {
            return count.error();
        }
        if (*count > in_.remaining() / least) {
            return {errc::too_large, at};
        }
        return static_cast<std::uint32_t>(*count);
    }

    [[nodiscard]] result<std::uint32_t> number_below(std::uint64_t limit) {
        const std::size_t at = in_.offset();
        const auto value = in_.varint();
        if (!value) {
            return value.error();
        }
        if (*value >= limit) {
            return {errc::out_of_range, at};
        }
        return static_cast<std::uint32_t>(*value);
    }

    [[nodiscard]] static bool all(const std::vector<bool>& used) {
        return std::find(used.begin(), used.end(), false) == used.end();
    }

    [[nodiscard]] result<done> check_frame() {
        constexpr auto header = batch_header<Traits>();
        if (bytes_.size() > batch_size_max) {
            return {errc::too_large, 0};
        }
        for (std::size_t i = 0; i != header.size(); ++i) {
            if (i == bytes_.size()) {
                return {errc::truncated, i};
            }
            if (bytes_[i] != header[i]) {
                return {i < 4    ? errc::bad_magic
                        : i == 4 ? errc::unknown_format
                        : i == 5 ? errc::other_hasher
                        : i == 8 ? errc::other_hasher
                                 : errc::other_identifier_width,
                        i};
            }
        }
        if (bytes_.size() - header.size() < batch_checksum_size) {
            return {errc::truncated, bytes_.size()};
        }
        const std::size_t end = bytes_.size() - batch_checksum_size;
        if (load_le<8>(data() + end) != xxh3_64(bytes_.first(end))) {
            return {errc::bad_checksum, end};
        }
        in_ = byte_reader(bytes_.first(end));
        static_cast<void>(in_.bytes(header.size()));
        return done{};
    }

    [[nodiscard]] result<done> check_actors() {
        const auto count = table_size(actor_size);
        if (!count) {
            return count.error();
        }
        actor_count_ = *count;
        actor_table_ = here();
        for (std::uint32_t i = 0; i != actor_count_; ++i) {
            const std::byte* const at = data() + in_.offset();
            if (i != 0 && std::memcmp(at - actor_size, at, actor_size) >= 0) {
                return {errc::not_sorted, in_.offset()};
            }
            static_cast<void>(in_.bytes(actor_size));
        }
        actors_.resize(actor_count_);
        actor_used_.assign(actor_count_, false);
        return done{};
    }

    [[nodiscard]] result<done> check_spans() {
        const auto count = table_size(2);
        if (!count) {
            return count.error();
        }
        span_count_ = *count;
        span_table_ = here();
        std::uint64_t operations = 0;
        std::uint32_t before = no_position;
        for (std::uint32_t i = 0; i != span_count_; ++i) {
            const std::size_t at = in_.offset();
            const auto actor = number_below(actor_count_);
            if (!actor) {
                return actor.error();
            }
            const auto length = in_.varint();
            if (!length) {
                return length.error();
            }
            const bool gap = (*length & 1U) != 0;
            std::uint64_t skipped = 0;
            if (gap) {
                const auto read = in_.varint();
                if (!read) {
                    return read.error();
                }
                skipped = *read;
            }
            if (*length >> 1U == 0 || (gap && skipped == 0) || (!gap && before == *actor)) {
                return {errc::not_canonical, at};
            }
            actor_state& state = actors_[*actor];
            const bool starts = gap || state.reached == 0;
            const std::uint64_t many = *length >> 1U;
            const std::uint64_t left = sequence_max - state.reached;
            if (skipped >= left || many > left - skipped) {
                return {errc::out_of_range, at};
            }
            operations += many;
            if (operations > in_.remaining()) {
                return {errc::too_large, at};
            }
            actor_used_[*actor] = true;
            state.ranges += starts ? 1 : 0;
            state.reached += static_cast<sequence>(skipped + many);
            before = *actor;
        }
        operations_ = static_cast<std::uint32_t>(operations);
        collect_ranges();
        return done{};
    }

    /// Turns the counts of ranges into the ranges: a counting sort by actor.
    void collect_ranges() {
        std::uint32_t sum = 0;
        for (actor_state& actor : actors_) {
            sum += std::exchange(actor.ranges, sum);
        }
        ranges_.resize(sum);
        ends_run_.assign(span_count_, true);
        start_spans();
        for (std::uint32_t i = 0; i != span_count_; ++i) {
            next_span();
            actor_state& actor = actors_[span_actor_];
            const sequence last = span_next_ + span_left_ - 1;
            if (span_starts_) {
                ranges_[actor.ranges++] = {span_next_, last};
            } else {
                ranges_[actor.ranges - 1].last = last;
            }
            actor.reached = last;
        }
        // each actor's place now stands behind its ranges: shift them back
        std::uint32_t begin = 0;
        for (actor_state& actor : actors_) {
            begin = std::exchange(actor.ranges, begin);
        }
    }

    [[nodiscard]] result<done> check_outside_parents() {
        const auto count = table_size(2 + address_size);
        if (!count) {
            return count.error();
        }
        outside_.reserve(*count);
        local_dot before{};
        for (std::uint32_t i = 0; i != *count; ++i) {
            const std::size_t at = in_.offset();
            const auto step = in_.varint();
            if (!step) {
                return step.error();
            }
            const auto number = in_.varint();
            if (!number) {
                return number.error();
            }
            if (*step >= actor_count_ || *step + before.slot.value >= actor_count_) {
                return {errc::out_of_range, at};
            }
            const std::uint64_t base = *step == 0 ? before.sequence : 0;
            if (*number == 0) {
                return {*step == 0 && i != 0 ? errc::not_sorted : errc::out_of_range, at};
            }
            if (*number > sequence_max - base) {
                return {errc::out_of_range, at};
            }
            before = {{before.slot.value + static_cast<std::uint32_t>(*step)},
                      static_cast<sequence>(base + *number)};
            if (inside(before.slot.value, before.sequence)) {
                return at_dot(errc::not_causal, at, before.slot.value, before.sequence);
            }
            actor_used_[before.slot.value] = true;
            outside_.push_back(before);
        }
        outside_addresses_ = here();
        const auto addresses = in_.bytes(std::uint64_t{*count} * address_size);
        if (!addresses) {
            return addresses.error();
        }
        return done{};
    }

    /// Walks the spans and the exceptions side by side.
    [[nodiscard]] result<done> check_exceptions() {
        const std::size_t start = in_.offset();
        const auto count = table_size(2);
        if (!count) {
            return count.error();
        }
        exception_count_ = *count;
        exception_table_ = here();
        std::vector<bool> used(outside_.size(), false);
        std::vector<std::uint32_t> last_span(actor_count_, no_position);
        start_spans();
        std::uint64_t position = 0;
        std::uint64_t exception = no_position;
        std::uint32_t left = exception_count_;
        runs_ = 0;
        std::uint64_t expected = 0;
        const auto next = [&]() -> result<done> {
            exception = operations_;
            if (left != 0) {
                --left;
                const std::size_t at = in_.offset();
                const auto gap = in_.varint();
                if (!gap) {
                    return gap.error();
                }
                if (*gap >= operations_ - expected) {
                    return {errc::out_of_range, at};
                }
                exception = expected + *gap;
                expected = exception + 1;
            }
            return done{};
        };
        result<done> read = next();
        for (std::uint32_t i = 0; read && i != span_count_; ++i) {
            next_span();
            actor_state& actor = actors_[span_actor_];
            const bool plain = exception != position;
            if (span_starts_) {
                ++runs_;
                if (plain && span_next_ != 1) {
                    const std::uint32_t own = find_outside(span_actor_, span_next_ - 1);
                    if (own == outside_.size()) {
                        return at_dot(errc::not_causal, start, span_actor_, span_next_);
                    }
                    used[own] = true;
                }
            } else if (plain) {
                ends_run_[last_span[span_actor_]] = false;
            }
            last_span[span_actor_] = i;
            const std::uint64_t end = position + span_left_;
            while (read && exception < end) {
                const bool first = exception == position;
                runs_ += first && span_starts_ ? 0 : 1;
                actor.reached = span_next_ - 1 + static_cast<std::uint32_t>(exception - position);
                read = check_parents(span_actor_, actor.reached + 1, first && span_starts_, used);
                if (read) {
                    read = next();
                }
            }
            position = end;
            actor.reached = span_next_ + (span_left_ - 1);
        }
        if (!read) {
            return read;
        }
        if (!all(used)) {
            return {errc::unused_entry, start};
        }
        return done{};
    }

    /// One exception's parents. `starts`: its own predecessor is not in the batch.
    [[nodiscard]] result<done>
    check_parents(std::uint32_t actor, sequence here, bool starts, std::vector<bool>& used) {
        const std::size_t start = in_.offset();
        const auto refuse = [&](errc code, std::size_t at) {
            return at_dot(code, at, actor, here);
        };
        const auto head = in_.varint();
        if (!head) {
            return head.error();
        }
        const bool own = (*head & 1U) != 0;
        const std::uint64_t others = *head >> 1U;
        if (own && here == 1) {
            return refuse(errc::out_of_range, start);
        }
        if (others == 0 && (own || here == 1)) {
            return refuse(errc::not_canonical, start);
        }
        if (own && starts) {
            const std::uint32_t number = find_outside(actor, here - 1);
            if (number == outside_.size()) {
                return refuse(errc::not_causal, start);
            }
            used[number] = true;
        }
        local_dot before{};
        for (std::uint64_t i = 0; i != others; ++i) {
            const std::size_t at = in_.offset();
            const auto reference = in_.varint();
            if (!reference) {
                return reference.error();
            }
            local_dot parent{};
            if ((*reference & 1U) != 0) {
                if (*reference >> 1U >= outside_.size()) {
                    return refuse(errc::out_of_range, at);
                }
                parent = outside_[static_cast<std::size_t>(*reference >> 1U)];
                used[static_cast<std::size_t>(*reference >> 1U)] = true;
            } else {
                if (*reference >> 1U >= actor_count_) {
                    return refuse(errc::out_of_range, at);
                }
                parent.slot.value = static_cast<std::uint32_t>(*reference >> 1U);
                const auto back = in_.varint();
                if (!back) {
                    return back.error();
                }
                const sequence reached = actors_[parent.slot.value].reached;
                if (*back >= reached ||
                    !inside(parent.slot.value, reached - static_cast<sequence>(*back))) {
                    return refuse(errc::out_of_range, at);
                }
                parent.sequence = reached - static_cast<sequence>(*back);
            }
            if (i != 0 && !(before < parent)) {
                return refuse(errc::not_sorted, at);
            }
            if (parent.slot.value == actor && parent.sequence + 1 >= here) {
                return refuse(parent.sequence + 1 == here ? errc::not_canonical : errc::not_causal,
                              at);
            }
            before = parent;
        }
        return done{};
    }

    [[nodiscard]] result<done> check_claims() {
        claims_ = here();
        const auto addresses = in_.bytes(std::uint64_t{runs_} * address_size);
        if (!addresses) {
            return addresses.error();
        }
        return done{};
    }

    [[nodiscard]] result<done> check_times() {
        times_ = run_cursor<std::uint64_t>(here());
        std::uint64_t time = 0;
        std::uint32_t position = 0;
        const auto add = [&](std::uint64_t value, std::uint64_t times) {
            const auto step = static_cast<std::uint64_t>(unzigzag(value));
            for (; times != 0; --times) {
                time += step;
                if (time > timestamp_bits_max) {
                    return errc::out_of_range;
                }
                ++position;
            }
            return errc::none;
        };
        const auto read = scan_runs(in_, operations_, ~std::uint64_t{0}, zero_runs::allowed, add);
        if (!read && position < operations_) {
            return at_operation(read.error().code, read.error().offset, position);
        }
        return read;
    }

    [[nodiscard]] result<done> check_versions() {
        versions_ = run_cursor<std::uint32_t>(here());
        return scan_runs(in_, operations_, number_max, zero_runs::allowed,
                         [](std::uint64_t, std::uint64_t) { return errc::none; });
    }

    [[nodiscard]] result<done> check_counts() {
        const auto count = table_size(2);
        if (!count) {
            return count.error();
        }
        count_entries_ = *count;
        count_table_ = here();
        std::uint64_t mutations = operations_;
        std::uint64_t expected = 0;
        for (std::uint32_t i = 0; i != count_entries_; ++i) {
            const std::size_t at = in_.offset();
            const auto gap = in_.varint();
            if (!gap) {
                return gap.error();
            }
            const auto many = in_.varint();
            if (!many) {
                return many.error();
            }
            if (*gap >= operations_ - expected) {
                return {errc::out_of_range, at};
            }
            const auto position = static_cast<std::uint32_t>(expected + *gap);
            if (*many == 1) {
                return at_operation(errc::not_canonical, at, position);
            }
            if (*many > bytes_.size()) {
                return at_operation(errc::too_large, at, position);
            }
            mutations += *many - 1;
            expected = position + std::uint64_t{1};
        }
        if (mutations > in_.remaining()) {
            return {errc::too_large, in_.offset()};
        }
        mutations_ = static_cast<std::uint32_t>(mutations);
        return done{};
    }

    [[nodiscard]] result<done> check_collections() {
        const auto count = table_size(5);
        if (!count) {
            return count.error();
        }
        collections_.reserve(*count);
        // The fields are read twice, so that their array is made once, of the right size.
        const byte_reader start = in_;
        std::uint64_t fields = 0;
        for (int pass = 0; pass != 2; ++pass) {
            if (pass == 1) {
                in_ = start;
                field_table_.reserve(static_cast<std::size_t>(fields));
            }
            for (std::uint32_t i = 0; i != *count; ++i) {
                const result<done> read = check_collection(pass == 1, fields);
                if (!read) {
                    return read;
                }
            }
        }
        fields_.resize(field_table_.size());
        return done{};
    }

    [[nodiscard]] result<done> check_collection(bool keep, std::uint64_t& fields) {
        const std::size_t at = in_.offset();
        const auto tag = in_.u32();
        if (!tag) {
            return tag.error();
        }
        const auto count = table_size(5);
        if (!count) {
            return count.error();
        }
        if (keep) {
            if (!collections_.empty() && collections_.back().tag >= *tag) {
                return {errc::not_sorted, at};
            }
            collections_.push_back({*tag, static_cast<std::uint32_t>(field_table_.size())});
        } else {
            fields += *count;
        }
        std::pair<std::uint32_t, std::uint32_t> before{};
        for (std::uint32_t i = 0; i != *count; ++i) {
            const std::uint32_t offset = here();
            const auto field = in_.u32();
            if (!field) {
                return field.error();
            }
            const auto kind = in_.varint(number_max);
            if (!kind) {
                return kind.error();
            }
            const std::pair found(*field, static_cast<std::uint32_t>(*kind));
            if (i != 0 && before >= found) {
                return {errc::not_sorted, offset};
            }
            before = found;
            if (keep) {
                field_table_.push_back(offset);
            }
        }
        return done{};
    }

    [[nodiscard]] std::uint32_t fields_end(std::uint32_t collection) const noexcept {
        return collection + 1 == collections_.size()
                   ? static_cast<std::uint32_t>(field_table_.size())
                   : collections_[collection + 1].fields;
    }

    [[nodiscard]] result<done> check_shapes() {
        const auto count = table_size(2);
        if (!count) {
            return count.error();
        }
        shapes_.reserve(*count);
        std::vector<bool> used(field_table_.size(), false);
        std::uint32_t collection = 0;
        for (std::uint32_t i = 0; i != *count; ++i) {
            const std::size_t start = in_.offset();
            const auto step = in_.varint();
            if (!step) {
                return step.error();
            }
            // Sorted, and every collection has a shape: the step is 0 or 1, and 0 at first.
            if (*step > (i == 0 ? 0U : 1U)) {
                return {errc::unused_entry, start};
            }
            collection += static_cast<std::uint32_t>(*step);
            if (collection >= collections_.size()) {
                return {errc::out_of_range, start};
            }
            shapes_.push_back({here(), collection});
            const result<done> read = check_shape(start, *step == 0 && i != 0, used);
            if (!read) {
                return read;
            }
        }
        if (!collections_.empty() && (shapes_.empty() || collection + 1 != collections_.size())) {
            return {errc::unused_entry, in_.offset()};
        }
        if (!all(used)) {
            return {errc::unused_entry, in_.offset()};
        }
        if ((shapes_.empty()) != (mutations_ == 0)) {
            return {shapes_.empty() ? errc::out_of_range : errc::unused_entry, in_.offset()};
        }
        return done{};
    }

    /// The shape that was just added. `follows`: the one before is of the same collection.
    [[nodiscard]] result<done>
    check_shape(std::size_t start, bool follows, std::vector<bool>& used) {
        const std::uint32_t collection = shapes_.back().collection;
        const std::uint32_t end = fields_end(collection);
        const auto head = in_.varint();
        if (!head) {
            return head.error();
        }
        const std::uint64_t kind = *head & 3U;
        const std::uint64_t count = *head >> 2U;
        if (kind == 3 ||
            (kind == static_cast<std::uint64_t>(mutation_kind::update) && count == 0) ||
            (kind == static_cast<std::uint64_t>(mutation_kind::erase) && count != 0)) {
            return {errc::out_of_range, start};
        }
        // Compared with the shape before while reading: first the kind, then field by field.
        std::uint32_t other = 0;
        std::uint64_t other_left = 0;
        std::uint32_t other_field = collections_[collection].fields;
        bool tied = false;
        if (follows) {
            other = shapes_[shapes_.size() - 2].offset;
            const std::uint64_t other_head = load(other);
            other_left = other_head >> 2U;
            if ((other_head & 3U) > kind) {
                return {errc::not_sorted, start};
            }
            tied = (other_head & 3U) == kind;
        }
        std::uint64_t field = collections_[collection].fields;
        std::uint32_t before = 0;
        for (std::uint64_t i = 0; i != count; ++i) {
            const std::size_t at = in_.offset();
            const auto step = in_.varint();
            if (!step) {
                return step.error();
            }
            if (*step >= end - std::min<std::uint64_t>(field, end)) {
                return {errc::out_of_range, at};
            }
            field += *step;
            const auto number = static_cast<std::uint32_t>(field);
            if (i != 0 && tag_of(number) == tag_of(before)) {
                return {errc::not_sorted, at};  // one field with two kinds
            }
            before = number;
            used[number] = true;
            if (tied && other_left != 0) {
                other_field += load32(other);
                if (number < other_field) {
                    return {errc::not_sorted, at};
                }
                tied = number == other_field;
                ++other_field;
                --other_left;
            } else {
                tied = false;  // longer than the one before, which is its beginning
            }
            ++field;
        }
        if (tied) {  // equal to the one before, or to its beginning
            return {errc::not_sorted, start};
        }
        return done{};
    }

    [[nodiscard]] std::uint32_t tag_of(std::uint32_t field) const noexcept {
        return static_cast<std::uint32_t>(load_le<4>(data() + field_table_[field]));
    }

    [[nodiscard]] result<done> check_records() {
        const auto count = table_size(record_size + 1);
        if (!count) {
            return count.error();
        }
        record_count_ = *count;
        record_table_ = here();
        for (std::uint32_t i = 0; i != record_count_; ++i) {
            const std::byte* const at = data() + in_.offset();
            if (i != 0 && std::memcmp(at - record_size, at, record_size) >= 0) {
                return {errc::not_sorted, in_.offset()};
            }
            static_cast<void>(in_.bytes(record_size));
        }
        if ((record_count_ == 0) != (mutations_ == 0)) {
            return {record_count_ == 0 ? errc::out_of_range : errc::unused_entry, in_.offset()};
        }
        return done{};
    }

    /// Also counts the effects of each field.
    [[nodiscard]] result<done> check_shape_column() {
        const unsigned width = bit_column_width(shapes_.size(), 0);
        const std::uint32_t start = here();
        const auto column = in_.bytes(bit_column_size(mutations_, width));
        if (!column) {
            return column.error();
        }
        shape_column_ = bit_cursor(data() + start, width);
        std::vector<std::uint32_t> mutations(shapes_.size(), 0);
        bit_cursor at = shape_column_;
        for (std::uint32_t i = 0; i != mutations_; ++i) {
            const std::uint32_t shape = at.next();
            if (shape >= shapes_.size()) {
                return at_mutation(errc::out_of_range, start + std::uint64_t{i} * width / 8, i);
            }
            ++mutations[shape];
        }
        if (!at.clean()) {
            return {errc::not_canonical, in_.offset() - 1};
        }
        for (std::size_t i = 0; i != shapes_.size(); ++i) {
            if (mutations[i] == 0) {
                return {errc::unused_entry, shapes_[i].offset};
            }
            std::uint32_t entry = shapes_[i].offset;
            std::uint64_t effects = load(entry) >> 2U;
            std::uint32_t field = collections_[shapes_[i].collection].fields;
            for (; effects != 0; --effects) {
                field += load32(entry);
                const std::uint64_t sum = std::uint64_t{fields_[field].payload} + mutations[i];
                if (sum > in_.remaining()) {
                    return {errc::too_large, start};
                }
                fields_[field].payload = static_cast<std::uint32_t>(sum);
                ++field;
            }
        }
        return done{};
    }

    [[nodiscard]] result<done> check_record_column() {
        const unsigned width = bit_column_width(record_count_, record_bits_min);
        const std::uint32_t start = here();
        const auto column = in_.bytes(bit_column_size(mutations_, width));
        if (!column) {
            return column.error();
        }
        record_column_ = bit_cursor(data() + start, width);
        std::vector<bool> used(record_count_, false);
        bit_cursor at = record_column_;
        for (std::uint32_t i = 0; i != mutations_; ++i) {
            const std::uint32_t record = at.next();
            if (record >= record_count_) {
                return at_mutation(errc::out_of_range, start + std::uint64_t{i} * width / 8, i);
            }
            used[record] = true;
        }
        if (!at.clean()) {
            return {errc::not_canonical, in_.offset() - 1};
        }
        if (!all(used)) {
            return {errc::unused_entry, record_table_};
        }
        return done{};
    }

    [[nodiscard]] result<done> check_record_dots() {
        const std::uint32_t start = here();
        record_dot_counts_ = run_cursor<std::uint32_t>(start);
        std::uint64_t dots = 0;
        const std::size_t room = in_.remaining();
        const auto add = [&](std::uint64_t value, std::uint64_t times) {
            // value and times are below 2^32
            if (value * times > room - dots) {
                return errc::too_large;
            }
            dots += value * times;
            return errc::none;
        };
        const auto read = scan_runs(in_, mutations_, number_max, zero_runs::allowed, add);
        if (!read) {
            return read;
        }
        record_dots_ = here();
        run_cursor<std::uint32_t> counts(start);
        for (std::uint64_t mutation = 0; dots != 0; ++mutation) {
            const std::uint32_t count = counts.next(data());
            local_event before{};
            for (std::uint32_t i = 0; i != count; ++i) {
                const std::size_t at = in_.offset();
                local_event named{};
                const result<done> got = check_dot(&actor_state::record_dot, named);
                if (!got) {
                    return at_mutation(got.error().code, got.error().offset, mutation);
                }
                if (i != 0 && !(before < named)) {
                    return at_mutation(errc::not_sorted, at, mutation);
                }
                before = named;
            }
            dots -= count;
        }
        return done{};
    }

    [[nodiscard]] result<done> check_dot(sequence actor_state::*last, local_event& named) {
        const std::size_t at = in_.offset();
        const auto head = in_.varint();
        if (!head) {
            return head.error();
        }
        if (*head >> 1U >= actor_count_) {
            return {errc::out_of_range, at};
        }
        const auto actor = static_cast<std::uint32_t>(*head >> 1U);
        const auto step = in_.varint();
        if (!step) {
            return step.error();
        }
        sequence& reached = actors_[actor].*last;
        const std::int64_t moved = unzigzag(*step);
        if (moved > static_cast<std::int64_t>(sequence_max) - std::int64_t{reached} ||
            moved < 1 - std::int64_t{reached}) {
            return {errc::out_of_range, at};
        }
        reached = static_cast<sequence>(std::int64_t{reached} + moved);
        named = {{{actor}, reached}, 0};
        actor_used_[actor] = true;
        if ((*head & 1U) != 0) {
            const auto ordinal = in_.varint(number_max);
            if (!ordinal) {
                return ordinal.error();
            }
            if (*ordinal == 0) {
                return {errc::not_canonical, at};
            }
            named.ordinal = static_cast<std::uint32_t>(*ordinal);
        }
        return done{};
    }

    [[nodiscard]] result<done> check_fields() {
        effect_dot_count_ = 0;
        for (field_state& field : fields_) {
            const std::uint32_t effects = field.payload;
            std::uint64_t size = 0;
            const std::size_t room = in_.remaining();
            field.lengths = run_cursor<std::uint32_t>(here());
            const auto add_bytes = [&](std::uint64_t value, std::uint64_t times) {
                if (value * times > room - size) {
                    return errc::too_large;
                }
                size += value * times;
                return errc::none;
            };
            const auto lengths = scan_runs(in_, effects, number_max, zero_runs::refused, add_bytes);
            if (!lengths) {
                return lengths;
            }
            field.dot_counts = run_cursor<std::uint32_t>(here());
            const auto add_dots = [&](std::uint64_t value, std::uint64_t times) {
                if (value * times > bytes_.size() - effect_dot_count_) {
                    return errc::too_large;
                }
                effect_dot_count_ += value * times;
                return errc::none;
            };
            const auto counts = scan_runs(in_, effects, number_max, zero_runs::allowed, add_dots);
            if (!counts) {
                return counts;
            }
            field.payload = here();
            const auto payload = in_.bytes(size);
            if (!payload) {
                return payload.error();
            }
        }
        return done{};
    }

    [[nodiscard]] result<done> check_effect_dots() {
        effect_dots_ = here();
        local_event named{};
        for (std::uint64_t left = effect_dot_count_; left != 0; --left) {
            const result<done> read = check_dot(&actor_state::effect_dot, named);
            if (!read) {
                return read;
            }
        }
        return done{};
    }

    [[nodiscard]] result<done> check_end() {
        if (!all(actor_used_)) {
            return {errc::unused_entry, actor_table_};
        }
        return in_.finish();
    }

    byte_span bytes_;
    byte_reader in_;                ///< while checking
    std::vector<bool> actor_used_;  ///< while checking

    std::uint32_t operations_ = 0;
    std::uint32_t mutations_ = 0;
    std::uint32_t runs_ = 0;
    std::uint64_t effect_dot_count_ = 0;

    std::uint32_t actor_count_ = 0;
    std::uint32_t actor_table_ = 0;
    std::vector<actor_state> actors_;

    std::uint32_t span_count_ = 0;
    std::uint32_t span_table_ = 0;
    std::vector<range> ranges_;
    std::vector<bool> ends_run_;  ///< by span: whether its last operation is a run's last
    std::uint32_t span_at_ = 0;
    std::uint32_t span_number_ = 0;
    std::uint32_t span_actor_ = 0;
    std::uint32_t span_left_ = 0;
    sequence span_next_ = 0;
    bool span_starts_ = false;  ///< the next operation is the first of a range

    std::vector<local_dot> outside_;  ///< parents outside the batch; slots are actor numbers
    std::uint32_t outside_addresses_ = 0;

    std::uint32_t exception_count_ = 0;
    std::uint32_t exception_table_ = 0;
    std::uint32_t exception_at_ = 0;
    std::uint32_t exceptions_left_ = 0;
    std::uint32_t exception_ = no_position;
    std::uint32_t exception_expected_ = 0;

    std::uint32_t claims_ = 0;
    std::uint32_t claimed_ = 0;

    run_cursor<std::uint64_t> times_;
    std::uint64_t last_time_ = 0;
    run_cursor<std::uint32_t> versions_;

    std::uint32_t count_entries_ = 0;
    std::uint32_t count_table_ = 0;
    std::uint32_t count_at_ = 0;
    std::uint32_t counts_left_ = 0;
    std::uint32_t count_position_ = no_position;
    std::uint32_t count_expected_ = 0;

    std::vector<collection_state> collections_;
    std::vector<std::uint32_t> field_table_;  ///< offsets of (tag, kind)
    std::vector<field_state> fields_;
    std::vector<shape_state> shapes_;
    std::uint32_t record_count_ = 0;
    std::uint32_t record_table_ = 0;
    bit_cursor shape_column_;
    bit_cursor record_column_;
    run_cursor<std::uint32_t> record_dot_counts_;
    std::uint32_t record_dots_ = 0;
    std::uint32_t effect_dots_ = 0;
    std::vector<std::uint32_t> records_;  ///< of the last operation

    std::uint32_t position_ = 0;
};

}  // namespace weft

#endif
