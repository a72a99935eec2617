/// The log: every admitted operation, in the order of admission, as columns of bytes. append() is
/// the single way in, for local and remote operations alike; it turns border names (actor ids,
/// record ids, tags) into this replica's numbers once, and everything inside works on numbers.
/// A small write costs about 13 bytes here and 2 in the causal graph.
///
/// It owns the names (log_names.hpp), the causal graph, the bodies (body.hpp), and some content
/// addresses (address_store.hpp); the others are regenerated, at most 63 operations back along
/// their actor's chain, never through another actor's. It judges nothing: whether an operation is
/// admissible was decided before.
///
/// Const functions may run on several threads at once; append and truncate on one, alone.
#ifndef WEFT_LOG_OPERATION_LOG_HPP
#define WEFT_LOG_OPERATION_LOG_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/id.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/maybe.hpp>
#include <weft/causal/actor_order.hpp>
#include <weft/causal/causal_graph.hpp>
#include <weft/causal/dot.hpp>
#include <weft/log/address_store.hpp>
#include <weft/log/body.hpp>
#include <weft/log/body_store.hpp>
#include <weft/log/canonical.hpp>
#include <weft/log/log_names.hpp>
#include <weft/log/operation.hpp>
#include <weft/log/refill.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft {

template <class Traits>
class operation_log {
public:
    using traits = Traits;
    using actor_id = typename Traits::actor_id;
    using record_id = typename Traits::record_id;
    using address = typename Traits::hasher::digest_type;
    using border_operation = operation<Traits>;
    using border_dot = dot<actor_id>;

    /// In a row hint: the record's row is not known to the caller.
    static constexpr std::uint32_t no_row = log_names<Traits>::none;

    /// Memory of where a chain of addresses was last regenerated: with one of these, asking for
    /// the addresses of ascending sequences of an actor costs one operation each.
    class address_walk {
        friend operation_log;
        local_dot at_{};
        address address_{};
        border_operation operation_;
        local_operation local_;
        lean_vector<local_dot> parents_;
    };

    // --- adding and taking back

    /// Adds an operation and fills `local` with its local form, whose payload views the log.
    /// Pre: the operation is well formed and admissible (its parents and all actors that its dots
    /// name are held, its sequence is the actor's next), parents carry their addresses, and
    /// `content` is its own. `rows`, if not empty, has an entry per mutation: its record's place
    /// in this log if the caller knows it (then it must be right), else row no_row.
    /// Amortised O(operation). Strong guarantee; `local` is then unspecified.
    op_index append(const border_operation& op,
                    const address& content,
                    local_operation& local,
                    lean_span<record_ref> rows = {}) {
        WEFT_ASSERT(rows.empty() || rows.size() == op.mutations.size());
        const op_index index{graph_.size()};
        WEFT_TRY {
            const local_dot id{names_.number_actor(op.id.actor), op.id.sequence};
            WEFT_ASSERT(id.sequence == graph_.count(id.slot) + 1);
            note_parents(op, id);
            body_writer body(bodies_.room(largest_body(op)));
            write_body(op, rows, index, body, local);
            addresses_.reserve(id.slot);
            if (id.sequence % address_store<address>::step == 0) {
                addresses_.keep(id, content);
            }
            static_cast<void>(graph_.add(id.slot, op.at, parents_));
            // Nothing below can fail.
            local.id = id;
            local.at = op.at;
            local.payload = bodies_.commit(body.size());
            addresses_.set_newest(id, content);
        }
        WEFT_CATCH_ALL {
            forget_names(index);
            WEFT_RETHROW;
        }
        return index;
    }

    /// Takes the newest appends back, so that `size` operations are left; names that only they
    /// used are forgotten. O(forgotten + actors + collections); allocates nothing.
    void truncate(std::uint32_t size) {
        if (size < graph_.size()) {
            graph_.truncate(size);
            bodies_.truncate(size);
            forget_names({size});
        }
    }

    // --- reading

    [[nodiscard]] std::uint32_t size() const noexcept { return graph_.size(); }

    [[nodiscard]] const causal_graph& graph() const noexcept { return graph_; }

    /// The local form; its payload views the log. O(operation + 32).
    void read(op_index index, local_operation& out) const {
        read_next(bodies_.at(index.value).next(), graph_.dot_of(index), graph_.time_of(index), out);
    }

