/// How an effect of a list names positions: by the number of an observed dot, and the number of the
/// position among those that the dot's effect made. (An element is named by the position at which
/// it was inserted.) While a transaction edits, dots are numbered as they come; settled and on the
/// wire, in the order of their first use.
#ifndef WEFT_MERGE_LIST_REF_HPP
#define WEFT_MERGE_LIST_REF_HPP

#include <weft/base/small_map.hpp>
#include <weft/merge/policy.hpp>

namespace weft {

struct list_ref {
    static constexpr std::uint32_t front = 0;  ///< of the list, before all elements
    static constexpr std::uint32_t own = 1;    ///< made by this effect
    static constexpr std::uint32_t named = 2;  ///< and above: by the event of an observed dot

    std::uint32_t from = front;
    std::uint32_t index = 0;

    /// The next one that the same effect made.
    [[nodiscard]] constexpr list_ref next() const noexcept { return {from, index + 1}; }

    void write(byte_writer& out) const {
        out.varint(from);
        if (from != front) {
            out.varint(index);
        }
    }

    friend constexpr auto operator<=>(const list_ref&, const list_ref&) = default;
};

/// Reads refs and checks what can be seen from the payload.
class list_ref_reader {
public:
    explicit list_ref_reader(std::size_t observed) noexcept : observed_(observed) {}

    std::uint32_t made = 0;  ///< positions that the effect made so far

    /// Errors: those of a varint; out_of_range for a dot or an own position that is not there;
    /// not_canonical for a dot before its turn.
    [[nodiscard]] result<list_ref> position(byte_reader& in) {
        const std::size_t at = in.offset();
        const result<std::uint64_t> from = in.varint(list_ref::own + observed_);
        if (!from) {
            return from.error();
        }
        if (*from >= list_ref::named) {
            const std::uint64_t number = *from - list_ref::named;
            if (number > used_) {
                return {errc::not_canonical, at};
            }
            used_ += number == used_ ? 1U : 0U;
        }
        list_ref read{static_cast<std::uint32_t>(*from), 0};
        if (read.from != list_ref::front) {
            const result<std::uint64_t> index = in.varint(index_max);
            if (!index) {
                return index.error();
            }
            read.index = static_cast<std::uint32_t>(*index);
        }
        if (!exists(read)) {
            return {errc::out_of_range, at};
        }
        return read;
    }

    /// The same for an element, which the front is not.
    [[nodiscard]] result<list_ref> element(byte_reader& in) {
        const std::size_t at = in.offset();
        const result<list_ref> read = position(in);
        if (read && read->from == list_ref::front) {
            return {errc::out_of_range, at};
        }
        return read;
    }

    /// As far as the payload tells.
    [[nodiscard]] bool exists(const list_ref& ref) const noexcept {
        return ref.index <= index_max && (ref.from != list_ref::own || ref.index < made);
    }

    [[nodiscard]] bool all_used() const noexcept { return used_ == observed_; }

private:
    static constexpr std::uint32_t index_max = ~std::uint32_t{0} - 1;

    std::size_t observed_;
    std::size_t used_ = 0;
};

/// The events behind the refs of an effect that is being made.
class list_names {
public:
    /// The ref of a position of another effect. O(1) expected; strong guarantee.
    [[nodiscard]] list_ref ref_to(const local_event& event, std::uint32_t index) {
        events_.reserve_one();
        std::uint32_t& number = numbers_[event];
        if (number == 0) {
            events_.push_back(event);
            number = static_cast<std::uint32_t>(events_.size());
        }
        return {list_ref::named + number - 1, index};
    }

    /// For a decoded effect: the events that its dots name.
    void readdress(observed_span dots) {
        events_.assign(dots.begin(), dots.end());
        numbers_.clear();
    }

    /// The event behind a ref that names one. Pre: it is known.
    [[nodiscard]] const local_event& event(const list_ref& ref) const noexcept {
        return events_[ref.from - list_ref::named];
    }

    [[nodiscard]] bool knows(const list_ref& ref) const noexcept {
        return ref.from < list_ref::named + events_.size();
    }

    void begin_numbering() {
        place_.resize(events_.size());
        for (std::uint32_t& each : place_) {
            each = none;
        }
        order_.clear();
        order_.reserve(events_.size());
    }

    /// Gives a ref's dot the next number, if it has none. Pre: it is known.
    void renumber(list_ref& ref) noexcept {
        if (ref.from >= list_ref::named) {
            std::uint32_t& number = place_[ref.from - list_ref::named];
            if (number == none) {
                number = static_cast<std::uint32_t>(order_.size());
                order_.push_back(events_[ref.from - list_ref::named]);
            }
            ref.from = list_ref::named + number;
        }
    }

    /// The same for refs whose order is free: of dots that nothing else named, by event (by this
    /// replica's slots: an effect is its writer's), and brings each into ascending order, once.
    void renumber_all(lean_vector<list_ref>& refs) {
        lean_sort(refs.begin(), refs.end(), [this](const list_ref& a, const list_ref& b) {
            return a.from == b.from ? a.index < b.index : dot_less(a.from, b.from);
        });
        list_ref* kept = refs.begin();
        for (list_ref each : refs) {
            renumber(each);
            if (kept == refs.begin() || each != kept[-1]) {
                *kept++ = each;
            }
        }
        refs.erase(kept, refs.end());
    }

    /// Appends the dots, in the order of their numbers.
    void end_numbering(observed_list& dots) {
        dots.append(order_.begin(), order_.end());
        events_.swap(order_);
        numbers_.clear();
    }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    /// The order of two dots' refs: own ones, then by number, then those without one yet.
    [[nodiscard]] bool dot_less(std::uint32_t a, std::uint32_t b) const noexcept {
        if (a < list_ref::named || b < list_ref::named) {
            return a < b;
        }
        const std::uint32_t left = place_[a - list_ref::named];
        const std::uint32_t right = place_[b - list_ref::named];
        if (left != right) {
            return left < right;
        }
        const local_event& earlier = events_[a - list_ref::named];
        const local_event& later = events_[b - list_ref::named];
        return earlier == later ? a < b : earlier < later;
    }

    observed_list events_;                           ///< by number
    small_map<local_event, std::uint32_t> numbers_;  ///< 1 + the number
    lean_vector<std::uint32_t> place_;               ///< the new number of each, or none
    observed_list order_;                            ///< the events by their new numbers
};

}  // namespace weft

#endif
