/// A world of four replicas of one field, for the laws. A script is a list of words: each is a
/// step, which edits at one replica (editor -> observe -> encode -> decode -> apply) or delivers an
/// operation to one, in any causal order. Slots differ from replica to replica and from the order
/// of ids, timestamps collide all the time, and some operations mutate the field more than once.
///
/// The world checks as it goes: each effect (effect_laws.hpp), each application (state_laws.hpp),
/// and that replicas with the same operations agree in bytes, digest and reading, and with the
/// oracle where there is one. At the end all is delivered to all, and once more in another causal
/// order. A broken law is thrown, as broken_law; the world can then be asked what happened.
///
/// Among liars effects name dots, and say things, that no honest writer would; then only
/// convergence is asked for.
///
/// Cost of a step: O(what the replica holds) and the oracle's.
#ifndef WEFT_TESTING_CAUSAL_WORLD_HPP
#define WEFT_TESTING_CAUSAL_WORLD_HPP

#include <weft/testing/state_laws.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#if defined(__cpp_exceptions) && defined(__cpp_rtti)

namespace weft::testing {

/// Which laws a world looks at.
struct world_options {
    bool liars = false;
    bool thorough = true;       ///< check after every step, not only at the end
    bool pairs_only = false;    ///< only that concurrent effects commute, and single effects
    bool order_is_own = false;  ///< see policy_use.hpp
};

template <policy P, class How>
class causal_world {
public:
    using use_type = policy_use<P, How>;
    using meaning = typename use_type::meaning;
    using visible = typename use_type::visible;

    struct mutation {
        std::uint32_t ordinal = 0;
        byte_buffer payload;
        std::vector<global_event> observed;
        bool replaces = false;
        bool lies = false;
    };

    struct operation {
        std::size_t actor = 0;
        weft::sequence sequence = 0;
        std::uint64_t at = 0;
        seen_counts past{};
        std::vector<mutation> mutations;
        std::vector<past_event<meaning>> events;
    };

    causal_world(use_type use, world_options options) : use_(use), options_(options) {
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
        if (options_.thorough) {
            check(r);
        }
    }

    /// Delivers everything to everyone, then compares all with all.
    void settle() {
        chance random(operations_.size());
        for (std::size_t r = 0; r < world_size; ++r) {
            while (deliver_one(r, random)) {
            }
        }
        for (std::size_t r = 0; r < (options_.thorough ? world_size : 1); ++r) {
            check(r);  // with all others
        }
        if (!options_.pairs_only) {
            check_replay(random);
        }
    }

    /// Delivers an operation, if there is one to deliver, with every allocation failing in turn.
    void deliver_without_memory(std::size_t r, chance& random, std::int64_t& allowed) {
        const auto next = deliverable(replicas_[r].held);
        if (next.empty()) {
            return;
        }
        const std::size_t index = next[random.below(next.size())];
        const operation& op = operations_[index];
        begin("an operation is delivered without memory to", r, index);
        for (const mutation& m : op.mutations) {
            check_without_memory(replicas_[r].field, arriving(r, op, m), allowed, use_);
        }
        finish(r, index);
        check(r);
    }

    [[nodiscard]] const std::vector<operation>& operations() const noexcept { return operations_; }

    [[nodiscard]] const std::vector<std::size_t>& delivered_to(std::size_t r) const noexcept {
        return replicas_[r].order;
    }

    /// How many decisions were reported.
    [[nodiscard]] std::size_t conflicts() const noexcept { return conflicts_; }

    /// What was going on last.
    [[nodiscard]] std::string moment() const {
        std::string text(doing_);
        text += " ";
        text += letter_of(doing_at_);
        if (doing_what_ < operations_.size()) {
            const operation& op = operations_[doing_what_];
            text += ": ";
            text += name_of(op.actor, op.sequence);
        }
        return text;
    }

    // ---- for laws about the world as a whole

    [[nodiscard]] const use_type& use() const noexcept { return use_; }

    [[nodiscard]] const watched_state<P, How>& field_of(std::size_t r) const noexcept {
        return replicas_[r].field;
    }

