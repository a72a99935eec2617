/// json_value as JSON text, for people: as value_text.hpp says, without recursion. Members stand in
/// the order of their keys. Include it where records with such fields are printed.
#ifndef WEFT_MODEL_JSON_TEXT_HPP
#define WEFT_MODEL_JSON_TEXT_HPP

#include <weft/base/json_value.hpp>
#include <weft/model/value_text.hpp>

namespace weft {

namespace detail {

class json_printer {
public:
    explicit json_printer(std::string& out) noexcept : out_(&out) {}

    void open(json_kind kind) {
        separate();
        *out_ += kind == json_kind::object ? '{' : '[';
        first_ = true;
    }

    void close(json_kind kind) {
        *out_ += kind == json_kind::object ? '}' : ']';
        first_ = false;
    }

    void key(std::string_view key) {
        separate();
        append_json_string(*out_, key);
        *out_ += ':';
        first_ = true;  // no comma between the key and its value
    }

    void leaf(json_view of) {
        separate();
        switch (of.kind()) {
        case json_kind::boolean:
            append_json_value(*out_, of.boolean());
            break;
        case json_kind::integer:
            append_json_value(*out_, of.integer());
            break;
        case json_kind::number:
            append_json_value(*out_, of.number());
            break;
        case json_kind::string:
            append_json_string(*out_, of.string());
            break;
        default:
            *out_ += "null";
        }
    }

private:
    void separate() {
        if (!first_) {
            *out_ += ',';
        }
        first_ = false;
    }

    std::string* out_;
    bool first_ = true;
};

}  // namespace detail

inline void append_json_value(std::string& out, json_view value) {
    json_walk(value, detail::json_printer(out));
}

inline void append_json_value(std::string& out, const json_value& value) {
    append_json_value(out, value.view());
}

/// `{"city":"Kiel","tags":[1,2]}`.
[[nodiscard]] inline std::string to_json(const json_value& value) {
    std::string out;
    append_json_value(out, value);
    return out;
}

}  // namespace weft

#endif
