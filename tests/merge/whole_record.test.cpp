#include <weft/merge/whole_record.hpp>

#include "merge/register_model.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <utility>

namespace {

using weft::byte_buffer;
using weft::errc;
using weft::event;
using weft::timestamp;
using weft::whole_record;

using blob = whole_record<std::string>;

/// Four actors; later slots have smaller ids.
struct vault_actors {
    byte_buffer ids = byte_buffer(64, std::byte{0});

    vault_actors() {
        for (std::size_t slot = 0; slot < 4; ++slot) {
            ids[16 * slot] = static_cast<std::byte>(9 - slot);
        }
    }

    [[nodiscard]] event at(std::uint64_t time, std::uint32_t slot) const {
        return {
            {{{slot}, static_cast<weft::sequence>(time)}, 0}, timestamp{time}, {ids.data(), 16}};
    }
};

/// Makes an edit at a state and applies it there.
template <class Edit>
bool write(blob& state, const event& at, weft::test::recording_report& report, const Edit& edit) {
    blob::effect effect;
    blob::editor editor(state, effect);
    edit(editor);
    weft::observed_list dots;
    state.observe(effect, dots);
    return state.apply(std::move(effect), dots, at, report);
}

}  // namespace

namespace weft::test {

template <class T>
struct server_stamped_meaning {
    T value{};
    bool assigned = false;
    std::optional<std::uint64_t> server;

    void settle() const { RC_ASSERT(assigned); }
};

template <class T>
struct model<whole_record<T>> {
    using meaning = server_stamped_meaning<T>;
    using visible = std::pair<exactly<T>, std::size_t>;  ///< the value, and how many are pending
    static constexpr bool changes_are_exact = false;
    static constexpr bool has_conflicts = true;

    static whole_record<T> detached(chance& random) { return whole_record<T>(hostile<T>(random)); }

    static visible replaced(const whole_record<T>& wanted) {
        return {exactly<T>(wanted.value()), 1};
    }

    static meaning replacing(const whole_record<T>& wanted, const visible& /*seen*/) {
        return {wanted.value(), true, std::nullopt};
    }

    static void edit(typename whole_record<T>::editor& editor,
                     chance& random,
                     meaning& what,
                     const visible& seen) {
        const std::uint64_t number = random.below(5);
        switch (random.below(4)) {
        case 0: {
            const exactly<T> before(editor.value());
            const bool staged = what.assigned;
            editor.confirm(number);
            if (!staged) {
                RC_ASSERT(before == seen.first);
            }
            what = {*codec<T>::decode(before.bytes), true, number};
            break;
        }
        case 1:
            what = {hostile<T>(random), true, number};
            editor.assign(what.value, number);
            break;
        default:
            what = {hostile<T>(random), true, std::nullopt};
            editor = what.value;
            RC_ASSERT(exactly<T>(editor.value()) == exactly<T>(what.value));
            break;
        }
    }

    static visible read(const whole_record<T>& state) {
        return {exactly<T>(state.value()), state.pending()};
    }

    static visible expected(const history<meaning>& all) {
        history<meaning> pending = maximal(all);
        std::erase_if(pending, [](const auto* each) { return each->what.server.has_value(); });
        const past_event<meaning>* best = nullptr;
        for (const auto* each : pending) {
            best = best == nullptr || best->stamped_before(*each) ? each : best;
        }
        if (best == nullptr) {
            for (const auto* each : all) {
                if (each->what.server &&
                    (best == nullptr || *best->what.server < *each->what.server ||
                     (*best->what.server == *each->what.server && best->stamped_before(*each)))) {
                    best = each;
                }
            }
        }
        return {exactly<T>(best == nullptr ? T{} : best->what.value), pending.size()};
    }
};

}  // namespace weft::test

