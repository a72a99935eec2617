#include <weft/testing/schema_laws.hpp>

#include "testing/broken_register.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace weft;
using weft::test::broken_register;

namespace {

struct switched {
    BOOST_HANA_DEFINE_STRUCT(switched, (broken_register, text), (counter, votes));
};

using switches = schema<1, collection<"switches", switched>>;

}  // namespace

namespace weft::testing {

template <>
struct policy_model<broken_register> {
    [[nodiscard]] static rendering shown(const broken_register& field) {
        return {encoded(field.value())};
    }

    [[nodiscard]] static broken_register detached(dice& from) {
        return broken_register(std::to_string(from.below(3)));
    }

    static void edit(broken_register::editor field, dice& from, std::optional<rendering>& now) {
        const std::string value = std::to_string(from.below(3));
        field.set(value);
        now = rendering{encoded(value)};
    }

    static void replaced(const broken_register& wanted, std::optional<rendering>& now) {
        now = shown(wanted);
    }

    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        const auto last = std::max_element(effects.begin(), effects.end(), stamped_before);
        if (last == effects.end()) {
            return {encoded(std::string())};
        }
        byte_reader in(last->payload);
        return {encoded(broken_register::decode(in, 0)->value)};
    }
};

}  // namespace weft::testing

TEST_CASE("testing/schema_laws: a schema of correct policies passes") {
    testing::schema_options options;
    options.name = "switches";
    options.cases = 40;
    const auto result = testing::check_schema<switches>(options);
    CAPTURE(result.text());
    CHECK(result);
    CHECK(result.scripts == 40);
    CHECK(result.operations > 40);
}

TEST_CASE("testing/schema_laws: a policy that takes what comes last is caught in its record") {
    for (const auto mistake :
         {broken_register::slip::last_arrived, broken_register::slip::slot_tie_break}) {
        broken_register::now = mistake;
        testing::schema_options options;
        options.cases = 400;
        const auto result = testing::check_schema<switches>(options);
        broken_register::now = broken_register::slip::none;
        CAPTURE(result.text());
        CHECK_FALSE(result);
        CHECK(result.law == testing::policy_law::schema);
        CHECK(result.text().find("write") != std::string::npos);
        CHECK(result.text().find("RC_PARAMS") != std::string::npos);
    }
}
