/// What generality costs: the register storm (support/register_storm.hpp) through weft and through
/// a hand-written loop that does the same work (limit.hpp), in turn, in one process. Prints for
/// local writes, encoding and applying the time of each, the ratio, and the bytes on the wire and
/// in memory. Exit status 1 if the two do not end in the same state under the same content address.
///
///     weft_bench_limit [--operations N] [--repetitions N] [--json]
#include "limit.hpp"

#include "support/memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <vector>

namespace {

using namespace weft;
using namespace weft::bench;

struct options {
    std::size_t operations = 1'000'000;
    std::size_t repetitions = 5;
    bool json = false;
};

/// Nanoseconds of processor time that fn takes.
template <class Fn>
[[nodiscard]] double timed(Fn&& fn) {
    const std::clock_t before = std::clock();
    fn();
    return static_cast<double>(std::clock() - before) * (1e9 / CLOCKS_PER_SEC);
}

/// The measurements of one row, each in one unit for both sides.
struct row {
    const char* step;
    const char* unit;
    std::vector<double> limit;
    std::vector<double> weft;

    row(const char* of, const char* in) : step(of), unit(in) {}

    [[nodiscard]] static double median(std::vector<double> of) {
        std::sort(of.begin(), of.end());
        return (of[(of.size() - 1) / 2] + of[of.size() / 2]) / 2;
    }

    [[nodiscard]] double ratio() const { return median(weft) / median(limit); }
};

struct both {
    options chosen;
    std::vector<uuid> ids = storm_ids();
    std::vector<cell_write> writes = storm_writes(chosen.operations);
    row by_id{"local write by id", "ns"};
    row by_handle{"local write by handle", "ns"};
    row encode{"encode everything", "ns"};
    row apply{"apply in one batch", "ns"};
    row bytes{"on the wire", "bytes"};
    row memory{"in memory, all in", "bytes"};
    bool equal = true;

    explicit both(const options& from) : chosen(from) {}

    [[nodiscard]] double each(double quantity) const {
        return quantity / static_cast<double>(chosen.operations);
    }

    [[nodiscard]] limit_store start(const storm_replica& like) const {
        const dot<uuid> first{like.held.actor(), 1};
        return limit_store(like.time.now(), first, *like.held.address_of(first));
    }

    void expect(bool truth, const char* what) {
        if (!truth) {
            equal = false;
            std::fprintf(stderr, "limit: %s\n", what);
        }
    }

    void expect_same(const limit_store& limit, const storm_replica& weft, const char* where) {
        const auto written = weft.held.version().count(writer_id(1));
        const auto last = weft.held.address_of(dot<uuid>{writer_id(1), written});
        expect(last && *last == limit.address(), where);
        std::size_t differing = 0;
        for (std::uint32_t row = 0; row != ids.size(); ++row) {
            const Cells* const record = weft.held.find(ref<Cells, uuid>{ids[row]});
            for (std::size_t i = 0; i != storm_cells; ++i) {
                const auto& cell = limit.at(row, i);
                differing += record == nullptr ||
                                     (record->*cell_members[i]).value() != cell.value ||
                                     (record->*cell_members[i]).written().at.bits != cell.time
                                 ? 1U
                                 : 0U;
            }
        }
        expect(differing == 0, where);
    }

