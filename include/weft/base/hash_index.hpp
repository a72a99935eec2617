/// The hash table under interners and transactions: from 64-bit keyed hashes to numbers, which say
/// where in the owner's array an entry stands. The owner hashes (seeded_hash.hpp) and compares; so
/// that one type of table is compiled, whatever the keys. O(1) expected each. Entries whose hashes
/// agree in all 64 bits are kept apart, in a list that is practically always empty.
#ifndef WEFT_BASE_HASH_INDEX_HPP
#define WEFT_BASE_HASH_INDEX_HPP

#include <weft/base/assert.hpp>
#include <weft/base/lean_vector.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

class hash_index {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    /// The number under this hash of which same(number) says that it is the wanted one, or none.
    template <class Same>
    [[nodiscard]] std::uint32_t find(std::uint64_t hash, const Same& same) const {
        const auto at = first_.find(hash);
        if (at == first_.end() || same(at->second)) {
            return at == first_.end() ? none : at->second;
        }
        for (const twin& other : twins_) {
            if (other.hash == hash && same(other.number)) {
                return other.number;
            }
        }
        return none;
    }

    /// Adds a number that is not there. Strong guarantee.
    void insert(std::uint64_t hash, std::uint32_t number) {
        if (!first_.insert({hash, number}).second) {
            twins_.push_back({hash, number});
        }
    }

    /// Removes a number that is there under this hash.
    void erase(std::uint64_t hash, std::uint32_t number) noexcept {
        const auto at = first_.find(hash);
        WEFT_ASSERT(at != first_.end());
        std::size_t twin_at = 0;
        if (at->second == number) {
            // The first twin, if there is one, takes its place.
            while (twin_at != twins_.size() && twins_[twin_at].hash != hash) {
                ++twin_at;
            }
            if (twin_at == twins_.size()) {
                first_.erase(at);
                return;
            }
            at->second = twins_[twin_at].number;
        } else {
            while (twins_[twin_at].hash != hash || twins_[twin_at].number != number) {
                ++twin_at;
            }
        }
        twins_[twin_at] = twins_.back();
        twins_.pop_back();
    }

    /// Gives the entry `from`, which is there under this hash, another number.
    void renumber(std::uint64_t hash, std::uint32_t from, std::uint32_t to) noexcept {
        const auto at = first_.find(hash);
        WEFT_ASSERT(at != first_.end());
        if (at->second == from) {
            at->second = to;
            return;
        }
        for (twin& other : twins_) {
            if (other.hash == hash && other.number == from) {
                other.number = to;
            }
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return first_.size() + twins_.size(); }

    void clear() noexcept {
        first_.clear();
        twins_.clear();
    }

private:
    struct itself {
        using is_avalanching = void;  ///< boost::unordered: no further mixing needed

        [[nodiscard]] std::size_t operator()(std::uint64_t hash) const noexcept {
            return static_cast<std::size_t>(hash);
        }
    };

    struct twin {
        std::uint64_t hash = 0;
        std::uint32_t number = 0;
    };

    boost::unordered_flat_map<std::uint64_t, std::uint32_t, itself> first_;
    lean_vector<twin> twins_;
};

}  // namespace weft

#endif
