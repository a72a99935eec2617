/// A number for every sequence of one actor that holds until the next step: a sorted list of
/// (first sequence, number), appended at its end. The first step is inline, because most of
/// thousands of short-lived actors never get another.
#ifndef WEFT_CAUSAL_SEQUENCE_STEPS_HPP
#define WEFT_CAUSAL_SEQUENCE_STEPS_HPP

#include <weft/base/assert.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/steps.hpp>
#include <weft/causal/dot.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

class sequence_steps {
public:
    struct step {
        sequence first = 0;
        std::uint32_t value = 0;
    };

    [[nodiscard]] bool empty() const noexcept { return first_.first == 0; }

    [[nodiscard]] std::size_t size() const noexcept { return empty() ? 0 : 1 + rest_.size(); }

    [[nodiscard]] const step& operator[](std::size_t i) const noexcept {
        return i == 0 ? first_ : rest_[i - 1];
    }

    [[nodiscard]] const step& back() const noexcept {
        return rest_.empty() ? first_ : rest_.back();
    }

    /// The position of the last step that starts at or before n; 0 if none does. O(log size), and
    /// two or three steps where they come regularly: the search starts at the interpolated place.
    [[nodiscard]] std::size_t find(sequence n) const noexcept {
        if (rest_.empty() || n < rest_.front().first) {
            return 0;
        }
        if (n >= rest_.back().first) {
            return rest_.size();
        }
        const std::size_t size = rest_.size();
        auto low = static_cast<std::size_t>(std::uint64_t{n} * size / rest_.back().first);
        std::size_t high = low;  // the answer is at low or after, and before high
        if (rest_[low].first <= n) {
            for (std::size_t width = 1;; width *= 2) {
                WEFT_STEP(1);
                high = low + width < size ? low + width : size - 1;
                if (rest_[high].first > n) {
                    break;
                }
                low = high;
            }
        } else {
            for (std::size_t width = 1;; width *= 2) {
                WEFT_STEP(1);
                low = width < high ? high - width : 0;
                if (rest_[low].first <= n) {
                    break;
                }
                high = low;
            }
        }
        while (high - low > 1) {
            WEFT_STEP(1);
            const std::size_t middle = low + (high - low) / 2;
            (rest_[middle].first <= n ? low : high) = middle;
        }
        return low + 1;
    }

    /// Makes room, so that the next push_back can't fail.
    void reserve_one() {
        if (!empty() && rest_.size() == rest_.capacity()) {
            rest_.reserve(rest_.size() + rest_.size() / 2 + 2);
        }
    }

    /// Appends a step that starts after all others. Amortised O(1).
    void push_back(step next) {
        WEFT_ASSERT(empty() || back().first < next.first);
        if (empty()) {
            first_ = next;
        } else {
            rest_.push_back(next);
        }
    }

    void pop_back() noexcept {
        if (rest_.empty()) {
            first_ = {};
        } else {
            rest_.pop_back();
        }
    }

    [[nodiscard]] std::size_t heap_bytes() const noexcept {
        return rest_.capacity() * sizeof(step);
    }

private:
    step first_{};
    lean_vector<step> rest_;
};

}  // namespace weft

#endif
