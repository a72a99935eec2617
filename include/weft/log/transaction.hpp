/// Editing. A transaction gathers mutations without touching the state: at most one per record,
/// each with at most one effect per field. Editors see the state and what was gathered. On commit
/// the replica lets `staging` write them as one operation, with the dots that they take back; if
/// the edit throws or rolls back, nothing happened.
///
/// Within one transaction: updating and then erasing a record only erases it; inserting a new one
/// and erasing it does nothing; erasing and inserting again assigns it anew.
#ifndef WEFT_LOG_TRANSACTION_HPP
#define WEFT_LOG_TRANSACTION_HPP

#include <weft/base/chunked_vector.hpp>
#include <weft/base/hash_index.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/seeded_hash.hpp>
#include <weft/base/value_pack.hpp>
#include <weft/log/mutation_writer.hpp>
#include <weft/log/state.hpp>
#include <weft/model/record_stage.hpp>
#include <weft/model/ref.hpp>

#include <cstdint>
#include <type_traits>

namespace weft {

namespace detail {

template <class Collections>
struct stages_of;

template <class... Collections>
struct stages_of<std::tuple<Collections...>> {
    using type = value_pack<chunked_vector<record_stage<typename Collections::record_type>>...>;
};

template <class... Fields>
std::bool_constant<(takes_writer<typename Fields::policy_type> || ...)>
any_takes_writer(const field_pack<Fields...>&);

template <class Collections>
struct writers_matter;

/// Whether a policy of the schema has to know who writes.
template <class... Collections>
struct writers_matter<std::tuple<Collections...>>
    : std::bool_constant<(
          decltype(any_takes_writer(std::declval<typename Collections::fields&>()))::value ||
          ...)> {};

}  // namespace detail

/// Where mutations wait for their commit. Reused from transaction to transaction: a small one
/// allocates nothing once the first has run.
template <class Schema, class Traits>
class staging {
public:
    using record_id = typename Traits::record_id;
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct mutation {
        record_id id{};
        std::uint32_t row = none;  ///< in the log, or none
        std::uint32_t stage = 0;
        std::uint8_t collection = 0;
        mutation_kind kind{};
        bool dropped = false;  ///< or, once written, it came to nothing
    };

    /// Begins anew, for what that actor writes into that log.
    template <class Log>
    void begin(const typename Traits::actor_id& actor, const Log& log) {
        clear();
        if constexpr (detail::writers_matter<typename Schema::collections>::value) {
            using id_traits = identifier_traits<typename Traits::actor_id>;
            static_assert(sizeof own_ == id_traits::size);
            id_traits::write(actor, own_);
            const auto slot = log.find_actor(actor);
            by_ = {own_, slot.has_value(), slot ? *slot : actor_slot{}, log.order()};
        }
    }

    /// Who writes; known only where a policy has to know.
    [[nodiscard]] const writer& by() const noexcept { return by_; }

    void clear() {
        for (std::size_t i = 0; i < Schema::count; ++i) {
            used_[i] = 0;
        }
        if (mutations_.size() > unindexed_max) {
            index_.clear();
        }
        mutations_.clear();
    }

    [[nodiscard]] bool empty() const noexcept { return mutations_.empty(); }

    [[nodiscard]] const lean_vector<mutation>& mutations() const noexcept { return mutations_; }

    [[nodiscard]] mutation& operator[](std::uint32_t i) noexcept { return mutations_[i]; }

    /// The mutation gathered for a record, or none. O(1) expected.
    [[nodiscard]] std::uint32_t find(std::uint8_t collection, const record_id& id) {
        if (mutations_.size() <= unindexed_max) {
            for (std::uint32_t i = 0; i < mutations_.size(); ++i) {
                if (mutations_[i].collection == collection && mutations_[i].id == id) {
                    return i;
                }
            }
            return none;
        }
        return index_.find(hash_of(collection, id), [&](std::uint32_t i) {
            return mutations_[i].collection == collection && mutations_[i].id == id;
        });
    }

