/// What the tests know about a policy, written from its specification and not from its code:
///
///   expected(effects)   the visible value that a set of effects has, by what each had seen. Slow
///                       and obvious: no metadata, no incremental state, only causal history;
///   shown(field)        the visible value that a field shows, in the same form;
///   detached, edit      how to use it at random, and what that shows to the one who did it.
///
/// Effects are those of honest writers: what an effect takes back is exactly what its writer had
/// seen. To run the simulator and the reference model on a policy of your own, specialise
/// policy_model (and rule_model) for it.
#ifndef WEFT_TESTING_POLICY_MODEL_HPP
#define WEFT_TESTING_POLICY_MODEL_HPP

#include <weft/testing/policy_model/authority.hpp>
#include <weft/testing/policy_model/bounded_counter.hpp>
#include <weft/testing/policy_model/concurrent_registers.hpp>
#include <weft/testing/policy_model/documents.hpp>
#include <weft/testing/policy_model/flags.hpp>
#include <weft/testing/policy_model/lists.hpp>
#include <weft/testing/policy_model/lww_set.hpp>
#include <weft/testing/policy_model/maps.hpp>
#include <weft/testing/policy_model/numbers.hpp>
#include <weft/testing/policy_model/records.hpp>
#include <weft/testing/policy_model/registers.hpp>
#include <weft/testing/policy_model/sets.hpp>
#include <weft/testing/policy_model/whole_record.hpp>

#endif
