/// The hybrid logical clock of one replica (Kulkarni, Demirbas, Madappa, Avva, Leone 2014). tick()
/// gives strictly increasing timestamps that are at least the wall clock's, whether that stands,
/// steps back or is coarse; when too many fall into one millisecond the logical part carries into
/// the wall part. witness() joins the time of admitted remote operations, so that a later local one
/// is stamped after them. Timestamps too far ahead of the wall clock are for the caller to park;
/// the questions about them are const: what is refused leaves the clock as it was. A local write
/// never fails because of a clock.
///
/// The last millisecond of the range is nobody's: a timestamp in it is too far ahead under every
/// limit and such a reading of the wall clock counts as none, so that there is always a next tick.
/// Not here: parking itself (replica.hpp). Not thread-safe, like everything that a replica owns.
#ifndef WEFT_CAUSAL_HYBRID_CLOCK_HPP
#define WEFT_CAUSAL_HYBRID_CLOCK_HPP

#include <weft/base/assert.hpp>
#include <weft/causal/timestamp.hpp>

#include <concepts>
#include <cstdint>
#include <ctime>
#include <utility>

namespace weft {

/// Physical time, milliseconds since the Unix epoch. Readings may repeat or go back.
template <class C>
concept wall_clock = std::movable<C> && requires(C& c) {
    { c.now_ms() }
    noexcept->std::same_as<std::uint64_t>;
};

/// The operating system's clock. Thread-safe. 0 if the system has no time or one before 1970.
struct system_wall_clock {
    [[nodiscard]] std::uint64_t now_ms() const noexcept {
        std::timespec now{};
        if (std::timespec_get(&now, TIME_UTC) != TIME_UTC || now.tv_sec < 0) {
            return 0;
        }
        return static_cast<std::uint64_t>(now.tv_sec) * 1000U +
               static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000U;
    }
};

/// Reads a number that somebody else moves: for tests, simulation and replay.
struct manual_clock {
    const std::uint64_t* now = nullptr;

    [[nodiscard]] std::uint64_t now_ms() const noexcept {
        WEFT_ASSERT(now != nullptr);
        return *now;
    }
};

/// A skew limit that parks nothing, for imports of old histories.
inline constexpr std::uint64_t no_skew_limit = ~std::uint64_t{0};
/// The usual skew limit: five minutes.
inline constexpr std::uint64_t default_max_skew_ms = 300'000;
/// due_ms() of a timestamp that no wall time makes admissible.
inline constexpr std::uint64_t never_due = ~std::uint64_t{0};

template <wall_clock Clock>
class hybrid_clock {
public:
    /// The greatest timestamp that a replica may adopt.
    static constexpr timestamp last_usable{timestamp::of(timestamp::wall_max).bits - 1};

    hybrid_clock() = default;

    explicit hybrid_clock(Clock clock, std::uint64_t max_skew_ms = default_max_skew_ms) noexcept
        : clock_(std::move(clock)), max_skew_ms_(max_skew_ms) {}

    /// A new timestamp: greater than all that this clock gave or witnessed, and not less than the
    /// wall clock.
    [[nodiscard]] timestamp tick() noexcept {
        latest_ = greater(latest_.next(), timestamp::of(now_ms()));
        return latest_;
    }

    /// Joins the timestamp of an admitted operation, and measures its skew. The order of several
    /// does not matter; for a batch its greatest is enough. Pre: !too_far_ahead(remote), or a limit
    /// that was lifted since.
    void witness(timestamp remote) noexcept {
        WEFT_ASSERT(remote <= last_usable);
        const std::int64_t skew = skew_ms(remote);
        max_skew_seen_ms_ = skew > max_skew_seen_ms_ ? skew : max_skew_seen_ms_;
        latest_ = greater(latest_, remote);
    }

    /// Whether a remote timestamp is more than max_skew_ms() ahead of the wall clock.
    [[nodiscard]] bool too_far_ahead(timestamp remote) const noexcept {
        return too_far_ahead(remote, now_ms());
    }

    /// The same with a reading of now_ms(), which may serve a whole batch.
    [[nodiscard]] bool too_far_ahead(timestamp remote, std::uint64_t now) const noexcept {
        if (remote > last_usable) {
            return true;
        }
        return remote.wall_ms() > now && remote.wall_ms() - now > max_skew_ms_;
    }

    /// The wall time, in milliseconds, from which on a timestamp is not too far ahead; 0 if it
    /// never was, never_due if it always will be.
    [[nodiscard]] std::uint64_t due_ms(timestamp remote) const noexcept {
        if (remote > last_usable) {
            return never_due;
        }
        return remote.wall_ms() > max_skew_ms_ ? remote.wall_ms() - max_skew_ms_ : 0;
    }

    /// How far ahead of the wall clock a timestamp is, in milliseconds; negative if behind, which
    /// an old operation is by right.
    [[nodiscard]] std::int64_t skew_ms(timestamp remote) const noexcept {
        return static_cast<std::int64_t>(remote.wall_ms()) - static_cast<std::int64_t>(now_ms());
    }

    /// The greatest skew of any witnessed timestamp, in milliseconds, at least 0: by so much this
    /// wall clock is slow, or a peer's fast.
    [[nodiscard]] std::int64_t max_skew_seen_ms() const noexcept { return max_skew_seen_ms_; }

    [[nodiscard]] std::uint64_t max_skew_ms() const noexcept { return max_skew_ms_; }

    void set_max_skew_ms(std::uint64_t limit) noexcept { max_skew_ms_ = limit; }

    /// The wall clock itself.
    [[nodiscard]] const Clock& source() const noexcept { return clock_; }

    /// The greatest timestamp given or witnessed.
    [[nodiscard]] timestamp latest() const noexcept { return latest_; }

    /// The wall clock; a reading outside a timestamp's range counts as 0.
    [[nodiscard]] std::uint64_t now_ms() const noexcept {
        const std::uint64_t now = clock_.now_ms();
        return now < timestamp::wall_max ? now : 0;
    }

    /// A bound that no tick passes for the next `ahead_ms` milliseconds of wall time, unless a
    /// peer's clock pushes it. Store it, and a new one before a timestamp above it is used: then a
    /// restart with the bound never gives a timestamp twice, whatever of the log was lost. Small
    /// against the peers' skew limit, since the clock goes on from there; some seconds do.
    [[nodiscard]] timestamp upper_bound(std::uint64_t ahead_ms) const noexcept {
        const std::uint64_t wall = greater(latest_, timestamp::of(now_ms())).wall_ms();
        const bool fits = wall < timestamp::wall_max && ahead_ms < timestamp::wall_max - wall;
        return fits ? timestamp::of(wall + ahead_ms, timestamp::logical_max) : last_usable;
    }

    /// Goes on after `bound`: every later tick is greater. A bound above last_usable counts as
    /// that.
    void restart(timestamp bound) noexcept {
        latest_ = greater(latest_, bound < last_usable ? bound : last_usable);
    }

private:
    [[nodiscard]] static timestamp greater(timestamp a, timestamp b) noexcept {
        return a < b ? b : a;
    }

    /// Reading the time is no change of this clock, though a reading may change a test's.
    [[no_unique_address]] mutable Clock clock_{};
    timestamp latest_{};
    std::uint64_t max_skew_ms_ = default_max_skew_ms;
    std::int64_t max_skew_seen_ms_ = 0;
};

}  // namespace weft

#endif
