#include <weft/log/operation_builder.hpp>

#include "replica/todo.hpp"

#include <doctest/doctest.h>

#include <string>

namespace derived_test {

using namespace weft::test;

namespace {

/// A second collection of the same fields.
struct archived : todo {};

using both =
    weft::schema<1, weft::collection<"todos", todo>, weft::collection<"archive", archived>>;
using builder = weft::operation_builder<both, test_traits>;

}  // namespace

TEST_CASE("log/operation_builder: the fields of a derived record are the members it inherits") {
    const world around;
    weft::replica<both, test_traits> replica(actor(1), around.around<>());
    const weft::ref<archived, weft::uuid> record_1{record(1)};
    const builder::event_name seen{{actor(3), 1}, 0};
    const auto made = builder({actor(2), 1}, weft::timestamp::of(around.now), {})
                          .upsert<archived>(record_1.id,
                                            [&](auto& to) {
                                                to[&archived::title] = std::string("old");
                                                to[&archived::votes] += 2;
                                            })
                          .finish();
    static_cast<void>(replica.apply(batch_of<test_traits>({made})).value());
    REQUIRE(replica.find(record_1) != nullptr);
    CHECK(replica.find(record_1)->title == "old");
    CHECK(replica.find(record_1)->votes == 2);
    CHECK(replica.find(todo_number(1)) == nullptr);

    const auto naming = builder({actor(2), 1}, weft::timestamp::of(around.now), {})
                            .update<archived>(record_1.id,
                                              [&](auto& to) {
                                                  to[&archived::tags].insert("a");
                                                  to.observing(&archived::tags, {seen});
                                              })
                            .finish();
    REQUIRE(naming.observed.size() == 1);
    CHECK(naming.observed[0] == seen);
}

}  // namespace derived_test
