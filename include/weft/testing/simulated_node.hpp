/// One replica of a simulation (simulator.hpp), with the reference model beside it if there is one:
/// what it does, and whether it keeps the laws that it alone can break. Not thread-safe.
#ifndef WEFT_TESTING_SIMULATED_NODE_HPP
#define WEFT_TESTING_SIMULATED_NODE_HPP

#include <weft/testing/comparison.hpp>
#include <weft/testing/random_transaction.hpp>
#include <weft/testing/reference_model.hpp>
#include <weft/testing/simulated_world.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace weft::testing {

template <class Schema, class Traits>
class simulated_node {
public:
    using world_type = simulated_world<Schema, Traits>;
    using replica_type = replica<Schema, Traits>;
    using model_type = reference_model<Schema, Traits>;
    using actor_id = typename Traits::actor_id;
    using vector_type = version_vector<actor_id>;
    using frontier_type = weft::frontier<actor_id>;
    using border_operation = operation<Traits>;
    using dot_type = dot<actor_id>;

    /// The world must outlive it.
    simulated_node(world_type& world, std::uint32_t number, std::uint64_t seed)
        : world_(&world), number_(number), self_(world.fresh_actor(), world.around(number, seed)) {
        if (world.with_oracle()) {
            const schedule& plan = world.plan();
            model_.emplace(world.pool(),
                           typename model_type::limits{plan.max_skew_ms, plan.parked, plan.parked});
        }
    }

    [[nodiscard]] replica_type& self() noexcept { return self_; }

    [[nodiscard]] const replica_type& self() const noexcept { return self_; }

    /// Undoes an operation that a replica holds, anybody's, or redoes it.
    void undo(dice& from) {
        if (self_.size() == 0) {
            return;
        }
        const auto index = from.below(self_.size());
        const dot_type target = self_.log().dot_of(self_.log().graph().dot_of(op_index{index}));
        const bool was = self_.undone(target);
        if (was && from.percent(60)) {
            change_undone(target, false);
            return;
        }
        if (!self_.can_undo(target)) {
            const std::uint32_t before = self_.size();
            expect(!self_.undo(target) && self_.size() == before,
                   "undo() does what can_undo() denies");
            return;
        }
        const auto shown = rendered<Schema, Traits>(self_);
        const digest<16> state = self_.state_digest();
        change_undone(target, true);
        if (!was && from.percent(30)) {
            change_undone(target, false);
            if (auto text = state_difference<Schema>(shown, rendered<Schema, Traits>(self_));
                !text.empty()) {
                fail("after an undo and its redo " + text);
            }
            expect(self_.state_digest() == state, "an undo and its redo change the digest");
        }
    }

    /// Edits in one transaction; some are given up, some are empty.
    void write(dice& from) {
        const std::uint32_t before = self_.size();
        const std::uint32_t mood = from.below(100);
        if (mood < 8) {
            abandon(from, mood);
            return;
        }
        random_transaction<Schema, Traits> edits(from, world_->plan().records,
                                                 world_->plan().erases);
        const frontier_type parents = self_.frontier();
        const timestamp latest = self_.clock().latest();
        if (mood < 12) {
            self_.transact([](auto& /*tx*/) {});
            expect(self_.size() == before, "a transaction without mutations made an operation");
            return;
        }
        self_.transact([&](auto& tx) { edits(tx, self_); });
        expect(self_.size() <= before + 1, "a transaction made several operations");
        if (auto unmet = edits.unmet(self_); !unmet.empty()) {
            fail(std::move(unmet));
        }
        if (self_.size() != before) {
            wrote(parents, latest);
        }
    }

    /// Joins its heads.
    void join() {
        const frontier_type heads = self_.frontier();
        const timestamp latest = self_.clock().latest();
        const bool joined = self_.join_heads();
        expect(joined == (heads.size() > 1), "join_heads() joins when there are several heads");
        if (joined) {
            expect(self_.frontier().size() == 1, "join_heads() left several heads");
            wrote(heads, latest);
        }
    }

    /// Keeps what it is now, for a later restart.
    void back_up() {
        backup_ = self_.save();
        backup_model_ = model_;
    }

    /// Releases what was parked for time.
    void poll() {
        const std::uint32_t before = self_.size();
        const auto due = self_.next_due();
        const auto report = self_.poll();
        expect(self_.size() == before + report.released, "poll() does not count what it did");
        expect((due && *due <= now()) == (report.released != 0),
               "next_due() does not say when poll() releases something");
        seen().released += report.released;
        if (world_->with_oracle()) {
            match(report, model_->poll(now()));
        }
    }

