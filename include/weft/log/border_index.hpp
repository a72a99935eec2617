/// An ordered index over border names: entries of (kind, number, dot, address), found by any prefix
/// of that order. Parking, refusals and the intake keep their books in it; ordered, so that peers
/// who choose dots and addresses can't make it slow. O(log entries) each.
#ifndef WEFT_LOG_BORDER_INDEX_HPP
#define WEFT_LOG_BORDER_INDEX_HPP

#include <weft/causal/dot.hpp>

#include <compare>
#include <cstdint>
#include <set>
#include <utility>

namespace weft {

template <class Traits>
class border_index {
public:
    using dot_type = dot<typename Traits::actor_id>;
    using address = typename Traits::hasher::digest_type;

    struct entry {
        std::uint8_t kind = 0;
        std::uint64_t number = 0;
        dot_type id{};
        address content{};
        std::uint32_t value = 0;  ///< carried, not compared

        [[nodiscard]] friend bool operator<(const entry& a, const entry& b) noexcept {
            if (a.kind != b.kind) {
                return a.kind < b.kind;
            }
            if (a.number != b.number) {
                return a.number < b.number;
            }
            if (!(a.id == b.id)) {
                return a.id < b.id;
            }
            return a.content < b.content;
        }
    };

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    /// An equal entry stays as it is. Strong guarantee.
    void insert(const entry& added) { entries_.insert(added); }

    void erase(const entry& gone) noexcept { static_cast<void>(entries_.extract(gone)); }

    /// An entry with its memory, outside the index.
    using node = typename std::set<entry>::node_type;

    /// Takes an entry out in such a way that put_back() needs no memory.
    [[nodiscard]] node extract(const entry& gone) noexcept { return entries_.extract(gone); }

    void put_back(node&& back) noexcept { entries_.insert(std::move(back)); }

    /// The first entry not before `from`, or null.
    [[nodiscard]] const entry* first(const entry& from) const noexcept {
        const auto at = entries_.lower_bound(from);
        return at == entries_.end() ? nullptr : &*at;
    }

    /// The entry equal to `wanted`, or null.
    [[nodiscard]] const entry* find(const entry& wanted) const noexcept {
        const entry* const at = first(wanted);
        return at != nullptr && !(wanted < *at) ? at : nullptr;
    }

    /// The entry after `at`, which is in the index, or null.
    [[nodiscard]] const entry* next(const entry& at) const noexcept {
        auto after = entries_.lower_bound(at);
        ++after;  // `at` is in the index
        return after == entries_.end() ? nullptr : &*after;
    }

    void clear() noexcept { entries_.clear(); }

private:
    std::set<entry> entries_;
};

}  // namespace weft

#endif
