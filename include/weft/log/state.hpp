/// The state that a set of operations adds up to: the tables of all collections of a schema. A pure
/// function of the set: operations come from the log, in any causal order. Effects of collections
/// and fields that the schema does not know are skipped; the log keeps them. A value: a copy is a
/// checkpoint.
///
/// Where something was ever undone, a record is a function of its whole history: the mutations that
/// stand, in any causal order, each taking back what its writer had seen of what stands. When what
/// stands changes, the records of the operation are made again: settle_undos() goes through their
/// histories once, however many undos came. Between the undo and that, such a record is out of
/// date, and what comes to it waits. Records without undos pay one comparison.
#ifndef WEFT_LOG_STATE_HPP
#define WEFT_LOG_STATE_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/base/value_pack.hpp>
#include <weft/log/operation.hpp>
#include <weft/log/record_history.hpp>
#include <weft/log/undo_marks.hpp>
#include <weft/model/schema.hpp>
#include <weft/model/table.hpp>

#include <tuple>
#include <utility>

namespace weft {

/// The digest of one tag's state: field 0 is the records' lives.
struct tag_digest {
    schema_entry what{};
    digest<16> state{};
    friend constexpr bool operator==(const tag_digest&, const tag_digest&) = default;
};

namespace detail {

template <class Collections>
struct tables_of;

template <class... Collections>
struct tables_of<std::tuple<Collections...>> {
    using type = value_pack<table<Collections>...>;
};

}  // namespace detail

template <class Schema>
class state {
public:
    using tables = typename detail::tables_of<typename Schema::collections>::type;

    template <class Record>
    [[nodiscard]] const auto& table_of() const noexcept {
        constexpr std::size_t number = Schema::template number_of<Record>;
        static_assert(number < Schema::count,
                      "weft: no collection of this schema holds that struct");
        return value_at<number>(tables_);
    }

    /// Whether the record of a row of the schema's collection `number` is there. One indirect jump.
    [[nodiscard]] presence presence_of(std::size_t number, std::uint32_t row) const noexcept {
        presence found = presence::unknown;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            static_cast<void>(
                ((I == number ? (found = value_at<I>(tables_).presence_of(row), true) : false) ||
                 ...));
        }
        (std::make_index_sequence<Schema::count>{});
        return found;
    }

    /// Applies one operation of `log`. The listener's report() is for the policies (policy.hpp); it
    /// is itself told
    ///   life(schema_number, mutation, changed) and
    ///   effect(schema_number, mutation, effect, outcome)
    /// after each part. Each policy has the strong guarantee; the operation as a whole has not.
    /// If unsettled() afterwards, settle_undos() is due before anything is read.
    template <class Log, class Listener>
    void apply(const local_operation& op, const Log& log, Listener& listener) {
        event at{{op.id, 0}, op.at, log.order()};
        for (const local_mutation& mutation : op.mutations) {
            const std::size_t number = schema_number(mutation.record.collection, log);
            if (number < Schema::count) {
                with_table(number, [&](auto& rows) {
                    apply_mutation(rows, number, op, mutation, at, log, listener);
                });
            } else if (log.collection_tag(mutation.record.collection) == undo_tag) {
                apply_undo(op, mutation, at, log);
            }
            ++at.id.ordinal;
        }
    }

    /// Calls visit(schema_number, row) for each record that an operation may have changed: those
    /// that it names; of an undo or redo, those of the operations that it is about.
    template <class Log, class Visit>
    static void each_record(const local_operation& op, const Log& log, const Visit& visit) {
        local_operation other;
        for (const local_mutation& mutation : op.mutations) {
            const std::uint32_t tag = log.collection_tag(mutation.record.collection);
            if (const std::size_t number = Schema::find(tag); number < Schema::count) {
                visit(number, mutation.record.row);
            }
            if (tag != undo_tag) {
                continue;
            }
            for (const local_event& named : op.observed_of(mutation.observed)) {
                if (mutation.kind == mutation_kind::insert && marks_operation(op, named)) {
                    each_named(named.operation, log, visit);
                } else if (mutation.kind == mutation_kind::erase) {
                    log.read(log.graph().index_of(named.operation), other);
                    each_marked(other, named.ordinal, log,
                                [&](local_dot target) { each_named(target, log, visit); });
                }
            }
        }
    }

    /// Which operations are undone.
    [[nodiscard]] const undo_marks& marks() const noexcept { return marks_; }

