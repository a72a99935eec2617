/// A small world with every kind of constraint, and the oracle: all constraints judged from
/// scratch, as their headers define them, over a state made anew from the log.
#ifndef WEFT_TESTS_REPLICA_CONSTRAINTS_MODEL_HPP
#define WEFT_TESTS_REPLICA_CONSTRAINTS_MODEL_HPP

#include <weft/merge/update_wins.hpp>
#include <weft/model/constrained.hpp>

#include "replica/todo.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace weft::test {

struct guest {
    BOOST_HANA_DEFINE_STRUCT(guest,
                             (lww<std::optional<std::string>>, email),
                             (lww<std::optional<uuid>>, host),
                             (lww<bool>, retired));
};

struct room {
    BOOST_HANA_DEFINE_STRUCT(room, (lww<std::string>, name), (lww<int>, floor));
};

struct booking {
    BOOST_HANA_DEFINE_STRUCT(booking,
                             (lww<std::optional<uuid>>, by_whom),
                             (lww<uuid>, where),
                             (lww<int>, fee),
                             (add_wins_set<uuid>, company));
};

[[nodiscard]] inline bool active(const guest& of) {
    return !of.retired.value();
}

using hotel = constrained<
    schema<1,
           collection<"guests", guest>,
           collection<"rooms", room, update_wins>,
           collection<"bookings", booking, lww_delete>>,
    unique<"one email", by<&guest::email>, where<&active>>,
    references<"the guest's host", &guest::host, guest, on_delete::cascade>,
    references<"who booked", &booking::by_whom, guest, on_delete::cascade>,
    references<"the booked room", &booking::where, room, on_delete::restrict>,
    capacity<"beds", 2, by<&booking::where>, highest<&booking::fee, first_write_wins>>,
    unique<"one name a floor", by<&room::floor, &room::name>, last_write_wins, flag_losers>,
    references<"company", &booking::company, guest, on_delete::set_null>>;

using hotel_replica = replica<hotel, test_traits>;
using hotel_violation = violation<uuid>;

/// Everything the views say, in one comparable value.
struct hotel_view {
    std::map<std::string, std::set<uuid>> shown;
    std::set<uuid> flagged;
    std::map<uuid, std::vector<uuid>> company;
    std::vector<hotel_violation> violations;

    friend bool operator==(const hotel_view&, const hotel_view&) = default;
};

/// What the replica says.
[[nodiscard]] inline hotel_view seen_by(hotel_replica& at) {
    hotel_view seen;
    seen.violations = at.violations();
    for (const auto entry : at.view<guest>()) {
        seen.shown["guests"].insert(entry.id);
    }
    for (const auto entry : at.view<room>()) {
        seen.shown["rooms"].insert(entry.id);
        if (entry.lost()) {
            seen.flagged.insert(entry.id);
        }
    }
    for (const auto entry : at.view<booking>()) {
        seen.shown["bookings"].insert(entry.id);
        seen.company[entry.id] = entry.shown<&booking::company>();
    }
    return seen;
}

/// What the definitions say.
class hotel_oracle {
public:
    explicit hotel_oracle(const hotel_replica& at) : log_(at.log()) {
        listener<hotel, test_traits, no_sink> quiet(log_);
        replay(state_, log_, {0}, nullptr, quiet);
        gather<guest>(guests_);
        gather<room>(rooms_);
        gather<booking>(bookings_);
    }

