/// A replica: one copy of the data, writing under one actor id. Edits go in through transact(),
/// bytes through apply(); deltas come out by version vector. Replicas that hold the same operations
/// hold the same state, in whatever order they came.
///
///     alice.apply(bob.delta_since(alice.version())).value();
///
/// A replica is a movable value without globals; time and randomness enter through its environment
/// only. Not thread-safe: const functions may run on several threads at once, others alone.
/// The user's code in the middle of a change (an edit, a sink) may look, but not change the
/// replica: that throws bad_result with errc::reentered. Exceptions: bad_alloc, and what the user's
/// own code throws; then nothing happened. (If memory ended while an operation was applied, the
/// next call that reads the state makes it again, in O(history), and is then for one thread alone.)
#ifndef WEFT_REPLICA_HPP
#define WEFT_REPLICA_HPP

#include <weft/causal/traits.hpp>
#include <weft/log/causal_view.hpp>
#include <weft/log/difference.hpp>
#include <weft/log/exclusive.hpp>
#include <weft/log/listener.hpp>
#include <weft/log/operation_builder.hpp>
#include <weft/log/operation_log.hpp>
#include <weft/log/parking.hpp>
#include <weft/log/provenance.hpp>
#include <weft/log/refusals.hpp>
#include <weft/log/remaking.hpp>
#include <weft/log/snapshot.hpp>
#include <weft/log/timeline.hpp>
#include <weft/log/transaction.hpp>
#include <weft/log/undo.hpp>
#include <weft/model/views_of.hpp>
#include <weft/wire/batch.hpp>
#include <weft/wire/intake.hpp>
#include <weft/wire/log_batches.hpp>
#include <weft/wire/save_file.hpp>

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

struct replica_options {
    std::uint64_t max_skew_ms = default_max_skew_ms;  ///< no_skew_limit: for imports
    parking_limits parked{};
    /// A copy of the state is kept at the end of a call that makes it this many operations since
    /// the last copy; at() then replays from there. 0: none. Each costs the memory of the state.
    std::uint32_t checkpoint_every = 0;
};

/// Where time and randomness come from.
template <class Traits = default_traits>
struct environment {
    typename Traits::wall_clock clock{};
    typename Traits::random random{};
    replica_options options{};
};

template <class Schema, class Traits = default_traits, class Sink = no_sink>
class replica {
public:
    static_assert(replica_traits<Traits>, "weft: these traits lack something; see default_traits");

    using schema_type = Schema;
    using traits = Traits;
    using actor_id = typename Traits::actor_id;
    using record_id = typename Traits::record_id;
    using address = typename Traits::hasher::digest_type;
    using dot_type = dot<actor_id>;
    using vector_type = version_vector<actor_id>;
    using frontier_type = weft::frontier<actor_id>;
    using log_type = operation_log<Traits>;
    using report_type = apply_report<Traits>;
    using snapshot_type = snapshot<Schema, log_type>;
    using transaction_type = transaction<Schema, Traits, log_type>;

    /// A new, empty replica. The actor id must not be in use anywhere else, ever.
    explicit replica(const actor_id& actor, environment<Traits> around = {}, Sink sink = {})
        : actor_(actor), options_(around.options),
          clock_(std::move(around.clock), around.options.max_skew_ms),
          random_(std::move(around.random)), sink_(std::move(sink)) {}

    // A copy would write under the same actor id; save() and load() make a second replica.
    replica(const replica&) = delete;
    replica& operator=(const replica&) = delete;
    replica(replica&&) noexcept = default;
    replica& operator=(replica&&) noexcept = default;
    ~replica() = default;

    // --- writing

    /// Runs edit(tx) and commits what it gathered as one operation; gives what edit returns. No
    /// mutation, no operation. If edit throws or rolls back, nothing happened. Cost: O(effects and
    /// heads); a small write on one head allocates nothing, amortised.
    template <class Edit>
    auto transact(Edit&& edit) {
        const exclusive alone(changing_);
        staged_.begin(actor_, log_);
        transaction_type tx(staged_, current(), log_, random_, clock_.now_ms());
        if constexpr (std::is_void_v<decltype(edit(tx))>) {
            edit(tx);
            commit(tx);
        } else {
            auto answer = edit(tx);
            commit(tx);
            return answer;
        }
    }

