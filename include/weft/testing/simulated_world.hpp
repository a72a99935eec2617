/// What the replicas of a simulation (simulator.hpp) share: the plan, the clocks, the actor ids
/// that were given out, all operations that were ever made, what stood at each frontier, and the
/// outcome. The first law that breaks is kept, as a sentence. Not thread-safe.
#ifndef WEFT_TESTING_SIMULATED_WORLD_HPP
#define WEFT_TESTING_SIMULATED_WORLD_HPP

#include <weft/replica.hpp>
#include <weft/testing/coverage.hpp>
#include <weft/testing/operation_pool.hpp>
#include <weft/testing/schedule.hpp>
#include <weft/testing/simulated_traits.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace weft::testing {

struct outcome {
    std::string failure;  ///< empty: none
    std::size_t step = 0;
    coverage seen;
};

template <class Schema, class Traits>
class simulated_world {
public:
    using actor_id = typename Traits::actor_id;
    using frontier_type = weft::frontier<actor_id>;
    using border_operation = operation<Traits>;

    struct remembered {
        frontier_type when;
        digest<16> state;
    };

    /// `oracle`: the reference model runs beside the replicas.
    simulated_world(const schedule& plan, bool oracle)
        : plan_(plan), oracle_(oracle), walls_(plan.replicas, start_ms) {}

    [[nodiscard]] const schedule& plan() const noexcept { return plan_; }

    [[nodiscard]] bool with_oracle() const noexcept { return oracle_; }

    [[nodiscard]] outcome& result() noexcept { return result_; }

    [[nodiscard]] coverage& seen() noexcept { return result_.seen; }

    [[nodiscard]] bool holds() const noexcept { return result_.failure.empty(); }

    void fail(std::string what) {
        if (holds()) {
            result_.failure = std::move(what);
        }
    }

    void expect(bool held, const char* what) {
        if (!held) {
            fail(what);
        }
    }

    /// Of each replica, in milliseconds.
    [[nodiscard]] std::vector<std::uint64_t>& walls() noexcept { return walls_; }

    /// Time, randomness and limits of a replica.
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

    /// What the reference models of all replicas have in common.
    [[nodiscard]] operation_pool<Traits>& pool() noexcept { return pool_; }

    /// An operation that was made; with the oracle. False: its dot was used before.
    bool made(const border_operation& op) { return made_.try_emplace(op.id, op).second; }

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

    /// The digest that was first seen at a frontier: this one, if none was.
    [[nodiscard]] const digest<16>& state_at(const frontier_type& when, const digest<16>& state) {
        return states_.try_emplace(key_of(when), remembered{when, state}).first->second.state;
    }

    /// Some frontier at which a replica stood, and its digest there.
    [[nodiscard]] const remembered& any_state(dice& from) const {
        auto at = states_.begin();
        std::advance(at, from.below(static_cast<std::uint32_t>(states_.size())));
        return at->second;
    }

private:
    static constexpr std::uint64_t start_ms = 1'700'000'000'000;

    [[nodiscard]] static byte_buffer key_of(const frontier_type& heads) {
        byte_buffer bytes;
        byte_writer out(bytes);
        heads.encode(out);
        return bytes;
    }

    schedule plan_;
    bool oracle_;
    std::vector<std::uint64_t> walls_;
    std::uint64_t actors_ = 0;
    operation_pool<Traits> pool_;
    std::map<dot<actor_id>, border_operation> made_;
    std::map<byte_buffer, remembered> states_;  ///< by frontier
    outcome result_;
};

}  // namespace weft::testing

#endif
