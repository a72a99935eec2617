/// How an effect changes the keys of a map: all that it names, or none if memory runs out. Entries
/// of keys that are not there are kept only while their values remember what was removed.
#ifndef WEFT_MERGE_MAP_CHANGE_HPP
#define WEFT_MERGE_MAP_CHANGE_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/base/value_table.hpp>
#include <weft/merge/map_entry.hpp>
#include <weft/merge/standing.hpp>

#include <concepts>
#include <utility>

namespace weft {

/// The keys of a map, how many of them are there, and the digest of all.
template <class K, class P>
struct map_content {
    using table = value_table<K, map_entry<P>>;

    table keys;
    std::size_t present = 0;
    digest_sum digest;

    /// The key's number in the table, made if there was none, and whether it was.
    std::pair<std::uint32_t, bool> make_place(K&& key) {
        const std::uint64_t hash = table::hash_of(key);
        const std::uint32_t number = keys.find(key, hash);
        if (number != table::none) {
            return {number, false};
        }
        keys.insert(std::move(key), hash);
        return {keys.size() - 1, true};
    }
};

template <class K, class P>
class map_change {
    using entry = map_entry<P>;
    using table = typename map_content<K, P>::table;
    using effect = map_effect<K, P>;
    using item = typename effect::item;

    static constexpr bool keeps_effects = entry::keeps_effects;

public:
    explicit map_change(map_content<K, P>& held) noexcept : held_(&held) {}

    /// As a policy's apply().
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        // Everything that may run out of memory comes first, and is undone if it does: room for
        // the updates, then new values beside the old ones; the last value changes in its place.
        const std::size_t count = sent.items.size();
        const std::uint32_t size_before = held_->keys.size();
        work one;
        lean_vector<work> several;
        work* works = &one;
        std::size_t begun = 0;
        WEFT_TRY {
            if (count > 1) {
                several.reserve(count);
                for (std::size_t i = 0; i < count; ++i) {
                    several.emplace_back();
                }
                works = several.data();
            }
            observed_span left = dots;
            for (std::size_t i = 0; i < count; ++i) {
                item& each = sent.items[i];
                works[i].own = left.first(each.own);
                left = left.subspan(each.own);
                works[i].cleared = left.first(each.cleared_dots);
                left = left.subspan(each.cleared_dots);
                works[i].dots = left.first(each.dots);
                left = left.subspan(each.dots);
                ++begun;
                make_room(each, works[i], at);
            }
            for (std::size_t i = 0; i < count; ++i) {
                make_value(sent.items[i], works[i], i + 1 == count, at, report);
            }
        }
        WEFT_CATCH_ALL {
            for (std::size_t i = 0; i < begun; ++i) {
                take_back_room(works[i], at.id);
            }
            while (held_->keys.size() > size_before) {
                held_->keys.erase(held_->keys.size() - 1);
            }
            WEFT_RETHROW;
        }
        bool changed = false;
        for (std::size_t i = 0; i < count; ++i) {
            changed |= settle(sent.items[i], works[i], at, report);
        }
        drop_dead(works, works + count);
        return changed;
    }

    /// What an effect that is undone leaves of the values (hindsight.hpp). Where memory ends, what
    /// the first keys remember stays.
    void apply_undone(effect&& sent, observed_span dots, const event& at) {
        for (item& each : sent.items) {
            const observed_span inner = dots.subspan(each.own, each.dots);
            dots = dots.subspan(std::size_t{each.own} + each.dots);
            if (each.inner.empty()) {
                continue;
            }
            const auto [number, fresh] = held_->make_place(std::move(each.key));
            entry& held = held_->keys[number].beside;
            digest<16> before{};
            digest<16> after{};
            const bool had_part = part_of(held.policy, each.name, at.actors, before);
            WEFT_TRY {
                held.policy.apply_undone(std::move(each.inner), inner, at);
            }
            WEFT_CATCH_ALL {
                if (fresh) {
                    held_->keys.erase(number);
                }
                WEFT_RETHROW;
            }
            const bool has_part = part_of(held.policy, each.name, at.actors, after);
            if (had_part) {
                held_->digest.subtract(before);
            }
            if (has_part) {
                held_->digest.add(after);
            }
            if (!held.present() && held.policy.pristine()) {
                held_->keys.erase(number);
            }
        }
    }

