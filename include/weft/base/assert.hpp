/// Contract checks. WEFT_ASSERT guards what only a caller or weft itself can break; bytes from
/// outside are never asserted on, they are answered with a result. On in debug builds, tests and
/// fuzzing (WEFT_CHECKS), gone elsewhere. WEFT_THROW raises an exception where they exist and
/// aborts with the same sentence where they do not (-fno-exceptions).
#ifndef WEFT_BASE_ASSERT_HPP
#define WEFT_BASE_ASSERT_HPP

#include <cstdio>
#include <cstdlib>

#if !defined(WEFT_CHECKS) && !defined(NDEBUG)
#    define WEFT_CHECKS 1
#endif

namespace weft::detail {

[[noreturn]] inline void fail(const char* what, const char* file, int line) noexcept {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): <iostream> is dear
    static_cast<void>(std::fprintf(stderr, "weft: %s (%s:%d)\n", what, file, line));
    std::abort();
}

}  // namespace weft::detail

#if defined(WEFT_CHECKS) && WEFT_CHECKS
#    define WEFT_ASSERT(condition)                                                                 \
        (static_cast<bool>(condition)                                                              \
             ? static_cast<void>(0)                                                                \
             : ::weft::detail::fail("contract broken: " #condition, __FILE__, __LINE__))
#else
#    define WEFT_ASSERT(condition) static_cast<void>(0)
#endif

#if defined(__cpp_exceptions)
#    define WEFT_THROW(exception, what) throw exception
#    define WEFT_TRY try
#    define WEFT_CATCH_ALL catch (...)
#    define WEFT_RETHROW throw
#else
#    define WEFT_THROW(exception, what) ::weft::detail::fail(what, __FILE__, __LINE__)
#    define WEFT_TRY if constexpr (true)
#    define WEFT_CATCH_ALL else
#    define WEFT_RETHROW static_cast<void>(0)
#endif

#endif
