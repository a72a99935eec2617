/// Lists of (actor, number), sorted by actor, at most one entry an actor, numbers from 1: the shape
/// that version vectors and frontiers share, its search and its canonical bytes: a varint n, then n
/// times the actor's canonical bytes and the number as a varint. An Entry is any aggregate of an
/// actor id and a sequence, in this order.
#ifndef WEFT_CAUSAL_ACTOR_LIST_HPP
#define WEFT_CAUSAL_ACTOR_LIST_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/id.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/dot.hpp>

#include <cstddef>
#include <limits>
#include <span>

namespace weft {

/// The position of actor's entry, or where it belongs. O(log n).
template <class ActorId, class Entry>
[[nodiscard]] constexpr std::size_t actor_position(std::span<const Entry> entries,
                                                   const ActorId& actor) noexcept {
    std::size_t first = 0;
    std::size_t count = entries.size();
    while (count > 0) {
        const std::size_t half = count / 2;
        if (entries[first + half].actor < actor) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first;
}

/// Appends the canonical bytes. O(n); throws only bad_alloc.
template <class Entry>
void write_actor_list(byte_writer& out, std::span<const Entry> entries) {
    out.varint(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto& [actor, number] = entries[i];
        using traits = identifier_traits<std::remove_cvref_t<decltype(actor)>>;
        std::byte id[traits::size];
        traits::write(actor, id);
        out.append(id);
        out.varint(number);
    }
}

/// Reads canonical bytes and advances `in`; on an error `in` stays where it is. Allocates at most
/// what the bytes that are there can hold. Errors: truncated, not_shortest; too_large if n entries
/// can't fit into what is left; not_sorted; out_of_range for the number 0 or one above 2^32-1.
template <class ActorId, class Entry>
[[nodiscard]] result<lean_vector<Entry>> read_actor_list(byte_reader& in) {
    using traits = identifier_traits<ActorId>;
    byte_reader at = in;
    const auto n = at.varint();
    if (!n) {
        return n.error();
    }
    if (*n > at.remaining() / (traits::size + 1)) {
        return {errc::too_large, in.offset()};
    }
    lean_vector<Entry> entries;
    entries.reserve(static_cast<std::size_t>(*n));
    for (std::uint64_t i = 0; i < *n; ++i) {
        const std::size_t id_offset = at.offset();
        const auto id = at.bytes(traits::size);
        if (!id) {
            return id.error();
        }
        const ActorId actor = traits::read(id->data());
        if (!entries.empty() && !(entries.back().actor < actor)) {
            return {errc::not_sorted, id_offset};
        }
        const std::size_t number_offset = at.offset();
        const auto number = at.varint(std::numeric_limits<sequence>::max());
        if (!number) {
            return number.error();
        }
        if (*number == 0) {
            return {errc::out_of_range, number_offset};
        }
        entries.push_back(Entry{actor, static_cast<sequence>(*number)});
    }
    in = at;
    return entries;
}

}  // namespace weft

#endif
