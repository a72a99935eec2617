/// The editor of a JSON document: a place in it, as the transaction has it by then.
///
///     auto profile = t[&user::profile];
///     profile["address"]["city"] = "Kiel";       // makes what leads there
///     profile["tags"].push_back("new");
///     profile["tags"].erase(0);
///     profile.patch(json_value::object({{"phone", nullptr}}));   // RFC 7396
#ifndef WEFT_MERGE_JSON_EDITOR_HPP
#define WEFT_MERGE_JSON_EDITOR_HPP

#include <weft/merge/json_state.hpp>

#include <concepts>
#include <utility>

namespace weft {

class json;

/// Edits within a transaction; sees its own edits. Where there is no such element nothing is
/// changed, and the edit says so by false. Throws bad_value if a key is not UTF-8 or a value would
/// be nested too deeply; nothing is changed then. A place that an edit of one above it replaced is
/// no longer there. Each step O(log n) expected.
class json_editor {
public:
    using effect = json_effect;

    json_editor(const json& held, effect& pending);

    json_editor(const json_editor&) = default;

    [[nodiscard]] json_kind kind() const noexcept {
        return there() ? pending_->draft.kind(at_, *held_) : json_kind::absent;
    }

    explicit operator bool() const noexcept { return kind() != json_kind::absent; }

    /// A scalar; of an object or array an empty one, or nothing.
    [[nodiscard]] json_view scalar() const noexcept {
        return there() ? pending_->draft.leaf(at_, *held_) : json_view();
    }

    /// Elements of an array; 0 of all else.
    [[nodiscard]] std::size_t size() const noexcept {
        return there() ? pending_->draft.elements(at_, *held_) : 0;
    }

    /// The place under a key, there or not.
    [[nodiscard]] json_editor operator[](std::string_view key) const {
        if (!is_utf8(as_bytes(key))) {
            WEFT_THROW(bad_value(errc::bad_utf8), "a key is not valid UTF-8");
        }
        return there() ? json_editor(*this, pending_->draft.member(at_, key, *held_))
                       : json_editor(*this, none);
    }

    /// The element at an index; no place if there is none.
    template <std::integral Index>
    [[nodiscard]] json_editor operator[](Index index) const {
        return has(index) ? json_editor(*this, pending_->draft.element(
                                                   at_, static_cast<std::uint32_t>(index), *held_))
                          : json_editor(*this, none);
    }

    /// Replaces what is there; makes the objects that lead there.
    json_editor& operator=(const json_value& value) {
        static_cast<void>(assign(value));
        return *this;
    }

    json_editor& operator=(const json_editor&) = delete;

    bool assign(const json_value& value) {
        if (!there()) {
            return false;
        }
        expect_fit(at_, value, 0);
        at_ = pending_->draft.assign(at_, value.view(), *held_);
        return true;
    }

    /// Takes a member out. False: there is none.
    bool erase(std::string_view key) {
        if (kind() != json_kind::object) {
            return false;
        }
        const json_editor member = (*this)[key];
        if (!member) {
            return false;
        }
        pending_->draft.erase(member.at_, *held_);
        return true;
    }

    /// Takes an element out. False: there is none.
    template <std::integral Index>
    bool erase(Index index) {
        if (!has(index)) {
            return false;
        }
        pending_->draft.erase(at_, static_cast<std::uint32_t>(index), *held_);
        return true;
    }

    /// Puts a new element at an index, or at the end. False: there is no array.
    bool insert(std::size_t index, const json_value& value) {
        if (kind() != json_kind::array) {
            return false;
        }
        expect_fit(at_, value, 1);
        const std::size_t at = index < size() ? index : size();
        const auto made = pending_->draft.insert(at_, static_cast<std::uint32_t>(at), *held_);
        static_cast<void>(pending_->draft.assign(made, value.view(), *held_));
        return true;
    }

    bool push_back(const json_value& value) { return insert(size(), value); }

    /// Merges as RFC 7396 says: members of objects, to any depth; null removes; all else replaces.
    bool patch(const json_value& with) {
        if (!there()) {
            return false;
        }
        expect_fit(at_, with, 0);

        struct level {
            json_view::iterator next;
            json_view::iterator end;
            json_draft::number at = 0;
        };

        level open[json_depth_max];
        std::size_t depth = 0;
        json_draft::number at = at_;
        json_view now = with.view();
        while (true) {
            if (now.kind() != json_kind::object) {
                at = pending_->draft.assign(at, now, *held_);
            } else {
                if (pending_->draft.kind(at, *held_) != json_kind::object) {
                    at = pending_->draft.assign(at, json_value::object({}).view(), *held_);
                }
                open[depth++] = {now.begin(), now.end(), at};
            }
            if (depth == 1 && open[0].at != at_ && now.bytes().data() == with.bytes().data()) {
                at_ = open[0].at;
            }
            bool found = false;
            while (depth != 0 && !found) {
                level& inner = open[depth - 1];
                if (inner.next == inner.end) {
                    --depth;
                    continue;
                }
                const json_view::member next = *inner.next;
                ++inner.next;
                const auto place = pending_->draft.member(inner.at, next.key, *held_);
                if (next.value.is_null()) {
                    pending_->draft.erase(place, *held_);
                } else {
                    at = place;
                    now = next.value;
                    found = true;
                }
            }
            if (!found) {
                return true;
            }
        }
    }

    /// Takes back all that is here at commit, and what this transaction did here.
    void clear() {
        if (there()) {
            pending_->draft.clear(at_);
        }
    }

private:
    static constexpr json_draft::number none = json_draft::none;

    json_editor(const json_editor& from, json_draft::number at) noexcept
        : held_(from.held_), pending_(from.pending_), at_(at) {}

    [[nodiscard]] bool there() const noexcept {
        return at_ != none && at_ < pending_->draft.size() && !pending_->draft[at_].gone;
    }

    template <std::integral Index>
    [[nodiscard]] bool has(Index index) const noexcept {
        return std::cmp_greater_equal(index, 0) && std::cmp_less(index, size());
    }

    void expect_fit(json_draft::number at, const json_value& value, std::uint32_t below) const {
        if (!pending_->draft.fits(at, value.view(), below)) {
            WEFT_THROW(bad_value(errc::too_deep), message(errc::too_deep).data());
        }
    }

    const json_tree* held_;
    effect* pending_;
    json_draft::number at_ = json_draft::root;
};

}  // namespace weft

#endif
