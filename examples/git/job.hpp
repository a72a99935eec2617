/// The whole of weft-git, from options to exit status.
#ifndef WEFT_EXAMPLES_GIT_JOB_HPP
#define WEFT_EXAMPLES_GIT_JOB_HPP

#include "fleet.hpp"
#include "history.hpp"
#include "log_reader.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "repository.hpp"
#include "verify.hpp"

#include <cstdio>
#include <exception>
#include <string>

namespace weft_git {

/// Commits from which on git needs an index to answer questions about pairs quickly.
inline constexpr std::uint32_t hastened_from = 2000;

/// Reads, replays and verifies. Throws disagreement or git_error.
[[nodiscard]] inline report replay(const options& chosen, progress& bar) {
    repository git(chosen.repository);
    const object_id head = git.commit_of(chosen.revision);
    report figures;
    figures.repository = git.path();
    figures.head = head.to_string();
    figures.replicas = chosen.replicas;
    figures.seed = chosen.seed;

    history known;
    fleet replicas(chosen, known, figures);
    bar.stage("replay", bar.shown() ? git.count(head) : 0);
    {
        log_reader log(git.path(), figures.head);
        commit next;
        placement at;
        for (bool more = true; more;) {
            {
                const stopwatch watch(figures, stage::read);
                more = log.next(next);
                if (more) {
                    known.add(next, at);
                }
            }
            if (more) {
                replicas.add(next, at);
                figures.skewed += at.skewed ? 1U : 0U;
                bar.step(known.size());
            }
        }
        figures.log_bytes = log.bytes_read();
    }
    replicas.settle();
    figures.commits = known.size();
    figures.merges = known.merges().size();
    figures.authors = known.authors();
    figures.actors = known.actors();
    figures.resolved = replicas.first().sink().count();
    const auto& log = replicas.first().log();
    const auto files = log.find_collection(schema::tags[0]);
    figures.paths = files ? log.row_count(*files) : 0;

    if (known.size() >= hastened_from) {
        const stopwatch watch(figures, stage::verify);
        static_cast<void>(git.hasten(head));
    }
    verifier(git, known, replicas, figures, bar).run(chosen.seed, chosen.samples);
    figures.peak_bytes = peak_memory();
    return figures;
}

/// Runs weft-git; prints figures to `out`, one sentence to `err` if it can't. The exit status: 0
/// everything agrees, 1 something differs, 2 nothing could be checked.
inline int run(const options& chosen, std::FILE* out, std::FILE* err, progress& bar) {
    const auto fail = [&](const char* what, int status) {
        bar.clear();
        static_cast<void>(std::fprintf(err, "weft-git: %s\n", what));
        return status;
    };
    try {
        const report figures = replay(chosen, bar);
        bar.clear();
        const std::string text = chosen.json ? to_json(figures) : to_table(figures);
        static_cast<void>(std::fwrite(text.data(), 1, text.size(), out));
        return std::fflush(out) == 0 ? 0 : fail("the figures can't be written", 2);
    } catch (const disagreement& difference) {
        return fail(difference.what(), 1);
    } catch (const std::bad_alloc&) {
        return fail("there is not enough memory", 2);
    } catch (const std::exception& error) {
        return fail(error.what(), 2);
    }
}

}  // namespace weft_git

#endif
