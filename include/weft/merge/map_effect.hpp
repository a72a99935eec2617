/// The effect of a map: per key whether it is removed, updated or both, the inner policy's effect,
/// and how many of the observed dots are whose. While a transaction edits it is a draft
/// (map_draft.hpp); observe() settles it: ascending by encoded key, one item each. On the wire,
/// until the payload ends:
///
///     varint    size of the key's encoding
///     bytes     the key
///     varint    8 * number of the key's own dots, + 1 if it is removed, + 2 if it is updated, + 4
///     if
///               an inner effect follows, which is:
///     varint    number of the inner effect's dots
///     varint    size of its payload
///     bytes     the payload
///
/// The observed dots stand beside the payload, the first item's own, then those of its inner
/// effect, and so on. Canonical: keys strictly ascending by their bytes; the numbers add up to the
/// number of dots; not empty; and no combination that the policy of the values has no use for.
/// Decoding goes as deep as maps are nested in the type, whatever the bytes say.
#ifndef WEFT_MERGE_MAP_EFFECT_HPP
#define WEFT_MERGE_MAP_EFFECT_HPP

#include <weft/base/encoded_order.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/value_codecs.hpp>
#include <weft/merge/map_draft.hpp>

#include <utility>

namespace weft {

template <class K, class P>
struct map_effect {
    struct item {
        K key{};
        bool removes = false;    ///< takes back the updates that its own dots reach
        bool updates = false;    ///< the key is there afterwards
        bool may_drop = false;   ///< staged: it is not, if the inner effect does nothing
        std::uint32_t own = 0;   ///< of the effect's observed dots, the next so many
        std::uint32_t dots = 0;  ///< and so many after them are the inner effect's
        typename P::effect inner{};
        digest<16> name{};  ///< hash of the encoded key
        /// By recall() alone: what a removal that is also an update takes back of the value before
        /// that, and how many dots come with it, before those of the inner effect.
        lean_vector<typename P::effect> cleared{};
        std::uint32_t cleared_dots = 0;

        friend bool operator==(const item& a, const item& b) {
            return a.removes == b.removes && a.updates == b.updates && a.own == b.own &&
                   a.dots == b.dots && a.inner == b.inner && value_same(a.key, b.key);
        }
    };

    lean_vector<item> items;  ///< settled
    map_draft<K, P> draft;    ///< staged
    bool clears = false;      ///< staged: first remove all that observe() will find

    [[nodiscard]] bool empty() const { return items.empty() && !clears && draft.idle(); }

    /// Turns the draft into items, in canonical order, without dots. Throws bad_value if a key has
    /// no encoding.
    void settle() {
        if (draft.size() != 0) {
            lean_vector<item> staged;
            staged.reserve(draft.size());
            for (std::uint32_t i = 0; i < draft.size(); ++i) {
                auto& edit = draft[i];
                if (!edit.idle()) {
                    // An update that overwrites does what the removal before it does.
                    const bool adds = edit.adds();
                    staged.push_back({draft.key(i),
                                      edit.removes && !(overwrites_seen<P> && adds),
                                      adds,
                                      adds && !edit.touches,
                                      edit.own,
                                      edit.dots,
                                      std::move(edit.inner),
                                      {}});
                }
            }
            encoded_order order;
            order.reserve(staged.size());
            for (std::size_t i = 0; i < staged.size(); ++i) {
                order.add(staged[i].key, i);
            }
            order.sort();
            lean_vector<item> sorted;
            sorted.reserve(staged.size());
            for (const auto& each : order.entries()) {
                sorted.push_back(std::move(staged[each.index]));
                sorted.back().name = xxh3_128::hash(order.bytes(each));
            }
            items = std::move(sorted);
            draft = {};
        }
        clears = false;
    }

    /// Drops the items of which drops(item) says so.
    template <class Drops>
    void drop_if(const Drops& drops) {
        item* kept = items.begin();
        for (item& each : items) {
            if (!drops(each)) {
                if (kept != &each) {
                    *kept = std::move(each);
                }
                ++kept;
            }
        }
        items.erase(kept, items.end());
    }

    /// What a builder staged, without a state to observe, is settled on the way.
    void encode(byte_writer& out) const {
        if (draft.size() != 0 || clears) {
            map_effect copy = *this;
            copy.settle_unobserved();
            copy.encode(out);
            return;
        }
        byte_buffer scratch;
        for (const item& each : items) {
            scratch.clear();
            byte_writer part(scratch);
            codec<K>::encode(part, each.key);
            out.varint(scratch.size());
            out.append(scratch);
            const bool any = !each.inner.empty();
            out.varint(std::uint64_t{each.own} * 8 + (each.removes ? 1U : 0U) +
                       (each.updates ? 2U : 0U) + (any ? 4U : 0U));
            if (any) {
                scratch.clear();
                P::encode(each.inner, part);
                out.varint(each.dots);
                out.varint(scratch.size());
                out.append(scratch);
            }
        }
    }

