/// A schema in which every operation can be undone: what the simulator runs on to see undos of
/// whole records, under each record rule. (In the schema of everything most operations touch a
/// policy that keeps what it was told.)
#ifndef WEFT_TESTING_UNDOABLE_HPP
#define WEFT_TESTING_UNDOABLE_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/merge.hpp>
#include <weft/model/renamed.hpp>
#include <weft/model/schema.hpp>
#include <weft/model/secret.hpp>

namespace weft::testing {

struct draft {
    BOOST_HANA_DEFINE_STRUCT(draft,
                             (lww<std::string>, title),
                             (multi_value<std::int64_t>, choice),
                             (counter, votes),
                             (secret<enable_wins>, starred),
                             (disable_wins, published),
                             (add_wins_set<std::string>, tags),
                             (remove_wins_set<std::int32_t>, banned),
                             (list<std::string>, steps));
};

/// The same under another rule.
struct letter {
    BOOST_HANA_DEFINE_STRUCT(letter,
                             (renamed<"subject", lww<std::string>>, title),
                             (counter, copies),
                             (real_counter, postage),
                             (add_wins_set<std::int32_t>, pages),
                             (map_of<std::string, lww<std::int32_t>>, marks),
                             (json, body));
};

struct memo {
    BOOST_HANA_DEFINE_STRUCT(memo,
                             (multi_value<std::string>, text),
                             (counter, reads),
                             (lww_set<std::string>, labels),
                             (map_of<std::int32_t, add_wins_set<std::string>>, groups),
                             (map_of<bool, multi_value<std::string>>, answers),
                             (map_of<bool, map_of<std::int32_t, counter>>, sums),
                             (map_of<std::int32_t, real_counter>, weights),
                             (map_of<bool, list<std::int32_t>>, orders),
                             (map_of<bool, json>, drafts));
};

using all_undoable = schema<1,
                            collection<"drafts", draft>,
                            collection<"letters", letter, update_wins>,
                            collection<"memos", memo, lww_delete>>;

}  // namespace weft::testing

#endif