    /// Whether an undo ever touched a record.
    [[nodiscard]] bool ever_undone(record_ref record) const noexcept {
        return touched_.find(record) != nullptr;
    }

    /// Whether records are to be made again.
    [[nodiscard]] bool unsettled() const noexcept { return !due_.empty(); }

    /// Makes the records again that undos touched since the last call, from the operations of
    /// `past` (all if null); `index` has gone through the log. The listener is told of the
    /// mutations that had to wait as if they came now, and of what else changed:
    ///   revised(schema_number, record, by, before, after), for listeners that have it,
    /// with the records' rows. O(histories of those records).
    template <class Log, class Listener>
    void settle_undos(const Log& log,
                      const record_history& index,
                      const causal_graph::cut* past,
                      Listener& listener) {
        lean_vector<op_index> operations;
        local_operation scratch;
        for (const record_ref record : due_) {
            const std::size_t number = schema_number(record.collection, log);
            index.of(record, operations);
            with_table(number, [&](auto& rows) {
                make_again(rows, number, record, operations, past, log, scratch, listener);
            });
            *touched_.find(record) = {};
        }
        due_.clear();
    }

    /// Per tag, ascending, of those that hold anything: a tag without a digest is as if no
    /// operation had touched it, as is a set that was emptied. O(what changed since the last call).
    template <class Log>
    [[nodiscard]] lean_vector<tag_digest> digests(const Log& log) {
        lean_vector<tag_digest> all;
        std::size_t number = 0;
        each_table([&]<class Collection>(table<Collection>& rows) {
            settle(rows, number++, log);
            using fields = typename Collection::fields;
            const auto add = [&](std::uint32_t tag, std::uint32_t kind, const digest_sum& sum) {
                if (!sum.zero()) {
                    all.push_back({{Collection::tag, tag, kind}, sum.value()});
                }
            };
            add(0, Collection::kind, rows.sum(fields::count));
            for (const std::uint8_t field : fields::by_tag) {
                add(fields::tags[field], fields::kinds[field], rows.sum(field));
            }
        });
        if (!marks_.sum().zero()) {
            all.push_back({{undo_tag, 0, undo_kind}, marks_.sum().value()});
        }
        for (std::size_t i = 1; i < all.size(); ++i) {
            for (std::size_t k = i; k > 0 && all[k].what < all[k - 1].what; --k) {
                std::swap(all[k], all[k - 1]);
            }
        }
        return all;
    }

private:
    static constexpr std::uint8_t not_looked_up = 255;

    /// The schema's number of the log's collection; Schema::count if unknown.
    template <class Log>
    [[nodiscard]] std::size_t schema_number(std::uint32_t collection, const Log& log) {
        if (collection >= numbers_.size()) {
            numbers_.resize(collection + 1, not_looked_up);
        }
        if (numbers_[collection] == not_looked_up) {
            const std::size_t number = Schema::find(log.collection_tag(collection));
            if (number == Schema::count) {
                return number;
            }
            numbers_[collection] = static_cast<std::uint8_t>(number);
        }
        return numbers_[collection];
    }

    template <class Rows, class Log, class Listener>
    void apply_mutation(Rows& rows,
                        std::size_t number,
                        const local_operation& op,
                        const local_mutation& mutation,
                        const event& at,
                        const Log& log,
                        Listener& listener) {
        const auto id = log.id_of(mutation.record);
        using identifier = identifier_traits<std::remove_cvref_t<decltype(id)>>;
        std::byte bytes[identifier::size];
        identifier::write(id, bytes);
        const std::uint32_t row = mutation.record.row;
        rows.reach(row);
        const auto apply_in = [&](const manner& way) {
            apply_parts(rows, number, op, mutation, bytes, at, way, listener.report(), listener);
        };
        if (touched_.empty()) {
            apply_in({});
            return;
        }
        const hindsight past = past_of(at, log.graph());
        const application how = manner_of<Rows>(op, mutation, at, log);
        apply_in({how, how == application::recalled ? &past : nullptr, nullptr});
    }

