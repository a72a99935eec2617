/// A record as one opaque value, such as an encrypted blob, under the stamps of a server: of the
/// writes that a server stamped the one with the greatest server stamp wins, whatever clocks and
/// arrival say; of equal server stamps the one with the greatest stamp of its own.
///
///     t[&Vault::blob] = bytes;                 // a client: not stamped yet
///     t[&Vault::blob].confirm(next_number());  // the server, for what it has received
///     t[&Vault::blob].assign(bytes, number);   // an import, or a write through the server
///
/// A write without a server stamp is pending: it is read at once, before all that is stamped, and
/// of several the latest. It ends when a write whose writer had observed it takes it back: the
/// next pending one, or the server's, whose actor confirms it by assigning the same value again
/// with a stamp (or rejects it by assigning another). So a client that is offline reads what it
/// wrote, and what all read in the end is the order in which the server confirmed. A server stamp
/// is a number that the server gives once, such as a sequence number taken at commit; who may give
/// one is for the hooks that authorise operations to say.
/// Every overwritten value is reported: `later_stamp`, the write that is read and the one that is
/// not. State: the best stamped write, and the pending ones that nobody took back. Memory: two T
/// and 88 bytes, and more while concurrent pending writes live. Cost of an effect: O(1) expected
/// per dot. On the wire: a byte, 1 if a server stamp follows as a varint, else 0; the value.
/// Source: Johnson and Thomas, RFC 677 (1975); tentative and committed writes, Terry et al.,
/// Managing Update Conflicts in Bayou (1995).
#ifndef WEFT_MERGE_WHOLE_RECORD_HPP
#define WEFT_MERGE_WHOLE_RECORD_HPP

#include <weft/merge/assignment.hpp>
#include <weft/merge/concurrent_values.hpp>

namespace weft {

/// One value, assigned, and the server's stamp, if it has one.
template <class T>
struct server_stamped_assignment {
    T value{};
    std::uint64_t server_stamp = 0;
    bool stamped = false;
    bool assigned = false;

    [[nodiscard]] bool empty() const noexcept { return !assigned; }

    /// Throws bad_value if the value has no encoding. Must not be empty.
    void encode(byte_writer& out) const {
        WEFT_ASSERT(assigned);
        out.u8(stamped ? 1 : 0);
        if (stamped) {
            out.varint(server_stamp);
        }
        codec<T>::encode(out, value);
    }

    /// Reads all that is left. Errors: truncated; not_canonical for another first byte; those of a
    /// varint and of codec<T>::decode. On an error `in` is unchanged.
    [[nodiscard]] static result<server_stamped_assignment> decode(byte_reader& in) {
        byte_reader next = in;
        const result<byte_span> mark = next.bytes(1);
        if (!mark) {
            return mark.error();
        }
        if (mark->front() > std::byte{1}) {
            return {errc::not_canonical, in.offset()};
        }
        server_stamped_assignment read;
        read.assigned = true;
        read.stamped = mark->front() == std::byte{1};
        if (read.stamped) {
            const result<std::uint64_t> number = next.varint();
            if (!number) {
                return number.error();
            }
            read.server_stamp = *number;
        }
        result<T> value = decode_rest<T>(next);
        if (!value) {
            return value.error();
        }
        read.value = *std::move(value);
        in = next;
        return read;
    }

    friend bool operator==(const server_stamped_assignment& a, const server_stamped_assignment& b) {
        return a.assigned == b.assigned && a.stamped == b.stamped &&
               a.server_stamp == b.server_stamp && value_same(a.value, b.value);
    }
};

template <class T>
class whole_record {
    static_assert(codable<T>,
                  "weft: whole_record<T> needs weft::codec<T>; specialise it for your type");

public:
    using value_type = T;
    using effect = server_stamped_assignment<T>;
    static constexpr std::string_view policy_name = "whole_record";
    static constexpr std::uint32_t wire_kind = wire_kind_of<T>(22);
    static constexpr bool undoable = true;

