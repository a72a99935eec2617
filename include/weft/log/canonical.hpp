/// The canonical form of an operation and its content address. The canonical form is one fixed
/// byte string per operation, specified in wire/FORMAT.md; it is virtual: streamed into the
/// hasher, never stored. It holds every semantic field, each of fixed width or behind its length,
/// so two different operations can't have one canonical form; parents stand in it by their dots
/// and addresses, which makes the causal graph a Merkle DAG (Merkle 1979; git does the same).
#ifndef WEFT_LOG_CANONICAL_HPP
#define WEFT_LOG_CANONICAL_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/log/operation.hpp>

#include <cstring>

namespace weft {

/// Number of the canonical form; part of every address.
inline constexpr std::uint8_t canonical_format = 1;

namespace detail {

/// Writes to memory that is known to suffice.
class raw_sink {
public:
    explicit raw_sink(std::byte* to) noexcept : at_(to) {}

    template <std::size_t Width>
    void fixed(std::uint64_t value) noexcept {
        store_le<Width>(at_, value);
        at_ += Width;
    }

    template <class Id>
    void id(const Id& value) noexcept {
        identifier_traits<Id>::write(value, at_);
        at_ += identifier_traits<Id>::size;
    }

    void bytes(byte_span some) noexcept {
        if (!some.empty()) {
            std::memcpy(at_, some.data(), some.size());
            at_ += some.size();
        }
    }

    [[nodiscard]] const std::byte* end() const noexcept { return at_; }

private:
    std::byte* at_;
};

/// Feeds a hasher through a small block, so that it is not called for every number.
template <class Hasher>
class hashing_sink {
public:
    hashing_sink() noexcept {}  // NOLINT: the block is written before it is read

    template <std::size_t Width>
    void fixed(std::uint64_t value) {
        std::byte scratch[Width];
        store_le<Width>(scratch, value);
        bytes({scratch, Width});
    }

    template <class Id>
    void id(const Id& value) {
        std::byte scratch[identifier_traits<Id>::size];
        identifier_traits<Id>::write(value, scratch);
        bytes(scratch);
    }

    void bytes(byte_span some) {
        if (some.size() > sizeof block_ - used_) {
            flush();
            if (some.size() >= sizeof block_) {
                hash_.update(some);
                return;
            }
        }
        if (!some.empty()) {
            std::memcpy(block_ + used_, some.data(), some.size());
            used_ += some.size();
        }
    }

    [[nodiscard]] typename Hasher::digest_type finish() {
        flush();
        return hash_.finish();
    }

private:
    void flush() {
        hash_.update({block_, used_});
        used_ = 0;
    }

