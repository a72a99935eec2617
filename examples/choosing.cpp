/// One scene for each row of the README's table "Choosing a policy": two replicas edit one record
/// without seeing each other, meet, and read what the table says.
#include <weft/weft.hpp>

#include <cassert>
#include <cstdint>
#include <string>
#include <vector>

namespace {

/// Who has the say, by actor id.
struct servers {
    static constexpr std::uint32_t number = 1;
    static constexpr weft::uuid ids[] = {weft::uuid::of(0, 1)};
};

/// What to make of concurrent values: here the longest.
struct longest {
    static constexpr std::uint32_t number = 1;

    std::string operator()(weft::lean_span<std::string> values) const {
        const std::string* best = values.begin();
        for (const std::string& each : values) {
            best = each.size() > best->size() ? &each : best;
        }
        return *best;
    }
};

enum class phase : std::int8_t { draft, review, published, dropped };

struct workflow {
    static constexpr std::uint32_t number = 1;
    static constexpr phase initial = phase::draft;
    static constexpr weft::transition<phase> table[] = {{phase::draft, phase::review},
                                                        {phase::draft, phase::dropped},
                                                        {phase::review, phase::published}};
};

using text = std::string;

struct Row {
    BOOST_HANA_DEFINE_STRUCT(Row,
                             (weft::lww<text>, title),
                             (weft::fww<text>, founder),
                             (weft::multi_value<text>, summary),
                             (weft::max<std::int64_t>, best_score),
                             (weft::min<std::int64_t>, lowest_price),
                             (weft::authority<std::int64_t, servers>, price),
                             (weft::concurrent_authority<text, servers>, address),
                             (weft::resolved<text, longest>, note),
                             (weft::counter, votes),
                             (weft::real_counter, litres),
                             (weft::bounded_counter<0>, stock),
                             (weft::enable_wins, starred),
                             (weft::disable_wins, shared),
                             (weft::add_wins_set<text>, tags),
                             (weft::remove_wins_set<text>, guests),
                             (weft::grow_only_set<text>, readers),
                             (weft::lww_set<text>, ticked),
                             (weft::state_machine<phase, workflow>, where),
                             (weft::list<text>, steps),
                             (weft::map_of<text, weft::counter>, crates),
                             (weft::json, profile));
};

struct Vault {
    BOOST_HANA_DEFINE_STRUCT(Vault, (weft::whole_record<text>, blob));
};

using App = weft::schema<1, weft::collection<"rows", Row>, weft::collection<"vaults", Vault>>;

/// Two replicas that hold one record. Alice is the server; of equal timestamps Bob's is later.
template <class Record>
struct scene {
    weft::replica<App> alice{weft::uuid::of(0, 1)}, bob{weft::uuid::of(0, 2)};
    weft::ref<Record, weft::uuid> id;

    explicit scene(const Record& start)
        : id(alice.transact([&](auto& tx) { return tx.insert(start); })) {
        meet();
    }

    template <class Edit>
    auto by_alice(Edit edit) {
        return alice.transact([&](auto& tx) {
            auto record = tx.edit(id);
            return edit(record);
        });
    }

    template <class Edit>
    auto by_bob(Edit edit) {
        return bob.transact([&](auto& tx) {
            auto record = tx.edit(id);
            return edit(record);
        });
    }

