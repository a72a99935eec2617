/// Why a record reads as it does: which operations touched it, which of them made each value that
/// is read, and what its policies decided on the way. Computed when asked for, from the record's
/// own history: nothing is kept for it but the index of histories. The order is that of stamps, so
/// every replica with the same operations gives the same answers.
///
/// Cost: O(h log h) for h operations that touched the record, and what its policy needs for their
/// effects, twice; a decision asks the graph whether the two were concurrent. blame(): O(fields,
/// dots).
#ifndef WEFT_LOG_PROVENANCE_HPP
#define WEFT_LOG_PROVENANCE_HPP

#include <weft/base/result.hpp>
#include <weft/log/change.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/log/record_history.hpp>
#include <weft/log/state.hpp>
#include <weft/merge/standing.hpp>
#include <weft/model/secret.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace weft {

/// A field that a mutation touched.
struct touched_field {
    std::uint32_t tag = 0;
    std::string_view name;  ///< empty if the schema does not know it
    friend bool operator==(const touched_field&, const touched_field&) = default;
};

/// One mutation of a record.
template <class Traits>
struct history_entry {
    dot<typename Traits::actor_id> operation{};
    timestamp at{};
    mutation_kind kind{};
    bool undone = false;
    std::vector<touched_field> fields;  ///< ascending by tag
};

/// Why a field reads as it does, or, without a field, why the record is there or not.
template <class Traits>
struct explanation {
    using dot_type = dot<typename Traits::actor_id>;

    std::string_view collection;
    std::string_view field;
    std::string_view policy;  ///< the policy's or the record rule's name
    bool secret = false;      ///< the field's values are not to be shown
    /// The operations that made what is read, by stamp: the winner of a register, all writers of
    /// what stands side by side, in a set or in a document, each actor's last contribution to a
    /// sum; of a record's life the deletions or mutations that decide. None: nobody wrote.
    std::vector<dot_type> standing;
    /// Every choice between two operations that met when all are taken in the order of stamps, and
    /// between what stands and what had not seen it, nor it that: each once, by the stamp of the
    /// later one.
    std::vector<decision<Traits>> decisions;
    std::vector<dot_type> undone;  ///< operations that would count if they were not undone

    /// The choices that went to what stands now: what it beat, or stands beside.
    [[nodiscard]] std::vector<decision<Traits>> beaten() const {
        std::vector<decision<Traits>> all;
        for (const auto& each : decisions) {
            for (const dot_type& one : standing) {
                if (each.winner == one) {
                    all.push_back(each);
                    break;
                }
            }
        }
        return all;
    }
};

/// Who made what one field reads.
template <class Traits>
struct field_blame {
    std::string_view field;
    std::vector<dot<typename Traits::actor_id>> standing;  ///< as explanation::standing
};

template <class Schema, class Traits>
class provenance {
public:
    using record_id = typename Traits::record_id;
    using log_type = operation_log<Traits>;
    using dot_type = dot<typename Traits::actor_id>;

    /// `index` has gone through the log; `held` is its state.
    provenance(const log_type& log, const state<Schema>& held, const record_history& index) noexcept
        : log_(&log), held_(&held), index_(&index) {}

    /// The mutations of a record; with `tag`, those that have an effect on that field.
    template <class Record>
    [[nodiscard]] std::vector<history_entry<Traits>> history(const record_id& id,
                                                             std::uint32_t tag = 0) const {
        std::vector<history_entry<Traits>> all;
        if (const auto place = place_of<Record>(id)) {
            each_mutation(*place, [&](const auto& op, const auto& mutation, const event& /*at*/) {
                history_entry<Traits> entry{
                    log_->dot_of(op.id), op.at, mutation.kind, held_->marks().undone(op.id), {}};
                bool wanted = tag == 0;
                for (const effect_entry& effect : op.effects_of(mutation)) {
                    wanted |= effect.field == tag;
                    entry.fields.push_back({effect.field, name_of<Record>(effect.field)});
                }
                if (wanted) {
                    all.push_back(std::move(entry));
                }
            });
        }
        return all;
    }