    /// Holds T{}, without a stamp.
    whole_record() = default;

    /// A detached register, as a member of a record before its insert. The insert is pending.
    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, whole_record> && std::convertible_to<U&&, T>)

    whole_record(U&& value) : value_(std::forward<U>(value)) {}

    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, whole_record> && std::convertible_to<U&&, T>)

    whole_record& operator=(U&& value) { return *this = whole_record(std::forward<U>(value)); }

    /// The latest pending value; if there is none, the one that the server stamped last.
    /// O(pending).
    [[nodiscard]] const T& value() const {
        const auto* const latest = pending_.latest();
        return latest == nullptr ? value_ : latest->content.value;
    }

    [[nodiscard]] operator const T&() const { return value(); }

    [[nodiscard]] const T& operator*() const { return value(); }

    [[nodiscard]] const T* operator->() const { return &value(); }

    /// How many writes wait for a server stamp and were not overwritten.
    [[nodiscard]] std::size_t pending() const noexcept { return pending_.size(); }

    /// The write that the server stamped last, and its server stamp; none before the first.
    [[nodiscard]] const stamp& confirmed() const noexcept { return stamp_; }

    [[nodiscard]] std::uint64_t server_stamp() const noexcept { return server_stamp_; }

    /// Assigns within a transaction; sees what it assigned.
    class editor {
    public:
        editor(const whole_record& held, effect& pending) noexcept
            : held_(&held), pending_(&pending) {}

        /// A write that has no server stamp yet.
        void assign(T value) { stage(std::move(value), false, 0); }

        /// A write that has one.
        void assign(T value, std::uint64_t server_stamp) {
            stage(std::move(value), true, server_stamp);
        }

        /// Gives what is read now a server stamp: the server's actor does so with what it received.
        void confirm(std::uint64_t server_stamp) { stage(T(value()), true, server_stamp); }

        editor(const editor&) = default;

        /// Assigns what the other register reads.
        editor& operator=(const editor& other) {
            assign(T(other.value()));
            return *this;
        }

        editor& operator=(T value) {
            assign(std::move(value));
            return *this;
        }

        /// What was assigned; it is then read unless something is stamped beyond it.
        [[nodiscard]] const T& value() const {
            const bool loses = pending_->stamped && !held_->stamp_.none() &&
                               pending_->server_stamp < held_->server_stamp_;
            return !pending_->assigned ? held_->value() : loses ? held_->value_ : pending_->value;
        }

        [[nodiscard]] operator const T&() const { return value(); }

    private:
        void stage(T value, bool stamped, std::uint64_t server_stamp) {
            *pending_ = effect{std::move(value), server_stamp, stamped, true};
        }

        const whole_record* held_;
        effect* pending_;
    };

    /// Assigns, pending, what the wanted register reads.
    void replace(const whole_record& wanted, effect& out) const {
        out = effect{wanted.value(), 0, false, true};
    }

    /// Names the pending writes.
    void observe(effect& out, observed_list& dots) const {
        if (out.assigned) {
            pending_.observe(dots);
        }
    }

    /// After an undo (hindsight.hpp): the pending writes that the writer had seen.
    void recall(effect& /*sent*/, const hindsight& past, observed_list& dots) const {
        pending_.recall(past, dots);
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t /*observed*/) {
        return effect::decode(in);
    }

    /// True: value() or pending() changed.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        tell_observed(sent, dots, at, report);
        if (!sent.stamped) {
            const bool same = pending_.size() == 1 && pending_.all_observed(dots) &&
                              value_same(value(), sent.value);
            pending_.write(dots, at, {std::move(sent.value)});
            tell_beside(at, report);
            return !same;
        }
        const bool taken = pending_.take_back(dots);
        tell_beside(at, report);
        const bool wins = beats_confirmed(sent, at);
        const bool changed = pending_.empty() && wins && !value_same(value_, sent.value);
        if (wins) {
            value_ = std::move(sent.value);
            stamp_ = at.stamp();
            server_stamp_ = sent.server_stamp;
        }
        return taken || changed;
    }

    /// For standing.hpp: the value that was confirmed last. Pending ones have all met.
    template <class Report>
    void weigh(const effect& sent, observed_span /*dots*/, const event& at, Report& report) const {
        if (sent.stamped) {
            tell_confirmed(sent, at, report);
        }
    }

    /// 1 and the stamp, server stamp, size and encoding of the value that was confirmed last, else
    /// 0; then the pending ones, by actor. O(pending log pending).
    void write_state(byte_writer& out, const actor_order& actors) const {
        if (pristine()) {
            return;
        }
        out.u8(stamp_.none() ? 0 : 1);
        if (!stamp_.none()) {
            write_stamp(out, stamp_, actors);
            out.u64(server_stamp_);
            const byte_buffer bytes = encoded(value_);
            out.varint(bytes.size());
            out.append(bytes);
        }
        pending_.write_state(out, actors);
    }

    [[nodiscard]] bool pristine() const noexcept { return stamp_.none() && pending_.empty(); }

    /// Values and stamps; of use within one replica only. Compare value() to compare what is read.
    friend bool operator==(const whole_record& a, const whole_record& b) {
        return a.stamp_ == b.stamp_ && a.server_stamp_ == b.server_stamp_ &&
               value_same(a.value_, b.value_) && a.pending_ == b.pending_;
    }
    /// Compares what is read. (Self keeps the constraint from being asked about other types.)
    template <std::same_as<whole_record> Self, class U>
        requires(!std::same_as<U, Self> && requires(const T& t, const U& u) {
            { t == u } -> std::convertible_to<bool>;
        })

    friend bool operator==(const Self& a, const U& b) { return a.value() == b; }

