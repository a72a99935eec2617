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

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <initializer_list>
#include <iterator>

namespace weft {

template <class T, class Rule>
class observed_set {
    static constexpr bool removals_stay = Rule::removals_stay;
    static_assert(codable<T> || removals_stay,
                  "weft: add_wins_set<T> needs weft::codec<T>; specialise it for your type");
    static_assert(codable<T> || !removals_stay,
                  "weft: remove_wins_set<T> needs weft::codec<T>; specialise it for your type");

    using entry = set_entry<removals_stay>;
    using table = boost::unordered_flat_map<T, entry, seeded_value_hash, value_equal>;

public:
    using value_type = T;
    using effect = set_effect<T>;
    static constexpr std::string_view policy_name = Rule::policy_name;
    static constexpr std::uint32_t wire_kind = wire_kind_of<T>(Rule::number);

    /// Over the elements that are present.
    class const_iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = const T*;
        using reference = const T&;

        const_iterator() = default;

        const_iterator(typename table::const_iterator at, typename table::const_iterator end)
            : at_(at), end_(end) {
            skip();
        }

        reference operator*() const noexcept { return at_->first; }

        pointer operator->() const noexcept { return &at_->first; }

        const_iterator& operator++() noexcept {
            ++at_;
            skip();
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
        void skip() noexcept {
            while (at_ != end_ && !at_->second.present()) {
                ++at_;
            }
        }

        typename table::const_iterator at_{};
        typename table::const_iterator end_{};
    };

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
        const auto [at, fresh] = table_.try_emplace(std::move(element));
        const bool added = fresh || !at->second.present();
        if (added) {
            at->second = entry{};
            ++present_;
        }
        return added;
    }

    /// Edits a detached set. True: it was there.
    bool erase(const T& element) {
        const auto at = table_.find(element);
        if (at == table_.end() || !at->second.present()) {
            return false;
        }
        table_.erase(at);
        --present_;
        return true;
    }

    /// Empties a detached set.
    void clear() noexcept { *this = observed_set(); }

    /// O(1) expected.
    [[nodiscard]] bool contains(const T& element) const {
        const auto at = table_.find(element);
        return at != table_.end() && at->second.present();
    }

    [[nodiscard]] std::size_t size() const noexcept { return present_; }

    [[nodiscard]] bool empty() const noexcept { return present_ == 0; }

    [[nodiscard]] const_iterator begin() const noexcept { return {table_.begin(), table_.end()}; }

    [[nodiscard]] const_iterator end() const noexcept { return {table_.end(), table_.end()}; }

