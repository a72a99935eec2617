/// Operations that are well formed but not yet admissible: parents are missing, or the clock that
/// stamped them is ahead. Kept whole, as batches of one; bounded in number and bytes, per source
/// and in all; found again by address, by dot, by any parent that they wait for or by the time at
/// which they are due. What is parked saves in one order, that of addresses. O(log parked) each,
/// and for each parent that an operation waits for.
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
    using node = typename border_index<Traits>::node;

public:
    using dot_type = dot<typename Traits::actor_id>;
    using address = typename Traits::hasher::digest_type;

    /// A parent that was missing when its child was parked.
    struct wanted {
        dot_type id{};
        address content{};
        bool arrived = false;
        node memory{};  ///< of its place in the index, while it is not in there
    };

    struct entry {
        dot_type id{};
        address content{};
        std::uint64_t source = 0;
        byte_buffer batch;              ///< of this one operation
        lean_vector<wanted> waits_for;  ///< by dot; empty: waits for time only
        std::uint32_t missing = 0;      ///< how many of them have not arrived
        std::uint64_t due_ms = 0;       ///< admissible by the clock from then on; 0: any time
        std::uint64_t serial = 0;       ///< when it was parked, in order

        // The memory of its places in the index, while it is not in there.
        node by_address_memory{};
        node by_dot_memory{};
        node by_time_memory{};

        /// What it counts for against the limits.
        [[nodiscard]] std::uint64_t bytes() const noexcept {
            return batch.size() + waits_for.size() * sizeof(wanted);
        }
    };

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

    [[nodiscard]] std::uint32_t size() const noexcept { return count_; }

    /// Of the batches, and of what they wait for.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

    /// The serial that the next parked operation gets.
    [[nodiscard]] std::uint64_t next_serial() const noexcept { return next_serial_; }

    [[nodiscard]] bool contains(const address& content) const {
        return place_of(content) != nullptr;
    }

    /// What is parked under this address, or null. Good until the next change.
    [[nodiscard]] const entry* find(const address& content) const {
        const auto* const place = place_of(content);
        return place == nullptr ? nullptr : &entries_[place->value];
    }

    /// Whether `next` stays within the limits.
    [[nodiscard]] bool fits(const entry& next, const parking_limits& limits) const {
        const usage* const used = usage_.begin() + usage_at(next.source);
        const bool known = used != usage_.end() && used->source == next.source;
        const std::uint32_t operations = known ? used->operations : 0;
        const std::uint64_t bytes = known ? used->bytes : 0;
        return operations < limits.operations_per_source &&
               bytes + next.bytes() <= limits.bytes_per_source && count_ < limits.operations &&
               bytes_ + next.bytes() <= limits.bytes;
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
        parked.missing = static_cast<std::uint32_t>(parked.waits_for.size());
        WEFT_TRY {
            each_key(parked, slot, [&](const index_entry& key, node&) { index_.insert(key); });
        }
        WEFT_CATCH_ALL {
            each_key(parked, slot, [&](const index_entry& key, node&) { index_.erase(key); });
            WEFT_RETHROW;
        }
        free_.pop_back();
        count(parked);
        parked.serial = next_serial_++;
        entries_[slot] = std::move(parked);
    }

    /// Takes an operation out, with the memory of its places. Pre: contains(content).
    entry take(const address& content) noexcept {
        const auto* place = place_of(content);
        WEFT_ASSERT(place != nullptr);
        const std::uint32_t slot = place->value;
        entry out = std::move(entries_[slot]);
        each_key(out, slot,
                 [&](const index_entry& key, node& memory) { memory = index_.extract(key); });
        free_.push_back(slot);
        uncount(out);
        return out;
    }

    /// Undoes a take(); whatever was parked since must be out again. Needs no memory.
    void put_back(entry&& back) noexcept {
        const std::uint32_t slot = free_.back();
        free_.pop_back();
        each_key(back, slot, [&](const index_entry& key, node& memory) {
            memory.value().value = key.value;
            index_.put_back(std::move(memory));
        });
        count(back);
        entries_[slot] = std::move(back);
    }

    /// A parent has arrived that the operation waits for; how many it still waits for. O(log).
    /// Pre: that one is parked and waits for `parent`.
    std::uint32_t arrive(const address& content, const dot_type& parent) noexcept {
        entry& waiting = entries_[place_of(content)->value];
        wanted& one = waiting.waits_for[at_of(waiting, parent)];
        one.memory = index_.extract({by_wanted, 0, parent, content, 0});
        one.arrived = true;
        return --waiting.missing;
    }

    /// Undoes an arrive(). Needs no memory.
    void depart(const address& content, const dot_type& parent) noexcept {
        entry& waiting = entries_[place_of(content)->value];
        wanted& one = waiting.waits_for[at_of(waiting, parent)];
        index_.put_back(std::move(one.memory));
        one.arrived = false;
        ++waiting.missing;
    }

    /// Where `parent` stands in what the operation waits for. Pre: it does.
    [[nodiscard]] static std::size_t at_of(const entry& waiting, const dot_type& parent) noexcept {
        std::size_t low = 0;
        for (std::size_t high = waiting.waits_for.size(); low < high;) {
            const std::size_t middle = (low + high) / 2;
            if (waiting.waits_for[middle].id < parent) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// Those that wait for an operation under this dot.
    [[nodiscard]] lean_vector<address> waiting_for(const dot_type& parent) const {
        lean_vector<address> found;
        const auto* at = index_.first({by_wanted, 0, parent, {}, 0});
        while (at != nullptr && at->kind == by_wanted && at->id == parent) {
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

    /// Calls visit(key, memory) for each place that the operation has in the index. Only the one
    /// by address tells the slot; the others lead to it.
    template <class Visitor>
    static void each_key(entry& parked, std::uint32_t slot, Visitor&& visit) {
        const address& content = parked.content;
        visit(index_entry{by_address, 0, {}, content, slot}, parked.by_address_memory);
        visit(index_entry{by_dot, 0, parked.id, content, 0}, parked.by_dot_memory);
        if (parked.waits_for.empty()) {
            visit(index_entry{by_time, parked.due_ms, {}, content, 0}, parked.by_time_memory);
        }
        for (wanted& parent : parked.waits_for) {
            if (!parent.arrived) {
                visit(index_entry{by_wanted, 0, parent.id, content, 0}, parent.memory);
            }
        }
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

    void count(const entry& parked) noexcept {
        ++count_;
        bytes_ += parked.bytes();
        const std::size_t at = usage_at(parked.source);
        if (at == usage_.size() || usage_[at].source != parked.source) {
            usage_.insert(usage_.begin() + at, {parked.source, 0, 0});
        }
        ++usage_[at].operations;
        usage_[at].bytes += parked.bytes();
    }

    void uncount(const entry& parked) noexcept {
        --count_;
        bytes_ -= parked.bytes();
        const std::size_t at = usage_at(parked.source);
        usage_[at].bytes -= parked.bytes();
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
