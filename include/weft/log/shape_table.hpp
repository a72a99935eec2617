/// Shapes: what a mutation is apart from its record and its values, (collection, kind, fields with
/// their wire kinds). Programs write the same few shapes over and over, so the log and the wire
/// name each once and store a number per mutation. Lookup by content is O(fields): the shape of
/// the same first field is tried first, then a table under the process's keyed hash.
#ifndef WEFT_LOG_SHAPE_TABLE_HPP
#define WEFT_LOG_SHAPE_TABLE_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/interner.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/seeded_hash.hpp>
#include <weft/log/operation.hpp>

#include <cstdint>

namespace weft {

/// A field of a shape: its tag, and the wire kind of the policy that wrote it.
struct shape_field {
    std::uint32_t tag = 0;
    std::uint32_t kind = 0;
    friend constexpr auto operator<=>(const shape_field&, const shape_field&) = default;
};

class shape_table {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct shape {
        std::uint32_t collection = 0;  ///< a number or a tag, as the owner of the table likes
        mutation_kind kind = mutation_kind::update;
        slice fields{};

    private:
        friend shape_table;
        std::uint32_t hash_ = 0;     ///< number in hashes_
        std::uint32_t next_ = none;  ///< the earlier shape with the same hash
    };

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(shapes_.size());
    }

    [[nodiscard]] const shape& operator[](std::uint32_t number) const noexcept {
        return shapes_[number];
    }

    [[nodiscard]] lean_span<shape_field> fields(const shape& of) const noexcept {
        return {fields_.data() + of.fields.first, of.fields.count};
    }

    /// The number of the shape of a mutation with these effects, or none. O(effects).
    [[nodiscard]] std::uint32_t find(std::uint32_t collection,
                                     mutation_kind kind,
                                     lean_span<effect_entry> effects) const noexcept {
        const std::uint32_t recent = recent_[recent_slot(collection, kind, effects)];
        if (recent < shapes_.size() && is(shapes_[recent], collection, kind, effects)) {
            return recent;
        }
        return find_by_hash(hash_of(collection, kind, effects), collection, kind, effects);
    }

    /// The same, adding the shape if it is new. Strong guarantee.
    std::uint32_t
    intern(std::uint32_t collection, mutation_kind kind, lean_span<effect_entry> effects) {
        const std::uint32_t recent = recent_[recent_slot(collection, kind, effects)];
        if (recent < shapes_.size() && is(shapes_[recent], collection, kind, effects)) {
            return recent;
        }
        return intern_by_hash(collection, kind, effects);
    }

    /// Forgets the newest shapes, so that `size` are left. Allocates nothing.
    void truncate(std::uint32_t size) noexcept {
        while (shapes_.size() > size) {
            const shape& last = shapes_.back();
            if (last.next_ == none) {
                hashes_.truncate(last.hash_);  // it came with this shape
                newest_.pop_back();
            } else {
                newest_[last.hash_] = last.next_;
            }
            fields_.erase(fields_.begin() + last.fields.first, fields_.end());
            shapes_.pop_back();
        }
    }

    /// Bytes held, allocated ones counted.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return shapes_.capacity() * sizeof(shape) + fields_.capacity() * sizeof(shape_field) +
               hashes_.size() * std::size_t{32};
    }

private:
    static constexpr std::size_t recent_size = 64;

    [[nodiscard]] static std::size_t recent_slot(std::uint32_t collection,
                                                 mutation_kind kind,
                                                 lean_span<effect_entry> effects) noexcept {
        // Only a hint: any mix will do, and a bad one costs a table lookup.
        std::uint32_t mix = collection + static_cast<std::uint32_t>(kind);
        if (!effects.empty()) {
            mix += effects.front().field;
        }
        return (mix * 0x9E3779B1U) >> 26U;
    }

    [[nodiscard]] static std::uint64_t hash_of(std::uint32_t collection,
                                               mutation_kind kind,
                                               lean_span<effect_entry> effects) noexcept {
        std::byte words[8];
        store_le<4>(words, collection);
        store_le<4>(words + 4, static_cast<std::uint32_t>(kind));
        std::uint64_t hash = xxh3_64(words, table_seed());
        for (const effect_entry& effect : effects) {
            store_le<4>(words, effect.field);
            store_le<4>(words + 4, effect.kind);
            hash = xxh3_64(words, hash);
        }
        return hash;
    }

    [[nodiscard]] bool is(const shape& one,
                          std::uint32_t collection,
                          mutation_kind kind,
                          lean_span<effect_entry> effects) const noexcept {
        if (one.collection != collection || one.kind != kind ||
            one.fields.count != effects.size()) {
            return false;
        }
        const shape_field* field = fields_.data() + one.fields.first;
        for (const effect_entry& effect : effects) {
            if (field->tag != effect.field || field->kind != effect.kind) {
                return false;
            }
            ++field;
        }
        return true;
    }

    [[nodiscard]] std::uint32_t find_by_hash(std::uint64_t hash,
                                             std::uint32_t collection,
                                             mutation_kind kind,
                                             lean_span<effect_entry> effects) const noexcept {
        const std::uint32_t found = hashes_.find(hash);
        std::uint32_t number = found == interner<std::uint64_t>::none ? none : newest_[found];
        while (number != none && !is(shapes_[number], collection, kind, effects)) {
            number = shapes_[number].next_;
        }
        return number;
    }

    std::uint32_t
    intern_by_hash(std::uint32_t collection, mutation_kind kind, lean_span<effect_entry> effects) {
        const std::uint64_t hash = hash_of(collection, kind, effects);
        std::uint32_t number = find_by_hash(hash, collection, kind, effects);
        if (number == none) {
            number = add(hash, collection, kind, effects);
        }
        recent_[recent_slot(collection, kind, effects)] = number;
        return number;
    }

    std::uint32_t add(std::uint64_t hash,
                      std::uint32_t collection,
                      mutation_kind kind,
                      lean_span<effect_entry> effects) {
        const auto number = static_cast<std::uint32_t>(shapes_.size());
        if (shapes_.size() == shapes_.capacity()) {
            shapes_.reserve(shapes_.empty() ? 8 : 2 * shapes_.size());
        }
        if (fields_.capacity() - fields_.size() < effects.size()) {
            fields_.reserve(2 * fields_.size() + effects.size());
        }
        newest_.reserve_one();
        const std::uint32_t hash_number = hashes_.intern(hash);
        // Nothing below can fail.
        if (hash_number == newest_.size()) {
            newest_.push_back(none);
        }
        std::uint32_t& newest = newest_[hash_number];
        shape fresh;
        fresh.collection = collection;
        fresh.kind = kind;
        fresh.fields = {static_cast<std::uint32_t>(fields_.size()),
                        static_cast<std::uint32_t>(effects.size())};
        fresh.hash_ = hash_number;
        fresh.next_ = newest;
        newest = number;
        shapes_.push_back(fresh);
        for (const effect_entry& effect : effects) {
            fields_.push_back({effect.field, effect.kind});
        }
        return number;
    }

    lean_vector<shape> shapes_;
    lean_vector<shape_field> fields_;
    interner<std::uint64_t> hashes_;     ///< of the contents of shapes
    lean_vector<std::uint32_t> newest_;  ///< by hash number: the newest shape
    std::uint32_t recent_[recent_size]{};
};

}  // namespace weft

#endif
