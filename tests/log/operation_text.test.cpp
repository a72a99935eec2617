#include <weft/log/operation_text.hpp>

#include "replica/todo.hpp"

#include <string>

namespace operation_text_test {

using namespace weft;
using namespace weft::test;

namespace {

/// A replica's last operation as a line.
[[nodiscard]] std::string line(const test_replica& of, id_text form = id_text::shortened) {
    return to_line<app>(last_operation(of), form);
}

}  // namespace

TEST_CASE("log/operation_text: identifiers are shortened to their ends, or whole") {
    CHECK(to_text(uuid::of(0xAC00'0000'0000'0000U, 0x01)) == "ac00..0001");
    CHECK(to_text(uuid::of(0x0123'4567'89AB'CDEFU, 0xFEDC'BA98'7654'3210U), id_text::whole) ==
          "0123456789abcdeffedcba9876543210");
    CHECK(to_text(std::uint32_t{0xBEEF}) == to_text(std::uint32_t{0xBEEF}, id_text::whole));
    CHECK(to_text(std::uint64_t{1}).size() == 10);
    CHECK(to_text(test_dot{actor(1), 12}) == "0000..0001:12");
}

TEST_CASE("log/operation_text: a line says who did what, when and after whom, and no values") {
    world here;
    test_replica alice = here.make(1);
    alice.transact([](auto& tx) {
        todo made = titled("the title");
        tx.upsert(record(1), made);
    });
    CHECK(line(alice) == "0000..0001:1 at 1700000000000+0: insert todos 0000..0001 {done, title}");
    alice.transact([](auto& tx) {
        tx.edit(todo_number(1))[&todo::votes] += 1;
        tx.edit(todo_number(1))[&todo::title] = "another";
        tx.upsert(record(2), note{"text"});
    });
    const std::string second = line(alice);
    CHECK(second.starts_with("0000..0001:2 at 1700000000000+1 after 0000..0001:1: "));
    CHECK(second.find("update todos 0000..0001 {") != std::string::npos);
    CHECK(second.find("; insert notes 0000..0002 {text}") != std::string::npos);
    CHECK(second.find("another") == std::string::npos);
    alice.transact([](auto& tx) { tx.erase(todo_number(1)); });
    CHECK(line(alice).ends_with(": delete todos 0000..0001"));
    test_replica bob = here.make(2);
    bob.transact([](auto& tx) { tx.upsert(record(3), note{"text"}); });
    static_cast<void>(pull(alice, bob));
    alice.transact([](auto& tx) { tx.upsert(record(4), note{"text"}); });
    CHECK(line(alice).find(" after 0000..0001:3, 0000..0002:1: ") != std::string::npos);
}

TEST_CASE("log/operation_text: undos and redos name what they are about") {
    world here;
    test_replica alice = here.make(1);
    alice.transact([](auto& tx) { tx.upsert(record(1), titled("one")); });
    REQUIRE(alice.undo(test_dot{actor(1), 1}).has_value());
    CHECK(line(alice).ends_with(": undo 0000..0001:1"));
    REQUIRE(alice.redo(test_dot{actor(1), 1}).has_value());
    CHECK(line(alice).ends_with(": redo 0000..0001:2"));
}

TEST_CASE("log/operation_text: what the schema does not know is its tag") {
    using other = schema<1, collection<"others", note>>;
    world here;
    test_replica alice = here.make(1);
    alice.transact([](auto& tx) { tx.upsert(record(1), note{"text"}); });
    const std::string text = to_line<other>(last_operation(alice));
    CHECK(text.find("insert #") != std::string::npos);
    CHECK(text.find(" {#") != std::string::npos);
    CHECK(text.find("notes") == std::string::npos);
}

}  // namespace operation_text_test
