/// Writes the second half of a batch, that says what the operations do: schema versions, mutation
/// counts, the tables of collections, shapes and records, the columns, the dots (FORMAT.md).
/// Collects in numbers of its own; border names are asked for at the end.
#ifndef WEFT_WIRE_CONTENT_WRITER_HPP
#define WEFT_WIRE_CONTENT_WRITER_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/id.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/dot.hpp>
#include <weft/log/operation.hpp>
#include <weft/log/shape_table.hpp>
#include <weft/wire/batch_format.hpp>
#include <weft/wire/causal_writer.hpp>
#include <weft/wire/columns.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// Parts are added in their order: operation, mutation, its dots, its effects, each with its dots.
class content_writer {
public:
    void operation(std::uint32_t version, std::uint32_t mutations) {
        versions_.push(version);
        if (mutations != 1) {
            counts_.push_back({operations_, mutations});
        }
        ++operations_;
    }

    /// The number of a shape. `collection`: any number that names it.
    [[nodiscard]] std::uint32_t
    shape(std::uint32_t collection, mutation_kind kind, lean_span<effect_entry> effects) {
        const std::uint32_t number = shapes_.intern(collection, kind, effects);
        if (number == shape_columns_.size()) {
            add_columns(number);
        }
        return number;
    }

    /// A new record's number; its collection and row are for the caller of write().
    [[nodiscard]] std::uint32_t add_record(record_ref record) {
        records_.push_back(record);
        return static_cast<std::uint32_t>(records_.size() - 1);
    }

    void mutation(std::uint32_t shape, std::uint32_t record) {
        shape_column_.push_back(shape);
        record_column_.push_back(record);
        column_ = columns_.data() + shape_columns_[shape];
    }

    /// Dots of the last mutation, before its effects.
    void record_dots(lean_span<local_event> dots) {
        record_dot_counts_.push(dots.size(), record_column_.size() - 1);
        record_dots_.append(dots.data(), dots.data() + dots.size());
    }

    /// The next effect of the last mutation.
    void effect(byte_span payload) {
        field_column& column = fields_[*column_++];
        column.lengths.push(payload.size());
        column.payload.append(payload);
        ++column.effects;
    }

    /// Dots of the last effect.
    void effect_dots(lean_span<local_event> dots) {
        field_column& column = fields_[*(column_ - 1)];
        column.dot_counts.push(dots.size(), column.effects - 1);
        effect_dots_.append(dots.data(), dots.data() + dots.size());
    }

    void use_actors(batch_actors& actors) const {
        for (const local_event& named : record_dots_) {
            actors.use(named.operation.slot);
        }
        for (const local_event& named : effect_dots_) {
            actors.use(named.operation.slot);
        }
    }

    /// Everything behind the timestamps. `tag(number)` is a collection's tag; `less(a, b)` and
    /// `write_id(out, a)` compare and write the ids of records.
    template <class Tag, class Less, class WriteId>
    void write(byte_writer& out,
               const batch_actors& actors,
               const Tag& tag,
               const Less& less,
               const WriteId& write_id) {
        out.append(versions_.finish());
        write_counts(out);
        for (std::uint32_t i = 0; i != shapes_.size(); ++i) {
            tags_.push_back(tag(shapes_[i].collection));
        }
        for (field_column& field : fields_) {
            field.collection = tag(field.collection);
        }
        write_collections(out);
        write_shapes(out);
        write_records(out, less, write_id);
        write_bits(out.buffer(), shape_column_, bit_column_width(shapes_.size(), 0));
        write_bits(out.buffer(), record_column_, bit_column_width(record_count_, record_bits_min));
        out.append(record_dot_counts_.finish(record_column_.size()));
        write_dots(out, actors, record_dots_);
        for (const std::uint32_t number : field_order_) {
            field_column& field = fields_[number];
            out.append(field.lengths.finish());
            out.append(field.dot_counts.finish(field.effects));
            out.append(field.payload.bytes());
        }
        write_dots(out, actors, effect_dots_);
    }

private:
    struct count_entry {
        std::uint32_t position = 0;
        std::uint32_t count = 0;
    };

