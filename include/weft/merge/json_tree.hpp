/// The places of a JSON document: a tree in which objects lead to places by key and arrays by
/// element, in fugue_order. A place is known by the way that leads to it, so who writes at one and
/// the same place writes the same one, whoever made it. It holds the writes that no other took
/// back, each a leaf: a value that holds no others, `{}` or `[]`; what it reads as is in
/// merge/json.hpp. The part of the policy that knows no effects.
///
/// Places have numbers here, which are this replica's; a place that nothing is left of gives its
/// number back, but an array that ever had an element stays, for the order of its positions.
#ifndef WEFT_MERGE_JSON_TREE_HPP
#define WEFT_MERGE_JSON_TREE_HPP

#include <weft/base/json_value.hpp>
#include <weft/base/seeded_hash.hpp>
#include <weft/merge/list_digest.hpp>
#include <weft/merge/live_events.hpp>

#include <string>
#include <utility>

namespace weft {

/// Whether a value holds no others: a scalar, or an empty array or object.
[[nodiscard]] inline bool is_json_leaf(json_view value) noexcept {
    return value && value.begin() == value.end();
}

class json_tree {
public:
    using number = std::uint32_t;
    static constexpr number none = ~number{0};
    static constexpr number root = 0;

    struct write {
        json_value value{};  ///< a leaf
        timestamp at{};
        bool awaited = false;  ///< room only, while apply() works

        friend bool operator==(const write&, const write&) = default;
    };

    struct place {
        std::string key;    ///< in an object
        digest<16> name{};  ///< hash of the way: the parent's name and the step
        live_events<write> live;
        number parent = none;
        number first_child = none;
        number next_sibling = none;
        number previous_sibling = none;
        number array = none;         ///< its elements' order, if it ever had one
        number position = none;      ///< in the parent's order
        std::uint32_t writes = 0;    ///< live ones that are not awaited
        std::uint32_t members = 0;   ///< children by key that are there
        std::uint32_t elements = 0;  ///< children by position that are there
        local_event winner{};        ///< of the live writes the last, if there are any
        std::uint8_t depth = 0;
        bool is_element = false;
        bool shown = false;  ///< counted by the parent, as present

        /// Whether anything is written here or below.
        [[nodiscard]] bool present() const noexcept {
            return writes != 0 || members != 0 || elements != 0;
        }
    };

    struct array {
        fugue_order order;
        lean_vector<number> owners;  ///< by position: the place, or none
        number place = none;
    };

    /// Where an effect made a position.
    struct spot {
        number array = none;
        fugue_order::number position = fugue_order::none;
    };

    // ---- reading ----

    /// Nothing was ever written, or nothing is left.
    [[nodiscard]] bool untouched() const noexcept {
        return arrays_.empty() && (places_.empty() || !places_[root].present());
    }

    [[nodiscard]] bool empty() const noexcept { return places_.empty(); }

    [[nodiscard]] const place& operator[](number of) const noexcept { return places_[of]; }

    [[nodiscard]] const array& array_of(number of) const noexcept {
        return arrays_[places_[of].array];
    }

    /// The write that counts at a place, as a value; absent if there is none.
    [[nodiscard]] json_view written(number of) const noexcept {
        const place& at = places_[of];
        return at.writes == 0 ? json_view() : at.live.find(at.winner)->value.view();
    }

    /// What a place reads as. O(1) expected.
    [[nodiscard]] json_kind kind(number of) const noexcept {
        const json_kind said = written(of).kind();
        if (said != json_kind::absent) {
            return said;
        }
        return places_[of].members != 0    ? json_kind::object
               : places_[of].elements != 0 ? json_kind::array
                                           : json_kind::absent;
    }

    /// The nearest place above whose write says that it is not what holds this one: a scalar, an
    /// array above a key, an object above an element; none if there is none. O(depth).
    [[nodiscard]] number hider(number of) const noexcept {
        for (number at = of; at != root; at = places_[at].parent) {
            const json_kind said = written(places_[at].parent).kind();
            if (said != json_kind::absent &&
                said != (places_[at].is_element ? json_kind::array : json_kind::object)) {
                return places_[at].parent;
            }
        }
        return none;
    }

    /// The place under a key, there or not, or none. O(1) expected.
    [[nodiscard]] number member(number of, std::string_view key) const {
        return index_.find(hash_of(of, key), [&](number each) {
            return places_[each].parent == of && places_[each].key == key;
        });
    }

    /// The place at an index among those that are there. Pre: index is below elements. O(log n).
    [[nodiscard]] number element(number of, std::uint32_t index) const noexcept {
        const array& in = array_of(of);
        return in.owners[in.order.at(index)];
    }

    /// Of a position by its id; no array if it never came. O(1) expected.
    [[nodiscard]] spot find(const local_event& event, std::uint32_t index) const noexcept {
        const run* const made = runs_.find(event);
        return made != nullptr && index < made->count ? spots_[made->first + index] : spot{};
    }

