/// A JSON document that merges place by place: objects by key, to any depth; arrays by the identity
/// of their elements, in the order of merge/fugue_order.hpp; scalars by the last write.
///
///     weft::json profile;
///     t[&user::profile]["address"]["city"] = "Kiel";
///     r.field<&user::profile>(id)["address"]["city"].scalar().string();
///
/// A place is known by the way that leads to it. So two replicas that make an object, or an array,
/// under one key have made the same one, and what they put into it is merged. A write of a place
/// takes back what its writer had observed there and below, and so does a removal; what was written
/// there concurrently stays, and with it what leads there. What a place reads as is decided by
/// what was written at the place itself: the last write, a scalar, an object or an array; where
/// nothing is left of that, by what is below: an object if there are members, else an array. So a
/// scalar hides what was concurrently written below it, until it is replaced or removed.
///
/// An array's element is known by the event that inserted it: whoever writes at it or below writes
/// there, wherever it stands by then. An element that was removed is back when a write below it was
/// concurrent. Elements do not move; merge/list.hpp has moves.
///
/// Nothing is nested deeper than json_depth_max. Memory: 224 bytes, and about 200 a place, 95 more
/// an element; a removed element leaves its position, 95 bytes, and its array. Cost of an
/// effect: O(1) expected per place on the way and in it, O(log n) per element; of one that takes
/// back, O(places below). Reading a place O(1), an index O(log n), all of it O(depth * size).
/// An effect that is undone leaves the positions of its elements, which others may stand beside.
/// Not thread-safe while it changes.
/// Sources: Kleppmann, Beresford, A conflict-free replicated JSON datatype (2017); Weidner,
/// Kleppmann, The Art of the Fugue (2023); RFC 7396 for patch().
#ifndef WEFT_MERGE_JSON_HPP
#define WEFT_MERGE_JSON_HPP

#include <weft/merge/json_editor.hpp>
#include <weft/merge/json_reader.hpp>
#include <weft/merge/wire_kind.hpp>

#include <utility>

namespace weft {

class json {
public:
    using value_type = json_value;
    using effect = json_effect;
    using editor = json_editor;
    static constexpr std::string_view policy_name = "json";
    static constexpr std::uint32_t wire_kind = wire_kind_of<json_value>(20);
    static constexpr bool undoable = true;
    static constexpr bool restarts = true;  ///< map_inner.hpp

    /// Nothing, which reads as null.
    json() = default;

    /// A detached document, as a member of a record before its insert.
    json(const json_value& value) : detached_(true) {
        effect made;
        editor(*this, made) = value;
        observed_list none;
        state_.observe(made, none);
        null_report quiet;
        state_.apply(std::move(made), {}, {}, quiet);
    }

    [[nodiscard]] json_reader root() const noexcept {
        return state_.tree().empty() ? json_reader() : json_reader(state_.tree(), json_tree::root);
    }

    [[nodiscard]] json_kind kind() const noexcept { return root().kind(); }

    [[nodiscard]] std::size_t size() const noexcept { return root().size(); }

    [[nodiscard]] json_reader operator[](std::string_view key) const { return root()[key]; }

    [[nodiscard]] json_reader operator[](std::size_t index) const noexcept { return root()[index]; }

    /// The document, copied. O(depth * size, n log n).
    [[nodiscard]] json_value value() const { return root().value(); }

    /// For the editor.
    [[nodiscard]] const json_tree& tree() const noexcept { return state_.tree(); }

    /// Removes what is observed at commit, and writes what is wanted.
    void replace(const json& wanted, effect& out) const {
        editor to(*this, out);
        if (wanted.kind() == json_kind::absent) {
            to.clear();
        } else {
            to = wanted.value();
        }
    }

    /// For a decoded effect that is made again: the events that its dots name, before observe().
    static void readdress(effect& out, observed_span dots) {
        out.named.readdress(dots.first(out.named_dots));
    }

    /// For standing.hpp: the write that counts at each place that is read. O(places).
    void standing(observed_list& dots) const { state_.tree().standing(dots); }

    /// After an undo (hindsight.hpp): of what the effect takes back, what the writer had seen.
    void recall(effect& sent, const hindsight& past, observed_list& dots) const {
        state_.recall(sent, past, dots);
    }

    /// What an effect that is undone leaves: the positions of its elements.
    void apply_undone(effect&& sent, observed_span dots, const event& at) {
        state_.apply_undone(std::move(sent), dots, at);
    }

    /// For standing.hpp.
    template <class Report>
    void weigh(const effect& sent, observed_span dots, const event& at, Report& report) const {
        state_.weigh(sent, dots, at, report);
    }

    /// Settles the effect, names elements by their events and what is taken back by its own. An
    /// effect that was decoded and not told what its dots are is left empty.
    void observe(effect& out, observed_list& dots) const { state_.observe(out, dots); }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        return effect::decode(in, observed);
    }

    /// True: something was written or taken back.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        return state_.apply(std::move(sent), dots, at, report);
    }

    /// See json_state.hpp. O(n log n).
    void write_state(byte_writer& out, const actor_order& actors) const {
        state_.write_state(out, actors);
    }

    /// Sum of the digests of live writes and of positions: equal exactly when write_state is, but
    /// for accidents of hashing. O(1); kept by apply().
    [[nodiscard]] digest<16> digest_sum() const noexcept { return state_.digest_sum(); }

    /// No write is left, and no position to remember.
    [[nodiscard]] bool pristine() const noexcept { return detached_ || state_.tree().untouched(); }

    /// Places, writes and positions; of use within one replica only. O(n) expected.
    friend bool operator==(const json& a, const json& b) { return a.state_ == b.state_; }

private:
    json_state state_;
    bool detached_ = false;
};

inline json_editor::json_editor(const json& held, effect& pending)
    : held_(&held.tree()), pending_(&pending) {
    pending.draft.begin(*held_);
}

}  // namespace weft

#endif
