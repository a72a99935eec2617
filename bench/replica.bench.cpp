/// replica.hpp: the workloads that users see: register storm, hub, sets and counters, catching up,
/// and reading the past. Sizes follow WEFT_BENCH_OPERATIONS (support/measure.hpp).
#include <weft/weft.hpp>

#include "support/graph_shapes.hpp"
#include "support/hub.hpp"
#include "support/measure.hpp"
#include "support/memory.hpp"
#include "support/register_storm.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace {

using namespace weft;
using namespace weft::bench;

// ---- register storm: one actor
// --------------------------------------------------------------------

/// The storm's input, and a replica that has made all its writes one by one.
struct storm {
    std::vector<uuid> ids = storm_ids();
    std::vector<cell_write> writes = storm_writes(large());
    storm_replica made{1};

    storm() {
        made.insert_records(ids);
        made.write_all(ids, writes);
    }

    static storm& get() {
        static storm kept;
        return kept;
    }
};

/// A replica with the records only.
std::unique_ptr<storm_replica> blank(std::uint64_t writer) {
    auto made = std::make_unique<storm_replica>(writer);
    made->insert_records(storm::get().ids);
    return made;
}

/// Runs fn(replica) on a new replica with the records each time; only fn counts.
template <class Fn>
void on_blank(benchmark::State& state, Fn fn) {
    for (auto _ : state) {
        state.PauseTiming();
        const std::size_t heap = heap_bytes();
        auto made = blank(1);
        state.ResumeTiming();
        fn(*made);
        state.PauseTiming();
        count_each(state, "memory", heap_bytes() - heap, storm::get().writes.size());
        made.reset();
        state.ResumeTiming();
    }
    count_items(state, storm::get().writes.size());
}

void write_by_id(benchmark::State& state) {
    const storm& input = storm::get();
    on_blank(state, [&](storm_replica& to) { to.write_all(input.ids, input.writes); });
}

void write_by_handle(benchmark::State& state) {
    const storm& input = storm::get();
    const auto rows = input.made.handles(input.ids);  // in the same places in every replica
    on_blank(state, [&](storm_replica& to) { to.write_all(rows, input.writes); });
}

void write_in_transactions(benchmark::State& state) {
    const storm& input = storm::get();
    const auto each = static_cast<std::size_t>(state.range(0));
    on_blank(state, [&](storm_replica& to) { to.write_all(input.ids, input.writes, each); });
}

/// As users have it: the system's clock.
void write_with_system_clock(benchmark::State& state) {
    const storm& input = storm::get();
    for (auto _ : state) {
        state.PauseTiming();
        std::optional<replica<storm_schema>> made(writer_id(1));
        made->transact([&](auto& tx) {
            for (const uuid& id : input.ids) {
                tx.template upsert<Cells>(id, [](auto&) {});
            }
        });
        state.ResumeTiming();
        for (const cell_write& one : input.writes) {
            made->transact([&](auto& tx) {
                auto editor = tx.edit(ref<Cells, uuid>{input.ids[one.record]});
                editor[cell_members[one.cell]] = one.value;
            });
        }
        state.PauseTiming();
        made.reset();
        state.ResumeTiming();
    }
    count_items(state, input.writes.size());
}

/// Each write is followed by a digest of the whole state.
void write_and_digest(benchmark::State& state) {
    const storm& input = storm::get();
    auto made = blank(1);
    made->write_all(input.ids, input.writes);
    benchmark::DoNotOptimize(made->held.state_digest());
    std::size_t i = 0;
    for (auto _ : state) {
        const cell_write& one = input.writes[i++ % input.writes.size()];
        made->write(ref<Cells, uuid>{input.ids[one.record]}, one);
        benchmark::DoNotOptimize(made->held.state_digest());
    }
    count_items(state, 1);
}

