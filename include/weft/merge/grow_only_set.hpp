/// Set to which elements are only added; nothing takes one out, a re-insert of the record neither.
/// Lattice: sets under union. Memory per element: the element and 8 bytes (base/value_table.hpp:
/// 20 more in large sets). Cost of an effect: O(1) expected per element. On the wire:
/// set_effect.hpp, without removals and dots. Iteration order is unspecified.
/// Source: G-Set, Shapiro et al., INRIA RR-7506 (2011), Spec. 11.
#ifndef WEFT_MERGE_GROW_ONLY_SET_HPP
#define WEFT_MERGE_GROW_ONLY_SET_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/base/value_table.hpp>
#include <weft/merge/set_effect.hpp>

#include <initializer_list>

namespace weft {

template <class T>
class grow_only_set {
    static_assert(codable<T>,
                  "weft: grow_only_set<T> needs weft::codec<T>; specialise it for your type");

    /// All that is kept of an element is that it is there.
    struct there {
        [[nodiscard]] static constexpr bool present() noexcept { return true; }
    };

    using table = value_table<T, there>;

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
    bool insert(T element) { return place(std::move(element)); }

    /// O(1) expected.
    [[nodiscard]] bool contains(const T& element) const {
        return table_.find(element) != table::none;
    }

    [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }

    [[nodiscard]] bool empty() const noexcept { return table_.size() == 0; }

    [[nodiscard]] const_iterator begin() const noexcept { return table_.begin(); }

    [[nodiscard]] const_iterator end() const noexcept { return table_.end(); }

    /// The elements, copied, in ascending order. O(n log n).
    [[nodiscard]] std::vector<T> value() const { return table_.sorted(); }

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
        out.drop_if([&](const auto& item) { return contains(item.element); });
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
        if (!read) {
            return read;
        }
        for (const auto& item : read->items) {
            if (item.edit == set_edit::remove) {
                return {errc::not_canonical, in.offset()};
            }
        }
        in = next;
        return read;
    }

    /// True: an element is new. There is nothing to choose, so nothing is reported.
    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& /*at*/, Report& /*report*/) {
        const std::uint32_t before = table_.size();
        WEFT_TRY {
            for (auto& item : sent.items) {
                item.placed = place(std::move(item.element));
            }
        }
        WEFT_CATCH_ALL {
            while (table_.size() != before) {
                table_.erase(table_.size() - 1);
            }
            WEFT_RETHROW;
        }
        for (const auto& item : sent.items) {
            if (item.placed) {
                digest_.add(item.name);
            }
        }
        return table_.size() != before;
    }

    /// Per element, ascending by encoding: size and encoding. O(n log n).
    void write_state(byte_writer& out, const actor_order& /*actors*/) const {
        encoded_order order;
        order.reserve(table_.size());
        for (const T& element : *this) {
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

    [[nodiscard]] bool pristine() const noexcept { return empty(); }

    friend bool operator==(const grow_only_set& a, const grow_only_set& b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (const T& each : a) {
            if (!b.contains(each)) {
                return false;
            }
        }
        return true;
    }

private:
    /// False: it was there.
    bool place(T&& element) {
        const std::uint64_t hash = table::hash_of(element);
        const bool fresh = table_.find(element, hash) == table::none;
        if (fresh) {
            table_.insert(std::move(element), hash);
        }
        return fresh;
    }

    table table_;
    weft::digest_sum digest_;
};

}  // namespace weft

#endif
