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

#include <weft/testing/everything.hpp>
#include <weft/testing/meetings.hpp>
#include <weft/testing/simulated_node.hpp>

namespace weft::testing {

template <class Schema = everything, class Traits = simulated_traits>
class simulation {
public:
    /// `oracle`: compare with the reference model after every step.
    simulation(const schedule& plan, bool oracle) : world_(plan, oracle) {
        dice from(plan.seed);
        for (std::uint32_t i = 0; i < plan.replicas; ++i) {
            peers_.push_back({node_type(world_, i, from.bits()), {}, {}, 0});
            peers_.back().told.resize(plan.replicas);
            peers_.back().assumed.resize(plan.replicas);
        }
    }

    // Its parts know where it is.
    simulation(const simulation&) = delete;
    simulation& operator=(const simulation&) = delete;

    /// Runs all steps and the end; stops at the first failure. Once.
    [[nodiscard]] outcome run() {
        outcome& result = world_.result();
        const auto& steps = world_.plan().steps;
        for (; result.step < steps.size() && world_.holds(); ++result.step) {
            take(steps[result.step]);
            ++result.seen.steps;
        }
        if (world_.holds()) {
            finish();
        }
        ++result.seen.schedules;
        result.seen.with_oracle += world_.with_oracle() ? 1U : 0U;
        result.seen.restarted += result.seen.restarts != 0 ? 1U : 0U;
        return std::move(result);
    }

private:
    using node_type = simulated_node<Schema, Traits>;
    using actor_id = typename Traits::actor_id;
    using vector_type = version_vector<actor_id>;

    static constexpr std::size_t in_flight_max = 40;

    /// A replica in the network.
    struct peer {
        node_type node;
        std::vector<vector_type> told;     ///< what it last heard that the others hold
        std::vector<vector_type> assumed;  ///< what they hold if nothing that it sent was lost
        std::uint32_t part = 0;            ///< of the network
    };

    struct packet {
        std::uint32_t from = 0;
        std::uint32_t to = 0;
        byte_buffer bytes;
        std::uint32_t operations = 0;
    };

    [[nodiscard]] node_type& node_at(std::size_t number) { return peers_[number].node; }

    void take(const step& next) {
        const std::uint32_t count = world_.plan().replicas;
        const std::uint32_t who = next.who % count;
        std::uint32_t with = next.with % count;
        with = with == who ? (who + 1) % count : with;
        dice from(next.seed);
        from.long_text = world_.plan().long_texts ? std::size_t{1} << 20U : 300;
        node_type& one = node_at(who);
        switch (next.what) {
        case action::write:
            one.write(from);
            break;
        case action::join:
            one.join();
            break;
        case action::send:
            send(who, with, from);
            return;
        case action::deliver:
            deliver(from);
            return;
        case action::clock:
            turn_clock(world_.walls()[who], from);
            return;
        case action::poll:
            one.poll();
            break;
        case action::backup:
            one.back_up();
            return;
        case action::restart:
            one.restart(from);
            break;
        case action::reissue:
            one.reissue();
            break;
        case action::partition:
            for (peer& each : peers_) {
                each.part = from.below(2);
            }
            return;
        case action::heal:
            for (peer& each : peers_) {
                each.part = 0;
            }
            return;
        case action::undo:
            one.undo(from);
            break;
        }
        one.check();
    }

    /// The receiver's vector as the sender believes it: right, hoped for, old, empty, or a lie.
    [[nodiscard]] vector_type claim(const peer& sender, std::uint32_t to, dice& from) const {
        const std::uint32_t mood = from.below(20);
        if (mood < 17) {
            return mood < 7    ? peers_[to].node.self().version()
                   : mood < 13 ? sender.assumed[to]
                   : mood < 16 ? sender.told[to]
                               : vector_type{};
        }
        const vector_type truth = sender.node.self().version();
        vector_type lie;
        for (const auto& entry : truth.entries()) {
            lie.set(entry.actor, from.percent(80) ? from.below(entry.count + 2) : ~sequence{0});
        }
        return lie;
    }