    /// Makes an operation without mutations if there are several heads, so that one is left; says
    /// whether it did.
    bool join_heads() {
        const exclusive alone(changing_);
        if (log_.graph().heads().size() < 2) {
            return false;
        }
        made_.clear();
        sign_and_admit();
        return true;
    }

    /// Takes back what an operation contributed, by a new operation; leaves concurrent and later
    /// work as it is. What the operation had taken back shows again, unless a later effect that had
    /// seen it meant it too. False: it is undone already, nothing is made. Errors, nothing changed:
    /// missing_operation; cannot_undo if a part of it can't be taken back (max, min, fww,
    /// grow_only_set, bounded_counter, maps of these), is unknown to this schema, or is an undo:
    /// then use redo(). O(histories of its records); the first undo on a replica costs O(history).
    result<bool> undo(const dot_type& id) {
        static_assert(undoable_schema<Schema>,
                      "weft: nothing in this schema can be undone: none of its policies can take "
                      "an effect back");
        const exclusive alone(changing_);
        const auto target = undoable_here(id);
        if (!target) {
            return target.error();
        }
        if (current().marks().undone(*target)) {
            return false;
        }
        made_.clear();
        append_undo(made_, id);
        sign_and_admit();
        return true;
    }

    /// Takes the undos of an operation back that this replica knows; one that is concurrent stays.
    /// False: it is not undone. Errors and cost: those of undo(), but for cannot_undo.
    result<bool> redo(const dot_type& id) {
        const exclusive alone(changing_);
        const auto target = view().held(id);
        if (!target) {
            return target.error();
        }
        if (!current().marks().undone(*target)) {
            return false;
        }
        made_.clear();
        append_redo(made_, *target, current().marks(), log_);
        sign_and_admit();
        return true;
    }

    /// Whether an operation is undone. False if it is not held.
    [[nodiscard]] bool undone(const dot_type& id) const {
        return current().marks().undone(log_.local_of(id));
    }

    /// All marks of undos that are held, as local dots: for dumps.
    [[nodiscard]] const undo_marks& marks() const { return current().marks(); }

    /// Whether undo() would accept an operation. Errors: those of undo(). O(operation).
    [[nodiscard]] result<done> can_undo(const dot_type& id) const {
        const auto target = undoable_here(id);
        return target ? result<done>(done{}) : result<done>(target.error());
    }

    // --- exchanging

    /// Takes in a batch from elsewhere. `source` says from whom, for the limits on parked
    /// operations. Errors (of the bytes): nothing changed. Cost: linear in the bytes, plus what
    /// the policies and the graph need for each admitted operation.
    result<report_type> apply(byte_span bytes, std::uint64_t source = 0) {
        const exclusive alone(changing_);
        intake_type in(log_, parked_, refused_, options_.parked, clock_, actor_);
        if (const auto taken = in.batch(bytes, source); !taken) {
            return taken.error();
        }
        return finish(in);
    }

    /// Takes in one operation from this process: an importer's, a test's. The content address is
    /// computed here.
    report_type admit(operation<Traits> op, std::uint64_t source = 0) {
        const exclusive alone(changing_);
        intake_type in(log_, parked_, refused_, options_.parked, clock_, actor_);
        in.one(op, source);
        return finish(in);
    }

    /// When poll() will release parked operations: Unix milliseconds; none if none waits for time.
    [[nodiscard]] std::optional<std::uint64_t> next_due() const { return parked_.next_due(); }

    /// Releases parked operations whose time has come.
    report_type poll() {
        const exclusive alone(changing_);
        intake_type in(log_, parked_, refused_, options_.parked, clock_, actor_);
        in.due();
        return finish(in);
    }

    /// The operations that a peer with this version lacks, in causal order, as bytes; at most
    /// `operations_max` of them. The vector is the peer's claim and is not remembered. Cost:
    /// O(actors + runs and operations sent), not of the history. Own operations count as sent.
    [[nodiscard]] byte_buffer delta_since(const vector_type& theirs,
                                          std::uint32_t operations_max = ~0U) {
        lean_vector<causal_graph::log_run> runs;
        log_.graph().runs_missing(view().cut_of(theirs), runs);
        static_cast<void>(split_runs(runs, operations_max));
        byte_buffer bytes = encode_batch(log_, runs);
        for (const auto& run : runs) {
            if (log_.actor(run.slot) == actor_) {
                const sequence last = run.first + run.count - 1;
                sent_ = sent_ < last ? last : sent_;
            }
        }
        return bytes;
    }

