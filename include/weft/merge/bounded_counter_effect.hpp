/// What a bounded_counter puts into an operation, whatever its bound. On the wire: a byte of flags,
/// then what they announce, none of it 0:
///   1   varint: rights granted to the writer
///   2   varint: taken from what the writer granted itself
///   4   varint: passed over there, since a re-insert had removed it
///   8   varint n; the first n observed dots name givers; for each, two varints, not both 0: taken
///       from what that giver granted the writer, and passed over
///   16  varint n; n receivers, ascending: a byte for the size of the actor id, the id, a varint:
///       rights handed on. In all no more than is taken.
/// Each observed dot beyond names a giver whose grants are removed: a byte for the size of the
/// receiver's id (0: the giver itself), the id, a varint above 0: granted so far.
#ifndef WEFT_MERGE_BOUNDED_COUNTER_EFFECT_HPP
#define WEFT_MERGE_BOUNDED_COUNTER_EFFECT_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/codec.hpp>
#include <weft/base/id.hpp>
#include <weft/base/lean_vector.hpp>

#include <cstdint>
#include <cstring>

namespace weft {

[[nodiscard]] constexpr std::uint64_t add_capped(std::uint64_t a, std::uint64_t b) noexcept {
    return a > ~std::uint64_t{0} - b ? ~std::uint64_t{0} : a + b;
}

/// The canonical bytes of an actor id of any type, 32 at most.
struct actor_name {
    static constexpr std::size_t size_max = 32;

    std::uint32_t size = 0;
    std::byte bytes[size_max]{};

    constexpr actor_name() = default;

    explicit actor_name(byte_span id) noexcept : size(static_cast<std::uint32_t>(id.size())) {
        WEFT_ASSERT(id.size() <= size_max);
        copy_bytes(bytes, id.data(), id.size());
    }

    template <class ActorId>
    [[nodiscard]] static actor_name of(const ActorId& actor) noexcept {
        static_assert(identifier<ActorId>, "weft: an actor is named by its actor id");
        static_assert(identifier_traits<ActorId>::size <= size_max,
                      "weft: the actor ids of a bounded_counter have at most 32 bytes");
        actor_name name;
        name.size = identifier_traits<ActorId>::size;
        identifier_traits<ActorId>::write(actor, name.bytes);
        return name;
    }

    [[nodiscard]] byte_span span() const noexcept { return {bytes, size}; }

    void write(byte_writer& out) const {
        out.u8(static_cast<std::uint8_t>(size));
        out.append(span());
    }

    /// Errors: truncated; out_of_range.
    [[nodiscard]] static result<actor_name> read(byte_reader& in) noexcept {
        byte_reader next = in;
        const auto size = next.u8();
        if (!size) {
            return size.error();
        }
        if (*size > size_max) {
            return {errc::out_of_range, in.offset()};
        }
        const auto id = next.bytes(*size);
        if (!id) {
            return id.error();
        }
        in = next;
        return actor_name(*id);
    }

    friend bool operator==(const actor_name& a, const actor_name& b) noexcept {
        return a.size == b.size && std::memcmp(a.bytes, b.bytes, size_max) == 0;
    }

    friend bool operator<(const actor_name& a, const actor_name& b) noexcept {
        const int order = std::memcmp(a.bytes, b.bytes, size_max);
        return order != 0 ? order < 0 : a.size < b.size;
    }
};

struct bounded_counter_effect {
    /// From one lot.
    struct draft {
        std::uint64_t amount = 0;
        std::uint64_t passed_over = 0;
        friend constexpr bool operator==(const draft&, const draft&) = default;
    };

    struct share {
        actor_name to{};  ///< none: the giver itself
        std::uint64_t amount = 0;
        friend bool operator==(const share&, const share&) = default;
    };

    std::uint64_t granted = 0;
    draft own{};                   ///< staged: all that is taken, whatever from
    lean_vector<draft> from;       ///< beside the first observed dots
    lean_vector<share> handed_on;  ///< ascending by receiver
    lean_vector<share> removed;    ///< beside the other observed dots
    bool restarts = false;         ///< staged: remove all that observe() will find

    [[nodiscard]] bool empty() const noexcept {
        return granted == 0 && own == draft{} && from.empty() && handed_on.empty() &&
               removed.empty() && !restarts;
    }

    friend bool operator==(const bounded_counter_effect&, const bounded_counter_effect&) = default;

    /// Adds to what that receiver is handed on. Strong guarantee.
    void hand_on(const actor_name& to, std::uint64_t amount) {
        share* at = handed_on.begin();
        while (at != handed_on.end() && at->to < to) {
            ++at;
        }
        if (at != handed_on.end() && at->to == to) {
            at->amount += amount;
        } else {
            handed_on.insert(at, {to, amount});
        }
    }

    void encode(byte_writer& out) const {
        WEFT_ASSERT(!restarts);
        out.u8(static_cast<std::uint8_t>((granted != 0 ? 1U : 0U) | (own.amount != 0 ? 2U : 0U) |
                                         (own.passed_over != 0 ? 4U : 0U) |
                                         (from.empty() ? 0U : 8U) |
                                         (handed_on.empty() ? 0U : 16U)));
        for (const std::uint64_t number : {granted, own.amount, own.passed_over}) {
            if (number != 0) {
                out.varint(number);
            }
        }
        if (!from.empty()) {
            out.varint(from.size());
            for (const draft& each : from) {
                out.varint(each.amount);
                out.varint(each.passed_over);
            }
        }
        if (!handed_on.empty()) {
            out.varint(handed_on.size());
            write(handed_on, out);
        }
        write(removed, out);
    }

