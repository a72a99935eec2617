#include <weft/merge/live_events.hpp>

#include <doctest/doctest.h>

namespace live_events_test {

using weft::local_event;

TEST_CASE("merge/live_events: one takes the place of those that it names, not its own") {
    const local_event a{{{0}, 1}, 0};
    const local_event b{{{1}, 1}, 0};
    const local_event c{{{2}, 1}, 0};
    weft::live_events<int> live;
    live[a] = 1;
    live[b] = 2;
    take_over(live, weft::observed_list{a, c}, c, 3);
    CHECK(live.size() == 2);
    CHECK(live.find(a) == nullptr);
    CHECK(*live.find(b) == 2);
    REQUIRE(live.find(c) != nullptr);
    CHECK(*live.find(c) == 3);

    CHECK_FALSE(takes_all(live, weft::observed_list{b}));
    CHECK_FALSE(takes_all(live, weft::observed_list{b, c}));  // one after the other
    take_over(live, weft::observed_list{b, c}, a, 4);
    CHECK(live.size() == 1);
    CHECK(*live.find(a) == 4);
    CHECK(takes_all(live, weft::observed_list{b, a}));
    CHECK_FALSE(takes_all(live, weft::observed_list{b}));
}

TEST_CASE("merge/live_events: they are written by actor, whatever came first") {
    weft::byte_buffer ids(32);
    ids[15] = std::byte{1};  // slot 0 is the later one
    const weft::actor_order actors(ids.data(), 16);
    weft::byte_buffer written[2];
    for (const bool turned : {false, true}) {
        weft::live_events<int> live;
        live[local_event{{{turned ? 1U : 0U}, 1}, 0}] = turned ? 1 : 0;
        live[local_event{{{turned ? 0U : 1U}, 1}, 0}] = turned ? 0 : 1;
        weft::byte_writer out(written[turned ? 1 : 0]);
        write_live(out, live, actors, [](weft::byte_writer& to, int value) {
            to.u8(static_cast<std::uint8_t>(value));
        });
    }
    CHECK(written[0] == written[1]);
}

}  // namespace live_events_test
