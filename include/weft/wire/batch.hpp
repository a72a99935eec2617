/// Batches: how operations travel and are kept. encode_batch writes runs of a log; batch_reader
/// reads them anywhere; batch_builder writes operations that are in no log, such as parked ones.
/// The format is columnar, canonical and checked as a whole before anything is used: FORMAT.md.
#ifndef WEFT_WIRE_BATCH_HPP
#define WEFT_WIRE_BATCH_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/interner.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/log/operation.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/wire/batch_encoder.hpp>
#include <weft/wire/batch_reader.hpp>

#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// What encode_batch asks a log for.
template <class Traits>
class log_border {
public:
    explicit log_border(const operation_log<Traits>& log) noexcept : log_(&log) {}

    [[nodiscard]] const auto& actor(actor_slot slot) const { return log_->actor(slot); }

    [[nodiscard]] std::uint32_t collection_tag(std::uint32_t number) const {
        return log_->collection_tag(number);
    }

    [[nodiscard]] const auto& id_of(record_ref record) const { return log_->id_of(record); }

    [[nodiscard]] auto address_of(local_dot of) { return log_->address_of(of, walk_); }

private:
    const operation_log<Traits>* log_;
    typename operation_log<Traits>::address_walk walk_;
};

/// Gives the records and shapes of a log their numbers in a batch. Few records of many go through
/// a hash table, many through arrays.
class batch_numbers {
public:
    batch_numbers(content_writer& to, std::uint32_t operations) noexcept
        : to_(&to), operations_(operations) {}

    [[nodiscard]] std::uint32_t shape(const shape_table& shapes, std::uint32_t number) {
        if (number >= shapes_.size()) {
            shapes_.resize(shapes.size(), none);
        }
        std::uint32_t& found = shapes_[number];
        if (found == none) {
            found = add_shape(shapes, shapes[number]);
        }
        return found;
    }

    /// `rows`: how many the collection has.
    [[nodiscard]] std::uint32_t record(record_ref record, std::uint32_t rows) {
        if (rows / 8 > operations_) {
            const std::uint64_t key = std::uint64_t{record.collection} << 32U | record.row;
            const std::uint32_t known = table_.size();
            const std::uint32_t number = table_.intern(key);
            if (number == known) {
                table_numbers_.push_back(to_->add_record(record));
            }
            return table_numbers_[number];
        }
        if (record.collection >= arrays_.size()) {
            arrays_.resize(record.collection + std::size_t{1});
        }
        lean_vector<std::uint32_t>& numbers = arrays_[record.collection];
        if (record.row >= numbers.size()) {
            numbers.resize(rows, none);
        }
        std::uint32_t& found = numbers[record.row];
        if (found == none) {
            found = to_->add_record(record);
        }
        return found;
    }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    [[nodiscard]] std::uint32_t add_shape(const shape_table& shapes, const shape_table::shape& of) {
        lean_vector<effect_entry> effects;
        for (const shape_field& field : shapes.fields(of)) {
            effects.push_back({field.tag, field.kind, {}, {}});
        }
        return to_->shape(of.collection, of.kind, effects);
    }

    content_writer* to_;
    std::uint32_t operations_;
    lean_vector<std::uint32_t> shapes_;
    lean_vector<lean_vector<std::uint32_t>> arrays_;
    interner<std::uint64_t> table_;
    lean_vector<std::uint32_t> table_numbers_;
};

/// Takes bodies of a log apart and adds them to a batch.
template <class Traits>
class body_to_batch {
public:
    body_to_batch(const operation_log<Traits>& log, content_writer& to, std::uint32_t operations)
        : names_(&log.names()), to_(&to), numbers_(to, operations) {}

    void add(byte_span body) {
        body_ = body;
        read_body(body, names_->shapes(), *this);
    }

    // what read_body calls

    void head(std::uint32_t version, std::uint32_t mutations) {
        to_->operation(names_->version(version), mutations);
    }

    void mutation(std::uint32_t shape, std::uint32_t row) {
        const std::uint32_t collection = names_->shapes()[shape].collection;
        to_->mutation(numbers_.shape(names_->shapes(), shape),
                      numbers_.record({collection, row}, names_->row_count(collection)));
    }

    void dot(const local_event& named) { dots_.push_back(named); }

    void effects(std::uint32_t /*shape*/, std::uint32_t dots) {
        if (dots != 0) {
            to_->record_dots(dots_);
            dots_.clear();
        }
    }

    void payload(std::uint32_t /*which*/, std::uint32_t dots, slice bytes) {
        to_->effect(body_.subspan(bytes.first, bytes.count));
        if (dots != 0) {
            to_->effect_dots(dots_);
            dots_.clear();
        }
    }

private:
    const log_names<Traits>* names_;
    content_writer* to_;
    batch_numbers numbers_;
    byte_span body_;
    lean_vector<local_event> dots_;
};

}  // namespace detail

