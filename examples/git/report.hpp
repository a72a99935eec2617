/// What a run found out, as a table for people or as JSON. A write is one path of one commit: an
/// upsert or an erase of a record.
#ifndef WEFT_EXAMPLES_GIT_REPORT_HPP
#define WEFT_EXAMPLES_GIT_REPORT_HPP

#include "object_id.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/resource.h>

namespace weft_git {

/// weft and git differ, or weft refused what it should take. what() is one sentence.
class disagreement : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

enum class stage : std::uint8_t { read, build, exchange, verify };

inline constexpr std::array<std::string_view, 4> stage_names = {"read", "build", "exchange",
                                                                "verify"};

struct report {
    std::string repository;
    std::string head;
    std::uint32_t replicas = 0;
    std::uint64_t seed = 0;

    std::uint64_t commits = 0;
    std::uint64_t merges = 0;
    std::uint64_t authors = 0;
    std::uint64_t actors = 0;
    std::uint64_t paths = 0;  ///< records
    std::uint64_t writes = 0;
    std::uint64_t resolved = 0;  ///< writes that met a concurrent write of the same path
    std::uint64_t skewed = 0;
    std::uint64_t log_bytes = 0;  ///< text read from git

    std::uint64_t deltas = 0;      ///< messages delivered
    std::uint64_t duplicates = 0;  ///< of these, delivered before
    std::uint64_t wire_bytes = 0;  ///< of all deltas delivered, repeated ones included
    std::uint64_t parked = 0;      ///< operations that came before their parents

    std::uint64_t trees = 0;  ///< commits whose tree was compared
    std::uint64_t pairs = 0;  ///< pairs of commits whose relation was compared
    std::string digest;       ///< of every replica's state

    std::array<double, 4> seconds{};  ///< wall clock, by stage
    std::uint64_t peak_bytes = 0;     ///< resident set of this process

    [[nodiscard]] double& spent(stage s) noexcept { return seconds[static_cast<std::size_t>(s)]; }

    [[nodiscard]] double ns_per_write(std::size_t s) const noexcept {
        return writes == 0 ? 0.0 : seconds[s] * 1e9 / static_cast<double>(writes);
    }

    /// Bytes on the wire for each write that reached a replica other than its owner.
    [[nodiscard]] double bytes_per_write() const noexcept {
        const std::uint64_t travelled = replicas == 0 ? 0 : writes * (replicas - 1);
        return travelled == 0 ? 0.0
                              : static_cast<double>(wire_bytes) / static_cast<double>(travelled);
    }
};

/// Adds the time from its construction to its end to a stage.
class stopwatch {
public:
    stopwatch(report& into, stage s) noexcept
        : sum_(into.spent(s)), start_(std::chrono::steady_clock::now()) {}

    stopwatch(const stopwatch&) = delete;
    stopwatch& operator=(const stopwatch&) = delete;

    ~stopwatch() {
        sum_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    double& sum_;
    std::chrono::steady_clock::time_point start_;
};

/// The largest resident set of this process so far, bytes.
[[nodiscard]] inline std::uint64_t peak_memory() noexcept {
    struct rusage usage {};

    static_cast<void>(::getrusage(RUSAGE_SELF, &usage));
#if defined(__APPLE__)
    return static_cast<std::uint64_t>(usage.ru_maxrss);
#else
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
#endif
}

namespace detail {

/// 1234567 as "1,234,567".
[[nodiscard]] inline std::string grouped(std::uint64_t value) {
    std::string text = std::to_string(value);
    for (std::size_t at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, 1, ',');
    }
    return text;
}

[[nodiscard]] inline std::string fixed(double value, int places) {
    char text[64];
    static_cast<void>(std::snprintf(text, sizeof text, "%.*f", places, value));
    return text;
}

/// A JSON string. Bytes that are not ASCII are escaped as if they were latin-1: a path given on
/// the command line may be anything, and JSON must stay JSON.
[[nodiscard]] inline std::string quoted(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte > 0x7e) {
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        } else {
            out += c;
        }
    }
    return out + '"';
}

}  // namespace detail