    /// Goes on from its bytes, or from older ones; under its own actor id, or under a fresh one.
    void restart(dice& from) {
        const std::uint32_t mood = from.below(100);
        const bool back = mood >= 75 && !backup_.empty();
        const byte_buffer bytes = back ? backup_ : self_.save();
        const std::size_t parked = self_.parked().size();
        auto made = mood < 45 ? replica_type::resume(bytes, world_->around(number_, from.bits()))
                              : replica_type::load(bytes, world_->fresh_actor(),
                                                   world_->around(number_, from.bits()));
        if (!made) {
            fail("saved bytes were refused: " + std::string(message(made.error().code)));
            return;
        }
        self_ = *std::move(made);
        ++seen().restarts;
        if (mood >= 45) {
            sent_ = 0;
        } else if (self_.parked().size() == parked) {
            expect(self_.save() == bytes, "resume(save(x)) saves to other bytes");
        }
        if (back) {
            last_ = {};
            model_ = backup_model_;
        }
        if (world_->with_oracle()) {
            static_cast<void>(model_->restore(now()));
        }
    }

    /// Makes what has not left anew, under a fresh actor id.
    void reissue() {
        const vector_type before = self_.version();
        const sequence own = before.count(self_.actor());
        const actor_id old = self_.actor();
        const auto count = self_.reissue_unsent(world_->fresh_actor());
        if (!count && count.error().code == errc::insufficient_rights) {
            expect(self_.actor() == old && self_.version() == before,
                   "reissue_unsent() refused and changed something");
            return;
        }
        if (!count) {
            fail("reissue_unsent() refused: " + std::string(message(count.error().code)));
            return;
        }
        seen().reissued += *count;
        expect(self_.version().count(old) == own - *count,
               "reissue_unsent() does not keep exactly what left");
        expect(self_.version().count(self_.actor()) == *count, "not all was made anew");
        last_ = {};
        if (world_->with_oracle()) {
            expect(*count == own - sent_, "an operation that left was made anew");
            for (sequence n = own; n > own - *count; --n) {
                model_->forget({old, n});
            }
            border_operation op;
            for (std::uint32_t i = self_.size() - *count; i < self_.size(); ++i) {
                self_.log().read(op_index{i}, op);
                learn(op);
            }
            sent_ = 0;
        }
    }

    /// Another replica asked for these bytes: own operations in them have left.
    void gave(const byte_buffer& bytes) {
        if (world_->with_oracle()) {
            for (const border_operation& op : world_->operations_of(bytes)) {
                if (op.id.actor == self_.actor()) {
                    sent_ = std::max(sent_, op.id.sequence);
                }
            }
        }
    }

    /// Bytes that were changed or cut on the way are refused, and change nothing.
    void damage(byte_buffer bytes, dice& from) {
        const auto size = static_cast<std::uint32_t>(bytes.size());
        if (from.percent(50)) {
            bytes[from.below(size)] ^= static_cast<std::byte>(1U << from.below(8));
        } else {
            bytes.resize(from.below(size));
        }
        const byte_buffer before = self_.save();
        expect(!self_.apply(bytes), "a damaged batch was accepted");
        expect(self_.save() == before, "a damaged batch changed something");
        ++seen().damaged;
    }

    /// Takes in an honest batch of so many operations.
    void receive(const byte_buffer& bytes, std::uint32_t source, std::uint32_t operations) {
        const std::uint32_t before = self_.size();
        const auto report = self_.apply(bytes, source);
        ++seen().deliveries;
        if (!report) {
            fail("an honest batch was refused: " + std::string(message(report.error().code)));
            return;
        }
        expect(report->applied + report->known + report->parked + report->refused.size() ==
                   operations,
               "the report does not count every operation of the batch once");
        expect(self_.size() == before + report->applied + report->released,
               "the report does not count what was applied");
        expect(report->voids.empty() && report->equivocations.empty() && !report->actor_reused,
               "an honest batch was reported for what it is not");
        seen().known += report->known;
        seen().parked += report->parked;
        seen().parked_full += report->refused.size();
        seen().released += report->released;
        if (world_->with_oracle()) {
            match(*report, model_->receive(world_->operations_of(bytes), source, now()));
        }
        check();
    }

    /// What must hold for a replica at any time.
    void check() {
        const vector_type version = self_.version();
        std::uint64_t sum = 0;
        for (const auto& entry : version.entries()) {
            sum += entry.count;
        }
        expect(sum == self_.size(), "the version vector does not count what is held");
        const causal_order since = compare(last_, version);
        expect(since == causal_order::equal || since == causal_order::before,
               "the version vector went back");
        last_ = version;
        const frontier_type heads = self_.frontier();
        const digest<16> state = self_.state_digest();
        if (world_->state_at(heads, state) != state) {
            fail("two replicas at one frontier have two digests");
        }
        if (world_->with_oracle() && world_->holds()) {
            ++seen().comparisons;
            if (auto text = disagreement(self_, *model_); !text.empty()) {
                fail("against the reference model: it " + text);
            }
        }
    }

