/// What an editor makes of a JSON document within one transaction, beside the document itself,
/// which stays as it is until the commit: the places that it went to, as a tree beside the
/// document's, with what it took back, wrote and inserted there. Each step O(log n) expected.
#ifndef WEFT_MERGE_JSON_DRAFT_HPP
#define WEFT_MERGE_JSON_DRAFT_HPP

#include <weft/merge/json_tree.hpp>
#include <weft/merge/list_draft.hpp>

#include <string>
#include <utility>

namespace weft {

class json_draft {
public:
    using number = std::uint32_t;
    static constexpr number none = ~number{0};
    static constexpr number root = 0;

    struct place {
        std::string key{};            ///< of a member
        json_value leaf{};            ///< what is written here, if something is
        list_draft::opening where{};  ///< of a new element, in terms of the array's draft
        number parent = none;
        number first_child = none;
        number last_child = none;
        number next_sibling = none;
        number array = none;            ///< its elements' draft, once there is one
        json_tree::number held = none;  ///< the document's place here, there or not
        std::uint32_t position = none;  ///< of an element that the document holds
        std::uint32_t depth = 0;
        bool fresh = false;  ///< an element that this effect makes
        bool takes = false;  ///< what the document holds here and below is taken back
        bool bare = false;   ///< here or above it was, or is hidden
        bool writes = false;
        bool gone = false;  ///< no longer part of the draft

        /// Whether it does anything, and not only what is below it.
        [[nodiscard]] bool acts() const noexcept {
            return !gone && ((takes && held != none) || writes || fresh);
        }
    };

    /// The elements of a place, by index as the transaction has them.
    struct array {
        list_draft order;
        lean_vector<number> fresh;                     ///< by number there: the place
        small_map<std::uint32_t, number> of_position;  ///< by the document's position
    };

    [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }

    [[nodiscard]] const place& operator[](number of) const noexcept { return places_[of]; }

    [[nodiscard]] const array& array_of(number of) const noexcept {
        return arrays_[places_[of].array];
    }

    /// Nothing is done. O(places).
    [[nodiscard]] bool idle() const noexcept {
        bool any = false;
        for (const place& each : places_) {
            any |= each.acts();
        }
        return !any;
    }

    // ---- what the transaction sees ----

    [[nodiscard]] json_kind kind(number of, const json_tree& held) const noexcept {
        const place& at = places_[of];
        if (at.writes) {
            return at.leaf.kind();
        }
        return at.bare || at.held == none ? json_kind::absent : held.kind(at.held);
    }

    /// The value that was written there and holds no others, or an empty container.
    [[nodiscard]] json_view leaf(number of, const json_tree& held) const noexcept {
        const place& at = places_[of];
        if (at.writes) {
            return at.leaf.view();
        }
        return at.bare || at.held == none ? json_view() : held.written(at.held);
    }

    /// Elements of an array; 0 of all else.
    [[nodiscard]] std::uint32_t elements(number of, const json_tree& held) const noexcept {
        const place& at = places_[of];
        if (kind(of, held) != json_kind::array) {
            return 0;
        }
        if (at.array != none) {
            return arrays_[at.array].order.size();
        }
        return at.bare || at.held == none ? 0 : held[at.held].elements;
    }

    // ---- going there; none of it does anything yet ----

    void begin(const json_tree& held) {
        if (places_.empty()) {
            places_.emplace_back();
            places_[root].held = held.empty() ? none : json_tree::root;
        }
    }

    [[nodiscard]] number member(number of, std::string_view key, const json_tree& held) {
        const std::uint64_t hash = xxh3_64(as_bytes(key), table_seed() + of * 0x9E3779B97F4A7C15U);
        const number known = index_.find(hash, [&](number each) {
            return places_[each].parent == of && places_[each].key == key;
        });
        if (known != none && !places_[known].gone) {
            return known;
        }
        place fresh;
        fresh.key = key;
        fresh.bare = kind(of, held) != json_kind::object;
        const json_tree::number above = places_[of].held;
        fresh.held = above == none ? none : held.member(above, key);
        if (known != none) {
            places_[known] = std::move(fresh);
            link(known, of);
            return known;
        }
        places_.push_back(std::move(fresh));
        const auto made = static_cast<number>(places_.size() - 1);
        link(made, of);
        index_.insert(hash, made);
        return made;
    }

