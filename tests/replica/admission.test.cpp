#include "replica/todo.hpp"
#include "support/property.hpp"
#include "support/shuffle.hpp"

using namespace weft;
using namespace weft::test;

namespace admission_test {

namespace {

using named_event = event_dot<actor_id>;

timestamp at(std::uint64_t ms) {
    return timestamp::of(1'600'000'000'000 + ms);
}

/// An operation that sets a title.
test_operation titles(test_dot id,
                      timestamp when,
                      const std::vector<test_operation>& parents,
                      std::uint64_t to = 1) {
    std::vector<test_builder::parent> named;
    for (const auto& parent : parents) {
        named.push_back(as_parent(parent));
    }
    return test_builder(id, when, named)
        .upsert<todo>(record(to), [&](auto& t) { t[&todo::title] = "by a builder"; })
        .finish();
}

/// What became of one operation, given alone.
struct fate {
    std::string what;
    errc why = errc::none;
};

fate give(test_replica& to, const test_operation& op) {
    const byte_buffer before = to.save();
    const auto report = to.admit(op);
    CHECK(report.applied + report.known + report.parked + report.refused.size() == 1);
    if (!report.refused.empty()) {
        CHECK(report.refused[0].operation == op.id);
        CHECK(to.save() == before);
        return {"refused", report.refused[0].why};
    }
    return {report.applied != 0 ? "applied" : report.known != 0 ? "known" : "parked"};
}

void check_refused(test_replica& to, const test_operation& op, errc why) {
    const fate was = give(to, op);
    CHECK(was.what == "refused");
    CHECK(message(was.why) == message(why));
}

}  // namespace

TEST_CASE("admission: a well-formed operation whose parents are held is applied, then known") {
    world here;
    auto alice = here.make(1);
    const auto first = titles({actor(5), 1}, at(1), {});
    const auto second = titles({actor(5), 2}, at(2), {first});
    CHECK(give(alice, first).what == "applied");
    CHECK(give(alice, second).what == "applied");
    CHECK(give(alice, second).what == "known");
    CHECK(alice.find(todo_number(1))->title == "by a builder");
    CHECK(alice.address_of(second.id).value() == address_of(second));
    CHECK(alice.parent(second.id).value() == as_parent(second));
}

TEST_CASE("admission: an operation with unknown parents is parked, names them, and comes back") {
    world here;
    auto alice = here.make(1);
    const auto a = titles({actor(5), 1}, at(1), {});
    const auto b = titles({actor(6), 1}, at(2), {});
    const auto c = titles({actor(7), 1}, at(3), {a, b});
    const auto d = titles({actor(7), 2}, at(4), {c});
    CHECK(alice.admit(d).missing.front() == c.id);
    auto report = alice.admit(c);
    CHECK(report.parked == 1);
    REQUIRE(report.missing.size() == 2);
    CHECK(report.missing[0] == a.id);
    CHECK(report.missing[1] == b.id);
    CHECK(alice.missing_operations().size() == 2);
    CHECK(alice.parked().size() == 2);
    CHECK(alice.size() == 0);
    CHECK(alice.admit(c).known == 1);
    report = alice.admit(a);
    CHECK(report.applied == 1);
    CHECK(report.released == 0);
    CHECK(alice.missing_operations().size() == 1);
    CHECK(alice.missing_operations().front() == b.id);
    report = alice.admit(b);
    CHECK(report.applied == 1);
    CHECK(report.released == 2);
    CHECK(alice.parked().empty());
    CHECK(alice.missing_operations().empty());
    CHECK(alice.frontier().contains(d.id));
}

TEST_CASE("admission: a gap in an actor's sequence is refused") {
    world here;
    auto alice = here.make(1);
    check_refused(alice, titles({actor(5), 2}, at(1), {}), errc::sequence_gap);
    const auto other = titles({actor(6), 1}, at(1), {});
    const auto first = titles({actor(5), 1}, at(1), {});
    CHECK(give(alice, other).what == "applied");
    CHECK(give(alice, first).what == "applied");
    // The predecessor is held, but not in the causal past.
    check_refused(alice, titles({actor(5), 2}, at(2), {other}), errc::sequence_gap);
    check_refused(alice, titles({actor(5), 3}, at(2), {first}), errc::sequence_gap);
    // Through another actor it is.
    const auto between = titles({actor(6), 2}, at(3), {first, other});
    CHECK(give(alice, between).what == "applied");
    CHECK(give(alice, titles({actor(5), 2}, at(4), {between})).what == "applied");
}

TEST_CASE("admission: a parent that is another's ancestor is refused") {
    world here;
    auto alice = here.make(1);
    const auto a = titles({actor(5), 1}, at(1), {});
    const auto b = titles({actor(6), 1}, at(2), {a});
    const auto c = titles({actor(6), 2}, at(3), {b});
    for (const auto& op : {a, b, c}) {
        CHECK(give(alice, op).what == "applied");
    }
    check_refused(alice, titles({actor(7), 1}, at(4), {a, b}), errc::parents_not_antichain);
    check_refused(alice, titles({actor(7), 1}, at(4), {a, c}), errc::parents_not_antichain);
}

TEST_CASE("admission: a timestamp that is not greater than every parent's is refused") {
    world here;
    auto alice = here.make(1);
    const auto a = titles({actor(5), 1}, at(10), {});
    const auto b = titles({actor(6), 1}, at(20), {});
    CHECK(give(alice, a).what == "applied");
    CHECK(give(alice, b).what == "applied");
    for (const std::uint64_t ms : {5U, 10U, 15U, 20U}) {
        check_refused(alice, titles({actor(7), 1}, at(ms), {a, b}),
                      errc::timestamp_not_after_parents);
    }
    CHECK(give(alice, titles({actor(7), 1}, at(20).next(), {a, b})).what == "applied");
}

TEST_CASE("admission: sequence 0 and a timestamp after which nothing could come are refused") {
    world here;
    replica_options options;
    options.max_skew_ms = no_skew_limit;
    auto alice = here.make(1, options);
    check_refused(alice, titles({actor(5), 0}, at(1), {}), errc::out_of_range);
    check_refused(alice, titles({actor(5), 1}, timestamp{~std::uint64_t{0}}, {}),
                  errc::out_of_range);
    check_refused(alice, titles({actor(5), 1}, last_admissible.next(), {}), errc::out_of_range);
    const auto last = titles({actor(6), 1}, last_admissible, {});
    CHECK(give(alice, last).what == "applied");
    // Nothing can follow it any more, and nothing that no other would take is made.
    const byte_buffer before = alice.save();
    CHECK_THROWS_AS(alice.transact([](auto& tx) { tx.insert(titled("x")); }), bad_result);
    CHECK(alice.save() == before);
    CHECK(test_replica::load(before, actor(3), here.around(options)).has_value());
    auto bob = here.make(2, options);
    CHECK(pull(bob, alice).applied == 1);
    // The usual limit keeps such a time out.
    auto carol = here.make(4);
    CHECK(pull(carol, alice).parked == 1);
    carol.transact([](auto& tx) { tx.insert(titled("x")); });
    CHECK(carol.size() == 1);
}

TEST_CASE("admission: an effect that names a dot outside the causal past is refused") {
    world here;
    auto alice = here.make(1);
    const auto add = test_builder({actor(5), 1}, at(1), {})
                         .upsert<todo>(record(1), [](auto& t) { t[&todo::tags].insert("a"); })
                         .finish();
    const auto other = titles({actor(6), 1}, at(1), {}, 2);
    CHECK(give(alice, add).what == "applied");
    CHECK(give(alice, other).what == "applied");
    const auto removing = [&](test_dot id, const test_operation& parent, named_event named) {
        // A staged removal of what is not there has no encoding; the item is put in by hand.
        return test_builder(id, at(9), {as_parent(parent)})
            .update<todo>(record(1),
                          [&](auto& t) {
                              t[&todo::tags].insert("b");
                              t.observing(&todo::tags, {named});
                          })
            .finish();
    };
    const named_event the_add{add.id, 0};
    check_refused(alice, removing({actor(6), 2}, other, the_add), errc::unseen_dot);
    check_refused(alice, removing({actor(6), 2}, other, {{actor(6), 3}, 0}), errc::unseen_dot);
    check_refused(alice, removing({actor(6), 2}, other, {{actor(6), 2}, 0}), errc::unseen_dot);
    check_refused(alice, removing({actor(6), 2}, other, {{actor(99), 1}, 0}), errc::unseen_dot);
    // Record-level dots likewise.
    check_refused(alice,
                  test_builder({actor(6), 2}, at(9), {as_parent(other)})
                      .erase<todo>(record(1), {the_add})
                      .finish(),
                  errc::unseen_dot);
    CHECK(give(alice, removing({actor(5), 2}, add, the_add)).what == "applied");
}

TEST_CASE("admission: an earlier mutation of the same operation may be named, a later one not") {
    world here;
    auto alice = here.make(1);
    const auto both = [&](std::uint32_t named) {
        return test_builder({actor(5), 1}, at(1), {})
            .upsert<todo>(record(1), [](auto& t) { t[&todo::title] = "one"; })
            .upsert<todo>(record(2),
                          [&](auto& t) {
                              t[&todo::tags].insert("x");
                              t.observing({named_event{{actor(5), 1}, named}});
                          })
            .upsert<todo>(record(3), [](auto& t) { t[&todo::title] = "three"; })
            .finish();
    };
    check_refused(alice, both(1), errc::unseen_dot);
    check_refused(alice, both(2), errc::unseen_dot);
    CHECK(give(alice, both(0)).what == "applied");
}

TEST_CASE("admission: a dot of another record is inert") {
    world here;
    auto alice = here.make(1);
    const auto erased = test_builder({actor(5), 1}, at(1), {})
                            .upsert<todo>(record(1), [](auto& t) { t[&todo::title] = "x"; })
                            .erase<todo>(record(2))
                            .erase<todo>(record(1))
                            .finish();
    CHECK(give(alice, erased).what == "applied");
    CHECK(alice.find(todo_number(1)) == nullptr);
    // An insert that names the other record's erase does not take this one's back.
    const auto wrong = test_builder({actor(5), 2}, at(2), {as_parent(erased)})
                           .upsert<todo>(record(1),
                                         [&](auto& t) {
                                             t[&todo::title] = "y";
                                             t.observing({named_event{erased.id, 1}});
                                         })
                           .finish();
    CHECK(give(alice, wrong).what == "applied");
    CHECK(alice.find(todo_number(1)) == nullptr);
    const auto right = test_builder({actor(5), 3}, at(3), {as_parent(wrong)})
                           .upsert<todo>(record(1),
                                         [&](auto& t) {
                                             t[&todo::title] = "z";
                                             t.observing({named_event{erased.id, 2}});
                                         })
                           .finish();
    CHECK(give(alice, right).what == "applied");
    REQUIRE(alice.find(todo_number(1)) != nullptr);
    CHECK(alice.find(todo_number(1))->title == "z");
}

TEST_CASE(
    "admission: what follows a refused operation is refused, in one batch and across batches") {
    world here;
    const auto bad = titles({actor(5), 2}, at(1), {});
    const auto child = titles({actor(6), 1}, at(2), {bad});
    const auto grandchild = titles({actor(6), 2}, at(3), {child});
    const auto honest = titles({actor(7), 1}, at(1), {});
    const auto check = [&](const test_report& report) {
        REQUIRE(report.refused.size() == 3);
        CHECK(report.refused[0].why == errc::sequence_gap);
        CHECK(report.refused[0].operation == bad.id);
        CHECK(report.refused[1].why == errc::refused_ancestor);
        CHECK(report.refused[1].operation == child.id);
        CHECK(report.refused[2].why == errc::refused_ancestor);
        CHECK(report.refused[2].operation == grandchild.id);
        CHECK(report.applied == 1);
    };
    auto alice = here.make(1);
    check(alice.apply(batch_of<test_traits>({bad, honest, child, grandchild})).value());
    CHECK(alice.parked().empty());
    // Again, and one by one.
    auto bob = here.make(2);
    check_refused(bob, bad, errc::sequence_gap);
    check_refused(bob, bad, errc::sequence_gap);
    check_refused(bob, child, errc::refused_ancestor);
    check_refused(bob, grandchild, errc::refused_ancestor);
    CHECK(give(bob, honest).what == "applied");
}

TEST_CASE("admission: what waits for an operation that turns out bad is refused with it") {
    world here;
    auto alice = here.make(1);
    const auto bad = titles({actor(5), 2}, at(1), {});
    const auto child = titles({actor(6), 1}, at(2), {bad});
    const auto grandchild = titles({actor(6), 2}, at(3), {child});
    CHECK(give(alice, grandchild).what == "parked");
    CHECK(give(alice, child).what == "parked");
    const auto report = alice.admit(bad);
    CHECK(report.refused.size() == 3);
    CHECK(alice.parked().empty());
    CHECK(alice.size() == 0);
}

TEST_CASE("admission: a refused operation holds up nobody else in its batch") {
    world here;
    auto alice = here.make(1);
    std::vector<test_operation> batch;
    for (std::uint64_t n = 10; n < 20; ++n) {
        batch.push_back(titles({actor(n), n % 2 == 0 ? 1U : 3U}, at(n), {}, n));
    }
    const auto report = alice.apply(batch_of<test_traits>(batch)).value();
    CHECK(report.applied == 5);
    CHECK(report.refused.size() == 5);
    CHECK(alice.find(todo_number(12)) != nullptr);
    CHECK(alice.find(todo_number(13)) == nullptr);
}

TEST_CASE("admission: a run that lies about its address is refused, with what follows it, alone") {
    world here;
    const auto a1 = titles({actor(5), 1}, at(1), {}, 1);
    const auto a2 = titles({actor(5), 2}, at(2), {a1}, 2);
    const auto b1 = titles({actor(6), 1}, at(1), {}, 3);
    const auto b2 = titles({actor(6), 2}, at(2), {b1}, 4);
    const auto c1 = titles({actor(7), 1}, at(3), {a2}, 5);
    // The batch claims for a2 what an operation with other content would have.
    batch_builder<test_traits> batch;
    batch.add(a1, address_of(a1));
    batch.add(b1, address_of(b1));
    batch.add(a2, address_of(titles({actor(5), 2}, at(3), {a1}, 2)));
    batch.add(b2, address_of(b2));
    batch.add(c1, address_of(c1));
    const byte_buffer lie = batch.finish();
    auto alice = here.make(1);
    auto report = alice.apply(lie).value();
    CHECK(report.applied == 2);
    CHECK(report.refused.size() == 3);
    CHECK(report.refused[0].why == errc::address_mismatch);
    CHECK(alice.find(todo_number(3)) != nullptr);
    CHECK(alice.find(todo_number(4)) != nullptr);
    CHECK(alice.find(todo_number(1)) == nullptr);
    // The lie is not held against those it was told about.
    report = alice.apply(batch_of<test_traits>({a1, a2, c1})).value();
    CHECK(report.applied == 3);
    CHECK(report.refused.empty());
}

TEST_CASE("admission: a damaged copy of what is held is refused; what follows it is judged by what "
          "is held") {
    world here;
    const auto a1 = titles({actor(5), 1}, at(1), {}, 1);
    const auto a2 = titles({actor(5), 2}, at(2), {a1}, 2);
    const auto b1 = titles({actor(6), 1}, at(1), {}, 3);
    const auto c1 = titles({actor(7), 1}, at(1), {}, 4);
    const auto a3 = titles({actor(5), 3}, at(3), {a2, b1}, 5);
    const auto a4 = titles({actor(5), 4}, at(4), {a3, c1}, 6);
    const auto a5 = titles({actor(5), 5}, at(5), {a4}, 7);
    const auto d1 = titles({actor(8), 1}, at(6), {a1}, 8);
    const auto damaged = titles({actor(5), 1}, at(1), {}, 9);

    batch_builder<test_traits> batch;
    batch.add(damaged, address_of(a1));
    for (const auto& honest : {a2, b1, a3, d1, a4, a5}) {
        batch.add(honest, address_of(honest));
    }
    auto alice = here.make(1);
    REQUIRE(alice.apply(batch_of<test_traits>({a1, a2, b1})).value().applied == 3);
    const auto report = alice.apply(batch.finish()).value();
    CHECK(report.refused.size() == 2);  // a1 and a2: one run
    CHECK(report.known == 1);
    CHECK(report.applied == 2);  // a3 and d1
    CHECK(report.parked == 2);
    REQUIRE(report.missing.size() == 1);
    CHECK(report.missing[0] == c1.id);
    CHECK(report.equivocations.empty());
    const auto rest = alice.apply(batch_of<test_traits>({c1})).value();
    CHECK(rest.released == 2);
    CHECK(rest.refused.empty());
    CHECK(alice.size() == 8);
    CHECK(alice.find(todo_number(9)) == nullptr);
}

TEST_CASE("admission: any single change to an operation gives it another address") {
    const auto base =
        test_builder({actor(5), 2}, at(7), {as_parent(titles({actor(5), 1}, at(1), {}))})
            .upsert<todo>(record(1),
                          [](auto& t) {
                              t[&todo::title] = "x";
                              t[&todo::tags].insert("y");
                          })
            .erase<note>(record(2), {named_event{{actor(5), 1}, 0}})
            .finish();
    std::vector<test_operation> variants(14, base);
    variants[0].id.actor = actor(6);
    variants[1].id.sequence = 3;
    variants[2].at = base.at.next();
    variants[3].schema_version = 2;
    variants[4].parents[0].address.bytes[3] ^= std::byte{1};
    variants[5].parents.clear();
    variants[6].mutations[0].collection ^= 1U;
    variants[7].mutations[0].kind = mutation_kind::update;
    variants[8].mutations[1].record = record(3);
    variants[9].effects[0].field ^= 1U;
    variants[10].effects[1].kind ^= 1U;
    variants[11].observed[0].ordinal = 1;
    variants[12].payload[0] ^= std::byte{1};
    variants[13].mutations.pop_back();
    for (std::size_t i = 0; i < variants.size(); ++i) {
        CAPTURE(i);
        CHECK(address_of(variants[i]) != address_of(base));
        for (std::size_t k = 0; k < i; ++k) {
            CHECK(address_of(variants[i]) != address_of(variants[k]));
        }
    }
}

TEST_CASE("admission: what is not well formed is refused before anything else is asked") {
    world here;
    auto alice = here.make(1);
    const auto first = titles({actor(5), 1}, at(1), {});
    const auto missing = titles({actor(6), 1}, at(1), {});
    CHECK(give(alice, first).what == "applied");
    const auto good = test_builder({actor(5), 2}, at(2), {as_parent(first), as_parent(missing)})
                          .update<todo>(record(1),
                                        [&](auto& t) {
                                            t[&todo::title] = "x";
                                            t[&todo::votes] += 1;
                                            t.observing({{first.id, 0}, {first.id, 1}});
                                        })
                          .erase<todo>(record(2))
                          .finish();
    auto bad = good;
    std::swap(bad.parents[0], bad.parents[1]);
    check_refused(alice, bad, errc::not_sorted);
    bad = good;
    bad.parents[1] = bad.parents[0];
    check_refused(alice, bad, errc::not_sorted);
    bad = good;
    bad.parents[0].operation.sequence = 2;
    check_refused(alice, bad, errc::out_of_range);
    bad = good;
    bad.parents[0].operation.sequence = 0;
    check_refused(alice, bad, errc::out_of_range);
    bad = good;
    bad.parents[1].address = {};
    check_refused(alice, bad, errc::not_canonical);
    bad = good;
    std::swap(bad.effects[0], bad.effects[1]);
    check_refused(alice, bad, errc::not_sorted);
    bad = good;
    std::swap(bad.observed[0], bad.observed[1]);
    check_refused(alice, bad, errc::not_sorted);
    bad = good;
    bad.observed[0].operation.sequence = 0;
    check_refused(alice, bad, errc::out_of_range);
    bad = good;
    bad.mutations[0].effects.count = 0;
    check_refused(alice, bad, errc::not_canonical);
    bad = good;
    bad.mutations[0].kind = mutation_kind::erase;
    check_refused(alice, bad, errc::not_canonical);
    CHECK(give(alice, good).what == "parked");
    CHECK(alice.admit(missing).released == 1);
}

}  // namespace admission_test
