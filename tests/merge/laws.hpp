/// The laws of merge/policy.hpp, for any policy and any record rule, on states that were reached by
/// operations. A world of four replicas runs a script: each step edits at one replica (editor ->
/// observe -> encode -> decode -> apply) or delivers an operation to one, in any causal order.
/// Slots differ from replica to replica and from the order of ids; timestamps collide all the
/// time; some operations mutate the field more than once. After every step the replica must read
/// as the oracle says, which knows only what each event meant and what its writer had seen, and
/// computes the policy's sequential specification from that; equal sets of operations must give
/// equal states, digests and bytes.
///
/// A policy joins by a specialisation of `model<P>`:
///     using meaning;                                   what one event meant
///     using visible;                                   what is read; regular
///     static P detached(chance&);                      a user's own object
///     static meaning replacing(const P&, const visible& seen);
///     static void edit(typename P::editor&, chance&, meaning&, const visible& seen);
///     static visible read(const P&);
///     static visible expected(const history<meaning>&);
///     static constexpr bool changes_are_exact;         apply() says true only if a read changed
///     static constexpr bool has_conflicts;             apply() has choices to report
///     static void lie(typename P::effect&, chance&);   optional: what only a liar would send
#ifndef WEFT_TESTS_MERGE_LAWS_HPP
#define WEFT_TESTS_MERGE_LAWS_HPP

#include <weft/base/random.hpp>
#include <weft/base/value_codecs.hpp>
#include <weft/merge/policy.hpp>
#include <weft/merge/record_rule.hpp>
#include <weft/merge/writer.hpp>

#include "support/allocations.hpp"
#include "support/hostile.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weft::test {

/// Encodings compare where == would not: -0 and NaN are values like any other.
template <class T>
struct exactly {
    byte_buffer bytes;

    exactly() = default;

    explicit exactly(const T& value) : bytes(encoded(value)) {}

    friend bool operator==(const exactly&, const exactly&) = default;

    friend bool operator<(const exactly& a, const exactly& b) {
        return bytes_less(a.bytes, b.bytes);
    }
};

// ---- history, for oracles ----

inline constexpr std::size_t world_size = 4;

/// Operations per actor that are held or were seen.
using seen_counts = std::array<sequence, world_size>;

/// Names an event outside any replica.
struct global_event {
    std::size_t actor = 0;
    weft::sequence sequence = 0;
    std::uint32_t ordinal = 0;
    friend auto operator<=>(const global_event&, const global_event&) = default;
};

template <class Meaning>
struct past_event {
    global_event id{};
    std::uint64_t at = 0;
    seen_counts past{};  ///< before its operation
    Meaning what{};

    /// Whether this event's writer had seen the other: it is in the causal past.
    [[nodiscard]] bool saw(const past_event& other) const {
        if (other.id.actor == id.actor && other.id.sequence == id.sequence) {
            return other.id.ordinal < id.ordinal;
        }
        return other.id.sequence <= past[other.id.actor];
    }

    /// The total order of stamps; later ordinals of one operation are later.
    [[nodiscard]] bool stamped_before(const past_event& other) const {
        return std::tuple(at, id.actor, id.sequence, id.ordinal) <
               std::tuple(other.at, other.id.actor, other.id.sequence, other.id.ordinal);
    }
};

/// What a replica holds, in no meaningful order.
template <class Meaning>
using history = std::vector<const past_event<Meaning>*>;

/// Those that no other saw.
template <class Meaning>
history<Meaning> maximal(const history<Meaning>& all) {
    history<Meaning> found;
    for (const auto* each : all) {
        bool covered = false;
        for (const auto* other : all) {
            covered |= other->saw(*each);
        }
        if (!covered) {
            found.push_back(each);
        }
    }
    return found;
}

template <class P>
struct model;

// ---- the world ----

/// Remembers what apply() decided.
struct recording_report {
    struct decision {
        reason why{};
        local_dot winner{};
        local_dot loser{};
    };

    std::vector<decision> decisions;

    void decided(reason why, local_dot winner, local_dot loser) {
        decisions.push_back({why, winner, loser});
    }
};

template <class P>
class world {
public:
    using meaning = typename model<P>::meaning;
    using visible = typename model<P>::visible;

