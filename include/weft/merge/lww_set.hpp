/// Set in which, element by element, the addition or removal with the greatest stamp wins. Whether
/// their writers had seen each other does not matter: a removal also works against additions that
/// arrive later but were stamped before it, and of an element that was not there. clear() removes
/// the elements that are there when the transaction commits.
/// Lattice: per element a register, totally ordered by stamp (timestamp, then actor id), so there
/// are no ties; within one operation the last edit counts. Memory per element, also of a removed
/// one, for its removal must be remembered: the element and 32 bytes (base/value_table.hpp: 20 more
/// in large sets). Cost of an effect: O(1) expected per element. On the wire: set_effect.hpp,
/// without dots. Prefer add_wins_set where removed elements should leave nothing behind.
/// Iteration order is unspecified. Not thread-safe while it changes.
/// Source: LWW-element-set, Shapiro et al., INRIA RR-7506 (2011), section 3.3.3.
#ifndef WEFT_MERGE_LWW_SET_HPP
#define WEFT_MERGE_LWW_SET_HPP

#include <weft/base/digest_sum.hpp>
#include <weft/base/value_table.hpp>
#include <weft/merge/set_effect.hpp>
#include <weft/merge/set_entry.hpp>

#include <initializer_list>

namespace weft {

template <class T>
class lww_set {
    static_assert(codable<T>, "weft: lww_set<T> needs weft::codec<T>; specialise it for your type");

    /// The edit that won. A detached element has no stamp.
    struct last_edit {
        stamp at{};
        set_edit edit = set_edit::remove;

        [[nodiscard]] bool present() const noexcept { return edit == set_edit::add; }

        friend bool operator==(const last_edit&, const last_edit&) = default;
    };

    using table = value_table<T, last_edit>;

public:
    using value_type = T;
    using effect = set_effect<T>;
    static constexpr std::string_view policy_name = "lww_set";
    static constexpr std::uint32_t wire_kind = wire_kind_of<T>(14);
    static constexpr bool undoable = true;

    /// Over the elements that are present.
    using const_iterator = typename table::const_iterator;
    using iterator = const_iterator;

    lww_set() = default;

    /// A detached set, as a member of a record before its insert.
    lww_set(std::initializer_list<T> elements) {
        for (const T& element : elements) {
            insert(element);
        }
    }

    /// Edits a detached set; a record's set is edited in a transaction. True: it was not there.
    bool insert(T element) {
        last_edit& last = table_[place(std::move(element))].beside;
        const bool added = !last.present();
        last = {{}, set_edit::add};
        present_ += added ? 1U : 0U;
        return added;
    }

    /// Edits a detached set. True: it was there.
    bool erase(const T& element) {
        const std::uint32_t number = table_.find(element);
        if (number == table::none || !table_[number].beside.present()) {
            return false;
        }
        table_.erase(number);
        --present_;
        return true;
    }

    /// Empties a detached set.
    void clear() noexcept { *this = lww_set(); }

    /// O(1) expected.
    [[nodiscard]] bool contains(const T& element) const {
        const std::uint32_t number = table_.find(element);
        return number != table::none && table_[number].beside.present();
    }

    [[nodiscard]] std::size_t size() const noexcept { return present_; }

    [[nodiscard]] bool empty() const noexcept { return present_ == 0; }

    /// Passes over removed elements too.
    [[nodiscard]] const_iterator begin() const noexcept { return table_.begin(); }

    [[nodiscard]] const_iterator end() const noexcept { return table_.end(); }

    /// The elements, copied, in ascending order. O(n log n).
    [[nodiscard]] std::vector<T> value() const { return table_.sorted(); }

    /// The edit of the element that won; none before the first. O(1) expected.
    [[nodiscard]] stamp written(const T& element) const {
        const std::uint32_t number = table_.find(element);
        return number == table::none ? stamp{} : table_[number].beside.at;
    }

    /// Edits within a transaction; sees its own edits.
    class editor {
    public:
        editor(const lww_set& held, effect& pending) noexcept : held_(&held), pending_(&pending) {}

        editor(const editor&) = default;
        editor& operator=(const editor&) = delete;  // a set is not assigned

        void insert(T element) { pending_->stage(std::move(element), set_edit::add, 0); }

        void erase(T element) { pending_->stage(std::move(element), set_edit::remove, 0); }

        void clear() { pending_->stage_clear(); }

        /// O(edits in this transaction).
        [[nodiscard]] bool contains(const T& element) const {
            if (const auto* const staged = pending_->find(element)) {
                return staged->edit == set_edit::add;
            }
            return !pending_->clears && held_->contains(element);
        }

    private:
        const lww_set* held_;
        effect* pending_;
    };

    /// Removes what is there at commit, and adds the wanted elements.
    void replace(const lww_set& wanted, effect& out) const {
        out.stage_clear();
        out.items.reserve(wanted.size());
        for (const T& element : wanted) {
            out.stage(element, set_edit::add, 0);
        }
    }