    /// The elements, copied, in ascending order. O(n log n).
    [[nodiscard]] std::vector<T> value() const {
        std::vector<T> elements(begin(), end());
        std::sort(elements.begin(), elements.end(),
                  [](const T& a, const T& b) { return value_less(a, b); });
        return elements;
    }

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
            std::vector<typename effect::item> staged;
            staged.reserve(present_ + out.items.size());
            for (const T& element : *this) {
                staged.push_back({element, set_edit::remove, false, 0, {}});
            }
            std::move(out.items.begin(), out.items.end(), std::back_inserter(staged));
            out.items = std::move(staged);
            out.clears = false;
        }
        out.settle();
        for (auto& item : out.items) {
            const auto at = table_.find(item.element);
            item.dots = 0;
            if (at != table_.end()) {
                item.dots = static_cast<std::uint32_t>(at->second.live.size());
                observe_all(at->second.live, dots);
            }
        }
        if constexpr (!removals_stay) {
            std::erase_if(out.items, [](const auto& item) { return inert(item); });
        }
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    /// Errors: those of set_effect; not_canonical for a removal that can't remove anything.
    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        result<effect> read = effect::decode(next, observed);
        if constexpr (!removals_stay) {
            if (read && std::any_of(read->items.begin(), read->items.end(), inert)) {
                return {errc::not_canonical, in.offset()};
            }
        }
        if (read) {
            in = next;
        }
        return read;
    }

    /// True: an element came or went.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        // Everything that may run out of memory comes first, and is undone if it does.
        place first;
        std::vector<place> others;
        WEFT_TRY {
            if (sent.items.size() == 1) {
                first = locate(sent.items.front(), dots, at.id);
            } else {
                others = locate_all(sent, dots, at.id);
            }
        }
        WEFT_CATCH_ALL {
            displace(at.id);
            WEFT_RETHROW;
        }
        bool changed = false;
        for (std::size_t i = 0; i < sent.items.size(); ++i) {
            const auto& item = sent.items[i];
            const place& where = others.empty() ? first : others[i];
            changed |= settle(item, where, dots.first(item.dots), at, report);
            dots = dots.subspan(item.dots);
        }
        return changed;
    }

    /// Per element, ascending by encoding: size, encoding, number of live events, and each by
    /// actor: its dot, and whether it adds or removes. O(n log n).
    void write_state(byte_writer& out, const actor_order& actors) const {
        encoded_order order;
        order.reserve(table_.size());
        std::vector<const entry*> entries;
        entries.reserve(table_.size());
        for (const auto& [element, events] : table_) {
            order.add(element, entries.size());
            entries.push_back(&events);
        }
        order.sort();
        for (const auto& each : order.entries()) {
            const entry& events = *entries[each.index];
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
    [[nodiscard]] bool pristine() const noexcept { return table_.empty(); }

    /// Elements and live events; of use within one replica only. O(n) expected.
    friend bool operator==(const observed_set& a, const observed_set& b) {
        if (a.table_.size() != b.table_.size()) {
            return false;
        }
        return std::all_of(a.table_.begin(), a.table_.end(), [&](const auto& each) {
            const auto other = b.table_.find(each.first);
            return other != b.table_.end() && other->second == each.second;
        });
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
        typename table::iterator at{};
        bool found = false;
        bool fresh = false;  ///< put there by this effect, with its event
    };

    /// Finds the element and makes room for the new event. One that takes the place of all others
    /// of its element needs none. Moves the element if it is new; later calls may invalidate `at`.
    place locate(typename effect::item& item, observed_span own, const local_event& by) {
        if (!leaves_event(item.edit)) {
            const auto at = table_.find(item.element);
            return {at, at != table_.end(), false};
        }
        const auto [at, fresh] = table_.try_emplace(std::move(item.element));
        if (fresh || !takes_all(at->second.live, own)) {
            at->second.live[by] = item.edit;
        }
        if (fresh) {
            at->second.removals.change(item.edit, 1);
        }
        return {at, true, fresh};
    }

    std::vector<place> locate_all(effect& sent, observed_span dots, const local_event& by) {
        std::vector<place> places;
        places.reserve(sent.items.size());
        for (auto& item : sent.items) {
            places.push_back(locate(item, dots.first(item.dots), by));
            dots = dots.subspan(item.dots);
        }
        // The table may have grown. What is fresh has lost its key, and needs it no more.
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (places[i].found && !places[i].fresh) {
                places[i].at = table_.find(sent.items[i].element);
            }
        }
        return places;
    }

    /// Takes back what locate() did.
    void displace(const local_event& by) noexcept {
        for (auto at = table_.begin(); at != table_.end();) {
            const auto here = at++;
            here->second.live.erase(by);
            if (here->second.live.empty()) {
                table_.erase(here);
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
        if (!where.found) {
            return false;
        }
        const bool leaves = leaves_event(item.edit);
        if (leaves) {
            digest_.add(digest_of(item.name, item.edit, at.id, at.actors));
        }
        if (where.fresh) {
            // `at` may be out of date, and the entry has its event already.
            present_ += item.edit == set_edit::add ? 1U : 0U;
            return item.edit == set_edit::add;
        }
        entry& events = where.at->second;
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
        if (events.live.empty()) {
            table_.erase(where.at);
        }
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
