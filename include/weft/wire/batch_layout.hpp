/// What a checked batch looks like: where its tables and columns are, and the little that is kept
/// of them in memory. The checkers (causal_check.hpp, content_check.hpp) fill it in, the reader
/// goes through the batch with it. Everything here trusts the bytes.
///
/// Memory is in proportion to bytes received: next to each member stands what one entry of it
/// costs on the wire at least. That is how a batch stays within four times its size.
#ifndef WEFT_WIRE_BATCH_LAYOUT_HPP
#define WEFT_WIRE_BATCH_LAYOUT_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bit_list.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/dot.hpp>
#include <weft/wire/batch_format.hpp>
#include <weft/wire/columns.hpp>

#include <cstdint>
#include <cstring>

namespace weft {

/// Goes through a list whose entries each begin with the distance from the position after the one
/// before: what operations have something unusual.
class position_cursor {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    position_cursor() = default;

    position_cursor(const std::byte* bytes, std::uint32_t offset, std::uint32_t entries) noexcept
        : at_(offset), left_(entries) {
        next(bytes);
    }

    /// The current entry's position, or none. Its contents are at content().
    [[nodiscard]] std::uint32_t position() const noexcept { return position_; }

    [[nodiscard]] std::uint32_t& content() noexcept { return at_; }

    /// On to the next entry; content() has to be behind the current one's.
    void next(const std::byte* bytes) noexcept {
        if (left_ == 0) {
            position_ = none;
            return;
        }
        --left_;
        position_ = expected_ + static_cast<std::uint32_t>(load_number(bytes, at_));
        expected_ = position_ + 1;
    }

private:
    std::uint32_t at_ = 0;
    std::uint32_t left_ = 0;
    std::uint32_t position_ = none;
    std::uint32_t expected_ = 0;
};

/// Which entries of a table something refers to.
class usage {
public:
    usage() = default;

    explicit usage(std::size_t entries) : marks_(entries), unused_(entries) {}

    void use(std::size_t entry) noexcept { unused_ -= marks_.mark(entry) ? 1U : 0U; }

    [[nodiscard]] bool complete() const noexcept { return unused_ == 0; }

private:
    bit_list marks_;
    std::size_t unused_ = 0;
};

struct batch_layout {
    /// Operations of one actor in the batch, without a gap, both ends included.
    struct range {  // for 2 bytes, or 3 and an actor
        sequence first = 0;
        sequence last = 0;
    };

    struct actor {                 // for an identifier and 2 bytes
        std::uint32_t ranges = 0;  ///< the first of its ranges
        sequence reached = 0;      ///< the last operation before this place; 0: none
        sequence record_dot = 0;   ///< the last record-level dot of this actor
        sequence effect_dot = 0;   ///< the last dot of an effect
    };

    struct collection {  // for 5 bytes
        std::uint32_t tag = 0;
        std::uint32_t fields = 0;  ///< the first of its fields
    };

    struct shape {  // for 3 bytes; 2 if without fields, of which a collection has two at most
        std::uint32_t offset = 0;  ///< of the entry, behind the collection
        std::uint32_t collection = 0;
    };

    struct field {  // for 9 bytes
        run_cursor<std::uint32_t> lengths;
        run_cursor<std::uint32_t> dot_counts;
        std::uint32_t payload = 0;  ///< offset; while checking, the number of effects
        std::uint32_t offset = 0;   ///< of its tag and kind
    };

    byte_span bytes;
    batch_header header{};

    std::uint32_t actor_table = 0;
    lean_vector<actor> actors;
    std::uint32_t span_table = 0;
    std::uint32_t span_count = 0;
    std::uint32_t operations = 0;
    lean_vector<range> ranges;  ///< by actor, ascending
    bit_list goes_on;  ///< by span: the actor's next operation in the batch is its plain child
    lean_vector<local_dot> outside;  ///< parents outside the batch; slots are actor numbers
    std::uint32_t outside_addresses = 0;
    std::uint32_t exception_table = 0;
    std::uint32_t exception_count = 0;
    std::uint32_t runs = 0;
    std::uint32_t claims = 0;
    run_cursor<std::uint64_t> times;

    run_cursor<std::uint32_t> versions;
    std::uint32_t count_table = 0;
    std::uint32_t count_entries = 0;
    std::uint32_t mutations = 0;
    lean_vector<collection> collections;
    lean_vector<field> fields;
    lean_vector<shape> shapes;
    std::uint32_t record_table = 0;
    std::uint32_t record_count = 0;
    bit_cursor shape_column;
    bit_cursor record_column;
    run_cursor<std::uint32_t> record_dot_counts;
    std::uint32_t record_dots = 0;
    std::uint32_t effect_dots = 0;

    [[nodiscard]] const std::byte* data() const noexcept { return bytes.data(); }

    [[nodiscard]] std::uint64_t load(std::uint32_t& offset) const noexcept {
        return load_number(bytes.data(), offset);
    }

