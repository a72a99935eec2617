/// The wire kind of a policy over a value type: the policy's number in the low 8 bits, the codec's
/// kind above them. Peers that use one field tag with two kinds are told so.
///
/// Numbers, for ever: lww 1, fww 2, multi_value 3, max 4, min 5, counter 6, enable_wins 7,
/// disable_wins 8, add_wins_set 9, remove_wins_set 10, grow_only_set 11, list 21; yours from 128 to
/// 255. (Record rules count on their own: delete_wins 1, update_wins 2, lww_delete 3.)
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

}  // namespace weft

#endif
