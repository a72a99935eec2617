/// Questions to a git repository, one git command each: the oracle that weft is held against.
#ifndef WEFT_EXAMPLES_GIT_REPOSITORY_HPP
#define WEFT_EXAMPLES_GIT_REPOSITORY_HPP

#include "object_id.hpp"
#include "process.hpp"
#include "scratch_directory.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft_git {

/// A path of a commit's tree.
struct tree_entry {
    std::string path;  ///< bytes; need not be UTF-8
    std::uint32_t mode = 0;
    object_id blob{};

    friend bool operator==(const tree_entry&, const tree_entry&) = default;
};

class repository {
public:
    /// Throws git_error if there is no repository at `path` or none that git will open.
    explicit repository(std::string path) : path_(std::move(path)) {
        static_cast<void>(
            ask_git(path_, {"rev-parse", "--git-dir"}, "'" + path_ + "' is no git repository"));
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// The commit that `revision` names. Throws git_error if it names none.
    [[nodiscard]] object_id commit_of(const std::string& revision) const {
        const std::string name =
            ask_git(path_, {"rev-parse", "--verify", "--end-of-options", revision + "^{commit}"},
                    "'" + revision + "' names no commit in '" + path_ + "'");
        return id_in(std::string_view(name).substr(0, name.find('\n')));
    }

    /// How many commits can be reached from `head`.
    [[nodiscard]] std::uint64_t count(const object_id& head) const {
        return count_in(ask_git(path_, {"rev-list", "--count", head.to_string(), "--"}, failed));
    }

    /// Every path of the commit's tree, submodules included, ascending.
    [[nodiscard]] std::vector<tree_entry> tree_of(const object_id& at) const {
        const std::string text =
            ask_git(path_, {"ls-tree", "-r", "-z", "--full-tree", at.to_string()}, failed);
        std::vector<tree_entry> entries;
        for (std::string_view rest = text; !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\0'));
            rest.remove_prefix(std::min(rest.size(), line.size() + 1));
            const std::size_t tab = line.find('\t');
            const std::size_t name = line.find(' ', 7);
            if (tab == std::string_view::npos || name > tab) {
                throw git_error("git ls-tree wrote something that is not a tree");
            }
            tree_entry entry;
            static_cast<void>(std::from_chars(line.data(), line.data() + 6, entry.mode, 8));
            entry.blob = id_in(line.substr(name + 1, tab - name - 1));
            entry.path = line.substr(tab + 1);
            entries.push_back(std::move(entry));
        }
        std::sort(entries.begin(), entries.end(),
                  [](const tree_entry& a, const tree_entry& b) { return a.path < b.path; });
        return entries;
    }

    /// Lets git index the history behind `head` in a directory of our own (a commit-graph; the
    /// repository is not ours to write in), so that it answers pair_question many times faster.
    /// False, and no harm, if it can't: in a shallow repository, say.
    bool hasten(const object_id& head) {
        const std::string& place = scratch_.path();
        const std::string list = place + "/head";
        std::FILE* file = place.empty() ? nullptr : std::fopen(list.c_str(), "w");
        if (file == nullptr) {
            return false;
        }
        const bool written = std::fputs((head.to_string() + '\n').c_str(), file) >= 0;
        if (std::fclose(file) != 0 || !written) {
            return false;
        }
        process where(path_, {"rev-parse", "--path-format=absolute", "--git-path", "objects"});
        std::string objects = where.read_all();
        if (where.wait() != 0 || objects.empty()) {
            return false;
        }
        objects.pop_back();
        std::string quoted;
        for (const char c : objects) {
            quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
        }
        const std::vector<std::string> beside = {
            "GIT_OBJECT_DIRECTORY=" + place, "GIT_ALTERNATE_OBJECT_DIRECTORIES=\"" + quoted + '"'};
        process index(path_,
                      {"-c", "core.commitGraph=true", "commit-graph", "write", "--stdin-commits",
                       "--no-progress"},
                      beside, list);
        static_cast<void>(index.read_all());
        if (index.wait() != 0 || !std::filesystem::exists(place + "/info/commit-graph")) {
            return false;
        }
        beside_ = beside;
        return true;
    }

    /// Variables for questions about history, after hasten().
    [[nodiscard]] const std::vector<std::string>& beside() const noexcept { return beside_; }

    [[nodiscard]] static object_id id_in(std::string_view hex) {
        object_id id;
        if (!id.parse(hex)) {
            throw git_error("git wrote something that is not an object name");
        }
        return id;
    }

    [[nodiscard]] static std::uint64_t count_in(std::string_view text) noexcept {
        std::uint64_t value = 0;
        static_cast<void>(std::from_chars(text.data(), text.data() + text.size(), value));
        return value;
    }

private:
    static constexpr const char* failed = "git could not answer";

    std::string path_;
    scratch_directory scratch_;
    std::vector<std::string> beside_;
};

/// What git says about two commits. It is asked at once, and thinks while we do other things.
class pair_question {
public:
    pair_question(const repository& git, const object_id& a, const object_id& b)
        : bases_(
              git.path(),
              {"-c", "core.commitGraph=true", "merge-base", "--all", a.to_string(), b.to_string()},
              git.beside()),
          counted_(git.path(),
                   {"-c", "core.commitGraph=true", "rev-list", "--count",
                    a.to_string() + ".." + b.to_string(), "--"},
                   git.beside()) {}

    struct answer {
        std::vector<object_id> common;  ///< best common ancestors, ascending
        std::uint64_t only_second = 0;  ///< commits behind the second that are not behind the first
    };

    /// Waits for the answer. Throws git_error if there is none.
    [[nodiscard]] answer wait() {
        const std::string names = bases_.read_all();
        const std::string number = counted_.read_all();
        // No common ancestor at all is status 1 without a complaint.
        const bool found = bases_.wait() == 0 || (bases_.wait() == 1 && names.empty());
        if (!found || counted_.wait() != 0) {
            throw git_error("git could not answer: " + bases_.complaint() + counted_.complaint());
        }
        answer both;
        for (std::string_view rest = names; !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(rest.size(), line.size() + 1));
            both.common.push_back(repository::id_in(line));
        }
        std::sort(both.common.begin(), both.common.end());
        both.only_second = repository::count_in(number);
        return both;
    }

private:
    process bases_;
    process counted_;
};

}  // namespace weft_git

#endif
