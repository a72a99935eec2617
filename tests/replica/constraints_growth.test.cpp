/// What a look at the views costs after a change: steps are counted, time is not. It depends on the
/// records that changed and on those that share a key with them or refer to them, not on the table.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>

// The counting functions are other functions: they live in another namespace than everyone's.
#define WEFT_COUNT_STEPS
#define weft weft_counted
#include <weft/model/constrained.hpp>

#include "replica/todo.hpp"

using namespace weft;
using namespace weft::test;

namespace constraints_growth_test {

namespace {

struct shelf {
    BOOST_HANA_DEFINE_STRUCT(shelf, (lww<std::string>, label));
};

struct book {
    BOOST_HANA_DEFINE_STRUCT(book,
                             (lww<std::string>, title),
                             (lww<std::optional<uuid>>, place),
                             (lww<std::uint32_t>, genre));
};

using library = constrained<schema<1, collection<"shelves", shelf>, collection<"books", book>>,
                            unique<"one title", by<&book::title>>,
                            references<"its shelf", &book::place, shelf, on_delete::cascade>,
                            references<"its shelf stays", &book::place, shelf, on_delete::restrict>,
                            capacity<"genre", 100, by<&book::genre>>>;

/// So many books, ten on a shelf, fifty of a genre.
class filled {
public:
    explicit filled(std::uint32_t books) : at_(actor(1), here_.around<test_traits>()) {
        for (std::uint32_t n = 0; n != books; ++n) {
            at_.transact([&](auto& tx) {
                if (n % 10 == 0) {
                    tx.template upsert<shelf>(record(n / 10), [&](auto& s) {
                        s[&shelf::label] = std::to_string(n / 10);
                    });
                }
                tx.template upsert<book>(record(n), [&](auto& b) {
                    b[&book::title] = std::to_string(n);
                    b[&book::place] = std::optional(record(n / 10));
                    b[&book::genre] = n / 50;
                });
            });
        }
        static_cast<void>(at_.violations());
    }

    /// Steps of the look after this edit.
    template <class Edit>
    [[nodiscard]] std::uint64_t look_after(const Edit& edit) {
        at_.transact(edit);
        const std::uint64_t before = detail::steps;
        static_cast<void>(at_.view<book>());
        return detail::steps - before;
    }

    [[nodiscard]] bool shows(std::uint32_t n) { return at_.view<book>().contains(record(n)); }

private:
    world here_;
    replica<library, test_traits> at_;
};

template <class Edit>
void costs_the_same(const Edit& edit) {
    filled small(1000);
    filled large(10000);
    const std::uint64_t in_small = small.look_after(edit);
    const std::uint64_t in_large = large.look_after(edit);
    CHECK(in_small > 0);
    CHECK(in_large <= in_small + 64);
    CHECK(in_large < 400);
}

}  // namespace

TEST_CASE("replica: a look costs what changed, in a small table and in a large one") {
    costs_the_same([](auto& tx) {
        tx.edit(ref<book, uuid>{record(500)})[&book::title] = "501";  // a duplicate now
    });
    costs_the_same([](auto& tx) {
        tx.edit(ref<book, uuid>{record(500)})[&book::place] = std::optional(record(3));
    });
    costs_the_same([](auto& tx) { tx.edit(ref<shelf, uuid>{record(7)})[&shelf::label] = "x"; });
    costs_the_same([](auto& tx) { tx.erase(ref<shelf, uuid>{record(7)}); });
    costs_the_same([](auto& tx) { tx.edit(ref<book, uuid>{record(7)})[&book::genre] = 9; });
}

TEST_CASE("replica: a look without a change costs nothing") {
    filled small(100);
    static_cast<void>(small.look_after([](auto& /*tx*/) {}));
    CHECK(small.look_after([](auto& /*tx*/) {}) == 0);
    CHECK(small.shows(99));
}

}  // namespace constraints_growth_test
