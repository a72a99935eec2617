/// How an effect changes a document: all that it says, or nothing if memory runs out. What needs
/// memory comes first, the places and room for the writes; then nothing throws. See merge/json.hpp
/// for the rules.
#ifndef WEFT_MERGE_JSON_CHANGE_HPP
#define WEFT_MERGE_JSON_CHANGE_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/merge/event_reach.hpp>
#include <weft/merge/json_verdict.hpp>
#include <weft/merge/list_digest.hpp>
#include <weft/merge/set_entry.hpp>

#include <concepts>
#include <utility>

namespace weft {

/// One effect on one document; used once.
class json_change {
public:
    using number = json_tree::number;
    static constexpr number none = json_tree::none;

    /// All must outlive it; the effect's values are moved away.
    json_change(json_tree& tree,
                digest_sum& digest,
                json_effect& sent,
                observed_span dots,
                const event& at) noexcept
        : tree_(tree), digest_(digest), sent_(sent), names_(dots.first(sent.named_dots)),
          own_(dots.subspan(sent.named_dots)), at_(at), made_(sent.made()) {}

    /// As a policy's apply().
    template <class Report>
    bool apply(Report& report) {
        make_room();
        stand();
        return settle(report);
    }

    /// Leaves the positions that the effect made, and the way to them.
    void leave() {
        make_room();
        stand();
        prune();
    }

    /// Makes of an effect one that takes nothing back and writes nothing.
    static void keep_positions_only(json_effect& sent) noexcept {
        for (json_item& each : sent.items) {
            each.takes = false;
            each.writes = false;
            each.own = 0;
        }
    }

private:
    /// What is about to be done at one place.
    struct work {
        number at = none;
        bool made = false;                                 ///< the place, just now
        bool made_array = false;                           ///< its order of elements
        lean_vector<std::pair<number, local_event>> gone;  ///< the writes that are taken back
        bool survives = false;                             ///< others there are not
    };

    void make_room() {
        observed_span dots = own_;
        WEFT_TRY {
            for (std::size_t i = 0; i < sent_.items.size(); ++i) {
                works_.emplace_back();
            }
            find_places();
            for (std::size_t i = 0; i < sent_.items.size(); ++i) {
                find_gone(works_[i], dots.first(sent_.items[i].own));
                dots = dots.subspan(sent_.items[i].own);
            }
            if (made_ != 0) {
                tree_.make_spots(at_.id, made_);
            }
        }
        WEFT_CATCH_ALL {
            take_back_room();
            WEFT_RETHROW;
        }
    }

    /// Finds the places, and makes those that are written at or lead to such.
    void find_places() {
        lean_vector<std::uint32_t> parent(sent_.items.size(), 0);
        lean_vector<bool> needed(sent_.items.size(), false);
        lean_vector<std::uint32_t> inserted(sent_.items.size(), 0);
        std::uint32_t way[json_depth_max + 1]{};
        for (std::uint32_t i = 0; i < sent_.items.size(); ++i) {
            const json_item& each = sent_.items[i];
            way[each.depth] = i;
            parent[i] = each.depth == 0 ? 0 : way[each.depth - 1];
            inserted[parent[i]] += each.inserts() ? 1U : 0U;
        }
        for (std::size_t i = sent_.items.size(); i-- > 0;) {
            needed[i] = needed[i] || sent_.items[i].writes || sent_.items[i].inserts();
            needed[parent[i]] = needed[parent[i]] || needed[i];
        }
        tree_.make_root();
        for (std::size_t i = 0; i < sent_.items.size(); ++i) {
            const json_item& each = sent_.items[i];
            work& todo = works_[i];
            if (i == 0) {
                todo.at = json_tree::root;
            } else if (works_[parent[i]].at != none) {
                todo.at = find(each, works_[parent[i]].at);
                if (todo.at == none && needed[i]) {
                    make(each, works_[parent[i]].at, todo);
                }
            }
            if (todo.at == none) {
                continue;
            }
            if (inserted[i] != 0) {
                todo.made_array = tree_.make_array(todo.at, inserted[i]);
            }
            if (each.writes) {
                tree_.await(todo.at, at_.id);
            }
        }
    }

    [[nodiscard]] number find(const json_item& each, number parent) const {
        if (each.step == json_step::member) {
            return tree_.member(parent, each.key);
        }
        if (each.inserts()) {
            return none;
        }
        const json_tree::spot spot = spot_of(each.at);
        return stands_in(spot, parent) ? tree_.array_of(parent).owners[spot.position] : none;
    }

    void make(const json_item& each, number parent, work& todo) {
        if (each.step == json_step::member) {
            todo.at = tree_.make_member(parent, each.key);
        } else if (each.inserts()) {
            todo.at = tree_.make_element(parent);
        } else {
            const json_tree::spot spot = spot_of(each.at);
            if (!stands_in(spot, parent)) {
                return;  // an element that never was
            }
            todo.at = tree_.make_element(parent);
            tree_.own(todo.at, spot.position);
        }
        todo.made = true;
    }

