/// What a mutation does to its record.
#ifndef WEFT_MERGE_MUTATION_KIND_HPP
#define WEFT_MERGE_MUTATION_KIND_HPP

#include <cstdint>

namespace weft {

/// An insert of a record that exists assigns it anew and revives it; an erase hides it.
enum class mutation_kind : std::uint8_t { insert = 0, update = 1, erase = 2 };

}  // namespace weft

#endif
