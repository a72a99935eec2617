/// Which records references let through: the cascades and restrictions of one stage, judged
/// together. A record is *in* if the stage before let it through, *dead* if it was deleted.
///
///     out(r)  = (in(r) or kept(r)) and out(t) for every target t of a cascade of r that is known
///     kept(t) = dead(t) and some r with out(r) restricts t
///
/// kept is the least solution and out, for that, the greatest: records that cascade from each other
/// in a circle stand together and fall together; dead records that restrict each other in a circle
/// do not keep each other. Both exist and are unique, since each side only grows with the other
/// (Knaster and Tarski), so the outcome does not depend on any order.
///
/// Only a region is judged: rows in question whose bits or references changed, and what depends on
/// those, by cascade or by restriction, however far. All else is as it was. Within the region the
/// cascades' circles become one node each (Tarjan 1972, without recursion); a node comes out when
/// it waits for nothing any more, which may keep a dead target, which is then waited for no more.
/// Each reference is looked at a few times: O(rows of the region and their references).
#ifndef WEFT_MODEL_REFERENCE_WEB_HPP
#define WEFT_MODEL_REFERENCE_WEB_HPP

#include <weft/model/reference_links.hpp>

namespace weft {

/// Judges one stage; the object is for one use.
class reference_web {
public:
    using all_links = lean_span<const reference_links*>;

    reference_web(stage_marks& marks, all_links links, std::uint32_t stage) noexcept
        : marks_(marks), links_(links), stage_(stage) {}

    void judge() {
        gather();
        find_circles();
        count();
        spread();
        for (const node& each : nodes_) {
            marks_.set_place(each.name, stage_marks::none);
            marks_.set(each.name, stage_, each.out);
        }
    }

private:
    static constexpr std::uint32_t none = stage_marks::none;

    struct node {
        row_name name{};
        std::uint32_t circle = none;
        std::uint32_t index = 0;  ///< Tarjan's; 0 is not met yet
        std::uint32_t low = 0;
        bool kept = false;
        bool out = false;
    };

    struct circle {
        std::uint32_t first = 0;  ///< its nodes, in order_
        std::uint32_t count = 0;
        std::uint32_t waits = 0;  ///< for targets, and for members that are neither in nor kept
    };

    [[nodiscard]] bool in(row_name name) const noexcept { return marks_.passed(name, stage_ - 1); }

    template <class Visit>
    void each_cascade_target(row_name name, const Visit& visit) const {
        for (const reference_links* const links : links_) {
            if (links->action == on_delete::cascade && links->source == name.collection) {
                links->each_target(name.row, [&](row_name target) {
                    if (marks_.known(target)) {
                        visit(target);
                    }
                });
            }
        }
    }

    template <class Visit>
    void each_cascade_source(row_name name, const Visit& visit) const {
        for (const reference_links* const links : links_) {
            if (links->action == on_delete::cascade && links->target == name.collection) {
                links->each_source(name.row, [&](row_name source) {
                    visit(source);
                    return true;
                });
            }
        }
    }

    template <class Visit>
    void each_dead_restricted(row_name name, const Visit& visit) const {
        for (const reference_links* const links : links_) {
            if (links->action == on_delete::restrict && links->source == name.collection) {
                links->each_target(name.row, [&](row_name target) {
                    if (marks_.dead(target)) {
                        visit(target);
                    }
                });
            }
        }
    }

    // --- the region

    void add(row_name name) {
        if (marks_.place(name) == none) {
            marks_.set_place(name, static_cast<std::uint32_t>(nodes_.size()));
            nodes_.push_back({name});
        }
    }

    void gather() {
        for (const auto& question : marks_.questions()) {
            if (question.rewired == stage_ || marks_.changed(question, stage_ - 1)) {
                add(question.name);
            }
        }
        // NOLINTNEXTLINE(modernize-loop-convert): it grows
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            const row_name name = nodes_[i].name;
            each_cascade_source(name, [&](row_name source) {
                if (in(source) || marks_.dead(source)) {  // others can't come out
                    add(source);
                }
            });
            each_dead_restricted(name, [&](row_name target) { add(target); });
        }
    }

    // --- circles

    struct frame {
        std::uint32_t node = 0;
        std::uint32_t next = 0;  ///< in targets_
        std::uint32_t end = 0;
    };

    /// The node's targets inside the region, on top of targets_.
    frame open(std::uint32_t number) {
        node& at = nodes_[number];
        at.index = at.low = ++met_;
        open_nodes_.push_back(number);
        const auto first = static_cast<std::uint32_t>(targets_.size());
        each_cascade_target(at.name, [&](row_name target) {
            if (const std::uint32_t place = marks_.place(target); place != none) {
                targets_.push_back(place);
            }
        });
        return {number, first, static_cast<std::uint32_t>(targets_.size())};
    }

