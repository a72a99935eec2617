#include "replica/constraints_model.hpp"
#include "support/property.hpp"
#include "support/shuffle.hpp"

using namespace weft;
using namespace weft::test;

namespace constraints_test {

namespace {

hotel_replica open(const world& here, std::uint64_t n) {
    return hotel_replica(actor(n), here.around());
}

std::optional<uuid> someone(splitmix64& random) {
    const std::uint64_t n = random() % 7;
    return n == 0 ? std::nullopt : std::optional(record(n));  // number 6 is never inserted
}

void scribble(hotel_replica& on, splitmix64& random) {
    on.transact([&](auto& tx) {
        const uuid id = record(1 + random() % 5);
        switch (random() % 10) {
        case 0:
            tx.erase(ref<guest, uuid>{id});
            break;
        case 1:
            tx.erase(ref<room, uuid>{id});
            break;
        case 2:
            tx.erase(ref<booking, uuid>{id});
            break;
        case 3:
        case 4:
            tx.template upsert<guest>(id, [&](auto& g) {
                if (random() % 2 == 0) {
                    g[&guest::email] = random() % 4 == 0
                                           ? std::optional<std::string>{}
                                           : std::optional(std::to_string(random() % 2));
                }
                if (random() % 2 == 0) {
                    g[&guest::host] = someone(random);
                }
                g[&guest::retired] = random() % 4 == 0;
            });
            break;
        case 5:
            tx.template upsert<room>(id, [&](auto& r) {
                r[&room::name] = std::to_string(random() % 2);
                if (random() % 2 == 0) {
                    r[&room::floor] = static_cast<int>(random() % 2);
                }
            });
            break;
        default:
            tx.template upsert<booking>(id, [&](auto& b) {
                if (random() % 2 == 0) {
                    b[&booking::by_whom] = someone(random);
                }
                b[&booking::where] = record(1 + random() % 4);
                b[&booking::fee] = static_cast<int>(random() % 3);
                b[&booking::company].insert(record(1 + random() % 6));
                b[&booking::company].erase(record(1 + random() % 6));
            });
        }
    });
}

/// Takes back an operation that it holds, or takes that back.
void change_history(hotel_replica& on, splitmix64& random) {
    const actor_id writer = actor(1 + random() % 3);
    const sequence held = on.version().count(writer);
    if (held == 0) {
        return;
    }
    const hotel_replica::dot_type what{writer, 1 + static_cast<sequence>(random() % held)};
    if (on.undone(what)) {
        static_cast<void>(on.redo(what).value());
    } else if (on.can_undo(what)) {
        static_cast<void>(on.undo(what).value());
    }
}

}  // namespace

TEST_CASE("replica: views and violations are a function of the operations held") {
    property("three writers, any order, looked at at any moment", 120, [](std::uint64_t seed) {
        splitmix64 random{seed};
        world here;
        std::vector<hotel_replica> replicas;
        for (std::uint64_t n = 1; n <= 4; ++n) {
            replicas.push_back(open(here, n));  // the fourth only reads, and rarely looks
        }
        for (int step = 0; step < 60; ++step) {
            here.now += random() % 2;
            auto& one = replicas[random() % 3];
            if (random() % 6 == 0) {
                change_history(one, random);
            } else {
                scribble(one, random);
            }
            if (random() % 3 == 0) {
                auto& to = replicas[random() % 4];
                auto& from = replicas[random() % 4];
                static_cast<void>(to.apply(from.delta_since(to.version())).value());
            }
            auto& watched = replicas[random() % (step % 20 == 0 ? 4 : 3)];
            if (random() % 2 == 0) {
                RC_ASSERT(seen_by(watched) == hotel_oracle(watched).judge());
            }
        }
        for (int round = 0; round < 2; ++round) {
            for (auto& to : replicas) {
                for (auto& from : replicas) {
                    if (&to != &from) {
                        static_cast<void>(to.apply(from.delta_since(to.version())).value());
                    }
                }
            }
        }
        auto loaded = hotel_replica::load(replicas[0].save(), actor(9), here.around()).value();
        const hotel_view seen = seen_by(loaded);
        for (auto& each : replicas) {
            RC_ASSERT(each.frontier() == loaded.frontier());
            RC_ASSERT(seen_by(each) == seen);
        }
    });
}

}  // namespace constraints_test
