/// Makes an operation for any actor, with explicit parents and time: for importers, tests and
/// research. It looks at no replica, so what an effect takes back must be named by the caller
/// (`observing`); registers, counters and additions need nothing. Whether the result is admissible
/// is judged where it is admitted. replica::transact is the common case: one actor, parents = its
/// frontier, dots observed from its state.
///
///     auto op = operation_builder<App>({actor, 1}, timestamp::of(ms), {})
///                   .upsert<File>(id, [&](auto& f) { f[&File::mode] = 0644; })
///                   .finish();
#ifndef WEFT_LOG_OPERATION_BUILDER_HPP
#define WEFT_LOG_OPERATION_BUILDER_HPP

#include <weft/base/lean_span.hpp>
#include <weft/causal/traits.hpp>
#include <weft/log/mutation_writer.hpp>
#include <weft/model/record_stage.hpp>
#include <weft/model/schema.hpp>

#include <utility>
#include <vector>

namespace weft {

template <class Schema, class Traits = default_traits>
class operation_builder {
public:
    static_assert(replica_traits<Traits>, "weft: these traits lack something; see default_traits");

    using actor_id = typename Traits::actor_id;
    using record_id = typename Traits::record_id;
    using address = typename Traits::hasher::digest_type;
    using parent = parent_entry<actor_id, address>;
    using event_name = event_dot<actor_id>;

    /// Parents in any order; each once.
    operation_builder(const dot<actor_id>& id, timestamp at, std::vector<parent> parents) {
        start(id, at, std::move(parents));
    }

    operation_builder() = default;

    /// Begins anew, keeping the memory: for importers of many operations.
    operation_builder& start(const dot<actor_id>& id, timestamp at, std::vector<parent> parents) {
        op_.clear();
        op_.id = id;
        op_.at = at;
        op_.schema_version = Schema::version;
        op_.parents.assign(parents.data(), parents.data() + parents.size());
        lean_sort(op_.parents.begin(), op_.parents.end(), parents_in_order{});
        return *this;
    }

    /// What an effect on one record may set: one field's editor, and the dots that its effect takes
    /// back, in the policy's order (merge/policy.hpp).
    template <class Record>
    class editor {
    public:
        explicit editor(record_stage<Record>& stage) noexcept : stage_(&stage) {}

        template <class Policy, class Owner>
        [[nodiscard]] typename Policy::editor operator[](Policy Owner::*member) {
            static_assert(std::is_base_of_v<Owner, Record>,
                          "weft: that field belongs to another struct");
            static const Record blank{};
            return stage_->edit(blank, static_cast<Policy Record::*>(member));
        }

        template <class Policy, class Owner>
        void observing(Policy Owner::*member, std::vector<event_name> dots) {
            static_assert(std::is_base_of_v<Owner, Record>,
                          "weft: that field belongs to another struct");
            observed_.emplace_back(record_fields<Record>::number_of(member), std::move(dots));
        }

        /// The record-level dots (merge/record_rule.hpp), in any order.
        void observing(std::vector<event_name> dots) { record_ = std::move(dots); }

    private:
        friend class operation_builder;

        record_stage<Record>* stage_;
        std::vector<std::pair<std::size_t, std::vector<event_name>>> observed_;
        std::vector<event_name> record_;
    };

    /// Inserts or assigns anew, with the fields that `edit` sets.
    template <class Record, class Edit>
    operation_builder& upsert(const record_id& id, Edit&& edit) {
        return mutate<Record>(mutation_kind::insert, id, std::forward<Edit>(edit));
    }

    /// Updates the fields that `edit` sets; none: no mutation.
    template <class Record, class Edit>
    operation_builder& update(const record_id& id, Edit&& edit) {
        return mutate<Record>(mutation_kind::update, id, std::forward<Edit>(edit));
    }

    /// Deletes the record; `observed` are record-level dots.
    template <class Record>
    operation_builder& erase(const record_id& id, std::vector<event_name> observed = {}) {
        return mutate<Record>(mutation_kind::erase, id,
                              [&](editor<Record>& e) { e.observing(std::move(observed)); });
    }

    /// The operation made so far.
    [[nodiscard]] const operation<Traits>& finish() const noexcept { return op_; }

private:
    template <class Record, class Edit>
    operation_builder& mutate(mutation_kind kind, const record_id& id, Edit&& edit) {
        constexpr std::size_t number = Schema::template number_of<Record>;
        static_assert(number < Schema::count,
                      "weft: no collection of this schema holds that struct");
        auto& stage = std::get<number>(stages_);
        stage.reset();
        editor<Record> target(stage);
        edit(target);
        static const observed_list none;
        mutation_writer<Traits> writer(op_, none);
        writer.begin(Schema::tags[number], kind, id);
        auto& m = op_.mutations.back();
        auto& marks = target.record_;
        lean_sort(marks.data(), marks.data() + marks.size());
        for (std::size_t i = 0; i < marks.size(); ++i) {
            if (i == 0 || !(marks[i] == marks[i - 1])) {
                op_.observed.push_back(marks[i]);
                ++m.observed.count;
            }
        }
        if (kind != mutation_kind::erase) {
            stage.each([&]<class Field>(std::size_t field, const auto& effect) {
                lean_span<event_name> named;
                for (const auto& [of, dots] : target.observed_) {
                    if (of == field) {
                        named = dots;
                    }
                }
                writer.template effect_observing<Field>(effect, named);
            });
        }
        writer.finish();
        return *this;
    }

    template <class Collections>
    struct stages_for;

    template <class... Collections>
    struct stages_for<std::tuple<Collections...>> {
        using type = std::tuple<record_stage<typename Collections::record_type>...>;
    };

    operation<Traits> op_;
    typename stages_for<typename Schema::collections>::type stages_;
};

}  // namespace weft

#endif
