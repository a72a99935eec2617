/// Which rows have passed which stage of judgement, for the views of a constrained schema. A bit a
/// stage: bit 0 says that the record is there (its life), bit s that stage s let it through. Also
/// the list of rows in question: those that were edited since the last time, and those whose bits
/// changed while the stages ran; later stages look at no others. Memory: 24 bytes a row.
#ifndef WEFT_MODEL_STAGE_MARKS_HPP
#define WEFT_MODEL_STAGE_MARKS_HPP

#include <weft/base/assert.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/steps.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// A row of a collection, by the schema's number of the collection.
struct row_name {
    std::uint32_t collection = 0;
    std::uint32_t row = 0;
    friend constexpr bool operator==(const row_name&, const row_name&) = default;
};

class stage_marks {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    static constexpr std::uint32_t stages_max = 62;

    /// A row in question.
    struct question {
        row_name name{};
        std::uint64_t before = 0;   ///< its bits when it came into question
        bool edited = false;        ///< an operation named it
        std::uint32_t rewired = 0;  ///< the last stage in which its references changed
    };

    /// Whether stage `stage` lets the row through; stage 0: whether the record is there.
    [[nodiscard]] bool passed(row_name name, std::uint32_t stage) const noexcept {
        return (bits(name) >> stage & 1U) != 0;
    }

    /// Whether an operation ever named it.
    [[nodiscard]] bool known(row_name name) const noexcept { return (bits(name) & known_bit) != 0; }

    /// Known, and not there: a target that was deleted.
    [[nodiscard]] bool dead(row_name name) const noexcept {
        return known(name) && !passed(name, 0);
    }

    /// The constraints, a bit each by number, against which the record lost.
    [[nodiscard]] std::uint64_t lost(row_name name) const noexcept {
        const entry* const row = find(name);
        return row != nullptr ? row->lost : 0;
    }

    /// The rows in question; grows while stages run, so walk it by number.
    [[nodiscard]] const lean_vector<question>& questions() const noexcept { return questions_; }

    /// Puts a row into question. Amortised O(1).
    question& ask(row_name name) {
        entry& row = reach(name);
        WEFT_STEP(1);
        if (row.asked == none) {
            questions_.push_back({name, row.bits});
            row.asked = static_cast<std::uint32_t>(questions_.size() - 1);
        }
        return questions_[row.asked];
    }

    /// An operation named the row, whose record is there or not.
    void edit(row_name name, bool there) {
        ask(name).edited = true;
        std::uint64_t& row = rows_[name.collection][name.row].bits;
        row = (row & ~std::uint64_t{1}) | known_bit | (there ? 1U : 0U);
    }

    void set(row_name name, std::uint32_t stage, bool passes) {
        WEFT_STEP(1);
        if (passed(name, stage) != passes) {
            ask(name);
            rows_[name.collection][name.row].bits ^= std::uint64_t{1} << stage;
        }
    }

    void set_lost(row_name name, std::size_t constraint, bool loses) {
        std::uint64_t& row = reach(name).lost;
        const std::uint64_t bit = std::uint64_t{1} << constraint;
        row = loses ? row | bit : row & ~bit;
    }

    /// Whether any of these stages' bits, stage 0's, or whether it is known, changed.
    [[nodiscard]] bool changed(const question& of, std::uint32_t stage) const noexcept {
        const std::uint64_t asked = known_bit | 1U | std::uint64_t{1} << stage;
        return ((of.before ^ bits(of.name)) & asked) != 0;
    }

    /// A number for each row of the region that is being judged.
    [[nodiscard]] std::uint32_t place(row_name name) const noexcept {
        const entry* const row = find(name);
        return row != nullptr ? row->place : none;
    }

    void set_place(row_name name, std::uint32_t place) { reach(name).place = place; }

    /// No row is in question any more.
    void settle() noexcept {
        for (const question& each : questions_) {
            rows_[each.name.collection][each.name.row].asked = none;
        }
        questions_.clear();
    }

private:
    static constexpr std::uint64_t known_bit = std::uint64_t{1} << 63U;

    struct entry {
        std::uint64_t bits = 0;
        std::uint64_t lost = 0;
        std::uint32_t asked = none;  ///< its place among the questions
        std::uint32_t place = none;
    };

    [[nodiscard]] std::uint64_t bits(row_name name) const noexcept {
        const entry* const row = find(name);
        return row != nullptr ? row->bits : 0;
    }

    [[nodiscard]] const entry* find(row_name name) const noexcept {
        if (name.collection >= rows_.size() || name.row >= rows_[name.collection].size()) {
            return nullptr;
        }
        return &rows_[name.collection][name.row];
    }

    [[nodiscard]] entry& reach(row_name name) {
        if (name.collection >= rows_.size()) {
            rows_.resize(name.collection + std::size_t{1});
        }
        auto& rows = rows_[name.collection];
        if (name.row >= rows.size()) {
            rows.resize(name.row + std::size_t{1});
        }
        return rows[name.row];
    }

    lean_vector<lean_vector<entry>> rows_;  ///< by collection
    lean_vector<question> questions_;
};

}  // namespace weft

#endif
