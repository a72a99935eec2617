/// The model of list: the tree of positions as its paper has it, built anew from all effects and
/// walked by recursion, and per element all that was ever said about it.
#ifndef WEFT_TESTING_POLICY_MODEL_LISTS_HPP
#define WEFT_TESTING_POLICY_MODEL_LISTS_HPP

#include <weft/merge/list.hpp>
#include <weft/testing/policy_model/basis.hpp>

#include <map>
#include <tuple>

namespace weft::testing {

namespace detail {

/// All effects of a list, by stamp: what they name comes before them.
template <class T>
class list_reading {
public:
    explicit list_reading(const std::vector<seen_effect>& effects) : nodes_(1) {
        std::vector<const seen_effect*> sorted;
        sorted.reserve(effects.size());
        for (const seen_effect& each : effects) {
            sorted.push_back(&each);
        }
        std::sort(sorted.begin(), sorted.end(),
                  [](const auto* a, const auto* b) { return stamped_before(*a, *b); });
        for (const seen_effect* const each : sorted) {
            byte_reader in(each->payload);
            const auto effect = list_effect<T>::decode(in, each->observed.size());
            if (effect && in.empty()) {
                take(*each, *effect);
            }
        }
    }

    [[nodiscard]] rendering shown() const {
        rendering values;
        walk(0, values);
        return values;
    }

private:
    struct node {
        const seen_effect* by = nullptr;
        std::uint32_t index = 0;
        std::size_t element = 0;
        std::vector<std::size_t> sides[2];
    };

    struct element {
        byte_buffer value;
        std::size_t at = 0;
        bool removed = false;
    };

    void walk(std::size_t at, rendering& values) const {
        for (const std::size_t each : nodes_[at].sides[1]) {
            walk(each, values);
        }
        if (at != 0 && elements_[nodes_[at].element].at == at &&
            !elements_[nodes_[at].element].removed) {
            values.push_back(elements_[nodes_[at].element].value);
        }
        for (const std::size_t each : nodes_[at].sides[0]) {
            walk(each, values);
        }
    }

    [[nodiscard]] std::size_t find(const seen_effect& by, const list_ref& ref) const {
        if (ref.from == list_ref::front) {
            return 0;
        }
        const seen_event event = ref.from == list_ref::own
                                     ? seen_event{by.operation, by.ordinal}
                                     : by.observed[ref.from - list_ref::named];
        return numbers_.at({event.operation, event.ordinal, ref.index});
    }

    void take(const seen_effect& by, const list_effect<T>& effect) {
        std::uint32_t made = 0;
        for (const auto& edit : effect.edits) {
            std::size_t number = elements_.size();
            if (edit.what == list_edit::insert) {
                elements_.push_back({encoded(edit.value), nodes_.size(), by.undone});
            } else {
                number = nodes_[find(by, edit.element)].element;
            }
            if (edit.what == list_edit::set) {
                if (!by.undone) {
                    elements_[number].value = encoded(edit.value);
                }
                continue;
            }
            const std::size_t fresh = nodes_.size();
            const std::size_t beside = find(by, edit.beside);
            if (!by.undone) {
                elements_[number].at = fresh;
            }
            numbers_[{by.operation, by.ordinal, made}] = fresh;
            nodes_.push_back({&by, made++, number, {}});
            auto& siblings = nodes_[beside].sides[static_cast<int>(edit.side)];
            siblings.push_back(fresh);
            std::sort(siblings.begin(), siblings.end(), [&](std::size_t a, std::size_t b) {
                const node& left = nodes_[a];
                const node& right = nodes_[b];
                if (left.by == right.by) {
                    return left.index < right.index;
                }
                return bytes_same(left.by->actor, right.by->actor)
                           ? stamped_before(*left.by, *right.by)
                           : bytes_less(left.by->actor, right.by->actor);
            });
        }
        for (const list_ref& each : effect.removed) {
            if (by.undone) {
                break;
            }
            elements_[nodes_[find(by, each)].element].removed = true;
        }
    }

    std::vector<node> nodes_;
    std::vector<element> elements_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::size_t> numbers_;
};

}  // namespace detail

template <class T>
struct policy_model<list<T>> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        return detail::list_reading<T>(effects).shown();
    }

    [[nodiscard]] static rendering shown(const list<T>& field) {
        rendering values;
        for (const T& each : field) {
            values.push_back(encoded(each));
        }
        return values;
    }

    [[nodiscard]] static list<T> detached(dice& from) {
        list<T> values;
        for (std::uint32_t n = from.below(3); n > 0; --n) {
            values.push_back(hostile_value<T>(from));
        }
        return values;
    }

    static void edit(typename list<T>::editor field, dice& from, std::optional<rendering>& now) {
        for (std::uint32_t n = 1 + from.below(3); n > 0; --n) {
            const auto size = static_cast<std::uint32_t>(field.size());
            const std::uint32_t choice = from.below(100);
            const std::uint32_t at = from.below(size + 1);
            if (choice < 50 || size == at) {
                const T value = hostile_value<T>(from);
                field.insert(at, value);
                change(now, [&](rendering& all) { all.insert(all.begin() + at, encoded(value)); });
            } else if (choice < 65) {
                field.erase(at);
                change(now, [&](rendering& all) { all.erase(all.begin() + at); });
            } else if (choice < 80) {
                const std::uint32_t to = from.below(size);
                field.move(at, to);
                change(now, [&](rendering& all) {
                    byte_buffer moved = std::move(all[at]);
                    all.erase(all.begin() + at);
                    all.insert(all.begin() + to, std::move(moved));
                });
            } else if (choice < 97) {
                const T value = hostile_value<T>(from);
                field.set(at, value);
                change(now, [&](rendering& all) { all[at] = encoded(value); });
            } else {
                field.clear();
                now = rendering{};
            }
        }
    }

    static void replaced(const list<T>& wanted, std::optional<rendering>& now) {
        now = shown(wanted);
    }

private:
    template <class Change>
    static void change(std::optional<rendering>& now, const Change& how) {
        if (now) {
            how(*now);
        }
    }
};

}  // namespace weft::testing

#endif
