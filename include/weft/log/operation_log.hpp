/// The log: every admitted operation, in the order of admission, as columns of bytes. append() is
/// the single way in, for local and remote operations alike; it turns border names (actor ids,
/// record ids, tags) into this replica's numbers once, and everything inside works on numbers.
/// A small write costs about 13 bytes here and 3 in the causal graph.
///
/// It owns the actor table, the causal graph, the shapes, the records of every collection, the
/// bodies, and some content addresses; the others are regenerated, at most 63 operations back
/// along their actor's chain, never through another actor's. It judges nothing: whether an
/// operation is admissible was decided before.
///
/// Const functions may run on several threads at once; append and truncate on one, alone.
#ifndef WEFT_LOG_OPERATION_LOG_HPP
#define WEFT_LOG_OPERATION_LOG_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/id.hpp>
#include <weft/base/interner.hpp>
#include <weft/causal/actor_order.hpp>
#include <weft/causal/causal_graph.hpp>
#include <weft/causal/dot.hpp>
#include <weft/log/address_store.hpp>
#include <weft/log/body_store.hpp>
#include <weft/log/canonical.hpp>
#include <weft/log/operation.hpp>
#include <weft/log/shape_table.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
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
    using log_run = causal_graph::log_run;

    /// In a row hint: this record's row is not known to the caller.
    static constexpr std::uint32_t no_row = interner<record_id>::none;

    /// Memory of where a chain of addresses was last regenerated: with one of these, asking for
    /// the addresses of ascending sequences of an actor costs one operation each.
    class address_walk {
        friend operation_log;
        local_dot at_{};
        address address_{};
        border_operation operation_;
        std::vector<local_dot> parents_;
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
                    std::span<const record_ref> rows = {}) {
        WEFT_ASSERT(rows.empty() || rows.size() == op.mutations.size());
        const std::uint32_t before = graph_.size();
        WEFT_TRY {
            const local_dot id{slot_for(op.id.actor), op.id.sequence};
            WEFT_ASSERT(id.sequence == graph_.count(id.slot) + 1);
            note_parents(op, id);
            std::byte* const body = bodies_.room(largest_body(op));
            const std::size_t size = write_body(op, rows, body, local);
            addresses_.reserve(id.slot);
            if (id.sequence % address_store<address>::step == 0) {
                addresses_.keep(id, content);
            }
            const op_index index = graph_.add(id.slot, op.at, parents_);
            // Nothing below can fail.
            local.id = id;
            local.at = op.at;
            local.payload = bodies_.commit(size);
            addresses_.set_newest(id, content);
            return index;
        }
        WEFT_CATCH_ALL {
            forget_names(before);
            WEFT_RETHROW;
        }
    }

    /// Takes the newest appends back, so that `size` operations are left; names that only they
    /// used are forgotten. O(forgotten + actors + collections).
    void truncate(std::uint32_t size) {
        if (size >= graph_.size()) {
            return;
        }
        graph_.truncate(size);
        bodies_.truncate(size);
        forget_names(size);
    }

    // --- reading

    [[nodiscard]] std::uint32_t size() const noexcept { return graph_.size(); }

    [[nodiscard]] const causal_graph& graph() const noexcept { return graph_; }

    /// The local form; its payload views the log. O(operation + 32).
    void read(op_index index, local_operation& out) const {
        body_store::cursor at = bodies_.at(index.value);
        parse(at.next(), out);
        out.id = graph_.dot_of(index);
        out.at = graph_.time_of(index);
    }

    /// The border form, parents' addresses included. O(operation + 64 operations at worst).
    void read(op_index index, border_operation& out) const {
        const local_dot id = graph_.dot_of(index);
        std::vector<local_dot> parents;
        graph_.parents_of(id, parents);
        const local_dot own{id.slot, id.sequence - 1};
        address previous{};
        if (std::find(parents.begin(), parents.end(), own) != parents.end()) {
            previous = address_of(own);
        }
        write_border(index, id, parents, previous, out);
    }

    /// Calls fn(const local_operation&) for the operations of a run, in order, without looking up
    /// each. What fn is given is valid until it returns, its payload longer. O(operations).
    template <class Fn>
    void for_each(const log_run& run, Fn&& fn) const {
        local_operation op;
        body_store::cursor at = bodies_.at(run.index.value);
        for (std::uint32_t i = 0; i != run.count; ++i) {
            parse(at.next(), op);
            op.id = {run.slot, run.first + i};
            op.at = graph_.time_of(op_index{run.index.value + i});
            fn(static_cast<const local_operation&>(op));
        }
    }

    // --- addresses

    /// The content address of an operation that is held. O(1) at heads, at operations that another
    /// actor's follow and at every 64th; else regenerates up to 63 operations.
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

    // --- actors

    [[nodiscard]] std::uint32_t actor_count() const noexcept { return actors_.size(); }

    [[nodiscard]] std::optional<actor_slot> find_actor(const actor_id& id) const {
        const std::uint32_t found = actors_.find(id);
        return found == actors_.none ? std::nullopt : std::optional(actor_slot{found});
    }

    [[nodiscard]] const actor_id& actor(actor_slot slot) const noexcept {
        return actors_[slot.value];
    }

    /// A view of the actor table, valid until the next append.
    [[nodiscard]] actor_order order() const noexcept {
        return {actor_bytes_.data(), identifier_traits<actor_id>::size};
    }

    /// The dot here; its sequence is 0 if the actor is not known. The operation need not be held.
    [[nodiscard]] local_dot local_of(const border_dot& of) const {
        const std::uint32_t found = actors_.find(of.actor);
        return found == actors_.none ? local_dot{} : local_dot{{found}, of.sequence};
    }

    [[nodiscard]] border_dot dot_of(local_dot of) const noexcept {
        return {actors_[of.slot.value], of.sequence};
    }

    // --- collections and records

    [[nodiscard]] std::uint32_t collection_count() const noexcept {
        return static_cast<std::uint32_t>(collections_.size());
    }

    [[nodiscard]] std::uint32_t collection_tag(std::uint32_t collection) const noexcept {
        return tags_[collection];
    }

    /// The number of the collection with this tag, if an operation ever named it.
    [[nodiscard]] std::optional<std::uint32_t> find_collection(std::uint32_t tag) const {
        const std::uint32_t found = tags_.find(tag);
        return found == tags_.none ? std::nullopt : std::optional(found);
    }

    /// Records that operations ever named in a collection; their rows are 0 to this.
    [[nodiscard]] std::uint32_t row_count(std::uint32_t collection) const noexcept {
        return collections_[collection].records.size();
    }

    [[nodiscard]] const record_id& id_of(record_ref record) const noexcept {
        return collections_[record.collection].records[record.row];
    }

    [[nodiscard]] std::optional<record_ref> find(std::uint32_t tag, const record_id& id) const {
        const std::uint32_t collection = tags_.find(tag);
        if (collection == tags_.none) {
            return std::nullopt;
        }
        const std::uint32_t row = collections_[collection].records.find(id);
        return row == no_row ? std::nullopt : std::optional(record_ref{collection, row});
    }

    // --- bookkeeping

    /// Bytes held, allocated ones counted, the causal graph's included; tables by estimate.
    [[nodiscard]] std::size_t memory_bytes() const {
        std::size_t sum = graph_.memory_bytes() + bodies_.memory_bytes() +
                          addresses_.memory_bytes() + shapes_.memory_bytes() +
                          actor_bytes_.capacity() + table_bytes(actors_);
        for (const collection_entry& one : collections_) {
            sum += sizeof one + table_bytes(one.records) +
                   one.first_use.capacity() * sizeof(std::uint32_t);
        }
        return sum;
    }

