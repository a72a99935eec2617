#include <weft/base/json_value.hpp>
#include <weft/model/json_text.hpp>

#include "support/golden.hpp"
#include "support/hostile.hpp"
#include "support/property.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace json_value_test {

namespace {

namespace boost_json = boost::json;
using weft::byte_buffer;
using weft::codec;
using weft::encoded;
using weft::errc;
using weft::json_kind;
using weft::json_value;
using weft::json_view;
using weft::test::chance;

static_assert(codec<json_value>::kind == 15);
static_assert(std::is_nothrow_move_constructible_v<json_value>);
static_assert(!std::is_constructible_v<json_value, char>);

/// One value twice: by weft, and by a library that nobody here wrote.
using twins = std::pair<json_value, boost_json::value>;

twins leaf(chance& random) {
    switch (random.below(6)) {
    case 0:
        return {json_value(), nullptr};
    case 1: {
        const bool value = random.one_in(2);
        return {value, value};
    }
    case 2: {
        const std::int64_t value = weft::test::hostile_integer(random);
        return {value, value};
    }
    case 3: {
        const double value = static_cast<double>(random.below(4000)) / 16 - 100.03125;
        return {value, value};
    }
    default: {
        const std::string value = weft::test::hostile_string(random);
        return {value, boost_json::string(value)};
    }
    }
}

/// A value of which others are parts, and of those others.
twins grown(chance& random) {
    std::vector<twins> parts;
    for (std::size_t steps = 1 + random.below(20); steps > 0; --steps) {
        std::vector<json_value> elements;
        std::vector<std::string> keys;
        boost_json::array array;
        boost_json::object object;
        const bool keyed = random.one_in(2);
        for (std::size_t size = random.below(4); size > 0; --size) {
            const bool reuse = !parts.empty() && random.one_in(2);
            const twins part = reuse ? parts[random.below(parts.size())] : leaf(random);
            elements.push_back(part.first);
            keys.push_back(weft::test::hostile_string(random));
            array.push_back(part.second);
            object[keys.back()] = part.second;
        }
        std::vector<json_value::member> members;
        for (std::size_t i = 0; i != keys.size(); ++i) {
            members.emplace_back(keys[i], elements[i]);
        }
        parts.push_back(keyed ? twins(json_value::object(members), std::move(object))
                              : twins(json_value::array(elements), std::move(array)));
    }
    return random.one_in(8) ? leaf(random) : parts.back();
}

/// Everything that can be asked of a view, one level deep.
void check_reads(json_view view, const boost_json::value& as) {
    RC_ASSERT(static_cast<bool>(view));
    switch (as.kind()) {
    case boost_json::kind::null:
        RC_ASSERT(view.is_null() && view.size() == 0U);
        break;
    case boost_json::kind::bool_:
        RC_ASSERT(view.kind() == json_kind::boolean && view.boolean() == as.as_bool());
        break;
    case boost_json::kind::int64:
        RC_ASSERT(view.kind() == json_kind::integer && view.integer() == as.as_int64());
        RC_ASSERT(view.number() == static_cast<double>(as.as_int64()));
        break;
    case boost_json::kind::double_:
        RC_ASSERT(view.kind() == json_kind::number && view.number() == as.as_double());
        break;
    case boost_json::kind::string:
        RC_ASSERT(view.kind() == json_kind::string && view.string() == as.as_string());
        break;
    case boost_json::kind::array: {
        const auto& array = as.as_array();
        RC_ASSERT(view.kind() == json_kind::array && view.size() == array.size());
        RC_ASSERT(!view[array.size()] && !view["no"]);
        for (std::size_t i = 0; i != array.size(); ++i) {
            check_reads(view[i], array[i]);
        }
        break;
    }
    default: {
        const auto& object = as.as_object();
        RC_ASSERT(view.kind() == json_kind::object && view.size() == object.size());
        std::string before;
        for (const auto& [key, value] : view) {
            RC_ASSERT(before.empty() || before < key);
            before = key;
            check_reads(value, object.at(key));
        }
    }
    }
}

byte_buffer bytes_of(std::initializer_list<int> all) {
    byte_buffer bytes;
    for (const int each : all) {
        bytes.push_back(static_cast<std::byte>(each));
    }
    return bytes;
}

void refused(std::initializer_list<int> bytes, errc why, std::size_t at) {
    const auto read = json_value::decode(bytes_of(bytes));
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == why);
    CHECK(read.error().offset == at);
}

