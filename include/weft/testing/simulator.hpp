/// Runs a schedule: replicas that write, a network that loses, repeats, reorders, damages and
/// parts, clocks that stand, jump and run back, restarts from bytes old and new. Deterministic: the
/// schedule is everything. After each step the laws that can be seen at that moment are checked;
/// at the end the network heals and all must agree:
///
///   - replicas at one frontier have one digest, whenever and however they got there;
///   - what one delivered is counted in full: applied + known + parked + refused = sent;
///   - vectors only grow, and by what was applied; malformed batches change nothing, bit for bit;
///   - a writer sees its own transaction, and given up ones leave nothing;
///   - an undo and its redo change nothing that is read, nor the digest;
///   - load(save(x)) is x, resume(save(x)) saves to the same bytes, and at(then) is what then was;
///   - with the oracle: operations, parked ones and every visible field are as the reference model
///     has them, after every step.
///
/// Needs neither rapidcheck nor exceptions. Cost: some 10 us a step without the oracle.
#ifndef WEFT_TESTING_SIMULATOR_HPP
#define WEFT_TESTING_SIMULATOR_HPP

#include <weft/testing/coverage.hpp>
#include <weft/testing/everything.hpp>
#include <weft/testing/meetings.hpp>
#include <weft/testing/random_transaction.hpp>
#include <weft/testing/schedule.hpp>

namespace weft::testing {

/// Time and randomness are the simulation's.
struct simulated_traits : default_traits {
    using wall_clock = manual_clock;
    using random = splitmix64;
};

struct outcome {
    std::string failure;  ///< empty: none
    std::size_t step = 0;
    coverage seen;
};

template <class Schema = everything, class Traits = simulated_traits>
class simulation {
public:
    using replica_type = replica<Schema, Traits>;
    using model_type = reference_model<Schema, Traits>;
    using actor_id = typename Traits::actor_id;
    using vector_type = version_vector<actor_id>;
    using frontier_type = weft::frontier<actor_id>;
    using border_operation = operation<Traits>;
    using dot_type = dot<actor_id>;

    /// `oracle`: compare with the reference model after every step.
    simulation(const schedule& plan, bool oracle) : plan_(plan), oracle_(oracle) {
        dice from(plan.seed);
        walls_.assign(plan.replicas, start_ms);
        for (std::uint32_t i = 0; i < plan.replicas; ++i) {
            nodes_.push_back({replica_type(fresh_actor(), around(i, from.bits())),
                              {},
                              {},
                              {},
                              {},
                              {},
                              {},
                              0,
                              0});
            nodes_.back().told.resize(plan.replicas);
            nodes_.back().assumed.resize(plan.replicas);
            if (oracle_) {
                nodes_.back().model.emplace(pool_, bounds());
            }
        }
    }

    /// Runs all steps and the end; stops at the first failure.
    [[nodiscard]] outcome run() {
        for (; step_ < plan_.steps.size() && result_.failure.empty(); ++step_) {
            take(plan_.steps[step_]);
            ++result_.seen.steps;
        }
        if (result_.failure.empty()) {
            finish();
        }
        result_.step = step_;
        ++result_.seen.schedules;
        result_.seen.with_oracle += oracle_ ? 1U : 0U;
        result_.seen.restarted += result_.seen.restarts != 0 ? 1U : 0U;
        return std::move(result_);
    }

private:
    static constexpr std::uint64_t start_ms = 1'700'000'000'000;
    static constexpr std::size_t in_flight_max = 40;

    struct node {
        replica_type self;
        std::optional<model_type> model;
        byte_buffer backup;
        std::optional<model_type> backup_model;
        std::vector<vector_type> told;     ///< what it last heard that the others hold
        std::vector<vector_type> assumed;  ///< what they hold if nothing that it sent was lost
        vector_type last;                  ///< its vector after its last step
        sequence sent = 0;                 ///< own operations that left; kept with the oracle only
        std::uint32_t part = 0;            ///< of the network
    };

    struct packet {
        std::uint32_t from = 0;
        std::uint32_t to = 0;
        byte_buffer bytes;
        std::uint32_t operations = 0;
    };

    struct remembered {
        frontier_type when;
        digest<16> state;
    };

    // --- the world

    [[nodiscard]] typename model_type::limits bounds() const {
        return {plan_.max_skew_ms, plan_.parked, plan_.parked};
    }

