/// What add_wins_set and remove_wins_set share: a table from each element to its live events. An
/// addition or removal takes back the events of its element that its writer had observed; whether
/// a removal leaves an event of its own is the one thing in which the two differ, and it decides
/// who wins against what was not observed. See those headers for the rules.
///
/// Iteration order is unspecified and differs from run to run. Not thread-safe while it changes.
#ifndef WEFT_MERGE_OBSERVED_SET_HPP
#define WEFT_MERGE_OBSERVED_SET_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/base/value_table.hpp>
#include <weft/merge/live_events.hpp>
#include <weft/merge/set_effect.hpp>
#include <weft/merge/set_entry.hpp>

#include <initializer_list>

namespace weft {

template <class T, class Rule>
class observed_set {
    static constexpr bool removals_stay = Rule::removals_stay;
    static_assert(codable<T> || removals_stay,
                  "weft: add_wins_set<T> needs weft::codec<T>; specialise it for your type");
    static_assert(codable<T> || !removals_stay,
                  "weft: remove_wins_set<T> needs weft::codec<T>; specialise it for your type");

    using entry = set_entry<removals_stay>;
    using table = value_table<T, entry>;

public:
    using value_type = T;
    using effect = set_effect<T>;
    static constexpr std::string_view policy_name = Rule::policy_name;
    static constexpr std::uint32_t wire_kind = wire_kind_of<T>(Rule::number);
    static constexpr bool undoable = true;
    static constexpr bool restarts = !removals_stay;  ///< map_inner.hpp

    /// Over the elements that are present.
    using const_iterator = typename table::const_iterator;
    using iterator = const_iterator;

    observed_set() = default;

    /// A detached set, as a member of a record before its insert.
    observed_set(std::initializer_list<T> elements) {
        for (const T& element : elements) {
            insert(element);
        }
    }

    /// Edits a detached set; a record's set is edited in a transaction. True: it was not there.
    bool insert(T element) {
        const auto [number, fresh] = make_place(std::move(element));
        entry& events = table_[number].beside;
        const bool added = fresh || !events.present();
        if (added) {
            events = entry{};
            ++present_;
        }
        return added;
    }

    /// Edits a detached set. True: it was there.
    bool erase(const T& element) {
        const std::uint32_t number = table_.find(element);
        if (number == table::none || !table_[number].beside.present()) {
            return false;
        }
        table_.erase(number);
        --present_;
        return true;
    }

    /// Empties a detached set.
    void clear() noexcept { *this = observed_set(); }

    /// O(1) expected.
    [[nodiscard]] bool contains(const T& element) const {
        const std::uint32_t number = table_.find(element);
        return number != table::none && table_[number].beside.present();
    }

    [[nodiscard]] std::size_t size() const noexcept { return present_; }

    [[nodiscard]] bool empty() const noexcept { return present_ == 0; }

    [[nodiscard]] const_iterator begin() const noexcept { return table_.begin(); }

    [[nodiscard]] const_iterator end() const noexcept { return table_.end(); }

    /// The elements, copied, in ascending order. O(n log n).
    [[nodiscard]] std::vector<T> value() const { return table_.sorted(); }

    /// Edits within a transaction; sees its own edits.
    class editor {
    public:
        editor(const observed_set& held, effect& pending) noexcept
            : held_(&held), pending_(&pending) {}

        editor(const editor&) = default;
        editor& operator=(const editor&) = delete;  // a set is not assigned

        /// `dots` is for builders, which have no state to observe: how many of the dots that they
        /// name are this element's. A transaction finds out by itself.
        void insert(T element, std::uint32_t dots = 0) {
            pending_->stage(std::move(element), set_edit::add, dots);
        }

        void erase(T element, std::uint32_t dots = 0) {
            pending_->stage(std::move(element), set_edit::remove, dots);
        }

        void clear() { pending_->stage_clear(); }

        /// O(edits in this transaction).
        [[nodiscard]] bool contains(const T& element) const {
            if (const auto* const staged = pending_->find(element)) {
                return staged->edit == set_edit::add;
            }
            return !pending_->clears && held_->contains(element);
        }

    private:
        const observed_set* held_;
        effect* pending_;
    };

    /// Removes what is observed at commit, and adds the wanted elements.
    void replace(const observed_set& wanted, effect& out) const {
        out.stage_clear();
        out.items.reserve(wanted.size());
        for (const T& element : wanted) {
            out.stage(element, set_edit::add, 0);
        }
    }

