/// The names of one replica's log: every actor, collection, record, shape and schema version that
/// an operation ever used has a number here, given out at first use, and the way back. Names are
/// forgotten in the opposite order when operations are taken back, so each remembers the index of
/// the operation that used it first.
#ifndef WEFT_LOG_LOG_NAMES_HPP
#define WEFT_LOG_LOG_NAMES_HPP

#include <weft/base/assert.hpp>
#include <weft/base/id.hpp>
#include <weft/base/interner.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/actor_order.hpp>
#include <weft/causal/dot.hpp>
#include <weft/log/operation.hpp>
#include <weft/log/shape_table.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// Functions that number a name take the index of the operation that uses it. They throw only
/// bad_alloc, and then leave something that truncate() to that index puts right.
template <class Traits>
class log_names {
public:
    using actor_id = typename Traits::actor_id;
    using record_id = typename Traits::record_id;

    static constexpr std::uint32_t none = ~std::uint32_t{0};

    // --- actors

    [[nodiscard]] std::uint32_t actor_count() const noexcept { return actors_.size(); }

    [[nodiscard]] std::uint32_t find_actor(const actor_id& id) const {
        if (recent_actor_ < actors_.size() && actors_[recent_actor_] == id) {
            return recent_actor_;
        }
        return actors_.find(id);
    }

    [[nodiscard]] const actor_id& actor(actor_slot slot) const noexcept {
        return actors_[slot.value];
    }

    /// The slot of the actor of an operation that is being added.
    [[nodiscard]] actor_slot number_actor(const actor_id& id) {
        constexpr std::size_t width = identifier_traits<actor_id>::size;
        std::uint32_t number = find_actor(id);
        if (number == none) {
            number = actors_.intern(id);
            actor_bytes_.resize((number + std::size_t{1}) * width);
            identifier_traits<actor_id>::write(id, actor_bytes_.data() + number * width);
        }
        recent_actor_ = number;
        return {number};
    }

    /// A view of the actor table, valid until it grows.
    [[nodiscard]] actor_order order() const noexcept {
        return {actor_bytes_.data(), identifier_traits<actor_id>::size};
    }

    // --- collections and records

    [[nodiscard]] std::uint32_t collection_count() const noexcept {
        return static_cast<std::uint32_t>(collections_.size());
    }

    [[nodiscard]] std::uint32_t tag(std::uint32_t collection) const noexcept {
        return static_cast<std::uint32_t>(tags_[collection]);
    }

    [[nodiscard]] std::uint32_t find_collection(std::uint32_t tag) const {
        if (recent_collection_ < collections_.size() && tags_[recent_collection_] == tag) {
            return recent_collection_;
        }
        return tags_.find(tag);
    }

    [[nodiscard]] std::uint32_t number_collection(std::uint32_t tag) {
        std::uint32_t number = find_collection(tag);
        if (number == none) {
            number = tags_.intern(tag);
            collections_.emplace_back();
        }
        recent_collection_ = number;
        return number;
    }

    [[nodiscard]] std::uint32_t row_count(std::uint32_t collection) const noexcept {
        return collections_[collection].records.size();
    }

    [[nodiscard]] const record_id& record(record_ref of) const noexcept {
        return collections_[of.collection].records[of.row];
    }

    [[nodiscard]] std::uint32_t find_row(std::uint32_t collection, const record_id& id) const {
        return collections_[collection].records.find(id);
    }

    [[nodiscard]] std::uint32_t
    number_row(std::uint32_t collection, const record_id& id, op_index at) {
        collection_entry& in = collections_[collection];
        const std::uint32_t row = in.records.intern(id);
        note(in.first_use, row, at);
        return row;
    }

    // --- shapes and schema versions

    [[nodiscard]] const shape_table& shapes() const noexcept { return shapes_; }

    [[nodiscard]] std::uint32_t number_shape(std::uint32_t collection,
                                             mutation_kind kind,
                                             lean_span<effect_entry> effects,
                                             op_index at) {
        const std::uint32_t number = shapes_.intern(collection, kind, effects);
        note(shape_first_use_, number, at);
        return number;
    }

    [[nodiscard]] std::uint32_t version(std::uint32_t number) const noexcept {
        return static_cast<std::uint32_t>(versions_[number]);
    }

    [[nodiscard]] std::uint32_t number_version(std::uint32_t version, op_index at) {
        if (recent_version_ < versions_.size() && versions_[recent_version_] == version) {
            return recent_version_;
        }
        const std::uint32_t number = versions_.intern(version);
        note(version_first_use_, number, at);
        recent_version_ = number;
        return number;
    }

    // --- taking back

    /// Forgets the names that operations from `size` on used first, and the actors from the
    /// `actors`-th on. Also puts right what a failed call left. Allocates nothing.
    /// O(forgotten + collections).
    void truncate(op_index size, std::uint32_t actors) {
        shapes_.truncate(trim(shape_first_use_, size));
        versions_.truncate(trim(version_first_use_, size));
        for (collection_entry& one : collections_) {
            one.records.truncate(trim(one.first_use, size));
        }
        while (!collections_.empty() && collections_.back().first_use.empty()) {
            collections_.pop_back();
        }
        tags_.truncate(collection_count());
        actors_.truncate(actors);
        if (actor_bytes_.size() > actors * identifier_traits<actor_id>::size) {
            actor_bytes_.resize(actors * identifier_traits<actor_id>::size);
        }
    }

    /// Bytes held, allocated ones counted; hash tables by estimate.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        std::size_t sum = shapes_.memory_bytes() + actor_bytes_.capacity() + table_bytes(actors_) +
                          table_bytes(tags_);
        for (const collection_entry& one : collections_) {
            sum += sizeof one + table_bytes(one.records) + one.first_use.capacity() * 4;
        }
        return sum;
    }

private:
    struct collection_entry {
        interner<record_id> records;
        lean_vector<op_index> first_use;  ///< by row
    };

    static void note(lean_vector<op_index>& first_use, std::uint32_t number, op_index at) {
        if (number == first_use.size()) {
            first_use.push_back(at);
        }
    }

    [[nodiscard]] static std::uint32_t trim(lean_vector<op_index>& first_use,
                                            op_index size) noexcept {
        while (!first_use.empty() && first_use.back() >= size) {
            first_use.pop_back();
        }
        return static_cast<std::uint32_t>(first_use.size());
    }

    template <class Key>
    [[nodiscard]] static std::size_t table_bytes(const interner<Key>& names) noexcept {
        return names.keys().capacity() * sizeof(Key) +
               names.size() * (sizeof(Key) + sizeof(std::uint32_t) + 2) * 4 / 3;
    }

    interner<actor_id> actors_;
    lean_vector<std::byte> actor_bytes_;  ///< canonical ids by slot
    interner<std::uint64_t> tags_;        // one type of table for all numbers: less to compile
    lean_vector<collection_entry> collections_;
    shape_table shapes_;
    lean_vector<op_index> shape_first_use_;
    interner<std::uint64_t> versions_;
    lean_vector<op_index> version_first_use_;

    // Programs mostly go on with what they used last.
    std::uint32_t recent_actor_ = 0;
    std::uint32_t recent_collection_ = 0;
    std::uint32_t recent_version_ = 0;
};

}  // namespace weft

#endif
