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
#include <weft/log/border_index.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/log/parking.hpp>
#include <weft/log/refusals.hpp>
#include <weft/wire/batch.hpp>

#include <cstdint>
#include <utility>

namespace weft {

/// What became of the operations of a batch, and what came of it. Every operation of the batch is
/// counted once: applied, known, parked or refused. On top come those that were parked before:
/// released, or named in `refused` too.
template <class Traits>
struct apply_report {
    using dot_type = dot<typename Traits::actor_id>;
    using address = typename Traits::hasher::digest_type;

    struct refusal {
        dot_type operation{};
        errc why{};
    };

    /// Two operations under one dot; reported once. Ours stays.
    struct equivocation {
        dot_type operation{};
        address held{};
        address refused{};
    };

    /// An effect for a known field that can't be decoded, or of another kind.
    struct void_entry {
        dot_type operation{};
        std::uint32_t collection = 0;  ///< tag
        std::uint32_t field = 0;       ///< tag
    };

    std::uint32_t applied = 0;
    std::uint32_t known = 0;
    std::uint32_t parked = 0;
    std::uint32_t released = 0;  ///< parked before, applied now
    lean_vector<refusal> refused;
    lean_vector<equivocation> equivocations;
    lean_vector<void_entry> voids;
    lean_vector<dot_type> missing;  ///< what parked operations wait for: ask for it
    bool actor_reused = false;      ///< an unknown operation bears this replica's own actor id
};

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
          own_(own), before_(log.size()), now_ms_(clock.now_ms()),
          first_serial_(parked.next_serial()) {}

