/// The batch decoder under any bytes. The first byte says what the rest is: whole bytes of a batch,
/// or its inside, to which header and checksum are added, so that what is behind them is reached
/// too; over wide or narrow identifiers. Whatever is accepted has to
///   - have cost at most four times its bytes in memory, and 64 KiB;
///   - consist of well-formed operations;
///   - encode to the same bytes again;
///   - come out of a log as it went in, as far as it is admissible, under addresses that are right.
#ifndef WEFT_FUZZ_BATCH_DECODER_HPP
#define WEFT_FUZZ_BATCH_DECODER_HPP

#include <weft/base/hasher.hpp>
#include <weft/causal/traits.hpp>
#include <weft/log/admission.hpp>
#include <weft/log/canonical.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/wire/batch.hpp>

#include "support/allocations.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace weft::fuzz {

inline void require(bool holds, const char* what) {
    if (!holds) {
        static_cast<void>(std::fprintf(stderr, "batch_decoder: not so: %s\n", what));
        std::abort();
    }
}

struct narrow_traits : default_traits {
    using actor_id = std::uint16_t;
    using record_id = std::uint16_t;
};

template <class Traits>
void require_well_formed(const operation<Traits>& op) {
    require(op.id.sequence != 0, "a sequence is at least 1");
    require(op.at.bits <= timestamp_bits_max, "a timestamp leaves room");
    for (std::size_t i = 0; i != op.parents.size(); ++i) {
        const auto& parent = op.parents[i].operation;
        require(parent.sequence != 0, "a parent's sequence is at least 1");
        require(parent.actor != op.id.actor || parent.sequence < op.id.sequence,
                "a parent by the same actor is earlier");
        require(i == 0 || parent > op.parents[i - 1].operation, "parents ascend");
    }
    std::size_t effects = 0;
    std::size_t observed = 0;
    std::size_t payload = 0;
    for (const auto& mutation : op.mutations) {
        require(mutation.kind != mutation_kind::update || mutation.effects.count != 0,
                "an update has an effect");
        require(mutation.kind != mutation_kind::erase || mutation.effects.count == 0,
                "an erase has none");
        require(mutation.observed.first == observed && mutation.effects.first == effects,
                "parts lie in order");
        observed += mutation.observed.count;
        const auto dots = op.observed_of(mutation.observed);
        for (std::size_t i = 1; i < dots.size(); ++i) {
            require(dots[i - 1] < dots[i], "dots of a record ascend");
        }
        const auto list = op.effects_of(mutation);
        for (std::size_t i = 0; i != list.size(); ++i) {
            require(i == 0 || list[i - 1].field < list[i].field, "effects ascend");
            require(list[i].observed.first == observed && list[i].payload.first == payload,
                    "parts of effects lie in order");
            observed += list[i].observed.count;
            payload += list[i].payload.count;
        }
        effects += list.size();
    }
    require(effects == op.effects.size() && observed == op.observed.size() &&
                payload == op.payload.size(),
            "there is nothing between the parts");
    for (const auto& named : op.observed) {
        require(named.operation.sequence != 0, "a dot's sequence is at least 1");
    }
}

/// Admits what is admissible, from the first operation on, and compares what the log writes with
/// what a builder writes.
template <class Traits>
void require_log_agrees(const std::vector<operation<Traits>>& operations) {
    using address = typename Traits::hasher::digest_type;
    operation_log<Traits> log;
    batch_builder<Traits> builder;
    local_operation local;
    lean_vector<local_dot> scratch;
    for (operation<Traits> op : operations) {
        if (missing_parent(op, log)) {
            break;
        }
        for (auto& parent : op.parents) {
            parent.address = log.address_of(log.local_of(parent.operation));
        }
        const local_dot id = log.local_of(op.id);
        if (log.graph().count(id.slot) + 1 != op.id.sequence && id.sequence != 0) {
            break;
        }
        if (judge(op, log, scratch) != errc::none) {
            break;
        }
        const address content = address_of(op);
        const op_index index = log.append(op, content, local);
        builder.add(op, content);
        operation<Traits> back;
        log.read(index, back);
        require(back == op, "a log gives back what it was given");
    }
    weft::lean_vector<log_run> runs;
    log.graph().runs_missing({}, runs);
    require(encode_batch(log, std::span<const log_run>(runs)) == builder.finish(),
            "a log writes what a builder writes");
}

template <class Traits>
void decode(const byte_buffer& bytes) {
    using address = typename Traits::hasher::digest_type;
    const test::allocation_watch watch;
    auto reader = batch_reader<Traits>::open(bytes);
    require(watch.peak() <= 4 * bytes.size() + (1U << 16U), "memory is bounded by the bytes");
    if (!reader) {
        require(reader.error().code != errc::none, "a refusal says why");
        require(reader.error().offset <= bytes.size(), "a refusal says where");
        return;
    }
    std::vector<operation<Traits>> operations;
    std::map<dot<typename Traits::actor_id>, bool> seen;
    batch_builder<Traits> again;
    const std::uint32_t count = reader->operations();
    operation<Traits> op;
    while (reader->next(op)) {
        require_well_formed(op);
        for (const auto& parent : op.parents) {
            require(seen.contains(parent.operation) == (parent.address == address{}),
                    "parents outside the batch have addresses, others do not");
        }
        require(seen.emplace(op.id, true).second, "a dot stands once");
        require(reader->records().size() == op.mutations.size(), "records are numbered");
        again.add(op, reader->claimed().value_or(address{}));
        operations.push_back(op);
    }
    require(operations.size() == count, "all operations are handed out");
    require(again.finish() == bytes, "what is decoded encodes to the same bytes");
    require_log_agrees(operations);
}

template <class Traits>
[[nodiscard]] byte_buffer framed(byte_span inside) {
    const auto header = batch_header::of<Traits>().bytes();
    byte_buffer bytes(header.begin(), header.end());
    bytes.insert(bytes.end(), inside.begin(), inside.end());
    byte_writer(bytes).u64(xxh3_64(bytes));
    return bytes;
}

inline int batch_decoder(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const byte_span rest{reinterpret_cast<const std::byte*>(data + 1), size - 1};
    switch (data[0] % 4) {
    case 0:
        decode<narrow_traits>(framed<narrow_traits>(rest));
        break;
    case 1:
        decode<default_traits>(framed<default_traits>(rest));
        break;
    case 2:
        decode<narrow_traits>(byte_buffer(rest.begin(), rest.end()));
        break;
    default:
        decode<default_traits>(byte_buffer(rest.begin(), rest.end()));
        break;
    }
    return 0;
}

}  // namespace weft::fuzz

#endif
