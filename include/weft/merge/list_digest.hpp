/// What each part of a list's state adds to its digest: hashes of ids, never of slots, in a buffer
/// of fixed size, since apply() computes them where it must not fail.
#ifndef WEFT_MERGE_LIST_DIGEST_HPP
#define WEFT_MERGE_LIST_DIGEST_HPP

#include <weft/base/hasher.hpp>
#include <weft/merge/fugue_order.hpp>

#include <cstring>

namespace weft {

class list_digest {
public:
    explicit list_digest(const actor_order& actors) noexcept : actors_(actors) {}

    /// Ids wider than 64 bytes count by their hash.
    list_digest& operation(const local_dot& of) noexcept {
        byte_span id = actors_.id(of.slot);
        digest<16> short_id;
        if (id.size() > id_max) {
            short_id = xxh3_128::hash(id);
            id = short_id.bytes;
        }
        append(id);
        return number(of.sequence);
    }

    list_digest& position(const list_id& of) noexcept {
        return operation(of.event.operation).number(of.event.ordinal).number(of.index);
    }

    list_digest& number(std::uint32_t of) noexcept {
        WEFT_ASSERT(size_ + 4 <= sizeof bytes_);
        store_le<4>(bytes_ + size_, of);
        size_ += 4;
        return *this;
    }

    list_digest& value(const digest<16>& of) noexcept {
        append(of.bytes);
        return *this;
    }

    [[nodiscard]] digest<16> done() const noexcept {
        return xxh3_128::hash(byte_span(bytes_).first(size_));
    }

private:
    static constexpr std::size_t id_max = 64;

    void append(byte_span bytes) noexcept {
        WEFT_ASSERT(size_ + bytes.size() <= sizeof bytes_);
        if (!bytes.empty()) {
            std::memcpy(bytes_ + size_, bytes.data(), bytes.size());
        }
        size_ += bytes.size();
    }

    actor_order actors_;
    std::byte bytes_[3 * (id_max + 12) + 16]{};  // an element: two positions, a stamp, a value
    std::size_t size_ = 0;
};

}  // namespace weft

#endif
