/// Gives every key a dense number, in the order of first sight, and the key back for the number.
/// Inside weft actors, records and shapes are such numbers; keys live at the border only.
/// Lookup and insertion O(1) expected under a keyed hash; truncate() forgets the newest keys.
#ifndef WEFT_BASE_INTERNER_HPP
#define WEFT_BASE_INTERNER_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/base/seeded_hash.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>

namespace weft {

template <class Key, class Hash = seeded_hash>
class interner {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    /// The number of key, or none. O(1) expected.
    [[nodiscard]] std::uint32_t find(const Key& key) const {
        const auto found = numbers_.find(key);
        return found == numbers_.end() ? none : found->second;
    }

    /// The number of key, given out now if it is new. Strong guarantee on bad_alloc.
    std::uint32_t intern(const Key& key) {
        if (keys_.size() == keys_.capacity()) {
            if (const std::uint32_t known = find(key); known != none) {
                return known;  // a known key allocates nothing
            }
            keys_.reserve(2 * keys_.size() + 4);
        }
        const auto number = static_cast<std::uint32_t>(keys_.size());
        const auto [at, fresh] = numbers_.try_emplace(key, number);
        if (fresh) {
            keys_.push_back(key);
        }
        return at->second;
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
            numbers_.erase(keys_.back());
            keys_.pop_back();
        }
    }

private:
    boost::unordered_flat_map<Key, std::uint32_t, Hash> numbers_;
    lean_vector<Key> keys_;
};

}  // namespace weft

#endif
