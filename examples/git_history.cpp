/// weft-git: replays a git repository's history through weft replicas and checks every answer
/// against git. A commit becomes one operation of a schema with a record per path; its author, as
/// far as one wrote one commit after another, is the actor. What stands where: git/schema.hpp the
/// records, git/log_reader.hpp the way in, git/history.hpp actors, times and parents,
/// git/fleet.hpp operations and their exchange, git/verify.hpp the comparison.
#include "git/job.hpp"

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

int main(int argc, char** argv) {
    weft_git::options chosen;
    try {
        chosen = weft_git::parse_options(std::vector<std::string_view>(argv + 1, argv + argc));
    } catch (const weft_git::git_error& mistake) {
        const std::string text = "weft-git: " + std::string(mistake.what()) + "\n";
        static_cast<void>(std::fputs(text.c_str(), stderr));
        return 2;
    }
    if (chosen.help) {
        const std::string_view text = weft_git::usage_text;
        static_cast<void>(std::fwrite(text.data(), 1, text.size(), stdout));
        return 0;
    }
    weft_git::progress bar;
    return weft_git::run(chosen, stdout, stderr, bar);
}
