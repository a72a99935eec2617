/// The register storm without weft: a loop over arrays that does the same work for this one
/// workload and nothing else. It stamps, hashes the same canonical bytes into the same content
/// addresses, logs, and sets the same cells; encodes everything as columns with a checksum; and
/// takes such a batch in, verifying every address. No other field types, actors, merges of
/// branches, partial deltas or hostile input. A limit to measure against, not an alternative.
#ifndef WEFT_BENCH_LIMIT_HPP
#define WEFT_BENCH_LIMIT_HPP

#include "support/register_storm.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <bit>
#include <cstring>
#include <memory>
#include <vector>

namespace weft::bench {

/// One actor's store. Little-endian machines only.
class limit_store {
    static_assert(std::endian::native == std::endian::little);

public:
    struct state_cell {
        std::int64_t value = 0;
        std::uint64_t time = 0;
        std::uint32_t actor = 0;
    };

    /// `first` is the operation before the first write: it has inserted the records.
    limit_store(const std::uint64_t* wall_ms, const dot<uuid>& first, const digest<16>& address)
        : wall_ms_(wall_ms), sequence_(first.sequence), address_(address) {
        const auto sample =
            operation_builder<storm_schema, bench_traits>({first.actor, 2}, {}, {{first, address}})
                .template update<Cells>({}, [](auto& r) { r[&Cells::c0] = 0; })
                .finish();
        byte_buffer bytes;
        append_canonical(sample, bytes);
        std::memcpy(canonical_, bytes.data(), payload_at);
    }

    void insert_records(const std::vector<uuid>& ids, std::uint64_t time) {
        for (const uuid& id : ids) {
            rows_.try_emplace(id, static_cast<std::uint32_t>(ids_.size()));
            ids_.push_back(id);
        }
        cells_.resize(ids_.size() * storm_cells);
        time_ = time;
        first_time_ = time;
    }

    void write(const uuid& id, std::uint32_t cell, std::int64_t value) {
        write(rows_.find(id)->second, cell, value);
    }

    void write(std::uint32_t row, std::uint32_t cell, std::int64_t value) {
        const std::uint64_t wall = *wall_ms_ << timestamp::logical_bits;
        commit(row, cell, value, wall > time_ ? wall : time_ + 1);
    }

    /// Everything after the records, and the records' ids.
    [[nodiscard]] byte_buffer encode() const {
        header head{log_size_, static_cast<std::uint32_t>(ids_.size()), 0, 0, {}, {}, first_time_};
        std::uint64_t bits = 0;
        std::vector<time_run> times;
        std::uint64_t time = first_time_;
        each([&](const entry& one) {
            bits |= static_cast<std::uint64_t>(one.value ^ (one.value >> 63U));
            if (times.empty() || times.back().step != one.time - time) {
                times.push_back({one.time - time, 0});
            }
            ++times.back().count;
            time = one.time;
        });
        head.width = static_cast<std::uint32_t>(std::bit_width(bits) / 8 + 1);
        head.times = static_cast<std::uint32_t>(times.size());
        head.before = before_;
        head.last = address_;
        byte_buffer out(size_of(head));
        columns to(out.data(), head);
        std::memcpy(out.data(), &head, sizeof head);
        std::memcpy(to.ids, ids_.data(), ids_.size() * sizeof(uuid));
        std::memcpy(to.times, times.data(), times.size() * sizeof(time_run));
        std::size_t i = 0;
        each([&](const entry& one) {
            const auto row = static_cast<std::uint16_t>(one.row);
            std::memcpy(to.rows + 2 * i, &row, 2);
            to.cells[i / 2] |= static_cast<std::byte>(one.cell << (i % 2 * 4));
            std::memcpy(to.values + head.width * i, &one.value, head.width);
            ++i;
        });
        const std::uint64_t check = xxh3_64({out.data(), out.size() - 8});
        std::memcpy(out.data() + out.size() - 8, &check, 8);
        return out;
    }

    /// Into a store without records. False if the bytes are not what encode() gave.
    [[nodiscard]] bool apply(byte_span bytes) {
        header head;
        if (bytes.size() < sizeof head) {
            return false;
        }
        std::memcpy(&head, bytes.data(), sizeof head);
        if (head.width > 8 || bytes.size() != size_of(head)) {
            return false;
        }
        const const_columns from(bytes.data(), head);
        std::uint64_t check = 0;
        std::memcpy(&check, bytes.data() + bytes.size() - 8, 8);
        if (xxh3_64(bytes.first(bytes.size() - 8)) != check || head.before != address_) {
            return false;
        }
        std::vector<uuid> ids(head.records);
        std::memcpy(ids.data(), from.ids, ids.size() * sizeof(uuid));
        insert_records(ids, head.first_time);
        const unsigned shift = 64 - 8 * head.width;
        std::size_t i = 0;
        std::uint64_t time = head.first_time;
        for (std::uint32_t r = 0; r != head.times; ++r) {
            time_run run;
            std::memcpy(&run, from.times + r * sizeof run, sizeof run);
            for (; run.count != 0 && i != head.count; --run.count, ++i) {
                std::uint16_t row = 0;
                std::memcpy(&row, from.rows + 2 * i, 2);
                const auto cell =
                    std::to_integer<std::uint32_t>(from.cells[i / 2]) >> (i % 2 * 4) & 15U;
                std::uint64_t value = 0;  // reads beyond the column, which is not the last one
                std::memcpy(&value, from.values + head.width * i, 8);
                if (row >= head.records || cell >= storm_cells) {
                    return false;
                }
                commit(row, cell, static_cast<std::int64_t>(value << shift) >> shift,
                       time += run.step);
            }
        }
        return i == head.count && address_ == head.last;
    }

