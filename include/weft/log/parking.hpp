/// Operations that are well formed but not yet admissible: a parent is missing, or the clock that
/// stamped them is ahead. Kept whole, as batches of one; bounded in number and bytes, per source
/// and in all; found again by address, by dot, by the dot they wait for or by the time at which
/// they are due. What is parked saves in one order, that of addresses. O(log parked) each.
#ifndef WEFT_LOG_PARKING_HPP
#define WEFT_LOG_PARKING_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/log/border_index.hpp>

#include <cstdint>
#include <optional>
#include <utility>

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
    using dot_type = dot<typename Traits::actor_id>;
    using address = typename Traits::hasher::digest_type;

    struct entry {
        dot_type id{};
        address content{};
        std::uint64_t source = 0;
        byte_buffer batch;         ///< of this one operation
        dot_type waits_for{};      ///< sequence 0: waits for time only
        std::uint64_t due_ms = 0;  ///< admissible by the clock from then on; 0: any time
        std::uint64_t serial = 0;  ///< when it was parked, in order
    };

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

    [[nodiscard]] std::uint32_t size() const noexcept { return count_; }

    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

    /// The serial that the next parked operation gets.
    [[nodiscard]] std::uint64_t next_serial() const noexcept { return next_serial_; }

    [[nodiscard]] bool contains(const address& content) const {
        return place_of(content) != nullptr;
    }

    /// Whether another operation of `size` bytes from `source` stays within the limits.
    [[nodiscard]] bool
    fits(std::uint64_t source, std::uint64_t size, const parking_limits& limits) const {
        const usage* const used = usage_.begin() + usage_at(source);
        const bool known = used != usage_.end() && used->source == source;
        const std::uint32_t operations = known ? used->operations : 0;
        const std::uint64_t bytes = known ? used->bytes : 0;
        return operations < limits.operations_per_source &&
               bytes + size <= limits.bytes_per_source && count_ < limits.operations &&
               bytes_ + size <= limits.bytes;
    }

    /// Parks an operation; one that is parked already stays as it is. Strong guarantee.
    void insert(entry&& parked) {
        if (contains(parked.content)) {
            return;
        }
        if (free_.empty()) {
            entries_.reserve_one();
            free_.reserve(entries_.size() + 1);
            entries_.emplace_back();
            free_.push_back(static_cast<std::uint32_t>(entries_.size() - 1));
        }
        usage_.reserve_one();
        const std::uint32_t slot = free_.back();
        WEFT_TRY {
            for (const auto& key : keys(parked, slot)) {
                index_.insert(key);
            }
        }
        WEFT_CATCH_ALL {
            for (const auto& key : keys(parked, slot)) {
                index_.erase(key);
            }
            WEFT_RETHROW;
        }
        free_.pop_back();
        count(parked.source, parked.batch.size());
        parked.serial = next_serial_++;
        entries_[slot] = std::move(parked);
    }

    /// An operation that was taken out, and the memory of its place.
    struct taken {
        entry operation;
        typename border_index<Traits>::node nodes[3];
    };

    /// Takes an operation out. Pre: contains(content).
    taken take(const address& content) noexcept {
        const auto* place = place_of(content);
        WEFT_ASSERT(place != nullptr);
        const std::uint32_t slot = place->value;
        taken out{std::move(entries_[slot]), {}};
        auto* node = out.nodes;
        for (const auto& key : keys(out.operation, slot)) {
            *node++ = index_.extract(key);
        }
        free_.push_back(slot);
        uncount(out.operation.source, out.operation.batch.size());
        return out;
    }

    /// Undoes a take(); whatever was parked since must be out again. Needs no memory.
    void put_back(taken&& back) noexcept {
        const std::uint32_t slot = free_.back();
        free_.pop_back();
        for (auto& node : back.nodes) {
            node.value().value = slot;
            index_.put_back(std::move(node));
        }
        count(back.operation.source, back.operation.batch.size());
        entries_[slot] = std::move(back.operation);
    }

    /// Those that wait for `arrived`.
    [[nodiscard]] lean_vector<address> waiting_for(const dot_type& arrived) const {
        lean_vector<address> found;
        const auto* at = index_.first({by_wanted, 0, arrived, {}, 0});
        while (at != nullptr && at->kind == by_wanted && at->id == arrived) {
            found.push_back(at->content);
            at = index_.next(*at);
        }
        return found;
    }

    /// Those that wait for time only and are due.
    [[nodiscard]] lean_vector<address> due(std::uint64_t now_ms) const {
        lean_vector<address> found;
        const auto* at = index_.first({by_time, 0, {}, {}, 0});
        while (at != nullptr && at->kind == by_time && at->number <= now_ms) {
            found.push_back(at->content);
            at = index_.next(*at);
        }
        return found;
    }

    /// Whether an operation under this dot is parked.
    [[nodiscard]] bool parks(const dot_type& id) const {
        const auto* at = index_.first({by_dot, 0, id, {}, 0});
        return at != nullptr && at->kind == by_dot && at->id == id;
    }

    /// When the next one is due, if any waits for time.
    [[nodiscard]] std::optional<std::uint64_t> next_due() const {
        const auto* at = index_.first({by_time, 0, {}, {}, 0});
        return at != nullptr && at->kind == by_time ? std::optional(at->number) : std::nullopt;
    }

    /// The dots that are waited for and are not parked themselves, ascending, once each: what to
    /// ask a peer for.
    [[nodiscard]] lean_vector<dot_type> missing() const {
        lean_vector<dot_type> dots;
        const auto* at = index_.first({by_wanted, 0, {}, {}, 0});
        for (; at != nullptr && at->kind == by_wanted; at = index_.next(*at)) {
            if ((dots.empty() || dots.back() != at->id) && !parks(at->id)) {
                dots.push_back(at->id);
            }
        }
        return dots;
    }

    /// Calls visit(const entry&) for each, in ascending order of address.
    template <class Visitor>
    void each(Visitor&& visit) const {
        const auto* at = index_.first({by_address, 0, {}, {}, 0});
        for (; at != nullptr && at->kind == by_address; at = index_.next(*at)) {
            visit(entries_[at->value]);
        }
    }