    /// Applies a mutation to a row in the given manner.
    template <class Rows, class Report, class Listener>
    static void apply_parts(Rows& rows,
                            std::size_t number,
                            const local_operation& op,
                            const local_mutation& mutation,
                            byte_span id,
                            const event& at,
                            const manner& way,
                            Report& report,
                            Listener& listener) {
        const std::uint32_t row = mutation.record.row;
        const bool visibility = rows.apply_life(row, id, mutation.kind,
                                                op.observed_of(mutation.observed), at, report, way);
        if (!way.template leaves_out<typename Rows::rule_type>()) {
            listener.life(number, mutation, visibility);
        }
        for (const effect_entry& effect : op.effects_of(mutation)) {
            const effect_outcome outcome =
                rows.apply_field(row, id, effect.field, effect.kind, op.payload_of(effect),
                                 op.observed_of(effect.observed), at, report, way);
            if (outcome != effect_outcome::put_off) {
                listener.effect(number, mutation, effect, outcome);
            }
        }
    }

    // --- undo

    /// What is known of a record that an undo ever touched.
    struct revision {
        bool due = false;          ///< it is to be made again
        local_dot by{};            ///< because of this operation's mark, if its sequence is not 0
        local_event waits_from{};  ///< the first mutation that waits for that
        op_index waits_at{};       ///< its operation
    };

    /// How a mutation comes to a record, now that something was undone.
    template <class Rows, class Log>
    application manner_of(const local_operation& op,
                          const local_mutation& mutation,
                          const event& at,
                          const Log& log) {
        const revision* const of = touched_.find(mutation.record);
        if (of == nullptr) {
            return application::as_named;
        }
        bool waits = of->due;
        for (const effect_entry& effect : op.effects_of(mutation)) {
            waits |= Rows::needs_steps(effect.field, effect.kind, effect.observed.count);
        }
        if (waits) {
            put_off(mutation.record, {}, at.id, log);
        }
        return waits ? application::put_off : application::recalled;
    }

    /// A record is to be made again, and a mutation of it (if any comes from here on) waits.
    template <class Log>
    void put_off(record_ref record, local_dot by, const local_event& from, const Log& log) {
        revision& of = touched_[record];
        if (!of.due) {
            due_.push_back(record);
            of = {true, by, from, log.graph().index_of(from.operation)};
        }
        of.by = by.sequence != 0 ? by : of.by;
    }

    /// A mutation of the pseudo-collection.
    template <class Log>
    void apply_undo(const local_operation& op,
                    const local_mutation& mutation,
                    const event& at,
                    const Log& log) {
        local_operation other;
        for (const local_event& named : op.observed_of(mutation.observed)) {
            if (mutation.kind == mutation_kind::insert) {
                if (marks_operation(op, named) && marks_.mark(named.operation, at)) {
                    revise(named.operation, at, log);
                }
            } else if (mutation.kind == mutation_kind::erase) {
                log.read(log.graph().index_of(named.operation), other);
                each_marked(other, named.ordinal, log, [&](local_dot target) {
                    if (marks_.take_back(target, named, at.actors)) {
                        revise(target, at, log);
                    }
                });
            }
        }
    }

    /// Calls visit(local_dot) for what a mutation of the pseudo-collection marks, if it is one.
    template <class Log, class Visit>
    static void each_marked(const local_operation& op,
                            std::uint32_t ordinal,
                            const Log& log,
                            const Visit& visit) {
        if (ordinal >= op.mutations.size()) {
            return;
        }
        const local_mutation& mutation = op.mutations[ordinal];
        if (mutation.kind == mutation_kind::insert &&
            log.collection_tag(mutation.record.collection) == undo_tag) {
            for (const local_event& named : op.observed_of(mutation.observed)) {
                if (marks_operation(op, named)) {
                    visit(named.operation);
                }
            }
        }
    }

    /// Calls visit(schema_number, row) for the records of an operation.
    template <class Log, class Visit>
    static void each_named(local_dot operation, const Log& log, const Visit& visit) {
        local_operation op;
        log.read(log.graph().index_of(operation), op);
        for (const local_mutation& mutation : op.mutations) {
            const std::size_t number = Schema::find(log.collection_tag(mutation.record.collection));
            if (number < Schema::count) {
                visit(number, mutation.record.row);
            }
        }
    }

    /// The records of an operation that is undone or redone now.
    template <class Log>
    void revise(local_dot operation, const event& at, const Log& log) {
        local_operation op;
        log.read(log.graph().index_of(operation), op);
        const local_event next{at.id.operation, at.id.ordinal + 1};
        for (const local_mutation& mutation : op.mutations) {
            if (schema_number(mutation.record.collection, log) < Schema::count) {
                put_off(mutation.record, at.id.operation, next, log);
            }
        }
    }

