/// The replicas that share the work. Every actor belongs to one of them; only that one makes the
/// actor's operations, and what it needs for the next block it pulls from the owners of the
/// parents. Nothing but bytes passes between replicas, and not gently: deltas come in random order,
/// some twice, some long after they were new, some before what they follow. All of that is a
/// function of the seed.
#ifndef WEFT_EXAMPLES_GIT_FLEET_HPP
#define WEFT_EXAMPLES_GIT_FLEET_HPP

#include <weft/weft.hpp>

#include "history.hpp"
#include "options.hpp"
#include "report.hpp"
#include "schema.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weft_git {

/// Counts the writes that met a concurrent write of the same record. A write is told of several
/// times, once a field, one after the other.
class conflict_counter {
public:
    void operator()(const weft::field_change<weft::default_traits>& change) {
        for (const auto& choice : change.decisions) {
            if (choice.concurrent && (change.by != by_ || change.record != record_)) {
                by_ = change.by;
                record_ = change.record;
                ++count_;
            }
        }
    }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
    weft::dot<weft::actor_id> by_{};
    weft::uuid record_{};
    std::uint64_t count_ = 0;
};

class fleet {
public:
    using silent_replica = weft::replica<schema>;
    using told_replica = weft::replica<schema, weft::default_traits, conflict_counter>;

    fleet(const options& chosen, const history& known, report& figures)
        : known_(&known), report_(&figures), random_{chosen.seed},
          first_(own_actor(0), settings(checkpoint_every)), versions_(chosen.replicas),
          stale_(chosen.replicas) {
        others_.reserve(chosen.replicas - 1);
        for (std::uint32_t i = 1; i < chosen.replicas; ++i) {
            others_.emplace_back(own_actor(i), settings(0));
        }
    }

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(versions_.size());
    }

    /// Calls fn with replica n. The first one has the sink and the checkpoints.
    template <class Fn>
    decltype(auto) with(std::uint32_t n, Fn&& fn) {
        return n == 0 ? fn(first_) : fn(others_[n - 1]);
    }

    [[nodiscard]] told_replica& first() noexcept { return first_; }

    /// Makes the commit's operation on the replica that owns its actor, which pulls first what it
    /// lacks. Throws disagreement if a replica refuses anything.
    void add(const commit& next, const placement& at) {
        while (owners_.size() <= at.dot.slot.value) {
            owners_.push_back(below(size()));
        }
        const std::uint32_t owner = owners_[at.dot.slot.value];
        pull_parents(owner, at);
        const stopwatch watch(*report_, stage::build);
        with(owner, [&](auto& replica) { build(replica, next, at); });
        versions_[owner].advance(known_->global(at.dot));
        report_->writes += next.changes.size();
    }

    /// Deltas between all, shuffled and some twice, until all hold the same.
    void settle() {
        const stopwatch watch(*report_, stage::exchange);
        for (bool news = true; news;) {
            std::vector<message> sent;
            for (std::uint32_t from = 0; from < size(); ++from) {
                for (std::uint32_t to = 0; to < size(); ++to) {
                    if (!missing(version(from), version(to)).empty()) {
                        sent.push_back({to, from, delta(from, version(to)), false});
                        if (below(4) == 0) {
                            sent.push_back(sent.back());
                            sent.back().repeated = true;
                        }
                    }
                }
            }
            shuffle(sent);
            for (const message& one : sent) {
                deliver(one);
            }
            news = !sent.empty();
        }
        for (std::uint32_t i = 1; i < size(); ++i) {
            if (version(i) != version(0)) {
                throw disagreement("replicas 1 and " + std::to_string(i + 1) +
                                   " do not hold the same operations");
            }
        }
    }

