/// What a map_of holds: its keys, each with its entry (map_entry.hpp), as they are read, written
/// down and observed. How an effect changes them is in map_change.hpp.
#ifndef WEFT_MERGE_MAP_STATE_HPP
#define WEFT_MERGE_MAP_STATE_HPP

#include <weft/merge/map_change.hpp>
#include <weft/merge/writer.hpp>

#include <iterator>
#include <utility>

namespace weft {

template <class K, class P>
class map_state {
    using entry = map_entry<P>;
    using table = typename map_content<K, P>::table;
    using effect = map_effect<K, P>;
    using item = typename effect::item;

    static constexpr bool keeps_effects = entry::keeps_effects;

public:
    /// A key that is there, and its value.
    struct place {
        const K& key;
        const P& value;
    };

    class const_iterator {
    public:
        using iterator_category = std::input_iterator_tag;  // it makes what it refers to
        using value_type = place;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = place;

        const_iterator() = default;

        const_iterator(const typename table::entry* at, const typename table::entry* end) noexcept
            : at_(at), end_(end) {
            skip();
        }

        place operator*() const noexcept { return {at_->value, at_->beside.policy}; }

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
            while (at_ != end_ && !at_->beside.present()) {
                ++at_;
            }
        }

        const typename table::entry* at_ = nullptr;
        const typename table::entry* end_ = nullptr;
    };

    // ---- detached ----

    void put(K key, P value) {
        entry& held = content_.keys[content_.make_place(std::move(key)).first].beside;
        content_.present += held.present() ? 0U : 1U;
        held.policy = std::move(value);
        held.detached = true;
    }

    bool erase(const K& key) {
        const std::uint32_t number = content_.keys.find(key);
        if (number == table::none || !content_.keys[number].beside.present()) {
            return false;
        }
        content_.keys.erase(number);
        --content_.present;
        return true;
    }

    // ---- reading ----

    [[nodiscard]] const P* find(const K& key) const {
        const entry* const held = entry_at(key);
        return held == nullptr || !held->present() ? nullptr : &held->policy;
    }

    [[nodiscard]] const P& value_at(const K& key) const {
        const entry* const held = entry_at(key);
        return held == nullptr ? untouched_policy<P>() : held->policy;
    }

    void standing(observed_list& dots) const {
        for (const auto& each : content_.keys.entries()) {
            const entry& held = each.beside;
            if (!held.present()) {
                continue;
            }
            const std::size_t before = dots.size();
            standing_events(held.policy, dots);
            if (dots.size() == before) {
                held.each_live([&](const local_event& event) { dots.push_back(event); });
            }
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return content_.present; }

    [[nodiscard]] const_iterator begin() const noexcept {
        return {content_.keys.entries().begin(), content_.keys.entries().end()};
    }

    [[nodiscard]] const_iterator end() const noexcept {
        return {content_.keys.entries().end(), content_.keys.entries().end()};
    }

    [[nodiscard]] bool untouched() const noexcept { return content_.keys.size() == 0; }

    [[nodiscard]] digest<16> digest_sum() const noexcept { return content_.digest.value(); }

    // ---- writing ----

    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        return map_change<K, P>(content_).apply(std::move(sent), dots, at, report);
    }

    void apply_undone(effect&& sent, observed_span dots, const event& at) {
        map_change<K, P>(content_).apply_undone(std::move(sent), dots, at);
    }

    template <class Report>
    void weigh(const effect& sent, observed_span dots, const event& at, Report& report) const {
        map_change<K, P>::weigh(content_, sent, dots, at, report);
    }

    void observe(effect& out, observed_list& dots, const writer& by) const {
        if (out.clears) {
            for (const auto& [key, value] : *this) {
                bool fresh = false;
                map_edit<P>& edit = out.draft.get(K(key), fresh);
                if (fresh) {
                    edit.start_anew(value);
                }
            }
        }
        out.settle();
        for (item& each : out.items) {
            observe_item(each, dots, by);
        }
        out.drop_if([](const item& each) { return !each.removes && !each.updates; });
    }

    void recall(effect& sent, const hindsight& past, observed_list& dots) const {
        observed_span named = past.named();
        for (item& each : sent.items) {
            const entry* const held = entry_at(each.key);
            const observed_span inner = named.subspan(each.own, each.dots);
            named = named.subspan(std::size_t{each.own} + each.dots);
            each.own = 0;
            each.dots = 0;
            each.cleared.clear();
            each.cleared_dots = 0;
            if (each.removes) {
                event_reach reach;
                if (held != nullptr) {
                    held->each_live([&](const local_event& event) {
                        if (past.saw(event.operation)) {
                            reach_to(reach, event);
                        }
                    });
                }
                each.own = name_reached(reach, dots);
            } else if constexpr (map_names_overwritten<P>) {
                each.own = held == nullptr ? 0 : recall_seen(held->live, past, dots);
            }
            if constexpr (names_overwritten<P>) {
                recall_value(each, held == nullptr ? untouched_policy<P>() : held->policy, past,
                             inner, dots);
            }
        }
    }