    /// Pre: index is below elements().
    [[nodiscard]] number element(number of, std::uint32_t index, const json_tree& held) {
        array& in = open(of, held);
        const auto spot = in.order.at(index, order_of(of, held));
        if (spot.own) {
            return in.fresh[spot.number];
        }
        if (const number* const known = in.of_position.find(spot.number)) {
            return *known;
        }
        const number made = make(of);
        places_[made].position = spot.number;
        places_[made].held = held.array_of(places_[of].held).owners[spot.number];
        arrays_[places_[of].array].of_position[spot.number] = made;
        return made;
    }

    // ---- doing ----

    /// Makes a place's value this one, and those above it what leads there; gives the place, which
    /// may have another number by then. Pre: fits(of, value, 0).
    number assign(number of, json_view value, const json_tree& held) {
        const number at = lead_to(of, held);
        write(at, value, held);
        return at;
    }

    /// Whether the value is nested no deeper there, or so many levels below, than it can be.
    [[nodiscard]] bool fits(number of, json_view value, std::uint32_t below) const noexcept {
        depth_of count;
        json_walk(value, count);
        return places_[of].depth + below + count.most <= json_depth_max;
    }

    /// Takes back what is at a place and below.
    void clear(number of) {
        drop_below(of);
        place& at = places_[of];
        at.takes = true;
        at.bare = true;
        at.writes = false;
        at.leaf = {};
        if (at.array != none) {
            arrays_[at.array] = array{};
            arrays_[at.array].order.begin(0);
        }
    }

    /// Puts a new element at an index, and gives its place. Pre: kind() is array, index is at most
    /// elements().
    [[nodiscard]] number insert(number of, std::uint32_t index, const json_tree& held) {
        open(of, held);
        const fugue_order& order = order_of(of, held);
        const number made = make(of);
        array& in = arrays_[places_[of].array];
        const auto left = index == 0 ? list_draft::spot{} : in.order.at(index - 1, order);
        in.fresh.reserve_one();
        in.order.reserve(left);
        places_[made].where = in.order.behind(left, order);
        places_[made].fresh = true;
        in.order.insert(index, left, {});
        in.fresh.push_back(made);
        return made;
    }

    /// Takes a member out. Pre: its parent is an object.
    void erase(number member, const json_tree& held) {
        keep(places_[member].parent, held);
        clear(member);
    }

    /// Takes an element out. Pre: index is below elements().
    void erase(number of, std::uint32_t index, const json_tree& held) {
        const number at = element(of, index, held);
        array& in = arrays_[places_[of].array];
        in.order.reserve({});
        keep(of, held);
        clear(at);
        in.order.erase(index);
    }

    friend bool operator==(const json_draft& a, const json_draft& b) noexcept {
        if (a.places_.size() != b.places_.size()) {
            return false;
        }
        for (std::size_t i = 0; i < a.places_.size(); ++i) {
            const place& one = a.places_[i];
            const place& other = b.places_[i];
            if (one.key != other.key || one.parent != other.parent ||
                one.position != other.position || one.takes != other.takes ||
                one.writes != other.writes || one.gone != other.gone || one.leaf != other.leaf) {
                return false;
            }
        }
        return true;
    }

private:
    /// How deep containers are nested in a value.
    struct depth_of {
        std::uint32_t now = 0;
        std::uint32_t most = 0;

        void open(json_kind /*kind*/) noexcept { most = ++now > most ? now : most; }

        void key(std::string_view /*key*/) noexcept {}

        void leaf(json_view /*value*/) noexcept {}

        void close(json_kind /*kind*/) noexcept { --now; }
    };

    /// Stages a value, place by place.
    struct writing {
        json_draft* draft;
        const json_tree* held;
        number top;
        number open_at[json_depth_max]{};
        std::uint32_t depth = 0;
        bool in_array = false;
        std::string_view next_key{};