    void send(std::uint32_t who, std::uint32_t with, dice& from) {
        peer& sender = peers_[who];
        auto& self = sender.node.self();
        const vector_type theirs = claim(sender, with, from);
        const std::uint32_t most = from.percent(75) ? ~0U : from.below(6);
        std::uint64_t lacking = 0;
        for (const auto& range : missing(self.version(), theirs)) {
            lacking += range.last - range.first + 1;
        }
        packet made{who, with, self.delta_since(theirs, most),
                    static_cast<std::uint32_t>(std::min<std::uint64_t>(most, lacking))};
        sender.node.gave(made.bytes);
        if (most == ~0U) {
            sender.assumed[with] = self.version();
        }
        if (in_flight_.size() == in_flight_max) {
            in_flight_.erase(in_flight_.begin());
            ++world_.seen().lost;
        }
        in_flight_.push_back(std::move(made));
    }

    void deliver(dice& from) {
        if (in_flight_.empty()) {
            return;
        }
        const std::uint32_t number = from.below(static_cast<std::uint32_t>(in_flight_.size()));
        const auto at = in_flight_.begin() + static_cast<std::ptrdiff_t>(number);
        if (peers_[at->from].part != peers_[at->to].part) {
            return;
        }
        if (from.percent(world_.plan().losses)) {
            in_flight_.erase(at);
            ++world_.seen().lost;
            return;
        }
        if (from.percent(world_.plan().damage)) {
            peers_[at->to].node.damage(at->bytes, from);
            return;
        }
        const bool again = from.percent(20);
        packet arrived = *at;
        if (!again) {
            in_flight_.erase(at);
        }
        node_at(arrived.to).receive(arrived.bytes, arrived.from, arrived.operations);
        peers_[arrived.from].told[arrived.to] = node_at(arrived.to).self().version();
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

    /// The network heals, clocks agree, everybody hears everything.
    void finish() {
        std::uint64_t latest = 0;
        for (std::size_t i = 0; i < peers_.size(); ++i) {
            latest =
                std::max({latest, world_.walls()[i], node_at(i).self().clock().latest().wall_ms()});
        }
        world_.walls().assign(world_.walls().size(), latest);
        dice from(world_.plan().seed ^ world_.result().step);
        for (peer& each : peers_) {
            each.part = 0;
            each.node.poll();
            each.node.check();
        }
        const auto count = static_cast<std::uint32_t>(peers_.size());
        for (std::uint32_t i = 0; i < 2 * count && world_.holds(); ++i) {
            node_type& sender = node_at(i % count);
            node_type& other = node_at((i + 1) % count);
            const vector_type theirs = other.self().version();
            std::uint32_t lacking = 0;
            for (const auto& range : missing(sender.self().version(), theirs)) {
                lacking += range.last - range.first + 1;
            }
            other.receive(sender.self().delta_since(theirs), i % count, lacking);
        }
        if (world_.holds()) {
            agree(from);
        }
    }

    void agree(dice& from) {
        auto& first = peers_.front().node.self();
        const auto shown = rendered<Schema, Traits>(first);
        for (peer& each : peers_) {
            world_.expect(each.node.self().version() == first.version(),
                          "replicas do not hear all of each other");
            world_.expect(each.node.self().frontier() == first.frontier(),
                          "frontiers differ in the end");
            world_.expect(each.node.self().state_digest() == first.state_digest(),
                          "digests differ in the end");
            if (auto text =
                    state_difference<Schema>(shown, rendered<Schema, Traits>(each.node.self()));
                !text.empty()) {
                world_.fail("in the end a replica differs: " + text);
            }
            for (const dot<actor_id>& wanted : each.node.self().missing_operations()) {
                world_.expect(!first.holds(wanted),
                              "an operation stays parked whose parent is held");
            }
        }
        const std::uint32_t chosen = from.below(world_.plan().replicas);
        node_at(chosen).revive();
        node_at(from.below(world_.plan().replicas)).travel(from);
        const auto [fields, races] = meetings(first.log());
        world_.seen().concurrent_fields += fields ? 1U : 0U;
        world_.seen().delete_update_races += races ? 1U : 0U;
    }

    simulated_world<Schema, Traits> world_;
    std::vector<peer> peers_;
    std::vector<packet> in_flight_;
};

/// Runs one schedule over the schema of all policies.
[[nodiscard]] inline outcome simulate(const schedule& plan, bool oracle) {
    return simulation<>(plan, oracle).run();
}

}  // namespace weft::testing

#endif
