/// Register that keeps concurrent values: an assignment replaces the values that its writer had
/// observed, and stays beside those that it had not; the next assignment resolves them.
/// State: the live assignments. Tie-break: none needed; values are read in the order of their
/// timestamps, and of their values where those are equal, which is alike on every replica.
/// Memory: one T and 40 bytes, and more while concurrent values live. Cost of an effect:
/// O(1) expected per dot. On the wire: the value's encoding.
/// Source: multi-value register, DeCandia et al., Dynamo (2007); Shapiro et al., INRIA RR-7506
/// (2011), Spec. 10.
#ifndef WEFT_MERGE_MULTI_VALUE_HPP
#define WEFT_MERGE_MULTI_VALUE_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/merge/assignment.hpp>
#include <weft/merge/live_events.hpp>

namespace weft {

template <class T>
class multi_value {
    static_assert(codable<T>,
                  "weft: multi_value<T> needs weft::codec<T>; specialise it for your type");

public:
    using value_type = T;
    using effect = assignment<T>;
    static constexpr std::string_view policy_name = "multi_value";
    static constexpr std::uint32_t wire_kind = wire_kind_of<T>(3);
    static constexpr bool undoable = true;
    static constexpr bool overwrites = true;  ///< map_inner.hpp

    /// No value; reads as T{}.
    multi_value() = default;

    /// A detached register, as a member of a record before its insert.
    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, multi_value> && std::convertible_to<U&&, T>)

    multi_value(U&& value) {
        live_[detached] = {std::forward<U>(value), {}};
    }

    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, multi_value> && std::convertible_to<U&&, T>)

    multi_value& operator=(U&& value) { return *this = multi_value(std::forward<U>(value)); }

    /// The latest value; T{} before the first. O(live values).
    [[nodiscard]] const T& value() const {
        const version* latest = nullptr;
        live_.for_each([&](const local_event& /*event*/, const version& each) {
            if (latest == nullptr || earlier(*latest, each)) {
                latest = &each;
            }
        });
        if (latest == nullptr) {
            static const T none{};
            return none;
        }
        return latest->value;
    }

    [[nodiscard]] operator const T&() const { return value(); }

    [[nodiscard]] const T& operator*() const { return value(); }

    [[nodiscard]] const T* operator->() const { return &value(); }

    /// All live values, copied, the latest last. O(n log n).
    [[nodiscard]] std::vector<T> values() const {
        lean_vector<const version*> sorted;
        sorted.reserve(live_.size());
        live_.for_each(
            [&](const local_event& /*event*/, const version& each) { sorted.push_back(&each); });
        lean_sort(sorted.begin(), sorted.end(),
                  [](const version* a, const version* b) { return earlier(*a, *b); });
        std::vector<T> values;
        values.reserve(sorted.size());
        for (const version* each : sorted) {
            values.push_back(each->value);
        }
        return values;
    }

    /// How many values live: none before the first assignment, more than one when concurrent.
    [[nodiscard]] std::size_t size() const noexcept { return live_.size(); }

    [[nodiscard]] bool conflicted() const noexcept { return live_.size() > 1; }

    /// Assigns within a transaction; sees what it assigned.
    class editor {
    public:
        editor(const multi_value& held, effect& pending) noexcept
            : held_(&held), pending_(&pending) {}

        void set(T value) { pending_->assign(std::move(value)); }

        editor(const editor&) = default;

        /// Assigns what the other register reads.
        editor& operator=(const editor& other) {
            set(other.value());
            return *this;
        }

        editor& operator=(T value) {
            set(std::move(value));
            return *this;
        }

        [[nodiscard]] const T& value() const {
            return pending_->assigned ? pending_->value : held_->value();
        }

        [[nodiscard]] operator const T&() const { return value(); }

        [[nodiscard]] std::vector<T> values() const {
            return pending_->assigned ? std::vector<T>{pending_->value} : held_->values();
        }

    private:
        const multi_value* held_;
        effect* pending_;
    };

    /// Assigns the wanted value; of several the latest.
    void replace(const multi_value& wanted, effect& out) const { out.assign(wanted.value()); }

    /// Names the live assignments.
    void observe(effect& out, observed_list& dots) const {
        if (out.assigned) {
            observe_all(live_, dots);
        }
    }

    /// After an undo (hindsight.hpp): the live assignments that the writer had seen.
    void recall(effect& /*sent*/, const hindsight& past, observed_list& dots) const {
        recall_seen(live_, past, dots);
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t /*observed*/) {
        return effect::decode(in);
    }

    /// True: values() changed. Reports `kept_both` for each assignment that stays beside this one.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        const bool same =
            live_.size() == 1 && takes_all(live_, dots) && value_same(value(), sent.value);
        take_over(live_, dots, at.id, version{std::move(sent.value), at.at});
        if constexpr (!std::same_as<Report, null_report>) {
            live_.for_each([&](const local_event& other, const version& /*version*/) {
                if (other.operation != at.id.operation) {
                    report.decided(reason::kept_both, at.id.operation, other.operation);
                }
            });
        }
        return !same;
    }

    /// Per live assignment, by actor: its dot, timestamp, size and encoding of the value.
    void write_state(byte_writer& out, const actor_order& actors) const {
        byte_buffer scratch;
        write_live(out, live_, actors, [&](byte_writer& to, const version& each) {
            scratch.clear();
            byte_writer value(scratch);
            codec<T>::encode(value, each.value);
            to.u64(each.at.bits);
            to.varint(scratch.size());
            to.append(scratch);
        });
    }

    [[nodiscard]] bool pristine() const noexcept {
        return live_.empty() || live_.find(detached) != nullptr;
    }

    /// Values and events; of use within one replica only.
    friend bool operator==(const multi_value&, const multi_value&) = default;
    /// Compares what is read. (Self keeps the constraint from being asked about other types.)
    template <std::same_as<multi_value> Self, class U>
        requires(!std::same_as<U, Self> && requires(const T& t, const U& u) {
            { t == u } -> std::convertible_to<bool>;
        })

    friend bool operator==(const Self& a, const U& b) { return a.value() == b; }

private:
    struct version {
        T value{};
        timestamp at{};

        friend bool operator==(const version& a, const version& b) {
            return a.at == b.at && value_same(a.value, b.value);
        }
    };

    [[nodiscard]] static bool earlier(const version& a, const version& b) {
        return a.at != b.at ? a.at < b.at : value_less(a.value, b.value);
    }

    static constexpr local_event detached{};

    live_events<version> live_;
};

}  // namespace weft

#endif
