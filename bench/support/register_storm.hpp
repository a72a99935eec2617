/// The workload "register storm": writes of random 44-bit integers over 10,000 records of ten
/// last-write-wins registers, by one actor. The records exist before the first write: one
/// transaction has inserted them all, without values.
#ifndef WEFT_BENCH_SUPPORT_REGISTER_STORM_HPP
#define WEFT_BENCH_SUPPORT_REGISTER_STORM_HPP

#include <weft/testing/simulated_traits.hpp>
#include <weft/weft.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::bench {

struct Cells {
    BOOST_HANA_DEFINE_STRUCT(Cells,
                             (weft::lww<std::int64_t>, c0),
                             (weft::lww<std::int64_t>, c1),
                             (weft::lww<std::int64_t>, c2),
                             (weft::lww<std::int64_t>, c3),
                             (weft::lww<std::int64_t>, c4),
                             (weft::lww<std::int64_t>, c5),
                             (weft::lww<std::int64_t>, c6),
                             (weft::lww<std::int64_t>, c7),
                             (weft::lww<std::int64_t>, c8),
                             (weft::lww<std::int64_t>, c9));
};

inline constexpr std::size_t storm_records = 10'000;
inline constexpr std::size_t storm_cells = 10;

/// The registers of a record by number.
inline constexpr std::array<lww<std::int64_t> Cells::*, storm_cells> cell_members{
    &Cells::c0, &Cells::c1, &Cells::c2, &Cells::c3, &Cells::c4,
    &Cells::c5, &Cells::c6, &Cells::c7, &Cells::c8, &Cells::c9};

using storm_schema = schema<1, collection<"cells", Cells>>;

using bench_traits = testing::simulated_traits;

struct cell_write {
    std::uint32_t record = 0;
    std::uint32_t cell = 0;
    std::int64_t value = 0;
};

[[nodiscard]] inline std::vector<cell_write> storm_writes(std::size_t count,
                                                          std::uint64_t seed = 1) {
    splitmix64 random{seed};
    std::vector<cell_write> writes(count);
    for (cell_write& one : writes) {
        const std::uint64_t place = random() >> 32U;
        one.record = static_cast<std::uint32_t>(place % storm_records);
        one.cell = static_cast<std::uint32_t>(place / storm_records % storm_cells);
        one.value = static_cast<std::int64_t>(random() >> 20U);
    }
    return writes;
}

[[nodiscard]] inline std::vector<uuid> storm_ids(std::size_t count = storm_records) {
    splitmix64 random{2};
    std::vector<uuid> ids(count);
    for (uuid& id : ids) {
        id = uuid::random(random);
    }
    return ids;
}

/// The id of writer number n of a benchmark.
[[nodiscard]] inline uuid writer_id(std::uint64_t n) {
    splitmix64 random{n};
    return uuid::random(random);
}

/// The wall clock of a benchmark: a millisecond passes every thousand readings of the work.
inline constexpr std::uint64_t bench_epoch_ms = 1'700'000'000'000;

class bench_time {
public:
    [[nodiscard]] const std::uint64_t* now() const noexcept { return &now_; }

    /// The i-th piece of work begins.
    void at(std::size_t i) noexcept { now_ = bench_epoch_ms + i / 1000; }

private:
    std::uint64_t now_ = bench_epoch_ms;
};

/// A replica and its clock. Stays where it is.
template <class Schema, class Traits = bench_traits>
struct timed_replica {
    bench_time time;
    replica<Schema, Traits> held;

    explicit timed_replica(std::uint64_t writer, replica_options options = {})
        : held(writer_id(writer), around(writer, options)) {}

    timed_replica(const timed_replica&) = delete;
    timed_replica& operator=(const timed_replica&) = delete;

    [[nodiscard]] environment<Traits> around(std::uint64_t writer,
                                             replica_options options = {}) const {
        return {manual_clock{time.now()}, splitmix64{writer}, options};
    }
};

/// A replica that holds the storm's records, without values.
struct storm_replica : timed_replica<storm_schema> {
    explicit storm_replica(std::uint64_t writer, replica_options options = {})
        : timed_replica(writer, options) {}

    void insert_records(const std::vector<uuid>& ids) {
        held.transact([&](auto& tx) {
            for (const uuid& id : ids) {
                tx.template upsert<Cells>(id, [](auto&) {});
            }
        });
    }

    void write(const ref<Cells, uuid>& record, const cell_write& one) {
        held.transact([&](auto& tx) { tx.edit(record)[cell_members[one.cell]] = one.value; });
    }

    void write(const row_handle<Cells>& record, const cell_write& one) {
        held.transact([&](auto& tx) { tx.edit(record)[cell_members[one.cell]] = one.value; });
    }

    void write_all(const std::vector<uuid>& ids, const std::vector<cell_write>& writes) {
        for (std::size_t i = 0; i != writes.size(); ++i) {
            time.at(i);
            write(ref<Cells, uuid>{ids[writes[i].record]}, writes[i]);
        }
    }

    void write_all(const std::vector<row_handle<Cells>>& rows,
                   const std::vector<cell_write>& writes) {
        for (std::size_t i = 0; i != writes.size(); ++i) {
            time.at(i);
            write(rows[writes[i].record], writes[i]);
        }
    }

    /// `each` writes in every transaction.
    void write_all(const std::vector<uuid>& ids,
                   const std::vector<cell_write>& writes,
                   std::size_t each) {
        for (std::size_t i = 0; i < writes.size(); i += each) {
            time.at(i);
            held.transact([&](auto& tx) {
                for (std::size_t k = i; k != std::min(i + each, writes.size()); ++k) {
                    auto editor = tx.edit(ref<Cells, uuid>{ids[writes[k].record]});
                    editor[cell_members[writes[k].cell]] = writes[k].value;
                }
            });
        }
    }

    [[nodiscard]] std::vector<row_handle<Cells>> handles(const std::vector<uuid>& ids) const {
        std::vector<row_handle<Cells>> rows;
        rows.reserve(ids.size());
        for (const uuid& id : ids) {
            rows.push_back(held.handle(ref<Cells, uuid>{id}));
        }
        return rows;
    }
};

}  // namespace weft::bench

#endif
