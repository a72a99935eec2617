/// Versions (counts of operations by actor slot) as persistent trees: eight children a node, the
/// slot's octal digits are the path, absent counts are zero. A version is made by joining others
/// and adding some counts; whatever part of it one of them already has, it shares, so that
/// thousands of versions along a causal graph cost what they differ by. Of equal parts it takes the
/// oldest, so that histories that met once share from then on. Nodes are 32 bytes, in one arena,
/// and constant. Source of path copying: Driscoll, Sarnak, Sleator, Tarjan (1989).
#ifndef WEFT_CAUSAL_VERSION_TREE_HPP
#define WEFT_CAUSAL_VERSION_TREE_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bit_list.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/paged_vector.hpp>
#include <weft/base/steps.hpp>
#include <weft/causal/dot.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

namespace weft {

/// Counts of operations, dense by actor slot; slots beyond its end count zero.
using cut = lean_vector<sequence>;

/// The arena of all versions of one graph. Const functions may run concurrently.
class version_tree {
public:
    /// A version in the arena, in 32 bits: its root node and the root's level. Default: all zero.
    class version {
    public:
        /// bits() of every version is below this.
        static constexpr std::uint32_t bits_max = 0xB0000000U;

        constexpr version() = default;

        [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }

        [[nodiscard]] static constexpr version of_bits(std::uint32_t bits) noexcept {
            return {bits & node_mask, bits >> node_bits};
        }

        friend constexpr auto operator<=>(const version&, const version&) = default;

    private:
        friend class version_tree;

        constexpr version(std::uint32_t node, std::uint32_t level) noexcept
            : bits_(node | (level << node_bits)) {}

        [[nodiscard]] constexpr std::uint32_t node() const noexcept { return bits_ & node_mask; }

        [[nodiscard]] constexpr std::uint32_t level() const noexcept { return bits_ >> node_bits; }

        std::uint32_t bits_ = 0;
    };

    version_tree() { nodes_.push_back({}); }

    /// The count of slot. O(log slots), one cache line a level.
    [[nodiscard]] sequence get(version v, actor_slot slot) const noexcept {
        if (beyond(slot, v.level())) {
            return 0;
        }
        WEFT_STEP(v.level() + 1);
        std::uint32_t node = v.node();
        for (std::uint32_t level = v.level(); level != 0; --level) {
            node = nodes_[node][digit(slot, level)];  // node 0 leads to itself
        }
        return nodes_[node][digit(slot, 0)];
    }

    /// The slotwise maximum of all `versions` and `dots`, which it sorts. O(d log d) for d dots,
    /// and the nodes in which the versions differ or that have a dot. Throws bad_alloc; truncate to
    /// the number of versions before then removes what was left behind.
    [[nodiscard]] version make(const lean_vector<version>& versions, lean_vector<local_dot>& dots) {
        starts_.push_back(size());
        lean_sort(dots.begin(), dots.end());
        parts_.clear();
        std::uint32_t level = 0;
        for (const version v : versions) {
            if (v.node() != 0 && !is_among_first(v, 0)) {
                parts_.push_back(v);
                level = v.level() > level ? v.level() : level;
            }
        }
        if (parts_.empty() && dots.empty()) {
            return {};
        }
        while (!dots.empty() && beyond(dots.back().slot, level)) {
            ++level;
        }
        make_unique(0);
        const std::uint32_t hint = latest_.level() == level ? latest_.node() : 0;
        latest_ = {join(level, 0, dots, hint), level};
        return latest_;
    }

    /// Raises every count in `into`, which has room for all slots, to at least v's. Leaves out what
    /// v shares with `known`, which went in before. O(nodes that are not shared).
    void fold(version v, version known, cut& into) const noexcept {
        fold(v.node(), v.level() == known.level() ? known.node() : 0, v.level(), 0, into);
    }