    /// What both read once they have heard each other.
    const Record& meet() {
        bob.apply(alice.delta_since(bob.version())).value();
        alice.apply(bob.delta_since(alice.version())).value();
        assert(alice.state_digest() == bob.state_digest());
        return *alice.find(id);
    }
};

void lww() {
    scene<Row> two{Row{}};
    two.by_alice([](auto& row) { row[&Row::title] = "first"; });
    two.by_bob([](auto& row) { row[&Row::title] = "later"; });
    assert(two.meet().title == "later");
}

void fww() {
    scene<Row> two{Row{}};
    const weft::ref<Row, weft::uuid> chosen{weft::uuid::of(0, 7)};  // both found the same record
    Row row;
    row.founder = "Alice";
    two.alice.transact([&](auto& tx) { tx.upsert(chosen.id, row); });
    row.founder = "Bob";
    two.bob.transact([&](auto& tx) { tx.upsert(chosen.id, row); });
    two.meet();
    assert(two.alice.find(chosen)->founder == "Alice" && two.bob.find(chosen)->founder == "Alice");
}

void multi_value() {
    scene<Row> two{Row{}};
    two.by_alice([](auto& row) { row[&Row::summary] = "hers"; });
    two.by_bob([](auto& row) { row[&Row::summary] = "his"; });
    assert(two.meet().summary.conflicted());
    assert((two.meet().summary.values() == std::vector<text>{"hers", "his"}));
    two.by_bob([](auto& row) { row[&Row::summary] = "both"; });  // who has seen both resolves them
    assert(!two.meet().summary.conflicted() && two.meet().summary == "both");
}

void max_and_min() {
    Row row;
    row.lowest_price = 10;
    scene<Row> two{row};
    two.by_alice([](auto& of) {
        of[&Row::best_score] = 9;
        of[&Row::lowest_price] = 9;
    });
    two.by_bob([](auto& of) {
        of[&Row::best_score] = 7;
        of[&Row::lowest_price] = 7;
    });
    assert(two.meet().best_score == 9 && two.meet().lowest_price == 7);
}

void authority() {
    scene<Row> two{Row{}};
    two.by_alice([](auto& row) { row[&Row::price] = 10; });
    two.by_bob([](auto& row) { row[&Row::price] = 1; });
    assert(two.meet().price == 10);
    two.by_bob([](auto& row) { row[&Row::price] = 2; });  // not even having seen it
    assert(two.meet().price == 10);
}

void concurrent_authority() {
    scene<Row> two{Row{}};
    two.by_alice([](auto& row) { row[&Row::address] = "as the register has it"; });
    two.by_bob([](auto& row) { row[&Row::address] = "as Bob has it"; });
    assert(two.meet().address == "as the register has it");
    two.by_bob([](auto& row) { row[&Row::address] = "moved"; });  // having seen it
    assert(two.meet().address == "moved");
}

void resolved() {
    scene<Row> two{Row{}};
    two.by_alice([](auto& row) { row[&Row::note] = "call back before noon"; });
    two.by_bob([](auto& row) { row[&Row::note] = "call back"; });
    assert(two.meet().note == "call back before noon");
}

void counter() {
    scene<Row> two{Row{}};
    two.by_alice([](auto& row) { row[&Row::votes] += 2; });
    two.by_bob([](auto& row) { row[&Row::votes] -= 1; });
    assert(two.meet().votes == 1);
}

void real_counter() {
    scene<Row> two{Row{}};
    for (int i = 0; i < 5; ++i) {
        two.by_alice([](auto& row) { row[&Row::litres] += 0.1; });
        two.by_bob([](auto& row) { row[&Row::litres] += 0.1; });
    }
    assert(two.meet().litres == 1.0);  // in doubles, one after another, 0.9999999999999999
}

void bounded_counter() {
    Row row;
    row.stock = 3;  // Alice's, who inserts it
    scene<Row> two{row};
    const auto take = [](std::uint64_t amount) {
        return [=](auto& of) { return of[&Row::stock].decrement(amount).has_value(); };
    };
    assert(!two.by_bob(take(1)));  // he might take what she takes at the same time
    assert(two.by_alice(
        [&](auto& of) { return of[&Row::stock].transfer(two.bob.actor(), 1).has_value(); }));
    two.meet();
    assert(two.by_bob(take(1)) && two.by_alice(take(2)));
    assert(two.meet().stock == 0);
}

void flags() {
    Row row;
    row.starred = true;
    row.shared = true;
    scene<Row> two{row};
    two.by_alice([](auto& of) {
        of[&Row::starred].disable();
        of[&Row::shared].disable();
    });
    two.by_bob([](auto& of) {
        of[&Row::starred].enable();
        of[&Row::shared].enable();
    });
    assert(two.meet().starred && !two.meet().shared);
}

void sets() {
    Row row;
    row.tags.insert("urgent");
    row.guests.insert("Kim");
    row.readers.insert("Kim");
    scene<Row> two{row};
    two.by_alice([](auto& of) {
        of[&Row::tags].erase("urgent");
        of[&Row::guests].erase("Kim");
        of[&Row::ticked].insert("milk");
        of[&Row::readers].insert("Sam");
    });
    two.by_bob([](auto& of) {
        of[&Row::tags].insert("urgent");
        of[&Row::guests].insert("Kim");
        of[&Row::ticked].erase("milk");
        of[&Row::readers].insert("Ola");
    });
    const Row& both = two.meet();
    assert(both.tags.contains("urgent"));   // add_wins_set
    assert(!both.guests.contains("Kim"));   // remove_wins_set
    assert(!both.ticked.contains("milk"));  // lww_set: his removal is later
    assert(both.readers.size() == 3);       // grow_only_set
}

void state_machine() {
    scene<Row> two{Row{}};
    assert(two.by_alice([](auto& row) { return row[&Row::where].to(phase::review); }));
    assert(!two.by_bob([](auto& row) { return row[&Row::where].to(phase::published); }));  // no row
    assert(two.by_bob([](auto& row) { return row[&Row::where].to(phase::dropped); }));
    assert(two.meet().where == phase::dropped);  // both are allowed, his is later
}

void list() {
    Row row;
    row.steps = {"mix", "bake", "eat"};
    scene<Row> two{row};
    two.by_alice([](auto& of) {
        of[&Row::steps].move(2, 0);  // eat first
        of[&Row::steps].push_back("wash up");
    });
    two.by_bob([](auto& of) {
        of[&Row::steps].insert(1, "rest");
        of[&Row::steps].move(3, 1);  // eat after mixing
    });
    assert(
        (two.meet().steps.value() == std::vector<text>{"mix", "eat", "rest", "bake", "wash up"}));
}

void map_of() {
    scene<Row> two{Row{}};
    two.by_alice([](auto& row) {
        row[&Row::crates]["apple"] += 5;
        row[&Row::crates]["pear"] += 5;
    });
    two.meet();
    two.by_alice([](auto& row) {
        row[&Row::crates].erase("apple");
        row[&Row::crates].erase("pear");
    });
    two.by_bob([](auto& row) { row[&Row::crates]["apple"] += 1; });
    const Row& both = two.meet();
    assert(*both.crates.find("apple") == 1);  // what she had not seen survives, the five do not
    assert(!both.crates.contains("pear"));
}

void json() {
    using weft::json_value;
    scene<Row> two{Row{}};
    two.by_alice([](auto& row) {
        row[&Row::profile]["tags"] = json_value::array({"old"});
        row[&Row::profile]["place"]["city"] = "Kiel";
    });
    two.meet();
    two.by_alice([](auto& row) {
        row[&Row::profile]["place"]["street"] = "Markt";
        row[&Row::profile]["tags"].push_back("hers");
    });
    two.by_bob([](auto& row) {
        row[&Row::profile]["place"]["zip"] = 24103;
        row[&Row::profile]["tags"].erase(0);
    });
    const Row& both = two.meet();
    assert(both.profile["tags"].value() == json_value::array({"hers"}));
    assert(both.profile["place"].value() ==
           json_value::object({{"city", "Kiel"}, {"street", "Markt"}, {"zip", 24103}}));
}

void whole_record() {
    scene<Vault> two{Vault{}};
    two.by_bob([](auto& vault) { vault[&Vault::blob] = "his, made offline"; });
    assert(two.bob.find(two.id)->blob == "his, made offline");  // he reads it at once
    two.by_alice([](auto& vault) { vault[&Vault::blob].assign("hers", 1); });
    two.meet();
    two.by_alice([](auto& vault) { vault[&Vault::blob].confirm(2); });  // received: it is next
    assert(two.meet().blob == "his, made offline");
}

}  // namespace

int main() {
    lww();
    fww();
    multi_value();
    max_and_min();
    authority();
    concurrent_authority();
    resolved();
    counter();
    real_counter();
    bounded_counter();
    flags();
    sets();
    state_machine();
    list();
    map_of();
    json();
    whole_record();
}
