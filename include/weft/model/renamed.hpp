/// A field that was called something else: keeps the old name's tag on the wire, so that old and
/// new builds go on merging the same field. `(weft::renamed<"done", weft::lww<bool>>, finished)`.
/// For a collection, give the old name as the last argument of weft::collection.
#ifndef WEFT_MODEL_RENAMED_HPP
#define WEFT_MODEL_RENAMED_HPP

#include <weft/model/name.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

/// Is a Policy in every respect; only its tag is Old's.
template <fixed_string Old, class Policy>
struct renamed : Policy {
    static constexpr std::string_view wire_name = Old.view();

    using Policy::Policy;

    renamed() = default;

    /// What the policy can be assigned from. (Not by `using`: a policy that takes everything that
    /// converts to its value would take a renamed policy for a value.)
    template <class Value>
        requires(!std::same_as<std::remove_cvref_t<Value>, renamed> &&
                 std::is_assignable_v<Policy&, Value>)

    renamed& operator=(Value&& value) {
        Policy::operator=(std::forward<Value>(value));
        return *this;
    }

    /// Compares what is read, as the policy does. (Without this a value would be taken for a
    /// detached policy, which equals none that was written.)
    template <std::same_as<renamed> Self, class Value>
        requires(!std::derived_from<Value, Policy> &&
                 requires(const Policy& policy, const Value& value) {
                     { policy == value } -> std::convertible_to<bool>;
                 })

    friend bool operator==(const Self& a, const Value& value) {
        return static_cast<const Policy&>(a) == value;
    }
};

}  // namespace weft

#endif
