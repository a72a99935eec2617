/// The records of a collection that are in view: there, and let through by every constraint.
/// Entries say what else is to know about a record: which constraints it lost (and is shown all the
/// same), and which of its references lead to something in view. The order is this replica's order
/// of first sight, as of replica::all().
#ifndef WEFT_MODEL_VIEW_RANGE_HPP
#define WEFT_MODEL_VIEW_RANGE_HPP

#include <weft/model/ref.hpp>
#include <weft/model/references.hpp>
#include <weft/model/stage_marks.hpp>

#include <cstddef>
#include <iterator>

namespace weft {

/// A forward range. Valid until the replica changes. A full iteration is O(records ever inserted),
/// hidden ones included.
template <class Views, class Record, class Log>
class view_range {
public:
    using schema_type = typename Views::schema_type;
    using record_id = typename Log::record_id;
    static constexpr auto number =
        static_cast<std::uint32_t>(schema_type::template number_of<Record>);

    class entry {
    public:
        const record_id& id;
        const Record& record;

        entry(const view_range& range, std::uint32_t row) noexcept
            : id(range.log_->id_of({range.collection_, row})), record((*range.table_)[row].record),
              range_(range), row_(row) {}

        /// Whether it lost against a constraint that flags its losers.
        [[nodiscard]] bool lost() const noexcept {
            return range_.views_->marks().lost({number, row_}) != 0;
        }

        /// Whether it lost against this one.
        template <fixed_string Name>
        [[nodiscard]] bool lost() const noexcept {
            constexpr std::size_t which = Views::list::number_of(Name.view());
            static_assert(which != Views::list::count, "weft: no constraint has that name");
            return (range_.views_->marks().lost({number, row_}) >> which & 1U) != 0;
        }

        /// The ids that a reference field is to show: those it holds, without those whose targets
        /// are not in view if the reference says set_null. A std::optional<id>; of a set of ids a
        /// std::vector<id>, ascending.
        template <auto Field>
        [[nodiscard]] auto shown() const {
            return range_.views_->template shown<Field>(record, *range_.log_);
        }

    private:
        view_range range_;  // not by reference: entries may outlive it
        std::uint32_t row_;
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

        iterator(const view_range& range, std::uint32_t row) noexcept : range_(range), row_(row) {
            skip();
        }

        [[nodiscard]] entry operator*() const noexcept { return {range_, row_}; }

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
            while (row_ < range_.table_->size() && !range_.shows(row_)) {
                ++row_;
            }
        }

        view_range range_;
        std::uint32_t row_ = 0;
    };

    using table_type = typename Views::template table_type<Record>;

    view_range() = default;

    view_range(const Views& views, const table_type& table, const Log& log) noexcept
        : views_(&views), table_(&table), log_(&log),
          collection_(log.find_collection(schema_type::tags[number]).value_or(0)) {}

    [[nodiscard]] iterator begin() const noexcept { return {*this, 0}; }

    [[nodiscard]] iterator end() const noexcept { return {*this, table_->size()}; }

    [[nodiscard]] bool empty() const noexcept { return begin() == end(); }

    /// The entry of a record; end() if it is not in view. O(1) expected.
    [[nodiscard]] iterator find(const record_id& id) const {
        const auto place = log_->find(schema_type::tags[number], id);
        return place && shows(place->row) ? iterator{*this, place->row} : end();
    }

    [[nodiscard]] iterator find(const ref<Record, record_id>& record) const {
        return find(record.id);
    }

    [[nodiscard]] bool contains(const record_id& id) const { return find(id) != end(); }

    [[nodiscard]] bool contains(const ref<Record, record_id>& record) const {
        return contains(record.id);
    }

private:
    [[nodiscard]] bool shows(std::uint32_t row) const noexcept {
        return views_->marks().passed({number, row}, Views::list::stages);
    }

    const Views* views_ = nullptr;
    const table_type* table_ = nullptr;
    const Log* log_ = nullptr;
    std::uint32_t collection_ = 0;
};

}  // namespace weft

#endif