private:
    struct collection_entry {
        interner<record_id> records;
        std::vector<std::uint32_t> first_use;  ///< by row: the operation that first named it
    };

    template <class Key>
    [[nodiscard]] static std::size_t table_bytes(const interner<Key>& names) noexcept {
        return names.keys().capacity() * sizeof(Key) +
               names.size() * (sizeof(Key) + sizeof(std::uint32_t) + 2) * 4 / 3;
    }

    // --- border to local

    [[nodiscard]] actor_slot slot_for(const actor_id& id) {
        if (recent_actor_ < actors_.size() && actors_[recent_actor_] == id) {
            return {recent_actor_};
        }
        const std::uint32_t number = actors_.intern(id);
        constexpr std::size_t width = identifier_traits<actor_id>::size;
        if (number * width == actor_bytes_.size()) {
            actor_bytes_.resize(actor_bytes_.size() + width);
            identifier_traits<actor_id>::write(id, actor_bytes_.data() + number * width);
        }
        recent_actor_ = number;
        return {number};
    }

    [[nodiscard]] local_dot held(const border_dot& of) const {
        if (recent_actor_ < actors_.size() && actors_[recent_actor_] == of.actor) {
            return {{recent_actor_}, of.sequence};
        }
        const std::uint32_t found = actors_.find(of.actor);
        WEFT_ASSERT(found != actors_.none);
        return {{found}, of.sequence};
    }

    void note_parents(const border_operation& op, local_dot id) {
        parents_.clear();
        for (const auto& parent : op.parents) {
            const local_dot local = held(parent.operation);
            WEFT_ASSERT(graph_.holds(local));
            parents_.push_back(local);
            if (local.slot != id.slot) {
                addresses_.keep(local, parent.address);
            }
        }
        if (parents_.size() > 1) {
            std::sort(parents_.begin(), parents_.end());  // by slot, as the graph likes them
        }
    }

    [[nodiscard]] std::uint32_t collection_for(std::uint32_t tag) {
        if (recent_collection_ < collections_.size() && tags_[recent_collection_] == tag) {
            return recent_collection_;
        }
        const std::uint32_t number = tags_.intern(tag);
        if (number == collections_.size()) {
            collections_.emplace_back();
        }
        recent_collection_ = number;
        return number;
    }

    [[nodiscard]] std::uint32_t row_for(collection_entry& in, const record_id& id) {
        const std::uint32_t row = in.records.intern(id);
        if (row == in.first_use.size()) {
            in.first_use.push_back(graph_.size());
        }
        return row;
    }

    [[nodiscard]] std::uint32_t version_for(std::uint32_t version) {
        if (recent_version_ < versions_.size() && versions_[recent_version_] == version) {
            return recent_version_;
        }
        const std::uint32_t number = versions_.intern(version);
        if (number == version_first_use_.size()) {
            version_first_use_.push_back(graph_.size());
        }
        recent_version_ = number;
        return number;
    }

    [[nodiscard]] std::uint32_t
    shape_for(std::uint32_t collection, mutation_kind kind, std::span<const effect_entry> effects) {
        const std::uint32_t number = shapes_.intern(collection, kind, effects);
        if (number == shape_first_use_.size()) {
            shape_first_use_.push_back(graph_.size());
        }
        return number;
    }

    /// Forgets the names that only operations of index `size` and up used; the graph has already
    /// forgotten them. Also completes what a failed append left half done.
    void forget_names(std::uint32_t size) {
        const auto trim = [size](std::vector<std::uint32_t>& first_use) {
            while (!first_use.empty() && first_use.back() >= size) {
                first_use.pop_back();
            }
            return static_cast<std::uint32_t>(first_use.size());
        };
        shapes_.truncate(trim(shape_first_use_));
        versions_.truncate(trim(version_first_use_));
        for (collection_entry& one : collections_) {
            one.records.truncate(trim(one.first_use));
        }
        while (!collections_.empty() && collections_.back().first_use.empty()) {
            collections_.pop_back();
        }
        tags_.truncate(collection_count());
        std::uint32_t actors = actors_.size();
        while (actors != 0 && graph_.count(actor_slot{actors - 1}) == 0) {
            --actors;
        }
        actors_.truncate(actors);
        actor_bytes_.resize(actors * identifier_traits<actor_id>::size);
        addresses_.truncate_actors(actors);
        for (std::uint32_t slot = 0; slot != actors; ++slot) {
            addresses_.forget_above({slot}, graph_.count(actor_slot{slot}));
        }
    }

    // --- bodies: [version * 2 + (mutations != 1)] [mutations, if not 1] then per mutation
    // [shape * 2 + has dots] [row] [dots] and per effect [payload size * 2 + has dots] [dots]
    // [payload]; dots are [how many] and per dot [slot] [sequence] [ordinal]. All are varints.

    [[nodiscard]] static std::size_t largest_body(const border_operation& op) noexcept {
        constexpr std::size_t number = 5;
        std::size_t size = 2 * number;
        std::size_t dots = 0;
        for (const auto& mutation : op.mutations) {
            size += 3 * number;
            dots += mutation.observed.count;
            for (const effect_entry& effect : op.effects_of(mutation)) {
                size += 2 * number + effect.payload.count;
                dots += effect.observed.count;
            }
        }
        return size + dots * 3 * number;
    }

    [[nodiscard]] std::byte*
    write_dots(const border_operation& op, slice which, std::byte* at, local_operation& local) {
        at += write_varint(at, which.count);
        for (const auto& named : op.observed_of(which)) {
            const local_dot dot = held(named.operation);
            at += write_varint(at, dot.slot.value);
            at += write_varint(at, dot.sequence);
            at += write_varint(at, named.ordinal);
            local.observed.push_back({dot, named.ordinal});
        }
        return at;
    }

    /// Writes the body to `begin`, the local form to `local` but for id, time and payload. Returns
    /// the body's size.
    [[nodiscard]] std::size_t write_body(const border_operation& op,
                                         std::span<const record_ref> rows,
                                         std::byte* begin,
                                         local_operation& local) {
        local.clear();
        local.schema_version = op.schema_version;
        const bool one = op.mutations.size() == 1;
        std::byte* at = begin;
        const std::uint64_t version = version_for(op.schema_version);
        at += write_varint(at, version << 1U | (one ? 0U : 1U));
        if (!one) {
            at += write_varint(at, op.mutations.size());
        }
        for (std::size_t i = 0; i != op.mutations.size(); ++i) {
            const auto& mutation = op.mutations[i];
            const auto effects = op.effects_of(mutation);
            const std::uint32_t collection = collection_for(mutation.collection);
            const std::uint64_t shape = shape_for(collection, mutation.kind, effects);
            std::uint32_t row = rows.empty() ? no_row : rows[i].row;
            if (row == no_row) {
                row = row_for(collections_[collection], mutation.record);
            }
            WEFT_ASSERT(id_of({collection, row}) == mutation.record);
            at += write_varint(at, shape << 1U | (mutation.observed.count != 0 ? 1U : 0U));
            at += write_varint(at, row);
            local.mutations.push_back(
                {{collection, row},
                 mutation.kind,
                 {static_cast<std::uint32_t>(local.observed.size()), mutation.observed.count},
                 {static_cast<std::uint32_t>(local.effects.size()), mutation.effects.count}});
            if (mutation.observed.count != 0) {
                at = write_dots(op, mutation.observed, at, local);
            }
            for (const effect_entry& effect : effects) {
                const slice payload = effect.payload;
                const slice dots{static_cast<std::uint32_t>(local.observed.size()),
                                 effect.observed.count};
                at += write_varint(at, std::uint64_t{payload.count} << 1U |
                                           (dots.count != 0 ? 1U : 0U));
                if (dots.count != 0) {
                    at = write_dots(op, effect.observed, at, local);
                }
                local.effects.push_back({effect.field,
                                         effect.kind,
                                         dots,
                                         {static_cast<std::uint32_t>(at - begin), payload.count}});
                if (payload.count != 0) {
                    std::memcpy(at, op.payload.data() + payload.first, payload.count);
                    at += payload.count;
                }
            }
        }
        return static_cast<std::size_t>(at - begin);
    }

    static const std::byte* parse_dots(const std::byte* at, slice& which, local_operation& out) {
        which.first = static_cast<std::uint32_t>(out.observed.size());
        which.count = static_cast<std::uint32_t>(load_varint(at));
        for (std::uint32_t i = 0; i != which.count; ++i) {
            local_event named;
            named.operation.slot.value = static_cast<std::uint32_t>(load_varint(at));
            named.operation.sequence = static_cast<sequence>(load_varint(at));
            named.ordinal = static_cast<std::uint32_t>(load_varint(at));
            out.observed.push_back(named);
        }
        return at;
    }

    void parse(byte_span body, local_operation& out) const {
        out.clear();
        out.payload = body;
        const std::byte* at = body.data();
        const std::uint64_t head = load_varint(at);
        out.schema_version = versions_[static_cast<std::uint32_t>(head >> 1U)];
        const std::uint64_t mutations = (head & 1U) == 0 ? 1 : load_varint(at);
        for (std::uint64_t i = 0; i != mutations; ++i) {
            const std::uint64_t mark = load_varint(at);
            const auto& shape = shapes_[static_cast<std::uint32_t>(mark >> 1U)];
            local_mutation mutation;
            mutation.record = {shape.collection, static_cast<std::uint32_t>(load_varint(at))};
            mutation.kind = shape.kind;
            mutation.observed.first = static_cast<std::uint32_t>(out.observed.size());
            mutation.effects = {static_cast<std::uint32_t>(out.effects.size()), shape.fields.count};
            if ((mark & 1U) != 0) {
                at = parse_dots(at, mutation.observed, out);
            }
            for (const shape_field& field : shapes_.fields(shape)) {
                const std::uint64_t size = load_varint(at);
                effect_entry effect{field.tag, field.kind, {}, {}};
                effect.observed.first = static_cast<std::uint32_t>(out.observed.size());
                if ((size & 1U) != 0) {
                    at = parse_dots(at, effect.observed, out);
                }
                effect.payload = {static_cast<std::uint32_t>(at - body.data()),
                                  static_cast<std::uint32_t>(size >> 1U)};
                at += size >> 1U;
                out.effects.push_back(effect);
            }
            out.mutations.push_back(mutation);
        }
        WEFT_ASSERT(at == body.data() + body.size());
    }

    // --- local to border

    /// Writes the border form of an operation whose own predecessor has the address `previous`.
    void write_border(op_index index,
                      local_dot id,
                      std::span<const local_dot> parents,
                      const address& previous,
                      border_operation& out) const {
        local_operation local;
        read(index, local);
        out.clear();
        out.id = dot_of(id);
        out.at = local.at;
        out.schema_version = local.schema_version;
        for (const local_dot parent : parents) {
            const bool own = parent.slot == id.slot && parent.sequence + 1 == id.sequence;
            const address* kept = own ? &previous : addresses_.find(parent);
            WEFT_ASSERT(kept != nullptr);
            out.parents.push_back({dot_of(parent), *kept});
        }
        std::sort(out.parents.begin(), out.parents.end(), [](const auto& a, const auto& b) {
            const border_dot& left = a.operation;
            const border_dot& right = b.operation;
            return left < right;
        });
        for (const local_event& named : local.observed) {
            out.observed.push_back({dot_of(named.operation), named.ordinal});
        }
        for (const local_mutation& mutation : local.mutations) {
            out.mutations.push_back({collection_tag(mutation.record.collection), mutation.kind,
                                     id_of(mutation.record), mutation.observed, mutation.effects});
        }
        for (const effect_entry& effect : local.effects) {
            const byte_span payload = local.payload_of(effect);
            const slice place{static_cast<std::uint32_t>(out.payload.size()), effect.payload.count};
            out.payload.insert(out.payload.end(), payload.begin(), payload.end());
            out.effects.push_back({effect.field, effect.kind, effect.observed, place});
        }
    }

    /// Goes along the actor's chain from the nearest operation whose address is known.
    [[nodiscard]] address regenerate(local_dot id, address_walk& walk) const {
        sequence from = addresses_.kept_before(id);
        address known{};
        if (walk.at_.slot == id.slot && walk.at_.sequence >= from &&
            walk.at_.sequence <= id.sequence && walk.at_.sequence != 0) {
            from = walk.at_.sequence;
            known = walk.address_;
        } else if (from != 0) {
            known = *addresses_.find({id.slot, from});
        }
        for (sequence next = from + 1; next <= id.sequence && next != 0; ++next) {
            const local_dot step{id.slot, next};
            graph_.parents_of(step, walk.parents_);
            write_border(graph_.index_of(step), step, walk.parents_, known, walk.operation_);
            known = weft::address_of(walk.operation_);
        }
        walk.at_ = id;
        walk.address_ = known;
        return known;
    }

    causal_graph graph_;
    body_store bodies_;
    address_store<address> addresses_;

    interner<actor_id> actors_;
    byte_buffer actor_bytes_;  ///< canonical ids by slot

    interner<std::uint32_t> tags_;  ///< of the collections
    std::vector<collection_entry> collections_;

    shape_table shapes_;
    std::vector<std::uint32_t> shape_first_use_;
    interner<std::uint32_t> versions_;
    std::vector<std::uint32_t> version_first_use_;

    std::uint32_t recent_actor_ = 0;
    std::uint32_t recent_collection_ = 0;
    std::uint32_t recent_version_ = 0;
    std::vector<local_dot> parents_;  ///< scratch
};

}  // namespace weft

#endif
