#include <weft/log/record_range.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace record_range_test {

namespace {

/// Rows of which only some are visible, as a state's table has them.
class rows {
public:
    using record_type = int;

    struct row {
        int record = 0;
        bool visible = false;
    };

    explicit rows(const std::vector<bool>& visible) {
        for (const bool one : visible) {
            all_.push_back({static_cast<int>(all_.size()) * 3, one});
        }
    }

    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(all_.size()); }

    [[nodiscard]] const row& operator[](std::uint32_t number) const { return all_.at(number); }

    [[nodiscard]] const int* find(std::uint32_t number) const {
        return number < size() && all_[number].visible ? &all_[number].record : nullptr;
    }

private:
    std::vector<row> all_;
};

/// Ids of the rows of two collections.
class names {
public:
    using record_id = std::pair<std::uint32_t, std::uint32_t>;

    explicit names(std::uint32_t size) {
        for (std::uint32_t i = 0; i != size; ++i) {
            for (std::uint32_t collection : {0U, 1U}) {
                ids_[collection].emplace_back(collection, 100 + i);
            }
        }
    }

    [[nodiscard]] const record_id& id_of(const weft::record_ref& of) const {
        return ids_[of.collection].at(of.row);
    }

private:
    std::vector<record_id> ids_[2];
};

using range = weft::record_range<rows, names>;

// As it says of itself; in C++17's terms less, since it makes its entries on the spot.
static_assert(std::forward_iterator<range::iterator>);

std::vector<std::uint32_t> numbers(const std::vector<bool>& visible) {
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i != visible.size(); ++i) {
        if (visible[i]) {
            all.push_back(i);
        }
    }
    return all;
}

}  // namespace

TEST_CASE("log/record_range: the visible rows, each once, in order of row, with their ids") {
    weft::test::property("log/record_range: oracle", 300, [](const std::vector<bool>& visible) {
        const rows table(visible);
        const names log(table.size());
        for (const std::uint32_t collection : {0U, 1U}) {
            const range all(table, log, collection);
            const auto wanted = numbers(visible);
            RC_ASSERT(all.empty() == wanted.empty());
            auto next = wanted.begin();
            for (const auto& entry : all) {
                RC_ASSERT(next != wanted.end());
                RC_ASSERT(entry.id == names::record_id(collection, 100 + *next));
                RC_ASSERT(&entry.record == &table[*next].record);
                ++next;
            }
            RC_ASSERT(next == wanted.end());
        }
    });
}

TEST_CASE("log/record_range: an iterator outlives its range, and a copy of it goes its own way") {
    weft::test::property("log/record_range: iterators", [](const std::vector<bool>& visible) {
        const rows table(visible);
        const names log(table.size());
        const auto wanted = numbers(visible);
        auto at = range(table, log, 0).begin();
        const auto end = range(table, log, 0).end();
        for (const std::uint32_t number : wanted) {
            RC_ASSERT(at != end);
            auto ahead = at;
            RC_ASSERT(&(*ahead++).record == &table[number].record);
            RC_ASSERT(ahead != at);
            RC_ASSERT((*at).record == table[number].record);
            RC_ASSERT(++at == ahead);
        }
        RC_ASSERT(at == end);
    });
}

TEST_CASE("log/record_range: the standard's algorithms take it") {
    const rows table({false, true, true, false, true});
    const names log(table.size());
    const range all(table, log, 1);
    CHECK(std::distance(all.begin(), all.end()) == 3);
    CHECK((*std::next(all.begin(), 2)).id.second == 104);
}

}  // namespace record_range_test
