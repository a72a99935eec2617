/// Everything in merge/: the policies, the rules, and their concepts.
#ifndef WEFT_MERGE_HPP
#define WEFT_MERGE_HPP

#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/authority.hpp>
#include <weft/merge/bounded_counter.hpp>
#include <weft/merge/concurrent_authority.hpp>
#include <weft/merge/counter.hpp>
#include <weft/merge/delete_wins.hpp>
#include <weft/merge/disable_wins.hpp>
#include <weft/merge/enable_wins.hpp>
#include <weft/merge/fww.hpp>
#include <weft/merge/grow_only_set.hpp>
#include <weft/merge/json.hpp>
#include <weft/merge/list.hpp>
#include <weft/merge/lww.hpp>
#include <weft/merge/lww_delete.hpp>
#include <weft/merge/lww_set.hpp>
#include <weft/merge/map_of.hpp>
#include <weft/merge/max.hpp>
#include <weft/merge/min.hpp>
#include <weft/merge/multi_value.hpp>
#include <weft/merge/real_counter.hpp>
#include <weft/merge/record_rule.hpp>
#include <weft/merge/remove_wins_set.hpp>
#include <weft/merge/resolved.hpp>
#include <weft/merge/state_machine.hpp>
#include <weft/merge/update_wins.hpp>
#include <weft/merge/whole_record.hpp>
#include <weft/merge/writer.hpp>

#endif