    [[nodiscard]] environment<Traits> around(std::uint32_t number, std::uint64_t seed) {
        environment<Traits> env{manual_clock{&walls_[number]}, splitmix64{seed}, {}};
        env.options.max_skew_ms = plan_.max_skew_ms;
        env.options.parked.operations = plan_.parked;
        env.options.parked.operations_per_source = plan_.parked;
        env.options.checkpoint_every = plan_.checkpoint;
        return env;
    }

    /// The next actor id: 0, the greatest, then neighbours with equal prefixes.
    [[nodiscard]] actor_id fresh_actor() {
        const std::uint64_t number = actors_++;
        return number == 0   ? actor_id::of(0, 0)
               : number == 1 ? actor_id::of(~std::uint64_t{0}, ~std::uint64_t{0})
                             : actor_id::of(0xFEDCBA9876543210U, 1000 - number);
    }

    void fail(std::string what) {
        if (result_.failure.empty()) {
            result_.failure = std::move(what);
        }
    }

    void expect(bool holds, const char* what) {
        if (!holds) {
            fail(what);
        }
    }

    [[nodiscard]] std::uint64_t now(const node& of) const {
        return walls_[static_cast<std::size_t>(&of - nodes_.data())];
    }

    // --- steps

    void take(const step& next) {
        const std::uint32_t who = next.who % plan_.replicas;
        std::uint32_t with = next.with % plan_.replicas;
        with = with == who ? (who + 1) % plan_.replicas : with;
        dice from(next.seed);
        from.long_text = plan_.long_texts ? std::size_t{1} << 20U : 300;
        node& one = nodes_[who];
        switch (next.what) {
        case action::write:
            write(one, from);
            break;
        case action::join:
            join(one);
            break;
        case action::send:
            send(who, with, from);
            return;
        case action::deliver:
            deliver(from);
            return;
        case action::clock:
            turn_clock(walls_[who], from);
            return;
        case action::poll:
            poll(one);
            break;
        case action::backup:
            one.backup = one.self.save();
            one.backup_model = one.model;
            return;
        case action::restart:
            restart(who, from);
            break;
        case action::reissue:
            reissue(one);
            break;
        case action::partition:
            for (node& each : nodes_) {
                each.part = from.below(2);
            }
            return;
        case action::heal:
            for (node& each : nodes_) {
                each.part = 0;
            }
            return;
        case action::undo:
            undo(one, from);
            break;
        }
        check(one);
    }

    /// Undoes an operation that a replica holds, anybody's, or redoes it.
    void undo(node& one, dice& from) {
        replica_type& self = one.self;
        if (self.size() == 0) {
            return;
        }
        const auto index = from.below(self.size());
        const dot_type target = self.log().dot_of(self.log().graph().dot_of(op_index{index}));
        const bool was = self.undone(target);
        if (was && from.percent(60)) {
            change_undone(one, target, false);
            return;
        }
        if (!self.can_undo(target)) {
            const std::uint32_t before = self.size();
            expect(!self.undo(target) && self.size() == before,
                   "undo() does what can_undo() denies");
            return;
        }
        const auto shown = rendered<Schema, Traits>(self);
        const digest<16> state = self.state_digest();
        change_undone(one, target, true);
        if (!was && from.percent(30)) {
            change_undone(one, target, false);
            if (auto text = state_difference<Schema>(shown, rendered<Schema, Traits>(self));
                !text.empty()) {
                fail("after an undo and its redo " + text);
            }
            expect(self.state_digest() == state, "an undo and its redo change the digest");
        }
    }

    void change_undone(node& one, const dot_type& target, bool wanted) {
        const std::uint32_t before = one.self.size();
        const frontier_type parents = one.self.frontier();
        const timestamp latest = one.self.clock().latest();
        const bool was = one.self.undone(target);
        const auto made = wanted ? one.self.undo(target) : one.self.redo(target);
        expect(made && *made == (was != wanted), "an undo or redo is not made when it is due");
        expect(one.self.size() == before + (was != wanted ? 1U : 0U),
               "an undo or redo is not one operation");
        expect(one.self.undone(target) == wanted, "an undo or redo has no effect");
        if (one.self.size() != before) {
            (wanted ? result_.seen.undos : result_.seen.redos) += 1;
            wrote(one, parents, latest);
            one.last = one.self.version();
        }
    }

