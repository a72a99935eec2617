/// The lots of a bounded_counter, whatever its bound: who granted how much to whom, what of it was
/// used, and what re-inserts have removed. bounded_counter.hpp says what they mean. An actor's own
/// lot lies with its account, found by slot; those of transfers in a table of (giver, receiver's
/// id), since a receiver may have no slot yet.
/// Invariant: total() is the sum of what all lots hold.
#ifndef WEFT_MERGE_ESCROW_HPP
#define WEFT_MERGE_ESCROW_HPP

#include <weft/base/small_map.hpp>
#include <weft/merge/bounded_counter_effect.hpp>
#include <weft/merge/event_reach.hpp>
#include <weft/merge/state_bytes.hpp>
#include <weft/merge/writer.hpp>

namespace weft {

/// A sum of fewer than 2^64 numbers of 64 bits.
struct wide_sum {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    constexpr void add(std::uint64_t number) noexcept {
        low += number;
        high += low < number ? std::uint64_t{1} : std::uint64_t{0};
    }

    constexpr void subtract(std::uint64_t number) noexcept {
        high -= low < number ? std::uint64_t{1} : std::uint64_t{0};
        low -= number;
    }

    friend constexpr bool operator==(const wide_sum&, const wide_sum&) = default;
};

class escrow {
    using effect = bounded_counter_effect;

public:
    escrow() = default;

    /// A detached counter's.
    explicit escrow(std::uint64_t total) noexcept : total_{total, 0} {}

    [[nodiscard]] const wide_sum& total() const noexcept { return total_; }

    [[nodiscard]] bool empty() const noexcept { return accounts_.empty() && gifts_.empty(); }

    /// What an actor may take. O(lots).
    [[nodiscard]] std::uint64_t of(const actor_slot* slot, const actor_name& id) const {
        const account* const own = slot != nullptr ? accounts_.find(*slot) : nullptr;
        std::uint64_t sum = own != nullptr ? own->own.held() : 0;
        gifts_.for_each([&](const gift_key& key, const lot& gift) {
            sum = key.to == id ? add_capped(sum, gift.held()) : sum;
        });
        return sum;
    }

    [[nodiscard]] std::uint64_t of(const writer& by) const {
        return of(by.slotted ? &by.slot : nullptr, actor_name(by.id));
    }

    /// bounded_counter::observe().
    void observe(effect& out, observed_list& dots, const writer& by) const {
        const bool restarts = out.restarts || !out.removed.empty();
        out.own.amount = out.taken();
        out.from.clear();
        out.removed.clear();
        out.own.passed_over = 0;
        if (by.known()) {
            out.keep(actor_name(by.id));
            choose_lots(out, dots, by, restarts);
        }
        if (restarts) {
            remove_all(out, dots);
        }
        out.restarts = false;
    }

    /// Strong guarantee.
    template <class Report>
    void apply(const effect& sent, observed_span dots, const event& at, Report& report) {
        WEFT_ASSERT(dots.size() == sent.from.size() + sent.removed.size());
        const actor_slot self = at.id.operation.slot;
        const actor_name self_id(at.actors.id(self));
        open_lots(sent, dots, self, self_id);
        const observed_span removals = dots.subspan(sent.from.size());
        for (std::size_t i = 0; i < removals.size(); ++i) {
            const effect::share& mark = sent.removed[i];
            change(*lot_of(removals[i].operation.slot, mark.to), [&](lot& of) {
                of.removed = of.removed < mark.amount ? mark.amount : of.removed;
            });
        }
        bool contributes = !sent.from.empty();
        if (grants(sent) || sent.own != effect::draft{}) {
            account& own = *accounts_.find(self);
            change(own.own, [&](lot& of) {
                of.granted = add_capped(of.granted, sent.granted);
                of.use(sent.own);
            });
            if (sent.own.amount != 0 && own.own.used > own.own.granted) {
                tell_overdrawn(own.last, self, at, report);
            }
            contributes = true;
        }
        for (std::size_t i = 0; i < sent.from.size(); ++i) {
            const actor_slot giver = dots[i].operation.slot;
            lot& gift = *lot_of(giver, self_id);
            change(gift, [&](lot& of) { of.use(sent.from[i]); });
            const account* const theirs = accounts_.find(giver);
            if (gift.used > gift.granted && theirs != nullptr) {
                tell_overdrawn(theirs->last, giver, at, report);
            }
        }
        for (const effect::share& each : sent.handed_on) {
            change(*lot_of(self, each.to),
                   [&](lot& of) { of.granted = add_capped(of.granted, each.amount); });
        }
        if (grants(sent)) {
            accounts_.find(self)->last = event_place(at.id);
        }
        if (contributes) {
            if (last_.sequence != 0 && last_.slot != self) {
                report.decided(reason::summed, at.id.operation, last_);
            }
            last_ = at.id.operation;
        }
    }

