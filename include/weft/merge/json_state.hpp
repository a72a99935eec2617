/// What a JSON document holds, and how an effect changes it: all that it says, or nothing if memory
/// runs out. See merge/json.hpp for the rules; the places themselves are in json_tree.hpp.
#ifndef WEFT_MERGE_JSON_STATE_HPP
#define WEFT_MERGE_JSON_STATE_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/merge/event_reach.hpp>
#include <weft/merge/hindsight.hpp>
#include <weft/merge/json_effect.hpp>
#include <weft/merge/set_entry.hpp>
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
        const std::uint32_t made = sent.made();
        changing doing{*this, sent, dots.first(sent.named_dots), at, {}};
        doing.make_room(dots.subspan(sent.named_dots), made);
        // From here on nothing throws.
        doing.stand(made);
        return doing.settle(report);
    }

    /// What an effect that is undone leaves: the positions that it made, and the way to them.
    void apply_undone(json_effect&& sent, observed_span dots, const event& at) {
        const std::uint32_t made = sent.made();
        if (made == 0) {
            return;
        }
        for (json_item& each : sent.items) {
            each.takes = false;
            each.writes = false;
            each.own = 0;
        }
        changing doing{*this, sent, dots.first(sent.named_dots), at, {}};
        doing.make_room({}, made);
        doing.stand(made);
        doing.prune();
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
        lean_vector<number> way;
        for (const json_item& each : sent.items) {
            const number here = step(each, way, spot_of);
            if (here != none && each.own != 0 && !each.writes) {
                tell_below(here, true, at, report);
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
        const json_tree* tree;
        observed_span named;

        [[nodiscard]] json_tree::spot operator()(const list_ref& ref) const noexcept {
            return ref.from < list_ref::named
                       ? json_tree::spot{}  // its own elements were new
                       : tree->find(named[ref.from - list_ref::named], ref.index);
        }
    };

    /// What apply() is about to do at one place.
    struct work {
        number at = none;
        bool made = false;                                 ///< the place, just now
        bool made_array = false;                           ///< its order of elements
        lean_vector<std::pair<number, local_event>> gone;  ///< the writes that are taken back
        bool survives = false;                             ///< others there are not
    };

    struct changing {
        json_state& self;
        json_effect& sent;
        observed_span names;
        const event& at;
        lean_vector<work> works;
        std::uint32_t begun = 0;

        [[nodiscard]] json_tree& tree() const noexcept { return self.tree_; }

        void make_room(observed_span dots, std::uint32_t made) {
            WEFT_TRY {
                for (std::size_t i = 0; i < sent.items.size(); ++i) {
                    works.emplace_back();
                }
                find_places();
                for (std::size_t i = 0; i < sent.items.size(); ++i) {
                    find_gone(works[i], dots.first(sent.items[i].own));
                    dots = dots.subspan(sent.items[i].own);
                }
                if (made != 0) {
                    tree().make_spots(at.id, made);
                }
            }
            WEFT_CATCH_ALL {
                take_back_room();
                WEFT_RETHROW;
            }
        }

        /// Finds the places, and makes those that are written at or lead to such.
        void find_places() {
            lean_vector<std::uint32_t> parent(sent.items.size(), 0);
            lean_vector<bool> needed(sent.items.size(), false);
            lean_vector<std::uint32_t> inserted(sent.items.size(), 0);
            std::uint32_t way[json_depth_max + 1]{};
            for (std::uint32_t i = 0; i < sent.items.size(); ++i) {
                const json_item& each = sent.items[i];
                way[each.depth] = i;
                parent[i] = each.depth == 0 ? 0 : way[each.depth - 1];
                inserted[parent[i]] += each.inserts() ? 1U : 0U;
            }
            for (std::size_t i = sent.items.size(); i-- > 0;) {
                needed[i] = needed[i] || sent.items[i].writes || sent.items[i].inserts();
                needed[parent[i]] = needed[parent[i]] || needed[i];
            }
            tree().make_root();
            for (std::size_t i = 0; i < sent.items.size(); ++i) {
                const json_item& each = sent.items[i];
                work& todo = works[i];
                if (i == 0) {
                    todo.at = json_tree::root;
                } else if (works[parent[i]].at != none) {
                    todo.at = find(each, works[parent[i]].at);
                    if (todo.at == none && needed[i]) {
                        make(each, works[parent[i]].at, todo);
                    }
                }
                if (todo.at == none) {
                    continue;
                }
                if (inserted[i] != 0) {
                    todo.made_array = tree().make_array(todo.at, inserted[i]);
                }
                if (each.writes) {
                    tree().await(todo.at, at.id);
                }
            }
        }

        [[nodiscard]] number find(const json_item& each, number parent) const {
            if (each.step == json_step::member) {
                return tree().member(parent, each.key);
            }
            if (each.inserts()) {
                return none;
            }
            const json_tree::spot spot = spot_of(each.at);
            return stands_in(spot, parent) ? tree().array_of(parent).owners[spot.position] : none;
        }

        void make(const json_item& each, number parent, work& todo) {
            if (each.step == json_step::member) {
                todo.at = tree().make_member(parent, each.key);
            } else if (each.inserts()) {
                todo.at = tree().make_element(parent);
            } else {
                const json_tree::spot spot = spot_of(each.at);
                if (!stands_in(spot, parent)) {
                    return;  // an element that never was
                }
                todo.at = tree().make_element(parent);
                tree().own(todo.at, spot.position);
            }
            todo.made = true;
        }

        [[nodiscard]] bool stands_in(const json_tree::spot& spot, number parent) const noexcept {
            return spot.array != none && spot.array == tree()[parent].array;
        }

        [[nodiscard]] json_tree::spot spot_of(const list_ref& ref) const noexcept {
            switch (ref.from) {
            case list_ref::front:
                return {};
            case list_ref::own:
                return tree().find(at.id, ref.index);
            default:
                return tree().find(names[ref.from - list_ref::named], ref.index);
            }
        }

        void find_gone(work& todo, observed_span dots) {
            if (dots.empty() || todo.at == none) {
                return;
            }
            event_reach reach;
            for (const local_event& dot : dots) {
                reach_to(reach, dot);
            }
            tree().each_below(todo.at, [&](number below) {
                tree()[below].live.for_each([&](const local_event& event, const auto& write) {
                    if (write.awaited || event == at.id) {
                        return;
                    }
                    if (reaches(reach, event)) {
                        todo.gone.push_back({below, event});
                    } else {
                        todo.survives = true;
                    }
                });
            });
        }

        void take_back_room() noexcept {
            for (std::size_t i = works.size(); i-- > 0;) {
                if (works[i].at != none && sent.items[i].writes) {
                    tree().leave_room(works[i].at, at.id);
                }
                if (works[i].made_array) {
                    tree().drop_array();
                }
                if (works[i].made) {
                    tree().drop(works[i].at);
                }
            }
        }

        /// Gives the effect's elements their places in order; does not throw.
        void stand(std::uint32_t count) noexcept {
            if (count != 0) {
                tree().begin_spots(at.id, count);
            }
            std::uint32_t made = 0;
            for (std::size_t i = 0; i < works.size(); ++i) {
                const json_item& each = sent.items[i];
                if (each.inserts()) {
                    const list_id id{at.id, made++};
                    if (works[i].at != none) {
                        tree().stand(works[i].at, id, spot_of(each.at),
                                     each.step == json_step::insert_left ? list_side::left
                                                                         : list_side::right,
                                     at.actors);
                        self.digest_.add(list_digest(at.actors).position(id).done());
                    } else {
                        tree().skip_spot();
                    }
                }
            }
            for (const work& each : works) {
                if (each.made) {
                    tree().name(each.at, at.actors);
                }
            }
        }

        /// The rest of apply(); does not throw.
        template <class Report>
        bool settle(Report& report) {
            bool changed = false;
            for (std::size_t i = 0; i < works.size(); ++i) {
                for (const auto& [place, gone] : works[i].gone) {
                    changed |= take(place, gone);
                }
                if (sent.items[i].writes && works[i].at != none) {
                    put(works[i].at, std::move(sent.items[i].value), report);
                    changed = true;
                }
            }
            tell_left(report);
            prune();
            return changed;
        }

        /// Gives back the places of which nothing is left.
        void prune() noexcept {
            for (const work& each : works) {
                for (const auto& [place, gone] : each.gone) {
                    tree().prune(place);
                }
                if (each.at != none) {
                    tree().prune(each.at);
                }
            }
        }

        bool take(number place, const local_event& event) noexcept {
            if (!tree().take(place, event, at.actors)) {
                return false;
            }
            self.digest_.subtract(digest_of(tree()[place].name, set_edit::add, event, at.actors));
            return true;
        }

        template <class Report>
        void put(number place, json_value&& value, Report& report) {
            const bool fresh = tree()[place].live.find(at.id)->awaited;
            tree().put(place, at.id, {std::move(value), at.at, false}, at.actors);
            if (fresh) {
                self.digest_.add(digest_of(tree()[place].name, set_edit::add, at.id, at.actors));
            }
            if constexpr (!std::same_as<Report, null_report>) {
                tree()[place].live.for_each([&](const local_event& other, const auto& write) {
                    if (!write.awaited) {
                        tell(reason::later_stamp, at.later_than({write.at, other.operation}), other,
                             at, report);
                    }
                });
                const number above = tree().hider(place);
                if (above != none) {
                    tell(reason::hidden, false, tree()[above].winner, at, report);
                }
            }
        }

        /// Reports the writes that the effect leaves, having not seen them: those that it hides,
        /// and those that a removal would have taken. Of those where it writes itself put() told.
        template <class Report>
        void tell_left([[maybe_unused]] Report& report) const {
            if constexpr (!std::same_as<Report, null_report>) {
                std::uint32_t outermost = json_depth_max + 1;
                for (std::size_t i = 0; i < works.size(); ++i) {
                    if (acts_outermost(sent.items[i], outermost) && works[i].at != none) {
                        self.tell_below(works[i].at, works[i].survives, at, report);
                    }
                }
            }
        }
    };

    /// Whether an item takes or writes, and no place above it does. Items come parents first.
    [[nodiscard]] static bool acts_outermost(const json_item& each,
                                             std::uint32_t& outermost) noexcept {
        if (each.depth > outermost) {
            return false;
        }
        outermost = each.takes || each.writes ? each.depth : json_depth_max + 1;
        return outermost == each.depth;
    }

    /// Reports the writes at a place and below that an effect hides, or leaves if it does not write
    /// there itself.
    template <class Report>
    void tell_below(number top, bool leaves, const event& at, Report& report) const {
        tree_.each_below(top, [&](number below) {
            if (tree_[below].live.find(at.id) != nullptr) {
                return;
            }
            const number above = tree_.hider(below);
            const bool hides = above != none && tree_[above].winner == at.id;
            if (hides || leaves) {
                tree_[below].live.for_each([&](const local_event& other, const auto& write) {
                    if (!write.awaited) {
                        tell(hides ? reason::hidden : reason::update_won, hides, other, at, report);
                    }
                });
            }
        });
    }

    template <class Report>
    static void
    tell(reason why, bool wins, const local_event& other, const event& at, Report& report) {
        if (other.operation != at.id.operation) {
            report.decided(why, wins ? at.id.operation : other.operation,
                           wins ? other.operation : at.id.operation);
        }
    }

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