    void write(node& one, dice& from) {
        const std::uint32_t before = one.self.size();
        const std::uint32_t mood = from.below(100);
        if (mood < 8) {
            abandon(one, from, mood);
            return;
        }
        random_transaction<Schema, Traits> edits(from, plan_.records, plan_.erases);
        const frontier_type parents = one.self.frontier();
        const timestamp latest = one.self.clock().latest();
        if (mood < 12) {
            one.self.transact([](auto& /*tx*/) {});
            expect(one.self.size() == before, "a transaction without mutations made an operation");
            return;
        }
        one.self.transact([&](auto& tx) { edits(tx, one.self); });
        expect(one.self.size() <= before + 1, "a transaction made several operations");
        if (auto unmet = edits.unmet(one.self); !unmet.empty()) {
            fail(std::move(unmet));
        }
        if (one.self.size() != before) {
            wrote(one, parents, latest);
        }
    }

    /// A transaction that is rolled back or thrown out of leaves nothing.
    void abandon(node& one, dice& from, std::uint32_t mood) {
        const byte_buffer before = one.self.save();
        random_transaction<Schema, Traits> edits(from, plan_.records, plan_.erases);
#if defined(__cpp_exceptions)
        struct given_up {};

        if (mood < 3) {
            try {
                one.self.transact([&](auto& tx) {
                    edits(tx, one.self);
                    throw given_up{};
                });
            } catch (const given_up&) {
                ++result_.seen.abandoned;
            }
            expect(one.self.save() == before, "a transaction that threw left something");
            return;
        }
#endif
        static_cast<void>(mood);
        one.self.transact([&](auto& tx) {
            edits(tx, one.self);
            tx.rollback();
        });
        ++result_.seen.abandoned;
        expect(one.self.save() == before, "a transaction that was rolled back left something");
    }

    /// Looks at the operation that was just made here.
    void wrote(node& one, const frontier_type& parents, timestamp latest) {
        ++result_.seen.operations;
        border_operation op;
        one.self.log().read(op_index{one.self.size() - 1}, op);
        expect(op.id.actor == one.self.actor(), "an operation bears another actor id");
        expect(op.id.sequence == one.last.count(op.id.actor) + 1, "an operation leaves a gap");
        expect(op.at > latest && op.at.wall_ms() >= now(one), "the clock did not move on");
        expect(std::equal(op.parents.begin(), op.parents.end(), parents.begin(), parents.end(),
                          [](const auto& a, const auto& b) { return a.operation == b; }),
               "an operation's parents are not the frontier");
        if (oracle_) {
            learn(one, op);
        }
    }

    void learn(node& one, const border_operation& op) {
        expect(made_.try_emplace(op.id, op).second, "a dot was used twice");
        const auto report = one.model->write(op);
        expect(report.refused.empty(), "an own operation breaks an admission rule");
    }

    void join(node& one) {
        const frontier_type heads = one.self.frontier();
        const timestamp latest = one.self.clock().latest();
        const bool joined = one.self.join_heads();
        expect(joined == (heads.size() > 1), "join_heads() joins when there are several heads");
        if (joined) {
            expect(one.self.frontier().size() == 1, "join_heads() left several heads");
            wrote(one, heads, latest);
        }
    }

    /// The receiver's vector as the sender believes it: right, hoped for, old, empty, or a lie.
    [[nodiscard]] vector_type claim(const node& sender, std::uint32_t to, dice& from) const {
        const std::uint32_t mood = from.below(20);
        if (mood < 17) {
            return mood < 7    ? nodes_[to].self.version()
                   : mood < 13 ? sender.assumed[to]
                   : mood < 16 ? sender.told[to]
                               : vector_type{};
        }
        const vector_type truth = sender.self.version();
        vector_type lie;
        for (const auto& entry : truth.entries()) {
            lie.set(entry.actor, from.percent(80) ? from.below(entry.count + 2) : ~sequence{0});
        }
        return lie;
    }

