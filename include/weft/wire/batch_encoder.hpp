/// Writes batches: the columnar form in which operations leave a replica (FORMAT.md). An encoder
/// takes operations in local form, one after another, parents before children, and asks for the
/// border names (ids, addresses) once, at the end. Equal lists of operations give equal bytes,
/// whatever the replica's numbers: every table is sorted by its border names.
#ifndef WEFT_WIRE_BATCH_ENCODER_HPP
#define WEFT_WIRE_BATCH_ENCODER_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/base/seeded_hash.hpp>
#include <weft/causal/dot.hpp>
#include <weft/log/operation.hpp>
#include <weft/log/shape_table.hpp>
#include <weft/wire/batch_format.hpp>
#include <weft/wire/columns.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace weft {

/// One batch in the making. `Names`, given to finish(), turns local names into border names:
/// `actor(slot)`, `collection_tag(number)`, `id_of(record_ref)`, `address_of(local_dot)`.
template <class Traits>
class batch_encoder {
public:
    using actor_id = typename Traits::actor_id;
    using record_id = typename Traits::record_id;
    using address = typename Traits::hasher::digest_type;

    /// Adds the next operation. Pre: it is well formed; an actor's operations come in ascending
    /// order; parents that are in the batch were added before. O(operation).
    void add(const local_operation& op, std::span<const local_dot> parents) {
        const local_dot own{op.id.slot, op.id.sequence - 1};
        const bool plain =
            own.sequence == 0 ? parents.empty() : parents.size() == 1 && parents.front() == own;
        add_plain(op);
        if (!plain) {
            exceptions_.push_back({operations_ - 1,
                                   {static_cast<std::uint32_t>(parents_.size()),
                                    static_cast<std::uint32_t>(parents.size())}});
            parents_.insert(parents_.end(), parents.begin(), parents.end());
        }
    }

    /// Adds an operation whose only parent is its actor's previous one; a first one has none.
    void add_plain(const local_operation& op) {
        extend_spans(op.id);
        times_.push(zigzag(static_cast<std::int64_t>(op.at.bits - last_time_)));
        last_time_ = op.at.bits;
        versions_.push(op.schema_version);
        if (op.mutations.size() != 1) {
            mutation_counts_.push_back(
                {operations_, static_cast<std::uint32_t>(op.mutations.size())});
        }
        ++operations_;
        for (const local_mutation& mutation : op.mutations) {
            add_mutation(op, mutation);
        }
    }

    [[nodiscard]] std::uint32_t operations() const noexcept { return operations_; }

    /// The batch. The encoder is spent. O(operations + tables * log tables). A batch longer than
    /// batch_size_max is the caller's broken contract: split the operations.
    template <class Names>
    [[nodiscard]] byte_buffer finish(Names&& names) {
        byte_buffer bytes;
        byte_writer out(bytes);
        out.append(batch_header::of<Traits>().bytes());
        collect_actors();
        write_actors(out, names);
        write_spans(out);
        write_outside_parents(out, names);
        write_exceptions(out);
        write_claims(out, names);
        out.append(times_.finish());
        out.append(versions_.finish());
        write_mutation_counts(out);
        write_tables(out, names);
        out.append(record_dot_counts_.finish());
        write_dots(out, record_dots_);
        for (const std::uint32_t number : field_order_) {
            field_column& column = fields_[number];
            out.append(column.lengths.finish());
            out.append(column.dot_counts.finish());
            out.append(column.payload);
        }
        write_dots(out, effect_dots_);
        out.u64(xxh3_64(bytes));
        if (bytes.size() > batch_size_max) {
            WEFT_THROW(bad_result(errc::too_large), "a batch is longer than its format allows");
        }
        return bytes;
    }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct span_entry {
        local_dot first{};
        std::uint32_t count = 0;
    };

    struct exception_entry {
        std::uint32_t position = 0;
        slice parents{};
    };

    struct count_entry {
        std::uint32_t position = 0;
        std::uint32_t count = 0;
    };

    struct range_entry {
        local_dot first{};
        sequence last = 0;
    };

    /// One field's effects.
    struct field_column {
        std::uint32_t collection = 0;
        shape_field field{};
        run_writer lengths{zero_runs::refused};
        run_writer dot_counts;
        byte_buffer payload;
    };

    /// Numbers of the log need no secret, but rows are as many as a peer likes.
    struct record_hash {
        std::uint64_t seed = table_seed();

        [[nodiscard]] std::size_t operator()(std::uint64_t key) const noexcept {
            return static_cast<std::size_t>(key ^ seed);
        }
    };

