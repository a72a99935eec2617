#include <weft/merge.hpp>
#include <weft/model/renamed.hpp>
#include <weft/model/value_text.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace value_text_test {

using namespace weft;

namespace {

enum class shade : std::int8_t { dark = -3 };

struct record {
    BOOST_HANA_DEFINE_STRUCT(record,
                             (lww<std::string>, title),
                             (secret<lww<std::string>>, password),
                             (renamed<"old", secret<add_wins_set<int>>>, keys),
                             (multi_value<std::int64_t>, choice),
                             (counter, votes),
                             (enable_wins, starred),
                             (add_wins_set<std::string>, tags),
                             (weft::max<double>, best));
};

/// A policy's own way to be printed.
struct odd : lww<int> {
    static void append_json(std::string& out) { out += "{\"odd\":1}"; }
};

/// One that has nothing to print.
struct mute {
    static constexpr std::string_view policy_name = "mute";
};

template <class T>
[[nodiscard]] std::string text(const T& value) {
    std::string out;
    append_json_value(out, value);
    return out;
}

template <class Policy>
[[nodiscard]] std::string field(const Policy& of) {
    std::string out;
    append_json_field(out, of);
    return out;
}

}  // namespace

TEST_CASE("model/value_text: values of every kind") {
    CHECK(text(true) == "true");
    CHECK(text(std::int8_t{-7}) == "-7");
    CHECK(text(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(text(0.1) == "0.1");
    CHECK(text(0.1F) == "0.1");
    CHECK(text(1e300) == "1e+300");
    CHECK(text(std::numeric_limits<double>::quiet_NaN()) == "\"NaN\"");
    CHECK(text(-std::numeric_limits<double>::infinity()) == "\"-Infinity\"");
    CHECK(text(std::optional<int>()) == "null");
    CHECK(text(std::optional<int>(3)) == "3");
    CHECK(text(shade::dark) == "-3");
    CHECK(text(uuid::of(1, 2)) == "\"00000000-0000-0001-0000-000000000002\"");
    CHECK(text(byte_buffer{std::byte{0}, std::byte{0xAB}}) == "\"00ab\"");
}

TEST_CASE("model/value_text: strings are escaped so that no text leaves them") {
    CHECK(text(std::string("a\"b\\c/")) == R"("a\"b\\c/")");
    CHECK(text(std::string("\n\t\r\x01\x7F")) == R"("\n\t\u000d\u0001\u007f")");
    CHECK(text(std::string("\0x", 2)) == R"("\u0000x")");
    CHECK(text(std::string("\xC3\xA9\xF0\x9F\x98\x80")) == "\"\xC3\xA9\xF0\x9F\x98\x80\"");
    CHECK(text(std::string()) == "\"\"");
}

TEST_CASE("model/value_text: a record is an object in the order of its description; secrets stay") {
    record one;
    one.title = "Ship \"it\"";
    one.password = std::string("hunter2");
    one.keys = {1, 2};
    one.choice = std::int64_t{4};
    one.votes = 3;
    one.starred = true;
    one.tags = {"b", "a"};
    one.best = 1.5;
    const std::string full =
        R"json({"title":"Ship \"it\"","password":"(secret)","keys":"(secret)",)json"
        R"json("choice":4,"votes":3,"starred":true,"tags":["a","b"],"best":1.5})json";
    CHECK(to_json(one) == full);
    const std::string blank = R"json({"title":"","password":"(secret)","keys":"(secret)",)json"
                              R"json("choice":0,"votes":0,"starred":false,"tags":[],"best":0})json";
    CHECK(to_json(record()) == blank);
}

TEST_CASE("model/value_text: a policy can say it in its own way; one without a value is named") {
    CHECK(field(odd()) == "{\"odd\":1}");
    CHECK(field(mute()) == "\"(mute)\"");
}

TEST_CASE("model/secret: a secret field is its policy in all but the mark") {
    using secret_title = secret<lww<std::string>>;
    CHECK(policy<secret_title>);
    CHECK(secret_field<secret_title>);
    CHECK(secret_field<renamed<"x", secret_title>>);
    CHECK(secret_field<secret<renamed<"x", lww<std::string>>>>);
    CHECK_FALSE(secret_field<lww<std::string>>);
    CHECK(secret_title::wire_kind == lww<std::string>::wire_kind);
    CHECK(record_fields<record>::tags[2] == name_tag("old"));
    secret_title one = std::string("x");
    CHECK(one == "x");
    one = std::string("y");
    CHECK(one.value() == "y");
    CHECK(undoable<secret_title>);
}

TEST_CASE("model/reads_same: values decide, not what is known of them") {
    lww<int> a(1);
    CHECK(reads_same(a, lww<int>(1)));
    CHECK_FALSE(reads_same(a, lww<int>(2)));
    null_report none;
    lww<int> written;
    constexpr std::byte id[1]{std::byte{1}};
    static_cast<void>(written.apply({1, true}, {}, {{{{0}, 1}, 0}, timestamp{1}, {id, 1}}, none));
    CHECK_FALSE(written == a);
    CHECK(reads_same(written, a));
    CHECK(reads_same(add_wins_set<int>{2, 1}, add_wins_set<int>{1, 2}));
    CHECK_FALSE(reads_same(add_wins_set<int>{1}, add_wins_set<int>{2}));
    CHECK_FALSE(reads_same(add_wins_set<int>{1}, add_wins_set<int>{1, 2}));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(reads_same(lww<double>(nan), lww<double>(nan)));
    CHECK_FALSE(reads_same(multi_value<int>(1), multi_value<int>(2)));
    CHECK(reads_same(counter(3), counter(3)));
}

}  // namespace value_text_test
