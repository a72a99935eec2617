/// Hash tables keyed by values that have a codec: hashed under the process's secret seed, since a
/// peer may choose the values, and compared by what they encode to. Their order is unspecified and
/// never reaches an output.
#ifndef WEFT_BASE_VALUE_TABLE_HPP
#define WEFT_BASE_VALUE_TABLE_HPP

#include <weft/base/codec.hpp>
#include <weft/base/seeded_hash.hpp>

namespace weft {

struct seeded_value_hash {
    using is_avalanching = void;  ///< boost::unordered: no further mixing needed

    template <class T>
    [[nodiscard]] std::size_t operator()(const T& value) const {
        return value_hash(value, table_seed());
    }
};

struct value_equal {
    template <class T>
    [[nodiscard]] bool operator()(const T& a, const T& b) const {
        return value_same(a, b);
    }
};

}  // namespace weft

#endif