    /// Reads all that is left. Errors, `in` is unchanged: those of the key's codec and of
    /// P::decode; not_sorted; out_of_range for dots that are too few or too many; not_canonical.
    [[nodiscard]] static result<map_effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        map_effect read;
        byte_span previous;
        std::uint64_t dots_left = observed;
        do {
            const result<done> taken = read.take_item(next, previous, dots_left);
            if (!taken) {
                return taken.error();
            }
        } while (!next.empty());
        if (dots_left != 0) {
            return {errc::out_of_range, next.offset()};
        }
        in = next;
        return read;
    }

    friend bool operator==(const map_effect& a, const map_effect& b) {
        return a.clears == b.clears && a.items == b.items && a.draft.within(b.draft, a.clears) &&
               b.draft.within(a.draft, a.clears);
    }

private:
    /// A builder's removal takes back the updates of the key that the builder names; what they did
    /// to the value it can't know.
    void settle_unobserved() {
        settle();
        for (item& each : items) {
            if (each.removes && !each.updates) {
                each.inner = {};
            }
            each.removes = each.removes && each.own != 0;
        }
        drop_if([](const item& each) { return !each.removes && !each.updates; });
    }

    /// Whether the policy of the values has a use for an item with these marks.
    [[nodiscard]] static constexpr bool
    sensible(bool removes, bool updates, bool any, std::uint64_t own) noexcept {
        const bool names = removes || (updates && map_names_overwritten<P>);
        if ((!removes && !updates) || (removes && own == 0) || (own != 0 && !names)) {
            return false;
        }
        if constexpr (restarts_clean<P>) {
            return true;
        } else if constexpr (overwrites_seen<P>) {
            return !(removes && updates) && any == updates;
        } else {
            return updates || !any;
        }
    }

    result<done> take_item(byte_reader& in, byte_span& previous, std::uint64_t& dots_left) {
        const result<std::uint64_t> size = in.varint();
        if (!size) {
            return size.error();
        }
        const std::size_t at = in.offset();
        const result<byte_span> bytes = in.bytes(*size);
        if (!bytes) {
            return bytes.error();
        }
        if (!items.empty() && !bytes_less(previous, *bytes)) {
            return {errc::not_sorted, at};
        }
        result<K> key = codec<K>::decode(*bytes);
        if (!key) {
            return key.error().shifted(at);
        }
        previous = *bytes;
        item one;
        one.key = *std::move(key);
        one.name = xxh3_128::hash(*bytes);
        const std::size_t at_head = in.offset();
        const result<std::uint64_t> head = in.varint();
        if (!head) {
            return head.error();
        }
        one.removes = (*head & 1U) != 0;
        one.updates = (*head & 2U) != 0;
        const bool any = (*head & 4U) != 0;
        if (!sensible(one.removes, one.updates, any, *head / 8)) {
            return {errc::not_canonical, at_head};
        }
        if (*head / 8 > dots_left) {
            return {errc::out_of_range, at_head};
        }
        one.own = static_cast<std::uint32_t>(*head / 8);
        dots_left -= one.own;
        if (any) {
            const result<done> taken = take_inner(one, in, dots_left);
            if (!taken) {
                return taken.error();
            }
        }
        items.push_back(std::move(one));
        return done{};
    }

    static result<done> take_inner(item& one, byte_reader& in, std::uint64_t& dots_left) {
        const result<std::uint64_t> dots = in.varint(dots_left);
        if (!dots) {
            return dots.error();
        }
        const result<std::uint64_t> size = in.varint();
        if (!size) {
            return size.error();
        }
        const std::size_t at = in.offset();
        const result<byte_span> bytes = in.bytes(*size);
        if (!bytes) {
            return bytes.error();
        }
        byte_reader part(*bytes);
        auto inner = P::decode(part, static_cast<std::size_t>(*dots));
        if (!inner) {
            return inner.error().shifted(at);
        }
        if (!part.empty()) {
            return {errc::trailing_bytes, at + part.offset()};
        }
        one.inner = *std::move(inner);
        one.dots = static_cast<std::uint32_t>(*dots);
        dots_left -= *dots;
        return done{};
    }
};

}  // namespace weft

#endif