    // --- reading

    /// The record, or null if it is missing or deleted. Valid until the replica changes.
    template <class Record>
    [[nodiscard]] const Record* find(const ref<Record, record_id>& record) const {
        return find<Record>(record.id);
    }

    template <class Record>
    [[nodiscard]] const Record* find(const record_id& id) const {
        const auto place = log_.find(tag<Record>, id);
        return place ? current().template table_of<Record>().find(place->row) : nullptr;
    }

    template <class Record>
    [[nodiscard]] const Record* find(const row_handle<Record>& handle) const {
        return current().template table_of<Record>().find(handle.row);
    }

    /// The record's place here, for hot writers; not valid() if no operation ever named it.
    template <class Record>
    [[nodiscard]] row_handle<Record> handle(const ref<Record, record_id>& record) const {
        const auto place = log_.find(tag<Record>, record.id);
        return place ? row_handle<Record>{place->row} : row_handle<Record>{};
    }

    /// The visible records of a collection, as entries {id, record}.
    template <class Record>
    [[nodiscard]] auto all() const {
        using table_type = std::remove_cvref_t<decltype(state_.template table_of<Record>())>;
        return record_range<table_type, log_type>(current().template table_of<Record>(), log_,
                                                  log_.find_collection(tag<Record>).value_or(0));
    }

    /// The records of a collection that are in view, as entries {id, record, ...}: those of all()
    /// that the schema's constraints let through, and deleted ones that they keep. Valid until the
    /// replica changes. Costs what changed since the last look (model/constraint_views.hpp).
    template <class Record>
    [[nodiscard]] auto view() {
        return looked_at().template view<Record>(current(), log_);
    }

    /// For what the schema's constraints do not hold, with winners and losers: a list of
    /// violation<record_id>, the same on every replica with the same operations.
    [[nodiscard]] auto violations() { return looked_at().violations(current(), log_); }

    /// A digest of the whole state, hidden metadata included. Replicas at the same frontier under
    /// the same schema have the same. O(what changed since the last call). Finds accidents, is no
    /// defence against someone who builds states on purpose.
    [[nodiscard]] digest<16> state_digest() { return combined(current().digests(log_)); }

    /// The same per tag, for builds with different schemas: compare over the tags that both schemas
    /// have. A tag that holds nothing has no digest.
    [[nodiscard]] lean_vector<tag_digest> state_digests() { return current().digests(log_); }

    /// The state as of a frontier that is held. Replays its causal past, from the nearest
    /// checkpoint (options) inside it. Errors: missing_operation.
    [[nodiscard]] result<snapshot_type> at(const frontier_type& when) const {
        const auto heads = view().held(when);
        if (!heads) {
            return heads.error();
        }
        return snapshot_type(checkpoints_.at(log_, log_.graph().version_of(*heads), &history_),
                             log_);
    }

    // --- why

    /// The mutations of a record, by stamp: who did what to which fields. Empty if no operation
    /// ever named it. The first call of these three costs O(history of the replica), later ones
    /// O(history of the record).
    template <class Record>
    [[nodiscard]] std::vector<history_entry<Traits>> history(const ref<Record, record_id>& record) {
        return why().template history<Record>(record.id);
    }

    /// Only those with an effect on one field.
    template <class Record, class Policy, class Owner>
    [[nodiscard]] std::vector<history_entry<Traits>> history(const ref<Record, record_id>& record,
                                                             Policy Owner::*member) {
        using fields = record_fields<Record>;
        return why().template history<Record>(
            record.id, fields::tags[fields::number_of(static_cast<Policy Record::*>(member))]);
    }

    /// Why a field reads as it does: whose writes stand, what they beat, which were concurrent,
    /// and the policy's reasons. Errors: no_such_record if no operation ever named the record.
    template <class Record, class Policy, class Owner>
    [[nodiscard]] result<explanation<Traits>> explain(const ref<Record, record_id>& record,
                                                      Policy Owner::*member) {
        return why().template explain<Record>(record.id, static_cast<Policy Record::*>(member));
    }

    /// Why the record is there, or not.
    template <class Record>
    [[nodiscard]] result<explanation<Traits>> explain(const ref<Record, record_id>& record) {
        return why().template explain<Record>(record.id);
    }

