/// What a user's first program looks like, built once for each way of getting weft.
#include <weft/version.hpp>

#include <cstdio>

int main() {
    std::printf("weft %d.%d.%d\n", WEFT_VERSION_MAJOR, WEFT_VERSION_MINOR, WEFT_VERSION_PATCH);
    return 0;
}
