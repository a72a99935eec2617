/// What is promised never to throw: moves, swaps, comparisons, hashing, accessors and decoding of a
/// fixed size. What may allocate promises nothing, and that is checked too, since a false promise
/// would turn a lack of memory into a termination.
#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/base/interner.hpp>
#include <weft/base/random.hpp>
#include <weft/base/result.hpp>
#include <weft/base/seeded_hash.hpp>
#include <weft/base/varint.hpp>
#include <weft/causal/actor_order.hpp>
#include <weft/causal/causal_order.hpp>
#include <weft/causal/frontier.hpp>
#include <weft/causal/hybrid_clock.hpp>
#include <weft/causal/stamp.hpp>
#include <weft/causal/traits.hpp>
#include <weft/causal/version_vector.hpp>
#include <weft/merge.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

namespace weft::test {

/// Copies may run out of memory, also into what is there already; moves may not.
template <class... Policies>
inline constexpr bool only_moves_are_safe = ((!std::is_nothrow_copy_constructible_v<Policies> &&
                                              !std::is_nothrow_copy_assignable_v<Policies> &&
                                              std::is_nothrow_move_constructible_v<Policies> &&
                                              std::is_nothrow_move_assignable_v<Policies>)&&...);

static_assert(only_moves_are_safe<lww<std::string>,
                                  multi_value<int>,
                                  counter,
                                  real_counter,
                                  bounded_counter<0>,
                                  enable_wins,
                                  add_wins_set<int>,
                                  remove_wins_set<int>,
                                  grow_only_set<int>,
                                  lww_set<int>,
                                  list<int>,
                                  map_of<int, counter>,
                                  json,
                                  whole_record<int>,
                                  maybe<std::string>>);

/// One of each, for expressions that are asked about and never run.
struct subjects {
    byte_reader& in;
    byte_writer& out;
    const uuid& id;
    const weft::version_vector<uuid>& held;
    const weft::frontier<uuid>& heads;
    weft::frontier<uuid>& changing_heads;
    weft::version_vector<uuid>& changing;
    hybrid_clock<manual_clock>& clock;
    const interner<uuid>& numbers;
    interner<uuid>& changing_numbers;
    result<std::string>& answer;
    std::byte* bytes;
    const std::byte* const_bytes;
};

const subjects& any() noexcept;

}  // namespace weft::test

