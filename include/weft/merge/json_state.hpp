/// What a JSON document holds: made of effects (json_change.hpp), written and compared. See
/// merge/json.hpp for the rules; the places themselves are in json_tree.hpp.
#ifndef WEFT_MERGE_JSON_STATE_HPP
#define WEFT_MERGE_JSON_STATE_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/merge/event_reach.hpp>
#include <weft/merge/hindsight.hpp>
#include <weft/merge/json_change.hpp>
#include <weft/merge/state_bytes.hpp>

namespace weft {

class json_state {
public:
    using number = json_tree::number;
    static constexpr number none = json_tree::none;

    [[nodiscard]] const json_tree& tree() const noexcept { return tree_; }

    [[nodiscard]] digest<16> digest_sum() const noexcept { return digest_.value(); }

    /// Names the elements of the effect, and per place, by actor, the last of the writes there and
    /// below. A place that has none takes nothing back. O(places below those that take back).
    void observe(json_effect& out, observed_list& dots) const {
        out.settle(tree_);
        if (!out.known()) {
            out = {};
            return;
        }
        observed_list taken;
        lean_vector<number> way;
        for (json_item& each : out.items) {
            const number at = step(each, way, [&](const list_ref& ref) {
                return tree_.find(out.named.event(ref), ref.index);
            });
            each.own = 0;
            if (each.takes && at != none) {
                event_reach reach;
                tree_.each_below(at, [&](number below) {
                    tree_[below].live.for_each(
                        [&](const local_event& event, const auto&) { reach_to(reach, event); });
                });
                each.own = name_reached(reach, taken);
            }
            each.takes = each.own != 0;
        }
        drop_idle(out.items);
        if (out.items.empty()) {
            out = {};
            return;
        }
        out.name(dots);
        dots.append(taken.begin(), taken.end());
    }

    /// True: something was written or taken back.
    template <class Report>
    bool apply(json_effect&& sent, observed_span dots, const event& at, Report& report) {
        return json_change(tree_, digest_, sent, dots, at).apply(report);
    }

    void apply_undone(json_effect&& sent, observed_span dots, const event& at) {
        json_change::keep_positions_only(sent);
        if (sent.made() != 0) {
            json_change(tree_, digest_, sent, dots, at).leave();
        }
    }

    /// See json.hpp. O(places below those that take back).
    void recall(json_effect& sent, const hindsight& past, observed_list& dots) const {
        const observed_span named = past.named().first(sent.named_dots);
        dots.append(named.begin(), named.end());
        const named_spots spot_of{&tree_, named};
        lean_vector<number> way;
        for (json_item& each : sent.items) {
            const number at = step(each, way, spot_of);
            each.own = 0;
            if (each.takes && at != none) {
                event_reach reach;
                tree_.each_below(at, [&](number below) {
                    tree_[below].live.for_each([&](const local_event& event, const auto&) {
                        if (past.saw(event.operation)) {
                            reach_to(reach, event);
                        }
                    });
                });
                each.own = name_reached(reach, dots);
            }
        }
    }

    /// For standing.hpp: what stands where the effect removed, and below. Writes have met.
    template <class Report>
    void weigh(const json_effect& sent, observed_span dots, const event& at, Report& report) const {
        const named_spots spot_of{&tree_, dots.first(sent.named_dots)};
        const json_verdict verdict(tree_, at);
        lean_vector<number> way;
        for (const json_item& each : sent.items) {
            const number here = step(each, way, spot_of);
            if (here != none && each.own != 0 && !each.writes) {
                verdict.tell_below(here, true, report);
            }
        }
    }

    /// A place and all below, parents first: the number of live writes, and each by actor, its
    /// event and stamp, size and value; the number of members that are remembered, by key; then of
    /// positions, in order: event, index, and whether a place stands there. O(n log n).
    void write_state(byte_writer& out, const actor_order& actors) const {
        if (tree_.untouched()) {
            return;
        }
        lean_vector<number> waiting{json_tree::root};
        while (!waiting.empty()) {
            const number at = waiting.back();
            waiting.pop_back();
            const json_tree::place& here = tree_[at];
            out.varint(here.live.size());
            write_live(out, here.live, actors, [](byte_writer& to, const json_tree::write& each) {
                to.u64(each.at.bits);
                to.varint(each.value.bytes().size());
                to.append(each.value.bytes());
            });
            const lean_vector<number> members = tree_.members(at, true);
            out.varint(members.size());
            for (const number each : members) {
                out.varint(tree_[each].key.size());
                out.append(as_bytes(tree_[each].key));
            }
            const std::size_t first = waiting.size();
            waiting.append(members.begin(), members.end());
            if (here.array == none) {
                out.varint(0);
            } else {
                write_positions(tree_.array_of(at), out, actors, waiting);
            }
            for (std::size_t i = first, j = waiting.size(); i + 1 < j; ++i) {
                std::swap(waiting[i], waiting[--j]);
            }
        }
    }

