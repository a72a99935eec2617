/// Checks the second half of a batch, that says what the operations do: schema versions, mutation
/// counts, the tables of collections, shapes and records, the columns, the dots (FORMAT.md).
/// Streams over the bytes; what it learns goes into the layout. Payloads are not looked at.
#ifndef WEFT_WIRE_CONTENT_CHECK_HPP
#define WEFT_WIRE_CONTENT_CHECK_HPP

#include <weft/base/bytes.hpp>
#include <weft/causal/dot.hpp>
#include <weft/merge/mutation_kind.hpp>
#include <weft/wire/batch_format.hpp>
#include <weft/wire/batch_layout.hpp>
#include <weft/wire/columns.hpp>

#include <cstdint>
#include <cstring>
#include <utility>

namespace weft {

class content_check {
public:
    /// `in` stands behind the timestamps; `used` is by actor, for whoever refers to one.
    content_check(batch_layout& to, byte_reader& in, usage& used) noexcept
        : to_(&to), in_(&in), used_(&used) {}

    [[nodiscard]] result<done> run() {
        using section = result<done> (content_check::*)();
        constexpr section sections[] = {
            &content_check::versions,      &content_check::mutation_counts,
            &content_check::collections,   &content_check::shapes,
            &content_check::records,       &content_check::shape_column,
            &content_check::record_column, &content_check::record_dots,
            &content_check::fields,        &content_check::effect_dots};
        for (const section one : sections) {
            const result<done> checked = (this->*one)();
            if (!checked) {
                return checked;
            }
        }
        return done{};
    }

private:
    static constexpr std::uint64_t number_max = 0xFFFFFFFFU;
    static constexpr std::uint64_t sequence_max = 0xFFFFFFFFU;

    [[nodiscard]] std::uint32_t here() const noexcept {
        return static_cast<std::uint32_t>(in_->offset());
    }

    [[nodiscard]] result<done> versions() {
        to_->versions = run_cursor<std::uint32_t>(here());
        return scan_runs(*in_, to_->operations, number_max, zero_runs::allowed,
                         [](std::uint64_t, std::uint64_t) { return errc::none; });
    }

    [[nodiscard]] result<done> mutation_counts() {
        const auto count = read_table_size(*in_, 2);
        if (!count) {
            return count.error();
        }
        to_->count_entries = *count;
        to_->count_table = here();
        std::uint64_t mutations = to_->operations;
        std::uint64_t expected = 0;
        for (std::uint32_t i = 0; i != *count; ++i) {
            const std::size_t at = in_->offset();
            const auto gap = in_->varint();
            if (!gap) {
                return gap.error();
            }
            if (*gap >= to_->operations - expected) {
                return {errc::out_of_range, at};
            }
            const auto position = static_cast<std::uint32_t>(expected + *gap);
            const auto many = in_->varint();
            if (!many || *many == 1 || *many > in_->remaining()) {
                const errc code = !many        ? many.error().code
                                  : *many == 1 ? errc::not_canonical
                                               : errc::too_large;
                return about_operation(*to_, code, at, position);
            }
            mutations += *many - 1;
            expected = position + std::uint64_t{1};
        }
        if (mutations > in_->remaining()) {
            return {errc::too_large, in_->offset()};
        }
        to_->mutations = static_cast<std::uint32_t>(mutations);
        return done{};
    }

    /// Read twice, so that the arrays are made once, in the right size.
    [[nodiscard]] result<done> collections() {
        const auto count = read_table_size(*in_, 5);
        if (!count) {
            return count.error();
        }
        const byte_reader start = *in_;
        std::size_t fields = 0;
        for (std::uint32_t i = 0; i != *count; ++i) {
            const result<done> read = collection(i, fields);
            if (!read) {
                return read;
            }
        }
        *in_ = start;
        to_->collections.reserve(*count);
        to_->fields.resize(fields);
        std::uint32_t field = 0;
        for (std::uint32_t i = 0; i != *count; ++i) {
            std::uint32_t at = here();
            const auto tag = static_cast<std::uint32_t>(load_le<4>(to_->data() + at));
            at += 4;
            to_->collections.push_back({tag, field});
            for (std::uint32_t left = to_->load32(at); left != 0; --left) {
                to_->fields[field++].offset = at;
                at += 4;
                static_cast<void>(to_->load(at));
            }
            static_cast<void>(in_->bytes(at - here()));
        }
        return done{};
    }

