/// What an observed set keeps of one element, its live events, and what each of them adds to the
/// set's digest. Memory: 24 bytes; 8 more where removals stay and are counted.
#ifndef WEFT_MERGE_SET_ENTRY_HPP
#define WEFT_MERGE_SET_ENTRY_HPP

#include <weft/base/hasher.hpp>
#include <weft/merge/live_events.hpp>
#include <weft/merge/set_effect.hpp>

#include <cstring>

namespace weft {

namespace detail {

/// How many of an element's live events are removals; nothing where there are none.
template <bool Kept>
struct removal_count {
    std::uint32_t count = 0;

    void change(set_edit edit, std::uint32_t by) noexcept {
        count += edit == set_edit::remove ? by : 0U;
    }

    [[nodiscard]] bool any() const noexcept { return count != 0; }

    friend bool operator==(const removal_count&, const removal_count&) = default;
};

template <>
struct removal_count<false> {
    void change(set_edit /*edit*/, std::uint32_t /*by*/) noexcept {}

    [[nodiscard]] static bool any() noexcept { return false; }

    friend bool operator==(const removal_count&, const removal_count&) = default;
};

}  // namespace detail

template <bool RemovalsStay>
struct set_entry {
    live_events<set_edit> live;
    [[no_unique_address]] detail::removal_count<RemovalsStay> removals;

    /// A detached element has no events.
    [[nodiscard]] bool present() const noexcept { return !removals.any(); }

    friend bool operator==(const set_entry&, const set_entry&) = default;
};

/// A live event's part in a set's digest.
[[nodiscard]] inline digest<16> digest_of(const digest<16>& element,
                                          set_edit edit,
                                          const local_event& event,
                                          const actor_order& actors) noexcept {
    constexpr std::size_t id_max = 64;
    constexpr std::size_t fixed = 16 + 1 + 4 + 4;
    std::byte bytes[fixed + id_max];
    std::memcpy(bytes, element.bytes.data(), 16);
    bytes[16] = static_cast<std::byte>(edit);
    store_le<4>(bytes + 17, event.operation.sequence);
    store_le<4>(bytes + 21, event.ordinal);
    byte_span id = actors.id(event.operation.slot);
    digest<16> short_id;
    if (id.size() > id_max) {
        short_id = xxh3_128::hash(id);
        id = short_id.bytes;
    }
    if (!id.empty()) {
        std::memcpy(bytes + fixed, id.data(), id.size());
    }
    return xxh3_128::hash(byte_span(bytes).first(fixed + id.size()));
}

}  // namespace weft

#endif
