/// A JSON value where it lies, in its encoding, which is written down in json_value.hpp: nothing is
/// parsed ahead, copied or allocated. A view is two words, valid while the bytes are; what is not
/// there (no such member, no such element) is a view too, which is false and has nothing in it:
///
///     if (const json_view street = value["address"]["street"]) { use(street.string()); }
///
/// Bytes were checked before there is a view of them. Cost: O(1), but for what looks into an array
/// or object: O(members passed).
#ifndef WEFT_BASE_JSON_VIEW_HPP
#define WEFT_BASE_JSON_VIEW_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/varint.hpp>

#include <bit>
#include <string_view>

namespace weft {

enum class json_kind : std::uint8_t {
    absent,
    null,
    boolean,
    integer,
    number,
    string,
    array,
    object
};

/// How deep arrays and objects are nested in one another, at most.
inline constexpr std::size_t json_depth_max = 64;

namespace detail {

/// First bytes of an encoded value. An integer's says how many bytes follow: 3 for one.
enum json_head : std::uint8_t {
    json_null = 0,
    json_false = 1,
    json_true = 2,
    json_integer = 2,  // and the number of bytes
    json_number = 11,
    json_string = 12,
    json_array = 13,
    json_object = 14,
};

}  // namespace detail

class json_view {
public:
    struct member;
    class iterator;

    /// Of nothing: absent.
    constexpr json_view() = default;

    /// Of the value that stands first in bytes that a check has passed.
    explicit json_view(const std::byte* at) noexcept : at_(at) {}

    [[nodiscard]] json_kind kind() const noexcept {
        if (at_ == nullptr) {
            return json_kind::absent;
        }
        switch (head()) {
        case detail::json_null:
            return json_kind::null;
        case detail::json_false:
        case detail::json_true:
            return json_kind::boolean;
        case detail::json_number:
            return json_kind::number;
        case detail::json_string:
            return json_kind::string;
        case detail::json_array:
            return json_kind::array;
        case detail::json_object:
            return json_kind::object;
        default:
            return json_kind::integer;
        }
    }

    /// Whether there is a value, be it null.
    explicit operator bool() const noexcept { return at_ != nullptr; }

    [[nodiscard]] bool is_null() const noexcept { return kind() == json_kind::null; }

    /// Of a boolean; of all else `otherwise`.
    [[nodiscard]] bool boolean(bool otherwise = false) const noexcept {
        return kind() == json_kind::boolean ? head() == detail::json_true : otherwise;
    }

    /// Of an integer; of all else `otherwise`.
    [[nodiscard]] std::int64_t integer(std::int64_t otherwise = 0) const noexcept {
        if (kind() != json_kind::integer) {
            return otherwise;
        }
        const std::size_t size = head() - std::size_t{detail::json_integer};
        std::uint64_t bits = at_[size] >= std::byte{0x80} ? ~std::uint64_t{0} : 0;
        for (std::size_t i = size; i > 0; --i) {
            bits = (bits << 8U) | std::to_integer<std::uint64_t>(at_[i]);
        }
        return static_cast<std::int64_t>(bits);
    }

    /// Of a number or an integer, then rounded to nearest; of all else `otherwise`.
    [[nodiscard]] double number(double otherwise = 0) const noexcept {
        switch (kind()) {
        case json_kind::number:
            return std::bit_cast<double>(load_le<8>(at_ + 1));
        case json_kind::integer:
            return static_cast<double>(integer());
        default:
            return otherwise;
        }
    }

    /// Of a string; of all else `otherwise`.
    [[nodiscard]] std::string_view string(std::string_view otherwise = {}) const noexcept {
        return kind() == json_kind::string ? as_text(content()) : otherwise;
    }

    /// Elements of an array, members of an object, none of all else. O(n).
    [[nodiscard]] std::size_t size() const noexcept;

    /// The member of an object. O(members before it).
    [[nodiscard]] json_view operator[](std::string_view key) const noexcept;

    /// The element of an array, or the member that is the n-th by its key. O(index).
    [[nodiscard]] json_view operator[](std::size_t index) const noexcept;

    /// Over elements, or members ascending by key: `for (const auto& [key, value] : view)`; the key
    /// of an element is empty.
    [[nodiscard]] iterator begin() const noexcept;
    [[nodiscard]] iterator end() const noexcept;