    /// Errors: no_such_record if no operation ever named it.
    template <class Record, class Policy>
    [[nodiscard]] result<explanation<Traits>> explain(const record_id& id,
                                                      Policy Record::*member) const {
        const auto place = place_of<Record>(id);
        if (!place) {
            return errc::no_such_record;
        }
        using fields = record_fields<Record>;
        const std::size_t number = fields::number_of(member);
        explanation<Traits> told = begun<Record>();
        told.field = fields::names[number];
        told.policy = Policy::policy_name;
        told.secret = secret_field<Policy>;
        Policy again;
        hindsight::step_list steps;
        observed_list recalled;
        const bool recalls = undoable<Policy> && held_->ever_undone(*place);
        recorder report(*log_);
        const auto each_effect = [&](const auto& visit) {
            this->template each_effect<Policy>(*place, fields::tags[number], fields::kinds[number],
                                               visit);
        };
        each_effect([&](typename Policy::effect sent, observed_span dots, const event& at) {
            if (is_out<Policy>(at.id.operation)) {
                add_once(told.undone, log_->dot_of(at.id.operation));
                if constexpr (leaves_anchors<Policy>) {
                    again.apply_undone(std::move(sent), dots, at);
                }
                return;
            }
            if (recalls) {
                recalled.clear();
                const hindsight past(past_of(at, log_->graph()), &steps);
                dots = recall_dots(again, sent, past, dots, recalled);
            }
            static_cast<void>(again.apply(std::move(sent), dots, at, report));
        });
        // What stands now and an earlier effect may not have met on the way.
        if constexpr (weighs_effects<Policy>) {
            report.only_concurrent();
            each_effect([&](typename Policy::effect sent, observed_span dots, const event& at) {
                if (!is_out<Policy>(at.id.operation)) {
                    weigh_effect(again, sent, dots, at, report);
                }
            });
        }
        told.decisions = report.done();
        told.standing = standing_in(again);
        return told;
    }

    /// The same for the record's life.
    template <class Record>
    [[nodiscard]] result<explanation<Traits>> explain(const record_id& id) const {
        const auto place = place_of<Record>(id);
        if (!place) {
            return errc::no_such_record;
        }
        using rule = typename collection_of<Record>::rule_type;
        explanation<Traits> told = begun<Record>();
        told.policy = rule::rule_name;
        rule again;
        observed_list recalled;
        const bool recalls = undoable<rule> && held_->ever_undone(*place);
        recorder report(*log_);
        each_mutation(*place, [&](const auto& op, const auto& mutation, const event& at) {
            if (is_out<rule>(op.id)) {
                add_once(told.undone, log_->dot_of(op.id));
            } else {
                observed_span dots = op.observed_of(mutation.observed);
                if (recalls) {
                    recalled.clear();
                    mutation_kind kind = mutation.kind;
                    const hindsight past = past_of(at, log_->graph());
                    dots = recall_dots(again, kind, past, dots, recalled);
                }
                static_cast<void>(again.apply(mutation.kind, dots, at, report));
            }
        });
        report.only_concurrent();
        each_mutation(*place, [&](const auto& op, const auto& mutation, const event& at) {
            if constexpr (requires { again.weigh(mutation.kind, at, report); }) {
                if (!is_out<rule>(op.id)) {
                    again.weigh(mutation.kind, at, report);
                }
            }
        });
        told.decisions = report.done();
        observed_list dots;
        if constexpr (requires { again.standing(dots); }) {
            again.standing(dots);
        } else {
            again.observe(mutation_kind::insert, dots);
            again.observe(mutation_kind::erase, dots);
        }
        told.standing = by_stamp(dots);
        return told;
    }

    /// Per field, in the order of the description. Empty if the record was never named.
    template <class Record>
    [[nodiscard]] std::vector<field_blame<Traits>> blame(const record_id& id) const {
        std::vector<field_blame<Traits>> all;
        const auto place = place_of<Record>(id);
        if (place && place->row < held_->template table_of<Record>().size()) {
            const Record& record = held_->template table_of<Record>()[place->row].record;
            record_fields<Record>::each([&]<class Field>(std::size_t /*number*/) {
                all.push_back({Field::name, standing_in(record.*Field::pointer)});
            });
        }
        return all;
    }

private:
    template <class Record>
    using collection_of =
        std::tuple_element_t<Schema::template number_of<Record>, typename Schema::collections>;

    /// What policies report to.
    class recorder {
    public:
        explicit recorder(const log_type& log) noexcept : log_(&log) {}

        void decided(reason why, local_dot winner, local_dot loser) {
            const bool concurrent =
                log_->graph().compare(winner, loser) == causal_order::concurrent;
            if (concurrent || !only_concurrent_) {
                all_.push_back({why, winner, loser, concurrent});
            }
        }

        /// From now on, choices between operations of which one had seen the other are passed over.
        void only_concurrent() noexcept { only_concurrent_ = true; }

        /// All choices, each once, by the stamp of the later operation, then of the other one.
        [[nodiscard]] std::vector<decision<Traits>> done() {
            const actor_order order = log_->order();
            lean_sort(all_.begin(), all_.end(), [&](const choice& a, const choice& b) {
                const auto [earlier, later] = by_time(a, order);
                const auto [other_earlier, other_later] = by_time(b, order);
                if (!(later == other_later)) {
                    return stamp::before(later, other_later, order);
                }
                if (!(earlier == other_earlier)) {
                    return stamp::before(earlier, other_earlier, order);
                }
                return std::pair(a.why, a.winner == later.operation) <
                       std::pair(b.why, b.winner == other_later.operation);
            });
            std::vector<decision<Traits>> found;
            for (std::size_t i = 0; i < all_.size(); ++i) {
                const choice& each = all_[i];
                if (i == 0 || !(each == all_[i - 1])) {
                    found.push_back({each.why, log_->dot_of(each.winner), log_->dot_of(each.loser),
                                     each.concurrent});
                }
            }
            return found;
        }

