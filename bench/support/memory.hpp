/// Heap in use, as the C library counts it: what a data structure costs, its allocator's rounding
/// included. Zero where the C library does not say.
#ifndef WEFT_BENCH_SUPPORT_MEMORY_HPP
#define WEFT_BENCH_SUPPORT_MEMORY_HPP

#include <cstddef>

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
#    include <malloc.h>
#endif

namespace weft::bench {

/// Bytes allocated and not freed. O(1), a few microseconds.
[[nodiscard]] inline std::size_t heap_bytes() noexcept {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

}  // namespace weft::bench

#endif
