/// A mutation that an erase had not observed keeps the record, or brings it back: the record is
/// there while one lives. An erase names the last live mutation of each actor, which covers all
/// that this actor did to the record before: since an erase's dots are in its causal past, so is
/// everything older of the same actor, and nothing covered can still arrive. Memory: 40 bytes, and
/// more while several actors' mutations live. Cost: O(1) expected per dot.
/// The table in record_rule.hpp compares the rules.
#ifndef WEFT_MERGE_UPDATE_WINS_HPP
#define WEFT_MERGE_UPDATE_WINS_HPP

#include <weft/merge/event_reach.hpp>
#include <weft/merge/hindsight.hpp>
#include <weft/merge/record_rule.hpp>
#include <weft/merge/state_bytes.hpp>

namespace weft {

class update_wins {
public:
    static constexpr std::string_view rule_name = "update_wins";
    static constexpr std::uint32_t wire_kind = 2;
    static constexpr bool undoable = true;

    [[nodiscard]] bool visible() const noexcept { return !live_.empty(); }

    [[nodiscard]] bool existed() const noexcept { return !live_.empty() || !erased_.none(); }

    [[nodiscard]] bool pristine() const noexcept { return !existed(); }

    /// An erase observes each actor's last live mutation.
    void observe(mutation_kind kind, observed_list& dots) const {
        if (kind == mutation_kind::erase) {
            live_.for_each(
                [&](actor_slot slot, const event_place& last) { dots.push_back(last.of(slot)); });
        }
    }

    /// After an undo (hindsight.hpp): an erase takes back the last mutations that its writer had
    /// seen.
    void recall(mutation_kind kind, const hindsight& past, observed_list& dots) const {
        if (kind == mutation_kind::erase) {
            live_.for_each([&](actor_slot slot, const event_place& last) {
                if (past.saw({slot, last.sequence})) {
                    dots.push_back(last.of(slot));
                }
            });
        }
    }

    /// True: visible() changed.
    template <class Report>
    bool apply(mutation_kind kind, observed_span dots, const event& at, Report& report) {
        const bool was_visible = visible();
        const local_dot by = at.id.operation;
        if (kind != mutation_kind::erase) {
            live_[by.slot] = event_place(at.id);
            if (!erased_.none() && erased_.operation != by) {
                report.decided(reason::update_won, by, erased_.operation);
            }
            return !was_visible;
        }
        for (const local_event& dot : dots) {
            const event_place* const last = live_.find(dot.operation.slot);
            if (last != nullptr && *last <= event_place(dot)) {
                live_.erase(dot.operation.slot);
            }
        }
        if (at.later_than(erased_)) {
            erased_ = at.stamp();
        }
        weigh(kind, at, report);
        return visible() != was_visible;
    }

    /// For standing.hpp: each actor's last live mutation.
    template <class Report>
    void weigh([[maybe_unused]] mutation_kind kind,
               [[maybe_unused]] const event& at,
               [[maybe_unused]] Report& report) const {
        if constexpr (!std::same_as<Report, null_report>) {
            if (kind != mutation_kind::erase) {
                return;
            }
            const local_dot by = at.id.operation;
            live_.for_each([&](actor_slot slot, const event_place& last) {
                if (local_dot{slot, last.sequence} != by) {
                    report.decided(reason::update_won, {slot, last.sequence}, by);
                }
            });
        }
    }

    /// The greatest stamp of its erases, and per actor, by id, the last live mutation.
    void write_state(byte_writer& out, const actor_order& actors) const {
        if (!existed()) {
            return;
        }
        out.u8(erased_.none() ? 0 : 1);
        write_stamp(out, erased_, actors);
        observed_list sorted;
        sorted.reserve(live_.size());
        observe(mutation_kind::erase, sorted);
        sort_events(sorted, actors);
        for (const local_event& event : sorted) {
            write_event(out, event, actors);
        }
    }

    friend bool operator==(const update_wins&, const update_wins&) = default;

private:
    event_reach live_;
    stamp erased_{};  ///< of the greatest erase; only for reports
};

}  // namespace weft

#endif
