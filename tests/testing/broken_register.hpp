/// A last-writer-wins register with a switch for each mistake that people make in one. With
/// slip::none it is correct.
#ifndef WEFT_TESTS_TESTING_BROKEN_REGISTER_HPP
#define WEFT_TESTS_TESTING_BROKEN_REGISTER_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/base/random.hpp>
#include <weft/base/value_codecs.hpp>
#include <weft/merge/policy.hpp>
#include <weft/merge/state_bytes.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

namespace weft::test {

class broken_register {
public:
    enum class slip {
        none,
        last_arrived,       ///< whatever arrives is taken
        no_tie_break,       ///< of equal timestamps the first that arrives stays
        slot_tie_break,     ///< ties are broken by the slot, which each replica gives as it likes
        first_wins,         ///< an earlier write overrides a later one, and nobody said so
        reads_clock,        ///< the state remembers when it was changed
        reads_random,       ///< the state draws lots
        writes_slot,        ///< the state writes the slot and not the actor's id
        says_unchanged,     ///< apply() says false
        says_changed,       ///< apply() says true
        blames_itself,      ///< the reported winner and loser are one
        blames_nobody,      ///< the reported loser is no operation
        keeps_half,         ///< a value is encoded without its last letter
        two_encodings,      ///< decode takes the length modulo 4
        eats_the_rest,      ///< decode accepts trailing bytes
        reads_too_many,     ///< decode wants a byte more than encode writes
        decodes_nothing,    ///< decode gives an empty effect
        loses_its_place,    ///< a decode that fails leaves the reader further on
        claims_pristine,    ///< pristine() says that a register with an empty value is fresh
        never_pristine,     ///< a fresh state writes something
        equal_by_value,     ///< == forgets the stamp
        never_equal,        ///< == forgets that the stamps may both be none
        stale_digest,       ///< digest_sum() is never updated
        blind_digest,       ///< digest_sum() leaves the stamp out
        forgetful_copy,     ///< a copy has no stamp
        half_way,           ///< the stamp is set, then memory ends
        throws_half_way,    ///< the stamp is set, then something else is thrown
        throws,             ///< something is thrown, though nothing happened yet
        sees_its_old_self,  ///< the editor shows the value from before
        loses_a_letter,     ///< one value is stored as another one, everywhere alike
    };

    static inline slip now = slip::none;

    using value_type = std::string;
    static constexpr std::string_view policy_name = "broken_register";
    static constexpr std::uint32_t wire_kind = 1000;

    struct effect {
        std::string value{};
        bool assigned = false;

        [[nodiscard]] bool empty() const noexcept { return !assigned; }

        friend bool operator==(const effect&, const effect&) = default;
    };

    class editor {
    public:
        editor(const broken_register& held, effect& pending) : held_(&held), pending_(&pending) {}

        void set(std::string value) { *pending_ = {std::move(value), true}; }

        [[nodiscard]] const std::string& value() const {
            return pending_->assigned && now != slip::sees_its_old_self ? pending_->value
                                                                        : held_->value_;
        }

    private:
        const broken_register* held_;
        effect* pending_;
    };

    broken_register() = default;

    explicit broken_register(std::string value) : value_(std::move(value)) {}

    broken_register(const broken_register& other)
        : value_(other.value_), stamp_(now == slip::forgetful_copy ? stamp{} : other.stamp_),
          mark_(other.mark_), sum_(other.sum_) {}

    broken_register(broken_register&&) = default;
    broken_register& operator=(const broken_register&) = default;
    broken_register& operator=(broken_register&&) = default;
    ~broken_register() = default;

    [[nodiscard]] const std::string& value() const noexcept { return value_; }

    void replace(const broken_register& wanted, effect& out) const { out = {wanted.value_, true}; }

    void observe(effect& /*out*/, observed_list& /*dots*/) const {}

    static void encode(const effect& sent, byte_writer& out) {
        std::string_view text = sent.value;
        if (now == slip::keeps_half && !text.empty()) {
            text.remove_suffix(1);
        }
        out.varint(text.size());
        out.append(as_bytes(text));
    }