    /// A world of liars writes dots and contents that no honest writer would; then only
    /// convergence is asked for.
    explicit world(bool liars = false) : liars_(liars) {
        for (std::size_t r = 0; r < world_size; ++r) {
            for (std::size_t a = 0; a < world_size; ++a) {
                // Replica r gives slots in an order of its own.
                replicas_[r].slot_of[a] =
                    (r % 2 == 0 ? a + r : 2 * world_size - a + r) % world_size;
            }
            auto& ids = replicas_[r].ids;
            ids.assign(world_size * 16, std::byte{0});
            for (std::size_t a = 0; a < world_size; ++a) {
                std::byte* const id = ids.data() + 16 * replicas_[r].slot_of[a];
                if (a + 1 == world_size) {
                    std::fill(id, id + 16, std::byte{0xFF});
                } else {
                    id[15] = static_cast<std::byte>(a * 37);  // equal prefixes; the first is zero
                }
            }
        }
    }

    void run(const std::vector<std::uint64_t>& script) {
        for (const std::uint64_t word : script) {
            step(word);
        }
        settle();
    }

    void step(std::uint64_t word) {
        chance random(word);
        const std::size_t r = random.below(world_size);
        if (random.one_in(3)) {
            edit(r, random);
        } else {
            deliver_one(r, random);
        }
        check(r);
    }

    /// Delivers everything to everyone, then compares all with all.
    void settle() {
        chance random(operations_.size());
        for (std::size_t r = 0; r < world_size; ++r) {
            while (deliver_one(r, random)) {
            }
            check(r);
        }
        for (std::size_t r = 1; r < world_size; ++r) {
            RC_ASSERT(bytes_of(r) == bytes_of(0));
            RC_ASSERT(model<P>::read(replicas_[r].state) == model<P>::read(replicas_[0].state));
            RC_ASSERT(sum_of(r) == sum_of(0));
        }
        check_replay(random);
    }

    [[nodiscard]] std::size_t operations() const noexcept { return operations_.size(); }

    [[nodiscard]] std::size_t conflicts() const noexcept { return conflicts_; }

    /// Every allocation of the next delivery fails in turn; the state must stay as it was.
    void deliver_without_memory(std::size_t r, chance& random) {
        const auto next = deliverable(r);
        if (next.empty()) {
            return;
        }
        const operation& op = operations_[next[random.below(next.size())]];
        replica& target = replicas_[r];
        for (const mutation& m : op.mutations) {
            const byte_buffer before = bytes_of(r);
            const P copy = target.state;
            const observed_list dots = localized(r, m.observed);
            fail_each_allocation(
                [&] {
                    byte_reader in(m.payload);
                    auto effect = P::decode(in, dots.size());
                    if (effect) {
                        null_report report;
                        target.state.apply(std::move(*effect), dots, event_of(r, op, m), report);
                    }
                },
                [&] {
                    RC_ASSERT(target.state == copy);
                    RC_ASSERT(bytes_of(r) == before);
                    RC_ASSERT(sum_of(target.state) == sum_of(copy));
                });
        }
        finish(r, op);
        check(r);
    }

private:
    struct mutation {
        std::uint32_t ordinal = 0;
        byte_buffer payload;
        std::vector<global_event> observed;
    };

    struct operation {
        std::size_t actor = 0;
        weft::sequence sequence = 0;
        std::uint64_t at = 0;
        seen_counts past{};
        std::vector<mutation> mutations;
        std::vector<past_event<meaning>> events;
    };

    struct replica {
        P state{};
        seen_counts held{};
        std::uint64_t clock = 0;
        std::array<std::size_t, world_size> slot_of{};
        byte_buffer ids;
        std::vector<std::size_t> order;  ///< operations, as delivered
    };

    [[nodiscard]] actor_order actors(std::size_t r) const { return {replicas_[r].ids.data(), 16}; }

    [[nodiscard]] weft::writer writer_of(std::size_t r) const {
        const actor_slot own{static_cast<std::uint32_t>(replicas_[r].slot_of[r])};
        return {actors(r).id(own), true, own, actors(r)};
    }

    [[nodiscard]] local_event local_of(std::size_t r, const global_event& id) const {
        return {{{static_cast<std::uint32_t>(replicas_[r].slot_of[id.actor])}, id.sequence},
                id.ordinal};
    }

    [[nodiscard]] global_event global_of(std::size_t r, const local_event& id) const {
        for (std::size_t a = 0; a < world_size; ++a) {
            if (replicas_[r].slot_of[a] == id.operation.slot.value) {
                return {a, id.operation.sequence, id.ordinal};
            }
        }
        RC_FAIL("an unknown slot");
        return {};
    }

