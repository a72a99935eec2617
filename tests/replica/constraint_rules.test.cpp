#include <weft/merge/fww.hpp>
#include <weft/model/constrained.hpp>

#include "replica/constraints_model.hpp"
#include "support/allocations.hpp"

using namespace weft;
using namespace weft::test;

namespace constraint_rules_test {

namespace {

struct player {
    BOOST_HANA_DEFINE_STRUCT(player,
                             (lww<std::string>, name),
                             (fww<std::string>, claimed),
                             (lww<int>, rank),
                             (lww<bool>, guest));
};

/// Latin letters in one case.
std::string folded(const player& of) {
    std::string name = of.name.value();
    for (char& c : name) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return name;
}

std::optional<std::string> folded_unless_guest(const player& of) {
    return of.guest.value() ? std::nullopt : std::optional(folded(of));
}

struct seat {
    BOOST_HANA_DEFINE_STRUCT(seat, (lww<int>, row), (lww<int>, place));
};

using theatre =
    constrained<schema<1, collection<"seats", seat>>,
                unique<"seat", by<&seat::row, &seat::place>, flag_losers>,
                unique<"last", by<&seat::row, &seat::place>, last_write_of<>, flag_losers>>;

/// Actor number 2 is the server.
bool is_server(byte_span id) {
    return bytes_same(id, actor(2).bytes());
}

bool shorter(const player& a, const player& b) {
    return a.name.value().size() < b.name.value().size();
}

bool always(const player& /*a*/, const player& /*b*/) {
    return true;  // no order at all
}

using dated = first_write_of<&player::claimed>;

template <fixed_string Name, class Rule>
using one_name = unique<Name, by<&folded_unless_guest>, Rule, flag_losers>;

using league = constrained<schema<1, collection<"players", player>>,
                           one_name<"claimed first", dated>,
                           one_name<"named first", first_write_of<&player::name>>,
                           one_name<"named last", last_write_of<&player::name>>,
                           one_name<"highest", highest<&player::rank>>,
                           one_name<"lowest", lowest<&player::rank>>,
                           one_name<"id", smallest_id>,
                           one_name<"server", authority_first<&is_server, dated, &player::name>>,
                           one_name<"shorter", custom_order<&shorter, highest<&player::rank>>>,
                           one_name<"no order", custom_order<&always>>,
                           unique<"one name", by<&folded_unless_guest>, dated>>;

/// Three replicas of a league, each of which inserted one player of the same name: numbers 1 to 3,
/// of ranks 2, 3, 1, in this order of time; all have met.
struct season {
    using replica_type = replica<league, test_traits>;

    world here;
    std::vector<replica_type> replicas;

    season() {
        constexpr std::array<int, 3> ranks{2, 3, 1};
        constexpr std::array<const char*, 3> names{"ana", "Ana", "ANA"};
        for (std::uint64_t n = 1; n <= 3; ++n) {
            replicas.emplace_back(actor(n), here.around());
        }
        for (std::uint64_t n = 1; n <= 3; ++n) {
            ++here.now;
            player one;
            one.name = names[n - 1];
            one.claimed = names[n - 1];
            one.rank = ranks[n - 1];
            replicas[n - 1].transact([&](auto& tx) { tx.upsert(record(n), one); });
        }
        meet();
    }

    void meet() {
        for (int round = 0; round < 2; ++round) {
            for (auto& to : replicas) {
                for (auto& from : replicas) {
                    static_cast<void>(to.apply(from.delta_since(to.version())).value());
                }
            }
        }
    }

    /// Who won against the others by this constraint; a nil id if replicas disagree.
    [[nodiscard]] uuid winner(std::string_view name) {
        std::optional<uuid> found;
        for (auto& each : replicas) {
            for (const auto& one : each.violations()) {
                if (one.constraint == name && one.winners.size() == 1) {
                    found = found && found != one.winners[0] ? uuid{} : one.winners[0];
                }
            }
        }
        return found.value_or(uuid{});
    }

