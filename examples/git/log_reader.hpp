/// Reads a repository's history, oldest first, as one commit after another: a streaming parser of
/// `git log --raw -z`. It holds the text of one commit at a time. What a user has configured does
/// not change what it sees: every setting that could is overridden here.
///
/// The text is a list of NUL-terminated tokens. A commit is `hash, parents, committer time, author
/// e-mail`, then for each differing path `:modes, names and status` and the path. A merge repeats
/// all of this for every parent that it differs from; a parent with an empty diff leaves no trace.
/// No token of the first kind begins with a colon, so a path may be anything.
#ifndef WEFT_EXAMPLES_GIT_LOG_READER_HPP
#define WEFT_EXAMPLES_GIT_LOG_READER_HPP

#include "object_id.hpp"
#include "process.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft_git {

/// What a commit has at a path that differs from at least one of its parents.
struct change {
    std::size_t path_at = 0;    ///< in commit::paths
    std::size_t path_size = 0;  ///< bytes
    object_id blob{};           ///< meaningless if erased()
    std::uint32_t mode = 0;     ///< 0: the commit does not have the path
    bool fresh = false;         ///< at least one parent does not have the path

    [[nodiscard]] bool erased() const noexcept { return mode == 0; }
};

/// One commit. Reused from one to the next, so that reading allocates nothing after a while.
struct commit {
    object_id id{};
    std::vector<object_id> parents;  ///< as git has them: in order, perhaps repeated
    std::uint64_t committed_s =
        0;                        ///< committer time, seconds since the Unix epoch; 0 if unreadable
    std::string author;           ///< e-mail as it was written, in UTF-8 if the commit says how
    std::vector<change> changes;  ///< ascending by path, each path once
    std::string paths;

    [[nodiscard]] std::string_view path_of(const change& c) const noexcept {
        return std::string_view(paths).substr(c.path_at, c.path_size);
    }

    void clear() noexcept {
        parents.clear();
        author.clear();
        changes.clear();
        paths.clear();
    }
};

class log_reader {
public:
    /// Starts reading everything that can be reached from `head`, a full object name.
    log_reader(const std::string& repository, const std::string& head)
        : git_(repository, command(head)), buffer_(buffer_size) {
        std::string_view first;
        if (token(first)) {
            read_header(first);
        }
    }

    /// The next commit, parents first. False at the end. Throws git_error if git fails or writes
    /// what it should not.
    [[nodiscard]] bool next(commit& out) {
        out.clear();
        if (ended_) {
            return false;
        }
        std::swap(out.id, ahead_.id);
        std::swap(out.parents, ahead_.parents);
        std::swap(out.author, ahead_.author);
        out.committed_s = ahead_.committed_s;
        bool several = false;
        for (std::string_view piece; token(piece);) {
            if (piece.starts_with('\n')) {
                piece.remove_prefix(1);  // git parts header and entries so
            }
            if (piece.starts_with(':')) {
                read_entry(piece, out);
                continue;
            }
            read_header(piece);
            if (ahead_.id != out.id) {
                break;
            }
            several = true;
        }
        if (several) {
            unite(out);
        }
        return true;
    }

    /// Bytes of text read so far.
    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }

