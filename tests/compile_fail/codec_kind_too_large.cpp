// expect: weft: a codec's kind must be below 2^20
// errors: 1
#include <weft/merge/lww.hpp>

struct value {
    int number = 0;
};

template <>
struct weft::codec<value> {
#ifdef WEFT_HAPPY
    static constexpr std::uint32_t kind = 300;
#else
    static constexpr std::uint32_t kind = 1U << 20U;
#endif
    static void encode(byte_writer& out, const value& v) {
        codec<int>::encode(out, v.number);
    }

    static result<value> decode(byte_span whole) {
        const auto number = codec<int>::decode(whole);
        if (!number) {
            return number.error();
        }
        return value{*number};
    }
};

static_assert(weft::lww<value>::wire_kind != 0);
