/// What a replica keeps for the views of a schema: nothing, unless the schema has constraints
/// (constrained.hpp), so that nobody else pays for them.
#ifndef WEFT_MODEL_VIEWS_OF_HPP
#define WEFT_MODEL_VIEWS_OF_HPP

namespace weft {

/// Has views, over `all` records that pass all constraints.
template <class Schema>
concept constrained_schema = requires {
    typename Schema::views;
};

struct no_views {};

namespace detail {

template <class Schema>
struct views_of {
    using type = no_views;
};

template <constrained_schema Schema>
struct views_of<Schema> {
    using type = typename Schema::views;
};

}  // namespace detail

template <class Schema>
using views_of = typename detail::views_of<Schema>::type;

}  // namespace weft

#endif
