/// Puts a record rule through the laws of policies: its effect is the kind of a mutation.
#ifndef WEFT_TESTS_MERGE_RULE_MODEL_HPP
#define WEFT_TESTS_MERGE_RULE_MODEL_HPP

#include <weft/merge/record_rule.hpp>

#include "merge/laws.hpp"

#include <utility>

namespace weft::test {

template <record_rule Rule>
class rule_as_policy {
public:
    using value_type = bool;
    static constexpr std::string_view policy_name = Rule::rule_name;
    static constexpr std::uint32_t wire_kind = Rule::wire_kind;

    struct effect {
        mutation_kind kind = mutation_kind::update;
        bool staged = false;

        [[nodiscard]] bool empty() const { return !staged; }

        friend bool operator==(const effect&, const effect&) = default;
    };

    struct editor {
        effect* pending;

        editor(const rule_as_policy& /*held*/, effect& staged) : pending(&staged) {}

        void mutate(mutation_kind kind) const { *pending = {kind, true}; }
    };

    void replace(const rule_as_policy& /*wanted*/, effect& out) const {
        out = {mutation_kind::insert, true};
    }

    void observe(effect& out, observed_list& dots) const { rule.observe(out.kind, dots); }

    static void encode(const effect& sent, byte_writer& out) {
        out.u8(static_cast<std::uint8_t>(sent.kind));
    }

    static result<effect> decode(byte_reader& in, std::size_t /*observed*/) {
        byte_reader next = in;
        const auto kind = next.u8();
        if (!kind || *kind > 2) {
            return {errc::out_of_range, in.offset()};
        }
        in = next;
        return effect{static_cast<mutation_kind>(*kind), true};
    }

    template <class Report>
    bool apply(effect&& sent, observed_span dots, const event& at, Report& report) {
        return rule.apply(sent.kind, dots, at, report);
    }

    void write_state(byte_writer& out, const actor_order& actors) const {
        RC_ASSERT(rule.existed() != rule.pristine());
        rule.write_state(out, actors);
    }

    [[nodiscard]] bool pristine() const { return rule.pristine(); }

    friend bool operator==(const rule_as_policy&, const rule_as_policy&) = default;

    Rule rule;
};

struct mutated {
    mutation_kind kind = mutation_kind::update;

    void settle() const {}
};

/// A rule's model says only expected(history), by the table in record_rule.hpp.
template <class Rule>
struct rule_model {
    using policy_type = rule_as_policy<Rule>;
    using meaning = mutated;
    using visible = bool;
    static constexpr bool changes_are_exact = true;
    static constexpr bool has_conflicts = true;

    static policy_type detached(chance& /*random*/) { return {}; }

    static visible replaced(const policy_type& /*wanted*/) { return true; }

    static meaning replacing(const policy_type& /*wanted*/, const visible& /*seen*/) {
        return {mutation_kind::insert};
    }

    static void edit(typename policy_type::editor& editor,
                     chance& random,
                     meaning& what,
                     const visible& /*seen*/) {
        what.kind = static_cast<mutation_kind>(random.below(3));
        editor.mutate(what.kind);
    }

    static visible read(const policy_type& state) { return state.rule.visible(); }
};

/// Two replicas and a rule, to play the lines of the table by hand.
template <class Rule>
class two_replicas {
public:
    Rule here{};
    Rule there{};
    recording_report report{};

    /// A mutation made here or there, delivered to the other at exchange().
    void mutate_here(mutation_kind kind, std::uint64_t time) { mutate(here, 0, kind, time); }

    void mutate_there(mutation_kind kind, std::uint64_t time) { mutate(there, 1, kind, time); }

    void exchange() {
        for (const auto& each : sent_) {
            (each.at.id.operation.slot.value == 0 ? there : here)
                .apply(each.kind, each.dots, each.at, report);
        }
        sent_.clear();
        CHECK(here == there);
        CHECK(here.visible() == there.visible());
    }

    /// Plays `first` for both, then one kind here at time 10 and one there at time 20, or the
    /// other way round; gives visible() afterwards.
    [[nodiscard]] static bool concurrent(const std::vector<mutation_kind>& first,
                                         mutation_kind earlier,
                                         mutation_kind later) {
        two_replicas both;
        std::uint64_t time = 0;
        for (const mutation_kind kind : first) {
            both.mutate_here(kind, ++time);
            both.exchange();
        }
        both.mutate_here(earlier, 10);
        both.mutate_there(later, 20);
        both.exchange();
        return both.here.visible();
    }

    [[nodiscard]] static bool one_by_one(const std::vector<mutation_kind>& kinds) {
        two_replicas both;
        std::uint64_t time = 0;
        for (const mutation_kind kind : kinds) {
            if (time % 2 == 0) {
                both.mutate_here(kind, ++time);
            } else {
                both.mutate_there(kind, ++time);
            }
            both.exchange();
        }
        return both.here.visible();
    }

private:
    struct delivery {
        mutation_kind kind;
        observed_list dots;
        event at;
    };

    void mutate(Rule& state, std::uint32_t slot, mutation_kind kind, std::uint64_t time) {
        delivery made{kind, {}, {}};
        state.observe(kind, made.dots);
        made.at = {{{{slot}, ++counts_[slot]}, 0}, timestamp{time}, {ids_.data(), 16}};
        state.apply(kind, made.dots, made.at, report);
        sent_.push_back(std::move(made));
    }

    byte_buffer ids_ = make_ids();
    std::array<sequence, 2> counts_{};
    std::vector<delivery> sent_;

    static byte_buffer make_ids() {
        byte_buffer ids(32);
        ids[31] = std::byte{1};
        return ids;
    }
};

}  // namespace weft::test

#endif