    Hasher hash_{};
    std::byte block_[1024];
    std::size_t used_ = 0;
};

template <class Traits, class Sink>
void write_canonical_dots(const operation<Traits>& op, slice which, Sink& sink) {
    sink.template fixed<4>(which.count);
    for (const auto& named : op.observed_of(which)) {
        sink.id(named.operation.actor);
        sink.template fixed<4>(named.operation.sequence);
        sink.template fixed<4>(named.ordinal);
    }
}

/// The place of the actor's own previous operation among the parents; their number if it is none.
template <class Traits>
[[nodiscard]] std::size_t own_parent(const operation<Traits>& op) noexcept {
    std::size_t at = 0;
    while (at != op.parents.size() && !(op.parents[at].operation.sequence + 1 == op.id.sequence &&
                                        op.parents[at].operation.actor == op.id.actor)) {
        ++at;
    }
    return at;
}

/// The own predecessor needs no dot. The others have theirs, since until a parent is held nothing
/// else says that its address belongs to its dot.
template <class Traits, class Sink>
void write_canonical_parents(const operation<Traits>& op, Sink& sink) {
    const std::size_t count = op.parents.size();
    const std::size_t own = own_parent(op);
    sink.template fixed<4>(own == count ? 2 * count : 2 * count - 1);
    if (own != count) {
        sink.bytes(op.parents[own].address.bytes);
    }
    for (std::size_t i = 0; i != count; ++i) {
        if (i != own) {
            sink.id(op.parents[i].operation.actor);
            sink.template fixed<4>(op.parents[i].operation.sequence);
            sink.bytes(op.parents[i].address.bytes);
        }
    }
}

template <class Traits, class Sink>
void write_canonical(const operation<Traits>& op, Sink& sink) {
    using actor_traits = identifier_traits<typename Traits::actor_id>;
    using record_traits = identifier_traits<typename Traits::record_id>;
    // The widths are there so that operations over other identifier types never share an address.
    constexpr std::uint64_t head =
        0x4F464557U /* "WEFO" */ | std::uint64_t{canonical_format} << 32U |
        std::uint64_t{actor_traits::size} << 40U | std::uint64_t{record_traits::size} << 48U |
        std::uint64_t{Traits::hasher::digest_type::byte_size} << 56U;
    sink.template fixed<8>(head);
    sink.id(op.id.actor);
    sink.template fixed<4>(op.id.sequence);
    sink.template fixed<8>(op.at.bits);
    sink.template fixed<4>(op.schema_version);
    write_canonical_parents(op, sink);
    sink.template fixed<4>(op.mutations.size());
    for (const auto& mutation : op.mutations) {
        sink.template fixed<4>(mutation.collection);
        sink.template fixed<1>(static_cast<std::uint64_t>(mutation.kind));
        sink.id(mutation.record);
        write_canonical_dots(op, mutation.observed, sink);
        sink.template fixed<4>(mutation.effects.count);
        for (const auto& effect : op.effects_of(mutation)) {
            sink.template fixed<4>(effect.field);
            sink.template fixed<4>(effect.kind);
            write_canonical_dots(op, effect.observed, sink);
            sink.template fixed<4>(effect.payload.count);
            sink.bytes(op.payload_of(effect));
        }
    }
}

}  // namespace detail

/// Bytes of the canonical form. O(mutations + effects).
template <class Traits>
[[nodiscard]] std::size_t canonical_size(const operation<Traits>& op) noexcept {
    constexpr std::size_t actor_size = identifier_traits<typename Traits::actor_id>::size;
    constexpr std::size_t record_size = identifier_traits<typename Traits::record_id>::size;
    constexpr std::size_t address_size = Traits::hasher::digest_type::byte_size;
    std::size_t dots = 0;
    std::size_t effects = 0;
    std::size_t payload = 0;
    for (const auto& mutation : op.mutations) {
        dots += mutation.observed.count;
        effects += mutation.effects.count;
        for (const auto& effect : op.effects_of(mutation)) {
            dots += effect.observed.count;
            payload += effect.payload.count;
        }
    }
    const std::size_t others =
        op.parents.size() - (detail::own_parent(op) == op.parents.size() ? 0U : 1U);
    return 8 + actor_size + 4 + 8 + 4 + 4 + op.parents.size() * address_size +
           others * (actor_size + 4) + 4 + op.mutations.size() * (4 + 1 + record_size + 4 + 4) +
           effects * (4 + 4 + 4 + 4) + dots * (actor_size + 4 + 4) + payload;
}

/// Appends the canonical form to `out`: for a caller that signs or archives what the address
/// covers. Strong guarantee.
template <class Traits>
void append_canonical(const operation<Traits>& op, byte_buffer& out) {
    const std::size_t before = out.size();
    out.resize(before + canonical_size(op));
    detail::raw_sink sink(out.data() + before);
    detail::write_canonical(op, sink);
    WEFT_ASSERT(sink.end() == out.data() + out.size());
}

/// The content address: the hash of the canonical form. Parents' addresses must be filled in.
/// Allocates nothing; small operations are hashed in one call, others in blocks.
template <class Traits>
[[nodiscard]] typename Traits::hasher::digest_type address_of(const operation<Traits>& op) {
    constexpr std::size_t small = 512;
    const std::size_t size = canonical_size(op);
    if (size <= small) {
        std::byte block[small];
        detail::raw_sink sink(block);
        detail::write_canonical(op, sink);
        return Traits::hasher::hash({block, size});
    }
    detail::hashing_sink<typename Traits::hasher> sink;
    detail::write_canonical(op, sink);
    return sink.finish();
}

}  // namespace weft

#endif
