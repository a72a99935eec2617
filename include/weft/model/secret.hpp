/// A field whose value is not for everybody: `(weft::secret<weft::lww<std::string>>, password)`.
/// Merging, reading and the wire are those of the policy; a change that is told and an explanation
/// say that the field is secret, and dumps show "(secret)" in place of its value. Goes with
/// renamed, in either order.
#ifndef WEFT_MODEL_SECRET_HPP
#define WEFT_MODEL_SECRET_HPP

#include <concepts>
#include <type_traits>
#include <utility>

namespace weft {

/// Is a Policy in every respect.
template <class Policy>
struct secret : Policy {
    static constexpr bool is_secret = true;

    using Policy::Policy;

    secret() = default;

    /// What the policy can be assigned from (see renamed).
    template <class Value>
        requires(!std::same_as<std::remove_cvref_t<Value>, secret> &&
                 std::is_assignable_v<Policy&, Value>)

    secret& operator=(Value&& value) {
        Policy::operator=(std::forward<Value>(value));
        return *this;
    }

    /// Compares what is read, as the policy does.
    template <std::same_as<secret> Self, class Value>
        requires(!std::derived_from<Value, Policy> &&
                 requires(const Policy& policy, const Value& value) {
                     { policy == value } -> std::convertible_to<bool>;
                 })

    friend bool operator==(const Self& a, const Value& value) {
        return static_cast<const Policy&>(a) == value;
    }
};

/// Whether a field's policy is marked so.
template <class Policy>
inline constexpr bool secret_field = requires {
    requires Policy::is_secret;
};

}  // namespace weft

#endif
