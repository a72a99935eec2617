#include <weft/base/value_pack.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <string>

namespace value_pack_test {

using weft::value_at;
using weft::value_pack;

TEST_CASE("base/value_pack: holds several values of one type and of several, made by default") {
    value_pack<int, std::string, int> pack;
    CHECK(value_at<0>(pack) == 0);
    CHECK(value_at<1>(pack).empty());
    value_at<0>(pack) = 1;
    value_at<1>(pack) = "two";
    value_at<2>(pack) = 3;
    const auto copy = pack;
    value_at<0>(pack) = 4;
    CHECK(value_at<0>(copy) == 1);
    CHECK(value_at<1>(copy) == "two");
    CHECK(value_at<2>(copy) == 3);
    static_assert(std::same_as<decltype(value_at<2>(copy)), const int&>);
    static_assert(sizeof(value_pack<int, int>) == 2 * sizeof(int));
    const value_pack<> none;
    static_cast<void>(none);
}

}  // namespace value_pack_test