    [[nodiscard]] result<done> collection(std::uint32_t number, std::size_t& fields) {
        const std::size_t at = in_->offset();
        const auto tag = in_->u32();
        if (!tag) {
            return tag.error();
        }
        if (number != 0 && *tag <= last_tag_) {
            return {errc::not_sorted, at};
        }
        last_tag_ = *tag;
        const auto count = read_table_size(*in_, 5);
        if (!count) {
            return count.error();
        }
        fields += *count;
        std::pair<std::uint32_t, std::uint64_t> before{};
        for (std::uint32_t i = 0; i != *count; ++i) {
            const std::size_t start = in_->offset();
            const auto field = in_->u32();
            if (!field) {
                return field.error();
            }
            const auto kind = in_->varint(number_max);
            if (!kind) {
                return kind.error();
            }
            const std::pair found(*field, *kind);
            if (i != 0 && before >= found) {
                return {errc::not_sorted, start};
            }
            before = found;
        }
        return done{};
    }

    [[nodiscard]] std::uint32_t fields_end(std::uint32_t collection) const noexcept {
        return collection + 1 == to_->collections.size()
                   ? static_cast<std::uint32_t>(to_->fields.size())
                   : to_->collections[collection + 1].fields;
    }

    [[nodiscard]] std::uint32_t tag_of(std::uint64_t field) const noexcept {
        return static_cast<std::uint32_t>(
            load_le<4>(to_->data() + to_->fields[static_cast<std::size_t>(field)].offset));
    }

    [[nodiscard]] result<done> shapes() {
        const auto count = read_table_size(*in_, 2);
        if (!count) {
            return count.error();
        }
        to_->shapes.reserve(*count);
        usage used(to_->fields.size());
        std::uint32_t collection = 0;
        for (std::uint32_t i = 0; i != *count; ++i) {
            const std::size_t start = in_->offset();
            const auto step = in_->varint();
            if (!step) {
                return step.error();
            }
            // Sorted, and no collection goes without: a step of more than one leaves some out.
            if (*step > (i == 0 ? 0U : 1U)) {
                return {errc::unused_entry, start};
            }
            collection += static_cast<std::uint32_t>(*step);
            if (collection >= to_->collections.size()) {
                return {errc::out_of_range, start};
            }
            to_->shapes.push_back({here(), collection});
            const result<done> read = shape(start, i != 0 && *step == 0, used);
            if (!read) {
                return read;
            }
        }
        if (to_->shapes.empty() && to_->mutations != 0) {
            return {errc::out_of_range, in_->offset()};
        }
        const std::size_t reached = to_->shapes.empty() ? 0 : std::size_t{collection} + 1;
        if (reached != to_->collections.size() || !used.complete()) {
            return {errc::unused_entry, in_->offset()};
        }
        return done{};
    }

    /// The shape that was just added. `follows`: the one before is of the same collection.
    [[nodiscard]] result<done> shape(std::size_t start, bool follows, usage& used) {
        const std::uint32_t collection = to_->shapes.back().collection;
        const std::uint64_t end = fields_end(collection);
        const auto head = in_->varint();
        if (!head) {
            return head.error();
        }
        const std::uint64_t kind = *head & 3U;
        const std::uint64_t count = *head >> 2U;
        if (kind > static_cast<std::uint64_t>(mutation_kind::erase) ||
            (kind == static_cast<std::uint64_t>(mutation_kind::update) && count == 0) ||
            (kind == static_cast<std::uint64_t>(mutation_kind::erase) && count != 0)) {
            return {errc::out_of_range, start};
        }
        // Compared with the shape before while reading: first the kind, then field by field.
        std::uint32_t other = 0;
        std::uint64_t other_left = 0;
        std::uint64_t other_field = to_->collections[collection].fields;
        bool tied = false;
        if (follows) {
            other = to_->shapes[to_->shapes.size() - 2].offset;
            const std::uint64_t other_head = to_->load(other);
            if ((other_head & 3U) > kind) {
                return {errc::not_sorted, start};
            }
            tied = (other_head & 3U) == kind;
            other_left = other_head >> 2U;
        }
        std::uint64_t field = to_->collections[collection].fields;
        std::uint64_t before = 0;
        for (std::uint64_t i = 0; i != count; ++i) {
            const std::size_t at = in_->offset();
            const auto step = in_->varint();
            if (!step) {
                return step.error();
            }
            if (*step >= end - field) {
                return {errc::out_of_range, at};
            }
            field += *step;
            if (i != 0 && tag_of(field) == tag_of(before)) {
                return {errc::not_sorted, at};  // one field with two kinds
            }
            used.use(static_cast<std::size_t>(field));
            if (tied && other_left != 0) {
                other_field += to_->load(other);
                if (field < other_field) {
                    return {errc::not_sorted, at};
                }
                tied = field == other_field;
                ++other_field;
                --other_left;
            } else {
                tied = false;  // longer than the one before, which is its beginning
            }
            before = field++;
        }
        if (tied) {  // equal to the one before, or to its beginning
            return {errc::not_sorted, start};
        }
        return done{};
    }

