/// The order of a list's positions: a tree in which every position stands left or right of an
/// earlier one, read in symmetric order. Who inserts between two neighbours, invisible ones
/// included, puts the new position right of the left one if nothing stands there, else left of the
/// right one, where nothing can stand; siblings, which are concurrent, stand by id (actor id,
/// sequence, ordinal, index). So the order is a function of the set of positions, and what one
/// writer inserts at one place, forwards or backwards, stays together whatever others insert there.
/// Source: Weidner, Kleppmann, The Art of the Fugue (2023). RGA (Roh et al. 2011) orders by
/// stamps and is simpler, but interleaves what concurrent writers insert backwards.
///
/// The tree is never walked. Its symmetric order is kept as an ordered_sequence in which each
/// position has two items: itself, and a marker at the outer end of its subtree, the only place
/// beside itself where a neighbour may have to be put. So an insertion costs O(log n) expected,
/// whatever the tree's depth and however many siblings there are. Memory per position: 80 bytes.
///
/// A position stays for ever; it may be shown or not, which is the caller's affair.
#ifndef WEFT_MERGE_FUGUE_ORDER_HPP
#define WEFT_MERGE_FUGUE_ORDER_HPP

#include <weft/base/ordered_sequence.hpp>
#include <weft/causal/actor_order.hpp>

namespace weft {

/// Names a position, and an element by the position at which it was inserted: the event whose
/// effect made it, and which of those that the effect made it is.
struct list_id {
    local_event event{};
    std::uint32_t index = 0;

    /// Whether a comes before b in the order of ids, which is alike on every replica.
    [[nodiscard]] static bool
    before(const list_id& a, const list_id& b, const actor_order& actors) noexcept {
        return a.event.operation.slot == b.event.operation.slot
                   ? a < b
                   : actors.less(a.event.operation.slot, b.event.operation.slot);
    }

    /// By actor slot first, which is not the order of ids.
    friend constexpr auto operator<=>(const list_id&, const list_id&) = default;
};

enum class list_side : std::uint8_t { right = 0, left = 1 };

/// Positions are numbered in the order in which they come; number 0 is the front of the list, of
/// which everything stands right.
class fugue_order {
public:
    using number = std::uint32_t;
    static constexpr number none = ~number{0};
    static constexpr number front = 0;

    /// Positions, the front included; 0 if nothing was ever added.
    [[nodiscard]] std::uint32_t positions() const noexcept {
        return static_cast<std::uint32_t>(ids_.size());
    }

    /// How many positions are shown. O(log n).
    [[nodiscard]] std::uint32_t shown() const noexcept {
        return ids_.empty() ? 0 : order_.total(item_of(front), is_shown);
    }

    [[nodiscard]] const list_id& id(number of) const noexcept { return ids_[of].id; }

    /// The position that is shown at a rank. Pre: rank is below shown(). O(log n).
    [[nodiscard]] number at(std::uint32_t rank) const noexcept {
        return order_.find(item_of(front), is_shown, rank).at / 2;
    }

    /// How many positions are shown before it. O(log n).
    [[nodiscard]] std::uint32_t rank(number of) const noexcept {
        return order_.before(item_of(of), is_shown);
    }

    [[nodiscard]] bool shows(number of) const noexcept {
        return order_.count(item_of(of), is_shown) != 0;
    }

    void show(number of, bool shown) noexcept {
        order_.set_count(item_of(of), is_shown, shown ? 1 : 0);
    }

    /// The next position, or the next that is shown; none at the end. O(log n), O(1) over all.
    [[nodiscard]] number next(number of) const noexcept { return next(of, is_position); }

    [[nodiscard]] number next_shown(number of) const noexcept { return next(of, is_shown); }

    /// Whether a position stands right of it in the tree: then its next one has none on its left.
    [[nodiscard]] bool has_right(number of) const noexcept { return ids_[of].right != none; }

    /// Room for `more` positions: then as many calls of add() do not throw. Strong guarantee.
    void reserve_more(std::size_t more) {
        ids_.reserve_more(more + 1);
        order_.reserve_more(2 * more + 2);
        siblings_.reserve_more(more + 1);
    }

    /// Adds a position, which is not shown yet, and gives its number.
    number add(const list_id& id, number beside, list_side side, const actor_order& actors) {
        if (ids_.empty()) {
            make({});
            order_.put_after(item_of(front), marker_of(front));
        }
        const number fresh = make(id);
        number& child = side == list_side::right ? ids_[beside].right : ids_[beside].left;
        if (child == none) {
            child = fresh;
            stand(fresh, item_of(beside), side);
            return fresh;
        }
        const number after = siblings_.partition(
            child, [&](number each) { return list_id::before(ids_[each].id, id, actors); });
        if (after == none) {
            siblings_.put_after(siblings_.last(child), fresh);
        } else {
            siblings_.put_before(after, fresh);
        }
        const number inner =
            side == list_side::right ? siblings_.previous(fresh) : siblings_.next(fresh);
        stand(fresh, inner == none ? item_of(beside) : marker_of(inner), side);
        return fresh;
    }

private:
    using item = ordered_sequence<2>::item;
    static constexpr std::size_t is_position = 0;
    static constexpr std::size_t is_shown = 1;

    struct entry {
        list_id id{};
        number left = none;   ///< one of the positions that stand left of it in the tree
        number right = none;  ///< one of those on its right
    };

    [[nodiscard]] static constexpr item item_of(number of) noexcept { return 2 * of; }

    /// Stands behind the subtree of a position that is on a right side, before that of another.
    [[nodiscard]] static constexpr item marker_of(number of) noexcept { return 2 * of + 1; }

    [[nodiscard]] number next(number of, std::size_t which) const noexcept {
        const item found = order_.next_counted(item_of(of), which);
        return found == ordered_sequence<2>::none ? none : found / 2;
    }

    number make(const list_id& id) {
        ids_.push_back({id, none, none});
        order_.make({1, 0});
        order_.make({0, 0});
        return siblings_.make({0});
    }

    /// Puts a position's items next to what is on its inner side.
    void stand(number fresh, item inner, list_side side) noexcept {
        if (side == list_side::right) {
            order_.put_after(inner, item_of(fresh));
            order_.put_after(item_of(fresh), marker_of(fresh));
        } else {
            order_.put_before(inner, item_of(fresh));
            order_.put_before(item_of(fresh), marker_of(fresh));
        }
    }

    lean_vector<entry> ids_;
    ordered_sequence<2> order_;
    ordered_sequence<1> siblings_;  ///< of the positions; each group of siblings is a sequence
};

}  // namespace weft

#endif
