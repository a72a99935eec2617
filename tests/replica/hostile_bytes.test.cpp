#include "replica/todo.hpp"
#include "support/property.hpp"

using namespace weft;
using namespace weft::test;

namespace hostile_bytes_test {

namespace {

/// A batch with some of everything: several actors, merges, dots, two collections.
byte_buffer rich_batch(const world& here) {
    auto alice = here.make(21);
    auto bob = here.make(22);
    todo first = titled("first");
    first.tags = {"a", "b"};
    first.votes = 7;
    alice.transact([&](auto& tx) {
        tx.upsert(record(1), first);
        tx.upsert(record(1), note{"beside it"});
    });
    exchange(alice, bob);
    bob.transact([](auto& tx) {
        tx.edit(todo_number(1))[&todo::tags].erase("a");
        tx.erase(note_ref{record(1)});
    });
    alice.transact([&](auto& tx) { tx.upsert(record(1), first); });
    exchange(alice, bob);
    alice.join_heads();
    alice.transact([](auto& tx) { tx.erase(todo_number(1)); });
    return alice.delta_since({});
}

/// A replica that holds something, parks something and knows the time.
test_replica busy(const world& here) {
    auto made = here.make(1);
    made.transact([](auto& tx) { tx.upsert(record(5), titled("held")); });
    auto other = here.make(30);
    other.transact([](auto& tx) { tx.upsert(record(6), titled("unseen")); });
    const test_vector seen = other.version();
    add_title(other, todo_number(6), "parked");
    static_cast<void>(made.apply(other.delta_since(seen)).value());
    CHECK(made.parked().size() == 1);
    return made;
}

void repair_checksum(byte_buffer& bytes) {
    const std::size_t end = bytes.size() - 8;
    store_le<8>(bytes.data() + end, xxh3_64(byte_span(bytes).first(end)));
}

}  // namespace

TEST_CASE("replica: a batch that is cut anywhere is refused and changes nothing") {
    world here;
    const byte_buffer whole = rich_batch(here);
    auto alice = busy(here);
    const byte_buffer before = alice.save();
    const auto digest = alice.state_digest();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const auto outcome = alice.apply(byte_span(whole).first(size));
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code != errc::none);
    }
    CHECK(alice.save() == before);
    CHECK(alice.state_digest() == digest);
    CHECK(alice.apply(whole).value().applied == 5);
}

TEST_CASE("replica: a batch with any one bit turned is refused and changes nothing") {
    world here;
    const byte_buffer whole = rich_batch(here);
    auto alice = busy(here);
    const byte_buffer before = alice.save();
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        byte_buffer bytes = whole;
        bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        const auto outcome = alice.apply(bytes);
        REQUIRE_FALSE(outcome);
    }
    CHECK(alice.save() == before);
}

TEST_CASE("replica: a batch that someone changed and sealed again is refused whole or by name") {
    world here;
    const byte_buffer whole = rich_batch(here);
    std::size_t refused_whole = 0;
    std::size_t refused_by_name = 0;
    for (std::size_t bit = 0; bit < 8 * (whole.size() - 8); ++bit) {
        CAPTURE(bit);
        byte_buffer bytes = whole;
        bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        repair_checksum(bytes);
        auto alice = busy(here);
        const byte_buffer before = alice.save();
        const std::uint32_t size = alice.size();
        const auto outcome = alice.apply(bytes);
        if (!outcome) {
            REQUIRE(alice.save() == before);
            ++refused_whole;
            continue;
        }
        // Whatever was taken in is consistent: it can be saved, loaded and sent.
        REQUIRE(alice.size() == size + outcome->applied + outcome->released);
        REQUIRE(outcome->applied + outcome->parked + outcome->refused.size() == 5);
        REQUIRE(outcome->applied < 5);
        refused_by_name += outcome->refused.empty() ? 0U : 1U;
        auto loaded = test_replica::load(alice.save(), actor(99), here.around());
        REQUIRE(loaded);
        REQUIRE(loaded->state_digest() == alice.state_digest());
        // And the honest batch is not kept out by it.
        const auto honest = alice.apply(whole).value();
        REQUIRE(honest.refused.empty());
        REQUIRE(alice.find(todo_number(5))->title == "held");
    }
    CHECK(refused_whole > 0);
    CHECK(refused_by_name > 0);
}

TEST_CASE("replica: bytes that are no batch are refused, whatever they are") {
    world here;
    auto alice = busy(here);
    const byte_buffer before = alice.save();
    property("random bytes", 500, [&](const std::vector<std::uint8_t>& random) {
        byte_buffer bytes;
        for (const std::uint8_t each : random) {
            bytes.push_back(static_cast<std::byte>(each));
        }
        RC_ASSERT(!alice.apply(bytes));
        RC_ASSERT(!test_replica::resume(bytes, here.around()));
    });
    CHECK(alice.save() == before);
    CHECK_FALSE(alice.apply(before));
    CHECK_FALSE(test_replica::resume(rich_batch(here), here.around()));
}

TEST_CASE("replica: a saved file that is cut or changed anywhere is refused") {
    world here;
    auto alice = busy(here);
    static_cast<void>(alice.apply(rich_batch(here)).value());
    const byte_buffer whole = alice.save();
    REQUIRE(test_replica::resume(whole, here.around()));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        REQUIRE_FALSE(test_replica::resume(byte_span(whole).first(size), here.around()));
    }
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        byte_buffer bytes = whole;
        bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        REQUIRE_FALSE(test_replica::load(bytes, actor(50), here.around()));
    }
}

TEST_CASE("replica: a saved file that someone changed and sealed again never loads as a lie") {
    world here;
    auto alice = busy(here);
    static_cast<void>(alice.apply(rich_batch(here)).value());
    const byte_buffer whole = alice.save();
    const auto state = alice.state_digest();
    for (std::size_t bit = 0; bit < 8 * (whole.size() - 8); ++bit) {
        CAPTURE(bit);
        byte_buffer bytes = whole;
        bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        repair_checksum(bytes);
        auto loaded = test_replica::load(bytes, actor(50), here.around());
        if (loaded) {
            // Only what no address covers can differ: who it was, its clock, what had left.
            REQUIRE(loaded->state_digest() == state);
            loaded->transact([](auto& tx) { tx.insert(titled("goes on")); });
            REQUIRE(test_replica::load(loaded->save(), actor(51), here.around()));
        }
    }
}

TEST_CASE("replica: an error says where in the bytes it is") {
    world here;
    auto alice = here.make(1);
    byte_buffer bytes = rich_batch(here);
    bytes[0] = std::byte{'x'};
    const auto outcome = alice.apply(bytes);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::bad_magic);
    CHECK(outcome.error().offset == 0);
    CHECK_FALSE(message(outcome.error().code).empty());
}

}  // namespace hostile_bytes_test