    [[nodiscard]] bool stands_in(const json_tree::spot& spot, number parent) const noexcept {
        return spot.array != none && spot.array == tree_[parent].array;
    }

    [[nodiscard]] json_tree::spot spot_of(const list_ref& ref) const noexcept {
        switch (ref.from) {
        case list_ref::front:
            return {};
        case list_ref::own:
            return tree_.find(at_.id, ref.index);
        default:
            return tree_.find(names_[ref.from - list_ref::named], ref.index);
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
        tree_.each_below(todo.at, [&](number below) {
            tree_[below].live.for_each([&](const local_event& event, const auto& write) {
                if (write.awaited || event == at_.id) {
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
        for (std::size_t i = works_.size(); i-- > 0;) {
            if (works_[i].at != none && sent_.items[i].writes) {
                tree_.leave_room(works_[i].at, at_.id);
            }
            if (works_[i].made_array) {
                tree_.drop_array();
            }
            if (works_[i].made) {
                tree_.drop(works_[i].at);
            }
        }
    }

    /// Gives the effect's elements their places in order; does not throw.
    void stand() noexcept {
        if (made_ != 0) {
            tree_.begin_spots(at_.id, made_);
        }
        std::uint32_t made = 0;
        for (std::size_t i = 0; i < works_.size(); ++i) {
            const json_item& each = sent_.items[i];
            if (each.inserts()) {
                const list_id id{at_.id, made++};
                if (works_[i].at != none) {
                    tree_.stand(works_[i].at, id, spot_of(each.at),
                                each.step == json_step::insert_left ? list_side::left
                                                                    : list_side::right,
                                at_.actors);
                    digest_.add(list_digest(at_.actors).position(id).done());
                } else {
                    tree_.skip_spot();
                }
            }
        }
        for (const work& each : works_) {
            if (each.made) {
                tree_.name(each.at, at_.actors);
            }
        }
    }

    /// The rest of apply(); does not throw.
    template <class Report>
    bool settle(Report& report) {
        bool changed = false;
        for (std::size_t i = 0; i < works_.size(); ++i) {
            for (const auto& [place, gone] : works_[i].gone) {
                changed |= take(place, gone);
            }
            if (sent_.items[i].writes && works_[i].at != none) {
                put(works_[i].at, std::move(sent_.items[i].value), report);
                changed = true;
            }
        }
        tell_left(report);
        prune();
        return changed;
    }

    /// Gives back the places of which nothing is left.
    void prune() noexcept {
        for (const work& each : works_) {
            for (const auto& [place, gone] : each.gone) {
                tree_.prune(place);
            }
            if (each.at != none) {
                tree_.prune(each.at);
            }
        }
    }

    bool take(number place, const local_event& event) noexcept {
        if (!tree_.take(place, event, at_.actors)) {
            return false;
        }
        digest_.subtract(digest_of(tree_[place].name, set_edit::add, event, at_.actors));
        return true;
    }

    template <class Report>
    void put(number place, json_value&& value, Report& report) {
        const bool fresh = tree_[place].live.find(at_.id)->awaited;
        tree_.put(place, at_.id, {std::move(value), at_.at, false}, at_.actors);
        if (fresh) {
            digest_.add(digest_of(tree_[place].name, set_edit::add, at_.id, at_.actors));
        }
        if constexpr (!std::same_as<Report, null_report>) {
            const json_verdict verdict(tree_, at_);
            tree_[place].live.for_each([&](const local_event& other, const auto& write) {
                if (!write.awaited) {
                    verdict.tell(reason::later_stamp, at_.later_than({write.at, other.operation}),
                                 other, report);
                }
            });
            const number above = tree_.hider(place);
            if (above != none) {
                verdict.tell(reason::hidden, false, tree_[above].winner, report);
            }
        }
    }

    /// Reports the writes that the effect leaves, having not seen them: those that it hides,
    /// and those that a removal would have taken. Of those where it writes itself put() told.
    template <class Report>
    void tell_left([[maybe_unused]] Report& report) const {
        if constexpr (!std::same_as<Report, null_report>) {
            const json_verdict verdict(tree_, at_);
            std::uint32_t outermost = json_depth_max + 1;
            for (std::size_t i = 0; i < works_.size(); ++i) {
                if (acts_outermost(sent_.items[i], outermost) && works_[i].at != none) {
                    verdict.tell_below(works_[i].at, works_[i].survives, report);
                }
            }
        }
    }

    /// Whether an item takes or writes, and no place above it does. Items come parents first.
    [[nodiscard]] static bool acts_outermost(const json_item& each,
                                             std::uint32_t& outermost) noexcept {
        if (each.depth > outermost) {
            return false;
        }
        outermost = each.takes || each.writes ? each.depth : json_depth_max + 1;
        return outermost == each.depth;
    }

    json_tree& tree_;
    digest_sum& digest_;
    json_effect& sent_;
    observed_span names_;  ///< the dots that name elements
    observed_span own_;    ///< those that the items take back, in their order
    const event& at_;
    std::uint32_t made_;  ///< positions
    lean_vector<work> works_;
};

}  // namespace weft

#endif