    void write(byte_writer& out, const actor_order& actors) const {
        if (empty()) {
            return;
        }
        lean_vector<actor_slot> slots;
        slots.reserve(accounts_.size());
        accounts_.for_each([&](actor_slot slot, const account& /*of*/) { slots.push_back(slot); });
        lean_sort(slots.begin(), slots.end(),
                  [&](actor_slot a, actor_slot b) { return actors.less(a, b); });
        out.varint(slots.size());
        for (const actor_slot slot : slots) {
            const account& of = *accounts_.find(slot);
            out.append(actors.id(slot));
            out.u32(of.last.sequence);
            out.u32(of.last.ordinal);
            of.own.write(out);
        }
        lean_vector<gift_key> keys;
        keys.reserve(gifts_.size());
        gifts_.for_each([&](const gift_key& key, const lot& /*gift*/) { keys.push_back(key); });
        sort_by_giver(keys, actors);
        for (const gift_key& key : keys) {
            out.append(actors.id(key.giver));
            key.to.write(out);
            gifts_.find(key)->write(out);
        }
    }

    friend bool operator==(const escrow& a, const escrow& b) {
        return a.total_ == b.total_ && a.accounts_ == b.accounts_ && a.gifts_ == b.gifts_;
    }

private:
    /// Each number only grows.
    struct lot {
        std::uint64_t granted = 0;
        std::uint64_t used = 0;
        std::uint64_t removed = 0;

        [[nodiscard]] constexpr std::uint64_t gone() const noexcept {
            return used < removed ? removed : used;
        }

        [[nodiscard]] constexpr std::uint64_t held() const noexcept {
            return granted < gone() ? 0 : granted - gone();
        }

        constexpr void use(const effect::draft& from) noexcept {
            used = add_capped(used, add_capped(from.amount, from.passed_over));
        }

        void write(byte_writer& out) const {
            out.u64(granted);
            out.u64(used);
            out.u64(removed);
        }

        friend constexpr bool operator==(const lot&, const lot&) = default;
    };

    struct account {
        event_place last{};  ///< event that granted, to whomever: what names this giver
        lot own{};
        friend constexpr bool operator==(const account&, const account&) = default;
    };

    struct gift_key {
        actor_slot giver{};
        actor_name to{};
        friend bool operator==(const gift_key&, const gift_key&) = default;
    };

    [[nodiscard]] static bool grants(const effect& sent) noexcept {
        return sent.granted != 0 || !sent.handed_on.empty();
    }

    static void sort_by_giver(lean_vector<gift_key>& keys, const actor_order& actors) {
        lean_sort(keys.begin(), keys.end(), [&](const gift_key& a, const gift_key& b) {
            return a.giver == b.giver ? a.to < b.to : actors.less(a.giver, b.giver);
        });
    }

    [[nodiscard]] lot* lot_of(actor_slot giver, const actor_name& to) noexcept {
        if (to.size == 0) {
            account* const of = accounts_.find(giver);
            return of == nullptr ? nullptr : &of->own;
        }
        return gifts_.find({giver, to});
    }

    template <class Change>
    void change(lot& of, const Change& by) noexcept {
        total_.subtract(of.held());
        by(of);
        total_.add(of.held());
    }

    template <class Report>
    static void
    tell_overdrawn(const event_place& last, actor_slot giver, const event& at, Report& report) {
        const local_dot granted{giver, last.sequence};
        if (last.sequence != 0 && granted != at.id.operation) {
            report.decided(reason::overdrawn, granted, at.id.operation);
        }
    }

    // --- staging

    /// Takes up to `wanted` from a lot, of which so much is gone and so much is there.
    [[nodiscard]] static effect::draft
    draft_on(const lot& of, std::uint64_t granted, bool restarts, std::uint64_t wanted) noexcept {
        const std::uint64_t gone = restarts && of.gone() < of.granted ? of.granted : of.gone();
        const std::uint64_t there = granted < gone ? 0 : granted - gone;
        const std::uint64_t amount = wanted < there ? wanted : there;
        return {amount, amount == 0 ? 0 : gone - of.used};
    }

