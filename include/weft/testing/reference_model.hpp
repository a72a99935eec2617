/// The oracle: a replica as its specification has it. It stores the set of operations, judges each
/// by the admission rules over explicit ancestor sets, and computes the visible state from scratch
/// by policy_model. Nothing is shared with the code that it checks but decoding and hashing. It
/// holds for honest writers (policy_model.hpp says what that means); the judgement of operations
/// holds for any.
#ifndef WEFT_TESTING_REFERENCE_MODEL_HPP
#define WEFT_TESTING_REFERENCE_MODEL_HPP

#include <weft/causal/frontier.hpp>
#include <weft/causal/hybrid_clock.hpp>
#include <weft/causal/version_vector.hpp>
#include <weft/log/admission.hpp>
#include <weft/log/undo_marks.hpp>
#include <weft/merge/hindsight.hpp>
#include <weft/model/schema.hpp>
#include <weft/testing/operation_pool.hpp>
#include <weft/testing/policy_model.hpp>

#include <array>
#include <utility>

namespace weft::testing {

/// What one call did to the model, as apply_report has it.
template <class Traits>
struct model_report {
    struct refusal {
        dot<typename Traits::actor_id> operation{};
        std::vector<errc> rules;  ///< those that it breaks; any may be given as the reason
    };

    std::uint32_t applied = 0;
    std::uint32_t known = 0;
    std::uint32_t parked = 0;
    std::uint32_t released = 0;
    std::vector<refusal> refused;
};

/// The visible records of one collection, each field rendered, in the order of the description.
template <class Traits>
using visible_records = std::map<typename Traits::record_id, std::vector<rendering>>;

template <class Schema, class Traits>
class reference_model {
public:
    using actor_id = typename Traits::actor_id;
    using record_id = typename Traits::record_id;
    using address = typename Traits::hasher::digest_type;
    using dot_type = dot<actor_id>;
    using pool_type = operation_pool<Traits>;
    using known_type = known_operation<Traits>;
    using report_type = model_report<Traits>;
    using visible_state = std::array<visible_records<Traits>, Schema::count>;

    struct limits {
        std::uint64_t max_skew_ms = default_max_skew_ms;
        std::uint32_t parked = 65536;
        std::uint32_t parked_per_source = 4096;
    };

    struct parked_entry {
        known_type* operation = nullptr;
        std::uint64_t source = 0;
        std::set<dot_type> waits_for{};  ///< empty: for time
    };

    reference_model(pool_type& pool, const limits& bounds) : pool_(&pool), bounds_(bounds) {}

    // --- operations come in

    /// A batch, in its order; parents carry their addresses.
    report_type
    receive(const std::vector<operation<Traits>>& batch, std::uint64_t source, std::uint64_t now) {
        begin(now);
        std::vector<parked_entry> candidates;
        for (const auto& op : batch) {
            offer(pool_->add(op), source, candidates);
        }
        for (const parked_entry& one : candidates) {
            if (fits(one.source)) {
                ++report_.parked;
                parked_.insert_or_assign(one.operation->content, one);
            } else {
                report_.refused.push_back({one.operation->op.id, {errc::parked_full}});
            }
        }
        settle();
        return std::move(report_);
    }

    /// An operation that the replica itself made.
    report_type write(const operation<Traits>& op) {
        begin(~std::uint64_t{0} >> 20U);
        known_type& made = pool_->add(op);
        if (const auto rules = broken_rules(made); !rules.empty()) {
            refuse(made, rules);
        } else {
            admit(made);
        }
        return std::move(report_);
    }

    /// Time has passed: what was parked for it alone is considered anew.
    report_type poll(std::uint64_t now) {
        begin(now);
        std::vector<address> timed;
        for (const auto& [content, one] : parked_) {
            if (one.waits_for.empty() && !too_far_ahead(one.operation->op.at)) {
                timed.push_back(content);
            }
        }
        for (const address& content : timed) {
            retry(content);
        }
        settle();
        return std::move(report_);
    }

    /// What saving and loading does: nothing, but that parked operations are considered anew.
    report_type restore(std::uint64_t now) {
        begin(now);
        std::vector<address> all;
        for (const auto& [content, one] : parked_) {
            all.push_back(content);
        }
        for (const address& content : all) {
            retry(content);
        }
        settle();
        refused_.clear();  // a file does not keep them
        return std::move(report_);
    }

