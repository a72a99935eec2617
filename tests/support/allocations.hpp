/// Watches and breaks the global operator new of this thread: how often it was called, how much was
/// held at the worst moment, and what happens when the n-th call fails. support/allocations.cpp
/// replaces operator new in every test executable.
#ifndef WEFT_TESTS_SUPPORT_ALLOCATIONS_HPP
#define WEFT_TESTS_SUPPORT_ALLOCATIONS_HPP

#include <cstddef>
#include <cstdint>
#include <new>

namespace weft::test {

/// What this thread has allocated; sizes as the allocator rounds them, which it is asked for, at
/// some cost, only while somebody watches.
struct allocation_totals {
    std::uint64_t calls = 0;
    std::int64_t live = 0;
    std::int64_t peak = 0;
    int watches = 0;
    /// How many more calls succeed; negative: all.
    std::int64_t allowed = -1;
};

allocation_totals& allocations() noexcept;

/// Counts from its construction on. One at a time.
class allocation_watch {
public:
    allocation_watch() noexcept : calls_(allocations().calls), live_(allocations().live) {
        allocations().peak = live_;
        ++allocations().watches;
    }

    ~allocation_watch() { --allocations().watches; }

    allocation_watch(const allocation_watch&) = delete;
    allocation_watch& operator=(const allocation_watch&) = delete;

    [[nodiscard]] std::uint64_t calls() const noexcept { return allocations().calls - calls_; }

    /// The most bytes that were held at once, above what was held at the start.
    [[nodiscard]] std::size_t peak() const noexcept {
        return static_cast<std::size_t>(allocations().peak - live_);
    }

private:
    std::uint64_t calls_;
    std::int64_t live_;
};

/// While it lives, `allowed` allocations succeed and every later one throws bad_alloc.
class allocation_limit {
public:
    explicit allocation_limit(std::int64_t allowed) noexcept { allocations().allowed = allowed; }

    ~allocation_limit() { allocations().allowed = -1; }

    allocation_limit(const allocation_limit&) = delete;
    allocation_limit& operator=(const allocation_limit&) = delete;
};

/// Runs fn with the first, then the second, ... allocation failing, until it passes; calls
/// check_unchanged() after each failure. Returns how often it failed.
template <class Fn, class Check>
int fail_each_allocation(Fn&& fn, Check&& check_unchanged) {
    for (int allowed = 0;; ++allowed) {
        bool failed = false;
        {
            const allocation_limit limit(allowed);
            try {
                fn();
            } catch (const std::bad_alloc&) {
                failed = true;
            }
        }
        if (!failed) {
            return allowed;
        }
        check_unchanged();
    }
}

}  // namespace weft::test

#endif
