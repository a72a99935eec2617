/// Kora's golden vectors for its hybrid logical clock against weft's. A Kora timestamp (wallTime,
/// logical, nodeId) is weft's timestamp of the same parts and an actor id in the order of the node
/// ids; its receive is witness and tick; its reference offset is a reading of another wall clock
/// for the same clock's questions; its drift report is the skew of the clock's latest timestamp.
#include <weft/causal/hybrid_clock.hpp>
#include <weft/causal/stamp.hpp>

#include "support/golden.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string>

namespace kora_hlc_test {

namespace {

namespace json = boost::json;
using weft::timestamp;
using weft::test::departure;
using weft::test::node_ids;
using weft::test::verdict;
using weft::test::whole_number;

constexpr std::string_view wall_range =
    "a weft timestamp has 47 bits of wall time, until the year 6429";
constexpr std::string_view logical_range =
    "a weft timestamp has 17 logical bits: 99,999 is followed by 100,000, and 131,071 by the next "
    "millisecond";
constexpr std::string_view not_whole =
    "the parts of a weft timestamp are whole numbers by their type";
constexpr std::string_view no_text =
    "a weft timestamp travels as a number; there is no text form to read";
constexpr std::string_view first_message =
    "weft checks the skew of every timestamp before it is adopted, the first included";

/// Every case that does not agree. Steps of scripts count from 0; the steps after one that weft's
/// types cannot express agree.
constexpr std::array<departure, 29> table{{
    {2, verdict::differs, wall_range},
    {5, verdict::not_expressible, not_whole},
    {6, verdict::not_expressible, not_whole},
    {7, verdict::differs, logical_range},
    {8, verdict::not_expressible, not_whole},
    {12, verdict::not_expressible, not_whole},
    {49, verdict::not_expressible, no_text},
    {50, verdict::not_expressible, no_text},
    {51, verdict::not_expressible, no_text},
    {52, verdict::not_expressible, no_text},
    {53, verdict::not_expressible, no_text},
    {54, verdict::not_expressible, no_text},
    {55, verdict::not_expressible, no_text},
    {56, verdict::not_expressible, no_text},
    {57, verdict::not_expressible, no_text},
    {216, verdict::differs, first_message, 0},
    {220, verdict::not_expressible, not_whole, 1},
    {221, verdict::not_expressible, not_whole, 1},
    {222, verdict::not_expressible, not_whole, 1},
    {223, verdict::not_expressible, not_whole, 1},
    {224, verdict::differs, logical_range, 1},
    {226, verdict::not_expressible, not_whole, 1},
    {227, verdict::not_expressible, not_whole, 1},
    {228, verdict::differs, logical_range, 1},
    {229, verdict::differs, logical_range, 2},
    {241, verdict::not_expressible, logical_range, 16},
    {242, verdict::differs, first_message, 0},
    {245, verdict::not_expressible, logical_range, 1},
    {256, verdict::not_expressible, logical_range, 5},
}};

/// The timestamp of these parts, if weft has one.
std::optional<timestamp> timestamp_of(const json::value& parts) {
    const auto wall = whole_number(parts.at("wallTime"));
    const auto logical = whole_number(parts.at("logical"));
    if (!wall || !logical || *wall > timestamp::wall_max || *logical > timestamp::logical_max) {
        return std::nullopt;
    }
    return timestamp::of(*wall, *logical);
}

bool has_parts(timestamp t, const json::value& parts) {
    return whole_number(parts.at("wallTime")) == t.wall_ms() &&
           whole_number(parts.at("logical")) == t.logical();
}

bool succeeded(const json::value& outcome) {
    return outcome.at("ok").as_bool();
}

// ---- serialize: which timestamps exist, and that their parts survive
// ------------------------------

verdict check_serialize(const json::value& test) {
    const json::value& input = test.at("input");
    if (!whole_number(input.at("wallTime")) || !whole_number(input.at("logical"))) {
        return verdict::not_expressible;
    }
    const std::optional<timestamp> t = timestamp_of(input);
    const json::value& expected = test.at("expected");
    if (!t || !succeeded(expected)) {
        return t.has_value() == succeeded(expected) ? verdict::agrees : verdict::differs;
    }
    std::array<char, 64> digits{};
    static_cast<void>(std::snprintf(digits.data(), digits.size(), "%015llu:%05llu:",
                                    static_cast<unsigned long long>(t->wall_ms()),
                                    static_cast<unsigned long long>(t->logical())));
    const std::string text = digits.data() + std::string(input.at("nodeId").as_string());
    const bool same = text == std::string_view(expected.at("value").as_string()) &&
                      has_parts(timestamp{t->bits}, test.at("roundtrip"));
    return same ? verdict::agrees : verdict::differs;
}

// ---- compare
// --------------------------------------------------------------------------------------

verdict check_compare(const json::value& test, const node_ids& nodes) {
    const json::value& a = test.at("input").at("a");
    const json::value& b = test.at("input").at("b");
    const auto left = timestamp_of(a);
    const auto right = timestamp_of(b);
    if (!left || !right) {
        return verdict::not_expressible;
    }
    // Slots in the opposite order of the ids: only the ids may decide.
    weft::byte_buffer ids(2 * weft::uuid::byte_size);
    nodes[b.at("nodeId")].write(ids.data());
    nodes[a.at("nodeId")].write(ids.data() + weft::uuid::byte_size);
    const weft::actor_order actors(ids.data(), weft::uuid::byte_size);
    const weft::stamp x{*left, {weft::actor_slot{1}, 1}};
    const weft::stamp y{*right, {weft::actor_slot{0}, 1}};
    const int sign = weft::stamp::before(y, x, actors) - weft::stamp::before(x, y, actors);

    // The order of the bytes: the timestamp's, big-endian, then the id's.
    std::array<std::byte, 24> left_bytes{};
    std::array<std::byte, 24> right_bytes{};
    weft::identifier_traits<std::uint64_t>::write(left->bits, left_bytes.data());
    weft::identifier_traits<std::uint64_t>::write(right->bits, right_bytes.data());
    nodes[a.at("nodeId")].write(left_bytes.data() + 8);
    nodes[b.at("nodeId")].write(right_bytes.data() + 8);
    const int bytes = std::memcmp(left_bytes.data(), right_bytes.data(), left_bytes.size());
    const int byte_sign = (bytes > 0) - (bytes < 0);

    const json::value& expected = test.at("expected");
    const bool same = expected.at("sign").to_number<int>() == sign &&
                      expected.at("serialized_order_sign").to_number<int>() == byte_sign;
    return same ? verdict::agrees : verdict::differs;
}

// ---- scripts
// --------------------------------------------------------------------------------------

constexpr std::int64_t drift_warning_ms = 60'000;
constexpr std::int64_t drift_error_ms = 300'000;

struct script {
    std::uint64_t now = 0;  ///< what the manual clock reads
    weft::hybrid_clock<weft::manual_clock> clock{weft::manual_clock{&now}};
    std::int64_t at = 0;
    std::int64_t offset = 0;

