/// Names of records. A ref is the record's id with its type: valid on every replica, for ever. A
/// row_handle is a record's place in one replica: it skips the lookup by id, for hot writers.
#ifndef WEFT_MODEL_REF_HPP
#define WEFT_MODEL_REF_HPP

#include <compare>
#include <cstdint>

namespace weft {

template <class Record, class RecordId>
struct ref {
    using record_type = Record;

    RecordId id{};

    friend constexpr auto operator<=>(const ref&, const ref&) = default;
};

/// Given out by replica::handle; meaningful only there.
template <class Record>
struct row_handle {
    using record_type = Record;

    std::uint32_t row = ~std::uint32_t{0};

    [[nodiscard]] constexpr bool valid() const noexcept { return row != ~std::uint32_t{0}; }

    friend constexpr auto operator<=>(const row_handle&, const row_handle&) = default;
};

}  // namespace weft

#endif
