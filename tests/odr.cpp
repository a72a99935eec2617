/// Compiled twice and linked twice into every test executable: a function that a header forgot to
/// declare inline, or a variable, is then defined more than once and the link fails.
#include <weft/version.hpp>
#if __has_include(<weft/weft.hpp>)
#    include <weft/weft.hpp>
#endif

namespace weft::test {

#if WEFT_ODR_UNIT == 1
int first_unit() {
    return WEFT_VERSION_MAJOR;
}
#else
int second_unit() {
    return WEFT_VERSION_MAJOR;
}
#endif

}  // namespace weft::test