    /// Takes a batch in. On an error, and on a throw, log and parking are as before.
    result<done> batch(byte_span bytes, std::uint64_t source) {
        auto opened = batch_reader<Traits>::open(bytes);
        if (!opened) {
            return opened.error();
        }
        WEFT_TRY {
            pass(*std::move(opened), source);
            if (!lies_.empty()) {
                find_lying_runs(again(bytes));
                undo();
                forget();
                [[maybe_unused]] const std::size_t lies = lies_.size();
                pass(again(bytes), source);
                WEFT_ASSERT(lies_.size() == lies);
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
        for (const address& key : inserted_) {
            if (parked_->contains(key)) {
                static_cast<void>(parked_->take(key));
            }
        }
        for (auto& back : taken_) {
            if (back.serial < first_serial_) {
                parked_->put_back(std::move(back));
            }
        }
        for (const arrival& back : arrivals_) {
            parked_->depart(back.child, back.parent);
        }
        inserted_.clear();
        taken_.clear();
        arrivals_.clear();
        first_serial_ = parked_->next_serial();
    }

    [[nodiscard]] report_type& report() noexcept { return report_; }

    /// The operations admitted are those from here to the log's end.
    [[nodiscard]] op_index first() const noexcept { return {before_}; }

    /// The greatest timestamp admitted.
    [[nodiscard]] timestamp latest() const noexcept { return latest_; }

private:
    using parked_entry = typename parking<Traits>::entry;
    using index = border_index<Traits>;

    enum kind : std::uint8_t { outside, lying_run, run_start };

    /// A refused operation.
    struct orphaning {
        dot_type id{};
        address content{};
    };

    /// A parent that came for what was parked before this call.
    struct arrival {
        address child{};
        dot_type parent{};
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
            if (lying(op_.id)) {
                // Not remembered: what was computed here may be an honest operation's address.
                report_.refused.push_back({op_.id, errc::address_mismatch});
                if (!lies && !holds(op_.id)) {
                    leave_outside(op_.id, content);
                }
            } else if (lies) {
                lies_.push_back(op_.id);
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
        } else if (const address* content = outside_address(parent.operation)) {
            parent.address = *content;
        } else if (const local_dot local = log_->local_of(parent.operation);
                   log_->graph().holds(local)) {
            parent.address = log_->address_of(local, walk_);
        }
    }

    /// Whether the operation is not the first of its causal run.
    [[nodiscard]] static bool goes_on(const operation<Traits>& op) noexcept {
        return op.parents.size() == 1 && op.parents[0].operation.actor == op.id.actor &&
               op.parents[0].operation.sequence + 1 == op.id.sequence;
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
                leave_outside(op.id, content);
                ++report_.known;
                return;
            }
            // Its turn has come: what it waited for may stand before it in this batch.
            unpark(content);
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
        leave_outside(id, content);
    }

    void park(const operation<Traits>& op, const address& content, std::uint64_t source) {
        leave_outside(op.id, content);
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

    /// Of this batch, and not in the log: refused or parked.
    void leave_outside(const dot_type& id, const address& content) {
        if (const auto* const before = books_.first({outside, 0, id, {}, 0});
            before != nullptr && before->kind == outside && before->id == id) {
            books_.erase(typename index::entry(*before));
        }
        books_.insert({outside, 0, id, content, 0});
    }

    [[nodiscard]] const address* outside_address(const dot_type& id) const {
        const auto* const found = books_.first({outside, 0, id, {}, 0});
        return found != nullptr && found->kind == outside && found->id == id ? &found->content
                                                                             : nullptr;
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
            put_back(next);
        }
        candidates_.clear();
    }

    void put_back(parked_entry& next) {
        inserted_.push_back(next.content);
        parked_->insert(std::move(next));
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
        for (const address& key : inserted_) {
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
            } else if (arrive(key, id) == 0) {
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

    std::uint32_t arrive(const address& child, const dot_type& parent) {
        if (parked_->find(child)->serial < first_serial_) {
            arrivals_.push_back({child, parent});
        }
        return parked_->arrive(child, parent);
    }

    void refuse_parked(const address& key) {
        const dot_type id = unpark(key).id;
        refuse(id, key, errc::refused_ancestor);
    }

    /// Takes one out of parking and considers it anew; it may go back.
    void retry(const address& key) {
        const parked_entry& entry = unpark(key);
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
            put_back(next);
        }
        candidates_.clear();
    }

    /// Takes an operation out of parking, so that undo() can put it back.
    const parked_entry& unpark(const address& key) {
        taken_.reserve_one();
        taken_.push_back(parked_->take(key));
        return taken_.back();
    }

    [[nodiscard]] bool lying(const dot_type& id) const {
        const auto* const found = books_.first({lying_run, 0, id, {}, 0});
        return found != nullptr && found->kind == lying_run && found->id.actor == id.actor &&
               found->value <= id.sequence;
    }

    /// Finds where the causal runs begin whose ends lie.
    void find_lying_runs(batch_reader<Traits>&& reader) {
        std::size_t next = 0;
        while (reader.next(op_)) {
            typename index::entry start{run_start, 0, {op_.id.actor, 0}, {}, op_.id.sequence};
            if (const auto* const known = books_.find(start); known == nullptr) {
                books_.insert(start);
            } else if (!goes_on(op_)) {
                books_.erase(start);
                books_.insert(start);
            } else {
                start.value = known->value;
            }
            if (next < lies_.size() && lies_[next] == op_.id) {  // in the order of the batch
                books_.insert({lying_run, 0, op_.id, {}, start.value});
                ++next;
            }
        }
    }

    void forget() {
        report_ = {};
        candidates_.clear();
        while (const auto* const left = books_.first({outside, 0, {}, {}, 0})) {
            if (left->kind != outside) {
                break;
            }
            books_.erase(typename index::entry(*left));
        }
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
    std::uint64_t first_serial_;  ///< of what is parked in this call
    timestamp latest_{};
    report_type report_;
    operation<Traits> op_;
    local_operation local_;
    parent_entry<actor_id, address> previous_{};  ///< the operation before, in this batch
    index books_;                                 ///< of this batch: what is outside, who lies
    lean_vector<orphaning> orphaned_;             ///< who waits for them is refused too
    lean_vector<parked_entry> candidates_;
    lean_vector<dot_type> lies_;
    lean_vector<address> inserted_;    ///< parked in this call
    lean_vector<parked_entry> taken_;  ///< out of parking in this call
    lean_vector<arrival> arrivals_;
    lean_vector<local_dot> scratch_;
    typename log_type::address_walk walk_;
};

}  // namespace weft

#endif
