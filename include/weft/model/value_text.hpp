/// Values and records as JSON text, for people, logs and tests: a record is an object with a member
/// per field, in the order of its description. A register is its value, an array of them while
/// concurrent ones stand side by side; a set is an array, ascending; a map an object, by ascending
/// keys; a counter a number; a flag true or false. Enumerations are their numbers; byte strings,
/// and values that only their codec knows, hexadecimal digits in a string; numbers that JSON lacks
/// ("NaN", "Infinity") strings. Secret fields read "(secret)". A policy says it in its own way with
///     void append_json(std::string& out) const
/// One that does not, and has no value to print, is its name in parentheses. This is no format to
/// read back. Cost: O(size of the text), sorting sets.
#ifndef WEFT_MODEL_VALUE_TEXT_HPP
#define WEFT_MODEL_VALUE_TEXT_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/model/field.hpp>
#include <weft/model/reads_same.hpp>
#include <weft/model/secret.hpp>

#include <charconv>
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace weft {

/// Appends a JSON string. Bytes above 127 stay as they are: strings of fields are UTF-8.
inline void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (byte < 0x20 || byte == 0x7F) {
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

/// Appends bytes as a string of hexadecimal digits.
inline void append_json_bytes(std::string& out, byte_span bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const std::byte each : bytes) {
        out += digits[std::to_integer<std::size_t>(each >> 4U)];
        out += digits[std::to_integer<std::size_t>(each & std::byte{15})];
    }
    out += '"';
}

namespace detail {

template <class T>
inline constexpr bool is_optional = false;

template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class Number>
void append_number(std::string& out, Number value) {
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    out.append(text, end);
}

}  // namespace detail

/// Appends a value.
template <class T>
void append_json_value(std::string& out, const T& value) {
    if constexpr (std::same_as<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_enum_v<T>) {
        append_json_value(out, static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::signed_integral<T>) {
        detail::append_number(out, static_cast<std::int64_t>(value));
    } else if constexpr (std::integral<T>) {
        detail::append_number(out, static_cast<std::uint64_t>(value));
    } else if constexpr (std::floating_point<T>) {
        if (std::isfinite(value)) {
            detail::append_number(out, value);
        } else {
            out += std::isnan(value) ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
        }
    } else if constexpr (detail::is_optional<T>) {
        if (value) {
            append_json_value(out, *value);
        } else {
            out += "null";
        }
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
        append_json_string(out, value);
    } else if constexpr (requires { append_json_string(out, value.to_string()); }) {
        append_json_string(out, value.to_string());
    } else if constexpr (std::convertible_to<const T&, byte_span>) {
        append_json_bytes(out, value);
    } else {
        append_json_bytes(out, encoded(value));
    }
}

namespace detail {

template <class Values>
void append_array(std::string& out, const Values& all) {
    out += '[';
    for (std::size_t i = 0; i != all.size(); ++i) {
        out += i == 0 ? "" : ",";
        append_json_value(out, all[i]);
    }
    out += ']';
}

}  // namespace detail

namespace detail {

/// Appends the name of an object's member: a key that is no string, as the text of its value.
template <class Key>
void append_member_name(std::string& out, const Key& key) {
    std::string text;
    append_json_value(text, key);
    if (text.front() == '"') {
        out += text;
    } else {
        append_json_string(out, text);
    }
    out += ':';
}

}  // namespace detail

/// Appends what a field reads.
template <class Policy>
void append_json_field(std::string& out, const Policy& field) {
    if constexpr (secret_field<Policy>) {
        out += "\"(secret)\"";
    } else if constexpr (requires { field.append_json(out); }) {
        field.append_json(out);
    } else if constexpr (requires { typename Policy::key_type; }) {
        char before = '{';
        for (const auto& [key, value] : field.value()) {
            out += before;
            detail::append_member_name(out, key);
            append_json_field(out, value);
            before = ',';
        }
        out += before == '{' ? "{}" : "}";
    } else if constexpr (requires { requires detail::list_of_values<decltype(field.values())>; }) {
        if (field.size() > 1) {
            detail::append_array(out, field.values());
        } else {
            append_json_value(out, field.value());
        }
    } else if constexpr (requires {
                             requires codable<std::remove_cvref_t<decltype(field.value())>>;
                         }) {
        append_json_value(out, field.value());
    } else if constexpr (requires { requires detail::list_of_values<decltype(field.value())>; }) {
        detail::append_array(out, field.value());
    } else {
        append_json_string(out, std::string(1, '(').append(Policy::policy_name).append(1, ')'));
    }
}

/// A record as JSON: `{"title":"Ship it","done":false,"tags":["a","b"],"votes":3}`.
template <class Record>
[[nodiscard]] std::string to_json(const Record& record) {
    std::string out = "{";
    record_fields<Record>::each([&]<class Field>(std::size_t number) {
        out += number == 0 ? "" : ",";
        append_json_string(out, Field::name);
        out += ':';
        append_json_field(out, record.*Field::pointer);
    });
    out += '}';
    return out;
}

}  // namespace weft

#endif