    void send(std::uint32_t who, std::uint32_t with, dice& from) {
        node& sender = nodes_[who];
        const vector_type theirs = claim(sender, with, from);
        const std::uint32_t most = from.percent(75) ? ~0U : from.below(6);
        std::uint64_t lacking = 0;
        for (const auto& range : missing(sender.self.version(), theirs)) {
            lacking += range.last - range.first + 1;
        }
        packet made{who, with, sender.self.delta_since(theirs, most),
                    static_cast<std::uint32_t>(std::min<std::uint64_t>(most, lacking))};
        if (oracle_) {
            for (const border_operation& op : operations_of(made.bytes)) {
                if (op.id.actor == sender.self.actor()) {
                    sender.sent = std::max(sender.sent, op.id.sequence);
                }
            }
        }
        if (most == ~0U) {
            sender.assumed[with] = sender.self.version();
        }
        if (in_flight_.size() == in_flight_max) {
            in_flight_.erase(in_flight_.begin());
            ++result_.seen.lost;
        }
        in_flight_.push_back(std::move(made));
    }

    void deliver(dice& from) {
        if (in_flight_.empty()) {
            return;
        }
        const std::uint32_t number = from.below(static_cast<std::uint32_t>(in_flight_.size()));
        const auto at = in_flight_.begin() + static_cast<std::ptrdiff_t>(number);
        if (nodes_[at->from].part != nodes_[at->to].part) {
            return;
        }
        if (from.percent(plan_.losses)) {
            in_flight_.erase(at);
            ++result_.seen.lost;
            return;
        }
        if (from.percent(plan_.damage)) {
            damage(nodes_[at->to], at->bytes, from);
            return;
        }
        const bool again = from.percent(20);
        packet arrived = *at;
        if (!again) {
            in_flight_.erase(at);
        }
        receive(nodes_[arrived.to], arrived);
        nodes_[arrived.from].told[arrived.to] = nodes_[arrived.to].self.version();
    }

    /// Bytes that were changed or cut on the way are refused, and change nothing.
    void damage(node& one, byte_buffer bytes, dice& from) {
        const auto size = static_cast<std::uint32_t>(bytes.size());
        if (from.percent(50)) {
            bytes[from.below(size)] ^= static_cast<std::byte>(1U << from.below(8));
        } else {
            bytes.resize(from.below(size));
        }
        const byte_buffer before = one.self.save();
        expect(!one.self.apply(bytes), "a damaged batch was accepted");
        expect(one.self.save() == before, "a damaged batch changed something");
        ++result_.seen.damaged;
    }

    void receive(node& one, const packet& arrived) {
        const std::uint32_t before = one.self.size();
        const auto report = one.self.apply(arrived.bytes, arrived.from);
        ++result_.seen.deliveries;
        if (!report) {
            fail("an honest batch was refused: " + std::string(message(report.error().code)));
            return;
        }
        expect(report->applied + report->known + report->parked + report->refused.size() ==
                   arrived.operations,
               "the report does not count every operation of the batch once");
        expect(one.self.size() == before + report->applied + report->released,
               "the report does not count what was applied");
        expect(report->voids.empty() && report->equivocations.empty() && !report->actor_reused,
               "an honest batch was reported for what it is not");
        result_.seen.known += report->known;
        result_.seen.parked += report->parked;
        result_.seen.parked_full += report->refused.size();
        result_.seen.released += report->released;
        if (oracle_) {
            match(*report,
                  one.model->receive(operations_of(arrived.bytes), arrived.from, now(one)));
        }
        check(one);
    }

    void match(const typename replica_type::report_type& real,
               const model_report<Traits>& expected) {
        expect(real.applied == expected.applied, "another number was applied");
        expect(real.known == expected.known, "another number was known");
        expect(real.parked == expected.parked, "another number was parked");
        expect(real.released == expected.released, "another number was released");
        expect(std::equal(real.refused.begin(), real.refused.end(), expected.refused.begin(),
                          expected.refused.end(),
                          [](const auto& a, const auto& b) {
                              return a.operation == b.operation &&
                                     std::find(b.rules.begin(), b.rules.end(), a.why) !=
                                         b.rules.end();
                          }),
               "others were refused, or for other reasons");
    }

    /// The operations of a batch, as they were when they were made.
    [[nodiscard]] std::vector<border_operation> operations_of(const byte_buffer& bytes) {
        std::vector<border_operation> all;
        auto reader = batch_reader<Traits>::open(bytes);
        border_operation op;
        while (reader && reader->next(op)) {
            const auto original = made_.find(op.id);
            if (original == made_.end()) {
                fail("a batch carries an operation that nobody made");
                return {};
            }
            for (std::size_t i = 0; i < op.parents.size(); ++i) {
                if (op.parents[i].address == decltype(op.parents[i].address){} &&
                    i < original->second.parents.size()) {
                    op.parents[i].address = original->second.parents[i].address;
                }
            }
            expect(op == original->second, "an operation changed on its way");
            all.push_back(original->second);
        }
        return all;
    }

