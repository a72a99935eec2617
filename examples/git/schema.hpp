/// What weft-git keeps: a record per path. Deleting a path and writing it again are both ordinary
/// in a repository, also at once on two branches: the later one decides.
#ifndef WEFT_EXAMPLES_GIT_SCHEMA_HPP
#define WEFT_EXAMPLES_GIT_SCHEMA_HPP

#include <weft/base/codec.hpp>
#include <weft/base/value_codecs.hpp>
#include <weft/merge/lww.hpp>
#include <weft/merge/lww_delete.hpp>
#include <weft/model/schema.hpp>

#include "object_id.hpp"

#include <cstdint>
#include <string_view>

/// An object's name is its bytes: 20 or 32 of them, or none for the name of nothing.
template <>
struct weft::codec<weft_git::object_id> {
    static constexpr std::uint32_t kind = 256;

    static void encode(byte_writer& out, const weft_git::object_id& id) { out.append(id.bytes()); }

    [[nodiscard]] static result<weft_git::object_id> decode(byte_span whole) noexcept {
        if (!whole.empty() && whole.size() != 20 && whole.size() != 32) {
            return {errc::out_of_range, 0};
        }
        return weft_git::object_id::from(whole);
    }

    [[nodiscard]] static bool less(const weft_git::object_id& a,
                                   const weft_git::object_id& b) noexcept {
        return a < b;
    }
};

namespace weft_git {

struct file {
    BOOST_HANA_DEFINE_STRUCT(file,
                             (weft::lww<weft::byte_buffer>, path),  // need not be UTF-8
                             (weft::lww<std::uint32_t>, mode),
                             (weft::lww<object_id>, blob));
};

using schema = weft::schema<1, weft::collection<"files", file, weft::lww_delete>>;

/// A path's record is found by the path alone, on every replica.
[[nodiscard]] inline weft::uuid record_of(std::string_view path) noexcept {
    return weft::uuid(weft::xxh3_128::hash(weft::as_bytes(path)).bytes);
}

}  // namespace weft_git

#endif
