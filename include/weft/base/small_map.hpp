/// A map for metadata that nearly always has no entry or one, and rarely very many: the first entry
/// lies in the object, without allocation; from the second on all lie in an array, searched one by
/// one up to eight, through a hash_index beyond. So the common case costs a pointer more than the
/// entry, and the worst case, which a peer may bring about (a million concurrent writers), O(1)
/// expected a step: the keys are hashed under the process's secret seed.
#ifndef WEFT_BASE_SMALL_MAP_HPP
#define WEFT_BASE_SMALL_MAP_HPP

#include <weft/base/hash_index.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/seeded_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace weft {

/// Keys are numbers, or structs of numbers without padding: their bytes are hashed.
template <class Key, class Value>
class small_map {
public:
    static_assert(std::has_unique_object_representations_v<Key>,
                  "weft: equal keys must have equal bytes");
    static_assert(std::is_nothrow_move_constructible_v<Value> &&
                      std::is_nothrow_move_assignable_v<Value>,
                  "weft: a value must move without throwing");

    small_map() = default;

    small_map(const small_map& other)
        : key_(other.key_), value_(other.value_), one_(other.one_),
          many_(other.many_ == nullptr ? nullptr : new entries(*other.many_)) {}

    small_map(small_map&& other) noexcept
        : key_(other.key_), value_(static_cast<Value&&>(other.value_)), one_(other.one_),
          many_(other.many_) {
        other.one_ = false;
        other.many_ = nullptr;
    }

    small_map& operator=(const small_map& other) {
        if (this != &other) {
            *this = small_map(other);
        }
        return *this;
    }

    small_map& operator=(small_map&& other) noexcept {
        entries* const gone = many_;
        key_ = other.key_;
        value_ = static_cast<Value&&>(other.value_);
        one_ = other.one_;
        many_ = other.many_;
        other.one_ = false;
        other.many_ = nullptr;
        delete gone;  // NOLINT(clang-analyzer-cplusplus.NewDelete): nobody holds it any more
        return *this;
    }

    ~small_map() { delete many_; }

    [[nodiscard]] bool empty() const noexcept { return !one_ && many_ == nullptr; }

    [[nodiscard]] std::size_t size() const noexcept {
        return many_ != nullptr ? many_->all.size() : one_ ? 1U : 0U;
    }

    /// The value at key, or null. O(1) expected.
    [[nodiscard]] const Value* find(const Key& key) const noexcept {
        if (many_ == nullptr) {
            return one_ && key_ == key ? &value_ : nullptr;
        }
        const std::uint32_t number = many_->find(key);
        return number == hash_index::none ? nullptr : &many_->all[number].value;
    }

    [[nodiscard]] Value* find(const Key& key) noexcept {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): this is not constant
        return const_cast<Value*>(static_cast<const small_map*>(this)->find(key));
    }

    /// The value at key, made by default if there was none. Valid until the next change of the
    /// map. O(1) expected; strong guarantee.
    Value& operator[](const Key& key) {
        if (Value* const held = find(key)) {
            return *held;
        }
        if (many_ != nullptr) {
            return many_->add(key, Value{});
        }
        if (one_) {
            return second(key);
        }
        key_ = key;
        value_ = Value{};
        one_ = true;
        return value_;
    }

    /// Removes key; false if there was none. O(1) expected.
    bool erase(const Key& key) noexcept {
        if (many_ == nullptr) {
            if (!one_ || key_ != key) {
                return false;
            }
            one_ = false;
            key_ = Key{};
            value_ = Value{};
            return true;
        }
        const std::uint32_t number = many_->find(key);
        if (number == hash_index::none) {
            return false;
        }
        many_->erase(number);
        if (many_->all.size() == 1) {
            key_ = many_->all[0].key;
            value_ = static_cast<Value&&>(many_->all[0].value);
            one_ = true;
            delete many_;
            many_ = nullptr;
        }
        return true;
    }

    void clear() noexcept { *this = small_map(); }

    /// Calls visit(key, value) for each, in an order that depends only on which keys were added and
    /// removed, and when. The map must not change meanwhile. Allocates nothing.
    template <class Visit>
    void for_each(const Visit& visit) const {
        if (many_ != nullptr) {
            for (const entry& each : many_->all) {
                visit(each.key, each.value);
            }
        } else if (one_) {
            visit(key_, value_);
        }
    }

    friend bool operator==(const small_map& a, const small_map& b) {
        if (a.size() != b.size()) {
            return false;
        }
        if (a.many_ == nullptr) {
            return !a.one_ || (a.key_ == b.key_ && a.value_ == b.value_);
        }
        for (const entry& each : a.many_->all) {
            const Value* const other = b.find(each.key);
            if (other == nullptr || !(*other == each.value)) {
                return false;
            }
        }
        return true;
    }

private:
    struct entry {
        Key key{};
        Value value{};
    };

    static constexpr std::uint32_t unindexed_max = 8;

    [[nodiscard]] static std::uint64_t hash_of(const Key& key) {
        return xxh3_64({reinterpret_cast<const std::byte*>(&key), sizeof(Key)}, table_seed());
    }

    struct entries {
        lean_vector<entry> all;
        hash_index index;  ///< of all, or empty while there are few

        [[nodiscard]] std::uint32_t find(const Key& key) const noexcept {
            const auto same = [&](std::uint32_t number) { return all[number].key == key; };
            if (index.size() != 0) {
                return index.find(hash_of(key), same);
            }
            std::uint32_t number = 0;
            while (number != all.size() && !same(number)) {
                ++number;
            }
            return number == all.size() ? hash_index::none : number;
        }

        Value& add(const Key& key, Value&& value) {
            all.reserve_one();
            if (index.size() != 0 || all.size() == unindexed_max) {
                make_index(key);
            }
            all.push_back({key, static_cast<Value&&>(value)});
            return all.back().value;
        }

        /// Puts one more key into the index, and all others if it is empty.
        void make_index(const Key& key) {
            const bool fresh = index.size() == 0;
            WEFT_TRY {
                for (std::uint32_t number = 0; fresh && number != all.size(); ++number) {
                    index.insert(hash_of(all[number].key), number);
                }
                index.insert(hash_of(key), static_cast<std::uint32_t>(all.size()));
            }
            WEFT_CATCH_ALL {
                if (fresh) {
                    index.clear();
                }
                WEFT_RETHROW;
            }
        }

        /// The last entry takes its number.
        void erase(std::uint32_t number) noexcept {
            const auto last = static_cast<std::uint32_t>(all.size() - 1);
            if (index.size() != 0) {
                index.erase(hash_of(all[number].key), number);
                if (number != last) {
                    index.renumber(hash_of(all.back().key), last, number);
                }
            }
            if (number != last) {
                all[number] = static_cast<entry&&>(all.back());
            }
            all.pop_back();
        }
    };

    /// Moves the one entry out, beside a new one.
    Value& second(const Key& key) {
        Value fresh{};
        small_map both;
        both.many_ = new entries();
        both.many_->all.reserve(2);
        both.many_->add(key_, static_cast<Value&&>(value_));  // from here on nothing throws
        both.many_->add(key, static_cast<Value&&>(fresh));
        *this = static_cast<small_map&&>(both);
        return many_->all.back().value;
    }

    Key key_{};
    Value value_{};
    bool one_ = false;
    entries* many_ = nullptr;  ///< all entries, once there are two
};

}  // namespace weft

#endif
