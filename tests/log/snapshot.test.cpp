#include <weft/log/snapshot.hpp>

#include "replica/todo.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

namespace snapshot_test {

using namespace weft;
using namespace weft::test;

namespace {

using log_type = operation_log<test_traits>;
using snapshot_type = snapshot<app, log_type>;

/// A log, and the state of all of it.
struct kept {
    log_type log;
    state<app> held;

    void add(const test_operation& op) {
        local_operation local;
        static_cast<void>(log.append(op, address_of(op), local));
        listener<app, test_traits, no_sink> told(log);
        told.begin(local.id);
        held.apply(local, log, told);
    }

    [[nodiscard]] snapshot_type now() const { return snapshot_type(held, log); }
};

/// The first operation of an actor.
test_builder first_of(std::uint64_t who) {
    return test_builder({actor(who), 1}, timestamp::of(1000 + who), {});
}

test_operation titles(std::uint64_t who, std::uint64_t which, const char* title) {
    return first_of(who)
        .upsert<todo>(record(which), [&](auto& edit) { edit[&todo::title] = title; })
        .finish();
}

using words = std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t, std::uint8_t>>;

lean_vector<tag_digest> tags(const words& from) {
    lean_vector<tag_digest> all;
    for (const auto& [collection, field, kind, sum] : from) {
        tag_digest one{{collection % 3U, field % 3U, kind % 3U}, {}};
        one.state.bytes[sum % 16U] = std::byte{1};
        all.push_back(one);
    }
    return all;
}

}  // namespace

TEST_CASE("log/snapshot: the combined digest tells any two lists apart, and only those") {
    property("log/snapshot: combined", 500, [](const words& a, const words& b, std::uint8_t at) {
        RC_ASSERT((combined(tags(a)) == combined(tags(b))) == (tags(a) == tags(b)));
        if (!a.empty()) {
            // One thing of one entry, and an entry less.
            const auto same = tags(a);
            auto other = tags(a);
            auto& one = other[at % other.size()];
            switch (at / 16) {
            case 0:
                ++one.what.collection;
                break;
            case 1:
                ++one.what.field;
                break;
            case 2:
                ++one.what.kind;
                break;
            case 3:
                std::swap(one.what.collection, one.what.field);
                break;
            case 4:
                other.pop_back();
                break;
            default:
                one.state.bytes[at / 16] ^= std::byte{0x80};
            }
            RC_ASSERT((combined(other) == combined(same)) == (other == same));
        }
    });
}

TEST_CASE("log/snapshot: it finds what its state holds, and not what its log got to know since") {
    kept all;
    all.add(titles(1, 1, "one"));
    snapshot_type then = all.now();
    const auto digest_then = then.state_digest();
    all.add(titles(2, 2, "two"));
    all.add(first_of(3)
                .upsert<note>(record(3), [](auto& edit) { edit[&note::text] = "three"; })
                .erase<todo>(record(1))
                .finish());
    REQUIRE(then.find(todo_number(1)) != nullptr);
    CHECK(then.find(todo_number(1))->title == "one");
    CHECK(then.find<todo>(record(1)) == then.find(todo_number(1)));
    CHECK(then.find(todo_number(2)) == nullptr);
    CHECK(then.find(note_ref{record(3)}) == nullptr);
    CHECK(then.find(todo_number(9)) == nullptr);
    const auto todos = then.all<todo>();
    REQUIRE(std::distance(todos.begin(), todos.end()) == 1);
    CHECK((*todos.begin()).id == record(1));
    CHECK(&(*todos.begin()).record == then.find(todo_number(1)));
    CHECK(then.all<note>().empty());
    CHECK(then.state_digest() == digest_then);

    snapshot_type now = all.now();
    CHECK(now.find(todo_number(1)) == nullptr);
    CHECK(now.find(todo_number(2))->title == "two");
    CHECK(now.find(note_ref{record(3)})->text == "three");
    CHECK((*now.all<todo>().begin()).id == record(2));
    CHECK((*now.all<note>().begin()).id == record(3));
    CHECK(now.state_digest() != digest_then);
}

TEST_CASE("log/snapshot: of a log without any operation it is empty") {
    const kept nothing;
    snapshot_type then = nothing.now();
    CHECK(then.find(todo_number(1)) == nullptr);
    CHECK(then.all<todo>().empty());
    CHECK(then.all<note>().empty());
    CHECK(then.state_digest() == combined({}));
}

TEST_CASE("log/snapshot: its digest is that of its state, as the replica's") {
    world here;
    auto alice = here.make(1);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("x")); });
    add_title(alice, todo_number(1), "y");
    kept all;
    for (std::uint32_t i = 0; i < alice.size(); ++i) {
        test_operation op;
        alice.log().read(op_index{i}, op);
        all.add(op);
    }
    snapshot_type now = all.now();
    CHECK(now.state_digest() == combined(all.held.digests(all.log)));
    CHECK(now.state_digest() == alice.state_digest());
    // Copied and moved, it is the same.
    snapshot_type copy = now;
    const snapshot_type moved = std::move(now);
    CHECK(copy.state_digest() == alice.state_digest());
    CHECK(moved.find(todo_number(1))->title == "y");
}

}  // namespace snapshot_test
