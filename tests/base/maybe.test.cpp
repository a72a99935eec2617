#include <weft/base/maybe.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

namespace maybe_test {

using weft::maybe;

TEST_CASE("base/maybe: a plain value is there or not") {
    maybe<int> none;
    CHECK_FALSE(none);
    CHECK_FALSE(none.has_value());
    CHECK(none.value_or(7) == 7);
    CHECK_FALSE(none == 0);
    maybe<int> some = 5;
    CHECK(some);
    CHECK(*some == 5);
    CHECK(some == 5);
    CHECK(some.value_or(7) == 5);
    *some = 6;
    none = some;
    CHECK(*std::as_const(none) == 6);
    static_assert(std::is_trivially_copyable_v<maybe<int>>);

    struct pair {
        int first = 1;
    };

    maybe<pair> object = pair{3};
    CHECK(object->first == 3);
    CHECK(std::as_const(object)->first == 3);
}

TEST_CASE("base/maybe: what owns something is copied, moved and destroyed once") {
    const auto owned = std::make_shared<std::string>("text");
    {
        maybe<std::shared_ptr<std::string>> one = std::shared_ptr(owned);
        CHECK(owned.use_count() == 2);
        maybe<std::shared_ptr<std::string>> two = one;
        CHECK(owned.use_count() == 3);
        maybe<std::shared_ptr<std::string>> three = std::move(two);
        CHECK(owned.use_count() == 3);
        CHECK(**three == "text");
        CHECK((*std::as_const(three))->size() == 4);
        CHECK(three->get() == owned.get());
        CHECK(std::as_const(three)->get() == owned.get());
        one = maybe<std::shared_ptr<std::string>>();
        CHECK_FALSE(one.has_value());
        CHECK(owned.use_count() == 2);
        one = three;
        CHECK(owned.use_count() == 3);
        CHECK(one == owned);
        CHECK(two.has_value());  // moved from, and still an object
    }
    CHECK(owned.use_count() == 1);
}

}  // namespace maybe_test
