/// The effect of a JSON document: the places that it touches, and those on the way to them, as a
/// tree, parents first. While a transaction edits it is a draft (json_draft.hpp); observe() settles
/// it. On the wire a varint, the number of observed dots that name elements, then the root and,
/// until the payload ends, each further place:
///
///     varint    32 * levels up from the place before (0: below it), + the step (0 to 3),
///               + 4 if writes there and below are taken back, + 8 if a leaf is written there;
///               of the root: 4 and 8 only
///     step 0    a member: varint size, key in UTF-8
///     step 1    an element: varint 2 + the number of the dot whose effect made it, varint which
///               of those that it made
///     step 2, 3 a new element, right or left of a position in the tree of merge/fugue_order.hpp:
///               varint 0 for the array's front, 1 for this effect, else as in step 1; but for the
///               front, varint which
///     varint    if it takes back: number of dots, one per actor, which reach what they take back
///     varint    if it writes: size of a leaf's encoding (base/json_value.hpp), and that
///
/// The observed dots stand beside the payload: those that name elements, in the order of their
/// first use, then those of each place. Canonical: under one place members first, strictly
/// ascending by key, then elements, then new ones; a place below which there is nothing takes back,
/// writes or is new; nothing lies deeper than json_depth_max.
#ifndef WEFT_MERGE_JSON_EFFECT_HPP
#define WEFT_MERGE_JSON_EFFECT_HPP

#include <weft/base/json_value.hpp>
#include <weft/merge/json_draft.hpp>
#include <weft/merge/list_ref.hpp>

#include <string>
#include <utility>

namespace weft {

enum class json_step : std::uint8_t { member = 0, element = 1, insert_right = 2, insert_left = 3 };

/// A place that an effect touches, or one on the way there.
struct json_item {
    std::uint8_t depth = 0;  ///< 0: the root
    json_step step{};
    bool takes = false;     ///< takes back the writes here and below that its dots reach
    bool writes = false;    ///< writes a leaf
    std::uint32_t own = 0;  ///< of the effect's observed dots, the next so many
    std::string key{};      ///< of a member
    list_ref at{};          ///< of an element: itself; of a new one: what it stands beside
    json_value value{};

    [[nodiscard]] bool inserts() const noexcept { return step >= json_step::insert_right; }

    /// Whether it does anything, and not only what is below it.
    [[nodiscard]] bool acts() const noexcept { return takes || writes || inserts(); }

    friend bool operator==(const json_item&, const json_item&) = default;
};

struct json_effect {
    lean_vector<json_item> items;  ///< settled; the root first
    std::uint32_t named_dots = 0;  ///< of the observed dots, the first so many
    list_names named;              ///< the events behind the items' refs
    json_draft draft;              ///< staged

    [[nodiscard]] bool empty() const noexcept { return items.empty() && draft.idle(); }

    /// How many positions the effect makes.
    [[nodiscard]] std::uint32_t made() const noexcept {
        std::uint32_t count = 0;
        for (const json_item& each : items) {
            count += each.inserts() ? 1U : 0U;
        }
        return count;
    }

    /// Whether the events behind all refs are known.
    [[nodiscard]] bool known() const noexcept {
        bool all = true;
        for (const json_item& each : items) {
            all &= named.knows(each.at);
        }
        return all;
    }

    /// Turns the draft into items, parents first, without the dots that they take back. O(n log n).
    void settle(const json_tree& held) {
        if (draft.size() == 0) {
            return;
        }
        lean_vector<bool> needed(draft.size(), false);
        for (std::size_t i = draft.size(); i-- > 0;) {  // a place comes after its parent
            const json_draft::place& at = draft[number(i)];
            needed[i] = needed[i] || at.acts();
            if (needed[i] && i != json_draft::root && !at.gone) {
                needed[at.parent] = true;
            }
        }
        items.clear();
        if (needed[json_draft::root]) {
            settling to{*this, held, needed, {}, 0};
            to.run();
        }
        draft = {};
    }

    /// Gives the dots that name elements their numbers, and appends them.
    void name(observed_list& dots) {
        const std::size_t before = dots.size();
        named.begin_numbering();
        for (json_item& each : items) {
            named.renumber(each.at);
        }
        named.end_numbering(dots);
        named_dots = static_cast<std::uint32_t>(dots.size() - before);
    }

