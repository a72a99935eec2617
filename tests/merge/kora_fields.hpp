/// What the comparisons with Kora's merges of one field share: a conflict as its golden vectors
/// have it, how it is played with a policy, and values as texts.
#ifndef WEFT_TESTS_MERGE_KORA_FIELDS_HPP
#define WEFT_TESTS_MERGE_KORA_FIELDS_HPP

#include "merge/play.hpp"
#include "support/golden.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kora_field_merge {

namespace json = boost::json;
using weft::timestamp;
using weft::test::play;

/// One of the concurrent writes.
struct side {
    std::size_t actor = 0;
    timestamp at{};
    std::optional<json::value> value{};   ///< none: this side leaves the field alone
    std::optional<json::value> intent{};  ///< what to do with the value: its operand
};

struct conflict {
    std::optional<json::value> base{};  ///< none: nobody wrote the field before
    std::vector<side> sides{};
};

/// What comes of a conflict, as text; none where the policy has no such input.
using outcome = std::optional<std::string>;

/// A policy, what its definition gives for any number of concurrent writes, and what of Kora's
/// outcome is comparable.
struct family {
    outcome (*ours)(const conflict&);
    outcome (*defined)(const conflict&);
    outcome (*theirs)(const json::value&);
};

// ---- values ----

inline std::string text_of(const json::value& value) {
    return json::serialize(value);
}

/// A tagged value's tag; empty for any other.
inline std::string_view tag_of(const json::value& value) {
    const json::object* const object = value.if_object();
    const json::value* const tag = object == nullptr ? nullptr : object->if_contains("$t");
    return tag == nullptr ? std::string_view{} : std::string_view(tag->as_string());
}

/// Also what JSON has no number for.
inline std::optional<double> number_of(const json::value& value) {
    if (tag_of(value) == "num") {
        return std::strtod(value.at("v").as_string().c_str(), nullptr);
    }
    return value.is_number() ? std::optional(value.to_number<double>()) : std::nullopt;
}

inline std::optional<double> number_of(const std::optional<json::value>& value) {
    return value ? number_of(*value) : std::nullopt;
}

inline std::string text_of(double number) {
    std::array<char, 32> digits{};
    static_cast<void>(std::snprintf(digits.data(), digits.size(), "%.17g", number));
    return digits.data();
}

/// The elements of an array, each as the text by which Kora knows it; of anything else none.
inline std::set<std::string> elements_of(const json::value& value) {
    std::set<std::string> all;
    if (value.is_array()) {
        for (const json::value& element : value.as_array()) {
            const auto number = number_of(element);
            const bool zero = number == 0.0;
            const bool null = number && std::isnan(*number);
            all.insert(zero ? "0" : null ? "null" : text_of(element));
        }
    }
    return all;
}

inline std::set<std::string> elements_of(const std::optional<json::value>& value) {
    return value ? elements_of(*value) : std::set<std::string>{};
}

/// The elements of an array in their order, with repetitions.
inline std::vector<std::string> items_of(const std::optional<json::value>& value) {
    std::vector<std::string> all;
    if (value && value->is_array()) {
        for (const json::value& element : value->as_array()) {
            all.push_back(text_of(element));
        }
    }
    return all;
}

template <class Texts>
std::string lines_of(const Texts& all) {
    std::string lines;
    for (const std::string& each : all) {
        lines += each + "\n";
    }
    return lines;
}

// ---- plays ----

/// Plays a conflict: insert(base) gives the field before, if somebody wrote it; write(editor, side)
/// a concurrent write. What read(field) gives in the end.
template <class P, class Insert, class Write, class Read>
std::string played(const conflict& all, Insert&& insert, Write&& write, Read&& read) {
    play<P> p;
    std::vector<std::size_t> base;
    if (const std::optional<P> before = insert(all.base)) {
        base.push_back(p.insert(0, 1, {}, *before));
    }
    for (const side& each : all.sides) {
        p.update(each.actor, each.at, base,
                 [&](typename P::editor& editor) { write(editor, each); });
    }
    return p.outcome([&](const auto& row) { return read(row.field); });
}

}  // namespace kora_field_merge

#endif