    /// What is saved loads to the same.
    void revive() {
        const byte_buffer bytes = self_.save();
        auto loaded = replica_type::load(bytes, world_->fresh_actor(), world_->around(number_, 1));
        auto resumed = replica_type::resume(bytes, world_->around(number_, 1));
        if (!loaded || !resumed) {
            fail("saved bytes were refused in the end");
            return;
        }
        expect(loaded->state_digest() == self_.state_digest() &&
                   loaded->version() == self_.version() && loaded->frontier() == self_.frontier() &&
                   loaded->parked().size() == self_.parked().size(),
               "load(save(x)) is not x");
        expect(resumed->save() == bytes, "resume(save(x)) saves to other bytes in the end");
    }

    /// Goes back to some of the frontiers at which anybody stood.
    void travel(dice& from) {
        for (std::uint32_t n = 0; n < 3; ++n) {
            const auto& stood = world_->any_state(from);
            auto then = self_.at(stood.when);
            // Operations that were lost or made anew are nobody's past any more.
            if (then) {
                ++seen().travels;
                expect(then->state_digest() == stood.state,
                       "at(frontier) is not what a replica showed there");
            }
        }
    }

private:
    [[nodiscard]] std::uint64_t now() const { return world_->walls()[number_]; }

    [[nodiscard]] coverage& seen() const noexcept { return world_->seen(); }

    void fail(std::string what) { world_->fail(std::move(what)); }

    void expect(bool held, const char* what) { world_->expect(held, what); }

    void change_undone(const dot_type& target, bool wanted) {
        const std::uint32_t before = self_.size();
        const frontier_type parents = self_.frontier();
        const timestamp latest = self_.clock().latest();
        const bool was = self_.undone(target);
        const auto made = wanted ? self_.undo(target) : self_.redo(target);
        expect(made && *made == (was != wanted), "an undo or redo is not made when it is due");
        expect(self_.size() == before + (was != wanted ? 1U : 0U),
               "an undo or redo is not one operation");
        expect(self_.undone(target) == wanted, "an undo or redo has no effect");
        if (self_.size() != before) {
            (wanted ? seen().undos : seen().redos) += 1;
            wrote(parents, latest);
            last_ = self_.version();
        }
    }

    /// A transaction that is rolled back or thrown out of leaves nothing.
    void abandon(dice& from, std::uint32_t mood) {
        const byte_buffer before = self_.save();
        random_transaction<Schema, Traits> edits(from, world_->plan().records,
                                                 world_->plan().erases);
#if defined(__cpp_exceptions)
        struct given_up {};

        if (mood < 3) {
            try {
                self_.transact([&](auto& tx) {
                    edits(tx, self_);
                    throw given_up{};
                });
            } catch (const given_up&) {
                ++seen().abandoned;
            }
            expect(self_.save() == before, "a transaction that threw left something");
            return;
        }
#endif
        static_cast<void>(mood);
        self_.transact([&](auto& tx) {
            edits(tx, self_);
            tx.rollback();
        });
        ++seen().abandoned;
        expect(self_.save() == before, "a transaction that was rolled back left something");
    }

    /// Looks at the operation that was just made here.
    void wrote(const frontier_type& parents, timestamp latest) {
        ++seen().operations;
        border_operation op;
        self_.log().read(op_index{self_.size() - 1}, op);
        expect(op.id.actor == self_.actor(), "an operation bears another actor id");
        expect(op.id.sequence == last_.count(op.id.actor) + 1, "an operation leaves a gap");
        expect(op.at > latest && op.at.wall_ms() >= now(), "the clock did not move on");
        expect(std::equal(op.parents.begin(), op.parents.end(), parents.begin(), parents.end(),
                          [](const auto& a, const auto& b) { return a.operation == b; }),
               "an operation's parents are not the frontier");
        if (world_->with_oracle()) {
            learn(op);
        }
    }

    void learn(const border_operation& op) {
        expect(world_->made(op), "a dot was used twice");
        const auto report = model_->write(op);
        expect(report.refused.empty(), "an own operation breaks an admission rule");
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

    world_type* world_;
    std::uint32_t number_;
    replica_type self_;
    std::optional<model_type> model_;
    byte_buffer backup_;
    std::optional<model_type> backup_model_;
    vector_type last_;   ///< its vector after its last step
    sequence sent_ = 0;  ///< own operations that left; kept with the oracle only
};

}  // namespace weft::testing

#endif
