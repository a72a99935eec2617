/// The bytes of one operation in the log, and how they are written and read. Numbers are varints:
///
///     version * 2 + (not exactly one mutation), [mutations]
///     per mutation: shape * 2 + (has dots), row, [dots]
///     per effect of its shape: payload size * 2 + (has dots), [dots], payload
///     dots: how many, and per dot slot, sequence, ordinal
///
/// Versions and shapes are numbers of the log's tables. A write of one small field to one record
/// takes 4 to 6 bytes and its payload. Never leaves the replica, so it has no canonical form.
#ifndef WEFT_LOG_BODY_HPP
#define WEFT_LOG_BODY_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/varint.hpp>
#include <weft/causal/dot.hpp>
#include <weft/log/operation.hpp>
#include <weft/log/shape_table.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weft {

/// Bytes that a body needs at most: what its parts are multiplied with.
struct body_bounds {
    static constexpr std::size_t number = 5;  ///< a varint of 33 bits
    static constexpr std::size_t head = 2 * number;
    static constexpr std::size_t mutation = 3 * number;
    static constexpr std::size_t effect = 2 * number;
    static constexpr std::size_t dot = 3 * number;
};

/// Writes a body to memory that suffices, part by part.
class body_writer {
public:
    explicit body_writer(std::byte* to) noexcept : begin_(to), at_(to) {}

    void head(std::uint32_t version, std::size_t mutations) noexcept {
        number(std::uint64_t{version} << 1U | (mutations == 1 ? 0U : 1U));
        if (mutations != 1) {
            number(mutations);
        }
    }

    void mutation(std::uint32_t shape, std::uint32_t row, std::uint32_t dots) noexcept {
        number(std::uint64_t{shape} << 1U | (dots != 0 ? 1U : 0U));
        number(row);
        if (dots != 0) {
            number(dots);
        }
    }

    void effect(std::uint32_t size, std::uint32_t dots) noexcept {
        number(std::uint64_t{size} << 1U | (dots != 0 ? 1U : 0U));
        if (dots != 0) {
            number(dots);
        }
    }

    void dot(const local_event& named) noexcept {
        number(named.operation.slot.value);
        number(named.operation.sequence);
        number(named.ordinal);
    }

    /// Returns the offset of the payload in the body.
    std::uint32_t payload(const std::byte* from, std::uint32_t size) noexcept {
        const auto offset = static_cast<std::uint32_t>(at_ - begin_);
        copy_bytes(at_, from, size);
        at_ += size;
        return offset;
    }

    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(at_ - begin_);
    }

private:
    void number(std::uint64_t value) noexcept { at_ += write_varint(at_, value); }

    std::byte* begin_;
    std::byte* at_;
};

/// Goes through a body. `Sink` hears, in order:
///   head(version number, mutations);
///   mutation(shape number, row), then dot(local_event) for its record-level dots, then
///   effects(shape number), then for each effect of the shape dot(...)s and, with the number of
///   those dots, payload(index in the shape, how many dots, slice of the body).
template <class Sink>
void read_body(byte_span body, const shape_table& shapes, Sink& sink) {
    const std::byte* at = body.data();
    const auto number = [&at] { return static_cast<std::uint32_t>(take_varint(at)); };
    const auto dots = [&](std::uint32_t count) {
        for (std::uint32_t i = 0; i != count; ++i) {
            local_event named;
            named.operation.slot.value = number();
            named.operation.sequence = number();
            named.ordinal = number();
            sink.dot(named);
        }
    };
    const std::uint64_t head = take_varint(at);
    const std::uint32_t mutations = (head & 1U) == 0 ? 1 : number();
    sink.head(static_cast<std::uint32_t>(head >> 1U), mutations);
    for (std::uint32_t i = 0; i != mutations; ++i) {
        const std::uint64_t mark = take_varint(at);
        const auto shape = static_cast<std::uint32_t>(mark >> 1U);
        sink.mutation(shape, number());
        const std::uint32_t own_dots = (mark & 1U) == 0 ? 0 : number();
        dots(own_dots);
        sink.effects(shape, own_dots);
        const std::uint32_t effects = shapes[shape].fields.count;
        for (std::uint32_t k = 0; k != effects; ++k) {
            const std::uint64_t size = take_varint(at);
            const std::uint32_t count = (size & 1U) == 0 ? 0 : number();
            dots(count);
            sink.payload(k, count,
                         slice{static_cast<std::uint32_t>(at - body.data()),
                               static_cast<std::uint32_t>(size >> 1U)});
            at += size >> 1U;
        }
    }
    WEFT_ASSERT(at == body.data() + body.size());
}

}  // namespace weft

#endif
