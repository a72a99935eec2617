/// What a merge policy is: one regular type, in one header, that owns a field's value and its
/// metadata and says how concurrent effects become one state.
///
/// A write goes: editor -> effect -> observe() -> encode() -> log and wire -> decode() -> apply().
/// The editor of a transaction fills an `effect` without touching the state; at commit `observe`
/// names the dots that the effect takes back, from the state at that moment; `apply` then changes
/// the state, on this replica and on every other, in O(effect). Dots travel outside the payload,
/// so that replicas that do not know the field can check and relay them.
///
/// Laws, on reachable states (testing/laws.hpp checks them, for any policy):
///   - applying the effects of concurrent operations commutes; any causal order gives one state;
///   - decode(encode(e)) == e, and encode(decode(b)) == b for every b that decode accepts;
///   - apply reads no clock, no random source, no table order;
///   - write_state is equal on two replicas exactly when their states are equal;
///   - a throw (bad_alloc) from apply leaves the state as it was.
///
/// Not here: the record's life (merge/record_rule.hpp), user values (base/codec.hpp).
#ifndef WEFT_MERGE_POLICY_HPP
#define WEFT_MERGE_POLICY_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/actor_order.hpp>
#include <weft/causal/stamp.hpp>

#include <concepts>
#include <string_view>

namespace weft {

/// Dots that an effect names, in the order in which its policy wrote them.
using observed_span = lean_span<local_event>;
using observed_list = lean_vector<local_event>;

/// The operation and mutation that an effect belongs to, as apply() sees it.
struct event {
    local_event id{};
    timestamp at{};
    actor_order actors{};

    [[nodiscard]] constexpr weft::stamp stamp() const noexcept { return {at, id.operation}; }

    /// Whether this event's stamp comes after `other`'s. Within one operation later ordinals are
    /// later: they are applied in order, so an equal stamp counts as earlier.
    [[nodiscard]] bool later_than(const weft::stamp& other) const noexcept {
        return other.operation == id.operation || weft::stamp::before(other, stamp(), actors);
    }
};

/// Why a merge chose as it did.
enum class reason : std::uint8_t {
    later_stamp,    ///< last write wins
    earlier_stamp,  ///< first write wins
    greater_value,  ///< max
    smaller_value,  ///< min
    kept_both,      ///< concurrent values are both kept
    summed,         ///< both count
    enable_won,     ///< an enable that the disable had not seen
    disable_won,    ///< a disable that the enable had not seen
    add_won,        ///< an addition that the removal had not seen
    remove_won,     ///< a removal that the addition had not seen
    delete_won,     ///< the record stays deleted
    update_won,     ///< the record stays, or comes back
    authority_won,  ///< a write of the class of actors that has the say
    valid_won,      ///< a transition that the state machine allows
    none_valid,     ///< of several transitions none is allowed: the base stays
    resolved,       ///< the user's function decides
    overdrawn,      ///< more was taken than its writer could prove to have
    moved_last,     ///< of several moves of one element
    hidden,         ///< a write above leaves no place for what is below
};

/// One sentence for people.
[[nodiscard]] constexpr std::string_view message(reason why) noexcept {
    switch (why) {
    case reason::later_stamp:
        return "the later write wins";
    case reason::earlier_stamp:
        return "the first write wins";
    case reason::greater_value:
        return "the greater value wins";
    case reason::smaller_value:
        return "the smaller value wins";
    case reason::kept_both:
        return "concurrent values are both kept";
    case reason::summed:
        return "both contributions count";
    case reason::enable_won:
        return "an enable that the disable had not seen wins";
    case reason::disable_won:
        return "a disable that the enable had not seen wins";
    case reason::add_won:
        return "an addition that the removal had not seen wins";
    case reason::remove_won:
        return "a removal that the addition had not seen wins";
    case reason::delete_won:
        return "the delete wins";
    case reason::update_won:
        return "the mutation that the delete had not seen wins";
    case reason::authority_won:
        return "the write of an authority wins";
    case reason::valid_won:
        return "the transition that the state machine allows wins";
    case reason::none_valid:
        return "no transition is allowed, so the state before the latest stays";
    case reason::resolved:
        return "a function of the schema resolves the concurrent values";
    case reason::overdrawn:
        return "more was taken than its writer had, and the rest does not count";
    case reason::moved_last:
        return "the later move wins";
    case reason::hidden:
        return "what is written above hides what is below";
    }
    return "unknown reason";
}

/// Where apply() tells its decisions: called once for every pair of operations between which the
/// policy had to choose (they need not be concurrent; the caller can ask the graph). This one
/// listens to nothing and costs nothing.
struct null_report {
    constexpr void decided(reason /*why*/, local_dot /*winner*/, local_dot /*loser*/) noexcept {}
};

/// The syntax of a policy. `effect.empty()`: nothing was staged, so the mutation leaves the field
/// out (a default-constructed effect is empty; a decoded one never is). `P::decode(in, n)` reads
/// exactly one payload from `in` (the caller checks that nothing is left) for an effect that comes
/// with n observed dots. `observe` completes the effect for this state, be it staged or
/// decoded (an operation that is made again observes anew), and may leave it empty. The editor and
/// observe() may take a third argument, who writes (merge/writer.hpp). A policy whose effects refer
/// to events and not to values needs to know which: `P::readdress(effect, dots)`, if it has that,
/// tells a decoded effect the events that its dots name by then, before observe().
/// `apply` returns whether what is read changed; hidden metadata may change without. A policy may
/// say more of itself: `undoable` and recall() (hindsight.hpp); for explanations, standing() and
/// weigh() (standing.hpp); for the values of a map, `restarts` or `overwrites` (map_inner.hpp).
template <class P>
concept policy = std::regular<P> && std::default_initializable<typename P::effect> &&
    requires(P& state,
             const P& held,
             const P& wanted,
             typename P::effect& effect,
             const typename P::effect& sent,
             byte_writer& out,
             byte_reader& in,
             observed_span dots,
             observed_list& list,
             const event& at,
             null_report& report,
             const actor_order& actors) {
    typename P::value_type;
    typename P::editor;
    { P::policy_name } -> std::convertible_to<std::string_view>;
    { P::wire_kind } -> std::convertible_to<std::uint32_t>;
    { sent.empty() } -> std::same_as<bool>;
    P::encode(sent, out);
    { P::decode(in, std::size_t{}) } -> std::same_as<result<typename P::effect>>;
    held.replace(wanted, effect);
    held.observe(effect, list);
    { state.apply(std::move(effect), dots, at, report) } -> std::same_as<bool>;
    held.write_state(out, actors);
    { held.pristine() } -> std::same_as<bool>;
    requires std::constructible_from<typename P::editor, const P&, typename P::effect&>;
};

}  // namespace weft

#endif
