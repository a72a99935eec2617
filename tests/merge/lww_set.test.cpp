#include <weft/merge/lww_set.hpp>

#include "merge/set_model.hpp"

#include <doctest/doctest.h>

#include <string>

namespace weft::test {

template <class T>
struct model<lww_set<T>> : observed_set_model<lww_set<T>> {
    using base = observed_set_model<lww_set<T>>;
    using typename base::meaning;
    using typename base::visible;

    static visible expected(const history<meaning>& all) {
        visible present;
        for (const auto& element : base::all_elements(all)) {
            const past_event<meaning>* last = nullptr;
            for (const auto* each : all) {
                if (each->what.adds.count(element) != 0 &&
                    (last == nullptr || last->stamped_before(*each))) {
                    last = each;
                }
            }
            if (base::does(*last, element, true)) {
                present.insert(element);
            }
        }
        return present;
    }
};

}  // namespace weft::test

namespace lww_set_test {

namespace {

using weft::byte_buffer;
using weft::byte_reader;
using weft::byte_writer;
using weft::errc;
using weft::event;
using weft::lww_set;
using weft::set_edit;
using weft::timestamp;

/// A set of texts, edited by two actors; the first slot has the greater id.
struct edited_set {
    byte_buffer ids = byte_buffer(32, std::byte{9});
    lww_set<std::string> state;
    weft::test::recording_report report;

    edited_set() { ids[31] = std::byte{1}; }

    bool edit(std::uint64_t time, std::uint32_t slot, std::string element, set_edit what) {
        lww_set<std::string>::effect effect;
        effect.stage(std::move(element), what, 0);
        effect.settle();
        const event at{
            {{{slot}, static_cast<weft::sequence>(time)}, 0}, timestamp{time}, {ids.data(), 16}};
        return state.apply(std::move(effect), {}, at, report);
    }
};

}  // namespace

TEST_CASE("merge/lww_set: the laws hold for strings") {
    weft::test::check_laws<lww_set<std::string>>("merge/lww_set: string");
}

TEST_CASE(
    "merge/lww_set: a removal counts against an addition that arrives later, stamped before") {
    edited_set set;
    CHECK_FALSE(set.edit(5, 0, "a", set_edit::remove));
    CHECK_FALSE(set.state.pristine());
    CHECK_FALSE(set.edit(4, 1, "a", set_edit::add));
    CHECK_FALSE(set.state.contains("a"));
    REQUIRE(set.report.decisions.size() == 1);
    CHECK(set.report.decisions[0].why == weft::reason::later_stamp);
    CHECK(set.report.decisions[0].winner == weft::local_dot{{0}, 5});
    CHECK(set.edit(6, 1, "a", set_edit::add));
    CHECK(set.state.value() == std::vector<std::string>{"a"});
    CHECK(set.state.written("a").at == timestamp{6});
    CHECK(set.state.written("b").none());
}

TEST_CASE("merge/lww_set: one timestamp is decided by the actor's id, not by its slot") {
    edited_set set;
    CHECK(set.edit(5, 0, "a", set_edit::add));
    CHECK_FALSE(set.edit(5, 1, "a", set_edit::remove));
    CHECK(set.state.contains("a"));
    edited_set reversed;
    CHECK_FALSE(reversed.edit(5, 1, "a", set_edit::remove));
    CHECK(reversed.edit(5, 0, "a", set_edit::add));
    CHECK(reversed.state == set.state);
    CHECK(reversed.state.digest_sum() == set.state.digest_sum());
}

TEST_CASE("merge/lww_set: a clear removes what is there, and nothing if there is nothing") {
    edited_set set;
    set.edit(1, 0, "a", set_edit::add);
    set.edit(2, 0, "b", set_edit::add);
    set.edit(3, 0, "b", set_edit::remove);
    lww_set<std::string>::effect effect;
    lww_set<std::string>::editor editor(set.state, effect);
    editor.clear();
    editor.insert("c");
    weft::observed_list dots;
    set.state.observe(effect, dots);
    CHECK(dots.empty());
    REQUIRE(effect.items.size() == 2);
    CHECK(effect.items[0].element == "a");
    CHECK(effect.items[0].edit == set_edit::remove);
    CHECK(effect.items[1].element == "c");

    lww_set<std::string>::effect nothing;
    const lww_set<std::string> empty;
    lww_set<std::string>::editor(empty, nothing).clear();
    empty.observe(nothing, dots);
    CHECK(nothing.empty());
}

TEST_CASE("merge/lww_set: a detached set adds, removes and compares") {
    lww_set<std::string> set{"a", "b", "a"};
    CHECK(set.size() == 2);
    CHECK_FALSE(set.insert("b"));
    CHECK(set.erase("a"));
    CHECK_FALSE(set.erase("a"));
    CHECK(set == lww_set<std::string>{"b"});
    CHECK_FALSE(set == lww_set<std::string>{"c"});
    set.clear();
    CHECK(set.pristine());
}

TEST_CASE("merge/lww_set: the effect's bytes are for ever, and dots have no place in them") {
    lww_set<std::string>::effect effect;
    effect.stage("b", set_edit::remove, 0);
    effect.stage("a", set_edit::add, 0);
    byte_buffer bytes;
    byte_writer out(bytes);
    lww_set<std::string>::encode(effect, out);
    byte_buffer wanted;
    for (const int byte : {1, 0x61, 0, 1, 0x62, 1}) {
        wanted.push_back(static_cast<std::byte>(byte));
    }
    CHECK(bytes == wanted);
    const auto error = [](byte_buffer of, std::size_t dots) {
        byte_reader in(of);
        return lww_set<std::string>::decode(in, dots).error().code;
    };
    CHECK(error(wanted, 1) == errc::not_canonical);
    byte_buffer with_dot = wanted;
    with_dot[2] = std::byte{2};
    CHECK(error(with_dot, 0) == errc::out_of_range);
    CHECK(error(with_dot, 1) == errc::not_canonical);
    byte_buffer twice = wanted;
    twice[4] = std::byte{0x61};
    CHECK(error(twice, 0) == errc::not_sorted);
    CHECK(error({}, 0) == errc::truncated);
    wanted.pop_back();
    CHECK(error(wanted, 0) == errc::truncated);
}

}  // namespace lww_set_test
