/// The editor of a list: turns edits by index into edits of positions and elements, and shows the
/// list as the transaction has it by then. See merge/list.hpp.
#ifndef WEFT_MERGE_LIST_EDITOR_HPP
#define WEFT_MERGE_LIST_EDITOR_HPP

#include <weft/merge/list_state.hpp>

namespace weft {

template <class T>
class list;

/// Edits within a transaction; sees its own edits. Each O(log n) expected; an index at which there
/// is nothing changes nothing, and is the end for an insertion. An edit that throws bad_alloc has
/// not happened.
template <class T>
class list_editor {
public:
    using effect = list_effect<T>;

    list_editor(const list<T>& held, effect& pending) noexcept
        : held_(&held.state()), pending_(&pending) {}

    list_editor(const list_editor&) = default;
    list_editor& operator=(const list_editor&) = delete;  // a list is not assigned

    [[nodiscard]] std::size_t size() const noexcept {
        return pending_->draft.open() ? pending_->draft.size() : held_->order().shown();
    }

    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    /// Pre: index is below size().
    [[nodiscard]] const T& operator[](std::size_t index) const noexcept {
        if (!pending_->draft.open()) {
            return held_->element_at(held_->order().at(static_cast<std::uint32_t>(index))).value;
        }
        const subject of = subject_at(spot_at(index));
        return of.edit == list_draft::none ? (*held_)[of.element].value
                                           : pending_->edits[of.edit].value;
    }

    void push_back(T value) { insert(size(), std::move(value)); }

    void insert(std::size_t index, T value) {
        open();
        const std::size_t at = index < size() ? index : size();
        auto& draft = pending_->draft;
        const auto left = at == 0 ? spot{} : spot_at(at - 1);
        draft.reserve(left);
        const auto where = draft.behind(left, held_->order());
        const list_ref beside = ref_of(where.beside);
        pending_->edits.reserve_one();
        const auto number = static_cast<std::uint32_t>(pending_->edits.size());
        draft.insert(static_cast<std::uint32_t>(at), left, {number, list_draft::none});
        pending_->edits.push_back(
            {{}, beside, list_edit::insert, where.side, std::move(value), {}});
    }

    /// False: there is nothing.
    bool erase(std::size_t index) {
        if (index >= size()) {
            return false;
        }
        open();
        pending_->draft.reserve({});
        pending_->removed.reserve_one();
        const list_ref element = ref_of_element(spot_at(index));
        pending_->removed.push_back(element);
        pending_->draft.erase(static_cast<std::uint32_t>(index));
        return true;
    }

    /// Moves the element at `from` so that it then stands at `to`. False: one is not there.
    bool move(std::size_t from, std::size_t to) {
        if (from >= size() || to >= size()) {
            return false;
        }
        if (from == to) {
            return true;
        }
        open();
        auto& draft = pending_->draft;
        const spot moved = spot_at(from);
        const auto left = to == 0 ? spot{} : spot_at(to - 1 < from ? to - 1 : to);
        draft.reserve(left);
        const auto where = draft.behind(left, held_->order());
        const list_ref element = ref_of_element(moved);
        const list_ref beside = ref_of(where.beside);
        typename effect::edit made{element, beside, list_edit::move, where.side, T{}, {}};
        pending_->edits.reserve_one();
        const auto number = static_cast<std::uint32_t>(pending_->edits.size());
        const subject of = subject_at(moved);
        draft.erase(static_cast<std::uint32_t>(from));
        draft.insert(static_cast<std::uint32_t>(to), left, {number, of.element});
        pending_->edits.push_back(std::move(made));
        return true;
    }

    /// Assigns to the element at an index. False: there is nothing.
    bool set(std::size_t index, T value) {
        if (index >= size()) {
            return false;
        }
        open();
        const spot at = spot_at(index);
        const subject of = subject_at(at);
        if (of.edit != list_draft::none) {
            pending_->edits[of.edit].value = std::move(value);
            return true;
        }
        const list_ref element = ref_of_element(at);
        pending_->edits.reserve_one();
        pending_->draft.assign(of.element, static_cast<std::uint32_t>(pending_->edits.size()));
        pending_->edits.push_back(
            {element, {}, list_edit::set, list_side::right, std::move(value), {}});
        return true;
    }

    /// Removes all that is there at commit, and what this transaction did.
    void clear() {
        pending_->draft.begin(0);
        pending_->edits.clear();
        pending_->removed.clear();
        pending_->clears = true;
        pending_->settled = false;
    }

private:
    using spot = list_draft::spot;

    /// Whose value stands somewhere: that of an edit of this effect, or of a held element.
    struct subject {
        std::uint32_t edit = list_draft::none;
        std::uint32_t element = list_draft::none;
    };

    void open() {
        pending_->settled = false;
        if (!pending_->draft.open()) {
            pending_->draft.begin(static_cast<std::uint32_t>(held_->order().shown()));
        }
    }

    [[nodiscard]] spot spot_at(std::size_t index) const noexcept {
        return pending_->draft.at(static_cast<std::uint32_t>(index), held_->order());
    }

    [[nodiscard]] subject subject_at(const spot& at) const noexcept {
        const list_draft& draft = pending_->draft;
        std::uint32_t element = at.own ? list_draft::none : held_->owner(at.number);
        if (at.own) {
            const list_draft::origin& made = draft.origin_of(at.number);
            const auto& edit = pending_->edits[made.edit];
            if (made.element == list_draft::none) {  // one of the effect's own
                return {edit.what == list_edit::insert ? made.edit
                                                       : draft.origin_of(edit.element.index).edit,
                        list_draft::none};
            }
            element = made.element;
        }
        return {draft.assignment(element), element};
    }

    [[nodiscard]] list_ref ref_of(const spot& at) const {
        if (at.own) {
            return {list_ref::own, at.number};
        }
        if (at.number == fugue_order::front) {
            return {};
        }
        const list_id& id = held_->order().id(at.number);
        return pending_->named.ref_to(id.event, id.index);
    }

    [[nodiscard]] list_ref ref_of_element(const spot& at) const {
        if (!at.own) {
            return ref_of({held_->element_at(at.number).origin, false});
        }
        const auto& edit = pending_->edits[pending_->draft.origin_of(at.number).edit];
        return edit.what == list_edit::insert ? list_ref{list_ref::own, at.number} : edit.element;
    }

    const list_state<T>* held_;
    effect* pending_;
};

}  // namespace weft

#endif
