#include <weft/log/admission.hpp>
#include <weft/log/transaction.hpp>

#include "replica/todo.hpp"
#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace transaction_test {

using namespace weft;
using namespace weft::test;

namespace {

struct item {
    BOOST_HANA_DEFINE_STRUCT(item,
                             (lww<std::uint32_t>, size),
                             (counter, votes),
                             (add_wins_set<std::uint32_t>, marks));
};

struct tool {
    BOOST_HANA_DEFINE_STRUCT(tool, (lww<std::uint32_t>, size), (counter, votes));
};

using shop = schema<1, collection<"items", item>, collection<"tools", tool, lww_delete>>;
using shop_replica = replica<shop, test_traits>;

/// What one who looks at a record reads; a deleted one keeps its fields.
struct reading {
    bool there = false;
    std::uint32_t size = 0;
    std::int64_t votes = 0;
    std::set<std::uint32_t> marks;
    friend bool operator==(const reading&, const reading&) = default;
};

/// By collection (0: items) and number of the record.
using model = std::map<std::pair<int, std::uint64_t>, reading>;
using places = std::set<std::pair<int, std::uint64_t>>;

constexpr std::uint64_t records =
    12;  // of each collection: more than staging goes without an index

template <class Record>
constexpr bool has_marks = std::is_same_v<Record, item>;

template <class Record>
constexpr int number_of = has_marks<Record> ? 0 : 1;

template <class Record>
ref<Record, uuid> ref_of(std::uint64_t n) {
    return {record(n)};
}

template <class Record>
reading read(const Record& from) {
    reading made{true, *from.size, static_cast<std::int64_t>(from.votes), {}};
    if constexpr (has_marks<Record>) {
        const auto& marks = from.marks.value();
        made.marks.insert(marks.begin(), marks.end());
    }
    return made;
}

template <class Record>
Record made_of(const reading& from) {
    Record made;
    made.size = from.size;
    made.votes = from.votes;
    if constexpr (has_marks<Record>) {
        for (const std::uint32_t each : from.marks) {
            made.marks.insert(each);
        }
    }
    return made;
}

/// What can be seen is what the model has; of the hidden nothing is seen.
template <class Record>
void agree(const shop_replica& held, const model& all) {
    std::size_t visible = 0;
    for (const auto& [place, wanted] : all) {
        if (place.first == number_of<Record>) {
            const Record* const found = held.find(ref_of<Record>(place.second));
            RC_ASSERT((found != nullptr) == wanted.there);
            RC_ASSERT((found == nullptr || read(*found) == wanted));
            visible += wanted.there ? 1U : 0U;
        }
    }
    std::size_t listed = 0;
    for (const auto& each : held.all<Record>()) {
        static_cast<void>(each);
        ++listed;
    }
    RC_ASSERT(listed == visible);
}

/// Some edits of one record; the editor shows at each moment what the model has.
template <class Record, class Editor>
void edit_some(Editor& editor, reading& wanted, splitmix64& random) {
    const auto check = [&] {
        RC_ASSERT(editor[&Record::size].value() == wanted.size);
        RC_ASSERT(editor[&Record::votes].value() == wanted.votes);
        if constexpr (has_marks<Record>) {
            for (std::uint32_t mark = 0; mark < 3; ++mark) {
                RC_ASSERT(editor[&Record::marks].contains(mark) == (wanted.marks.count(mark) != 0));
            }
        }
    };
    check();
    for (std::uint64_t n = random() % 4; n != 0; --n) {
        const auto value = static_cast<std::uint32_t>(random() % 3);
        switch (random() % 4) {
        case 0:
            editor[&Record::size] = value;
            wanted.size = value;
            break;
        case 1:
            editor[&Record::votes] += value;
            wanted.votes += value;
            break;
        default:
            if constexpr (has_marks<Record>) {
                if (random() % 2 == 0) {
                    editor[&Record::marks].insert(value);
                    wanted.marks.insert(value);
                } else {
                    editor[&Record::marks].erase(value);
                    wanted.marks.erase(value);
                }
            }
        }
        check();
    }
}

/// One call on the transaction and what it means. `before`: as of its beginning.
template <class Record, class Transaction>
void step(Transaction& tx,
          const shop_replica& held,
          model& all,
          const model& before,
          places& named,
          splitmix64& random) {
    const std::uint64_t n = random() % records;
    const std::pair<int, std::uint64_t> place{number_of<Record>, n};
    const ref<Record, uuid> which = ref_of<Record>(n);
    reading& wanted = all[place];
    RC_ASSERT(tx.contains(which) == wanted.there);
    switch (random() % 5) {
    case 0: {
        reading next{true,
                     static_cast<std::uint32_t>(random() % 3),
                     static_cast<std::int64_t>(random() % 5) - 2,
                     {}};
        if (has_marks<Record>) {
            next.marks = {static_cast<std::uint32_t>(random() % 3)};
        }
        RC_ASSERT(tx.upsert(which.id, made_of<Record>(next)) == which);
        wanted = next;
        named.insert(place);
        break;
    }
    case 1:
        tx.template upsert<Record>(which.id, [&](auto& editor) {
            RC_ASSERT(static_cast<bool>(editor));
            edit_some<Record>(editor, wanted, random);
        });
        wanted.there = true;
        named.insert(place);
        break;
    case 2: {
        RC_ASSERT(tx.erase(which) == wanted.there);
        if (wanted.there) {
            // What was done to its fields before is not part of an erase.
            const auto old = before.find(place);
            wanted = old == before.end() ? reading{} : old->second;
            wanted.there = false;
            named.insert(place);
        }
        RC_ASSERT(!tx.erase(which));
        break;
    }
    default: {
        const auto handle = held.handle(which);
        auto editor = handle.valid() && random() % 2 == 0 ? tx.edit(handle) : tx.edit(which);
        RC_ASSERT(static_cast<bool>(editor) == wanted.there);
        if (wanted.there) {
            edit_some<Record>(editor, wanted, random);
            named.insert(place);
        } else {
            editor[&Record::size] = 77;
            editor[&Record::votes] += 77;
        }
    }
    }
    RC_ASSERT(tx.contains(which) == wanted.there);
}

bool there(const model& all, const std::pair<int, std::uint64_t>& place) {
    const auto found = all.find(place);
    return found != all.end() && found->second.there;
}

/// Well formed; at most one mutation a record, only of records that were named, and as few deletes
/// as lead from one to the other.
void check_operation(const shop_replica& of,
                     const model& before,
                     const model& after,
                     const places& named) {
    const auto op = last_operation(of);
    RC_ASSERT(malformed(op) == errc::none);
    RC_ASSERT(!op.mutations.empty());
    places found;
    for (const auto& mutation : op.mutations) {
        for (std::uint64_t n = 0; n < records; ++n) {
            if (mutation.record == record(n)) {
                const std::pair place{mutation.collection == name_tag("items") ? 0 : 1, n};
                const bool erased = mutation.kind == mutation_kind::erase;
                RC_ASSERT(found.insert(place).second);
                RC_ASSERT(named.count(place) == 1U);
                RC_ASSERT(erased == !there(after, place));
                RC_ASSERT(there(before, place) || !erased);
            }
        }
    }
    RC_ASSERT(found.size() == op.mutations.size());
}

enum class ending : std::uint8_t { commits, throws, rolls_back };

}  // namespace

