/// The model of counter.
#ifndef WEFT_TESTING_POLICY_MODEL_NUMBERS_HPP
#define WEFT_TESTING_POLICY_MODEL_NUMBERS_HPP

#include <weft/merge/counter.hpp>
#include <weft/testing/policy_model/basis.hpp>

namespace weft::testing {

/// The sum of all amounts but those that a later restart had seen, modulo 2^64.
template <>
struct policy_model<counter> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        struct contribution {
            const seen_effect* effect;
            std::int64_t amount;
            bool restarts;  ///< takes back what its writer had seen
        };

        std::vector<contribution> all;
        for (const seen_effect& effect : effects) {
            byte_reader in(effect.payload);
            if (const auto amount = in.varint()) {
                all.push_back({&effect, unzigzag(*amount), !in.empty()});
            }
        }
        std::uint64_t sum = 0;
        for (const contribution& one : all) {
            if (std::none_of(all.begin(), all.end(), [&](const contribution& other) {
                    return other.restarts && saw(*other.effect, *one.effect);
                })) {
                sum += static_cast<std::uint64_t>(one.amount);
            }
        }
        return {encoded(static_cast<std::int64_t>(sum))};
    }

    [[nodiscard]] static rendering shown(const counter& field) { return {encoded(field.value())}; }

    [[nodiscard]] static counter detached(dice& from) {
        return from.percent(30) ? counter() : counter(hostile_value<std::int64_t>(from));
    }

    static void edit(counter::editor field, dice& from, std::optional<rendering>& now) {
        const auto amount = hostile_value<std::int64_t>(from);
        const bool down = from.percent(30);
        if (down) {
            field -= amount;
        } else {
            field += amount;
        }
        if (now) {
            auto sum = static_cast<std::uint64_t>(*codec<std::int64_t>::decode(now->front()));
            const auto bits = static_cast<std::uint64_t>(amount);
            sum = down ? sum - bits : sum + bits;
            now = rendering{encoded(static_cast<std::int64_t>(sum))};
        }
    }

    static void replaced(const counter& wanted, std::optional<rendering>& now) {
        now = shown(wanted);
    }
};

}  // namespace weft::testing

#endif
