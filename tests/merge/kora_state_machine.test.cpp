/// Kora's golden cases of a state machine (record-merge.json, collection "orders"): the state
/// before was seen by both sides, whose writes are concurrent and come as effects of peers, since
/// weft's editor refuses what the table lacks. Kora's empty state, null and what is no state are
/// `none` here, which no row of the table leaves or enters. All agree; with a third writer Kora has
/// no rule, and the policy's own is asked for, in every order of delivery.
#include <weft/merge/state_machine.hpp>

#include "support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace kora_state_machine {
namespace {

namespace json = boost::json;

enum class order : std::uint8_t { none, draft, submitted, approved, shipped, cancelled };

struct order_flow {
    static constexpr std::uint32_t number = 1;
    static constexpr order initial = order::none;
    static constexpr weft::transition<order> table[] = {{order::draft, order::submitted},
                                                        {order::draft, order::cancelled},
                                                        {order::submitted, order::approved},
                                                        {order::submitted, order::cancelled},
                                                        {order::approved, order::shipped}};
};

using machine = weft::state_machine<order, order_flow>;

/// The state of a side, or of the outcome; `before` where there is none.
order state_of(const json::object& record, order before) {
    static constexpr std::array<std::string_view, 6> names{"",         "draft",   "submitted",
                                                           "approved", "shipped", "cancelled"};
    const json::value* const state = record.if_contains("status");
    if (state == nullptr || !state->is_string()) {
        return before;
    }
    const auto found = std::find(names.begin(), names.end(), std::string_view(state->as_string()));
    REQUIRE(found != names.end());
    return static_cast<order>(found - names.begin());
}

/// A concurrent write: its time, its actor (by slot, in the order of ids), and where it moves.
struct concurrent_write {
    std::uint64_t wall = 0;
    std::uint32_t actor = 0;
    order to{};
};

/// Delivers the writes in every order; what all read.
order outcome_of(order before, std::vector<concurrent_write> writes) {
    weft::byte_buffer ids(64);
    for (std::size_t slot = 0; slot < 4; ++slot) {
        ids[16 * slot + 15] = static_cast<std::byte>(slot);
    }
    const weft::actor_order actors(ids.data(), 16);
    std::optional<order> all;
    const auto by_actor = [](const auto& a, const auto& b) { return a.actor < b.actor; };
    std::sort(writes.begin(), writes.end(), by_actor);
    do {
        machine state;
        weft::null_report report;
        const weft::local_event first{{{0}, 1}, 0};
        state.apply({{before, before}, true, true}, {}, {first, weft::timestamp{1}, actors},
                    report);
        for (const concurrent_write& each : writes) {
            weft::observed_list dots;
            dots.push_back(first);
            state.apply({{before, each.to}, false, true}, dots,
                        {{{{each.actor}, 1}, 0}, weft::timestamp::of(each.wall), actors}, report);
        }
        CHECK(state.value() == all.value_or(state.value()));
        all = state.value();
    } while (std::next_permutation(writes.begin(), writes.end(), by_actor));
    return *all;
}

/// The last valid write; the state before if there is none.
order defined(order before, const std::vector<concurrent_write>& writes) {
    const concurrent_write* best = nullptr;
    for (const concurrent_write& each : writes) {
        if (machine::allows(before, each.to) &&
            (best == nullptr ||
             std::pair(best->wall, best->actor) < std::pair(each.wall, each.actor))) {
            best = &each;
        }
    }
    return best == nullptr ? before : best->to;
}

}  // namespace

TEST_CASE("merge/kora_state_machine: every golden case agrees, and three writers converge too") {
    const json::value file = weft::test::load_golden("kora/record-merge.json");
    std::size_t played = 0;
    for (const json::value& test : file.at("cases").as_array()) {
        if (test.at("collection").as_string() != "orders") {
            continue;
        }
        INFO(std::string_view(test.at("note").as_string()));
        const order before = state_of(test.at("base").as_object(), order::none);
        std::vector<concurrent_write> writes;
        for (const std::string_view name : {"local", "remote"}) {
            const json::object& side = test.at(name).as_object();
            const json::object& data = side.at("data").as_object();
            if (data.contains("status")) {
                writes.push_back({side.at("wall").to_number<std::uint64_t>(),
                                  side.at("node").as_string() == "a" ? 1U : 2U,
                                  state_of(data, before)});
            }
        }
        const order wanted = state_of(test.at("merged").as_object(), order::none);
        CHECK(outcome_of(before, writes) == wanted);
        CHECK(defined(before, writes) == wanted);
        for (const order third : {order::submitted, order::approved, order::cancelled}) {
            for (const std::uint64_t wall : {4U, 6U, 10U}) {
                std::vector<concurrent_write> three = writes;
                three.push_back({wall, 3, third});
                CHECK(outcome_of(before, three) == defined(before, three));
            }
        }
        ++played;
    }
    CHECK(played == 37);
}

}  // namespace kora_state_machine