    [[nodiscard]] hotel_view judge() {
        choose(
            guests_, 1, "one email", "guests", violation_kind::duplicate, true,
            [](const guest& g) { return active(g) ? key({text(g.email.value())}) : no_key(); },
            [&](const guest& a, const guest& b) { return before(a.email, b.email); });
        refer();
        choose(
            bookings_, 2, "beds", "bookings", violation_kind::over_capacity, true,
            [](const booking& b) { return key({encoded(b.where.value())}); },
            [&](const booking& a, const booking& b) {
                return a.fee.value() != b.fee.value() ? a.fee.value() > b.fee.value()
                                                      : before(a.where, b.where);
            });
        choose(
            rooms_, 1, "one name a floor", "rooms", violation_kind::duplicate, false,
            [](const room& r) {
                return key({encoded(r.floor.value()), encoded(r.name.value())});
            },
            [&](const room& a, const room& b) { return before(latest(b), latest(a)); });
        name_references();
        hotel_view seen;
        show("guests", guests_, seen);
        show("rooms", rooms_, seen);
        show("bookings", bookings_, seen);
        for (auto& [id, row] : rooms_) {
            if (row.out && row.flagged) {
                seen.flagged.insert(id);
            }
        }
        for (auto& [id, row] : bookings_) {
            if (row.out) {
                auto& shown = seen.company[id];
                for (const uuid& one : row.record->company.value()) {
                    if (guests_.count(one) == 0 || guests_.at(one).out) {
                        shown.push_back(one);
                    }
                }
            }
        }
        std::stable_sort(violations_.begin(), violations_.end(), [](const auto& a, const auto& b) {
            return place_of(a.constraint) != place_of(b.constraint)
                       ? place_of(a.constraint) < place_of(b.constraint)
                       : bytes_less(a.key, b.key);
        });
        seen.violations = violations_;
        return seen;
    }

private:
    template <class Record>
    struct judged {
        const Record* record = nullptr;
        bool there = false;
        bool out = false;
        bool flagged = false;
        bool referring = false;  ///< let through to the references, or kept by them
    };

    template <class Record>
    using rows = std::map<uuid, judged<Record>>;

    using maybe_key = std::optional<std::vector<byte_buffer>>;

    static maybe_key no_key() { return std::nullopt; }

    static std::optional<byte_buffer> text(const std::optional<std::string>& value) {
        return value ? std::optional(encoded(*value)) : std::nullopt;
    }

    static maybe_key key(const std::vector<std::optional<byte_buffer>>& parts) {
        std::vector<byte_buffer> all;
        for (const auto& part : parts) {
            if (!part) {
                return std::nullopt;
            }
            all.push_back(*part);
        }
        return all;
    }

    /// A single part as it is, several each after its length (all short here).
    static byte_buffer key_bytes(const std::vector<byte_buffer>& parts) {
        byte_buffer bytes;
        for (const byte_buffer& part : parts) {
            if (parts.size() > 1) {
                bytes.push_back(static_cast<std::byte>(part.size()));
            }
            bytes.insert(bytes.end(), part.begin(), part.end());
        }
        return bytes;
    }

    /// Timestamp, then actor id.
    using date = std::tuple<std::uint64_t, actor_id>;

    [[nodiscard]] date date_of(const stamp& written) const {
        return written.none() ? date{}
                              : date{written.at.bits, log_.dot_of(written.operation).actor};
    }

    template <class T>
    [[nodiscard]] bool before(const lww<T>& a, const lww<T>& b) const {
        return date_of(a.written()) < date_of(b.written());
    }

    [[nodiscard]] bool before(const date& a, const date& b) const { return a < b; }

    [[nodiscard]] date latest(const room& of) const {
        return std::max(date_of(of.floor.written()), date_of(of.name.written()));
    }

    static std::size_t place_of(std::string_view name) {
        return hotel::constraints::number_of(name);
    }

    template <class Record>
    void gather(rows<Record>& into) {
        constexpr std::size_t number = hotel::number_of<Record>;
        const auto collection = log_.find_collection(hotel::tags[number]);
        const auto& held = state_.template table_of<Record>();
        for (std::uint32_t i = 0; collection && i < held.size(); ++i) {
            const bool there = held.find(i) != nullptr;
            into[log_.id_of({*collection, i})] = {&held[i].record, there, there, false, false};
        }
    }

    template <class Record, class Key, class Better>
    void choose(rows<Record>& among,
                std::size_t limit,
                std::string_view name,
                std::string_view collection,
                violation_kind kind,
                bool hides,
                const Key& key_of,
                const Better& better) {
        std::map<std::vector<byte_buffer>, std::vector<uuid>> groups;
        for (const auto& [id, row] : among) {
            if (const auto key = row.out ? key_of(*row.record) : no_key()) {
                groups[*key].push_back(id);
            }
        }
        for (auto& [key, ids] : groups) {
            if (ids.size() <= limit) {
                continue;
            }
            std::stable_sort(ids.begin(), ids.end(), [&](const uuid& a, const uuid& b) {
                return better(*among.at(a).record, *among.at(b).record);
            });
            hotel_violation found{name, collection, kind, key_bytes(key), {}, {}};
            for (std::size_t i = 0; i != ids.size(); ++i) {
                const bool wins = i < limit;
                (wins ? found.winners : found.losers).push_back(ids[i]);
                among.at(ids[i]).out = wins || !hides;
                among.at(ids[i]).flagged = !wins && !hides;
            }
            violations_.push_back(found);
        }
    }

