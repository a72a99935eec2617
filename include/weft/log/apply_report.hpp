/// What became of operations that came in, for the caller of apply(): counted, or named.
#ifndef WEFT_LOG_APPLY_REPORT_HPP
#define WEFT_LOG_APPLY_REPORT_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/base/result.hpp>
#include <weft/causal/dot.hpp>

#include <cstdint>

namespace weft {

/// What became of the operations of a batch, and what came of it. Every operation of the batch is
/// counted once: applied, known, parked or refused. On top come those that were parked before:
/// released, or named in `refused` too.
template <class Traits>
struct apply_report {
    using dot_type = dot<typename Traits::actor_id>;
    using address = typename Traits::hasher::digest_type;

    struct refusal {
        dot_type operation{};
        errc why{};
    };

    /// Two operations under one dot; reported once. Ours stays.
    struct equivocation {
        dot_type operation{};
        address held{};
        address refused{};
    };

    /// An effect for a known field that can't be decoded, or of another kind.
    struct void_entry {
        dot_type operation{};
        std::uint32_t collection = 0;  ///< tag
        std::uint32_t field = 0;       ///< tag
    };

    std::uint32_t applied = 0;
    std::uint32_t known = 0;
    std::uint32_t parked = 0;
    std::uint32_t released = 0;  ///< parked before, applied now
    lean_vector<refusal> refused;
    lean_vector<equivocation> equivocations;
    lean_vector<void_entry> voids;
    lean_vector<dot_type> missing;  ///< what parked operations wait for: ask for it
    bool actor_reused = false;      ///< an unknown operation bears this replica's own actor id
};

}  // namespace weft

#endif
