#include <weft/causal/traits.hpp>
#include <weft/log/operation.hpp>

#include "support/allocations.hpp"
#include "support/history.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace operation_test {

namespace {

using made_operation = weft::operation<weft::default_traits>;
using weft::local_operation;
using weft::slice;

/// Assigns part by part, in the arrays that `to` has.
void refill(made_operation& to, const made_operation& from) {
    to.id = from.id;
    to.at = from.at;
    to.schema_version = from.schema_version;
    to.parents.append(from.parents.begin(), from.parents.end());
    to.mutations.append(from.mutations.begin(), from.mutations.end());
    to.effects.append(from.effects.begin(), from.effects.end());
    to.observed.append(from.observed.begin(), from.observed.end());
    to.payload.insert(to.payload.end(), from.payload.begin(), from.payload.end());
}

/// Whether a view is the elements of a list from `part.first` on, as many as it counts.
template <class View, class List>
bool is_part(const View& view, const List& list, slice part) {
    return view.size() == part.count &&
           (part.count == 0 || view.data() == list.data() + part.first);
}

/// An operation with something in each of its parts.
made_operation whole() {
    weft::test::history_options options;
    options.operations = 200;
    for (auto& each : weft::test::random_history<weft::default_traits>(1, options)) {
        const auto& op = each.op;
        if (op.parents.size() > 1 && op.mutations.size() > 1 && op.effects.size() > 1 &&
            op.observed.size() > 1 && op.payload.size() > 1) {
            return op;
        }
    }
    return {};
}

template <class Change>
bool differs(Change&& change) {
    const made_operation op = whole();
    made_operation other = op;
    change(other);
    return op == op && other == other && !(op == other) && op != other;
}

}  // namespace

TEST_CASE("log/operation: views show what their slices name, without a copy") {
    weft::test::property("log/operation: views", 50, [](std::uint64_t seed) {
        for (const auto& one : weft::test::random_operations<weft::default_traits>(seed)) {
            const made_operation& op = one.op;
            local_operation local;
            local.payload = op.payload;
            local.effects = op.effects;
            local.observed.resize(op.observed.size());
            for (const auto& mutation : op.mutations) {
                const weft::local_mutation same{
                    {}, mutation.kind, mutation.observed, mutation.effects};
                RC_ASSERT(is_part(op.effects_of(mutation), op.effects, mutation.effects));
                RC_ASSERT(
                    is_part(op.observed_of(mutation.observed), op.observed, mutation.observed));
                RC_ASSERT(is_part(local.effects_of(same), local.effects, mutation.effects));
                RC_ASSERT(is_part(local.observed_of(mutation.observed), local.observed,
                                  mutation.observed));
            }
            for (const auto& effect : op.effects) {
                RC_ASSERT(is_part(op.payload_of(effect), op.payload, effect.payload));
                RC_ASSERT(is_part(op.observed_of(effect.observed), op.observed, effect.observed));
                RC_ASSERT(is_part(local.payload_of(effect), op.payload, effect.payload));
            }
        }
    });
}

TEST_CASE("log/operation: clear() leaves nothing but the memory") {
    weft::test::property("log/operation: clear", 50, [](std::uint64_t seed) {
        made_operation reused;
        for (const auto& one : weft::test::random_history<weft::default_traits>(seed)) {
            reused.clear();
            RC_ASSERT(reused == made_operation{});
            refill(reused, one.op);
            RC_ASSERT(reused == one.op);
            reused.clear();
            const weft::test::allocation_watch watch;
            refill(reused, one.op);
            const std::uint64_t calls = watch.calls();  // RC_ASSERT allocates before it looks
            RC_ASSERT(calls == 0U);
        }
    });
}

TEST_CASE("log/operation: clear() of the local form likewise") {
    const std::byte payload[3]{};
    local_operation local;
    const auto fill = [&] {
        local.id = {{3}, 4};
        local.at = {5};
        local.schema_version = 6;
        local.mutations.resize(20);
        local.effects.resize(20);
        local.observed.resize(20);
        local.payload = payload;
    };
    fill();
    local.clear();
    CHECK(local.id == weft::local_dot{});
    CHECK(local.at == weft::timestamp{});
    CHECK(local.schema_version == 0);
    CHECK(local.mutations.empty());
    CHECK(local.effects.empty());
    CHECK(local.observed.empty());
    CHECK(local.payload.empty());
    const weft::test::allocation_watch watch;
    fill();
    CHECK(watch.calls() == 0);
}

TEST_CASE("log/operation: a value equals its copy, and nothing that differs in any part") {
    REQUIRE(!whole().payload.empty());
    CHECK(differs([](auto& op) { ++op.id.sequence; }));
    CHECK(differs([](auto& op) { op.id.actor = {}; }));
    CHECK(differs([](auto& op) { ++op.at.bits; }));
    CHECK(differs([](auto& op) { ++op.schema_version; }));
    CHECK(differs([](auto& op) { op.payload.back() ^= std::byte{1}; }));
    CHECK(differs([](auto& op) { op.payload.push_back({}); }));
    CHECK(differs([](auto& op) { op.parents.pop_back(); }));
    CHECK(differs([](auto& op) { ++op.parents.back().operation.sequence; }));
    CHECK(differs([](auto& op) { op.parents.back().address.bytes[15] ^= std::byte{1}; }));
    CHECK(differs([](auto& op) { op.mutations.pop_back(); }));
    CHECK(differs([](auto& op) { ++op.mutations.back().collection; }));
    CHECK(differs([](auto& op) { op.mutations.back().record = {}; }));
    CHECK(differs([](auto& op) { ++op.mutations.back().observed.count; }));
    CHECK(differs([](auto& op) { ++op.mutations.back().effects.first; }));
    CHECK(differs([](auto& op) {
        auto& kind = op.mutations.back().kind;
        kind = kind == weft::mutation_kind::update ? weft::mutation_kind::erase
                                                   : weft::mutation_kind::update;
    }));
    CHECK(differs([](auto& op) { op.effects.pop_back(); }));
    CHECK(differs([](auto& op) { ++op.effects.back().field; }));
    CHECK(differs([](auto& op) { ++op.effects.back().kind; }));
    CHECK(differs([](auto& op) { ++op.effects.back().observed.first; }));
    CHECK(differs([](auto& op) { ++op.effects.back().payload.count; }));
    CHECK(differs([](auto& op) { op.observed.pop_back(); }));
    CHECK(differs([](auto& op) { ++op.observed.back().ordinal; }));
}

TEST_CASE("log/operation: parents are in the order of their dots, whatever their addresses") {
    using parent = weft::parent_entry<weft::actor_id, made_operation::address>;
    std::vector<parent> all;
    for (std::uint64_t n = 0; n < 6; ++n) {
        parent made{{weft::actor_id::of(1, n / 2), static_cast<weft::sequence>(1 + n % 2)}, {}};
        made.address.bytes[0] = static_cast<std::byte>(6 - n);
        all.push_back(made);
    }
    const weft::parents_in_order before;
    for (std::size_t a = 0; a < all.size(); ++a) {
        for (std::size_t b = 0; b < all.size(); ++b) {
            CHECK(before(all[a], all[b]) == (a < b));
        }
    }
    parent elsewhere = all[2];
    elsewhere.address.bytes[0] = {};
    CHECK_FALSE(before(elsewhere, all[2]));
    CHECK_FALSE(before(all[2], elsewhere));
}

}  // namespace operation_test
