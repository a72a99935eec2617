/// The fields of a record, taken once from its Boost.Hana description as a list of types: per field
/// its policy, name, tag and place. From there on everything is pack expansion and arrays; no Hana
/// algorithm runs in the core. Found by number, by tag (binary search over a constexpr table) or by
/// member pointer.
#ifndef WEFT_MODEL_FIELD_HPP
#define WEFT_MODEL_FIELD_HPP

#include <weft/merge/policy.hpp>
#include <weft/model/name.hpp>

#include <boost/hana/accessors.hpp>
#include <boost/hana/define_struct.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class Member, class Record, Member Record::*Pointer, char... Name>
struct described_field {
    static_assert(policy<Member>,
                  "weft: a field has no merge policy; write weft::lww<T> or another policy for it, "
                  "not a plain type");

    using policy_type = Member;
    using record_type = Record;
    static constexpr Member Record::*pointer = Pointer;
    static constexpr char text[sizeof...(Name) + 1]{Name..., '\0'};
    static constexpr std::string_view name{text, sizeof...(Name)};

    [[nodiscard]] static constexpr std::string_view wire_name() {
        if constexpr (requires { Member::wire_name; }) {
            return Member::wire_name;
        } else {
            return name;
        }
    }

    static constexpr std::uint32_t tag = name_tag(wire_name());

    [[nodiscard]] static constexpr std::uint32_t wire_kind() {
        if constexpr (policy<Member>) {
            return Member::wire_kind;
        } else {
            return 0;
        }
    }

    static constexpr std::uint32_t kind = wire_kind();
};

template <class Accessor>
struct field_of;

template <char... Name, class Member, class Record, Member Record::*Pointer>
struct field_of<
    boost::hana::pair<boost::hana::string<Name...>,
                      boost::hana::struct_detail::member_ptr<Member Record::*, Pointer>>> {
    using type = described_field<Member, Record, Pointer, Name...>;
};

template <class... Fields>
struct field_pack {
    static constexpr std::size_t count = sizeof...(Fields);
    static constexpr std::array<std::uint32_t, count> tags{Fields::tag...};
    static constexpr std::array<std::uint32_t, count> kinds{Fields::kind...};
    static constexpr std::array<std::string_view, count> names{Fields::name...};

    template <std::size_t I>
    using nth = std::tuple_element_t<I, std::tuple<Fields...>>;

    /// Field numbers in ascending order of tag: the order of effects in a mutation.
    [[nodiscard]] static constexpr std::array<std::uint8_t, count> sorted() {
        std::array<std::uint8_t, count> order{};
        for (std::size_t i = 0; i < count; ++i) {
            std::size_t at = i;
            for (; at > 0 && tags[order[at - 1]] > tags[i]; --at) {
                order[at] = order[at - 1];
            }
            order[at] = static_cast<std::uint8_t>(i);
        }
        return order;
    }

    static constexpr std::array<std::uint8_t, count> by_tag = sorted();

    [[nodiscard]] static constexpr bool distinct() {
        for (std::size_t i = 1; i < count; ++i) {
            if (tags[by_tag[i - 1]] == tags[by_tag[i]]) {
                return false;
            }
        }
        return true;
    }

    template <class Visitor>
    static constexpr void each(Visitor&& visitor) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (visitor.template operator()<Fields>(I), ...);
        }
        (std::make_index_sequence<count>{});
    }

    template <class Visitor>
    static constexpr void at(std::size_t number, Visitor&& visitor) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            static_cast<void>(
                ((I == number ? (visitor.template operator()<Fields>(I), true) : false) || ...));
        }
        (std::make_index_sequence<count>{});
    }

    template <class Pointer>
    [[nodiscard]] static constexpr std::size_t number_of(Pointer pointer) noexcept {
        std::size_t number = count;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            static_cast<void>((same<Fields, I>(pointer, number) || ...));
        }
        (std::make_index_sequence<count>{});
        return number;
    }

private:
    template <class Field, std::size_t I, class Pointer>
    [[nodiscard]] static constexpr bool same(Pointer pointer, std::size_t& number) noexcept {
        if constexpr (std::is_same_v<Pointer, std::remove_const_t<decltype(Field::pointer)>>) {
            if (pointer == Field::pointer) {
                number = I;
                return true;
            }
        }
        return false;
    }
};

/// The pack that a record_fields is.
template <class... Fields>
field_pack<Fields...> pack_in(const field_pack<Fields...>&);

template <class Accessors>
struct pack_of;

template <class... Accessor>
struct pack_of<boost::hana::tuple<Accessor...>> {
    using type = field_pack<typename field_of<Accessor>::type...>;
};

template <class Record, bool Described>
struct fields_of {
    using type = field_pack<>;
};

template <class Record>
struct fields_of<Record, true> {
    using type = typename pack_of<decltype(boost::hana::accessors<Record>())>::type;
};

}  // namespace detail

/// The fields of Record, in the order in which it describes them. Members:
///   count, names[], tags[] (of wire names), kinds[] (wire kinds), by_tag[] (numbers by tag),
///   each(visitor): visitor.template operator()<Field>(number) for every field,
///   at(number, visitor): the same for one, one indirect jump,
///   number_of(&Record::member): its number.
/// A Field has policy_type, name, tag, kind and pointer.
template <class Record>
struct record_fields : detail::fields_of<Record, boost::hana::Struct<Record>::value>::type {
    static_assert(boost::hana::Struct<Record>::value,
                  "weft: the struct is not described; use BOOST_HANA_DEFINE_STRUCT inside it or "
                  "BOOST_HANA_ADAPT_STRUCT beside it");
    static_assert(record_fields::distinct(),
                  "weft: two fields of one record have the same name or the same tag; rename one");

    /// The number of the field with this tag, or count. O(log fields).
    [[nodiscard]] static constexpr std::size_t find(std::uint32_t tag) noexcept {
        std::size_t low = 0;
        std::size_t high = record_fields::count;
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (record_fields::tags[record_fields::by_tag[middle]] < tag) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low < record_fields::count && record_fields::tags[record_fields::by_tag[low]] == tag) {
            return record_fields::by_tag[low];
        }
        return record_fields::count;
    }
};

}  // namespace weft

#endif
