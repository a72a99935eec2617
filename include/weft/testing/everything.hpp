/// A schema with every policy, every record rule and every kind of value that comes with weft: what
/// the simulator and the reference model run on when nobody gives them another.
#ifndef WEFT_TESTING_EVERYTHING_HPP
#define WEFT_TESTING_EVERYTHING_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/merge.hpp>
#include <weft/model/renamed.hpp>
#include <weft/model/schema.hpp>

namespace weft::testing {

/// An enumeration that builds may extend: values without a name travel too.
enum class mood : std::int8_t { calm = 0, glad = 1, cross = -1 };

/// A record of every policy.
struct article {
    BOOST_HANA_DEFINE_STRUCT(article,
                             (lww<std::string>, title),
                             (lww<double>, rating),
                             (lww<std::optional<std::int64_t>>, price),
                             (fww<std::int64_t>, created),
                             (multi_value<std::string>, draft),
                             (max<double>, highest),
                             (min<std::int64_t>, lowest),
                             (counter, votes),
                             (enable_wins, starred),
                             (disable_wins, published),
                             (add_wins_set<std::string>, tags),
                             (remove_wins_set<std::int32_t>, banned),
                             (grow_only_set<uuid>, readers));
};

/// A smaller one, under update_wins.
struct task {
    BOOST_HANA_DEFINE_STRUCT(task,
                             (renamed<"done", lww<bool>>, finished),
                             (lww<mood>, feeling),
                             (multi_value<double>, estimate),
                             (counter, hours),
                             (add_wins_set<double>, samples),
                             (remove_wins_set<std::string>, helpers),
                             (enable_wins, urgent),
                             (list<std::string>, steps));
};

/// Under lww_delete, with the values that the others lack.
struct document {
    BOOST_HANA_DEFINE_STRUCT(document,
                             (lww<byte_buffer>, content),
                             (lww<std::uint16_t>, mode),
                             (lww<float>, scale),
                             (fww<std::string>, author),
                             (max<std::string>, version),
                             (min<std::uint64_t>, opened),
                             (grow_only_set<byte_buffer>, blocks),
                             (disable_wins, shared),
                             (counter, views));
};

using everything = schema<1,
                          collection<"articles", article>,
                          collection<"tasks", task, update_wins>,
                          collection<"documents", document, lww_delete>>;

}  // namespace weft::testing

#endif
