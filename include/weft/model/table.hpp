/// The typed rows of one collection: per record the user's struct, its life, and what changed since
/// the digest was last settled. Rows are numbered by the log, in its order of first sight. The only
/// place where an effect's bytes become a policy's state.
///
/// The digest of a field tag is the sum, over all records, of a hash of (record id, canonical state
/// of the field); a field that was never touched adds nothing, so that builds that know more fields
/// agree with those that know fewer. It is kept lazily: the first change after a settle() takes the
/// old state's hash out and marks the field; settle() puts the new one in. Cost: O(what changed).
#ifndef WEFT_MODEL_TABLE_HPP
#define WEFT_MODEL_TABLE_HPP

#include <weft/base/chunked_vector.hpp>
#include <weft/base/digest_sum.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/merge/hindsight.hpp>
#include <weft/merge/mutation_kind.hpp>
#include <weft/merge/policy.hpp>
#include <weft/model/collection.hpp>

#include <bit>
#include <cstdint>
#include <utility>

namespace weft {

/// What became of one effect.
enum class effect_outcome : std::uint8_t {
    unknown_field,  ///< kept in the log, not applied
    void_effect,    ///< known field, other kind or undecodable: kept, without effect
    unchanged,      ///< applied; the visible value is as before
    changed,        ///< applied; the visible value changed
    put_off,        ///< not applied now: its record is to be made again, or has kept it
};

/// How a mutation comes to a record: see state.hpp.
enum class application : std::uint8_t {
    as_named,  ///< takes back the dots that it names
    recalled,  ///< takes back what its writer had seen (hindsight.hpp)
    put_off,   ///< only what can't be undone is applied; the rest when the record is made again
    again,     ///< only what can be undone is applied: the record is being made again
};

/// How, and what that takes. The steps are those of each field, while a record is made again.
struct manner {
    application how = application::as_named;
    const hindsight* past = nullptr;
    hindsight::step_list* steps = nullptr;

    /// Whether a policy's or rule's part is left out.
    template <class Policy>
    [[nodiscard]] constexpr bool leaves_out() const noexcept {
        return how == (undoable<Policy> ? application::put_off : application::again);
    }
};

/// Whether a record is there.
enum class presence : std::uint8_t {
    unknown,  ///< no mutation of it came here yet
    gone,     ///< it is deleted, or was never inserted, or its insert is undone
    visible,
};

template <class Collection>
class table {
public:
    using record_type = typename Collection::record_type;
    using rule_type = typename Collection::rule_type;
    using fields = typename Collection::fields;
    static_assert(fields::count < 64, "weft: a record has at most 63 fields; nest structs");

    struct row {
        record_type record{};
        rule_type life{};
        std::uint64_t changed = 0;  ///< bit per field, life_bit: not in the digest at the moment
    };

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(rows_.size());
    }

    [[nodiscard]] const row& operator[](std::uint32_t number) const noexcept {
        return rows_[number];
    }

    /// The record, or null if there is none at that row or it is deleted.
    [[nodiscard]] const record_type* find(std::uint32_t number) const noexcept {
        return number < rows_.size() && rows_[number].life.visible() ? &rows_[number].record
                                                                     : nullptr;
    }

    [[nodiscard]] presence presence_of(std::uint32_t number) const noexcept {
        if (number >= rows_.size()) {
            return presence::unknown;
        }
        return rows_[number].life.visible() ? presence::visible : presence::gone;
    }

    /// Makes row `number` exist. Amortised O(1) per new row.
    void reach(std::uint32_t number) {
        while (rows_.size() <= number) {
            rows_.emplace_back();
        }
    }

    /// Applies a mutation to the record's life; true if its visibility changed.
    template <class Report>
    bool apply_life(std::uint32_t number,
                    byte_span id,
                    mutation_kind kind,
                    observed_span observed,
                    const event& at,
                    Report& report,
                    const manner& way = {}) {
        if (way.leaves_out<rule_type>()) {
            return false;
        }
        row& target = rows_[number];
        touch(number, target, life_bit, id, at.actors);
        observed_list recalled;
        if (way.past != nullptr && undoable<rule_type>) {
            observed = recall_dots(target.life, kind, *way.past, observed, recalled);
        }
        return target.life.apply(kind, observed, at, report);
    }

    /// Applies one field's effect. Strong guarantee.
    template <class Report>
    effect_outcome apply_field(std::uint32_t number,
                               byte_span id,
                               std::uint32_t tag,
                               std::uint32_t kind,
                               byte_span payload,
                               observed_span observed,
                               const event& at,
                               Report& report,
                               const manner& way = {}) {
        const std::size_t field = fields::find(tag);
        if (field == fields::count) {
            return effect_outcome::unknown_field;
        }
        if (fields::kinds[field] != kind) {
            return effect_outcome::void_effect;
        }
        effect_outcome outcome = effect_outcome::void_effect;
        observed_list recalled;
        fields::at(field, [&]<class Field>(std::size_t) {
            using policy_type = typename Field::policy_type;
            if (way.leaves_out<policy_type>()) {
                outcome = effect_outcome::put_off;
                return;
            }
            byte_reader in(payload);
            auto effect = policy_type::decode(in, observed.size());
            if (effect && in.empty()) {
                row& target = rows_[number];
                touch(number, target, field, id, at.actors);
                if (way.past != nullptr && undoable<policy_type>) {
                    observed = recall_dots(
                        target.record.*Field::pointer, *effect,
                        hindsight(*way.past, way.steps == nullptr ? nullptr : way.steps + field),
                        observed, recalled);
                }
                const bool changed =
                    (target.record.*Field::pointer).apply(std::move(*effect), observed, at, report);
                outcome = changed ? effect_outcome::changed : effect_outcome::unchanged;
            }
        });
        return outcome;
    }