    // --- collecting

    void extend_spans(local_dot id) {
        if (!spans_.empty() && spans_.back().first.slot == id.slot &&
            spans_.back().first.sequence + spans_.back().count == id.sequence) {
            ++spans_.back().count;
        } else {
            spans_.push_back({id, 1});
        }
    }

    void add_mutation(const local_operation& op, const local_mutation& mutation) {
        const auto effects = op.effects_of(mutation);
        const std::uint32_t shape =
            shapes_.intern(mutation.record.collection, mutation.kind, effects);
        if (shape == shape_columns_.size()) {
            add_columns(shape);
        }
        shape_column_.push_back(shape);
        const std::uint64_t key =
            std::uint64_t{mutation.record.collection} << 32U | mutation.record.row;
        const auto [at, fresh] =
            records_.try_emplace(key, static_cast<std::uint32_t>(record_refs_.size()));
        if (fresh) {
            record_refs_.push_back(mutation.record);
        }
        record_column_.push_back(at->second);
        record_dot_counts_.push(mutation.observed.count);
        append_dots(op, mutation.observed, record_dots_);
        const std::uint32_t* column = columns_.data() + shape_columns_[shape];
        for (const effect_entry& effect : effects) {
            field_column& to = fields_[*column++];
            const byte_span payload = op.payload_of(effect);
            to.lengths.push(payload.size());
            to.payload.insert(to.payload.end(), payload.begin(), payload.end());
            to.dot_counts.push(effect.observed.count);
            append_dots(op, effect.observed, effect_dots_);
        }
    }

    static void append_dots(const local_operation& op, slice which, std::vector<local_event>& to) {
        const auto dots = op.observed_of(which);
        to.insert(to.end(), dots.begin(), dots.end());
    }

    /// Finds or makes the columns of a new shape's fields.
    void add_columns(std::uint32_t shape) {
        shape_columns_.push_back(static_cast<std::uint32_t>(columns_.size()));
        const auto& of = shapes_[shape];
        for (const shape_field& field : shapes_.fields(of)) {
            const effect_entry key{field.tag, field.kind, {}, {}};
            const std::uint32_t number =
                field_numbers_.intern(of.collection, mutation_kind::update, {&key, 1});
            if (number == fields_.size()) {
                fields_.emplace_back();
                fields_.back().collection = of.collection;
                fields_.back().field = field;
            }
            columns_.push_back(number);
        }
    }

    // --- writing

    void collect_actors() {
        for (const span_entry& span : spans_) {
            use(span.first.slot);
        }
        for (const local_dot parent : parents_) {
            use(parent.slot);
        }
        for (const local_event& named : record_dots_) {
            use(named.operation.slot);
        }
        for (const local_event& named : effect_dots_) {
            use(named.operation.slot);
        }
    }

    void use(actor_slot slot) {
        if (slot.value >= actors_.size()) {
            actors_.resize(slot.value + std::size_t{1}, none);
        }
        if (actors_[slot.value] == none) {
            actors_[slot.value] = 0;
            actor_order_.push_back(slot);
        }
    }

    template <class Names>
    void write_actors(byte_writer& out, Names& names) {
        std::sort(actor_order_.begin(), actor_order_.end(),
                  [&](actor_slot a, actor_slot b) { return names.actor(a) < names.actor(b); });
        out.varint(actor_order_.size());
        for (std::size_t i = 0; i != actor_order_.size(); ++i) {
            actors_[actor_order_[i].value] = static_cast<std::uint32_t>(i);
            write_id(out, names.actor(actor_order_[i]));
        }
    }

    template <class Id>
    static void write_id(byte_writer& out, const Id& id) {
        std::byte bytes[identifier_traits<Id>::size];
        identifier_traits<Id>::write(id, bytes);
        out.append(bytes);
    }

    [[nodiscard]] std::uint32_t index_of(actor_slot slot) const noexcept {
        return actors_[slot.value];
    }

    void write_spans(byte_writer& out) {
        std::vector<sequence> expected(actor_order_.size(), 1);
        out.varint(spans_.size());
        for (const span_entry& span : spans_) {
            const std::uint32_t actor = index_of(span.first.slot);
            const sequence skipped = span.first.sequence - expected[actor];
            out.varint(actor);
            out.varint(std::uint64_t{span.count} << 1U | (skipped != 0 ? 1U : 0U));
            if (skipped != 0) {
                out.varint(skipped);
            }
            expected[actor] = span.first.sequence + span.count;
        }
    }

