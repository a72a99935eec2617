/// Operations that are well formed but not yet admissible: a parent is missing, or the clock that
/// stamped them is ahead. Kept whole, as batches of one; bounded in number and bytes, per source
/// and in all; found again by the dot they wait for or by the time at which they are due. Ordered
/// containers: what is parked saves in one order and can't be flooded. O(log parked) each.
#ifndef WEFT_LOG_PARKING_HPP
#define WEFT_LOG_PARKING_HPP

#include <weft/base/bytes.hpp>
#include <weft/causal/dot.hpp>
#include <weft/causal/timestamp.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace weft {

/// How much may be parked. An operation past any bound is refused with errc::parked_full.
struct parking_limits {
    std::uint32_t operations_per_source = 4096;
    std::uint64_t bytes_per_source = 8U << 20U;
    std::uint32_t operations = 65536;
    std::uint64_t bytes = 64U << 20U;
};

template <class Traits>
class parking {
public:
    using actor_id = typename Traits::actor_id;
    using address = typename Traits::hasher::digest_type;

    struct entry {
        dot<actor_id> id{};
        std::uint64_t source = 0;
        byte_buffer batch;          ///< of this one operation
        dot<actor_id> waits_for{};  ///< sequence 0: waits for time only
        std::uint64_t due_ms = 0;   ///< admissible by the clock from then on; 0: any time
    };

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(entries_.size());
    }

    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

    [[nodiscard]] bool contains(const address& key) const { return entries_.contains(key); }

    [[nodiscard]] const std::map<address, entry>& entries() const noexcept { return entries_; }

    /// Whether another operation of `size` bytes from `source` stays within the limits.
    [[nodiscard]] bool
    fits(std::uint64_t source, std::uint64_t size, const parking_limits& limits) const {
        const auto found = usage_.find(source);
        const usage used = found == usage_.end() ? usage{} : found->second;
        return used.operations < limits.operations_per_source &&
               used.bytes + size <= limits.bytes_per_source &&
               entries_.size() < limits.operations && bytes_ + size <= limits.bytes;
    }

    /// Parks an operation; one that is parked already stays as it is. Strong guarantee.
    void insert(const address& key, entry parked) {
        const auto [at, fresh] = entries_.try_emplace(key, std::move(parked));
        if (!fresh) {
            return;
        }
        WEFT_TRY {
            link(key, at->second);
            auto& used = usage_[at->second.source];
            ++used.operations;
            used.bytes += at->second.batch.size();
            bytes_ += at->second.batch.size();
        }
        WEFT_CATCH_ALL {
            unlink(key, at->second);
            entries_.erase(at);
            WEFT_RETHROW;
        }
    }

    /// Takes an operation out.
    entry take(const address& key) {
        const auto at = entries_.find(key);
        WEFT_ASSERT(at != entries_.end());
        entry taken = std::move(at->second);
        unlink(key, taken);
        const auto used = usage_.find(taken.source);
        bytes_ -= taken.batch.size();
        used->second.bytes -= taken.batch.size();
        if (--used->second.operations == 0) {
            usage_.erase(used);
        }
        entries_.erase(at);
        return taken;
    }

    /// Those that wait for `arrived`.
    [[nodiscard]] std::vector<address> waiting_for(const dot<actor_id>& arrived) const {
        std::vector<address> keys;
        for (auto at = waiting_.lower_bound({arrived, address{}});
             at != waiting_.end() && at->first == arrived; ++at) {
            keys.push_back(at->second);
        }
        return keys;
    }

    /// Those that wait for time only and are due.
    [[nodiscard]] std::vector<address> due(std::uint64_t now_ms) const {
        std::vector<address> keys;
        for (auto at = timed_.begin(); at != timed_.end() && at->first <= now_ms; ++at) {
            keys.push_back(at->second);
        }
        return keys;
    }

    /// Whether an operation under this dot is parked.
    [[nodiscard]] bool parks(const dot<actor_id>& id) const {
        const auto at = ids_.lower_bound({id, address{}});
        return at != ids_.end() && at->first == id;
    }

    /// When the next one is due, if any waits for time.
    [[nodiscard]] std::optional<std::uint64_t> next_due() const {
        return timed_.empty() ? std::nullopt : std::optional(timed_.begin()->first);
    }

    /// The dots that are waited for and are not parked themselves, ascending, once each: what to
    /// ask a peer for.
    [[nodiscard]] std::vector<dot<actor_id>> missing() const {
        std::vector<dot<actor_id>> dots;
        for (const auto& [wanted, key] : waiting_) {
            if ((dots.empty() || dots.back() != wanted) && !parks(wanted)) {
                dots.push_back(wanted);
            }
        }
        return dots;
    }

private:
    struct usage {
        std::uint32_t operations = 0;
        std::uint64_t bytes = 0;
    };

    void link(const address& key, const entry& parked) {
        ids_.insert({parked.id, key});
        if (parked.waits_for.sequence != 0) {
            waiting_.insert({parked.waits_for, key});
        } else {
            timed_.insert({parked.due_ms, key});
        }
    }

    void unlink(const address& key, const entry& parked) {
        ids_.erase({parked.id, key});
        if (parked.waits_for.sequence != 0) {
            waiting_.erase({parked.waits_for, key});
        } else {
            timed_.erase({parked.due_ms, key});
        }
    }

    std::map<address, entry> entries_;
    std::set<std::pair<dot<actor_id>, address>> ids_;
    std::set<std::pair<dot<actor_id>, address>> waiting_;
    std::set<std::pair<std::uint64_t, address>> timed_;
    std::map<std::uint64_t, usage> usage_;
    std::uint64_t bytes_ = 0;
};

}  // namespace weft

#endif