json_value nested(std::size_t depth) {
    json_value made = 1;
    for (; depth > 0; --depth) {
        made = depth % 2 == 0 ? json_value::array({made}) : json_value::object({{"k", made}});
    }
    return made;
}

}  // namespace

TEST_CASE("base/json_value: what is put in is read") {
    const json_value home = json_value::object({{"street", "Am Wall"},
                                                {"number", 7},
                                                {"rooms", 2.5},
                                                {"tags", json_value::array({1, "two", nullptr})},
                                                {"number", 8},
                                                {"own", true}});
    CHECK(home.kind() == json_kind::object);
    CHECK(home.size() == 5);
    CHECK(home["street"].string() == "Am Wall");
    CHECK(home["number"].integer() == 8);  // the last of one key
    CHECK(home["rooms"].number() == 2.5);
    CHECK(home["own"].boolean());
    CHECK(home["tags"][1].string() == "two");
    CHECK(home["tags"][2].is_null());
    CHECK_FALSE(home["tags"][3]);
    CHECK_FALSE(home["garden"]["tree"][0]);
    CHECK(home["garden"].kind() == json_kind::absent);
    CHECK(home["garden"].integer(-1) == -1);
    CHECK(home["street"].integer(-1) == -1);
    CHECK(home["number"].string("none") == "none");
    CHECK(home["number"].boolean(true));
    CHECK(home["street"].number(-1) == -1);
    CHECK(to_json(home) == R"({"number":8,"own":true,"rooms":2.5,"street":"Am Wall",)"
                           R"("tags":[1,"two",null]})");
    CHECK(json_value(home["tags"]) == json_value::array({1, "two", nullptr}));
    CHECK(json_value(home["garden"]) == json_value());
    CHECK(json_value(home["tags"][2]) == json_value());
    CHECK(json_value(1) != json_value(1.0));
    CHECK(to_json(json_value(std::numeric_limits<double>::infinity())) == "\"Infinity\"");
    CHECK(to_json(json_value::array({json_value::array({}), json_value::object({})})) == "[[],{}]");
}

TEST_CASE("base/json_value: bytes that never change") {
    CHECK(encoded(json_value()) == bytes_of({0}));
    CHECK(encoded(json_value(false)) == bytes_of({1}));
    CHECK(encoded(json_value(true)) == bytes_of({2}));
    CHECK(encoded(json_value(-1)) == bytes_of({3, 0xFF}));
    CHECK(encoded(json_value(300)) == bytes_of({4, 0x2C, 1}));
    CHECK(encoded(json_value(std::numeric_limits<std::int64_t>::min())) ==
          bytes_of({10, 0, 0, 0, 0, 0, 0, 0, 0x80}));
    CHECK(encoded(json_value(1.0)) == bytes_of({11, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F}));
    CHECK(encoded(json_value("ab")) == bytes_of({12, 2, 'a', 'b'}));
    CHECK(encoded(json_value::array({true, json_value::array({})})) == bytes_of({13, 3, 2, 13, 0}));
    CHECK(encoded(json_value::object({{"b", 1}, {"a", nullptr}})) ==
          bytes_of({14, 7, 1, 'a', 0, 1, 'b', 3, 1}));
}

