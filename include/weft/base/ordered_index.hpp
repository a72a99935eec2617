/// Keys in order, each with a dense number: an ordered map of which only the order is here, while
/// the entries lie with the caller, by number; so that one type of tree is compiled, whatever the
/// keys and values. A treap whose priorities are a keyed hash of the keys: every set of keys has
/// one shape, and nobody without the seed can choose keys that make it deep. Search, insertion and
/// removal O(log keys) expected. Memory: 24 bytes a key.
/// Source: Seidel and Aragon, Randomized search trees, Algorithmica 16 (1996).
#ifndef WEFT_BASE_ORDERED_INDEX_HPP
#define WEFT_BASE_ORDERED_INDEX_HPP

#include <weft/base/assert.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/seeded_hash.hpp>

#include <cstdint>
#include <type_traits>

namespace weft {

/// A key as a number of 128 bits.
struct ordered_key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    [[nodiscard]] friend constexpr bool operator<(const ordered_key& a,
                                                  const ordered_key& b) noexcept {
        return a.high != b.high ? a.high < b.high : a.low < b.low;
    }

    friend constexpr bool operator==(const ordered_key&, const ordered_key&) = default;
};

/// How a Key becomes one: of(key), distinct and in the order of the keys. Here for integers;
/// specialise it for others.
template <class Key>
struct ordered_key_of {
    static_assert(std::is_integral_v<Key>, "weft: specialise weft::ordered_key_of for your key");

    [[nodiscard]] static constexpr ordered_key of(Key key) noexcept {
        constexpr std::uint64_t sign = std::is_signed_v<Key> ? std::uint64_t{1} << 63U : 0;
        return {0, static_cast<std::uint64_t>(key) ^ sign};
    }
};

class ordered_index {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(nodes_.size());
    }

    void reserve(std::size_t keys) { nodes_.reserve(keys); }

    /// The number of key, or none.
    [[nodiscard]] std::uint32_t find(const ordered_key& key) const noexcept {
        std::uint32_t at = root_;
        while (at != none && !(nodes_[at].key == key)) {
            at = nodes_[at].key < key ? nodes_[at].right : nodes_[at].left;
        }
        return at;
    }

    /// The number of the least key, or none.
    [[nodiscard]] std::uint32_t first() const noexcept {
        std::uint32_t at = root_;
        while (at != none && nodes_[at].left != none) {
            at = nodes_[at].left;
        }
        return at;
    }

    /// The number of the least key above that of `number`, or none. A search from the root: nodes
    /// do not know their parents.
    [[nodiscard]] std::uint32_t after(std::uint32_t number) const noexcept {
        const ordered_key key = nodes_[number].key;
        std::uint32_t least = none;
        for (std::uint32_t at = root_; at != none;) {
            if (key < nodes_[at].key) {
                least = at;
                at = nodes_[at].left;
            } else {
                at = nodes_[at].right;
            }
        }
        return least;
    }

    /// Adds a key that is not there; it gets the number size(). Strong guarantee.
    void insert(const ordered_key& key) {
        const std::uint32_t number = size();
        nodes_.push_back({key, none, none});
        const std::uint64_t priority = priority_of(number);
        std::uint32_t* link = &root_;
        while (*link != none && priority_of(*link) >= priority) {
            link = nodes_[*link].key < key ? &nodes_[*link].right : &nodes_[*link].left;
        }
        // What stood there is split into what lies below the new key and what lies above.
        std::uint32_t rest = *link;
        std::uint32_t* below = &nodes_[number].left;
        std::uint32_t* above = &nodes_[number].right;
        *link = number;
        while (rest != none) {
            node& at = nodes_[rest];
            if (at.key < key) {
                *below = rest;
                below = &at.right;
                rest = at.right;
            } else {
                *above = rest;
                above = &at.left;
                rest = at.left;
            }
        }
        *below = none;
        *above = none;
    }

    /// Removes a key. The last number takes its place: so must the caller's last entry.
    void erase(std::uint32_t number) noexcept {
        std::uint32_t* link = link_to(number);
        std::uint32_t below = nodes_[number].left;
        std::uint32_t above = nodes_[number].right;
        while (below != none && above != none) {
            if (priority_of(below) > priority_of(above)) {
                *link = below;
                link = &nodes_[below].right;
                below = *link;
            } else {
                *link = above;
                link = &nodes_[above].left;
                above = *link;
            }
        }
        *link = below != none ? below : above;
        const std::uint32_t last = size() - 1;
        if (number != last) {
            *link_to(last) = number;
            nodes_[number] = nodes_[last];
        }
        nodes_.pop_back();
    }

private:
    struct node {
        ordered_key key{};
        std::uint32_t left = none;
        std::uint32_t right = none;
    };

    [[nodiscard]] std::uint64_t priority_of(std::uint32_t number) const noexcept {
        std::byte bytes[16];
        store_le<8>(bytes, nodes_[number].key.high);
        store_le<8>(bytes + 8, nodes_[number].key.low);
        return xxh3_64({bytes, 16}, seed_);
    }

    /// Where the tree says `number`.
    [[nodiscard]] std::uint32_t* link_to(std::uint32_t number) noexcept {
        const ordered_key key = nodes_[number].key;
        std::uint32_t* link = &root_;
        while (*link != number) {
            WEFT_ASSERT(*link != none);
            link = nodes_[*link].key < key ? &nodes_[*link].right : &nodes_[*link].left;
        }
        return link;
    }

    lean_vector<node> nodes_;
    std::uint32_t root_ = none;
    std::uint64_t seed_ = table_seed();
};

}  // namespace weft

#endif