    /// The wall clock that ticks.
    void read_device() { now = static_cast<std::uint64_t>(at < 0 ? 0 : at); }

    /// The wall clock that judges: corrected by the reference offset.
    void read_reference() { now = static_cast<std::uint64_t>(at + offset < 0 ? 0 : at + offset); }

    [[nodiscard]] bool drift_is_as_in(const json::value& step, bool reported) {
        read_reference();
        const std::int64_t skew = reported ? clock.skew_ms(clock.latest()) : 0;
        const json::array& warnings = step.at("drift_warnings").as_array();
        const json::array& errors = step.at("drift_errors").as_array();
        if (skew > drift_error_ms) {
            return warnings.empty() && errors.size() == 1 &&
                   errors[0].to_number<std::int64_t>() == skew;
        }
        if (skew > drift_warning_ms) {
            return errors.empty() && warnings.size() == 1 &&
                   warnings[0].to_number<std::int64_t>() == skew;
        }
        return warnings.empty() && errors.empty();
    }

    verdict tick(const json::value& step) {
        bool same = drift_is_as_in(step, true);  // reported before the tick
        read_device();
        same = succeeded(step.at("result")) &&
               has_parts(clock.tick(), step.at("result").at("value")) && same;
        return same ? verdict::agrees : verdict::differs;
    }

