/// The way in: bytes of a batch become operations of the log, or stay outside by name. Malformed
/// bytes refuse the batch as a whole before anything changed. Then each operation is admitted,
/// known, parked or refused; what is refused takes its descendants with it, the rest goes on.
/// Operations that were parked are released when what they waited for has arrived.
///
/// Addresses are chained while operations are admitted and compared with those that the batch
/// claims at the end of each causal run. If one differs, everything is taken back and the batch is
/// gone through once more without the runs that lie; so an honest batch is read once, any batch at
/// most three times. The caller applies the admitted operations to the state afterwards, and calls
/// undo() if that fails.
#ifndef WEFT_WIRE_INTAKE_HPP
#define WEFT_WIRE_INTAKE_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/log/admission.hpp>
#include <weft/log/apply_report.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/log/parking_changes.hpp>
#include <weft/log/refusals.hpp>
#include <weft/wire/batch_books.hpp>

#include <cstdint>
#include <utility>

namespace weft {

template <class Traits, class Clock>
class intake {
public:
    using log_type = operation_log<Traits>;
    using actor_id = typename Traits::actor_id;
    using address = typename Traits::hasher::digest_type;
    using dot_type = dot<actor_id>;
    using report_type = apply_report<Traits>;

    /// `own`: the actor id that this replica writes under.
    intake(log_type& log,
           parking<Traits>& parked,
           refusals<Traits>& refused,
           const parking_limits& limits,
           const Clock& clock,
           const maybe<actor_id>& own) noexcept
        : log_(&log), parked_(&parked), refused_(&refused), limits_(&limits), clock_(&clock),
          own_(own), before_(log.size()), now_ms_(clock.now_ms()), parking_(parked) {}

    /// Takes a batch in. On an error, and on a throw, log and parking are as before.
    result<done> batch(byte_span bytes, std::uint64_t source) {
        auto opened = batch_reader<Traits>::open(bytes);
        if (!opened) {
            return opened.error();
        }
        WEFT_TRY {
            pass(*std::move(opened), source);
            if (const std::size_t lies = books_.lies(); lies != 0) {
                books_.find_lying_runs(again(bytes), op_);
                undo();
                forget();
                pass(again(bytes), source);
                WEFT_ASSERT(books_.lies() == lies);
            }
            park_candidates();
            release();
        }
        WEFT_CATCH_ALL {
            undo();
            WEFT_RETHROW;
        }
        return done{};
    }

    /// Takes one operation with its computed address, from this process.
    void one(operation<Traits>& op, std::uint64_t source) {
        WEFT_TRY {
            const address content = address_of(op);
            if (const errc wrong = malformed(op); wrong != errc::none) {
                turn_away(op.id, content, wrong);
            } else {
                consider(op, content, source);
            }
            park_candidates();
            release();
        }
        WEFT_CATCH_ALL {
            undo();
            WEFT_RETHROW;
        }
    }

    /// Retries what was parked for time alone and is due.
    void due() {
        WEFT_TRY {
            for (const address& key : parked_->due(now_ms_)) {
                retry(key);
            }
            release();
        }
        WEFT_CATCH_ALL {
            undo();
            WEFT_RETHROW;
        }
    }

    /// Takes back everything since the construction. Needs no memory.
    void undo() noexcept {
        log_->truncate(before_);
        parking_.undo();
    }

    [[nodiscard]] report_type& report() noexcept { return report_; }

    /// The operations admitted are those from here to the log's end.
    [[nodiscard]] op_index first() const noexcept { return {before_}; }

    /// The greatest timestamp admitted.
    [[nodiscard]] timestamp latest() const noexcept { return latest_; }

private:
    using parked_entry = typename parking<Traits>::entry;

    /// A refused operation.
    struct orphaning {
        dot_type id{};
        address content{};
    };

    /// A reader of what was opened before; checked anew, which is cheaper for honest batches than a
    /// copy in reserve.
    [[nodiscard]] static batch_reader<Traits> again(byte_span bytes) {
        auto opened = batch_reader<Traits>::open(bytes);
        WEFT_ASSERT(opened.has_value());
        return *std::move(opened);
    }

    /// Goes through the batch. Both passes find the same address for every operation: what they
    /// take for a parent's address depends on the bytes and on what the log held before, not on
    /// what is known to lie; so the second one finds no further lies.
    void pass(batch_reader<Traits>&& reader, std::uint64_t source) {
        previous_ = {};
        while (reader.next(op_)) {
            for (auto& parent : op_.parents) {
                fill(parent);
            }
            const address content = address_of(op_);
            const auto claimed = reader.claimed();
            const bool lies = claimed && *claimed != content;
            if (books_.lying(op_.id)) {
                // Not remembered: what was computed here may be an honest operation's address.
                report_.refused.push_back({op_.id, errc::address_mismatch});
                if (!lies && !holds(op_.id)) {
                    books_.leave_outside(op_.id, content);
                }
            } else if (lies) {
                books_.note_lie(op_.id);
            } else {
                consider(op_, content, source, claimed.has_value());
            }
            previous_ = lies ? parent_entry<actor_id, address>{}
                             : parent_entry<actor_id, address>{op_.id, content};
        }
    }

