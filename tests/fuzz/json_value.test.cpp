#include "json_value.hpp"

#include "support/corpus.hpp"

TEST_CASE(
    "fuzz/json_value: every file of the corpus is a value that encodes to it, or is refused") {
    CHECK(weft::test::replay_corpus("json_value", weft::fuzz::json_value) > 20);
}
