/// Gives every key a dense number, in the order of first sight, and the key back for the number.
/// Inside weft actors, records and shapes are such numbers; keys live at the border only.
/// Lookup and insertion O(1) expected under a keyed hash; truncate() forgets the newest keys.
#ifndef WEFT_BASE_INTERNER_HPP
#define WEFT_BASE_INTERNER_HPP

#include <weft/base/hash_index.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/seeded_hash.hpp>

#include <cstdint>

namespace weft {

template <class Key, class Hash = seeded_hash>
class interner {
public:
    static constexpr std::uint32_t none = hash_index::none;

    /// The number of key, or none. O(1) expected.
    [[nodiscard]] std::uint32_t find(const Key& key) const { return find(key, hash_(key)); }

    /// The number of key, given out now if it is new. Strong guarantee on bad_alloc; a known key
    /// allocates nothing.
    std::uint32_t intern(const Key& key) {
        const std::uint64_t hash = hash_(key);
        std::uint32_t number = find(key, hash);
        if (number == none) {
            number = size();
            keys_.reserve_one();
            numbers_.insert(hash, number);
            keys_.push_back(key);
        }
        return number;
    }

    [[nodiscard]] const Key& operator[](std::uint32_t number) const noexcept {
        return keys_[number];
    }

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(keys_.size());
    }

    [[nodiscard]] const lean_vector<Key>& keys() const noexcept { return keys_; }

    /// Forgets all keys with a number of `size` or more. O(forgotten).
    void truncate(std::uint32_t size) {
        while (keys_.size() > size) {
            numbers_.erase(hash_(keys_.back()), this->size() - 1);
            keys_.pop_back();
        }
    }

private:
    [[nodiscard]] std::uint32_t find(const Key& key, std::uint64_t hash) const {
        return numbers_.find(hash, [&](std::uint32_t number) { return keys_[number] == key; });
    }

    hash_index numbers_;
    lean_vector<Key> keys_;
    [[no_unique_address]] Hash hash_;
};

}  // namespace weft

#endif
