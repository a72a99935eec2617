/// What happened, as an oracle is told: for each event what its writer meant and what it had seen.
/// An oracle computes what must be read from that alone, by the policy's sequential specification
/// (Burckhardt et al., POPL 2014: a replicated data type is a function of the visible events and
/// their order), as slowly and obviously as it likes.
#ifndef WEFT_TESTING_CAUSAL_HISTORY_HPP
#define WEFT_TESTING_CAUSAL_HISTORY_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/causal/dot.hpp>

#include <array>
#include <compare>
#include <ostream>
#include <tuple>
#include <vector>

namespace weft::testing {

/// A value by its encoding, which compares where == would not: -0 and NaN are values like any
/// other.
template <class T>
struct exactly {
    byte_buffer bytes;

    exactly() = default;

    explicit exactly(const T& value) : bytes(encoded(value)) {}

    friend bool operator==(const exactly&, const exactly&) = default;

    friend bool operator<(const exactly& a, const exactly& b) {
        return bytes_less(a.bytes, b.bytes);
    }

    /// For counterexamples: the value where it can be written, else its bytes.
    friend std::ostream& operator<<(std::ostream& out, const exactly& value) {
        if constexpr (requires(const T& t) { out << t; }) {
            if (auto decoded = codec<T>::decode(value.bytes)) {
                return out << *decoded;
            }
        }
        constexpr const char* digits = "0123456789abcdef";
        for (const std::byte each : value.bytes) {
            out << digits[std::to_integer<unsigned>(each) >> 4U]
                << digits[std::to_integer<unsigned>(each) & 15U];
        }
        return out;
    }
};

/// How many replicas a world of the laws has; each is one actor, numbered by the order of ids.
inline constexpr std::size_t world_size = 4;

/// Operations per actor that are held or were seen.
using seen_counts = std::array<sequence, world_size>;

/// Names an event outside any replica.
struct global_event {
    std::size_t actor = 0;
    weft::sequence sequence = 0;
    std::uint32_t ordinal = 0;
    friend auto operator<=>(const global_event&, const global_event&) = default;
};

template <class Meaning>
struct past_event {
    global_event id{};
    std::uint64_t at = 0;
    seen_counts past{};  ///< before its operation
    Meaning what{};

    /// Whether this event's writer had seen the other: it is in the causal past.
    [[nodiscard]] bool saw(const past_event& other) const {
        if (other.id.actor == id.actor && other.id.sequence == id.sequence) {
            return other.id.ordinal < id.ordinal;
        }
        return other.id.sequence <= past[other.id.actor];
    }

    /// The total order of stamps; later ordinals of one operation are later.
    [[nodiscard]] bool stamped_before(const past_event& other) const {
        return std::tuple(at, id.actor, id.sequence, id.ordinal) <
               std::tuple(other.at, other.id.actor, other.id.sequence, other.id.ordinal);
    }
};

/// What a replica holds, in no meaningful order.
template <class Meaning>
using history = std::vector<const past_event<Meaning>*>;

/// Those that no other saw.
template <class Meaning>
history<Meaning> maximal(const history<Meaning>& all) {
    history<Meaning> found;
    for (const auto* each : all) {
        bool covered = false;
        for (const auto* other : all) {
            covered |= other->saw(*each);
        }
        if (!covered) {
            found.push_back(each);
        }
    }
    return found;
}

}  // namespace weft::testing

#endif
