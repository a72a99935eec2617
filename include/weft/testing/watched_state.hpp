/// A state with what can be seen of it from outside: the bytes that it writes, its sum and what is
/// read. Each is found out once, until the state changes: the laws compare states all the time.
#ifndef WEFT_TESTING_WATCHED_STATE_HPP
#define WEFT_TESTING_WATCHED_STATE_HPP

#include <weft/base/hasher.hpp>
#include <weft/testing/counterexample.hpp>
#include <weft/testing/policy_use.hpp>

#include <optional>
#include <string>
#include <utility>

#if defined(__cpp_exceptions) && defined(__cpp_rtti)

namespace weft::testing {

template <policy P>
[[nodiscard]] byte_buffer written_by(const P& state, const actor_order& actors) {
    byte_buffer bytes;
    byte_writer out(bytes);
    state.write_state(out, actors);
    return bytes;
}

/// Asked always with the same actors and use. Not thread-safe, not even to read.
template <policy P, class How>
class watched_state {
public:
    using use_type = policy_use<P, How>;
    using visible = typename use_type::visible;

    watched_state() = default;

    explicit watched_state(P state) : state_(std::move(state)) {}

    /// Of a copy nothing is known yet: copying, too, is the policy's.
    watched_state(const watched_state& other) : state_(other.state_) {}

    watched_state& operator=(const watched_state& other) {
        change() = other.state_;
        return *this;
    }

    // Throwing or not as the policy is.
    watched_state(watched_state&&) = default;             // NOLINT(*-noexcept-move-constructor)
    watched_state& operator=(watched_state&&) = default;  // NOLINT(*-noexcept-move-constructor)
    ~watched_state() = default;

    [[nodiscard]] const P& state() const noexcept { return state_; }

    /// To be changed now; what was found out is forgotten.
    [[nodiscard]] P& change() noexcept {
        reading_.reset();
        bytes_.reset();
        return state_;
    }

    [[nodiscard]] const visible& reading(use_type use) const {
        if (!reading_) {
            reading_.emplace(use.read(state_));
        }
        return *reading_;
    }

    [[nodiscard]] const byte_buffer& bytes(const actor_order& actors) const {
        if (!bytes_) {
            bytes_.emplace(written_by(state_, actors));
        }
        return *bytes_;
    }

    /// Nothing where the policy keeps no sum.
    [[nodiscard]] digest<16> sum() const {
        if constexpr (requires(const P& state) { state.digest_sum(); }) {
            return state_.digest_sum();
        } else {
            return {};
        }
    }

    /// A line of a counterexample.
    [[nodiscard]] std::string
    line(std::string_view name, const actor_order& actors, use_type use) const {
        return state_line(name, bytes(actors), reading(use));
    }

private:
    P state_{};
    mutable std::optional<visible> reading_;
    mutable std::optional<byte_buffer> bytes_;
};

}  // namespace weft::testing

#endif

#endif
