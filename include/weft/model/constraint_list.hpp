/// The constraints of a schema as a list of types: their numbers, their names, and the stages in
/// which they are judged. Each choice (unique, capacity) is a stage; references that stand next to
/// each other are one together.
#ifndef WEFT_MODEL_CONSTRAINT_LIST_HPP
#define WEFT_MODEL_CONSTRAINT_LIST_HPP

#include <weft/base/value_pack.hpp>
#include <weft/model/key_groups.hpp>
#include <weft/model/reference_links.hpp>

#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace weft {

/// Constraints are numbered from 0, stages from 1.
template <class... Constraints>
struct constraint_list {
    static constexpr std::size_t count = sizeof...(Constraints);
    static constexpr std::array<std::string_view, count> names{Constraints::name...};
    static constexpr std::array<bool, count> refers{Constraints::refers...};

    template <std::size_t Number>
    using nth = std::tuple_element_t<Number, std::tuple<Constraints...>>;

    [[nodiscard]] static constexpr std::uint32_t stage_of(std::size_t number) noexcept {
        std::uint32_t stage = 1;
        for (std::size_t i = 1; i <= number; ++i) {
            stage += refers[i] && refers[i - 1] ? 0U : 1U;
        }
        return stage;
    }

    static constexpr std::uint32_t stages = stage_of(count - 1);

    /// The number of the constraint with this name, or count.
    [[nodiscard]] static constexpr std::size_t number_of(std::string_view name) noexcept {
        std::size_t number = 0;
        while (number != count && names[number] != name) {
            ++number;
        }
        return number;
    }

    [[nodiscard]] static constexpr bool distinct() noexcept {
        for (std::size_t i = 0; i != count; ++i) {
            if (number_of(names[i]) != i) {
                return false;
            }
        }
        return true;
    }

    /// What is kept for each.
    using memories =
        value_pack<std::conditional_t<Constraints::refers, reference_links, key_groups>...>;
};

}  // namespace weft

#endif