TEST_CASE("log/transaction: it shows what it did so far, and does it whole or not at all") {
    int kinds[3]{};
    property("log/transaction: oracle", 150, [&](std::uint64_t seed) {
        splitmix64 random{seed};
        world here;
        shop_replica alice(actor(1), here.around());
        model held;
        for (int round = 0; round < 8; ++round) {
            const byte_buffer before = alice.save();
            const auto size = alice.size();
            model all = held;
            places named;
            const auto end = static_cast<ending>(random() % 4 % 3);
            ++kinds[static_cast<int>(end)];
            bool thrown = false;
            try {
                alice.transact([&](auto& tx) {
                    for (std::uint64_t n = random() % (random() % 3 == 0 ? 60 : 6); n != 0; --n) {
                        if (random() % 3 != 0) {
                            step<item>(tx, alice, all, held, named, random);
                        } else {
                            step<tool>(tx, alice, all, held, named, random);
                        }
                        // Nobody else sees it yet.
                        RC_ASSERT(alice.size() == size);
                    }
                    if (end == ending::throws) {
                        throw 7;
                    }
                    if (end == ending::rolls_back) {
                        tx.rollback();
                    }
                });
            } catch (int) {
                thrown = true;
            }
            RC_ASSERT(thrown == (end == ending::throws));
            if (end == ending::commits) {
                if (alice.size() != size) {
                    RC_ASSERT(alice.size() == size + 1);
                    check_operation(alice, held, all, named);
                }
                held = all;
            } else {
                RC_ASSERT(alice.save() == before);
            }
            agree<item>(alice, held);
            agree<tool>(alice, held);
        }
        // Whoever is sent the operations reads the same.
        shop_replica bob(actor(2), here.around());
        static_cast<void>(pull(bob, alice));
        agree<item>(bob, held);
        agree<tool>(bob, held);
        RC_ASSERT(bob.state_digest() == alice.state_digest());
    });
    for (const int each : kinds) {
        CHECK(each > 0);
    }
}

