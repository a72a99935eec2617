#include <weft/base/lean_span.hpp>
#include <weft/base/lean_vector.hpp>

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <vector>

namespace lean_span_test {

using weft::lean_span;
using weft::lean_vector;

TEST_CASE("base/lean_span: views any array, and is viewed by a std::span") {
    const lean_vector<int> lean{1, 2, 3};
    const std::vector<int> standard{1, 2, 3};
    const std::array<int, 3> fixed{1, 2, 3};
    const lean_span<int> views[] = {lean, standard, fixed, {lean.data(), 3}, std::span(standard)};
    for (const lean_span<int> view : views) {
        CHECK(view.size() == 3);
        CHECK_FALSE(view.empty());
        CHECK(view.front() == 1);
        CHECK(view[2] == 3);
        CHECK(view.end() - view.begin() == 3);
        const std::span<const int> border = view;
        CHECK(border.data() == view.data());
        CHECK(border.size() == 3);
    }
}

TEST_CASE("base/lean_span: nothing is viewed by default") {
    constexpr lean_span<int> none;
    CHECK(none.empty());
    CHECK(none.begin() == none.end());
}

TEST_CASE("base/lean_span: parts") {
    static constexpr int numbers[] = {1, 2, 3, 4};
    constexpr lean_span<int> all(numbers, 4);
    static_assert(all.first(2).size() == 2 && all.first(2)[1] == 2);
    static_assert(all.subspan(3).size() == 1 && all.subspan(3)[0] == 4);
    static_assert(all.subspan(1, 2).size() == 2 && all.subspan(1, 2)[0] == 2);
    CHECK(all.subspan(4).empty());
}

}  // namespace lean_span_test
