/// Ordered list of elements that have an identity: insert, remove, move, and assign to an element.
/// Lattice: the set of positions under union, read in the order of fugue_order.hpp; per element a
/// value and a position, each the one with the greatest stamp (so of concurrent moves one wins and
/// nothing is doubled), under a removal, which is for ever: it is of the element, not of where or
/// what it is, so that no concurrent move or assignment brings back what somebody removed. A
/// re-insert of the record removes what its writer saw and inserts the new content; elements that
/// it had not seen stay. Elements and neighbours are named by observed dots; one that is not known
/// is none: an insertion beside it goes to the front, other edits of it do nothing. An insertion or
/// move that is undone leaves its position, which others may stand beside; edits of an element
/// whose insertion is undone wait for the redo.
///
/// Cost of an edit and of its effect: O(log n) expected, n counting what was removed or moved away,
/// for whatever tree of positions; a transaction of k edits, O(k log n). Reading by index
/// O(log n), in order O(1) an element. Memory per insertion or move: 84 bytes, per element T and
/// 64 more; per effect 40. Removed elements leave their positions and an empty T behind.
/// Source: Weidner, Kleppmann, The Art of the Fugue (2023); Kleppmann, Moving Elements in List
/// CRDTs (PaPoC 2020).
#ifndef WEFT_MERGE_LIST_HPP
#define WEFT_MERGE_LIST_HPP

#include <weft/merge/hindsight.hpp>
#include <weft/merge/list_editor.hpp>
#include <weft/merge/wire_kind.hpp>

#include <initializer_list>
#include <iterator>
#include <vector>

namespace weft {

template <class T>
class list {
    static_assert(codable<T>, "weft: list<T> needs weft::codec<T>; specialise it for your type");
    static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>,
                  "weft: the elements of a list must move without throwing");

public:
    using value_type = T;
    using effect = list_effect<T>;
    using editor = list_editor<T>;
    static constexpr std::string_view policy_name = "list";
    static constexpr std::uint32_t wire_kind = wire_kind_of<T>(21);
    static constexpr bool undoable = true;
    static constexpr bool restarts = true;  ///< map_inner.hpp

    /// What index_of() gives for an element that is not there.
    static constexpr std::size_t nowhere = ~std::size_t{0};

    /// In the order of the list. O(1) a step over the whole, O(log n) at worst.
    class const_iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = const T*;
        using reference = const T&;

        const_iterator() = default;

        const_iterator(const list_state<T>& of, std::uint32_t at) noexcept : of_(&of), at_(at) {}

        reference operator*() const noexcept { return of_->element_at(at_).value; }

        pointer operator->() const noexcept { return &**this; }

        const_iterator& operator++() noexcept {
            at_ = of_->order().next_shown(at_);
            return *this;
        }

        const_iterator operator++(int) noexcept {
            const const_iterator before = *this;
            ++*this;
            return before;
        }

        friend bool operator==(const const_iterator& a, const const_iterator& b) noexcept {
            return a.at_ == b.at_;
        }