    /// The border form, parents' addresses included. O(operation + 64 operations at worst).
    void read(op_index index, border_operation& out) const {
        address_walk walk;
        const local_dot id = graph_.dot_of(index);
        graph_.parents_of(id, walk.parents_);
        address previous{};
        for (const local_dot parent : walk.parents_) {
            if (parent.slot == id.slot) {
                previous = address_of(parent);
            }
        }
        write_border(index, previous, walk, out);
    }

    /// Calls fn(const local_operation&) for the operations of a run, in order, without looking up
    /// each. What fn is given is valid until it returns, its payload longer. O(operations).
    template <class Fn>
    void for_each(const log_run& run, Fn&& fn) const {
        if (run.count == 0) {
            return;
        }
        local_operation op;
        body_store::cursor bodies = bodies_.at(run.index.value);
        auto times = graph_.times_from(run.index);
        for (std::uint32_t i = 0; i != run.count; ++i) {
            read_next(bodies.next(), {run.slot, run.first + i}, times.next(), op);
            fn(static_cast<const local_operation&>(op));
        }
    }

    /// The bodies from an operation on (body.hpp), for those who go through them themselves.
    [[nodiscard]] body_store::cursor bodies_from(op_index index) const noexcept {
        return bodies_.at(index.value);
    }

    // --- addresses

    /// The content address of an operation that is held. O(1) for an actor's newest, at operations
    /// that another actor's follow, at ends of causal runs and at every 64th; else regenerates up
    /// to 63 operations.
    [[nodiscard]] address address_of(local_dot id) const {
        if (const address* kept = addresses_.find(id)) {
            return *kept;
        }
        address_walk walk;
        return regenerate(id, walk);
    }

    /// The same, with a memory.
    [[nodiscard]] address address_of(local_dot id, address_walk& walk) const {
        if (const address* kept = addresses_.find(id)) {
            return *kept;
        }
        return regenerate(id, walk);
    }

    // --- names

    [[nodiscard]] const log_names<Traits>& names() const noexcept { return names_; }

    [[nodiscard]] std::uint32_t actor_count() const noexcept { return names_.actor_count(); }

    [[nodiscard]] maybe<actor_slot> find_actor(const actor_id& id) const {
        const std::uint32_t found = names_.find_actor(id);
        return found == names_.none ? maybe<actor_slot>() : maybe<actor_slot>({found});
    }

    [[nodiscard]] const actor_id& actor(actor_slot slot) const noexcept {
        return names_.actor(slot);
    }

    /// A view of the actor table, valid until the next append.
    [[nodiscard]] actor_order order() const noexcept { return names_.order(); }

    /// The dot here; its sequence is 0 if the actor is not known. The operation need not be held.
    [[nodiscard]] local_dot local_of(const border_dot& of) const {
        const std::uint32_t found = names_.find_actor(of.actor);
        return found == names_.none ? local_dot{} : local_dot{{found}, of.sequence};
    }

    [[nodiscard]] border_dot dot_of(local_dot of) const noexcept {
        return {names_.actor(of.slot), of.sequence};
    }

    [[nodiscard]] std::uint32_t collection_count() const noexcept {
        return names_.collection_count();
    }

    [[nodiscard]] std::uint32_t collection_tag(std::uint32_t collection) const noexcept {
        return names_.tag(collection);
    }

    /// The number of the collection with this tag, if an operation ever named it.
    [[nodiscard]] maybe<std::uint32_t> find_collection(std::uint32_t tag) const {
        const std::uint32_t found = names_.find_collection(tag);
        return found == names_.none ? maybe<std::uint32_t>() : maybe<std::uint32_t>(found);
    }

    /// Records that operations ever named in a collection; their rows are 0 to this.
    [[nodiscard]] std::uint32_t row_count(std::uint32_t collection) const noexcept {
        return names_.row_count(collection);
    }

    [[nodiscard]] const record_id& id_of(record_ref record) const noexcept {
        return names_.record(record);
    }

    [[nodiscard]] maybe<record_ref> find(std::uint32_t tag, const record_id& id) const {
        const std::uint32_t collection = names_.find_collection(tag);
        if (collection == names_.none) {
            return {};
        }
        const std::uint32_t row = names_.find_row(collection, id);
        return row == no_row ? maybe<record_ref>() : maybe<record_ref>({collection, row});
    }