    static void turn_clock(std::uint64_t& wall, dice& from) {
        switch (from.below(8)) {
        case 0:
        case 1:
            wall += 1 + from.below(3);
            break;
        case 2:
            wall += 900;
            break;
        case 3:
            wall += 1001;
            break;
        case 4:
            wall += 60'000;
            break;
        case 5:
            wall -= std::min<std::uint64_t>(wall, 1 + from.below(5));
            break;
        case 6:
            wall -= std::min<std::uint64_t>(wall, 20'000);
            break;
        default:
            wall += 1;
            break;
        }
    }

    void poll(node& one) {
        const std::uint32_t before = one.self.size();
        const auto due = one.self.next_due();
        const auto report = one.self.poll();
        expect(one.self.size() == before + report.released, "poll() does not count what it did");
        expect((due && *due <= now(one)) == (report.released != 0),
               "next_due() does not say when poll() releases something");
        result_.seen.released += report.released;
        if (oracle_) {
            match(report, one.model->poll(now(one)));
        }
    }

    void restart(std::uint32_t who, dice& from) {
        node& one = nodes_[who];
        const std::uint32_t mood = from.below(100);
        const bool back = mood >= 75 && !one.backup.empty();
        const byte_buffer bytes = back ? one.backup : one.self.save();
        const std::size_t parked = one.self.parked().size();
        auto made = mood < 45 ? replica_type::resume(bytes, around(who, from.bits()))
                              : replica_type::load(bytes, fresh_actor(), around(who, from.bits()));
        if (!made) {
            fail("saved bytes were refused: " + std::string(message(made.error().code)));
            return;
        }
        one.self = *std::move(made);
        ++result_.seen.restarts;
        if (mood >= 45) {
            one.sent = 0;
        } else if (one.self.parked().size() == parked) {
            expect(one.self.save() == bytes, "resume(save(x)) saves to other bytes");
        }
        if (back) {
            one.last = {};
            one.model = one.backup_model;
        }
        if (oracle_) {
            static_cast<void>(one.model->restore(now(one)));
        }
    }

    void reissue(node& one) {
        const vector_type before = one.self.version();
        const sequence own = before.count(one.self.actor());
        const actor_id old = one.self.actor();
        const auto count = one.self.reissue_unsent(fresh_actor());
        if (!count && count.error().code == errc::insufficient_rights) {
            expect(one.self.actor() == old && one.self.version() == before,
                   "reissue_unsent() refused and changed something");
            return;
        }
        if (!count) {
            fail("reissue_unsent() refused: " + std::string(message(count.error().code)));
            return;
        }
        result_.seen.reissued += *count;
        expect(one.self.version().count(old) == own - *count,
               "reissue_unsent() does not keep exactly what left");
        expect(one.self.version().count(one.self.actor()) == *count, "not all was made anew");
        one.last = {};
        if (oracle_) {
            expect(*count == own - one.sent, "an operation that left was made anew");
            for (sequence n = own; n > own - *count; --n) {
                one.model->forget({old, n});
            }
            border_operation op;
            for (std::uint32_t i = one.self.size() - *count; i < one.self.size(); ++i) {
                one.self.log().read(op_index{i}, op);
                learn(one, op);
            }
            one.sent = 0;
        }
    }

    // --- laws

    /// What must hold for a replica at any time.
    void check(node& one) {
        replica_type& self = one.self;
        const vector_type version = self.version();
        std::uint64_t sum = 0;
        for (const auto& entry : version.entries()) {
            sum += entry.count;
        }
        expect(sum == self.size(), "the version vector does not count what is held");
        const causal_order since = compare(one.last, version);
        expect(since == causal_order::equal || since == causal_order::before,
               "the version vector went back");
        one.last = version;
        const frontier_type heads = self.frontier();
        const digest<16> state = self.state_digest();
        const auto [at, fresh] = states_.try_emplace(key_of(heads), remembered{heads, state});
        if (!fresh && at->second.state != state) {
            fail("two replicas at one frontier have two digests");
        }
        if (oracle_ && result_.failure.empty()) {
            ++result_.seen.comparisons;
            if (auto text = disagreement(self, *one.model); !text.empty()) {
                fail("against the reference model: it " + text);
            }
        }
    }

    [[nodiscard]] static byte_buffer key_of(const frontier_type& heads) {
        byte_buffer bytes;
        byte_writer out(bytes);
        heads.encode(out);
        return bytes;
    }

    /// The network heals, clocks agree, everybody hears everything.
    void finish() {
        std::uint64_t latest = 0;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            latest = std::max({latest, walls_[i], nodes_[i].self.clock().latest().wall_ms()});
        }
        walls_.assign(walls_.size(), latest);
        dice from(plan_.seed ^ step_);
        for (node& each : nodes_) {
            each.part = 0;
            poll(each);
            check(each);
        }
        const auto count = static_cast<std::uint32_t>(nodes_.size());
        for (std::uint32_t i = 0; i < 2 * count && result_.failure.empty(); ++i) {
            node& sender = nodes_[i % count];
            node& other = nodes_[(i + 1) % count];
            const vector_type theirs = other.self.version();
            std::uint32_t lacking = 0;
            for (const auto& range : missing(sender.self.version(), theirs)) {
                lacking += range.last - range.first + 1;
            }
            receive(other, {i % count, (i + 1) % count, sender.self.delta_since(theirs), lacking});
        }
        if (result_.failure.empty()) {
            agree(from);
        }
    }

