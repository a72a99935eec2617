#include <weft/merge/bounded_counter.hpp>
#include <weft/merge/real_counter.hpp>
#include <weft/merge/update_wins.hpp>

#include "replica/todo.hpp"
#include "support/hostile.hpp"
#include "support/property.hpp"

using namespace weft;
using namespace weft::test;

namespace bounded_counter_test {

namespace {

struct ware {
    BOOST_HANA_DEFINE_STRUCT(ware,
                             (bounded_counter<0>, stock),
                             (bounded_counter<-100>, credit),
                             (real_counter, turnover));
};

using market = schema<1, collection<"wares", ware, update_wins>>;
using market_replica = replica<market, test_traits>;
using ware_ref = ref<ware, uuid>;

const ware_ref bread{record(1)};

market_replica make(const world& here, std::uint64_t n) {
    return market_replica(actor(n), here.around());
}

void deliver(market_replica& on, std::uint64_t n) {
    on.transact([&](auto& tx) {
        tx.template upsert<ware>(bread.id, [&](auto& w) { w[&ware::stock] += n; });
    });
}

errc sell(market_replica& on, std::uint64_t n) {
    return on.transact(
        [&](auto& tx) { return tx.edit(bread)[&ware::stock].decrement(n).error().code; });
}

errc hand_on(market_replica& from, std::uint64_t to, std::uint64_t n) {
    return from.transact(
        [&](auto& tx) { return tx.edit(bread)[&ware::stock].transfer(actor(to), n).error().code; });
}

std::int64_t stock(const market_replica& on) {
    return on.find(bread)->stock;
}

std::uint64_t rights(const market_replica& on, std::uint64_t of) {
    return on.find(bread)->stock.rights_of(actor(of), on.log());
}

}  // namespace

TEST_CASE("replica: who has no rights sells nothing, also offline, and what is sold counts") {
    world here;
    auto alice = make(here, 1);
    auto bob = make(here, 2);
    deliver(alice, 10);
    pull(bob, alice);
    const auto before = bob.size();
    CHECK(sell(bob, 1) == errc::insufficient_rights);
    CHECK(bob.size() == before);  // a transaction without mutations is none
    CHECK(hand_on(alice, 2, 4) == errc::none);
    CHECK(hand_on(alice, 2, 7) == errc::insufficient_rights);
    pull(bob, alice);
    CHECK(sell(bob, 4) == errc::none);
    CHECK(sell(bob, 1) == errc::insufficient_rights);
    CHECK(sell(alice, 6) == errc::none);
    CHECK(sell(alice, 1) == errc::insufficient_rights);
    exchange(alice, bob);
    CHECK(stock(alice) == 0);
    CHECK(stock(bob) == 0);
    CHECK(alice.state_digest() == bob.state_digest());
}

TEST_CASE("replica: one transaction sees what it did to its rights") {
    world here;
    auto alice = make(here, 1);
    alice.transact([](auto& tx) {
        tx.template upsert<ware>(bread.id, [](auto& w) {
            auto stock = w[&ware::stock];
            stock += 5;
            CHECK(stock.decrement(2));
            CHECK(w[&ware::stock].rights() == 3);
            CHECK(w[&ware::stock].decrement(4).error().code == errc::insufficient_rights);
            CHECK(w[&ware::stock].transfer(actor(9), 3));
            CHECK(stock.value() == 3);
        });
    });
    CHECK(stock(alice) == 3);
    CHECK(rights(alice, 1) == 0);
    CHECK(rights(alice, 9) == 3);
    ware anew;
    anew.stock = 7;
    anew.credit = 0;
    anew.turnover = 0.5;
    alice.transact([&](auto& tx) {
        tx.upsert(bread.id, anew);
        auto stock = tx.edit(bread)[&ware::stock];
        CHECK(stock.rights() == 7);
        CHECK(stock.decrement(1));
        CHECK(tx.edit(bread)[&ware::credit].decrement(100));
    });
    CHECK(stock(alice) == 6);
    CHECK(rights(alice, 9) == 0);
    CHECK(alice.find(bread)->credit == -100);
    CHECK(alice.find(bread)->turnover == 0.5);
}

TEST_CASE(
    "replica: rights are handed over to a fresh actor id before the file is loaded under it") {
    world here;
    auto alice = make(here, 1);
    deliver(alice, 10);
    auto stranded = market_replica::load(alice.save(), actor(2), here.around()).value();
    CHECK(stock(stranded) == 10);
    CHECK(sell(stranded, 1) == errc::insufficient_rights);
    CHECK(hand_on(alice, 3, 10) == errc::none);
    auto loaded = market_replica::load(alice.save(), actor(3), here.around()).value();
    CHECK(rights(loaded, 3) == 10);  // though actor 3 never wrote
    CHECK(sell(loaded, 9) == errc::none);
    pull(alice, loaded);
    CHECK(stock(alice) == 1);
    CHECK(sell(alice, 1) == errc::insufficient_rights);
}

TEST_CASE("replica: operations that are made again keep their rights, or are all left alone") {
    world here;
    auto alice = make(here, 1);
    deliver(alice, 10);
    CHECK(sell(alice, 3) == errc::none);
    CHECK(hand_on(alice, 2, 2) == errc::none);
    CHECK(hand_on(alice, 7, 1) == errc::none);
    REQUIRE(alice.reissue_unsent(actor(2)).value() == 4);
    CHECK(stock(alice) == 7);
    CHECK(rights(alice, 1) == 0);
    CHECK(rights(alice, 2) == 6);  // what it handed on to itself, it has
    CHECK(rights(alice, 7) == 1);
    CHECK(sell(alice, 6) == errc::none);

    auto bob = make(here, 3);
    deliver(bob, 10);
    static_cast<void>(bob.delta_since({}));  // the grant left: it stays actor 3's
    CHECK(sell(bob, 3) == errc::none);
    const auto digest = bob.state_digest();
    const auto refused = bob.reissue_unsent(actor(4));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::insufficient_rights);
    CHECK(refused.error().sequence == 2);
    CHECK(bob.actor() == actor(3));
    CHECK(bob.state_digest() == digest);
    CHECK(stock(bob) == 7);
}

