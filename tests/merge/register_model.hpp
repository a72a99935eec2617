/// What the registers' models share: an event means one assigned value.
#ifndef WEFT_TESTS_MERGE_REGISTER_MODEL_HPP
#define WEFT_TESTS_MERGE_REGISTER_MODEL_HPP

#include "merge/laws.hpp"

namespace weft::test {

template <class T>
struct assigned_value {
    T value{};
    bool assigned = false;

    void settle() const { RC_ASSERT(assigned); }
};

template <class P>
struct register_model {
    using value_type = typename P::value_type;
    using meaning = assigned_value<value_type>;
    using visible = exactly<value_type>;
    static constexpr bool changes_are_exact = true;
    static constexpr bool has_conflicts = true;

    static P detached(chance& random) { return P(hostile<value_type>(random)); }

    static meaning replacing(const P& wanted, const visible& /*seen*/) {
        return {wanted.value(), true};
    }

    static visible read(const P& state) { return visible(state.value()); }
};

}  // namespace weft::test

#endif
