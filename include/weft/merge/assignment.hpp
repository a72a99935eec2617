/// The effect of a register: one value, assigned. On the wire it is the value's encoding and
/// nothing else, and it names no dots.
#ifndef WEFT_MERGE_ASSIGNMENT_HPP
#define WEFT_MERGE_ASSIGNMENT_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/merge/policy.hpp>
#include <weft/merge/wire_kind.hpp>

namespace weft {

template <class T>
struct assignment {
    T value{};
    bool assigned = false;

    /// Nothing was assigned yet.
    [[nodiscard]] bool empty() const noexcept { return !assigned; }

    void assign(T wanted) {
        value = std::move(wanted);
        assigned = true;
    }

    /// Throws bad_value if the value has no encoding. Must not be empty.
    void encode(byte_writer& out) const {
        WEFT_ASSERT(assigned);
        codec<T>::encode(out, value);
    }

    /// Reads all that is left. Errors: those of codec<T>::decode; not_canonical if dots came along
    /// and the policy has no use for them.
    [[nodiscard]] static result<assignment> decode(byte_reader& in) {
        result<T> value = decode_rest<T>(in);
        if (!value) {
            return value.error();
        }
        return assignment{*std::move(value), true};
    }

    [[nodiscard]] static result<assignment> decode_alone(byte_reader& in, std::size_t observed) {
        if (observed != 0) {
            return {errc::not_canonical, in.offset()};
        }
        return decode(in);
    }

    friend bool operator==(const assignment& a, const assignment& b) {
        return a.assigned == b.assigned && value_same(a.value, b.value);
    }
};

}  // namespace weft

#endif
