/// What a replica is made of besides its schema: the types of identifiers, the hasher of content
/// addresses, and where time and randomness come from. Derive from default_traits to change one.
#ifndef WEFT_CAUSAL_TRAITS_HPP
#define WEFT_CAUSAL_TRAITS_HPP

#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/base/random.hpp>
#include <weft/causal/hybrid_clock.hpp>

namespace weft {

struct default_traits {
    using actor_id = uuid;
    using record_id = uuid;
    using hasher = xxh3_128;
    using wall_clock = system_wall_clock;
    using random = system_random;
};

/// Whether T has all five, each of its kind. For use as
/// `static_assert(replica_traits<T>, "weft: ...")`; the compiler's note names the part that fails.
template <class T>
concept replica_traits = identifier<typename T::actor_id> && identifier<typename T::record_id> &&
    hasher<typename T::hasher> && wall_clock<typename T::wall_clock> &&
    random_source<typename T::random>;

static_assert(replica_traits<default_traits>);

}  // namespace weft

#endif
