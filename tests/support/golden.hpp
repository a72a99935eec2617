/// Golden vectors of other engines: JSON files of cases with the outcome that they had there. Each
/// case has to agree with weft, or to stand in the test's table of departures with the reason; a
/// departure that no longer is one fails too.
#ifndef WEFT_TESTS_SUPPORT_GOLDEN_HPP
#define WEFT_TESTS_SUPPORT_GOLDEN_HPP

#include <weft/base/id.hpp>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#ifndef WEFT_TEST_DATA
#    define WEFT_TEST_DATA "tests/data"
#endif

namespace weft::test {

/// Reads WEFT_TEST_DATA/path. A file that is missing or no JSON fails the test that asked for it.
boost::json::value load_golden(const std::string& path);

/// What came of a case.
enum class verdict : std::uint8_t {
    agrees,
    differs,         ///< weft has another outcome, on purpose
    not_expressible  ///< weft's types have no such input
};

/// A case that does not agree, and why.
struct departure {
    std::size_t index;  ///< of the case in its file, from 0
    verdict how;
    std::string_view reason;
    int step = -1;  ///< of a scripted case: the first step that differs, from 0
};

/// Keeps count. Every case is entered once; close() says what the counts have to be.
class ledger {
public:
    explicit ledger(std::span<const departure> table) : table_(table) {}

    void enter(std::size_t index, verdict how, int step = -1) {
        const departure* found = nullptr;
        for (const departure& candidate : table_) {
            found = candidate.index == index ? &candidate : found;
        }
        CAPTURE(index);
        CAPTURE(step);
        if (found == nullptr) {
            CHECK(how == verdict::agrees);
        } else {
            CHECK(how == found->how);
            CHECK(step == found->step);
            CHECK(!found->reason.empty());
        }
        ++(how == verdict::agrees ? agreed_ : departed_);
    }

    void close(std::size_t agreed, std::size_t departed) const {
        CHECK(agreed_ == agreed);
        CHECK(departed_ == departed);
        CHECK(table_.size() == departed);
    }

private:
    std::span<const departure> table_;
    std::size_t agreed_ = 0;
    std::size_t departed_ = 0;
};

/// A number that is one in weft, too: an integer from 0 to 2^64-1, written as such.
std::optional<std::uint64_t> whole_number(const boost::json::value& value);

/// Gives nodes that are named by strings ids in the same order, which is that of UTF-16 code units.
class node_ids {
public:
    void add(const boost::json::value& name);
    /// After the last add.
    [[nodiscard]] uuid operator[](const boost::json::value& name) const;

private:
    std::map<std::u16string, uuid> ids_;
};

}  // namespace weft::test

#endif