    [[nodiscard]] const state_cell& at(std::uint32_t row, std::size_t number) const noexcept {
        return cells_[row * storm_cells + number];
    }

    [[nodiscard]] const digest<16>& address() const noexcept { return address_; }

private:
    // Where the canonical form of a write keeps what changes from one to the next.
    static constexpr std::size_t sequence_at = 24;
    static constexpr std::size_t time_at = 28;
    static constexpr std::size_t parent_at = 44;
    static constexpr std::size_t record_at = 69;
    static constexpr std::size_t field_at = 93;
    static constexpr std::size_t payload_size_at = 105;
    static constexpr std::size_t payload_at = 109;
    static constexpr std::uint32_t chunk_size = 4096;

    struct entry {
        std::uint32_t row;
        std::uint8_t cell;
        std::uint64_t time;
        std::int64_t value;
    };

    struct chunk {
        std::uint32_t row[chunk_size];
        std::uint8_t cell[chunk_size];
        std::uint64_t time[chunk_size];
        std::int64_t value[chunk_size];
    };

    struct header {
        std::uint32_t count = 0;
        std::uint32_t records = 0;
        std::uint32_t width = 0;
        std::uint32_t times = 0;
        digest<16> before;
        digest<16> last;
        std::uint64_t first_time = 0;
    };

    struct time_run {
        std::uint64_t step;
        std::uint64_t count;
    };

    template <class Byte>
    struct basic_columns {
        Byte* ids;
        Byte* times;
        Byte* rows;
        Byte* cells;
        Byte* values;

        basic_columns(Byte* begin, const header& head)
            : ids(begin + sizeof head), times(ids + head.records * sizeof(uuid)),
              rows(times + head.times * sizeof(time_run)),
              cells(rows + 2 * std::size_t{head.count}),
              values(cells + (std::size_t{head.count} + 1) / 2) {}
    };

    using columns = basic_columns<std::byte>;
    using const_columns = basic_columns<const std::byte>;

    [[nodiscard]] static std::size_t size_of(const header& head) noexcept {
        const std::size_t n = head.count;
        return sizeof head + head.records * sizeof(uuid) + head.times * sizeof(time_run) + 2 * n +
               (n + 1) / 2 + head.width * n + 8;
    }

    void commit(std::uint32_t row, std::uint32_t number, std::int64_t value, std::uint64_t time) {
        time_ = time;
        ++sequence_;
        const auto width = static_cast<std::uint32_t>(
            std::bit_width(static_cast<std::uint64_t>(value ^ (value >> 63U))) / 8 + 1);
        std::memcpy(canonical_ + sequence_at, &sequence_, 4);
        std::memcpy(canonical_ + time_at, &time, 8);
        std::memcpy(canonical_ + parent_at, &address_, 16);
        std::memcpy(canonical_ + record_at, &ids_[row], 16);
        std::memcpy(canonical_ + field_at, &record_fields<Cells>::tags[number], 4);
        std::memcpy(canonical_ + payload_size_at, &width, 4);
        std::memcpy(canonical_ + payload_at, &value, 8);
        address_ = xxh3_128::hash({canonical_, payload_at + width});
        if (sequence_ % 64 == 0) {
            kept_.push_back(address_);
        }
        const std::uint32_t i = log_size_++ % chunk_size;
        if (i == 0) {
            log_.emplace_back(new chunk);
        }
        chunk& last = *log_.back();
        last.row[i] = row;
        last.cell[i] = static_cast<std::uint8_t>(number);
        last.time[i] = time;
        last.value[i] = value;
        state_cell& to = cells_[row * storm_cells + number];
        if (time > to.time || (time == to.time && actor_ > to.actor)) {
            to = {value, time, actor_};
        }
    }

    template <class Fn>
    void each(Fn&& fn) const {
        for (std::uint32_t i = 0; i != log_size_; ++i) {
            const chunk& from = *log_[i / chunk_size];
            const std::uint32_t k = i % chunk_size;
            fn(entry{from.row[k], from.cell[k], from.time[k], from.value[k]});
        }
    }

    const std::uint64_t* wall_ms_;
    std::uint64_t time_ = 0;
    std::uint64_t first_time_ = 0;
    std::uint32_t sequence_;
    std::uint32_t actor_ = 0;
    digest<16> address_;
    digest<16> before_ = address_;
    std::byte canonical_[payload_at + 8]{};
    boost::unordered_flat_map<uuid, std::uint32_t, seeded_hash> rows_;
    std::vector<uuid> ids_;
    std::vector<state_cell> cells_;
    std::vector<std::unique_ptr<chunk>> log_;
    std::vector<digest<16>> kept_;
    std::uint32_t log_size_ = 0;
};

}  // namespace weft::bench

#endif
