/// A hash table keyed by values that have a codec, and what is kept beside each: hashed under the
/// process's secret seed, since a peer may choose the values, and compared by what they encode to.
/// Entries lie in an array, by number, in an order that never reaches an output. Up to eight are
/// searched one by one, by their hashes; more have a hash_index. Lookup, insertion and removal O(1)
/// expected. Memory per entry: the value, what is beside it, and 8 bytes; 20 more in large tables.
#ifndef WEFT_BASE_VALUE_TABLE_HPP
#define WEFT_BASE_VALUE_TABLE_HPP

#include <weft/base/codec.hpp>
#include <weft/base/hash_index.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/seeded_hash.hpp>

#include <iterator>

namespace weft {

/// `Beside` says with present() whether its value counts as there; only such are iterated over.
template <class T, class Beside>
class value_table {
    static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>,
                  "weft: the elements of a set must move without throwing");

public:
    static constexpr std::uint32_t none = hash_index::none;

    struct entry {
        T value{};
        std::uint64_t hash = 0;
        [[no_unique_address]] Beside beside{};
    };

    /// Over the values that are present.
    class const_iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = const T*;
        using reference = const T&;

        const_iterator() = default;

        const_iterator(const entry* at, const entry* end) noexcept : at_(at), end_(end) { skip(); }

        reference operator*() const noexcept { return at_->value; }

        pointer operator->() const noexcept { return &at_->value; }

        const_iterator& operator++() noexcept {
            ++at_;
            skip();
            return *this;
        }

        const_iterator operator++(int) noexcept {
            const const_iterator before = *this;
            ++*this;
            return before;
        }

        friend bool operator==(const const_iterator& a, const const_iterator& b) noexcept {
            return a.at_ == b.at_;
        }

    private:
        void skip() noexcept {
            while (at_ != end_ && !at_->beside.present()) {
                ++at_;
            }
        }

        const entry* at_ = nullptr;
        const entry* end_ = nullptr;
    };

    value_table() = default;

    value_table(const value_table& other)
        : entries_(other.entries_),
          index_(other.index_ == nullptr ? nullptr : new hash_index(*other.index_)) {}

    value_table(value_table&& other) noexcept
        : entries_(static_cast<lean_vector<entry>&&>(other.entries_)), index_(other.index_) {
        other.index_ = nullptr;
    }

    // Not one that takes its argument by value: that would be noexcept, and so would the copy
    // assignment of all that holds a table, though copying runs out of memory.
    value_table& operator=(const value_table& other) { return *this = value_table(other); }

    /// Swaps.
    value_table& operator=(value_table&& other) noexcept {
        entries_.swap(other.entries_);
        hash_index* const mine = index_;
        index_ = other.index_;
        other.index_ = mine;
        return *this;
    }

    ~value_table() { delete index_; }

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(entries_.size());
    }

    [[nodiscard]] entry& operator[](std::uint32_t number) noexcept { return entries_[number]; }

    [[nodiscard]] const entry& operator[](std::uint32_t number) const noexcept {
        return entries_[number];
    }

    [[nodiscard]] const lean_vector<entry>& entries() const noexcept { return entries_; }

    [[nodiscard]] const_iterator begin() const noexcept {
        return {entries_.begin(), entries_.end()};
    }

    [[nodiscard]] const_iterator end() const noexcept { return {entries_.end(), entries_.end()}; }

    [[nodiscard]] static std::uint64_t hash_of(const T& value) {
        return value_hash(value, table_seed());
    }

    /// The number of value, or none.
    [[nodiscard]] std::uint32_t find(const T& value) const { return find(value, hash_of(value)); }

    [[nodiscard]] std::uint32_t find(const T& value, std::uint64_t hash) const {
        const auto same = [&](std::uint32_t number) {
            return entries_[number].hash == hash && value_same(entries_[number].value, value);
        };
        if (index_ != nullptr) {
            return index_->find(hash, same);
        }
        std::uint32_t number = 0;
        while (number != size() && !same(number)) {
            ++number;
        }
        return number == size() ? none : number;
    }

    /// Adds a value that is not there; it gets the number size(). Strong guarantee: value is moved
    /// from only in the end.
    void insert(T&& value, std::uint64_t hash) {
        entries_.reserve_one();
        if (index_ != nullptr) {
            index_->insert(hash, size());
        } else if (size() == unindexed_max) {
            index_ = index_with(hash);
        }
        entries_.push_back({static_cast<T&&>(value), hash, Beside{}});
    }

    /// Removes an entry. The last one takes its number.
    void erase(std::uint32_t number) noexcept {
        entry& gone = entries_[number];
        const std::uint32_t last = size() - 1;
        if (index_ != nullptr) {
            index_->erase(gone.hash, number);
            if (number != last) {
                index_->renumber(entries_.back().hash, last, number);
            }
        }
        if (number != last) {
            gone = static_cast<entry&&>(entries_.back());
        }
        entries_.pop_back();
    }

    /// Copies of the values that are present, in ascending order. O(n log n).
    [[nodiscard]] std::vector<T> sorted() const {
        lean_vector<const T*> order;
        order.reserve(entries_.size());
        for (const T& value : *this) {
            order.push_back(&value);
        }
        lean_sort(order.begin(), order.end(),
                  [](const T* a, const T* b) { return value_less(*a, *b); });
        std::vector<T> values;
        values.reserve(order.size());
        for (const T* const value : order) {
            values.push_back(*value);
        }
        return values;
    }

private:
    static constexpr std::uint32_t unindexed_max = 8;

    /// An index of all entries and of one more.
    [[nodiscard]] hash_index* index_with(std::uint64_t hash) const {
        auto* const index = new hash_index();
        WEFT_TRY {
            for (std::uint32_t number = 0; number != size(); ++number) {
                index->insert(entries_[number].hash, number);
            }
            index->insert(hash, size());
        }
        WEFT_CATCH_ALL {
            delete index;
            WEFT_RETHROW;
        }
        return index;
    }

    lean_vector<entry> entries_;
    hash_index* index_ = nullptr;
};

}  // namespace weft

#endif
