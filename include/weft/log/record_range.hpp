/// Iteration over the visible records of a collection. The order is this replica's order of first
/// sight: stable between changes, but not the same on every replica; sort by id where that matters.
#ifndef WEFT_LOG_RECORD_RANGE_HPP
#define WEFT_LOG_RECORD_RANGE_HPP

#include <weft/log/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace weft {

/// A forward range of entries {id, record}. Views the state: valid until the replica changes.
/// A full iteration is O(records ever inserted), deleted ones included.
template <class Table, class Log>
class record_range {
public:
    using record_type = typename Table::record_type;
    using record_id = typename Log::record_id;

    struct entry {
        const record_id& id;
        const record_type& record;
    };

    class iterator {
    public:
        using iterator_concept = std::forward_iterator_tag;
        using iterator_category = std::input_iterator_tag;  // entries are made on the spot
        using value_type = entry;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = entry;

        iterator() = default;

        iterator(const Table& table,
                 const Log& log,
                 std::uint32_t collection,
                 std::uint32_t row) noexcept
            : table_(&table), log_(&log), collection_(collection), row_(row) {
            skip();
        }

        [[nodiscard]] entry operator*() const noexcept {
            return {log_->id_of({collection_, row_}), (*table_)[row_].record};
        }

        iterator& operator++() noexcept {
            ++row_;
            skip();
            return *this;
        }

        iterator operator++(int) noexcept {
            iterator before = *this;
            ++*this;
            return before;
        }

        friend bool operator==(const iterator& a, const iterator& b) noexcept {
            return a.row_ == b.row_;
        }

    private:
        void skip() noexcept {
            while (row_ < table_->size() && table_->find(row_) == nullptr) {
                ++row_;
            }
        }

        const Table* table_ = nullptr;  // not the range, which may be gone
        const Log* log_ = nullptr;
        std::uint32_t collection_ = 0;
        std::uint32_t row_ = 0;
    };

    record_range(const Table& table, const Log& log, std::uint32_t collection) noexcept
        : table_(&table), log_(&log), collection_(collection) {}

    [[nodiscard]] iterator begin() const noexcept { return {*table_, *log_, collection_, 0}; }

    [[nodiscard]] iterator end() const noexcept {
        return {*table_, *log_, collection_, table_->size()};
    }

    [[nodiscard]] bool empty() const noexcept { return begin() == end(); }

private:
    const Table* table_;
    const Log* log_;
    std::uint32_t collection_;
};

}  // namespace weft

#endif
