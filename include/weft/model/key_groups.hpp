/// Which rows share a key: the index under unique and capacity (one key a row or none) and under
/// references (a key for each target). Keys are bytes; a group lives while it has a member. A row
/// and its group name each other's places, so that leaving a group costs no search.
/// Cost of a changed row: O(its keys) expected. Memory: 24 bytes a row and 24 a membership; per key
/// its bytes and 100 more.
#ifndef WEFT_MODEL_KEY_GROUPS_HPP
#define WEFT_MODEL_KEY_GROUPS_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/codec.hpp>
#include <weft/base/hash_index.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/seeded_hash.hpp>
#include <weft/base/steps.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// If memory ends in the middle of a change, the owner throws the whole away.
class key_groups {
public:
    static constexpr std::uint32_t none = hash_index::none;

    struct member {
        std::uint32_t row = 0;
        std::uint32_t link = 0;  ///< among the row's links
    };

    struct link {
        std::uint32_t group = 0;
        std::uint32_t place = 0;  ///< among the group's members
    };

    struct group {
        byte_buffer key;
        std::uint64_t hash = 0;
        lean_vector<member> members;
        std::uint32_t target = none;   ///< the row that the key names, where keys are ids
        std::uint32_t flagged = none;  ///< its place among the flagged
        bool dirty = false;
    };

    [[nodiscard]] const group& operator[](std::uint32_t number) const noexcept {
        return groups_[number];
    }

    /// The row's memberships, in the order in which its keys were given.
    [[nodiscard]] lean_span<link> links(std::uint32_t row) const noexcept {
        return row < links_.size() ? lean_span<link>(links_[row].data(), links_[row].size())
                                   : lean_span<link>();
    }

    /// Gives the row these `count` keys, which lie one after another and are of one length; before
    /// and after, its groups are dirty. False: it has them already.
    bool assign(std::uint32_t row, byte_span keys, std::size_t count) {
        const std::size_t width = count == 0 ? 0 : keys.size() / count;
        if (row >= links_.size()) {
            if (count == 0) {
                return false;
            }
            links_.resize(row + std::size_t{1});
        }
        lean_vector<link>& held = links_[row];
        WEFT_STEP(1 + count);
        bool same = held.size() == count;
        for (std::size_t i = 0; same && i < count; ++i) {
            same = bytes_same(groups_[held[i].group].key, keys.subspan(i * width, width));
        }
        if (same) {
            return false;
        }
        while (!held.empty()) {
            leave(held.back());
            held.pop_back();
        }
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t number = reach(keys.subspan(i * width, width));
            group& in = groups_[number];
            held.push_back({number, static_cast<std::uint32_t>(in.members.size())});
            in.members.push_back({row, static_cast<std::uint32_t>(i)});
            make_dirty(number);
        }
        return true;
    }

    /// The group with this key, or none.
    [[nodiscard]] std::uint32_t find(byte_span key) const { return find(key, seeded_hash{}(key)); }

    void set_target(std::uint32_t number, std::uint32_t row) noexcept {
        groups_[number].target = row;
    }

    void make_dirty(std::uint32_t number) {
        if (!groups_[number].dirty) {
            dirty_.push_back(number);
            groups_[number].dirty = true;
        }
    }

    /// Calls visit(number) for each group that is dirty and has members; then none is dirty.
    template <class Visit>
    void clean(const Visit& visit) {
        for (const std::uint32_t number : dirty_) {
            groups_[number].dirty = false;
            if (!groups_[number].members.empty()) {
                visit(number);
            }
        }
        dirty_.clear();
    }

    /// Flagged groups are those that violate something.
    [[nodiscard]] bool flagged(std::uint32_t number) const noexcept {
        return groups_[number].flagged != none;
    }

    void flag(std::uint32_t number, bool on) {
        group& of = groups_[number];
        if (on && of.flagged == none) {
            flagged_.push_back(number);
            of.flagged = static_cast<std::uint32_t>(flagged_.size() - 1);
        } else if (!on && of.flagged != none) {
            const std::uint32_t last = flagged_.back();
            flagged_[of.flagged] = last;
            groups_[last].flagged = of.flagged;
            of.flagged = none;
            flagged_.pop_back();
        }
    }

    /// The flagged groups, in no particular order.
    [[nodiscard]] const lean_vector<std::uint32_t>& flagged() const noexcept { return flagged_; }

private:
    [[nodiscard]] std::uint32_t find(byte_span key, std::uint64_t hash) const {
        return index_.find(
            hash, [&](std::uint32_t number) { return bytes_same(groups_[number].key, key); });
    }

    [[nodiscard]] std::uint32_t reach(byte_span key) {
        const std::uint64_t hash = seeded_hash{}(key);
        std::uint32_t number = find(key, hash);
        if (number != none) {
            return number;
        }
        if (free_.empty()) {
            groups_.emplace_back();
            number = static_cast<std::uint32_t>(groups_.size() - 1);
        } else {
            number = free_.back();
            free_.pop_back();
        }
        groups_[number].key.assign(key.begin(), key.end());
        groups_[number].hash = hash;
        index_.insert(hash, number);
        return number;
    }

    void leave(link from) {
        group& of = groups_[from.group];
        const member moved = of.members.back();
        of.members[from.place] = moved;
        links_[moved.row][moved.link].place = from.place;
        of.members.pop_back();
        make_dirty(from.group);
        if (of.members.empty()) {
            flag(from.group, false);
            index_.erase(of.hash, from.group);
            of.target = none;
            free_.push_back(from.group);
        }
    }

    lean_vector<group> groups_;
    lean_vector<lean_vector<link>> links_;  ///< by row
    lean_vector<std::uint32_t> dirty_;
    lean_vector<std::uint32_t> flagged_;
    lean_vector<std::uint32_t> free_;
    hash_index index_;
};

}  // namespace weft

#endif