    /// Settles the effect and names, item by item, the live events of its element. May leave the
    /// effect empty: a removal of what is not there is dropped where removals leave no event.
    void observe(effect& out, observed_list& dots) const {
        if (out.clears) {
            effect staged;
            staged.items.reserve(present_ + out.items.size());
            for (const T& element : *this) {
                staged.stage(element, set_edit::remove, 0);
            }
            for (auto& item : out.items) {
                staged.items.push_back(std::move(item));
            }
            out = std::move(staged);
        }
        out.settle();
        for (auto& item : out.items) {
            const std::uint32_t number = table_.find(item.element);
            item.dots = 0;
            if (number != table::none) {
                const auto& live = table_[number].beside.live;
                item.dots = static_cast<std::uint32_t>(live.size());
                observe_all(live, dots);
            }
        }
        if constexpr (!removals_stay) {
            out.drop_if([](const auto& item) { return inert(item); });
        }
    }

    /// After an undo (hindsight.hpp): item by item, the live events of its element that the writer
    /// had seen.
    void recall(effect& sent, const hindsight& past, observed_list& dots) const {
        for (auto& item : sent.items) {
            const std::uint32_t number = table_.find(item.element);
            item.dots =
                number == table::none ? 0 : recall_seen(table_[number].beside.live, past, dots);
        }
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    /// Errors: those of set_effect; not_canonical for a removal that can't remove anything.
    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        result<effect> read = effect::decode(next, observed);
        if (!read) {
            return read;
        }
        if constexpr (!removals_stay) {
            for (const auto& item : read->items) {
                if (inert(item)) {
                    return {errc::not_canonical, in.offset()};
                }
            }
        }
        in = next;
        return read;
    }

    /// True: an element came or went.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        // Everything that may run out of memory comes first, and is undone if it does.
        const std::size_t count = sent.items.size();
        const std::uint32_t size_before = table_.size();
        place one;
        lean_vector<place> several;
        place* places = &one;
        WEFT_TRY {
            if (count > 1) {
                several.resize(count);
                places = several.data();
            }
            observed_span left = dots;
            for (std::size_t i = 0; i < count; ++i) {
                auto& item = sent.items[i];
                places[i] = locate(item, left.first(item.dots), at.id);
                left = left.subspan(item.dots);
            }
        }
        WEFT_CATCH_ALL {
            displace(size_before, at.id);
            WEFT_RETHROW;
        }
        bool changed = false;
        for (std::size_t i = 0; i < count; ++i) {
            const auto& item = sent.items[i];
            changed |= settle(item, places[i], dots.first(item.dots), at, report);
            dots = dots.subspan(item.dots);
        }
        if (!removals_stay && changed) {  // elements may have gone
            drop_dead(places, places + count);
        }
        return changed;
    }

    /// For standing.hpp: the live events of the other kind.
    template <class Report>
    void weigh(const effect& sent, observed_span /*dots*/, const event& at, Report& report) const {
        for (const auto& item : sent.items) {
            const std::uint32_t number = table_.find(item.element);
            if (number != table::none) {
                tell(table_[number].beside.live, item.edit, at.id, report);
            }
        }
    }

    /// Per element, ascending by encoding: size, encoding, number of live events, and each by
    /// actor: its dot, and whether it adds or removes. O(n log n).
    void write_state(byte_writer& out, const actor_order& actors) const {
        encoded_order order;
        order.reserve(table_.size());
        for (std::uint32_t number = 0; number != table_.size(); ++number) {
            order.add(table_[number].value, number);
        }
        order.sort();
        for (const auto& each : order.entries()) {
            const entry& events = table_[static_cast<std::uint32_t>(each.index)].beside;
            out.varint(each.size);
            out.append(order.bytes(each));
            out.varint(events.live.size());
            write_live(out, events.live, actors, [](byte_writer& to, set_edit edit) {
                to.u8(static_cast<std::uint8_t>(edit));
            });
        }
    }

    /// Sum of the digests of the live events: equal exactly when write_state is, but for
    /// accidents of hashing. O(1); kept by apply().
    [[nodiscard]] digest<16> digest_sum() const noexcept { return digest_.value(); }

    /// No live events. An element that was added and removed leaves nothing behind here.
    [[nodiscard]] bool pristine() const noexcept { return table_.size() == 0; }

