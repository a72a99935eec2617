/// How weft says that bytes or operations from outside are wrong: a result<T> holds a T or an
/// error, and an error says what (errc), where (byte offset) and about which operation (dot).
/// Nothing here throws, except value() of a failed result: that is the caller's broken contract.
/// A subset of the shape of C++23 std::expected. errc values are stable; texts are for people.
#ifndef WEFT_BASE_RESULT_HPP
#define WEFT_BASE_RESULT_HPP

#include <weft/base/assert.hpp>
#include <weft/base/maybe.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

namespace weft {

/// What is wrong. The first group refuses bytes as a whole, the second refuses one operation by
/// name together with its descendants, the third answers a request.
enum class errc : std::uint8_t {
    none = 0,
    // bytes
    truncated = 1,
    trailing_bytes = 2,
    not_shortest = 3,
    out_of_range = 4,
    not_sorted = 5,
    not_canonical = 6,
    bad_magic = 7,
    unknown_format = 8,
    other_hasher = 9,
    other_identifier_width = 10,
    bad_checksum = 11,
    bad_utf8 = 12,
    not_causal = 13,
    too_large = 14,
    unused_entry = 15,
    too_deep = 16,
    // operations
    address_mismatch = 32,
    equivocation = 33,
    parents_not_antichain = 34,
    sequence_gap = 35,
    timestamp_not_after_parents = 36,
    unseen_dot = 37,
    refused_ancestor = 38,
    void_effect = 39,
    // requests
    parked_full = 64,
    missing_operation = 65,
    other_kind = 66,
    actor_reused = 67,
    too_many_operations = 68,
    no_such_record = 69,
    reentered = 70,
    cannot_undo = 71,
    insufficient_rights = 73,
};

/// One sentence for people, without position. Never empty.
// NOLINTNEXTLINE(readability-function-size): one case a code
[[nodiscard]] constexpr std::string_view message(errc code) noexcept {
    switch (code) {
    case errc::none:
        return "no error";
    case errc::truncated:
        return "the bytes end before the value does";
    case errc::trailing_bytes:
        return "bytes follow the end of the value";
    case errc::not_shortest:
        return "a number is not in its shortest form";
    case errc::out_of_range:
        return "a number is outside the range that its place allows";
    case errc::not_sorted:
        return "entries are not in strictly ascending order";
    case errc::not_canonical:
        return "the value has another, canonical encoding";
    case errc::bad_magic:
        return "these bytes are not of the expected kind";
    case errc::unknown_format:
        return "the format version is not known to this build";
    case errc::other_hasher:
        return "the bytes were written with another hasher";
    case errc::other_identifier_width:
        return "the bytes use identifiers of another width";
    case errc::bad_checksum:
        return "the checksum does not match the bytes";
    case errc::bad_utf8:
        return "a string is not valid UTF-8";
    case errc::not_causal:
        return "an operation stands before one of its parents";
    case errc::too_large:
        return "a size exceeds what the bytes can hold";
    case errc::unused_entry:
        return "a table has an entry that nothing refers to";
    case errc::too_deep:
        return "values are nested deeper than the limit";
    case errc::address_mismatch:
        return "the content address does not match the operation";
    case errc::equivocation:
        return "another operation with the same dot is already held";
    case errc::parents_not_antichain:
        return "one parent of the operation is an ancestor of another";
    case errc::sequence_gap:
        return "the actor's previous operation is not in the causal past";
    case errc::timestamp_not_after_parents:
        return "the timestamp is not greater than every parent's";
    case errc::unseen_dot:
        return "an effect names a dot that is not in the causal past";
    case errc::refused_ancestor:
        return "an operation in the causal past was refused";
    case errc::void_effect:
        return "an effect for a known field can't be decoded and has no effect";
    case errc::parked_full:
        return "no more operations can be parked; deliver what is missing first";
    case errc::missing_operation:
        return "an operation that is named is not held";
    case errc::other_kind:
        return "a tag is used with another kind";
    case errc::actor_reused:
        return "this actor id is in use elsewhere";
    case errc::too_many_operations:
        return "an actor or a replica can't hold more operations";
    case errc::no_such_record:
        return "there is no such record";
    case errc::reentered:
        return "the replica was called back while it changes";
    case errc::cannot_undo:
        return "the operation has an effect that can't be taken back, or none at all";
    case errc::insufficient_rights:
        return "this actor has not enough rights of its own";
    }
    return "unknown error";
}

/// An error: what, where in the bytes, and the dot of the operation, each where known.
struct error {
    static constexpr std::size_t no_offset = ~std::size_t{0};
    static constexpr std::size_t actor_size_max = 32;

    errc code = errc::none;
    std::uint8_t actor_size = 0;  ///< 0: no operation is named
    std::uint32_t sequence = 0;
    std::size_t offset = no_offset;  ///< bytes from the start of the input; no_offset if unknown
    std::array<std::byte, actor_size_max> actor{};  ///< canonical bytes, cut at actor_size_max

    constexpr error() = default;

    constexpr error(errc what, std::size_t where = no_offset) noexcept
        : code(what), offset(where) {}

    /// The same error, moved by `base` bytes: for a reader over a part of the input.
    [[nodiscard]] constexpr error shifted(std::size_t base) const noexcept {
        error moved = *this;
        if (moved.offset != no_offset) {
            moved.offset += base;
        }
        return moved;
    }

    friend constexpr bool operator==(const error&, const error&) noexcept = default;
};

/// Thrown by value() of a failed result.
class bad_result : public std::exception {
public:
    explicit bad_result(const error& reason) noexcept : reason_(reason) {}

    [[nodiscard]] const char* what() const noexcept override {
        return message(reason_.code).data();
    }

    [[nodiscard]] const error& reason() const noexcept { return reason_; }

private:
    error reason_;
};

/// A T, or the error that explains its absence. Both never; neither never.
template <class T>
class [[nodiscard]] result : private maybe<T> {
public:
    using value_type = T;

    constexpr result(T value) : maybe<T>(static_cast<T&&>(value)) {}

    constexpr result(const error& reason) noexcept : error_(reason) {
        WEFT_ASSERT(reason.code != errc::none);
    }

    constexpr result(errc code, std::size_t offset = error::no_offset) noexcept
        : result(weft::error(code, offset)) {}

    using maybe<T>::has_value;
    using maybe<T>::operator bool;
    using maybe<T>::operator*;
    using maybe<T>::operator->;

    /// The value. A failed result throws bad_result (aborts without exceptions).
    constexpr T& value() & {
        require();
        return **this;
    }

    // NOLINTNEXTLINE(modernize-use-nodiscard): it may be called for the throw alone
    constexpr const T& value() const& {
        require();
        return **this;
    }

    constexpr T&& value() && {
        require();
        return static_cast<T&&>(**this);
    }

    /// The error; errc::none when there is a value.
    [[nodiscard]] constexpr const weft::error& error() const noexcept { return error_; }

private:
    constexpr void require() const {
        if (!has_value()) {
            WEFT_THROW(bad_result(error_), message(error_.code).data());
        }
    }

    weft::error error_;
};

/// Success without a value.
struct done {
    friend constexpr bool operator==(const done&, const done&) = default;
};

}  // namespace weft

#endif
