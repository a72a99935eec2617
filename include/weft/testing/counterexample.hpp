/// How a broken law is shown to people: the replicas, the operations with what their writers had
/// seen, the deliveries in their order, and the states that should be one. An operation is the
/// letter of its actor and its sequence (B2); an event has the ordinal of its mutation behind it
/// (B2.1). Needs rapidcheck, which knows how to write values of most types.
#ifndef WEFT_TESTING_COUNTEREXAMPLE_HPP
#define WEFT_TESTING_COUNTEREXAMPLE_HPP

#include <weft/base/bytes.hpp>
#include <weft/testing/causal_history.hpp>

#if defined(__cpp_exceptions) && defined(__cpp_rtti)

#    include <rapidcheck.h>

#    include <sstream>
#    include <string>
#    include <string_view>

namespace weft::testing {

/// Bytes in hexadecimal digits, the first 48 of them; "none" if there are none.
[[nodiscard]] inline std::string hex_of(byte_span bytes) {
    constexpr std::size_t shown_max = 48;
    constexpr std::string_view digits = "0123456789abcdef";
    if (bytes.empty()) {
        return "none";
    }
    std::string text;
    for (std::size_t i = 0; i < bytes.size() && i < shown_max; ++i) {
        text += digits[std::to_integer<unsigned>(bytes[i]) >> 4U];
        text += digits[std::to_integer<unsigned>(bytes[i]) & 15U];
    }
    if (bytes.size() > shown_max) {
        text += "... (" + std::to_string(bytes.size()) + " bytes)";
    }
    return text;
}

template <class Visible>
[[nodiscard]] std::string reading_line(std::string_view name, const Visible& shown) {
    std::ostringstream text;
    text << "\n    " << name << ": reads ";
    rc::show(shown, text);
    return text.str();
}

template <class Visible>
[[nodiscard]] std::string
state_line(std::string_view name, byte_span written, const Visible& shown) {
    return reading_line(name, shown) + ", bytes " + hex_of(written);
}

[[nodiscard]] inline char letter_of(std::size_t actor) {
    return static_cast<char>('A' + actor);
}

[[nodiscard]] inline std::string name_of(std::size_t actor, sequence number) {
    return letter_of(actor) + std::to_string(number);
}

[[nodiscard]] inline std::string name_of(const global_event& event) {
    return name_of(event.actor, event.sequence) + "." + std::to_string(event.ordinal);
}

/// "A2 C1": the operations up to these; "nothing".
[[nodiscard]] inline std::string text_of(const seen_counts& seen) {
    std::string text;
    for (std::size_t actor = 0; actor < seen.size(); ++actor) {
        if (seen[actor] != 0) {
            text += text.empty() ? "" : " ";
            text += name_of(actor, seen[actor]);
        }
    }
    return text.empty() ? "nothing" : text;
}

/// Everything that a world (causal_world.hpp) did so far.
template <class World>
[[nodiscard]] std::string text_of(const World& all) {
    std::ostringstream text;
    text << "  operations (each replica is the actor of its letter; ids grow from A to D):\n";
    for (const auto& op : all.operations()) {
        text << "    " << name_of(op.actor, op.sequence) << " at time " << op.at
             << ", its writer saw " << text_of(op.past) << "\n";
        for (const auto& each : op.mutations) {
            text << "      " << name_of({op.actor, op.sequence, each.ordinal}) << " "
                 << (each.lies       ? "lies: "
                     : each.replaces ? "replaces: "
                                     : "edits: ")
                 << hex_of(each.payload);
            for (const global_event& dot : each.observed) {
                text << (&dot == each.observed.data() ? ", observed " : " ") << name_of(dot);
            }
            text << "\n";
        }
    }
    text << "  deliveries, in order (its own included):\n";
    for (std::size_t r = 0; r < world_size; ++r) {
        text << "    " << letter_of(r) << ":";
        for (const std::size_t each : all.delivered_to(r)) {
            const auto& op = all.operations()[each];
            text << " " << name_of(op.actor, op.sequence);
        }
        text << "\n";
    }
    text << "  at that moment: " << all.moment() << "\n";
    return text.str();
}

}  // namespace weft::testing

#endif

#endif