namespace whole_record_test {

TEST_CASE("merge/whole_record: the laws hold") {
    weft::test::check_laws<blob>("merge/whole_record: string", 120);
}

TEST_CASE("merge/whole_record: the server's order counts, not the clocks'") {
    const vault_actors actors;
    weft::test::recording_report report;
    blob state;
    CHECK(write(state, actors.at(9, 0), report, [](auto& e) { e.assign("second", 2); }));
    CHECK_FALSE(write(state, actors.at(20, 1), report, [](auto& e) { e.assign("first", 1); }));
    CHECK(state == "second");
    CHECK(state.server_stamp() == 2);
    CHECK(state.confirmed().operation == weft::local_dot{{0}, 9});
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].winner == weft::local_dot{{0}, 9});
    CHECK(report.decisions[0].loser == weft::local_dot{{1}, 20});
    // One number twice: the stamp decides, by the actor's id and not by its slot.
    CHECK_FALSE(write(state, actors.at(9, 2), report, [](auto& e) { e.assign("twice", 2); }));
    CHECK(state == "second");
    CHECK(write(state, actors.at(10, 2), report, [](auto& e) { e.assign("later", 2); }));
    CHECK(state == "later");
}

TEST_CASE("merge/whole_record: a client reads its own write until the server has decided") {
    const vault_actors actors;
    weft::test::recording_report report;
    blob state;
    write(state, actors.at(1, 0), report, [](auto& e) { e.assign("old", 7); });
    CHECK(write(state, actors.at(2, 1), report, [](auto& e) { e = "mine"; }));
    CHECK(state == "mine");
    CHECK(state.pending() == 1);
    // The server confirms another's before it has seen mine.
    CHECK_FALSE(state.apply({"theirs", 8, true, true}, {}, actors.at(3, 0), report));
    CHECK(state == "mine");
    report.decisions.clear();
    // It confirms mine, and nothing is lost but theirs.
    CHECK(write(state, actors.at(4, 0), report, [](auto& e) { e.confirm(9); }));
    CHECK(state == "mine");
    CHECK(state.pending() == 0);
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].winner == weft::local_dot{{0}, 4});
    CHECK(report.decisions[0].loser == weft::local_dot{{0}, 3});
}

TEST_CASE(
    "merge/whole_record: of pending writes the latest is read, and what the server rejects ends") {
    const vault_actors actors;
    weft::test::recording_report report;
    blob state;
    state.apply({"a", 0, false, true}, {}, actors.at(5, 1), report);
    state.apply({"b", 0, false, true}, {}, actors.at(4, 2), report);
    CHECK(state == "a");
    CHECK(state.pending() == 2);
    REQUIRE(report.decisions.size() == 1);
    CHECK(report.decisions[0].winner == weft::local_dot{{1}, 5});
    report.decisions.clear();
    CHECK(write(state, actors.at(6, 0), report, [](auto& e) { e.assign("neither", 1); }));
    CHECK(state == "neither");
    CHECK(report.decisions.size() == 2);
    // A pending write that is written over by its writer is told, too.
    write(state, actors.at(7, 1), report, [](auto& e) { e = "c"; });
    report.decisions.clear();
    write(state, actors.at(8, 1), report, [](auto& e) { e = "d"; });
    CHECK(state == "d");
    CHECK(state.pending() == 1);
    CHECK(report.decisions.size() == 2);
}

TEST_CASE("merge/whole_record: the effect's bytes are for ever, and damage is refused") {
    const auto raw = [](std::initializer_list<int> all) {
        byte_buffer bytes;
        for (const int each : all) {
            bytes.push_back(static_cast<std::byte>(each));
        }
        return bytes;
    };
    const auto bytes_of = [](const blob::effect& effect) {
        byte_buffer bytes;
        weft::byte_writer out(bytes);
        blob::encode(effect, out);
        return bytes;
    };
    CHECK(bytes_of({"x", 0, false, true}) == raw({0, 'x'}));
    CHECK(bytes_of({"x", 300, true, true}) == raw({1, 0xAC, 2, 'x'}));
    CHECK(bytes_of({"", std::numeric_limits<std::uint64_t>::max(), true, true}).size() == 11);
    const auto error = [](const byte_buffer& of) {
        weft::byte_reader in(of);
        const auto read = blob::decode(in, 0);
        CHECK(in.offset() == 0);
        return read ? errc{} : read.error().code;
    };
    CHECK(error({}) == errc::truncated);
    CHECK(error(raw({2, 'x'})) == errc::not_canonical);
    CHECK(error(raw({1})) == errc::truncated);
    CHECK(error(raw({1, 0x80, 0})) != errc{});
    CHECK(error(raw({0, 0xFF})) != errc{});
}

}  // namespace whole_record_test
