#include <weft/log/record_history.hpp>

#include "log/writers.hpp"
#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <map>
#include <vector>

namespace record_history_test {

using namespace weft;
using namespace weft::test;

namespace {

using log_type = operation_log<test_traits>;
using places = std::map<record_ref, std::vector<std::uint32_t>>;

[[nodiscard]] places plainly(const log_type& log) {
    places all;
    local_operation op;
    for (std::uint32_t i = 0; i < log.size(); ++i) {
        log.read({i}, op);
        for (const auto& mutation : op.mutations) {
            auto& of = all[mutation.record];
            if (of.empty() || of.back() != i) {
                of.push_back(i);
            }
        }
    }
    return all;
}

void check(const log_type& log, const record_history& index) {
    lean_vector<op_index> out;
    for (const auto& [record, expected] : plainly(log)) {
        index.of(record, out);
        RC_ASSERT(out.size() == expected.size());
        for (std::size_t i = 0; i < out.size(); ++i) {
            RC_ASSERT(out[i].value == expected[i]);
        }
    }
}

}  // namespace

TEST_CASE("log/record_history: it has what a pass over the log finds, also as the log grows") {
    property("any log", 60, [](std::uint64_t seed) {
        splitmix64 random{seed};
        const auto operations = written(random);
        log_type log;
        record_history index;
        RC_ASSERT(!index.in_use());
        for (const auto& op : operations) {
            append(log, op);
            if (random() % 4 == 0) {
                index.follow(log);
                RC_ASSERT(index.size() == log.size());
                check(log, index);
            }
        }
        index.follow(log);
        check(log, index);
        RC_ASSERT(index.in_use());
        index.forget();
        RC_ASSERT(index.size() == 0);
        index.follow(log);
        check(log, index);
    });
}

TEST_CASE("log/record_history: what was never touched has no history") {
    record_history index;
    lean_vector<op_index> out{op_index{3}};
    index.of({2, 7}, out);
    CHECK(out.empty());
}

TEST_CASE("log/record_history: without memory it starts anew, and says so") {
    splitmix64 random{5};
    log_type log;
    for (const auto& op : written(random)) {
        append(log, op);
    }
    record_history index;
    CHECK(fail_each_allocation([&] { index.follow(log); }, [&] { CHECK(index.size() == 0); }) > 2);
    CHECK(index.size() == log.size());
}

}  // namespace record_history_test
