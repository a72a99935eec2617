#include "replica/todo.hpp"
#include "support/property.hpp"

using namespace weft;
using namespace weft::test;

namespace transactions_test {

TEST_CASE("replica: an inserted record is found under the ref that the transaction gives") {
    world here;
    auto alice = here.make(1);
    const auto id = alice.transact([](auto& tx) {
        todo made = titled("Ship it");
        made.tags = {"today"};
        made.votes = 3;
        return tx.insert(made);
    });
    REQUIRE(alice.find(id) != nullptr);
    CHECK(alice.find(id)->title == "Ship it");
    CHECK(alice.find(id)->done == false);
    CHECK(alice.find(id)->tags.contains("today"));
    CHECK(alice.find(id)->votes == 3);
    CHECK(alice.find<todo>(id.id) == alice.find(id));
    CHECK(alice.size() == 1);
}

TEST_CASE("replica: ids that insert makes up carry the wall clock and differ") {
    world here;
    auto alice = here.make(1);
    const auto [a, b] = alice.transact(
        [](auto& tx) { return std::pair(tx.insert(titled("a")), tx.insert(titled("b"))); });
    CHECK(a != b);
    const auto bytes = a.id.bytes();
    std::uint64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        ms = ms << 8U | std::to_integer<std::uint64_t>(bytes[i]);
    }
    CHECK(ms == here.now);
}

TEST_CASE("replica: what is not there is not found") {
    world here;
    auto alice = here.make(1);
    CHECK(alice.find(todo_number(1)) == nullptr);
    CHECK_FALSE(alice.handle(todo_number(1)).valid());
    CHECK(alice.find(row_handle<todo>{}) == nullptr);
    CHECK(alice.all<todo>().empty());
    CHECK(alice.version().empty());
    CHECK(alice.frontier().empty());
}

TEST_CASE("replica: upsert inserts under the user's own id, and assigns anew when it is there") {
    world here;
    auto alice = here.make(1);
    todo first = titled("first");
    first.done = true;
    first.tags = {"old", "both"};
    first.votes = 5;
    alice.transact([&](auto& tx) { tx.upsert(record(1), first); });
    todo second = titled("second");
    second.tags = {"both", "new"};
    second.votes = 2;
    alice.transact([&](auto& tx) { tx.upsert(record(1), second); });
    const todo* found = alice.find(todo_number(1));
    REQUIRE(found != nullptr);
    CHECK(found->title == "second");
    CHECK(found->done == false);
    CHECK(found->votes == 2);
    CHECK(found->tags.value() == std::vector<std::string>{"both", "new"});
}

TEST_CASE("replica: upsert of some fields keeps the others, and makes the record if need be") {
    world here;
    auto alice = here.make(1);
    const auto set_done = [](auto& t) { t[&todo::done] = true; };
    alice.transact([&](auto& tx) { tx.template upsert<todo>(record(1), set_done); });
    REQUIRE(alice.find(todo_number(1)) != nullptr);
    CHECK(alice.find(todo_number(1))->done == true);
    CHECK(alice.find(todo_number(1))->title == "");
    alice.transact([&](auto& tx) { tx.upsert(record(2), titled("kept")); });
    alice.transact([&](auto& tx) { tx.template upsert<todo>(record(2), set_done); });
    CHECK(alice.find(todo_number(2))->title == "kept");
    CHECK(alice.find(todo_number(2))->done == true);
}

TEST_CASE("replica: editing a missing or a deleted record does nothing and says so") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) { tx.upsert(record(1), titled("gone")); });
    alice.transact([&](auto& tx) { CHECK(tx.erase(todo_number(1))); });
    const byte_buffer before = alice.save();
    for (const std::uint64_t n : {1U, 2U}) {
        alice.transact([&](auto& tx) {
            auto editor = tx.edit(todo_number(n));
            CHECK_FALSE(static_cast<bool>(editor));
            editor[&todo::title] = "nowhere";
            editor[&todo::votes] += 1;
            CHECK_FALSE(tx.erase(todo_number(n)));
            CHECK_FALSE(tx.contains(todo_number(n)));
        });
    }
    CHECK(alice.save() == before);
    CHECK(alice.find(todo_number(1)) == nullptr);
}

