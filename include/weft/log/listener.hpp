/// Between the state and those who want to know: gathers what policies decide while one effect is
/// applied, notes void effects, and tells the sink. With no_sink only void effects cost anything,
/// and policies get a null_report, so that they look for no decisions.
#ifndef WEFT_LOG_LISTENER_HPP
#define WEFT_LOG_LISTENER_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/log/change.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/merge/policy.hpp>
#include <weft/model/reads_same.hpp>
#include <weft/model/schema.hpp>
#include <weft/model/secret.hpp>

#include <type_traits>

namespace weft {

/// A void effect, as the state finds it.
struct void_place {
    local_dot operation{};
    std::uint32_t collection = 0;  ///< tag
    std::uint32_t field = 0;       ///< tag
};

/// The names of a schema, by number, for what is told to people.
template <class Schema>
struct schema_names {
    template <class Visitor>
    static void with(std::size_t number, Visitor&& visitor) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            static_cast<void>((
                (I == number ? (visitor.template
                                operator()<std::tuple_element_t<I, typename Schema::collections>>(),
                                true)
                             : false) ||
                ...));
        }
        (std::make_index_sequence<Schema::count>{});
    }
};

template <class Schema, class Traits, class Sink>
class listener : public null_report {
public:
    static constexpr bool listens = !std::is_same_v<Sink, no_sink>;

    /// What the policies report to.
    using report_type = std::conditional_t<listens, listener, null_report>;

    listener(const operation_log<Traits>& log, Sink& sink, lean_vector<void_place>& voids) noexcept
        : log_(&log), sink_(&sink), voids_(&voids) {}

    /// For states that are made again: nothing new is decided, nobody listens.
    explicit listener(const operation_log<Traits>& log) noexcept requires(!listens) : log_(&log) {}

    [[nodiscard]] report_type& report() noexcept { return *this; }

    /// The operation whose effects come next.
    void begin(local_dot operation) noexcept { operation_ = operation; }

    void decided(reason why, local_dot winner, local_dot loser) {
        if constexpr (listens) {
            decisions_.push_back(
                {why, log_->dot_of(winner), log_->dot_of(loser),
                 log_->graph().compare(winner, loser) == causal_order::concurrent});
        }
    }

    void life(std::size_t number, const local_mutation& mutation, bool changed) {
        if constexpr (listens) {
            schema_names<Schema>::with(number, [&]<class Collection>() {
                tell(mutation, Collection::name, {}, Collection::rule_type::rule_name, changed,
                     false);
            });
        }
    }

    void effect(std::size_t number,
                const local_mutation& mutation,
                const effect_entry& effect,
                effect_outcome outcome) {
        if (outcome == effect_outcome::void_effect && voids_ != nullptr) {
            voids_->push_back({operation_, Schema::tags[number], effect.field});
        }
        if constexpr (listens) {
            if (outcome == effect_outcome::changed || outcome == effect_outcome::unchanged) {
                schema_names<Schema>::with(number, [&]<class Collection>() {
                    Collection::fields::at(Collection::fields::find(effect.field),
                                           [&]<class Field>(std::size_t) {
                                               tell(mutation, Collection::name, Field::name,
                                                    Field::policy_type::policy_name,
                                                    outcome == effect_outcome::changed,
                                                    secret_field<typename Field::policy_type>);
                                           });
                });
            }
        }
    }

    /// What an undo or redo changed in a record: its rows before and after. One change for each
    /// field that reads differently.
    template <class Row>
    void revised(std::size_t number,
                 record_ref record,
                 local_dot by,
                 const Row& before,
                 const Row& after) requires(listens) {
        schema_names<Schema>::with(number, [&]<class Collection>() {
            if constexpr (std::is_same_v<typename Collection::record_type,
                                         std::remove_cvref_t<decltype(before.record)>>) {
                field_change<Traits> change{Collection::name,
                                            {},
                                            Collection::rule_type::rule_name,
                                            log_->id_of(record),
                                            log_->dot_of(by),
                                            mutation_kind::update,
                                            true,
                                            {},
                                            false,
                                            true};
                if (before.life.visible() != after.life.visible()) {
                    (*sink_)(change);
                }
                Collection::fields::each([&]<class Field>(std::size_t /*number*/) {
                    if (!reads_same(before.record.*Field::pointer, after.record.*Field::pointer)) {
                        change.field = Field::name;
                        change.policy = Field::policy_type::policy_name;
                        change.secret = secret_field<typename Field::policy_type>;
                        (*sink_)(change);
                    }
                });
            }
        });
    }

private:
    void tell(const local_mutation& mutation,
              std::string_view collection,
              std::string_view field,
              std::string_view policy,
              bool changed,
              bool secret) {
        (*sink_)(field_change<Traits>{collection, field, policy, log_->id_of(mutation.record),
                                      log_->dot_of(operation_), mutation.kind, changed, decisions_,
                                      secret, false});
        decisions_.clear();
    }

    const operation_log<Traits>* log_;
    Sink* sink_ = nullptr;
    lean_vector<void_place>* voids_ = nullptr;
    local_dot operation_{};
    lean_vector<decision<Traits>> decisions_;
};

}  // namespace weft

#endif
