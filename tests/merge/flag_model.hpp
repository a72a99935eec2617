/// The model of enable_wins and disable_wins: what the maximal events say.
#ifndef WEFT_TESTS_MERGE_FLAG_MODEL_HPP
#define WEFT_TESTS_MERGE_FLAG_MODEL_HPP

#include <weft/merge/observed_flag.hpp>

#include "merge/register_model.hpp"

namespace weft::test {

template <class Rule>
struct model<observed_flag<Rule>> {
    using flag = observed_flag<Rule>;
    using meaning = assigned_value<bool>;
    using visible = bool;
    static constexpr bool changes_are_exact = true;
    static constexpr bool has_conflicts = true;

    static flag detached(chance& random) { return flag(random.one_in(2)); }

    static meaning replacing(const flag& wanted, const visible& /*seen*/) {
        return {wanted.value(), true};
    }

    static void
    edit(typename flag::editor& editor, chance& random, meaning& what, const visible& /*seen*/) {
        what = {random.one_in(2), true};
        if (random.one_in(2)) {
            editor = what.value;
        } else if (what.value) {
            editor.enable();
        } else {
            editor.disable();
        }
        RC_ASSERT(editor.value() == what.value);
    }

    static visible read(const flag& state) { return state.value(); }

    static visible expected(const history<meaning>& all) {
        bool any = false;
        bool enabled = false;
        bool disabled = false;
        for (const auto* each : maximal(all)) {
            any = true;
            (each->what.value ? enabled : disabled) = true;
        }
        return Rule::winner ? enabled : any && !disabled;
    }
};

}  // namespace weft::test

#endif