    /// The one player in view, on all replicas; a nil id if there is none such.
    [[nodiscard]] uuid shown() {
        std::optional<uuid> found;
        for (auto& each : replicas) {
            for (const auto entry : each.view<player>()) {
                found = found && found != entry.id ? uuid{} : entry.id;
            }
        }
        return found.value_or(uuid{});
    }
};

}  // namespace

TEST_CASE("replica: each conflict rule has its winner, the same on every replica") {
    season played;
    CHECK(played.winner("claimed first") == record(1));
    CHECK(played.winner("named first") == record(1));
    CHECK(played.winner("named last") == record(3));
    CHECK(played.winner("highest") == record(2));
    CHECK(played.winner("lowest") == record(3));
    CHECK(played.winner("id") == record(1));
    CHECK(played.winner("server") == record(2));
    CHECK(played.winner("shorter") == record(2));
    CHECK(played.winner("no order") != uuid{});
    CHECK(played.shown() == record(1));
}

TEST_CASE(
    "replica: a key that is written again is as young as that, unless an fww field dates it") {
    season played;
    ++played.here.now;
    played.replicas[0].transact([](auto& tx) {
        auto one = tx.edit(ref<player, uuid>{record(1)});
        one[&player::name] = "ANA";
        one[&player::claimed] = "ANA";
    });
    played.meet();
    CHECK(played.winner("named first") == record(2));
    CHECK(played.winner("named last") == record(1));
    CHECK(played.winner("claimed first") == record(1));
}

TEST_CASE("replica: the next one wins when the winner goes, and loses when it comes back") {
    season played;
    played.replicas[2].transact([](auto& tx) { tx.erase(ref<player, uuid>{record(1)}); });
    played.meet();
    CHECK(played.shown() == record(2));
    played.replicas[1].transact([](auto& tx) {
        tx.template upsert<player>(record(1), [](auto& one) { one[&player::rank] = 7; });
    });
    played.meet();
    CHECK(played.shown() == record(1));
}

TEST_CASE("replica: a record without a key is not judged") {
    season played;
    played.replicas[2].transact(
        [](auto& tx) { tx.edit(ref<player, uuid>{record(1)})[&player::guest] = true; });
    played.meet();
    auto view = played.replicas[0].view<player>();
    CHECK(view.contains(record(1)));
    CHECK(view.contains(record(2)));
    CHECK_FALSE(view.contains(record(3)));
    CHECK(played.replicas[0].find<player>(record(3)) != nullptr);  // the state keeps it
    const auto found = played.replicas[1].violations();
    REQUIRE(found.size() == 10);
    CHECK(found[9].constraint == "one name");
    CHECK(found[9].collection == "players");
    CHECK(message(found[9].kind) == "several records have a key that is to be unique");
    CHECK(as_text(found[9].key) == "ana");
    CHECK(found[9].winners == std::vector<uuid>{record(2)});
    CHECK(found[9].losers == std::vector<uuid>{record(3)});
}

namespace {

struct hotel_world {
    world here;
    hotel_replica at{actor(1), here.around()};

    void guest_named(std::uint64_t n, std::optional<std::string> email) {
        at.transact([&](auto& tx) {
            tx.template upsert<guest>(record(n), [&](auto& g) { g[&guest::email] = email; });
        });
    }

    void book(std::uint64_t n, std::optional<uuid> by_whom, std::uint64_t where, int fee) {
        at.transact([&](auto& tx) {
            tx.template upsert<booking>(record(n), [&](auto& b) {
                b[&booking::by_whom] = by_whom;
                b[&booking::where] = record(where);
                b[&booking::fee] = fee;
            });
        });
    }

    void open_room(std::uint64_t n) {
        at.transact([&](auto& tx) {
            tx.template upsert<room>(record(n),
                                     [&](auto& r) { r[&room::name] = std::to_string(n); });
        });
    }

