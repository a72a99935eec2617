/// What a map keeps of one key: the value, and the updates of the key that no removal had
/// observed. A removal names, per actor, the last update that it had observed, and reaches all that
/// this actor made before; so an update is live exactly when no removal reaches it, which depends
/// on the set of effects only. As map_inner.hpp says of the values' policy, an update is kept as
/// its event alone, the last of each actor, or with its effect, to be applied anew where a removal
/// leaves it and takes others.
/// Source: per-actor prefixes as in optimised OR-sets, Bieniusa et al., INRIA RR-8083 (2012);
/// state as the effects that are left, Baquero, Almeida, Shoker, Pure operation-based CRDTs (2017).
#ifndef WEFT_MERGE_MAP_ENTRY_HPP
#define WEFT_MERGE_MAP_ENTRY_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/base/hasher.hpp>
#include <weft/merge/event_reach.hpp>
#include <weft/merge/live_events.hpp>
#include <weft/merge/map_effect.hpp>
#include <weft/merge/set_entry.hpp>

#include <concepts>

namespace weft {

/// A live update whose effect may be needed again.
template <class P>
struct kept_update {
    typename P::effect sent{};
    observed_list dots;  ///< that the effect came with
    timestamp at{};
    bool any = false;   ///< the update had an effect
    bool goes = false;  ///< while apply() works: a removal reaches it

    /// An event has one effect; which of the dots that it names still stand, the value tells.
    friend bool operator==(const kept_update& /*a*/, const kept_update& /*b*/) noexcept {
        return true;
    }
};

/// The last live update of each actor.
class last_updates {
public:
    [[nodiscard]] bool empty() const noexcept { return last_.empty(); }

    /// Calls visit(event).
    template <class Visit>
    void for_each(const Visit& visit) const {
        last_.for_each([&](actor_slot slot, const event_place& last) { visit(last.of(slot)); });
    }

    /// Makes room; it may hold an event of sequence 0 then, until take back or put.
    void make_room(const local_event& by) { static_cast<void>(last_[by.operation.slot]); }

    void leave_room(const local_event& by) noexcept {
        const event_place* const last = last_.find(by.operation.slot);
        if (last != nullptr && last->sequence == 0) {
            last_.erase(by.operation.slot);
        }
    }

    /// Puts an event where there is room, and gives the one that was there.
    local_event put(const local_event& by) noexcept {
        event_place& last = *last_.find(by.operation.slot);
        const local_event before{{by.operation.slot, last.sequence}, last.ordinal};
        last = event_place(by);
        return before;
    }

    /// Takes back what the dot reaches, if that is an event.
    [[nodiscard]] local_event take_back(const local_event& dot) noexcept {
        const event_place* const last = last_.find(dot.operation.slot);
        if (last == nullptr || last->sequence == 0 || event_place(dot) < *last) {
            return {};
        }
        const local_event gone{{dot.operation.slot, last->sequence}, last->ordinal};
        last_.erase(dot.operation.slot);
        return gone;
    }

    friend bool operator==(const last_updates&, const last_updates&) = default;

private:
    event_reach last_;
};

template <class P>
struct map_entry {
    static_assert(std::is_nothrow_move_constructible_v<P> && std::is_nothrow_move_assignable_v<P>,
                  "weft: the values of a map_of must move without throwing");

    static constexpr bool keeps_effects = !restarts_clean<P>;
    using updates = std::conditional_t<keeps_effects, live_events<kept_update<P>>, last_updates>;

    P policy{};
    updates live{};
    bool detached = false;  ///< put by its user, outside a replica

    /// Whether the key is there; a value that is not may have to remember what was removed.
    [[nodiscard]] bool present() const noexcept { return detached || !live.empty(); }

    /// Calls visit(event) for each live update that is kept.
    template <class Visit>
    void each_live(const Visit& visit) const {
        if constexpr (keeps_effects) {
            live.for_each(
                [&](const local_event& event, const kept_update<P>& /*kept*/) { visit(event); });
        } else {
            live.for_each(visit);
        }
    }

    /// What applying the live updates that do not go, in the order of their stamps, makes of a
    /// fresh value. O(n log n) and their effects.
    [[nodiscard]] P made_anew(const actor_order& actors) const {
        struct step {
            event at;
            const kept_update<P>* kept;
        };

        lean_vector<step> steps;
        steps.reserve(live.size());
        live.for_each([&](const local_event& event, const kept_update<P>& kept) {
            if (kept.any && !kept.goes) {
                steps.push_back({{event, kept.at, actors}, &kept});
            }
        });
        lean_sort(steps.begin(), steps.end(), [&](const step& a, const step& b) {
            return a.at.id.operation == b.at.id.operation
                       ? a.at.id.ordinal < b.at.id.ordinal
                       : stamp::before(a.at.stamp(), b.at.stamp(), actors);
        });
        P made{};
        null_report quiet;
        for (const step& each : steps) {
            typename P::effect again = each.kept->sent;
            made.apply(std::move(again), each.kept->dots, each.at, quiet);
        }
        return made;
    }

    friend bool operator==(const map_entry& a, const map_entry& b) {
        return a.detached == b.detached && a.policy == b.policy && a.live == b.live;
    }
};

/// A live update's part in a map's digest.
[[nodiscard]] inline digest<16>
map_digest_of(const digest<16>& key, const local_event& event, const actor_order& actors) noexcept {
    return digest_of(key, set_edit::add, event, actors);
}

/// The part of a value that has a digest, or is given its own bytes'.
[[nodiscard]] inline digest<16> map_digest_of(const digest<16>& key,
                                              const digest<16>& value) noexcept {
    std::byte bytes[32];
    std::memcpy(bytes, key.bytes.data(), 16);
    std::memcpy(bytes + 16, value.bytes.data(), 16);
    return xxh3_128::hash(bytes);
}

}  // namespace weft

#endif