    /// Takes an operation out that was made anew under another actor id. It must have no children.
    void forget(const dot_type& id) { held_.erase(id); }

    // --- what is held

    [[nodiscard]] const std::map<dot_type, known_type*>& held() const noexcept { return held_; }

    [[nodiscard]] const std::map<address, parked_entry>& parked() const noexcept { return parked_; }

    [[nodiscard]] version_vector<actor_id> version() const {
        version_vector<actor_id> counts;
        for (const auto& [id, known] : held_) {
            counts.set(id.actor, std::max(counts.count(id.actor), id.sequence));
        }
        return counts;
    }

    /// The operations held that are nobody's parent.
    [[nodiscard]] weft::frontier<actor_id> frontier() const {
        std::set<dot_type> heads;
        for (const auto& [id, known] : held_) {
            heads.insert(id);
        }
        for (const auto& [id, known] : held_) {
            for (const auto& parent : known->op.parents) {
                heads.erase(parent.operation);
            }
        }
        weft::frontier<actor_id> out;
        for (const dot_type& head : heads) {
            out.insert(head);
        }
        return out;
    }

    /// The dots that parked operations wait for and that are not parked themselves.
    [[nodiscard]] std::vector<dot_type> missing() const {
        std::set<dot_type> wanted;
        for (const auto& [content, one] : parked_) {
            wanted.insert(one.waits_for.begin(), one.waits_for.end());
        }
        for (const auto& [content, one] : parked_) {
            wanted.erase(one.operation->op.id);
        }
        return {wanted.begin(), wanted.end()};
    }

    // --- what is seen

    /// The operations with a mark that no redo had seen.
    [[nodiscard]] std::set<dot_type> undone() const {
        std::map<event_dot<actor_id>, std::set<dot_type>> marks;
        std::set<event_dot<actor_id>> taken_back;
        for (const auto& [id, known] : held_) {
            std::uint32_t ordinal = 0;
            for (const auto& mutation : known->op.mutations) {
                const bool undo = mutation.collection == undo_tag;
                for (const auto& named : known->op.observed_of(mutation.observed)) {
                    if (undo && mutation.kind == mutation_kind::erase) {
                        taken_back.insert(named);
                    } else if (undo && mutation.kind == mutation_kind::insert &&
                               named.ordinal == 0 && named.operation != id) {
                        marks[{id, ordinal}].insert(named.operation);
                    }
                }
                ++ordinal;
            }
        }
        std::set<dot_type> all;
        for (const auto& [mark, operations] : marks) {
            if (!taken_back.contains(mark)) {
                all.insert(operations.begin(), operations.end());
            }
        }
        return all;
    }

    /// Every visible record of every collection, computed from all operations held but those that
    /// are undone; of them only what can't be taken back counts.
    [[nodiscard]] visible_state visible() const {
        visible_state state;
        const std::set<dot_type> left_out = undone();
        std::size_t number = 0;
        [&]<class... Collections>(std::type_identity<std::tuple<Collections...>>) {
            ((state[number++] = visible_of<Collections>(left_out)), ...);
        }(std::type_identity<typename Schema::collections>{});
        return state;
    }

    /// The rules that an operation breaks whose parents are all held. Rule by rule as design §6
    /// has them, over the ancestor sets.
    [[nodiscard]] std::vector<errc> broken_rules(known_type& known) const {
        const operation<Traits>& op = known.op;
        std::vector<errc> rules;
        const auto breaks = [&](errc rule) { rules.push_back(rule); };
        if (op.id.sequence == 0 || op.at > last_admissible) {
            breaks(errc::out_of_range);
        }
        const std::set<std::uint32_t>& past = pool_->past_of(known);
        for (const auto& parent : op.parents) {
            if (held_.at(parent.operation)->op.at >= op.at) {
                breaks(errc::timestamp_not_after_parents);
            }
            for (const auto& other : op.parents) {
                if (held_.at(other.operation)->past.contains(held_.at(parent.operation)->number)) {
                    breaks(errc::parents_not_antichain);
                }
            }
        }
        const auto seen = [&](const dot_type& id) {
            const auto at = held_.find(id);
            return at != held_.end() && past.contains(at->second->number);
        };
        if (op.id.sequence > 1 && !seen({op.id.actor, op.id.sequence - 1})) {
            breaks(errc::sequence_gap);
        }
        std::uint32_t ordinal = 0;
        for (const auto& mutation : op.mutations) {
            const auto check = [&](slice named) {
                for (const auto& event : op.observed_of(named)) {
                    const bool earlier_own = event.operation == op.id && event.ordinal < ordinal;
                    if (!earlier_own && !seen(event.operation)) {
                        breaks(errc::unseen_dot);
                    }
                }
            };
            check(mutation.observed);
            for (const effect_entry& effect : op.effects_of(mutation)) {
                check(effect.observed);
            }
            ++ordinal;
        }
        return rules;
    }

private:
    void begin(std::uint64_t now) {
        report_ = {};
        now_ = now;
        refused_now_.clear();
    }