    /// What the batch holds, as (actor index, first, last), sorted.
    void collect_ranges() {
        ranges_.clear();
        for (const span_entry& span : spans_) {
            const sequence last = span.first.sequence + span.count - 1;
            ranges_.push_back({{{index_of(span.first.slot)}, span.first.sequence}, last});
        }
        std::stable_sort(ranges_.begin(), ranges_.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        std::size_t kept = 0;
        for (std::size_t i = 1; i < ranges_.size(); ++i) {
            range_entry& last = ranges_[kept];
            if (ranges_[i].first.slot == last.first.slot &&
                ranges_[i].first.sequence == last.last + 1) {
                last.last = ranges_[i].last;
            } else {
                ranges_[++kept] = ranges_[i];
            }
        }
        ranges_.resize(ranges_.empty() ? 0 : kept + 1);
    }

    /// Whether the batch holds this dot (by actor index).
    [[nodiscard]] bool inside(local_dot dot) const noexcept {
        const auto after = std::upper_bound(
            ranges_.begin(), ranges_.end(), dot,
            [](local_dot what, const range_entry& range) { return what < range.first; });
        if (after == ranges_.begin()) {
            return false;
        }
        const range_entry& range = *(after - 1);
        return range.first.slot == dot.slot && dot.sequence <= range.last;
    }

    /// A dot with the actor's index in the batch instead of its slot.
    [[nodiscard]] local_dot wire_dot(local_dot of) const noexcept {
        return {{index_of(of.slot)}, of.sequence};
    }

    template <class Names>
    void write_outside_parents(byte_writer& out, Names& names) {
        collect_ranges();
        const auto add = [this](local_dot parent) {
            if (!inside(parent)) {
                outside_.push_back(parent);
            }
        };
        for (const local_dot parent : parents_) {
            add(wire_dot(parent));
        }
        // A range starts in the middle of an actor's life: its first operation's own predecessor
        // is outside, unless that operation says that it has other parents.
        std::size_t next = 0;
        std::uint32_t position = 0;
        std::vector<sequence> expected(actor_order_.size(), 1);
        for (const span_entry& span : spans_) {
            while (next != exceptions_.size() && exceptions_[next].position < position) {
                ++next;
            }
            const local_dot first = wire_dot(span.first);
            const bool plain = next == exceptions_.size() || exceptions_[next].position != position;
            if (plain && first.sequence != expected[first.slot.value]) {
                outside_.push_back({first.slot, first.sequence - 1});
            }
            expected[first.slot.value] = first.sequence + span.count;
            position += span.count;
        }
        std::sort(outside_.begin(), outside_.end());
        outside_.erase(std::unique(outside_.begin(), outside_.end()), outside_.end());
        out.varint(outside_.size());
        local_dot before{};
        for (const local_dot parent : outside_) {
            const std::uint32_t step = parent.slot.value - before.slot.value;
            out.varint(step);
            out.varint(step == 0 ? parent.sequence - before.sequence : parent.sequence);
            before = parent;
        }
        for (const local_dot parent : outside_) {
            out.append(names.address_of({actor_order_[parent.slot.value], parent.sequence}).bytes);
        }
    }

    void write_exceptions(byte_writer& out) {
        out.varint(exceptions_.size());
        std::vector<sequence> reached(actor_order_.size(), 0);  // the last before
        std::size_t span = 0;
        std::uint32_t span_start = 0;
        std::uint32_t expected = 0;
        std::vector<local_dot> others;
        for (const exception_entry& entry : exceptions_) {
            out.varint(entry.position - expected);
            expected = entry.position + 1;
            while (entry.position - span_start >= spans_[span].count) {
                const local_dot first = wire_dot(spans_[span].first);
                reached[first.slot.value] = first.sequence + (spans_[span].count - 1);
                span_start += spans_[span].count;
                ++span;
            }
            const local_dot first = wire_dot(spans_[span].first);
            const sequence here = first.sequence + (entry.position - span_start);
            reached[first.slot.value] = here - 1;
            bool own = false;
            others.clear();
            for (std::uint32_t i = 0; i != entry.parents.count; ++i) {
                const local_dot parent = wire_dot(parents_[entry.parents.first + i]);
                if (parent.slot == first.slot && parent.sequence + 1 == here) {
                    own = true;
                } else {
                    others.push_back(parent);
                }
            }
            std::sort(others.begin(), others.end());
            out.varint(others.size() << 1U | (own ? 1U : 0U));
            for (const local_dot parent : others) {
                if (inside(parent)) {
                    WEFT_ASSERT(parent.sequence <= reached[parent.slot.value]);
                    out.varint(std::uint64_t{parent.slot.value} << 1U);
                    out.varint(reached[parent.slot.value] - parent.sequence);
                } else {
                    const auto at = std::lower_bound(outside_.begin(), outside_.end(), parent);
                    out.varint(static_cast<std::uint64_t>(at - outside_.begin()) << 1U | 1U);
                }
            }
        }
    }

    /// The address of each run's last operation: the one before an exception or the end of what
    /// the batch holds of its actor without a gap.
    template <class Names>
    void write_claims(byte_writer& out, Names& names) {
        // By span: whether the batch goes on with the actor's next operation as a plain child.
        std::vector<bool> ends(spans_.size(), true);
        std::vector<std::uint32_t> last_span(actor_order_.size(), none);
        std::size_t next = 0;
        std::uint32_t position = 0;
        for (std::uint32_t i = 0; i != spans_.size(); ++i) {
            const span_entry& span = spans_[i];
            while (next != exceptions_.size() && exceptions_[next].position < position) {
                ++next;
            }
            std::uint32_t& before = last_span[index_of(span.first.slot)];
            if (before != none &&
                spans_[before].first.sequence + spans_[before].count == span.first.sequence) {
                ends[before] = next != exceptions_.size() && exceptions_[next].position == position;
            }
            before = i;
            position += span.count;
        }
        next = 0;
        position = 0;
        for (std::size_t i = 0; i != spans_.size(); ++i) {
            const span_entry& span = spans_[i];
            const auto claim = [&](std::uint32_t offset) {
                const local_dot dot{span.first.slot, span.first.sequence + offset};
                out.append(names.address_of(dot).bytes);
            };
            for (; next != exceptions_.size() && exceptions_[next].position < position + span.count;
                 ++next) {
                if (exceptions_[next].position != position) {
                    claim(exceptions_[next].position - position - 1);
                }
            }
            if (ends[i]) {
                claim(span.count - 1);
            }
            position += span.count;
        }
    }

    void write_mutation_counts(byte_writer& out) {
        out.varint(mutation_counts_.size());
        std::uint32_t expected = 0;
        for (const count_entry& entry : mutation_counts_) {
            out.varint(entry.position - expected);
            out.varint(entry.count);
            expected = entry.position + 1;
        }
    }

    /// Collections with their fields, shapes, records, and the two columns that refer to them.
    template <class Names>
    void write_tables(byte_writer& out, Names& names) {
        const auto tag = [&](std::uint32_t collection) { return names.collection_tag(collection); };
        // fields, sorted; their collections are then sorted too
        field_order_.resize(fields_.size());
        for (std::uint32_t i = 0; i != fields_.size(); ++i) {
            field_order_[i] = i;
        }
        std::sort(field_order_.begin(), field_order_.end(), [&](std::uint32_t a, std::uint32_t b) {
            const std::uint32_t left = tag(fields_[a].collection);
            const std::uint32_t right = tag(fields_[b].collection);
            return left != right ? left < right : fields_[a].field < fields_[b].field;
        });
        std::vector<std::uint32_t> collections;
        for (std::uint32_t i = 0; i != shapes_.size(); ++i) {
            collections.push_back(tag(shapes_[i].collection));
        }
        std::sort(collections.begin(), collections.end());
        collections.erase(std::unique(collections.begin(), collections.end()), collections.end());
        std::vector<std::uint32_t> place(fields_.size());  // of a field within its collection
        out.varint(collections.size());
        auto field = field_order_.begin();
        for (const std::uint32_t collection : collections) {
            const auto first = field;
            while (field != field_order_.end() && tag(fields_[*field].collection) == collection) {
                place[*field] = static_cast<std::uint32_t>(field - first);
                ++field;
            }
            out.u32(collection);
            out.varint(static_cast<std::uint64_t>(field - first));
            for (auto at = first; at != field; ++at) {
                out.u32(fields_[*at].field.tag);
                out.varint(fields_[*at].field.kind);
            }
        }
        write_shapes(out, collections, place, tag);
        write_records(out, names);
        write_bits(out.buffer(), shape_column_, bit_column_width(shapes_.size(), 0));
        write_bits(out.buffer(), record_column_,
                   bit_column_width(record_refs_.size(), record_bits_min));
    }

    template <class Tag>
    void write_shapes(byte_writer& out,
                      const std::vector<std::uint32_t>& collections,
                      const std::vector<std::uint32_t>& place,
                      const Tag& tag) {
        const auto places = [&](std::uint32_t shape) {
            return std::span(columns_).subspan(shape_columns_[shape], shapes_[shape].fields.count);
        };
        std::vector<std::uint32_t> order(shapes_.size());
        for (std::uint32_t i = 0; i != order.size(); ++i) {
            order[i] = i;
        }
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            if (shapes_[a].collection != shapes_[b].collection) {
                return tag(shapes_[a].collection) < tag(shapes_[b].collection);
            }
            if (shapes_[a].kind != shapes_[b].kind) {
                return shapes_[a].kind < shapes_[b].kind;
            }
            const auto left = places(a);
            const auto right = places(b);
            return std::lexicographical_compare(
                left.begin(), left.end(), right.begin(), right.end(),
                [&](std::uint32_t x, std::uint32_t y) { return place[x] < place[y]; });
        });
        out.varint(order.size());
        std::vector<std::uint32_t> number(order.size());
        std::uint32_t before = 0;
        for (std::uint32_t i = 0; i != order.size(); ++i) {
            const std::uint32_t shape = order[i];
            number[shape] = i;
            const auto at = std::lower_bound(collections.begin(), collections.end(),
                                             tag(shapes_[shape].collection));
            const auto collection = static_cast<std::uint32_t>(at - collections.begin());
            out.varint(collection - before);
            before = collection;
            out.varint(std::uint64_t{shapes_[shape].fields.count} << 2U |
                       static_cast<std::uint64_t>(shapes_[shape].kind));
            std::uint32_t expected = 0;
            for (const std::uint32_t column : places(shape)) {
                out.varint(place[column] - expected);
                expected = place[column] + 1;
            }
        }
        for (std::uint32_t& shape : shape_column_) {
            shape = number[shape];
        }
    }

    template <class Names>
    void write_records(byte_writer& out, Names& names) {
        // Two collections may each have a record of the same id: one entry then serves both.
        std::vector<std::uint32_t> order(record_refs_.size());
        for (std::uint32_t i = 0; i != order.size(); ++i) {
            order[i] = i;
        }
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return names.id_of(record_refs_[a]) < names.id_of(record_refs_[b]);
        });
        std::vector<std::uint32_t> number(order.size());
        std::uint32_t count = 0;
        for (std::size_t i = 0; i != order.size(); ++i) {
            if (i == 0 ||
                !(names.id_of(record_refs_[order[i]]) == names.id_of(record_refs_[order[i - 1]]))) {
                order[count++] = order[i];
            }
            number[order[i]] = count - 1;
        }
        order.resize(count);
        out.varint(count);
        for (const std::uint32_t record : order) {
            write_id(out, names.id_of(record_refs_[record]));
        }
        for (std::uint32_t& record : record_column_) {
            record = number[record];
        }
        record_refs_.resize(count);  // from here on only their number counts
    }

    void write_dots(byte_writer& out, const std::vector<local_event>& dots) {
        std::vector<sequence> last(actor_order_.size(), 0);
        for (const local_event& named : dots) {
            const std::uint32_t actor = index_of(named.operation.slot);
            const std::int64_t step =
                std::int64_t{named.operation.sequence} - std::int64_t{last[actor]};
            last[actor] = named.operation.sequence;
            out.varint(std::uint64_t{actor} << 1U | (named.ordinal != 0 ? 1U : 0U));
            out.varint(zigzag(step));
            if (named.ordinal != 0) {
                out.varint(named.ordinal);
            }
        }
    }

    std::uint32_t operations_ = 0;
    std::vector<span_entry> spans_;
    std::vector<exception_entry> exceptions_;
    std::vector<local_dot> parents_;
    run_writer times_;
    std::uint64_t last_time_ = 0;
    run_writer versions_;
    std::vector<count_entry> mutation_counts_;

    shape_table shapes_;
    std::vector<std::uint32_t> shape_columns_;  ///< by shape: its first entry in columns_
    std::vector<std::uint32_t> columns_;        ///< numbers of field columns
    std::vector<std::uint32_t> shape_column_;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t, record_hash> records_;
    std::vector<record_ref> record_refs_;
    std::vector<std::uint32_t> record_column_;
    run_writer record_dot_counts_;
    std::vector<local_event> record_dots_;
    shape_table field_numbers_;  ///< shapes of one field, whose numbers are the columns'
    std::vector<field_column> fields_;
    std::vector<local_event> effect_dots_;

    std::vector<std::uint32_t> actors_;  ///< by slot: index in the batch, or none
    std::vector<actor_slot> actor_order_;
    std::vector<range_entry> ranges_;
    std::vector<local_dot> outside_;
    std::vector<std::uint32_t> field_order_;
};

}  // namespace weft

#endif
