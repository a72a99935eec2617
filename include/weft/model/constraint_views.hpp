/// The views of a constrained schema, kept beside the state: which records each constraint lets
/// through, who won and who lost. A function of the state alone; nothing here is ever sent.
///
/// Constraints are judged one after another in the order in which the schema declares them, each
/// among the records that those before it let through; references that stand next to each other are
/// one stage, judged together (reference_web.hpp). So declare `references<booking -> user,
/// cascade>` before `capacity<seats>` if the seat of a deleted user is to go to the next; and
/// behind it if what refers to a record without a seat is to go with it; both, if both. As many
/// stages as declared, each of which ends: no stage waits for a later one.
///
/// Nothing happens while the state changes. When somebody looks, the log says which records the new
/// operations named; those, and what a stage turns over through them, are judged again. Cost of a
/// look: O(operations since the last, their records, and as the constraints' headers say for
/// records that share a key with those or refer to them). Memory: 24 bytes a row, and each
/// constraint's own.
#ifndef WEFT_MODEL_CONSTRAINT_VIEWS_HPP
#define WEFT_MODEL_CONSTRAINT_VIEWS_HPP

#include <weft/causal/dot.hpp>
#include <weft/model/constraint_list.hpp>
#include <weft/model/reference_web.hpp>
#include <weft/model/schema.hpp>
#include <weft/model/table.hpp>
#include <weft/model/view_range.hpp>

#include <utility>

namespace weft {

template <class Schema>
class constraint_views {
public:
    using schema_type = Schema;
    using list = typename Schema::constraints;

    template <class Record>
    using table_type = table<
        std::tuple_element_t<Schema::template number_of<Record>, typename Schema::collections>>;

    constraint_views() noexcept {
        each([&]<std::size_t Number>() {
            if constexpr (list::refers[Number]) {
                using constraint = typename list::template nth<Number>;
                reference_links& links = value_at<Number>(memories_);
                links.source = collection_of<typename constraint::record_type>;
                links.target = collection_of<typename constraint::target_type>;
                links.action = constraint::action;
            }
        });
    }

    [[nodiscard]] const stage_marks& marks() const noexcept { return marks_; }

    /// Judges anew what the operations since the last call named. `settled`: `held` is the state of
    /// all of `log`; else (in the middle of a change) the same operations are looked at once more
    /// next time. If it throws, the next call begins from nothing.
    template <class State, class Log>
    void refresh(const State& held, const Log& log, bool settled) {
        if (seen_ == log.size()) {
            return;
        }
        WEFT_TRY {
            gather(held, log);
            each([&]<std::size_t Number>() { judge<Number>(held, log); });
            flag_references();
        }
        WEFT_CATCH_ALL {
            *this = constraint_views();
            WEFT_RETHROW;
        }
        marks_.settle();
        seen_ = settled ? log.size() : seen_;
    }

    template <class Record, class State, class Log>
    [[nodiscard]] auto view(const State& held, const Log& log) const {
        return view_range<constraint_views, Record, Log>(*this, held.template table_of<Record>(),
                                                         log);
    }

    /// All violations, in the order of the constraints, then of the keys' bytes.
    /// O(v log v + the records named).
    template <class State, class Log>
    [[nodiscard]] auto violations(const State& held, const Log& log) const {
        std::vector<violation<typename Log::record_id>> all;
        each([&]<std::size_t Number>() {
            const auto& groups = groups_of<Number>();
            lean_vector<std::uint32_t> order(groups.flagged());
            lean_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
                return bytes_less(groups[a].key, groups[b].key);
            });
            for (const std::uint32_t group : order) {
                if constexpr (list::refers[Number]) {
                    name_reference<Number>(group, log, all);
                } else {
                    name_choice<Number>(group, held, log, all);
                }
            }
        });
        return all;
    }

    /// For view_range.
    template <auto Field, class Record, class Log>
    [[nodiscard]] auto shown(const Record& record, const Log& log) const {
        constexpr std::size_t number = reference_number<Field, Record>();
        static_assert(number != list::count,
                      "weft: no weft::references of this schema is about that field");
        using constraint = typename list::template nth<number>;
        using record_id = typename Log::record_id;
        constexpr std::uint32_t target = collection_of<typename constraint::target_type>;
        const auto shows = [&](const record_id& id) {
            const auto place = log.find(Schema::tags[target], id);
            return constraint::action != on_delete::set_null || !place ||
                   marks_.passed({target, place->row}, list::stages);
        };
        if constexpr (constraint::many) {
            std::vector<record_id> ids;
            constraint::template each_target<record_id>(record, [&](const record_id& id) {
                if (shows(id)) {
                    ids.push_back(id);
                }
            });
            lean_sort(ids.data(), ids.data() + ids.size());
            return ids;
        } else {
            std::optional<record_id> one;
            constraint::template each_target<record_id>(record, [&](const record_id& id) {
                if (shows(id)) {
                    one = id;
                }
            });
            return one;
        }
    }