    [[nodiscard]] actor_order actors(std::size_t r) const { return {replicas_[r].ids.data(), 16}; }

    [[nodiscard]] local_event local_of(std::size_t r, const global_event& id) const {
        return {{{static_cast<std::uint32_t>(replicas_[r].slot_of[id.actor])}, id.sequence},
                id.ordinal};
    }

    /// How an operation's mutation looks to a replica.
    [[nodiscard]] arrival arriving(std::size_t r, const operation& op, const mutation& m) const {
        arrival sent;
        sent.payload = &m.payload;
        for (const global_event& each : m.observed) {
            sent.dots.push_back(local_of(r, each));
        }
        sent.at = {local_of(r, {op.actor, op.sequence, m.ordinal}), timestamp{op.at}, actors(r)};
        return sent;
    }

    /// The operations that may be next where so much is held.
    [[nodiscard]] std::vector<std::size_t> deliverable(const seen_counts& held) const {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < operations_.size(); ++i) {
            if (admissible(held, operations_[i])) {
                found.push_back(i);
            }
        }
        return found;
    }

private:
    static constexpr std::size_t no_operation = ~std::size_t{0};

    struct replica {
        watched_state<P, How> field;
        seen_counts held{};
        std::uint64_t clock = 0;
        std::array<std::size_t, world_size> slot_of{};
        byte_buffer ids;
        std::vector<std::size_t> order;  ///< operations, as delivered
    };

    void begin(const char* what, std::size_t r, std::size_t index = no_operation) {
        doing_ = what;
        doing_at_ = r;
        doing_what_ = index;
    }

    [[nodiscard]] weft::writer writer_of(std::size_t r) const {
        const actor_slot own{static_cast<std::uint32_t>(replicas_[r].slot_of[r])};
        return {actors(r).id(own), true, own, actors(r)};
    }

    [[nodiscard]] global_event global_of(std::size_t r, const local_event& id) const {
        for (std::size_t a = 0; a < world_size; ++a) {
            if (replicas_[r].slot_of[a] == id.operation.slot.value) {
                return {a, id.operation.sequence, id.ordinal};
            }
        }
        break_law(policy_law::observed_again, "observe() names an actor that is not there");
    }

    // ---- edits

    /// One operation with one to three mutations of the field.
    void edit(std::size_t r, chance& random) {
        begin("an operation is made at", r);
        replica& writer = replicas_[r];
        operation op;
        op.actor = r;
        op.sequence = writer.held[r] + 1;
        op.past = writer.held;
        // The smallest timestamp that is allowed, most of the time: collisions everywhere.
        op.at = writer.clock + 1 + (random.one_in(8) ? random.below(5) : 0);
        const std::size_t mutations = random.one_in(6) ? 2 + random.below(2) : 1;
        std::uint32_t ordinal = 0;
        // It stands with the others while it is made, so that a counterexample shows it.
        operations_.push_back(std::move(op));
        for (std::size_t i = 0; i < mutations; ++i) {
            ordinal += static_cast<std::uint32_t>(random.below(3));
            write(r, ordinal++, random);
        }
        if (operations_.back().mutations.empty()) {
            operations_.pop_back();
        } else {
            finish(r, operations_.size() - 1);
        }
    }

    void write(std::size_t r, std::uint32_t ordinal, chance& random) {
        replica& writer = replicas_[r];
        operation& op = operations_.back();
        past_event<meaning> means;
        means.id = {op.actor, op.sequence, ordinal};
        means.at = op.at;
        means.past = op.past;
        const P& state = writer.field.state();
        const visible seen = writer.field.reading(use_);
        const weft::writer by = writer_of(r);
        typename P::effect effect;
        require(effect.empty(), policy_law::round_trip, "a fresh effect is not empty");
        P wanted{};
        const bool replaces = use_type::replaces && random.one_in(5);
        if (replaces) {
            wanted = use_.detached(random);
            state.replace(wanted, effect);
            means.what = use_.replacing(wanted, seen);
        }
        const std::size_t edits = effect.empty() ? 1 + random.below(3) : random.below(2);
        for (std::size_t left = edits; left > 0; --left) {
            auto editor = edit_as(state, effect, by);  // may reopen a staged effect
            use_.edit(editor, random, means.what, seen);
        }
        observed_list dots;
        dots.push_back({});  // the list may be in use already
        observe_as(state, effect, dots, by);
        dots.erase(dots.begin());
        if (!effect.empty()) {
            send(r, effect, dots, means, replaces, random);
        }
        if (replaces && edits == 0 && !options_.liars && !options_.order_is_own) {
            check_replaced(r, wanted, seen);
        }
    }