    void once() {
        storm_replica seed(1);
        seed.insert_records(ids);
        const std::uint64_t time = seed.held.clock().latest().bits;

        std::size_t heap = heap_bytes();
        limit_store limit = start(seed);
        limit.insert_records(ids, time);
        bench_time& clock = seed.time;
        by_id.limit.push_back(each(timed([&] {
            for (std::size_t i = 0; i != writes.size(); ++i) {
                clock.at(i);
                limit.write(ids[writes[i].record], writes[i].cell, writes[i].value);
            }
        })));
        memory.limit.push_back(each(static_cast<double>(heap_bytes() - heap)));

        heap = heap_bytes();
        storm_replica weft(1);
        weft.insert_records(ids);
        by_id.weft.push_back(each(timed([&] { weft.write_all(ids, writes); })));
        memory.weft.push_back(each(static_cast<double>(heap_bytes() - heap)));
        expect_same(limit, weft, "local writes by id end differently");

        {
            limit_store other = start(seed);
            other.insert_records(ids, time);
            by_handle.limit.push_back(each(timed([&] {
                for (std::size_t i = 0; i != writes.size(); ++i) {
                    clock.at(i);
                    other.write(writes[i].record, writes[i].cell, writes[i].value);
                }
            })));
            storm_replica hot(1);
            hot.insert_records(ids);
            const auto rows = hot.handles(ids);
            by_handle.weft.push_back(each(timed([&] { hot.write_all(rows, writes); })));
            expect_same(other, hot, "local writes by handle end differently");
        }

        byte_buffer limit_bytes;
        encode.limit.push_back(each(timed([&] { limit_bytes = limit.encode(); })));
        byte_buffer weft_bytes;
        encode.weft.push_back(each(timed([&] { weft_bytes = weft.held.delta_since({}); })));
        bytes.limit.push_back(each(static_cast<double>(limit_bytes.size())));
        bytes.weft.push_back(each(static_cast<double>(weft_bytes.size())));

        limit_store limit_taken = start(seed);
        bool taken = false;
        apply.limit.push_back(each(timed([&] { taken = limit_taken.apply(limit_bytes); })));
        expect(taken, "the limit refuses its own bytes");
        storm_replica weft_taken(2);
        std::size_t applied = 0;
        apply.weft.push_back(
            each(timed([&] { applied = weft_taken.held.apply(weft_bytes).value().applied; })));
        expect(applied == writes.size() + 1, "weft refuses its own bytes");
        expect_same(limit_taken, weft_taken, "applied batches end differently");
        expect(weft_taken.held.state_digest() == weft.held.state_digest(),
               "two replicas with the same operations have different digests");
    }

    [[nodiscard]] std::vector<const row*> rows() const {
        return {&by_id, &by_handle, &encode, &apply, &bytes, &memory};
    }

    void print() const {
        std::printf("register storm: %zu writes over %zu records x %zu registers, one actor\n"
                    "a write, medians of %zu (processor time)\n\n"
                    "%-24s %5s %10s %10s %7s\n",
                    chosen.operations, ids.size(), storm_cells, chosen.repetitions, "", "", "limit",
                    "weft", "ratio");
        for (const row* one : rows()) {
            std::printf("%-24s %5s %10.2f %10.2f %7.2f\n", one->step, one->unit,
                        row::median(one->limit), row::median(one->weft), one->ratio());
        }
    }

    void print_json() const {
        std::printf("{\"workload\": \"register storm\", \"operations\": %zu, "
                    "\"repetitions\": %zu, \"rows\": [",
                    chosen.operations, chosen.repetitions);
        const char* separator = "";
        for (const row* one : rows()) {
            std::printf("%s\n  {\"step\": \"%s\", \"unit\": \"%s\", \"limit\": %.3f, "
                        "\"weft\": %.3f, \"ratio\": %.3f}",
                        separator, one->step, one->unit, row::median(one->limit),
                        row::median(one->weft), one->ratio());
            separator = ",";
        }
        std::printf("\n]}\n");
    }
};

/// False: not understood.
[[nodiscard]] bool parse(int count, char** arguments, options& chosen) {
    for (int i = 1; i < count; ++i) {
        const bool number = i + 1 < count;
        if (std::strcmp(arguments[i], "--json") == 0) {
            chosen.json = true;
        } else if (std::strcmp(arguments[i], "--operations") == 0 && number) {
            chosen.operations = std::strtoull(arguments[++i], nullptr, 10);
        } else if (std::strcmp(arguments[i], "--repetitions") == 0 && number) {
            chosen.repetitions = std::strtoull(arguments[++i], nullptr, 10);
        } else {
            return false;
        }
    }
    return chosen.operations != 0 && chosen.operations <= 50'000'000 && chosen.repetitions != 0;
}

}  // namespace

int main(int count, char** arguments) {
    options chosen;
    if (!parse(count, arguments, chosen)) {
        std::fprintf(stderr,
                     "usage: %s [--operations N] [--repetitions N] [--json]\n"
                     "N is at least 1, at most 50,000,000 operations\n",
                     arguments[0]);
        return 2;
    }
    both measured(chosen);
    for (std::size_t i = 0; i != chosen.repetitions && measured.equal; ++i) {
        measured.once();
    }
    if (!measured.equal) {
        return 1;
    }
    if (chosen.json) {
        measured.print_json();
    } else {
        measured.print();
    }
    return 0;
}
