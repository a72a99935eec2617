/// A second schema for the simulator and the reference model, beside everything.hpp: the policies
/// that are not in that one. It stands apart so that a program which simulates one of the two
/// compiles only that.
#ifndef WEFT_TESTING_EVERYTHING_MORE_HPP
#define WEFT_TESTING_EVERYTHING_MORE_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/merge.hpp>
#include <weft/model/schema.hpp>

namespace weft::testing {

/// Registers and sets with rules of their own.
struct ticket {
    BOOST_HANA_DEFINE_STRUCT(ticket, (lww<std::string>, title), (lww_set<std::string>, labels));
};

/// Numbers whose actors or amounts matter.
struct ware {
    BOOST_HANA_DEFINE_STRUCT(ware,
                             (bounded_counter<0>, stock),
                             (bounded_counter<-1000>, credit),
                             (real_counter, turnover));
};

using everything_more =
    schema<1, collection<"tickets", ticket, update_wins>, collection<"wares", ware, lww_delete>>;

}  // namespace weft::testing

#endif
