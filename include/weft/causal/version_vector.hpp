/// How much of a history is held: per actor the count of its operations, which is also the highest
/// sequence, because a vector grows over a contiguous prefix only. A flat vector sorted by actor
/// id; an actor of count 0 is not stored, so equal knowledge has one representation and one
/// encoding. Version vectors are a lattice: join is the least upper bound (Parker et al. 1983). A
/// vector that a peer sent is a claim: use it to choose what to send, never join it into what is
/// held here.
#ifndef WEFT_CAUSAL_VERSION_VECTOR_HPP
#define WEFT_CAUSAL_VERSION_VECTOR_HPP

#include <weft/causal/actor_list.hpp>
#include <weft/causal/causal_order.hpp>

#include <utility>
#include <vector>

namespace weft {

/// `count` operations of `actor`: those with sequence 1 to count.
template <class ActorId>
struct version_entry {
    ActorId actor{};
    sequence count = 0;

    friend constexpr auto operator<=>(const version_entry&,
                                      const version_entry&) noexcept = default;
};

/// The operations of one actor from `first` to `last`, both included.
template <class ActorId>
struct dot_range {
    ActorId actor{};
    sequence first = 0;
    sequence last = 0;

    friend constexpr auto operator<=>(const dot_range&, const dot_range&) noexcept = default;
};

template <class ActorId>
class version_vector {
    static_assert(identifier<ActorId>, "weft: version_vector<A> needs an identifier (base/id.hpp)");

public:
    using actor_id = ActorId;
    using entry = version_entry<ActorId>;

    version_vector() = default;

    /// How many of actor's operations are held; 0 for an unknown actor. O(log actors).
    [[nodiscard]] sequence count(const ActorId& actor) const noexcept {
        const std::size_t at = position(actor);
        return holds_at(at, actor) ? entries_[at].count : 0;
    }

    /// Whether the operation is held. No operation has sequence 0. O(log actors).
    [[nodiscard]] bool contains(const dot<ActorId>& operation) const noexcept {
        return operation.sequence != 0 && operation.sequence <= count(operation.actor);
    }

    /// Says that exactly `n` operations of actor are held, more or fewer than before; 0 removes the
    /// actor. O(actors); O(log actors) for a known actor and n > 0. Strong guarantee.
    void set(const ActorId& actor, sequence n) {
        const std::size_t at = position(actor);
        const auto where = entries_.begin() + static_cast<std::ptrdiff_t>(at);
        if (holds_at(at, actor)) {
            if (n == 0) {
                entries_.erase(where);
            } else {
                where->count = n;
            }
        } else if (n != 0) {
            entries_.insert(where, entry{actor, n});
        }
    }

    /// Adds an operation if it is the next of its actor; false, and no change, if it is held
    /// already or leaves a gap. O(log actors), O(actors) for an actor's first. Strong guarantee.
    bool advance(const dot<ActorId>& operation) {
        if (operation.sequence == 0 || operation.sequence - 1 != count(operation.actor)) {
            return false;
        }
        set(operation.actor, operation.sequence);
        return true;
    }

    /// The least upper bound of both: per actor the greater count. O(actors of both); allocates
    /// only if `other` knows an actor that *this does not. Strong guarantee.
    void join(const version_vector& other) {
        const std::size_t unknown = other.unknown_to(*this);
        if (unknown == 0) {
            std::size_t at = 0;
            for (const entry& theirs : other.entries_) {
                while (entries_[at].actor < theirs.actor) {
                    ++at;
                }
                entries_[at].count = greater(entries_[at].count, theirs.count);
            }
            return;
        }
        lean_vector<entry> joined;
        joined.reserve(entries_.size() + unknown);
        for_each_pair(*this, other,
                      [&joined](const ActorId& actor, sequence mine, sequence theirs) {
                          joined.push_back(entry{actor, greater(mine, theirs)});
                      });
        entries_ = std::move(joined);
    }

    /// All actors with a count, ascending by actor id. A view until the next change.
    [[nodiscard]] std::span<const entry> entries() const& noexcept {
        return {entries_.data(), entries_.size()};
    }

    /// Not of a temporary: `for (auto& e : replica.version().entries())` would outlive it.
    [[nodiscard]] std::span<const entry> entries() const&& = delete;

    /// How many actors have a count.
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    void clear() noexcept { entries_.clear(); }

    void reserve(std::size_t actors) { entries_.reserve(actors); }

    /// How a stands to b: `before` means that b holds all of a and more. O(actors of both).
    [[nodiscard]] friend causal_order compare(const version_vector& a,
                                              const version_vector& b) noexcept {
        bool a_has_more = false;
        bool b_has_more = false;
        for_each_pair(a, b, [&](const ActorId&, sequence left, sequence right) {
            a_has_more |= left > right;
            b_has_more |= left < right;
        });
        return causal_order_of(a_has_more, b_has_more);
    }

    /// What `mine` has that `theirs` lacks, ascending by actor; at most one range an actor, none of
    /// them empty. O(actors of both).
    [[nodiscard]] friend std::vector<dot_range<ActorId>> missing(const version_vector& mine,
                                                                 const version_vector& theirs) {
        std::vector<dot_range<ActorId>> ranges;
        for_each_pair(mine, theirs, [&ranges](const ActorId& actor, sequence have, sequence known) {
            if (have > known) {
                ranges.push_back(dot_range<ActorId>{actor, known + 1, have});
            }
        });
        return ranges;
    }

    friend bool operator==(const version_vector&, const version_vector&) noexcept = default;

    /// Appends the canonical bytes (actor_list.hpp).
    void encode(byte_writer& out) const { write_actor_list(out, entries()); }

    /// Reads canonical bytes and advances `in`; what follows is left unread. Errors: as
    /// read_actor_list; `in` is then unchanged.
    [[nodiscard]] static result<version_vector> decode(byte_reader& in) {
        auto entries = read_actor_list<ActorId, entry>(in);
        if (!entries) {
            return entries.error();
        }
        version_vector vector;
        vector.entries_ = *std::move(entries);
        return vector;
    }

private:
    [[nodiscard]] std::size_t position(const ActorId& actor) const noexcept {
        return actor_position(entries(), actor);
    }

    [[nodiscard]] bool holds_at(std::size_t at, const ActorId& actor) const noexcept {
        return at < entries_.size() && entries_[at].actor == actor;
    }

    [[nodiscard]] static sequence greater(sequence a, sequence b) noexcept { return a < b ? b : a; }

    /// How many of our actors `known` does not have.
    [[nodiscard]] std::size_t unknown_to(const version_vector& known) const noexcept {
        std::size_t unknown = 0;
        for_each_pair(*this, known, [&unknown](const ActorId&, sequence, sequence theirs) {
            unknown += theirs == 0 ? 1U : 0U;
        });
        return unknown;
    }

    /// Calls fn(actor, count in a, count in b) for every actor of either, ascending.
    template <class Fn>
    static void for_each_pair(const version_vector& a, const version_vector& b, Fn&& fn) {
        auto left = a.entries_.begin();
        auto right = b.entries_.begin();
        while (left != a.entries_.end() || right != b.entries_.end()) {
            if (right == b.entries_.end() ||
                (left != a.entries_.end() && left->actor < right->actor)) {
                fn(left->actor, left->count, sequence{0});
                ++left;
            } else if (left == a.entries_.end() || right->actor < left->actor) {
                fn(right->actor, sequence{0}, right->count);
                ++right;
            } else {
                fn(left->actor, left->count, right->count);
                ++left;
                ++right;
            }
        }
    }

    lean_vector<entry> entries_;
};

}  // namespace weft

#endif
