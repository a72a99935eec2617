/// Batches: how operations travel and are kept. encode_batch writes runs of a log; batch_reader
/// reads them anywhere; batch_builder writes operations that are in no log, such as parked ones.
/// The format is columnar, canonical and checked as a whole before anything is used: FORMAT.md.
#ifndef WEFT_WIRE_BATCH_HPP
#define WEFT_WIRE_BATCH_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/interner.hpp>
#include <weft/log/operation.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/wire/batch_encoder.hpp>
#include <weft/wire/batch_reader.hpp>

#include <span>
#include <utility>
#include <vector>

namespace weft {

/// The batch of these runs of the log, in their order, which has to be causal (the log's is). Equal
/// runs give equal bytes, on every replica. No runs give an empty batch.
/// O(operations + actors), no matter how long the log is.
template <class Traits>
[[nodiscard]] byte_buffer encode_batch(const operation_log<Traits>& log,
                                       std::span<const log_run> runs) {
    struct border_names {
        const operation_log<Traits>* log;
        typename operation_log<Traits>::address_walk walk;

        const auto& actor(actor_slot slot) const { return log->actor(slot); }

        std::uint32_t collection_tag(std::uint32_t number) const {
            return log->collection_tag(number);
        }

        const auto& id_of(record_ref record) const { return log->id_of(record); }

        auto address_of(local_dot of) { return log->address_of(of, walk); }
    };

    batch_encoder<Traits> encoder;
    std::vector<local_dot> parents;
    for (const log_run& run : runs) {
        log.for_each(run, [&](const local_operation& op) {
            log.graph().parents_of(op.id, parents);
            encoder.add(op, parents);
        });
    }
    return encoder.finish(border_names{&log, {}});
}

/// A batch of operations in border form, which need not be admissible, nor in any log: an actor's
/// in ascending order, parents before children.
template <class Traits>
class batch_builder {
public:
    using border_operation = operation<Traits>;
    using address = typename Traits::hasher::digest_type;

    /// Adds an operation whose content address is `content`. Parents that were not added before
    /// must carry their addresses.
    void add(const border_operation& op, const address& content) {
        local_.clear();
        local_.id = local(op.id);
        local_.at = op.at;
        local_.schema_version = op.schema_version;
        parents_.clear();
        for (const auto& parent : op.parents) {
            parents_.push_back(local(parent.operation));
            addresses_.try_emplace(key(parents_.back()), parent.address);
        }
        for (const auto& named : op.observed) {
            local_.observed.push_back({local(named.operation), named.ordinal});
        }
        local_.effects = op.effects;
        local_.payload = op.payload;
        for (const auto& mutation : op.mutations) {
            local_.mutations.push_back(
                {{tags_.intern(mutation.collection), records_.intern(mutation.record)},
                 mutation.kind,
                 mutation.observed,
                 mutation.effects});
        }
        addresses_.insert_or_assign(key(local_.id), content);
        encoder_.add(local_, parents_);
    }

    [[nodiscard]] std::uint32_t operations() const noexcept { return encoder_.operations(); }

    /// The batch. The builder is spent.
    [[nodiscard]] byte_buffer finish() { return encoder_.finish(*this); }

private:
    friend batch_encoder<Traits>;

    [[nodiscard]] local_dot local(const dot<typename Traits::actor_id>& of) {
        return {{actors_.intern(of.actor)}, of.sequence};
    }

    [[nodiscard]] static std::uint64_t key(local_dot of) noexcept {
        return std::uint64_t{of.slot.value} << 32U | of.sequence;
    }

    [[nodiscard]] const auto& actor(actor_slot slot) const { return actors_[slot.value]; }

    [[nodiscard]] std::uint32_t collection_tag(std::uint32_t number) const { return tags_[number]; }

    [[nodiscard]] const auto& id_of(record_ref record) const { return records_[record.row]; }

    [[nodiscard]] const address& address_of(local_dot of) const {
        return addresses_.find(key(of))->second;
    }

    batch_encoder<Traits> encoder_;
    interner<typename Traits::actor_id> actors_;
    interner<std::uint32_t> tags_;
    interner<typename Traits::record_id> records_;
    boost::unordered_flat_map<std::uint64_t, address, seeded_hash> addresses_;
    local_operation local_;
    std::vector<local_dot> parents_;
};

/// A batch of one operation, self-contained: for parking it, or sending it alone.
template <class Traits>
[[nodiscard]] byte_buffer encode_operation(const operation<Traits>& op,
                                           const typename Traits::hasher::digest_type& content) {
    batch_builder<Traits> builder;
    builder.add(op, content);
    return builder.finish();
}

}  // namespace weft

#endif
