#include "script.hpp"

#include "support/corpus.hpp"

TEST_CASE("fuzz/script: every schedule of the corpus ends in agreement") {
    CHECK(weft::test::replay_corpus("script", weft::fuzz::run_script<>) > 20);
}
