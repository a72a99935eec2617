/// Nothing brings a deleted record back but a later insert: an erase lives until an insert that
/// had observed it takes it back; the record is there when it was inserted and no erase lives.
/// Memory: 48 bytes, and more while concurrent erases live. Cost: O(1) expected per dot.
/// The table in record_rule.hpp compares the rules.
#ifndef WEFT_MERGE_DELETE_WINS_HPP
#define WEFT_MERGE_DELETE_WINS_HPP

#include <weft/merge/live_events.hpp>
#include <weft/merge/record_rule.hpp>

namespace weft {

class delete_wins {
public:
    static constexpr std::string_view rule_name = "delete_wins";
    static constexpr std::uint32_t wire_kind = 1;
    static constexpr bool undoable = true;

    [[nodiscard]] bool visible() const noexcept { return inserted_ && erases_.empty(); }

    [[nodiscard]] bool existed() const noexcept { return !last_.none() || !erases_.empty(); }

    [[nodiscard]] bool pristine() const noexcept { return !existed(); }

    /// An insert observes the live erases.
    void observe(mutation_kind kind, observed_list& dots) const {
        if (kind == mutation_kind::insert) {
            observe_all(erases_, dots);
        }
    }

    /// After an undo (hindsight.hpp): an insert takes back the erases that its writer had seen.
    void recall(mutation_kind kind, const hindsight& past, observed_list& dots) const {
        if (kind == mutation_kind::insert) {
            recall_seen(erases_, past, dots);
        }
    }

    /// True: visible() changed.
    template <class Report>
    bool apply(mutation_kind kind, observed_span dots, const event& at, Report& report) {
        const bool was_visible = visible();
        if (kind == mutation_kind::erase) {
            erases_[at.id] = {};
            if (!last_.none() && last_.operation != at.id.operation) {
                report.decided(reason::delete_won, at.id.operation, last_.operation);
            }
            return was_visible;
        }
        if (kind == mutation_kind::insert) {
            inserted_ = true;
            for (const local_event& dot : dots) {
                erases_.erase(dot);
            }
        }
        if (at.later_than(last_)) {
            last_ = at.stamp();
        }
        weigh(kind, at, report);
        return visible() != was_visible;
    }

    /// For standing.hpp: the live erases.
    template <class Report>
    void weigh([[maybe_unused]] mutation_kind kind,
               [[maybe_unused]] const event& at,
               [[maybe_unused]] Report& report) const {
        if constexpr (!std::same_as<Report, null_report>) {
            if (kind == mutation_kind::erase) {
                return;
            }
            erases_.for_each([&](const local_event& erase, nothing /*value*/) {
                if (erase.operation != at.id.operation) {
                    report.decided(reason::delete_won, erase.operation, at.id.operation);
                }
            });
        }
    }

    /// Whether it was inserted, the greatest stamp of its inserts and updates, the live erases.
    void write_state(byte_writer& out, const actor_order& actors) const {
        if (!existed()) {
            return;
        }
        out.u8(static_cast<std::uint8_t>((inserted_ ? 1U : 0U) | (last_.none() ? 0U : 2U)));
        write_stamp(out, last_, actors);
        write_live(out, erases_, actors, [](byte_writer& /*out*/, nothing /*value*/) {});
    }

    friend bool operator==(const delete_wins&, const delete_wins&) = default;

private:
    struct nothing {
        friend bool operator==(const nothing&, const nothing&) = default;
    };

    live_events<nothing> erases_;
    stamp last_{};  ///< of the greatest insert or update; only for reports
    bool inserted_ = false;
};

}  // namespace weft

#endif