    void send(std::size_t r,
              typename P::effect& effect,
              observed_list& dots,
              past_event<meaning>& means,
              bool replaces,
              chance& random) {
        check_observed_again(replicas_[r].field.state(), effect, dots, writer_of(r));
        if (options_.liars) {
            tell_lies(r, effect, dots, random);
        }
        mutation made{means.id.ordinal, payload_of<P>(effect), {}, replaces, options_.liars};
        for (const local_event& dot : dots) {
            made.observed.push_back(global_of(r, dot));
        }
        operation& op = operations_.back();
        op.mutations.push_back(std::move(made));
        check_codec<P>(effect, op.mutations.back().payload, dots.size(), random);
        use_type::settle(means.what);
        op.events.push_back(means);
        apply(r, replicas_[r].field, op, op.mutations.back());
    }

    void check_replaced(std::size_t r, const P& wanted, const visible& seen) const {
        const visible& now = replicas_[r].field.reading(use_);
        if (const visible meant = use_.replaced(wanted); !(now == meant)) {
            break_law(policy_law::later_wins,
                      "an earlier write stands (if the policy's own order says so, say "
                      "order_is_own)" +
                          reading_line("before", seen) + reading_line("wanted", meant) +
                          reading_line("after", now));
        }
    }

    /// Replaces dots by others of the causal past, and content by what the user makes up.
    void tell_lies(std::size_t r, typename P::effect& effect, observed_list& dots, chance& random) {
        const replica& writer = replicas_[r];
        for (local_event& dot : dots) {
            const std::size_t actor = random.below(world_size);
            if (random.one_in(2) && writer.held[actor] != 0) {
                const auto at = static_cast<sequence>(1 + random.below(writer.held[actor]));
                dot = local_of(r, {actor, at, static_cast<std::uint32_t>(random.below(3))});
            }
        }
        use_.lie(effect, random);
    }

    void apply(std::size_t r, watched_state<P, How>& to, const operation& op, const mutation& m) {
        conflicts_ += apply_checked(to, arriving(r, op, m), use_, options_.thorough);
    }