    /// The same, but leaves out nodes that are marked in `seen`, which has size() entries, and
    /// marks those that it met: for many versions that go into one cut.
    void fold(version v, cut& into, bit_list& seen) const noexcept {
        fold(v.node(), v.level(), 0, into, seen);
    }

    /// How many versions were made.
    [[nodiscard]] std::size_t versions() const noexcept { return starts_.size(); }

    /// Nodes in the arena.
    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(nodes_.size());
    }

    /// Nodes visited and made so far: what all versions cost to make.
    [[nodiscard]] std::uint64_t work() const noexcept { return work_; }

    /// Forgets all but the first `versions`. O(pages forgotten).
    void truncate(std::size_t versions) noexcept {
        if (versions < starts_.size()) {
            nodes_.truncate(starts_[versions]);
            latest_ = {};
            starts_.truncate(versions);
        }
    }

    /// Heap, by capacity.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return nodes_.memory_bytes() + starts_.memory_bytes() + parts_.capacity() * sizeof(version);
    }

private:
    static constexpr std::uint32_t node_bits = 28;
    static constexpr std::uint32_t node_mask = (1U << node_bits) - 1;
    static constexpr std::size_t few = 8;

    /// Children, or at level 0 counts.
    struct node_type {
        std::uint32_t entries[8] = {};

        [[nodiscard]] std::uint32_t& operator[](std::size_t i) noexcept { return entries[i]; }

        [[nodiscard]] std::uint32_t operator[](std::size_t i) const noexcept { return entries[i]; }

        friend bool operator==(const node_type& a, const node_type& b) noexcept {
            return std::memcmp(a.entries, b.entries, sizeof a.entries) == 0;
        }
    };

    /// Whether slot is not below a root of this level. The greatest level is 10.
    [[nodiscard]] static constexpr bool beyond(actor_slot slot, std::uint32_t level) noexcept {
        return (std::uint64_t{slot.value} >> (3 * level + 3)) != 0;
    }

    [[nodiscard]] static constexpr std::size_t digit(actor_slot slot,
                                                     std::uint32_t level) noexcept {
        return (slot.value >> (3 * level)) & 7U;
    }

    void work(std::size_t nodes) noexcept {
        WEFT_STEP(nodes);
        work_ += nodes;
    }

    [[nodiscard]] std::uint32_t make(const node_type& content) {
        if (nodes_.size() > node_mask) {
            WEFT_THROW(std::bad_alloc(), "the versions of a causal graph take more than 8 GiB");
        }
        nodes_.push_back(content);
        work(1);
        return size() - 1;
    }

    /// The node of this level that joins all parts from `first` on and the dots. A part of a lower
    /// level stands for itself at the left. `hint` is the latest version's node here: versions made
    /// one after the other often join the same. Uses parts_ as a stack, left as it was. Recursion
    /// is as deep as the tree: eleven levels at most.
    [[nodiscard]] std::uint32_t
    join(std::uint32_t level, std::size_t first, lean_span<local_dot> dots, std::uint32_t hint) {
        const std::size_t last = parts_.size();
        work(last - first);
        if (dots.empty() && last - first == 1 && parts_[first].level() == level) {
            return parts_[first].node();
        }
        node_type joined = level == 0 ? join_counts(first, dots) : node_type{};
        for (std::size_t i = 0; i < 8 && level != 0; ++i) {
            std::size_t end = 0;
            while (end < dots.size() && digit(dots[end].slot, level) == i) {
                ++end;
            }
            joined[i] = join_child(level, i, first, last, dots.first(end), nodes_[hint][i]);
            dots = dots.subspan(end);
        }
        const std::uint32_t shared = equal_part(level, first, joined);
        if (shared != 0 || nodes_[hint] == joined) {
            return shared != 0 ? shared : hint;
        }
        return make(joined);
    }

    /// The counts of a lowest node.
    [[nodiscard]] node_type join_counts(std::size_t first,
                                        lean_span<local_dot> dots) const noexcept {
        node_type joined{};
        for (std::size_t part = first; part < parts_.size(); ++part) {
            const node_type& counts = nodes_[parts_[part].node()];
            for (std::size_t i = 0; i < 8; ++i) {
                joined[i] = counts[i] > joined[i] ? counts[i] : joined[i];
            }
        }
        for (const local_dot d : dots) {
            sequence& count = joined[digit(d.slot, 0)];
            count = d.sequence > count ? d.sequence : count;
        }
        return joined;
    }

    /// The oldest of the parts from `first` on that is equal to the node; 0 if none is.
    [[nodiscard]] std::uint32_t
    equal_part(std::uint32_t level, std::size_t first, const node_type& node) const noexcept {
        std::uint32_t oldest = 0;
        for (std::size_t part = first; part < parts_.size(); ++part) {
            const version same = parts_[part];
            if (same.level() == level && (oldest == 0 || same.node() < oldest) &&
                nodes_[same.node()] == node) {
                oldest = same.node();
            }
        }
        return oldest;
    }

    [[nodiscard]] std::uint32_t join_child(std::uint32_t level,
                                           std::size_t child,
                                           std::size_t first,
                                           std::size_t last,
                                           lean_span<local_dot> dots,
                                           std::uint32_t hint) {
        for (std::size_t part = first; part < last; ++part) {
            const version above = parts_[part];
            version below = child == 0 ? above : version{};
            if (above.level() == level) {
                below = {nodes_[above.node()][child], level - 1};
            }
            if (below.node() != 0 && !is_among_first(below, last)) {
                parts_.push_back(below);
            }
        }
        std::uint32_t node = 0;
        if (parts_.size() != last || !dots.empty()) {
            make_unique(last);
            node = join(level - 1, last, dots, hint);
            parts_.resize(last);
        }
        return node;
    }

    /// Mostly parts share their children, and there are few of them.
    [[nodiscard]] bool is_among_first(version part, std::size_t from) const noexcept {
        const std::size_t end = parts_.size() < from + few ? parts_.size() : from + few;
        for (; from < end; ++from) {
            if (parts_[from] == part) {
                return true;
            }
        }
        return false;
    }

    /// Sorts the parts from `first` on, and drops repetitions.
    void make_unique(std::size_t first) {
        if (parts_.size() - first <= few) {
            return;  // is_among_first saw them all
        }
        lean_sort(parts_.begin() + first, parts_.end());
        std::size_t kept = first;
        for (std::size_t part = first + 1; part < parts_.size(); ++part) {
            if (parts_[part] != parts_[kept]) {
                parts_[++kept] = parts_[part];
            }
        }
        parts_.resize(kept + 1);
    }

    void fold(std::uint32_t node,
              std::uint32_t known,
              std::uint32_t level,
              std::size_t first,
              cut& into) const noexcept {
        if (node == known || node == 0) {
            return;
        }
        WEFT_STEP(1);
        const node_type& here = nodes_[node];
        for (std::size_t i = 0; i < 8; ++i) {
            if (level != 0) {
                fold(here[i], nodes_[known][i], level - 1, 8 * first + i, into);
            } else if (here[i] != 0 && here[i] > into[8 * first + i]) {
                into[8 * first + i] = here[i];
            }
        }
    }

    void fold(std::uint32_t node,
              std::uint32_t level,
              std::size_t first,
              cut& into,
              bit_list& seen) const noexcept {
        if (node == 0 || !seen.mark(node)) {
            return;
        }
        if (level == 0) {
            fold(node, 0, 0, first, into);
            return;
        }
        WEFT_STEP(1);
        for (std::size_t i = 0; i < 8; ++i) {
            fold(nodes_[node][i], level - 1, 8 * first + i, into, seen);
        }
    }

    paged_vector<node_type, 2048> nodes_;       // node 0 is all zero: nothing
    paged_vector<std::uint32_t, 2048> starts_;  // nodes before each version
    lean_vector<version> parts_;                // scratch of make
    version latest_;                            // the version made last
    std::uint64_t work_ = 0;
};

}  // namespace weft

#endif
