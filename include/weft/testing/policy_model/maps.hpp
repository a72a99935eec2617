/// The model of map_of: an update of a key counts unless a removal of the key had seen it; the key
/// is there while one counts, and its value is what the model of the values' policy makes of those
/// that count.
#ifndef WEFT_TESTING_POLICY_MODEL_MAPS_HPP
#define WEFT_TESTING_POLICY_MODEL_MAPS_HPP

#include <weft/merge/map_of.hpp>
#include <weft/testing/policy_model/basis.hpp>

#include <map>
#include <utility>

namespace weft::testing {

namespace detail {

/// A key and what its value shows, as one part of the map's rendering.
[[nodiscard]] inline byte_buffer shown_key(byte_span key, const rendering& value) {
    byte_buffer bytes;
    byte_writer out(bytes);
    out.varint(key.size());
    out.append(key);
    for (const byte_buffer& part : value) {
        out.varint(part.size());
        out.append(part);
    }
    return bytes;
}

/// What the value at key shows in the map's rendering, if the key is there.
[[nodiscard]] inline std::optional<rendering> value_shown(const rendering& map, byte_span key) {
    for (const byte_buffer& each : map) {
        byte_reader in(each);
        if (bytes_same(in.bytes(in.varint().value()).value(), key)) {
            rendering value;
            while (!in.empty()) {
                const byte_span part = in.bytes(in.varint().value()).value();
                value.emplace_back(part.begin(), part.end());
            }
            return value;
        }
    }
    return std::nullopt;
}

inline void show_key(rendering& map, byte_span key, const std::optional<rendering>& value) {
    std::erase_if(map, [&](const byte_buffer& each) {
        byte_reader in(each);
        return bytes_same(in.bytes(in.varint().value()).value(), key);
    });
    if (value) {
        map.push_back(shown_key(key, *value));
        std::sort(map.begin(), map.end());
    }
}

}  // namespace detail

template <class K, class P>
struct policy_model<map_of<K, P>> {
    using field_type = map_of<K, P>;
    using inner = policy_model<P>;

    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        rendering there;
        for (const auto& [key, edits] : edits_by_key(effects)) {
            std::vector<seen_effect> given;
            bool present = false;
            for (const key_edit& each : edits) {
                const bool removed =
                    std::any_of(edits.begin(), edits.end(), [&](const key_edit& other) {
                        return other.removes && !other.effect->undone &&
                               saw(*other.effect, *each.effect);
                    });
                const bool counts = each.updates && !removed && !each.effect->undone;
                if (counts || leaves_anchors<P>) {
                    seen_effect of = *each.effect;
                    of.payload = each.payload;
                    of.observed = each.observed;
                    of.undone = !counts;
                    given.push_back(std::move(of));
                }
                present |= counts;
            }
            if (present) {
                there.push_back(detail::shown_key(key, inner::expected(given)));
            }
        }
        std::sort(there.begin(), there.end());
        return there;
    }

    [[nodiscard]] static rendering shown(const field_type& field) {
        rendering all;
        for (const auto& [key, value] : field) {
            all.push_back(detail::shown_key(encoded(key), inner::shown(value)));
        }
        std::sort(all.begin(), all.end());
        return all;
    }

    [[nodiscard]] static field_type detached(dice& from) {
        field_type all;
        for (std::uint32_t n = from.below(3); n > 0; --n) {
            K key = hostile_value<K>(from);
            all.put(std::move(key), inner::detached(from));
        }
        return all;
    }

    static void edit(typename field_type::editor field, dice& from, std::optional<rendering>& now) {
        for (std::uint32_t n = 1 + from.below(3); n > 0; --n) {
            const K key = some_key(from, now);
            const byte_buffer name = encoded(key);
            const std::uint32_t choice = from.below(100);
            if (choice < 60) {
                edit_value(field, key, from, now);
            } else if (choice < 85) {
                field.erase(key);
                if (now) {
                    detail::show_key(*now, name, std::nullopt);
                }
            } else if (choice < 96) {
                const P wanted = inner::detached(from);
                field.put(key, wanted);
                std::optional<rendering> value = inner::shown(P{});
                inner::replaced(wanted, value);
                if (!value) {
                    now.reset();
                } else if (now) {
                    detail::show_key(*now, name, value);
                }
            } else {
                field.clear();
                now = rendering{};
            }
        }
    }

    static void replaced(const field_type& wanted, std::optional<rendering>& now) {
        now = shown(wanted);
    }

private:
    /// What an effect says of one key.
    struct key_edit {
        const seen_effect* effect = nullptr;
        bool removes = false;
        bool updates = false;
        byte_span payload{};
        std::vector<seen_event> observed{};
    };

    /// Mostly one that is there.
    [[nodiscard]] static K some_key(dice& from, const std::optional<rendering>& now) {
        if (now && !now->empty() && from.percent(70)) {
            byte_reader in((*now)[from.below(static_cast<std::uint32_t>(now->size()))]);
            return *codec<K>::decode(in.bytes(in.varint().value()).value());
        }
        return hostile_value<K>(from);
    }

    static void edit_value(typename field_type::editor& field,
                           const K& key,
                           dice& from,
                           std::optional<rendering>& now) {
        const byte_buffer name = encoded(key);
        const rendering fresh = inner::shown(P{});
        std::optional<rendering> value;
        if (now) {
            value = detail::value_shown(*now, name);
            value = value ? value : fresh;
        }
        inner::edit(field[key], from, value);
        // Edits that do nothing in all make no key, and these may have.
        if (!value || *value == fresh) {
            now.reset();
        } else if (now) {
            detail::show_key(*now, name, value);
        }
    }

    /// All edits by the key's encoding; nothing of an effect that can't be decoded.
    [[nodiscard]] static std::map<byte_buffer, std::vector<key_edit>>
    edits_by_key(const std::vector<seen_effect>& effects) {
        std::map<byte_buffer, std::vector<key_edit>> all;
        for (const seen_effect& effect : effects) {
            byte_reader whole(effect.payload);
            if (!field_type::decode(whole, effect.observed.size()) || !whole.empty()) {
                continue;
            }
            byte_reader in(effect.payload);
            auto dot = effect.observed.begin();
            while (!in.empty()) {
                const byte_span key = in.bytes(in.varint().value()).value();
                const std::uint64_t head = in.varint().value();
                key_edit edit{&effect, (head & 1U) != 0, (head & 2U) != 0};
                dot += static_cast<std::ptrdiff_t>(head / 8);
                if ((head & 4U) != 0) {
                    const auto last = dot + static_cast<std::ptrdiff_t>(in.varint().value());
                    edit.observed.assign(dot, last);
                    dot = last;
                    edit.payload = in.bytes(in.varint().value()).value();
                }
                all[byte_buffer(key.begin(), key.end())].push_back(std::move(edit));
            }
        }
        return all;
    }
};

}  // namespace weft::testing

#endif
