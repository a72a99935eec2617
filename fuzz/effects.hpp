/// Fuzz body: the first byte names a policy, the second the number of observed dots, and the rest
/// is an effect's payload. What is accepted encodes to the same bytes, and is applied, twice under
/// two events and to a state with something in it; then the state is written down and read.
#ifndef WEFT_FUZZ_EFFECTS_HPP
#define WEFT_FUZZ_EFFECTS_HPP

#include <weft/merge.hpp>
#include <weft/model/json_text.hpp>
#include <weft/model/value_text.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace weft::fuzz {

namespace detail {

struct effect_rules {
    enum class state : std::uint8_t { open, taken, closed };
    static constexpr std::uint32_t number = 1;
    static constexpr uuid ids[] = {uuid::of(0, 1)};
    static constexpr state initial = state::open;
    static constexpr transition<state> table[] = {{state::open, state::taken},
                                                  {state::taken, state::closed}};

    std::int64_t operator()(lean_span<std::int64_t> values) const { return values.front(); }
};

inline void expect(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// Events of two actors, so that dots can name what was there and what was not.
struct effect_events {
    std::byte ids[32]{};

    effect_events() { ids[31] = std::byte{1}; }

    [[nodiscard]] event at(std::uint32_t slot, sequence number) const {
        return {{{{slot}, number}, 0}, timestamp{number}, {ids, 16}};
    }
};

template <class P>
void one_effect(byte_span payload, std::size_t dots) {
    byte_reader in(payload);
    const auto read = P::decode(in, dots);
    if (!read) {
        expect(read.error().offset <= payload.size() && in.offset() == 0);
        return;
    }
    if (!in.empty()) {
        return;
    }
    byte_buffer again;
    byte_writer out(again);
    P::encode(*read, out);
    expect(bytes_same(again, payload));
    const effect_events events;
    observed_list named;
    for (std::size_t i = 0; i < dots; ++i) {
        const auto number = static_cast<std::uint32_t>(i);
        named.push_back({{{number % 2}, 1 + number / 2}, 0});
    }
    P state;
    null_report quiet;
    for (const event& at : {events.at(0, 1), events.at(1, 1), events.at(0, 2)}) {
        auto sent = *read;
        static_cast<void>(state.apply(std::move(sent), named, at, quiet));
    }
    byte_buffer written;
    byte_writer to(written);
    state.write_state(to, {events.ids, 16});
    const P copy = state;
    expect(copy == state);
    std::string text;
    append_json_field(text, state);
    expect(!text.empty());
}

template <class... Policies>
void nth_policy(std::size_t which, byte_span payload, std::size_t dots) {
    std::size_t number = 0;
    (static_cast<void>(number++ == which ? one_effect<Policies>(payload, dots) : void()), ...);
}

}  // namespace detail

inline int effects(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    using rules = detail::effect_rules;
    detail::nth_policy<json, map_of<std::string, json>, map_of<std::int32_t, counter>,
                       map_of<std::string, map_of<bool, lww<std::int64_t>>>,
                       map_of<std::uint8_t, remove_wins_set<std::string>>,
                       map_of<std::uint8_t, max<double>>, map_of<bool, bounded_counter<0>>,
                       list<std::string>, lww<std::string>, lww<json_value>, fww<std::int64_t>,
                       multi_value<std::string>, max<double>, min<float>, counter, real_counter,
                       bounded_counter<-5>, enable_wins, disable_wins, add_wins_set<std::string>,
                       remove_wins_set<std::int64_t>, grow_only_set<uuid>, lww_set<std::string>,
                       whole_record<byte_buffer>, authority<std::int64_t, rules>,
                       concurrent_authority<std::int64_t, rules>, resolved<std::int64_t, rules>,
                       state_machine<rules::state, rules>>(
        data[0], std::as_bytes(std::span(data, size)).subspan(2), data[1] % 16U);
    return 0;
}

}  // namespace weft::fuzz

#endif