    [[nodiscard]] bool too_far_ahead(timestamp at) const {
        return at.wall_ms() > now_ && at.wall_ms() - now_ > bounds_.max_skew_ms;
    }

    [[nodiscard]] bool fits(std::uint64_t source) const {
        std::uint32_t from_there = 0;
        for (const auto& [content, one] : parked_) {
            from_there += one.source == source ? 1U : 0U;
        }
        return from_there < bounds_.parked_per_source && parked_.size() < bounds_.parked;
    }

    void admit(known_type& known) {
        static_cast<void>(pool_->past_of(known));
        held_.emplace(known.op.id, &known);
        ++report_.applied;
    }

    void refuse(known_type& known, std::vector<errc> rules) {
        refused_now_.insert(known.content);
        refused_.try_emplace(known.content, rules);
        report_.refused.push_back({known.op.id, std::move(rules)});
    }

    /// What no log may hold, whatever its past.
    [[nodiscard]] static bool out_of_range(const operation<Traits>& op) {
        return op.id.sequence == 0 || op.at > last_admissible ||
               std::any_of(op.observed.begin(), op.observed.end(),
                           [](const auto& event) { return event.operation.sequence == 0; });
    }

    /// An operation from outside: what became of it before, if anything, decides.
    void offer(known_type& known, std::uint64_t source, std::vector<parked_entry>& candidates) {
        const dot_type& id = known.op.id;
        if (const auto at = held_.find(id); at != held_.end()) {
            if (at->second->content == known.content) {
                ++report_.known;
            } else {
                refuse(known, {errc::equivocation});
            }
        } else if (out_of_range(known.op)) {
            report_.refused.push_back({id, {errc::out_of_range}});  // and not remembered
        } else if (const auto before = refused_.find(known.content); before != refused_.end()) {
            refuse(known, before->second);
        } else if (parked_.contains(known.content)) {
            offer_parked(known, source, candidates);
        } else {
            judge(known, source, candidates);
        }
    }

    /// A parked operation is delivered again: admitted if it may be by now.
    void
    offer_parked(known_type& known, std::uint64_t source, std::vector<parked_entry>& candidates) {
        const auto& parents = known.op.parents;
        if (too_far_ahead(known.op.at) ||
            !std::all_of(parents.begin(), parents.end(),
                         [&](const auto& parent) { return held_.contains(parent.operation); })) {
            ++report_.known;
            return;
        }
        parked_.erase(known.content);
        const std::uint32_t applied = report_.applied;
        judge(known, source, candidates);
        const std::uint32_t admitted = report_.applied - applied;
        report_.applied = applied;
        report_.known += admitted;
        report_.released += admitted;
    }

    /// A new operation: refused for a parent, parked for parents, refused for a rule, parked for
    /// time, or admitted.
    void judge(known_type& known, std::uint64_t source, std::vector<parked_entry>& candidates) {
        std::set<dot_type> missing;
        for (const auto& parent : known.op.parents) {
            const auto at = held_.find(parent.operation);
            const bool held = at != held_.end();
            if (held ? at->second->content != parent.address : refused_.contains(parent.address)) {
                refuse(known, {errc::refused_ancestor});
                return;
            }
            if (!held) {
                missing.insert(parent.operation);
            }
        }
        if (!missing.empty()) {
            candidates.push_back({&known, source, missing});
        } else if (auto rules = broken_rules(known); !rules.empty()) {
            refuse(known, std::move(rules));
        } else if (too_far_ahead(known.op.at)) {
            candidates.push_back({&known, source, {}});
        } else {
            admit(known);
        }
    }