    /// Elements and live events; of use within one replica only. O(n) expected.
    friend bool operator==(const observed_set& a, const observed_set& b) {
        if (a.table_.size() != b.table_.size()) {
            return false;
        }
        for (const auto& each : a.table_.entries()) {
            const std::uint32_t other = b.table_.find(each.value, each.hash);
            if (other == table::none || !(b.table_[other].beside == each.beside)) {
                return false;
            }
        }
        return true;
    }

private:
    [[nodiscard]] static bool inert(const typename effect::item& item) noexcept {
        return item.edit == set_edit::remove && item.dots == 0;
    }

    [[nodiscard]] static constexpr bool leaves_event(set_edit edit) noexcept {
        return removals_stay || edit == set_edit::add;
    }

    /// Where an item's element stands in the table, if it does.
    struct place {
        std::uint32_t number = table::none;
        bool fresh = false;  ///< put there just now
    };

    /// The element's place, made if there was none.
    place make_place(T&& element) {
        const std::uint64_t hash = table::hash_of(element);
        const std::uint32_t number = table_.find(element, hash);
        if (number != table::none) {
            return {number, false};
        }
        table_.insert(std::move(element), hash);
        return {table_.size() - 1, true};
    }

    /// Finds the element and makes room for the new event. One that takes the place of all others
    /// of its element needs none. A fresh element has the event already.
    place locate(typename effect::item& item, observed_span own, const local_event& by) {
        if (!leaves_event(item.edit)) {
            return {table_.find(item.element), false};
        }
        const place where = make_place(std::move(item.element));
        entry& events = table_[where.number].beside;
        if (where.fresh || !takes_all(events.live, own)) {
            events.live[by] = item.edit;
        }
        if (where.fresh) {
            events.removals.change(item.edit, 1);
        }
        return where;
    }

    /// Takes back what locate() did to a table of `size` elements.
    void displace(std::uint32_t size, const local_event& by) noexcept {
        while (table_.size() > size) {
            table_.erase(table_.size() - 1);
        }
        for (std::uint32_t number = 0; number != size; ++number) {
            table_[number].beside.live.erase(by);
        }
    }

    /// Removes the elements without live events: from the last number to the first, since a
    /// removal gives the last element another number.
    void drop_dead(place* first, place* last) noexcept {
        lean_sort(first, last, [](const place& a, const place& b) { return a.number > b.number; });
        for (; first != last; ++first) {
            if (first->number < table_.size() && table_[first->number].beside.live.empty()) {
                table_.erase(first->number);
            }
        }
    }

    /// The rest of apply() for one item; does not throw.
    template <class Report>
    bool settle(const typename effect::item& item,
                const place& where,
                observed_span own,
                const event& at,
                Report& report) {
        if (where.number == table::none) {
            return false;
        }
        const bool leaves = leaves_event(item.edit);
        if (leaves) {
            digest_.add(digest_of(item.name, item.edit, at.id, at.actors));
        }
        if (where.fresh) {
            present_ += item.edit == set_edit::add ? 1U : 0U;
            return item.edit == set_edit::add;
        }
        entry& events = table_[where.number].beside;
        const bool was_present = events.present();
        for (const local_event& dot : own) {
            const set_edit* const taken = dot == at.id ? nullptr : events.live.find(dot);
            if (taken != nullptr) {
                digest_.subtract(digest_of(item.name, *taken, dot, at.actors));
                events.removals.change(*taken, ~std::uint32_t{0});
                events.live.erase(dot);
            }
        }
        if (leaves) {
            events.live[at.id] = item.edit;  // room was made, or it is the only one
            events.removals.change(item.edit, 1);
        }
        tell(events.live, item.edit, at.id, report);
        const bool is_present = !events.live.empty() && events.present();
        present_ += is_present ? 1U : 0U;
        present_ -= was_present ? 1U : 0U;
        return is_present != was_present;
    }

    /// Reports the events of the other kind that this one had not observed.
    template <class Report>
    static void
    tell(const live_events<set_edit>& live, set_edit edit, const local_event& by, Report& report) {
        if constexpr (!std::same_as<Report, null_report>) {
            live.for_each([&](const local_event& other, set_edit others) {
                if (others != edit && other.operation != by.operation) {
                    const bool wins = edit == Rule::winner;
                    report.decided(Rule::why, wins ? by.operation : other.operation,
                                   wins ? other.operation : by.operation);
                }
            });
        }
    }

    table table_;
    std::size_t present_ = 0;
    weft::digest_sum digest_;
};

}  // namespace weft

#endif
