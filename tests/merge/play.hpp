/// A short history of one field and its record, written down step by step and then delivered, in
/// every causal order, to replicas that number their actors as they come: all must read the same
/// and hold the same state, whose value the test then compares with what it expects. Every record
/// rule stands beside the field, so that one play says what each of them makes of it.
///
///     play<counter> p;
///     const auto made = p.insert(0, 1, {}, counter(100));
///     p.update(1, 10, {made}, [](counter::editor& e) { e += 5; });
///     p.erase(2, 20, {made});
///     CHECK(p.outcome([](const auto& row) { return row.field.value(); }) == 105);
///
/// A step is an operation with one mutation. Its writer has seen the steps that are named, with
/// what those had seen, and all of its own.
#ifndef WEFT_TESTS_MERGE_PLAY_HPP
#define WEFT_TESTS_MERGE_PLAY_HPP

#include <weft/base/random.hpp>
#include <weft/merge/delete_wins.hpp>
#include <weft/merge/lww_delete.hpp>
#include <weft/merge/mutation_kind.hpp>
#include <weft/merge/policy.hpp>
#include <weft/merge/update_wins.hpp>
#include <weft/merge/writer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace weft::test {

/// For each step, by number, those before it that its writer had seen.
using causal_pasts = std::vector<std::vector<bool>>;

namespace detail {

/// The steps that may come next. Says false as soon as `visit` does.
inline bool extend_order(const causal_pasts& pasts,
                         std::vector<std::size_t>& order,
                         std::vector<bool>& held,
                         const std::function<bool(const std::vector<std::size_t>&)>& visit) {
    if (order.size() == pasts.size()) {
        return visit(order);
    }
    for (std::size_t next = 0; next < pasts.size(); ++next) {
        bool ready = !held[next];
        for (std::size_t past = 0; ready && past < pasts[next].size(); ++past) {
            ready = held[past] || !pasts[next][past];
        }
        if (!ready) {
            continue;
        }
        held[next] = true;
        order.push_back(next);
        const bool go_on = extend_order(pasts, order, held, visit);
        order.pop_back();
        held[next] = false;
        if (!go_on) {
            return false;
        }
    }
    return true;
}

}  // namespace detail

/// Visits every causal order of the steps; where there are more than `orders_max`, so many random
/// ones.
inline void each_causal_order(const causal_pasts& pasts,
                              std::size_t orders_max,
                              const std::function<void(const std::vector<std::size_t>&)>& visit) {
    std::vector<std::vector<std::size_t>> all;
    std::vector<std::size_t> order;
    std::vector<bool> held(pasts.size(), false);
    const bool few = detail::extend_order(pasts, order, held, [&](const auto& next) {
        all.push_back(next);
        return all.size() <= orders_max;
    });
    if (few) {
        std::for_each(all.begin(), all.end(), visit);
        return;
    }
    splitmix64 random{pasts.size()};
    for (std::size_t i = 0; i < orders_max; ++i) {
        order.clear();
        held.assign(pasts.size(), false);
        while (order.size() < pasts.size()) {
            std::size_t next = static_cast<std::size_t>(random() % pasts.size());
            const auto blocked = [&](std::size_t step) {
                for (std::size_t past = 0; past < pasts[step].size(); ++past) {
                    if (pasts[step][past] && !held[past]) {
                        return true;
                    }
                }
                return bool{held[step]};
            };
            while (blocked(next)) {
                next = (next + 1) % pasts.size();
            }
            held[next] = true;
            order.push_back(next);
        }
        visit(order);
    }
}

template <policy P>
class play {
public:
    static constexpr std::size_t actors_max = 8;

    /// The record, once under each rule.
    struct row {
        delete_wins deletes{};
        update_wins updates{};
        lww_delete latest{};
        P field{};
    };

    using seen = std::vector<std::size_t>;

    /// Actors are ordered by number; times are milliseconds, or timestamps.
    std::size_t insert(std::size_t actor, std::uint64_t at, const seen& saw, const P& wanted) {
        return insert(actor, timestamp::of(at), saw, wanted);
    }

    std::size_t insert(std::size_t actor, timestamp at, const seen& saw, const P& wanted) {
        return add(actor, at, saw, mutation_kind::insert,
                   [&](const P& held, typename P::effect& out, const writer& /*by*/) {
                       held.replace(wanted, out);
                   });
    }

    /// An edit that leaves the field's effect empty makes no mutation.
    template <class Edit>
    std::size_t update(std::size_t actor, std::uint64_t at, const seen& saw, Edit&& edit) {
        return update(actor, timestamp::of(at), saw, edit);
    }

    template <class Edit>
    std::size_t update(std::size_t actor, timestamp at, const seen& saw, Edit&& edit) {
        return add(actor, at, saw, mutation_kind::update,
                   [&](const P& held, typename P::effect& out, const writer& by) {
                       typename P::editor editor = edit_as(held, out, by);
                       edit(editor);
                   });
    }

    std::size_t erase(std::size_t actor, std::uint64_t at, const seen& saw) {
        return add(actor, timestamp::of(at), saw, mutation_kind::erase,
                   [](const P& /*held*/, typename P::effect& /*out*/, const writer& /*by*/) {});
    }

    [[nodiscard]] std::size_t size() const { return steps_.size(); }