    void retry(const address& content) {
        const auto at = parked_.find(content);
        if (at == parked_.end()) {
            return;
        }
        const parked_entry one = at->second;
        parked_.erase(at);
        const std::uint32_t applied = report_.applied;
        const std::uint32_t known = report_.known;
        std::vector<parked_entry> again;
        offer(*one.operation, one.source, again);
        report_.released += report_.applied - applied;
        report_.applied = applied;
        report_.known = known;
        for (const parked_entry& still : again) {
            parked_.emplace(content, still);
        }
    }

    /// Whether something that a parked operation waits for came, or was refused in this call.
    [[nodiscard]] bool may_move(const parked_entry& one) const {
        return std::any_of(one.operation->op.parents.begin(), one.operation->op.parents.end(),
                           [&](const auto& parent) {
                               return one.waits_for.contains(parent.operation) &&
                                      (held_.contains(parent.operation) ||
                                       refused_now_.contains(parent.address));
                           });
    }

    /// Retries what waited for something that came or was refused, until nothing moves.
    void settle() {
        for (bool moved = true; moved;) {
            moved = false;
            std::vector<address> ready;
            for (const auto& [content, one] : parked_) {
                if (may_move(one)) {
                    ready.push_back(content);
                }
            }
            for (const address& content : ready) {
                retry(content);
                moved = true;
            }
        }
    }

    /// The event `of`, with an effect of its mutation.
    [[nodiscard]] seen_effect
    with_effect(seen_effect of, const known_type& known, const effect_entry& effect) const {
        of.payload = known.op.payload_of(effect);
        for (const auto& named : known.op.observed_of(effect.observed)) {
            of.observed.push_back({held_.at(named.operation)->number, named.ordinal});
        }
        return of;
    }

    template <class Collection>
    [[nodiscard]] visible_records<Traits> visible_of(const std::set<dot_type>& left_out) const {
        using fields = typename Collection::fields;
        std::array<bool, fields::count> can_be_undone{};
        std::array<bool, fields::count> leaves_some{};
        fields::each([&]<class Field>(std::size_t number) {
            can_be_undone[number] = undoable<typename Field::policy_type>;
            leaves_some[number] = leaves_anchors<typename Field::policy_type>;
        });

        struct record_history {
            std::vector<seen_effect> mutations;
            std::array<std::vector<seen_effect>, fields::count> effects;
        };

        std::map<record_id, record_history> records;
        std::vector<byte_buffer> actors(held_.size());
        std::size_t next = 0;
        for (const auto& [id, known] : held_) {
            byte_buffer& actor = actors[next++];
            actor.resize(identifier_traits<actor_id>::size);
            identifier_traits<actor_id>::write(id.actor, actor.data());
            std::uint32_t ordinal = 0;
            for (const auto& mutation : known->op.mutations) {
                seen_effect one{known->number, ordinal++, &known->past, known->op.at, actor,
                                mutation.kind, {}};
                if (mutation.collection != Collection::tag) {
                    continue;
                }
                const bool out = left_out.contains(id);
                record_history& of = records[mutation.record];
                if (!out || !undoable<typename Collection::rule_type>) {
                    of.mutations.push_back(one);
                }
                for (const effect_entry& effect : known->op.effects_of(mutation)) {
                    const std::size_t field = fields::find(effect.field);
                    if (field == fields::count || fields::kinds[field] != effect.kind) {
                        continue;
                    }
                    one.undone = out && can_be_undone[field];
                    if (!one.undone || leaves_some[field]) {
                        of.effects[field].push_back(with_effect(one, *known, effect));
                    }
                }
            }
        }
        visible_records<Traits> all;
        for (const auto& [id, history] : records) {
            if (rule_model<typename Collection::rule_type>::visible(history.mutations)) {
                auto& record = all[id];
                record.resize(fields::count);
                const record_history& of = history;
                fields::each([&]<class Field>(std::size_t number) {
                    record[number] =
                        policy_model<typename Field::policy_type>::expected(of.effects[number]);
                });
            }
        }
        return all;
    }

    pool_type* pool_;
    limits bounds_;
    std::map<dot_type, known_type*> held_;
    std::map<address, parked_entry> parked_;
    std::map<address, std::vector<errc>> refused_;
    std::set<address> refused_now_;
    report_type report_;
    std::uint64_t now_ = 0;
};

}  // namespace weft::testing

#endif
