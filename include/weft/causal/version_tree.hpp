/// Versions (counts of operations by actor slot) as persistent trees: sixteen children a node, the
/// slot's hexadecimal digits are the path, absent counts are zero. A change copies the path and
/// shares the rest, so that thousands of versions along a causal graph cost what they differ by.
/// Nodes are 64 bytes in one arena and are never changed once the next version has begun; joins
/// skip whatever both sides share, and of two equal nodes keep the older, so that histories that
/// met once share from then on.
/// Source of path copying: Driscoll, Sarnak, Sleator, Tarjan (1989); fanout after Bagwell (2000).
#ifndef WEFT_CAUSAL_VERSION_TREE_HPP
#define WEFT_CAUSAL_VERSION_TREE_HPP

#include <weft/base/assert.hpp>
#include <weft/base/steps.hpp>
#include <weft/causal/dot.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace weft {

/// Counts of operations, dense by actor slot; slots beyond its end count zero.
using cut = std::vector<sequence>;

/// The arena of all versions of one graph. Const functions may run concurrently.
class version_tree {
public:
    /// A version in the arena, in four bytes: the root node and its level. Default: all zero.
    class version {
    public:
        constexpr version() = default;

        [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }

        [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }

        [[nodiscard]] static constexpr version of_bits(std::uint32_t bits) noexcept {
            return version(bits & node_mask, bits >> node_bits);
        }

        friend constexpr bool operator==(const version&, const version&) = default;

    private:
        friend class version_tree;

        constexpr version(std::uint32_t node, std::uint32_t level) noexcept
            : bits_(node == 0 ? 0 : node | (level << node_bits)) {}

        [[nodiscard]] constexpr std::uint32_t node() const noexcept { return bits_ & node_mask; }

        [[nodiscard]] constexpr std::uint32_t level() const noexcept { return bits_ >> node_bits; }

        std::uint32_t bits_ = 0;
    };

    version_tree() : nodes_(1) {}

    /// The count of slot. O(log16 slots), one cache line a level.
    [[nodiscard]] sequence get(version v, actor_slot slot) const noexcept {
        const std::uint32_t level = v.level();
        if ((std::uint64_t{slot.value} >> (4 * level + 4)) != 0) {
            return 0;
        }
        std::uint32_t node = v.node();
        for (std::uint32_t shift = 4 * level; shift != 0; shift -= 4) {
            node = nodes_[node][(slot.value >> shift) & 15U];  // node 0 leads to itself
        }
        WEFT_STEP(level + 1);
        return nodes_[node][slot.value & 15U];
    }

    /// Starts a new version: until the next begin(), set and join make one version, and change
    /// what they made for it in place. Throws bad_alloc, before anything happened.
    void begin() { begins_.push_back(size()); }

    /// v with the count of slot raised to at least n; v, if made since begin(), is used up.
    /// Throws bad_alloc; truncate then removes what was left behind.
    [[nodiscard]] version set(version v, actor_slot slot, sequence n) {
        if (get(v, slot) >= n) {
            return v;
        }
        std::uint32_t root = v.node();
        std::uint32_t level = v.level();
        for (; (std::uint64_t{slot.value} >> (4 * level + 4)) != 0; ++level) {
            root = raised(root);
        }
        root = owned(root);
        std::uint32_t node = root;
        for (std::uint32_t shift = 4 * level; shift != 0; shift -= 4) {
            const std::uint32_t digit = (slot.value >> shift) & 15U;
            const std::uint32_t child = owned(nodes_[node][digit]);
            nodes_[node][digit] = child;
            node = child;
        }
        WEFT_STEP(level + 1);
        nodes_[node][slot.value & 15U] = n;
        return {root, level};
    }

    /// The slotwise maximum. Costs the nodes in which a and b differ. As set for the rest.
    [[nodiscard]] version join(version a, version b) {
        std::uint32_t x = a.node();
        std::uint32_t y = b.node();
        if (x == 0 || y == 0) {
            return x == 0 ? b : a;
        }
        if (a.level() < b.level()) {
            std::swap(x, y);
            std::swap(a, b);
        }
        const std::uint32_t level = a.level();
        return {join_lower(x, level, y, b.level()), level};
    }

    /// Raises every count in `into`, which has room for all slots, to at least v's.
    /// O(nodes of v).
    void fold(version v, cut& into) const noexcept { fold(v.node(), v.level(), 0, into); }

    /// The same without nodes that are marked in `seen` (size() bits), and marks those it met.
    void fold(version v, cut& into, std::vector<bool>& seen) const {
        fold(v.node(), v.level(), 0, into, seen);
    }

