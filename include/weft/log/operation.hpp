/// An operation in its two forms. `operation` is the border form: full ids, content addresses,
/// meaningful on every replica; builders make it, batches carry it, its canonical form is hashed.
/// `local_operation` is the same inside one replica: slots, rows, local dots; the log stores it
/// and the state applies it. Both are flat: mutations, effects, dots and payload bytes lie in four
/// arrays and refer to each other by position, so a reused object allocates nothing.
///
/// Well formed means: sequence >= 1; parents strictly ascending by dot, none by the same actor but
/// an earlier one; per mutation effects strictly ascending by field tag, record-level dots strictly
/// ascending; an update has at least one effect, a delete none. Decoders and builders guarantee it.
/// Whether it is admissible depends on its causal past, and is replica's question.
#ifndef WEFT_LOG_OPERATION_HPP
#define WEFT_LOG_OPERATION_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/timestamp.hpp>
#include <weft/merge/mutation_kind.hpp>

#include <cstdint>

namespace weft {

/// A part of one of an operation's arrays.
struct slice {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    friend constexpr bool operator==(const slice&, const slice&) = default;
};

/// One field's part of a mutation.
struct effect_entry {
    std::uint32_t field = 0;  ///< tag of the field's name
    std::uint32_t kind = 0;   ///< wire kind of the policy that wrote it
    slice observed{};         ///< in observed
    slice payload{};          ///< in payload, bytes
    friend constexpr bool operator==(const effect_entry&, const effect_entry&) = default;
};

template <class RecordId>
struct mutation_entry {
    std::uint32_t collection = 0;  ///< tag of the collection's name
    mutation_kind kind = mutation_kind::update;
    RecordId record{};
    slice observed{};  ///< record-level dots (merge/record_rule.hpp)
    slice effects{};
    friend constexpr bool operator==(const mutation_entry&, const mutation_entry&) = default;
};

template <class ActorId, class Address>
struct parent_entry {
    dot<ActorId> operation{};
    Address address{};
    friend constexpr bool operator==(const parent_entry&, const parent_entry&) = default;
};

/// The order of an operation's parents: by dot.
struct parents_in_order {
    template <class Parent>
    [[nodiscard]] constexpr bool operator()(const Parent& a, const Parent& b) const noexcept {
        return (a.operation) < (b.operation);
    }
};

/// Border form. A value; clear() keeps the capacity.
template <class Traits>
struct operation {
    using actor_id = typename Traits::actor_id;
    using record_id = typename Traits::record_id;
    using address = typename Traits::hasher::digest_type;

    dot<actor_id> id{};
    timestamp at{};
    std::uint32_t schema_version = 0;
    lean_vector<parent_entry<actor_id, address>> parents;
    lean_vector<mutation_entry<record_id>> mutations;
    lean_vector<effect_entry> effects;
    lean_vector<event_dot<actor_id>> observed;
    byte_buffer payload;

    [[nodiscard]] byte_span payload_of(const effect_entry& e) const noexcept {
        return {payload.data() + e.payload.first, e.payload.count};
    }

    [[nodiscard]] lean_span<event_dot<actor_id>> observed_of(slice s) const noexcept {
        return {observed.data() + s.first, s.count};
    }

    [[nodiscard]] lean_span<effect_entry>
    effects_of(const mutation_entry<record_id>& m) const noexcept {
        return {effects.data() + m.effects.first, m.effects.count};
    }

    void clear() noexcept {
        id = {};
        at = {};
        schema_version = 0;
        parents.clear();
        mutations.clear();
        effects.clear();
        observed.clear();
        payload.clear();
    }

    friend bool operator==(const operation&, const operation&) = default;
};

/// A record inside one replica: the number that the log gave its collection, and its row there.
struct record_ref {
    std::uint32_t collection = 0;
    std::uint32_t row = 0;
    friend constexpr auto operator<=>(const record_ref&, const record_ref&) = default;
};

struct local_mutation {
    record_ref record{};
    mutation_kind kind = mutation_kind::update;
    slice observed{};
    slice effects{};
};

/// Local form; parents are the graph's. Payloads view the log's bytes (or the builder's).
struct local_operation {
    local_dot id{};
    timestamp at{};
    std::uint32_t schema_version = 0;
    lean_vector<local_mutation> mutations;
    lean_vector<effect_entry> effects;
    lean_vector<local_event> observed;
    byte_span payload;

    [[nodiscard]] byte_span payload_of(const effect_entry& e) const noexcept {
        return payload.subspan(e.payload.first, e.payload.count);
    }

    [[nodiscard]] lean_span<local_event> observed_of(slice s) const noexcept {
        return {observed.data() + s.first, s.count};
    }

    [[nodiscard]] lean_span<effect_entry> effects_of(const local_mutation& m) const noexcept {
        return {effects.data() + m.effects.first, m.effects.count};
    }

    void clear() noexcept {
        id = {};
        at = {};
        schema_version = 0;
        mutations.clear();
        effects.clear();
        observed.clear();
        payload = {};
    }
};

}  // namespace weft

#endif