    [[nodiscard]] observed_list localized(std::size_t r,
                                          const std::vector<global_event>& all) const {
        observed_list dots;
        for (const global_event& each : all) {
            dots.push_back(local_of(r, each));
        }
        return dots;
    }

    [[nodiscard]] event event_of(std::size_t r, const operation& op, const mutation& m) const {
        return {local_of(r, {op.actor, op.sequence, m.ordinal}), timestamp{op.at}, actors(r)};
    }

    /// One operation with one to three mutations of the field.
    void edit(std::size_t r, chance& random) {
        replica& writer = replicas_[r];
        operation op;
        op.actor = r;
        op.sequence = writer.held[r] + 1;
        op.past = writer.held;
        // The smallest timestamp that is allowed, most of the time: collisions everywhere.
        op.at = writer.clock + 1 + (random.one_in(8) ? random.below(5) : 0);
        const std::size_t mutations = random.one_in(6) ? 2 + random.below(2) : 1;
        std::uint32_t ordinal = 0;
        for (std::size_t i = 0; i < mutations; ++i) {
            ordinal += static_cast<std::uint32_t>(random.below(3));
            write(r, op, ordinal++, random);
        }
        if (op.mutations.empty()) {
            return;
        }
        operations_.push_back(std::move(op));
        writer.order.push_back(operations_.size() - 1);
        finish_clock(writer, operations_.back());
    }

    void write(std::size_t r, operation& op, std::uint32_t ordinal, chance& random) {
        replica& writer = replicas_[r];
        past_event<meaning> means;
        means.id = {op.actor, op.sequence, ordinal};
        means.at = op.at;
        means.past = op.past;
        const visible seen = model<P>::read(writer.state);
        const weft::writer by = writer_of(r);
        typename P::effect effect;
        RC_ASSERT(effect.empty());
        if (random.one_in(5)) {
            const P wanted = model<P>::detached(random);
            writer.state.replace(wanted, effect);
            means.what = model<P>::replacing(wanted, seen);
        }
        for (std::size_t edits = effect.empty() ? 1 + random.below(3) : random.below(2);
             edits-- > 0;) {
            auto editor = edit_as(writer.state, effect, by);  // may reopen a staged effect
            model<P>::edit(editor, random, means.what, seen);
        }
        observed_list dots;
        dots.push_back({});  // the list may be in use already
        observe_as(writer.state, effect, dots, by);
        dots.erase(dots.begin());
        if (effect.empty()) {
            return;
        }
        check_observed_again(writer.state, effect, dots, by);
        if (liars_) {
            tell_lies(r, effect, dots, random);
        }
        mutation made{ordinal, {}, {}};
        byte_writer out(made.payload);
        P::encode(effect, out);
        for (const local_event& dot : dots) {
            made.observed.push_back(global_of(r, dot));
        }
        check_codec(effect, made.payload, dots.size(), random);
        means.what.settle();
        op.mutations.push_back(made);
        op.events.push_back(means);
        apply(r, op, op.mutations.back());
    }

    /// An operation that is made again decodes its effects and lets the state complete them anew.
    static void check_observed_again(const P& state,
                                     const typename P::effect& effect,
                                     const observed_list& dots,
                                     const weft::writer& by) {
        const byte_buffer payload = reencoded(effect);
        byte_reader in(payload);
        auto again = P::decode(in, dots.size());
        RC_ASSERT(again.has_value());
        if constexpr (requires { P::readdress(*again, dots); }) {
            P::readdress(*again, dots);
        }
        observed_list observed;
        observe_as(state, *again, observed, by);
        RC_ASSERT(*again == effect);
        RC_ASSERT((observed == dots));
    }

    /// Replaces dots by others of the causal past, and content by what the model makes up.
    void tell_lies(std::size_t r, typename P::effect& effect, observed_list& dots, chance& random) {
        const replica& writer = replicas_[r];
        for (local_event& dot : dots) {
            const std::size_t actor = random.below(world_size);
            if (random.one_in(2) && writer.held[actor] != 0) {
                const auto at = static_cast<sequence>(1 + random.below(writer.held[actor]));
                dot = local_of(r, {actor, at, static_cast<std::uint32_t>(random.below(3))});
            }
        }
        if constexpr (requires { model<P>::lie(effect, random); }) {
            model<P>::lie(effect, random);
        }
    }

