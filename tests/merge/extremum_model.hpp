/// The model of max and min: the end of what was ever written, searched by hand.
#ifndef WEFT_TESTS_MERGE_EXTREMUM_MODEL_HPP
#define WEFT_TESTS_MERGE_EXTREMUM_MODEL_HPP

#include <weft/merge/extremum.hpp>

#include "merge/register_model.hpp"

#include <cmath>

namespace weft::test {

/// The order of values, said again without codecs.
inline bool plainly_less(std::int64_t a, std::int64_t b) {
    return a < b;
}

inline bool plainly_less(const std::string& a, const std::string& b) {
    return a < b;
}

inline bool plainly_less(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) {
        return !std::isnan(a);
    }
    return a < b || (a == b && std::signbit(a) && !std::signbit(b));
}

template <class T, class End>
struct model<extremum<T, End>> : register_model<extremum<T, End>> {
    static constexpr bool order_is_own = true;

    using base = register_model<extremum<T, End>>;
    using typename base::meaning;
    using typename base::visible;

    static bool beats(const T& a, const T& b) {
        if (visible(a) == visible(b)) {
            return false;
        }
        return End::greatest ? plainly_less(b, a) : plainly_less(a, b);
    }

    static void edit(typename extremum<T, End>::editor& editor,
                     chance& random,
                     meaning& what,
                     const visible& /*seen*/) {
        const T value = hostile<T>(random);
        if (!what.assigned || beats(value, what.value)) {
            what = {value, true};
        }
        editor = value;
        RC_ASSERT(!beats(value, editor.value()));
    }

    static visible expected(const history<meaning>& all) {
        const T* best = nullptr;
        for (const auto* each : all) {
            if (best == nullptr || beats(each->what.value, *best)) {
                best = &each->what.value;
            }
        }
        return visible(best == nullptr ? T{} : *best);
    }
};

}  // namespace weft::test

#endif
