/// A sink that remembers all that it was told, in objects that own what they hold.
#ifndef WEFT_TESTS_SUPPORT_RECORDER_HPP
#define WEFT_TESTS_SUPPORT_RECORDER_HPP

#include <weft/log/change.hpp>

#include <string>
#include <vector>

namespace weft::test {

template <class Traits>
struct told_decision {
    reason why{};
    dot<typename Traits::actor_id> winner{};
    dot<typename Traits::actor_id> loser{};
    bool concurrent = false;
    friend bool operator==(const told_decision&, const told_decision&) = default;
};

template <class Traits>
struct told_change {
    std::string collection;
    std::string field;
    std::string policy;
    typename Traits::record_id record{};
    dot<typename Traits::actor_id> by{};
    mutation_kind kind{};
    bool changed = false;
    std::vector<told_decision<Traits>> decisions;
    friend bool operator==(const told_change&, const told_change&) = default;
};

template <class Traits>
struct recorder {
    std::vector<told_change<Traits>>* all = nullptr;

    void operator()(const field_change<Traits>& change) const {
        told_change<Traits> one{std::string(change.collection),
                                std::string(change.field),
                                std::string(change.policy),
                                change.record,
                                change.by,
                                change.kind,
                                change.changed,
                                {}};
        for (const auto& each : change.decisions) {
            one.decisions.push_back({each.why, each.winner, each.loser, each.concurrent});
        }
        all->push_back(one);
    }
};

}  // namespace weft::test

#endif
