/// A repository's history as weft sees it: every commit is one operation, with a dot, a time and
/// parents. Git knows no actors that write one after another, so they are made here: an author is
/// split into lanes, each a chain of commits in which every one descends from the one before it.
/// That is what gives an actor its gapless sequence (admission rule 2).
///
/// Compact: per commit its name, its dot and its place in a weft::causal_graph, which also answers
/// which lane a commit may extend. The contents of commits are not here.
#ifndef WEFT_EXAMPLES_GIT_HISTORY_HPP
#define WEFT_EXAMPLES_GIT_HISTORY_HPP

#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/base/seeded_hash.hpp>
#include <weft/causal/causal_graph.hpp>

#include "log_reader.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weft_git {

/// Where a commit belongs.
struct placement {
    weft::local_dot dot{};  ///< the slot numbers the lanes in order of appearance
    weft::timestamp at{};
    std::vector<weft::local_dot> parents;  ///< the maximal ones, ascending by slot
    bool skewed = false;                   ///< the committer's clock was not after all parents'
};

class history {
public:
    /// Committer times beyond the year 4199 are taken as that: no clock showed them, and their
    /// descendants need later ones.
    static constexpr std::uint64_t time_ms_max = std::uint64_t{1} << 46U;

    /// Gives the next commit its place. Parents come first, so all of them are known. Throws
    /// git_error if one is not.
    void add(const commit& next, placement& out) {
        parents_of(next, out.parents);
        const weft::timestamp committed = weft::timestamp::of(
            next.committed_s < time_ms_max / 1000 ? next.committed_s * 1000 : time_ms_max);
        out.at = committed;
        for (const weft::local_dot parent : out.parents) {
            out.at = std::max(out.at, graph_.time_of(parent).next());
        }
        out.skewed = out.at != committed;
        const weft::actor_slot slot = lane_for(next.author, out.parents);
        out.dot = {slot, graph_.count(slot) + 1};
        numbers_.emplace(next.id, size());
        if (next.parents.size() > 1) {
            merges_.push_back(size());
        }
        ids_.push_back(next.id);
        graph_.add(slot, out.at, out.parents);
    }

    /// Commits so far.
    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(ids_.size());
    }

    [[nodiscard]] std::uint32_t authors() const noexcept {
        return static_cast<std::uint32_t>(lanes_.size());
    }

    /// Actors so far: one per lane.
    [[nodiscard]] std::uint32_t actors() const noexcept {
        return static_cast<std::uint32_t>(actors_.size());
    }

    [[nodiscard]] const weft::actor_id& actor(weft::actor_slot slot) const noexcept {
        return actors_[slot.value];
    }

    /// Which commits are merges, ascending, by their place in git's order.
    [[nodiscard]] const std::vector<std::uint32_t>& merges() const noexcept { return merges_; }

    /// The commit that is n-th in git's order, from 0.
    [[nodiscard]] const object_id& id_of(std::uint32_t n) const noexcept { return ids_[n]; }

    [[nodiscard]] const object_id& id_of(weft::local_dot dot) const {
        return ids_[graph_.index_of(dot).value];
    }

    /// The commit behind a dot that a replica named.
    [[nodiscard]] const object_id& id_of(const weft::dot<weft::actor_id>& dot) const {
        return id_of(weft::local_dot{slots_.find(dot.actor)->second, dot.sequence});
    }

    [[nodiscard]] weft::local_dot dot_of(std::uint32_t n) const {
        return graph_.dot_of(weft::op_index{n});
    }

    [[nodiscard]] weft::dot<weft::actor_id> global(weft::local_dot dot) const noexcept {
        return {actor(dot.slot), dot.sequence};
    }

    [[nodiscard]] const weft::causal_graph& graph() const noexcept { return graph_; }

private:
    struct hash {
        using is_avalanching = void;
        weft::seeded_hash seeded{};

        [[nodiscard]] std::size_t operator()(const object_id& id) const noexcept {
            return seeded(id.bytes());
        }

        [[nodiscard]] std::size_t operator()(const std::string& text) const noexcept {
            return seeded(weft::as_bytes(text));
        }
    };

    /// The parents' dots: each once, and none that is an ancestor of another. Git allows both.
    void parents_of(const commit& next, std::vector<weft::local_dot>& out) {
        out.clear();
        for (const object_id& parent : next.parents) {
            const auto known = numbers_.find(parent);
            if (known == numbers_.end()) {
                throw git_error("git log wrote commit " + next.id.to_string() +
                                " before its parent " + parent.to_string());
            }
            out.push_back(dot_of(known->second));
        }
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        if (out.size() > 1 && !graph_.is_antichain(out)) {
            const std::vector<weft::local_dot> all = out;
            std::erase_if(out, [&](weft::local_dot parent) {
                return std::any_of(all.begin(), all.end(), [&](weft::local_dot other) {
                    return other != parent && graph_.contains(other, parent);
                });
            });
        }
    }

    /// The earliest opened lane of the author whose last commit is an ancestor, else a new one.
    [[nodiscard]] weft::actor_slot lane_for(const std::string& author,
                                            std::span<const weft::local_dot> parents) {
        std::vector<weft::actor_slot>& lanes = lanes_[author];
        for (const weft::actor_slot lane : lanes) {
            if (graph_.contains(parents, {lane, graph_.count(lane)})) {
                return lane;
            }
        }
        const weft::actor_slot opened{actors()};
        actors_.push_back(actor_of(author, lanes.size()));
        slots_.emplace(actors_.back(), opened);
        lanes.push_back(opened);
        return opened;
    }

    /// The same on every machine: a hash of e-mail and lane number. An e-mail holds no NUL.
    [[nodiscard]] static weft::actor_id actor_of(const std::string& author, std::size_t lane) {
        const std::string name = author + '\0' + std::to_string(lane);
        return weft::actor_id(weft::xxh3_128::hash(weft::as_bytes(name)).bytes);
    }

    weft::causal_graph graph_;
    std::vector<object_id> ids_;
    boost::unordered_flat_map<object_id, std::uint32_t, hash> numbers_;
    boost::unordered_flat_map<std::string, std::vector<weft::actor_slot>, hash> lanes_;
    boost::unordered_flat_map<weft::actor_id, weft::actor_slot, weft::seeded_hash> slots_;
    std::vector<weft::actor_id> actors_;
    std::vector<std::uint32_t> merges_;
};

}  // namespace weft_git

#endif
