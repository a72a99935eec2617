#include "support/allocations.hpp"

#include <cstdlib>

#if defined(__APPLE__)
#    include <malloc/malloc.h>
#else
#    include <malloc.h>
#endif

namespace weft::test {

allocation_totals& allocations() noexcept {
    static thread_local allocation_totals totals;
    return totals;
}

namespace {

std::int64_t usable_size(void* block) noexcept {
#if defined(__APPLE__)
    return static_cast<std::int64_t>(::malloc_size(block));
#elif defined(_WIN32)
    return static_cast<std::int64_t>(::_msize(block));
#else
    return static_cast<std::int64_t>(::malloc_usable_size(block));
#endif
}

bool admitted() noexcept {
    allocation_totals& totals = allocations();
    if (totals.allowed == 0) {
        return false;
    }
    totals.allowed -= totals.allowed > 0 ? 1 : 0;
    return true;
}

void* counted(void* block) noexcept {
    if (block != nullptr) {
        allocation_totals& totals = allocations();
        ++totals.calls;
        if (totals.watches != 0) {
            totals.live += usable_size(block);
            totals.peak = totals.live > totals.peak ? totals.live : totals.peak;
        }
    }
    return block;
}

void* allocate(std::size_t size) noexcept {
    return admitted() ? counted(std::malloc(size == 0 ? 1 : size)) : nullptr;
}

void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
    const auto align = static_cast<std::size_t>(alignment);
    const std::size_t rounded = (size + align - 1) / align * align;
    return admitted() ? counted(std::aligned_alloc(align, rounded == 0 ? align : rounded))
                      : nullptr;
}

void release(void* block) noexcept {
    if (block != nullptr) {
        allocation_totals& totals = allocations();
        if (totals.watches != 0) {
            totals.live -= usable_size(block);
        }
        std::free(block);
    }
}

void* required(void* block) {
    if (block == nullptr) {
        throw std::bad_alloc();
    }
    return block;
}

}  // namespace

}  // namespace weft::test

void* operator new(std::size_t size) {
    return weft::test::required(weft::test::allocate(size));
}

void* operator new[](std::size_t size) {
    return weft::test::required(weft::test::allocate(size));
}

void* operator new(std::size_t size, std::align_val_t alignment) {
    return weft::test::required(weft::test::allocate(size, alignment));
}

void* operator new[](std::size_t size, std::align_val_t alignment) {
    return weft::test::required(weft::test::allocate(size, alignment));
}

void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return weft::test::allocate(size);
}

void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return weft::test::allocate(size);
}

void operator delete(void* block) noexcept {
    weft::test::release(block);
}

void operator delete[](void* block) noexcept {
    weft::test::release(block);
}

void operator delete(void* block, std::size_t /*size*/) noexcept {
    weft::test::release(block);
}

void operator delete[](void* block, std::size_t /*size*/) noexcept {
    weft::test::release(block);
}

void operator delete(void* block, std::align_val_t /*alignment*/) noexcept {
    weft::test::release(block);
}

void operator delete[](void* block, std::align_val_t /*alignment*/) noexcept {
    weft::test::release(block);
}

void operator delete(void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
    weft::test::release(block);
}

void operator delete[](void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
    weft::test::release(block);
}
