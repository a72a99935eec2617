/// What is known of a batch while it is gone through (intake.hpp): which of its operations stay
/// outside the log, with their addresses, and which of its causal runs lie about theirs. Ordered,
/// so that who makes the batch can't make it slow: O(log n) each.
#ifndef WEFT_WIRE_BATCH_BOOKS_HPP
#define WEFT_WIRE_BATCH_BOOKS_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/log/border_index.hpp>
#include <weft/log/operation.hpp>
#include <weft/wire/batch.hpp>

#include <cstdint>

namespace weft {

/// Whether an operation is not the first of its causal run.
template <class Traits>
[[nodiscard]] bool goes_on(const operation<Traits>& op) noexcept {
    return op.parents.size() == 1 && op.parents[0].operation.actor == op.id.actor &&
           op.parents[0].operation.sequence + 1 == op.id.sequence;
}

template <class Traits>
class batch_books {
public:
    using dot_type = dot<typename Traits::actor_id>;
    using address = typename Traits::hasher::digest_type;

    /// An operation of this batch is refused or parked; the last one under its dot counts.
    void leave_outside(const dot_type& id, const address& content) {
        if (const auto* const before = books_.first({outside, 0, id, {}, 0});
            before != nullptr && before->kind == outside && before->id == id) {
            books_.erase(typename index::entry(*before));
        }
        books_.insert({outside, 0, id, content, 0});
    }

    /// The address of one that was left outside, or null.
    [[nodiscard]] const address* outside_address(const dot_type& id) const {
        const auto* const found = books_.first({outside, 0, id, {}, 0});
        return found != nullptr && found->kind == outside && found->id == id ? &found->content
                                                                             : nullptr;
    }

    void forget_outside() {
        while (const auto* const left = books_.first({outside, 0, {}, {}, 0})) {
            if (left->kind != outside) {
                break;
            }
            books_.erase(typename index::entry(*left));
        }
    }

    /// The end of a causal run claims an address that is not its own. In the order of the batch.
    void note_lie(const dot_type& id) { lies_.push_back(id); }

    /// How many ends of runs lie.
    [[nodiscard]] std::size_t lies() const noexcept { return lies_.size(); }

    /// Goes through the batch once more, for where the runs begin whose ends lie.
    void find_lying_runs(batch_reader<Traits>&& reader, operation<Traits>& scratch) {
        std::size_t next = 0;
        while (reader.next(scratch)) {
            const dot_type& id = scratch.id;
            typename index::entry start{run_start, 0, {id.actor, 0}, {}, id.sequence};
            if (const auto* const known = books_.find(start); known == nullptr) {
                books_.insert(start);
            } else if (!goes_on(scratch)) {
                books_.erase(start);
                books_.insert(start);
            } else {
                start.value = known->value;
            }
            if (next < lies_.size() && lies_[next] == id) {
                books_.insert({lying_run, 0, id, {}, start.value});
                ++next;
            }
        }
    }

    /// Whether an operation stands in a run that lies, as far as that is found.
    [[nodiscard]] bool lying(const dot_type& id) const {
        const auto* const found = books_.first({lying_run, 0, id, {}, 0});
        return found != nullptr && found->kind == lying_run && found->id.actor == id.actor &&
               found->value <= id.sequence;
    }

private:
    using index = border_index<Traits>;

    enum kind : std::uint8_t { outside, lying_run, run_start };

    index books_;
    lean_vector<dot_type> lies_;
};

}  // namespace weft

#endif
