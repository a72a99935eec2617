#include <weft/base/value_codecs.hpp>
#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/lww.hpp>
#include <weft/model/field.hpp>
#include <weft/model/renamed.hpp>
#include <weft/model/secret.hpp>
#include <weft/model/value_text.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <string>

namespace secret_test {

using weft::lww;
using weft::renamed;
using weft::secret;
using weft::secret_field;

namespace {

struct account {
    BOOST_HANA_DEFINE_STRUCT(account,
                             (lww<std::string>, name),
                             (secret<lww<std::string>>, password),
                             (renamed<"keys", secret<weft::add_wins_set<int>>>, tokens));
};

// A secret field is a field of its policy, in all that merges and travels.
using plain = lww<std::string>;
static_assert(weft::policy<secret<plain>>);
static_assert(secret<plain>::wire_kind == plain::wire_kind);
static_assert(std::same_as<secret<plain>::effect, plain::effect>);
static_assert(secret_field<secret<plain>> && !secret_field<plain>);
static_assert(secret_field<renamed<"old", secret<plain>>>);
static_assert(secret_field<secret<renamed<"old", plain>>>);

}  // namespace

TEST_CASE("model/secret: it is assigned, read and compared as its policy is") {
    secret<plain> one;
    one = "word";
    CHECK(one.value() == "word");
    CHECK(one == "word");
    CHECK(one == secret<plain>(std::string("word")));
    CHECK_FALSE(one == secret<plain>());
    account made;
    made.password = "word";
    made.tokens = {1, 2};
    CHECK(made.tokens.size() == 2);
    CHECK(made.password == "word");
}

TEST_CASE("model/secret: dumps do not show it") {
    account made;
    made.name = "Ada";
    made.password = "word";
    made.tokens = {42};
    CHECK(weft::to_json(made) == R"x({"name":"Ada","password":"(secret)","tokens":"(secret)"})x");
}

}  // namespace secret_test