    /// One field's effects.
    struct field_column {
        std::uint32_t collection = 0;  ///< number, then tag
        shape_field field{};
        std::uint32_t place = 0;  ///< among the collection's fields
        std::uint32_t effects = 0;
        run_writer lengths{zero_runs::refused};
        sparse_run_writer dot_counts;
        byte_column payload;
    };

    /// Finds or makes the columns of a new shape's fields.
    void add_columns(std::uint32_t shape) {
        const shape_table::shape& of = shapes_[shape];
        const auto first = static_cast<std::uint32_t>(columns_.size());
        for (const shape_field& field : shapes_.fields(of)) {
            const effect_entry key{field.tag, field.kind, {}, {}};
            const std::uint32_t number =
                field_numbers_.intern(of.collection, mutation_kind::update, {&key, 1});
            if (number == fields_.size()) {
                field_column& fresh = fields_.emplace_back();
                fresh.collection = of.collection;
                fresh.field = field;
            }
            columns_.push_back(number);
        }
        shape_columns_.push_back(first);
    }

    [[nodiscard]] lean_span<std::uint32_t> columns_of(std::uint32_t shape) const noexcept {
        return {columns_.data() + shape_columns_[shape], shapes_[shape].fields.count};
    }

    [[nodiscard]] static lean_vector<std::uint32_t> numbers_to(std::size_t count) {
        lean_vector<std::uint32_t> numbers;
        numbers.reserve(count);
        for (std::uint32_t i = 0; i != count; ++i) {
            numbers.push_back(i);
        }
        return numbers;
    }

    void write_counts(byte_writer& out) const {
        out.varint(counts_.size());
        std::uint32_t expected = 0;
        for (const count_entry& entry : counts_) {
            out.varint(entry.position - expected);
            out.varint(entry.count);
            expected = entry.position + 1;
        }
    }

    /// The collections that shapes are of, each with its fields, all ascending.
    void write_collections(byte_writer& out) {
        for (const std::uint32_t tag : tags_) {
            collections_.push_back(tag);
        }
        lean_sort(collections_.begin(), collections_.end());
        std::size_t kept = 0;
        for (const std::uint32_t tag : collections_) {
            if (kept == 0 || collections_[kept - 1] != tag) {
                collections_[kept++] = tag;
            }
        }
        collections_.erase(collections_.begin() + kept, collections_.end());
        field_order_ = numbers_to(fields_.size());
        lean_sort(field_order_.begin(), field_order_.end(), [&](std::uint32_t a, std::uint32_t b) {
            const field_column& left = fields_[a];
            const field_column& right = fields_[b];
            return left.collection != right.collection ? left.collection < right.collection
                                                       : left.field < right.field;
        });
        out.varint(collections_.size());
        const std::uint32_t* next = field_order_.begin();
        for (const std::uint32_t tag : collections_) {
            const std::uint32_t* const first = next;
            for (; next != field_order_.end() && fields_[*next].collection == tag; ++next) {
                fields_[*next].place = static_cast<std::uint32_t>(next - first);
            }
            out.u32(tag);
            out.varint(static_cast<std::uint64_t>(next - first));
            for (const std::uint32_t* field = first; field != next; ++field) {
                out.u32(fields_[*field].field.tag);
                out.varint(fields_[*field].field.kind);
            }
        }
    }

    [[nodiscard]] bool shape_less(std::uint32_t a, std::uint32_t b) const noexcept {
        if (tags_[a] != tags_[b]) {
            return tags_[a] < tags_[b];
        }
        if (shapes_[a].kind != shapes_[b].kind) {
            return shapes_[a].kind < shapes_[b].kind;
        }
        const auto left = columns_of(a);
        const auto right = columns_of(b);
        for (std::size_t i = 0; i != left.size() && i != right.size(); ++i) {
            if (left[i] != right[i]) {
                return fields_[left[i]].place < fields_[right[i]].place;
            }
        }
        return left.size() < right.size();
    }

