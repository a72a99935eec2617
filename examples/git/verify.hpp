/// Holds weft's answers against git's: the state at a commit against its tree, shared ancestors
/// against merge-base, what one commit has and another lacks against rev-list, and all replicas'
/// states against each other.
#ifndef WEFT_EXAMPLES_GIT_VERIFY_HPP
#define WEFT_EXAMPLES_GIT_VERIFY_HPP

#include "fleet.hpp"
#include "history.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "repository.hpp"
#include "schema.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft_git {

namespace detail {

[[nodiscard]] inline std::string content(std::uint32_t mode, const object_id& blob) {
    char octal[16];
    static_cast<void>(std::snprintf(octal, sizeof octal, "%06o ", static_cast<unsigned>(mode)));
    return octal + blob.to_string();
}

[[nodiscard]] inline std::string_view path_of(const file& record) noexcept {
    return weft::as_text(record.path.value());
}

}  // namespace detail

/// The first path, in byte order, at which a tree and a state (a replica or a snapshot) differ,
/// with what each has there; nothing if they are equal.
template <class State>
[[nodiscard]] std::optional<std::string> difference_of(const std::vector<tree_entry>& tree,
                                                       const State& state) {
    const auto same = [](const tree_entry& entry, const file* record) {
        return record != nullptr && detail::path_of(*record) == entry.path &&
               record->mode.value() == entry.mode && record->blob.value() == entry.blob;
    };
    std::size_t visible = 0;
    for (const auto& one : state.template all<file>()) {
        static_cast<void>(one);
        ++visible;
    }
    if (visible == tree.size() &&
        std::all_of(tree.begin(), tree.end(), [&](const tree_entry& entry) {
            return same(entry, state.template find<file>(record_of(entry.path)));
        })) {
        return std::nullopt;
    }
    std::vector<tree_entry> held;
    for (const auto& one : state.template all<file>()) {
        held.push_back({std::string(detail::path_of(one.record)), one.record.mode.value(),
                        one.record.blob.value()});
    }
    std::sort(held.begin(), held.end(),
              [](const tree_entry& a, const tree_entry& b) { return a.path < b.path; });
    const auto [in_git, in_weft] =
        std::mismatch(tree.begin(), tree.end(), held.begin(), held.end());
    const bool git_has =
        in_git != tree.end() && (in_weft == held.end() || in_git->path <= in_weft->path);
    const bool weft_has =
        in_weft != held.end() && (in_git == tree.end() || in_weft->path <= in_git->path);
    const std::string path = git_has ? in_git->path : weft_has ? in_weft->path : std::string();
    return "path '" + shown(path) + "': git has " +
           (git_has ? detail::content(in_git->mode, in_git->blob) : "nothing") + ", weft has " +
           (weft_has ? detail::content(in_weft->mode, in_weft->blob) : "nothing");
}

class verifier {
public:
    verifier(const repository& git,
             const history& known,
             fleet& replicas,
             report& figures,
             progress& bar)
        : git_(&git), known_(&known), fleet_(&replicas), report_(&figures), bar_(&bar) {}

    /// Everything, on `samples` trees and `samples` pairs: sampled commits, oldest first, then the
    /// last one on every replica, then the digests, so that what differs is named where it begins.
    /// Throws disagreement; git_error if git can't answer.
    void run(std::uint64_t seed, std::uint32_t samples) {
        const stopwatch watch(*report_, stage::verify);
        weft::splitmix64 random{seed ^ 0x7665726966790000U};
        const std::vector<std::uint32_t> chosen = sample(random, samples);
        const std::uint64_t steps = fleet_->size() + chosen.size() + samples;
        bar_->stage("verify", steps);
        std::uint64_t done = 0;
        // Git looks at a pair of commits while we look at a tree.
        for (std::uint32_t i = 0; i < std::max<std::size_t>(chosen.size(), samples); ++i) {
            const auto [a, b] = pair(random);
            std::optional<pair_question> asked;
            if (i < samples) {
                asked.emplace(*git_, known_->id_of(a), known_->id_of(b));
            }
            if (i < chosen.size()) {
                check_tree(fleet_->first(), chosen[i], git_->tree_of(known_->id_of(chosen[i])));
                ++done;
            }
            if (asked) {
                check_pair(a, b, asked->wait());
                ++done;
            }
            bar_->step(done);
        }
        const std::uint32_t head = known_->size() - 1;
        const std::vector<tree_entry> tree = git_->tree_of(known_->id_of(head));
        for (std::uint32_t i = 0; i < fleet_->size(); ++i) {
            fleet_->with(i, [&](auto& replica) { check_tree(replica, head, tree); });
            bar_->step(++done);
        }
        same_digests();
        report_->trees = fleet_->size() + chosen.size();
        report_->pairs = samples;
    }

private:
    using frontier = weft::frontier<weft::actor_id>;

