#include <weft/base/random.hpp>
#include <weft/base/value_codecs.hpp>
#include <weft/causal/traits.hpp>
#include <weft/log/mutation_writer.hpp>
#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/lww.hpp>
#include <weft/model/field.hpp>

#include "support/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace mutation_writer_test {

using weft::byte_buffer;
using weft::event_dot;
using weft::local_event;
using weft::mutation_kind;
using weft::splitmix64;

namespace {

using writer = weft::mutation_writer<weft::default_traits>;
using made_operation = weft::operation<weft::default_traits>;
using event_name = event_dot<weft::actor_id>;

struct item {
    BOOST_HANA_DEFINE_STRUCT(item,
                             (weft::lww<std::uint32_t>, size),
                             (weft::add_wins_set<std::uint32_t>, marks));
};

using fields = weft::record_fields<item>;
using size_field = fields::nth<0>;
using marks_field = fields::nth<1>;

/// What the writer asks of a log: who the slots are. The order of actors is not that of slots.
struct names {
    [[nodiscard]] weft::dot<weft::actor_id> dot_of(weft::local_dot of) const noexcept {
        return {weft::actor_id::of(9 - of.slot.value, 1), of.sequence};
    }
};

event_name named(const local_event& of) {
    return {names().dot_of(of.operation), of.ordinal};
}

/// Few enough to repeat.
weft::observed_list some_dots(splitmix64& random) {
    weft::observed_list made;
    for (std::uint64_t n = random() % 3 == 0 ? 0 : random() % (random() % 5 == 0 ? 40 : 5); n != 0;
         --n) {
        made.push_back({{{static_cast<std::uint32_t>(random() % 4)},
                         static_cast<weft::sequence>(1 + random() % 3)},
                        static_cast<std::uint32_t>(random() % 2)});
    }
    return made;
}

/// Appends what the operation is to hold, array by array.
struct plain {
    made_operation op;

    void begin(std::uint32_t collection, mutation_kind kind, const weft::uuid& id) {
        op.mutations.push_back({collection, kind, id, {dots(), 0}, {effects(), 0}});
    }

    void observe(const weft::observed_list& observed) {
        std::vector<event_name> all;
        for (const local_event& each : observed) {
            all.push_back(named(each));
        }
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        op.observed.append(all.data(), all.data() + all.size());
        op.mutations.back().observed.count = static_cast<std::uint32_t>(all.size());
    }

    void effect(std::uint32_t tag,
                std::uint32_t kind,
                const weft::observed_list& observed,
                byte_buffer bytes) {
        weft::effect_entry made{tag, kind, {dots(), 0}, {}};
        for (const local_event& each : observed) {
            op.observed.push_back(named(each));
        }
        made.observed.count = static_cast<std::uint32_t>(observed.size());
        made.payload = {static_cast<std::uint32_t>(op.payload.size()),
                        static_cast<std::uint32_t>(bytes.size())};
        op.payload.insert(op.payload.end(), bytes.begin(), bytes.end());
        op.effects.push_back(made);
        ++op.mutations.back().effects.count;
    }

    [[nodiscard]] std::uint32_t dots() const {
        return static_cast<std::uint32_t>(op.observed.size());
    }

    [[nodiscard]] std::uint32_t effects() const {
        return static_cast<std::uint32_t>(op.effects.size());
    }
};

template <class Field>
byte_buffer encoded(const typename Field::policy_type::effect& value) {
    byte_buffer bytes;
    weft::byte_writer out(bytes);
    Field::policy_type::encode(value, out);
    return bytes;
}

/// One mutation of both, out of random numbers; some updates of nothing.
void write_one(made_operation& op, plain& model, splitmix64& random) {
    static constexpr mutation_kind kinds[]{mutation_kind::insert, mutation_kind::update,
                                           mutation_kind::erase};
    const mutation_kind kind = kinds[random() % 3];
    const auto collection = static_cast<std::uint32_t>(random() % 3);
    const weft::uuid id = weft::uuid::of(random() % 4, 7);
    const std::uint64_t set = kind == mutation_kind::erase ? 0 : random() % 4;
    const bool none = kind == mutation_kind::update && set == 0;

    weft::observed_list observed = some_dots(random);
    writer out(op, observed);
    out.begin(collection, kind, id);
    out.observe_record(names());
    if (!none) {
        model.begin(collection, kind, id);
        model.observe(observed);
    }
    const auto effect = [&]<class Field>(const typename Field::policy_type::effect& value) {
        observed = some_dots(random);
        model.effect(Field::tag, Field::kind, observed, encoded<Field>(value));
        if (random() % 2 == 0) {
            out.effect<Field>(value, names());
            return;
        }
        std::vector<event_name> all;
        for (const local_event& each : observed) {
            all.push_back(named(each));
        }
        observed.clear();  // these come otherwise
        out.effect_observing<Field>(value, all);
    };
    if ((set & 1U) != 0) {
        weft::lww<std::uint32_t>::effect value;
        value.assign(static_cast<std::uint32_t>(random()) >> random() % 32);
        effect.operator()<size_field>(value);
    }
    if ((set & 2U) != 0) {
        const weft::add_wins_set<std::uint32_t> held;
        weft::add_wins_set<std::uint32_t>::effect value;
        weft::add_wins_set<std::uint32_t>::editor edit(held, value);
        for (std::uint32_t n = 0; n <= random() % 3; ++n) {
            edit.insert(n);
        }
        effect.operator()<marks_field>(value);
    }
    out.finish();
}

}  // namespace

TEST_CASE("log/mutation_writer: mutation by mutation, the arrays are those of a plain account") {
    weft::test::property("log/mutation_writer: oracle", 300, [](std::uint64_t seed) {
        splitmix64 random{seed};
        made_operation op;
        plain model;
        for (std::uint64_t n = random() % 6; n != 0; --n) {
            write_one(op, model, random);
            RC_ASSERT(op == model.op);
        }
    });
}

TEST_CASE("log/mutation_writer: a record's dots stand in the order of actors, not of slots") {
    // Slots 0 to 2 are actors 9 to 7; what was said twice is named once.
    const weft::observed_list observed{{{{0}, 1}, 0}, {{{2}, 5}, 1}, {{{1}, 1}, 0},
                                       {{{2}, 5}, 0}, {{{0}, 1}, 0}, {{{2}, 5}, 1}};
    made_operation op;
    writer out(op, observed);
    out.begin(1, mutation_kind::erase, {});
    out.observe_record(names());
    out.finish();
    REQUIRE(op.mutations.size() == 1);
    CHECK(op.mutations[0].observed == weft::slice{0, 4});
    const weft::lean_vector<event_name> wanted{named(observed[3]), named(observed[1]),
                                               named(observed[2]), named(observed[0])};
    CHECK(op.observed == wanted);
}

TEST_CASE("log/mutation_writer: only an update needs effects to be one") {
    for (const mutation_kind kind :
         {mutation_kind::insert, mutation_kind::update, mutation_kind::erase}) {
        const weft::observed_list observed{{{{0}, 1}, 0}};
        made_operation op;
        for (int n = 0; n < 2; ++n) {
            writer out(op, observed);
            out.begin(1, kind, {});
            out.observe_record(names());
            out.finish();
        }
        const std::size_t wanted = kind == mutation_kind::update ? 0 : 2;
        CHECK(op.mutations.size() == wanted);
        CHECK(op.observed.size() == wanted);
    }
}

}  // namespace mutation_writer_test
