/// What a constraint is, and what all constraints share: a constraint is a type in the schema
/// (constrained.hpp) that says which records of the converged state may not stand together, and
/// which of them prevail. It is judged when the state is looked at and never writes: no operation
/// is refused or made because of it, so replicas with the same operations have the same winners.
/// The state keeps the losers; only replica::view() leaves them out. Constraints do not travel:
/// builds that declare others see other views of one state.
///
/// Here: how fields make a key (`by`), the options, and what replica::violations() names.
#ifndef WEFT_MODEL_CONSTRAINT_HPP
#define WEFT_MODEL_CONSTRAINT_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/model/name.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

enum class violation_kind : std::uint8_t {
    duplicate,       ///< unique: several records have one key
    over_capacity,   ///< capacity: a key has more records than may be
    target_gone,     ///< references: a target is deleted, or hidden by another constraint
    target_unknown,  ///< references: no operation here ever named the target; nothing is hidden
    target_kept,     ///< references: a deleted target stays in view, for it is referred to
};

/// One sentence for people.
[[nodiscard]] constexpr std::string_view message(violation_kind kind) noexcept {
    switch (kind) {
    case violation_kind::duplicate:
        return "several records have a key that is to be unique";
    case violation_kind::over_capacity:
        return "a key has more records than it has room for";
    case violation_kind::target_gone:
        return "records refer to one that is deleted or hidden";
    case violation_kind::target_unknown:
        return "records refer to one that is not known here";
    case violation_kind::target_kept:
        return "a deleted record stays in view because others refer to it";
    }
    return "unknown violation";
}

/// One key, or one target, that a constraint does not hold for. The same on every replica.
template <class RecordId>
struct violation {
    std::string_view constraint;  ///< its name
    std::string_view collection;  ///< of the records named
    violation_kind kind{};
    byte_buffer key;  ///< the key's encoding (see `by`); of references, the target's id
    std::vector<RecordId> winners;  ///< best first; of a kept target, those that keep it
    std::vector<RecordId> losers;   ///< next best first; of a lost target, those that refer to it

    friend bool operator==(const violation&, const violation&) = default;
};

namespace detail {

template <class First, class... Rest>
struct first_of {
    using type = First;
};

template <class T>
struct part_owner {
    using type = void;
};

template <class T, class Owner>
struct part_owner<T Owner::*> {
    using type = Owner;
};

template <class Value, class Record>
struct part_owner<Value (*)(const Record&)> {
    using type = Record;
};

template <class Value, class Record>
struct part_owner<Value (*)(const Record&) noexcept> {
    using type = Record;
};

/// What a field holds, or what a function says of the record.
template <auto Part, class Record>
[[nodiscard]] decltype(auto) part_of(const Record& record) {
    if constexpr (std::is_member_object_pointer_v<decltype(Part)>) {
        return (record.*Part).value();
    } else {
        return Part(record);
    }
}

template <class T>
struct without_optional {
    using type = T;
    static constexpr bool optional = false;
};

template <class T>
struct without_optional<std::optional<T>> {
    using type = T;
    static constexpr bool optional = true;
};

}  // namespace detail

/// A key: fields, by member pointer, and functions of the record, `T f(const Record&)`, for
/// instance for text in one case. A part without a value (std::nullopt) makes the record have no
/// key: it is exempt. The key's bytes are the part's encoding; of several parts, each after its
/// length.
template <auto... Parts>
struct by {
    static_assert(sizeof...(Parts) > 0, "weft: weft::by needs at least one field");

    /// The struct that the first part is about.
    using record_type =
        typename detail::part_owner<typename detail::first_of<decltype(Parts)...>::type>::type;

    /// Appends the record's key. False: it has none.
    template <class Record>
    [[nodiscard]] static bool write(const Record& record, byte_buffer& out) {
        return (write_part<Parts>(record, out) && ...);
    }

private:
    template <auto Part, class Record>
    static bool write_part(const Record& record, byte_buffer& out) {
        const auto& part = detail::part_of<Part>(record);
        using held = detail::without_optional<std::remove_cvref_t<decltype(part)>>;
        using value_type = typename held::type;
        static_assert(
            codable<value_type>,
            "weft: a part of a key is a field with one value (weft::lww<T>, weft::fww<T>), "
            "or a function that gives one; for others give a function");
        if constexpr (held::optional) {
            return part.has_value() && append(*part, out);
        } else {
            return append(part, out);
        }
    }

    template <class T>
    static bool append(const T& value, byte_buffer& out) {
        byte_writer writer(out);
        if constexpr (sizeof...(Parts) == 1) {
            codec<T>::encode(writer, value);
        } else {
            const byte_buffer part = encoded(value);
            writer.varint(part.size());
            writer.append(part);
        }
        return true;
    }
};

/// Option: only records of which the predicate, `bool f(const Record&)`, is true are judged. The
/// others pass.
template <auto Predicate>
struct where {
    template <class Record>
    [[nodiscard]] static bool holds(const Record& record) {
        return static_cast<bool>(Predicate(record));
    }
};

/// Option: losers stay in view; the entries say that they lost.
struct flag_losers {};

/// Option: the collection's struct, where the fields belong to a struct that it derives from.
template <class Record>
struct of {
    using record_type = Record;
};

/// Says with `name` what it is called, with `record_type` which records it is about, with
/// `refers` whether it is a reference or a choice among records with one key.
template <class C>
concept constraint = requires {
    typename C::record_type;
    { C::name } -> std::convertible_to<std::string_view>;
    { C::refers } -> std::convertible_to<bool>;
};

namespace detail {

/// The first of Options that Is is true of, or Default.
template <template <class> class Is, class Default, class... Options>
struct option {
    using type = Default;
};

template <template <class> class Is, class Default, class First, class... Rest>
struct option<Is, Default, First, Rest...> {
    using type = typename std::conditional_t<Is<First>::value,
                                             std::type_identity<First>,
                                             option<Is, Default, Rest...>>::type;
};

struct every_record {
    template <class Record>
    [[nodiscard]] static constexpr bool holds(const Record& /*record*/) noexcept {
        return true;
    }
};

template <class T>
struct is_where : std::false_type {};

template <auto Predicate>
struct is_where<where<Predicate>> : std::true_type {};

template <class T>
struct is_of : std::false_type {};

template <class Record>
struct is_of<of<Record>> : std::true_type {};

template <class T>
struct is_flag_losers : std::is_same<T, flag_losers> {};

}  // namespace detail

}  // namespace weft

#endif