    /// What a builder staged, without a document to observe, is settled on the way.
    void encode(byte_writer& out) const {
        if (draft.size() != 0) {
            json_effect copy = *this;
            observed_list dots;
            copy.settle(json_tree());
            copy.name(dots);
            copy.encode(out);
            return;
        }
        out.varint(named_dots);
        std::uint32_t depth = 0;
        for (const json_item& each : items) {
            const std::uint32_t up = each.depth == 0 ? 0 : depth + 1 - each.depth;
            depth = each.depth;
            out.varint(up * 32 + static_cast<unsigned>(each.step) + (each.takes ? takes_bit : 0U) +
                       (each.writes ? writes_bit : 0U));
            if (each.depth != 0) {
                if (each.step == json_step::member) {
                    out.varint(each.key.size());
                    out.append(as_bytes(each.key));
                } else {
                    each.at.write(out);
                }
            }
            if (each.takes) {
                out.varint(each.own);
            }
            if (each.writes) {
                out.varint(each.value.bytes().size());
                out.append(each.value.bytes());
            }
        }
    }

    /// Reads all that is left. O(payload). Errors, `in` is unchanged: those of varints and of
    /// json_value; bad_utf8; not_sorted; too_deep; out_of_range for what is not there;
    /// not_canonical.
    [[nodiscard]] static result<json_effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        const result<std::uint64_t> names = next.varint(observed);
        if (!names) {
            return names.error();
        }
        json_effect read;
        read.named_dots = static_cast<std::uint32_t>(*names);
        reading at{list_ref_reader(read.named_dots), observed - read.named_dots, {}};
        do {
            if (const auto taken = read.take(next, at); !taken) {
                return taken.error();
            }
        } while (!next.empty());
        if (!read.items.back().acts()) {
            return {errc::not_canonical, next.offset()};
        }
        if (at.dots_left != 0 || !at.refs.all_used()) {
            return {errc::out_of_range, next.offset()};
        }
        in = next;
        return read;
    }

    friend bool operator==(const json_effect& a, const json_effect& b) {
        return a.items == b.items && a.draft == b.draft;
    }

private:
    static constexpr unsigned takes_bit = 4;
    static constexpr unsigned writes_bit = 8;

    [[nodiscard]] static json_draft::number number(std::size_t i) noexcept {
        return static_cast<json_draft::number>(i);
    }

    /// Goes through a draft, parents first, members by key.
    struct settling {
        json_effect& to;
        const json_tree& held;
        const lean_vector<bool>& needed;
        small_map<json_draft::number, std::uint32_t> made;  ///< new elements: which of the effect's
        std::uint32_t made_count = 0;

        void run() {
            lean_vector<json_draft::number> waiting{json_draft::root};
            while (!waiting.empty()) {
                const json_draft::number at = waiting.back();
                waiting.pop_back();
                to.items.push_back(item_of(at));
                if (to.draft[at].fresh) {
                    made[at] = made_count++;
                }
                add_children(at, waiting);
            }
        }

        void add_children(json_draft::number of, lean_vector<json_draft::number>& waiting) const {
            const std::size_t first = waiting.size();
            for (json_draft::number at = to.draft[of].first_child; at != json_draft::none;
                 at = to.draft[at].next_sibling) {
                if (needed[at]) {
                    waiting.push_back(at);
                }
            }
            lean_sort(waiting.begin() + first, waiting.end(),
                      [this](json_draft::number a, json_draft::number b) {
                          const int one = rank(a);
                          const int other = rank(b);
                          return one != other ? one > other
                                 : one == 0   ? to.draft[a].key > to.draft[b].key
                                              : a > b;
                      });
        }

        [[nodiscard]] int rank(json_draft::number of) const noexcept {
            return to.draft[of].fresh ? 2 : to.draft[of].position != json_draft::none ? 1 : 0;
        }

        [[nodiscard]] json_item item_of(json_draft::number of) {
            const json_draft::place& at = to.draft[of];
            json_item item;
            item.depth = static_cast<std::uint8_t>(at.depth);
            item.takes = at.takes && at.held != json_tree::none;
            item.writes = at.writes;
            item.value = at.leaf;
            if (at.fresh) {
                item.step = at.where.side == list_side::left ? json_step::insert_left
                                                             : json_step::insert_right;
                item.at = ref_of(at.parent, at.where.beside);
            } else if (at.position != json_draft::none) {
                item.step = json_step::element;
                item.at = ref_of(at.parent, {at.position, false});
            } else {
                item.key = at.key;
            }
            return item;
        }