    /// Calls visit(number) for a place and all below, parents first. O(places).
    template <class Visit>
    void each_below(number top, const Visit& visit) const {
        number at = top;
        while (true) {
            visit(at);
            if (places_[at].first_child != none) {
                at = places_[at].first_child;
                continue;
            }
            while (at != top && places_[at].next_sibling == none) {
                at = places_[at].parent;
            }
            if (at == top) {
                return;
            }
            at = places_[at].next_sibling;
        }
    }

    /// Appends the event of the write that counts, of each place that nothing hides. O(places).
    void standing(observed_list& dots) const {
        if (empty()) {
            return;
        }
        lean_vector<number> waiting{root};
        while (!waiting.empty()) {
            const number at = waiting.back();
            waiting.pop_back();
            if (places_[at].writes != 0) {
                dots.push_back(places_[at].winner);
            }
            const json_kind holds = kind(at);
            for (number each = places_[at].first_child; each != none;
                 each = places_[each].next_sibling) {
                if (holds == (places_[each].is_element ? json_kind::array : json_kind::object)) {
                    waiting.push_back(each);
                }
            }
        }
    }

    /// The children by key, in that order: those that are there, or all. O(n log n).
    [[nodiscard]] lean_vector<number> members(number of, bool all) const {
        lean_vector<number> found;
        found.reserve(places_[of].members);
        for (number at = places_[of].first_child; at != none; at = places_[at].next_sibling) {
            if (!places_[at].is_element && (all || places_[at].present())) {
                found.push_back(at);
            }
        }
        lean_sort(found.begin(), found.end(),
                  [this](number a, number b) { return places_[a].key < places_[b].key; });
        return found;
    }

    // ---- changing: what makes room may throw, and then has done nothing; the rest does not ----

    void make_root() {
        if (places_.empty()) {
            static_cast<void>(make(none));
        }
    }

    [[nodiscard]] number make_member(number parent, std::string_view key) {
        std::string copy(key);
        const number fresh = make(parent);
        WEFT_TRY {
            index_.insert(hash_of(parent, key), fresh);
        }
        WEFT_CATCH_ALL {
            unlink(fresh);
            WEFT_RETHROW;
        }
        places_[fresh].key = std::move(copy);
        return fresh;
    }

    /// An element that has no position yet; stand() or own() gives it one.
    [[nodiscard]] number make_element(number parent) {
        const number fresh = make(parent);
        places_[fresh].is_element = true;
        return fresh;
    }

    /// Room for `more` positions in a place's array, which is made if there is none; gives whether
    /// it was.
    bool make_array(number of, std::size_t more) {
        const bool fresh = places_[of].array == none;
        if (fresh) {
            arrays_.emplace_back();
            arrays_.back().place = of;
        }
        array& in = fresh ? arrays_.back() : arrays_[places_[of].array];
        WEFT_TRY {
            in.order.reserve_more(more);
            in.owners.reserve_more(more + 1);
        }
        WEFT_CATCH_ALL {
            if (fresh) {
                arrays_.pop_back();
            }
            WEFT_RETHROW;
        }
        if (fresh) {
            places_[of].array = static_cast<number>(arrays_.size() - 1);
        }
        return fresh;
    }

    /// Takes back the last array that was made.
    void drop_array() noexcept {
        places_[arrays_.back().place].array = none;
        arrays_.pop_back();
    }

    /// Room to name `made` positions of an event.
    void make_spots(const local_event& by, std::uint32_t made) {
        spots_.reserve_more(made);
        static_cast<void>(runs_[by]);
    }

    void begin_spots(const local_event& by, std::uint32_t made) noexcept {
        *runs_.find(by) = {static_cast<std::uint32_t>(spots_.size()), made};
    }

    /// Puts an element where it shall stand; to where there is nothing: to the front.
    void stand(number element,
               const list_id& id,
               spot beside,
               list_side side,
               const actor_order& actors) noexcept {
        const number of = places_[places_[element].parent].array;
        array& in = arrays_[of];
        const bool known = beside.array == of && beside.position != fugue_order::none;
        if (in.owners.empty()) {
            in.owners.push_back(none);  // of the front
        }
        const auto position = in.order.add(id, known ? beside.position : fugue_order::front,
                                           known ? side : list_side::right, actors);
        in.owners.push_back(none);
        spots_.push_back({of, position});
        own(element, position);
    }

    /// An event's next position is one that can't be.
    void skip_spot() noexcept { spots_.push_back({}); }

    /// Says that an element without a position stands at that one.
    void own(number element, fugue_order::number position) noexcept {
        places_[element].position = position;
        arrays_[places_[places_[element].parent].array].owners[position] = element;
    }