    template <class Record>
    void erase(std::uint64_t n) {
        at.transact([&](auto& tx) { tx.erase(ref<Record, uuid>{record(n)}); });
    }
};

}  // namespace

TEST_CASE("replica: the seat of a record that a cascade hides goes to the next") {
    hotel_world w;
    w.open_room(1);
    w.guest_named(1, "a");
    w.guest_named(2, "b");
    w.book(1, record(1), 1, 9);
    w.book(2, record(2), 1, 8);
    w.book(3, record(2), 1, 7);
    CHECK_FALSE(w.at.view<booking>().contains(record(3)));
    w.erase<guest>(1);
    CHECK_FALSE(w.at.view<booking>().contains(record(1)));
    CHECK(w.at.view<booking>().contains(record(3)));
    // A duplicate is out of view before the references are judged, and takes its bookings along.
    w.guest_named(3, "b");
    w.book(4, record(3), 1, 10);
    CHECK_FALSE(w.at.view<booking>().contains(record(4)));
    CHECK(w.at.view<booking>().contains(record(3)));
}

TEST_CASE("replica: a deleted target that is referred to stays in view, and says so") {
    hotel_world w;
    w.open_room(1);
    w.book(1, std::nullopt, 1, 1);
    w.erase<room>(1);
    CHECK(w.at.find<room>(record(1)) == nullptr);
    REQUIRE(w.at.view<room>().contains(record(1)));
    CHECK((*w.at.view<room>().find(record(1))).record.name == "1");
    auto found = w.at.violations();
    REQUIRE(found.size() == 1);
    CHECK(found[0].kind == violation_kind::target_kept);
    CHECK(found[0].key == encoded(record(1)));
    CHECK(found[0].winners == std::vector<uuid>{record(1)});
    w.erase<booking>(1);
    CHECK_FALSE(w.at.view<room>().contains(record(1)));
    CHECK(w.at.violations().empty());
}

TEST_CASE("replica: what nobody here knows is named, and hides nothing") {
    hotel_world w;
    w.book(1, record(5), 4, 1);
    CHECK(w.at.view<booking>().contains(record(1)));
    const auto found = w.at.violations();
    REQUIRE(found.size() == 2);
    CHECK(found[0].constraint == "who booked");
    CHECK(found[0].kind == violation_kind::target_unknown);
    CHECK(found[0].losers == std::vector<uuid>{record(1)});
    w.guest_named(5, "e");
    w.open_room(4);
    CHECK(w.at.violations().empty());
    w.erase<guest>(5);
    CHECK_FALSE(w.at.view<booking>().contains(record(1)));
}

TEST_CASE("replica: a reference that is set to null is shown without its target") {
    hotel_world w;
    w.open_room(1);
    w.guest_named(1, "a");
    w.guest_named(2, "b");
    w.book(1, record(1), 1, 1);
    w.at.transact([](auto& tx) {
        auto b = tx.edit(ref<booking, uuid>{record(1)});
        b[&booking::company].insert(record(2));
        b[&booking::company].insert(record(1));
    });
    const auto entry = *w.at.view<booking>().find(record(1));
    CHECK(entry.shown<&booking::company>() == std::vector<uuid>{record(1), record(2)});
    CHECK(entry.shown<&booking::by_whom>() == record(1));
    w.erase<guest>(2);
    const auto later = *w.at.view<booking>().find(record(1));
    CHECK(later.shown<&booking::company>() == std::vector<uuid>{record(1)});
    CHECK(later.record.company.size() == 2);  // the state keeps it
    const auto found = w.at.violations();
    REQUIRE(found.size() == 1);
    CHECK(found[0].constraint == "company");
    CHECK(found[0].kind == violation_kind::target_gone);
    CHECK(found[0].key == encoded(record(2)));
}

TEST_CASE("replica: losers that are only flagged stay in view") {
    hotel_world w;
    for (const std::uint64_t n : {1U, 2U}) {
        w.at.transact([&](auto& tx) {
            tx.template upsert<room>(record(n), [](auto& r) { r[&room::name] = "blue"; });
        });
    }
    const auto older = *w.at.view<room>().find(record(1));
    const auto newer = *w.at.view<room>().find(record(2));
    CHECK(older.lost<"one name a floor">());
    CHECK_FALSE(older.lost<"beds">());
    CHECK_FALSE(newer.lost());
    CHECK(w.at.violations().size() == 1);
}

namespace {

/// A sink that looks at the views in the middle of a change.
struct onlooker {
    replica<hotel, test_traits, onlooker>* watched = nullptr;
    std::size_t seen = 0;

