/// Counter of 64 bits: increments and decrements all count, once each; it wraps modulo 2^64.
/// Lattice: per actor (its last event, the sum of its amounts up to there), ordered by event; and
/// per actor the greatest such pair that a re-insert has removed. Value: all sums less all that
/// was removed. So two replicas that concurrently re-insert a record remove what both had seen
/// once, and both their new amounts count. A writer that lies about a sum lies for everyone
/// alike: of two removals at one event the greater sum is kept. Memory: 72 bytes; from the second
/// actor on 40 per actor more, 20 beside for many. Cost of an increment: O(1) expected; of a
/// removal, per actor observed. Source: PN-counter, Shapiro et al., INRIA RR-7506 (2011), Spec. 7;
/// removal as in Almeida, Shoker, Baquero, Delta state replicated data types (2018), section 7.
#ifndef WEFT_MERGE_COUNTER_HPP
#define WEFT_MERGE_COUNTER_HPP

#include <weft/base/assert.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/merge/actor_accounts.hpp>
#include <weft/merge/policy.hpp>

#include <concepts>
#include <utility>

namespace weft {

class counter {
public:
    using value_type = std::int64_t;
    static constexpr std::string_view policy_name = "counter";
    static constexpr std::uint32_t wire_kind = 6;
    static constexpr bool restarts = true;  ///< map_inner.hpp
    static constexpr bool undoable = true;
    static constexpr bool recalls_steps = true;

    /// On the wire: the amount, then for each observed dot the sum that it removes; all zigzag
    /// varints.
    struct effect {
        std::int64_t amount = 0;
        lean_vector<std::int64_t> removed;  ///< beside the observed dots
        bool restarts = false;              ///< staged: remove all that observe() will find

        [[nodiscard]] bool empty() const noexcept {
            return amount == 0 && removed.empty() && !restarts;
        }

        friend bool operator==(const effect&, const effect&) = default;
    };

    counter() = default;

    /// A detached counter, as a member of a record before its insert.
    counter(std::int64_t value) noexcept : value_(static_cast<std::uint64_t>(value)) {}

    [[nodiscard]] std::int64_t value() const noexcept { return static_cast<std::int64_t>(value_); }

    [[nodiscard]] operator std::int64_t() const noexcept { return value(); }

    class editor {
    public:
        editor(const counter& held, effect& pending) noexcept : held_(&held), pending_(&pending) {}

        editor(const editor&) = default;
        editor& operator=(const editor&) = delete;  // a counter is not assigned

        editor& operator+=(std::int64_t amount) noexcept {
            pending_->amount = sum(pending_->amount, amount);
            return *this;
        }

        editor& operator-=(std::int64_t amount) noexcept {
            pending_->amount = difference(pending_->amount, amount);
            return *this;
        }

        editor& operator++() noexcept { return *this += 1; }

        editor& operator--() noexcept { return *this -= 1; }

        [[nodiscard]] std::int64_t value() const noexcept {
            return pending_->restarts ? pending_->amount : sum(held_->value(), pending_->amount);
        }

        [[nodiscard]] operator std::int64_t() const noexcept { return value(); }

    private:
        const counter* held_;
        effect* pending_;
    };

    /// The counter starts anew: what is observed at commit is removed, what is wanted added.
    void replace(const counter& wanted, effect& out) const {
        out.amount = wanted.value();
        out.removed.clear();
        out.restarts = true;
    }

    /// Completes a restart; may leave the effect empty. A decoded restart, which names what
    /// somebody else observed, is completed anew: so an operation can be made again.
    void observe(effect& out, observed_list& dots) const {
        if (!out.restarts && out.removed.empty()) {
            return;
        }
        out.removed.clear();
        actors_.observe(dots, [&](std::uint64_t sum) {
            out.removed.push_back(static_cast<std::int64_t>(sum));
        });
        out.restarts = false;
    }

    /// After an undo (hindsight.hpp), while all effects are applied anew: a removal removes, per
    /// actor, what its writer had seen; a contribution is the actor's next step. O(steps).
    void recall(effect& sent, const hindsight& past, observed_list& dots) const {
        if (!sent.removed.empty()) {
            sent.removed.clear();
            accounts::recall(past, dots, [&](const hindsight::step& step) {
                sent.removed.push_back(static_cast<std::int64_t>(step.sum));
            });
        }
        if (sent.amount != 0) {
            const auto* const own = actors_.find(past.by().operation.slot);
            const std::uint64_t before = own == nullptr ? 0 : own->counted.sum;
            past.steps().push_back(
                {past.by(), before + static_cast<std::uint64_t>(sent.amount), past.part(), {}});
        }
    }