    void find_circles() {
        lean_vector<frame> path;
        for (std::uint32_t start = 0; start != nodes_.size(); ++start) {
            if (nodes_[start].index != 0) {
                continue;
            }
            path.push_back(open(start));
            while (!path.empty()) {
                frame& top = path.back();
                node& at = nodes_[top.node];
                if (top.next != top.end) {
                    const std::uint32_t number = targets_[top.next++];
                    const node& target = nodes_[number];
                    if (target.index == 0) {
                        path.push_back(open(number));
                    } else if (target.circle == none && target.index < at.low) {
                        at.low = target.index;
                    }
                    continue;
                }
                while (!targets_.empty() && targets_.size() > first_of(path)) {
                    targets_.pop_back();
                }
                if (at.low == at.index) {
                    close(top.node);
                }
                const std::uint32_t low = at.low;
                path.pop_back();
                if (!path.empty() && low < nodes_[path.back().node].low) {
                    nodes_[path.back().node].low = low;
                }
            }
        }
    }

    /// Where the top frame's targets begin: where those of the one below end.
    [[nodiscard]] static std::size_t first_of(const lean_vector<frame>& path) noexcept {
        return path.size() < 2 ? 0 : path[path.size() - 2].end;
    }

    /// All that was opened after the node, and the node, is one circle.
    void close(std::uint32_t number) {
        circle made{static_cast<std::uint32_t>(order_.size()), 0, 0};
        std::uint32_t last = none;
        while (last != number) {
            last = open_nodes_.back();
            open_nodes_.pop_back();
            nodes_[last].circle = static_cast<std::uint32_t>(circles_.size());
            order_.push_back(last);
            ++made.count;
        }
        circles_.push_back(made);
    }

    // --- who waits for what

    void count() {
        for (node& each : nodes_) {
            each.kept = marks_.dead(each.name) && kept_from_outside(each.name);
            std::uint32_t& waits = circles_[each.circle].waits;
            waits += in(each.name) || each.kept ? 0U : 1U;
            each_cascade_target(each.name, [&](row_name target) {
                const std::uint32_t place = marks_.place(target);
                waits += place == none ? (marks_.passed(target, stage_) ? 0U : 1U)
                                       : (nodes_[place].circle == each.circle ? 0U : 1U);
            });
        }
        for (std::uint32_t number = 0; number != circles_.size(); ++number) {
            if (circles_[number].waits == 0) {
                ready_.push_back(number);
            }
        }
    }

    [[nodiscard]] bool kept_from_outside(row_name name) const {
        bool kept = false;
        for (const reference_links* const links : links_) {
            if (links->action == on_delete::restrict && links->target == name.collection) {
                links->each_source(name.row, [&](row_name source) {
                    kept = kept || (marks_.place(source) == none && marks_.passed(source, stage_));
                    return !kept;
                });
            }
        }
        return kept;
    }

    void wait_less(std::uint32_t number) {
        if (--circles_[number].waits == 0) {
            ready_.push_back(number);
        }
    }

    void spread() {
        while (!ready_.empty()) {
            const circle out = circles_[ready_.back()];
            ready_.pop_back();
            for (std::uint32_t i = out.first; i != out.first + out.count; ++i) {
                come_out(nodes_[order_[i]]);
            }
        }
    }

    void come_out(node& at) {
        at.out = true;
        each_cascade_source(at.name, [&](row_name source) {
            const std::uint32_t place = marks_.place(source);
            if (place != none && nodes_[place].circle != at.circle) {
                wait_less(nodes_[place].circle);
            }
        });
        each_dead_restricted(at.name, [&](row_name target) {
            node& kept = nodes_[marks_.place(target)];
            if (!kept.kept) {
                kept.kept = true;
                if (!in(target)) {
                    wait_less(kept.circle);
                }
            }
        });
    }

    stage_marks& marks_;
    all_links links_;
    std::uint32_t stage_;
    std::uint32_t met_ = 0;
    lean_vector<node> nodes_;
    lean_vector<circle> circles_;
    lean_vector<std::uint32_t> targets_;
    lean_vector<std::uint32_t> open_nodes_;
    lean_vector<std::uint32_t> order_;  ///< nodes, circle by circle
    lean_vector<std::uint32_t> ready_;  ///< circles that wait for nothing
};

}  // namespace weft

#endif
