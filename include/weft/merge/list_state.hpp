/// What a list holds: its positions in order, and per element the value, the place and whether it
/// was removed. The part of merge/list.hpp that effects change; positions and elements have numbers
/// here, which are this replica's. See there for the rules, the cost and the sources.
#ifndef WEFT_MERGE_LIST_STATE_HPP
#define WEFT_MERGE_LIST_STATE_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/merge/list_digest.hpp>
#include <weft/merge/list_effect.hpp>
#include <weft/merge/state_bytes.hpp>

namespace weft {

template <class T>
class list_state {
public:
    using effect = list_effect<T>;
    static constexpr std::uint32_t none = fugue_order::none;

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

    [[nodiscard]] const fugue_order& order() const noexcept { return order_; }

    [[nodiscard]] const element& operator[](std::uint32_t number) const noexcept {
        return elements_[number];
    }

    /// The element that was inserted at a position or moved there, or none.
    [[nodiscard]] std::uint32_t owner(std::uint32_t position) const noexcept {
        return owners_[position];
    }

    /// The element that stands at a position. Pre: one does.
    [[nodiscard]] const element& element_at(std::uint32_t position) const noexcept {
        return elements_[owners_[position]];
    }

    /// The position where the first element stands, or none.
    [[nodiscard]] std::uint32_t first() const noexcept {
        return order_.positions() == 0 ? none : order_.next_shown(fugue_order::front);
    }

    /// A position by its id, or none. O(1) expected.
    [[nodiscard]] std::uint32_t find(const local_event& event, std::uint32_t index) const noexcept {
        const run* const of = events_.find(event);
        return of != nullptr && index < of->count ? of->first + index : none;
    }

    /// No effect made a position.
    [[nodiscard]] bool untouched() const noexcept { return events_.empty(); }

    [[nodiscard]] digest<16> digest_sum() const noexcept { return digest_.value(); }

