/// A JSON value of one's own: null, boolean, integer, number, string, array or object, as its
/// encoding. So copies, comparisons and the end of it recurse into nothing, and it is what travels:
///
///     json_value home = json_value::object({{"city", "Kiel"}, {"tags", json_value::array({1,
///     2})}}); weft::lww<weft::json_value> address;             // replaced as a whole
///
/// Encoding (codec kind 15), a byte and what it says:
///
///   0 null   1 false   2 true
///   3 to 10  an integer of 1 to 8 bytes: two's complement, little-endian, as few as hold it
///   11       a number: IEEE 754, 8 bytes, little-endian; every NaN is the one quiet NaN
///   12       a string: size in bytes, UTF-8
///   13       an array: size in bytes, its elements
///   14       an object: size in bytes, its members, strictly ascending by key: size of the key in
///            bytes, UTF-8; value
///
/// Sizes are varints. An integer and a number are different values, also where they are equal. Not
/// more than json_depth_max arrays and objects lie within one another. Reading: json_view.hpp.
#ifndef WEFT_BASE_JSON_VALUE_HPP
#define WEFT_BASE_JSON_VALUE_HPP

#include <weft/base/json_view.hpp>
#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/base/value_codecs.hpp>

#include <initializer_list>
#include <utility>

namespace weft {

class json_value {
public:
    /// Null.
    json_value() = default;

    json_value(std::nullptr_t /*null*/) noexcept {}

    template <std::same_as<bool> Bool>
    json_value(Bool value) : bytes_{static_cast<std::byte>(value ? 2 : 1)} {}

    /// Throws bad_value if it is beyond 2^63 - 1.
    template <detail::plain_integer Integer>
    json_value(Integer value) {
        if (std::cmp_greater(value, std::int64_t{0x7FFFFFFFFFFFFFFF})) {
            WEFT_THROW(bad_value(errc::out_of_range), "an integer of JSON has 64 bits and a sign");
        }
        byte_writer out(bytes_);
        out.u8(0);
        codec<std::int64_t>::encode(out, static_cast<std::int64_t>(value));
        bytes_[0] = static_cast<std::byte>(detail::json_integer + (bytes_.size() - 1));
    }

    template <std::floating_point Number>
    json_value(Number value) {
        byte_writer out(bytes_);
        out.u8(detail::json_number);
        codec<double>::encode(out, static_cast<double>(value));
    }

    /// Throws bad_value if it is not UTF-8.
    template <std::convertible_to<std::string_view> Text>
    json_value(const Text& text) {
        const std::string_view view = text;
        byte_writer out(bytes_);
        out.u8(detail::json_string);
        append_text(out, view);
    }

    /// A copy of what a view shows; null if it is of nothing.
    explicit json_value(json_view of) {
        if (!of.is_null()) {
            const byte_span bytes = of.bytes();
            bytes_.assign(bytes.begin(), bytes.end());
        }
    }

    /// Throws bad_value (too_deep) if its values are nested as deeply as can be. O(size).
    [[nodiscard]] static json_value array(lean_span<json_value> elements) {
        byte_buffer inside;
        byte_writer out(inside);
        for (const json_value& each : elements) {
            out.append(each.bytes());
        }
        return around(detail::json_array, inside);
    }

    [[nodiscard]] static json_value array(std::initializer_list<json_value> elements) {
        return array(lean_span<json_value>(elements.begin(), elements.size()));
    }

    using member = std::pair<std::string_view, json_value>;

    /// Of members with one key the last counts. Throws bad_value (bad_utf8, too_deep).
    /// O(size + n log n).
    [[nodiscard]] static json_value object(lean_span<member> members) {
        lean_vector<const member*> order;
        order.reserve(members.size());
        for (const member& each : members) {
            order.push_back(&each);
        }
        lean_sort(order.begin(), order.end(), [](const member* a, const member* b) {
            return a->first != b->first ? a->first < b->first : a < b;
        });
        byte_buffer inside;
        byte_writer out(inside);
        for (std::size_t i = 0; i != order.size(); ++i) {
            if (i + 1 == order.size() || order[i]->first != order[i + 1]->first) {
                append_text(out, order[i]->first);
                out.append(order[i]->second.bytes());
            }
        }
        return around(detail::json_object, inside);
    }

    [[nodiscard]] static json_value object(std::initializer_list<member> members) {
        return object(lean_span<member>(members.begin(), members.size()));
    }

    /// Valid until the value changes.
    [[nodiscard]] json_view view() const noexcept { return json_view(bytes().data()); }

    [[nodiscard]] json_kind kind() const noexcept { return view().kind(); }

    [[nodiscard]] std::size_t size() const noexcept { return view().size(); }

    [[nodiscard]] json_view operator[](std::string_view key) const noexcept { return view()[key]; }

    [[nodiscard]] json_view operator[](std::size_t index) const noexcept { return view()[index]; }

    /// The encoding.
    [[nodiscard]] byte_span bytes() const noexcept {
        static constexpr std::byte null[1]{};
        return bytes_.empty() ? byte_span(null) : byte_span(bytes_);
    }

    /// Checks an encoding that uses all bytes. O(size), without recursion; memory for a copy of
    /// the bytes. Errors: truncated, trailing_bytes, not_shortest, out_of_range (an unknown first
    /// byte), not_canonical (a NaN), bad_utf8, not_sorted, too_deep.
    [[nodiscard]] static result<json_value> decode(byte_span whole);

    /// Whether they have one encoding.
    friend bool operator==(const json_value& a, const json_value& b) noexcept {
        return bytes_same(a.bytes_, b.bytes_);
    }

private:
    class check;