    [[nodiscard]] result<done> records() {
        const std::size_t width = to_->header.record_size;
        const auto count = read_table_size(*in_, width);
        if (!count) {
            return count.error();
        }
        to_->record_count = *count;
        to_->record_table = here();
        for (std::uint32_t i = 0; i != *count; ++i) {
            if (i != 0 && std::memcmp(to_->record_bytes(i - 1), to_->record_bytes(i), width) >= 0) {
                return {errc::not_sorted, in_->offset()};
            }
            static_cast<void>(in_->bytes(width));
        }
        if (*count == 0 && to_->mutations != 0) {
            return {errc::out_of_range, in_->offset()};
        }
        return done{};
    }

    /// Also counts the effects of each field.
    [[nodiscard]] result<done> shape_column() {
        const auto shapes = static_cast<std::uint32_t>(to_->shapes.size());
        const unsigned width = bit_column_width(shapes, 0);
        const std::uint32_t start = here();
        const auto column = in_->bytes(bit_column_size(to_->mutations, width));
        if (!column) {
            return column.error();
        }
        to_->shape_column = bit_cursor(to_->data() + start, width);
        lean_vector<std::uint32_t> times(shapes, 0);
        bit_cursor at = to_->shape_column;
        for (std::uint32_t i = 0; i != to_->mutations; ++i) {
            const std::uint32_t shape = at.next();
            if (shape >= shapes) {
                return outside_table(start, width, i);
            }
            ++times[shape];
        }
        if (!at.clean()) {
            return {errc::not_canonical, in_->offset() - 1};
        }
        for (std::uint32_t i = 0; i != shapes; ++i) {
            if (times[i] == 0) {
                return {errc::unused_entry, to_->shapes[i].offset};
            }
            std::uint32_t entry = to_->shapes[i].offset;
            std::uint32_t field = to_->collections[to_->shapes[i].collection].fields;
            for (std::uint64_t effects = to_->load(entry) >> 2U; effects != 0; --effects) {
                field += to_->load32(entry);
                std::uint32_t& sum = to_->fields[field++].payload;
                if (times[i] > in_->remaining() - sum) {
                    return {errc::too_large, start};
                }
                sum += times[i];
            }
        }
        return done{};
    }

    [[nodiscard]] error
    outside_table(std::uint32_t column, unsigned width, std::uint32_t mutation) {
        const std::uint64_t offset = column + std::uint64_t{mutation} * width / 8;
        return about_mutation(*to_, errc::out_of_range, static_cast<std::size_t>(offset), mutation);
    }

    [[nodiscard]] result<done> record_column() {
        const unsigned width = bit_column_width(to_->record_count, record_bits_min);
        const std::uint32_t start = here();
        const auto column = in_->bytes(bit_column_size(to_->mutations, width));
        if (!column) {
            return column.error();
        }
        to_->record_column = bit_cursor(to_->data() + start, width);
        usage used(to_->record_count);
        bit_cursor at = to_->record_column;
        for (std::uint32_t i = 0; i != to_->mutations; ++i) {
            const std::uint32_t record = at.next();
            if (record >= to_->record_count) {
                return outside_table(start, width, i);
            }
            used.use(record);
        }
        if (!at.clean()) {
            return {errc::not_canonical, in_->offset() - 1};
        }
        if (!used.complete()) {
            return {errc::unused_entry, to_->record_table};
        }
        return done{};
    }