    /// How many versions were begun.
    [[nodiscard]] std::size_t versions() const noexcept { return begins_.size(); }

    /// Nodes in the arena.
    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(nodes_.size());
    }

    /// Forgets all but the first `versions`. O(forgotten).
    void truncate(std::size_t versions) noexcept {
        if (versions < begins_.size()) {
            nodes_.resize(begins_[versions]);
            begins_.resize(versions);
        }
    }

    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return nodes_.capacity() * sizeof(node_type) + begins_.capacity() * sizeof(std::uint32_t);
    }

private:
    static constexpr std::uint32_t node_bits = 29;
    static constexpr std::uint32_t node_mask = (1U << node_bits) - 1;
    // The highest numbers are left free: users keep other things in the same 32 bits.
    static constexpr std::uint32_t size_max = node_mask - 256;

    struct alignas(64) node_type : std::array<std::uint32_t, 16> {};

    [[nodiscard]] std::uint32_t make(const node_type& content) {
        if (nodes_.size() >= size_max) {
            WEFT_THROW(std::bad_alloc(), "a causal graph is too large");
        }
        if (nodes_.size() == nodes_.capacity()) {
            nodes_.reserve(nodes_.size() + nodes_.size() / 4 + 16);
        }
        WEFT_STEP(1);
        nodes_.push_back(content);
        return size() - 1;
    }

    [[nodiscard]] std::uint32_t owned(std::uint32_t node) {
        return node >= begins_.back() ? node : make(node_type(nodes_[node]));
    }

    [[nodiscard]] std::uint32_t raised(std::uint32_t node) {
        if (node == 0) {
            return 0;
        }
        node_type above{};
        above[0] = node;
        return make(above);
    }

    // Recursion is as deep as the tree: eight levels at most.
    [[nodiscard]] std::uint32_t
    join_lower(std::uint32_t a, std::uint32_t a_level, std::uint32_t b, std::uint32_t b_level) {
        if (a_level == b_level) {
            return join_nodes(a, b, a_level);
        }
        if (a == 0) {
            for (; b_level < a_level; ++b_level) {
                b = raised(b);
            }
            return b;
        }
        const std::uint32_t before = nodes_[a][0];
        const std::uint32_t child = join_lower(before, a_level - 1, b, b_level);
        if (child != before) {
            a = owned(a);
            nodes_[a][0] = child;
        }
        return a;
    }

    [[nodiscard]] std::uint32_t join_nodes(std::uint32_t a, std::uint32_t b, std::uint32_t level) {
        if (a == b || b == 0) {
            return a;
        }
        if (a == 0) {
            return b;
        }
        WEFT_STEP(1);
        node_type joined;
        bool is_a = true;
        bool is_b = true;
        for (std::size_t i = 0; i < joined.size(); ++i) {
            const std::uint32_t in_a = nodes_[a][i];
            const std::uint32_t in_b = nodes_[b][i];
            joined[i] = level == 0 ? std::max(in_a, in_b) : join_nodes(in_a, in_b, level - 1);
            is_a = is_a && joined[i] == in_a;
            is_b = is_b && joined[i] == in_b;
        }
        if (is_a || is_b) {
            return is_a && is_b ? std::min(a, b) : is_a ? a : b;
        }
        const std::uint32_t mine = a >= begins_.back() ? a : b >= begins_.back() ? b : 0;
        if (mine == 0) {
            return make(joined);
        }
        nodes_[mine] = joined;
        return mine;
    }

    void
    fold(std::uint32_t node, std::uint32_t level, std::size_t first, cut& into) const noexcept {
        if (node == 0) {
            return;
        }
        WEFT_STEP(1);
        const node_type& here = nodes_[node];
        for (std::size_t i = 0; i < here.size(); ++i) {
            const std::size_t at = first * 16 + i;
            if (level != 0) {
                fold(here[i], level - 1, at, into);
            } else if (here[i] != 0) {
                into[at] = std::max(into[at], here[i]);
            }
        }
    }

    void fold(std::uint32_t node,
              std::uint32_t level,
              std::size_t first,
              cut& into,
              std::vector<bool>& seen) const {
        if (node == 0 || seen[node]) {
            return;
        }
        seen[node] = true;
        if (level == 0) {
            fold(node, 0, first, into);
            return;
        }
        WEFT_STEP(1);
        for (std::size_t i = 0; i < 16; ++i) {
            fold(nodes_[node][i], level - 1, first * 16 + i, into, seen);
        }
    }

    std::vector<node_type> nodes_;       // node 0 is all zero: nothing
    std::vector<std::uint32_t> begins_;  // size of the arena when each version was begun
};

}  // namespace weft

#endif