    /// Gathers a new mutation with an empty stage. Strong guarantee: an edit may catch bad_alloc
    /// and go on.
    template <class Record>
    std::uint32_t add(const record_id& id, std::uint32_t row, mutation_kind kind) {
        constexpr std::uint8_t collection = Schema::template number_of<Record>;
        const std::uint32_t stage = fresh_stage<Record>();
        mutations_.reserve_one();
        index_one_more(hash_of(collection, id));
        mutations_.push_back({id, row, stage, collection, kind, false});
        return static_cast<std::uint32_t>(mutations_.size() - 1);
    }

    template <class Record>
    [[nodiscard]] record_stage<Record>& stage(std::uint32_t number) noexcept {
        return value_at<Schema::template number_of<Record>>(stages_)[number];
    }

    /// A stage that belongs to no mutation: where edits of a missing record go.
    template <class Record>
    [[nodiscard]] std::uint32_t fresh_stage() {
        constexpr std::size_t collection = Schema::template number_of<Record>;
        auto& pool = value_at<collection>(stages_);
        const std::uint32_t number = used_[collection];
        if (number == pool.size()) {
            pool.emplace_back();
        } else {
            pool[number].reset();
        }
        ++used_[collection];
        return number;
    }

    /// Writes what was gathered into `op`, whose mutations are empty so far.
    template <class Log>
    void write(const state<Schema>& held, const Log& log, operation<Traits>& op) {
        for (mutation& m : mutations_) {
            if (!m.dropped) {
                const std::size_t before = op.mutations.size();
                [&]<std::size_t... I>(std::index_sequence<I...>) {
                    static_cast<void>(
                        ((I == m.collection ? (write_one<I>(m, held, log, op), true) : false) ||
                         ...));
                }
                (std::make_index_sequence<Schema::count>{});
                m.dropped = op.mutations.size() == before;
            }
        }
    }

private:
    static constexpr std::uint32_t unindexed_max = 8;

    /// Puts the next mutation into the index, and with the first that needs one, those before.
    void index_one_more(std::uint64_t hash) {
        const auto number = static_cast<std::uint32_t>(mutations_.size());
        if (number < unindexed_max) {
            return;
        }
        const bool first = number == unindexed_max;
        WEFT_TRY {
            for (std::uint32_t i = 0; first && i < number; ++i) {
                index_.insert(hash_of(mutations_[i].collection, mutations_[i].id), i);
            }
            index_.insert(hash, number);
        }
        WEFT_CATCH_ALL {
            if (first) {
                index_.clear();
            }
            WEFT_RETHROW;
        }
    }

    /// Apart for every collection: one id may be in use in several.
    [[nodiscard]] std::uint64_t hash_of(std::uint8_t collection, const record_id& id) const {
        return hash_(id) ^ (collection * std::uint64_t{0x9E3779B97F4A7C15U});
    }

    template <std::size_t Number, class Log>
    void
    write_one(const mutation& m, const state<Schema>& held, const Log& log, operation<Traits>& op) {
        using collection = std::tuple_element_t<Number, typename Schema::collections>;
        using record_type = typename collection::record_type;
        const auto& rows = held.template table_of<record_type>();
        static const typename table<collection>::row blank{};
        const auto& row = m.row < rows.size() ? rows[m.row] : blank;
        mutation_writer<Traits> writer(op, scratch_);
        writer.begin(collection::tag, m.kind, m.id);
        scratch_.clear();
        row.life.observe(m.kind, scratch_);
        writer.observe_record(log);
        if (m.kind != mutation_kind::erase) {
            value_at<Number>(stages_)[m.stage].each([&]<class Field>(std::size_t, auto& effect) {
                scratch_.clear();
                observe_as(row.record.*Field::pointer, effect, scratch_, by_);
                if (effect.empty()) {
                    return;  // nothing was there to take back
                }
                writer.template effect<Field>(effect, log);
            });
        }
        writer.finish();
    }