    /// The address of a parent that stands earlier in the batch. Within a causal run they chain;
    /// from elsewhere an operation that the log holds is meant, whatever the batch made of it. None
    /// for one whose address is not what the batch claims: then the child's is not either.
    void fill(parent_entry<actor_id, address>& parent) {
        if (parent.address != address{}) {
            return;
        }
        if (goes_on(op_) && previous_.operation == parent.operation) {
            parent.address = previous_.address;
        } else if (const address* content = books_.outside_address(parent.operation)) {
            parent.address = *content;
        } else if (const local_dot local = log_->local_of(parent.operation);
                   log_->graph().holds(local)) {
            parent.address = log_->address_of(local, walk_);
        }
    }

    /// Judges an operation whose content address is known, and acts. `whole`: compare with what is
    /// held under its dot (at the end of a run that is enough: addresses chain).
    void consider(operation<Traits>& op,
                  const address& content,
                  std::uint64_t source,
                  bool whole = true) {
        const local_dot local = log_->local_of(op.id);
        if (log_->graph().holds(local)) {
            known(op.id, local, content, whole);
            return;
        }
        if (own_ == op.id.actor) {
            report_.actor_reused = true;
        }
        if (refused_->contains(content)) {
            refuse(op.id, content, refused_->why(content));
            return;
        }
        const bool was_parked = parked_->contains(content);
        if (was_parked) {
            if (missing_parent(op, *log_) || clock_->too_far_ahead(op.at, now_ms_)) {
                books_.leave_outside(op.id, content);
                ++report_.known;
                return;
            }
            // Its turn has come: what it waited for may stand before it in this batch.
            static_cast<void>(parking_.take(content));
        }
        if (!parents_agree(op, content)) {
            return;
        }
        const bool waits = missing_parent(op, *log_).has_value();
        if (const errc rule = waits ? errc::none : judge(op, *log_, scratch_); rule != errc::none) {
            refuse(op.id, content, rule);
        } else if (waits || clock_->too_far_ahead(op.at, now_ms_)) {
            park(op, content, source);
        } else {
            static_cast<void>(log_->append(op, content, local_));
            latest_ = latest_ < op.at ? op.at : latest_;
            ++(was_parked ? report_.released : report_.applied);
            report_.known += was_parked ? 1U : 0U;
        }
    }

    void known(const dot_type& id, local_dot local, const address& content, bool whole) {
        if (whole && log_->address_of(local, walk_) != content) {
            equivocates(id, log_->address_of(local), content);
            refuse(id, content, errc::equivocation);
            return;
        }
        ++report_.known;
    }

    void equivocates(const dot_type& id, const address& held, const address& other) {
        if (refused_->report(other)) {
            report_.equivocations.push_back({id, held, other});
            report_.actor_reused |= own_ == id.actor;
        }
    }

    /// Refuses an operation that follows what was refused, or another operation under a held dot.
    [[nodiscard]] bool parents_agree(const operation<Traits>& op, const address& content) {
        for (const auto& parent : op.parents) {
            const local_dot local = log_->local_of(parent.operation);
            if (!log_->graph().holds(local)) {
                if (refused_->contains(parent.address)) {
                    refuse(op.id, content, errc::refused_ancestor);
                    return false;
                }
            } else if (log_->address_of(local, walk_) != parent.address) {
                // By what `op` says alone: nothing is held against the other itself.
                equivocates(parent.operation, log_->address_of(local), parent.address);
                refuse(op.id, content, errc::refused_ancestor);
                return false;
            }
        }
        return true;
    }

    void refuse(const dot_type& id, const address& content, errc why) {
        turn_away(id, content, why);
        refused_->insert(content, why);
        orphaned_.push_back({id, content});
    }

    void turn_away(const dot_type& id, const address& content, errc why) {
        report_.refused.push_back({id, why});
        books_.leave_outside(id, content);
    }

    void park(const operation<Traits>& op, const address& content, std::uint64_t source) {
        books_.leave_outside(op.id, content);
        parked_entry next;
        next.id = op.id;
        next.content = content;
        next.source = source;
        next.batch = encode_operation(op, content);
        next.due_ms = clock_->due_ms(op.at);
        for (const auto& parent : op.parents) {
            if (!holds(parent.operation)) {
                next.waits_for.push_back({parent.operation, parent.address});
            }
        }
        candidates_.push_back(std::move(next));
        ++report_.parked;
    }