TEST_CASE("base/json_value: a value reads as another library's, and comes back from its bytes") {
    weft::test::property("base/json_value: reads", 300, [](std::uint64_t word) {
        chance random(word);
        const auto [value, as] = grown(random);
        check_reads(value.view(), as);
        const byte_buffer bytes = encoded(value);
        const auto back = codec<json_value>::decode(bytes);
        RC_ASSERT(back.has_value());
        RC_ASSERT(*back == value);
        RC_ASSERT(encoded(*back) == bytes);
        RC_ASSERT(boost_json::parse(to_json(value)) == as);
        RC_ASSERT(codec<json_value>::hash(value, 7) == codec<json_value>::hash(*back, 7));
        const auto other = grown(random).first;
        RC_ASSERT((value == other) == (encoded(other) == bytes));
        RC_ASSERT(!codec<json_value>::less(value, other) || !codec<json_value>::less(other, value));
    });
}

TEST_CASE("base/json_value: what is accepted of damaged bytes stands for itself") {
    weft::test::property("base/json_value: damaged", 1000, [](std::uint64_t word) {
        chance random(word);
        byte_buffer bytes = encoded(grown(random).first);
        for (std::size_t times = 1 + random.below(3); times > 0 && !bytes.empty(); --times) {
            if (random.one_in(4)) {
                bytes.resize(random.below(bytes.size() + 1));
            } else {
                bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
            }
        }
        const auto read = codec<json_value>::decode(bytes);
        if (read) {
            RC_ASSERT(encoded(*read) == bytes);
            RC_ASSERT(!to_json(*read).empty());
        } else {
            RC_ASSERT(read.error().offset <= bytes.size());
        }
    });
}

TEST_CASE("base/json_value: what is no value is refused, and where") {
    refused({}, errc::truncated, 0);
    refused({15}, errc::out_of_range, 0);
    refused({0, 0}, errc::trailing_bytes, 1);
    refused({4, 1, 0}, errc::not_shortest, 2);
    refused({4, 1}, errc::truncated, 1);
    refused({11, 1, 0, 0, 0, 0, 0, 0xF8, 0x7F}, errc::not_canonical, 1);
    refused({12, 2, 'a', 0xC0}, errc::bad_utf8, 3);
    refused({12, 2, 'a'}, errc::truncated, 2);
    refused({12, 0x81, 0, 'a'}, errc::not_shortest, 1);
    refused({13, 2, 2}, errc::truncated, 3);
    refused({13, 1, 3, 1}, errc::truncated, 3);      // the integer ends behind its array
    refused({13, 2, 13, 1, 2}, errc::truncated, 4);  // and so does the inner array
    refused({14, 6, 1, 'b', 0, 1, 'a', 0}, errc::not_sorted, 5);
    refused({14, 6, 1, 'a', 0, 1, 'a', 0}, errc::not_sorted, 5);
    refused({14, 3, 1, 0xFF, 0}, errc::bad_utf8, 3);
    refused({14, 2, 1, 'a'}, errc::truncated, 4);
    CHECK_THROWS_AS(static_cast<void>(json_value("\xFF")), weft::bad_value);
    CHECK_THROWS_AS(static_cast<void>(json_value::object({{"\xFF", 1}})), weft::bad_value);
    CHECK_THROWS_AS(static_cast<void>(json_value(~std::uint64_t{0})), weft::bad_value);
}

TEST_CASE("base/json_value: values are nested to a limit") {
    const json_value deepest = nested(weft::json_depth_max);
    CHECK(json_value::decode(deepest.bytes()).value() == deepest);
    CHECK(to_json(deepest).size() > weft::json_depth_max);
    CHECK_THROWS_AS(static_cast<void>(json_value::array({deepest})), weft::bad_value);
    CHECK_THROWS_AS(static_cast<void>(json_value::object({{"k", deepest}})), weft::bad_value);

    byte_buffer deeper = bytes_of({13});
    deeper.push_back(static_cast<std::byte>(0x80U | (deepest.bytes().size() & 0x7FU)));
    deeper.push_back(static_cast<std::byte>(deepest.bytes().size() >> 7U));
    deeper.insert(deeper.end(), deepest.bytes().begin(), deepest.bytes().end());
    REQUIRE(deepest.bytes().size() >= 0x80);
    const auto read = json_value::decode(deeper);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == errc::too_deep);
}

}  // namespace json_value_test