private:
    using index_entry = typename border_index<Traits>::entry;

    enum kind : std::uint8_t { by_address, by_dot, by_wanted, by_time };

    struct usage {
        std::uint64_t source = 0;
        std::uint64_t bytes = 0;
        std::uint32_t operations = 0;
    };

    struct key_list {
        index_entry all[3];

        [[nodiscard]] const index_entry* begin() const noexcept { return all; }

        [[nodiscard]] const index_entry* end() const noexcept { return all + 3; }
    };

    [[nodiscard]] static key_list keys(const entry& parked, std::uint32_t slot) noexcept {
        return {{{by_address, 0, {}, parked.content, slot},
                 {by_dot, 0, parked.id, parked.content, slot},
                 parked.waits_for.sequence != 0
                     ? index_entry{by_wanted, 0, parked.waits_for, parked.content, slot}
                     : index_entry{by_time, parked.due_ms, {}, parked.content, slot}}};
    }

    [[nodiscard]] const index_entry* place_of(const address& content) const {
        return index_.find({by_address, 0, {}, content, 0});
    }

    /// Where a source is or would be in usage_.
    [[nodiscard]] std::size_t usage_at(std::uint64_t source) const noexcept {
        std::size_t low = 0;
        for (std::size_t high = usage_.size(); low < high;) {
            const std::size_t middle = (low + high) / 2;
            if (usage_[middle].source < source) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    void count(std::uint64_t source, std::uint64_t size) noexcept {
        ++count_;
        bytes_ += size;
        const std::size_t at = usage_at(source);
        if (at == usage_.size() || usage_[at].source != source) {
            usage_.insert(usage_.begin() + at, {source, 0, 0});
        }
        ++usage_[at].operations;
        usage_[at].bytes += size;
    }

    void uncount(std::uint64_t source, std::uint64_t size) noexcept {
        --count_;
        bytes_ -= size;
        const std::size_t at = usage_at(source);
        usage_[at].bytes -= size;
        if (--usage_[at].operations == 0) {
            usage_.erase(usage_.begin() + at);
        }
    }

    border_index<Traits> index_;
    lean_vector<entry> entries_;  ///< by slot
    lean_vector<std::uint32_t> free_;
    lean_vector<usage> usage_;  ///< per source that has something parked, ascending
    std::uint64_t bytes_ = 0;
    std::uint64_t next_serial_ = 0;
    std::uint32_t count_ = 0;
};

}  // namespace weft

#endif
