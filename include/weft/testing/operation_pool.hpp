/// All operations that a test ever saw, in border form, by content address, each with its causal
/// past as a plain set. Shared by the reference models of a test. Nothing here is fast.
#ifndef WEFT_TESTING_OPERATION_POOL_HPP
#define WEFT_TESTING_OPERATION_POOL_HPP

#include <weft/log/canonical.hpp>
#include <weft/log/operation.hpp>

#include <cstdint>
#include <map>
#include <set>

namespace weft::testing {

template <class Traits>
struct known_operation {
    using address = typename Traits::hasher::digest_type;

    operation<Traits> op;
    address content{};
    std::uint32_t number = 0;      ///< in the pool, from 0
    std::set<std::uint32_t> past;  ///< numbers of all ancestors; made when first admitted
    bool past_known = false;
};

template <class Traits>
class operation_pool {
public:
    using address = typename Traits::hasher::digest_type;
    using entry = known_operation<Traits>;

    /// The entry of an operation whose parents carry their addresses, made now if it is new.
    entry& add(const operation<Traits>& op) {
        const address content = address_of(op);
        const auto [at, fresh] = entries_.try_emplace(content);
        if (fresh) {
            at->second.op = op;
            at->second.content = content;
            at->second.number = static_cast<std::uint32_t>(entries_.size()) - 1;
        }
        return at->second;
    }

    /// Null if it was never added.
    [[nodiscard]] entry* find(const address& content) {
        const auto at = entries_.find(content);
        return at == entries_.end() ? nullptr : &at->second;
    }

    /// The union of the parents and their pasts. Pre: all parents are in the pool, with pasts.
    const std::set<std::uint32_t>& past_of(entry& of) {
        if (!of.past_known) {
            for (const auto& parent : of.op.parents) {
                entry* const before = find(parent.address);
                WEFT_ASSERT(before != nullptr && before->past_known);
                of.past.insert(before->number);
                of.past.insert(before->past.begin(), before->past.end());
            }
            of.past_known = true;
        }
        return of.past;
    }

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    std::map<address, entry> entries_;  // entries stay where they are
};

}  // namespace weft::testing

#endif