    /// Names a place that was made, after those above it.
    void name(number of, const actor_order& actors) noexcept {
        place& at = places_[of];
        const digest<16> step =
            at.is_element
                ? list_digest(actors).position(array_of(at.parent).order.id(at.position)).done()
                : xxh3_128::hash(as_bytes(at.key));
        std::byte bytes[33];
        std::memcpy(bytes, places_[at.parent].name.bytes.data(), 16);
        bytes[16] = static_cast<std::byte>(at.is_element ? 1 : 0);
        std::memcpy(bytes + 17, step.bytes.data(), 16);
        at.name = xxh3_128::hash(bytes);
    }

    /// Room for an event's write.
    void await(number of, const local_event& by) {
        write& room = places_[of].live[by];
        if (places_[of].live.size() > places_[of].writes) {
            room.awaited = true;
        }
    }

    /// Takes back that room, if there is any.
    void leave_room(number of, const local_event& by) noexcept {
        const write* const room = places_[of].live.find(by);
        if (room != nullptr && room->awaited) {
            places_[of].live.erase(by);
        }
    }

    /// Writes where there is room.
    void put(number of, const local_event& by, write&& what, const actor_order& actors) noexcept {
        write& held = *places_[of].live.find(by);
        places_[of].writes += held.awaited ? 1U : 0U;
        held = std::move(what);
        settle(of, actors);
    }

    /// Takes back an event's write. False: there is none.
    bool take(number of, const local_event& by, const actor_order& actors) noexcept {
        if (!places_[of].live.erase(by)) {
            return false;
        }
        --places_[of].writes;
        settle(of, actors);
        return true;
    }

    /// Gives back a place of which nothing is left, and those above it.
    void prune(number of) noexcept {
        while (of != root && places_[of].live.empty() && places_[of].first_child == none &&
               places_[of].array == none && places_[of].parent != none) {
            const number above = places_[of].parent;
            drop(of);
            of = above;
        }
    }

    /// Takes back a place that was made just now.
    void drop(number of) noexcept {
        const place& at = places_[of];
        if (at.is_element) {
            if (at.position != none) {
                arrays_[places_[at.parent].array].owners[at.position] = none;
            }
        } else {
            index_.erase(hash_of(at.parent, at.key), of);
        }
        unlink(of);
    }

private:
    /// The positions that an effect made, among spots_.
    struct run {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };

    [[nodiscard]] static std::uint64_t hash_of(number parent, std::string_view key) noexcept {
        return xxh3_64(as_bytes(key), table_seed() + parent * 0x9E3779B97F4A7C15U);
    }

    [[nodiscard]] number make(number parent) {
        number fresh = free_;
        if (fresh == none) {
            places_.emplace_back();
            fresh = static_cast<number>(places_.size() - 1);
        } else {
            free_ = places_[fresh].next_sibling;
            places_[fresh].next_sibling = none;
        }
        if (parent != none) {
            place& made = places_[fresh];
            place& above = places_[parent];
            made.parent = parent;
            made.depth = static_cast<std::uint8_t>(above.depth + 1);
            made.next_sibling = above.first_child;
            if (above.first_child != none) {
                places_[above.first_child].previous_sibling = fresh;
            }
            above.first_child = fresh;
        }
        return fresh;
    }

    void unlink(number of) noexcept {
        const place& at = places_[of];
        if (at.previous_sibling != none) {
            places_[at.previous_sibling].next_sibling = at.next_sibling;
        } else {
            places_[at.parent].first_child = at.next_sibling;
        }
        if (at.next_sibling != none) {
            places_[at.next_sibling].previous_sibling = at.previous_sibling;
        }
        places_[of] = place{};
        places_[of].next_sibling = free_;
        free_ = of;
    }

    /// After a change of the writes: which one counts, and who is there. O(live writes, depth).
    void settle(number of, const actor_order& actors) noexcept {
        place& here = places_[of];
        const write* last = nullptr;
        here.live.for_each([&](const local_event& event, const write& each) {
            if (!each.awaited &&
                (last == nullptr || later(event, each, here.winner, *last, actors))) {
                here.winner = event;
                last = &each;
            }
        });
        for (number at = of; at != root && places_[at].present() != places_[at].shown;
             at = places_[at].parent) {
            place& below = places_[at];
            place& above = places_[below.parent];
            below.shown = !below.shown;
            std::uint32_t& count = below.is_element ? above.elements : above.members;
            count += below.shown ? 1U : ~std::uint32_t{0};
            if (below.is_element) {
                arrays_[above.array].order.show(below.position, below.shown);
            }
        }
    }

    [[nodiscard]] static bool later(const local_event& a,
                                    const write& one,
                                    const local_event& b,
                                    const write& other,
                                    const actor_order& actors) noexcept {
        return a.operation == b.operation
                   ? a.ordinal > b.ordinal
                   : stamp::before({other.at, b.operation}, {one.at, a.operation}, actors);
    }

    lean_vector<place> places_;
    number free_ = none;  ///< the places that are free, each leading to the next by next_sibling
    hash_index index_;    ///< places by parent and key
    lean_vector<array> arrays_;
    lean_vector<spot> spots_;
    small_map<local_event, run> runs_;
};

}  // namespace weft

#endif
