/// The whole core in a program built with -fno-exceptions -fno-rtti: that it compiles, links and
/// works there. What it works like is tested elsewhere; doctest and rapidcheck need both.
#include <weft/model/constrained.hpp>
#include <weft/weft.hpp>

#include <boost/assert/source_location.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

namespace boost {

// Without exceptions Boost wants to know from its user what to do instead.
void throw_exception(const std::exception& /*what*/) {
    std::abort();
}

void throw_exception(const std::exception& /*what*/, const source_location& /*where*/) {
    std::abort();
}

}  // namespace boost

namespace {

enum class colour : std::uint8_t { red, green };

struct task {
    BOOST_HANA_DEFINE_STRUCT(task,
                             (weft::lww<std::string>, title),
                             (weft::fww<colour>, first),
                             (weft::multi_value<std::int32_t>, estimate),
                             (weft::max<double>, highest),
                             (weft::min<std::uint64_t>, lowest),
                             (weft::counter, votes),
                             (weft::enable_wins, open),
                             (weft::disable_wins, shown),
                             (weft::add_wins_set<std::string>, tags),
                             (weft::remove_wins_set<weft::uuid>, readers),
                             (weft::grow_only_set<std::int64_t>, seen),
                             (weft::list<std::string>, steps),
                             (weft::map_of<std::string, weft::counter>, hours),
                             (weft::json, extra));
};

struct note {
    BOOST_HANA_DEFINE_STRUCT(note, (weft::lww<std::optional<weft::byte_buffer>>, body));
};

enum class stage : std::uint8_t { open, closed };

struct flow {
    static constexpr std::uint32_t number = 1;
    static constexpr stage initial = stage::open;
    static constexpr weft::transition<stage> table[] = {{stage::open, stage::closed}};
};

struct all_together {
    static constexpr std::uint32_t number = 1;

