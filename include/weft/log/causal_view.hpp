/// The causal graph seen from the border: questions about dots, frontiers and vectors, answered by
/// a log. A view that is made on the spot and owns nothing; const and as thread-safe as the log's
/// const functions.
#ifndef WEFT_LOG_CAUSAL_VIEW_HPP
#define WEFT_LOG_CAUSAL_VIEW_HPP

#include <weft/base/lean_span.hpp>
#include <weft/causal/frontier.hpp>
#include <weft/causal/version_vector.hpp>
#include <weft/log/operation_log.hpp>

#include <cstring>
#include <vector>

namespace weft {

/// The error `code` about the operation `id`.
template <class ActorId>
[[nodiscard]] error error_about(errc code, const dot<ActorId>& id) noexcept {
    error what(code);
    std::byte bytes[identifier_traits<ActorId>::size];
    identifier_traits<ActorId>::write(id.actor, bytes);
    constexpr std::size_t kept =
        sizeof bytes < error::actor_size_max ? sizeof bytes : error::actor_size_max;
    what.actor_size = static_cast<std::uint8_t>(kept);
    std::memcpy(what.actor.data(), bytes, kept);
    what.sequence = id.sequence;
    return what;
}

template <class Traits>
class causal_view {
public:
    using actor_id = typename Traits::actor_id;
    using address = typename Traits::hasher::digest_type;
    using dot_type = dot<actor_id>;
    using vector_type = version_vector<actor_id>;
    using frontier_type = weft::frontier<actor_id>;
    using cut = causal_graph::cut;

    explicit causal_view(const operation_log<Traits>& log) noexcept : log_(&log) {}

    [[nodiscard]] result<address> address_of(const dot_type& id) const {
        const auto local = held(id);
        if (!local) {
            return local.error();
        }
        return log_->address_of(*local);
    }

    [[nodiscard]] bool contains(const frontier_type& of, const dot_type& what) const {
        const auto heads = held(of);
        const auto local = held(what);
        return heads && local && log_->graph().contains(*heads, *local);
    }

    [[nodiscard]] result<causal_order> compare(const dot_type& a, const dot_type& b) const {
        const auto left = held(a);
        const auto right = held(b);
        if (!left || !right) {
            return left ? right.error() : left.error();
        }
        return log_->graph().compare(*left, *right);
    }

    [[nodiscard]] result<vector_type> version_of(const frontier_type& of) const {
        const auto heads = held(of);
        if (!heads) {
            return heads.error();
        }
        return vector_of(log_->graph().version_of(*heads));
    }

    [[nodiscard]] frontier_type frontier_of(const vector_type& version) const {
        lean_vector<local_dot> heads;
        log_->graph().frontier_of(cut_of(version), heads);
        return frontier_of(heads);
    }

    [[nodiscard]] result<std::vector<dot_range<actor_id>>>
    difference(const frontier_type& a, const frontier_type& b) const {
        const auto left = version_of(a);
        const auto right = version_of(b);
        if (!left || !right) {
            return left ? right.error() : left.error();
        }
        return missing(*left, *right);
    }

    [[nodiscard]] result<frontier_type> common_ancestors(const frontier_type& a,
                                                         const frontier_type& b) const {
        const auto left = held(a);
        const auto right = held(b);
        if (!left || !right) {
            return left ? right.error() : left.error();
        }
        return frontier_of(log_->graph().common_ancestors(*left, *right));
    }

    // --- from the border inwards and back

    [[nodiscard]] result<local_dot> held(const dot_type& id) const {
        const local_dot local = log_->local_of(id);
        if (!log_->graph().holds(local)) {
            return error_about(errc::missing_operation, id);
        }
        return local;
    }

    [[nodiscard]] result<lean_vector<local_dot>> held(const frontier_type& of) const {
        lean_vector<local_dot> locals;
        locals.reserve(of.size());
        for (const dot_type& id : of) {
            const auto local = held(id);
            if (!local) {
                return local.error();
            }
            locals.push_back(*local);
        }
        return locals;
    }

    /// The part of a claimed vector that is held.
    [[nodiscard]] cut cut_of(const vector_type& version) const {
        cut counts(log_->actor_count(), 0);
        const auto entries = version.entries();
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto& entry = entries[i];
            if (const auto slot = log_->find_actor(entry.actor)) {
                const sequence held = log_->graph().count(*slot);
                counts[slot->value] = entry.count < held ? entry.count : held;
            }
        }
        return counts;
    }

    /// O(actors log actors).
    [[nodiscard]] vector_type vector_of(const cut& counts) const {
        lean_vector<actor_slot> slots;
        for (std::uint32_t slot = 0; slot < counts.size(); ++slot) {
            if (counts[slot] != 0) {
                slots.push_back({slot});
            }
        }
        const actor_order order = log_->order();
        lean_sort(slots.begin(), slots.end(),
                  [&](actor_slot a, actor_slot b) { return order.less(a, b); });
        vector_type vector;
        vector.reserve(slots.size());
        for (const actor_slot slot : slots) {
            vector.set(log_->actor(slot), counts[slot.value]);  // ascending, so it appends
        }
        return vector;
    }

    [[nodiscard]] frontier_type frontier_of(lean_span<local_dot> heads) const {
        lean_vector<dot_type> dots;
        dots.reserve(heads.size());
        for (const local_dot head : heads) {
            dots.push_back(log_->dot_of(head));
        }
        lean_sort(dots.begin(), dots.end());  // then each insertion is at the end
        frontier_type out;
        out.reserve(dots.size());
        for (const dot_type& head : dots) {
            out.insert(head);
        }
        return out;
    }

private:
    const operation_log<Traits>* log_;
};

}  // namespace weft

#endif