    /// Settles the effect; a clear becomes the removals of what is there, and may leave it empty.
    void observe(effect& out, observed_list& /*dots*/) const {
        if (out.clears) {
            effect staged;
            staged.items.reserve(present_ + out.items.size());
            for (const T& element : *this) {
                staged.stage(element, set_edit::remove, 0);
            }
            for (auto& item : out.items) {
                staged.items.push_back(std::move(item));
            }
            out = std::move(staged);
        }
        out.settle();
    }

    /// For standing.hpp: the last insertion of each element. O(n).
    void standing(observed_list& dots) const {
        for (const auto& each : table_.entries()) {
            if (each.beside.present()) {
                dots.push_back({each.beside.at.operation, 0});
            }
        }
    }

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    /// Errors: those of set_effect; not_canonical for dots.
    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        if (observed != 0) {
            return {errc::not_canonical, in.offset()};
        }
        return effect::decode(in, 0);
    }

    /// True: an element came or went. Reports each edit that met one of the other kind.
    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& at, Report& report) {
        const std::uint32_t size_before = table_.size();
        WEFT_TRY {
            for (auto& item : sent.items) {
                item.dots = place(std::move(item.element));  // no dots here: the element's number
            }
        }
        WEFT_CATCH_ALL {
            while (table_.size() != size_before) {
                table_.erase(table_.size() - 1);
            }
            WEFT_RETHROW;
        }
        bool changed = false;
        for (const auto& item : sent.items) {
            changed |= settle(item, table_[item.dots].beside, at, report);
        }
        return changed;
    }

    /// For standing.hpp.
    template <class Report>
    void weigh(const effect& sent, observed_span /*dots*/, const event& at, Report& report) const {
        for (const auto& item : sent.items) {
            const std::uint32_t number = table_.find(item.element);
            if (number != table::none) {
                static_cast<void>(wins(item, table_[number].beside, at, report));
            }
        }
    }

    /// Per element, ascending by encoding: size, encoding, 1 if the last edit removed it, and that
    /// edit's stamp. O(n log n).
    void write_state(byte_writer& out, const actor_order& actors) const {
        encoded_order order;
        order.reserve(table_.size());
        for (std::uint32_t number = 0; number != table_.size(); ++number) {
            order.add(table_[number].value, number);
        }
        order.sort();
        for (const auto& each : order.entries()) {
            const last_edit& last = table_[static_cast<std::uint32_t>(each.index)].beside;
            out.varint(each.size);
            out.append(order.bytes(each));
            out.u8(static_cast<std::uint8_t>(last.edit));
            write_stamp(out, last.at, actors);
        }
    }

    /// Sum of the digests of the winning edits: equal exactly when write_state is, but for
    /// accidents of hashing. O(1); kept by apply().
    [[nodiscard]] digest<16> digest_sum() const noexcept { return digest_.value(); }

    /// Nothing was ever added or removed.
    [[nodiscard]] bool pristine() const noexcept { return table_.size() == 0; }

    /// Elements and stamps; of use within one replica only. O(n) expected.
    friend bool operator==(const lww_set& a, const lww_set& b) {
        if (a.table_.size() != b.table_.size()) {
            return false;
        }
        for (const auto& each : a.table_.entries()) {
            const std::uint32_t other = b.table_.find(each.value, each.hash);
            if (other == table::none || !(b.table_[other].beside == each.beside)) {
                return false;
            }
        }
        return true;
    }

private:
    /// Whether an edit takes the place of the last one; reports it if that is of the other kind.
    template <class Report>
    [[nodiscard]] static bool
    wins(const typename effect::item& item,
         const last_edit& last,
         const event& at,
         Report& report) noexcept(noexcept(report.decided(reason{}, {}, {}))) {
        const local_dot before = last.at.operation;
        const bool later = at.later_than(last.at);
        if (!last.at.none() && item.edit != last.edit && before != at.id.operation) {
            report.decided(reason::later_stamp, later ? at.id.operation : before,
                           later ? before : at.id.operation);
        }
        return later;
    }

    /// The element's number, made if there was none.
    std::uint32_t place(T&& element) {
        const std::uint64_t hash = table::hash_of(element);
        const std::uint32_t number = table_.find(element, hash);
        if (number != table::none) {
            return number;
        }
        table_.insert(std::move(element), hash);
        return table_.size() - 1;
    }

    template <class Report>
    bool settle(const typename effect::item& item,
                last_edit& last,
                const event& at,
                Report& report) noexcept(noexcept(report.decided(reason{}, {}, {}))) {
        const local_dot before = last.at.operation;
        if (!wins(item, last, at, report)) {
            return false;
        }
        if (!last.at.none()) {
            digest_.subtract(digest_of(item.name, last.edit, {before, 0}, at.actors));
        }
        digest_.add(digest_of(item.name, item.edit, {at.id.operation, 0}, at.actors));
        const bool was_present = last.present();
        last = {at.stamp(), item.edit};
        present_ += last.present() ? 1U : 0U;
        present_ -= was_present ? 1U : 0U;
        return last.present() != was_present;
    }

    table table_;
    std::size_t present_ = 0;
    weft::digest_sum digest_;
};

}  // namespace weft

#endif