    static void check_codec(const typename P::effect& effect,
                            const byte_buffer& payload,
                            std::size_t dots,
                            chance& random) {
        byte_reader in(payload);
        const auto decoded = P::decode(in, dots);
        RC_ASSERT(decoded.has_value());
        RC_ASSERT(in.empty());
        RC_ASSERT(*decoded == effect);
        RC_ASSERT(!decoded->empty());
        RC_ASSERT(reencoded(*decoded) == payload);
        // What is accepted of damaged bytes stands for itself.
        byte_buffer damaged = payload;
        if (damaged.size() < 4096) {
            if (!damaged.empty() && random.one_in(2)) {
                damaged.resize(random.below(damaged.size()));
            } else if (!damaged.empty()) {
                damaged[random.below(damaged.size())] ^=
                    static_cast<std::byte>(1 + random.below(255));
            } else {
                damaged.push_back(static_cast<std::byte>(random.below(256)));
            }
            const std::size_t count = random.one_in(3) ? random.below(4) : dots;
            byte_reader again(damaged);
            const auto other = P::decode(again, count);
            if (other) {
                RC_ASSERT(!other->empty());
                byte_buffer back = reencoded(*other);
                back.insert(back.end(), again.rest().begin(), again.rest().end());
                RC_ASSERT(back == damaged);
            } else {
                RC_ASSERT(again.offset() == 0U);
            }
        }
    }

    static byte_buffer reencoded(const typename P::effect& effect) {
        byte_buffer bytes;
        byte_writer out(bytes);
        P::encode(effect, out);
        return bytes;
    }

    void apply(std::size_t r, const operation& op, const mutation& m) {
        apply(r, replicas_[r].state, op, m);
    }

    void apply(std::size_t r, P& state, const operation& op, const mutation& m) {
        byte_reader in(m.payload);
        const observed_list dots = localized(r, m.observed);
        auto effect = P::decode(in, dots.size());
        RC_ASSERT(effect.has_value());
        const visible before = model<P>::read(state);
        recording_report report;
        const event at = event_of(r, op, m);
        const bool changed = state.apply(std::move(*effect), dots, at, report);
        if (!changed) {
            RC_ASSERT(model<P>::read(state) == before);
        }
        if (changed && model<P>::changes_are_exact) {
            RC_ASSERT(!(model<P>::read(state) == before));
        }
        for (const auto& each : report.decisions) {
            RC_ASSERT(each.winner != each.loser);
            RC_ASSERT((each.winner == at.id.operation || each.loser == at.id.operation));
            RC_ASSERT((each.winner.sequence != 0U && each.loser.sequence != 0U));
        }
        conflicts_ += report.decisions.size();
    }