    static void append_text(byte_writer& out, std::string_view text) {
        if (!is_utf8(as_bytes(text))) {
            WEFT_THROW(bad_value(errc::bad_utf8), "a string is not valid UTF-8");
        }
        out.varint(text.size());
        out.append(as_bytes(text));
    }

    /// An array or object of what is in it.
    [[nodiscard]] static json_value around(detail::json_head head, byte_span inside);

    byte_buffer bytes_;  ///< none: null
};

/// Reads values one after the other; the containers that are open lie on a stack of fixed size.
class json_value::check {
public:
    explicit check(byte_span whole) noexcept : in_(whole), end_(whole.size()) {}

    [[nodiscard]] result<done> run() {
        do {
            if (const auto read = one(); !read) {
                return read.error();
            }
            if (in_.offset() > end_) {
                return {errc::truncated, end_};
            }
            while (depth_ != 0 && in_.offset() == end_) {
                --depth_;
                end_ = open_[depth_].outer_end;
            }
        } while (depth_ != 0);
        if (!in_.empty()) {
            return {errc::trailing_bytes, in_.offset()};
        }
        return done{};
    }

private:
    struct level {
        std::size_t outer_end = 0;
        bool keyed = false;
        bool first = true;
        byte_span last_key{};
    };

    [[nodiscard]] result<done> one() {
        if (depth_ != 0 && open_[depth_ - 1].keyed) {
            if (const auto read = key(open_[depth_ - 1]); !read) {
                return read.error();
            }
        }
        const std::size_t at = in_.offset();
        const auto head = in_.u8();
        if (!head) {
            return head.error();
        }
        switch (*head) {
        case detail::json_null:
        case detail::json_false:
        case detail::json_true:
            return done{};
        case detail::json_number:
            return number<double>(8);
        case detail::json_string:
            return text();
        case detail::json_array:
        case detail::json_object:
            return container(at, *head == detail::json_object);
        default:
            if (*head > detail::json_object) {
                return {errc::out_of_range, at};
            }
            return number<std::int64_t>(*head - std::size_t{detail::json_integer});
        }
    }

    [[nodiscard]] result<done> key(level& of) {
        const std::size_t at = in_.offset();
        const auto read = sized();
        if (!read) {
            return read.error();
        }
        if (!of.first && !bytes_less(of.last_key, *read)) {
            return {errc::not_sorted, at};
        }
        of.first = false;
        of.last_key = *read;
        return valid_text(*read);
    }

    [[nodiscard]] result<done> text() {
        const auto read = sized();
        return read ? valid_text(*read) : result<done>(read.error());
    }

    /// `read` has just been read.
    [[nodiscard]] result<done> valid_text(byte_span read) const {
        const std::size_t valid = utf8_prefix(read);
        if (valid != read.size()) {
            return {errc::bad_utf8, in_.offset() - read.size() + valid};
        }
        return done{};
    }

    template <class Number>
    [[nodiscard]] result<done> number(std::size_t size) {
        const std::size_t at = in_.offset();
        const auto bytes = in_.bytes(size);
        if (!bytes) {
            return bytes.error();
        }
        const auto read = codec<Number>::decode(*bytes);
        return read ? result<done>(done{}) : result<done>(read.error().shifted(at));
    }

    [[nodiscard]] result<byte_span> sized() {
        const auto size = in_.varint();
        return size ? in_.bytes(*size) : result<byte_span>(size.error());
    }

    [[nodiscard]] result<done> container(std::size_t at, bool keyed) {
        const auto size = in_.varint();
        if (!size) {
            return size.error();
        }
        if (depth_ == json_depth_max) {
            return {errc::too_deep, at};
        }
        if (in_.offset() > end_ || *size > end_ - in_.offset()) {
            return {errc::truncated, end_};
        }
        open_[depth_++] = {end_, keyed, true, {}};
        end_ = in_.offset() + static_cast<std::size_t>(*size);
        return done{};
    }

    byte_reader in_;
    std::size_t end_;  ///< of the innermost container
    level open_[json_depth_max];
    std::size_t depth_ = 0;
};

inline result<json_value> json_value::decode(byte_span whole) {
    if (const auto right = check(whole).run(); !right) {
        return right.error();
    }
    json_value made;
    if (whole.size() != 1 || whole[0] != std::byte{detail::json_null}) {
        made.bytes_.assign(whole.begin(), whole.end());
    }
    return made;
}

inline json_value json_value::around(detail::json_head head, byte_span inside) {
    json_value made;
    made.bytes_.reserve(1 + varint_size(inside.size()) + inside.size());
    byte_writer out(made.bytes_);
    out.u8(head);
    out.varint(inside.size());
    out.append(inside);
    if (!check(made.bytes_).run()) {  // all else of it is right
        WEFT_THROW(bad_value(errc::too_deep), message(errc::too_deep).data());
    }
    return made;
}

template <>
struct codec<json_value> {
    static constexpr std::uint32_t kind = 15;

    static void encode(byte_writer& out, const json_value& value) { out.append(value.bytes()); }

    static result<json_value> decode(byte_span whole) { return json_value::decode(whole); }

    /// The order of the encodings: by kind first, and of no further meaning.
    static bool less(const json_value& a, const json_value& b) noexcept {
        return bytes_less(a.bytes(), b.bytes());
    }

    static bool same(const json_value& a, const json_value& b) noexcept { return a == b; }

    static std::size_t hash(const json_value& value, std::uint64_t seed) noexcept {
        return static_cast<std::size_t>(xxh3_64(value.bytes(), seed));
    }
};

}  // namespace weft

#endif