private:
    static constexpr std::size_t buffer_size = std::size_t{1} << 18U;

    [[nodiscard]] static std::vector<std::string> command(const std::string& head) {
        return {"log",
                "--topo-order",
                "--reverse",
                "--root",
                "-m",
                "--diff-merges=separate",
                "--raw",
                "--no-abbrev",
                "--no-renames",
                "--no-show-signature",
                "--ignore-submodules=none",
                "--no-relative",
                "-z",
                "-O/dev/null",  // no diff.orderFile
                "--no-color",
                "--no-notes",
                "--no-decorate",
                "--no-mailmap",
                "--encoding=UTF-8",
                "--format=tformat:%H%x00%P%x00%ct%x00%ae",
                head,
                "--"};
    }

    /// The next token, without its NUL; a view that lasts until the next call. False at the end.
    [[nodiscard]] bool token(std::string_view& out) {
        for (std::size_t searched = 0;;) {
            const char* begin = buffer_.data() + begin_;
            const void* nul = end_ - begin_ == searched
                                  ? nullptr
                                  : std::memchr(begin + searched, 0, end_ - begin_ - searched);
            if (nul != nullptr) {
                out = {begin, static_cast<std::size_t>(static_cast<const char*>(nul) - begin)};
                begin_ += out.size() + 1;
                return true;
            }
            searched = end_ - begin_;
            if (!fill()) {
                finish(searched != 0);
                return false;
            }
        }
    }

    [[nodiscard]] bool fill() {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        if (end_ == buffer_.size()) {
            buffer_.resize(2 * buffer_.size());  // a path of more than a quarter of a megabyte
        }
        const std::size_t got = git_.read(buffer_.data() + end_, buffer_.size() - end_);
        end_ += got;
        bytes_read_ += got;
        return got != 0;
    }

    void finish(bool torn) {
        ended_ = true;
        if (git_.wait() != 0) {
            throw git_error("git log failed: " + git_.complaint());
        }
        if (torn) {
            throw unexpected();
        }
    }

    [[nodiscard]] static git_error unexpected() {
        return git_error("git log wrote something that is not a history");
    }

    /// Reads the header that starts with `first` into ahead_.
    void read_header(std::string_view first) {
        ahead_.clear();
        std::string_view piece;
        if (!ahead_.id.parse(first) || !token(piece)) {
            throw unexpected();
        }
        const std::size_t digits = 2 * ahead_.id.bytes().size();
        while (!piece.empty()) {
            object_id parent;
            if (!parent.parse(piece.substr(0, digits))) {
                throw unexpected();
            }
            ahead_.parents.push_back(parent);
            piece.remove_prefix(std::min(piece.size(), digits + 1));
        }
        if (!token(piece)) {
            throw unexpected();
        }
        ahead_.committed_s = 0;
        static_cast<void>(
            std::from_chars(piece.data(), piece.data() + piece.size(), ahead_.committed_s));
        if (!token(piece)) {
            throw unexpected();
        }
        ahead_.author = piece;
    }

    /// Reads `:old-mode new-mode old-name new-name status` and the path that follows.
    void read_entry(std::string_view entry, commit& out) {
        const std::size_t digits = 2 * out.id.bytes().size();
        change found;
        std::uint32_t mode_before = 0;
        if (entry.size() < 18 + 2 * digits || !read_mode(entry.substr(1, 6), mode_before) ||
            !read_mode(entry.substr(8, 6), found.mode) ||
            !found.blob.parse(entry.substr(16 + digits, digits))) {
            throw unexpected();
        }
        found.fresh = mode_before == 0;
        std::string_view path;
        if (!token(path)) {
            throw unexpected();
        }
        found.path_at = out.paths.size();
        found.path_size = path.size();
        out.paths += path;
        out.changes.push_back(found);
    }

    [[nodiscard]] static bool read_mode(std::string_view text, std::uint32_t& mode) noexcept {
        const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
        return code == std::errc() && end == text.data() + text.size();
    }

    /// Makes one list of the differences from several parents. The commit's side is the same in
    /// all; a path is fresh if it is new to any parent.
    static void unite(commit& of) {
        std::sort(of.changes.begin(), of.changes.end(), [&of](const change& a, const change& b) {
            return of.path_of(a) < of.path_of(b);
        });
        std::size_t kept = 0;
        for (std::size_t i = 0; i < of.changes.size(); ++i) {
            if (kept != 0 && of.path_of(of.changes[kept - 1]) == of.path_of(of.changes[i])) {
                of.changes[kept - 1].fresh |= of.changes[i].fresh;
            } else {
                of.changes[kept++] = of.changes[i];
            }
        }
        of.changes.resize(kept);
    }

    process git_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t bytes_read_ = 0;
    commit ahead_;  ///< header of the next commit
    bool ended_ = false;
};

}  // namespace weft_git

#endif
