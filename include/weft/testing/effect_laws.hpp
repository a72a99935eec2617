/// The laws of a single effect: its bytes, and what observe() makes of it. Cost: a few encodings.
#ifndef WEFT_TESTING_EFFECT_LAWS_HPP
#define WEFT_TESTING_EFFECT_LAWS_HPP

#include <weft/merge/policy.hpp>
#include <weft/merge/writer.hpp>
#include <weft/testing/chance.hpp>
#include <weft/testing/policy_law.hpp>

#if defined(__cpp_exceptions)

namespace weft::testing {

template <policy P>
[[nodiscard]] byte_buffer payload_of(const typename P::effect& sent) {
    byte_buffer bytes;
    byte_writer out(bytes);
    P::encode(sent, out);
    return bytes;
}

/// Reads what an honest writer sent with that many dots; all of it must be read.
template <policy P>
[[nodiscard]] typename P::effect decoded_effect(const byte_buffer& payload, std::size_t dots) {
    byte_reader in(payload);
    auto sent = P::decode(in, dots);
    require(sent.has_value(), policy_law::round_trip, "what was encoded is not decoded");
    require(in.empty(), policy_law::round_trip, "something of what was encoded is not read");
    return *std::move(sent);
}

/// Whatever is accepted of any bytes stands for itself: it encodes to what was read.
template <policy P>
void check_any_bytes(const byte_buffer& bytes, std::size_t dots) {
    byte_reader in(bytes);
    const auto accepted = P::decode(in, dots);
    if (!accepted) {
        require(in.offset() == 0U, policy_law::refusal, "the reader was moved on");
        return;
    }
    require(!accepted->empty(), policy_law::canonical, "an empty effect was decoded");
    byte_buffer back = payload_of<P>(*accepted);
    back.insert(back.end(), in.rest().begin(), in.rest().end());
    require(back == bytes, policy_law::canonical, "bytes in another form were accepted");
}

/// The bytes of an effect: read back, cut short, damaged and with something behind them.
template <policy P>
void check_codec(const typename P::effect& sent,
                 const byte_buffer& payload,
                 std::size_t dots,
                 chance& random) {
    constexpr std::size_t damaged_max = 4096;
    const auto decoded = decoded_effect<P>(payload, dots);
    require(decoded == sent, policy_law::round_trip, "another effect was decoded");
    require(!decoded.empty(), policy_law::round_trip, "an empty effect was decoded");
    require(payload_of<P>(decoded) == payload, policy_law::round_trip,
            "the decoded effect encodes to other bytes");
    if (payload.size() >= damaged_max) {
        return;
    }
    byte_buffer damaged = payload;
    const std::size_t how = damaged.empty() ? 2 : random.below(5);
    if (how < 2) {
        damaged.resize(random.below(damaged.size()));
    } else if (how > 2) {
        damaged[random.below(damaged.size())] ^= static_cast<std::byte>(1 + random.below(255));
    } else {
        damaged.push_back(static_cast<std::byte>(random.below(256)));
    }
    check_any_bytes<P>(damaged, random.one_in(3) ? random.below(4) : dots);
}

/// An operation that is made again decodes its effects and lets the state complete them anew.
template <policy P>
void check_observed_again(const P& state,
                          const typename P::effect& sent,
                          const observed_list& dots,
                          const writer& by) {
    auto again = decoded_effect<P>(payload_of<P>(sent), dots.size());
    if constexpr (requires { P::readdress(again, dots); }) {
        P::readdress(again, dots);
    }
    observed_list observed;
    observe_as(state, again, observed, by);
    require(again == sent, policy_law::observed_again, "the effect is another");
    require(observed == dots, policy_law::observed_again, "the dots are others");
}

}  // namespace weft::testing

#endif

#endif
