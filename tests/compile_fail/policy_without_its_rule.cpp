// expect: weft: a class of actors needs a number, and ids or contains(byte_span) noexcept -> bool;
// expect: weft: resolved<T, Fn> needs a number in Fn and T operator()(lean_span<T>) const
// expect: weft: resolved<T, Fn> needs a function type without members
// expect: weft: state_machine<Enum, Machine> needs a number, an initial state and a table
// errors: 4
#include <weft/merge.hpp>

enum class stage { open, closed };

#ifdef WEFT_HAPPY
struct servers {
    static constexpr std::uint32_t number = 1;
    static constexpr weft::uuid ids[] = {weft::uuid::of(0, 1)};
};

struct sum {
    static constexpr std::uint32_t number = 1;
    int operator()(weft::lean_span<int> values) const;
};

using limited_sum = sum;

struct flow {
    static constexpr std::uint32_t number = 1;
    static constexpr stage initial = stage::open;
    static constexpr weft::transition<stage> table[] = {{stage::open, stage::closed}};
};
#else
struct servers {
    static constexpr std::uint32_t number = 1;
};

struct sum {
    int operator()(int a, int b) const;
};

struct limited_sum {
    static constexpr std::uint32_t number = 1;
    int limit;
    int operator()(weft::lean_span<int> values) const;
};

struct flow {
    static constexpr stage initial = stage::open;
};
#endif

weft::authority<int, servers> price;
weft::resolved<int, sum> total;
weft::resolved<int, limited_sum> most;
weft::state_machine<stage, flow> where;
