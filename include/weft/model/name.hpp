/// Names and their tags. A collection or field is known on the wire by the 32-bit tag of its name,
/// so that adding, removing and reordering changes nothing. Two names of one record or schema that
/// share a tag are a compile error.
#ifndef WEFT_MODEL_NAME_HPP
#define WEFT_MODEL_NAME_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft {

/// A string literal as a template argument.
template <std::size_t Size>
struct fixed_string {
    char text[Size]{};

    consteval fixed_string(const char (&literal)[Size]) noexcept {
        for (std::size_t i = 0; i < Size; ++i) {
            text[i] = literal[i];
        }
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, Size - 1}; }

    friend constexpr bool operator==(const fixed_string&, const fixed_string&) = default;
};

/// The tag of a name: FNV-1a, 32 bits (Fowler, Noll, Vo), of its bytes; constexpr, which xxHash is
/// not. On the wire: never change. 0 is kept for the record itself, so a name that hashes to 0
/// gets 1.
[[nodiscard]] constexpr std::uint32_t name_tag(std::string_view name) noexcept {
    std::uint32_t hash = 2166136261U;
    for (const char c : name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    }
    return hash == 0 ? 1 : hash;
}

}  // namespace weft

#endif