    static result<effect> decode(byte_reader& in, std::size_t observed) {
        byte_reader next = in;
        const auto fail = [&](errc why) -> result<effect> {
            const std::size_t at = in.offset();
            in = now == slip::loses_its_place ? next : in;
            return {why, at};
        };
        const auto size = next.varint();
        if (!size || observed != 0) {
            return fail(errc::not_canonical);
        }
        auto text = next.bytes(now == slip::two_encodings ? *size % 4 : *size);
        if (!text || (now == slip::reads_too_many && !next.u8())) {
            return fail(errc::truncated);
        }
        effect read{std::string(as_text(*text)), now != slip::decodes_nothing};
        if (now == slip::eats_the_rest) {
            static_cast<void>(next.bytes(next.remaining()));
        }
        in = next;
        return read;
    }

    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& at, Report& report) {
        const bool wins = beats(at);
        if (!stamp_.none() && stamp_.operation != at.id.operation) {
            tell(wins ? at.id.operation : stamp_.operation,
                 wins ? stamp_.operation : at.id.operation, report);
        }
        if (now == slip::throws && sent.value == "bb") {
            throw std::runtime_error("this value is not liked");
        }
        if (!wins) {
            return now == slip::says_changed;
        }
        if (now == slip::half_way || now == slip::throws_half_way) {
            stamp_ = at.stamp();
            if (now == slip::throws_half_way && sent.value == "bb") {
                value_ += '!';
                throw std::runtime_error("this value is not liked");
            }
            sent.value.reserve(64);
        }
        if (now == slip::loses_a_letter && sent.value == "bb") {
            sent.value = "b";
        }
        broken_register next = *this;
        next.value_ = sent.value;
        next.stamp_ = at.stamp();
        next.mark_ = mark();
        next.add_to_sum(at);
        const bool changed = value_ != next.value_;
        *this = std::move(next);  // nothing throws any more
        return now == slip::says_changed || (changed && now != slip::says_unchanged);
    }

    void write_state(byte_writer& out, const actor_order& actors) const {
        if (stamp_.none() && now != slip::never_pristine) {
            return;
        }
        if (!stamp_.none()) {
            write_stamp(out, stamp_, actors);
        }
        if (now == slip::writes_slot) {
            out.u32(stamp_.operation.slot.value);
        }
        out.u64(mark_);
        out.append(as_bytes(value_));
    }

    [[nodiscard]] bool pristine() const noexcept {
        return stamp_.none() || (now == slip::claims_pristine && value_.empty());
    }

    [[nodiscard]] digest<16> digest_sum() const noexcept { return sum_.value(); }

    friend bool operator==(const broken_register& a, const broken_register& b) {
        if (now == slip::never_equal && a.stamp_.none()) {
            return false;
        }
        return a.value_ == b.value_ && a.mark_ == b.mark_ &&
               (a.stamp_ == b.stamp_ || now == slip::equal_by_value);
    }

private:
    [[nodiscard]] static std::uint64_t mark() {
        if (now == slip::reads_clock) {
            const auto since = std::chrono::steady_clock::now().time_since_epoch();
            return static_cast<std::uint64_t>(since.count());
        }
        return now == slip::reads_random ? system_random{}() : 0;
    }

    [[nodiscard]] bool beats(const event& at) const {
        const bool own = stamp_.operation == at.id.operation;
        switch (now) {
        case slip::last_arrived:
            return true;
        case slip::no_tie_break:
            return own || stamp_.none() || stamp_.at < at.at;
        case slip::slot_tie_break:
            return own || stamp_.none() || stamp_.at < at.at ||
                   (stamp_.at == at.at && stamp_.operation.slot < at.id.operation.slot);
        case slip::first_wins:
            return stamp_.none() || (!own && !at.later_than(stamp_));
        default:
            return at.later_than(stamp_);
        }
    }

    template <class Report>
    static void tell(local_dot winner, local_dot loser, Report& report) {
        report.decided(reason::later_stamp, winner,
                       now == slip::blames_itself   ? winner
                       : now == slip::blames_nobody ? local_dot{}
                                                    : loser);
    }

    void add_to_sum(const event& at) {
        if (now == slip::stale_digest) {
            return;
        }
        byte_buffer bytes;
        byte_writer out(bytes);
        if (now != slip::blind_digest) {
            write_stamp(out, at.stamp(), at.actors);
        }
        if (now == slip::writes_slot) {
            out.u32(at.id.operation.slot.value);
        }
        out.u64(mark_);
        out.append(as_bytes(value_));
        sum_ = {};
        sum_.add(xxh3_128::hash(bytes));
    }

    std::string value_;
    stamp stamp_{};
    std::uint64_t mark_ = 0;
    weft::digest_sum sum_{};
};

}  // namespace weft::test

#endif
