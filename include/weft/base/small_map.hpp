/// An ordered map for metadata that nearly always has no entry or one, and rarely very many: the
/// first entry lies in the object, without allocation; from the second on all lie in a std::map.
/// So the common case costs a pointer more than the entry, and the worst case, which a peer may
/// bring about (a million concurrent writers), O(log n) a step. Values move without throwing.
#ifndef WEFT_BASE_SMALL_MAP_HPP
#define WEFT_BASE_SMALL_MAP_HPP

#include <cstddef>
#include <map>
#include <type_traits>
#include <utility>

namespace weft {

template <class Key, class Value>
class small_map {
    using tree = std::map<Key, Value>;

public:
    static_assert(std::is_nothrow_move_constructible_v<Value> &&
                      std::is_nothrow_move_assignable_v<Value>,
                  "weft: a value must move without throwing");

    small_map() = default;

    small_map(const small_map& other)
        : key_(other.key_), value_(other.value_), one_(other.one_),
          many_(other.many_ == nullptr ? nullptr : new tree(*other.many_)) {}

    small_map(small_map&& other) noexcept
        : key_(std::exchange(other.key_, Key{})), value_(std::move(other.value_)),
          one_(std::exchange(other.one_, false)), many_(std::exchange(other.many_, nullptr)) {}

    small_map& operator=(const small_map& other) {
        small_map copy(other);
        swap(copy);
        return *this;
    }

    small_map& operator=(small_map&& other) noexcept {
        small_map taken(std::move(other));
        swap(taken);
        return *this;
    }

    ~small_map() { delete many_; }

    void swap(small_map& other) noexcept {
        std::swap(key_, other.key_);
        std::swap(value_, other.value_);
        std::swap(one_, other.one_);
        std::swap(many_, other.many_);
    }

    [[nodiscard]] bool empty() const noexcept { return !one_ && many_ == nullptr; }

    [[nodiscard]] std::size_t size() const noexcept {
        return many_ != nullptr ? many_->size() : one_ ? 1U : 0U;
    }

    /// The value at key, or null. O(log n).
    [[nodiscard]] Value* find(const Key& key) noexcept {
        if (many_ != nullptr) {
            const auto found = many_->find(key);
            return found == many_->end() ? nullptr : &found->second;
        }
        return one_ && key_ == key ? &value_ : nullptr;
    }

    [[nodiscard]] const Value* find(const Key& key) const noexcept {
        if (many_ != nullptr) {
            const auto found = many_->find(key);
            return found == many_->end() ? nullptr : &found->second;
        }
        return one_ && key_ == key ? &value_ : nullptr;
    }

    /// The value at key, made by default if there was none. Valid until the next change of the
    /// map. O(log n); strong guarantee.
    Value& operator[](const Key& key) {
        if (many_ != nullptr) {
            return (*many_)[key];
        }
        if (!one_) {
            key_ = key;
            value_ = Value{};
            one_ = true;
            return value_;
        }
        return key_ == key ? value_ : second(key);
    }

    /// Removes key; false if there was none. O(log n).
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
        if (many_->erase(key) == 0) {
            return false;
        }
        if (many_->size() == 1) {
            key_ = many_->begin()->first;
            value_ = std::move(many_->begin()->second);
            one_ = true;
            delete std::exchange(many_, nullptr);
        }
        return true;
    }

    void clear() noexcept { *this = small_map(); }

    /// Calls visit(key, value) in ascending order of keys. The map must not change meanwhile.
    template <class Visit>
    void for_each(Visit&& visit) const {
        if (many_ != nullptr) {
            for (const auto& [key, value] : *many_) {
                visit(key, value);
            }
        } else if (one_) {
            visit(key_, value_);
        }
    }

    friend bool operator==(const small_map& a, const small_map& b) {
        if (a.many_ == nullptr || b.many_ == nullptr) {
            return a.many_ == b.many_ && a.one_ == b.one_ &&
                   (!a.one_ || (a.key_ == b.key_ && a.value_ == b.value_));
        }
        return *a.many_ == *b.many_;
    }

private:
    /// Moves the one entry out into a tree, beside a new one.
    Value& second(const Key& key) {
        tree* const both = new tree();

        // An empty tree allocates nothing; from here on an exception must free it.
        struct guard {
            tree* held;

            ~guard() { delete held; }
        } owner{both};

        Value& fresh = (*both)[key];
        (*both)[key_] = std::move(value_);
        many_ = std::exchange(owner.held, nullptr);
        one_ = false;
        key_ = Key{};
        value_ = Value{};
        return fresh;
    }

    Key key_{};
    Value value_{};
    bool one_ = false;
    tree* many_ = nullptr;  ///< all entries, once there are two
};

}  // namespace weft

#endif