    template <class Rows, class Log, class Listener>
    void make_again(Rows& rows,
                    std::size_t number,
                    record_ref record,
                    const lean_vector<op_index>& operations,
                    const causal_graph::cut* past,
                    const Log& log,
                    local_operation& op,
                    Listener& listener) {
        const auto id = log.id_of(record);
        using identifier = identifier_traits<std::remove_cvref_t<decltype(id)>>;
        std::byte bytes[identifier::size];
        identifier::write(id, bytes);
        const revision of = *touched_.find(record);
        constexpr bool tells = requires {
            listener.revised(number, record, of.by, rows[0], rows[0]);
        };
        std::conditional_t<tells, typename Rows::row, int> before{};
        if constexpr (tells) {
            before = rows[record.row];
        }
        rows.begin_again(record.row, bytes, log.order());
        hindsight::step_list steps[Rows::fields::count];
        silence quiet;
        null_report unheard;
        for (const op_index index : operations) {
            const local_dot dot = log.graph().dot_of(index);
            if (past != nullptr && !within(dot, *past)) {
                continue;
            }
            const bool undone = marks_.undone(dot);
            if (undone && !Rows::leaves_anchors) {
                continue;
            }
            log.read(index, op);
            event at{{op.id, 0}, op.at, log.order()};
            if (undone) {
                leave_anchors(rows, record, op, at);
                continue;
            }
            for (const local_mutation& mutation : op.mutations) {
                if (mutation.record == record) {
                    const hindsight seen = past_of(at, log.graph());
                    const manner way{application::again, &seen, steps};
                    const bool waited =
                        index > of.waits_at ||
                        (index == of.waits_at && at.id.ordinal >= of.waits_from.ordinal);
                    if (waited) {
                        apply_parts(rows, number, op, mutation, bytes, at, way, listener.report(),
                                    listener);
                    } else {
                        apply_parts(rows, number, op, mutation, bytes, at, way, unheard, quiet);
                    }
                }
                ++at.id.ordinal;
            }
        }
        if constexpr (tells) {
            if (of.by.sequence != 0) {
                listener.revised(number, record, of.by, before, rows[record.row]);
            }
        }
    }

    /// What an operation that is undone leaves in a record.
    template <class Rows>
    static void leave_anchors(Rows& rows, record_ref record, const local_operation& op, event at) {
        for (const local_mutation& mutation : op.mutations) {
            if (mutation.record == record) {
                for (const effect_entry& effect : op.effects_of(mutation)) {
                    rows.apply_undone(record.row, effect.field, effect.kind, op.payload_of(effect),
                                      op.observed_of(effect.observed), at);
                }
            }
            ++at.id.ordinal;
        }
    }

    [[nodiscard]] static bool within(local_dot dot, const causal_graph::cut& past) noexcept {
        return dot.slot.value < past.size() && dot.sequence <= past[dot.slot.value];
    }

    /// Listens to nothing.
    struct silence {
        void life(std::size_t /*schema_number*/,
                  const local_mutation& /*by*/,
                  bool /*changed*/) noexcept {}

        void effect(std::size_t /*schema_number*/,
                    const local_mutation& /*by*/,
                    const effect_entry& /*of*/,
                    effect_outcome /*outcome*/) noexcept {}
    };

    template <class Rows, class Log>
    void settle(Rows& rows, std::size_t number, const Log& log) {
        std::uint32_t collection = 0;
        for (; collection < numbers_.size() && numbers_[collection] != number; ++collection) {
        }
        rows.settle(log.order(), [&](std::uint32_t row) {
            using id_type = std::remove_cvref_t<decltype(log.id_of(record_ref{}))>;
            std::array<std::byte, identifier_traits<id_type>::size> bytes{};
            identifier_traits<id_type>::write(log.id_of(record_ref{collection, row}), bytes.data());
            return bytes;
        });
    }

    template <class Visitor>
    void with_table(std::size_t number, Visitor&& visitor) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            static_cast<void>(
                ((I == number ? (visitor(value_at<I>(tables_)), true) : false) || ...));
        }
        (std::make_index_sequence<Schema::count>{});
    }

    template <class Visitor>
    void each_table(Visitor&& visitor) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (visitor(value_at<I>(tables_)), ...);
        }
        (std::make_index_sequence<Schema::count>{});
    }

    tables tables_{};
    lean_vector<std::uint8_t> numbers_;  ///< by the log's collection number: the schema's
    undo_marks marks_;
    small_map<record_ref, revision> touched_;  ///< by undos, ever
    lean_vector<record_ref> due_;              ///< to be made again
};

}  // namespace weft

#endif