/// The batch of these runs of the log, in their order, which has to be causal (the log's is). Equal
/// runs give equal bytes, on every replica. No runs give an empty batch.
/// O(operations + actors), no matter how long the log is.
template <class Traits>
[[nodiscard]] byte_buffer encode_batch(const operation_log<Traits>& log, lean_span<log_run> runs) {
    const causal_graph& graph = log.graph();
    std::uint32_t operations = 0;
    for (const log_run& run : runs) {
        operations += run.count;
    }
    batch_encoder<Traits> encoder;
    detail::body_to_batch<Traits> content(log, encoder.content, operations);
    lean_vector<local_dot> parents;
    for (const log_run& run : runs) {
        auto bodies = log.bodies_from(run.index);
        auto times = graph.times_from(run.index);
        const sequence end = run.first + run.count;
        for (sequence next = run.first; next != end;) {
            // Up to the actor's next causal run only the first operation may have other parents.
            const local_dot first{run.slot, next};
            sequence last = graph.next_run_start(first);
            last = last == 0 || last - run.first > run.count ? end : last;
            graph.parents_of(first, parents);
            encoder.causal.add(first, parents);
            if (last - next > 1) {
                encoder.causal.add({run.slot, next + 1}, last - next - 1);
            }
            for (; next != last; ++next) {
                encoder.causal.time(times.next());
                content.add(bodies.next());
            }
        }
    }
    detail::log_border<Traits> names(log);
    return encoder.finish(names);
}

/// A batch of operations in border form, which need not be admissible, nor in any log: an actor's
/// in ascending order, parents before children.
template <class Traits>
class batch_builder {
public:
    using border_operation = operation<Traits>;
    using border_dot = dot<typename Traits::actor_id>;
    using address = typename Traits::hasher::digest_type;

    /// Adds an operation whose content address is `content`. Parents that were not added before
    /// must carry their addresses.
    void add(const border_operation& op, const address& content) {
        const local_dot id = local(op.id);
        parents_.clear();
        for (const auto& parent : op.parents) {
            parents_.push_back(local(parent.operation));
            note_address(parents_.back(), parent.address);
        }
        note_address(id, content);
        encoder_.causal.add(id, parents_);
        encoder_.causal.time(op.at);
        encoder_.content.operation(op.schema_version,
                                   static_cast<std::uint32_t>(op.mutations.size()));
        for (const auto& mutation : op.mutations) {
            add_mutation(op, mutation);
        }
    }

    [[nodiscard]] std::uint32_t operations() const noexcept { return encoder_.causal.operations(); }

    /// The batch. The builder is spent.
    [[nodiscard]] byte_buffer finish() { return encoder_.finish(*this); }

private:
    friend batch_encoder<Traits>;

    void add_mutation(const border_operation& op,
                      const mutation_entry<typename Traits::record_id>& mutation) {
        const auto effects = op.effects_of(mutation);
        const std::uint32_t collection = tags_.intern(mutation.collection);
        const std::uint32_t records = records_.size();
        const std::uint32_t record = records_.intern(mutation.record);
        if (record == records) {
            static_cast<void>(encoder_.content.add_record({0, record}));
        }
        encoder_.content.mutation(encoder_.content.shape(collection, mutation.kind, effects),
                                  record);
        if (mutation.observed.count != 0) {
            encoder_.content.record_dots(local_dots(op, mutation.observed));
        }
        for (const effect_entry& effect : effects) {
            encoder_.content.effect(op.payload_of(effect));
            if (effect.observed.count != 0) {
                encoder_.content.effect_dots(local_dots(op, effect.observed));
            }
        }
    }

    [[nodiscard]] lean_span<local_event> local_dots(const border_operation& op, slice which) {
        dots_.clear();
        for (const auto& named : op.observed_of(which)) {
            dots_.push_back({local(named.operation), named.ordinal});
        }
        return dots_;
    }

    [[nodiscard]] local_dot local(const border_dot& of) {
        return {{actors_.intern(of.actor)}, of.sequence};
    }

    [[nodiscard]] static std::uint64_t key(local_dot of) noexcept {
        return std::uint64_t{of.slot.value} << 32U | of.sequence;
    }

    /// The first that is said of an operation counts: its own comes before its children's.
    void note_address(local_dot of, const address& content) {
        if (addressed_.intern(key(of)) == addresses_.size()) {
            addresses_.push_back(content);
        }
    }

    [[nodiscard]] const auto& actor(actor_slot slot) const { return actors_[slot.value]; }

    [[nodiscard]] std::uint32_t collection_tag(std::uint32_t number) const {
        return static_cast<std::uint32_t>(tags_[number]);
    }

    [[nodiscard]] const auto& id_of(record_ref record) const { return records_[record.row]; }

    [[nodiscard]] const address& address_of(local_dot of) const {
        return addresses_[addressed_.find(key(of))];
    }

    batch_encoder<Traits> encoder_;
    interner<typename Traits::actor_id> actors_;
    interner<std::uint64_t> tags_;
    interner<typename Traits::record_id> records_;
    interner<std::uint64_t> addressed_;
    lean_vector<address> addresses_;
    lean_vector<local_dot> parents_;
    lean_vector<local_event> dots_;
};

/// A batch of one operation, self-contained: for parking it, or sending it alone.
template <class Traits>
[[nodiscard]] byte_buffer encode_operation(const operation<Traits>& op,
                                           const typename Traits::hasher::digest_type& content) {
    batch_builder<Traits> builder;
    builder.add(op, content);
    return builder.finish();
}

}  // namespace weft

#endif