TEST_CASE("replica: edits of a missing record and of one that is there do not mix") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) { tx.upsert(record(1), titled("there")); });
    alice.transact([&](auto& tx) {
        auto missing = tx.edit(todo_number(2));
        auto there = tx.edit(todo_number(1));
        missing[&todo::title] = "wrong";
        there[&todo::votes] += 1;
    });
    CHECK(alice.find(todo_number(1))->title == "there");
    CHECK(alice.find(todo_number(1))->votes == 1);
    CHECK(last_operation(alice).mutations.size() == 1);
}

TEST_CASE(
    "replica: a transaction that throws leaves everything as it was, and the next one works") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) { tx.upsert(record(1), titled("before")); });
    const byte_buffer before = alice.save();
    CHECK_THROWS_AS(alice.transact([&](auto& tx) {
        tx.edit(todo_number(1))[&todo::title] = "after";
        tx.upsert(record(2), titled("new"));
        tx.insert(titled("newer"));
        throw 42;
    }),
                    int);
    CHECK(alice.save() == before);
    CHECK(alice.find(todo_number(2)) == nullptr);
    alice.transact([&](auto& tx) { tx.edit(todo_number(1))[&todo::votes] += 1; });
    CHECK(alice.find(todo_number(1))->title == "before");
    CHECK(last_operation(alice).effects.size() == 1);
}

TEST_CASE("replica: a rolled back transaction leaves everything as it was") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) { tx.upsert(record(1), titled("before")); });
    const byte_buffer before = alice.save();
    const int answer = alice.transact([&](auto& tx) {
        tx.erase(todo_number(1));
        tx.rollback();
        CHECK(tx.rolled_back());
        return 7;
    });
    CHECK(answer == 7);
    CHECK(alice.save() == before);
    CHECK(alice.find(todo_number(1)) != nullptr);
}

TEST_CASE("replica: without mutations there is no operation") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& /*tx*/) {});
    CHECK(alice.size() == 0);
    alice.transact([&](auto& tx) { tx.upsert(record(1), titled("x")); });
    alice.transact([&](auto& tx) { static_cast<void>(tx.edit(todo_number(1))); });
    alice.transact([&](auto& tx) {
        auto t = tx.edit(todo_number(1));
        CHECK(t[&todo::title].value() == "x");
        t[&todo::tags].erase("never there");
        t[&todo::votes] += 1;
        t[&todo::votes] -= 1;
    });
    CHECK(alice.size() == 1);
}

TEST_CASE("replica: edits of one field in one transaction become one effect") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) { tx.upsert(record(1), todo{}); });
    alice.transact([&](auto& tx) {
        auto t = tx.edit(todo_number(1));
        t[&todo::title] = "draft";
        CHECK(t[&todo::title].value() == "draft");
        t[&todo::title] = "final";
        t[&todo::votes] += 2;
        auto again = tx.edit(todo_number(1));
        again[&todo::votes] -= 5;
        CHECK(again[&todo::votes].value() == -3);
        again[&todo::tags].insert("a");
        again[&todo::tags].erase("a");
        again[&todo::tags].insert("b");
    });
    const auto op = last_operation(alice);
    CHECK(op.mutations.size() == 1);
    CHECK(op.effects.size() == 3);
    CHECK(alice.find(todo_number(1))->title == "final");
    CHECK(alice.find(todo_number(1))->votes == -3);
    CHECK(alice.find(todo_number(1))->tags.value() == std::vector<std::string>{"b"});
}

TEST_CASE("replica: inserting a new record and erasing it again does nothing") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) {
        const auto id = tx.insert(titled("short-lived"));
        CHECK(tx.contains(id));
        CHECK(tx.erase(id));
        CHECK_FALSE(tx.contains(id));
        CHECK_FALSE(tx.erase(id));
    });
    CHECK(alice.size() == 0);
}

