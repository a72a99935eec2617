#include <weft/log/undo_marks.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace undo_marks_test {

using namespace weft;

namespace {

constexpr std::byte ids[3]{std::byte{1}, std::byte{2}, std::byte{3}};
constexpr actor_order order(ids, 1);

[[nodiscard]] local_dot numbered(std::uint32_t number) {
    return {{number % 3}, 1 + number / 3};
}

[[nodiscard]] event made_by(std::uint32_t number) {
    return {{numbered(number), 0}, timestamp{number + 1}, order};
}

}  // namespace

TEST_CASE("log/undo_marks: an operation is undone while a mark on it lives") {
    undo_marks marks;
    CHECK(marks.empty());
    CHECK(marks.sum().zero());
    CHECK(marks.mark(numbered(0), made_by(5)));
    CHECK_FALSE(marks.mark(numbered(0), made_by(6)));  // it is undone already
    CHECK(marks.undone(numbered(0)));
    CHECK_FALSE(marks.undone(numbered(1)));
    observed_list live;
    marks.observe(numbered(0), live);
    CHECK(live.size() == 2);
    marks.observe(numbered(1), live);
    CHECK(live.size() == 2);
    CHECK_FALSE(marks.take_back(numbered(0), {numbered(5), 0}, order));
    CHECK(marks.undone(numbered(0)));
    CHECK(marks.take_back(numbered(0), {numbered(6), 0}, order));
    CHECK_FALSE(marks.undone(numbered(0)));
    CHECK(marks.ever_undone(numbered(0)));
    CHECK_FALSE(marks.empty());
    CHECK(marks.sum().zero());
    CHECK_FALSE(marks.take_back(numbered(0), {numbered(6), 0}, order));  // not there any more
    CHECK_FALSE(marks.take_back(numbered(1), {numbered(6), 0}, order));
}

TEST_CASE("log/undo_marks: a dot marks an operation unless it names a later mutation or its own") {
    local_operation undo;
    undo.id = numbered(4);
    CHECK(marks_operation(undo, {numbered(0), 0}));
    CHECK_FALSE(marks_operation(undo, {numbered(0), 1}));
    CHECK_FALSE(marks_operation(undo, {numbered(4), 0}));
}

TEST_CASE("log/undo_marks: any edits against a plain model; the digest knows the live marks") {
    test::property("marks", 150, [](const std::vector<std::pair<std::uint8_t, bool>>& edits) {
        undo_marks marks;
        std::map<std::uint32_t, std::set<std::uint32_t>> model;
        std::uint32_t next = 10;
        for (const auto& [number, adds] : edits) {
            const std::uint32_t target = number % 5;
            auto& live = model[target];
            if (adds) {
                RC_ASSERT(marks.mark(numbered(target), made_by(next)) == live.empty());
                live.insert(next++);
            } else if (!live.empty()) {
                const std::uint32_t mark = *live.begin();
                live.erase(mark);
                RC_ASSERT(marks.take_back(numbered(target), {numbered(mark), 0}, order) ==
                          live.empty());
            }
            RC_ASSERT(marks.undone(numbered(target)) == !live.empty());
        }
        undo_marks again;
        for (const auto& [target, live] : model) {
            for (const std::uint32_t mark : live) {
                static_cast<void>(again.mark(numbered(target), made_by(mark)));
            }
        }
        RC_ASSERT(again.sum() == marks.sum());
    });
}

}  // namespace undo_marks_test