    verdict receive(const json::value& step) {
        const json::value& parts = step.at("remote");
        if (!whole_number(parts.at("wallTime")) || !whole_number(parts.at("logical"))) {
            return succeeded(step.at("result")) ? verdict::differs : verdict::not_expressible;
        }
        const std::optional<timestamp> remote = timestamp_of(parts);
        const timestamp before = clock.latest();
        read_reference();
        if (!remote || clock.too_far_ahead(*remote)) {
            const bool refused = !succeeded(step.at("result")) && clock.latest() == before;
            return refused ? verdict::agrees : verdict::differs;
        }
        if (!succeeded(step.at("result"))) {
            return verdict::differs;
        }
        clock.witness(*remote);
        read_device();
        const bool same = has_parts(clock.tick(), step.at("result").at("value"));
        const bool cold = before == timestamp{};
        return same && drift_is_as_in(step, !cold) ? verdict::agrees : verdict::differs;
    }

    verdict run(const json::value& step) {
        if (const json::value* moved = step.as_object().if_contains("at"); moved != nullptr) {
            at = moved->to_number<std::int64_t>();
        }
        const json::string& call = step.at("call").as_string();
        if (call == "now") {
            return tick(step);
        }
        if (call == "receive") {
            return receive(step);
        }
        if (call == "advanceTo") {
            const std::optional<timestamp> to = timestamp_of(step.at("remote"));
            if (!to) {
                return verdict::not_expressible;
            }
            clock.restart(*to);
            return verdict::agrees;
        }
        if (call == "setReferenceOffset") {
            offset = step.at("offset").to_number<std::int64_t>();
            return verdict::agrees;
        }
        const bool same = call == "getReferenceOffset" &&
                          step.at("result").at("value").to_number<std::int64_t>() == offset;
        return same ? verdict::agrees : verdict::differs;
    }
};

}  // namespace

TEST_CASE("causal/kora_hlc: every golden case agrees, or departs for a reason") {
    const json::value file = weft::test::load_golden("kora/hlc.json");
    const json::array& cases = file.at("cases").as_array();
    REQUIRE(cases.size() == 274);
    REQUIRE(file.at("case_count").to_number<std::size_t>() == cases.size());
    node_ids nodes;
    for (const json::value& test : cases) {
        if (test.at("kind").as_string() == "compare") {
            nodes.add(test.at("input").at("a").at("nodeId"));
            nodes.add(test.at("input").at("b").at("nodeId"));
        }
    }
    weft::test::ledger ledger(table);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const json::value& test = cases[i];
        const json::string& kind = test.at("kind").as_string();
        if (kind == "serialize") {
            ledger.enter(i, check_serialize(test));
        } else if (kind == "deserialize") {
            ledger.enter(i, verdict::not_expressible);
        } else if (kind == "compare") {
            ledger.enter(i, check_compare(test, nodes));
        } else {
            REQUIRE(kind == "script");
            script clock;
            verdict how = verdict::agrees;
            int where = -1;
            int step = -1;
            for (const json::value& s : test.at("steps").as_array()) {
                ++step;
                const verdict now = clock.run(s);
                if (now == verdict::differs || (now != verdict::agrees && how == verdict::agrees)) {
                    how = now;
                    where = step;
                }
                if (how == verdict::differs) {
                    break;  // from here on the two clocks stand at different times
                }
            }
            ledger.enter(i, how, where);
        }
    }
    ledger.close(245, 29);
}

}  // namespace kora_hlc_test