void digest_everything(benchmark::State& state) {
    const storm& input = storm::get();
    for (auto _ : state) {
        state.PauseTiming();
        auto made = blank(1);
        made->write_all(input.ids, input.writes);
        state.ResumeTiming();
        benchmark::DoNotOptimize(made->held.state_digest());
        state.PauseTiming();
        made.reset();
        state.ResumeTiming();
    }
    count_items(state, input.ids.size() * storm_cells);
}

void find_record(benchmark::State& state) {
    const storm& input = storm::get();
    for (auto _ : state) {
        for (const uuid& id : input.ids) {
            benchmark::DoNotOptimize(input.made.held.find(ref<Cells, uuid>{id}));
        }
    }
    count_items(state, input.ids.size());
}

void read_everything(benchmark::State& state) {
    const storm& input = storm::get();
    for (auto _ : state) {
        std::int64_t sum = 0;
        for (const auto& [id, record] : input.made.held.all<Cells>()) {
            for (const auto member : cell_members) {
                sum += (record.*member).value();
            }
        }
        benchmark::DoNotOptimize(sum);
    }
    count_items(state, input.ids.size() * storm_cells);
}

void encode_everything(benchmark::State& state) {
    storm& input = storm::get();
    std::size_t bytes = 0;
    for (auto _ : state) {
        bytes = input.made.held.delta_since({}).size();
    }
    count_items_and_bytes(state, input.writes.size(), bytes);
    count_each(state, "bytes", bytes, input.writes.size());
}

/// Takes batches in, in order, into an empty replica.
void apply_batches(benchmark::State& state,
                   const std::vector<byte_buffer>& batches,
                   std::size_t writes) {
    for (auto _ : state) {
        state.PauseTiming();
        const std::size_t heap = heap_bytes();
        auto made = std::make_unique<storm_replica>(2);
        state.ResumeTiming();
        for (const byte_buffer& batch : batches) {
            benchmark::DoNotOptimize(made->held.apply(batch).value());
        }
        state.PauseTiming();
        count_each(state, "memory", heap_bytes() - heap, writes);
        made.reset();
        state.ResumeTiming();
    }
    count_items(state, writes);
}

void apply_one_batch(benchmark::State& state) {
    storm& input = storm::get();
    apply_batches(state, {input.made.held.delta_since({})}, input.writes.size());
}