    /// Per field the operations that made what it reads. O(fields and what stands in them).
    template <class Record>
    [[nodiscard]] std::vector<field_blame<Traits>>
    blame(const ref<Record, record_id>& record) const {
        return provenance<Schema, Traits>(log_, current(), history_)
            .template blame<Record>(record.id);
    }

    /// What differs between the states of two frontiers. Costs as two at(). Errors:
    /// missing_operation.
    [[nodiscard]] result<weft::difference<Schema, Traits>> diff(const frontier_type& from,
                                                                const frontier_type& to) const {
        const auto before = view().held(from);
        const auto after = view().held(to);
        if (!before || !after) {
            return before ? after.error() : before.error();
        }
        const auto a = log_.graph().version_of(*before);
        const auto b = log_.graph().version_of(*after);
        return weft::difference<Schema, Traits>(checkpoints_.at(log_, a, &history_), a,
                                                checkpoints_.at(log_, b, &history_), b, log_);
    }

    // --- causality

    [[nodiscard]] const actor_id& actor() const noexcept { return actor_; }

    /// Operations held.
    [[nodiscard]] std::uint32_t size() const noexcept { return log_.size(); }

    /// What is held, per actor. O(actors log actors).
    [[nodiscard]] vector_type version() const { return view().vector_of(log_.graph().version()); }

    /// The operations that nothing held follows.
    [[nodiscard]] frontier_type frontier() const {
        return view().frontier_of(log_.graph().heads());
    }

    [[nodiscard]] bool holds(const dot_type& id) const {
        return log_.graph().holds(log_.local_of(id));
    }

    /// The content address of an operation. Errors: missing_operation.
    [[nodiscard]] result<address> address_of(const dot_type& id) const {
        return view().address_of(id);
    }

    /// An operation as a parent, for operation_builder. Errors: missing_operation.
    [[nodiscard]] result<parent_entry<actor_id, address>> parent(const dot_type& id) const {
        const auto content = address_of(id);
        if (!content) {
            return content.error();
        }
        return parent_entry<actor_id, address>{id, *content};
    }

    /// Whether `what` is in the frontier's past or of it. False if anything is not held.
    [[nodiscard]] bool contains(const frontier_type& of, const dot_type& what) const {
        return view().contains(of, what);
    }

    /// Errors: missing_operation.
    [[nodiscard]] result<causal_order> compare(const dot_type& a, const dot_type& b) const {
        return view().compare(a, b);
    }

    /// How many operations of each actor are in a frontier's past. Errors: missing_operation.
    [[nodiscard]] result<vector_type> version_of(const frontier_type& of) const {
        return view().version_of(of);
    }

    /// The heads of the causal closure of a vector; entries beyond what is held are cut.
    [[nodiscard]] frontier_type frontier_of(const vector_type& version) const {
        return view().frontier_of(version);
    }

    /// What is in a's past and not in b's, as ranges, ascending by actor. Errors:
    /// missing_operation.
    [[nodiscard]] result<std::vector<dot_range<actor_id>>>
    difference(const frontier_type& a, const frontier_type& b) const {
        return view().difference(a, b);
    }

    /// The maximal operations in both pasts (as `git merge-base --all`). Errors: missing_operation.
    [[nodiscard]] result<frontier_type> common_ancestors(const frontier_type& a,
                                                         const frontier_type& b) const {
        return view().common_ancestors(a, b);
    }

    /// What parked operations wait for, ascending: ask a peer for it.
    [[nodiscard]] lean_vector<dot_type> missing_operations() const { return parked_.missing(); }

    [[nodiscard]] const parking<Traits>& parked() const noexcept { return parked_; }

    [[nodiscard]] const hybrid_clock<typename Traits::wall_clock>& clock() const noexcept {
        return clock_;
    }

    [[nodiscard]] const log_type& log() const noexcept { return log_; }

    [[nodiscard]] Sink& sink() noexcept { return sink_; }

    // --- keeping

    /// The replica as bytes: its log, clock and parked operations. O(history).
    [[nodiscard]] byte_buffer save() const {
        save_file<Traits> file{actor_, clock_.latest(), sent_, {}, {}};
        const lean_vector<byte_buffer> batches = encode_log(log_);
        for (const byte_buffer& batch : batches) {
            file.log.push_back(batch);
        }
        parked_.each([&](const auto& entry) {
            file.parked.push_back({entry.source, entry.batch});
        });
        byte_buffer bytes;
        file.write(bytes);
        return bytes;
    }