namespace {

using weft::byte_reader;
using weft::byte_span;
using weft::byte_writer;
using weft::dot;
using weft::hybrid_clock;
using weft::interner;
using weft::manual_clock;
using weft::result;
using weft::stamp;
using weft::timestamp;
using weft::uuid;

template <class T>
constexpr bool moves_and_swaps =
    std::is_nothrow_move_constructible_v<T>&& std::is_nothrow_move_assignable_v<T>&&
        std::is_nothrow_swappable_v<T>&& std::is_nothrow_destructible_v<T>;

template <class T>
constexpr bool copies = moves_and_swaps<T>&& std::is_nothrow_default_constructible_v<T>&&
    std::is_nothrow_copy_constructible_v<T>&& std::is_nothrow_copy_assignable_v<T>;

template <class T>
constexpr bool equals = noexcept(std::declval<const T&>() ==
                                 std::declval<const T&>()) && noexcept(std::declval<const T&>() !=
                                                                       std::declval<const T&>());

template <class T>
constexpr bool
    orders = equals<T>&& noexcept(std::declval<const T&>() <
                                  std::declval<const T&>()) && noexcept(std::declval<const T&>() <=>
                                                                        std::declval<const T&>());

template <class T>
constexpr bool value_type = copies<T>&& orders<T>;

// ---- values
// ---------------------------------------------------------------------------------------

static_assert(value_type<uuid>);
static_assert(value_type<weft::digest<16>>);
static_assert(value_type<weft::digest<32>>);
static_assert(value_type<timestamp>);
static_assert(value_type<dot<uuid>>);
static_assert(value_type<dot<std::uint16_t>>);
static_assert(value_type<weft::event_dot<uuid>>);
static_assert(value_type<weft::actor_slot>);
static_assert(value_type<weft::op_index>);
static_assert(value_type<weft::local_dot>);
static_assert(value_type<weft::local_event>);
static_assert(value_type<weft::version_entry<uuid>>);
static_assert(value_type<weft::dot_range<uuid>>);
static_assert(copies<stamp> && equals<stamp>);
static_assert(copies<weft::error> && equals<weft::error>);
static_assert(copies<weft::done> && equals<weft::done>);
static_assert(copies<weft::actor_order>);
static_assert(copies<byte_reader>);
static_assert(moves_and_swaps<weft::seeded_hash>);
static_assert(std::is_nothrow_copy_constructible_v<weft::seeded_hash>);
static_assert(copies<weft::splitmix64>);
static_assert(copies<weft::xxh3_128>);
static_assert(copies<hybrid_clock<manual_clock>>);
static_assert(copies<hybrid_clock<weft::system_wall_clock>>);

// ---- owners of memory: moved and compared without harm, copied at a price
// ----------------------------

static_assert(moves_and_swaps<weft::version_vector<uuid>> && equals<weft::version_vector<uuid>>);
static_assert(moves_and_swaps<weft::frontier<uuid>> && equals<weft::frontier<uuid>>);
static_assert(moves_and_swaps<result<uuid>>);
static_assert(moves_and_swaps<result<std::string>>);
static_assert(moves_and_swaps<result<weft::version_vector<uuid>>>);
static_assert(std::is_nothrow_move_constructible_v<interner<uuid>>);
static_assert(std::is_nothrow_default_constructible_v<weft::version_vector<uuid>>);
static_assert(std::is_nothrow_default_constructible_v<weft::frontier<uuid>>);
static_assert(!std::is_nothrow_copy_constructible_v<weft::version_vector<uuid>>);
static_assert(!std::is_nothrow_copy_constructible_v<weft::frontier<uuid>>);
static_assert(!std::is_nothrow_copy_constructible_v<interner<uuid>>);

// ---- functions: one declaration each, so that an expression can be asked
// --------------------------

using weft::test::any;

static_assert(noexcept(any().in.u8()) && noexcept(any().in.u32()) && noexcept(any().in.u64()));
static_assert(noexcept(any().in.varint()) && noexcept(any().in.bytes(1)));
static_assert(
    noexcept(any().in.finish()) && noexcept(any().in.rest()) && noexcept(any().in.offset()));
static_assert(noexcept(any().in.remaining()) && noexcept(any().in.empty()));
static_assert(noexcept(weft::varint_size(1)) && noexcept(weft::write_varint(any().bytes, 1)));
static_assert(noexcept(weft::zigzag(1)) && noexcept(weft::unzigzag(1)));
static_assert(noexcept(weft::store_le<8>(any().bytes,
                                         1)) && noexcept(weft::load_le<8>(any().bytes)));
static_assert(noexcept(any().out.size()) && noexcept(any().out.buffer()));
static_assert(!noexcept(any().out.u8(1)) && !noexcept(any().out.varint(1)));

static_assert(noexcept(uuid::of(1, 2)) && noexcept(uuid::parse("")) && noexcept(any().id.bytes()));
static_assert(noexcept(any().id.write(any().bytes)) && noexcept(uuid::read(any().const_bytes)));
static_assert(noexcept(weft::identifier_traits<uuid>::write(any().id, any().bytes)));
static_assert(noexcept(weft::identifier_traits<std::uint32_t>::read(any().const_bytes)));
static_assert(!noexcept(any().id.to_string()));

static_assert(noexcept(weft::xxh3_128::hash(byte_span())) && noexcept(weft::xxh3_64(byte_span())));
static_assert(noexcept(std::declval<weft::xxh3_128&>().update(byte_span())));
static_assert(noexcept(std::declval<const weft::xxh3_128&>().finish()));
static_assert(noexcept(std::declval<const weft::seeded_hash&>()(any().id)));
static_assert(noexcept(std::declval<const weft::seeded_hash&>()(weft::digest<16>{})));
static_assert(noexcept(std::declval<weft::splitmix64&>()()));
static_assert(noexcept(any().numbers[0]) && noexcept(any().numbers.size()));
static_assert(noexcept(any().numbers.keys()));
static_assert(!noexcept(any().changing_numbers.intern(any().id)));

static_assert(noexcept(any().answer.has_value()) && noexcept(any().answer.error()));
static_assert(noexcept(*any().answer) && noexcept(any().answer->size()));
static_assert(!noexcept(any().answer.value()));
static_assert(noexcept(weft::message(weft::errc::none)));

static_assert(noexcept(timestamp::of(1, 2)) && noexcept(timestamp{}.next()));
static_assert(noexcept(timestamp{}.wall_ms()) && noexcept(timestamp{}.logical()));
static_assert(noexcept(stamp::before(stamp{}, stamp{}, weft::actor_order{})));
static_assert(noexcept(weft::actor_order{}.less({}, {})));
static_assert(noexcept(weft::causal_order_of(true, true)) && noexcept(weft::flipped({})));
static_assert(noexcept(message(weft::causal_order::equal)));

static_assert(noexcept(any().held.count(any().id)) && noexcept(any().held.contains({any().id, 1})));
static_assert(noexcept(any().held.entries()) && noexcept(any().held.size()));
static_assert(noexcept(any().held.empty()) && noexcept(compare(any().held, any().held)));
static_assert(noexcept(any().changing.clear()));
static_assert(!noexcept(any().changing.set(any().id, 1)) &&
              !noexcept(any().changing.join(any().held)));
static_assert(!noexcept(missing(any().held, any().held)));
static_assert(!noexcept(weft::version_vector<uuid>::decode(any().in)));
static_assert(noexcept(any().heads.contains({any().id, 1})) && noexcept(any().heads.span()));
static_assert(noexcept(any().heads.begin()) && noexcept(any().heads.size()));
static_assert(noexcept(any().changing_heads.erase({any().id, 1})));
static_assert(noexcept(any().changing_heads.clear()));
static_assert(!noexcept(any().changing_heads.insert({any().id, 1})));
static_assert(!noexcept(weft::frontier<uuid>::decode(any().in)));

static_assert(noexcept(any().clock.tick()) && noexcept(any().clock.witness({})));
static_assert(noexcept(any().clock.too_far_ahead({})) && noexcept(any().clock.due_ms({})));
static_assert(noexcept(any().clock.skew_ms({})) && noexcept(any().clock.max_skew_seen_ms()));
static_assert(noexcept(any().clock.latest()) && noexcept(any().clock.now_ms()));
static_assert(noexcept(any().clock.upper_bound(1)) && noexcept(any().clock.restart({})));
static_assert(noexcept(any().clock.set_max_skew_ms(1)) && noexcept(any().clock.max_skew_ms()));
static_assert(noexcept(weft::system_wall_clock{}.now_ms()));

}  // namespace

TEST_CASE("noexcept_contract: what is promised never to throw says so") {
    CHECK(value_type<uuid>);  // everything above was checked by the compiler
}