    void agree(dice& from) {
        replica_type& first = nodes_.front().self;
        const auto shown = rendered<Schema, Traits>(first);
        for (node& each : nodes_) {
            expect(each.self.version() == first.version(),
                   "replicas do not hear all of each other");
            expect(each.self.frontier() == first.frontier(), "frontiers differ in the end");
            expect(each.self.state_digest() == first.state_digest(), "digests differ in the end");
            if (auto text = state_difference<Schema>(shown, rendered<Schema, Traits>(each.self));
                !text.empty()) {
                fail("in the end a replica differs: " + text);
            }
            for (const dot_type& wanted : each.self.missing_operations()) {
                expect(!first.holds(wanted), "an operation stays parked whose parent is held");
            }
        }
        const std::uint32_t chosen = from.below(plan_.replicas);
        revive(nodes_[chosen].self, chosen);
        travel(nodes_[from.below(plan_.replicas)].self, from);
        const auto [fields, races] = meetings(first.log());
        result_.seen.concurrent_fields += fields ? 1U : 0U;
        result_.seen.delete_update_races += races ? 1U : 0U;
    }

    void revive(replica_type& self, std::uint32_t number) {
        const byte_buffer bytes = self.save();
        auto loaded = replica_type::load(bytes, fresh_actor(), around(number, 1));
        auto resumed = replica_type::resume(bytes, around(number, 1));
        if (!loaded || !resumed) {
            fail("saved bytes were refused in the end");
            return;
        }
        expect(loaded->state_digest() == self.state_digest() &&
                   loaded->version() == self.version() && loaded->frontier() == self.frontier() &&
                   loaded->parked().size() == self.parked().size(),
               "load(save(x)) is not x");
        expect(resumed->save() == bytes, "resume(save(x)) saves to other bytes in the end");
    }

    /// Goes back to some of the frontiers at which anybody stood.
    void travel(const replica_type& self, dice& from) {
        const auto size = static_cast<std::uint32_t>(states_.size());
        for (std::uint32_t n = 0; n < 3; ++n) {
            auto at = states_.begin();
            std::advance(at, from.below(size));
            auto then = self.at(at->second.when);
            // Operations that were lost or made anew are nobody's past any more.
            if (then) {
                ++result_.seen.travels;
                expect(then->state_digest() == at->second.state,
                       "at(frontier) is not what a replica showed there");
            }
        }
    }

    schedule plan_;
    bool oracle_;
    std::size_t step_ = 0;
    std::uint64_t actors_ = 0;
    std::vector<std::uint64_t> walls_;
    std::vector<node> nodes_;
    std::vector<packet> in_flight_;
    std::map<byte_buffer, remembered> states_;  ///< by frontier
    operation_pool<Traits> pool_;
    std::map<dot_type, border_operation> made_;  ///< with the oracle: every operation ever made
    outcome result_;
};

/// Runs one schedule over the schema of all policies.
[[nodiscard]] inline outcome simulate(const schedule& plan, bool oracle) {
    return simulation<>(plan, oracle).run();
}

}  // namespace weft::testing

#endif
