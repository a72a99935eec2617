/// A named kind of record: which struct, and what deleting one means.
#ifndef WEFT_MODEL_COLLECTION_HPP
#define WEFT_MODEL_COLLECTION_HPP

#include <weft/merge/delete_wins.hpp>
#include <weft/merge/record_rule.hpp>
#include <weft/model/field.hpp>
#include <weft/model/name.hpp>

namespace weft {

/// `collection<"todos", Todo>`: records of type Todo under that name. Rule is the record's life
/// (delete_wins, update_wins, lww_delete). WireName keeps the tag of an earlier name.
template <fixed_string Name, class Record, class Rule = delete_wins, fixed_string WireName = Name>
struct collection {
    static_assert(record_rule<Rule>,
                  "weft: the third argument of weft::collection is a record rule: delete_wins, "
                  "update_wins or lww_delete");

    using record_type = Record;
    using rule_type = Rule;
    using fields = record_fields<Record>;
    static constexpr std::string_view name = Name.view();
    static constexpr std::uint32_t tag = name_tag(WireName.view());
    static constexpr std::uint32_t kind = Rule::wire_kind;
};

}  // namespace weft

#endif