    /// Sums what a run column counts, up to what `room` bytes can hold.
    class counter {
    public:
        explicit counter(std::uint64_t room) noexcept : room_(room) {}

        errc operator()(std::uint64_t value, std::uint64_t times) noexcept {
            // both are below 2^32
            if (value * times > room_ - sum_) {
                return errc::too_large;
            }
            sum_ += value * times;
            return errc::none;
        }

        [[nodiscard]] std::uint64_t sum() const noexcept { return sum_; }

    private:
        std::uint64_t room_;
        std::uint64_t sum_ = 0;
    };

    [[nodiscard]] result<done> record_dots() {
        to_->record_dot_counts = run_cursor<std::uint32_t>(here());
        counter dots(in_->remaining() / 2);
        const auto read = scan_runs(*in_, to_->mutations, number_max, zero_runs::allowed, dots);
        if (!read) {
            return read;
        }
        to_->record_dots = here();
        run_cursor<std::uint32_t> counts = to_->record_dot_counts;
        std::uint64_t left = dots.sum();
        for (std::uint32_t mutation = 0; left != 0; ++mutation) {
            const std::uint32_t count = counts.next(to_->data());
            local_event before{};
            for (std::uint32_t i = 0; i != count; ++i) {
                const std::size_t at = in_->offset();
                local_event named{};
                const result<done> got = dot(&batch_layout::actor::record_dot, named);
                if (!got) {
                    return about_mutation(*to_, got.error().code, got.error().offset, mutation);
                }
                if (i != 0 && !(before < named)) {
                    return about_mutation(*to_, errc::not_sorted, at, mutation);
                }
                before = named;
            }
            left -= count;
        }
        return done{};
    }

    [[nodiscard]] result<done> dot(sequence batch_layout::actor::*last, local_event& named) {
        const std::size_t at = in_->offset();
        const auto head = in_->varint();
        if (!head) {
            return head.error();
        }
        if (*head >> 1U >= to_->actors.size()) {
            return {errc::out_of_range, at};
        }
        const auto actor = static_cast<std::uint32_t>(*head >> 1U);
        const auto step = in_->varint();
        if (!step) {
            return step.error();
        }
        sequence& reached = to_->actors[actor].*last;
        const std::int64_t moved = unzigzag(*step);
        if (moved > static_cast<std::int64_t>(sequence_max) - std::int64_t{reached} ||
            moved < 1 - std::int64_t{reached}) {
            return {errc::out_of_range, at};
        }
        reached = static_cast<sequence>(std::int64_t{reached} + moved);
        named = {{{actor}, reached}, 0};
        used_->use(actor);
        if ((*head & 1U) != 0) {
            const auto ordinal = in_->varint(number_max);
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

    [[nodiscard]] result<done> fields() {
        for (batch_layout::field& field : to_->fields) {
            const std::uint32_t effects = field.payload;
            field.lengths = run_cursor<std::uint32_t>(here());
            counter size(in_->remaining());
            const auto lengths = scan_runs(*in_, effects, number_max, zero_runs::refused, size);
            if (!lengths) {
                return lengths;
            }
            field.dot_counts = run_cursor<std::uint32_t>(here());
            counter dots(to_->bytes.size() - effect_dots_);
            const auto counts = scan_runs(*in_, effects, number_max, zero_runs::allowed, dots);
            if (!counts) {
                return counts;
            }
            effect_dots_ += dots.sum();
            field.payload = here();
            const auto payload = in_->bytes(size.sum());
            if (!payload) {
                return payload.error();
            }
        }
        return done{};
    }

    [[nodiscard]] result<done> effect_dots() {
        to_->effect_dots = here();
        if (effect_dots_ > in_->remaining() / 2) {
            return {errc::too_large, in_->offset()};
        }
        local_event named{};
        for (; effect_dots_ != 0; --effect_dots_) {
            const result<done> read = dot(&batch_layout::actor::effect_dot, named);
            if (!read) {
                return read;
            }
        }
        return done{};
    }

    batch_layout* to_;
    byte_reader* in_;
    usage* used_;
    std::uint32_t last_tag_ = 0;
    std::uint64_t effect_dots_ = 0;
};

}  // namespace weft

#endif