    /// Per key, ascending by encoding: size, encoding, number of live updates, and each by actor;
    /// then size of the value's state, and that. An event has one effect, which says no more.
    void write_state(byte_writer& out, const actor_order& actors) const {
        encoded_order order;
        order.reserve(content_.keys.size());
        for (std::uint32_t number = 0; number != content_.keys.size(); ++number) {
            order.add(content_.keys[number].value, number);
        }
        order.sort();
        byte_buffer scratch;
        for (const auto& each : order.entries()) {
            const entry& held = content_.keys[static_cast<std::uint32_t>(each.index)].beside;
            out.varint(each.size);
            out.append(order.bytes(each));
            observed_list live;
            held.each_live([&](const local_event& event) { live.push_back(event); });
            sort_events(live, actors);
            out.varint(live.size());
            for (const local_event& event : live) {
                write_event(out, event, actors);
            }
            scratch.clear();
            byte_writer value(scratch);
            held.policy.write_state(value, actors);
            out.varint(scratch.size());
            out.append(scratch);
        }
    }

    friend bool operator==(const map_state& a, const map_state& b) {
        if (a.content_.keys.size() != b.content_.keys.size()) {
            return false;
        }
        for (const auto& each : a.content_.keys.entries()) {
            const std::uint32_t other = b.content_.keys.find(each.value, each.hash);
            if (other == table::none || !(b.content_.keys[other].beside == each.beside)) {
                return false;
            }
        }
        return true;
    }

private:
    [[nodiscard]] const entry* entry_at(const K& key) const {
        const std::uint32_t number = content_.keys.find(key);
        return number == table::none ? nullptr : &content_.keys[number].beside;
    }

    void observe_item(item& each, observed_list& dots, const writer& by) const {
        const entry* const held = entry_at(each.key);
        const P& value = held == nullptr ? untouched_policy<P>() : held->policy;
        const std::size_t first = dots.size();
        each.own = 0;
        each.dots = 0;
        if (each.removes) {
            event_reach reach;
            if (held != nullptr) {
                held->each_live([&](const local_event& event) { reach_to(reach, event); });
            }
            each.own = name_reached(reach, dots);
            each.removes = each.own != 0;
        } else if constexpr (map_names_overwritten<P>) {
            if (held != nullptr) {
                observe_all(held->live, dots);
                each.own = static_cast<std::uint32_t>(dots.size() - first);
            }
        }
        if (!each.removes && !each.updates) {
            return;
        }
        if constexpr (restarts_clean<P>) {
            if (each.removes && each.inner.empty()) {
                value.replace(untouched_policy<P>(), each.inner);
            }
        }
        const bool optional = each.updates && each.may_drop;
        if (!each.inner.empty()) {
            const std::size_t before = dots.size();
            observe_as(each.removes && keeps_effects ? untouched_policy<P>() : value, each.inner,
                       dots, by);
            each.dots = static_cast<std::uint32_t>(dots.size() - before);
        }
        if (each.inner.empty()) {
            each.inner = {};  // as a decoded effect has it
        }
        if (optional) {
            each.updates = !each.inner.empty() && !only_removes(each, value, by);
            each.may_drop = false;
            if (!each.updates && !each.removes) {
                dots.erase(dots.begin() + first, dots.end());  // it will be dropped
            }
        }
    }

    /// A removal takes back all that stands of the value and was seen, not only what it named.
    static void recall_value(item& each,
                             const P& value,
                             const hindsight& past,
                             observed_span named,
                             observed_list& dots) {
        observed_list standing;
        if constexpr (restarts_clean<P>) {
            typename P::effect removal;
            if (each.removes) {
                value.replace(untouched_policy<P>(), removal);
                observe_as(value, removal, standing, {});
            }
            if (each.removes && !each.updates) {
                each.inner = std::move(removal);
                named = standing;
            } else if (!removal.empty()) {
                const std::size_t before = dots.size();
                value.recall(removal,
                             hindsight(past, map_digest_of(each.name, past.part()), standing),
                             dots);
                each.cleared_dots = static_cast<std::uint32_t>(dots.size() - before);
                each.cleared.push_back(std::move(removal));
            }
        }
        if (!each.inner.empty()) {
            const std::size_t before = dots.size();
            const P& met = each.removes && keeps_effects ? untouched_policy<P>() : value;
            met.recall(each.inner, hindsight(past, map_digest_of(each.name, past.part()), named),
                       dots);
            each.dots = static_cast<std::uint32_t>(dots.size() - before);
        }
    }

    /// Whether the inner effect does nothing but what the removal of its key does.
    [[nodiscard]] static bool only_removes([[maybe_unused]] const item& each,
                                           [[maybe_unused]] const P& value,
                                           [[maybe_unused]] const writer& by) {
        if constexpr (restarts_clean<P>) {
            if (each.removes) {
                typename P::effect removal;
                observed_list ignored;
                value.replace(untouched_policy<P>(), removal);
                observe_as(value, removal, ignored, by);
                return each.inner == removal;
            }
        }
        return false;
    }

    map_content<K, P> content_;
};

}  // namespace weft

#endif
