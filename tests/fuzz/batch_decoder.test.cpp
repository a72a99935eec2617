#include "batch_decoder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

TEST_CASE("fuzz/batch_decoder: every input of the corpus is taken or refused as it should be") {
    const std::filesystem::path corpus =
        std::filesystem::path(WEFT_SOURCE_DIR) / "fuzz/corpus/batch_decoder";
    std::vector<std::filesystem::path> inputs;
    for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
        inputs.push_back(entry.path());
    }
    std::sort(inputs.begin(), inputs.end());
    CHECK(inputs.size() > 20);
    for (const auto& input : inputs) {
        CAPTURE(input.filename().string());
        std::ifstream file(input, std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        CHECK(weft::fuzz::batch_decoder(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                        bytes.size()) == 0);
    }
}
