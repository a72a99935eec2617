/// Edits of a map within a transaction, which see what they did. The editor of a key's value is
/// that of the values' policy; it stays valid while other keys are edited.
#ifndef WEFT_MERGE_MAP_EDITOR_HPP
#define WEFT_MERGE_MAP_EDITOR_HPP

#include <weft/merge/map_effect.hpp>
#include <weft/merge/writer.hpp>

#include <utility>

namespace weft {

template <class K, class P>
class map_of;

template <class K, class P>
class map_editor {
public:
    map_editor(const map_of<K, P>& held, map_effect<K, P>& pending, const writer& by = {}) noexcept
        : held_(&held), pending_(&pending), by_(by) {}

    map_editor(const map_editor&) = default;
    map_editor& operator=(const map_editor&) = delete;  // a map is not assigned

    /// The editor of the value at key. If the key is not there, what is edited starts anew; an edit
    /// that does nothing makes no key.
    [[nodiscard]] typename P::editor operator[](K key) { return at(std::move(key)); }

    /// The same; the numbers are for builders, which have no state to observe: how many of the dots
    /// that they name are the key's, and how many after them the value's. A transaction finds out
    /// by itself.
    [[nodiscard]] typename P::editor
    at(K key, std::uint32_t dots = 0, std::uint32_t inner_dots = 0) {
        const P& value = held_->value_at(key);
        map_edit<P>& edit = staged(std::move(key), value);
        edit.own += dots;
        edit.dots += inner_dots;
        return edit_as(edit.removes && !restarts_clean<P> ? untouched_policy<P>() : value,
                       edit.inner, by_);
    }

    /// The value is there and as wanted, but for concurrent updates.
    void put(K key, const P& wanted) {
        const P& value = held_->value_at(key);
        map_edit<P>& edit = staged(std::move(key), value);
        edit.start_anew(value);
        edit.inner = {};
        (restarts_clean<P> ? value : untouched_policy<P>()).replace(wanted, edit.inner);
        edit.touches = true;
    }

    /// Nothing, if the key is not there when the transaction commits. (dots: as in at().)
    void erase(K key, std::uint32_t dots = 0) {
        const P& value = held_->value_at(key);
        map_edit<P>& edit = staged(std::move(key), value);
        edit.start_anew(value);
        edit.own = dots;
    }

    void clear() {
        map_draft<K, P>& draft = pending_->draft;
        for (std::uint32_t number = 0; number < draft.size(); ++number) {
            draft[number].start_anew(held_->value_at(draft.key(number)));
        }
        pending_->clears = true;
    }

    /// O(1) expected.
    [[nodiscard]] bool contains(const K& key) const {
        if (const map_edit<P>* const edit = pending_->draft.find(key)) {
            return edit->adds() || (!edit->removes && held_->contains(key));
        }
        return !pending_->clears && held_->contains(key);
    }

private:
    map_edit<P>& staged(K&& key, const P& value) {
        bool fresh = false;
        map_edit<P>& edit = pending_->draft.get(std::move(key), fresh);
        if (fresh && pending_->clears) {
            edit.start_anew(value);
        }
        return edit;
    }

    const map_of<K, P>* held_;
    map_effect<K, P>* pending_;
    writer by_;
};

}  // namespace weft

#endif