    /// A saved replica that goes on under a fresh actor id: safe for restored and copied files.
    /// Errors: those of save_file::read and of the batch; actor_reused if the id is in the history.
    [[nodiscard]] static result<replica>
    load(byte_span bytes, const actor_id& fresh, environment<Traits> around = {}, Sink sink = {}) {
        return restore(bytes, &fresh, std::move(around), std::move(sink));
    }

    /// A saved replica that goes on under its own actor id. Only if the file is the latest, and
    /// nobody else resumes it: two that do will write different operations under one dot.
    [[nodiscard]] static result<replica>
    resume(byte_span bytes, environment<Traits> around = {}, Sink sink = {}) {
        return restore(bytes, nullptr, std::move(around), std::move(sink));
    }

    /// Makes the own operations that have not left this replica anew, under another actor id and
    /// the present clock, as if edited now; gives how many. For a clock that was wrong, or an id
    /// that turned out to be in use. Errors, nothing changed: other_kind if one has an effect that
    /// this schema does not know; actor_reused if the id is in the history; insufficient_rights if
    /// one took rights of a bounded_counter that only the old id has. O(history).
    result<std::uint32_t> reissue_unsent(const actor_id& fresh) {
        {
            const exclusive alone(changing_);  // no longer: the new replica takes this one's place
        }
        if (log_.find_actor(fresh)) {
            return errc::actor_reused;
        }
        const auto slot = log_.find_actor(actor_);
        const sequence last = slot ? log_.graph().count(*slot) : 0;
        const sequence left = slot ? own_that_left(*slot, last) : 0;  // they stay
        causal_graph::cut kept = log_.graph().version();
        if (slot) {
            kept[slot->value] = left;
        }
        replica made(fresh, {clock_.source(), random_, options_}, sink_);
        if (const errc failed = made.copy_operations(*this, kept); failed != errc::none) {
            return failed;
        }
        local_operation op;
        remade_events<log_type> events(log_, slot.value_or({}), left);
        for (sequence n = left + 1; slot && n <= last; ++n) {
            log_.read(log_.graph().index_of({*slot, n}), op);
            if (const errc failed = made.make_again(op, events); failed != errc::none) {
                return error_about(failed, dot_type{actor_, n});
            }
        }
        made.parked_ = std::move(parked_);
        *this = std::move(made);
        return last - left;
    }

private:
    using intake_type = intake<Traits, hybrid_clock<typename Traits::wall_clock>>;
    using listener_type = listener<Schema, Traits, Sink>;

    template <class Record>
    static constexpr std::uint32_t tag = Schema::tags[Schema::template number_of<Record>];

    [[nodiscard]] causal_view<Traits> view() const noexcept { return causal_view<Traits>(log_); }

    /// The view that answers why; its index goes through what came since the last time.
    [[nodiscard]] provenance<Schema, Traits> why() {
        const exclusive alone(changing_);
        history_.follow(log_);
        return {log_, current(), history_};
    }

    // --- local writes

    void commit(const transaction_type& tx) {
        if (tx.rolled_back() || staged_.empty()) {
            return;
        }
        made_.clear();
        staged_.write(current(), log_, made_);
        if (!made_.mutations.empty()) {
            sign_and_admit();
        }
    }

    /// How many of the own operations have left: in a batch, or else in a file, if another actor's
    /// operation follows them.
    [[nodiscard]] sequence own_that_left(actor_slot own, sequence last) const {
        const causal_graph& graph = log_.graph();
        lean_vector<local_dot> others;
        for (std::uint32_t slot = 0; slot < log_.actor_count(); ++slot) {
            if (slot != own.value && graph.count(actor_slot{slot}) != 0) {
                others.push_back({{slot}, graph.count(actor_slot{slot})});
            }
        }
        const causal_graph::cut past = graph.version_of(others);
        const sequence followed = own.value < past.size() ? past[own.value] : 0;
        const sequence sent = sent_ < last ? sent_ : last;
        return sent < followed ? followed : sent;
    }

