/// Register in which concurrent values are resolved by a function of the user's. As in multi_value,
/// an assignment replaces the values that its writer had observed and stays beside those that it
/// had not. One value is read as it is; of several, the function makes what is read, each time, and
/// the next assignment settles it for good.
///
///     struct longest {
///         static constexpr std::uint32_t number = 1;  // on the wire: never change its meaning
///         std::string operator()(weft::lean_span<std::string> values) const { ... }
///     };
///     weft::resolved<std::string, longest> name;
///
/// The function is a stateless type; every replica must run the same one. It is given the values in
/// the order of their stamps, at least two, and must be a function of them alone and not of their
/// order: the models in weft/testing call it again, with the values turned round.
/// State: the live assignments. Memory: one T and 64 bytes, and more while concurrent values live.
/// Cost of an effect: O(1) expected per dot; of a read, O(1), and O(n log n) and a call of the
/// function where n values are concurrent. On the wire: the value's encoding.
/// Source: reconciliation by the application, DeCandia et al., Dynamo (2007).
#ifndef WEFT_MERGE_RESOLVED_HPP
#define WEFT_MERGE_RESOLVED_HPP

#include <weft/base/lean_span.hpp>
#include <weft/merge/assignment.hpp>
#include <weft/merge/concurrent_values.hpp>

#include <type_traits>

namespace weft {

template <class T, class Fn>
class resolved {
    static_assert(codable<T>,
                  "weft: resolved<T, Fn> needs weft::codec<T>; specialise it for your type");
    static_assert(std::is_empty_v<Fn> && std::is_default_constructible_v<Fn>,
                  "weft: resolved<T, Fn> needs a function type without members, since every "
                  "replica must call the same function");
    static_assert(
        requires(const Fn& fn, lean_span<T> values) {
            { fn(values) } -> std::convertible_to<T>;
            { Fn::number } -> std::convertible_to<std::uint32_t>;
        },
        "weft: resolved<T, Fn> needs a number in Fn and T operator()(lean_span<T>) const");

public:
    using value_type = T;
    using effect = assignment<T>;
    static constexpr std::string_view policy_name = "resolved";
    static constexpr std::uint32_t wire_kind = wire_kind_with<T>(16, Fn::number);
    static constexpr bool undoable = true;
    static constexpr bool overwrites = true;  ///< map_inner.hpp

    /// No value; reads as T{}.
    resolved() = default;

    /// A detached register, as a member of a record before its insert.
    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, resolved> && std::convertible_to<U&&, T>)

    resolved(U&& value) : held_(plain_content<T>{std::forward<U>(value)}) {}

    template <class U>
        requires(!std::same_as<std::remove_cvref_t<U>, resolved> && std::convertible_to<U&&, T>)

    resolved& operator=(U&& value) { return *this = resolved(std::forward<U>(value)); }

    /// The one value, or what the function makes of several; T{} before the first.
    [[nodiscard]] T value() const {
        if (held_.size() < 2) {
            return held_.empty() ? T{} : held_.latest()->content.value;
        }
        lean_vector<T> all;
        all.reserve(held_.size());
        for (const auto* each : held_.sorted()) {
            all.push_back(each->content.value);
        }
        return Fn{}(lean_span<T>(all));
    }

    [[nodiscard]] operator T() const { return value(); }

    [[nodiscard]] T operator*() const { return value(); }

    /// All live values, copied, the latest last. O(n log n).
    [[nodiscard]] std::vector<T> values() const {
        std::vector<T> all;
        all.reserve(held_.size());
        for (const auto* each : held_.sorted()) {
            all.push_back(each->content.value);
        }
        return all;
    }

    /// How many values live: none before the first assignment, more than one when concurrent.
    [[nodiscard]] std::size_t size() const noexcept { return held_.size(); }

    [[nodiscard]] bool conflicted() const noexcept { return held_.size() > 1; }

    /// Assigns within a transaction; sees what it assigned.
    class editor {
    public:
        editor(const resolved& held, effect& pending) noexcept : held_(&held), pending_(&pending) {}

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

        /// Assigns what is read, so that it stays. Nothing, where nothing is concurrent.
        void settle() {
            if (!pending_->assigned && held_->conflicted()) {
                set(held_->value());
            }
        }

        [[nodiscard]] T value() const {
            return pending_->assigned ? pending_->value : held_->value();
        }

        [[nodiscard]] operator T() const { return value(); }

    private:
        const resolved* held_;
        effect* pending_;
    };

    /// Assigns what the wanted register reads.
    void replace(const resolved& wanted, effect& out) const { out.assign(wanted.value()); }

    /// Names the live assignments.
    void observe(effect& out, observed_list& dots) const {
        if (out.assigned) {
            held_.observe(dots);
        }
    }

    /// After an undo (hindsight.hpp): the live assignments that the writer had seen.
    void recall(effect& /*sent*/, const hindsight& past, observed_list& dots) const {
        held_.recall(past, dots);
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t /*observed*/) {
        return effect::decode(in);
    }

    /// True: values() changed. Reports `resolved` for each assignment that stays beside this one.
    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        const bool same = held_.size() == 1 && held_.all_observed(dots) &&
                          value_same(held_.latest()->content.value, sent.value);
        held_.write(dots, at, {std::move(sent.value)});
        if constexpr (!std::same_as<Report, null_report>) {
            held_.each_beside(at.id.operation, [&](const local_event& other, const auto&) {
                report.decided(reason::resolved, at.id.operation, other.operation);
            });
        }
        return !same;
    }

    void write_state(byte_writer& out, const actor_order& actors) const {
        held_.write_state(out, actors);
    }

    [[nodiscard]] bool pristine() const noexcept { return held_.pristine(); }

    /// Values and events; of use within one replica only.
    friend bool operator==(const resolved&, const resolved&) = default;
    /// Compares what is read. (Self keeps the constraint from being asked about other types.)
    template <std::same_as<resolved> Self, class U>
        requires(!std::same_as<U, Self> && requires(const T& t, const U& u) {
            { t == u } -> std::convertible_to<bool>;
        })

    friend bool operator==(const Self& a, const U& b) { return a.value() == b; }

private:
    concurrent_values<plain_content<T>> held_;
};

}  // namespace weft

#endif