    /// For standing.hpp: what a removal leaves, and what the value says.
    template <class Report>
    static void weigh(const map_content<K, P>& content,
                      const effect& sent,
                      observed_span dots,
                      const event& at,
                      Report& report) {
        for (const item& each : sent.items) {
            const std::uint32_t number = content.keys.find(each.key);
            if (number != table::none) {
                const entry& held = content.keys[number].beside;
                tell(held, each, at.id, report);
                if (!each.inner.empty()) {
                    weigh_effect(held.policy, each.inner, dots.subspan(each.own, each.dots), at,
                                 report);
                }
            }
            dots = dots.subspan(std::size_t{each.own} + each.dots);
        }
    }

private:
    static constexpr bool sums_digest = requires(const P& held) {
        { held.digest_sum() } -> std::same_as<digest<16>>;
    };

    /// What apply() is about to do to one key.
    struct work {
        std::uint32_t number = table::none;
        bool fresh = false;        ///< the key was put into the table just now
        bool was_present = false;  ///< before
        bool renewed = false;      ///< `value` takes the old one's place
        bool changed = false;      ///< what the value reads, or may have
        bool valued = false;       ///< the effect says something about it
        bool had_part = false;
        bool has_part = false;
        digest<16> part_before{};  ///< of the value, where its state is part of the map's
        digest<16> part{};
        observed_span own{};
        observed_span cleared{};
        observed_span dots{};
        observed_list gone;  ///< the kept updates that go
        kept_update<P> kept{};
        P value{};
    };

    /// Finds or makes the key's entry, and room for the update.
    void make_room(item& each, work& todo, const event& at) {
        const bool needed = each.updates || (restarts_clean<P> && !each.inner.empty());
        if (needed) {
            const auto [number, fresh] = held_->make_place(std::move(each.key));
            todo.number = number;
            todo.fresh = fresh;
        } else {
            todo.number = held_->keys.find(each.key);
        }
        if (todo.number == table::none) {
            return;
        }
        entry& held = held_->keys[todo.number].beside;
        todo.was_present = held.present();
        if constexpr (keeps_effects) {
            if (each.removes) {
                find_gone(held, todo);
            }
            if (each.updates) {
                todo.kept.any = !each.inner.empty();
                todo.kept.sent = each.inner;
                todo.kept.dots.append(todo.dots.begin(), todo.dots.end());
                todo.kept.at = at.at;
                if (!takes_all(held.live, overwritten(todo))) {
                    static_cast<void>(held.live[at.id]);
                }
            }
        } else if (each.updates) {
            held.live.make_room(at.id);
        }
    }

    /// The dots of the updates that an update takes back by itself.
    [[nodiscard]] static observed_span overwritten(const work& todo) noexcept {
        if constexpr (map_names_overwritten<P>) {
            return todo.own;
        } else if constexpr (overwrites_seen<P>) {
            return todo.dots;
        } else {
            return {};
        }
    }

    static void find_gone(entry& held, work& todo) {
        event_reach reach;
        for (const local_event& dot : todo.own) {
            reach_to(reach, dot);
        }
        held.each_live([&](const local_event& event) {
            if (reaches(reach, event)) {
                todo.gone.push_back(event);
            }
        });
        for (const local_event& event : todo.gone) {
            held.live.find(event)->goes = true;
        }
    }

    /// Does to the value what the effect says, or to another that will take its place.
    template <class Report>
    void make_value(item& each, work& todo, bool last, const event& at, Report& report) {
        if (todo.number == table::none) {
            return;
        }
        entry& held = held_->keys[todo.number].beside;
        if constexpr (keeps_effects) {
            todo.renewed = !todo.gone.empty() || (each.updates && !last);
            if (!todo.gone.empty()) {
                todo.value = held.made_anew(at.actors);
            } else if (todo.renewed) {
                todo.value = held.policy;
            }
        } else if (!each.inner.empty() || !each.cleared.empty()) {
            constexpr bool copies = !sums_digest;
            todo.renewed = copies || !last || !each.cleared.empty();
            if (todo.renewed) {
                todo.value = held.policy;
            }
            todo.had_part = part_of(held.policy, each.name, at.actors, todo.part_before);
        }
        P& value = todo.renewed ? todo.value : held.policy;
        if (!todo.gone.empty()) {
            todo.changed = !(value == held.policy);
        }
        todo.valued = !each.inner.empty() || !each.cleared.empty();
        for (auto& removal : each.cleared) {
            todo.changed |= value.apply(std::move(removal), todo.cleared, at, report);
        }
        if (todo.valued) {
            if (!each.inner.empty()) {
                todo.changed |= value.apply(std::move(each.inner), todo.dots, at, report);
            }
            if constexpr (!keeps_effects && !sums_digest) {
                todo.has_part = part_of(value, each.name, at.actors, todo.part);
            }
        }
    }

