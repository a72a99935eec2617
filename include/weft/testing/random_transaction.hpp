/// Random transactions over a few records, and what their writer has to see afterwards: alone,
/// a replica is sequential, whatever its policies do about concurrency.
#ifndef WEFT_TESTING_RANDOM_TRANSACTION_HPP
#define WEFT_TESTING_RANDOM_TRANSACTION_HPP

#include <weft/testing/comparison.hpp>

namespace weft::testing {

/// The ids that transactions write to: neighbours, and both ends of the range.
template <class RecordId = uuid>
[[nodiscard]] RecordId record_number(std::uint32_t number) noexcept {
    switch (number) {
    case 1:
        return RecordId::of(0, 0);
    case 2:
        return RecordId::of(~std::uint64_t{0}, ~std::uint64_t{0});
    default:
        return RecordId::of(0x0123456789ABCDEFU, number);
    }
}

template <class Schema, class Traits>
class random_transaction {
public:
    using record_id = typename Traits::record_id;
    using replica_type = replica<Schema, Traits>;

    random_transaction(dice& from, std::uint32_t records, std::uint32_t erases) noexcept
        : from_(&from), records_(records), erases_(erases) {}

    /// Runs as the body of a transaction on `on`.
    template <class Transaction>
    void operator()(Transaction& tx, const replica_type& on) {
        for (std::uint32_t n = from_->percent(70) ? 1 : 1 + from_->below(4); n > 0; --n) {
            with_collection(from_->below(Schema::count), [&]<class Collection>(std::size_t number) {
                touch<Collection>(tx, on, number);
            });
        }
    }

    /// What the writer should see and does not, in words; empty if all is well.
    [[nodiscard]] std::string unmet(const replica_type& on) const {
        std::string text;
        for (const auto& [key, wanted] : wanted_) {
            const record_id id = key.second;
            const auto& record = wanted;
            with_collection(static_cast<std::uint32_t>(key.first),
                            [&]<class Collection>(std::size_t /*number*/) {
                                const auto found = look<Collection>(on, id, record);
                                text = text.empty() ? found : text;
                            });
        }
        return text;
    }

private:
    struct intended {
        bool visible = false;
        std::vector<std::optional<rendering>> fields;  ///< nothing: can't be told
    };

    template <class Visitor>
    static void with_collection(std::uint32_t number, Visitor&& visitor) {
        schema_names<Schema>::with(
            number, [&]<class Collection>() { visitor.template operator()<Collection>(number); });
    }

    template <class Collection>
    [[nodiscard]] static std::string
    look(const replica_type& on, const record_id& id, const intended& wanted) {
        using record_type = typename Collection::record_type;
        const auto* const shown = on.template find<record_type>(id);
        const std::string place = std::string(Collection::name) + " " + printed(id);
        if ((shown != nullptr) != wanted.visible) {
            return place + (wanted.visible ? " is not there after a local insert"
                                           : " is still there after a local erase");
        }
        std::string text;
        if (shown != nullptr) {
            Collection::fields::each([&]<class Field>(std::size_t i) {
                const auto value =
                    policy_model<typename Field::policy_type>::shown(shown->*Field::pointer);
                if (text.empty() && wanted.fields[i] && *wanted.fields[i] != value) {
                    text = place + " " + std::string(Field::name) + " was set to " +
                           printed(*wanted.fields[i]) + " and shows " + printed(value);
                }
            });
        }
        return text;
    }

    /// What is intended for a record so far: at first what is there.
    template <class Collection>
    [[nodiscard]] intended& now(const replica_type& on, std::size_t number, const record_id& id) {
        using record_type = typename Collection::record_type;
        intended& wanted = wanted_[{number, id}];
        if (wanted.fields.empty()) {
            wanted.fields.resize(Collection::fields::count);
            if (const auto* const held = on.template find<record_type>(id)) {
                wanted.visible = true;
                Collection::fields::each([&]<class Field>(std::size_t i) {
                    wanted.fields[i] =
                        policy_model<typename Field::policy_type>::shown(held->*Field::pointer);
                });
            }
        }
        return wanted;
    }

    template <class Collection, class Transaction>
    void touch(Transaction& tx, const replica_type& on, std::size_t number) {
        using record_type = typename Collection::record_type;
        const ref<record_type, record_id> record{record_number<record_id>(from_->below(records_))};
        if (from_->percent(erases_)) {
            intended& after = now<Collection>(on, number, record.id);
            static_cast<void>(tx.erase(record));
            forget(after, false);
            return;
        }
        const bool there = now<Collection>(on, number, record.id).visible;
        const std::uint32_t mood = there || from_->percent(15) ? from_->below(12) : from_->below(6);
        if (mood < 4) {
            replace<Collection>(tx, on, number, record.id, mood != 0);
        } else if (mood < 6) {
            intended& after = now<Collection>(on, number, record.id);
            forget(after, true);
            tx.template upsert<record_type>(
                record.id, [&](auto& editor) { edit_fields<Collection>(editor, after); });
        } else {
            intended& after = now<Collection>(on, number, record.id);
            auto editor = tx.edit(record);
            if (editor) {
                edit_fields<Collection>(editor, after);
            } else {
                intended nowhere = after;  // edits of what is not there go nowhere
                edit_fields<Collection>(editor, nowhere);
            }
        }
    }

    /// Hidden records keep their fields, which nobody can see meanwhile.
    static void forget(intended& record, bool visible) {
        if (!visible || !record.visible) {
            for (auto& field : record.fields) {
                field.reset();
            }
        }
        record.visible = visible;
    }

    template <class Collection, class Transaction>
    void replace(Transaction& tx,
                 const replica_type& on,
                 std::size_t number,
                 const record_id& id,
                 bool own_id) {
        typename Collection::record_type value;
        Collection::fields::each([&]<class Field>(std::size_t /*i*/) {
            if (from_->percent(70)) {
                value.*Field::pointer = policy_model<typename Field::policy_type>::detached(*from_);
            }
        });
        const auto record = own_id ? tx.upsert(id, value) : tx.insert(value);
        intended& after = now<Collection>(on, number, record.id);
        forget(after, true);
        const auto& wanted = value;
        Collection::fields::each([&]<class Field>(std::size_t i) {
            policy_model<typename Field::policy_type>::replaced(wanted.*Field::pointer,
                                                                after.fields[i]);
        });
    }

    template <class Collection, class Editor>
    void edit_fields(Editor& editor, intended& after) {
        const std::uint32_t chosen = from_->below(Collection::fields::count);
        const bool more = from_->percent(30);
        Collection::fields::each([&]<class Field>(std::size_t i) {
            if (i == chosen || (more && from_->percent(25))) {
                policy_model<typename Field::policy_type>::edit(editor[Field::pointer], *from_,
                                                                after.fields[i]);
            }
        });
    }

    dice* from_;
    std::uint32_t records_;
    std::uint32_t erases_;
    std::map<std::pair<std::size_t, record_id>, intended> wanted_;
};

}  // namespace weft::testing

#endif
