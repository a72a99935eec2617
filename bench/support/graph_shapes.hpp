/// Causal histories of known shapes, from fixed seeds: lists of operations that are admissible in
/// their order, for the causal graph and for logs.
#ifndef WEFT_BENCH_SUPPORT_GRAPH_SHAPES_HPP
#define WEFT_BENCH_SUPPORT_GRAPH_SHAPES_HPP

#include <weft/base/random.hpp>
#include <weft/causal/causal_graph.hpp>

#include "support/measure.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weft::bench {

/// Operations by writer, each with its parents and its time.
class history {
public:
    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(slots_.size());
    }

    [[nodiscard]] std::uint32_t writers() const noexcept { return writers_; }

    [[nodiscard]] actor_slot slot(std::uint32_t i) const noexcept { return slots_[i]; }

    [[nodiscard]] timestamp time(std::uint32_t i) const noexcept { return time_at(ticks_[i]); }

    /// The time of the operation that is made as number `tick`.
    [[nodiscard]] static timestamp time_at(std::uint32_t tick) noexcept {
        return timestamp::of(1'700'000'000'000 + tick / 8, tick % 8);
    }

    [[nodiscard]] std::span<const local_dot> parents(std::uint32_t i) const noexcept {
        return std::span(parents_).subspan(first_[i], first_[i + 1] - first_[i]);
    }

    void add(actor_slot slot, std::uint32_t tick, std::span<const local_dot> parents) {
        slots_.push_back(slot);
        ticks_.push_back(tick);
        parents_.insert(parents_.end(), parents.begin(), parents.end());
        first_.push_back(static_cast<std::uint32_t>(parents_.size()));
        writers_ = std::max(writers_, slot.value + 1);
    }

    /// The graph of all of it.
    [[nodiscard]] causal_graph graph() const {
        causal_graph made;
        add_all(made);
        return made;
    }

    void add_all(causal_graph& to) const {
        for (std::uint32_t i = 0; i != size(); ++i) {
            to.add(slots_[i], time(i), parents(i));
        }
    }

    /// The same operations in another causal order: each writer's as far as its parents allow, at
    /// most `most` at a time. What a replica sees that hears of others in batches.
    [[nodiscard]] history in_batches(std::uint32_t most) const {
        std::vector<std::vector<std::uint32_t>> of(writers_);
        for (std::uint32_t i = 0; i != size(); ++i) {
            of[slots_[i].value].push_back(i);
        }
        history made;
        std::vector<std::uint32_t> next(writers_, 0);
        while (made.size() != size()) {
            for (std::uint32_t writer = 0; writer != writers_; ++writer) {
                const std::uint32_t end = next[writer] + most;
                while (next[writer] != end && next[writer] != of[writer].size()) {
                    const std::uint32_t i = of[writer][next[writer]];
                    const auto here = parents(i);
                    if (!std::all_of(here.begin(), here.end(), [&](local_dot parent) {
                            return parent.sequence <= next[parent.slot.value];
                        })) {
                        break;
                    }
                    made.add(slots_[i], ticks_[i], here);
                    ++next[writer];
                }
            }
        }
        return made;
    }

private:
    std::vector<actor_slot> slots_;
    std::vector<std::uint32_t> ticks_;
    std::vector<local_dot> parents_;
    std::vector<std::uint32_t> first_{0};
    std::uint32_t writers_ = 0;
};

/// Grows a history and its graph together, so that a shape can ask what it may merge.
class history_maker {
public:
    /// The writer's newest operation; sequence 0 if there is none.
    [[nodiscard]] local_dot last(std::uint32_t writer) const noexcept {
        return {{writer}, graph_.count({writer})};
    }

    /// The next operation of a writer. Those of `parents` that are in the past of another one, and
    /// dots of sequence 0, are left out.
    local_dot add(std::uint32_t writer, std::initializer_list<local_dot> parents) {
        parents_.clear();
        for (const local_dot candidate : parents) {
            const bool covered = candidate.sequence == 0 ||
                                 std::any_of(parents.begin(), parents.end(), [&](local_dot other) {
                                     return other != candidate && other.sequence != 0 &&
                                            graph_.contains(other, candidate);
                                 });
            if (!covered) {
                parents_.push_back(candidate);
            }
        }
        return add_parents(writer);
    }

