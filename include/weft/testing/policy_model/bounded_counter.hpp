/// The model of bounded_counter: batches of rights, each granted by one actor to one actor in one
/// effect. Who takes rights takes the oldest that it sees, its own before others'; a restart
/// removes the batches that it sees. What is left of all batches is above the bound.
#ifndef WEFT_TESTING_POLICY_MODEL_BOUNDED_COUNTER_HPP
#define WEFT_TESTING_POLICY_MODEL_BOUNDED_COUNTER_HPP

#include <weft/merge/bounded_counter.hpp>
#include <weft/testing/policy_model/basis.hpp>

#include <utility>

namespace weft::testing {

template <std::int64_t Min>
struct policy_model<bounded_counter<Min>> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        std::vector<wish> all;
        for (const seen_effect& effect : effects) {
            all.push_back(read(effect));
        }
        std::sort(all.begin(), all.end(), [](const wish& a, const wish& b) {
            return stamped_before(*a.effect, *b.effect);
        });
        std::vector<batch> batches;
        for (const wish& each : all) {
            const byte_span self = each.effect->actor;
            batches.push_back({self, self, each.effect, each.granted});
            std::uint64_t wanted = each.taken;
            for (batch* of : taken_from(batches, each, all)) {
                const std::uint64_t part = std::min(wanted, of->left);
                of->left -= part;
                wanted -= part;
            }
            for (const auto& [to, amount] : each.handed_on) {
                batches.push_back({self, to, each.effect, amount});
            }
        }
        std::int64_t value = Min;
        for (const batch& each : batches) {
            const bool removed = std::any_of(all.begin(), all.end(), [&](const wish& other) {
                return other.restarts && saw(*other.effect, *each.effect);
            });
            value += removed ? 0 : static_cast<std::int64_t>(each.left);
        }
        return {encoded(value)};
    }

    [[nodiscard]] static rendering shown(const bounded_counter<Min>& field) {
        return {encoded(field.value())};
    }

    [[nodiscard]] static bounded_counter<Min> detached(dice& from) {
        return from.percent(30) ? bounded_counter<Min>()
                                : bounded_counter<Min>(Min + std::int64_t{from.below(1000)});
    }

    static void
    edit(typename bounded_counter<Min>::editor field, dice& from, std::optional<rendering>& now) {
        const std::uint64_t before = field.rights();
        const std::uint64_t amount = from.percent(20) ? before : from.below(300);
        bool done = true;
        std::int64_t change = 0;
        if (from.percent(40)) {
            field += amount;
            change = static_cast<std::int64_t>(amount);
        } else if (from.percent(60)) {
            done = field.decrement(amount).has_value();
            change = done ? -static_cast<std::int64_t>(amount) : 0;
        } else {
            done = field.transfer(somebody(field.self(), from), amount).has_value();
        }
        WEFT_ASSERT(done || amount > before);
        if (now) {
            now = rendering{encoded(*codec<std::int64_t>::decode(now->front()) + change)};
        }
    }

    static void replaced(const bounded_counter<Min>& wanted, std::optional<rendering>& now) {
        now = shown(wanted);
    }

private:
    /// What an effect meant.
    struct wish {
        const seen_effect* effect = nullptr;
        std::uint64_t granted = 0;
        std::uint64_t taken = 0;
        std::vector<std::pair<byte_span, std::uint64_t>> handed_on;
        bool restarts = false;
    };

    struct batch {
        byte_span from;
        byte_span to;
        const seen_effect* effect = nullptr;
        std::uint64_t left = 0;
    };

    [[nodiscard]] static wish read(const seen_effect& effect) {
        byte_reader in(effect.payload);
        const auto next = [&] { return in.varint().value(); };
        wish what{&effect, 0, 0, {}, false};
        const unsigned flags = in.u8().value();
        what.granted = (flags & 1U) != 0 ? next() : 0;
        what.taken = (flags & 2U) != 0 ? next() : 0;
        if ((flags & 4U) != 0) {
            static_cast<void>(next());
        }
        for (std::uint64_t n = (flags & 8U) != 0 ? next() : 0; n > 0; --n) {
            what.taken += next();
            static_cast<void>(next());
        }
        for (std::uint64_t n = (flags & 16U) != 0 ? next() : 0; n > 0; --n) {
            const byte_span to = in.bytes(in.u8().value()).value();
            what.handed_on.emplace_back(to, next());
        }
        what.restarts = !in.empty();
        return what;
    }

    /// The batches that its writer may take from, in order.
    [[nodiscard]] static std::vector<batch*>
    taken_from(std::vector<batch>& batches, const wish& by, const std::vector<wish>& all) {
        const byte_span self = by.effect->actor;
        const auto same = [](byte_span a, byte_span b) {
            return std::equal(a.begin(), a.end(), b.begin(), b.end());
        };
        std::vector<batch*> found;
        for (batch& each : batches) {
            const bool own = each.effect == by.effect;
            const bool sees = own || saw(*by.effect, *each.effect);
            if (!same(each.to, self) || !sees || (by.restarts && !own)) {
                continue;
            }
            if (std::none_of(all.begin(), all.end(), [&](const wish& other) {
                    return other.restarts && saw(*by.effect, *other.effect) &&
                           saw(*other.effect, *each.effect);
                })) {
                found.push_back(&each);
            }
        }
        std::stable_sort(found.begin(), found.end(), [&](const batch* a, const batch* b) {
            const bool own = same(a->from, self);
            return own != same(b->from, self) ? own : !own && bytes_less(a->from, b->from);
        });
        return found;
    }

    /// An actor of the simulator's, or one that nobody is.
    [[nodiscard]] static actor_name somebody(byte_span self, dice& from) {
        actor_name to(self);
        const std::uint32_t mood = from.below(5);
        for (std::size_t i = 0; mood < 2 && i < to.size; ++i) {
            to.bytes[i] = mood == 0 ? std::byte{0} : std::byte{0xFF};
        }
        if (mood > 2 && to.size != 0) {
            std::byte& last = to.bytes[to.size - 1];
            last =
                static_cast<std::byte>(std::to_integer<unsigned>(last) + (mood == 3 ? 1U : 255U));
        }
        return to;
    }
};

}  // namespace weft::testing

#endif
