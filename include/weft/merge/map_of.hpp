/// Map from keys to values that merge, each by a policy of its own: to any depth, for a map is a
/// policy too. An update of a key makes it be there; a removal takes back what it had observed of
/// it, and a concurrent update survives, with what it did to the value and nothing of what was
/// removed: an increment of 1 beside a removal leaves a counter of 1, an assignment leaves what it
/// assigned, though what was removed had the greater stamp. So a key is there while an update is
/// that no removal had observed; its value is what its policy makes of such updates, and who
/// updates a key after its removal starts anew.
///
///     weft::map_of<std::string, weft::map_of<int, weft::counter>> stock;
///     t[&Shop::stock]["apple"][7] += 3;  t[&Shop::stock].erase("pear");
///
/// How it does that depends on the policy (map_inner.hpp). Counters, add_wins_set, list and map_of
/// restart, and a removal carries that; a bounded_counter keeps its bound, for what was taken from
/// removed rights takes nothing more. Of registers and flags in which a write replaces what it saw,
/// the concurrent updates are kept beside the value; of all others (fww, min, max, authority,
/// remove_wins_set, lww_set, grow_only_set, whole_record) all updates since the key was last away.
/// Those that a removal leaves are applied anew. put() is an update that restarts, or a removal and
/// an update.
///
/// Memory per key: key, value and 40 bytes, 20 more in large maps, and 12 per actor from the second
/// one on who updated it; where updates are kept, 56 bytes and the effect for each. A removed key
/// leaves nothing, unless its value remembers what was removed (counters). Cost of an effect: O(1)
/// expected per key and dot, and the inner effect's; one on several keys also copies their values,
/// one on a counter its actors; a removal, O(n log n) in the kept updates of its key.
/// Iteration order is unspecified. Not thread-safe while it changes.
/// Source: observed-remove maps, Almeida, Shoker, Baquero, Delta state replicated data types
/// (2018), section 7; Riak DT maps, Brown et al. (PaPEC 2014).
#ifndef WEFT_MERGE_MAP_OF_HPP
#define WEFT_MERGE_MAP_OF_HPP

#include <weft/merge/map_editor.hpp>
#include <weft/merge/map_state.hpp>
#include <weft/merge/wire_kind.hpp>

#include <initializer_list>
#include <utility>
#include <vector>

namespace weft {

/// Whether P could be a policy, so that its mistakes are told where it is written.
template <class P>
inline constexpr bool like_a_policy = requires {
    typename P::effect;
    typename P::editor;
    P::wire_kind;
};

template <class K, class P>
class map_of {
    static_assert(codable<K>,
                  "weft: map_of<K, Policy> needs weft::codec<K>; specialise it for your type");

    using state = map_state<K, P>;

public:
    using key_type = K;
    using policy_type = P;
    using value_type = std::pair<K, P>;
    using effect = map_effect<K, P>;
    using editor = map_editor<K, P>;
    using const_iterator = typename state::const_iterator;
    using iterator = const_iterator;
    static constexpr std::string_view policy_name = "map_of";
    static constexpr std::uint32_t wire_kind = wire_kind_with<K>(19, P::wire_kind);
    static constexpr bool undoable = weft::undoable<P> && (restarts_clean<P> || !leaves_anchors<P>);
    static constexpr bool recalls_steps = weft::recalls_steps<P>;
    static constexpr bool restarts = true;  ///< as the values of a map (map_inner.hpp)

    map_of() = default;

    /// A detached map, as a member of a record before its insert.
    map_of(std::initializer_list<value_type> values) {
        for (const value_type& each : values) {
            put(each.first, each.second);
        }
    }

    /// Sets a key of a detached map, as a member of a record before its insert; a record's map is
    /// edited in a transaction.
    void put(K key, P value) { state_.put(std::move(key), std::move(value)); }

    /// Edits a detached map. True: it was there.
    bool erase(const K& key) { return state_.erase(key); }

    /// Empties a detached map.
    void clear() noexcept { *this = map_of(); }

    /// The value at key, or null. Valid until the next change. O(1) expected.
    [[nodiscard]] const P* find(const K& key) const { return state_.find(key); }

    [[nodiscard]] bool contains(const K& key) const { return find(key) != nullptr; }

