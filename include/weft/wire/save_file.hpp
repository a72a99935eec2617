/// The bytes of a saved replica: who it was, its clock, how much of its own work had left, its log
/// as batches in order, and what was parked. Specified in FORMAT.md. Integrity: a checksum over
/// all, and the batch's own.
#ifndef WEFT_WIRE_SAVE_FILE_HPP
#define WEFT_WIRE_SAVE_FILE_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/timestamp.hpp>

#include <cstdint>

namespace weft {

inline constexpr std::uint8_t save_format = 1;

/// A saved replica, taken apart. Spans view the bytes.
template <class Traits>
struct save_file {
    using actor_id = typename Traits::actor_id;

    struct parked_operation {
        std::uint64_t source = 0;
        byte_span batch;
    };

    actor_id actor{};
    timestamp clock{};
    sequence sent = 0;           ///< operations of `actor` that have left in a batch
    lean_vector<byte_span> log;  ///< batches, each after what it follows
    lean_vector<parked_operation> parked;

    /// Appends the file. O(its size).
    void write(byte_buffer& to) const {
        byte_writer out(to);
        const std::size_t begin = to.size();
        out.append(as_bytes("WEFS"));
        out.u8(save_format);
        out.u8(Traits::hasher::wire_id);
        out.u8(static_cast<std::uint8_t>(identifier_traits<actor_id>::size));
        std::byte id[identifier_traits<actor_id>::size];
        identifier_traits<actor_id>::write(actor, id);
        out.append(id);
        out.u64(clock.bits);
        out.varint(sent);
        out.varint(log.size());
        for (const byte_span batch : log) {
            out.varint(batch.size());
            out.append(batch);
        }
        out.varint(parked.size());
        for (const parked_operation& one : parked) {
            out.varint(one.source);
            out.varint(one.batch.size());
            out.append(one.batch);
        }
        out.u64(xxh3_64(byte_span(to).subspan(begin)));
    }

    /// Takes the bytes apart; the batches inside are not looked at. O(their size, for the
    /// checksum). Errors: bad_magic, unknown_format, other_hasher, other_identifier_width,
    /// bad_checksum, truncated, not_shortest, out_of_range, trailing_bytes.
    [[nodiscard]] static result<save_file> read(byte_span bytes) {
        constexpr std::size_t checksum = 8;
        byte_reader in(bytes.first(bytes.size() < checksum ? 0 : bytes.size() - checksum));
        const auto magic = in.bytes(4);
        if (!magic) {
            return {errc::truncated, bytes.size()};
        }
        if (as_text(*magic) != "WEFS") {
            return {errc::bad_magic, 0};
        }
        const auto format = in.u8();
        const auto hasher = in.u8();
        const auto width = in.u8();
        if (!format || !hasher || !width) {
            return {errc::truncated, bytes.size()};
        }
        if (*format != save_format) {
            return {errc::unknown_format, 4};
        }
        if (*hasher != Traits::hasher::wire_id) {
            return {errc::other_hasher, 5};
        }
        if (*width != identifier_traits<actor_id>::size) {
            return {errc::other_identifier_width, 6};
        }
        const std::size_t end = bytes.size() - checksum;
        if (load_le<8>(bytes.data() + end) != xxh3_64(bytes.first(end))) {
            return {errc::bad_checksum, end};
        }
        return body(in);
    }

private:
    [[nodiscard]] static result<save_file> body(byte_reader in) {
        save_file file;
        const auto id = in.bytes(identifier_traits<actor_id>::size);
        const auto clock = in.u64();
        const auto sent = in.varint(~sequence{0});
        if (!id || !clock || !sent) {
            return !id ? id.error() : !clock ? clock.error() : sent.error();
        }
        file.actor = identifier_traits<actor_id>::read(id->data());
        file.clock = {*clock};
        file.sent = static_cast<sequence>(*sent);
        const auto batches = in.varint(in.remaining());
        if (!batches) {
            return batches.error();
        }
        for (std::uint64_t i = 0; i < *batches; ++i) {
            const auto batch = sized(in);
            if (!batch) {
                return batch.error();
            }
            file.log.push_back(*batch);
        }
        const auto parked = in.varint(in.remaining());
        if (!parked) {
            return parked.error();
        }
        for (std::uint64_t i = 0; i < *parked; ++i) {
            const auto source = in.varint();
            if (!source) {
                return source.error();
            }
            const auto batch = sized(in);
            if (!batch) {
                return batch.error();
            }
            file.parked.push_back({*source, *batch});
        }
        if (const auto whole = in.finish(); !whole) {
            return whole.error();
        }
        return file;
    }

    [[nodiscard]] static result<byte_span> sized(byte_reader& in) {
        const auto size = in.varint();
        if (!size) {
            return size.error();
        }
        return in.bytes(*size);
    }
};

}  // namespace weft

#endif
