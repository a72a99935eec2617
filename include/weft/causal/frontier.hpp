/// A frontier as it leaves a replica: the maximal operations of some causal past, sorted by dot. An
/// actor stands in it at most once, because of two operations of one actor the earlier is an
/// ancestor of the later. That no element is another's ancestor across actors only the causal graph
/// can tell; a frontier from outside is a claim until the graph has checked it.
#ifndef WEFT_CAUSAL_FRONTIER_HPP
#define WEFT_CAUSAL_FRONTIER_HPP

#include <weft/causal/actor_list.hpp>

#include <utility>

namespace weft {

template <class ActorId>
class frontier {
    static_assert(identifier<ActorId>, "weft: frontier<A> needs an identifier (base/id.hpp)");

public:
    using actor_id = ActorId;
    using dot_type = dot<ActorId>;

    frontier() = default;

    /// Adds an operation (sequence >= 1), in the place of an earlier one of the same actor; false,
    /// and no change, if that one or a later one is there already. O(elements). Strong guarantee.
    bool insert(const dot_type& operation) {
        WEFT_ASSERT(operation.sequence != 0);
        const std::size_t at = actor_position(span(), operation.actor);
        if (at < dots_.size() && dots_[at].actor == operation.actor) {
            if (operation.sequence <= dots_[at].sequence) {
                return false;
            }
            dots_[at].sequence = operation.sequence;
            return true;
        }
        dots_.insert(dots_.begin() + static_cast<std::ptrdiff_t>(at), operation);
        return true;
    }

    /// Removes exactly this operation; false if it is not an element. O(elements).
    bool erase(const dot_type& operation) noexcept {
        const std::size_t at = actor_position(span(), operation.actor);
        if (at == dots_.size() || dots_[at] != operation) {
            return false;
        }
        dots_.erase(dots_.begin() + static_cast<std::ptrdiff_t>(at));
        return true;
    }

    /// Whether this operation is an element (not: in the causal past of one). O(log elements).
    [[nodiscard]] bool contains(const dot_type& operation) const noexcept {
        const std::size_t at = actor_position(span(), operation.actor);
        return at < dots_.size() && dots_[at] == operation;
    }

    /// The elements, ascending. A view until the next change.
    [[nodiscard]] std::span<const dot_type> span() const noexcept { return dots_; }

    [[nodiscard]] auto begin() const noexcept { return dots_.begin(); }

    [[nodiscard]] auto end() const noexcept { return dots_.end(); }

    [[nodiscard]] std::size_t size() const noexcept { return dots_.size(); }

    [[nodiscard]] bool empty() const noexcept { return dots_.empty(); }

    void clear() noexcept { dots_.clear(); }

    void reserve(std::size_t elements) { dots_.reserve(elements); }

    friend bool operator==(const frontier&, const frontier&) noexcept = default;

    /// Appends the canonical bytes (actor_list.hpp).
    void encode(byte_writer& out) const { write_actor_list(out, span()); }

    /// Reads canonical bytes and advances `in`; what follows is left unread. Errors: as
    /// read_actor_list; `in` is then unchanged.
    [[nodiscard]] static result<frontier> decode(byte_reader& in) {
        auto dots = read_actor_list<ActorId, dot_type>(in);
        if (!dots) {
            return dots.error();
        }
        frontier heads;
        heads.dots_ = *std::move(dots);
        return heads;
    }

private:
    lean_vector<dot_type> dots_;
};

}  // namespace weft

#endif
