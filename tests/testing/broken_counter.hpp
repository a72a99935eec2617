/// A counter that can start anew, a mean, a greatest value and a gate, with a switch for each
/// mistake that people make in them. With slip::none the counter is correct.
#ifndef WEFT_TESTS_TESTING_BROKEN_COUNTER_HPP
#define WEFT_TESTS_TESTING_BROKEN_COUNTER_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/merge/hindsight.hpp>
#include <weft/merge/policy.hpp>
#include <weft/merge/state_bytes.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

namespace weft::test {

/// Adds small amounts; a restart names what counts and says how much that is.
class broken_counter {
public:
    enum class slip {
        none,
        counts_again,    ///< observe() of a decoded restart adds its amount once more
        takes_twice,     ///< two restarts that saw the same amount both take it away
        believes_last,   ///< of two claims about one amount the last that arrives counts
        recalls_unseen,  ///< in hindsight a restart also takes what its writer had not seen
        leaves_trace,    ///< an effect that is applied in hindsight counts one more
    };

    static inline slip now = slip::none;

    using value_type = std::uint32_t;
    static constexpr std::string_view policy_name = "broken_counter";
    static constexpr std::uint32_t wire_kind = 1002;
    static constexpr bool undoable = true;

    struct effect {
        std::uint8_t amount = 0;
        bool restarts = false;
        std::vector<std::uint8_t> taken{};  ///< beside the dots

        [[nodiscard]] bool empty() const noexcept { return amount == 0 && !restarts; }

        friend bool operator==(const effect&, const effect&) = default;
    };

    class editor {
    public:
        editor(const broken_counter& /*held*/, effect& pending) : pending_(&pending) {}

        void add(std::uint8_t amount) { pending_->amount = amount; }

    private:
        effect* pending_;
    };

    broken_counter() = default;

    explicit broken_counter(std::uint8_t amount) : detached_(amount) {}

    [[nodiscard]] value_type value() const noexcept {
        std::uint32_t sum = detached_ - overdrawn_;
        for (const auto& [by, held] : amounts_) {
            sum += held.amount - held.taken;
        }
        return sum;
    }

    void replace(const broken_counter& wanted, effect& out) const {
        out = {static_cast<std::uint8_t>(wanted.value()), true, {}};
    }

    void observe(effect& out, observed_list& dots) const {
        if (!out.restarts) {
            return;
        }
        if (now == slip::counts_again && !out.taken.empty()) {
            out.amount = static_cast<std::uint8_t>(out.amount + out.taken.front());
        }
        out.taken.clear();
        for (const auto& [by, held] : amounts_) {
            if (held.taken == 0) {
                dots.push_back(by);
                out.taken.push_back(held.amount);
            }
        }
    }

    void recall(effect& sent, const hindsight& past, observed_list& dots) const {
        if (sent.restarts) {
            sent.taken.clear();
            for (const auto& [by, held] : amounts_) {
                if (held.taken == 0 && (now == slip::recalls_unseen || past.saw(by.operation))) {
                    dots.push_back(by);
                    sent.taken.push_back(held.amount);
                }
            }
        }
        if (now == slip::leaves_trace) {
            ++sent.amount;
        }
    }

    static void encode(const effect& sent, byte_writer& out) {
        out.u8(sent.amount);
        out.u8(sent.restarts ? 1 : 0);
        for (const std::uint8_t each : sent.taken) {
            out.u8(each);
        }
    }

    static result<effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        effect read;
        const auto amount = next.u8();
        const auto restarts = next.u8();
        if (!restarts || *restarts > 1 || (*amount == 0 && *restarts == 0) ||
            next.remaining() != observed || (*restarts == 0 && observed != 0)) {
            return {errc::not_canonical, in.offset()};
        }
        read.amount = *amount;
        read.restarts = *restarts == 1;
        while (!next.empty()) {
            read.taken.push_back(*next.u8());
        }
        in = next;
        return read;
    }

    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& /*report*/) {
        broken_counter next = *this;
        next.take(sent, dots, at);
        const bool changed = next.value() != value();
        *this = std::move(next);  // nothing throws any more
        return changed;
    }

    void write_state(byte_writer& out, const actor_order& actors) const {
        std::vector<byte_buffer> all;
        for (const auto& [by, held] : amounts_) {
            all.emplace_back();
            byte_writer one(all.back());
            write_event(one, by, actors);
            one.u8(held.amount);
            one.u8(held.taken);
        }
        std::sort(all.begin(), all.end(),
                  [](const auto& a, const auto& b) { return bytes_less(a, b); });
        for (const byte_buffer& each : all) {
            out.append(each);
        }
        if (!all.empty()) {
            out.u32(overdrawn_);
        }
    }

    [[nodiscard]] bool pristine() const noexcept { return amounts_.empty(); }

    friend bool operator==(const broken_counter& a, const broken_counter& b) {
        return a.amounts_ == b.amounts_ && a.detached_ == b.detached_ &&
               a.overdrawn_ == b.overdrawn_;
    }