    typename detail::stages_of<typename Schema::collections>::type stages_;
    std::uint32_t used_[Schema::count]{};
    lean_vector<mutation> mutations_;
    hash_index index_;  ///< once there are more than unindexed_max
    seeded_hash hash_;
    observed_list scratch_;
    writer by_{};
    std::byte own_[identifier_traits<typename Traits::actor_id>::size]{};  ///< what by_ names
};

/// Edits the fields of one record. Empty, and without any effect, if the record was missing or
/// deleted when it was asked for. Lives no longer than its transaction.
template <class Record>
class record_editor {
public:
    record_editor(const Record& held,
                  record_stage<Record>& stage,
                  bool exists,
                  const writer& by) noexcept
        : held_(&held), stage_(&stage), by_(&by), exists_(exists) {}

    /// Whether there is a record to edit.
    [[nodiscard]] explicit operator bool() const noexcept { return exists_; }

    /// The editor of one field: `t[&Todo::votes] += 1`. It sees what this transaction did to the
    /// field so far. One indirect jump.
    template <class Policy, class Owner>
    [[nodiscard]] auto operator[](Policy Owner::*member) {
        static_assert(std::is_base_of_v<Owner, Record>,
                      "weft: that field belongs to another struct");
        return stage_->edit(*held_, static_cast<Policy Record::*>(member), *by_);
    }

private:
    const Record* held_;
    record_stage<Record>* stage_;
    const writer* by_;
    bool exists_;
};

/// What replica::transact gives to its argument.
template <class Schema, class Traits, class Log>
class transaction {
public:
    using record_id = typename Traits::record_id;

    transaction(staging<Schema, Traits>& staged,
                const state<Schema>& held,
                const Log& log,
                typename Traits::random& random,
                std::uint64_t now_ms) noexcept
        : staged_(&staged), held_(&held), log_(&log), random_(&random), now_ms_(now_ms) {}

    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    /// Inserts a record under a new id (uuid version 7). Gives its ref.
    template <class Record>
    ref<Record, record_id> insert(const Record& value) {
        static_assert(
            requires { record_id::v7(now_ms_, *random_); },
            "weft: ids of this record_id type can't be made up; use upsert(id, value)");
        return upsert(record_id::v7(now_ms_, *random_), value);
    }

    /// Inserts a record under the user's own id, or assigns it anew if it exists or was deleted:
    /// registers take the new values, and what was observed of sets and counters is taken back.
    template <class Record>
    ref<Record, record_id> upsert(const record_id& id, const Record& value) {
        const std::uint32_t number = staged_insert<Record>(id);
        auto& m = (*staged_)[number];
        staged_->template stage<Record>(m.stage).replace(held<Record>(m.row), value);
        return {id};
    }

    /// The same for some fields: `tx.upsert<File>(id, [&](auto& f) { f[&File::mode] = 0644; })`.
    /// The others keep their values; the record is there afterwards.
    template <class Record, class Edit>
        ref<Record, record_id> upsert(const record_id&id,
                                      Edit&&edit) requires std::is_invocable_v < Edit &,
        record_editor<Record>
    & > {
        const std::uint32_t number = staged_insert<Record>(id);
        auto& m = (*staged_)[number];
        record_editor<Record> editor(held<Record>(m.row), staged_->template stage<Record>(m.stage),
                                     true, staged_->by());
        edit(editor);
        return {id};
    }

    /// An editor for a record; empty if it is missing or deleted.
    template <class Record>
    [[nodiscard]] record_editor<Record> edit(const ref<Record, record_id>& record) {
        const std::uint32_t number = staged_->find(Schema::template number_of<Record>, record.id);
        if (number == staged_->none) {
            const std::uint32_t row = row_of<Record>(record.id);
            return edit_row<Record>(record.id, row);
        }
        return edit_staged<Record>(number);
    }

    /// The same without the lookup by id.
    template <class Record>
    [[nodiscard]] record_editor<Record> edit(const row_handle<Record>& handle) {
        const auto collection = log_->find_collection(tag<Record>);
        if (!collection || handle.row >= log_->row_count(*collection)) {
            return missing<Record>();
        }
        const record_id id = log_->id_of(record_ref{*collection, handle.row});
        const std::uint32_t number = staged_->find(Schema::template number_of<Record>, id);
        return number == staged_->none ? edit_row<Record>(id, handle.row)
                                       : edit_staged<Record>(number);
    }