TEST_CASE("replica: erasing and inserting in one transaction assigns anew") {
    world here;
    auto alice = here.make(1);
    todo old = titled("old");
    old.votes = 9;
    old.tags = {"old"};
    alice.transact([&](auto& tx) { tx.upsert(record(1), old); });
    alice.transact([&](auto& tx) {
        tx.erase(todo_number(1));
        tx.upsert(record(1), titled("new"));
    });
    REQUIRE(alice.find(todo_number(1)) != nullptr);
    CHECK(alice.find(todo_number(1))->title == "new");
    CHECK(alice.find(todo_number(1))->votes == 0);
    CHECK(alice.find(todo_number(1))->tags.empty());
    CHECK(last_operation(alice).mutations.size() == 1);
}

TEST_CASE("replica: editing and then erasing only erases") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) { tx.upsert(record(1), titled("x")); });
    alice.transact([&](auto& tx) {
        tx.edit(todo_number(1))[&todo::title] = "unseen";
        CHECK(tx.erase(todo_number(1)));
    });
    CHECK(alice.find(todo_number(1)) == nullptr);
    const auto op = last_operation(alice);
    REQUIRE(op.mutations.size() == 1);
    CHECK(op.mutations[0].kind == mutation_kind::erase);
    CHECK(op.effects.empty());
}

TEST_CASE(
    "replica: inserting over what was edited in the same transaction counts only the insert") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) { tx.upsert(record(1), titled("x")); });
    alice.transact([&](auto& tx) {
        tx.edit(todo_number(1))[&todo::votes] += 100;
        todo whole = titled("whole");
        whole.votes = 1;
        tx.upsert(record(1), whole);
        tx.edit(todo_number(1))[&todo::votes] += 1;
    });
    CHECK(alice.find(todo_number(1))->votes == 2);
    CHECK(alice.find(todo_number(1))->title == "whole");
}

TEST_CASE(
    "replica: a deleted record comes back with a later insert, and keeps what merged meanwhile") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    alice.transact([&](auto& tx) { tx.upsert(record(1), titled("x")); });
    exchange(alice, bob);
    alice.transact([&](auto& tx) { tx.erase(todo_number(1)); });
    bob.transact([&](auto& tx) { tx.edit(todo_number(1))[&todo::votes] += 4; });
    exchange(alice, bob);
    CHECK(alice.find(todo_number(1)) == nullptr);
    CHECK(bob.find(todo_number(1)) == nullptr);
    alice.transact([&](auto& tx) {
        tx.template upsert<todo>(record(1), [](auto& t) { t[&todo::done] = true; });
    });
    exchange(alice, bob);
    for (const auto* self : {&alice, &bob}) {
        REQUIRE(self->find(todo_number(1)) != nullptr);
        CHECK(self->find(todo_number(1))->votes == 4);
        CHECK(self->find(todo_number(1))->title == "x");
        CHECK(self->find(todo_number(1))->done == true);
    }
}

TEST_CASE("replica: a transaction over several records and collections arrives as one") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    alice.transact([&](auto& tx) {
        tx.upsert(record(1), titled("one"));
        tx.upsert(record(1), note{"a note of the same id"});
        tx.upsert(record(2), titled("two"));
    });
    CHECK(alice.size() == 1);
    CHECK(pull(bob, alice).applied == 1);
    CHECK(bob.find(todo_number(1))->title == "one");
    CHECK(bob.find(todo_number(2))->title == "two");
    CHECK(bob.find(note_ref{record(1)})->text == "a note of the same id");
}

