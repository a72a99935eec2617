#include <weft/merge/grow_only_set.hpp>

#include "merge/set_model.hpp"

#include <doctest/doctest.h>

#include <string>

using weft::grow_only_set;
using weft::observed_list;

namespace weft::test {

template <class T>
struct model<grow_only_set<T>> : set_model<grow_only_set<T>> {
    static constexpr bool order_is_own = true;  // what was added stays

    using base = set_model<grow_only_set<T>>;
    using typename base::meaning;
    using typename base::visible;
    static constexpr bool has_conflicts = false;

    static meaning replacing(const grow_only_set<T>& wanted, const visible& /*seen*/) {
        meaning what;
        for (const T& each : wanted) {
            what.adds[exactly<T>(each)] = true;
        }
        return what;
    }

    static void edit(typename grow_only_set<T>::editor& editor,
                     chance& random,
                     meaning& what,
                     const visible& seen) {
        const T value = hostile<T>(random);
        editor.insert(value);
        what.adds[exactly<T>(value)] = true;
        const T other = hostile<T>(random);
        RC_ASSERT(editor.contains(value));
        RC_ASSERT(editor.contains(other) == base::staged(what, seen, exactly<T>(other)));
    }

    static visible expected(const history<meaning>& all) { return base::all_elements(all); }
};

}  // namespace weft::test

namespace grow_only_set_test {

TEST_CASE("merge/grow_only_set: the laws hold for strings") {
    weft::test::check_laws<grow_only_set<std::string>>("merge/grow_only_set: string", 200);
}

TEST_CASE("merge/grow_only_set: removals and dots are refused") {
    const auto decoded = [](std::initializer_list<int> bytes, std::size_t dots) {
        weft::byte_buffer buffer;
        for (const int byte : bytes) {
            buffer.push_back(static_cast<std::byte>(byte));
        }
        weft::byte_reader in(buffer);
        return grow_only_set<std::string>::decode(in, dots);
    };
    CHECK(decoded({1, 'a', 0}, 0).has_value());
    CHECK(decoded({1, 'a', 1}, 0).error().code == weft::errc::not_canonical);
    CHECK(decoded({1, 'a', 0}, 1).error().code == weft::errc::not_canonical);
    CHECK(decoded({1, 'a', 2}, 1).error().code == weft::errc::not_canonical);
    CHECK(decoded({}, 0).error().code == weft::errc::truncated);
}

TEST_CASE("merge/grow_only_set: what is there already is not sent again") {
    const grow_only_set<std::string> held{"a"};
    grow_only_set<std::string>::effect effect;
    held.replace({"a", "b"}, effect);
    observed_list dots;
    held.observe(effect, dots);
    REQUIRE(effect.items.size() == 1);
    CHECK(effect.items[0].element == "b");
    CHECK(dots.empty());
    CHECK(held == grow_only_set<std::string>{"a"});
    CHECK_FALSE(held == grow_only_set<std::string>{"b"});
}

}  // namespace grow_only_set_test
