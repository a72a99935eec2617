#include <weft/log/refill.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace refill_test {

TEST_CASE("log/refill: elements are written over, and the rest is dropped") {
    weft::lean_vector<int> list{1, 2, 3, 4};
    {
        weft::refill<int> fill(list);
        fill.next() = 7;
        fill.next() = 8;
        CHECK(fill.back() == 8);
        CHECK(fill.size() == 2);
        fill.finish();
    }
    CHECK(list == weft::lean_vector<int>{7, 8});
    weft::refill<int> fill(list);
    fill.reserve(4);
    for (int i = 0; i != 4; ++i) {
        fill.next() = i;
    }
    fill.finish();
    CHECK(list == weft::lean_vector<int>{0, 1, 2, 3});
    weft::refill<int>(list).finish();
    CHECK(list.empty());
}

TEST_CASE("log/refill: bytes likewise") {
    weft::byte_buffer bytes(3, std::byte{9});
    const std::vector<std::byte> source(100, std::byte{5});
    for (std::size_t size = 0; size != 40; ++size) {
        weft::refill_bytes fill(bytes);
        fill.append(source.data(), size);
        fill.append(source.data(), 1);
        CHECK(fill.size() == size + 1);
        fill.finish();
        CHECK(bytes == weft::byte_buffer(size + 1, std::byte{5}));
    }
}

}  // namespace refill_test
