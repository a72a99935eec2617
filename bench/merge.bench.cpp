/// merge/: every policy's way from an edit to an effect (editor, observe, encode), and from an
/// effect's bytes to the state (decode, apply). Two actors edit in turn, each of the other's state.
#include <weft/merge.hpp>

#include "support/measure.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace weft;
using bench::below;

constexpr std::size_t edits = 4096;
constexpr std::uint32_t elements = 256;

/// The canonical ids of two actors.
constexpr auto actor_bytes = [] {
    std::array<std::byte, 2 * uuid::byte_size> bytes{};
    uuid::of(7, 7).write(bytes.data());
    uuid::of(3, 3).write(bytes.data() + uuid::byte_size);
    return bytes;
}();

event event_at(std::size_t i) {
    const auto n = static_cast<std::uint32_t>(i);
    return {{{{n % 2}, n / 2 + 1}, 0},
            timestamp::of(1'700'000'000'000 + i),
            actor_order(actor_bytes.data(), uuid::byte_size)};
}

/// An effect as it comes out of the log.
struct sent {
    event at;
    byte_buffer payload;
    observed_list observed;
};

template <class Policy>
void apply_one(Policy& state, const sent& one) {
    null_report report;
    byte_reader in(one.payload);
    auto effect = Policy::decode(in, one.observed.size());
    state.apply(*std::move(effect), one.observed, one.at, report);
}

/// Makes the effect of one edit.
template <class Policy, class Edit>
void make_one(const Policy& state, Edit edit, splitmix64& random, sent& one) {
    typename Policy::effect effect{};
    const actor_slot slot = one.at.id.operation.slot;
    const writer by{one.at.actors.id(slot), true, slot, one.at.actors};
    auto editor = edit_as(state, effect, by);
    edit(editor, random);
    one.observed.clear();
    observe_as(state, effect, one.observed, by);
    one.payload.clear();
    if (!effect.empty()) {
        byte_writer out(one.payload);
        Policy::encode(effect, out);
    }
}

template <class Policy, class Edit>
std::vector<sent> make_all(Edit edit) {
    splitmix64 random{1};
    Policy state;
    std::vector<sent> all;
    for (std::size_t i = 0; all.size() != edits; ++i) {
        sent one;
        one.at = event_at(i);
        make_one(state, edit, random, one);
        if (!one.payload.empty() || !one.observed.empty()) {
            apply_one(state, one);
            all.push_back(std::move(one));
        }
    }
    return all;
}

template <class Policy, class Edit>
void edit_benchmark(benchmark::State& timer, Edit edit) {
    Policy state;
    for (const sent& one : make_all<Policy>(edit)) {
        apply_one(state, one);
    }
    splitmix64 random{2};
    sent one;
    one.at = event_at(edits);
    for (auto _ : timer) {
        make_one(state, edit, random, one);
        benchmark::DoNotOptimize(one.payload.data());
    }
    bench::count_items(timer, 1);
}

template <class Policy, class Edit>
void apply_benchmark(benchmark::State& timer, Edit edit) {
    const auto all = make_all<Policy>(edit);
    std::size_t bytes = 0;
    for (const sent& one : all) {
        bytes += one.payload.size();
    }
    for (auto _ : timer) {
        Policy state;
        for (const sent& one : all) {
            apply_one(state, one);
        }
        benchmark::DoNotOptimize(state);
    }
    bench::count_items(timer, all.size());
    bench::count_each(timer, "payload", bytes, all.size());
}

template <class Policy, class Edit>
void add(const std::string& name, Edit edit) {
    benchmark::RegisterBenchmark(("merge/edit/" + name).c_str(), [edit](benchmark::State& timer) {
        edit_benchmark<Policy>(timer, edit);
    });
    benchmark::RegisterBenchmark(("merge/apply/" + name).c_str(), [edit](benchmark::State& timer) {
        apply_benchmark<Policy>(timer, edit);
    });
}

