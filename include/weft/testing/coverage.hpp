/// What schedules really did: a generator that never makes two writers meet proves nothing.
#ifndef WEFT_TESTING_COVERAGE_HPP
#define WEFT_TESTING_COVERAGE_HPP

#include <cstdint>
#include <string>

namespace weft::testing {

struct coverage {
    // schedules
    std::uint64_t schedules = 0;
    std::uint64_t with_oracle = 0;          ///< compared with the reference model after every step
    std::uint64_t concurrent_fields = 0;    ///< with concurrent writes to one field
    std::uint64_t delete_update_races = 0;  ///< with a delete and another mutation, concurrent
    std::uint64_t restarted = 0;            ///< with a restart
    // events
    std::uint64_t steps = 0;
    std::uint64_t operations = 0;
    std::uint64_t abandoned = 0;  ///< transactions given up
    std::uint64_t deliveries = 0;
    std::uint64_t lost = 0;
    std::uint64_t damaged = 0;
    std::uint64_t known = 0;  ///< operations delivered again
    std::uint64_t parked = 0;
    std::uint64_t parked_full = 0;
    std::uint64_t released = 0;
    std::uint64_t restarts = 0;
    std::uint64_t reissued = 0;
    std::uint64_t undos = 0;
    std::uint64_t redos = 0;
    std::uint64_t travels = 0;  ///< states of the past compared
    std::uint64_t comparisons = 0;

    void add(const coverage& other) noexcept {
        each(*this, other,
             [](std::uint64_t& sum, std::uint64_t one, const char* /*name*/) { sum += one; });
    }

    /// One line per figure; of those counted by schedule also the share.
    [[nodiscard]] std::string text() const {
        std::string out;
        coverage self = *this;
        each(self, *this, [&](std::uint64_t& /*sum*/, std::uint64_t value, const char* name) {
            out += std::string(name) + ": " + std::to_string(value) + "\n";
        });
        return out;
    }

    /// Of 100 schedules, rounded down; 0 without schedules.
    [[nodiscard]] std::uint64_t share(std::uint64_t part) const noexcept {
        return schedules == 0 ? 0 : part * 100 / schedules;
    }

private:
    template <class Visitor>
    static void each(coverage& a, const coverage& b, Visitor&& visit) {
        visit(a.schedules, b.schedules, "schedules");
        visit(a.with_oracle, b.with_oracle, "  compared with the reference model at every step");
        visit(a.concurrent_fields, b.concurrent_fields, "  with concurrent writes to one field");
        visit(a.delete_update_races, b.delete_update_races, "  with a delete/update race");
        visit(a.restarted, b.restarted, "  with a restart");
        visit(a.steps, b.steps, "steps");
        visit(a.operations, b.operations, "operations made");
        visit(a.abandoned, b.abandoned, "transactions given up");
        visit(a.deliveries, b.deliveries, "batches delivered");
        visit(a.lost, b.lost, "batches lost");
        visit(a.damaged, b.damaged, "batches damaged and refused");
        visit(a.known, b.known, "operations delivered again");
        visit(a.parked, b.parked, "operations parked");
        visit(a.parked_full, b.parked_full, "operations turned away, parking full");
        visit(a.released, b.released, "operations released");
        visit(a.restarts, b.restarts, "restarts");
        visit(a.reissued, b.reissued, "operations reissued");
        visit(a.undos, b.undos, "operations undone");
        visit(a.redos, b.redos, "operations redone");
        visit(a.travels, b.travels, "states of the past compared");
        visit(a.comparisons, b.comparisons, "comparisons with the reference model");
    }
};

}  // namespace weft::testing

#endif
