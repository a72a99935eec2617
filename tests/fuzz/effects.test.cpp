#include "effects.hpp"

#include "support/corpus.hpp"

TEST_CASE("fuzz/effects: every file of the corpus is an effect that encodes to it, or is refused") {
    CHECK(weft::test::replay_corpus("effects", weft::fuzz::effects) > 20);
}
