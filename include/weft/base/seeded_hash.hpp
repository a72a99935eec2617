/// Keyed hashing for tables whose keys a peer may choose: without a secret, a peer could send keys
/// that all fall into one bucket. The seed is drawn once per process and never reaches a result:
/// no output of weft depends on the order of a table. Not for content addresses (hasher.hpp).
#ifndef WEFT_BASE_SEEDED_HASH_HPP
#define WEFT_BASE_SEEDED_HASH_HPP

#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/base/random.hpp>

namespace weft {

/// The process's table seed. Define WEFT_TABLE_SEED to fix it, for instance while debugging.
[[nodiscard]] inline std::uint64_t table_seed() {
#ifdef WEFT_TABLE_SEED
    return WEFT_TABLE_SEED;
#else
    static const std::uint64_t seed = system_random{}();
    return seed;
#endif
}

/// Hash function object for identifiers and digests: XXH3 of the canonical bytes under the
/// process's seed. 2-3 ns for 16 bytes. Noexcept; carries its seed, so copies agree.
struct seeded_hash {
    using is_avalanching = void;  ///< boost::unordered: no further mixing needed

    std::uint64_t seed = table_seed();

    template <identifier Id>
    [[nodiscard]] std::size_t operator()(const Id& id) const noexcept {
        std::byte bytes[identifier_traits<Id>::size];
        identifier_traits<Id>::write(id, bytes);
        return static_cast<std::size_t>(xxh3_64(byte_span(bytes), seed));
    }

    template <std::size_t Size>
    [[nodiscard]] std::size_t operator()(const digest<Size>& value) const noexcept {
        return static_cast<std::size_t>(xxh3_64(byte_span(value.bytes), seed));
    }

    [[nodiscard]] std::size_t operator()(byte_span bytes) const noexcept {
        return static_cast<std::size_t>(xxh3_64(bytes, seed));
    }
};

}  // namespace weft

#endif