    /// Deletes a record. False, and nothing happens, if it is missing or deleted already.
    template <class Record>
    bool erase(const ref<Record, record_id>& record) {
        const std::uint32_t number = staged_->find(Schema::template number_of<Record>, record.id);
        if (number == staged_->none) {
            const std::uint32_t row = row_of<Record>(record.id);
            if (!visible<Record>(row)) {
                return false;
            }
            staged_->template add<Record>(record.id, row, mutation_kind::erase);
            return true;
        }
        auto& m = (*staged_)[number];
        if (m.dropped || m.kind == mutation_kind::erase) {
            return false;
        }
        m.dropped = !visible<Record>(m.row);
        m.kind = mutation_kind::erase;
        return true;
    }

    /// Whether the record is there, as this transaction sees it.
    template <class Record>
    [[nodiscard]] bool contains(const ref<Record, record_id>& record) {
        const std::uint32_t number = staged_->find(Schema::template number_of<Record>, record.id);
        if (number == staged_->none) {
            return visible<Record>(row_of<Record>(record.id));
        }
        return !(*staged_)[number].dropped && (*staged_)[number].kind != mutation_kind::erase;
    }

    /// Gives up: nothing of this transaction will have happened.
    void rollback() noexcept { rolled_back_ = true; }

    [[nodiscard]] bool rolled_back() const noexcept { return rolled_back_; }

private:
    template <class Record>
    static constexpr std::uint32_t tag = Schema::tags[Schema::template number_of<Record>];

    template <class Record>
    [[nodiscard]] std::uint32_t row_of(const record_id& id) const {
        const auto found = log_->find(tag<Record>, id);
        return found ? found->row : staged_->none;
    }

    template <class Record>
    [[nodiscard]] bool visible(std::uint32_t row) const noexcept {
        return held_->template table_of<Record>().find(row) != nullptr;
    }

    template <class Record>
    [[nodiscard]] const Record& held(std::uint32_t row) const {
        static const Record blank{};
        const auto& rows = held_->template table_of<Record>();
        return row < rows.size() ? rows[row].record : blank;
    }

    template <class Record>
    [[nodiscard]] record_editor<Record> missing() {
        return {held<Record>(staged_->none),
                staged_->template stage<Record>(staged_->template fresh_stage<Record>()), false,
                staged_->by()};
    }

    template <class Record>
    [[nodiscard]] record_editor<Record> edit_row(const record_id& id, std::uint32_t row) {
        if (!visible<Record>(row)) {
            return missing<Record>();
        }
        return edit_staged<Record>(staged_->template add<Record>(id, row, mutation_kind::update));
    }

    template <class Record>
    [[nodiscard]] record_editor<Record> edit_staged(std::uint32_t number) {
        const auto& m = (*staged_)[number];
        if (m.dropped || m.kind == mutation_kind::erase) {
            return missing<Record>();
        }
        return {held<Record>(m.row), staged_->template stage<Record>(m.stage), true, staged_->by()};
    }

    template <class Record>
    [[nodiscard]] std::uint32_t staged_insert(const record_id& id) {
        std::uint32_t number = staged_->find(Schema::template number_of<Record>, id);
        if (number == staged_->none) {
            number = staged_->template add<Record>(id, row_of<Record>(id), mutation_kind::insert);
        } else {
            auto& m = (*staged_)[number];
            if (m.dropped || m.kind == mutation_kind::erase) {
                staged_->template stage<Record>(m.stage).reset();
            }
            m.dropped = false;
            m.kind = mutation_kind::insert;
        }
        return number;
    }

    staging<Schema, Traits>* staged_;
    const state<Schema>* held_;
    const Log* log_;
    typename Traits::random* random_;
    std::uint64_t now_ms_;
    bool rolled_back_ = false;
};

}  // namespace weft

#endif