private:
    /// Operations between two copies of the first replica's state, for at(): the price of a copy
    /// is about that of replaying a hundred operations.
    static constexpr std::uint32_t checkpoint_every = 1000;
    /// Of so many pulls one is repeated at once, one later, one arrives with its end first.
    static constexpr std::uint64_t mischief = 16;

    struct message {
        std::uint32_t to = 0;
        std::uint32_t from = 0;
        weft::byte_buffer bytes;
        bool repeated = false;
    };

    /// The fleet's replicas write nothing themselves, but each needs a name.
    [[nodiscard]] static weft::actor_id own_actor(std::uint32_t n) noexcept {
        return weft::actor_id::of(0x7765667400000000U, n);
    }

    [[nodiscard]] static weft::environment<> settings(std::uint32_t checkpoints) {
        weft::environment<> around;
        around.options.max_skew_ms = weft::no_skew_limit;  // history's clocks are what they are
        around.options.checkpoint_every = checkpoints;
        return around;
    }

    /// A random number below n.
    [[nodiscard]] std::uint32_t below(std::uint64_t n) noexcept {
        return static_cast<std::uint32_t>((random_() >> 11U) % n);
    }

    template <class T>
    void shuffle(std::vector<T>& list) {
        for (std::size_t i = list.size(); i > 1; --i) {
            std::swap(list[i - 1], list[below(i)]);
        }
    }

    template <class Replica>
    void build(Replica& replica, const commit& next, const placement& at) {
        std::vector<builder_type::parent> parents;
        for (const weft::local_dot parent : at.parents) {
            parents.push_back(replica.parent(known_->global(parent)).value());
        }
        builder_.start(known_->global(at.dot), at.at, std::move(parents));
        for (const change& c : next.changes) {
            const std::string_view path = next.path_of(c);
            if (c.erased()) {
                builder_.erase<file>(record_of(path));
                continue;
            }
            builder_.upsert<file>(record_of(path), [&](auto& f) {
                if (c.fresh) {
                    const weft::byte_span bytes = weft::as_bytes(path);
                    f[&file::path] = weft::byte_buffer(bytes.begin(), bytes.end());
                }
                f[&file::mode] = c.mode;
                f[&file::blob] = c.blob;
            });
        }
        const auto outcome = replica.admit(builder_.finish());
        if (outcome.applied != 1) {
            const std::string why = outcome.refused.empty()
                                        ? std::string("it was not applied")
                                        : std::string(message_of(outcome.refused.front().why));
            throw disagreement("commit " + next.id.to_string() + " was not admitted: " + why);
        }
    }

    [[nodiscard]] static std::string_view message_of(weft::errc why) noexcept {
        return weft::message(why);
    }

    /// Brings the owner everything that the owners of missing parents hold.
    void pull_parents(std::uint32_t owner, const placement& at) {
        std::vector<std::pair<std::uint32_t, weft::local_dot>> sources;
        for (const weft::local_dot parent : at.parents) {
            const std::uint32_t source = owners_[parent.slot.value];
            const bool lacking =
                versions_[owner].count(known_->actor(parent.slot)) < parent.sequence;
            if (lacking && std::none_of(sources.begin(), sources.end(),
                                        [&](const auto& one) { return one.first == source; })) {
                sources.emplace_back(source, parent);
            }
        }
        if (sources.empty()) {
            return;
        }
        const stopwatch watch(*report_, stage::exchange);
        shuffle(sources);
        for (const auto& [source, parent] : sources) {
            pull(owner, source, parent);
        }
    }

    void pull(std::uint32_t to, std::uint32_t from, weft::local_dot parent) {
        if (below(mischief) == 0) {
            // What follows the parent, before the parent: waits until it is there.
            weft::frontier<weft::actor_id> past;
            past.insert(known_->global(parent));
            auto claimed = with(from, [&](auto& r) { return r.version_of(past).value(); });
            claimed.join(versions_[to]);
            deliver({to, from, delta(from, claimed), false});
        }
        message news{to, from, delta(from, versions_[to]), false};
        deliver(news);
        versions_[to].join(versions_[from]);
        news.repeated = true;
        if (below(mischief) == 0) {
            deliver(news);
        }
        if (!stale_[to].bytes.empty() && below(mischief) == 0) {
            deliver(stale_[to]);
        }
        if (stale_[to].bytes.empty() || below(mischief) == 0) {
            stale_[to] = std::move(news);
        }
    }

    [[nodiscard]] weft::byte_buffer delta(std::uint32_t from,
                                          const weft::version_vector<weft::actor_id>& since) {
        return with(from, [&](auto& replica) { return replica.delta_since(since); });
    }

    [[nodiscard]] weft::version_vector<weft::actor_id> version(std::uint32_t of) {
        return with(of, [](auto& replica) { return replica.version(); });
    }

    void deliver(const message& one) {
        ++report_->deltas;
        report_->duplicates += one.repeated ? 1U : 0U;
        report_->wire_bytes += one.bytes.size();
        const auto taken = with(one.to, [&](auto& replica) {
            return replica.apply(one.bytes, std::uint64_t{one.from});
        });
        const std::string whose = "a delta from replica " + std::to_string(one.from + 1) +
                                  " to replica " + std::to_string(one.to + 1);
        if (!taken) {
            throw disagreement(whose +
                               " was refused: " + std::string(weft::message(taken.error().code)));
        }
        report_->parked += taken->parked;
        for (const auto& refusal : taken->refused) {
            if (refusal.why != weft::errc::parked_full) {  // then it comes again, with its parents
                throw disagreement(whose + ": commit " +
                                   known_->id_of(refusal.operation).to_string() +
                                   " was refused: " + std::string(weft::message(refusal.why)));
            }
        }
        if (!taken->voids.empty() || !taken->equivocations.empty() || taken->actor_reused) {
            throw disagreement(whose + " was not understood");
        }
    }

    using builder_type = weft::operation_builder<schema>;

    const history* known_;
    report* report_;
    weft::splitmix64 random_;
    told_replica first_;
    std::vector<silent_replica> others_;
    std::vector<std::uint32_t> owners_;  ///< by actor slot
    /// What each replica holds, as its own version() would say, which costs more than to keep it.
    std::vector<weft::version_vector<weft::actor_id>> versions_;
    std::vector<message> stale_;  ///< an old delta for each
    builder_type builder_;
};

}  // namespace weft_git

#endif
