/// The collections of a program, and the table by which two builds compare what they know: for
/// every collection and field the tag and the wire kind. The version is the user's own number; it
/// travels in every operation and changes nothing by itself.
#ifndef WEFT_MODEL_SCHEMA_HPP
#define WEFT_MODEL_SCHEMA_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/model/collection.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>

namespace weft {

/// What one tag means: field 0 is the record itself, its kind the record rule's.
struct schema_entry {
    std::uint32_t collection = 0;
    std::uint32_t field = 0;
    std::uint32_t kind = 0;

    friend constexpr auto operator<=>(const schema_entry&, const schema_entry&) = default;
};

namespace detail {

template <class Record, class... Collections>
[[nodiscard]] constexpr std::size_t collection_number() {
    std::size_t number = 0;
    static_cast<void>(
        ((std::is_same_v<Record, typename Collections::record_type> || (++number, false)) || ...));
    return number;
}

template <std::size_t Count>
constexpr void sort_entries(std::array<schema_entry, Count>& entries) {
    for (std::size_t i = 1; i < Count; ++i) {
        const schema_entry entry = entries[i];
        std::size_t at = i;
        for (; at > 0 && entry < entries[at - 1]; --at) {
            entries[at] = entries[at - 1];
        }
        entries[at] = entry;
    }
}

template <class... Collections>
[[nodiscard]] constexpr bool distinct_collections() {
    const std::array<std::uint32_t, sizeof...(Collections)> tags{Collections::tag...};
    for (std::size_t i = 0; i < tags.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            if (tags[i] == tags[k]) {
                return false;
            }
        }
    }
    return ((collection_number<typename Collections::record_type, Collections...>() <
             sizeof...(Collections)) &&
            ...);
}

template <class... Collections>
[[nodiscard]] constexpr bool one_record_each() {
    std::size_t place = 0;
    return ((collection_number<typename Collections::record_type, Collections...>() == place++) &&
            ...);
}

}  // namespace detail

template <std::uint32_t Version, class... Collections>
struct schema {
    static_assert(sizeof...(Collections) > 0, "weft: a schema needs at least one weft::collection");
    static_assert(sizeof...(Collections) <= 255, "weft: a schema has at most 255 collections");
    static_assert(detail::distinct_collections<Collections...>(),
                  "weft: two collections have the same name or the same tag; rename one");
    static_assert(detail::one_record_each<Collections...>(),
                  "weft: one struct describes two collections; derive a struct for the second");

    static constexpr std::uint32_t version = Version;
    static constexpr std::size_t count = sizeof...(Collections);
    static constexpr std::array<std::uint32_t, count> tags{Collections::tag...};
    using collections = std::tuple<Collections...>;

    /// The number of the collection of Record.
    template <class Record>
    static constexpr std::size_t number_of = detail::collection_number<Record, Collections...>();

    /// The number of the collection with this tag, or count.
    [[nodiscard]] static constexpr std::size_t find(std::uint32_t tag) noexcept {
        std::size_t number = 0;
        while (number < count && tags[number] != tag) {
            ++number;
        }
        return number;
    }

    static constexpr std::size_t entry_count =
        (std::size_t{0} + ... + (1 + Collections::fields::count));

    /// All tags and kinds, ascending.
    [[nodiscard]] static constexpr std::array<schema_entry, entry_count> entries() {
        std::array<schema_entry, entry_count> all{};
        std::size_t next = 0;
        (
            [&] {
                all[next++] = {Collections::tag, 0, Collections::kind};
                for (std::size_t i = 0; i < Collections::fields::count; ++i) {
                    all[next++] = {Collections::tag, Collections::fields::tags[i],
                                   Collections::fields::kinds[i]};
                }
            }(),
            ...);
        detail::sort_entries(all);
        return all;
    }

    static constexpr std::array<schema_entry, entry_count> table = entries();
};

/// A number for a schema's table: equal tables, equal fingerprints. For a first, cheap comparison;
/// `conflict` says what really stands in the way.
template <class Schema>
[[nodiscard]] digest<16> fingerprint() {
    byte_buffer bytes;
    byte_writer out(bytes);
    for (const schema_entry& entry : Schema::table) {
        out.u32(entry.collection);
        out.u32(entry.field);
        out.u32(entry.kind);
    }
    return xxh3_128::hash(bytes);
}

/// The first tag that two tables, each ascending, use with different kinds; tags that only one has
/// are no obstacle. O(entries).
[[nodiscard]] constexpr std::optional<schema_entry>
conflict(std::span<const schema_entry> mine, std::span<const schema_entry> theirs) noexcept {
    std::size_t i = 0;
    std::size_t k = 0;
    while (i < mine.size() && k < theirs.size()) {
        const schema_entry a{mine[i].collection, mine[i].field, 0};
        const schema_entry b{theirs[k].collection, theirs[k].field, 0};
        if (a == b && mine[i].kind != theirs[k].kind) {
            return mine[i];
        }
        i += a <= b ? 1U : 0U;
        k += b <= a ? 1U : 0U;
    }
    return std::nullopt;
}

}  // namespace weft

#endif