    [[nodiscard]] frontier frontier_at(std::uint32_t n) const {
        frontier at;
        at.insert(known_->global(known_->dot_of(n)));
        return at;
    }

    void same_digests() {
        const auto digest = fleet_->first().state_digest();
        for (std::uint32_t i = 1; i < fleet_->size(); ++i) {
            const auto other =
                fleet_->with(i, [](auto& replica) { return replica.state_digest(); });
            if (other != digest) {
                throw disagreement("the states of replicas 1 and " + std::to_string(i + 1) +
                                   " differ");
            }
        }
        report_->digest = digest.to_string();
    }

    /// Commits to look at, ascending: half of them merges if there are so many, spread evenly.
    [[nodiscard]] std::vector<std::uint32_t> sample(weft::splitmix64& random,
                                                    std::uint32_t wanted) const {
        std::vector<std::uint32_t> others;
        for (std::uint32_t n = 0, m = 0; n < known_->size(); ++n) {
            if (m < known_->merges().size() && known_->merges()[m] == n) {
                ++m;
            } else {
                others.push_back(n);
            }
        }
        std::vector<std::uint32_t> chosen = spread(known_->merges(), wanted / 2, random);
        const auto rest = spread(others, wanted - chosen.size(), random);
        chosen.insert(chosen.end(), rest.begin(), rest.end());
        std::sort(chosen.begin(), chosen.end());
        return chosen;
    }

    /// One of each of `wanted` equal parts of the list; all if it is shorter.
    [[nodiscard]] static std::vector<std::uint32_t>
    spread(const std::vector<std::uint32_t>& list, std::uint64_t wanted, weft::splitmix64& random) {
        if (list.size() <= wanted) {
            return list;
        }
        std::vector<std::uint32_t> chosen;
        for (std::uint64_t i = 0; i < wanted; ++i) {
            const std::uint64_t first = list.size() * i / wanted;
            const std::uint64_t last = list.size() * (i + 1) / wanted;
            chosen.push_back(list[static_cast<std::size_t>(first + random() % (last - first))]);
        }
        return chosen;
    }

    template <class Replica>
    void
    check_tree(const Replica& replica, std::uint32_t n, const std::vector<tree_entry>& tree) const {
        const auto then = replica.at(frontier_at(n));
        if (!then) {
            throw disagreement("commit " + known_->id_of(n).to_string() + " is not held");
        }
        if (const auto differs = difference_of(tree, *then)) {
            throw disagreement("commit " + known_->id_of(n).to_string() + ", " + *differs);
        }
    }

    /// Two commits, near each other or anywhere.
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> pair(weft::splitmix64& random) const {
        const std::uint64_t size = known_->size();
        const std::uint64_t first = random() % size;
        const std::uint64_t reach = random() % 2 == 0 ? size : std::min<std::uint64_t>(size, 200);
        const std::uint64_t start = first < reach ? 0 : first - reach + 1;
        const std::uint64_t second = start + random() % std::min(2 * reach, size - start);
        return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(second)};
    }

    void check_pair(std::uint32_t a, std::uint32_t b, const pair_question::answer& answer) const {
        const std::string names = "commits " + known_->id_of(a).to_string() + " and " +
                                  known_->id_of(b).to_string() + ": ";
        const auto shared = fleet_->first().common_ancestors(frontier_at(a), frontier_at(b));
        const auto ranges = fleet_->first().difference(frontier_at(b), frontier_at(a));
        if (!shared || !ranges) {
            throw disagreement(names + "they are not held");
        }
        std::vector<object_id> common;
        for (const auto& dot : *shared) {
            common.push_back(known_->id_of(dot));
        }
        std::sort(common.begin(), common.end());
        if (common != answer.common) {
            throw disagreement(
                names + "git finds " + std::to_string(answer.common.size()) +
                " best common ancestors, weft finds " +
                (common.size() == answer.common.size() ? "others" : std::to_string(common.size())));
        }
        std::uint64_t only = 0;
        for (const auto& range : *ranges) {
            only += range.last - range.first + 1;
        }
        if (only != answer.only_second) {
            throw disagreement(names + "git counts " + std::to_string(answer.only_second) +
                               " commits that only the second has, weft " + std::to_string(only));
        }
    }

    const repository* git_;
    const history* known_;
    fleet* fleet_;
    report* report_;
    progress* bar_;
};

}  // namespace weft_git

#endif
