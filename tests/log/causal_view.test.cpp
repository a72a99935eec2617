#include <weft/base/random.hpp>
#include <weft/causal/traits.hpp>
#include <weft/log/causal_view.hpp>

#include "support/history.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace causal_view_test {

namespace {

using traits = weft::default_traits;
using log_type = weft::operation_log<traits>;
using view = weft::causal_view<traits>;
using dot = view::dot_type;
using actor_id = view::actor_id;
using weft::errc;
using weft::sequence;

/// A log of a history, and how many operations each actor has in it.
struct filled {
    weft::test::history<traits> made;
    log_type log;
    std::map<actor_id, sequence> counts;

    explicit filled(std::uint64_t seed) : made(weft::test::random_history<traits>(seed)) {
        weft::local_operation local;
        for (const auto& one : made) {
            static_cast<void>(log.append(one.op, one.address, local));
            counts[one.op.id.actor] = one.op.id.sequence;
        }
    }
};

actor_id stranger(std::uint64_t n) {
    return weft::test::id_from<actor_id>(1000 + n);
}

template <class ActorId>
void check_error(const ActorId& actor) {
    constexpr std::size_t size = weft::identifier_traits<ActorId>::size;
    std::array<std::byte, size> bytes{};
    weft::identifier_traits<ActorId>::write(actor, bytes.data());
    const weft::error what = weft::error_about(errc::sequence_gap, weft::dot<ActorId>{actor, 7});
    CHECK(what.code == errc::sequence_gap);
    CHECK(what.sequence == 7);
    const std::size_t kept = std::min<std::size_t>(size, weft::error::actor_size_max);
    REQUIRE(what.actor_size == kept);
    CHECK(std::equal(bytes.begin(), bytes.begin() + kept, what.actor.begin()));
}

}  // namespace

TEST_CASE("log/causal_view: an error tells which operation it is about") {
    check_error(weft::test::id_from<actor_id>(3));
    check_error(std::uint32_t{0x12345678});
    check_error(std::uint64_t{0x123456789ABCDEF0});
}

TEST_CASE("log/causal_view: what is held is found, and else the error names it") {
    weft::test::property("log/causal_view: held", 50, [](std::uint64_t seed) {
        const filled all(seed);
        const view from(all.log);
        for (const auto& one : all.made) {
            const auto local = from.held(one.op.id);
            RC_ASSERT(local.has_value());
            RC_ASSERT(all.log.dot_of(*local) == one.op.id);
            RC_ASSERT(from.address_of(one.op.id).value() == one.address);
        }
        const auto names = [](const weft::error& what, const dot& id) {
            const auto wanted = weft::error_about(errc::missing_operation, id);
            return what.code == wanted.code && what.sequence == wanted.sequence &&
                   what.actor_size == wanted.actor_size && what.actor == wanted.actor;
        };
        std::vector<dot> missing{{stranger(0), 1}};
        for (const auto& [actor, count] : all.counts) {
            missing.push_back({actor, count + 1});
            const dot zeroth{actor, 0};
            RC_ASSERT(names(from.held(zeroth).error(), zeroth));
        }
        for (const dot& id : missing) {
            weft::frontier<actor_id> heads;
            heads.insert(all.made.front().op.id);
            heads.insert(id);
            RC_ASSERT(names(from.held(id).error(), id));
            RC_ASSERT(names(from.address_of(id).error(), id));
            RC_ASSERT(names(from.held(heads).error(), id));
        }
    });
}

TEST_CASE("log/causal_view: of a claimed vector the part that is held, and back, ascending") {
    weft::test::property("log/causal_view: cut_of, vector_of", 100, [](std::uint64_t seed) {
        const filled all(seed);
        const view from(all.log);
        weft::splitmix64 random{seed};
        view::vector_type claimed;
        view::vector_type wanted;
        for (const auto& [actor, count] : all.counts) {
            const auto claim = static_cast<sequence>(random() % (2 * count + 1));
            claimed.set(actor, claim);
            wanted.set(actor, std::min(claim, count));
        }
        claimed.set(stranger(random() % 3), 5);
        const auto cut = from.cut_of(claimed);
        RC_ASSERT(cut.size() == all.log.actor_count());
        for (std::uint32_t slot = 0; slot != cut.size(); ++slot) {
            RC_ASSERT(cut[slot] == wanted.count(all.log.actor({slot})));
        }
        const view::vector_type back = from.vector_of(cut);
        RC_ASSERT(back == wanted);
        const auto entries = back.entries();
        for (std::size_t i = 1; i < entries.size(); ++i) {
            RC_ASSERT(entries[i - 1].actor < entries[i].actor);
        }
    });
}

TEST_CASE("log/causal_view: the version of a frontier is its past, and has that frontier") {
    weft::test::property("log/causal_view: version_of, frontier_of", 50, [](std::uint64_t seed) {
        const filled all(seed);
        const view from(all.log);
        std::map<dot, std::map<actor_id, sequence>> past;
        for (const auto& one : all.made) {
            auto& own = past[one.op.id];
            weft::frontier<actor_id> heads;
            for (const auto& parent : one.op.parents) {
                heads.insert(parent.operation);
                for (const auto& [actor, count] : past[parent.operation]) {
                    own[actor] = std::max(own[actor], count);
                }
            }
            view::vector_type wanted;
            for (const auto& [actor, count] : own) {
                wanted.set(actor, count);
            }
            const auto version = from.version_of(heads);
            RC_ASSERT(version.has_value());
            RC_ASSERT(*version == wanted);
            RC_ASSERT(from.frontier_of(*version) == heads);
            RC_ASSERT_FALSE(from.contains(heads, one.op.id));
            own[one.op.id.actor] = one.op.id.sequence;
        }
    });
}

TEST_CASE("log/causal_view: of an empty log nothing is held, and nothing is an answer") {
    const log_type log;
    const view from(log);
    view::vector_type claimed;
    claimed.set(stranger(0), 3);
    CHECK(from.cut_of(claimed).empty());
    CHECK(from.vector_of({}) == view::vector_type{});
    CHECK(from.frontier_of(claimed).empty());
    CHECK(from.version_of({}).value() == view::vector_type{});
    CHECK(from.common_ancestors({}, {}).value().empty());
    CHECK(from.difference({}, {}).value().empty());
    CHECK_FALSE(from.contains({}, {stranger(0), 1}));
}

}  // namespace causal_view_test
