/// Where the events of operations stand that are made again under another actor id: of the actor's
/// operations after the `left`-th, the n-th becomes the new actor's n-th, and a mutation that comes
/// to nothing the second time makes room for those behind it. All others stay what they are. For
/// policies whose effects refer to events and not to values: their `readdress` is told.
#ifndef WEFT_LOG_REMADE_EVENTS_HPP
#define WEFT_LOG_REMADE_EVENTS_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/log/operation.hpp>
#include <weft/merge/policy.hpp>

namespace weft {

template <class Log>
class remade_events {
public:
    /// `from`: where the operations are read; `own`: their actor there.
    remade_events(const Log& from, actor_slot own, sequence left) noexcept
        : from_(&from), own_(own), left_(left) {}

    [[nodiscard]] const Log& from() const noexcept { return *from_; }

    /// The next operation is made again: its mutations follow.
    void begin() { ordinals_.emplace_back(); }

    /// The next mutation of that operation, and the ordinal that it has now.
    void add(std::uint32_t now) { ordinals_.back().push_back(now); }

    /// The same event in the log `to`, which holds what was made again, under `actor`.
    template <class ActorId>
    [[nodiscard]] local_event
    here(const local_event& there, const Log& to, const ActorId& actor) const {
        auto id = from_->dot_of(there.operation);
        std::uint32_t ordinal = there.ordinal;
        if (there.operation.slot == own_ && there.operation.sequence > left_) {
            const sequence number = there.operation.sequence - left_;
            id = {actor, number};
            if (number <= ordinals_.size() && ordinal < ordinals_[number - 1].size()) {
                ordinal = ordinals_[number - 1][ordinal];
            }
        }
        return {to.local_of(id), ordinal};
    }

private:
    const Log* from_;
    actor_slot own_;
    sequence left_;
    lean_vector<lean_vector<std::uint32_t>> ordinals_;  ///< of the operations made again so far
};

}  // namespace weft

#endif
