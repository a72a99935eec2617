/// What enable_wins and disable_wins share: a flag as its live events. Enabling or disabling
/// takes back the events that its writer had observed, of both kinds, and stays as one; so more
/// than one lives only while writers were concurrent, and the two policies differ in how they read
/// a mixture. See those headers.
/// Memory: 32 bytes, and more while concurrent events live. Cost of an effect: O(1) expected per
/// dot. On the wire: one byte, 0 or 1.
#ifndef WEFT_MERGE_OBSERVED_FLAG_HPP
#define WEFT_MERGE_OBSERVED_FLAG_HPP

#include <weft/merge/assignment.hpp>
#include <weft/merge/live_events.hpp>

namespace weft {

template <class Rule>
class observed_flag {
public:
    using value_type = bool;
    using effect = assignment<bool>;
    static constexpr std::string_view policy_name = Rule::policy_name;
    static constexpr std::uint32_t wire_kind = Rule::number;
    static constexpr bool undoable = true;
    static constexpr bool overwrites = true;  ///< map_inner.hpp

    /// Off.
    observed_flag() = default;

    /// A detached flag, as a member of a record before its insert.
    observed_flag(bool value) noexcept : value_(value) {}

    [[nodiscard]] bool value() const noexcept { return value_; }

    [[nodiscard]] operator bool() const noexcept { return value_; }

    /// Switches within a transaction; sees what it switched.
    class editor {
    public:
        editor(const observed_flag& held, effect& pending) noexcept
            : held_(&held), pending_(&pending) {}

        void enable() noexcept { pending_->assign(true); }

        void disable() noexcept { pending_->assign(false); }

        editor(const editor&) = default;

        /// Switches as the other flag reads.
        editor& operator=(const editor& other) noexcept { return *this = other.value(); }

        editor& operator=(bool value) noexcept {
            pending_->assign(value);
            return *this;
        }

        [[nodiscard]] bool value() const noexcept {
            return pending_->assigned ? pending_->value : held_->value_;
        }

        [[nodiscard]] operator bool() const noexcept { return value(); }

    private:
        const observed_flag* held_;
        effect* pending_;
    };

    void replace(const observed_flag& wanted, effect& out) const { out.assign(wanted.value_); }

    /// Names the live events.
    void observe(effect& out, observed_list& dots) const {
        if (out.assigned) {
            observe_all(live_, dots);
        }
    }

    /// After an undo (hindsight.hpp): the live events that the writer had seen.
    void recall(effect& /*sent*/, const hindsight& past, observed_list& dots) const {
        recall_seen(live_, past, dots);
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t /*observed*/) {
        return effect::decode(in);
    }

    /// True: value() changed. Reports each event of the other kind that this one had not observed.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        const bool before = value_;
        const auto take_back = [&](const local_event& dot) {
            const bool* const taken = dot == at.id ? nullptr : live_.find(dot);
            if (taken != nullptr) {
                winners_ -= *taken == Rule::winner ? 1U : 0U;
                live_.erase(dot);
            }
        };
        if (!takes_all(live_, dots)) {
            live_[at.id] = sent.value;  // all that may run out of memory
        }
        for (const local_event& dot : dots) {
            take_back(dot);
        }
        live_[at.id] = sent.value;
        winners_ += sent.value == Rule::winner ? 1U : 0U;
        value_ = (winners_ != 0) == Rule::winner;
        weigh(sent, dots, at, report);
        return value_ != before;
    }

    /// For standing.hpp: the live events of the other kind.
    template <class Report>
    void weigh([[maybe_unused]] const effect& sent,
               observed_span /*dots*/,
               [[maybe_unused]] const event& at,
               [[maybe_unused]] Report& report) const {
        if constexpr (!std::same_as<Report, null_report>) {
            live_.for_each([&](const local_event& other, bool value) {
                if (value != sent.value && other.operation != at.id.operation) {
                    const bool wins = sent.value == Rule::winner;
                    report.decided(Rule::why, wins ? at.id.operation : other.operation,
                                   wins ? other.operation : at.id.operation);
                }
            });
        }
    }

    /// Per live event, by actor: its dot, and 1 if it enables.
    void write_state(byte_writer& out, const actor_order& actors) const {
        write_live(out, live_, actors, [](byte_writer& to, bool value) { to.u8(value ? 1 : 0); });
    }

    [[nodiscard]] bool pristine() const noexcept { return live_.empty(); }

    /// Value and events; of use within one replica only.
    friend bool operator==(const observed_flag& a, const observed_flag& b) {
        return a.value_ == b.value_ && a.live_ == b.live_;
    }

    template <std::same_as<bool> Bool>
    friend bool operator==(const observed_flag& a, Bool b) noexcept {
        return a.value_ == b;
    }

private:
    live_events<bool> live_;
    std::uint32_t winners_ = 0;  ///< live events of the kind that wins
    bool value_ = false;
};

}  // namespace weft

#endif