    /// The same with all heads as parents.
    local_dot join(std::uint32_t writer) {
        parents_.assign(graph_.heads().begin(), graph_.heads().end());
        return add_parents(writer);
    }

    [[nodiscard]] std::uint32_t size() const noexcept { return made_.size(); }

    [[nodiscard]] history take() { return std::move(made_); }

private:
    local_dot add_parents(std::uint32_t writer) {
        std::sort(parents_.begin(), parents_.end());
        parents_.erase(std::unique(parents_.begin(), parents_.end()), parents_.end());
        graph_.add({writer}, history::time_at(made_.size()), parents_);
        made_.add({writer}, made_.size(), parents_);
        return last(writer);
    }

    history made_;
    causal_graph graph_;
    std::vector<local_dot> parents_;
};

/// Each step a random writer appends `run` operations; in one step of 16 it first merges another
/// writer's newest.
[[nodiscard]] inline history
interleaved(std::uint32_t writers, std::uint32_t run, std::uint32_t size) {
    splitmix64 random{writers * 31 + run};
    history_maker made;
    while (made.size() < size) {
        const std::uint32_t writer = below(random, writers);
        const bool merges = below(random, 16) == 0;
        const local_dot other = merges ? made.last(below(random, writers)) : local_dot{};
        made.add(writer, {made.last(writer), other});
        for (std::uint32_t i = 1; i < run && made.size() < size; ++i) {
            made.add(writer, {made.last(writer)});
        }
    }
    return made.take();
}

/// One writer.
[[nodiscard]] inline history chain(std::uint32_t size) {
    history_maker made;
    while (made.size() < size) {
        made.add(0, {made.last(0)});
    }
    return made.take();
}

/// A centre from which `points` writers branch off, once each, and which then merges them all;
/// again and again.
[[nodiscard]] inline history star(std::uint32_t points, std::uint32_t size) {
    history_maker made;
    while (made.size() < size) {
        const local_dot centre = made.join(0);
        for (std::uint32_t writer = 1; writer <= points && made.size() < size; ++writer) {
            made.add(writer, {centre});
        }
    }
    return made.take();
}

/// A main line; at each of its operations another of `teeth` writers takes it in and adds one.
[[nodiscard]] inline history comb(std::uint32_t teeth, std::uint32_t size) {
    history_maker made;
    while (made.size() < size) {
        const local_dot back = made.add(0, {made.last(0)});
        const std::uint32_t tooth = 1 + back.sequence % teeth;
        made.add(tooth, {back, made.last(tooth)});
    }
    return made.take();
}

/// Two writers that merge each other's previous operation all the time.
[[nodiscard]] inline history criss_cross(std::uint32_t size) {
    history_maker made;
    while (made.size() < size) {
        const local_dot left = made.last(0);
        const local_dot right = made.last(1);
        made.add(0, {left, right});
        made.add(1, {right, left});
    }
    return made.take();
}

/// As in a repository: `lanes` writers, some 64 branches open at a time, each of about four
/// operations; eight maintainers merge them into the main line.
[[nodiscard]] inline history git_like(std::uint32_t lanes, std::uint32_t size) {
    constexpr std::uint32_t maintainers = 8;
    splitmix64 random{lanes};
    history_maker made;
    local_dot main = made.add(0, {});
    std::vector<std::uint32_t> open;
    while (made.size() < size) {
        const std::uint32_t dice = below(random, 8);
        if (open.size() < 32 || (open.size() < 96 && dice == 0)) {
            const std::uint32_t lane = maintainers + below(random, lanes);
            if (std::find(open.begin(), open.end(), lane) == open.end()) {
                made.add(lane, {main, made.last(lane)});
                open.push_back(lane);
            }
        } else if (dice <= 2) {
            const std::uint32_t at = below(random, static_cast<std::uint32_t>(open.size()));
            main = made.add(below(random, maintainers), {main, made.last(open[at])});
            open[at] = open.back();
            open.pop_back();
        } else {
            const std::uint32_t lane = open[below(random, static_cast<std::uint32_t>(open.size()))];
            made.add(lane, {made.last(lane)});
        }
    }
    return made.take();
}

}  // namespace weft::bench

#endif