    /// True: an element came, went, changed its place or its value.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        const refs named = begin(sent, dots, at);
        // From here on nothing throws.
        bool changed = false;
        list_id fresh{at.id, 0};
        for (auto& each : sent.edits) {
            if (each.what == list_edit::set) {
                changed |= assign(owner(each.element, named), each, at, report);
                continue;
            }
            const std::uint32_t position = add_position(each, fresh, named, at);
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

    /// What an effect that is undone leaves: its positions, since others may stand beside them.
    void apply_undone(effect&& sent, observed_span dots, const event& at) {
        const refs named = begin(sent, dots, at);
        list_id fresh{at.id, 0};
        for (const auto& each : sent.edits) {
            if (each.what != list_edit::set) {
                static_cast<void>(add_position(each, fresh, named, at));
                owners_.push_back(none);
            }
        }
    }

    /// Per position, in order: its event and index, then 0; or if an element stands there, 1, the
    /// element's id, the value's stamp, size and encoding; or if a removed element was inserted
    /// there, 2. O(n).
    void write_state(byte_writer& out, const actor_order& actors) const {
        if (untouched()) {
            return;
        }
        byte_buffer scratch;
        for (std::uint32_t at = order_.next(fugue_order::front); at != none; at = order_.next(at)) {
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

    /// Positions and elements; of use within one replica only. O(n).
    friend bool operator==(const list_state& a, const list_state& b) {
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
        } while (left != none);
        return true;
    }

    /// For standing.hpp: the last assignment, the last move or the removal of each element.
    template <class Report>
    void weigh(const effect& sent, observed_span dots, const event& at, Report& report) const {
        const run* const made = events_.find(at.id);
        const refs named{dots, made == nullptr ? 0 : made->first};
        for (const auto& each : sent.edits) {
            const std::uint32_t number =
                each.what == list_edit::insert ? none : owner(each.element, named);
            if (changeable(number, at, report)) {
                const element& of = elements_[number];
                if (each.what == list_edit::set) {
                    static_cast<void>(wins(reason::later_stamp, of.written, of, at, report));
                } else {
                    static_cast<void>(wins(reason::moved_last, of.moved, of, at, report));
                }
            }
        }
    }

private:
    /// The positions that an effect made.
    struct run {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };

    /// What the refs of an effect mean here.
    struct refs {
        observed_span dots;
        std::uint32_t own = 0;  ///< the first position that the effect makes
    };

    enum class stands : std::uint8_t { nothing = 0, element = 1, removed = 2 };

    [[nodiscard]] stands standing(std::uint32_t position) const noexcept {
        const std::uint32_t owner = owners_[position];
        if (owner == none) {
            return stands::nothing;
        }
        const element& here = elements_[owner];
        if (here.gone()) {
            return here.origin == position ? stands::removed : stands::nothing;
        }
        return here.at == position ? stands::element : stands::nothing;
    }

    [[nodiscard]] static bool same_element(const list_state& a,
                                           std::uint32_t left,
                                           const list_state& b,
                                           std::uint32_t right) {
        const element& one = a.element_at(left);
        const element& other = b.element_at(right);
        return a.order_.id(one.origin) == b.order_.id(other.origin) &&
               one.written == other.written && value_same(one.value, other.value);
    }

    static void write_id(byte_writer& out, const list_id& id, const actor_order& actors) {
        write_event(out, id.event, actors);
        out.u32(id.index);
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

    [[nodiscard]] std::uint32_t owner(const list_ref& ref, const refs& named) const noexcept {
        const std::uint32_t at = find(ref, named);
        return at == none ? at : owners_[at];
    }

    /// Room for all that an effect adds; or throws, and nothing happened.
    refs begin(const effect& sent, observed_span dots, const event& at) {
        const std::uint32_t made = sent.made();
        make_room(made, at.id);
        const bool first = order_.positions() == 0 && made != 0;
        if (first) {
            owners_.push_back(none);  // of the front
        }
        const std::uint32_t base = first ? 1 : order_.positions();
        if (made != 0) {
            *events_.find(at.id) = {base, made};
            digest_.add(list_digest(at.actors).position({at.id, made}).number(made).done());
        }
        return {dots, base};
    }

    /// Adds the position that an edit makes, without an owner; counts on in `fresh`.
    std::uint32_t add_position(const typename effect::edit& each,
                               list_id& fresh,
                               const refs& named,
                               const event& at) noexcept {
        const std::uint32_t beside = find(each.beside, named);
        const bool known = beside != none;
        const list_id id = fresh;
        ++fresh.index;
        return order_.add(id, known ? beside : fugue_order::front,
                          known ? each.side : list_side::right, at.actors);
    }

    /// All that begin() needs memory for; undone if there is none.
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
        elements_.push_back(
            {std::move(edit.value), edit.name, at.stamp(), at.stamp(), position, position, {}});
        order_.show(position, true);
        digest_.add(digest_of(elements_.back(), at));
    }

    /// Whether an element is there to be changed; reports that a removal keeps it from that.
    template <class Report>
    [[nodiscard]] bool changeable(std::uint32_t number, const event& at, Report& report) const {
        if (number == none || !elements_[number].gone()) {
            return number != none;
        }
        const local_dot removal = elements_[number].removed_by;
        if (removal != at.id.operation) {
            report.decided(reason::remove_won, removal, at.id.operation);
        }
        return false;
    }

    /// Whether this event's stamp comes after that of an assignment or move; reports which wins,
    /// but for what the element was inserted with.
    template <class Report>
    [[nodiscard]] bool wins(
        reason why, const stamp& before, const element& of, const event& at, Report& report) const {
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
    bool
    assign(std::uint32_t number, typename effect::edit& edit, const event& at, Report& report) {
        if (!changeable(number, at, report)) {
            return false;
        }
        element& of = elements_[number];
        if (!wins(reason::later_stamp, of.written, of, at, report)) {
            return false;
        }
        digest_.subtract(digest_of(of, at));
        const bool changed = of.name != edit.name;
        of.value = std::move(edit.value);
        of.name = edit.name;
        of.written = at.stamp();
        digest_.add(digest_of(of, at));
        return changed;
    }

    template <class Report>
    bool move(std::uint32_t number, std::uint32_t position, const event& at, Report& report) {
        if (!changeable(number, at, report)) {
            return false;
        }
        element& of = elements_[number];
        if (!wins(reason::moved_last, of.moved, of, at, report)) {
            return false;
        }
        digest_.subtract(digest_of(of, at));
        const std::uint32_t before = order_.rank(of.at);
        order_.show(of.at, false);
        order_.show(position, true);
        of.at = position;
        of.moved = at.stamp();
        digest_.add(digest_of(of, at));
        return order_.rank(position) != before;
    }

    template <class Report>
    bool remove(std::uint32_t number, const event& at, Report& report) {
        if (number == none || elements_[number].gone()) {
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
};

}  // namespace weft

#endif
