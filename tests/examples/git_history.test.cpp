/// weft-git's parts and the whole, on a small repository made here in which everything is there
/// that makes reading history hard (make_repository.sh).

#include "../../examples/git/fleet.hpp"
#include "../../examples/git/history.hpp"
#include "../../examples/git/job.hpp"
#include "../../examples/git/log_reader.hpp"
#include "../../examples/git/options.hpp"
#include "../../examples/git/progress.hpp"
#include "../../examples/git/report.hpp"
#include "../../examples/git/repository.hpp"
#include "../../examples/git/scratch_directory.hpp"
#include "../../examples/git/verify.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <set>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#ifndef WEFT_SOURCE_DIR
#    error "the tests' build defines WEFT_SOURCE_DIR"
#endif

namespace {

namespace fs = std::filesystem;
using namespace weft_git;

/// Runs a program, in git's environment as weft-git makes it, its output into a file if one is
/// named; its exit status, or -1.
int run(std::vector<std::string> words, const std::string& into = "/dev/null") {
    std::vector<std::string> variables = git_environment();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, into.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child = 0;
    const int failure = ::posix_spawnp(&child, words[0].c_str(), &actions, nullptr,
                                       pointers_to(words).data(), pointers_to(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    return failure == 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : -1;
}

std::string text_of(std::FILE* file) {
    std::string text;
    std::rewind(file);
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) {
        text += static_cast<char>(c);
    }
    return text;
}

/// weft-git in this process: what it printed, what it complained of, and its exit status.
struct outcome {
    int status = -1;
    std::string out;
    std::string err;
};

outcome weft_git_on(const options& chosen) {
    std::FILE* out = std::tmpfile();
    std::FILE* err = std::tmpfile();
    progress bar(nullptr);
    outcome all;
    all.status = weft_git::run(chosen, out, err, bar);
    all.out = text_of(out);
    all.err = text_of(err);
    static_cast<void>(std::fclose(out));
    static_cast<void>(std::fclose(err));
    return all;
}

options wanted(const std::string& repository, std::uint32_t replicas, std::uint64_t seed) {
    options chosen;
    chosen.repository = repository;
    chosen.replicas = replicas;
    chosen.seed = seed;
    chosen.samples = 60;
    return chosen;
}

/// The repositories, made once: with either kind of object name, and a bare and a shallow clone.
struct repositories {
    scratch_directory directory;
    fs::path root = directory.path();
    std::string sha1 = (root / "sha1").string();
    std::string sha256 = (root / "sha256").string();
    std::string bare = (root / "bare.git").string();
    std::string shallow = (root / "shallow.git").string();
    std::string hollow = (root / "hollow").string();
    std::string nothing = (root / "nothing").string();

    repositories() {
        REQUIRE(!directory.path().empty());
        const std::string script = WEFT_SOURCE_DIR "/tests/examples/make_repository.sh";
        REQUIRE(run({"sh", script, sha1, "sha1"}) == 0);
        REQUIRE(run({"sh", script, sha256, "sha256"}) == 0);
        REQUIRE(run({"git", "clone", "-q", "--bare", sha1, bare}) == 0);
        REQUIRE(run({"git", "clone", "-q", "--bare", "--depth=12", "file://" + bare, shallow}) ==
                0);
        REQUIRE(run({"git", "init", "-q", hollow}) == 0);
        fs::create_directory(nothing);
    }
};

const repositories& made() {
    static const repositories all;
    return all;
}

using tree = std::map<std::string, std::pair<std::uint32_t, object_id>>;

tree tree_at(const repository& git, const object_id& commit) {
    tree all;
    for (const tree_entry& entry : git.tree_of(commit)) {
        all[entry.path] = {entry.mode, entry.blob};
    }
    return all;
}

/// The error's sentence; empty if there is none.
template <class Fn>
std::string complaint_of(Fn&& fn) {
    try {
        fn();
    } catch (const git_error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE(
    "examples/git/log_reader: a commit's changes are exactly the paths that differ from a parent") {
    const auto& all = made();
    for (const std::string& path :
         {all.sha1, all.sha256, all.bare, all.shallow, all.sha1 + "/sub"}) {
        CAPTURE(path);
        const repository git(path);
        const object_id head = git.commit_of("HEAD");
        log_reader log(path, head.to_string());
        std::map<object_id, tree> trees;
        commit next;
        object_id last;
        std::size_t merges = 0;
        std::size_t hidden_parents = 0;
        std::size_t empty = 0;
        while (log.next(next)) {
            CAPTURE(next.id.to_string());
            const tree here = tree_at(git, next.id);
            std::map<std::string, bool> expected;  // path: whether it is new to some parent
            const auto differing = [&](const tree& parent) {
                bool any = false;
                for (const auto& [name, content] : here) {
                    const auto before = parent.find(name);
                    if (before == parent.end() || before->second != content) {
                        expected[name] |= before == parent.end();
                        any = true;
                    }
                }
                for (const auto& [name, content] : parent) {
                    if (here.find(name) == here.end()) {
                        expected.emplace(name, false);
                        any = true;
                    }
                }
                hidden_parents += any ? 0U : 1U;
            };
            for (const object_id& parent : next.parents) {
                REQUIRE(trees.count(parent) == 1);  // parents come first
                differing(trees[parent]);
            }
            if (next.parents.empty()) {
                differing({});
            }
            std::map<std::string, bool> found;
            std::string before;
            for (const change& c : next.changes) {
                const std::string name(next.path_of(c));
                CHECK((found.empty() || before < name));
                before = name;
                found[name] = c.fresh && !c.erased();
                const auto content = here.find(name);
                CHECK(c.erased() == (content == here.end()));
                if (content != here.end()) {
                    CHECK(content->second == std::pair(c.mode, c.blob));
                }
            }
            CHECK(found == expected);
            merges += next.parents.size() > 1 ? 1U : 0U;
            empty += next.changes.empty() ? 1U : 0U;
            trees.emplace(next.id, here);
            last = next.id;
        }
        CHECK(last == head);
        CHECK(trees.size() == git.count(head));
        CHECK(!log.next(next));
        if (path != all.shallow) {
            CHECK(trees.size() == 49);
            CHECK(merges == 10);
            CHECK(empty == 3);  // one of them a merge
            CHECK(hidden_parents > 4);
        }
    }
}

TEST_CASE("examples/git/log_reader: addresses are not mapped, times that are none are zero") {
    const auto& all = made();
    log_reader log(all.sha1, repository(all.sha1).commit_of("main").to_string());
    std::set<std::string> authors;
    std::set<std::uint64_t> times;
    commit next;
    while (log.next(next)) {
        authors.insert(next.author);
        times.insert(next.committed_s);
    }
    CHECK(authors == std::set<std::string>{"", "ann@example.org", "bob@example.org",
                                           "carol@example.org", "dave@example.org",
                                           "eve@example.org", "j\303\251@example.org",
                                           "root two@example.org"});
    CHECK(*times.begin() == 0);
    CHECK(*times.rbegin() == 99999999999999);
}

TEST_CASE("examples/git/history: lanes are chains, parents an antichain, and times follow them") {
    const auto& all = made();
    for (const std::string& path : {all.sha1, all.sha256}) {
        const repository git(path);
        log_reader log(path, git.commit_of("HEAD").to_string());
        history known;
        commit next;
        placement at;
        std::set<weft::actor_id> actors;
        std::size_t skewed = 0;
        std::size_t reduced = 0;
        while (log.next(next)) {
            known.add(next, at);
            CHECK(known.id_of(at.dot) == next.id);
            CHECK(known.dot_of(known.size() - 1) == at.dot);
            CHECK(known.graph().is_antichain(at.parents));
            for (const weft::local_dot parent : at.parents) {
                CHECK(known.graph().time_of(parent) < at.at);
            }
            if (at.dot.sequence > 1) {
                CHECK(known.graph().contains(at.parents, {at.dot.slot, at.dot.sequence - 1}));
            } else {
                CHECK(actors.insert(known.actor(at.dot.slot)).second);
            }
            CHECK(at.at.wall_ms() <= history::time_ms_max);
            skewed += at.skewed ? 1U : 0U;
            reduced += at.parents.size() < next.parents.size() ? 1U : 0U;
        }
        CHECK(known.size() == 49);
        CHECK(known.authors() == 8);
        CHECK(known.actors() == actors.size());
        CHECK(known.actors() > known.authors());
        CHECK(skewed >= 7);
        CHECK(reduced == 3);
    }
}

TEST_CASE("examples/git/repository: what can't be asked is said in one sentence") {
    const auto& all = made();
    const std::string none = complaint_of([&] { repository{all.nothing}; });
    CHECK(none.find("'" + all.nothing + "' is no git repository: ") == 0);
    CHECK(complaint_of([&] {
              repository{all.nothing + "/nowhere"};
          }).find("is no git repository: ") != std::string::npos);
    const repository git(all.sha1);
    for (const char* revision : {"nonsense", "--all", "main:keep", "", "main^99", "-n1"}) {
        const std::string text = complaint_of([&] { static_cast<void>(git.commit_of(revision)); });
        CAPTURE(text);
        CHECK(text.find("names no commit in '" + all.sha1 + "'") != std::string::npos);
        CHECK(text.find('\n') == std::string::npos);
    }
    const repository hollow(all.hollow);
    CHECK(!complaint_of([&] { static_cast<void>(hollow.commit_of("HEAD")); }).empty());
    CHECK(git.commit_of("main") == git.commit_of("HEAD"));
    CHECK(git.commit_of("main~1") != git.commit_of("HEAD"));
    CHECK_THROWS_AS(log_reader(all.sha1, std::string(40, '1')), git_error);
}

TEST_CASE("examples/git/repository: shared ancestors and what is missing come from git") {
    const auto& all = made();
    const repository git(all.sha1);
    log_reader log(all.sha1, git.commit_of("HEAD").to_string());
    std::vector<object_id> ids;
    history known;
    commit next;
    placement at;
    while (log.next(next)) {
        known.add(next, at);
    }
    // The index answers as git does, for every third pair.
    std::size_t several = 0;
    std::size_t without = 0;
    for (std::uint32_t i = 0; i < known.size(); ++i) {
        for (std::uint32_t k = i % 3; k < known.size(); k += 3) {
            const auto answer = pair_question(git, known.id_of(i), known.id_of(k)).wait();
            const weft::local_dot a = known.dot_of(i);
            const weft::local_dot b = known.dot_of(k);
            std::vector<object_id> common;
            for (const weft::local_dot d : known.graph().common_ancestors({&a, 1}, {&b, 1})) {
                common.push_back(known.id_of(d));
            }
            std::sort(common.begin(), common.end());
            CHECK(common == answer.common);
            std::uint64_t only = 0;
            for (const auto& range : weft::causal_graph::difference(
                     known.graph().version_of({&b, 1}), known.graph().version_of({&a, 1}))) {
                only += range.last - range.first + 1;
            }
            CHECK(only == answer.only_second);
            several += answer.common.size() > 1 ? 1U : 0U;
            without += answer.common.empty() ? 1U : 0U;
        }
    }
    CHECK(several > 0);
    CHECK(without > 0);
}

TEST_CASE("examples/git/job: whatever the seed and the number of replicas, all agree with git") {
    const auto& all = made();
    progress bar(nullptr);
    std::set<std::string> digests;
    std::uint64_t early = 0;
    std::uint64_t repeated = 0;
    for (std::uint32_t replicas = 1; replicas <= 6; ++replicas) {
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            CAPTURE(replicas);
            CAPTURE(seed);
            options chosen = wanted(all.sha1, replicas, seed);
            chosen.samples = seed == 0 ? 60 : 8;
            const report r = replay(chosen, bar);
            CHECK(r.commits == 49);
            CHECK(r.merges == 10);
            CHECK(r.writes == 144);
            CHECK(r.paths == 44);
            CHECK(r.resolved > 10);
            CHECK(r.skewed == 8);
            CHECK(r.trees == replicas + std::min<std::uint64_t>(49, chosen.samples));
            CHECK(r.pairs == chosen.samples);
            CHECK((r.wire_bytes == 0) == (replicas == 1));
            early += r.parked;
            repeated += r.duplicates;
            digests.insert(r.digest);
        }
    }
    CHECK(digests.size() == 1);
    CHECK(early > 0);
    CHECK(repeated > 0);
}

TEST_CASE("examples/git/job: any kind of repository, and any revision of it") {
    const auto& all = made();
    std::string digest;
    for (const std::string& path :
         {all.sha1 + "/sub", all.sha1 + "/.git", all.bare, all.sha256, all.shallow}) {
        CAPTURE(path);
        options chosen = wanted(path, 3, 5);
        chosen.json = true;
        const outcome result = weft_git_on(chosen);
        CHECK(result.err.empty());
        REQUIRE(result.status == 0);
        const std::string found = result.out.substr(result.out.find("\"state_digest\""));
        if (path == all.sha1 + "/sub") {
            digest = found;
        }
        CHECK((found == digest) == (path != all.sha256 && path != all.shallow));
    }
    options chosen = wanted(all.sha1, 3, 1);
    chosen.revision = "main~20";
    const outcome result = weft_git_on(chosen);
    CHECK(result.err.empty());
    CHECK(result.status == 0);
    CHECK(result.out.find("agreed with git on ") != std::string::npos);
    chosen.revision = "main^{/at 1000000000}";  // the first commit, whose tree is empty
    CHECK(weft_git_on(chosen).status == 0);
}

TEST_CASE("examples/git/job: what differs is named with commit and path, status 1") {
    // A tree that names one path twice: git lists both, a record is one.
    const auto& all = made();
    const std::string broken = (all.root / "twice").string();
    if (!fs::exists(broken)) {
        REQUIRE(
            run({"sh", "-eu", "-c",
                 "git init -q \"$1\"; cd \"$1\"; blob=$(echo x | git hash-object -w --stdin);"
                 "tree=$(printf '100644 blob %s\\ta\\n100644 blob %s\\tb\\n100644 blob %s\\tb\\n'"
                 " $blob $blob $blob | git mktree);"
                 "git -c user.name=a -c user.email=b commit-tree -m x $tree > id;"
                 "git update-ref refs/heads/twice $(cat id)",
                 "sh", broken}) == 0);
    }
    options chosen = wanted(broken, 2, 1);
    chosen.revision = "twice";
    const std::string commit = repository(broken).commit_of("twice").to_string();
    const outcome result = weft_git_on(chosen);
    CHECK(result.status == 1);
    CHECK(result.out.empty());
    CHECK(result.err == "weft-git: commit " + commit +
                            ", path 'b': git has 100644 587be6b4c3f93f93c489c0111bba5596147a26cb, "
                            "weft has nothing\n");
}

TEST_CASE("examples/git/verify: the first path that differs, and how") {
    const auto& all = made();
    const repository git(all.sha1);
    const object_id head = git.commit_of("HEAD");
    const options chosen = wanted(all.sha1, 1, 1);
    report figures;
    history known;
    fleet replicas(chosen, known, figures);
    log_reader log(all.sha1, head.to_string());
    commit next;
    placement at;
    while (log.next(next)) {
        known.add(next, at);
        replicas.add(next, at);
    }
    const std::vector<tree_entry> tree = git.tree_of(head);
    const auto differing = [&](auto&& change) {
        std::vector<tree_entry> other = tree;
        change(other);
        return difference_of(other, replicas.first()).value_or("nothing");
    };
    CHECK(differing([](auto&) {}) == "nothing");
    const auto place = [&](const char* path) {
        return static_cast<std::size_t>(
            std::find_if(tree.begin(), tree.end(),
                         [&](const tree_entry& entry) { return entry.path == path; }) -
            tree.begin());
    };
    const std::size_t keep = place("keep");
    REQUIRE(keep < tree.size());
    const std::string blob = tree[keep].blob.to_string();
    CHECK(differing([&](auto& t) { t[keep].mode = 0100644; }) ==
          "path 'keep': git has 100644 " + blob + ", weft has 100755 " + blob);
    CHECK(differing([&](auto& t) { t[keep].blob = head; }) ==
          "path 'keep': git has 100755 " + head.to_string() + ", weft has 100755 " + blob);
    CHECK(differing([&](auto& t) { t.erase(t.begin() + static_cast<std::ptrdiff_t>(keep)); }) ==
          "path 'keep': git has nothing, weft has 100755 " + blob);
    CHECK(differing([&](auto& t) {
              t.insert(t.begin(), {" a\n", 040000, head});
          }) == "path ' a\\012': git has 040000 " + head.to_string() + ", weft has nothing");
    CHECK(differing([&](auto& t) { t.pop_back(); }).find("git has nothing") != std::string::npos);
    CHECK(difference_of({}, fleet(chosen, known, figures).first()) == std::nullopt);
    CHECK(difference_of({}, replicas.first()).value_or("").find("path ' space '") == 0);
}

TEST_CASE("examples/git/job: what can't be done is one sentence, status 2") {
    const auto& all = made();
    const auto complaint = [](options chosen) {
        const outcome result = weft_git_on(chosen);
        CHECK(result.status == 2);
        CHECK(result.out.empty());
        CHECK(result.err.find("weft-git: ") == 0);
        CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
        return result.err;
    };
    CHECK(complaint(wanted(all.nothing, 3, 1)).find("is no git repository") != std::string::npos);
    CHECK(complaint(wanted(all.hollow, 3, 1)).find("'HEAD' names no commit in ") !=
          std::string::npos);
    options chosen = wanted(all.sha1, 3, 1);
    chosen.revision = "no such thing";
    CHECK(complaint(chosen).find("'no such thing' names no commit in ") != std::string::npos);
}

#ifdef WEFT_EXAMPLES_DIR
TEST_CASE("examples/git_history: the program's exit statuses") {
    const std::string program = WEFT_EXAMPLES_DIR "/weft-git";
    if (!fs::exists(program)) {
        MESSAGE("weft-git is not built");
        return;
    }
    const auto& all = made();
    const std::string output = (all.root / "output").string();
    const auto printed = [&] {
        std::FILE* file = std::fopen(output.c_str(), "r");
        REQUIRE(file != nullptr);
        const std::string text = text_of(file);
        static_cast<void>(std::fclose(file));
        return text;
    };
    CHECK(run({program, "--repo", all.bare, "--rev=main~9", "--replicas", "2", "--json"}, output) ==
          0);
    CHECK(printed().find("\"verified_trees\": ") != std::string::npos);
    CHECK(run({program, "--help"}, output) == 0);
    CHECK(printed() == usage_text);
    CHECK(run({program, "--replicas=none"}, output) == 2);
    CHECK(printed() == "weft-git: --replicas needs a number from 1 to 64, not 'none'\n");
    CHECK(run({program, "--repo", all.nothing}, output) == 2);
    CHECK(printed().find("weft-git: '" + all.nothing + "' is no git repository: ") == 0);
}
#endif

TEST_CASE("examples/git/progress: a bar where someone sees it, gone at the end") {
    std::FILE* file = std::tmpfile();
    {
        progress bar(file);
        CHECK(bar.shown());
        bar.stage("replay", 4);
        bar.step(1);  // too soon to be drawn again
        bar.step(4);
    }
    const std::string empty = std::string(40, '.');
    const std::string full = std::string(40, '#');
    CHECK(text_of(file) ==
          "\r\033[Kreplay     [" + empty + "] 0/4\r\033[Kreplay     [" + full + "] 4/4\r\033[K");
    static_cast<void>(std::fclose(file));
    CHECK(!progress(nullptr).shown());
}

TEST_CASE("examples/git/repository: an index beside the repository changes no answer") {
    const auto& all = made();
    repository shallow(all.shallow);
    CHECK(!shallow.hasten(shallow.commit_of("HEAD")));
    CHECK(shallow.beside().empty());
    for (const std::string& path : {all.sha1, all.sha256, all.bare}) {
        const repository plain(path);
        std::string place;
        {
            repository hastened(path);
            REQUIRE(hastened.hasten(plain.commit_of("HEAD")));
            REQUIRE(!hastened.beside().empty());
            place = hastened.beside()[0].substr(hastened.beside()[0].find('=') + 1);
            CHECK(fs::exists(place + "/info/commit-graph"));
            for (int n = 0; n < 30; n += 3) {
                const object_id a = plain.commit_of("main~" + std::to_string(n));
                const object_id b = plain.commit_of("main~" + std::to_string(30 - n) + "^{commit}");
                const auto slow = pair_question(plain, a, b).wait();
                const auto fast = pair_question(hastened, a, b).wait();
                CHECK(slow.common == fast.common);
                CHECK(slow.only_second == fast.only_second);
            }
        }
        CHECK(!fs::exists(place));
        CHECK(!fs::exists(path + "/objects/info/commit-graph"));
        CHECK(!fs::exists(path + "/.git/objects/info/commit-graph"));
    }
}

TEST_CASE("examples/git/options: both spellings, and every mistake has its sentence") {
    const options plain = parse_options({});
    CHECK(plain.repository == ".");
    CHECK(plain.revision == "HEAD");
    CHECK(plain.replicas == 3);
    CHECK(!plain.json);
    const options given = parse_options({"--repo", "a b", "--rev=v1=2", "--replicas=7", "--seed",
                                         "18446744073709551615", "--json", "--help"});
    CHECK(given.repository == "a b");
    CHECK(given.revision == "v1=2");
    CHECK(given.replicas == 7);
    CHECK(given.seed == ~std::uint64_t{0});
    CHECK(given.json);
    CHECK(given.help);
    const auto mistake = [](std::vector<std::string_view> words) {
        return complaint_of([&] { static_cast<void>(parse_options(words)); });
    };
    CHECK(mistake({"--replicas", "0"}) == "--replicas needs a number from 1 to 64, not '0'");
    CHECK(mistake({"--replicas", "65"}) == "--replicas needs a number from 1 to 64, not '65'");
    CHECK(mistake({"--seed", "1x"}).find("--seed needs a number from 0 to ") == 0);
    CHECK(mistake({"--seed=-1"}).find("not '-1'") != std::string::npos);
    CHECK(mistake({"--repo"}) == "--repo needs a value");
    CHECK(mistake({"--repo="}) == "--repo and --rev can't be empty");
    CHECK(mistake({"--colour"}) == "unknown option '--colour'; try --help");
    CHECK(mistake({"HEAD"}) == "unknown option 'HEAD'; try --help");
}

TEST_CASE("examples/git/report: figures are grouped, JSON stays JSON, paths are shown escaped") {
    report r;
    r.repository = "a\"\\\n\377";
    r.writes = 1234567;
    r.spent(stage::read) = 1.5;
    r.replicas = 2;
    const std::string json = to_json(r);
    CHECK(json.find("\"repository\": \"a\\\"\\\\\\u000a\\u00ff\"") != std::string::npos);
    CHECK(json.find("\"writes\": 1234567") != std::string::npos);
    CHECK(json.find("\"read_seconds\": 1.500") != std::string::npos);
    const std::string table = to_table(r);
    CHECK(table.find("1,234,567") != std::string::npos);
    CHECK(table.find("a\"\\134\\012\\377") != std::string::npos);
    CHECK(shown(std::string(300, 'x')) == std::string(200, 'x') + "...");
}
