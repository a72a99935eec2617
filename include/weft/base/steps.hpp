/// Counts elementary steps, so that tests can check how work grows with the input instead of
/// measuring time. Free unless WEFT_COUNT_STEPS is defined; then not thread-safe. A test that
/// defines it also renames the namespace before it includes anything of weft
/// (`#define weft weft_counted`), so that counting functions never meet the others in one program.
#ifndef WEFT_BASE_STEPS_HPP
#define WEFT_BASE_STEPS_HPP

#ifdef WEFT_COUNT_STEPS
#    include <cstdint>

namespace weft::detail {

inline std::uint64_t steps = 0;

}  // namespace weft::detail

#    define WEFT_STEP(n) (::weft::detail::steps += static_cast<std::uint64_t>(n))
#else
#    define WEFT_STEP(n) static_cast<void>(0)
#endif

#endif