    std::uint64_t operator()(weft::lean_span<std::uint64_t> values) const noexcept {
        std::uint64_t sum = 0;
        for (const std::uint64_t each : values) {
            sum += each;
        }
        return sum;
    }
};

struct ticket {
    BOOST_HANA_DEFINE_STRUCT(ticket,
                             (weft::lww_set<std::string>, labels),
                             (weft::resolved<std::uint64_t, all_together>, effort),
                             (weft::state_machine<stage, flow>, progress),
                             (weft::authority<std::int64_t, weft::claimed>, priority),
                             (weft::concurrent_authority<std::string, weft::claimed>, owner),
                             (weft::real_counter, litres),
                             (weft::bounded_counter<0>, stock),
                             (weft::whole_record<std::string>, blob));
};

struct person {
    BOOST_HANA_DEFINE_STRUCT(person, (weft::lww<bool>, active));
};

using app = weft::schema<1,
                         weft::collection<"tasks", task>,
                         weft::collection<"tickets", ticket>,
                         weft::collection<"notes", note, weft::update_wins>,
                         weft::collection<"people", person, weft::lww_delete>>;
using replica = weft::replica<app>;

void require(bool holds, const char* what) {
    if (!holds) {
        static_cast<void>(std::fprintf(stderr, "no_exceptions: %s\n", what));
        std::abort();
    }
}

void exchange(replica& from, replica& to) {
    const weft::byte_buffer delta = from.delta_since(to.version());
    require(to.apply(delta).has_value(), "a delta is taken");
}

weft::ref<task, weft::uuid> write_everything(replica& here) {
    return here.transact([](auto& tx) {
        tx.insert(note{});
        tx.insert(person{});
        task made;
        made.title = "all";
        const auto id = tx.insert(made);
        auto t = tx.edit(id);
        t[&task::first] = colour::green;
        t[&task::estimate] = 3;
        t[&task::highest] = 2.5;
        t[&task::lowest] = 7U;
        t[&task::votes] += 2;
        t[&task::open].enable();
        t[&task::shown].enable();
        t[&task::tags].insert("one");
        t[&task::readers].insert(weft::uuid{});
        t[&task::seen].insert(-1);
        t[&task::steps].push_back("two");
        t[&task::steps].insert(0, "one");
        t[&task::steps].move(1, 0);
        t[&task::hours]["one"] += 2;
        t[&task::extra]["place"]["city"] = "Kiel";
        t[&task::extra]["tags"] = weft::json_value::array({1, 2});
        return id;
    });
}

void edit_on_both_sides() {
    replica alice{weft::actor_id::random()};
    replica bob{weft::actor_id::random()};
    const auto id = write_everything(alice);
    exchange(alice, bob);
    alice.transact([&](auto& tx) { tx.edit(id)[&task::tags].erase("one"); });
    bob.transact([&](auto& tx) { tx.edit(id)[&task::tags].insert("one"); });
    alice.transact([&](auto& tx) {
        tx.edit(id)[&task::hours].erase("one");
        tx.edit(id)[&task::extra]["tags"].erase(0);
    });
    bob.transact([&](auto& tx) {
        tx.edit(id)[&task::hours]["one"] += 3;
        tx.edit(id)[&task::extra]["tags"].push_back(3);
    });
    exchange(alice, bob);
    exchange(bob, alice);
    require(alice.state_digest() == bob.state_digest(), "replicas converge");
    require(bob.find(id)->tags.contains("one"), "the addition wins");
    require(bob.find(id)->hours.find("one")->value() == 3, "the update of a key survives");
    require(bob.find(id)->extra["tags"].value() == weft::json_value::array({2, 3}),
            "elements come and go one by one");
    require(bob.join_heads(), "two heads are joined");
    bob.transact([&](auto& tx) { tx.erase(id); });
    exchange(bob, alice);
    require(alice.find(id) == nullptr, "a deleted record is gone");
}

void edit_tickets() {
    replica alice{weft::actor_id::random()};
    replica bob{weft::actor_id::random()};
    const auto id = alice.transact([](auto& tx) { return tx.insert(ticket{}); });
    exchange(alice, bob);
    alice.transact([&](auto& tx) {
        auto t = tx.edit(id);
        t[&ticket::labels].insert("red");
        t[&ticket::effort] = 2U;
        require(t[&ticket::progress].to(stage::closed), "the table has it");
        t[&ticket::priority].as_authority() = 1;
        t[&ticket::owner] = "Alice";
        t[&ticket::litres] += 0.5;
        t[&ticket::stock] += 3U;
        require(t[&ticket::stock].decrement(1).has_value(), "what is owned can be taken");
        t[&ticket::blob] = "sealed";
    });
    bob.transact([&](auto& tx) {
        auto t = tx.edit(id);
        t[&ticket::effort] = 3U;
        t[&ticket::priority] = 9;
        require(!t[&ticket::stock].decrement(1).has_value(), "and nothing else");
    });
    exchange(alice, bob);
    exchange(bob, alice);
    require(alice.state_digest() == bob.state_digest(), "replicas of tickets converge");
    const ticket& both = *bob.find(id);
    require(both.effort == 5U && both.priority == 1 && both.stock == 2, "each by its policy");

    const auto why = bob.explain(id, &ticket::priority);
    require(why.has_value() && !why->beaten().empty(), "the priority had a choice");
    const weft::dot<weft::actor_id> last{bob.actor(), 1};
    require(bob.undo(last).has_value() && bob.find(id)->effort == 2U, "it is taken back");
    require(bob.redo(last).has_value() && bob.find(id)->effort == 5U, "and put in again");
    require(!bob.history(id).empty() && !bob.blame(id).empty(), "who did what is known");
}

void keep_and_look_back() {
    replica before{weft::actor_id::random()};
    const auto id = write_everything(before);
    const auto then = before.frontier();
    before.transact([&](auto& tx) { tx.edit(id)[&task::title] = "later"; });

    auto after = replica::load(before.save(), weft::actor_id::random());
    require(after.has_value(), "what was saved is loaded");
    require(after->state_digest() == before.state_digest(), "and is the same");
    auto again = replica::resume(before.save());
    require(again.has_value() && again->reissue_unsent(weft::actor_id::random()).has_value(),
            "what nobody has seen is made anew");
    const auto past = before.at(then);
    require(past.has_value() && past->find(id)->title.value() == "all", "the past is still there");
    std::size_t count = 0;
    for (const auto& entry : before.all<task>()) {
        count += entry.record.votes.value() == 2 ? 1U : 0U;
    }
    require(count == 1, "records are iterated");
}

using one_title = weft::constrained<
    app,
    weft::unique<"one title", weft::by<&task::title>>,
    weft::references<"reader", &task::readers, person, weft::on_delete::no_action>>;

void judge() {
    weft::replica<one_title> here{weft::actor_id::random()};
    task made;
    made.title = "same";
    const auto first = here.transact([&](auto& tx) {
        tx.insert(made);
        return tx.insert(made);
    });
    require(here.violations().size() == 1, "two tasks have one title");
    here.transact([&](auto& tx) { tx.erase(first); });
    require(here.violations().empty(), "one has it");
    require(!here.view<task>().empty() && !here.view<task>().contains(first), "and is in view");
}

void refuse() {
    replica here{weft::actor_id::random()};
    const weft::byte_buffer nonsense(40, std::byte{0x5a});
    require(!here.apply(nonsense).has_value(), "nonsense is refused");
    require(!here.next_due().has_value() && here.poll().applied == 0, "nothing is parked");
}

}  // namespace

int main() {
    edit_on_both_sides();
    edit_tickets();
    keep_and_look_back();
    judge();
    refuse();
    return 0;
}