        [[nodiscard]] list_ref ref_of(json_draft::number array, const list_draft::spot& spot) {
            if (spot.own) {
                return {list_ref::own, *made.find(to.draft.array_of(array).fresh[spot.number])};
            }
            if (spot.number == fugue_order::front) {
                return {};
            }
            const list_id& id = held.array_of(to.draft[array].held).order.id(spot.number);
            return to.named.ref_to(id.event, id.index);
        }
    };

    struct reading {
        list_ref_reader refs;
        std::size_t dots_left = 0;
        std::uint32_t last[json_depth_max + 1]{};  ///< by depth: 1 + the item, under one parent
    };

    result<done> take(byte_reader& in, reading& state) {
        const std::size_t at = in.offset();
        const result<std::uint64_t> head = in.varint(32 * (json_depth_max + 1));
        if (!head) {
            return head.error();
        }
        json_item one;
        one.step = static_cast<json_step>(*head & 3U);
        one.takes = (*head & takes_bit) != 0;
        one.writes = (*head & writes_bit) != 0;
        const bool first = items.empty();
        const std::uint64_t up = *head / 32;
        if ((*head & 16U) != 0 || (first && (up != 0 || one.step != json_step::member))) {
            return {errc::not_canonical, at};
        }
        if (!first) {
            const json_item& before = items.back();
            if (up > before.depth) {
                return {errc::out_of_range, at};
            }
            if (up == 0 && before.depth == json_depth_max) {
                return {errc::too_deep, at};
            }
            if (up != 0 && !before.acts()) {
                return {errc::not_canonical, at};
            }
            one.depth = static_cast<std::uint8_t>(before.depth + 1 - up);
            const auto stepped = take_step(one, in, state);
            if (!stepped) {
                return stepped.error();
            }
            state.last[one.depth] = static_cast<std::uint32_t>(items.size() + 1);
        }
        if (one.depth != json_depth_max) {
            state.last[one.depth + 1] = 0;
        }
        if (const auto taken = take_content(one, in, state); !taken) {
            return taken.error();
        }
        items.push_back(std::move(one));
        return done{};
    }

    result<done> take_step(json_item& one, byte_reader& in, reading& state) const {
        const std::size_t at = in.offset();
        const json_item* const before =
            state.last[one.depth] == 0 ? nullptr : &items[state.last[one.depth] - 1];
        if (one.step == json_step::member) {
            const result<std::uint64_t> size = in.varint();
            if (!size) {
                return size.error();
            }
            const std::size_t key_at = in.offset();
            const result<byte_span> key = in.bytes(*size);
            if (!key) {
                return key.error();
            }
            const std::size_t valid = utf8_prefix(*key);
            if (valid != key->size()) {
                return {errc::bad_utf8, key_at + valid};
            }
            if (before != nullptr &&
                (before->step != json_step::member || !bytes_less(as_bytes(before->key), *key))) {
                return {errc::not_sorted, at};
            }
            one.key = std::string(as_text(*key));
            return done{};
        }
        if (before != nullptr && before->inserts() && !one.inserts()) {
            return {errc::not_sorted, at};
        }
        const result<list_ref> ref =
            one.inserts() ? state.refs.position(in) : state.refs.element(in);
        if (!ref) {
            return ref.error();
        }
        if (ref->from == list_ref::own && !one.inserts()) {
            return {errc::not_canonical, at};
        }
        if (ref->from == list_ref::front && one.step == json_step::insert_left) {
            return {errc::not_canonical, at};  // nothing stands left of the front
        }
        one.at = *ref;
        state.refs.made += one.inserts() ? 1U : 0U;
        return done{};
    }

    static result<done> take_content(json_item& one, byte_reader& in, reading& state) {
        if (one.takes) {
            const std::size_t at = in.offset();
            const result<std::uint64_t> own = in.varint(state.dots_left);
            if (!own) {
                return own.error();
            }
            if (*own == 0) {
                return {errc::not_canonical, at};
            }
            one.own = static_cast<std::uint32_t>(*own);
            state.dots_left -= one.own;
        }
        if (one.writes) {
            const result<std::uint64_t> size = in.varint();
            if (!size) {
                return size.error();
            }
            const std::size_t at = in.offset();
            const result<byte_span> bytes = in.bytes(*size);
            if (!bytes) {
                return bytes.error();
            }
            auto value = json_value::decode(*bytes);
            if (!value) {
                return value.error().shifted(at);
            }
            if (!is_json_leaf(value->view())) {
                return {errc::not_canonical, at};
            }
            if (one.depth == json_depth_max && value->kind() >= json_kind::array) {
                return {errc::too_deep, at};
            }
            one.value = *std::move(value);
        }
        return done{};
    }
};

}  // namespace weft

#endif