/// Every transaction arrives in a batch of its own.
void apply_transactions(benchmark::State& state) {
    const storm& input = storm::get();
    const auto each = static_cast<std::size_t>(state.range(0));
    const auto writes = std::min(input.writes.size(), each * 100'000);
    auto made = blank(1);
    made->write_all(input.ids,
                    {input.writes.begin(), input.writes.begin() + std::ptrdiff_t(writes)}, each);
    std::vector<byte_buffer> batches;
    auto seen = version_vector<uuid>();
    for (sequence n = 1; n <= made->held.size(); ++n) {
        batches.push_back(made->held.delta_since(seen, 1));
        seen.set(writer_id(1), n);
    }
    std::size_t bytes = 0;
    for (std::size_t i = 1; i != batches.size(); ++i) {
        bytes += batches[i].size();
    }
    apply_batches(state, batches, writes);
    count_each(state, "bytes", bytes, writes);
}

/// A batch of which everything is held.
void apply_known(benchmark::State& state) {
    storm& input = storm::get();
    const auto bytes = input.made.held.delta_since({});
    storm_replica made(2);
    made.held.apply(bytes).value();
    for (auto _ : state) {
        benchmark::DoNotOptimize(made.held.apply(bytes).value());
    }
    count_items(state, input.writes.size());
}

void save_everything(benchmark::State& state) {
    const storm& input = storm::get();
    std::size_t bytes = 0;
    for (auto _ : state) {
        bytes = input.made.held.save().size();
    }
    count_items_and_bytes(state, input.writes.size(), bytes);
}

void load_everything(benchmark::State& state) {
    const storm& input = storm::get();
    const auto bytes = input.made.held.save();
    for (auto _ : state) {
        auto made =
            replica<storm_schema, bench_traits>::load(bytes, writer_id(3), input.made.around(3));
        benchmark::DoNotOptimize(made);
    }
    count_items_and_bytes(state, input.writes.size(), bytes.size());
}

/// The state as it was half-way.
void state_at(benchmark::State& state) {
    const storm& input = storm::get();
    replica_options options;
    options.checkpoint_every = static_cast<std::uint32_t>(state.range(0));
    storm_replica made(1, options);
    made.insert_records(input.ids);
    made.write_all(input.ids, {input.writes.begin(),
                               input.writes.begin() + std::ptrdiff_t(input.writes.size() / 10)});
    frontier<uuid> half;
    half.insert({writer_id(1), made.held.size() / 2});
    for (auto _ : state) {
        benchmark::DoNotOptimize(made.held.at(half));
    }
    count_items(state, made.held.size() / 2);
}

#define STORM(function, name) BENCHMARK(function)->Name(name)->Unit(benchmark::kMillisecond)

STORM(write_by_id, "replica/storm/write/by_id");
STORM(write_by_handle, "replica/storm/write/by_handle");
STORM(write_in_transactions, "replica/storm/write/in_transactions")->ArgName("writes")->Arg(100);
STORM(write_with_system_clock, "replica/storm/write/by_id_with_system_clock");
BENCHMARK(write_and_digest)->Name("replica/storm/write_and_state_digest");
STORM(digest_everything, "replica/storm/state_digest/everything_changed");
STORM(find_record, "replica/storm/find");
STORM(read_everything, "replica/storm/read_everything");
STORM(encode_everything, "replica/storm/encode");
STORM(apply_one_batch, "replica/storm/apply/one_batch");
STORM(apply_transactions, "replica/storm/apply/transactions")->ArgName("writes")->Arg(100)->Arg(1);
STORM(apply_known, "replica/storm/apply/all_known");
STORM(save_everything, "replica/storm/save");
STORM(load_everything, "replica/storm/load");
STORM(state_at, "replica/storm/at")->ArgName("checkpoint_every")->Arg(0)->Arg(10'000);

// ---- hub: everybody writes at once
// ----------------------------------------------------------------

/// Gives all replicas of a network the same records, by one transaction of the first.
template <class Record, class Schema>
void share_records(star_network<Schema>& network, const std::vector<uuid>& ids) {
    network[0].held.transact([&](auto& tx) {
        for (const uuid& id : ids) {
            tx.template upsert<Record>(id, [](auto&) {});
        }
    });
    network.exchange();
    network.forget_bytes();
}

/// Times the exchange after edit(replica, spoke) has run on every spoke. `writes`: of all spokes.
template <class Record, class Schema, class Edit>
void exchange(benchmark::State& state,
              std::size_t spokes,
              const std::vector<uuid>& ids,
              std::size_t writes,
              Edit edit) {
    for (auto _ : state) {
        state.PauseTiming();
        auto network = std::make_unique<star_network<Schema>>(spokes);
        share_records<Record>(*network, ids);
        for (std::size_t i = 0; i != spokes; ++i) {
            edit((*network)[i], i);
        }
        state.ResumeTiming();
        network->exchange();
        state.PauseTiming();
        if (!network->agree()) {
            state.SkipWithError("the replicas do not agree");
        }
        count_each(state, "bytes_up", network->bytes_up(), writes);
        count_each(state, "bytes_down", network->bytes_down(), writes);
        network.reset();
        state.ResumeTiming();
    }
    count_items(state, writes);
}

void hub(benchmark::State& state) {
    constexpr std::size_t spokes = 8;
    const std::size_t each = large() / 50;
    const auto ids = storm_ids();
    exchange<Cells, storm_schema>(
        state, spokes, ids, spokes * each, [&](timed_replica<storm_schema>& to, std::size_t spoke) {
            const auto writes = storm_writes(each, 100 + spoke);
            for (std::size_t i = 0; i != each; ++i) {
                to.time.at(i);
                to.held.transact([&](auto& tx) {
                    auto editor = tx.edit(ref<Cells, uuid>{ids[writes[i].record]});
                    editor[cell_members[writes[i].cell]] = writes[i].value;
                });
            }
        });
}

STORM(hub, "replica/hub/actors:8");

// ---- sets and counters
// ----------------------------------------------------------------------------

struct Tally {
    BOOST_HANA_DEFINE_STRUCT(Tally, (weft::counter, votes));
};

struct Tags {
    BOOST_HANA_DEFINE_STRUCT(Tags, (weft::add_wins_set<std::int64_t>, elements));
};

using tally_schema = schema<1, collection<"tallies", Tally>>;
using tags_schema = schema<1, collection<"tags", Tags>>;

constexpr std::size_t counters = 10'000;
constexpr std::uint32_t set_elements = 100'000;

struct increments {
    using record = Tally;
    using schema = tally_schema;

    std::vector<uuid> ids = storm_ids(counters);

    void operator()(timed_replica<schema>& to, std::size_t writer, std::size_t count) const {
        splitmix64 random{writer};
        for (std::size_t i = 0; i != count; ++i) {
            to.time.at(i);
            to.held.transact([&](auto& tx) {
                auto editor = tx.edit(ref<Tally, uuid>{ids[below(random, counters)]});
                editor[&Tally::votes] += 1 + static_cast<std::int64_t>(below(random, 9));
            });
        }
    }
};

/// Three additions to one removal.
struct additions_and_removals {
    using record = Tags;
    using schema = tags_schema;

    std::vector<uuid> ids = storm_ids(1);

    void operator()(timed_replica<schema>& to, std::size_t writer, std::size_t count) const {
        splitmix64 random{writer};
        for (std::size_t i = 0; i != count; ++i) {
            to.time.at(i);
            const auto element = static_cast<std::int64_t>(below(random, set_elements)) << 20U;
            to.held.transact([&](auto& tx) {
                auto editor = tx.edit(ref<Tags, uuid>{ids[0]})[&Tags::elements];
                if (below(random, 4) == 0) {
                    editor.erase(element);
                } else {
                    editor.insert(element);
                }
            });
        }
    }
};

template <class Workload>
void write_alone(benchmark::State& state) {
    const Workload work;
    const std::size_t writes = large() / 10;
    for (auto _ : state) {
        state.PauseTiming();
        const std::size_t heap = heap_bytes();
        auto made = std::make_unique<timed_replica<typename Workload::schema>>(1);
        made->held.transact([&](auto& tx) {
            for (const uuid& id : work.ids) {
                tx.template upsert<typename Workload::record>(id, [](auto&) {});
            }
        });
        state.ResumeTiming();
        work(*made, 1, writes);
        state.PauseTiming();
        count_each(state, "memory", heap_bytes() - heap, writes);
        count_each(state, "bytes", made->held.delta_since({}).size(), writes);
        made.reset();
        state.ResumeTiming();
    }
    count_items(state, writes);
}

template <class Workload>
void exchange_writes(benchmark::State& state) {
    constexpr std::size_t spokes = 8;
    const Workload work;
    const std::size_t each = large() / 10 / spokes;
    exchange<typename Workload::record, typename Workload::schema>(
        state, spokes, work.ids, spokes * each,
        [&](auto& to, std::size_t spoke) { work(to, spoke, each); });
}

STORM(write_alone<increments>, "replica/counters/write/actors:1");
STORM(exchange_writes<increments>, "replica/counters/exchange/actors:8");
STORM(write_alone<additions_and_removals>, "replica/set/write/actors:1");
STORM(exchange_writes<additions_and_removals>, "replica/set/exchange/actors:8");

// ---- catching up
// ----------------------------------------------------------------------------------

/// A replica with 2^20 operations of 64 interleaved writers.
struct crowd {
    static constexpr std::uint32_t writers = 64;

    storm_replica made{1'000};
    std::vector<dot<uuid>> newest_first;  ///< the last of the operations

    crowd() {
        const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(large(), 1U << 20U));
        const history input = interleaved(writers, 1, count);
        const auto ids = storm_ids();
        const auto writes = storm_writes(count);
        std::vector<uuid> actors;
        for (std::uint32_t i = 0; i != writers; ++i) {
            actors.push_back(writer_id(2'000 + i));
        }
        weft::lean_vector<sequence> last(writers, 0);
        std::vector<parent_entry<uuid, digest<16>>> parents;
        operation_builder<storm_schema, bench_traits> builder;
        for (std::uint32_t i = 0; i != count; ++i) {
            parents.clear();
            for (const local_dot parent : input.parents(i)) {
                parents.push_back(*made.held.parent({actors[parent.slot.value], parent.sequence}));
            }
            const std::uint32_t writer = input.slot(i).value;
            const dot<uuid> id{actors[writer], ++last[writer]};
            const cell_write& one = writes[i];
            builder.start(id, input.time(i), parents)
                .template upsert<Cells>(ids[one.record],
                                        [&](auto& r) { r[cell_members[one.cell]] = one.value; });
            made.held.admit(builder.finish());
            newest_first.push_back(id);
        }
        std::reverse(newest_first.begin(), newest_first.end());
    }

    /// What a peer holds that lacks the newest `behind` operations.
    [[nodiscard]] version_vector<uuid> version_behind(std::size_t behind) const {
        auto version = made.held.version();
        for (std::size_t i = 0; i != std::min(behind, newest_first.size()); ++i) {
            version.set(newest_first[i].actor, version.count(newest_first[i].actor) - 1);
        }
        return version;
    }

    static crowd& get() {
        static crowd kept;
        return kept;
    }
};

void delta_for_peer(benchmark::State& state) {
    crowd& from = crowd::get();
    const auto behind = static_cast<std::size_t>(state.range(0));
    const auto version = from.version_behind(behind);
    std::size_t bytes = 0;
    for (auto _ : state) {
        bytes = from.made.held.delta_since(version).size();
    }
    count_items(state, 1);
    state.counters["bytes"] = static_cast<double>(bytes);
}

void version_of_replica(benchmark::State& state) {
    crowd& from = crowd::get();
    for (auto _ : state) {
        benchmark::DoNotOptimize(from.made.held.version());
    }
    count_items(state, 1);
}

/// The questions of the causal graph, asked with ids.
void contains_dot(benchmark::State& state) {
    crowd& from = crowd::get();
    splitmix64 random{5};
    const auto heads = from.made.held.frontier();
    std::vector<dot<uuid>> wanted(1024);
    for (auto& one : wanted) {
        one = from.newest_first[below(random, from.made.held.size())];
    }
    for (auto _ : state) {
        for (const auto& one : wanted) {
            benchmark::DoNotOptimize(from.made.held.contains(heads, one));
        }
    }
    count_items(state, wanted.size());
}

void difference_of_heads(benchmark::State& state) {
    crowd& from = crowd::get();
    frontier<uuid> a;
    frontier<uuid> b;
    a.insert(from.newest_first[0]);
    b.insert(from.newest_first[1]);
    for (auto _ : state) {
        benchmark::DoNotOptimize(from.made.held.difference(a, b));
    }
    count_items(state, 1);
}

BENCHMARK(delta_for_peer)
    ->Name("replica/crowd/delta_since")
    ->ArgName("behind")
    ->Arg(0)
    ->Arg(1)
    ->Arg(100)
    ->Arg(10'000)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(version_of_replica)->Name("replica/crowd/version");
BENCHMARK(contains_dot)->Name("replica/crowd/contains");
BENCHMARK(difference_of_heads)->Name("replica/crowd/difference_of_heads");

}  // namespace
