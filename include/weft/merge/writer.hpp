/// Who writes: the actor of this replica, as a policy sees it that has to know. Most do not: their
/// editor takes the state and the effect, and merging never asks. A policy whose edits depend on
/// what the actor itself may do (bounded_counter) has an editor and an observe() that take a writer
/// as a third argument; what calls them goes through edit_as() and observe_as(), which give it to
/// those that want it. Free for all others. Builders, which write for anybody, know no writer.
#ifndef WEFT_MERGE_WRITER_HPP
#define WEFT_MERGE_WRITER_HPP

#include <weft/merge/policy.hpp>

#include <concepts>

namespace weft {

/// Valid until the replica changes.
struct writer {
    byte_span id{};        ///< canonical bytes of the actor id; none: not known
    bool slotted = false;  ///< whether the actor has a slot here; before it wrote it may have none
    actor_slot slot{};
    actor_order actors{};

    [[nodiscard]] constexpr bool known() const noexcept { return !id.empty(); }
};

/// Whether a policy's edits depend on who writes.
template <class P>
inline constexpr bool takes_writer =
    std::constructible_from<typename P::editor, const P&, typename P::effect&, const writer&>;

/// The policy's editor, for that writer.
template <class P>
[[nodiscard]] typename P::editor
edit_as(const P& held, typename P::effect& pending, [[maybe_unused]] const writer& by) {
    if constexpr (takes_writer<P>) {
        return typename P::editor(held, pending, by);
    } else {
        return typename P::editor(held, pending);
    }
}

/// Completes the effect (policy.hpp), for that writer.
template <class P>
void observe_as(const P& held,
                typename P::effect& pending,
                observed_list& dots,
                [[maybe_unused]] const writer& by) {
    if constexpr (takes_writer<P>) {
        held.observe(pending, dots, by);
    } else {
        held.observe(pending, dots);
    }
}

}  // namespace weft

#endif
