/// Why a record reads as it does: which operations touched it, which of them made each value that
/// is read, and what its policies decided on the way. Computed when asked for, from the record's
/// own history: nothing is kept for it but the index of histories. The order is that of stamps, so
/// every replica with the same operations gives the same answers.
///
/// Cost: O(h log h) for h operations that touched the record, and what its policy needs for their
/// effects; a decision asks the graph whether the two were concurrent. blame(): O(fields, dots).
#ifndef WEFT_LOG_PROVENANCE_HPP
#define WEFT_LOG_PROVENANCE_HPP

#include <weft/base/result.hpp>
#include <weft/log/change.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/log/record_history.hpp>
#include <weft/log/state.hpp>
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
    /// what stands side by side or in a set, each actor's last contribution to a sum; of a record's
    /// life the deletions or mutations that decide. None: nobody wrote.
    std::vector<dot_type> standing;
    /// Every choice between two operations, in the order of stamps.
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
        recorder report(*log_, told.decisions);
        each_mutation(*place, [&](const auto& op, const auto& mutation, const event& at) {
            for (const effect_entry& effect : op.effects_of(mutation)) {
                if (effect.field != fields::tags[number] || effect.kind != fields::kinds[number] ||
                    left_out<Policy>(op.id, told)) {
                    continue;
                }
                byte_reader in(op.payload_of(effect));
                auto sent = Policy::decode(in, effect.observed.count);
                if (sent && in.empty()) {
                    observed_span dots = op.observed_of(effect.observed);
                    if (recalls) {
                        recalled.clear();
                        const hindsight past(past_of(at, log_->graph()), &steps);
                        dots = recall_dots(again, *sent, past, dots, recalled);
                    }
                    static_cast<void>(again.apply(std::move(*sent), dots, at, report));
                }
            }
        });
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
        recorder report(*log_, told.decisions);
        each_mutation(*place, [&](const auto& op, const auto& mutation, const event& at) {
            if (!left_out<rule>(op.id, told)) {
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
        observed_list dots;
        again.observe(mutation_kind::insert, dots);
        again.observe(mutation_kind::erase, dots);
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
        recorder(const log_type& log, std::vector<decision<Traits>>& all) noexcept
            : log_(&log), all_(&all) {}

        void decided(reason why, local_dot winner, local_dot loser) {
            all_->push_back({why, log_->dot_of(winner), log_->dot_of(loser),
                             log_->graph().compare(winner, loser) == causal_order::concurrent});
        }

    private:
        const log_type* log_;
        std::vector<decision<Traits>>* all_;
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

    /// Whether an operation is undone and what it did can be taken back; then it is noted.
    template <class Policy>
    [[nodiscard]] bool left_out(local_dot operation, explanation<Traits>& told) const {
        const bool out = undoable<Policy> && held_->marks().undone(operation);
        if (out) {
            told.undone.push_back(log_->dot_of(operation));
        }
        return out;
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

    /// The operations that made what a field reads: what assigning it anew would take back.
    template <class Policy>
    [[nodiscard]] std::vector<dot_type> standing_in(const Policy& field) const {
        observed_list dots;
        if constexpr (requires { field.written().operation; }) {
            if (!field.written().none()) {
                dots.push_back({field.written().operation, 0});
            }
        } else {
            typename Policy::effect anew;
            field.replace(Policy(), anew);
            field.observe(anew, dots);
        }
        return by_stamp(dots);
    }

    const log_type* log_;
    const state<Schema>* held_;
    const record_history* index_;
};

}  // namespace weft

#endif