private:
    static constexpr std::uint32_t none = stage_marks::none;

    template <class Record>
    static constexpr std::uint32_t
        collection_of = static_cast<std::uint32_t>(Schema::template number_of<Record>);

    template <class Visitor>
    static constexpr void each(Visitor&& visitor) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (visitor.template operator()<I>(), ...);
        }
        (std::make_index_sequence<list::count>{});
    }

    /// The reference about a field; if there are several, the one that shows null.
    template <auto Field, class Record>
    [[nodiscard]] static constexpr std::size_t reference_number() {
        std::size_t found = list::count;
        each([&]<std::size_t Number>() {
            using constraint = typename list::template nth<Number>;
            if constexpr (list::refers[Number]) {
                if constexpr (std::is_same_v<typename constraint::record_type, Record> &&
                              std::is_same_v<decltype(Field),
                                             std::remove_const_t<decltype(constraint::field)>>) {
                    constexpr bool nulls = constraint::action == on_delete::set_null;
                    found = constraint::field == Field && (nulls || found == list::count) ? Number
                                                                                          : found;
                }
            }
        });
        return found;
    }

    template <std::size_t Number>
    [[nodiscard]] const key_groups& groups_of() const noexcept {
        if constexpr (list::refers[Number]) {
            return value_at<Number>(memories_).groups;
        } else {
            return value_at<Number>(memories_);
        }
    }

    // --- what is in question

    template <class State, class Log>
    void gather(const State& held, const Log& log) {
        log.graph().for_each_run(op_index{seen_}, [&](const auto& run) {
            log.for_each(run, [&](const auto& op) {
                held.each_record(op, log, [&](std::size_t number, std::uint32_t row) {
                    const presence found = held.presence_of(number, row);
                    if (found != presence::unknown) {  // else it is about to be applied
                        marks_.edit({static_cast<std::uint32_t>(number), row},
                                    found == presence::visible);
                    }
                });
            });
        });
    }

    template <std::size_t Number, class State, class Log>
    void judge(const State& held, const Log& log) {
        using constraint = typename list::template nth<Number>;
        if constexpr (!constraint::refers) {
            choose<Number>(held, log);
        } else if constexpr (Number == 0 || !list::refers[Number - 1]) {
            refer<Number>(held, log);
        }
    }

    // --- unique and capacity

    template <std::size_t Number, class State, class Log>
    void choose(const State& held, const Log& log) {
        using constraint = typename list::template nth<Number>;
        constexpr std::uint32_t stage = list::stage_of(Number);
        constexpr std::uint32_t collection = collection_of<typename constraint::record_type>;
        const auto& rows = held.template table_of<typename constraint::record_type>();
        key_groups& groups = value_at<Number>(memories_);
        byte_buffer key;
        for (const auto& question : marks_.questions()) {
            const row_name name = question.name;
            const bool edited = question.edited;
            if (name.collection != collection) {
                continue;
            }
            key.clear();
            const bool has_key = marks_.passed(name, stage - 1) &&
                                 constraint::filter::holds(rows[name.row].record) &&
                                 constraint::key::write(rows[name.row].record, key);
            if (!groups.assign(name.row, key, has_key ? 1 : 0) && edited && has_key) {
                const std::uint32_t group = groups.links(name.row)[0].group;
                if (groups.flagged(group)) {
                    groups.make_dirty(group);  // its rank may be another
                }
            }
        }
        groups.clean([&](std::uint32_t group) { choose_in<Number>(group, rows, log); });
        for (std::size_t i = 0; i != marks_.questions().size(); ++i) {
            const row_name name = marks_.questions()[i].name;
            const auto links = name.collection == collection ? groups.links(name.row)
                                                             : lean_span<key_groups::link>();
            if (links.empty() || !groups.flagged(links[0].group)) {
                marks_.set(name, stage, marks_.passed(name, stage - 1));
                if (name.collection == collection) {
                    marks_.set_lost(name, Number, false);
                }
            }
        }
    }

    template <std::size_t Number, class Rows, class Log>
    void choose_in(std::uint32_t group, const Rows& rows, const Log& log) {
        using constraint = typename list::template nth<Number>;
        key_groups& groups = value_at<Number>(memories_);
        const bool over = groups[group].members.size() > constraint::limit;
        if (!over && !groups.flagged(group)) {
            return;  // all win, as before; newcomers are in question themselves
        }
        groups.flag(group, over);
        const auto order = ranked<Number>(group, rows, log);
        for (std::size_t i = 0; i != order.size(); ++i) {
            const row_name name{collection_of<typename constraint::record_type>, order[i]};
            const bool loses = i >= constraint::limit;
            marks_.set(name, list::stage_of(Number), !loses || !constraint::hides);
            marks_.set_lost(name, Number, loses);
        }
    }

    /// The rows of a group, best first. Sorted by id beforehand, so that the outcome is the same
    /// everywhere even if the user's function is no order.
    template <std::size_t Number, class Rows, class Log>
    [[nodiscard]] lean_vector<std::uint32_t>
    ranked(std::uint32_t group, const Rows& rows, const Log& log) const {
        using constraint = typename list::template nth<Number>;
        const std::uint32_t collection =
            log.find_collection(Schema::tags[collection_of<typename constraint::record_type>])
                .value_or(0);
        lean_vector<std::uint32_t> order;
        for (const auto& member : value_at<Number>(memories_)[group].members) {
            order.push_back(member.row);
        }
        const auto by_id = [&](std::uint32_t a, std::uint32_t b) {
            return log.id_of({collection, a}) < log.id_of({collection, b});
        };
        const actor_order actors = log.order();
        lean_sort(order.begin(), order.end(), by_id);
        lean_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            WEFT_STEP(1);
            const int decided = constraint::rule::template compare<typename constraint::key>(
                rows[a].record, rows[b].record, actors);
            return decided != 0 ? decided < 0 : by_id(a, b);
        });
        return order;
    }

    // --- references

    /// The stage that begins with this reference.
    template <std::size_t First, class State, class Log>
    void refer(const State& held, const Log& log) {
        constexpr std::uint32_t stage = list::stage_of(First);
        const reference_links* links[list::count];
        std::size_t count = 0;
        each([&]<std::size_t Number>() {
            if constexpr (list::refers[Number] && list::stage_of(Number) == stage) {
                link<Number>(held, log);
                links[count++] = &value_at<Number>(memories_);
            }
        });
        reference_web(marks_, {links, count}, stage).judge();
    }

    /// Writes down whom the edited records refer to, and who refers to new ones.
    template <std::size_t Number, class State, class Log>
    void link(const State& held, const Log& log) {
        using constraint = typename list::template nth<Number>;
        using record_id = typename Log::record_id;
        using identifier = identifier_traits<record_id>;
        reference_links& links = value_at<Number>(memories_);
        const auto& rows = held.template table_of<typename constraint::record_type>();
        const auto target_collection = log.find_collection(Schema::tags[links.target]);
        byte_buffer ids;
        for (std::size_t i = 0; i != marks_.questions().size(); ++i) {
            const row_name name = marks_.questions()[i].name;
            const bool edited = marks_.questions()[i].edited;
            if (edited && name.collection == links.target && links.group_of(name.row) == none) {
                std::byte id[identifier::size];
                identifier::write(log.id_of({*target_collection, name.row}), id);
                const std::uint32_t group = links.groups.find(id);
                if (group != none) {
                    links.resolve(group, name.row);
                }
            }
            if (edited && name.collection == links.source) {
                lean_vector<record_id> targets;
                constraint::template each_target<record_id>(
                    rows[name.row].record, [&](const record_id& id) { targets.push_back(id); });
                lean_sort(targets.begin(), targets.end());
                ids.resize(targets.size() * identifier::size);
                for (std::size_t k = 0; k != targets.size(); ++k) {
                    identifier::write(targets[k], ids.data() + k * identifier::size);
                }
                lean_vector<row_name> before_this;
                links.each_target(name.row,
                                  [&](row_name target) { before_this.push_back(target); });
                if (links.groups.assign(name.row, ids, targets.size())) {
                    for (const row_name target : before_this) {
                        marks_.ask(target).rewired = list::stage_of(Number);
                    }
                    marks_.ask(name).rewired = list::stage_of(Number);
                    find_targets(links, name.row, targets, log);
                }
            }
        }
    }

    template <class Ids, class Log>
    void find_targets(reference_links& links, std::uint32_t row, const Ids& ids, const Log& log) {
        const auto held = links.groups.links(row);
        for (std::size_t i = 0; i != held.size(); ++i) {
            if (links.groups[held[i].group].target == none) {
                const auto place = log.find(Schema::tags[links.target], ids[i]);
                if (place) {
                    links.resolve(held[i].group, place->row);
                }
            }
        }
    }

    /// Flags the targets of which violations() is to speak: those that are not in view, and dead
    /// ones that are.
    void flag_references() {
        each([&]<std::size_t Number>() {
            if constexpr (list::refers[Number]) {
                reference_links& links = value_at<Number>(memories_);
                for (const auto& question : marks_.questions()) {
                    if (question.name.collection == links.target) {
                        const std::uint32_t group = links.group_of(question.name.row);
                        if (group != none) {
                            flag_reference(links, group);
                        }
                    }
                    if (question.edited && question.name.collection == links.source) {
                        for (const auto& link : links.groups.links(question.name.row)) {
                            flag_reference(links, link.group);
                        }
                    }
                }
            }
        });
    }

    void flag_reference(reference_links& links, std::uint32_t group) {
        const row_name target{links.target, links.groups[group].target};
        links.groups.flag(group, target.row == none || !marks_.passed(target, list::stages) ||
                                     (links.action == on_delete::restrict && marks_.dead(target)));
    }

    // --- violations

    template <std::size_t Number, class Log>
    [[nodiscard]] auto
    begin_violation(violation_kind kind, const Log& /*log*/, std::uint32_t group) const {
        using constraint = typename list::template nth<Number>;
        using collection = std::tuple_element_t<collection_of<typename constraint::record_type>,
                                                typename Schema::collections>;
        violation<typename Log::record_id> made;
        made.constraint = constraint::name;
        made.collection = collection::name;
        made.kind = kind;
        made.key = groups_of<Number>()[group].key;
        return made;
    }

    template <std::size_t Number, class State, class Log, class List>
    void name_choice(std::uint32_t group, const State& held, const Log& log, List& all) const {
        using constraint = typename list::template nth<Number>;
        const auto& rows = held.template table_of<typename constraint::record_type>();
        auto made = begin_violation<Number>(constraint::kind, log, group);
        const std::uint32_t collection =
            log.find_collection(Schema::tags[collection_of<typename constraint::record_type>])
                .value_or(0);
        const auto order = ranked<Number>(group, rows, log);
        for (std::size_t i = 0; i != order.size(); ++i) {
            (i < constraint::limit ? made.winners : made.losers)
                .push_back(log.id_of({collection, order[i]}));
        }
        all.push_back(std::move(made));
    }

    template <std::size_t Number, class Log, class List>
    void name_reference(std::uint32_t group, const Log& log, List& all) const {
        const reference_links& links = value_at<Number>(memories_);
        const row_name target{links.target, links.groups[group].target};
        const bool unknown = target.row == none || !marks_.known(target);
        const bool kept = !unknown && marks_.passed(target, list::stages);
        auto made = begin_violation<Number>(unknown ? violation_kind::target_unknown
                                            : kept  ? violation_kind::target_kept
                                                    : violation_kind::target_gone,
                                            log, group);
        const std::uint32_t collection =
            log.find_collection(Schema::tags[links.source]).value_or(0);
        auto& named = kept ? made.winners : made.losers;
        for (const auto& member : links.groups[group].members) {
            const row_name source{links.source, member.row};
            constexpr std::uint32_t stage = list::stage_of(Number);
            if (marks_.passed(source, stage) || (!kept && marks_.passed(source, stage - 1))) {
                named.push_back(log.id_of({collection, member.row}));
            }
        }
        if (named.empty()) {
            return;  // nobody who refers to it is there
        }
        lean_sort(named.data(), named.data() + named.size());
        all.push_back(std::move(made));
    }

    stage_marks marks_;
    typename list::memories memories_{};
    std::uint32_t seen_ = 0;  ///< operations of the log, from its beginning
};

}  // namespace weft

#endif