        [[nodiscard]] number target() {
            if (depth == 0) {
                return top;
            }
            const number of = open_at[depth - 1];
            return draft->places_[of].leaf.kind() == json_kind::array
                       ? draft->insert(of, draft->elements(of, *held), *held)
                       : draft->member(of, next_key, *held);
        }

        void open(json_kind kind) {
            const number at = target();
            draft->mark(at,
                        kind == json_kind::array ? json_value::array({}) : json_value::object({}));
            open_at[depth++] = at;
        }

        void key(std::string_view key) { next_key = key; }

        void leaf(json_view value) { draft->mark(target(), json_value(value)); }

        void close(json_kind /*kind*/) noexcept { --depth; }
    };

    void write(number of, json_view value, const json_tree& held) {
        clear(of);
        writing to{this, &held, of};
        json_walk(value, to);
    }

    /// Sees to it that a container stays one when it is emptied.
    void keep(number of, const json_tree& held) {
        if (!leaf(of, held)) {
            mark(of, kind(of, held) == json_kind::array ? json_value::array({})
                                                        : json_value::object({}));
        }
    }

    void mark(number of, json_value leaf) {
        places_[of].writes = true;
        places_[of].leaf = std::move(leaf);
    }

    /// Sees to it that everything above a place is an object where a key leads on. What is above
    /// an element is an array, or the element would not be there.
    number lead_to(number of, const json_tree& held) {
        lean_vector<number> way;
        number top = none;
        for (number at = of; at != root; at = places_[at].parent) {
            way.push_back(at);
            const number above = places_[at].parent;
            const bool by_key = !places_[at].fresh && places_[at].position == none;
            if (by_key && kind(above, held) != json_kind::object) {
                top = above;
            }
        }
        if (top == none) {
            return of;
        }
        lean_vector<std::string> keys;
        for (std::size_t i = 0; i < way.size() && way[i] != top; ++i) {
            keys.push_back(places_[way[i]].key);
        }
        number at = top;
        while (true) {
            write(at, json_value::object({}).view(), held);
            at = member(at, keys.back(), held);
            keys.pop_back();
            if (keys.empty()) {
                return at;
            }
        }
    }

    void drop_below(number of) noexcept {
        number at = of;
        while (true) {
            if (places_[at].first_child != none) {
                at = places_[at].first_child;
            } else {
                while (at != of && places_[at].next_sibling == none) {
                    at = places_[at].parent;
                }
                if (at == of) {
                    break;
                }
                at = places_[at].next_sibling;
            }
            places_[at].gone = true;
        }
        places_[of].first_child = none;
        places_[of].last_child = none;
    }

    [[nodiscard]] number make(number parent) {
        places_.emplace_back();
        const auto made = static_cast<number>(places_.size() - 1);
        link(made, parent);
        return made;
    }

    void link(number made, number parent) noexcept {
        place& fresh = places_[made];
        place& above = places_[parent];
        fresh.parent = parent;
        fresh.depth = above.depth + 1;
        fresh.bare |= above.bare;
        if (above.last_child == none) {
            above.first_child = made;
        } else {
            places_[above.last_child].next_sibling = made;
        }
        above.last_child = made;
    }

    array& open(number of, const json_tree& held) {
        if (places_[of].array == none) {
            const std::uint32_t shown = elements(of, held);
            arrays_.emplace_back();
            arrays_.back().order.begin(shown);
            places_[of].array = static_cast<number>(arrays_.size() - 1);
        }
        return arrays_[places_[of].array];
    }

    /// The order of the positions that the document has there.
    [[nodiscard]] const fugue_order& order_of(number of, const json_tree& held) const {
        static const fugue_order nothing;
        const json_tree::number at = places_[of].held;
        return at == none || held[at].array == none ? nothing : held.array_of(at).order;
    }

    lean_vector<place> places_;
    lean_vector<array> arrays_;
    hash_index index_;  ///< members by parent and key; those that are gone too
};

}  // namespace weft

#endif