    /// Stamps made_ with a dot, the heads as parents and the time; appends and applies it.
    void sign_and_admit() {
        const auto slot = log_.find_actor(actor_);
        const sequence count = slot ? log_.graph().count(*slot) : 0;
        if (count == ~sequence{0} || log_.size() == ~std::uint32_t{0} - 1) {
            WEFT_THROW(bad_result(errc::too_many_operations),
                       message(errc::too_many_operations).data());
        }
        made_.id = {actor_, count + 1};
        made_.schema_version = Schema::version;
        for (const local_dot head : log_.graph().heads()) {
            made_.parents.push_back({log_.dot_of(head), log_.address_of(head)});
        }
        if (made_.parents.size() > 1) {
            lean_sort(made_.parents.begin(), made_.parents.end(), parents_in_order{});
        }
        const auto clock = clock_;
        made_.at = clock_.tick();
        if (made_.at > last_admissible) {  // without a skew limit a peer can bring that about
            clock_ = clock;
            WEFT_THROW(bad_result(errc::out_of_range), message(errc::out_of_range).data());
        }
        const std::uint32_t before = log_.size();
        WEFT_TRY {
            static_cast<void>(log_.append(made_, weft::address_of(made_), local_));
            apply_local();
        }
        WEFT_CATCH_ALL {
            clock_ = clock;
            take_back(before);
            WEFT_RETHROW;
        }
        offer_checkpoint();
    }

    void apply_local() {
        voids_.clear();
        listener_type told(log_, sink_, voids_);
        told.begin(local_.id);
        state<Schema>& held = current();
        held.apply(local_, log_, told);
        if (held.unsettled() || history_.in_use()) {
            history_.follow(log_);
        }
        if (held.unsettled()) {
            held.settle_undos(log_, history_, nullptr, told);
        }
    }

    /// The operation, if it can be undone.
    [[nodiscard]] result<local_dot> undoable_here(const dot_type& id) const {
        const auto target = view().held(id);
        if (target) {
            local_operation op;
            log_.read(log_.graph().index_of(*target), op);
            if (!weft::can_undo<Schema>(op, log_)) {
                return error_about(errc::cannot_undo, id);
            }
        }
        return target;
    }

    // --- remote writes

    report_type finish(intake_type& in) {
        voids_.clear();
        report_type& report = in.report();
        WEFT_TRY {
            listener_type told(log_, sink_, voids_);
            if (history_.in_use() || !current().marks().empty()) {
                history_.follow(log_);
            }
            replay(current(), log_, in.first(), nullptr, told, &history_);
            for (const void_place& place : voids_) {
                report.voids.push_back(
                    {log_.dot_of(place.operation), place.collection, place.field});
            }
        }
        WEFT_CATCH_ALL {
            take_back(in.first().value);
            in.undo();
            WEFT_RETHROW;
        }
        if (in.latest() != timestamp{}) {
            clock_.witness(in.latest());
        }
        if (report.actor_reused) {
            retire();
        }
        offer_checkpoint();
        return std::move(report);
    }

    /// This actor id is in use elsewhere: go on under another.
    void retire() {
        static_assert(
            requires { actor_id::random(random_); },
            "weft: an actor_id type needs random(source), to go on under a fresh "
            "id if its own is in use elsewhere");
        actor_ = actor_id::random(random_);
        sent_ = 0;
    }

    /// After a failure in the middle of applying: back to `size` operations. A state that was
    /// half applied is thrown away, and made again by the next who asks for it: now memory has
    /// just ended.
    void take_back(std::uint32_t size) noexcept {
        if (log_.size() != size) {
            log_.truncate(size);
            checkpoints_.truncate(size);
            views_ = {};
            history_.forget();
            state_ = {};
            stale_ = true;
        }
    }

    /// The state of the log.
    [[nodiscard]] state<Schema>& current() const {
        if (stale_) {
            state<Schema> again;
            listener<Schema, Traits, no_sink> quiet(log_);
            replay(again, log_, {0}, nullptr, quiet, &history_);
            state_ = std::move(again);
            stale_ = false;
        }
        return state_;
    }

    /// The views of the present state.
    [[nodiscard]] const views_of<Schema>& looked_at() {
        static_assert(constrained_schema<Schema>,
                      "weft: this schema has no constraints (weft::constrained); use all()");
        if constexpr (constrained_schema<Schema>) {
            views_.refresh(current(), log_, !changing_);
        }
        return views_;
    }

