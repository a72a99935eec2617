/// A field that was called something else: keeps the old name's tag on the wire, so that old and
/// new builds go on merging the same field. `(weft::renamed<"done", weft::lww<bool>>, finished)`.
/// For a collection, give the old name as the last argument of weft::collection.
#ifndef WEFT_MODEL_RENAMED_HPP
#define WEFT_MODEL_RENAMED_HPP

#include <weft/model/name.hpp>

#include <string_view>

namespace weft {

/// Is a Policy in every respect; only its tag is Old's.
template <fixed_string Old, class Policy>
struct renamed : Policy {
    static constexpr std::string_view wire_name = Old.view();

    using Policy::Policy;
    using Policy::operator=;
};

}  // namespace weft

#endif
