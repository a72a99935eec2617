/// Operations for the tests of log/ that need a state: what a few writers did with a handful of
/// records, in a causal order. Everything follows from a random source.
#ifndef WEFT_TESTS_LOG_WRITERS_HPP
#define WEFT_TESTS_LOG_WRITERS_HPP

#include <weft/base/random.hpp>

#include "replica/todo.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace weft::test {

/// How many records each of the two collections has, with numbers from 0 on.
inline constexpr std::uint64_t written_records = 3;

/// One transaction of up to three mutations.
inline void write_some(test_replica& to, splitmix64& random) {
    to.transact([&](auto& tx) {
        for (std::uint64_t n = random() % 4 == 0 ? 3 : 1; n != 0; --n) {
            const uuid id = record(random() % written_records);
            switch (random() % 8) {
            case 0:
                tx.erase(todo_ref{id});
                break;
            case 1:
                tx.erase(note_ref{id});
                break;
            case 2:
                tx.upsert(id, note{std::to_string(random() % 9)});
                break;
            case 3:
                tx.template upsert<todo>(id, [&](auto& t) {
                    t[&todo::tags].insert(std::to_string(random() % 3));
                    t[&todo::tags].erase(std::to_string(random() % 3));
                });
                break;
            default:
                tx.template upsert<todo>(id, [&](auto& t) {
                    t[&todo::votes] += 1;
                    t[&todo::title] = std::to_string(random() % 9);
                });
            }
        }
    });
}

/// What three writers did who see each other now and then.
[[nodiscard]] inline std::vector<test_operation> written(splitmix64& random) {
    world here;
    std::vector<test_replica> writers;
    for (std::uint64_t n = 1; n <= 3; ++n) {
        writers.push_back(here.make(n));
    }
    for (int i = 0; i < 30; ++i) {
        auto& one = writers[random() % 3];
        if (random() % 3 == 0) {
            static_cast<void>(pull(one, writers[random() % 3]));
        }
        write_some(one, random);
    }
    for (auto& one : writers) {
        static_cast<void>(pull(writers[0], one));
    }
    std::vector<test_operation> all(writers[0].size());
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        writers[0].log().read(op_index{i}, all[i]);
    }
    return all;
}

/// The same operations in another causal order.
[[nodiscard]] inline std::vector<test_operation> reordered(std::vector<test_operation> from,
                                                           splitmix64& random) {
    std::vector<test_operation> all;
    const auto holds = [&](const auto& parent) {
        return std::any_of(all.begin(), all.end(),
                           [&](const test_operation& each) { return each.id == parent.operation; });
    };
    while (!from.empty()) {
        const auto at = from.begin() + static_cast<std::ptrdiff_t>(random() % from.size());
        if (std::all_of(at->parents.begin(), at->parents.end(), holds)) {
            all.push_back(*at);
            from.erase(at);
        }
    }
    return all;
}

inline void append(operation_log<test_traits>& log, const test_operation& op) {
    local_operation local;
    static_cast<void>(log.append(op, address_of(op), local));
}

}  // namespace weft::test

#endif
