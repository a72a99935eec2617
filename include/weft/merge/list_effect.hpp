/// The effect of a list: edits in the order in which they were made, then the elements that are
/// removed. Insertions and moves make positions, numbered from 0 within the effect; other effects'
/// positions are named by their events, which travel as observed dots, and the number there. On the
/// wire, until the payload ends, each begins with a byte:
///
///     0  insertion right of the position that this effect made last
///     1  insertion right of a position       2  insertion left of it
///     3  move of an element to the right of a position       4  to its left
///     5  assignment of a value to an element
///     6  removal of an element       7  removal of the element with the next number after it
///
/// followed by the element (3 to 6), the position (1 to 4), each a varint that is 0 for the list's
/// front, 1 for this effect, else 2 + the number of an observed dot, and but for the front a varint
/// number; then (0, 1, 2, 5) a varint size and the value's encoding. Canonical: dots are numbered
/// in the order of their first use and all used; 0 and 7 stand wherever they can; removals come
/// last, by dot and number, each once. Each edit costs a byte or more, so apply() is O(payload).
#ifndef WEFT_MERGE_LIST_EFFECT_HPP
#define WEFT_MERGE_LIST_EFFECT_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/merge/list_draft.hpp>
#include <weft/merge/list_ref.hpp>

namespace weft {

enum class list_edit : std::uint8_t { insert, move, set };

template <class T>
struct list_effect {
    struct edit {
        list_ref element{};  ///< moved or assigned to
        list_ref beside{};   ///< where the new position stands
        list_edit what{};
        list_side side{};
        T value{};          ///< inserted or assigned
        digest<16> name{};  ///< hash of the encoded value

        friend bool operator==(const edit& a, const edit& b) {
            return a.element == b.element && a.beside == b.beside && a.what == b.what &&
                   a.side == b.side && value_same(a.value, b.value);
        }
    };

    lean_vector<edit> edits;
    lean_vector<list_ref> removed;
    bool clears = false;   ///< staged: remove all that observe() will find
    bool settled = false;  ///< canonical: nothing was staged since
    list_names named;      ///< staged: the events of the refs
    list_draft draft;      ///< staged: the list as the editor sees it

    [[nodiscard]] bool empty() const noexcept {
        return edits.empty() && removed.empty() && !clears;
    }

    /// How many positions the effect makes.
    [[nodiscard]] std::uint32_t made() const noexcept {
        std::uint32_t count = 0;
        for (const edit& each : edits) {
            count += each.what == list_edit::set ? 0U : 1U;
        }
        return count;
    }

    /// Whether the events behind all refs are known.
    [[nodiscard]] bool known() const noexcept {
        bool all = true;
        for (const edit& each : edits) {
            all &= named.knows(each.element) && named.knows(each.beside);
        }
        for (const list_ref& each : removed) {
            all &= named.knows(each);
        }
        return all;
    }

    /// Brings a staged effect into canonical form and appends the dots that it names. O(n log n) in
    /// its edits. Throws bad_value if a value has no encoding.
    void settle(observed_list& dots) {
        byte_buffer scratch;
        named.begin_numbering();
        for (edit& each : edits) {
            if (each.what != list_edit::insert) {
                named.renumber(each.element);
            }
            if (each.what != list_edit::set) {
                named.renumber(each.beside);
            }
            if (each.what != list_edit::move) {
                scratch.clear();
                byte_writer out(scratch);
                codec<T>::encode(out, each.value);
                each.name = xxh3_128::hash(scratch);
            }
        }
        named.renumber_all(removed);
        named.end_numbering(dots);
        settled = true;
    }

    /// What a builder staged, without a list to observe, is settled on the way.
    void encode(byte_writer& out) const {
        if (!settled) {
            list_effect copy = *this;
            observed_list dots;
            copy.settle(dots);
            copy.encode(out);
            return;
        }
        byte_buffer scratch;
        std::uint32_t made = 0;
        for (const edit& each : edits) {
            const bool next = each.what == list_edit::insert && each.side == list_side::right &&
                              made != 0 && each.beside == list_ref{list_ref::own, made - 1};
            out.u8(head_of(each, next));
            if (each.what != list_edit::insert) {
                each.element.write(out);
            }
            if (each.what != list_edit::set && !next) {
                each.beside.write(out);
            }
            if (each.what != list_edit::move) {
                scratch.clear();
                byte_writer value(scratch);
                codec<T>::encode(value, each.value);
                out.varint(scratch.size());
                out.append(scratch);
            }
            made += each.what == list_edit::set ? 0U : 1U;
        }
        for (std::size_t i = 0; i < removed.size(); ++i) {
            const bool next = i > 0 && removed[i] == removed[i - 1].next();
            out.u8(next ? head_remove_next : head_remove);
            if (!next) {
                removed[i].write(out);
            }
        }
    }

