/// Fuzz body: bytes are an encoded json_value. What is accepted encodes to the same bytes, and all
/// of it can be read and printed.
#ifndef WEFT_FUZZ_JSON_VALUE_HPP
#define WEFT_FUZZ_JSON_VALUE_HPP

#include <weft/base/json_value.hpp>
#include <weft/model/json_text.hpp>

#include <cstdint>
#include <cstdlib>

namespace weft::fuzz {

inline int json_value(const std::uint8_t* data, std::size_t size) {
    const byte_span bytes = std::as_bytes(std::span(data, size));
    const auto read = weft::json_value::decode(bytes);
    if (!read) {
        if (read.error().offset > size) {
            std::abort();
        }
        return 0;
    }
    std::size_t inside = 0;
    for (const auto& [key, value] : read->view()) {
        inside += value.bytes().size() + key.size();
    }
    if (!bytes_same(encoded(*read), bytes) || inside > size || to_json(*read).empty()) {
        std::abort();
    }
    return 0;
}

}  // namespace weft::fuzz

#endif