    void choose_lots(effect& out, observed_list& dots, const writer& by, bool restarts) const {
        const account* const own = by.slotted ? accounts_.find(by.slot) : nullptr;
        const lot mine = own != nullptr ? own->own : lot{};
        std::uint64_t wanted = out.own.amount;
        out.own = draft_on(mine, add_capped(mine.granted, out.granted), restarts, wanted);
        wanted -= out.own.amount;
        if (wanted != 0 && !restarts) {  // a restart removes all gifts
            const actor_name id(by.id);
            lean_vector<gift_key> keys;
            gifts_.for_each([&](const gift_key& key, const lot& /*gift*/) {
                if (key.to == id) {
                    keys.push_back(key);
                }
            });
            sort_by_giver(keys, by.actors);
            for (const gift_key& key : keys) {
                const lot& gift = *gifts_.find(key);
                const effect::draft part = draft_on(gift, gift.granted, false, wanted);
                const account* const giver = accounts_.find(key.giver);
                if (part.amount != 0 && giver != nullptr) {
                    dots.push_back(giver->last.of(key.giver));
                    out.from.push_back(part);
                    wanted -= part.amount;
                }
            }
        }
        for (; wanted != 0 && !out.handed_on.empty();) {  // not all is there: hand on less
            effect::share& last = out.handed_on.back();
            const std::uint64_t less = last.amount < wanted ? last.amount : wanted;
            last.amount -= less;
            wanted -= less;
            if (last.amount == 0) {
                out.handed_on.pop_back();
            }
        }
    }

    void remove_all(effect& out, observed_list& dots) const {
        const auto remove = [&](const account& giver, actor_slot slot, const lot& of,
                                const actor_name& to) {
            if (of.held() != 0) {  // of the others nothing is left to remove
                dots.push_back(giver.last.of(slot));
                out.removed.push_back({to, of.granted});
            }
        };
        accounts_.for_each(
            [&](actor_slot slot, const account& of) { remove(of, slot, of.own, {}); });
        gifts_.for_each([&](const gift_key& key, const lot& gift) {
            const account* const giver = accounts_.find(key.giver);
            if (giver != nullptr) {
                remove(*giver, key.giver, gift, key.to);
            }
        });
    }

    // --- memory first

    /// Calls visit(giver, receiver) for each lot that an effect touches.
    template <class Visit>
    static void each_lot(const effect& sent,
                         observed_span dots,
                         actor_slot self,
                         const actor_name& self_id,
                         const Visit& visit) {
        if (grants(sent) || sent.own != effect::draft{}) {
            visit(self, actor_name{});
        }
        for (std::size_t i = 0; i < dots.size(); ++i) {
            const std::size_t used = sent.from.size();
            visit(dots[i].operation.slot, i < used ? self_id : sent.removed[i - used].to);
        }
        for (const effect::share& each : sent.handed_on) {
            visit(self, each.to);
        }
    }

    /// Makes the lots that apply() is about to change; all or, out of memory, none.
    void
    open_lots(const effect& sent, observed_span dots, actor_slot self, const actor_name& self_id) {
        WEFT_TRY {
            each_lot(sent, dots, self, self_id, [&](actor_slot giver, const actor_name& to) {
                if (to.size == 0) {
                    static_cast<void>(accounts_[giver]);
                } else {
                    static_cast<void>(gifts_[{giver, to}]);
                }
            });
        }
        WEFT_CATCH_ALL {
            each_lot(sent, dots, self, self_id,
                     [&](actor_slot giver, const actor_name& to) { close_unused(giver, to); });
            WEFT_RETHROW;
        }
    }

    void close_unused(actor_slot giver, const actor_name& to) noexcept {
        if (to.size != 0) {
            const lot* const gift = gifts_.find({giver, to});
            if (gift != nullptr && *gift == lot{}) {
                gifts_.erase({giver, to});
            }
            return;
        }
        const account* const of = accounts_.find(giver);
        if (of != nullptr && *of == account{}) {
            accounts_.erase(giver);
        }
    }

    wide_sum total_{};
    local_dot last_{};  ///< of the last contribution applied; only for reports
    small_map<actor_slot, account> accounts_;
    small_map<gift_key, lot> gifts_;
};

}  // namespace weft

#endif
