/// Kora's merge of objects, as weft::json offers it: what a side that writes a value says with it,
/// and what comes of any number of sides by the policy's definition.
#ifndef WEFT_TESTS_MERGE_KORA_DOCUMENTS_HPP
#define WEFT_TESTS_MERGE_KORA_DOCUMENTS_HPP

#include <weft/merge/json.hpp>
#include <weft/model/json_text.hpp>

#include "merge/kora_fields.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kora_field_merge {

using weft::json_value;

// Documents: objects by key, arrays by element, all else by the later write. A side that writes a
// value says with it what it left alone, changed, put in and took out. Arrays are compared as sets.

inline json_value document_of(const json::value& value) {
    if (const auto number = number_of(value)) {
        const bool integer = value.is_int64() || value.is_uint64();
        return integer ? json_value(value.to_number<std::int64_t>()) : json_value(*number);
    }
    if (!tag_of(value).empty()) {  // what JSON has no value for is as good as a text
        return text_of(value);
    }
    if (value.is_array()) {
        std::vector<json_value> elements;
        for (const json::value& each : value.as_array()) {
            elements.push_back(document_of(each));
        }
        return json_value::array({elements.data(), elements.size()});
    }
    if (value.is_object()) {
        std::vector<json_value::member> members;
        for (const auto& [key, each] : value.as_object()) {
            members.emplace_back(std::string_view(key), document_of(each));
        }
        return json_value::object({members.data(), members.size()});
    }
    return value.is_string() ? json_value(std::string_view(value.as_string()))
           : value.is_bool() ? json_value(value.as_bool())
                             : json_value();
}

inline std::optional<json_value> document_of(const std::optional<json::value>& value) {
    return value && tag_of(*value) != "undef" ? std::optional(document_of(*value)) : std::nullopt;
}

using weft::json_kind;

/// The elements of an array, each once.
inline std::set<std::string> set_of(weft::json_view array) {
    std::set<std::string> all;
    for (const auto& [key, each] : array) {
        all.insert(weft::to_json(json_value(each)));
    }
    return all;
}

/// A document as text, its arrays as sets where they merge.
inline std::string shown(const json_value& document) {
    if (document.kind() == json_kind::array) {
        std::string text = "[";
        for (const std::string& each : set_of(document.view())) {
            text += each + " ";
        }
        return text + "]";
    }
    if (document.kind() != json_kind::object) {
        return weft::to_json(document);
    }
    std::string text = "{";
    for (const auto& [key, each] : document.view()) {
        text += std::string(key) + ":" + shown(json_value(each)) + " ";
    }
    return text + "}";
}

/// Writes what a side made of what it had seen.
inline void write_document(weft::json_editor at, weft::json_view before, weft::json_view wanted) {
    if (weft::bytes_same(before.bytes(), wanted.bytes())) {
        return;
    }
    if (before.kind() != wanted.kind() || wanted.kind() < json_kind::array) {
        at = json_value(wanted);
        return;
    }
    if (wanted.kind() == json_kind::object) {
        for (const auto& [key, each] : before) {
            if (!wanted[key]) {
                at.erase(key);
            }
        }
        for (const auto& [key, each] : wanted) {
            write_document(at[key], before[key], each);
        }
        return;
    }
    const std::set<std::string> left = set_of(wanted);
    std::set<std::string> there;
    for (std::size_t i = before.size(); i-- > 0;) {
        const std::string text = weft::to_json(json_value(before[i]));
        if (!left.contains(text)) {
            at.erase(i);
        }
        there.insert(text);
    }
    for (const auto& [key, each] : wanted) {
        if (there.insert(weft::to_json(json_value(each))).second) {
            at.push_back(json_value(each));
        }
    }
}

inline outcome document_ours(const conflict& all) {
    using field = weft::json;
    const auto before = document_of(all.base);
    return played<field>(
        all,
        [&](const auto& /*base*/) { return before ? std::optional(field(*before)) : std::nullopt; },
        [&](auto& editor, const side& each) {
            if (const auto wanted = document_of(each.value)) {
                write_document(editor, before ? before->view() : weft::json_view(), wanted->view());
            }
        },
        [](const field& read) { return shown(read.value()); });
}

