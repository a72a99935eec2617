/// Writes one mutation into an operation: dots at the border form and in order, effects in
/// ascending order of tag with their encoded payloads. What transactions and builders share.
#ifndef WEFT_LOG_MUTATION_WRITER_HPP
#define WEFT_LOG_MUTATION_WRITER_HPP

#include <weft/base/lean_span.hpp>
#include <weft/log/operation.hpp>
#include <weft/merge/policy.hpp>

namespace weft {

template <class Traits>
class mutation_writer {
public:
    /// `observed` holds the local dots of the part that is written next.
    mutation_writer(operation<Traits>& op, const observed_list& observed) noexcept
        : op_(&op), observed_(&observed) {}

    void begin(std::uint32_t collection, mutation_kind kind, const typename Traits::record_id& id) {
        op_->mutations.push_back({collection, kind, id, {dots(), 0}, {effects(), 0}});
    }

    /// Takes the dots in `observed` as the record's, sorted and once each.
    template <class Log>
    void observe_record(const Log& log) {
        auto& m = op_->mutations.back();
        m.observed.count = take_dots(log);
        if (m.observed.count > 1) {
            lean_sort(op_->observed.begin() + m.observed.first, op_->observed.end());
            drop_repeated(m.observed.first);
            m.observed.count = dots() - m.observed.first;
        }
    }

    /// Appends a field's effect with the dots in `observed`, in their order. Fields come in
    /// ascending order of tag.
    template <class Field, class Effect, class Log>
    void effect(const Effect& value, const Log& log) {
        effect_entry entry{Field::tag, Field::kind, {dots(), 0}, {payload(), 0}};
        entry.observed.count = take_dots(log);
        append<Field>(entry, value);
    }

    /// The same with dots that are in the border form already.
    template <class Field, class Effect>
    void effect_observing(const Effect& value,
                          lean_span<event_dot<typename Traits::actor_id>> named) {
        effect_entry entry{Field::tag, Field::kind, {dots(), 0}, {payload(), 0}};
        op_->observed.append(named.data(), named.data() + named.size());
        entry.observed.count = dots() - entry.observed.first;
        append<Field>(entry, value);
    }

    /// Ends the mutation; an update without effects is none and disappears.
    void finish() {
        const auto& m = op_->mutations.back();
        if (m.kind == mutation_kind::update && m.effects.count == 0) {
            op_->observed.resize(m.observed.first);
            op_->mutations.pop_back();
        }
    }

private:
    template <class Field, class Effect>
    void append(effect_entry entry, const Effect& value) {
        byte_writer out(op_->payload);
        Field::policy_type::encode(value, out);
        entry.payload.count = payload() - entry.payload.first;
        op_->effects.push_back(entry);
        ++op_->mutations.back().effects.count;
    }

    /// Of the sorted dots from `first` on, keeps each once.
    void drop_repeated(std::uint32_t first) noexcept {
        auto& dots = op_->observed;
        std::size_t kept = first + 1;
        for (std::size_t i = kept; i < dots.size(); ++i) {
            if (!(dots[i] == dots[kept - 1])) {
                dots[kept++] = dots[i];
            }
        }
        dots.erase(dots.begin() + kept, dots.end());
    }

    template <class Log>
    std::uint32_t take_dots(const Log& log) {
        for (const local_event& e : *observed_) {
            op_->observed.push_back({log.dot_of(e.operation), e.ordinal});
        }
        return static_cast<std::uint32_t>(observed_->size());
    }

    [[nodiscard]] std::uint32_t dots() const noexcept {
        return static_cast<std::uint32_t>(op_->observed.size());
    }

    [[nodiscard]] std::uint32_t effects() const noexcept {
        return static_cast<std::uint32_t>(op_->effects.size());
    }

    [[nodiscard]] std::uint32_t payload() const noexcept {
        return static_cast<std::uint32_t>(op_->payload.size());
    }

    operation<Traits>* op_;
    const observed_list* observed_;
};

}  // namespace weft

#endif