TEST_CASE("replica: a transaction over hundreds of records finds each again") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) {
        for (std::uint64_t n = 0; n < 300; ++n) {
            tx.upsert(record(n), titled(std::to_string(n)));
        }
        for (std::uint64_t n = 0; n < 300; n += 3) {
            tx.edit(todo_number(n))[&todo::votes] += static_cast<std::int64_t>(n);
        }
        for (std::uint64_t n = 1; n < 300; n += 3) {
            CHECK(tx.erase(todo_number(n)));
        }
        for (std::uint64_t n = 4; n < 300; n += 9) {
            tx.upsert(record(n), titled("back"));
        }
        tx.upsert(record(5), note{"another collection"});
    });
    CHECK(alice.size() == 1);
    for (std::uint64_t n = 0; n < 300; ++n) {
        const todo* found = alice.find(todo_number(n));
        const bool erased = n % 3 == 1 && n % 9 != 4;
        REQUIRE((found == nullptr) == erased);
        if (found != nullptr) {
            CHECK(found->title == (n % 9 == 4 ? std::string("back") : std::to_string(n)));
            CHECK(found->votes == (n % 3 == 0 ? n : 0));
        }
    }
    CHECK(alice.transact([](auto& tx) { return tx.contains(todo_number(0)); }));
}

TEST_CASE(
    "replica: a value without an encoding is refused by its transaction, which did not happen") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) { tx.upsert(record(1), titled("fine")); });
    const byte_buffer before = alice.save();
    CHECK_THROWS_AS(alice.transact([](auto& tx) {
        auto t = tx.edit(todo_number(1));
        t[&todo::votes] += 1;
        t[&todo::title] = "\xFF";
    }),
                    bad_value);
    CHECK_THROWS_AS(
        alice.transact([](auto& tx) { tx.edit(todo_number(1))[&todo::tags].insert("\xC0\x80"); }),
        bad_value);
    CHECK(alice.save() == before);
    add_title(alice, todo_number(1), "still works");
    CHECK(alice.find(todo_number(1))->title == "still works");
}

TEST_CASE("replica: what the edit returns comes out, also what can't be copied") {
    world here;
    auto alice = here.make(1);

    struct only_moves {
        only_moves() = default;
        only_moves(only_moves&&) = default;
        only_moves& operator=(only_moves&&) = default;
        int value = 5;
    };

    const only_moves out = alice.transact([](auto& tx) {
        tx.insert(titled("x"));
        return only_moves{};
    });
    CHECK(out.value == 5);
    CHECK(alice.size() == 1);
}

TEST_CASE("replica: timestamps grow though the clock stands, runs back or is out of range") {
    world here;
    auto alice = here.make(1);
    timestamp last{};
    const auto write = [&] {
        alice.transact([](auto& tx) { tx.insert(titled("x")); });
        const timestamp at = last_operation(alice).at;
        CHECK(at > last);
        last = at;
    };
    write();
    CHECK(last.wall_ms() == here.now);
    write();
    CHECK(last.wall_ms() == here.now);
    here.now -= 100'000;
    write();
    here.now = 0;
    write();
    here.now = ~std::uint64_t{0};
    write();
    here.now = 1'800'000'000'000;
    write();
    CHECK(last.wall_ms() == here.now);
}

TEST_CASE("replica: a row handle reaches the same record without the lookup") {
    world here;
    auto alice = here.make(1);
    const auto id = alice.transact([](auto& tx) { return tx.insert(titled("x")); });
    const auto row = alice.handle(id);
    REQUIRE(row.valid());
    CHECK(alice.find(row) == alice.find(id));
    alice.transact([&](auto& tx) {
        tx.edit(id)[&todo::votes] += 1;
        tx.edit(row)[&todo::votes] += 1;
    });
    CHECK(alice.find(row)->votes == 2);
    CHECK(last_operation(alice).mutations.size() == 1);
    alice.transact([&](auto& tx) { tx.erase(id); });
    CHECK(alice.find(row) == nullptr);
    alice.transact([&](auto& tx) {
        CHECK_FALSE(static_cast<bool>(tx.edit(row)));
        CHECK_FALSE(static_cast<bool>(tx.edit(row_handle<todo>{})));
        CHECK_FALSE(static_cast<bool>(tx.edit(row_handle<note>{0})));
    });
    CHECK(alice.size() == 3);
}

