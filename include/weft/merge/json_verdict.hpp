/// What an effect of a document tells of the writes that it met: which of them win, which are
/// hidden.
#ifndef WEFT_MERGE_JSON_VERDICT_HPP
#define WEFT_MERGE_JSON_VERDICT_HPP

#include <weft/merge/json_effect.hpp>

namespace weft {

/// Of one event, and the document after it.
class json_verdict {
public:
    using number = json_tree::number;
    static constexpr number none = json_tree::none;

    json_verdict(const json_tree& tree, const event& at) noexcept : tree_(&tree), at_(&at) {}

    /// Reports the writes at a place and below that an effect hides, or leaves if it does not write
    /// there itself.
    template <class Report>
    void tell_below(number top, bool leaves, Report& report) const {
        tree_->each_below(top, [&](number below) {
            if ((*tree_)[below].live.find(at_->id) != nullptr) {
                return;
            }
            const number above = tree_->hider(below);
            const bool hides = above != none && (*tree_)[above].winner == at_->id;
            if (hides || leaves) {
                (*tree_)[below].live.for_each([&](const local_event& other, const auto& write) {
                    if (!write.awaited) {
                        tell(hides ? reason::hidden : reason::update_won, hides, other, report);
                    }
                });
            }
        });
    }

    /// Reports who wins between the event and another; nothing of one operation.
    template <class Report>
    void tell(reason why, bool wins, const local_event& other, Report& report) const {
        const local_dot own = at_->id.operation;
        if (other.operation != own) {
            report.decided(why, wins ? own : other.operation, wins ? other.operation : own);
        }
    }

private:
    const json_tree* tree_;
    const event* at_;
};

}  // namespace weft

#endif
