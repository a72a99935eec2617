/// The models of add_wins_set, remove_wins_set and grow_only_set.
#ifndef WEFT_TESTING_POLICY_MODEL_SETS_HPP
#define WEFT_TESTING_POLICY_MODEL_SETS_HPP

#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/grow_only_set.hpp>
#include <weft/merge/remove_wins_set.hpp>
#include <weft/testing/policy_model/basis.hpp>

#include <map>
#include <utility>

namespace weft::testing {

namespace detail {

/// An addition or removal of one element.
struct element_edit {
    const seen_effect* effect = nullptr;
    bool removes = false;
};

/// All edits by the element's encoding; nothing of an effect that can't be decoded.
template <class T>
[[nodiscard]] std::map<byte_buffer, std::vector<element_edit>>
element_edits(const std::vector<seen_effect>& effects) {
    std::map<byte_buffer, std::vector<element_edit>> all;
    for (const seen_effect& effect : effects) {
        byte_reader in(effect.payload);
        std::vector<std::pair<byte_buffer, element_edit>> own;
        bool whole = !in.empty();
        while (whole && !in.empty()) {
            const auto size = in.varint();
            const auto element = size ? in.bytes(*size) : result<byte_span>(size.error());
            const auto mark = element ? in.varint() : result<std::uint64_t>(element.error());
            whole = mark && codec<T>::decode(*element);
            if (whole) {
                own.emplace_back(byte_buffer(element->begin(), element->end()),
                                 element_edit{&effect, (*mark & 1U) != 0});
            }
        }
        if (whole) {
            for (auto& [element, edit] : own) {
                all[std::move(element)].push_back(edit);
            }
        }
    }
    return all;
}

template <class Set, class T>
struct set_model {
    [[nodiscard]] static rendering shown(const Set& field) {
        rendering elements;
        for (const T& each : field) {
            elements.push_back(encoded(each));
        }
        std::sort(elements.begin(), elements.end());
        return elements;
    }

    [[nodiscard]] static Set detached(dice& from) {
        Set elements;
        for (std::uint32_t n = from.below(3); n > 0; --n) {
            elements.insert(hostile_value<T>(from));
        }
        return elements;
    }

    static void insert(typename Set::editor& field, dice& from, std::optional<rendering>& now) {
        T element = hostile_value<T>(from);
        byte_buffer bytes = encoded(element);
        field.insert(std::move(element));
        if (now && !std::binary_search(now->begin(), now->end(), bytes)) {
            now->insert(std::upper_bound(now->begin(), now->end(), bytes), std::move(bytes));
        }
    }

    static void edit(typename Set::editor field, dice& from, std::optional<rendering>& now) {
        for (std::uint32_t n = 1 + from.below(3); n > 0; --n) {
            if (from.percent(55)) {
                insert(field, from, now);
            } else if (from.percent(85)) {
                // Mostly something that is there.
                T element = hostile_value<T>(from);
                if (now && !now->empty() && from.percent(70)) {
                    const auto size = static_cast<std::uint32_t>(now->size());
                    element = *codec<T>::decode((*now)[from.below(size)]);
                }
                if (now) {
                    std::erase(*now, encoded(element));
                }
                field.erase(std::move(element));
            } else {
                field.clear();
                now = rendering{};
            }
        }
    }

    static void replaced(const Set& wanted, std::optional<rendering>& now) { now = shown(wanted); }
};

}  // namespace detail

/// Present: an addition that no removal had seen.
template <class T>
struct policy_model<add_wins_set<T>> : detail::set_model<add_wins_set<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        rendering present;
        for (const auto& [element, edits] : detail::element_edits<T>(effects)) {
            const auto& all = edits;
            if (std::any_of(all.begin(), all.end(), [&](const auto& add) {
                    return !add.removes &&
                           std::none_of(all.begin(), all.end(), [&](const auto& other) {
                               return other.removes && saw(*other.effect, *add.effect);
                           });
                })) {
                present.push_back(element);
            }
        }
        return present;
    }
};

/// Present: added, and every removal was seen by a later addition.
template <class T>
struct policy_model<remove_wins_set<T>> : detail::set_model<remove_wins_set<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        rendering present;
        for (const auto& [element, edits] : detail::element_edits<T>(effects)) {
            const auto last = unseen_by_others(edits);
            if (std::none_of(last.begin(), last.end(),
                             [](const auto* each) { return each->removes; })) {
                present.push_back(element);
            }
        }
        return present;
    }
};

/// Everything that was ever added.
template <class T>
struct policy_model<grow_only_set<T>> : detail::set_model<grow_only_set<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        rendering present;
        for (const auto& [element, edits] : detail::element_edits<T>(effects)) {
            present.push_back(element);
        }
        return present;
    }

    static void
    edit(typename grow_only_set<T>::editor field, dice& from, std::optional<rendering>& now) {
        policy_model::insert(field, from, now);
    }

    static void replaced(const grow_only_set<T>& /*wanted*/, std::optional<rendering>& now) {
        now.reset();
    }
};

}  // namespace weft::testing

#endif
