#include <weft/model/constrained.hpp>
#include <weft/weft.hpp>

#include <cassert>
#include <optional>
#include <string>

struct Member {
    BOOST_HANA_DEFINE_STRUCT(Member, (weft::lww<std::string>, email));
};

struct Seat {
    BOOST_HANA_DEFINE_STRUCT(Seat,
                             (weft::lww<std::optional<weft::uuid>>, taken_by),
                             (weft::lww<std::string>, table));
};

using Club = weft::constrained<
    weft::schema<1, weft::collection<"members", Member>, weft::collection<"seats", Seat>>,
    weft::unique<"one email", weft::by<&Member::email>>,  // first write wins
    weft::references<"who sits there", &Seat::taken_by, Member, weft::on_delete::cascade>,
    weft::capacity<"seats at a table", 4, weft::by<&Seat::table>, weft::last_write_wins>>;

int main() {
    weft::replica<Club> alice{weft::actor_id::random()}, bob{weft::actor_id::random()};

    // Both take one address while they can't see each other, and each gets what it asked for.
    Member member;
    member.email = "kim@example.org";
    auto first = alice.transact([&](auto& tx) { return tx.insert(member); });
    auto second = bob.transact([&](auto& tx) { return tx.insert(member); });

    Seat seat;
    seat.table = "by the window";
    seat.taken_by = second.id;
    bob.transact([&](auto& tx) { tx.insert(seat); });

    alice.apply(bob.delta_since(alice.version())).value();
    bob.apply(alice.delta_since(bob.version())).value();

    // Now both agree who has it, and nothing was written: the loser is still in the state.
    auto found = alice.violations();
    assert(found == bob.violations() && found.front().constraint == "one email");
    auto winner = found.front().winners.front();
    auto loser = found.front().losers.front();
    assert(alice.view<Member>().contains(winner) && !alice.view<Member>().contains(loser));
    assert(alice.find<Member>(loser)->email == "kim@example.org");

    // The seat of a member who is out of view is out of view, too.
    assert(bob.view<Seat>().empty() == (loser == second.id));

    // When the loser takes another address, both are in view.
    alice.transact([&](auto& tx) {
        tx.edit(weft::ref<Member, weft::uuid>{loser})[&Member::email] = "sam@example.org";
    });
    assert(alice.violations().empty() && !alice.view<Seat>().empty());
    assert(alice.view<Member>().contains(first) && alice.view<Member>().contains(second));
}