    [[nodiscard]] std::size_t size() const noexcept { return state_.size(); }

    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    /// Over the keys that are there: `for (const auto& [key, value] : map)`.
    [[nodiscard]] const_iterator begin() const noexcept { return state_.begin(); }

    [[nodiscard]] const_iterator end() const noexcept { return state_.end(); }

    /// Keys and values, copied, in ascending order of keys. O(n log n).
    [[nodiscard]] std::vector<value_type> value() const {
        lean_vector<std::pair<const K*, const P*>> order;
        order.reserve(size());
        for (const auto& [key, held] : *this) {
            order.push_back({&key, &held});
        }
        lean_sort(order.begin(), order.end(),
                  [](const auto& a, const auto& b) { return value_less(*a.first, *b.first); });
        std::vector<value_type> values;
        values.reserve(order.size());
        for (const auto& each : order) {
            values.emplace_back(*each.first, *each.second);
        }
        return values;
    }

    /// Removes what is observed at commit, and puts what is wanted.
    void replace(const map_of& wanted, effect& out) const {
        editor to(*this, out);
        to.clear();
        for (const auto& [key, held] : wanted) {
            to.put(key, held);
        }
    }

    /// For a decoded effect that is made again, where the values' effects refer to events: the
    /// events that the dots name, before observe().
    static void readdress(effect& out, observed_span dots) requires
        requires(typename P::effect& inner) {
        P::readdress(inner, dots);
    }

    {
        for (auto& item : out.items) {
            P::readdress(item.inner, dots.subspan(item.own, item.dots));
            dots = dots.subspan(std::size_t{item.own} + item.dots);
        }
    }

    /// For standing.hpp: of each key what made its value; if nothing did, the key's updates.
    void standing(observed_list& dots) const { state_.standing(dots); }

    /// For standing.hpp.
    template <class Report>
    void weigh(const effect& sent, observed_span dots, const event& at, Report& report) const {
        state_.weigh(sent, dots, at, report);
    }

    /// Settles the effect and names, item by item, what it takes back of the key and of its value.
    /// May leave it empty: a removal of what is not there is dropped.
    void observe(effect& out, observed_list& dots, const writer& by = {}) const {
        state_.observe(out, dots, by);
    }

    /// After an undo (hindsight.hpp): the same of what the writer had seen.
    void recall(effect& sent, const hindsight& past, observed_list& dots) const requires undoable {
        state_.recall(sent, past, dots);
    }

    /// What an effect that is undone leaves (hindsight.hpp).
    void
    apply_undone(effect&& sent, observed_span dots, const event& at) requires leaves_anchors<P> {
        state_.apply_undone(std::move(sent), dots, at);
    }

    /// Whether that writer may do what the effect says to the values.
    [[nodiscard]] bool allows(const effect& wanted, const writer& by) const {
        for (const auto& item : wanted.items) {
            if (!item.inner.empty() && !allowed_to(state_.value_at(item.key), item.inner, by)) {
                return false;
            }
        }
        return true;
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        return effect::decode(in, observed);
    }

    /// True: a key came or went, or a value changed, or may have where updates are applied anew.
    /// Reports what the values report, and `add_won` for each update that a removal leaves.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        return state_.apply(std::move(sent), dots, at, report);
    }

    /// See map_state.hpp. O(n log n).
    void write_state(byte_writer& out, const actor_order& actors) const {
        state_.write_state(out, actors);
    }

    /// Sum of the digests of live updates and values: equal exactly when write_state is, but for
    /// accidents of hashing. O(1); kept by apply().
    [[nodiscard]] digest<16> digest_sum() const noexcept { return state_.digest_sum(); }

    /// No live update, and no value that remembers one.
    [[nodiscard]] bool pristine() const noexcept { return state_.untouched(); }

    /// The value at key as far as it is known: that of a removed key may remember. For editors.
    [[nodiscard]] const P& value_at(const K& key) const { return state_.value_at(key); }

    /// Values and live updates; of use within one replica only. O(n) expected.
    friend bool operator==(const map_of& a, const map_of& b) { return a.state_ == b.state_; }

private:
    state state_;
};

template <class K, class P>
    requires(!like_a_policy<P>)

class map_of<K, P> {
    static_assert(like_a_policy<P>,
                  "weft: map_of<K, Policy> needs a merge policy for its values, such as lww<T>");
};

}  // namespace weft

#endif
