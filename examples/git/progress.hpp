/// A progress bar on standard error, where standard error is a terminal; nothing otherwise. Draws
/// at most ten times a second.
#ifndef WEFT_EXAMPLES_GIT_PROGRESS_HPP
#define WEFT_EXAMPLES_GIT_PROGRESS_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unistd.h>

namespace weft_git {

class progress {
public:
    progress() : to_(::isatty(::fileno(stderr)) == 1 ? stderr : nullptr) {}

    /// Draws there, whatever it is; nowhere if it is null.
    explicit progress(std::FILE* to) noexcept : to_(to) {}

    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    ~progress() { clear(); }

    /// Whether anyone sees it: what is only needed for it need not be asked.
    [[nodiscard]] bool shown() const noexcept { return to_ != nullptr; }

    /// Starts a stage of `total` steps.
    void stage(const char* name, std::uint64_t total) {
        name_ = name;
        total_ = total;
        step(0);
    }

    void step(std::uint64_t done) {
        if (to_ == nullptr) {
            return;
        }
        const auto now = std::chrono::steady_clock::now();
        if (done != 0 && done != total_ && now - drawn_ < std::chrono::milliseconds(100)) {
            return;
        }
        drawn_ = now;
        constexpr std::uint64_t width = 40;
        const std::uint64_t full = total_ == 0 ? width : std::min(width, width * done / total_);
        const std::string bar = std::string(static_cast<std::size_t>(full), '#') +
                                std::string(static_cast<std::size_t>(width - full), '.');
        static_cast<void>(std::fprintf(to_, "\r\033[K%-10s [%s] %llu/%llu", name_, bar.c_str(),
                                       static_cast<unsigned long long>(done),
                                       static_cast<unsigned long long>(total_)));
        static_cast<void>(std::fflush(to_));
    }

    /// Takes the bar away.
    void clear() {
        if (to_ != nullptr) {
            static_cast<void>(std::fputs("\r\033[K", to_));
            static_cast<void>(std::fflush(to_));
        }
    }

private:
    std::FILE* to_ = nullptr;
    const char* name_ = "";
    std::uint64_t total_ = 0;
    std::chrono::steady_clock::time_point drawn_{};
};

}  // namespace weft_git

#endif