    /// What read(row) gives on every replica, whatever the order of delivery.
    template <class Read>
    [[nodiscard]] auto outcome(Read&& read, std::size_t orders_max = 150) const {
        causal_pasts pasts;
        for (const step& each : steps_) {
            pasts.push_back(each.past);
        }
        using answer = std::remove_cvref_t<decltype(read(std::declval<const row&>()))>;
        std::optional<answer> first;
        byte_buffer first_bytes;
        bool alike = true;
        each_causal_order(pasts, orders_max, [&](const std::vector<std::size_t>& order) {
            replica at;
            for (const std::size_t number : order) {
                deliver(at, steps_[number]);
            }
            answer read_here = read(at.held);
            byte_buffer bytes = state_bytes(at);
            if (!first) {
                first.emplace(std::move(read_here));
                first_bytes = std::move(bytes);
            } else {
                alike = alike && *first == read_here && first_bytes == bytes;
            }
        });
        CHECK(alike);
        REQUIRE(first.has_value());
        return *std::move(first);
    }

private:
    static constexpr std::uint32_t no_slot = ~std::uint32_t{0};

    struct name {
        std::size_t actor = 0;
        weft::sequence sequence = 0;
    };

    struct step {
        name id;
        timestamp at;
        std::vector<bool> past;
        mutation_kind kind{};
        std::array<std::vector<name>, 3> observed;  ///< by each rule
        std::optional<byte_buffer> payload;         ///< none: the field is left out
        std::vector<name> field_observed;
        bool nothing = false;
    };

    struct replica {
        row held;
        std::array<std::uint32_t, actors_max> slot_of;
        std::array<std::size_t, actors_max> actor_of{};
        std::uint32_t slots = 0;
        byte_buffer ids = byte_buffer(actors_max * 16);
        byte_buffer own_id;

        replica() { slot_of.fill(no_slot); }

        /// Slots in the order of first appearance.
        std::uint32_t slot(std::size_t actor) {
            if (slot_of[actor] == no_slot) {
                slot_of[actor] = slots;
                actor_of[slots] = actor;
                ids[slots * 16U + 15] = static_cast<std::byte>(actor);
                ++slots;
            }
            return slot_of[actor];
        }

        [[nodiscard]] observed_list localized(const std::vector<name>& all) const {
            observed_list dots;
            for (const name& each : all) {
                dots.push_back({{{slot_of[each.actor]}, each.sequence}, 0});
            }
            return dots;
        }

        [[nodiscard]] std::vector<name> names(const observed_list& dots) const {
            std::vector<name> all;
            for (const local_event& each : dots) {
                all.push_back({actor_of[each.operation.slot.value], each.operation.sequence});
            }
            return all;
        }

        [[nodiscard]] actor_order order() const { return {ids.data(), 16}; }

        /// An actor that is to write here, before it has a slot or after.
        [[nodiscard]] writer as_writer(std::size_t actor) {
            own_id.assign(16, std::byte{0});
            own_id[15] = static_cast<std::byte>(actor);
            const bool slotted = slot_of[actor] != no_slot;
            return {own_id, slotted, {slotted ? slot_of[actor] : 0}, order()};
        }
    };

    template <class Fill>
    std::size_t
    add(std::size_t actor, timestamp at, const seen& saw, mutation_kind kind, Fill&& fill) {
        REQUIRE(actor < actors_max);
        step made;
        made.id = {actor, 1};
        made.at = at;
        made.kind = kind;
        made.past.resize(steps_.size());
        const auto see = [&](std::size_t number) {
            made.past[number] = true;
            for (std::size_t i = 0; i < steps_[number].past.size(); ++i) {
                made.past[i] = made.past[i] || steps_[number].past[i];
            }
        };
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            if (steps_[i].id.actor == actor) {
                ++made.id.sequence;
                see(i);
            }
        }
        std::for_each(saw.begin(), saw.end(), see);
        replica at_work;
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            if (made.past[i]) {
                REQUIRE(steps_[i].at < at);
                deliver(at_work, steps_[i]);
            }
        }
        const auto look = [&](const auto& rule) {
            observed_list dots;
            rule.observe(kind, dots);
            return at_work.names(dots);
        };
        made.observed = {look(at_work.held.deletes), look(at_work.held.updates),
                         look(at_work.held.latest)};
        typename P::effect effect;
        const weft::writer by = at_work.as_writer(actor);
        fill(std::as_const(at_work.held.field), effect, by);
        observed_list dots;
        observe_as(std::as_const(at_work.held.field), effect, dots, by);
        if (!effect.empty()) {
            byte_writer out(made.payload.emplace());
            P::encode(effect, out);
            made.field_observed = at_work.names(dots);
        }
        made.nothing = kind == mutation_kind::update && effect.empty();
        steps_.push_back(std::move(made));
        return steps_.size() - 1;
    }

    static void deliver(replica& to, const step& what) {
        if (what.nothing) {
            return;
        }
        const event at{{{{to.slot(what.id.actor)}, what.id.sequence}, 0}, what.at, to.order()};
        null_report report;
        to.held.deletes.apply(what.kind, to.localized(what.observed[0]), at, report);
        to.held.updates.apply(what.kind, to.localized(what.observed[1]), at, report);
        to.held.latest.apply(what.kind, to.localized(what.observed[2]), at, report);
        if (what.payload) {
            const observed_list dots = to.localized(what.field_observed);
            byte_reader in(*what.payload);
            auto effect = P::decode(in, dots.size());
            REQUIRE((effect.has_value() && in.empty()));
            to.held.field.apply(std::move(*effect), dots, at, report);
        }
    }

    [[nodiscard]] static byte_buffer state_bytes(const replica& of) {
        byte_buffer bytes;
        byte_writer out(bytes);
        of.held.deletes.write_state(out, of.order());
        of.held.updates.write_state(out, of.order());
        of.held.latest.write_state(out, of.order());
        of.held.field.write_state(out, of.order());
        return bytes;
    }

    std::vector<step> steps_;
};

}  // namespace weft::test

#endif