    /// Bytes held, allocated ones counted, the causal graph's included; hash tables by estimate.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return graph_.memory_bytes() + bodies_.memory_bytes() + addresses_.memory_bytes() +
               names_.memory_bytes();
    }

private:
    // --- border to local

    [[nodiscard]] local_dot held(const border_dot& of) const {
        const std::uint32_t found = names_.find_actor(of.actor);
        WEFT_ASSERT(found != names_.none);
        return {{found}, of.sequence};
    }

    /// Notes the parents, and keeps the addresses that batches will ask for: of operations that
    /// another actor's follow, and of the one that ends a causal run here.
    void note_parents(const border_operation& op, local_dot id) {
        parents_.clear();
        bool plain = op.parents.size() == 1 || id.sequence == 1;
        for (const auto& parent : op.parents) {
            const local_dot local = held(parent.operation);
            WEFT_ASSERT(graph_.holds(local));
            parents_.push_back(local);
            if (local.slot != id.slot) {
                addresses_.keep(local, parent.address);
                plain = id.sequence == 1;
            }
        }
        if (!plain) {
            const local_dot previous{id.slot, id.sequence - 1};
            if (const address* newest = addresses_.find(previous)) {
                const address ends_run = *newest;
                addresses_.keep(previous, ends_run);
            }
        }
    }

    /// Forgets the names that only operations from `size` on used; the graph has done so already.
    void forget_names(op_index size) {
        std::uint32_t actors = names_.actor_count();
        while (actors != 0 && graph_.count({actors - 1}) == 0) {
            --actors;
        }
        names_.truncate(size, actors);
        addresses_.truncate_actors(actors);
        for (std::uint32_t slot = 0; slot != actors; ++slot) {
            addresses_.forget_above({slot}, graph_.count({slot}));
        }
    }

    [[nodiscard]] static std::size_t largest_body(const border_operation& op) noexcept {
        std::size_t size = body_bounds::head + op.mutations.size() * body_bounds::mutation;
        for (const auto& mutation : op.mutations) {
            size += mutation.observed.count * body_bounds::dot;
            for (const effect_entry& effect : op.effects_of(mutation)) {
                size += body_bounds::effect + effect.observed.count * body_bounds::dot +
                        effect.payload.count;
            }
        }
        return size;
    }

    /// The arrays of a local operation while it is filled.
    struct local_parts {
        explicit local_parts(local_operation& op) noexcept
            : mutations(op.mutations), effects(op.effects), observed(op.observed) {}

        void finish() {
            mutations.finish();
            effects.finish();
            observed.finish();
        }

        refill<local_mutation> mutations;
        refill<effect_entry> effects;
        refill<local_event> observed;
    };

    void
    write_dots(const border_operation& op, slice which, body_writer& body, local_parts& local) {
        for (const auto& named : op.observed_of(which)) {
            const local_event event{held(named.operation), named.ordinal};
            body.dot(event);
            local.observed.next() = event;
        }
    }

    /// Writes the body, and the local form but for id, time and payload.
    void write_body(const border_operation& op,
                    lean_span<record_ref> rows,
                    op_index index,
                    body_writer& body,
                    local_operation& to) {
        local_parts local(to);
        to.schema_version = op.schema_version;
        body.head(names_.number_version(op.schema_version, index), op.mutations.size());
        for (std::size_t i = 0; i != op.mutations.size(); ++i) {
            const auto& mutation = op.mutations[i];
            const auto effects = op.effects_of(mutation);
            const std::uint32_t collection = names_.number_collection(mutation.collection);
            const std::uint32_t shape =
                names_.number_shape(collection, mutation.kind, effects, index);
            std::uint32_t row = rows.empty() ? no_row : rows[i].row;
            if (row == no_row) {
                row = names_.number_row(collection, mutation.record, index);
            }
            WEFT_ASSERT(id_of({collection, row}) == mutation.record);
            body.mutation(shape, row, mutation.observed.count);
            local.mutations.next() = {{collection, row},
                                      mutation.kind,
                                      {local.observed.size(), mutation.observed.count},
                                      {local.effects.size(), mutation.effects.count}};
            if (mutation.observed.count != 0) {
                write_dots(op, mutation.observed, body, local);
            }
            for (const effect_entry& effect : effects) {
                body.effect(effect.payload.count, effect.observed.count);
                const slice dots{local.observed.size(), effect.observed.count};
                if (dots.count != 0) {
                    write_dots(op, effect.observed, body, local);
                }
                const std::uint32_t offset =
                    body.payload(op.payload.data() + effect.payload.first, effect.payload.count);
                local.effects.next() = {
                    effect.field, effect.kind, dots, {offset, effect.payload.count}};
            }
        }
        local.finish();
    }

    // --- bodies to local form

    /// Fills a local operation with what a body says.
    struct local_sink {
        const log_names<Traits>& names;
        local_operation& out;
        local_parts to;
        const shape_field* fields = nullptr;

        void head(std::uint32_t version, std::uint32_t /*mutations*/) {
            out.schema_version = names.version(version);
        }

        void mutation(std::uint32_t shape, std::uint32_t row) {
            const shape_table::shape& of = names.shapes()[shape];
            to.mutations.next() = {{of.collection, row},
                                   of.kind,
                                   {to.observed.size(), 0},
                                   {to.effects.size(), of.fields.count}};
        }

        void dot(const local_event& named) { to.observed.next() = named; }

        void effects(std::uint32_t shape, std::uint32_t dots) {
            to.mutations.back().observed.count = dots;
            fields = names.shapes().fields(names.shapes()[shape]).data();
        }

        void payload(std::uint32_t which, std::uint32_t dots, slice bytes) {
            to.effects.next() = {
                fields[which].tag, fields[which].kind, {to.observed.size() - dots, dots}, bytes};
        }
    };

    void read_next(byte_span body, local_dot id, timestamp at, local_operation& out) const {
        out.id = id;
        out.at = at;
        out.payload = body;
        local_sink sink{names_, out, local_parts(out)};
        read_body(body, names_.shapes(), sink);
        sink.to.finish();
    }

    // --- local to border

    /// Writes the border form of an operation whose parents are in `walk` and whose own predecessor
    /// has the address `previous`.
    void write_border(op_index index,
                      const address& previous,
                      address_walk& walk,
                      border_operation& out) const {
        local_operation& local = walk.local_;
        read(index, local);
        out.clear();
        out.id = dot_of(local.id);
        out.at = local.at;
        out.schema_version = local.schema_version;
        for (const local_dot parent : walk.parents_) {
            const address* kept =
                parent.slot == local.id.slot ? &previous : addresses_.find(parent);
            WEFT_ASSERT(kept != nullptr);
            out.parents.push_back({dot_of(parent), *kept});
        }
        lean_sort(out.parents.data(), out.parents.data() + out.parents.size(), comes_before);
        for (const local_event& named : local.observed) {
            out.observed.push_back({dot_of(named.operation), named.ordinal});
        }
        for (const local_mutation& mutation : local.mutations) {
            out.mutations.push_back({collection_tag(mutation.record.collection), mutation.kind,
                                     id_of(mutation.record), mutation.observed, mutation.effects});
        }
        for (const effect_entry& effect : local.effects) {
            const byte_span payload = local.payload_of(effect);
            out.effects.push_back(
                {effect.field,
                 effect.kind,
                 effect.observed,
                 {static_cast<std::uint32_t>(out.payload.size()), effect.payload.count}});
            byte_writer(out.payload).append(payload);
        }
    }

    [[nodiscard]] static bool comes_before(const parent_entry<actor_id, address>& a,
                                           const parent_entry<actor_id, address>& b) noexcept {
        const border_dot& left = a.operation;
        const border_dot& right = b.operation;
        return left < right;
    }

    /// Goes along the actor's chain from the nearest operation whose address is known.
    [[nodiscard]] address regenerate(local_dot id, address_walk& walk) const {
        sequence from = addresses_.kept_before(id);
        address known{};
        if (walk.at_.slot == id.slot && walk.at_.sequence > from &&
            walk.at_.sequence <= id.sequence) {
            from = walk.at_.sequence;
            known = walk.address_;
        } else if (from != 0) {
            known = *addresses_.find({id.slot, from});
        }
        while (from != id.sequence) {
            const local_dot step{id.slot, ++from};
            graph_.parents_of(step, walk.parents_);
            write_border(graph_.index_of(step), known, walk, walk.operation_);
            known = weft::address_of(walk.operation_);
        }
        walk.at_ = id;
        walk.address_ = known;
        return known;
    }

    causal_graph graph_;
    body_store bodies_;
    address_store<address> addresses_;
    log_names<Traits> names_;
    lean_vector<local_dot> parents_;  ///< scratch
};

}  // namespace weft

#endif
