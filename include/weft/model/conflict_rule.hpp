/// Who prevails when records compete for one key: the order in which unique and capacity choose.
///
///     first_write_wins       the record whose key was written first
///     last_write_wins        the one whose key was written last
///     highest<&R::field>     the greatest value of a field; lowest<&R::field>: the smallest
///     authority_first<f>     one whose key was written by an actor of which f(actor's bytes) is
///     true custom_order<f>        the one of which f(a, b), "a before b", says so smallest_id the
///     smallest record id
///
/// When a key was written is the greatest stamp of its fields' current writes, as the state holds
/// them (lww and fww have one): the same on every replica. To write a field's value again is a
/// write too; a key that is to keep its date is dated by an fww field,
/// `first_write_of<&R::claimed>`. highest, lowest, authority_first and custom_order take a second
/// rule for ties. What is left is decided by record id, so every order is total; a custom function
/// that is no order gives an odd result, the same on every replica. Cost of a comparison: O(fields
/// and the size of their values).
#ifndef WEFT_MODEL_CONFLICT_RULE_HPP
#define WEFT_MODEL_CONFLICT_RULE_HPP

#include <weft/causal/stamp.hpp>
#include <weft/model/constraint.hpp>

namespace weft {

/// compare<Key>(a, b, actors): below 0, a prevails; above 0, b does; 0, the id decides.
template <class R>
concept conflict_rule = requires {
    { R::is_conflict_rule } -> std::convertible_to<bool>;
};

namespace detail {

template <auto Part, class Record>
concept dated_part = std::is_member_object_pointer_v<decltype(Part)> &&
    requires(const Record& record) {
    { (record.*Part).written() } -> std::convertible_to<stamp>;
};

/// When the latest of these parts was written; those without a date count as earliest.
template <auto... Parts>
struct dates {
    template <class Record>
    [[nodiscard]] static stamp of(const Record& record, const actor_order& actors) noexcept {
        static_assert(
            (dated_part<Parts, Record> || ...),
            "weft: none of the key's fields knows when it was written; use lww or fww, or "
            "name one that does: first_write_of<&R::field>");
        stamp latest{};
        (later<Parts>(record, actors, latest), ...);
        return latest;
    }

private:
    template <auto Part, class Record>
    static void later(const Record& record, const actor_order& actors, stamp& latest) noexcept {
        if constexpr (dated_part<Part, Record>) {
            const stamp& written = (record.*Part).written();
            if (stamp::before(latest, written, actors)) {
                latest = written;
            }
        }
    }
};

template <class Key>
struct key_dates;

template <auto... Parts>
struct key_dates<by<Parts...>> {
    using type = dates<Parts...>;
};

/// What dates a key: the fields named, or else its own.
template <class Key, auto... Dated>
using dates_of = typename std::
    conditional_t<sizeof...(Dated) == 0, key_dates<Key>, std::type_identity<dates<Dated...>>>::type;

template <class Key, auto... Dated>
struct write_order {
    template <class Record>
    [[nodiscard]] static int
    compare(const Record& a, const Record& b, const actor_order& actors) noexcept {
        const stamp of_a = dates_of<Key, Dated...>::of(a, actors);
        const stamp of_b = dates_of<Key, Dated...>::of(b, actors);
        return stamp::before(of_a, of_b, actors) ? -1 : stamp::before(of_b, of_a, actors) ? 1 : 0;
    }
};

/// Below 0: a's value is the smaller.
template <auto Part, class Record>
[[nodiscard]] int value_order(const Record& a, const Record& b) {
    const auto& of_a = part_of<Part>(a);
    const auto& of_b = part_of<Part>(b);
    using value_type = std::remove_cvref_t<decltype(of_a)>;
    static_assert(codable<value_type>, "weft: a priority is a field with one value");
    return value_less<value_type>(of_a, of_b) ? -1 : value_less<value_type>(of_b, of_a) ? 1 : 0;
}

}  // namespace detail

struct smallest_id {
    static constexpr bool is_conflict_rule = true;

    template <class Key, class Record>
    [[nodiscard]] static constexpr int
    compare(const Record& /*a*/, const Record& /*b*/, const actor_order& /*actors*/) noexcept {
        return 0;
    }
};

template <auto... Dated>
struct first_write_of {
    static constexpr bool is_conflict_rule = true;

    template <class Key, class Record>
    [[nodiscard]] static int
    compare(const Record& a, const Record& b, const actor_order& actors) noexcept {
        return detail::write_order<Key, Dated...>::compare(a, b, actors);
    }
};

template <auto... Dated>
struct last_write_of {
    static constexpr bool is_conflict_rule = true;

    template <class Key, class Record>
    [[nodiscard]] static int
    compare(const Record& a, const Record& b, const actor_order& actors) noexcept {
        return detail::write_order<Key, Dated...>::compare(b, a, actors);
    }
};

using first_write_wins = first_write_of<>;
using last_write_wins = last_write_of<>;

template <auto Part, conflict_rule Then = smallest_id>
struct highest {
    static constexpr bool is_conflict_rule = true;

    template <class Key, class Record>
    [[nodiscard]] static int compare(const Record& a, const Record& b, const actor_order& actors) {
        const int order = detail::value_order<Part>(b, a);
        return order != 0 ? order : Then::template compare<Key>(a, b, actors);
    }
};

template <auto Part, conflict_rule Then = smallest_id>
struct lowest {
    static constexpr bool is_conflict_rule = true;

    template <class Key, class Record>
    [[nodiscard]] static int compare(const Record& a, const Record& b, const actor_order& actors) {
        const int order = detail::value_order<Part>(a, b);
        return order != 0 ? order : Then::template compare<Key>(a, b, actors);
    }
};

/// `bool IsAuthority(byte_span)` is asked about the canonical bytes of the actor who wrote the key
/// last, or those of the fields Dated, if any are named.
template <auto IsAuthority, conflict_rule Then = first_write_wins, auto... Dated>
struct authority_first {
    static constexpr bool is_conflict_rule = true;

    template <class Key, class Record>
    [[nodiscard]] static int compare(const Record& a, const Record& b, const actor_order& actors) {
        const bool of_a = has<Key>(a, actors);
        return of_a != has<Key>(b, actors) ? (of_a ? -1 : 1)
                                           : Then::template compare<Key>(a, b, actors);
    }

private:
    template <class Key, class Record>
    [[nodiscard]] static bool has(const Record& record, const actor_order& actors) {
        const stamp written = detail::dates_of<Key, Dated...>::of(record, actors);
        return !written.none() && IsAuthority(actors.id(written.operation.slot));
    }
};

/// `bool Before(const Record& a, const Record& b)`: a strict weak order that reads nothing but the
/// two records.
template <auto Before, conflict_rule Then = smallest_id>
struct custom_order {
    static constexpr bool is_conflict_rule = true;

    template <class Key, class Record>
    [[nodiscard]] static int compare(const Record& a, const Record& b, const actor_order& actors) {
        return Before(a, b) ? -1 : Before(b, a) ? 1 : Then::template compare<Key>(a, b, actors);
    }
};

namespace detail {

template <class T>
struct is_conflict_rule : std::bool_constant<conflict_rule<T>> {};

}  // namespace detail

}  // namespace weft

#endif