/// What one side did at a place.
struct document_change {
    enum class kind { nothing, removed, assigned, edited } what{};
    const side* by = nullptr;
    weft::json_view value{};
};

/// What is at a place in the end, from what was there and what each side did; nullopt: nothing.
inline std::optional<std::string> document_at(weft::json_view before,
                                              const std::vector<document_change>& changes) {
    using kind = document_change::kind;
    const document_change* last = nullptr;
    bool taken = false;
    for (const document_change& each : changes) {
        taken |= each.what == kind::removed || each.what == kind::assigned;
        if (each.what == kind::assigned &&
            (last == nullptr ||
             std::pair(last->by->at, last->by->actor) < std::pair(each.by->at, each.by->actor))) {
            last = &each;
        }
    }
    json_kind is = last != nullptr ? last->value.kind() : taken ? json_kind::absent : before.kind();
    if (is != json_kind::absent && is < json_kind::array) {
        return weft::to_json(json_value(last != nullptr ? last->value : before));
    }
    std::set<std::string> keys;
    std::set<std::string> elements;
    const bool keyed = before.kind() == json_kind::object;
    for (const auto& [key, each] : before) {
        if (keyed) {
            keys.insert(std::string(key));
        }
    }
    for (const document_change& each : changes) {
        for (const auto& [key, value] : each.value) {
            if (each.value.kind() == json_kind::object) {
                keys.insert(std::string(key));
            }
        }
        if (each.value.kind() == json_kind::array) {
            for (const std::string& element : set_of(each.value)) {
                if (each.what == kind::assigned || !set_of(before).contains(element)) {
                    elements.insert(element);
                }
            }
        }
    }
    if (before.kind() == json_kind::array && !taken) {
        for (const std::string& element : set_of(before)) {
            bool stays = true;
            for (const document_change& each : changes) {
                stays &= each.what != kind::edited || set_of(each.value).contains(element);
            }
            if (stays) {
                elements.insert(element);
            }
        }
    }
    std::string members;
    for (const std::string& key : keys) {
        std::vector<document_change> below;
        for (const document_change& each : changes) {
            const weft::json_view old = keyed ? before[key] : weft::json_view();
            const weft::json_view now = each.value[key];
            document_change one{kind::nothing, each.by, {}};
            if (each.what == kind::assigned && now) {
                one = {kind::assigned, each.by, now};
            } else if (each.what == kind::edited && now &&
                       !weft::bytes_same(now.bytes(), old.bytes())) {
                const bool inside = now.kind() == old.kind() && now.kind() >= json_kind::array;
                one = {inside ? kind::edited : kind::assigned, each.by, now};
            } else if (old && each.what != kind::nothing && !now) {
                one.what = kind::removed;
            }
            below.push_back(one);
        }
        if (const auto member = document_at(keyed ? before[key] : weft::json_view(), below)) {
            members += key + ":" + *member + " ";
        }
    }
    is = is != json_kind::absent ? is
         : !members.empty()      ? json_kind::object
         : !elements.empty()     ? json_kind::array
                                 : json_kind::absent;
    if (is == json_kind::object) {
        return "{" + members + "}";
    }
    if (is == json_kind::array) {
        std::string text = "[";
        for (const std::string& each : elements) {
            text += each + " ";
        }
        return text + "]";
    }
    return std::nullopt;
}

inline outcome document_defined(const conflict& all) {
    using kind = document_change::kind;
    const auto before = document_of(all.base);
    const weft::json_view old = before ? before->view() : weft::json_view();
    std::vector<json_value> wanted;
    wanted.reserve(all.sides.size());
    std::vector<document_change> changes;
    for (const side& each : all.sides) {
        const auto value = document_of(each.value);
        if (!value || (before && *value == *before)) {
            continue;
        }
        wanted.push_back(*value);
        const bool inside = value->kind() == old.kind() && value->kind() >= json_kind::array;
        changes.push_back({inside ? kind::edited : kind::assigned, &each, wanted.back().view()});
    }
    return document_at(old, changes).value_or("null");
}

inline outcome document_theirs(const json::value& value) {
    return shown(document_of(value));
}

}  // namespace kora_field_merge

#endif
