/// The effects that one mutation gathers before it is committed: one per field, empty until an
/// editor touches it. Reused from mutation to mutation; reset() clears only what was touched.
#ifndef WEFT_MODEL_RECORD_STAGE_HPP
#define WEFT_MODEL_RECORD_STAGE_HPP

#include <weft/base/value_pack.hpp>
#include <weft/merge/writer.hpp>
#include <weft/model/field.hpp>

#include <bit>
#include <cstdint>

namespace weft {

namespace detail {

template <class Pack>
struct effects_of;

template <class... Fields>
struct effects_of<field_pack<Fields...>> {
    using type = value_pack<typename Fields::policy_type::effect...>;
};

template <class... Fields>
field_pack<Fields...> pack_in(const field_pack<Fields...>&);

}  // namespace detail

template <class Record>
class record_stage {
public:
    using fields = record_fields<Record>;
    static_assert(fields::count <= 64, "weft: a record has at most 64 fields; nest structs");

    /// The editor of a field over `held`, the record's present state, for a writer if one is known.
    template <class Policy>
    [[nodiscard]] typename Policy::editor
    edit(const Record& held, Policy Record::*member, const writer& by = {}) {
        typename Policy::effect* effect = nullptr;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            static_cast<void>((pick<I>(member, effect) || ...));
        }
        (std::make_index_sequence<fields::count>{});
        WEFT_ASSERT(effect != nullptr);
        return edit_as<Policy>(held.*member, *effect, by);
    }

    /// Effects that turn `held` into `wanted`: an insert's.
    void replace(const Record& held, const Record& wanted) {
        reset();
        fields::each([&]<class Field>(std::size_t number) {
            touched_ |= std::uint64_t{1} << number;
            (held.*Field::pointer).replace(wanted.*Field::pointer, effect_at<Field>());
        });
    }

    /// Puts in a ready effect; for builders and for effects made again.
    template <class Field>
    [[nodiscard]] typename Field::policy_type::effect& touch(std::size_t number) noexcept {
        touched_ |= std::uint64_t{1} << number;
        return effect_at<Field>();
    }

    /// Calls visitor.template operator()<Field>(number, effect) for each non-empty effect, in
    /// ascending order of tag.
    template <class Visitor>
    void each(Visitor&& visitor) {
        for (const std::uint8_t number : fields::by_tag) {
            if ((touched_ >> number & 1U) == 0) {
                continue;
            }
            fields::at(number, [&]<class Field>(std::size_t) {
                auto& effect = effect_at<Field>();
                if (!effect.empty()) {
                    visitor.template operator()<Field>(number, effect);
                }
            });
        }
    }

    void reset() {
        for (; touched_ != 0; touched_ &= touched_ - 1) {
            fields::at(static_cast<std::size_t>(std::countr_zero(touched_)),
                       [&]<class Field>(std::size_t) { effect_at<Field>() = {}; });
        }
    }

private:
    using effects =
        typename detail::effects_of<decltype(detail::pack_in(std::declval<fields&>()))>::type;

    template <class Field>
    [[nodiscard]] typename Field::policy_type::effect& effect_at() noexcept {
        constexpr std::size_t number = fields::number_of(Field::pointer);
        return value_at<number>(effects_);
    }

    template <std::size_t I, class Policy>
    [[nodiscard]] bool pick(Policy Record::*member, typename Policy::effect*& effect) noexcept {
        using field = typename fields::template nth<I>;
        if constexpr (std::is_same_v<typename field::policy_type, Policy>) {
            if (member == field::pointer) {
                touched_ |= std::uint64_t{1} << I;
                effect = &value_at<I>(effects_);
                return true;
            }
        }
        return false;
    }

    effects effects_{};
    std::uint64_t touched_ = 0;
};

}  // namespace weft

#endif
