/// What an editor makes of a list within one transaction, beside the list itself, which stays as it
/// is until the commit: which position stands at which index by now, and what stands next to what
/// in the order of positions. The indices are pieces of the held list and positions that the effect
/// makes, in an ordered_sequence: O(log edits) expected a step. Knows numbers only, no values.
#ifndef WEFT_MERGE_LIST_DRAFT_HPP
#define WEFT_MERGE_LIST_DRAFT_HPP

#include <weft/base/small_map.hpp>
#include <weft/merge/fugue_order.hpp>

namespace weft {

class list_draft {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    /// A position: of the held order, or one that the effect makes; in either case by number.
    struct spot {
        std::uint32_t number = fugue_order::front;
        bool own = false;
    };

    /// Where a new position goes.
    struct opening {
        spot beside{};
        list_side side{};
    };

    /// What the editor knows of a position that its effect makes.
    struct origin {
        std::uint32_t edit = 0;        ///< that made it
        std::uint32_t element = none;  ///< the held list's, by number; none: one of the effect's
    };

    [[nodiscard]] bool open() const noexcept { return open_; }

    /// Begins with a held list of which so many elements are left: all, or after a clear none.
    void begin(std::uint32_t shown) {
        list_draft fresh;
        fresh.open_ = true;
        if (shown != 0) {
            fresh.runs_.push_back({0, false});
            fresh.pieces_.make({shown});
        }
        *this = static_cast<list_draft&&>(fresh);
    }

    [[nodiscard]] std::uint32_t size() const noexcept {
        return runs_.empty() ? 0 : pieces_.total(0, 0);
    }

    /// How many positions the effect makes so far.
    [[nodiscard]] std::uint32_t made() const noexcept {
        return static_cast<std::uint32_t>(own_.size());
    }

    [[nodiscard]] const origin& origin_of(std::uint32_t own) const noexcept {
        return own_[own].made_by;
    }

    /// The edit that assigns to a held element, or none; and to make it so.
    [[nodiscard]] std::uint32_t assignment(std::uint32_t element) const noexcept {
        const std::uint32_t* const edit = assigned_.find(element);
        return edit == nullptr ? none : *edit;
    }

    void assign(std::uint32_t element, std::uint32_t edit) { assigned_[element] = edit; }

    /// The position at an index. Pre: index is below size().
    [[nodiscard]] spot at(std::uint32_t index, const fugue_order& held) const noexcept {
        const auto found = pieces_.find(0, 0, index);
        const run& of = runs_[found.at];
        return of.own ? spot{of.first, true} : spot{held.at(of.first + found.offset), false};
    }

    /// Where a position goes that shall stand next behind `left`: right of it, or if something is
    /// there, left of what is next.
    [[nodiscard]] opening behind(const spot& left, const fugue_order& held) const noexcept {
        const neighbour* const here =
            left.own ? &own_[left.number].beyond : held_.find(left.number);
        const bool held_right = !left.own && held.positions() != 0 && held.has_right(left.number);
        if (!held_right && (here == nullptr || !here->has_right)) {
            return {left, list_side::right};
        }
        if (here != nullptr && here->next != none) {
            return {{here->next, true}, list_side::left};
        }
        const std::uint32_t before = left.own ? own_[left.number].after : left.number;
        return {{held.next(before), false}, list_side::left};
    }

    /// Room for one erase() and one insert() behind `left`, which then do not throw. Strong
    /// guarantee.
    void reserve(const spot& left) {
        pieces_.reserve_more(3);
        runs_.reserve_more(3);
        own_.reserve_one();
        if (!left.own) {
            static_cast<void>(held_[left.number]);
        }
    }

    /// Takes the element at an index out. Pre: index is below size(); there is room.
    void erase(std::uint32_t index) {
        const auto found = pieces_.find(0, 0, index);
        split(found.at, found.offset + 1);
        pieces_.set_count(found.at, 0, found.offset);
    }

    /// Puts the next position that the effect makes at an index, behind `left`, which is what
    /// stands there. Pre: index is at most size(); there is room.
    void insert(std::uint32_t index, const spot& left, const origin& made_by) {
        const std::uint32_t number = made();
        if (index == 0) {
            if (runs_.empty()) {
                pieces_.make({1});
            } else {
                pieces_.put_before(pieces_.first(0), pieces_.make({1}));
            }
        } else {
            const auto place = pieces_.find(0, 0, index - 1);
            split(place.at, place.offset + 1);
            pieces_.put_after(place.at, pieces_.make({1}));
        }
        runs_.push_back({number, true});
        own_.push_back({{}, left.own ? own_[left.number].after : left.number, made_by});
        neighbour& here = left.own ? own_[left.number].beyond : *held_.find(left.number);
        own_.back().beyond.next = here.next;
        here = {number, true};
    }

private:
    /// A piece of the list: a run of held elements, by index there, or one position of the effect.
    struct run {
        std::uint32_t first = 0;
        bool own = false;
    };

    struct neighbour {
        std::uint32_t next = none;  ///< the effect's position that is next in the order
        bool has_right = false;     ///< something stands right of it in the tree
    };

    struct own_position {
        neighbour beyond{};
        std::uint32_t after = 0;  ///< the last held position before it in the order
        origin made_by{};
    };

    /// Leaves the first `kept` elements in a piece, and makes one of the others.
    void split(std::uint32_t piece, std::uint32_t kept) {
        const std::uint32_t count = pieces_.count(piece, 0);
        if (kept != count) {
            pieces_.set_count(piece, 0, kept);
            runs_.push_back({runs_[piece].first + kept, false});
            pieces_.put_after(piece, pieces_.make({count - kept}));
        }
    }

    ordered_sequence<1> pieces_;
    lean_vector<run> runs_;
    lean_vector<own_position> own_;                     ///< by number
    small_map<std::uint32_t, neighbour> held_;          ///< by held position
    small_map<std::uint32_t, std::uint32_t> assigned_;  ///< by held element: the edit
    bool open_ = false;
};

}  // namespace weft

#endif
