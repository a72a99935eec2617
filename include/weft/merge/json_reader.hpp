/// Reads a JSON document where it lies: a place in it, and what is below. Valid until the document
/// changes. Which of several concurrent writes is read: merge/json.hpp.
#ifndef WEFT_MERGE_JSON_READER_HPP
#define WEFT_MERGE_JSON_READER_HPP

#include <weft/merge/json_tree.hpp>

#include <utility>

namespace weft {

class json_reader {
public:
    /// Of nothing: absent.
    json_reader() = default;

    json_reader(const json_tree& in, json_tree::number at) noexcept : in_(&in), at_(at) {}

    [[nodiscard]] json_kind kind() const noexcept {
        return at_ == json_tree::none ? json_kind::absent : in_->kind(at_);
    }

    /// Whether there is a value, be it null.
    explicit operator bool() const noexcept { return kind() != json_kind::absent; }

    /// The member of an object; absent if there is none. O(1) expected.
    [[nodiscard]] json_reader operator[](std::string_view key) const {
        return kind() == json_kind::object ? json_reader(*in_, in_->member(at_, key))
                                           : json_reader();
    }

    /// The element of an array; absent if there is none. O(log n).
    [[nodiscard]] json_reader operator[](std::size_t index) const noexcept {
        return kind() == json_kind::array && index < (*in_)[at_].elements
                   ? json_reader(*in_, in_->element(at_, static_cast<std::uint32_t>(index)))
                   : json_reader();
    }

    /// Members of an object, elements of an array, none of all else. O(1).
    [[nodiscard]] std::size_t size() const noexcept {
        switch (kind()) {
        case json_kind::object:
            return (*in_)[at_].members;
        case json_kind::array:
            return (*in_)[at_].elements;
        default:
            return 0;
        }
    }

    /// A scalar; of an object or array an empty one, or nothing. O(1).
    [[nodiscard]] json_view scalar() const noexcept {
        return at_ == json_tree::none ? json_view() : in_->written(at_);
    }

    /// All of it, copied; null if it is absent. O(depth * size, n log n), without recursion.
    [[nodiscard]] json_value value() const {
        if (kind() < json_kind::array) {
            return json_value(scalar());
        }
        lean_vector<level> open;
        open.push_back(level_of(at_));
        while (true) {
            level& now = open.back();
            if (now.next != now.children.size()) {
                const json_tree::number child = now.children[now.next++];
                byte_writer out(now.inside);
                if (now.keyed) {
                    out.varint((*in_)[child].key.size());
                    out.append(as_bytes((*in_)[child].key));
                }
                if (in_->kind(child) < json_kind::array) {
                    out.append(in_->written(child).bytes());
                } else {
                    open.push_back(level_of(child));
                }
                continue;
            }
            level done = std::move(open.back());
            open.pop_back();
            byte_buffer whole;
            byte_buffer& into = open.empty() ? whole : open.back().inside;
            byte_writer out(into);
            out.u8(done.keyed ? detail::json_object : detail::json_array);
            out.varint(done.inside.size());
            out.append(done.inside);
            if (open.empty()) {
                return json_value(json_view(whole.data()));
            }
        }
    }

private:
    /// A container that is being written.
    struct level {
        lean_vector<json_tree::number> children;
        byte_buffer inside;
        std::size_t next = 0;
        bool keyed = false;
    };

    [[nodiscard]] level level_of(json_tree::number at) const {
        level made;
        made.keyed = in_->kind(at) == json_kind::object;
        if (made.keyed) {
            made.children = in_->members(at, false);
        } else if ((*in_)[at].elements != 0) {
            const json_tree::array& in = in_->array_of(at);
            made.children.reserve((*in_)[at].elements);
            for (auto each = in.order.next_shown(fugue_order::front); each != fugue_order::none;
                 each = in.order.next_shown(each)) {
                made.children.push_back(in.owners[each]);
            }
        }
        return made;
    }

    const json_tree* in_ = nullptr;
    json_tree::number at_ = json_tree::none;
};

}  // namespace weft

#endif