    /// What a value adds to the digest; false: nothing.
    static bool part_of(const P& value,
                        const digest<16>& key,
                        [[maybe_unused]] const actor_order& actors,
                        digest<16>& part) noexcept(sums_digest) {
        if (value.pristine()) {
            return false;
        }
        if constexpr (sums_digest) {
            part = map_digest_of(key, value.digest_sum());
        } else {
            byte_buffer bytes;
            byte_writer out(bytes);
            value.write_state(out, actors);
            part = map_digest_of(key, xxh3_128::hash(bytes));
        }
        return true;
    }

    /// The rest of apply() for one key; does not throw.
    template <class Report>
    bool settle(const item& each, work& todo, const event& at, Report& report) {
        if (todo.number == table::none) {
            return false;
        }
        entry& held = held_->keys[todo.number].beside;
        if (todo.renewed) {
            held.policy = std::move(todo.value);
        }
        if constexpr (keeps_effects) {
            for (const local_event& event : todo.gone) {
                forget(held, each.name, event, at.actors);
            }
            if (each.updates) {
                for (const local_event& dot : overwritten(todo)) {
                    if (dot != at.id) {
                        forget(held, each.name, dot, at.actors);
                    }
                }
                held.live[at.id] = std::move(todo.kept);  // room was made, or it is the only one
            }
        } else {
            settle_last(held, each, todo, at);
        }
        if (each.updates) {
            held_->digest.add(map_digest_of(each.name, at.id, at.actors));
        }
        tell(held, each, at.id, report);
        const bool is_present = held.present();
        held_->present += is_present ? 1U : 0U;
        held_->present -= todo.was_present ? 1U : 0U;
        return is_present != todo.was_present || (is_present && todo.changed);
    }

    void forget(entry& held,
                const digest<16>& key,
                const local_event& event,
                const actor_order& actors) noexcept {
        if (held.live.erase(event)) {
            held_->digest.subtract(map_digest_of(key, event, actors));
        }
    }

    /// The part of settle() where an update is kept as its event alone.
    void settle_last(entry& held, const item& each, work& todo, const event& at) noexcept {
        const auto gone = [&](const local_event& event) {
            if (event.operation.sequence != 0) {
                held_->digest.subtract(map_digest_of(each.name, event, at.actors));
            }
        };
        if (each.updates) {
            gone(held.live.put(at.id));  // first, for it stands where the actor's last one stood
        }
        if (each.removes) {
            for (const local_event& dot : todo.own) {
                gone(held.live.take_back(dot));
            }
        }
        if (todo.valued) {
            if constexpr (sums_digest) {
                todo.has_part = part_of(held.policy, each.name, at.actors, todo.part);
            }
            if (todo.had_part) {
                held_->digest.subtract(todo.part_before);
            }
            if (todo.has_part) {
                held_->digest.add(todo.part);
            }
        }
    }

    /// Reports the updates that a removal had not observed; if it is also an update, the value
    /// tells.
    template <class Report>
    static void tell([[maybe_unused]] const entry& held,
                     [[maybe_unused]] const item& each,
                     [[maybe_unused]] const local_event& by,
                     [[maybe_unused]] Report& report) {
        if constexpr (!std::same_as<Report, null_report>) {
            if (!each.removes || each.updates) {
                return;
            }
            held.each_live([&](const local_event& other) {
                if (other.operation != by.operation) {
                    report.decided(reason::add_won, other.operation, by.operation);
                }
            });
        }
    }

    /// Removes the entries of keys that are not there and have nothing to remember: from the last
    /// number to the first, since a removal gives the last entry another number.
    void drop_dead(work* first, work* last) noexcept {
        lean_sort(first, last, [](const work& a, const work& b) { return a.number > b.number; });
        for (; first != last; ++first) {
            if (first->number != table::none) {
                const entry& held = held_->keys[first->number].beside;
                if (!held.present() && (keeps_effects || held.policy.pristine())) {
                    held_->keys.erase(first->number);
                }
            }
        }
    }

    void take_back_room(work& todo, const local_event& by) noexcept {
        if (todo.number == table::none || todo.fresh) {
            return;
        }
        entry& held = held_->keys[todo.number].beside;
        if constexpr (keeps_effects) {
            held.live.erase(by);
            for (const local_event& event : todo.gone) {
                held.live.find(event)->goes = false;
            }
        } else {
            held.live.leave_room(by);
        }
    }

    map_content<K, P>* held_;
};

}  // namespace weft

#endif