    /// Applies what is left of one field's effect that is undone, to a record that is being made
    /// again: begin_again() has taken it out of the digest.
    void apply_undone(std::uint32_t number,
                      std::uint32_t tag,
                      std::uint32_t kind,
                      byte_span payload,
                      observed_span observed,
                      const event& at) {
        const std::size_t field = fields::find(tag);
        if (field == fields::count || fields::kinds[field] != kind) {
            return;
        }
        fields::at(field, [&]<class Field>(std::size_t) {
            using policy_type = typename Field::policy_type;
            if constexpr (undoable<policy_type> && weft::leaves_anchors<policy_type>) {
                byte_reader in(payload);
                auto effect = policy_type::decode(in, observed.size());
                if (effect && in.empty()) {
                    (rows_[number].record.*Field::pointer)
                        .apply_undone(std::move(*effect), observed, at);
                }
            }
        });
    }

    /// Whether an effect with so many dots can be applied to a record that an undo touched only by
    /// making the record again.
    [[nodiscard]] static bool
    needs_steps(std::uint32_t tag, std::uint32_t kind, std::uint32_t dots) noexcept {
        const std::size_t field = dots == 0 ? fields::count : fields::find(tag);
        return field != fields::count && fields::kinds[field] == kind && steps_kept[field];
    }

    /// Makes all of a record that can be undone as if nothing had been done to it.
    void begin_again(std::uint32_t number, byte_span id, const actor_order& actors) {
        row& target = rows_[number];
        if constexpr (undoable<rule_type>) {
            touch(number, target, life_bit, id, actors);
            target.life = {};
        }
        for (std::size_t field = 0; field != fields::count; ++field) {
            fields::at(field, [&]<class Field>(std::size_t) {
                if constexpr (undoable<typename Field::policy_type>) {
                    touch(number, target, field, id, actors);
                    target.record.*Field::pointer = typename Field::policy_type();
                }
            });
        }
    }

    /// Brings the digests up to date. `id_of(row)` gives a record's canonical id bytes.
    /// O(fields changed since the last time, and the size of their states).
    template <class IdOf>
    void settle(const actor_order& actors, IdOf&& id_of) {
        for (const std::uint32_t number : changed_rows_) {
            row& target = rows_[number];
            const auto id = id_of(number);
            while (target.changed != 0) {
                const auto field = static_cast<std::size_t>(std::countr_zero(target.changed));
                digest<16> part;
                if (contribution(target, field, id, actors, part)) {
                    sums_[slot(field)].add(part);
                }
                target.changed &= target.changed - 1;
            }
        }
        changed_rows_.clear();
    }

    /// The digest of field number i, or of the records' lives for i == fields::count; settled.
    [[nodiscard]] const digest_sum& sum(std::size_t i) const noexcept { return sums_[i]; }

private:
    static constexpr std::size_t life_bit = 63;

    /// Room to work in, which no copy needs.
    struct scratch {
        byte_buffer bytes;

        scratch() = default;

        scratch(const scratch& /*other*/) noexcept {}

        scratch& operator=(const scratch& /*other*/) noexcept { return *this; }
    };

    template <class Pack>
    struct steps_of;

    template <class... Fields>
    struct steps_of<detail::field_pack<Fields...>> {
        static constexpr bool anchors = (weft::leaves_anchors<typename Fields::policy_type> || ...);
        static constexpr bool kept[sizeof...(Fields) + 1]{
            recalls_steps<typename Fields::policy_type>...};
    };

    using packed = steps_of<decltype(detail::pack_in(std::declval<fields&>()))>;
    static constexpr const bool* steps_kept = packed::kept;

public:
    /// Whether anything stays of effects that are undone, in some field.
    static constexpr bool leaves_anchors = packed::anchors;

private:
    [[nodiscard]] static constexpr std::size_t slot(std::size_t field) noexcept {
        return field == life_bit ? fields::count : field;
    }

    void touch(std::uint32_t number,
               row& target,
               std::size_t field,
               byte_span id,
               const actor_order& actors) {
        const std::uint64_t bit = std::uint64_t{1} << field;
        if ((target.changed & bit) != 0) {
            return;
        }
        digest<16> part;
        const bool any = contribution(target, field, id, actors, part);
        if (target.changed == 0) {
            changed_rows_.push_back(number);
        }
        target.changed |= bit;  // from here on nothing throws: marked and taken out go together
        if (any) {
            sums_[slot(field)].subtract(part);
        }
    }

    /// False: untouched so far, adds nothing.
    bool contribution(const row& target,
                      std::size_t field,
                      byte_span id,
                      const actor_order& actors,
                      digest<16>& part) {
        bool any = false;
        scratch_.bytes.resize(id.size());
        copy_bytes(scratch_.bytes.data(), id.data(), id.size());
        byte_writer out(scratch_.bytes);
        if (field == life_bit) {
            any = !target.life.pristine();
            if (any) {
                target.life.write_state(out, actors);
            }
        } else {
            fields::at(field, [&]<class Field>(std::size_t) {
                const auto& state = target.record.*Field::pointer;
                any = !state.pristine();
                if (!any) {
                    return;
                }
                if constexpr (requires { state.digest_sum(); }) {
                    out.append(state.digest_sum().bytes);
                } else {
                    state.write_state(out, actors);
                }
            });
        }
        if (any) {
            part = xxh3_128::hash(scratch_.bytes);
        }
        return any;
    }

    chunked_vector<row> rows_;
    lean_vector<std::uint32_t> changed_rows_;
    digest_sum sums_[fields::count + 1]{};
    scratch scratch_;
};

}  // namespace weft

#endif
