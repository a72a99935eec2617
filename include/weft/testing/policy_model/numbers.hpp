/// The models of counter and real_counter.
#ifndef WEFT_TESTING_POLICY_MODEL_NUMBERS_HPP
#define WEFT_TESTING_POLICY_MODEL_NUMBERS_HPP

#include <weft/merge/counter.hpp>
#include <weft/merge/real_counter.hpp>
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

/// The same with doubles, summed exactly.
template <>
struct policy_model<real_counter> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        struct contribution {
            const seen_effect* effect;
            exact_sum amount;
            bool restarts;  ///< takes back what its writer had seen
        };

        std::vector<contribution> all;
        for (const seen_effect& effect : effects) {
            byte_reader in(effect.payload);
            if (const auto amount = exact_sum::read(in)) {
                all.push_back({&effect, *amount, !in.empty()});
            }
        }
        exact_sum sum;
        for (const contribution& one : all) {
            if (std::none_of(all.begin(), all.end(), [&](const contribution& other) {
                    return other.restarts && saw(*other.effect, *one.effect);
                })) {
                sum += one.amount;
            }
        }
        return {encoded(sum.value())};
    }

    [[nodiscard]] static rendering shown(const real_counter& field) {
        return {encoded(field.value())};
    }

    [[nodiscard]] static real_counter detached(dice& from) {
        return from.percent(30) ? real_counter() : real_counter(amount(from));
    }

    /// What is shown is rounded, so what will be shown can't be told from it.
    static void edit(real_counter::editor field, dice& from, std::optional<rendering>& now) {
        field += amount(from);
        now = rendering{encoded(field.value())};
    }

    static void replaced(const real_counter& wanted, std::optional<rendering>& now) {
        now = shown(wanted);
    }

private:
    [[nodiscard]] static double amount(dice& from) {
        const auto number = hostile_value<double>(from);
        return is_finite(number) ? number : 0.1 * from.below(100);
    }
};

}  // namespace weft::testing

#endif
