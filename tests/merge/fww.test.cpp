#include <weft/merge/fww.hpp>

#include "merge/register_model.hpp"

#include <doctest/doctest.h>

#include <string>

using weft::fww;

namespace weft::test {

template <class T>
struct model<fww<T>> : register_model<fww<T>> {
    static constexpr bool order_is_own = true;

    using base = register_model<fww<T>>;
    using typename base::meaning;
    using typename base::visible;

    static void
    edit(typename fww<T>::editor& editor, chance& random, meaning& what, const visible& /*seen*/) {
        const T value = hostile<T>(random);
        if (!what.assigned) {
            what = {value, true};
        }
        editor = value;
    }

    static visible expected(const history<meaning>& all) {
        const past_event<meaning>* first = nullptr;
        for (const auto* each : all) {
            first = first == nullptr || each->stamped_before(*first) ? each : first;
        }
        return visible(first == nullptr ? T{} : first->what.value);
    }
};

}  // namespace weft::test

namespace fww_test {

TEST_CASE("merge/fww: the laws hold for whole numbers") {
    weft::test::check_laws<fww<std::int64_t>>("merge/fww: int64");
}

TEST_CASE("merge/fww: the laws hold for strings") {
    weft::test::check_laws<fww<std::string>>("merge/fww: string");
}

TEST_CASE("merge/fww: the editor shows what will stay") {
    fww<int> held;
    fww<int>::effect effect;
    fww<int>::editor editor(held, effect);
    CHECK(editor.value() == 0);
    editor = 5;
    CHECK(editor == 5);
    editor = 6;  // too late, within one transaction as between two
    CHECK(editor == 5);

    const weft::byte_buffer ids(16);
    weft::null_report report;
    const weft::event at{{{{0}, 1}, 0}, weft::timestamp{1}, {ids.data(), 16}};
    CHECK(held.apply(std::move(effect), {}, at, report));
    CHECK(held == 5);
    CHECK(*held == 5);
    fww<int>::effect later;
    fww<int>::editor again(held, later);
    again = 7;
    CHECK(again == 5);
    weft::event afterwards = at;
    afterwards.id.operation.sequence = 2;
    afterwards.at.bits = 2;
    weft::test::recording_report decided;
    CHECK_FALSE(held.apply(std::move(later), {}, afterwards, decided));
    CHECK(held == 5);
    REQUIRE(decided.decisions.size() == 1);
    CHECK(decided.decisions[0].why == weft::reason::earlier_stamp);
    CHECK(decided.decisions[0].winner.sequence == 1);
}

TEST_CASE("merge/fww: a detached register converts, compares and reads like its value") {
    fww<std::string> owner = "ann";
    CHECK(owner == "ann");
    owner = std::string("bob");
    CHECK(owner->size() == 3);
    const std::string& text = owner;
    CHECK(text == "bob");
    CHECK(owner.written().none());
    CHECK(owner == fww<std::string>("bob"));
}

}  // namespace fww_test
