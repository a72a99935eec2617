#include "script.hpp"

#include <weft/testing/everything_more.hpp>

/// The same over the schema of maps, documents and policies with rules of their own.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return weft::fuzz::run_script<weft::testing::everything_more>(data, size);
}