    void operator()(const field_change<test_traits>& /*change*/) {
        for (const auto entry : watched->view<guest>()) {
            seen += entry.id == record(1) ? 1U : 0U;
        }
        seen += watched->violations().size();
    }
};

}  // namespace

TEST_CASE("replica: who looks in the middle of a change sees what is there, and spoils nothing") {
    world here;
    auto writer = hotel_replica(actor(1), here.around());
    for (const std::uint64_t n : {1U, 2U, 3U}) {
        writer.transact([&](auto& tx) {
            tx.template upsert<guest>(record(n), [](auto& g) { g[&guest::email] = "same"; });
            tx.template upsert<booking>(record(n),
                                        [&](auto& b) { b[&booking::by_whom] = record(n); });
        });
    }
    replica<hotel, test_traits, onlooker> watched(actor(2), here.around(), onlooker{});
    watched.sink().watched = &watched;
    static_cast<void>(watched.apply(writer.delta_since(watched.version())).value());
    CHECK(watched.sink().seen != 0);
    CHECK(watched.violations() == writer.violations());
    CHECK(watched.view<guest>().contains(record(1)));
    CHECK_FALSE(watched.view<booking>().contains(record(2)));
}

TEST_CASE("replica: an edit that fails leaves the views as they were") {
    hotel_world w;
    w.guest_named(1, "a");
    CHECK(w.at.view<guest>().contains(record(1)));
    CHECK_THROWS_AS(w.at.transact([](auto& tx) {
        tx.template upsert<guest>(record(2), [](auto& g) { g[&guest::email] = "\xff"; });
    }),
                    bad_value);
    CHECK_FALSE(w.at.view<guest>().contains(record(2)));
    w.guest_named(2, "a");
    CHECK_FALSE(w.at.view<guest>().contains(record(2)));
    CHECK(w.at.violations().size() == 1);
}

TEST_CASE("replica: views that run out of memory are made again by who looks next") {
    hotel_world w;
    w.open_room(1);
    for (const std::uint64_t n : {1U, 2U, 3U}) {
        w.guest_named(n, "same");
        w.book(n, record(n), 1, 1);
    }
    auto expected = hotel_replica::load(w.at.save(), actor(7), w.here.around()).value();
    const int failures = fail_each_allocation(
        [&] {
            w.at.transact(
                [](auto& tx) { tx.edit(ref<guest, uuid>{record(1)})[&guest::retired] = false; });
            static_cast<void>(w.at.view<guest>());
        },
        [] {});
    CHECK(failures > 10);
    CHECK(seen_by(w.at) == seen_by(expected));
    w.erase<guest>(1);
    CHECK(w.at.view<booking>().contains(record(2)));
}

TEST_CASE("replica: an operation that is taken back leaves the views as they were") {
    hotel_world w;
    w.guest_named(1, "a");
    static_cast<void>(w.at.violations());
    const hotel_view before = seen_by(w.at);
    const int failures = fail_each_allocation([&] { w.guest_named(2, "a"); },
                                              [&] { REQUIRE(seen_by(w.at) == before); });
    CHECK(failures > 0);
    CHECK(w.at.violations().size() == 1);
}

TEST_CASE("replica: an undo and a redo change the views of the records that they are about") {
    hotel_world w;
    w.open_room(1);
    w.guest_named(1, "a");
    const auto taken = last_operation(w.at).id;
    w.guest_named(2, "a");
    w.book(1, record(1), 1, 1);
    CHECK_FALSE(w.at.view<guest>().contains(record(2)));
    CHECK(w.at.undo(taken).value());
    CHECK(w.at.view<guest>().contains(record(2)));
    CHECK_FALSE(w.at.view<booking>().contains(record(1)));  // its guest is gone
    CHECK(w.at.redo(taken).value());
    CHECK_FALSE(w.at.view<guest>().contains(record(2)));
    CHECK(w.at.view<booking>().contains(record(1)));
}

TEST_CASE("constraint_rules: a key of several fields is as old as the one that was written last") {
    world here;
    replica<theatre, test_traits> self(actor(1), here.around());
    const auto write = [&](std::uint64_t id, auto field, int value) {
        ++here.now;
        self.transact([&](auto& tx) {
            tx.template upsert<seat>(record(id), [&](auto& s) { s[field] = value; });
        });
    };
    for (const bool turned : {false, true}) {
        const std::uint64_t one = turned ? 11 : 1;
        const int row = turned ? 70 : 7;
        if (turned) {
            write(one, &seat::row, row);
            write(one + 1, &seat::place, 3);
            write(one + 1, &seat::row, row);
            write(one, &seat::place, 3);
        } else {
            write(one, &seat::place, 3);
            write(one + 1, &seat::row, row);
            write(one + 1, &seat::place, 3);
            write(one, &seat::row, row);
        }
    }
    int found = 0;
    for (const auto& each : self.violations()) {
        REQUIRE(each.winners.size() == 1);
        const bool first_counts = each.constraint == "seat";
        const bool right = each.winners[0] == record(first_counts ? 2 : 1) ||
                           each.winners[0] == record(first_counts ? 12 : 11);
        CHECK(right);
        ++found;
    }
    CHECK(found == 4);
}

}  // namespace constraint_rules_test
