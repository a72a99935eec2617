/// What the sets' models share: an event means, per element, the last of its edits; a clear means
/// the removal of what its writer saw.
#ifndef WEFT_TESTS_MERGE_SET_MODEL_HPP
#define WEFT_TESTS_MERGE_SET_MODEL_HPP

#include "merge/laws.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace weft::test {

template <class T>
struct edited_elements {
    std::map<exactly<T>, bool> adds;  ///< false: removes

    void clear(const std::set<exactly<T>>& seen) {
        adds.clear();
        for (const auto& element : seen) {
            adds[element] = false;
        }
    }

    void settle() const {}
};

template <class P>
struct set_model {
    using element = typename P::value_type;
    using meaning = edited_elements<element>;
    using visible = std::set<exactly<element>>;
    static constexpr bool changes_are_exact = true;

    static P detached(chance& random) {
        P wanted;
        for (std::size_t left = random.below(5); left > 0; --left) {
            wanted.insert(hostile<element>(random));
        }
        return wanted;
    }

    static visible read(const P& state) {
        visible elements;
        std::size_t count = 0;
        for (const element& each : state) {
            RC_ASSERT(state.contains(each));
            elements.emplace(each);
            ++count;
        }
        RC_ASSERT(count == state.size());
        RC_ASSERT(count == elements.size());
        RC_ASSERT(state.empty() == elements.empty());
        const auto sorted = state.value();
        RC_ASSERT(sorted.size() == count);
        for (std::size_t i = 1; i < count; ++i) {
            RC_ASSERT(value_less(sorted[i - 1], sorted[i]));
        }
        return elements;
    }

    /// What the editor must say of an element now.
    static bool staged(const meaning& what, const visible& seen, const exactly<element>& each) {
        const auto found = what.adds.find(each);
        return found == what.adds.end() ? seen.count(each) != 0 : found->second;
    }

    static std::set<exactly<element>> all_elements(const history<meaning>& all) {
        std::set<exactly<element>> elements;
        for (const auto* each : all) {
            for (const auto& [value, adds] : each->what.adds) {
                elements.insert(value);
            }
        }
        return elements;
    }

    /// Whether the event adds (or removes) the element.
    static bool does(const past_event<meaning>& each, const exactly<element>& value, bool adds) {
        const auto found = each.what.adds.find(value);
        return found != each.what.adds.end() && found->second == adds;
    }
};

/// Sets that can also remove.
template <class P>
struct observed_set_model : set_model<P> {
    using base = set_model<P>;
    using element = typename base::element;
    using typename base::meaning;
    using typename base::visible;
    static constexpr bool has_conflicts = true;

    static meaning replacing(const P& wanted, const visible& seen) {
        meaning what;
        what.clear(seen);
        for (const element& each : wanted) {
            what.adds[exactly<element>(each)] = true;
        }
        return what;
    }

    static void
    edit(typename P::editor& editor, chance& random, meaning& what, const visible& seen) {
        const element value = hostile<element>(random);
        switch (random.below(8)) {
        case 0:
            editor.clear();
            what.clear(seen);
            break;
        case 1:
        case 2:
        case 3:
            editor.erase(value);
            what.adds[exactly<element>(value)] = false;
            break;
        default:
            editor.insert(value);
            what.adds[exactly<element>(value)] = true;
            break;
        }
        const element other = hostile<element>(random);
        RC_ASSERT(editor.contains(value) == base::staged(what, seen, exactly<element>(value)));
        RC_ASSERT(editor.contains(other) == base::staged(what, seen, exactly<element>(other)));
    }
};

}  // namespace weft::test

#endif
