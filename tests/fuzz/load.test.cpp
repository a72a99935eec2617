#include "load.hpp"

#include "support/corpus.hpp"

TEST_CASE("fuzz/load: every file of the corpus loads to what it saves, or is refused") {
    CHECK(weft::test::replay_corpus("load", weft::fuzz::load) > 20);
}
