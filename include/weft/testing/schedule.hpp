/// What happens in a simulation, as data: a schedule is a list of steps, each with its own seed, so
/// that any part of a schedule is a schedule too. That is what makes failures shrink: leaving out a
/// step changes no other, and operations are made while it runs, so causality can't break. A
/// schedule comes from a seed, or from any bytes (a fuzzer's).
#ifndef WEFT_TESTING_SCHEDULE_HPP
#define WEFT_TESTING_SCHEDULE_HPP

#include <weft/base/bytes.hpp>
#include <weft/testing/hostile_values.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace weft::testing {

/// What one step does. `who` does it; `with` is the other replica where there is one.
enum class action : std::uint8_t {
    write,      ///< a random transaction, sometimes given up half way
    join,       ///< an operation that joins several heads
    send,       ///< a delta enters the network
    deliver,    ///< a batch arrives: once, twice, late, damaged or never
    clock,      ///< the wall clock stands, jumps or runs back
    poll,       ///< what was parked for its time is released
    backup,     ///< save() is put aside
    restart,    ///< goes on from its bytes, or from an older backup under a fresh actor id
    reissue,    ///< makes unsent operations anew under a fresh actor id
    partition,  ///< the network falls into parts
    heal,       ///< and is whole again
    undo,       ///< an operation of anybody's is undone, or redone
};

inline constexpr std::size_t action_count = 12;

[[nodiscard]] constexpr std::string_view name_of(action what) noexcept {
    constexpr std::array<std::string_view, action_count> names{
        "write",  "join",    "send",    "deliver",   "clock", "poll",
        "backup", "restart", "reissue", "partition", "heal",  "undo"};
    return names[static_cast<std::size_t>(what)];
}

struct step {
    action what{};
    std::uint8_t who = 0;   ///< modulo the number of replicas
    std::uint8_t with = 0;  ///< likewise
    std::uint64_t seed = 0;

    friend bool operator==(const step&, const step&) = default;
};

struct schedule {
    std::uint64_t seed = 0;        ///< where it came from, for people
    std::uint32_t replicas = 3;    ///< 3 to 8
    std::uint32_t records = 2;     ///< per collection: few, so that writers meet
    std::uint32_t erases = 15;     ///< of 100 edits
    std::uint32_t damage = 3;      ///< of 100 deliveries
    std::uint32_t losses = 10;     ///< of 100 deliveries
    std::uint32_t parked = 65536;  ///< limit on parked operations
    std::uint32_t checkpoint = 0;  ///< replica_options::checkpoint_every
    std::uint64_t max_skew_ms = 1000;
    bool long_texts = false;  ///< strings of 1 MiB now and then
    std::vector<step> steps;

    friend bool operator==(const schedule&, const schedule&) = default;
};

/// A schedule with weights of its own (swarm testing; Groce et al. 2012): what is left out or
/// frequent differs from seed to seed.
[[nodiscard]] inline schedule schedule_of(std::uint64_t seed) {
    dice from(seed ^ 0x5EEDU);
    schedule made;
    made.seed = seed;
    made.replicas = from.percent(60) ? 3 + from.below(2) : 3 + from.below(6);
    made.records = 1 + from.below(3);
    made.erases = from.percent(20) ? 0 : 5 + from.below(35);
    made.damage = from.percent(50) ? 0 : from.below(10);
    made.losses = from.percent(40) ? 0 : from.below(40);
    made.parked = from.percent(85) ? 65536 : from.below(6);
    made.checkpoint = from.percent(70) ? 0 : 1 + from.below(10);
    made.max_skew_ms = from.percent(80) ? 1000 : 0;
    made.long_texts = from.below(500) == 0;
    // Undos come in afterwards, so that a seed means what it meant before there were any.
    std::array<std::uint32_t, action_count - 1> weights{34, 2, 22, 26, 5, 2, 2, 3, 1, 2, 2};
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const auto what = static_cast<action>(i);
        if (what != action::write && what != action::send && what != action::deliver) {
            weights[i] *= from.percent(35) ? 0 : 1 + from.below(3);
        } else {
            weights[i] += from.below(weights[i]);
        }
    }
    std::uint32_t total = 0;
    for (const std::uint32_t weight : weights) {
        total += weight;
    }
    made.steps.resize(24 + from.below(41));
    for (step& each : made.steps) {
        std::uint32_t at = from.below(total);
        std::size_t what = 0;
        for (; at >= weights[what]; ++what) {
            at -= weights[what];
        }
        each = {static_cast<action>(what), static_cast<std::uint8_t>(from.below(256)),
                static_cast<std::uint8_t>(from.below(256)), from.bits()};
    }
    dice aside(seed ^ 0x0DD0U);
    const std::uint32_t undos = aside.percent(40) ? 0 : 3 + aside.below(20);
    for (step& each : made.steps) {
        each.what = aside.percent(undos) ? action::undo : each.what;
    }
    return made;
}

/// Any bytes as a schedule on four replicas: two bytes a step and one for its seed.
[[nodiscard]] inline schedule schedule_of(byte_span bytes) {
    constexpr std::size_t steps_max = 200;
    schedule made;
    made.replicas = 4;
    const auto number = [&](std::size_t at) {
        return at < bytes.size() ? std::to_integer<std::uint8_t>(bytes[at]) : std::uint8_t{0};
    };
    made.records = 1 + number(0) % 3U;
    made.parked = (number(0) & 4U) != 0 ? 2 : 65536;
    made.checkpoint = (number(0) & 8U) != 0 ? 3 : 0;
    made.max_skew_ms = (number(0) & 16U) != 0 ? 0 : 1000;
    for (std::size_t at = 1; at < bytes.size() && made.steps.size() < steps_max; at += 3) {
        const std::uint8_t who = number(at + 1);
        const auto what = number(at) >= 242 ? action::undo : static_cast<action>(number(at) % 11U);
        made.steps.push_back({what, static_cast<std::uint8_t>(who & 15U),
                              static_cast<std::uint8_t>(who >> 4U), number(at + 2)});
    }
    return made;
}

/// Leaves out steps, ever fewer at once, as long as what is left still fails (Zeller, ddmin).
/// `fails(schedule)` says whether it does.
template <class Fails>
[[nodiscard]] schedule shrunk(schedule failing, Fails&& fails) {
    for (std::size_t part = failing.steps.size() / 2; part > 0; part /= 2) {
        for (std::size_t at = 0; at < failing.steps.size();) {
            schedule smaller = failing;
            const auto first = smaller.steps.begin() + static_cast<std::ptrdiff_t>(at);
            const std::size_t left = failing.steps.size() - at;
            smaller.steps.erase(first,
                                first + static_cast<std::ptrdiff_t>(part < left ? part : left));
            if (fails(static_cast<const schedule&>(smaller))) {
                failing = std::move(smaller);
            } else {
                at += part;
            }
        }
    }
    return failing;
}

}  // namespace weft::testing

#endif
