/// The model of whole_record.
#ifndef WEFT_TESTING_POLICY_MODEL_WHOLE_RECORD_HPP
#define WEFT_TESTING_POLICY_MODEL_WHOLE_RECORD_HPP

#include <weft/merge/whole_record.hpp>
#include <weft/testing/policy_model/registers.hpp>

namespace weft::testing {

/// The latest of the writes without a server stamp that no other write had seen; if there is none,
/// the write with the greatest server stamp. And how many the former are.
template <class T>
struct policy_model<whole_record<T>> : detail::register_model<whole_record<T>, T> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        struct write {
            const seen_effect* effect = nullptr;
            T value;
            std::optional<std::uint64_t> server;
        };

        std::vector<write> all;
        for (const seen_effect& effect : effects) {
            byte_reader in(effect.payload);
            const auto mark = in.bytes(1);
            if (!mark || mark->front() > std::byte{1}) {
                continue;
            }
            std::optional<std::uint64_t> server;
            if (mark->front() == std::byte{1}) {
                const auto number = in.varint();
                if (!number) {
                    continue;
                }
                server = *number;
            }
            if (auto value = codec<T>::decode(in.rest())) {
                all.push_back({&effect, *std::move(value), server});
            }
        }
        const auto less = [](const write* a, const write* b) {
            return a->server != b->server ? a->server < b->server
                                          : stamped_before(*a->effect, *b->effect);
        };
        std::vector<const write*> pending = unseen_by_others(all);
        std::erase_if(pending, [](const write* each) { return each->server.has_value(); });
        std::vector<const write*> chosen = pending;
        for (const write& each : all) {
            if (pending.empty() && each.server) {
                chosen.push_back(&each);
            }
        }
        const auto best = std::max_element(chosen.begin(), chosen.end(), less);
        return {encoded(best == chosen.end() ? T{} : (*best)->value),
                encoded(std::uint64_t{pending.size()})};
    }

    [[nodiscard]] static rendering shown(const whole_record<T>& field) {
        return {encoded(field.value()), encoded(std::uint64_t{field.pending()})};
    }

    static void
    edit(typename whole_record<T>::editor field, dice& from, std::optional<rendering>& now) {
        const T value = hostile_value<T>(from);
        const std::uint64_t number = from.below(6);
        const std::uint32_t mood = from.below(10);
        now.reset();  // whether a stamp is the greatest, the value alone does not tell
        if (mood < 2) {
            field.assign(value, number);
        } else if (mood < 4) {
            field.confirm(number);
        } else {
            field = value;
            now = rendering{encoded(value), encoded(std::uint64_t{1})};
        }
    }

    static void replaced(const whole_record<T>& wanted, std::optional<rendering>& now) {
        now = rendering{encoded(wanted.value()), encoded(std::uint64_t{1})};
    }
};

}  // namespace weft::testing

#endif
