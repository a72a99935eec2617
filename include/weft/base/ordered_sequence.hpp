/// Items in an order that only their neighbours define, with counts: put one beside another, find
/// the one at a rank, ask for the rank of one; each in O(log n) expected. A treap by place (Seidel
/// and Aragon 1996): a binary tree in symmetric order that is a heap by priorities, and each item
/// knows the sums of the counts below it. Priorities are hashes of the items' numbers under the
/// process's secret seed, so that nobody outside can build a deep tree; no result depends on them.
/// Items are numbered in the order in which they are made, and stay. Several sequences may live in
/// one object: a new item is a sequence of its own, and every call finds the others through a
/// member. No recursion. Memory: 12 bytes an item, and 4 per count.
///
/// Not a library's, because those with counts (policy trees of libstdc++) own their nodes, which
/// then cannot be copied as an array, and those that do not (Boost.Intrusive) have no counts.
#ifndef WEFT_BASE_ORDERED_SEQUENCE_HPP
#define WEFT_BASE_ORDERED_SEQUENCE_HPP

#include <weft/base/assert.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/seeded_hash.hpp>
#include <weft/base/steps.hpp>

#include <array>
#include <cstdint>

namespace weft {

/// `Counts`: how many counts an item has; the calls that use one say which.
template <std::size_t Counts>
class ordered_sequence {
    static_assert(Counts > 0, "weft: an ordered_sequence has at least one count an item");

public:
    using item = std::uint32_t;
    using counts = std::array<std::uint32_t, Counts>;
    static constexpr item none = ~item{0};

    /// Where a rank lies: in an item, at an offset below its count.
    struct place {
        item at = none;
        std::uint32_t offset = 0;
    };

    /// The number of items, in all sequences.
    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(nodes_.size());
    }

    /// Room for `more` items: then as many calls of make() do not throw. Strong guarantee.
    void reserve_more(std::size_t more) { nodes_.reserve_more(more); }

    /// A new sequence of one new item; it gets the number size(). Amortised O(1).
    item make(const counts& own) {
        nodes_.push_back({none, none, none, own});
        return size() - 1;
    }

    /// Puts `fresh`, a sequence of its own so far, right after `at`.
    void put_after(item at, item fresh) noexcept {
        if (nodes_[at].right == none) {
            nodes_[at].right = fresh;
        } else {
            at = leftmost(nodes_[at].right);
            nodes_[at].left = fresh;
        }
        rise(at, fresh);
    }

    /// The same right before `at`.
    void put_before(item at, item fresh) noexcept {
        if (nodes_[at].left == none) {
            nodes_[at].left = fresh;
        } else {
            at = rightmost(nodes_[at].left);
            nodes_[at].right = fresh;
        }
        rise(at, fresh);
    }

    /// One count of one item.
    [[nodiscard]] std::uint32_t count(item of, std::size_t which) const noexcept {
        return nodes_[of].sum[which] - sum(nodes_[of].left, which) - sum(nodes_[of].right, which);
    }

    void set_count(item of, std::size_t which, std::uint32_t wanted) noexcept {
        const std::uint32_t change = wanted - count(of, which);  // modulo 2^32
        for (; of != none; of = nodes_[of].up) {
            WEFT_STEP(1);
            nodes_[of].sum[which] += change;
        }
    }

    /// The sum of one count over the sequence of `member`.
    [[nodiscard]] std::uint32_t total(item member, std::size_t which) const noexcept {
        return nodes_[root(member)].sum[which];
    }

    /// The sum of one count over the items before `of`.
    [[nodiscard]] std::uint32_t before(item of, std::size_t which) const noexcept {
        std::uint32_t passed = sum(nodes_[of].left, which);
        for (item up = nodes_[of].up; up != none; of = up, up = nodes_[of].up) {
            WEFT_STEP(1);
            if (nodes_[up].right == of) {
                passed += nodes_[up].sum[which] - nodes_[of].sum[which];
            }
        }
        return passed;
    }

    /// Where the rank lies: before() is at most `rank` there, and above it behind. Pre: rank is
    /// below total().
    [[nodiscard]] place find(item member, std::size_t which, std::uint32_t rank) const noexcept {
        item at = root(member);
        WEFT_ASSERT(rank < nodes_[at].sum[which]);
        for (;;) {
            WEFT_STEP(1);
            const std::uint32_t left = sum(nodes_[at].left, which);
            if (rank < left) {
                at = nodes_[at].left;
                continue;
            }
            rank -= left;
            const std::uint32_t own = count(at, which);
            if (rank < own) {
                return {at, rank};
            }
            rank -= own;
            at = nodes_[at].right;
        }
    }

    /// The next item, or the one before; none at the end.
    [[nodiscard]] item next(item at) const noexcept {
        if (nodes_[at].right != none) {
            return leftmost(nodes_[at].right);
        }
        return climb(at, &node::right);
    }