    /// Reads all that is left. On an error `in` is unchanged.
    [[nodiscard]] static result<list_effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        list_effect read;
        list_ref_reader refs(observed);
        do {
            const std::size_t at = next.offset();
            const result<std::uint8_t> head = next.u8();
            if (!head) {
                return head.error();
            }
            if (*head > head_remove_next) {
                return {errc::out_of_range, at};
            }
            const result<done> taken = *head >= head_remove ? read.read_removal(*head, next, refs)
                                                            : read.read_edit(*head, next, refs);
            if (!taken) {
                return taken.error();
            }
        } while (!next.empty());
        if (!refs.all_used()) {
            return {errc::out_of_range, next.offset()};
        }
        in = next;
        read.settled = true;
        return read;
    }

    friend bool operator==(const list_effect& a, const list_effect& b) {
        return a.edits == b.edits && a.removed == b.removed && a.clears == b.clears;
    }

private:
    static constexpr std::uint8_t head_next = 0;
    static constexpr std::uint8_t head_insert = 1;  // + side
    static constexpr std::uint8_t head_move = 3;    // + side
    static constexpr std::uint8_t head_set = 5;
    static constexpr std::uint8_t head_remove = 6;
    static constexpr std::uint8_t head_remove_next = 7;

    [[nodiscard]] static std::uint8_t head_of(const edit& of, bool next) noexcept {
        const auto side = static_cast<std::uint8_t>(of.side);
        switch (of.what) {
        case list_edit::insert:
            return next ? head_next : static_cast<std::uint8_t>(head_insert + side);
        case list_edit::move:
            return static_cast<std::uint8_t>(head_move + side);
        default:
            return head_set;
        }
    }

    result<done> read_edit(std::uint8_t head, byte_reader& in, list_ref_reader& refs) {
        const std::size_t at = in.offset() - 1;
        if (!removed.empty()) {
            return {errc::not_sorted, at};
        }
        edit one;
        one.what = head < head_move  ? list_edit::insert
                   : head < head_set ? list_edit::move
                                     : list_edit::set;
        one.side =
            head == head_insert + 1 || head == head_move + 1 ? list_side::left : list_side::right;
        if (one.what != list_edit::insert) {
            const result<list_ref> element = refs.element(in);
            if (!element) {
                return element.error();
            }
            one.element = *element;
        }
        if (one.what != list_edit::set) {
            if (const auto read = read_place(one, head, at, in, refs); !read) {
                return read.error();
            }
        }
        if (one.what != list_edit::move) {
            if (const auto read = read_value(one, in); !read) {
                return read.error();
            }
        }
        refs.made += one.what == list_edit::set ? 0U : 1U;
        edits.push_back(std::move(one));
        return done{};
    }

    /// Beside what the edit puts its element; `at` is where its head stands.
    static result<done> read_place(
        edit& one, std::uint8_t head, std::size_t at, byte_reader& in, list_ref_reader& refs) {
        if (head == head_next) {
            if (refs.made == 0) {
                return {errc::out_of_range, at};
            }
            one.beside = {list_ref::own, refs.made - 1};
            return done{};
        }
        const result<list_ref> beside = refs.position(in);
        if (!beside) {
            return beside.error();
        }
        one.beside = *beside;
        const bool shorter = head == head_insert && refs.made != 0 &&
                             one.beside == list_ref{list_ref::own, refs.made - 1};
        const bool nowhere = one.side == list_side::left && one.beside.from == list_ref::front;
        if (shorter || nowhere) {
            return {errc::not_canonical, at};
        }
        return done{};
    }

    static result<done> read_value(edit& one, byte_reader& in) {
        const result<std::uint64_t> size = in.varint();
        if (!size) {
            return size.error();
        }
        const std::size_t value_at = in.offset();
        const result<byte_span> bytes = in.bytes(*size);
        if (!bytes) {
            return bytes.error();
        }
        result<T> value = codec<T>::decode(*bytes);
        if (!value) {
            return value.error().shifted(value_at);
        }
        one.value = *std::move(value);
        one.name = xxh3_128::hash(*bytes);
        return done{};
    }

    result<done> read_removal(std::uint8_t head, byte_reader& in, list_ref_reader& refs) {
        const std::size_t at = in.offset() - 1;
        if (head == head_remove_next) {
            const list_ref next = removed.empty() ? list_ref{} : removed.back().next();
            if (next.from == list_ref::front || !refs.exists(next)) {
                return {errc::out_of_range, at};
            }
            removed.push_back(next);
            return done{};
        }
        const result<list_ref> element = refs.element(in);
        if (!element) {
            return element.error();
        }
        if (!removed.empty() && *element <= removed.back().next()) {
            return {errc::not_sorted, at};
        }
        removed.push_back(*element);
        return done{};
    }
};

}  // namespace weft

#endif