private:
    [[nodiscard]] bool beats_confirmed(const effect& sent, const event& at) const noexcept {
        if (stamp_.none() || sent.server_stamp != server_stamp_) {
            return stamp_.none() || sent.server_stamp > server_stamp_;
        }
        return at.later_than(stamp_);
    }

    /// Before anything changes: the pending writes that this one ends, but for one that it
    /// confirms, and the one that was confirmed last.
    template <class Report>
    void tell_observed(const effect& sent, observed_span dots, const event& at, Report& report) {
        if constexpr (!std::same_as<Report, null_report>) {
            for (const local_event& dot : dots) {
                const auto* const taken = pending_.find(dot);
                if (taken != nullptr && dot.operation != at.id.operation &&
                    !(sent.stamped && value_same(taken->content.value, sent.value))) {
                    report.decided(reason::later_stamp, at.id.operation, dot.operation);
                }
            }
            tell_confirmed(sent, at, report);
        }
    }

    /// The write that was confirmed last.
    template <class Report>
    void tell_confirmed(const effect& sent, const event& at, Report& report) const {
        const local_dot last = stamp_.operation;
        if (!stamp_.none() && last != at.id.operation) {
            const bool wins = !sent.stamped || beats_confirmed(sent, at);
            report.decided(reason::later_stamp, wins ? at.id.operation : last,
                           wins ? last : at.id.operation);
        }
    }

    /// Afterwards: the pending writes that this one had not observed.
    template <class Report>
    void tell_beside(const event& at, Report& report) const {
        if constexpr (!std::same_as<Report, null_report>) {
            const auto* const own = pending_.find(at.id);
            pending_.each_beside(at.id.operation, [&](const local_event& other, const auto& each) {
                const bool wins = own != nullptr && each.before(*own);
                report.decided(reason::later_stamp, wins ? at.id.operation : other.operation,
                               wins ? other.operation : at.id.operation);
            });
        }
    }

    T value_{};
    stamp stamp_{};
    std::uint64_t server_stamp_ = 0;
    concurrent_values<plain_content<T>> pending_;
};

}  // namespace weft

#endif
