/// Where randomness enters. A random source is a callable that gives 64 bits; replicas take one
/// through their environment, so that a run is a function of its seed. system_random asks the
/// operating system (getentropy, else std::random_device); splitmix64 is the seedable one for
/// tests and simulation, never for ids that leave a test.
#ifndef WEFT_BASE_RANDOM_HPP
#define WEFT_BASE_RANDOM_HPP

#include <concepts>
#include <cstdint>

#if defined(__unix__) || defined(__APPLE__)
#    include <unistd.h>
#    if defined(__APPLE__)
#        include <sys/random.h>
#    endif
#else
#    include <random>
#endif

#include <weft/base/assert.hpp>

namespace weft {

/// A source of 64 independent random bits per call.
template <class R>
concept random_source = requires(R& r) {
    { r() } -> std::same_as<std::uint64_t>;
};

/// The operating system's generator. Thread-safe. Aborts if the system has no entropy at all.
struct system_random {
    using result_type = std::uint64_t;

    std::uint64_t operator()() const {
        std::uint64_t value = 0;
#if defined(__unix__) || defined(__APPLE__)
        if (::getentropy(&value, sizeof value) != 0) {
            detail::fail("the system has no random numbers", __FILE__, __LINE__);
        }
#else
        std::random_device device;
        value = (std::uint64_t{device()} << 32U) | device();
#endif
        return value;
    }
};

/// SplitMix64 (Steele, Lea, Flood 2014): tiny, seedable, reproducible everywhere. Not secret.
struct splitmix64 {
    using result_type = std::uint64_t;

    std::uint64_t state = 0;

    constexpr std::uint64_t operator()() noexcept {
        std::uint64_t z = (state += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
};

}  // namespace weft

#endif