private:
    void take(const effect& sent, observed_span dots, const event& at) {
        for (std::size_t i = 0; i < dots.size(); ++i) {
            const auto found = amounts_.find(dots[i]);
            if (found == amounts_.end()) {
                continue;  // a liar's
            }
            std::uint8_t& taken = found->second.taken;
            if (now == slip::takes_twice && taken != 0) {
                overdrawn_ += sent.taken[i];
            }
            taken = now == slip::believes_last ? sent.taken[i] : std::max(taken, sent.taken[i]);
        }
        if (sent.amount != 0) {
            amounts_[at.id] = {sent.amount, 0};
        }
    }

    struct account {
        std::uint8_t amount = 0;
        std::uint8_t taken = 0;

        friend bool operator==(const account&, const account&) = default;
    };

    std::map<local_event, account> amounts_;
    std::uint32_t detached_ = 0;
    std::uint32_t overdrawn_ = 0;
};

/// What the simple ones share: an effect is one byte.
struct byte_effect {
    std::uint8_t value = 0;
    bool given = false;

    [[nodiscard]] bool empty() const noexcept { return !given; }

    friend bool operator==(const byte_effect&, const byte_effect&) = default;
};

template <class Self>
struct one_byte_policy {
    using value_type = double;
    using effect = byte_effect;
    static constexpr std::uint32_t wire_kind = 1003;

    struct editor {
        effect* pending;

        editor(const Self& /*held*/, effect& staged) : pending(&staged) {}

        void give(std::uint8_t value) const { *pending = {value, true}; }
    };

    void replace(const Self& /*wanted*/, effect& out) const { out = {0, true}; }

    void observe(effect& /*out*/, observed_list& /*dots*/) const {}

    static void encode(const effect& sent, byte_writer& out) { out.u8(sent.value); }

    static result<effect> decode(byte_reader& in, std::size_t /*observed*/) {
        const auto value = in.u8();
        return value ? result<effect>(effect{*value, true}) : result<effect>(value.error());
    }

    [[nodiscard]] double value() const { return held; }

    [[nodiscard]] bool pristine() const { return effects == 0; }

    void write_state(byte_writer& out, const actor_order& /*actors*/) const {
        if (effects != 0) {
            codec<double>::encode(out, held);
        }
    }

    friend bool operator==(const one_byte_policy& a, const one_byte_policy& b) {
        return value_same(a.held, b.held) && a.pristine() == b.pristine();
    }

    double held = 0;
    std::uint32_t effects = 0;
};

/// The mean of all values, corrected as they arrive.
struct running_mean : one_byte_policy<running_mean> {
    static constexpr std::string_view policy_name = "running_mean";

    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& /*at*/, Report& /*report*/) {
        const double before = held;
        ++effects;
        held += (sent.value - held) / effects;
        return held != before;
    }
};

/// The greatest value; 7 stands for no number, which is less than nothing and than which nothing is
/// less.
struct greatest_with_nan : one_byte_policy<greatest_with_nan> {
    static constexpr std::string_view policy_name = "greatest_with_nan";

    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& /*at*/, Report& /*report*/) {
        const double value = sent.value == 7 ? std::numeric_limits<double>::quiet_NaN()
                                             : static_cast<double>(sent.value);
        const double before = held;
        held = effects++ == 0 || !(value < held) ? value : held;
        return !value_same(held, before);
    }
};

/// Open, then let through or locked: whichever arrives first.
struct first_through_the_gate : one_byte_policy<first_through_the_gate> {
    static constexpr std::string_view policy_name = "first_through_the_gate";

    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& /*at*/, Report& /*report*/) {
        ++effects;
        const bool passes = held == 0 && sent.value != 0;
        held = passes ? sent.value : held;
        return passes;
    }
};

}  // namespace weft::test

#endif