    /// A checkpoint that there is no memory for is done without: what happened has happened.
    void offer_checkpoint() noexcept {
        WEFT_TRY {
            checkpoints_.offer(log_, state_, options_.checkpoint_every);
        }
        WEFT_CATCH_ALL {
            return;
        }
    }

    // --- restoring

    [[nodiscard]] static result<replica>
    restore(byte_span bytes, const actor_id* fresh, environment<Traits> around, Sink sink) {
        const auto file = save_file<Traits>::read(bytes);
        if (!file) {
            return file.error();
        }
        replica made(fresh != nullptr ? *fresh : file->actor, std::move(around), std::move(sink));
        for (const byte_span batch : file->log) {
            if (const auto taken = made.take_history(batch); !taken) {
                return taken.error().shifted(static_cast<std::size_t>(batch.data() - bytes.data()));
            }
        }
        if (fresh != nullptr && made.log_.find_actor(*fresh)) {
            return errc::actor_reused;
        }
        made.clock_.restart(file->clock);
        for (const auto& one : file->parked) {
            if (const auto back = made.park_again(one.batch, one.source); !back) {
                return back.error().shifted(
                    static_cast<std::size_t>(one.batch.data() - bytes.data()));
            }
        }
        if (fresh == nullptr) {
            made.sent_ = file->sent;
        }
        return made;
    }

    /// Takes in a batch of operations that were admitted before: no clock parks them.
    [[nodiscard]] result<done> take_history(byte_span batch) {
        auto clock = clock_;
        clock.set_max_skew_ms(no_skew_limit);
        intake_type in(log_, parked_, refused_, options_.parked, clock, {});
        if (const auto taken = in.batch(batch, 0); !taken) {
            return taken.error();
        }
        if (!in.report().refused.empty()) {
            return error_about(in.report().refused.front().why,
                               in.report().refused.front().operation);
        }
        if (in.report().parked != 0) {
            const auto& missing = in.report().missing;
            return missing.empty() ? error(errc::missing_operation)
                                   : error_about(errc::missing_operation, missing.front());
        }
        static_cast<void>(finish(in));
        return done{};
    }

    [[nodiscard]] result<done> park_again(byte_span batch, std::uint64_t source) {
        static constexpr parking_limits none{~0U, ~std::uint64_t{0}, ~0U, ~std::uint64_t{0}};
        intake_type in(log_, parked_, refused_, none, clock_, {});
        if (const auto taken = in.batch(batch, source); !taken) {
            return taken.error();
        }
        static_cast<void>(finish(in));
        return done{};
    }

    [[nodiscard]] errc copy_operations(const replica& from, const causal_graph::cut& kept) {
        lean_vector<causal_graph::log_run> runs;
        from.log_.graph().for_each_run({0}, [&](causal_graph::log_run run) {
            const sequence end = kept[run.slot.value];
            if (end >= run.first) {
                const sequence wanted = end - run.first + 1;
                run.count = run.count < wanted ? run.count : wanted;
                runs.push_back(run);
            }
        });
        const byte_buffer batch = encode_batch(from.log_, runs);
        const auto taken = take_history(batch);
        return taken ? errc::none : taken.error().code;
    }

    /// Makes an operation of another replica again, as if it were edited now.
    [[nodiscard]] errc make_again(const local_operation& op, remade_events<log_type>& events) {
        remaking<Schema, Traits> again(events, log_, current(), actor_, staged_);
        const errc failed = again.write(op, made_);
        if (failed == errc::none) {
            sign_and_admit();
        }
        return failed;
    }

    actor_id actor_;
    replica_options options_;
    hybrid_clock<typename Traits::wall_clock> clock_;
    typename Traits::random random_;
    Sink sink_;
    log_type log_;
    mutable state<Schema> state_;
    mutable bool stale_ = false;  ///< state_ has to be made again
    record_history history_;      ///< follows the log once it was asked for
    parking<Traits> parked_;
    refusals<Traits> refused_;
    checkpoints<Schema> checkpoints_;
    [[no_unique_address]] views_of<Schema> views_;
    sequence sent_ = 0;      ///< own operations that have left in a batch
    bool changing_ = false;  ///< a change is under way

    staging<Schema, Traits> staged_;  // scratch, kept for its memory
    operation<Traits> made_;
    local_operation local_;
    lean_vector<void_place> voids_;
};

}  // namespace weft

#endif
