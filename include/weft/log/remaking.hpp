/// Makes operations of one log again in another, as if they were edited now: their effects are
/// staged anew against the state as it is there, under the actor that writes there, and what they
/// undid is undone. For operations that never left and have to go under another actor id.
/// Cost: that of editing, and a lookup for each dot that an effect names.
#ifndef WEFT_LOG_REMAKING_HPP
#define WEFT_LOG_REMAKING_HPP

#include <weft/base/result.hpp>
#include <weft/log/listener.hpp>
#include <weft/log/remade_events.hpp>
#include <weft/log/state.hpp>
#include <weft/log/transaction.hpp>
#include <weft/log/undo.hpp>
#include <weft/merge/writer.hpp>

#include <utility>

namespace weft {

template <class Schema, class Traits>
class remaking {
public:
    using actor_id = typename Traits::actor_id;
    using log_type = operation_log<Traits>;

    /// Reads from `events.from()`; writes for `actor`, who writes into `log`. All must outlive it.
    remaking(remade_events<log_type>& events,
             const log_type& log,
             const state<Schema>& held,
             const actor_id& actor,
             staging<Schema, Traits>& staged) noexcept
        : events_(&events), log_(&log), held_(&held), actor_(&actor), staged_(&staged) {}

    /// Puts the mutations of an operation, made again, into `made`. Errors: other_kind if it has
    /// an effect that this schema does not know; insufficient_rights if the new actor may not do
    /// what it did.
    [[nodiscard]] errc write(const local_operation& op, operation<Traits>& made) {
        staged_->begin(*actor_, *log_);
        for (const local_mutation& mutation : op.mutations) {
            if (from().collection_tag(mutation.record.collection) == undo_tag) {
                continue;
            }
            if (const errc failed = stage(op, mutation); failed != errc::none) {
                return failed;
            }
        }
        made.clear();
        staged_->write(*held_, *log_, made);
        events_->begin();
        std::uint32_t ordinal = 0;
        for (const auto& mutation : staged_->mutations()) {
            events_->add(ordinal);
            ordinal += mutation.dropped ? 0U : 1U;
        }
        undo(op, made);
        return errc::none;
    }

private:
    [[nodiscard]] const log_type& from() const noexcept { return events_->from(); }

    [[nodiscard]] errc stage(const local_operation& op, const local_mutation& mutation) {
        const std::size_t number = Schema::find(from().collection_tag(mutation.record.collection));
        errc failed = errc::other_kind;
        if (number < Schema::count) {
            schema_names<Schema>::with(number, [&]<class Collection>() {
                failed = stage_in<typename Collection::record_type>(op, mutation);
            });
        }
        return failed;
    }

    template <class Record>
    [[nodiscard]] errc stage_in(const local_operation& op, const local_mutation& mutation) {
        constexpr std::uint32_t tag = Schema::tags[Schema::template number_of<Record>];
        const auto& id = from().id_of(mutation.record);
        const auto place = log_->find(tag, id);
        const std::uint32_t row = place ? place->row : staged_->none;
        const std::uint32_t number = staged_->template add<Record>(id, row, mutation.kind);
        auto& stage = staged_->template stage<Record>((*staged_)[number].stage);
        const auto& rows = held_->template table_of<Record>();
        static const Record blank{};
        const Record& held = row < rows.size() ? rows[row].record : blank;
        using fields = record_fields<Record>;
        for (const effect_entry& effect : op.effects_of(mutation)) {
            const std::size_t field = fields::find(effect.field);
            errc failed = errc::other_kind;
            if (field < fields::count && fields::kinds[field] == effect.kind) {
                fields::at(field, [&]<class Field>(std::size_t at) {
                    failed = stage_effect(op, effect, held.*Field::pointer,
                                          stage.template touch<Field>(at));
                });
            }
            if (failed != errc::none) {
                return failed;
            }
        }
        return errc::none;
    }

    template <class Policy>
    [[nodiscard]] errc stage_effect(const local_operation& op,
                                    const effect_entry& effect,
                                    const Policy& held,
                                    typename Policy::effect& staged) {
        byte_reader in(op.payload_of(effect));
        auto decoded = Policy::decode(in, effect.observed.count);
        if (!decoded || !in.empty()) {
            return errc::other_kind;
        }
        if (!allowed_to(held, *decoded, staged_->by())) {
            return errc::insufficient_rights;
        }
        if constexpr (requires { Policy::readdress(*decoded, {}); }) {
            observed_list dots;
            for (const local_event& named : op.observed_of(effect.observed)) {
                dots.push_back(events_->here(named, *log_, *actor_));
            }
            Policy::readdress(*decoded, dots);
        }
        staged = std::move(*decoded);
        return errc::none;
    }

    /// Undoes and redoes what the operation undid and redid.
    void undo(const local_operation& op, operation<Traits>& made) const {
        const auto here = [&](local_dot there) {
            return events_->here({there, 0}, *log_, *actor_).operation;
        };
        local_operation other;
        for (const local_mutation& mutation : op.mutations) {
            if (from().collection_tag(mutation.record.collection) != undo_tag) {
                continue;
            }
            for (const local_event& named : op.observed_of(mutation.observed)) {
                if (mutation.kind == mutation_kind::insert) {
                    append_undo(made, log_->dot_of(here(named.operation)));
                    continue;
                }
                from().read(from().graph().index_of(named.operation), other);
                for (const local_mutation& mark : other.mutations) {
                    for (const local_event& target : other.observed_of(mark.observed)) {
                        append_redo(made, here(target.operation), held_->marks(), *log_);
                    }
                }
            }
        }
    }

    remade_events<log_type>* events_;
    const log_type* log_;
    const state<Schema>* held_;
    const actor_id* actor_;
    staging<Schema, Traits>* staged_;
};

}  // namespace weft

#endif