    // ---- deliveries

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
        const auto next = deliverable(replicas_[r].held);
        if (next.empty()) {
            return false;
        }
        const std::size_t chosen = random.below(next.size());
        if (options_.pairs_only && next.size() > 1) {
            check_pair(r, next[chosen], next[(chosen + 1) % next.size()]);
        }
        const operation& op = operations_[next[chosen]];
        begin("an operation is delivered to", r, next[chosen]);
        for (const mutation& m : op.mutations) {
            apply(r, replicas_[r].field, op, m);
        }
        finish(r, next[chosen]);
        return true;
    }

    /// Two operations that can both be next are concurrent.
    void check_pair(std::size_t r, std::size_t one, std::size_t other) {
        begin("two operations are delivered in either order to", r, one);
        const auto after = [&](std::size_t first, std::size_t second) {
            P state = replicas_[r].field.state();
            for (const std::size_t index : {first, second}) {
                for (const mutation& m : operations_[index].mutations) {
                    apply_blindly(state, arriving(r, operations_[index], m));
                }
            }
            return watched_state<P, How>(std::move(state));
        };
        const auto this_way = after(one, other);
        const auto that_way = after(other, one);
        const auto name = [&](std::size_t first, std::size_t second) {
            const operation& a = operations_[first];
            const operation& b = operations_[second];
            return name_of(a.actor, a.sequence) + " then " + name_of(b.actor, b.sequence);
        };
        const std::string this_name = name(one, other);
        const std::string that_name = name(other, one);
        check_same(policy_law::commutes, {this_name, &this_way}, {that_name, &that_way}, actors(r),
                   use_);
    }

    void finish(std::size_t r, std::size_t index) {
        replica& at = replicas_[r];
        const operation& op = operations_[index];
        at.order.push_back(index);
        at.held[op.actor] = op.sequence;
        at.clock = std::max(at.clock, op.at);
    }

    // ---- what must hold of the replicas

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

    [[nodiscard]] std::string line(std::size_t r) const {
        const std::string name = letter_of(r) + (" with " + text_of(replicas_[r].held));
        return replicas_[r].field.line(name, actors(r), use_);
    }

    void check(std::size_t r) const {
        const replica& at = replicas_[r];
        const byte_buffer& bytes = at.field.bytes(actors(r));
        check_pristine(at.field.state(), bytes);
        if (options_.pairs_only) {
            return;
        }
        if constexpr (use_type::with_oracle) {
            if (!options_.liars) {
                check_expected(r);
            }
        }
        const auto fail = [&](policy_law which, const char* what, std::size_t other) {
            break_law(which, what + line(r) + line(other));
        };
        // Two replicas are equal in one of three ways exactly when they are in the others.
        for (std::size_t other = 0; other < world_size; ++other) {
            const watched_state<P, How>& others = replicas_[other].field;
            const bool same = others.bytes(actors(other)) == bytes;
            if (!same && at.held == replicas_[other].held) {
                fail(policy_law::agree, "other bytes are written", other);
            }
            if constexpr (requires(const P& state) { state.digest_sum(); }) {
                if (same != (others.sum() == at.field.sum())) {
                    fail(policy_law::digest,
                         same ? "the sums differ of states that write the same bytes"
                              : "the sums are equal of states that write other bytes",
                         other);
                }
            }
            if (same && !(others.reading(use_) == at.field.reading(use_))) {
                fail(policy_law::reading, "the same bytes are read differently", other);
            }
        }
    }

    void check_expected(std::size_t r) const requires use_type::with_oracle {
        const visible& read = replicas_[r].field.reading(use_);
        if (const visible expected = use_.expected(history_of(r)); !(read == expected)) {
            break_law(policy_law::expected,
                      "something else is read" + line(r) + reading_line("oracle", expected));
        }
    }

    /// The same operations in the same and in another causal order, at the same replica: an equal
    /// object. And copies, moves and assignments of it.
    void check_replay(chance& random) {
        const watched_state<P, How>& settled = replicas_[0].field;
        begin("all operations are applied anew, in the same order, at", 0);
        if (options_.thorough) {
            watched_state<P, How> again;
            for (const std::size_t index : replicas_[0].order) {
                for (const mutation& m : operations_[index].mutations) {
                    apply_blindly(again.change(), arriving(0, operations_[index], m));
                }
            }
            check_same(policy_law::deterministic, {"before", &settled}, {"anew", &again}, actors(0),
                       use_);
        }
        begin("all operations are applied anew, in another order, at", 0);
        seen_counts held{};
        watched_state<P, How> state;
        std::string order = "anew, in the order";
        for (std::size_t left = operations_.size(); left > 0; --left) {
            const auto next = deliverable(held);
            WEFT_ASSERT(!next.empty());
            const operation& op = operations_[next[random.below(next.size())]];
            for (const mutation& m : op.mutations) {
                apply(0, state, op, m);
            }
            held[op.actor] = op.sequence;
            order += ' ';
            order += name_of(op.actor, op.sequence);
        }
        check_same(policy_law::any_order, {"before", &settled}, {order, &state}, actors(0), use_);
        check_copies(settled, actors(0), use_);
        check_pristine(P{}, {});
    }

    use_type use_;
    world_options options_;
    std::array<replica, world_size> replicas_{};
    std::vector<operation> operations_;
    std::size_t conflicts_ = 0;
    const char* doing_ = "nothing happened yet at";
    std::size_t doing_at_ = 0;
    std::size_t doing_what_ = no_operation;
};

}  // namespace weft::testing

#endif

#endif