    private:
        struct choice {
            reason why{};
            local_dot winner{};
            local_dot loser{};
            bool concurrent = false;
            friend bool operator==(const choice&, const choice&) = default;
        };

        [[nodiscard]] std::pair<stamp, stamp> by_time(const choice& of,
                                                      const actor_order& order) const {
            const stamp a{log_->graph().time_of(of.winner), of.winner};
            const stamp b{log_->graph().time_of(of.loser), of.loser};
            return stamp::before(a, b, order) ? std::pair(a, b) : std::pair(b, a);
        }

        const log_type* log_;
        lean_vector<choice> all_;
        bool only_concurrent_ = false;
    };

    template <class Record>
    [[nodiscard]] maybe<record_ref> place_of(const record_id& id) const {
        static_assert(Schema::template number_of<Record> < Schema::count,
                      "weft: no collection of this schema holds that struct");
        return log_->find(collection_of<Record>::tag, id);
    }

    template <class Record>
    [[nodiscard]] static explanation<Traits> begun() {
        explanation<Traits> told;
        told.collection = collection_of<Record>::name;
        return told;
    }

    template <class Record>
    [[nodiscard]] static std::string_view name_of(std::uint32_t tag) noexcept {
        const std::size_t number = record_fields<Record>::find(tag);
        return number == record_fields<Record>::count ? std::string_view()
                                                      : record_fields<Record>::names[number];
    }

    /// Whether an operation is undone and what it did can be taken back.
    template <class Policy>
    [[nodiscard]] bool is_out(local_dot operation) const {
        return undoable<Policy> && held_->marks().undone(operation);
    }

    static void add_once(std::vector<dot_type>& all, const dot_type& id) {
        if (all.empty() || all.back() != id) {
            all.push_back(id);
        }
    }

    /// Calls visit(effect, dots, event) for a field's effects, by stamp; not for those that can't
    /// be decoded.
    template <class Policy, class Visit>
    void each_effect(record_ref record,
                     std::uint32_t field,
                     std::uint32_t kind,
                     const Visit& visit) const {
        each_mutation(record, [&](const auto& op, const auto& mutation, const event& at) {
            for (const effect_entry& effect : op.effects_of(mutation)) {
                if (effect.field != field || effect.kind != kind) {
                    continue;
                }
                byte_reader in(op.payload_of(effect));
                auto sent = Policy::decode(in, effect.observed.count);
                if (sent && in.empty()) {
                    visit(std::move(*sent), op.observed_of(effect.observed), at);
                }
            }
        });
    }

    /// Calls visit(operation, mutation, event) for a record's mutations, by stamp.
    template <class Visit>
    void each_mutation(record_ref record, const Visit& visit) const {
        lean_vector<op_index> operations;
        index_->of(record, operations);
        sort_by_stamp(operations);
        local_operation op;
        for (const op_index index : operations) {
            log_->read(index, op);
            event at{{op.id, 0}, op.at, log_->order()};
            for (const local_mutation& mutation : op.mutations) {
                if (mutation.record == record) {
                    visit(op, mutation, at);
                }
                ++at.id.ordinal;
            }
        }
    }

    void sort_by_stamp(lean_vector<op_index>& operations) const {
        const causal_graph& graph = log_->graph();
        const actor_order order = log_->order();
        lean_sort(operations.begin(), operations.end(), [&](op_index a, op_index b) {
            return stamp::before({graph.time_of(a), graph.dot_of(a)},
                                 {graph.time_of(b), graph.dot_of(b)}, order);
        });
    }

    /// The operations of dots, by stamp, each once.
    [[nodiscard]] std::vector<dot_type> by_stamp(const observed_list& dots) const {
        lean_vector<op_index> operations;
        for (const local_event& each : dots) {
            if (log_->graph().holds(each.operation)) {
                operations.push_back(log_->graph().index_of(each.operation));
            }
        }
        sort_by_stamp(operations);
        std::vector<dot_type> all;
        for (const op_index each : operations) {
            const dot_type id = log_->dot_of(log_->graph().dot_of(each));
            if (all.empty() || all.back() != id) {
                all.push_back(id);
            }
        }
        return all;
    }

    /// The operations that made what a field reads.
    template <class Policy>
    [[nodiscard]] std::vector<dot_type> standing_in(const Policy& field) const {
        observed_list dots;
        standing_events(field, dots);
        return by_stamp(dots);
    }

    const log_type* log_;
    const state<Schema>* held_;
    const record_history* index_;
};

}  // namespace weft

#endif