TEST_CASE("replica: iteration shows the visible records, each with its id") {
    world here;
    auto alice = here.make(1);
    alice.transact([&](auto& tx) {
        for (std::uint64_t n = 1; n <= 5; ++n) {
            tx.upsert(record(n), titled(std::to_string(n)));
        }
        tx.upsert(record(9), note{"elsewhere"});
    });
    alice.transact([&](auto& tx) {
        tx.erase(todo_number(1));
        tx.erase(todo_number(3));
        tx.erase(todo_number(5));
    });
    std::vector<std::string> seen;
    for (const auto& [id, one] : alice.all<todo>()) {
        CHECK(alice.find<todo>(id) == &one);
        seen.push_back(one.title.value());
    }
    CHECK(seen == std::vector<std::string>{"2", "4"});
    CHECK_FALSE(alice.all<todo>().empty());
    std::size_t notes = 0;
    for (const auto& entry : alice.all<note>()) {
        CHECK(entry.id == record(9));
        ++notes;
    }
    CHECK(notes == 1);
    auto at = alice.all<todo>().begin();
    CHECK((*at++).id == record(2));
    CHECK((*at).id == record(4));
    CHECK(++at == alice.all<todo>().end());
}

TEST_CASE(
    "replica: join_heads joins several heads in an operation without mutations, else nothing") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    CHECK_FALSE(alice.join_heads());
    alice.transact([](auto& tx) { tx.insert(titled("a")); });
    CHECK_FALSE(alice.join_heads());
    bob.transact([](auto& tx) { tx.insert(titled("b")); });
    exchange(alice, bob);
    CHECK(alice.frontier().size() == 2);
    CHECK(alice.join_heads());
    CHECK(alice.frontier().size() == 1);
    CHECK(last_operation(alice).mutations.empty());
    CHECK(last_operation(alice).parents.size() == 2);
    CHECK(pull(bob, alice).applied == 1);
    CHECK(alice.state_digest() == bob.state_digest());
}

TEST_CASE("replica: a replica moves, and both its places work afterwards") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("x")); });
    test_replica moved = std::move(alice);
    CHECK(moved.find(todo_number(1))->title == "x");
    add_title(moved, todo_number(1), "y");
    alice = std::move(moved);
    CHECK(alice.find(todo_number(1))->title == "y");
    CHECK(alice.size() == 2);
}

#if defined(__cpp_exceptions)
TEST_CASE("replica: an edit that changes its replica is told so, and nothing is lost of either") {
    world here;
    auto alice = here.make(1);
    auto bob = here.make(2);
    bob.transact([](auto& tx) { tx.upsert(record(2), titled("bob's")); });
    const byte_buffer theirs = bob.delta_since(alice.version());
    const auto refuses = [&](auto&& call) {
        try {
            call();
        } catch (const bad_result& told) {
            return told.reason().code == errc::reentered;
        }
        return false;
    };
    // Caught in the edit: what it gathered stands.
    alice.transact([&](auto& tx) {
        tx.upsert(record(1), titled("outer"));
        CHECK(refuses([&] {
            alice.transact([](auto& inner) { inner.upsert(record(3), titled("inner")); });
        }));
        CHECK(refuses([&] { static_cast<void>(alice.apply(theirs)); }));
        CHECK(refuses([&] { alice.admit(last_operation(bob)); }));
        CHECK(refuses([&] { static_cast<void>(alice.poll()); }));
        CHECK(refuses([&] { static_cast<void>(alice.reissue_unsent(actor(9))); }));
        CHECK(tx.contains(todo_number(1)));
    });
    CHECK(alice.size() == 1);
    CHECK(alice.find(todo_number(1))->title == "outer");
    CHECK(alice.find(todo_number(3)) == nullptr);
    // Not caught: nothing happened, and the replica goes on.
    const byte_buffer before = alice.save();
    CHECK(refuses([&] {
        alice.transact([&](auto& tx) {
            tx.erase(todo_number(1));
            alice.transact([](auto& inner) { inner.upsert(record(3), titled("inner")); });
        });
    }));
    CHECK(alice.save() == before);
    CHECK(alice.apply(theirs).value().applied == 1);
    CHECK(alice.size() == 2);
    CHECK(refuses([&] { alice.transact([&](auto&) { static_cast<void>(alice.join_heads()); }); }));
    CHECK(alice.join_heads());
}
#endif

}  // namespace transactions_test
