/// The state that a set of operations adds up to: the tables of all collections of a schema. A pure
/// function of the set: operations come from the log, in any causal order. Effects of collections
/// and fields that the schema does not know are skipped; the log keeps them. A value: a copy is a
/// checkpoint.
#ifndef WEFT_LOG_STATE_HPP
#define WEFT_LOG_STATE_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/base/value_pack.hpp>
#include <weft/log/operation.hpp>
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
    template <class Log, class Listener>
    void apply(const local_operation& op, const Log& log, Listener& listener) {
        event at{{op.id, 0}, op.at, log.order()};
        for (const local_mutation& mutation : op.mutations) {
            const std::size_t number = schema_number(mutation.record.collection, log);
            if (number < Schema::count) {
                with_table(number, [&](auto& rows) {
                    apply_mutation(rows, number, op, mutation, at, log, listener);
                });
            }
            ++at.id.ordinal;
        }
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
        const bool visibility = rows.apply_life(
            row, bytes, mutation.kind, op.observed_of(mutation.observed), at, listener.report());
        listener.life(number, mutation, visibility);
        for (const effect_entry& effect : op.effects_of(mutation)) {
            const effect_outcome outcome =
                rows.apply_field(row, bytes, effect.field, effect.kind, op.payload_of(effect),
                                 op.observed_of(effect.observed), at, listener.report());
            listener.effect(number, mutation, effect, outcome);
        }
    }

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
};

}  // namespace weft

#endif
