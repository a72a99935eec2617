/// Runs git and reads what it writes. The arguments go to posix_spawn as a list: no shell, so no
/// quoting, whatever a path or a revision is named. The child's environment is ours with every
/// variable taken out that could change what git shows; its messages are kept for the one sentence
/// that we print when it fails. Not thread-safe.
#ifndef WEFT_EXAMPLES_GIT_PROCESS_HPP
#define WEFT_EXAMPLES_GIT_PROCESS_HPP

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

extern char** environ;

namespace weft_git {

/// What a user has to be told when git can't be asked or can't answer. what() is one sentence.
class git_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// An owned file descriptor.
class descriptor {
public:
    descriptor() = default;

    explicit descriptor(int fd) noexcept : fd_(fd) {}

    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    ~descriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return fd_; }

    void reset() noexcept {
        if (fd_ >= 0) {
            static_cast<void>(::close(std::exchange(fd_, -1)));
        }
    }

private:
    int fd_ = -1;
};

/// The environment for git: ours, without the variables that name another repository, other
/// configuration or other history (GIT_DIR, GIT_CONFIG_PARAMETERS, replacements, grafts ...).
/// Those that say where git and its system-wide configuration are stay.
[[nodiscard]] inline std::vector<std::string> git_environment() {
    constexpr std::string_view kept[] = {
        "GIT_EXEC_PATH=",     "GIT_CONFIG_NOSYSTEM=",     "GIT_CONFIG_SYSTEM=",
        "GIT_CONFIG_GLOBAL=", "GIT_CEILING_DIRECTORIES=", "GIT_DISCOVERY_ACROSS_FILESYSTEM="};
    std::vector<std::string> list;
    for (char** at = environ; *at != nullptr; ++at) {
        const std::string_view entry(*at);
        bool keep = !entry.starts_with("GIT_") && !entry.starts_with("LC_ALL=");
        for (const std::string_view name : kept) {
            keep = keep || entry.starts_with(name);
        }
        if (keep) {
            list.emplace_back(entry);
        }
    }
    list.insert(list.end(), {"LC_ALL=C", "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE=/dev/null",
                             "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0"});
    return list;
}

/// The words as posix_spawn wants them: views, with a null at the end.
[[nodiscard]] inline std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> list;
    list.reserve(words.size() + 1);
    for (std::string& word : words) {
        list.push_back(word.data());
    }
    list.push_back(nullptr);
    return list;
}

/// A running git whose standard output we read. If it is destroyed early, git is told by a closed
/// pipe and waited for.
class process {
public:
    /// Starts `git -C repository arguments...`, with more variables `NAME=value` and with a file as
    /// its input if one is named. Throws git_error if git can't be started.
    process(const std::string& repository,
            const std::vector<std::string>& arguments,
            const std::vector<std::string>& more = {},
            const std::string& input = "/dev/null")
        : messages_(std::tmpfile()) {
        int ends[2];
        if (messages_ == nullptr || ::pipe(ends) != 0) {
            throw not_started(errno);
        }
        output_ = descriptor(ends[0]);
        const descriptor child_end(ends[1]);
        for (const int fd : {ends[0], ends[1], ::fileno(messages_.get())}) {
            static_cast<void>(::fcntl(fd, F_SETFD, FD_CLOEXEC));
        }
        spawn(repository, arguments, more, input, child_end.get());
    }

    process(const process&) = delete;
    process& operator=(const process&) = delete;

    ~process() {
        output_.reset();
        wait();
    }

    /// Reads up to `room` bytes; 0 at the end of git's output.
    [[nodiscard]] std::size_t read(char* to, std::size_t room) {
        for (;;) {
            const ssize_t got = ::read(output_.get(), to, room);
            if (got >= 0) {
                return static_cast<std::size_t>(got);
            }
            if (errno != EINTR) {
                throw git_error(std::string("git's output can't be read: ") + std::strerror(errno));
            }
        }
    }

    /// Everything that is left.
    [[nodiscard]] std::string read_all() {
        std::string text;
        for (std::size_t size = 0;;) {
            text.resize(size + (std::size_t{1} << 16U));
            const std::size_t got = read(text.data() + size, text.size() - size);
            size += got;
            if (got == 0) {
                text.resize(size);
                return text;
            }
        }
    }

    /// Waits for the end; the exit status, 128 + n for death by signal n.
    int wait() noexcept {
        if (child_ > 0) {
            int status = 0;
            while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
            }
            child_ = -1;
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        return status_;
    }

    /// The last line that git wrote to its standard error, without "fatal: ". Call after wait().
    [[nodiscard]] std::string complaint() const {
        std::string text;
        std::rewind(messages_.get());
        char piece[512];
        for (std::size_t got = 0;
             (got = std::fread(piece, 1, sizeof piece, messages_.get())) > 0;) {
            text.append(piece, got);
        }
        while (!text.empty() && text.back() == '\n') {
            text.pop_back();
        }
        text.erase(0, text.rfind('\n') + 1);
        if (text.starts_with("fatal: ")) {
            text.erase(0, 7);
        }
        return text;
    }

private:
    struct file_closer {
        void operator()(std::FILE* file) const noexcept { static_cast<void>(std::fclose(file)); }
    };

    [[nodiscard]] static git_error not_started(int reason) {
        return git_error(std::string("git could not be started: ") + std::strerror(reason));
    }

    void spawn(const std::string& repository,
               const std::vector<std::string>& arguments,
               const std::vector<std::string>& more,
               const std::string& input,
               int child_end) {
        std::vector<std::string> words = {"git", "--no-pager", "-C", repository};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<std::string> variables = git_environment();
        variables.insert(variables.end(), more.begin(), more.end());

        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, child_end, 1);
        posix_spawn_file_actions_adddup2(&actions, ::fileno(messages_.get()), 2);
        const int failure =
            ::posix_spawnp(&child_, "git", &actions, nullptr, pointers_to(words).data(),
                           pointers_to(variables).data());
        posix_spawn_file_actions_destroy(&actions);
        if (failure != 0) {
            child_ = -1;
            throw not_started(failure);
        }
    }

    std::unique_ptr<std::FILE, file_closer> messages_;
    descriptor output_;
    pid_t child_ = -1;
    int status_ = -1;
};

/// The output of one short git command. Throws git_error with `what` and git's reason if it fails.
[[nodiscard]] inline std::string ask_git(const std::string& repository,
                                         const std::vector<std::string>& arguments,
                                         const std::string& what) {
    process git(repository, arguments);
    std::string answer = git.read_all();
    if (git.wait() != 0) {
        const std::string reason = git.complaint();
        throw git_error(reason.empty() ? what : what + ": " + reason);
    }
    return answer;
}

}  // namespace weft_git

#endif
