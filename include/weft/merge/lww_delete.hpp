/// The record is there unless the mutation with the greatest stamp is an erase: last write wins,
/// for life and death. Names no dots. Memory: 24 bytes. Cost: O(1).
/// The table in record_rule.hpp compares the rules.
#ifndef WEFT_MERGE_LWW_DELETE_HPP
#define WEFT_MERGE_LWW_DELETE_HPP

#include <weft/merge/record_rule.hpp>
#include <weft/merge/state_bytes.hpp>

namespace weft {

class lww_delete {
public:
    static constexpr std::string_view rule_name = "lww_delete";
    static constexpr std::uint32_t wire_kind = 3;
    static constexpr bool undoable = true;

    [[nodiscard]] bool visible() const noexcept { return existed() && !erased_; }

    [[nodiscard]] bool existed() const noexcept { return !last_.none(); }

    [[nodiscard]] bool pristine() const noexcept { return !existed(); }

    void observe(mutation_kind /*kind*/, observed_list& /*dots*/) const noexcept {}

    /// True: visible() changed.
    template <class Report>
    bool apply(mutation_kind kind, observed_span /*dots*/, const event& at, Report& report) {
        const bool erases = kind == mutation_kind::erase;
        if (!wins(erases, at, report)) {
            return false;
        }
        const bool was_visible = visible();
        last_ = at.stamp();
        erased_ = erases;
        return visible() != was_visible;
    }

    /// For standing.hpp: the last mutation.
    void standing(observed_list& dots) const {
        if (existed()) {
            dots.push_back({last_.operation, 0});
        }
    }

    template <class Report>
    void weigh(mutation_kind kind, const event& at, Report& report) const {
        static_cast<void>(wins(kind == mutation_kind::erase, at, report));
    }

    void write_state(byte_writer& out, const actor_order& actors) const {
        if (existed()) {
            write_stamp(out, last_, actors);
            out.u8(erased_ ? 1 : 0);
        }
    }

    friend bool operator==(const lww_delete&, const lww_delete&) = default;

private:
    /// Whether a mutation takes the place of the last one; reports it if that is of the other kind.
    template <class Report>
    [[nodiscard]] bool wins(bool erases, const event& at, Report& report) const {
        const local_dot before = last_.operation;
        const bool later = at.later_than(last_);
        if (before.sequence != 0 && before != at.id.operation && erases != erased_) {
            report.decided(later == erases ? reason::delete_won : reason::update_won,
                           later ? at.id.operation : before, later ? before : at.id.operation);
        }
        return later;
    }

    stamp last_{};  ///< of the greatest mutation
    bool erased_ = false;
};

}  // namespace weft

#endif
