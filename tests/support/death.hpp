/// Runs a function in a child process and tells whether it aborted and what it wrote to stderr: for
/// the contracts that WEFT_ASSERT guards. POSIX only, as WEFT_TEST_DEATHS says.
#ifndef WEFT_TESTS_SUPPORT_DEATH_HPP
#define WEFT_TESTS_SUPPORT_DEATH_HPP

#include <string>

#if defined(__unix__) || defined(__APPLE__)
#    define WEFT_TEST_DEATHS 1
#    include <csignal>
#    include <cstdlib>
#    include <sys/resource.h>
#    include <sys/wait.h>
#    include <unistd.h>
#else
#    define WEFT_TEST_DEATHS 0
#endif

namespace weft::test {

struct death {
    bool aborted = false;
    std::string text;
};

#if WEFT_TEST_DEATHS
template <class Fn>
death death_of(Fn&& fn) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) {
        return {};
    }
    const ::pid_t child = ::fork();
    if (child == 0) {
        const ::rlimit no_core{0, 0};
        static_cast<void>(::setrlimit(RLIMIT_CORE, &no_core));
        static_cast<void>(std::signal(SIGABRT, SIG_DFL));
        static_cast<void>(::dup2(ends[1], STDERR_FILENO));
        fn();
        ::_exit(0);
    }
    static_cast<void>(::close(ends[1]));
    death seen;
    char part[256];
    for (auto n = ::read(ends[0], part, sizeof part); n > 0;
         n = ::read(ends[0], part, sizeof part)) {
        seen.text.append(part, static_cast<std::size_t>(n));
    }
    static_cast<void>(::close(ends[0]));
    int status = 0;
    static_cast<void>(::waitpid(child, &status, 0));
    seen.aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
    return seen;
}
#endif

}  // namespace weft::test

#endif
