/// Fuzz body: bytes are a saved replica, whose checksums are repaired first so that the rest is
/// reached. Loading gives a replica or an error; what loads saves again, to a file that loads to
/// the same state and version.
#ifndef WEFT_FUZZ_LOAD_HPP
#define WEFT_FUZZ_LOAD_HPP

#include <weft/testing/everything.hpp>
#include <weft/testing/simulated_traits.hpp>
#include <weft/weft.hpp>

#include <cstdint>
#include <cstdlib>

namespace weft::fuzz {

/// Puts the right XXH3-64 at the end of bytes[begin, end).
inline void repair(byte_buffer& bytes, std::size_t begin, std::size_t end) {
    if (end - begin < 8) {
        return;
    }
    const std::uint64_t sum = xxh3_64(byte_span(bytes).subspan(begin, end - begin - 8));
    store_le<8>(bytes.data() + end - 8, sum);
}

/// Repairs the checksums of the batches in a saved file, as far as its frame can be followed, and
/// then the file's own.
inline void repair_file(byte_buffer& bytes) {
    if (bytes.size() < 8) {
        return;
    }
    constexpr std::size_t before_lists = 4 + 3 + 16 + 8;
    byte_reader in(byte_span(bytes).first(bytes.size() - 8));
    const auto batches = [&](bool with_source) {
        const auto count = in.varint(in.remaining());
        for (std::uint64_t i = 0; count && i < *count; ++i) {
            if (with_source && !in.varint()) {
                return;
            }
            const auto size = in.varint();
            const std::size_t begin = in.offset();
            if (!size || !in.bytes(*size)) {
                return;
            }
            repair(bytes, begin, in.offset());
        }
    };
    if (in.bytes(before_lists) && in.varint()) {
        batches(false);
        batches(true);
    }
    repair(bytes, 0, bytes.size());
}

inline int load(const std::uint8_t* data, std::size_t size) {
    using replica_type = replica<weft::testing::everything, testing::simulated_traits>;
    const auto* const begin = reinterpret_cast<const std::byte*>(data);
    byte_buffer bytes(begin, begin + size);
    repair_file(bytes);
    const std::uint64_t now = 1'000'000;
    const environment<testing::simulated_traits> around{manual_clock{&now}, splitmix64{7}};
    auto loaded = replica_type::resume(bytes, around);
    if (!loaded) {
        return 0;
    }
    const byte_buffer saved = loaded->save();
    auto again = replica_type::resume(saved, around);
    const bool same = again && again->state_digest() == loaded->state_digest() &&
                      again->version() == loaded->version() && again->save() == saved;
    if (!same) {
        std::abort();
    }
    return 0;
}

}  // namespace weft::fuzz

#endif
