/// The effect of a set of elements: per element, whether it is added or removed, and how many of
/// the observed dots are its own. While a transaction edits, it is a list of edits; observe()
/// settles it: ascending by encoded element, one item each. On the wire, until the payload ends:
///
///     varint    size of the element's encoding
///     bytes     the element
///     varint    2 * number of observed dots, + 1 if it is removed
///
/// The observed dots stand beside the payload, those of the first item first. Canonical: elements
/// strictly ascending by their bytes; the numbers add up to the number of dots; not empty.
#ifndef WEFT_MERGE_SET_EFFECT_HPP
#define WEFT_MERGE_SET_EFFECT_HPP

#include <weft/base/encoded_order.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/value_codecs.hpp>
#include <weft/merge/policy.hpp>
#include <weft/merge/wire_kind.hpp>

namespace weft {

enum class set_edit : std::uint8_t { add = 0, remove = 1 };

template <class T>
struct set_effect {
    struct item {
        T element{};
        set_edit edit = set_edit::add;
        bool placed = false;     ///< apply() put the element into its table
        std::uint32_t dots = 0;  ///< of the effect's observed dots, the next so many
        digest<16> name{};       ///< hash of the encoded element

        friend bool operator==(const item& a, const item& b) {
            return a.edit == b.edit && a.dots == b.dots && value_same(a.element, b.element);
        }
    };

    lean_vector<item> items;
    bool clears = false;   ///< staged: first remove all that observe() will find
    bool settled = false;  ///< canonical: nothing was staged since

    [[nodiscard]] bool empty() const noexcept { return items.empty() && !clears; }

    /// Stages one more edit; the last one of an element counts.
    void stage(T element, set_edit edit, std::uint32_t dots) {
        items.push_back({std::move(element), edit, false, dots, {}});
        settled = false;
    }

    void stage_clear() {
        items.clear();
        clears = true;
        settled = false;
    }

    /// The last edit of the element, or null. O(edits).
    [[nodiscard]] const item* find(const T& element) const {
        for (std::size_t i = items.size(); i-- > 0;) {
            if (value_same(items[i].element, element)) {
                return &items[i];
            }
        }
        return nullptr;
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

    /// Brings the edits into canonical order, one an element. Throws bad_value if an element has
    /// no encoding; the effect is then as it was.
    void settle() {
        if (items.size() == 1) {
            items.front().name = xxh3_128::hash(encoded(items.front().element));
            settled = true;
            return;
        }
        encoded_order order;
        order.reserve(items.size());
        for (std::size_t i = 0; i < items.size(); ++i) {
            order.add(items[i].element, i);
        }
        order.sort();
        const auto& entries = order.entries();
        lean_vector<item> in_order;
        in_order.reserve(items.size());
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (i + 1 == entries.size() || !order.same(entries[i], entries[i + 1])) {
                in_order.push_back(std::move(items[entries[i].index]));
                in_order.back().name = xxh3_128::hash(order.bytes(entries[i]));
            }
        }
        items = std::move(in_order);
        settled = true;
    }

    /// What a builder staged, without a state to observe, is settled on the way.
    void encode(byte_writer& out) const {
        if (!settled) {
            set_effect copy = *this;
            copy.settle();
            copy.encode(out);
            return;
        }
        byte_buffer scratch;
        for (const item& each : items) {
            scratch.clear();
            byte_writer element(scratch);
            codec<T>::encode(element, each.element);
            out.varint(scratch.size());
            out.append(scratch);
            out.varint(std::uint64_t{each.dots} * 2 + (each.edit == set_edit::remove ? 1U : 0U));
        }
    }

    /// Reads all that is left. On an error `in` is unchanged.
    [[nodiscard]] static result<set_effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        set_effect read;
        byte_span previous;
        std::uint64_t dots_left = observed;
        do {
            const result<std::uint64_t> size = next.varint();
            if (!size) {
                return size.error();
            }
            const std::size_t at = next.offset();
            const result<byte_span> bytes = next.bytes(*size);
            if (!bytes) {
                return bytes.error();
            }
            if (!read.items.empty() && !bytes_less(previous, *bytes)) {
                return {errc::not_sorted, at};
            }
            result<T> element = codec<T>::decode(*bytes);
            if (!element) {
                return element.error().shifted(at);
            }
            const std::size_t at_dots = next.offset();
            const result<std::uint64_t> dots = next.varint();
            if (!dots) {
                return dots.error();
            }
            if (*dots / 2 > dots_left) {
                return {errc::out_of_range, at_dots};
            }
            dots_left -= *dots / 2;
            previous = *bytes;
            read.items.push_back({*std::move(element),
                                  (*dots & 1U) != 0 ? set_edit::remove : set_edit::add, false,
                                  static_cast<std::uint32_t>(*dots / 2), xxh3_128::hash(previous)});
        } while (!next.empty());
        if (dots_left != 0) {
            return {errc::out_of_range, next.offset()};
        }
        in = next;
        read.settled = true;
        return read;
    }

    friend bool operator==(const set_effect&, const set_effect&) = default;
};

}  // namespace weft

#endif
