#include "replica/todo.hpp"
#include "support/property.hpp"

using namespace weft;
using namespace weft::test;

namespace digest_test {

namespace {

void overwrite(test_replica& on, std::uint64_t seed) {
    on.transact([&](auto& tx) {
        switch (seed % 4) {
        case 0:
            tx.upsert(record(seed / 4 % 3), titled(std::to_string(seed % 11)));
            break;
        case 1:
            tx.erase(todo_number(seed / 4 % 3));
            break;
        case 2:
            tx.upsert(record(seed / 4 % 3), note{std::to_string(seed % 7)});
            break;
        default:
            tx.template upsert<todo>(record(seed / 4 % 3), [&](auto& t) {
                t[&todo::tags].insert(std::to_string(seed / 12 % 3));
                t[&todo::tags].erase(std::to_string(seed / 36 % 3));
                t[&todo::votes] += static_cast<std::int64_t>(seed % 5);
            });
        }
    });
}

}  // namespace

TEST_CASE("replica: the digest kept along the way is the digest computed from scratch") {
    property("asked at any moments, or only in the end, or of a loaded file",
             [](const std::vector<std::uint64_t>& seeds) {
                 world here;
                 auto asked = here.make(1);
                 auto never_asked = here.make(1);
                 for (const std::uint64_t seed : seeds) {
                     overwrite(asked, seed);
                     overwrite(never_asked, seed);
                     if (seed % 3 == 0) {
                         static_cast<void>(asked.state_digest());
                     }
                     if (seed % 7 == 0) {
                         RC_ASSERT(asked.at(asked.frontier()).value().state_digest() ==
                                   asked.state_digest());
                     }
                 }
                 RC_ASSERT(asked.save() == never_asked.save());
                 RC_ASSERT(asked.state_digest() == never_asked.state_digest());
                 auto loaded = test_replica::load(asked.save(), actor(8), here.around()).value();
                 RC_ASSERT(loaded.state_digest() == asked.state_digest());
             });
}

TEST_CASE("replica: reading the digest changes nothing") {
    world here;
    auto alice = here.make(1);
    overwrite(alice, 3);
    const byte_buffer before = alice.save();
    const auto once = alice.state_digest();
    CHECK(alice.state_digest() == once);
    CHECK(alice.state_digests() == alice.state_digests());
    CHECK(alice.save() == before);
}

TEST_CASE("replica: the digest sees what nobody sees yet") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    const auto write = [](test_replica& on) {
        on.transact([](auto& tx) { tx.upsert(record(1), titled("same")); });
    };
    write(alice);
    write(bob);
    // The same values by other writers are another state.
    CHECK(alice.find(todo_number(1))->title == bob.find(todo_number(1))->title);
    CHECK(alice.state_digest() != bob.state_digest());
    // A deleted record is not an absent one.
    const auto present = alice.state_digest();
    alice.transact([](auto& tx) { tx.erase(todo_number(1)); });
    CHECK(alice.state_digest() != present);
    CHECK(alice.state_digest() != here.make(3).state_digest());
}

TEST_CASE("replica: an operation without effect on the state does not change the digest") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    overwrite(alice, 0);
    overwrite(bob, 2);
    exchange(alice, bob);
    const auto before = alice.state_digest();
    CHECK(alice.join_heads());
    CHECK(alice.state_digest() == before);
}

TEST_CASE("replica: digests stand per tag, ascending, and only for what was touched") {
    world here;
    auto alice = here.make(1);
    CHECK(alice.state_digests().empty());
    alice.transact([](auto& tx) {
        tx.template upsert<todo>(record(1), [](auto& t) { t[&todo::votes] += 1; });
    });
    const auto all = alice.state_digests();
    REQUIRE(all.size() == 2);
    CHECK(all[0].what < all[1].what);
    CHECK(all[0].what == schema_entry{name_tag("todos"), 0, delete_wins::wire_kind});
    CHECK(all[1].what == schema_entry{name_tag("todos"), name_tag("votes"), counter::wire_kind});
}

}  // namespace digest_test
