/// The oracle of map_of: an update of a key counts unless a removal of the key had seen it; a key
/// is there while one counts, and its value is what the oracle of the inner policy makes of those
/// that count, as if there had never been others. `inner_oracle<P>` says what an inner policy's
/// edits mean: as a model does, and
///     static meaning removing(const visible& seen);      what a removal of its key means
///     static bool nothing(const meaning&, const visible& seen, bool removed);
#ifndef WEFT_TESTS_MERGE_MAP_MODEL_HPP
#define WEFT_TESTS_MERGE_MAP_MODEL_HPP

#include <weft/merge/map_of.hpp>

#include "merge/laws.hpp"

#include <map>
#include <set>
#include <vector>

namespace weft::test {

template <class P>
struct inner_oracle;

/// Few keys, so that they meet.
template <class K>
K some_key(chance& random) {
    if constexpr (std::same_as<K, std::string>) {
        static const std::string keys[] = {"", "a", std::string("b\0", 2), "a long one, on a heap"};
        return keys[random.below(4)];
    } else {
        return static_cast<K>(static_cast<int>(random.below(4)) - 1);
    }
}

/// Registers: an edit means the last value that it assigned. `Read` of the survivors is left.
template <class P>
struct register_oracle {
    using value_type = typename P::value_type;

    struct meaning {
        value_type value{};
        bool assigned = false;
    };

    static P detached(chance& random) { return P(hostile<value_type>(random)); }

    static meaning replacing(const P& wanted) { return {wanted.value(), true}; }

    template <class Visible>
    static meaning removing(const Visible& /*seen*/) {
        return {};
    }

    template <class Visible>
    static bool nothing(const meaning& what, const Visible& /*seen*/, bool /*removed*/) {
        return !what.assigned;
    }
};

template <class K, class P>
struct map_oracle {
    using inner = inner_oracle<P>;
    using field = map_of<K, P>;

    struct key_meaning {
        bool removes = false;
        bool touches = false;
        bool counts = false;  ///< the key is there afterwards
        typename inner::meaning what{};
    };

    struct meaning {
        std::map<exactly<K>, key_meaning> keys;

        void settle() const {}
    };

    using visible = std::map<exactly<K>, typename inner::visible>;
    static constexpr bool changes_are_exact = false;
    static constexpr bool has_conflicts = inner::has_conflicts;

    static typename inner::visible fresh() { return inner::read(P{}); }

    static typename inner::visible seen_at(const visible& seen, const exactly<K>& key) {
        const auto found = seen.find(key);
        return found == seen.end() ? fresh() : found->second;
    }

    static field detached(chance& random) {
        field wanted;
        for (std::size_t left = random.below(4); left > 0; --left) {
            wanted.put(some_key<K>(random), inner::detached(random));
        }
        return wanted;
    }

    static meaning removing(const visible& seen) {
        meaning what;
        for (const auto& [key, value] : seen) {
            what.keys[key] = {true, false, false, inner::removing(value)};
        }
        return what;
    }

    static meaning replacing(const field& wanted, const visible& seen) {
        meaning what = removing(seen);
        for (const auto& [key, value] : wanted) {
            what.keys[exactly<K>(key)] = {true, true, true, inner::replacing(value)};
        }
        return what;
    }

    static meaning replacing(const field& wanted) { return replacing(wanted, {}); }

    static bool nothing(const meaning& what, const visible& seen, bool removed) {
        for (const auto& [key, each] : what.keys) {
            if (each.counts || (each.removes && !removed && seen.count(key) != 0)) {
                return false;
            }
        }
        return true;
    }

    static void
    edit(typename field::editor& editor, chance& random, meaning& what, const visible& seen) {
        const K key = some_key<K>(random);
        const exactly<K> name(key);
        const auto was = seen_at(seen, name);
        switch (random.below(12)) {
        case 0:
            editor.clear();
            what = removing(seen);
            RC_ASSERT(!editor.contains(key));
            break;
        case 1:
        case 2:
        case 3:
            editor.erase(key);
            what.keys[name] = {true, false, false, inner::removing(was)};
            RC_ASSERT(!editor.contains(key));
            break;
        case 4: {
            const P wanted = inner::detached(random);
            editor.put(key, wanted);
            what.keys[name] = {true, true, true, inner::replacing(wanted)};
            RC_ASSERT(editor.contains(key));
            break;
        }
        default: {
            key_meaning& each = what.keys[name];
            auto value = editor[key];
            const bool anew = each.removes && !restarts_clean<P>;
            inner::edit(value, random, each.what, anew ? fresh() : was);
            each.counts = each.touches || !inner::nothing(each.what, was, each.removes);
            break;
        }
        }
    }

    static visible read(const field& state) {
        visible all;
        for (const auto& [key, value] : state) {
            RC_ASSERT(state.find(key) == &value);
            all.emplace(exactly<K>(key), inner::read(value));
        }
        RC_ASSERT(all.size() == state.size());
        RC_ASSERT(state.empty() == all.empty());
        const auto sorted = state.value();
        RC_ASSERT(sorted.size() == all.size());
        for (std::size_t i = 1; i < sorted.size(); ++i) {
            RC_ASSERT(value_less(sorted[i - 1].first, sorted[i].first));
        }
        return all;
    }

    static visible expected(const history<meaning>& all) {
        std::set<exactly<K>> keys;
        for (const auto* each : all) {
            for (const auto& [key, value] : each->what.keys) {
                keys.insert(key);
            }
        }
        visible there;
        for (const auto& key : keys) {
            std::vector<past_event<typename inner::meaning>> counting;
            for (const auto* each : all) {
                const auto found = each->what.keys.find(key);
                if (found == each->what.keys.end() || !found->second.counts) {
                    continue;
                }
                bool removed = false;
                for (const auto* other : all) {
                    const auto remover = other->what.keys.find(key);
                    removed |= remover != other->what.keys.end() && remover->second.removes &&
                               other->saw(*each);
                }
                if (!removed) {
                    counting.push_back({each->id, each->at, each->past, found->second.what});
                }
            }
            if (!counting.empty()) {
                history<typename inner::meaning> left;
                for (const auto& each : counting) {
                    left.push_back(&each);
                }
                there.emplace(key, inner::expected(left));
            }
        }
        return there;
    }
};

template <class K, class P>
struct inner_oracle<map_of<K, P>> : map_oracle<K, P> {};

template <class K, class P>
struct model<map_of<K, P>> : map_oracle<K, P> {};

}  // namespace weft::test

#endif
