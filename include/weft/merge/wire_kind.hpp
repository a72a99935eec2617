/// The wire kind of a policy over a value type: the policy's number in the low 8 bits, the codec's
/// kind above them. Peers that use one field tag with two kinds are told so.
///
/// Numbers, for ever: lww 1, fww 2, multi_value 3, max 4, min 5, counter 6, enable_wins 7,
/// disable_wins 8, add_wins_set 9, remove_wins_set 10, grow_only_set 11, authority 12 and 13,
/// lww_set 14, state_machine 15, resolved 16, real_counter 17, bounded_counter 18, map_of 19,
/// list 21, whole_record 22; yours from 128 to 255.
/// (Record rules count on their own: delete_wins 1, update_wins 2, lww_delete 3.)
#ifndef WEFT_MERGE_WIRE_KIND_HPP
#define WEFT_MERGE_WIRE_KIND_HPP

#include <weft/base/codec.hpp>

namespace weft {

/// `number` is below 256.
template <class T>
[[nodiscard]] constexpr std::uint32_t wire_kind_of(std::uint32_t number) noexcept {
    if constexpr (codable<T>) {
        static_assert(codec<T>::kind < codec_kind_end, "weft: a codec's kind must be below 2^20");
        return number | (codec<T>::kind << 8U);
    } else {
        return number;  // the policy says what is missing
    }
}

/// The same for a policy whose meaning hangs on more than its value's codec, such as on a function
/// or table of the user's: `variant` numbers it. Codec and variant are hashed into the upper 24
/// bits (FNV-1a), so that two are told apart but for accidents.
template <class T>
[[nodiscard]] constexpr std::uint32_t wire_kind_with(std::uint32_t number,
                                                     std::uint64_t variant) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325U;
    const auto add = [&](std::uint64_t word) {
        for (int byte = 0; byte < 8; ++byte) {
            hash = (hash ^ (word >> (8 * byte) & 0xFFU)) * 0x100000001B3U;
        }
    };
    add(wire_kind_of<T>(0));
    add(variant);
    return number | (static_cast<std::uint32_t>(hash >> 40U) << 8U);
}

}  // namespace weft

#endif