/// Bytes of a path for a message: printable ASCII as it is, the rest as C escapes, cut after 200.
[[nodiscard]] inline std::string shown(std::string_view path) {
    std::string out;
    for (const char c : path.substr(0, 200)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte <= 0x7e && c != '\\') {
            out += c;
        } else {
            out += '\\';
            out += static_cast<char>('0' + (byte >> 6U));
            out += static_cast<char>('0' + ((byte >> 3U) & 7U));
            out += static_cast<char>('0' + (byte & 7U));
        }
    }
    return path.size() > 200 ? out + "..." : out;
}

[[nodiscard]] inline std::string to_table(const report& r) {
    using detail::fixed;
    using detail::grouped;
    std::string out = "weft-git: " + shown(r.repository) + " at " + r.head.substr(0, 12) + ", " +
                      std::to_string(r.replicas) + (r.replicas == 1 ? " replica" : " replicas") +
                      ", seed " + std::to_string(r.seed) + "\n\n";
    const auto row = [&out](std::string_view name, const std::string& value,
                            std::string_view note) {
        out += "  ";
        out += name;
        out.append(name.size() < 28 ? 28 - name.size() : 1, ' ');
        out.append(value.size() < 15 ? 15 - value.size() : 0, ' ');
        out += value;
        if (!note.empty()) {
            out += "  ";
            out += note;
        }
        out += '\n';
    };
    row("commits", grouped(r.commits), "");
    row("merges", grouped(r.merges), "");
    row("actors", grouped(r.actors), "lanes of " + grouped(r.authors) + " authors");
    row("writes", grouped(r.writes), "of " + grouped(r.paths) + " paths");
    row("concurrent writes resolved", grouped(r.resolved), "");
    row("skewed commits", grouped(r.skewed), "");
    row("bytes on the wire", grouped(r.wire_bytes),
        "in " + grouped(r.deltas) + " deltas, " + grouped(r.duplicates) + " of them repeated, " +
            grouped(r.parked) + " operations early");
    row("bytes per write on the wire", fixed(r.bytes_per_write(), 1), "");
    out += "\n  stage                              seconds   ns per write\n";
    for (std::size_t s = 0; s < stage_names.size(); ++s) {
        row(stage_names[s], fixed(r.seconds[s], 2), "");
        out.pop_back();
        const std::string ns = fixed(r.ns_per_write(s), 0);
        out.append(ns.size() < 15 ? 15 - ns.size() : 0, ' ');
        out += ns + '\n';
    }
    row("peak memory, MiB", grouped(r.peak_bytes >> 20U), "");
    out += "\n  agreed with git on " + grouped(r.trees) + " trees and " + grouped(r.pairs) +
           " pairs; state " + r.digest + "\n";
    return out;
}

[[nodiscard]] inline std::string to_json(const report& r) {
    using detail::fixed;
    using detail::quoted;
    std::string out = "{";
    const auto raw = [&out](std::string_view name, const std::string& value) {
        out += out.size() == 1 ? "\n  \"" : ",\n  \"";
        out += name;
        out += "\": ";
        out += value;
    };
    const auto number = [&raw](std::string_view name, std::uint64_t value) {
        raw(name, std::to_string(value));
    };
    raw("repository", quoted(r.repository));
    raw("head", quoted(r.head));
    number("replicas", r.replicas);
    number("seed", r.seed);
    number("commits", r.commits);
    number("merges", r.merges);
    number("authors", r.authors);
    number("actors", r.actors);
    number("paths", r.paths);
    number("writes", r.writes);
    number("concurrent_writes_resolved", r.resolved);
    number("skewed_commits", r.skewed);
    number("log_bytes", r.log_bytes);
    number("deltas", r.deltas);
    number("duplicate_deltas", r.duplicates);
    number("wire_bytes", r.wire_bytes);
    number("parked_operations", r.parked);
    raw("wire_bytes_per_write", fixed(r.bytes_per_write(), 3));
    for (std::size_t s = 0; s < stage_names.size(); ++s) {
        raw(std::string(stage_names[s]) + "_seconds", fixed(r.seconds[s], 3));
        raw(std::string(stage_names[s]) + "_ns_per_write", fixed(r.ns_per_write(s), 1));
    }
    number("peak_memory_bytes", r.peak_bytes);
    number("verified_trees", r.trees);
    number("verified_pairs", r.pairs);
    raw("state_digest", quoted(r.digest));
    return out + "\n}\n";
}

}  // namespace weft_git

#endif
