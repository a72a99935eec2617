/// The content addresses that the log keeps: of each actor's newest operation, of every operation
/// that another actor's operation follows directly or that ends a causal run, and of every 64th;
/// the others are regenerated from the bodies (operation_log.hpp). A kept address costs its own
/// bytes and no more than a vector's slack; the bookkeeping costs half a byte an operation.
#ifndef WEFT_LOG_ADDRESS_STORE_HPP
#define WEFT_LOG_ADDRESS_STORE_HPP

#include <weft/base/assert.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/causal/dot.hpp>

#include <bit>
#include <cstdint>

namespace weft {

template <class Address>
class address_store {
public:
    static constexpr std::uint32_t step = 64;

    /// The kept address of dot, or null. O(1).
    [[nodiscard]] const Address* find(local_dot dot) const noexcept {
        if (dot.slot.value >= actors_.size()) {
            return nullptr;
        }
        const actor& of = actors_[dot.slot.value];
        if (of.newest_sequence == dot.sequence) {
            return &of.newest;
        }
        const std::uint32_t number = (dot.sequence - 1) / step;
        const std::uint64_t bit = bit_of(dot.sequence);
        if (number >= of.blocks.size() || (of.blocks[number].mask & bit) == 0) {
            return nullptr;
        }
        return &of.blocks[number].kept[rank(of.blocks[number].mask, bit)];
    }

    /// The greatest sequence below dot's whose address is kept, 0 if there is none. O(1), since no
    /// two neighbours in the log are more than `step` apart.
    [[nodiscard]] sequence kept_before(local_dot dot) const noexcept {
        WEFT_ASSERT(dot.sequence >= 1);
        if (dot.slot.value >= actors_.size()) {
            return 0;
        }
        const actor& of = actors_[dot.slot.value];
        std::uint32_t number = (dot.sequence - 1) / step;
        std::uint64_t below = bit_of(dot.sequence) - 1;
        for (;; --number, below = ~std::uint64_t{0}) {
            if (number < of.blocks.size()) {
                const std::uint64_t mask = of.blocks[number].mask & below;
                if (mask != 0) {
                    return number * step + static_cast<std::uint32_t>(std::bit_width(mask));
                }
            }
            if (number == 0) {
                return 0;
            }
        }
    }

    /// Keeps the address of dot for good. Strong guarantee; repeating it changes nothing.
    void keep(local_dot dot, const Address& address) {
        actor& of = actor_of(dot.slot);
        const std::uint32_t number = (dot.sequence - 1) / step;
        if (of.blocks.size() <= number) {
            of.blocks.resize(number + 1);
        }
        block& in = of.blocks[number];
        const std::uint64_t bit = bit_of(dot.sequence);
        if ((in.mask & bit) == 0) {
            static_cast<void>(in.kept.insert(in.kept.begin() + rank(in.mask, bit), address));
            in.mask |= bit;
        }
    }

    /// Makes room for an actor, so that set_newest() can't fail.
    void reserve(actor_slot slot) { static_cast<void>(actor_of(slot)); }

    /// Notes the address of an actor's newest operation. Pre: reserve(dot.slot) was called.
    void set_newest(local_dot dot, const Address& address) noexcept {
        actor& of = actors_[dot.slot.value];
        of.newest = address;
        of.newest_sequence = dot.sequence;
    }

    /// Forgets what is known of the actor's operations above sequence `last`. Allocates nothing.
    void forget_above(actor_slot slot, sequence last) noexcept {
        if (slot.value >= actors_.size()) {
            return;
        }
        actor& of = actors_[slot.value];
        if (of.newest_sequence > last) {
            of.newest_sequence = 0;
        }
        const std::uint32_t whole = last / step;
        while (of.blocks.size() > whole + 1) {
            of.blocks.pop_back();
        }
        if (of.blocks.size() == whole + 1) {
            block& in = of.blocks.back();
            const std::uint64_t stay = in.mask & ((std::uint64_t{1} << (last % step)) - 1);
            in.kept.erase(in.kept.begin() + std::popcount(stay), in.kept.end());
            in.mask = stay;
        }
    }

    /// Forgets the actors with a slot of `count` or more.
    void truncate_actors(std::uint32_t count) noexcept {
        while (actors_.size() > count) {
            actors_.pop_back();
        }
    }

    /// Bytes held, allocated ones counted. O(operations / 64).
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        std::size_t sum = actors_.capacity() * sizeof(actor);
        for (const actor& of : actors_) {
            sum += of.blocks.capacity() * sizeof(block);
            for (const block& in : of.blocks) {
                sum += in.kept.capacity() * sizeof(Address);
            }
        }
        return sum;
    }

private:
    struct block {
        std::uint64_t mask = 0;  ///< bit i: sequence 64 * block + i + 1 is kept
        lean_vector<Address> kept;
    };

    struct actor {
        lean_vector<block> blocks;
        Address newest{};
        sequence newest_sequence = 0;  ///< 0: not known
    };

    [[nodiscard]] static constexpr std::uint64_t bit_of(sequence of) noexcept {
        return std::uint64_t{1} << ((of - 1) % step);
    }

    [[nodiscard]] static constexpr std::size_t rank(std::uint64_t mask,
                                                    std::uint64_t bit) noexcept {
        return static_cast<std::size_t>(std::popcount(mask & (bit - 1)));
    }

    [[nodiscard]] actor& actor_of(actor_slot slot) {
        if (slot.value >= actors_.size()) {
            actors_.resize(slot.value + 1);
        }
        return actors_[slot.value];
    }

    lean_vector<actor> actors_;
};

}  // namespace weft

#endif