    /// Places, writes and positions; of use within one replica only. O(n) expected.
    friend bool operator==(const json_state& a, const json_state& b) {
        if (a.tree_.untouched() || b.tree_.untouched()) {
            return a.tree_.untouched() == b.tree_.untouched();
        }
        lean_vector<std::pair<number, number>> waiting{{json_tree::root, json_tree::root}};
        while (!waiting.empty()) {
            const auto [one, other] = waiting.back();
            waiting.pop_back();
            if (!(a.tree_[one].live == b.tree_[other].live)) {
                return false;
            }
            const auto left = a.tree_.members(one, true);
            const auto right = b.tree_.members(other, true);
            if (left.size() != right.size()) {
                return false;
            }
            for (std::size_t i = 0; i < left.size(); ++i) {
                if (a.tree_[left[i]].key != b.tree_[right[i]].key) {
                    return false;
                }
                waiting.push_back({left[i], right[i]});
            }
            if (!same_positions(a, one, b, other, waiting)) {
                return false;
            }
        }
        return true;
    }

private:
    /// Where the elements stand that an effect which was applied once names by those dots.
    struct named_spots {
        const json_tree* tree = nullptr;
        observed_span named{};

        [[nodiscard]] json_tree::spot operator()(const list_ref& ref) const noexcept {
            return ref.from < list_ref::named
                       ? json_tree::spot{}  // its own elements were new
                       : tree->find(named[ref.from - list_ref::named], ref.index);
        }
    };

    /// Follows the way of an effect's items, parents first; none: it is not there.
    /// @param spot_of  (list_ref) -> json_tree::spot
    template <class SpotOf>
    [[nodiscard]] number
    step(const json_item& each, lean_vector<number>& way, const SpotOf& spot_of) const {
        if (each.depth == 0) {
            way.clear();
            way.push_back(tree_.empty() ? none : json_tree::root);
            return way.back();
        }
        while (way.size() > each.depth) {
            way.pop_back();
        }
        const number parent = way.back();
        number found = none;
        if (parent != none && each.step == json_step::member) {
            found = tree_.member(parent, each.key);
        } else if (parent != none && each.step == json_step::element) {
            const json_tree::spot spot = spot_of(each.at);
            if (spot.array != none && spot.array == tree_[parent].array) {
                found = tree_.array_of(parent).owners[spot.position];
            }
        }
        way.push_back(found);
        return found;
    }

    /// Drops the places that do nothing and lead nowhere.
    static void drop_idle(lean_vector<json_item>& items) {
        std::uint32_t needed_depth = 0;  // of the place that leads to what was kept last
        std::size_t kept = items.size();
        for (std::size_t i = items.size(); i-- > 0;) {
            const bool leads = needed_depth == items[i].depth + 1U;
            if (items[i].acts() || leads) {
                needed_depth = items[i].depth;
                --kept;
                if (kept != i) {
                    items[kept] = std::move(items[i]);
                }
            }
        }
        items.erase(items.begin(), items.begin() + kept);
    }

    static void write_positions(const json_tree::array& in,
                                byte_writer& out,
                                const actor_order& actors,
                                lean_vector<number>& waiting) {
        out.varint(in.order.positions());
        for (auto at = in.order.positions() == 0 ? fugue_order::none
                                                 : in.order.next(fugue_order::front);
             at != fugue_order::none; at = in.order.next(at)) {
            write_event(out, in.order.id(at).event, actors);
            out.u32(in.order.id(at).index);
            out.u8(in.owners[at] == none ? 0 : 1);
            if (in.owners[at] != none) {
                waiting.push_back(in.owners[at]);
            }
        }
    }

    static bool same_positions(const json_state& a,
                               number one,
                               const json_state& b,
                               number other,
                               lean_vector<std::pair<number, number>>& waiting) {
        if (a.tree_[one].array == none || b.tree_[other].array == none) {
            return a.tree_[one].array == b.tree_[other].array;
        }
        const json_tree::array& left = a.tree_.array_of(one);
        const json_tree::array& right = b.tree_.array_of(other);
        if (left.order.positions() != right.order.positions()) {
            return false;
        }
        if (left.order.positions() == 0) {
            return true;
        }
        auto here = fugue_order::front;
        auto there = fugue_order::front;
        while ((here = left.order.next(here)) != fugue_order::none) {
            there = right.order.next(there);
            if (left.order.id(here) != right.order.id(there) ||
                (left.owners[here] == none) != (right.owners[there] == none)) {
                return false;
            }
            if (left.owners[here] != none) {
                waiting.push_back({left.owners[here], right.owners[there]});
            }
        }
        return true;
    }

    json_tree tree_;
    weft::digest_sum digest_;
};

}  // namespace weft

#endif