    [[nodiscard]] std::uint32_t load32(std::uint32_t& offset) const noexcept {
        return static_cast<std::uint32_t>(load_number(bytes.data(), offset));
    }

    [[nodiscard]] const std::byte* actor_bytes(std::uint32_t number) const noexcept {
        return data() + actor_table + std::size_t{number} * header.actor_size;
    }

    [[nodiscard]] const std::byte* record_bytes(std::uint32_t number) const noexcept {
        return data() + record_table + std::size_t{number} * header.record_size;
    }

    [[nodiscard]] std::uint32_t outside_address(std::uint32_t number) const noexcept {
        return outside_addresses + number * header.address_size;
    }

    /// Whether the batch holds this operation. O(log ranges of the actor).
    [[nodiscard]] bool inside(std::uint32_t of, sequence which) const noexcept {
        const range* const begin = ranges.data() + actors[of].ranges;
        const range* const end =
            ranges.data() + (of + 1 == actors.size() ? ranges.size() : actors[of + 1].ranges);
        const range* const after =
            lean_partition(begin, end, [&](const range& r) { return r.first <= which; });
        return after != begin && which <= (after - 1)->last;
    }

    /// The number of this operation among the outside parents, or how many there are.
    [[nodiscard]] std::uint32_t find_outside(std::uint32_t of, sequence which) const noexcept {
        const local_dot wanted{{of}, which};
        const local_dot* const at = lean_partition(
            outside.begin(), outside.end(), [&](const local_dot& each) { return each < wanted; });
        return static_cast<std::uint32_t>(
            (at != outside.end() && *at == wanted ? at : outside.end()) - outside.begin());
    }

    /// An error about an operation, with its dot.
    [[nodiscard]] error
    about(errc code, std::size_t offset, std::uint32_t of, sequence which) const noexcept {
        error named(code, offset);
        named.sequence = which;
        named.actor_size = header.actor_size < error::actor_size_max
                               ? static_cast<std::uint8_t>(header.actor_size)
                               : static_cast<std::uint8_t>(error::actor_size_max);
        std::memcpy(named.actor.data(), actor_bytes(of), named.actor_size);
        return named;
    }
};

/// Goes through the spans of a batch, and keeps the actors' `reached` on the way.
class span_cursor {
public:
    explicit span_cursor(batch_layout& in) noexcept : at_(in.span_table) {
        for (batch_layout::actor& actor : in.actors) {
            actor.reached = 0;
        }
    }

    /// On to the next span. Its actor's `reached` is then the sequence before the span's first.
    void next(batch_layout& in) noexcept {
        actor_ = in.load32(at_);
        const std::uint64_t count = in.load(at_);
        batch_layout::actor& of = in.actors[actor_];
        starts_ = of.reached == 0;
        first_ = of.reached + 1;
        if ((count & 1U) != 0) {
            first_ += in.load32(at_);
            starts_ = true;
        }
        count_ = static_cast<std::uint32_t>(count >> 1U);
        of.reached = first_ - 1;
    }

    [[nodiscard]] std::uint32_t actor() const noexcept { return actor_; }

    [[nodiscard]] sequence first() const noexcept { return first_; }

    [[nodiscard]] sequence last() const noexcept { return first_ + (count_ - 1); }

    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

    /// Whether the operation before its first one is not in the batch.
    [[nodiscard]] bool starts() const noexcept { return starts_; }

private:
    std::uint32_t at_ = 0;
    std::uint32_t actor_ = 0;
    sequence first_ = 0;
    std::uint32_t count_ = 0;
    bool starts_ = false;
};

/// An error about the operation at a position, with its dot. O(spans). Loses the actors' `reached`.
[[nodiscard]] inline error
about_operation(batch_layout& in, errc code, std::size_t offset, std::uint32_t position) noexcept {
    span_cursor span(in);
    span.next(in);
    while (position >= span.count()) {
        position -= span.count();
        in.actors[span.actor()].reached = span.last();
        span.next(in);
    }
    return in.about(code, offset, span.actor(), span.first() + position);
}

/// An error about the operation that a mutation belongs to.
[[nodiscard]] inline error
about_mutation(batch_layout& in, errc code, std::size_t offset, std::uint64_t mutation) noexcept {
    position_cursor counts(in.data(), in.count_table, in.count_entries);
    std::uint64_t position = 0;
    std::uint64_t before = 0;  // mutations of the operations before position
    while (counts.position() != position_cursor::none &&
           mutation - before >= counts.position() - position) {
        before += counts.position() - position;
        position = counts.position();
        const std::uint64_t count = in.load(counts.content());
        if (mutation - before < count) {
            return about_operation(in, code, offset, static_cast<std::uint32_t>(position));
        }
        before += count;
        ++position;
        counts.next(in.data());
    }
    return about_operation(in, code, offset,
                           static_cast<std::uint32_t>(position + (mutation - before)));
}

}  // namespace weft

#endif