    [[nodiscard]] std::vector<std::size_t> deliverable(std::size_t r) const {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < operations_.size(); ++i) {
            if (admissible(replicas_[r].held, operations_[i])) {
                found.push_back(i);
            }
        }
        return found;
    }

    [[nodiscard]] static bool admissible(const seen_counts& held, const operation& op) {
        if (held[op.actor] + 1 != op.sequence) {
            return false;
        }
        for (std::size_t a = 0; a < world_size; ++a) {
            if (held[a] < op.past[a]) {
                return false;
            }
        }
        return true;
    }

    bool deliver_one(std::size_t r, chance& random) {
        const auto next = deliverable(r);
        if (next.empty()) {
            return false;
        }
        const operation& op = operations_[next[random.below(next.size())]];
        for (const mutation& m : op.mutations) {
            apply(r, op, m);
        }
        finish(r, op);
        return true;
    }

    void finish(std::size_t r, const operation& op) {
        replicas_[r].order.push_back(static_cast<std::size_t>(&op - operations_.data()));
        finish_clock(replicas_[r], op);
    }

    static void finish_clock(replica& at, const operation& op) {
        at.held[op.actor] = op.sequence;
        at.clock = std::max(at.clock, op.at);
    }

    [[nodiscard]] history<meaning> history_of(std::size_t r) const {
        history<meaning> all;
        for (const operation& op : operations_) {
            if (op.sequence <= replicas_[r].held[op.actor]) {
                for (const auto& each : op.events) {
                    all.push_back(&each);
                }
            }
        }
        return all;
    }

    [[nodiscard]] byte_buffer bytes_of(std::size_t r) const {
        return bytes_of(r, replicas_[r].state);
    }

    [[nodiscard]] byte_buffer bytes_of(std::size_t r, const P& state) const {
        byte_buffer bytes;
        byte_writer out(bytes);
        state.write_state(out, actors(r));
        return bytes;
    }

    [[nodiscard]] digest<16> sum_of(std::size_t r) const { return sum_of(replicas_[r].state); }

    [[nodiscard]] static digest<16> sum_of(const P& state) {
        if constexpr (requires { state.digest_sum(); }) {
            return state.digest_sum();
        } else {
            return {};
        }
    }

    void check(std::size_t r) const {
        const replica& at = replicas_[r];
        if (!liars_) {
            RC_ASSERT(model<P>::read(at.state) == model<P>::expected(history_of(r)));
        }
        const byte_buffer bytes = bytes_of(r);
        RC_ASSERT(at.state.pristine() == bytes.empty());
        RC_ASSERT(at.state == at.state);
        // Two replicas are equal in one of three ways exactly when they are in the others.
        for (std::size_t other = 0; other < world_size; ++other) {
            const bool same = bytes_of(other) == bytes;
            RC_ASSERT((same || at.held != replicas_[other].held));
            if constexpr (requires { at.state.digest_sum(); }) {
                RC_ASSERT(same == (sum_of(other) == sum_of(r)));
            }
            if (same) {
                RC_ASSERT(model<P>::read(replicas_[other].state) == model<P>::read(at.state));
            }
        }
    }

    /// The same operations in another causal order, at the same replica: an equal object. And
    /// copies, moves and assignments of it.
    void check_replay(chance& random) {
        seen_counts held{};
        P state;
        RC_ASSERT(state.pristine());
        for (std::size_t left = operations_.size(); left > 0; --left) {
            std::vector<std::size_t> next;
            for (std::size_t i = 0; i < operations_.size(); ++i) {
                if (admissible(held, operations_[i])) {
                    next.push_back(i);
                }
            }
            RC_ASSERT(!next.empty());
            const operation& op = operations_[next[random.below(next.size())]];
            for (const mutation& m : op.mutations) {
                apply(0, state, op, m);
            }
            held[op.actor] = op.sequence;
        }
        const P& settled = replicas_[0].state;
        RC_ASSERT(state == settled);
        P copy = state;
        RC_ASSERT(copy == settled);
        P moved = std::move(copy);
        RC_ASSERT(moved == settled);
        RC_ASSERT(bytes_of(0, moved) == bytes_of(0));
        copy = P();
        RC_ASSERT(copy.pristine());
        copy = std::move(moved);
        moved = copy;
        RC_ASSERT(moved == settled);
        RC_ASSERT(copy == settled);
        RC_ASSERT(sum_of(moved) == sum_of(0));
    }

    std::array<replica, world_size> replicas_{};
    std::vector<operation> operations_;
    std::size_t conflicts_ = 0;
    bool liars_ = false;
};

/// Runs the laws; `cases` scripts of up to 100 steps, and half as many among liars.
template <class P>
void check_laws(const std::string& name, int cases = 150) {
    std::size_t conflicts = 0;
    std::size_t operations = 0;
    property(name + ": replicas that saw the same operations agree with each other and the oracle",
             cases, [&](const std::vector<std::uint64_t>& script) {
                 world<P> all;
                 all.run(script);
                 operations += all.operations();
                 conflicts += all.conflicts();
             });
    CHECK_MESSAGE(operations > static_cast<std::size_t>(cases), name, ": too few operations");
    if (model<P>::has_conflicts) {
        CHECK_MESSAGE(conflicts * 10 > operations, name, ": too few conflicts: ", conflicts, " in ",
                      operations);
    }
    property(name + ": replicas agree among liars", cases / 2 + 1,
             [](const std::vector<std::uint64_t>& script) {
                 world<P> all(true);
                 all.run(script);
             });
    property(name + ": without memory an effect changes nothing", cases / 8 + 1,
             [](const std::vector<std::uint64_t>& script, std::uint64_t word) {
                 world<P> all(word % 2 == 0);
                 for (const std::uint64_t each : script) {
                     all.step(each);
                 }
                 chance random(word);
                 for (std::size_t r = 0; r < world_size; ++r) {
                     all.deliver_without_memory(r, random);
                     all.deliver_without_memory(r, random);
                 }
                 all.settle();
             });
}

}  // namespace weft::test

#endif