const auto set_number = [](auto& editor, splitmix64& random) {
    editor = static_cast<std::int64_t>(random() >> 20U);
};
const auto set_text = [](auto& editor, splitmix64& random) {
    editor = "a title of some thirty letters " + std::to_string(random() >> 44U);
};
const auto flip = [](auto& editor, splitmix64& random) { editor = (random() >> 63U) != 0; };
const auto increment = [](auto& editor, splitmix64& random) {
    editor += static_cast<std::int64_t>(below(random, 100)) - 40;
};
/// Takes what it may, now and then from what the other has handed on.
const auto stock = [](auto& editor, splitmix64& random) {
    const std::uint64_t amount = below(random, 100);
    if (below(random, 8) == 0) {
        static_cast<void>(editor.transfer(uuid::of(7, 7), amount));
    } else if (below(random, 2) == 0 || !editor.decrement(amount)) {
        editor += amount + 1;
    }
};
/// Cents, which no double of them is exactly.
const auto pay = [](auto& editor, splitmix64& random) {
    editor += (static_cast<double>(below(random, 100'000)) - 40'000) / 100;
};
const auto add_or_remove = [](auto& editor, splitmix64& random) {
    const auto element = static_cast<std::int64_t>(below(random, elements)) << 30U;
    if (below(random, 4) == 0) {
        editor.erase(element);
    } else {
        editor.insert(element);
    }
};

/// Keys of a map, likewise.
const auto count_or_remove = [](auto& editor, splitmix64& random) {
    const auto key = static_cast<std::int64_t>(below(random, elements)) << 30U;
    if (below(random, 4) == 0) {
        editor.erase(key);
    } else {
        editor[key] += 1;
    }
};

const auto assign_or_remove = [](auto& editor, splitmix64& random) {
    const auto key = static_cast<std::int64_t>(below(random, elements)) << 30U;
    if (below(random, 4) == 0) {
        editor.erase(key);
    } else {
        editor[key] = static_cast<std::int64_t>(random() >> 20U);
    }
};

/// Every insertion adds an element that was not there.
const auto grow = [](auto& editor, splitmix64& random) {
    editor.insert(static_cast<std::int64_t>(random() >> 20U));
};

/// One of 4,096 leaves, three objects deep; of four edits one removes a leaf or all beside it.
const auto document = [](auto& editor, splitmix64& random) {
    const auto key = [&] { return std::string(1, static_cast<char>('a' + below(random, 16))); };
    const auto remove = below(random, 64);
    auto chapter = editor[key()];
    if (remove == 0) {
        chapter.erase(key());
    } else if (remove < 16) {
        chapter[key()].erase(key());
    } else {
        chapter[key()][key()] = static_cast<double>(below(random, 1000));
    }
};

/// Fills a list, or a document with an array.
template <class Editor>
void fill(Editor& editor, std::size_t size) {
    if constexpr (std::same_as<Editor, json_editor>) {
        lean_vector<json_value> all;
        for (std::size_t n = 0; n < size; ++n) {
            all.push_back(static_cast<double>(n));
        }
        editor = json_value::array({all.data(), all.size()});
    } else {
        for (std::size_t n = 0; n < size; ++n) {
            editor.insert(n / 2, static_cast<std::int64_t>(n));
        }
    }
}

/// An edit of a sequence that has `size` elements at first, from the editor to the state.
template <class Policy, class Edit>
void add_sequence(const std::string& name, Edit edit) {
    const auto run = [edit](benchmark::State& timer) {
        Policy state;
        splitmix64 random{3};
        sent one;
        one.at = event_at(0);
        const auto size = static_cast<std::size_t>(timer.range(0));
        make_one(
            state, [size](auto& editor, splitmix64&) { fill(editor, size); }, random, one);
        apply_one(state, one);
        std::size_t made = 0;
        for (auto _ : timer) {
            one.at = event_at(++made);
            make_one(state, edit, random, one);
            apply_one(state, one);
        }
        bench::count_items(timer, 1);
    };
    benchmark::RegisterBenchmark(("merge/edit_and_apply/" + name).c_str(), run)
        ->ArgName("elements")
        ->RangeMultiplier(10)
        ->Range(1000, 100'000);
}

/// An index into a list.
std::size_t any_of(splitmix64& random, std::size_t size) {
    return below(random, static_cast<std::uint32_t>(size));
}

const auto push_back = [](auto& editor, splitmix64& /*random*/) { editor.push_back(1); };
const auto insert_anywhere = [](auto& editor, splitmix64& random) {
    editor.insert(any_of(random, editor.size()), 1);
};
const auto move_anywhere = [](auto& editor, splitmix64& random) {
    const std::size_t from = any_of(random, editor.size() - 1);
    editor.move(from, from + 1 + any_of(random, editor.size() - from - 1));  // elsewhere
};
const auto assign_anywhere = [](auto& editor, splitmix64& random) {
    editor.set(any_of(random, editor.size()), 1);
};
const auto assign_element = [](auto& editor, splitmix64& random) {
    editor[any_of(random, editor.size())] = 1;
};
/// Erases one, and keeps the size.
const auto erase_and_push_back = [](auto& editor, splitmix64& random) {
    editor.erase(any_of(random, editor.size()));
    editor.push_back(1);
};

const bool registered = [] {
    add<lww<std::int64_t>>("lww/int64", set_number);
    add<lww<std::string>>("lww/string", set_text);
    add<fww<std::int64_t>>("fww/int64", set_number);
    add<multi_value<std::int64_t>>("multi_value/int64", set_number);
    add<authority<std::int64_t, claimed>>("authority/int64", set_number);
    add<concurrent_authority<std::int64_t, claimed>>("concurrent_authority/int64", set_number);
    add<whole_record<std::string>>("whole_record/string", set_text);
    add<max<std::int64_t>>("max/int64", set_number);
    add<min<std::int64_t>>("min/int64", set_number);
    add<counter>("counter", increment);
    add<real_counter>("real_counter", pay);
    add<bounded_counter<0>>("bounded_counter", stock);
    add<enable_wins>("enable_wins", flip);
    add<disable_wins>("disable_wins", flip);
    add<add_wins_set<std::int64_t>>("add_wins_set/int64/elements:256", add_or_remove);
    add<remove_wins_set<std::int64_t>>("remove_wins_set/int64/elements:256", add_or_remove);
    add<lww_set<std::int64_t>>("lww_set/int64/elements:256", add_or_remove);
    add<grow_only_set<std::int64_t>>("grow_only_set/int64", grow);
    add<map_of<std::int64_t, counter>>("map_of/int64/counter/keys:256", count_or_remove);
    add<map_of<std::int64_t, lww<std::int64_t>>>("map_of/int64/lww/keys:256", assign_or_remove);
    add<json>("json/leaves:4096", document);
    using numbers = list<std::int64_t>;
    add_sequence<numbers>("list/push_back", push_back);
    add_sequence<numbers>("list/insert", insert_anywhere);
    add_sequence<numbers>("list/move", move_anywhere);
    add_sequence<numbers>("list/set", assign_anywhere);
    add_sequence<numbers>("list/erase_and_push_back", erase_and_push_back);
    add_sequence<json>("json/push_back", push_back);
    add_sequence<json>("json/insert", insert_anywhere);
    add_sequence<json>("json/erase_and_push_back", erase_and_push_back);
    add_sequence<json>("json/set", assign_element);
    return true;
}();

}  // namespace
