#include <weft/base/encoded_order.hpp>
#include <weft/base/value_codecs.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace encoded_order_test {

TEST_CASE("base/encoded_order: ascending by encoded bytes, then by index") {
    weft::test::property("base/encoded_order: order", [](const std::vector<std::int64_t>& values) {
        weft::encoded_order order;
        order.reserve(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            order.add(values[i], i);
        }
        order.sort();
        const auto& entries = order.entries();
        RC_ASSERT(entries.size() == values.size());
        std::vector<bool> seen(values.size());
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto& at = entries[i];
            RC_ASSERT(!seen[at.index]);
            seen[at.index] = true;
            RC_ASSERT(weft::bytes_same(order.bytes(at), weft::encoded(values[at.index])));
            if (i > 0) {
                const auto& previous = entries[i - 1];
                RC_ASSERT(!weft::bytes_less(order.bytes(at), order.bytes(previous)));
                RC_ASSERT(order.same(previous, at) == (values[previous.index] == values[at.index]));
                RC_ASSERT((!order.same(previous, at) || previous.index < at.index));
            }
        }
    });
}

}  // namespace encoded_order_test