    private:
        const list_state<T>* of_ = nullptr;
        std::uint32_t at_ = fugue_order::none;
    };

    using iterator = const_iterator;

    list() = default;

    /// A detached list, as a member of a record before its insert.
    list(std::initializer_list<T> values) {
        for (const T& each : values) {
            push_back(each);
        }
    }

    /// Appends to a detached list; a record's list is edited in a transaction.
    void push_back(T value) {
        effect one;
        editor(*this, one).push_back(std::move(value));
        observed_list dots;
        one.settle(dots);
        null_report quiet;
        // Outside a replica there are no operations, and ordinals name the elements; a stamp of
        // sequence 0 is before all others.
        apply(std::move(one), dots, {{{}, state_.order().positions()}, {}, {}}, quiet);
        detached_ = true;
    }

    [[nodiscard]] std::size_t size() const noexcept { return state_.order().shown(); }

    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    /// Pre: index is below size(). O(log n).
    [[nodiscard]] const T& operator[](std::size_t index) const noexcept {
        return element_at(index).value;
    }

    [[nodiscard]] const_iterator begin() const noexcept { return {state_, state_.first()}; }

    [[nodiscard]] const_iterator end() const noexcept { return {state_, fugue_order::none}; }

    /// The elements, copied. O(n).
    [[nodiscard]] std::vector<T> value() const {
        std::vector<T> values;
        values.reserve(size());
        for (const T& each : *this) {
            values.push_back(each);
        }
        return values;
    }

    /// The identity of the element at an index: it keeps it wherever it moves. The same on every
    /// replica but for the actor's slot (operation_log.hpp: dot_of, local_of). O(log n).
    [[nodiscard]] list_id id_at(std::size_t index) const noexcept {
        return state_.order().id(element_at(index).origin);
    }

    /// The index of an element, or nowhere if it was removed or never came. O(log n).
    [[nodiscard]] std::size_t index_of(const list_id& id) const noexcept {
        const std::uint32_t at = state_.find(id.event, id.index);
        if (at == fugue_order::none || state_.owner(at) == fugue_order::none) {
            return nowhere;
        }
        const auto& found = state_.element_at(at);
        return found.origin == at && !found.gone() ? state_.order().rank(found.at) : nowhere;
    }

    /// Positions and elements, for the editor.
    [[nodiscard]] const list_state<T>& state() const noexcept { return state_; }

    /// Removes what is observed at commit, and inserts the wanted elements.
    void replace(const list& wanted, effect& out) const {
        editor to(*this, out);
        to.clear();
        for (const T& each : wanted) {
            to.push_back(each);
        }
    }

    /// For a decoded effect that is made again: the events that its dots name, before observe().
    static void readdress(effect& out, observed_span dots) { out.named.readdress(dots); }

    /// For standing.hpp: per element its insertion, the last write and the last move. O(n).
    void standing(observed_list& dots) const {
        for (std::uint32_t at = state_.first(); at != fugue_order::none;
             at = state_.order().next_shown(at)) {
            const auto& here = state_.element_at(at);
            dots.push_back(state_.order().id(here.origin).event);
            dots.push_back({here.written.operation, 0});
            dots.push_back({here.moved.operation, 0});
        }
    }

    /// After an undo (hindsight.hpp): as named, but for removals of what the writer had not seen.
    void recall(effect& sent, const hindsight& past, observed_list& dots) const {
        const observed_span named = past.named();
        std::size_t kept = 0;
        for (const list_ref& each : sent.removed) {
            if (each.from < list_ref::named ||
                past.saw(named[each.from - list_ref::named].operation)) {
                sent.removed[kept++] = each;
            }
        }
        sent.removed.erase(sent.removed.begin() + kept, sent.removed.end());
        dots.append(named.begin(), named.end());
    }

    void apply_undone(effect&& sent, observed_span dots, const event& at) {
        state_.apply_undone(std::move(sent), dots, at);
    }

    /// For standing.hpp.
    template <class Report>
    void weigh(const effect& sent, observed_span dots, const event& at, Report& report) const {
        state_.weigh(sent, dots, at, report);
    }

    /// Settles the effect and names the events of the positions in it. An effect that was decoded
    /// and not told what its dots are is left empty.
    void observe(effect& out, observed_list& dots) const {
        if (out.clears) {
            for (std::uint32_t at = state_.first(); at != fugue_order::none;
                 at = state_.order().next_shown(at)) {
                const list_id& id = state_.order().id(state_.element_at(at).origin);
                out.removed.push_back(out.named.ref_to(id.event, id.index));
            }
            out.clears = false;
        }
        if (!out.known()) {
            out = {};
        }
        out.settle(dots);
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        return effect::decode(in, observed);
    }

    /// True: an element came, went, changed its place or its value.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        return state_.apply(std::move(sent), dots, at, report);
    }

    /// See list_state.hpp. O(n).
    void write_state(byte_writer& out, const actor_order& actors) const {
        state_.write_state(out, actors);
    }

    /// Sum of the digests of effects and elements: equal exactly when write_state is, but for
    /// accidents of hashing. O(1); kept by apply().
    [[nodiscard]] digest<16> digest_sum() const noexcept { return state_.digest_sum(); }

    /// Nothing was ever inserted.
    [[nodiscard]] bool pristine() const noexcept { return state_.untouched() || detached_; }

    /// Positions and elements; of use within one replica only. O(n).
    friend bool operator==(const list& a, const list& b) { return a.state_ == b.state_; }

private:
    [[nodiscard]] const typename list_state<T>::element&
    element_at(std::size_t index) const noexcept {
        return state_.element_at(state_.order().at(static_cast<std::uint32_t>(index)));
    }

    list_state<T> state_;
    bool detached_ = false;  ///< made by push_back() outside a replica
};

}  // namespace weft

#endif
