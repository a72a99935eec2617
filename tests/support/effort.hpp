/// How much of a long test is done: all of it, or a part where the sanitizers make everything ten
/// times as slow. A configuration without them does it whole.
#ifndef WEFT_TESTS_SUPPORT_EFFORT_HPP
#define WEFT_TESTS_SUPPORT_EFFORT_HPP

#include <cstdint>

namespace weft::test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
inline constexpr bool sanitized = true;
#    else
inline constexpr bool sanitized = false;
#    endif
#else
inline constexpr bool sanitized = false;
#endif

/// Of what is counted in steps of one, take steps of that: 1, or `n` under the sanitizers.
[[nodiscard]] constexpr std::uint32_t stride(std::uint32_t n) noexcept {
    return sanitized ? n : 1;
}

}  // namespace weft::test

#endif
