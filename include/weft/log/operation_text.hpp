/// An operation as one line, for people and logs:
///
///     ac00..0001:2 at 1700000000000+0 after ac00..0001:1: update todos 4ec0..0001 {title, votes}
///
/// dot, timestamp (Unix milliseconds + logical part), parents, and per mutation what it does to
/// which record and fields. Undos read `undo ac00..0001:2`, redos `redo ac00..0002:1` (the undo
/// that is taken back). What the schema does not know is `#` and its tag. No values: so no secrets.
/// Identifiers are shortened, to their first and last bytes without zeros between; whole if asked
/// for. Cost: O(operation).
#ifndef WEFT_LOG_OPERATION_TEXT_HPP
#define WEFT_LOG_OPERATION_TEXT_HPP

#include <weft/base/id.hpp>
#include <weft/log/listener.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/log/undo_marks.hpp>

#include <string>
#include <string_view>

namespace weft {

/// How identifiers are written.
enum class id_text : std::uint8_t { shortened, whole };

/// An identifier's canonical bytes as hexadecimal digits; shortened: the first two and the last
/// two bytes.
template <class Id>
[[nodiscard]] std::string to_text(const Id& id, id_text form = id_text::shortened) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::size_t size = identifier_traits<Id>::size;
    std::byte bytes[size];
    identifier_traits<Id>::write(id, bytes);
    std::string text;
    for (std::size_t i = 0; i != size; ++i) {
        if (form == id_text::whole || size <= 5 || i < 2 || i >= size - 2) {
            text += digits[std::to_integer<std::size_t>(bytes[i] >> 4U)];
            text += digits[std::to_integer<std::size_t>(bytes[i] & std::byte{15})];
        } else if (i == 2) {
            text += "..";
        }
    }
    return text;
}

template <class ActorId>
[[nodiscard]] std::string to_text(const dot<ActorId>& id, id_text form = id_text::shortened) {
    return to_text(id.actor, form) + ":" + std::to_string(id.sequence);
}

namespace detail {

[[nodiscard]] inline std::string tag_text(std::uint32_t tag) {
    std::string out = "#";
    out += to_text(tag, id_text::whole);
    return out;
}

/// A collection's name, and through it its fields'.
template <class Schema>
struct tag_names {
    [[nodiscard]] static std::string collection(std::uint32_t tag) {
        std::string name = tag_text(tag);
        schema_names<Schema>::with(Schema::find(tag),
                                   [&]<class Collection>() { name = Collection::name; });
        return name;
    }

    [[nodiscard]] static std::string field(std::uint32_t of, std::uint32_t tag) {
        std::string name = tag_text(tag);
        schema_names<Schema>::with(Schema::find(of), [&]<class Collection>() {
            const std::size_t number = Collection::fields::find(tag);
            if (number != Collection::fields::count) {
                name = Collection::fields::names[number];
            }
        });
        return name;
    }
};

template <class Schema, class Traits>
void append_mutation(std::string& out,
                     const operation<Traits>& op,
                     const mutation_entry<typename Traits::record_id>& mutation,
                     id_text form) {
    using names = tag_names<Schema>;
    if (mutation.collection == undo_tag) {
        out += mutation.kind == mutation_kind::insert ? " undo" : " redo";
        for (const auto& named : op.observed_of(mutation.observed)) {
            out += ' ';
            out += to_text(named.operation, form);
        }
        return;
    }
    out += mutation.kind == mutation_kind::insert   ? " insert "
           : mutation.kind == mutation_kind::update ? " update "
                                                    : " delete ";
    out += names::collection(mutation.collection) + " " + to_text(mutation.record, form);
    const char* before = " {";
    for (const effect_entry& effect : op.effects_of(mutation)) {
        out += before + names::field(mutation.collection, effect.field);
        before = ", ";
    }
    if (mutation.effects.count != 0) {
        out += "}";
    }
}

}  // namespace detail

/// The line, without an end of line.
template <class Schema, class Traits>
[[nodiscard]] std::string to_line(const operation<Traits>& op, id_text form = id_text::shortened) {
    std::string out = to_text(op.id, form) + " at " + std::to_string(op.at.wall_ms()) + "+" +
                      std::to_string(op.at.logical());
    const char* before = " after ";
    for (const auto& parent : op.parents) {
        out += before + to_text(parent.operation, form);
        before = ", ";
    }
    out += ":";
    before = "";
    for (const auto& mutation : op.mutations) {
        out += before;
        detail::append_mutation<Schema>(out, op, mutation, form);
        before = ";";
    }
    return out;
}

}  // namespace weft

#endif
