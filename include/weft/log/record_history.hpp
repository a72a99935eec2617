/// Which operations touched a record: for each record a chain through the log, newest first. An
/// index that is made when it is first asked for, and then follows the log. Its first use costs
/// O(log); from then on an operation costs O(its mutations), and a record's history O(history).
/// Memory: 8 bytes per mutation and 4 per record.
#ifndef WEFT_LOG_RECORD_HISTORY_HPP
#define WEFT_LOG_RECORD_HISTORY_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/log/undo_marks.hpp>

#include <cstdint>

namespace weft {

class record_history {
public:
    /// Whether it was asked for: then it is to follow the log.
    [[nodiscard]] bool in_use() const noexcept { return in_use_; }

    /// Operations of the log that it has gone through.
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

    /// Goes through the operations that came since the last call. After bad_alloc it starts anew.
    template <class Traits>
    void follow(const operation_log<Traits>& log) {
        WEFT_TRY {
            in_use_ = true;
            log.graph().for_each_run({size_}, [&](const causal_graph::log_run& run) {
                std::uint32_t index = run.index.value;
                log.for_each(run, [&](const local_operation& op) { add(op, {index++}); });
            });
            size_ = log.size();
        }
        WEFT_CATCH_ALL {
            forget();
            WEFT_RETHROW;
        }
    }

    /// Forgets everything: when operations are taken back.
    void forget() noexcept {
        newest_ = {};
        links_ = {};
        size_ = 0;
    }

    /// Replaces `out` by the operations that touched a record, in the order of admission, each
    /// once. O(those).
    void of(record_ref record, lean_vector<op_index>& out) const {
        out.clear();
        if (record.collection >= newest_.size() ||
            record.row >= newest_[record.collection].size()) {
            return;
        }
        std::uint32_t at = newest_[record.collection][record.row];
        for (; at != 0; at = links_[at - 1].before) {
            out.push_back(links_[at - 1].operation);
        }
        for (std::size_t i = 0; 2 * i + 1 < out.size(); ++i) {
            std::swap(out[i], out[out.size() - 1 - i]);
        }
    }

private:
    /// Places in links_ count from 1; 0 is none.
    struct link {
        op_index operation{};
        std::uint32_t before = 0;
    };

    void add(const local_operation& op, op_index index) {
        for (const local_mutation& mutation : op.mutations) {
            const auto [collection, row] = mutation.record;
            if (collection >= newest_.size()) {
                newest_.resize(collection + std::size_t{1});
            }
            auto& rows = newest_[collection];
            if (row >= rows.size()) {
                rows.reserve(row + rows.size() / 2 + 2);
                rows.resize(row + std::size_t{1}, 0);
            }
            std::uint32_t& newest = rows[row];
            if (newest == 0 || links_[newest - 1].operation != index) {
                links_.push_back({index, newest});
                newest = static_cast<std::uint32_t>(links_.size());
            }
        }
    }

    lean_vector<lean_vector<std::uint32_t>> newest_;  ///< by collection and row
    lean_vector<link> links_;
    std::uint32_t size_ = 0;
    bool in_use_ = false;
};

}  // namespace weft

#endif