TEST_CASE("log/transaction: an editor of a missing record has no effect, though it comes later") {
    world here;
    shop_replica alice(actor(1), here.around());
    alice.transact([](auto& tx) {
        auto missing = tx.edit(ref_of<item>(1));
        tx.template upsert<item>(record(1), [](auto& editor) { editor[&item::size] = 1; });
        missing[&item::size] = 2;
        missing[&item::votes] += 2;
        CHECK_FALSE(static_cast<bool>(missing));
        CHECK(static_cast<bool>(tx.edit(ref_of<item>(1))));
    });
    CHECK(read(*alice.find(ref_of<item>(1))) == reading{true, 1, 0, {}});
    CHECK(last_operation(alice).effects.size() == 1);
}

TEST_CASE("log/transaction: a handle of nowhere is a missing record") {
    world here;
    shop_replica alice(actor(1), here.around());
    const auto nothing_there = [&](std::uint32_t row) {
        alice.transact([&](auto& tx) {
            auto editor = tx.edit(row_handle<item>{row});
            CHECK_FALSE(static_cast<bool>(editor));
            editor[&item::size] = 3;
        });
        return alice.size();
    };
    CHECK(nothing_there(0) == 0);  // not even the collection is known
    alice.transact([](auto& tx) { tx.upsert(record(1), item{}); });
    CHECK(nothing_there(1) == 1);
    CHECK(nothing_there(row_handle<item>{}.row) == 1);
}

TEST_CASE("log/transaction: an exception that the edit itself catches is the edit's business") {
    world here;
    shop_replica alice(actor(1), here.around());
    alice.transact([](auto& tx) {
        tx.template upsert<item>(record(1), [](auto& editor) { editor[&item::votes] += 1; });
        try {
            tx.edit(ref_of<item>(1))[&item::votes] += 1;
            throw 7;
        } catch (int) {
            tx.edit(ref_of<item>(1))[&item::votes] += 1;
        }
    });
    CHECK(read(*alice.find(ref_of<item>(1))) == reading{true, 0, 3, {}});
}

TEST_CASE("log/transaction: an edit that runs out of memory and goes on stages no record twice") {
    staging<shop, test_traits> staged;
    // Beyond eight mutations there is an index, which is made with the ninth.
    for (std::uint64_t n = 0; n < 40; ++n) {
        const uuid id = record(n);
        const auto before = staged.mutations().size();
        fail_each_allocation(
            [&] {
                static_cast<void>(
                    staged.template add<item>(id, staged.none, mutation_kind::insert));
            },
            [&] {
                CHECK(staged.mutations().size() == before);
                CHECK(staged.find(0, id) == staged.none);
                for (std::uint64_t k = 0; k < n; ++k) {
                    CHECK(staged.find(0, record(k)) == k);
                }
            });
        CHECK(staged.find(0, id) == n);
    }
    staged.clear();
    CHECK(staged.find(0, record(0)) == staged.none);
}

}  // namespace transaction_test
