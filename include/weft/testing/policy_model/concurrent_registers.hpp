/// The models of resolved and state_machine.
#ifndef WEFT_TESTING_POLICY_MODEL_CONCURRENT_REGISTERS_HPP
#define WEFT_TESTING_POLICY_MODEL_CONCURRENT_REGISTERS_HPP

#include <weft/merge/resolved.hpp>
#include <weft/merge/state_machine.hpp>
#include <weft/testing/policy_model/registers.hpp>

namespace weft::testing {

/// The assignments that no other assignment had seen, by stamp, and what the function makes of
/// them. The oracle calls the function with the values turned round: one that depends on their
/// order, or remembers, differs from the field.
template <class T, class Fn>
struct policy_model<resolved<T, Fn>> : detail::register_model<resolved<T, Fn>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        const auto all = detail::assignments<T>(effects);
        auto live = unseen_by_others(all);
        std::sort(live.begin(), live.end(), [](const auto* a, const auto* b) {
            return stamped_before(*b->effect, *a->effect);
        });
        lean_vector<T> turned;
        rendering values;
        for (const auto* each : live) {
            turned.push_back(each->value);
            values.insert(values.begin(), encoded(each->value));
        }
        values.push_back(encoded(turned.empty()       ? T{}
                                 : turned.size() == 1 ? turned.front()
                                                      : T(Fn{}(lean_span<T>(turned)))));
        return values;
    }

    /// The live values, then what is read.
    [[nodiscard]] static rendering shown(const resolved<T, Fn>& field) {
        rendering values;
        for (const T& each : field.values()) {
            values.push_back(encoded(each));
        }
        values.push_back(encoded(field.value()));
        return values;
    }

    static void
    edit(typename resolved<T, Fn>::editor field, dice& from, std::optional<rendering>& now) {
        const T value = hostile_value<T>(from);
        field = value;
        now = rendering{encoded(value), encoded(value)};
    }

    static void replaced(const resolved<T, Fn>& wanted, std::optional<rendering>& now) {
        now = rendering{encoded(wanted.value()), encoded(wanted.value())};
    }
};

/// Of the transitions that no other had seen the last one that the table has; if it has none of
/// them, the state that the writer of the last one saw.
template <class Enum, class Machine>
struct policy_model<state_machine<Enum, Machine>> {
    using policy_type = state_machine<Enum, Machine>;

    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        struct move {
            const seen_effect* effect;
            std::optional<Enum> from;
            Enum to;
        };

        std::vector<move> all;
        for (const seen_effect& effect : effects) {
            byte_reader in(effect.payload);
            const auto mark = in.varint();
            if (mark && *mark == 0) {
                if (const auto to = codec<Enum>::decode(in.rest())) {
                    all.push_back({&effect, std::nullopt, *to});
                }
            } else if (mark) {
                const auto seen = in.bytes(*mark - 1);
                const auto from = seen ? codec<Enum>::decode(*seen) : result<Enum>(seen.error());
                const auto to = codec<Enum>::decode(in.rest());
                if (from && to) {
                    all.push_back({&effect, *from, *to});
                }
            }
        }
        auto live = unseen_by_others(all);
        std::sort(live.begin(), live.end(), [](const auto* a, const auto* b) {
            return stamped_before(*a->effect, *b->effect);
        });
        Enum state = Machine::initial;
        bool found = false;
        for (const move* each : live) {
            const bool valid =
                !each->from || std::any_of(std::begin(Machine::table), std::end(Machine::table),
                                           [&](const auto& row) {
                                               return row.from == *each->from && row.to == each->to;
                                           });
            if (valid || !found) {
                state = valid ? each->to : *each->from;
            }
            found |= valid;
        }
        return {encoded(state)};
    }

    [[nodiscard]] static rendering shown(const policy_type& field) {
        return {encoded(field.value())};
    }

    [[nodiscard]] static policy_type detached(dice& from) {
        return from.percent(50) ? policy_type() : policy_type(any_state(from));
    }

    static void
    edit(typename policy_type::editor field, dice& from, std::optional<rendering>& now) {
        const Enum next = any_state(from);
        if (field.to(next)) {
            now = rendering{encoded(next)};
        }
    }

    static void replaced(const policy_type& wanted, std::optional<rendering>& now) {
        now = shown(wanted);
    }

private:
    /// One that the table has.
    [[nodiscard]] static Enum any_state(dice& from) {
        const auto rows = static_cast<std::uint32_t>(std::size(Machine::table));
        const auto& row = Machine::table[from.below(rows)];
        return from.percent(50) ? row.from : row.to;
    }
};

}  // namespace weft::testing

#endif