    /// Errors: those of a varint; truncated; too_large; out_of_range; not_sorted; not_canonical.
    [[nodiscard]] static result<bounded_counter_effect> decode(byte_reader& in,
                                                               std::size_t observed) {
        byte_reader next = in;
        bounded_counter_effect read;
        const error failed = read.decode_from(next, observed);
        if (failed.code != errc::none) {
            return failed;
        }
        if (read.empty()) {
            return {errc::not_canonical, in.offset()};
        }
        in = next;
        return read;
    }

private:
    static void write(const lean_vector<share>& all, byte_writer& out) {
        for (const share& each : all) {
            each.to.write(out);
            out.varint(each.amount);
        }
    }

    [[nodiscard]] static error take_positive(byte_reader& in, std::uint64_t& to) noexcept {
        const std::size_t offset = in.offset();
        const auto number = in.varint();
        if (!number) {
            return number.error();
        }
        to = *number;
        return *number == 0 ? error(errc::not_canonical, offset) : error();
    }

    [[nodiscard]] error decode_from(byte_reader& in, std::size_t observed) {
        const std::size_t start = in.offset();
        const auto flags = in.u8();
        if (!flags) {
            return flags.error();
        }
        if (*flags > 31) {
            return {errc::out_of_range, start};
        }
        std::uint64_t* const numbers[3] = {&granted, &own.amount, &own.passed_over};
        for (unsigned i = 0; i != 3; ++i) {
            if ((*flags & 1U << i) != 0) {
                if (const error failed = take_positive(in, *numbers[i]);
                    failed.code != errc::none) {
                    return failed;
                }
            }
        }
        std::uint64_t taken = own.amount;
        if ((*flags & 8U) != 0) {
            if (const error failed = decode_drafts(in, observed, taken);
                failed.code != errc::none) {
                return failed;
            }
        }
        if ((*flags & 16U) != 0) {
            if (const error failed = decode_handed_on(in, taken); failed.code != errc::none) {
                return failed;
            }
        }
        return decode_shares(in, observed - from.size(), removed, true);
    }

    [[nodiscard]] error decode_drafts(byte_reader& in, std::size_t observed, std::uint64_t& taken) {
        const std::size_t start = in.offset();
        std::uint64_t count = 0;
        if (const error failed = take_positive(in, count); failed.code != errc::none) {
            return failed;
        }
        if (count > observed || count > in.remaining() / 2) {
            return {errc::too_large, start};
        }
        from.reserve(static_cast<std::size_t>(count));
        for (; count != 0; --count) {
            const std::size_t offset = in.offset();
            const auto amount = in.varint();
            const auto passed_over = amount ? in.varint() : amount;
            if (!passed_over) {
                return passed_over.error();
            }
            if (*amount > ~taken) {
                return {errc::out_of_range, offset};
            }
            if (*amount == 0 && *passed_over == 0) {
                return {errc::not_canonical, offset};
            }
            taken += *amount;
            from.push_back({*amount, *passed_over});
        }
        return {};
    }

    [[nodiscard]] error decode_handed_on(byte_reader& in, std::uint64_t taken) {
        const std::size_t start = in.offset();
        std::uint64_t count = 0;
        if (const error failed = take_positive(in, count); failed.code != errc::none) {
            return failed;
        }
        if (const error failed = decode_shares(in, count, handed_on, false);
            failed.code != errc::none) {
            return failed;
        }
        for (std::size_t i = 0; i < handed_on.size(); ++i) {
            if (i != 0 && !(handed_on[i - 1].to < handed_on[i].to)) {
                return {errc::not_sorted, start};
            }
            if (handed_on[i].amount > taken) {
                return {errc::out_of_range, start};
            }
            taken -= handed_on[i].amount;
        }
        return {};
    }

    [[nodiscard]] static error
    decode_shares(byte_reader& in, std::uint64_t count, lean_vector<share>& to, bool nobody) {
        if (count > in.remaining() / 2) {
            return {errc::truncated, in.offset() + in.remaining()};
        }
        to.reserve(static_cast<std::size_t>(count));
        for (; count != 0; --count) {
            const std::size_t offset = in.offset();
            const auto name = actor_name::read(in);
            if (!name) {
                return name.error();
            }
            if (name->size == 0 && !nobody) {
                return {errc::not_canonical, offset};
            }
            share read{*name, 0};
            if (const error failed = take_positive(in, read.amount); failed.code != errc::none) {
                return failed;
            }
            to.push_back(read);
        }
        return {};
    }
};

namespace detail {

/// A number below 2^20 for the wire kind: small bounds are themselves, others nearly always differ.
[[nodiscard]] constexpr std::uint32_t kind_of_bound(std::int64_t bound) noexcept {
    constexpr std::uint32_t half = 1U << 19U;
    const std::uint64_t number = zigzag(bound);
    return number < half ? static_cast<std::uint32_t>(number)
                         : half | static_cast<std::uint32_t>((number * 0x9E3779B97F4A7C15U) >> 45U);
}

}  // namespace detail

}  // namespace weft

#endif