    /// The three references that stand together.
    void refer() {
        const auto guests_in = guests_;
        const auto rooms_in = rooms_;
        const auto bookings_in = bookings_;
        std::set<uuid> kept;
        while (true) {
            guests_ = guests_in;
            bookings_ = bookings_in;
            rooms_ = rooms_in;
            for (const uuid& id : kept) {
                rooms_.at(id).out = true;
            }
            for (bool changed = true; changed;) {
                changed = false;
                for (auto& [id, row] : guests_) {
                    if (row.out && gone(row.record->host.value())) {
                        row.out = false;
                        changed = true;
                    }
                }
            }
            for (auto& [id, row] : bookings_) {
                row.out = row.out && !gone(row.record->by_whom.value());
            }
            std::set<uuid> next = kept;
            for (auto& [id, row] : bookings_) {
                const auto target = rooms_.find(row.record->where.value());
                if (row.out && target != rooms_.end() && !target->second.there) {
                    next.insert(target->first);
                }
            }
            if (next == kept) {
                break;
            }
            kept = next;
        }
        for (auto& [id, row] : guests_) {
            row.referring = guests_in.at(id).out;
        }
        for (auto& [id, row] : bookings_) {
            row.referring = bookings_in.at(id).out;
        }
    }

    [[nodiscard]] bool gone(const std::optional<uuid>& target) const {
        return target && guests_.count(*target) != 0 && !guests_.at(*target).out;
    }

    /// (The bookings that go with who booked them are let through to the others of their stage.)
    void name_references() {
        for (const auto& [id, row] : guests_) {
            if (row.referring && row.record->host.value()) {
                note("the guest's host", "guests", guests_, *row.record->host.value(), id, false,
                     true);
            }
        }
        for (const auto& [id, row] : bookings_) {
            const bool stays = row.referring && !gone_at_stage(*row.record);
            if (row.referring && row.record->by_whom.value()) {
                note("who booked", "bookings", guests_, *row.record->by_whom.value(), id, false,
                     true);
            }
            if (row.referring) {
                note("the booked room", "bookings", rooms_, row.record->where.value(), id, true,
                     stays);
            }
            if (row.out) {
                for (const uuid& one : row.record->company.value()) {
                    note("company", "bookings", guests_, one, id, false, true);
                }
            }
        }
        for (const auto& [where, found] : notes_) {
            if (!found.winners.empty() || !found.losers.empty()) {
                violations_.push_back(found);
            }
        }
    }

    [[nodiscard]] bool gone_at_stage(const booking& of) const { return gone(of.by_whom.value()); }

    template <class Record>
    void note(std::string_view name,
              std::string_view collection,
              const rows<Record>& targets,
              const uuid& target,
              const uuid& source,
              bool restricts,
              bool stays) {
        const auto at = targets.find(target);
        const bool known = at != targets.end();
        const bool out = known && at->second.out;
        const bool kept = restricts && out && !at->second.there;
        if (out && !kept) {
            return;
        }
        const auto where = std::pair(place_of(name), target);
        auto& found =
            notes_
                .try_emplace(where, hotel_violation{name,
                                                    collection,
                                                    kept    ? violation_kind::target_kept
                                                    : known ? violation_kind::target_gone
                                                            : violation_kind::target_unknown,
                                                    encoded(target),
                                                    {},
                                                    {}})
                .first->second;
        if (!kept || stays) {
            (kept ? found.winners : found.losers).push_back(source);
        }
    }

    template <class Record>
    static void show(const std::string& name, const rows<Record>& from, hotel_view& into) {
        for (const auto& [id, row] : from) {
            if (row.out) {
                into.shown[name].insert(id);
            }
        }
    }

    const hotel_replica::log_type& log_;
    state<hotel> state_;
    rows<guest> guests_;
    rows<room> rooms_;
    rows<booking> bookings_;
    std::map<std::pair<std::size_t, uuid>, hotel_violation> notes_;
    std::vector<hotel_violation> violations_;
};

}  // namespace weft::test

#endif