    static void encode(const effect& sent, byte_writer& out) {
        WEFT_ASSERT(!sent.restarts);
        out.varint(zigzag(sent.amount));
        for (const std::int64_t sum : sent.removed) {
            out.varint(zigzag(sum));
        }
    }

    /// Errors: those of a varint; not_canonical if it neither adds nor removes.
    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        const result<std::uint64_t> amount = next.varint();
        if (!amount) {
            return amount.error();
        }
        effect read{unzigzag(*amount), {}, false};
        if (observed > next.remaining()) {
            return {errc::truncated, next.offset() + next.remaining()};
        }
        read.removed.reserve(observed);
        for (std::size_t i = 0; i < observed; ++i) {
            const result<std::uint64_t> sum = next.varint();
            if (!sum) {
                return sum.error();
            }
            read.removed.push_back(unzigzag(*sum));
        }
        if (read.empty()) {
            return {errc::not_canonical, in.offset()};
        }
        in = next;
        return read;
    }

    /// True: value() changed. Reports `summed` for the actor that last
    /// contributed before this one.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        WEFT_ASSERT(dots.size() == sent.removed.size());
        open_accounts(sent, dots, at.id.operation.slot);
        const std::uint64_t before = value_;
        for (std::size_t i = 0; i < dots.size(); ++i) {
            auto& of = *actors_.find(dots[i].operation.slot);
            const accounts::tally named{event_place(dots[i]),
                                        static_cast<std::uint64_t>(sent.removed[i])};
            if (of.removed.before(named)) {
                value_ += of.removed.sum - named.sum;
                of.removed = named;
            }
        }
        if (sent.amount != 0) {
            accounts::tally& own = actors_.find(at.id.operation.slot)->counted;
            const auto amount = static_cast<std::uint64_t>(sent.amount);
            own = {event_place(at.id), own.sum + amount};
            value_ += amount;
            if (last_.sequence != 0 && last_.slot != at.id.operation.slot) {
                report.decided(reason::summed, at.id.operation, last_);
            }
            last_ = at.id.operation;
        }
        return value_ != before;
    }

    /// See actor_accounts.hpp.
    void write_state(byte_writer& out, const actor_order& actors) const {
        actors_.write_state(out, actors);
    }

    [[nodiscard]] bool pristine() const noexcept { return actors_.empty(); }

    /// Value and accounts; of use within one replica only.
    friend bool operator==(const counter& a, const counter& b) {
        return a.value_ == b.value_ && a.actors_ == b.actors_;
    }

    template <std::integral Number>
    friend bool operator==(const counter& a, Number b) noexcept {
        return std::cmp_equal(a.value(), b);
    }

private:
    /// Sums wrap, and compare as they read.
    struct sums {
        using type = std::uint64_t;

        [[nodiscard]] static constexpr bool less(type a, type b) noexcept {
            return static_cast<std::int64_t>(a) < static_cast<std::int64_t>(b);
        }

        static void write(type sum, byte_writer& out) { out.u64(sum); }
    };

    using accounts = actor_accounts<sums>;

    [[nodiscard]] static constexpr std::int64_t sum(std::int64_t a, std::int64_t b) noexcept {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) +
                                         static_cast<std::uint64_t>(b));
    }

    [[nodiscard]] static constexpr std::int64_t difference(std::int64_t a,
                                                           std::int64_t b) noexcept {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) -
                                         static_cast<std::uint64_t>(b));
    }

    /// Makes the accounts that apply() is about to change; all or, out of memory, none.
    void open_accounts(const effect& sent, observed_span dots, actor_slot own) {
        WEFT_TRY {
            for (const local_event& dot : dots) {
                static_cast<void>(actors_.open(dot.operation.slot));
            }
            if (sent.amount != 0) {
                static_cast<void>(actors_.open(own));
            }
        }
        WEFT_CATCH_ALL {
            for (const local_event& dot : dots) {
                actors_.close_unused(dot.operation.slot);
            }
            WEFT_RETHROW;
        }
    }

    std::uint64_t value_ = 0;
    local_dot last_{};  ///< of the last contribution applied; only for reports
    accounts actors_;
};

}  // namespace weft

#endif
