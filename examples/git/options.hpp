/// The command line of weft-git.
#ifndef WEFT_EXAMPLES_GIT_OPTIONS_HPP
#define WEFT_EXAMPLES_GIT_OPTIONS_HPP

#include "process.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft_git {

struct options {
    std::string repository = ".";
    std::string revision = "HEAD";
    std::uint32_t replicas = 3;
    std::uint64_t seed = 1;
    bool json = false;
    bool help = false;
    std::uint32_t samples = 200;  ///< trees, and pairs, to compare; tests take fewer
};

inline constexpr std::uint32_t replicas_max = 64;

inline constexpr std::string_view usage_text =
    "usage: weft-git [--repo PATH] [--rev REV] [--replicas N] [--seed S] [--json]\n"
    "\n"
    "Replays a git repository's history through weft replicas that exchange deltas, and checks\n"
    "every answer against git.\n"
    "\n"
    "  --repo PATH    the repository, with or without a work tree (default: where you stand)\n"
    "  --rev REV      the last commit to read (default: HEAD)\n"
    "  --replicas N   how many replicas share the work, 1 to 64 (default: 3)\n"
    "  --seed S       decides who owns what and what is checked (default: 1)\n"
    "  --json         print the figures as JSON\n"
    "\n"
    "Exit status: 0 everything agrees, 1 something differs, 2 nothing could be checked.\n";

namespace detail {

[[nodiscard]] inline std::uint64_t
number(std::string_view name, std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < least || value > most) {
        throw git_error(std::string(name) + " needs a number from " + std::to_string(least) +
                        " to " + std::to_string(most) + ", not '" + std::string(text) + "'");
    }
    return value;
}

}  // namespace detail

/// Reads the arguments after the program's name. `--name value` and `--name=value` are alike.
/// Throws git_error with one sentence.
[[nodiscard]] inline options parse_options(const std::vector<std::string_view>& words) {
    options chosen;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string_view name = words[i];
        if (name == "--json") {
            chosen.json = true;
            continue;
        }
        if (name == "--help" || name == "-h") {
            chosen.help = true;
            continue;
        }
        const std::size_t equals = name.find('=');
        const std::string_view inside =
            equals == std::string_view::npos ? std::string_view() : name.substr(equals + 1);
        name = name.substr(0, equals);
        if (name != "--repo" && name != "--rev" && name != "--replicas" && name != "--seed") {
            throw git_error("unknown option '" + std::string(words[i]) + "'; try --help");
        }
        if (equals == std::string_view::npos && i + 1 == words.size()) {
            throw git_error(std::string(name) + " needs a value");
        }
        const std::string_view value = equals == std::string_view::npos ? words[++i] : inside;
        if (name == "--repo") {
            chosen.repository = value;
        } else if (name == "--rev") {
            chosen.revision = value;
        } else if (name == "--replicas") {
            chosen.replicas =
                static_cast<std::uint32_t>(detail::number(name, value, 1, replicas_max));
        } else {
            chosen.seed = detail::number(name, value, 0, ~std::uint64_t{0});
        }
    }
    if (chosen.repository.empty() || chosen.revision.empty()) {
        throw git_error("--repo and --rev can't be empty");
    }
    return chosen;
}

}  // namespace weft_git

#endif
