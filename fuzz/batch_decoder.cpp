#include "batch_decoder.hpp"

#include "support/allocations.cpp"  // the decoder's memory is watched

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return weft::fuzz::batch_decoder(data, size);
}