    [[nodiscard]] item previous(item at) const noexcept {
        if (nodes_[at].left != none) {
            return rightmost(nodes_[at].left);
        }
        return climb(at, &node::left);
    }

    /// The next item whose count is not zero; none if there is no more. O(log n), however many
    /// items without it lie between; over a whole sequence O(1) each.
    [[nodiscard]] item next_counted(item at, std::size_t which) const noexcept {
        if (sum(nodes_[at].right, which) != 0) {
            return first_counted(nodes_[at].right, which);
        }
        for (item up = nodes_[at].up; up != none; at = up, up = nodes_[at].up) {
            WEFT_STEP(1);
            if (nodes_[up].left != at) {
                continue;
            }
            if (count(up, which) != 0) {
                return up;
            }
            if (sum(nodes_[up].right, which) != 0) {
                return first_counted(nodes_[up].right, which);
            }
        }
        return none;
    }

    /// The first item of the sequence of `member`, or the last.
    [[nodiscard]] item first(item member) const noexcept { return leftmost(root(member)); }

    [[nodiscard]] item last(item member) const noexcept { return rightmost(root(member)); }

    /// The first item in the sequence of `member` that is not ahead(item), which those before it
    /// all are; none if there is none.
    template <class Ahead>
    [[nodiscard]] item partition(item member, const Ahead& ahead) const {
        item found = none;
        for (item at = root(member); at != none;) {
            WEFT_STEP(1);
            if (ahead(at)) {
                at = nodes_[at].right;
            } else {
                found = at;
                at = nodes_[at].left;
            }
        }
        return found;
    }

private:
    struct node {
        item up = none;
        item left = none;
        item right = none;
        counts sum{};  ///< of the item and all below it
    };

    [[nodiscard]] std::uint32_t sum(item of, std::size_t which) const noexcept {
        return of == none ? 0 : nodes_[of].sum[which];
    }

    /// A bijection of the item's number: no two items have one priority (Steele, Lea, Flood 2014).
    [[nodiscard]] static std::uint64_t priority(item of) noexcept {
        std::uint64_t bits = of + table_seed();
        bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
        bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
        return bits ^ (bits >> 31U);
    }

    [[nodiscard]] item root(item at) const noexcept {
        while (nodes_[at].up != none) {
            WEFT_STEP(1);
            at = nodes_[at].up;
        }
        return at;
    }

    [[nodiscard]] item leftmost(item at) const noexcept {
        while (nodes_[at].left != none) {
            WEFT_STEP(1);
            at = nodes_[at].left;
        }
        return at;
    }

    [[nodiscard]] item rightmost(item at) const noexcept {
        while (nodes_[at].right != none) {
            WEFT_STEP(1);
            at = nodes_[at].right;
        }
        return at;
    }

    [[nodiscard]] item first_counted(item at, std::size_t which) const noexcept {
        for (;;) {
            WEFT_STEP(1);
            if (sum(nodes_[at].left, which) != 0) {
                at = nodes_[at].left;
            } else if (count(at, which) != 0) {
                return at;
            } else {
                at = nodes_[at].right;
            }
        }
    }

    /// The first item above `at` that is not reached from its side `from`.
    [[nodiscard]] item climb(item at, item node::*from) const noexcept {
        item up = nodes_[at].up;
        while (up != none && nodes_[up].*from == at) {
            WEFT_STEP(1);
            at = up;
            up = nodes_[at].up;
        }
        return up;
    }

    /// `fresh` was hung below `at`: counts it above, and turns it up to where its priority lies.
    void rise(item at, item fresh) noexcept {
        nodes_[fresh].up = at;
        for (; at != none; at = nodes_[at].up) {
            WEFT_STEP(1);
            for (std::size_t i = 0; i < Counts; ++i) {
                nodes_[at].sum[i] += nodes_[fresh].sum[i];
            }
        }
        const std::uint64_t own = priority(fresh);
        while (nodes_[fresh].up != none && priority(nodes_[fresh].up) < own) {
            WEFT_STEP(1);
            turn_up(fresh);
        }
    }

    /// A rotation: `at` and what is above it change places, the order stays.
    void turn_up(item at) noexcept {
        node& low = nodes_[at];
        const item above = low.up;
        node& high = nodes_[above];
        const bool from_left = high.left == at;
        item& passed = from_left ? low.right : low.left;
        for (std::size_t i = 0; i < Counts; ++i) {
            const std::uint32_t all = high.sum[i];
            high.sum[i] = all - low.sum[i] + sum(passed, i);
            low.sum[i] = all;
        }
        (from_left ? high.left : high.right) = passed;
        if (passed != none) {
            nodes_[passed].up = above;
        }
        passed = above;
        low.up = high.up;
        high.up = at;
        if (low.up != none) {
            node& top = nodes_[low.up];
            (top.left == above ? top.left : top.right) = at;
        }
    }

    lean_vector<node> nodes_;
};

}  // namespace weft

#endif
