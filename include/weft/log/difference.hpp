/// What differs between two states: the records that came, went or read differently, and in which
/// fields. Both states are kept, so that what stood before and after can be read. Only records that
/// operations between the two touched are looked at.
///
///     const auto changes = alice.diff(then, alice.frontier()).value();
///     for (const auto& each : changes.records()) { ... each.fields ... }
///     changes.before().find<Todo>(id)->title
///
/// Cost: that of both states (replica::at), and the size of the records looked at.
#ifndef WEFT_LOG_DIFFERENCE_HPP
#define WEFT_LOG_DIFFERENCE_HPP

#include <weft/log/listener.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/log/snapshot.hpp>
#include <weft/log/undo_marks.hpp>
#include <weft/model/reads_same.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace weft {

/// A record that differs.
template <class Traits>
struct record_difference {
    std::string_view collection;
    typename Traits::record_id record{};
    bool was_there = false;
    bool is_there = false;
    std::vector<std::string_view> fields;  ///< that read differently; none if it came or went
};

template <class Schema, class Traits>
class difference {
public:
    using log_type = operation_log<Traits>;
    using snapshot_type = snapshot<Schema, log_type>;
    using difference_type = record_difference<Traits>;

    /// `a` and `b` are the pasts of which `before` and `after` are the states.
    difference(state<Schema> before,
               const causal_graph::cut& a,
               state<Schema> after,
               const causal_graph::cut& b,
               const log_type& log)
        : records_(compared(before, a, after, b, log)), before_(std::move(before), log),
          after_(std::move(after), log) {}

    /// By collection and id.
    [[nodiscard]] const std::vector<difference_type>& records() const noexcept { return records_; }

    [[nodiscard]] bool empty() const noexcept { return records_.empty(); }

    [[nodiscard]] const snapshot_type& before() const noexcept { return before_; }

    [[nodiscard]] const snapshot_type& after() const noexcept { return after_; }

private:
    [[nodiscard]] static std::vector<difference_type> compared(const state<Schema>& before,
                                                               const causal_graph::cut& a,
                                                               const state<Schema>& after,
                                                               const causal_graph::cut& b,
                                                               const log_type& log) {
        lean_vector<record_ref> touched;
        gather(a, b, log, touched);
        gather(b, a, log, touched);
        lean_sort(touched.begin(), touched.end());
        std::vector<difference_type> all;
        for (std::size_t i = 0; i != touched.size(); ++i) {
            if (i == 0 || touched[i] != touched[i - 1]) {
                compare(touched[i], before, after, log, all);
            }
        }
        lean_sort(all.data(), all.data() + all.size(),
                  [](const difference_type& x, const difference_type& y) {
                      return x.collection != y.collection ? (x.collection) < y.collection
                                                          : (x.record) < y.record;
                  });
        return all;
    }

    /// The records that operations of `more` touched that `less` lacks, undone ones included.
    static void gather(const causal_graph::cut& less,
                       const causal_graph::cut& more,
                       const log_type& log,
                       lean_vector<record_ref>& touched) {
        const auto ranges = causal_graph::difference(more, less);
        local_operation op;
        for (const local_range& range : ranges) {
            for (sequence n = range.first; n <= range.last && n != 0; ++n) {
                log.read(log.graph().index_of({range.slot, n}), op);
                gather(op, log, touched, 2);
            }
        }
    }

    /// What an operation touched; of an undo or redo also what its targets touched.
    static void gather(const local_operation& op,
                       const log_type& log,
                       lean_vector<record_ref>& touched,
                       int depth) {
        for (const local_mutation& mutation : op.mutations) {
            if (log.collection_tag(mutation.record.collection) != undo_tag) {
                touched.push_back(mutation.record);
            } else if (depth != 0) {  // a redo names marks, which name operations
                local_operation target;
                for (const local_event& named : op.observed_of(mutation.observed)) {
                    log.read(log.graph().index_of(named.operation), target);
                    gather(target, log, touched, depth - 1);
                }
            }
        }
    }

    static void compare(record_ref place,
                        const state<Schema>& before,
                        const state<Schema>& after,
                        const log_type& log,
                        std::vector<difference_type>& all) {
        const std::size_t number = Schema::find(log.collection_tag(place.collection));
        if (number == Schema::count) {
            return;
        }
        schema_names<Schema>::with(number, [&]<class Collection>() {
            using record_type = typename Collection::record_type;
            const record_type* const was = before.template table_of<record_type>().find(place.row);
            const record_type* const is = after.template table_of<record_type>().find(place.row);
            difference_type one{
                Collection::name, log.id_of(place), was != nullptr, is != nullptr, {}};
            if (was != nullptr && is != nullptr) {
                Collection::fields::each([&]<class Field>(std::size_t /*number*/) {
                    if (!reads_same(was->*Field::pointer, is->*Field::pointer)) {
                        one.fields.push_back(Field::name);
                    }
                });
            }
            if (one.was_there != one.is_there || !one.fields.empty()) {
                all.push_back(std::move(one));
            }
        });
    }

    std::vector<difference_type> records_;
    snapshot_type before_;
    snapshot_type after_;
};

}  // namespace weft

#endif
