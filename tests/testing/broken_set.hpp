/// An observed-remove set of small numbers with a switch for each mistake that people make in one.
/// With slip::none it is correct: an element is in while one of its additions was not observed by a
/// removal of it.
#ifndef WEFT_TESTS_TESTING_BROKEN_SET_HPP
#define WEFT_TESTS_TESTING_BROKEN_SET_HPP

#include <weft/merge/policy.hpp>
#include <weft/merge/state_bytes.hpp>

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

namespace weft::test {

class broken_set {
public:
    enum class slip {
        none,
        removes_what_it_finds,  ///< a removal also takes additions that it had not seen
        resurrects,             ///< an addition that is already removed comes back
        forgets_dots,           ///< of several additions only the last that arrived is kept
        remove_wins_unmarked,   ///< removals should win over additions, but leave no tombstone
        arrival_order,          ///< additions are written as they came
        hash_order,             ///< elements are written as a hash table has them
        loses_element,          ///< only the first of several elements is encoded
        observes_twice,         ///< observe() of a decoded removal adds to what it names
        unsorted_effect,        ///< decode accepts elements in any order, and sorts them
    };

    static inline slip now = slip::none;

    using value_type = std::vector<std::uint8_t>;
    static constexpr std::string_view policy_name = "broken_set";
    static constexpr std::uint32_t wire_kind = 1001;

    /// Elements that are added, and removed ones with how many of the dots are theirs.
    struct effect {
        std::set<std::uint8_t> added{};
        std::vector<std::pair<std::uint8_t, std::uint8_t>> removed{};

        [[nodiscard]] bool empty() const noexcept { return added.empty() && removed.empty(); }

        friend bool operator==(const effect&, const effect&) = default;
    };

    class editor {
    public:
        editor(const broken_set& /*held*/, effect& pending) : pending_(&pending) {}

        void insert(std::uint8_t element) {
            drop(element);
            pending_->added.insert(element);
        }

        void erase(std::uint8_t element) {
            pending_->added.erase(element);
            drop(element);
            pending_->removed.emplace_back(element, std::uint8_t{0});
            std::sort(pending_->removed.begin(), pending_->removed.end());
        }

    private:
        void drop(std::uint8_t element) {
            std::erase_if(pending_->removed,
                          [&](const auto& each) { return each.first == element; });
        }

        effect* pending_;
    };

    [[nodiscard]] value_type value() const {
        std::set<std::uint8_t> elements;
        for (const auto& each : additions_) {
            elements.insert(each.element);
        }
        return {elements.begin(), elements.end()};
    }

    /// Not a set of its own: nobody makes a detached one here.
    void replace(const broken_set& /*wanted*/, effect& out) const {
        out = {};
        for (const std::uint8_t each : value()) {
            out.removed.emplace_back(each, std::uint8_t{0});
        }
    }

    void observe(effect& out, observed_list& dots) const {
        for (auto& [element, count] : out.removed) {
            count = now == slip::observes_twice ? count : 0;
            for (const addition& each : additions_) {
                if (each.element == element) {
                    dots.push_back(each.by);
                    ++count;
                }
            }
        }
        std::erase_if(out.removed, [](const auto& each) { return each.second == 0; });
    }

    static void encode(const effect& sent, byte_writer& out) {
        out.u8(static_cast<std::uint8_t>(now == slip::loses_element
                                             ? std::min<std::size_t>(sent.added.size(), 1)
                                             : sent.added.size()));
        for (const std::uint8_t each : sent.added) {
            out.u8(each);
            if (now == slip::loses_element) {
                break;
            }
        }
        for (const auto& [element, count] : sent.removed) {
            out.u8(element);
            out.u8(count);
        }
    }

    static result<effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        effect read;
        std::size_t dots = 0;
        const auto wrong = [&]() -> result<effect> { return {errc::not_canonical, in.offset()}; };
        const auto count = next.u8();
        int last = -1;
        for (std::size_t left = count ? *count : 0; left > 0; --left) {
            const auto element = next.u8();
            if (!element || (*element <= last && now != slip::unsorted_effect)) {
                return wrong();
            }
            last = *element;
            read.added.insert(*element);
        }
        last = -1;
        while (count && !next.empty()) {
            const auto element = next.u8();
            const auto of = next.u8();
            if (!of || *of == 0 || *element <= last || read.added.count(*element) != 0) {
                return wrong();
            }
            last = *element;
            dots += *of;
            read.removed.emplace_back(*element, *of);
        }
        if (!count || read.empty() || dots != observed) {
            return wrong();
        }
        in = next;
        return read;
    }

    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& /*report*/) {
        broken_set next = *this;
        next.take(sent, dots, at);
        const bool changed = next.value() != value();
        *this = std::move(next);  // nothing throws any more
        return changed;
    }

    void write_state(byte_writer& out, const actor_order& actors) const {
        std::vector<byte_buffer> all;
        for (const addition& each : additions_) {
            all.emplace_back();
            byte_writer one(all.back());
            one.u8(each.element);
            write_event(one, each.by, actors);
        }
        if (now != slip::arrival_order) {
            std::sort(all.begin(), all.end(),
                      [](const auto& a, const auto& b) { return bytes_less(a, b); });
        }
        if (now == slip::hash_order) {
            std::unordered_set<std::size_t> table;
            for (const addition& each : additions_) {
                table.insert(each.element);
            }
            for (const std::size_t element : table) {
                out.u8(static_cast<std::uint8_t>(element));
            }
        }
        for (const byte_buffer& each : all) {
            out.append(each);
        }
    }

    [[nodiscard]] bool pristine() const noexcept { return additions_.empty(); }

    friend bool operator==(const broken_set& a, const broken_set& b) {
        auto left = a.additions_;
        auto right = b.additions_;
        std::sort(left.begin(), left.end());
        std::sort(right.begin(), right.end());
        return left == right;
    }

private:
    void take(const effect& sent, observed_span dots, const event& at) {
        std::size_t next = 0;
        for (const auto& [element, count] : sent.removed) {
            const observed_span own = dots.subspan(next, count);
            next += count;
            std::erase_if(additions_, [&, gone = element](const addition& each) {
                return each.element == gone &&
                       (now == slip::removes_what_it_finds || names(own, each.by));
            });
            if (now == slip::resurrects) {
                // Takes its own removal back if another one was there before.
                for (const local_event& dot : own) {
                    if (!removed_.insert(dot).second) {
                        additions_.push_back({element, dot});
                    }
                }
            }
        }
        for (const std::uint8_t element : sent.added) {
            if (now == slip::forgets_dots) {
                std::erase_if(additions_,
                              [&](const addition& each) { return each.element == element; });
            }
            additions_.push_back({element, at.id});
        }
        if (now == slip::remove_wins_unmarked) {
            for (const auto& each : sent.removed) {
                std::erase_if(additions_,
                              [&](const addition& held) { return held.element == each.first; });
            }
        }
    }

    struct addition {
        std::uint8_t element = 0;
        local_event by{};

        friend auto operator<=>(const addition&, const addition&) = default;
    };

    [[nodiscard]] static bool names(observed_span dots, const local_event& by) {
        return std::find(dots.begin(), dots.end(), by) != dots.end();
    }

    std::vector<addition> additions_;
    std::set<local_event> removed_;
};

}  // namespace weft::test

#endif