TEST_CASE("replica: a bounded counter is never below its bound, whoever writes what") {
    property(
        "replica: bounded_counter at every step", 60, [](const std::vector<std::uint64_t>& script) {
            world here;
            std::vector<market_replica> all;
            std::vector<sequence> forged(2, 0);
            for (std::uint64_t n = 0; n < 4; ++n) {
                all.push_back(make(here, n));
            }
            std::uint64_t granted = 0;
            std::uint64_t sold = 0;
            bool honest = script.size() % 2 == 0;
            const auto check = [&](const market_replica& on) {
                if (const auto* const held = on.find(bread)) {
                    RC_ASSERT(held->stock.value() >= 0);
                    RC_ASSERT(held->credit.value() >= -100);
                }
            };
            // An actor without a replica takes what it does not have.
            const auto forge = [&](chance& random) {
                const std::size_t who = random.below(2);
                const auto at = timestamp::of(here.now + forged[who] + 1);
                std::vector<parent_entry<actor_id, default_traits::hasher::digest_type>> parents;
                if (forged[who] != 0) {
                    parents.push_back(all[who].parent({actor(90 + who), forged[who]}).value());
                }
                operation_builder<market, test_traits> made({actor(90 + who), forged[who] + 1}, at,
                                                            std::move(parents));
                made.template upsert<ware>(bread.id, [&](auto& w) {
                    auto stock = w[&ware::stock];
                    stock += random.below(5);
                    RC_ASSERT(stock.decrement(1 + random.below(1000)));
                    RC_ASSERT(stock.transfer(actor(random.below(4)), random.below(50)));
                    RC_ASSERT(w[&ware::credit].decrement(random.bits() >> 2U));
                });
                RC_ASSERT(all[who].admit(made.finish()).applied == 1U);
                ++forged[who];
            };
            for (const std::uint64_t word : script) {
                chance random(word);
                ++here.now;
                market_replica& one = all[random.below(4)];
                market_replica& other = all[random.below(4)];
                const std::uint64_t amount = random.below(12);
                switch (random.below(honest ? 7 : 9)) {
                case 0:
                    deliver(one, amount);
                    granted += amount;
                    break;
                case 1:
                case 2:
                    if (one.find(bread) != nullptr && sell(one, amount) == errc::none) {
                        sold += amount;
                    }
                    break;
                case 3:
                    if (one.find(bread) != nullptr) {
                        static_cast<void>(hand_on(one, random.below(4), amount));
                    }
                    break;
                case 7:
                    one.transact([&](auto& tx) {
                        ware anew;
                        anew.stock = static_cast<std::int64_t>(amount);
                        tx.upsert(bread.id, anew);
                    });
                    break;
                case 8:
                    forge(random);
                    break;
                default:
                    if (&one != &other) {
                        const auto most = static_cast<std::uint32_t>(1 + random.below(3));
                        RC_ASSERT(one.apply(other.delta_since(one.version(), most)).has_value());
                        check(one);
                    }
                    break;
                }
                check(one);
            }
            for (int round = 0; round < 2; ++round) {
                for (std::size_t i = 0; i + 1 < all.size(); ++i) {
                    exchange(all[i], all[i + 1]);
                    check(all[i]);
                }
                exchange(all[0], all[3]);
            }
            for (const std::size_t i : {1U, 2U, 3U}) {
                static_cast<void>(pull(all[i], all[0]));
                RC_ASSERT(all[i].state_digest() == all[0].state_digest());
                check(all[i]);
            }
            if (honest && all[0].find(bread) != nullptr) {
                RC_ASSERT(stock(all[0]) == static_cast<std::int64_t>(granted - sold));
                std::uint64_t in_all = 0;
                for (std::uint64_t n = 0; n < 4; ++n) {
                    in_all += rights(all[0], n);
                }
                RC_ASSERT(in_all == granted - sold);
            }
        });
}

}  // namespace bounded_counter_test