    /// The encoding. O(1).
    [[nodiscard]] byte_span bytes() const noexcept {
        if (at_ == nullptr) {
            return {};
        }
        switch (head()) {
        case detail::json_null:
        case detail::json_false:
        case detail::json_true:
            return {at_, 1};
        case detail::json_number:
            return {at_, 9};
        case detail::json_string:
        case detail::json_array:
        case detail::json_object: {
            const byte_span inside = content();
            return {at_, static_cast<std::size_t>(inside.data() - at_) + inside.size()};
        }
        default:
            return {at_, 1 + head() - std::size_t{detail::json_integer}};
        }
    }

private:
    [[nodiscard]] std::uint8_t head() const noexcept { return std::to_integer<std::uint8_t>(*at_); }

    /// What stands in a string, an array or an object.
    [[nodiscard]] byte_span content() const noexcept {
        const std::byte* at = at_ + 1;
        const auto size = static_cast<std::size_t>(take_varint(at));
        return {at, size};
    }

    [[nodiscard]] bool holds_values() const noexcept {
        return at_ != nullptr && head() >= detail::json_array;
    }

    const std::byte* at_ = nullptr;
};

struct json_view::member {
    std::string_view key;
    json_view value;
};

class json_view::iterator {
public:
    using value_type = member;
    using difference_type = std::ptrdiff_t;

    iterator() = default;

    [[nodiscard]] member operator*() const noexcept {
        const std::byte* at = at_;
        std::string_view key;
        if (keyed_) {
            const auto size = static_cast<std::size_t>(take_varint(at));
            key = as_text({at, size});
            at += size;
        }
        return {key, json_view(at)};
    }

    iterator& operator++() noexcept {
        const byte_span passed = (**this).value.bytes();
        at_ = passed.data() + passed.size();
        return *this;
    }

    iterator operator++(int) noexcept {
        const iterator before = *this;
        ++*this;
        return before;
    }

    friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }

private:
    friend class json_view;

    iterator(const std::byte* at, bool keyed) noexcept : at_(at), keyed_(keyed) {}

    const std::byte* at_ = nullptr;
    bool keyed_ = false;
};

inline json_view::iterator json_view::begin() const noexcept {
    return holds_values() ? iterator(content().data(), head() == detail::json_object) : iterator();
}

inline json_view::iterator json_view::end() const noexcept {
    return holds_values() ? iterator(content().data() + content().size(), false) : iterator();
}

inline std::size_t json_view::size() const noexcept {
    std::size_t count = 0;
    for (iterator at = begin(), last = end(); at != last; ++at) {
        ++count;
    }
    return count;
}

inline json_view json_view::operator[](std::string_view key) const noexcept {
    if (kind() == json_kind::object) {
        for (const member each : *this) {
            if (each.key == key) {
                return each.value;
            }
        }
    }
    return {};
}

inline json_view json_view::operator[](std::size_t index) const noexcept {
    for (const member each : *this) {
        if (index-- == 0) {
            return each.value;
        }
    }
    return {};
}

/// Goes through a value and all in it, in order and without recursion. Tells `visitor`
///     open(json_kind)      an array or object begins
///     key(string_view)     before each member's value
///     leaf(json_view)      a value that holds no others
///     close(json_kind)     the innermost one that is open ends
/// O(size).
template <class Visitor>
void json_walk(json_view of, Visitor&& visitor) {
    struct level {
        json_view::iterator at;
        json_view::iterator end;
        json_kind kind{};
    };

    level open[json_depth_max];
    std::size_t depth = 0;
    json_view now = of;
    while (true) {
        const json_kind kind = now.kind();
        if (kind == json_kind::array || kind == json_kind::object) {
            visitor.open(kind);
            open[depth++] = {now.begin(), now.end(), kind};
        } else {
            visitor.leaf(now);
        }
        while (depth != 0 && open[depth - 1].at == open[depth - 1].end) {
            visitor.close(open[--depth].kind);
        }
        if (depth == 0) {
            return;
        }
        level& inner = open[depth - 1];
        const json_view::member next = *inner.at;
        ++inner.at;
        if (inner.kind == json_kind::object) {
            visitor.key(next.key);
        }
        now = next.value;
    }
}

}  // namespace weft

#endif