    void write_shapes(byte_writer& out) {
        const std::uint32_t count = shapes_.size();
        lean_vector<std::uint32_t> order = numbers_to(count);
        lean_sort(order.begin(), order.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return shape_less(a, b); });
        lean_vector<std::uint32_t> number(count);
        out.varint(count);
        std::size_t collection = 0;
        for (std::uint32_t i = 0; i != count; ++i) {
            const std::uint32_t shape = order[i];
            number[shape] = i;
            const bool next = collections_[collection] != tags_[shape];
            collection += next ? 1 : 0;
            out.varint(next ? 1 : 0);
            const auto columns = columns_of(shape);
            out.varint(columns.size() << 2U | static_cast<std::uint64_t>(shapes_[shape].kind));
            std::uint32_t expected = 0;
            for (const std::uint32_t column : columns) {
                out.varint(fields_[column].place - expected);
                expected = fields_[column].place + 1;
            }
        }
        for (std::uint32_t& shape : shape_column_) {
            shape = number[shape];
        }
    }

    /// Two collections may each have a record of one id: one entry then serves both.
    template <class Less, class WriteId>
    void write_records(byte_writer& out, const Less& less, const WriteId& write_id) {
        lean_vector<std::uint32_t> order = numbers_to(records_.size());
        lean_sort(order.begin(), order.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return less(records_[a], records_[b]); });
        lean_vector<std::uint32_t> number(records_.size());
        record_count_ = 0;
        for (const std::uint32_t record : order) {
            if (record_count_ == 0 || less(records_[order[record_count_ - 1]], records_[record])) {
                order[record_count_++] = record;
            }
            number[record] = record_count_ - 1;
        }
        out.varint(record_count_);
        for (std::uint32_t i = 0; i != record_count_; ++i) {
            write_id(out, records_[order[i]]);
        }
        for (std::uint32_t& record : record_column_) {
            record = number[record];
        }
    }

    static void
    write_dots(byte_writer& out, const batch_actors& actors, const lean_vector<local_event>& dots) {
        lean_vector<sequence> last(actors.count(), 0);
        for (const local_event& named : dots) {
            const local_dot dot = actors.numbered(named.operation);
            sequence& before = last[dot.slot.value];
            out.varint(std::uint64_t{dot.slot.value} << 1U | (named.ordinal != 0 ? 1U : 0U));
            out.varint(zigzag(std::int64_t{dot.sequence} - std::int64_t{before}));
            if (named.ordinal != 0) {
                out.varint(named.ordinal);
            }
            before = dot.sequence;
        }
    }

    std::uint32_t operations_ = 0;
    run_writer versions_;
    lean_vector<count_entry> counts_;

    shape_table shapes_;
    lean_vector<std::uint32_t> tags_;           ///< by shape: its collection's, at the end
    lean_vector<std::uint32_t> shape_columns_;  ///< by shape: its first entry in columns_
    lean_vector<std::uint32_t> columns_;        ///< numbers of fields
    const std::uint32_t* column_ = nullptr;     ///< of the next effect
    shape_table field_numbers_;                 ///< shapes of one field: its number
    lean_vector<field_column> fields_;
    lean_vector<std::uint32_t> collections_;  ///< tags, ascending, at the end
    lean_vector<std::uint32_t> field_order_;  ///< at the end

    lean_vector<record_ref> records_;
    std::uint32_t record_count_ = 0;  ///< different ids, at the end
    lean_vector<std::uint32_t> shape_column_;
    lean_vector<std::uint32_t> record_column_;
    sparse_run_writer record_dot_counts_;
    lean_vector<local_event> record_dots_;
    lean_vector<local_event> effect_dots_;
};

}  // namespace weft

#endif
