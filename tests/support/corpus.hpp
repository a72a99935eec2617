/// Replays a fuzz target's corpus as a test: what once was found stays checked.
#ifndef WEFT_TESTS_SUPPORT_CORPUS_HPP
#define WEFT_TESTS_SUPPORT_CORPUS_HPP

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace weft::test {

/// Runs `body(bytes, size)` on every file of fuzz/corpus/<name>, in the order of their names; gives
/// how many there were. Each has to return 0.
template <class Body>
std::size_t replay_corpus(const std::string& name, Body&& body) {
    std::vector<std::filesystem::path> inputs;
    const std::filesystem::path corpus =
        std::filesystem::path(WEFT_SOURCE_DIR) / "fuzz/corpus" / name;
    for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
        inputs.push_back(entry.path());
    }
    std::sort(inputs.begin(), inputs.end());
    for (const auto& input : inputs) {
        CAPTURE(input.filename().string());
        std::ifstream file(input, std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        CHECK(body(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) == 0);
    }
    return inputs.size();
}

}  // namespace weft::test

#endif
