/// Ordered list of elements that have an identity: insert, remove, move, and assign to an element.
/// Lattice: the set of positions under union, read in the order of fugue_order.hpp; per element a
/// value and a position, each the one with the greatest stamp (so of concurrent moves one wins and
/// nothing is doubled), under a removal, which is for ever: it is of the element, not of where or
/// what it is, so that no concurrent move or assignment brings back what somebody removed. A
/// re-insert of the record removes what its writer saw and inserts the new content; elements that
/// it had not seen stay. Elements and neighbours are named by observed dots; one that is not known
/// is none: an insertion beside it goes to the front, other edits of it do nothing.
///
/// Cost of an edit and of its effect: O(log n) expected, n counting what was removed or moved away,
/// for whatever tree of positions; a transaction of k edits, O(k log n). Reading by index
/// O(log n), in order O(1) an element. Memory per insertion or move: 88 bytes, per element T and
/// 72 more; per effect 40. Removed elements leave their positions and an empty T behind.
/// Source: Weidner, Kleppmann, The Art of the Fugue (2023); Kleppmann, Moving Elements in List
/// CRDTs (PaPoC 2020).
#ifndef WEFT_MERGE_LIST_HPP
#define WEFT_MERGE_LIST_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/merge/list_digest.hpp>
#include <weft/merge/list_effect.hpp>
#include <weft/merge/state_bytes.hpp>
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
    static constexpr std::string_view policy_name = "list";
    static constexpr std::uint32_t wire_kind = wire_kind_of<T>(21);

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

        const_iterator(const list& of, std::uint32_t at) noexcept : of_(&of), at_(at) {}

        reference operator*() const noexcept { return of_->element_at(at_).value; }

        pointer operator->() const noexcept { return &**this; }

        const_iterator& operator++() noexcept {
            at_ = of_->order_.next_shown(at_);
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
        const list* of_ = nullptr;
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
        apply(std::move(one), dots, {{{}, order_.positions()}, {}, {}}, quiet);
        detached_ = true;
    }

    [[nodiscard]] std::size_t size() const noexcept { return order_.shown(); }

    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    /// Pre: index is below size(). O(log n).
    [[nodiscard]] const T& operator[](std::size_t index) const noexcept {
        return element_at(order_.at(static_cast<std::uint32_t>(index))).value;
    }

    [[nodiscard]] const_iterator begin() const noexcept {
        return {*this, begin_number()};
    }

    [[nodiscard]] const_iterator end() const noexcept { return {*this, fugue_order::none}; }

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
        return order_.id(element_at(order_.at(static_cast<std::uint32_t>(index))).origin);
    }

    /// The index of an element, or nowhere if it was removed or never came. O(log n).
    [[nodiscard]] std::size_t index_of(const list_id& id) const noexcept {
        const std::uint32_t at = find(id.event, id.index);
        if (at == fugue_order::none || owners_[at] == fugue_order::none) {
            return nowhere;
        }
        const element& found = elements_[owners_[at]];
        return found.origin == at && !found.gone() ? order_.rank(found.at) : nowhere;
    }

    /// Edits within a transaction; sees its own edits. Each O(log n) expected; an index at which
    /// there is nothing changes nothing, and is the end for an insertion.
    class editor {
    public:
        /// Nothing to do until the first edit.
        editor(const list& held, effect& pending) noexcept : held_(&held), pending_(&pending) {}

        editor(const editor&) = default;
        editor& operator=(const editor&) = delete;  // a list is not assigned

        [[nodiscard]] std::size_t size() const noexcept {
            return pending_->draft.open() ? pending_->draft.size() : held_->size();
        }

        [[nodiscard]] bool empty() const noexcept { return size() == 0; }

        /// Pre: index is below size().
        [[nodiscard]] const T& operator[](std::size_t index) const noexcept {
            if (!pending_->draft.open()) {
                return (*held_)[index];
            }
            const subject of = subject_at(spot_at(index));
            return of.edit == list_draft::none ? held_->elements_[of.element].value
                                               : pending_->edits[of.edit].value;
        }

        void push_back(T value) { insert(size(), std::move(value)); }

        void insert(std::size_t index, T value) {
            open();
            const std::size_t at = index < size() ? index : size();
            auto& draft = pending_->draft;
            const auto left = at == 0 ? spot{} : spot_at(at - 1);
            draft.reserve(left);
            const auto where = draft.behind(left, held_->order_);
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
            const auto where = draft.behind(left, held_->order_);
            const list_ref element = ref_of_element(moved);
            const list_ref beside = ref_of(where.beside);
            pending_->edits.reserve_one();
            const auto number = static_cast<std::uint32_t>(pending_->edits.size());
            const subject of = subject_at(moved);
            draft.erase(static_cast<std::uint32_t>(from));
            draft.insert(static_cast<std::uint32_t>(to), left, {number, of.element});
            pending_->edits.push_back({element, beside, list_edit::move, where.side, T{}, {}});
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
                pending_->draft.begin(static_cast<std::uint32_t>(held_->size()));
            }
        }

        [[nodiscard]] spot spot_at(std::size_t index) const noexcept {
            return pending_->draft.at(static_cast<std::uint32_t>(index), held_->order_);
        }

        [[nodiscard]] subject subject_at(const spot& at) const noexcept {
            const list_draft& draft = pending_->draft;
            std::uint32_t element = at.own ? list_draft::none : held_->owners_[at.number];
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
            const list_id& id = held_->order_.id(at.number);
            return pending_->named.ref_to(id.event, id.index);
        }

        [[nodiscard]] list_ref ref_of_element(const spot& at) const {
            if (!at.own) {
                return ref_of({held_->elements_[held_->owners_[at.number]].origin, false});
            }
            const auto& edit = pending_->edits[pending_->draft.origin_of(at.number).edit];
            return edit.what == list_edit::insert ? list_ref{list_ref::own, at.number}
                                                  : edit.element;
        }

        const list* held_;
        effect* pending_;
    };

    /// Removes what is observed at commit, and inserts the wanted elements.
    void replace(const list& wanted, effect& out) const {
        editor to(*this, out);
        to.clear();
        for (const T& each : wanted) {
            to.push_back(each);
        }
    }

    /// For a decoded effect that is made again: the events that its dots name, before observe().
    static void recall(effect& out, observed_span dots) { out.named.recall(dots); }

    /// Settles the effect and names the events of the positions in it. An effect that was decoded
    /// and not told what its dots are is left empty.
    void observe(effect& out, observed_list& dots) const {
        if (out.clears) {
            for (std::uint32_t at = begin_number(); at != fugue_order::none;
                 at = order_.next_shown(at)) {
                const list_id& id = order_.id(element_at(at).origin);
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
        const std::uint32_t made = sent.made();
        make_room(made, at.id);
        // From here on nothing throws.
        const bool first = order_.positions() == 0 && made != 0;
        if (first) {
            owners_.push_back(fugue_order::none);  // of the front
        }
        const std::uint32_t base = first ? 1 : order_.positions();
        const refs named{dots, base};
        if (made != 0) {
            *events_.find(at.id) = {base, made};
            digest_.add(list_digest(at.actors).position({at.id, made}).number(made).done());
        }
        bool changed = false;
        list_id fresh{at.id, 0};
        for (auto& each : sent.edits) {
            if (each.what == list_edit::set) {
                changed |= assign(owner(each.element, named), each, at, report);
                continue;
            }
            const std::uint32_t beside = find(each.beside, named);
            const bool known = beside != fugue_order::none;
            const std::uint32_t position =
                order_.add(fresh, known ? beside : fugue_order::front,
                           known ? each.side : list_side::right, at.actors);
            ++fresh.index;
            if (each.what == list_edit::insert) {
                insert(position, each, at);
                changed = true;
            } else {
                owners_.push_back(owner(each.element, named));
                changed |= move(owners_.back(), position, at, report);
            }
        }
        for (const list_ref& each : sent.removed) {
            changed |= remove(owner(each, named), at, report);
        }
        return changed;
    }

    /// Per position, in order: its event and index, then 0; or if an element stands there, 1, the
    /// element's id, the value's stamp, size and encoding; or if a removed element was inserted
    /// there, 2. O(n).
    void write_state(byte_writer& out, const actor_order& actors) const {
        if (pristine()) {
            return;
        }
        byte_buffer scratch;
        for (std::uint32_t at = order_.next(fugue_order::front); at != fugue_order::none;
             at = order_.next(at)) {
            write_id(out, order_.id(at), actors);
            out.u8(static_cast<std::uint8_t>(standing(at)));
            if (standing(at) == stands::element) {
                const element& here = element_at(at);
                scratch.clear();
                byte_writer value(scratch);
                codec<T>::encode(value, here.value);
                write_id(out, order_.id(here.origin), actors);
                write_stamp(out, here.written, actors);
                out.varint(scratch.size());
                out.append(scratch);
            }
        }
    }

    /// Sum of the digests of effects and elements: equal exactly when write_state is, but for
    /// accidents of hashing. O(1); kept by apply().
    [[nodiscard]] digest<16> digest_sum() const noexcept { return digest_.value(); }

    /// Nothing was ever inserted.
    [[nodiscard]] bool pristine() const noexcept { return events_.empty() || detached_; }

    /// Positions and elements; of use within one replica only. O(n).
    friend bool operator==(const list& a, const list& b) {
        if (a.order_.positions() != b.order_.positions()) {
            return false;
        }
        if (a.order_.positions() == 0) {
            return true;
        }
        std::uint32_t left = fugue_order::front;
        std::uint32_t right = fugue_order::front;
        do {
            if (a.order_.id(left) != b.order_.id(right) || a.standing(left) != b.standing(right) ||
                (a.standing(left) == stands::element && !same_element(a, left, b, right))) {
                return false;
            }
            left = a.order_.next(left);
            right = b.order_.next(right);
        } while (left != fugue_order::none);
        return true;
    }

private:
    struct element {
        T value{};
        digest<16> name{};  ///< hash of the encoded value
        stamp written{};    ///< of the value
        stamp moved{};      ///< of the position
        std::uint32_t origin = 0;
        std::uint32_t at = 0;
        local_dot removed_by{};  ///< by whom first: for reports only, since that is chance

        [[nodiscard]] bool gone() const noexcept { return removed_by.sequence != 0; }
    };

    /// The positions that an effect made.
    struct run {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };

    /// What the refs of an effect mean here.
    struct refs {
        observed_span dots;
        std::uint32_t own;  ///< the first position that the effect makes
    };

    enum class stands : std::uint8_t { nothing = 0, element = 1, removed = 2 };

    [[nodiscard]] const element& element_at(std::uint32_t position) const noexcept {
        return elements_[owners_[position]];
    }

    [[nodiscard]] stands standing(std::uint32_t position) const noexcept {
        const std::uint32_t owner = owners_[position];
        if (owner == fugue_order::none) {
            return stands::nothing;
        }
        const element& here = elements_[owner];
        if (here.gone()) {
            return here.origin == position ? stands::removed : stands::nothing;
        }
        return here.at == position ? stands::element : stands::nothing;
    }

    [[nodiscard]] static bool
    same_element(const list& a, std::uint32_t left, const list& b, std::uint32_t right) {
        const element& one = a.element_at(left);
        const element& other = b.element_at(right);
        return a.order_.id(one.origin) == b.order_.id(other.origin) &&
            one.written == other.written && value_same(one.value, other.value);
    }

    static void write_id(byte_writer& out, const list_id& id, const actor_order& actors) {
        write_event(out, id.event, actors);
        out.u32(id.index);
    }

    [[nodiscard]] std::uint32_t begin_number() const noexcept {
        return order_.positions() == 0 ? fugue_order::none
                                       : order_.next_shown(fugue_order::front);
    }

    /// A position, or none.
    [[nodiscard]] std::uint32_t find(const local_event& event, std::uint32_t index) const noexcept {
        const run* const of = events_.find(event);
        return of != nullptr && index < of->count ? of->first + index : fugue_order::none;
    }

    [[nodiscard]] std::uint32_t find(const list_ref& ref, const refs& named) const noexcept {
        switch (ref.from) {
        case list_ref::front:
            return fugue_order::front;
        case list_ref::own:
            return named.own + ref.index;
        default:
            WEFT_ASSERT(ref.from - list_ref::named < named.dots.size());
            return find(named.dots[ref.from - list_ref::named], ref.index);
        }
    }

    /// The element that was inserted at a position or moved there, or none.
    [[nodiscard]] std::uint32_t owner(const list_ref& ref, const refs& named) const noexcept {
        const std::uint32_t at = find(ref, named);
        return at == fugue_order::none ? at : owners_[at];
    }

    /// All that apply() needs memory for; undone if there is none.
    void make_room(std::uint32_t made, const local_event& by) {
        if (made == 0) {
            return;
        }
        order_.reserve_more(made);
        owners_.reserve_more(made + 1);
        elements_.reserve_more(made);
        static_cast<void>(events_[by]);
    }

    /// An element's part in the digest.
    [[nodiscard]] digest<16> digest_of(const element& of, const event& at) const noexcept {
        list_digest sum(at.actors);
        sum.position(order_.id(of.origin));
        if (!of.gone()) {
            sum.position(order_.id(of.at)).operation(of.written.operation).value(of.name);
        }
        return sum.done();
    }

    void insert(std::uint32_t position, typename effect::edit& edit, const event& at) noexcept {
        owners_.push_back(static_cast<std::uint32_t>(elements_.size()));
        elements_.push_back({std::move(edit.value), edit.name, at.stamp(), at.stamp(), position,
                             position, {}});
        order_.show(position, true);
        digest_.add(digest_of(elements_.back(), at));
    }

    /// The element, if there is something to change; reports that a removal keeps it from that.
    template <class Report>
    [[nodiscard]] element* changeable(std::uint32_t number, const event& at, Report& report) {
        if (number == fugue_order::none) {
            return nullptr;
        }
        element& of = elements_[number];
        if (!of.gone()) {
            return &of;
        }
        if (of.removed_by != at.id.operation) {
            report.decided(reason::remove_won, of.removed_by, at.id.operation);
        }
        return nullptr;
    }

    /// Whether this event's stamp comes after that of an assignment or move; reports which wins,
    /// but for what the element was inserted with.
    template <class Report>
    [[nodiscard]] bool wins(reason why,
                            const stamp& before,
                            const element& of,
                            const event& at,
                            Report& report) const {
        const bool later = at.later_than(before);
        if (before.operation != at.id.operation && edited(before, of)) {
            report.decided(why, later ? at.id.operation : before.operation,
                           later ? before.operation : at.id.operation);
        }
        return later;
    }

    /// Whether a stamp is of something later than the element's insertion.
    [[nodiscard]] bool edited(const stamp& last, const element& of) const noexcept {
        return last.operation != order_.id(of.origin).event.operation;
    }

    template <class Report>
    bool assign(std::uint32_t number,
                typename effect::edit& edit,
                const event& at,
                Report& report) {
        element* const of = changeable(number, at, report);
        if (of == nullptr || !wins(reason::later_stamp, of->written, *of, at, report)) {
            return false;
        }
        digest_.subtract(digest_of(*of, at));
        const bool changed = of->name != edit.name;
        of->value = std::move(edit.value);
        of->name = edit.name;
        of->written = at.stamp();
        digest_.add(digest_of(*of, at));
        return changed;
    }

    template <class Report>
    bool move(std::uint32_t number, std::uint32_t position, const event& at, Report& report) {
        element* const of = changeable(number, at, report);
        if (of == nullptr || !wins(reason::moved_last, of->moved, *of, at, report)) {
            return false;
        }
        digest_.subtract(digest_of(*of, at));
        const std::uint32_t before = order_.rank(of->at);
        order_.show(of->at, false);
        order_.show(position, true);
        of->at = position;
        of->moved = at.stamp();
        digest_.add(digest_of(*of, at));
        return order_.rank(position) != before;
    }

    template <class Report>
    bool remove(std::uint32_t number, const event& at, Report& report) {
        if (number == fugue_order::none || elements_[number].gone()) {
            return false;
        }
        element& of = elements_[number];
        for (const stamp& last : {of.written, of.moved}) {
            if (last.operation != at.id.operation && edited(last, of)) {
                report.decided(reason::remove_won, at.id.operation, last.operation);
            }
        }
        digest_.subtract(digest_of(of, at));
        order_.show(of.at, false);
        of.removed_by = at.id.operation;
        if constexpr (std::is_nothrow_default_constructible_v<T>) {
            of.value = T{};
        }
        digest_.add(digest_of(of, at));
        return true;
    }

    fugue_order order_;
    lean_vector<std::uint32_t> owners_;  ///< by position: the element, or none
    lean_vector<element> elements_;
    small_map<local_event, run> events_;  ///< by effect that made positions
    weft::digest_sum digest_;
    bool detached_ = false;  ///< made by push_back() outside a replica
};

}  // namespace weft

#endif