    [[nodiscard]] bool holds(const dot_type& id) const {
        return log_->graph().holds(log_->local_of(id));
    }

    void park_candidates() {
        for (parked_entry& next : candidates_) {
            if (parked_->contains(next.content)) {
                continue;
            }
            if (!parked_->fits(next, *limits_)) {
                --report_.parked;
                report_.refused.push_back({next.id, errc::parked_full});
                note_missing(next);
                continue;
            }
            parking_.insert(std::move(next));
        }
        candidates_.clear();
    }

    /// Parents to ask a peer for.
    void note_missing(const parked_entry& waiting) {
        for (const auto& parent : waiting.waits_for) {
            if (!parent.arrived && !holds(parent.id) && !parked_->parks(parent.id)) {
                report_.missing.push_back(parent.id);
            }
        }
    }

    /// Tells what is parked of the operations admitted and refused so far, until nothing moves.
    void release() {
        for (std::uint32_t i = before_; i != log_->size() && !parked_->empty(); ++i) {
            tell_of_admitted({i});
        }
        for (std::size_t i = 0; i != orphaned_.size() && !parked_->empty(); ++i) {
            tell_of_refused(orphaning(orphaned_[i]));
        }
        for (const address& key : parking_.inserted()) {
            if (const parked_entry* const waiting = parked_->find(key)) {
                note_missing(*waiting);
            }
        }
        lean_sort(report_.missing.begin(), report_.missing.end());
        std::size_t kept = 0;
        for (std::size_t i = 0; i < report_.missing.size(); ++i) {
            if (i == 0 || !(report_.missing[i] == report_.missing[kept - 1])) {
                report_.missing[kept++] = report_.missing[i];
            }
        }
        report_.missing.resize(kept);
    }

    /// Children of `parent` that were parked are released once all their parents have come, and
    /// refused if they mean another operation under its dot.
    void tell_of_admitted(op_index parent) {
        const local_dot local = log_->graph().dot_of(parent);
        const dot_type id = log_->dot_of(local);
        for (const address& key : parked_->waiting_for(id)) {
            if (wanted_by(key, id) != log_->address_of(local, walk_)) {
                equivocates(id, log_->address_of(local), wanted_by(key, id));
                refuse_parked(key);
            } else if (parking_.arrive(key, id) == 0) {
                retry(key);
            }
        }
    }

    void tell_of_refused(const orphaning& parent) {
        for (const address& key : parked_->waiting_for(parent.id)) {
            if (wanted_by(key, parent.id) == parent.content) {
                refuse_parked(key);
            }
        }
    }

    /// The address of the parent that a parked operation waits for under this dot.
    [[nodiscard]] const address& wanted_by(const address& child, const dot_type& parent) const {
        const parked_entry& waiting = *parked_->find(child);
        return waiting.waits_for[parking<Traits>::at_of(waiting, parent)].content;
    }

    void refuse_parked(const address& key) {
        const dot_type id = parking_.take(key).id;
        refuse(id, key, errc::refused_ancestor);
    }

    /// Takes one out of parking and considers it anew; it may go back.
    void retry(const address& key) {
        const parked_entry& entry = parking_.take(key);
        const std::uint64_t source = entry.source;
        auto opened = batch_reader<Traits>::open(entry.batch);
        WEFT_ASSERT(opened.has_value());
        static_cast<void>(opened->next(op_));
        const std::uint32_t applied = report_.applied;
        const std::uint32_t known = report_.known;
        consider(op_, key, source);
        report_.released += report_.applied - applied;
        report_.applied = applied;
        report_.known = known;
        for (parked_entry& next : candidates_) {
            --report_.parked;
            parking_.insert(std::move(next));
        }
        candidates_.clear();
    }

    void forget() {
        report_ = {};
        candidates_.clear();
        books_.forget_outside();
        orphaned_.clear();
        latest_ = {};
    }

    log_type* log_;
    parking<Traits>* parked_;
    refusals<Traits>* refused_;
    const parking_limits* limits_;
    const Clock* clock_;
    maybe<actor_id> own_;
    std::uint32_t before_;
    std::uint64_t now_ms_;
    timestamp latest_{};
    report_type report_;
    operation<Traits> op_;
    local_operation local_;
    parent_entry<actor_id, address> previous_{};  ///< the operation before, in this batch
    batch_books<Traits> books_;
    parking_changes<Traits> parking_;
    lean_vector<orphaning> orphaned_;  ///< who waits for them is refused too
    lean_vector<parked_entry> candidates_;
    lean_vector<local_dot> scratch_;
    typename log_type::address_walk walk_;
};

}  // namespace weft

#endif
