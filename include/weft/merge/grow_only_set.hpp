/// Set to which elements are only added; nothing takes one out, a re-insert of the record neither.
/// Lattice: sets under union. Memory per element: the element. Cost of an effect: O(1) expected per
/// element. On the wire: set_effect.hpp, without removals and dots. Iteration order is unspecified.
/// Source: G-Set, Shapiro et al., INRIA RR-7506 (2011), Spec. 11.
#ifndef WEFT_MERGE_GROW_ONLY_SET_HPP
#define WEFT_MERGE_GROW_ONLY_SET_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/base/value_table.hpp>
#include <weft/merge/set_effect.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <initializer_list>

namespace weft {

template <class T>
class grow_only_set {
    static_assert(codable<T>,
                  "weft: grow_only_set<T> needs weft::codec<T>; specialise it for your type");
    using table = boost::unordered_flat_set<T, seeded_value_hash, value_equal>;

public:
    using value_type = T;
    using effect = set_effect<T>;
    using const_iterator = typename table::const_iterator;
    using iterator = const_iterator;
    static constexpr std::string_view policy_name = "grow_only_set";
    static constexpr std::uint32_t wire_kind = wire_kind_of<T>(11);

    grow_only_set() = default;

    /// A detached set, as a member of a record before its insert.
    grow_only_set(std::initializer_list<T> elements) {
        for (const T& element : elements) {
            insert(element);
        }
    }

    /// Edits a detached set; a record's set is edited in a transaction. True: it was not there.
    bool insert(T element) { return table_.insert(std::move(element)).second; }

    /// O(1) expected.
    [[nodiscard]] bool contains(const T& element) const { return table_.contains(element); }

    [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }

    [[nodiscard]] bool empty() const noexcept { return table_.empty(); }

    [[nodiscard]] const_iterator begin() const noexcept { return table_.begin(); }

    [[nodiscard]] const_iterator end() const noexcept { return table_.end(); }

    /// The elements, copied, in ascending order. O(n log n).
    [[nodiscard]] std::vector<T> value() const {
        std::vector<T> elements(begin(), end());
        std::sort(elements.begin(), elements.end(),
                  [](const T& a, const T& b) { return value_less(a, b); });
        return elements;
    }

    /// Adds within a transaction; sees its own additions.
    class editor {
    public:
        editor(const grow_only_set& held, effect& pending) noexcept
            : held_(&held), pending_(&pending) {}

        editor(const editor&) = default;
        editor& operator=(const editor&) = delete;  // a set is not assigned

        void insert(T element) { pending_->stage(std::move(element), set_edit::add, 0); }

        /// O(edits in this transaction).
        [[nodiscard]] bool contains(const T& element) const {
            return held_->contains(element) || pending_->find(element) != nullptr;
        }

    private:
        const grow_only_set* held_;
        effect* pending_;
    };

    /// Adds the wanted elements; those that are there stay.
    void replace(const grow_only_set& wanted, effect& out) const {
        for (const T& element : wanted) {
            out.stage(element, set_edit::add, 0);
        }
    }

    /// Settles the effect and drops what is there already; may leave it empty.
    void observe(effect& out, observed_list& /*dots*/) const {
        std::erase_if(out.items, [&](const auto& item) { return contains(item.element); });
        out.settle();
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    /// Errors: those of set_effect; not_canonical for removals and dots.
    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        if (observed != 0) {
            return {errc::not_canonical, in.offset()};
        }
        byte_reader next = in;
        result<effect> read = effect::decode(next, 0);
        if (read && std::any_of(read->items.begin(), read->items.end(),
                                [](const auto& item) { return item.edit == set_edit::remove; })) {
            return {errc::not_canonical, in.offset()};
        }
        if (read) {
            in = next;
        }
        return read;
    }

    /// True: an element is new. There is nothing to choose, so nothing is reported. (Undoing an
    /// effect of several elements without memory needs a codec whose hash and same do not throw.)
    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& /*at*/, Report& /*report*/) {
        const bool alone = sent.items.size() == 1;
        WEFT_TRY {
            for (auto& item : sent.items) {
                // Copied when there are several: undoing needs the keys.
                item.placed =
                    (alone ? table_.insert(std::move(item.element)) : table_.insert(item.element))
                        .second;
            }
        }
        WEFT_CATCH_ALL {
            for (const auto& item : sent.items) {
                if (item.placed) {
                    table_.erase(item.element);
                }
            }
            WEFT_RETHROW;
        }
        bool changed = false;
        for (const auto& item : sent.items) {
            if (item.placed) {
                digest_.add(item.name);
                changed = true;
            }
        }
        return changed;
    }

    /// Per element, ascending by encoding: size and encoding. O(n log n).
    void write_state(byte_writer& out, const actor_order& /*actors*/) const {
        encoded_order order;
        order.reserve(table_.size());
        for (const T& element : table_) {
            order.add(element, 0);
        }
        order.sort();
        for (const auto& each : order.entries()) {
            out.varint(each.size);
            out.append(order.bytes(each));
        }
    }

    /// Sum of the elements' digests: equal exactly when write_state is, but for accidents of
    /// hashing. O(1); kept by apply().
    [[nodiscard]] digest<16> digest_sum() const noexcept { return digest_.value(); }

    [[nodiscard]] bool pristine() const noexcept { return table_.empty(); }

    friend bool operator==(const grow_only_set& a, const grow_only_set& b) {
        return a.size() == b.size() &&
               std::all_of(a.begin(), a.end(), [&](const T& each) { return b.contains(each); });
    }

private:
    table table_;
    weft::digest_sum digest_;
};

}  // namespace weft

#endif
