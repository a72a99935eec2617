/// Random operations for the tests of log/ and wire/: histories that are admissible from the first
/// operation on, and lists that are merely well formed. Everything follows from a seed.
#ifndef WEFT_TESTS_SUPPORT_HISTORY_HPP
#define WEFT_TESTS_SUPPORT_HISTORY_HPP

#include <weft/base/random.hpp>
#include <weft/causal/traits.hpp>
#include <weft/log/canonical.hpp>
#include <weft/log/operation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

namespace weft::test {

/// An operation and its content address.
template <class Traits>
struct addressed {
    operation<Traits> op;
    typename Traits::hasher::digest_type address{};
};

template <class Traits>
using history = std::vector<addressed<Traits>>;

struct history_options {
    std::uint32_t operations = 40;
    std::uint32_t actors = 4;
    std::uint32_t records = 12;
    std::uint32_t merge_percent = 30;  ///< operations that see another actor's
    std::uint32_t payload_max = 9;     ///< bytes of most payloads
    std::uint32_t huge_per_mille = 0;  ///< payloads of up to a mebibyte
    bool dots = true;
};

/// Identifiers of any kind from small numbers, in another order than theirs.
template <class Id>
[[nodiscard]] Id id_from(std::uint64_t number) {
    std::byte bytes[identifier_traits<Id>::size];
    splitmix64 source{number * 3 + 1};
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(source());
    }
    return identifier_traits<Id>::read(bytes);
}

/// Makes operations; the two public functions below it are what tests call.
template <class Traits>
class operation_maker {
public:
    using actor_id = typename Traits::actor_id;
    using record_id = typename Traits::record_id;
    using operation_type = operation<Traits>;
    using dot_type = dot<actor_id>;

    operation_maker(std::uint64_t seed, const history_options& options)
        : options_(options), source_{seed} {}

    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return source_() % limit; }

    [[nodiscard]] bool chance(std::uint64_t percent) { return below(100) < percent; }

    /// Appends random mutations whose dots are taken from `seen`.
    void fill(operation_type& op, const std::vector<dot_type>& seen) {
        op.schema_version = chance(90) ? 1 : static_cast<std::uint32_t>(below(5));
        const std::uint64_t count = chance(70) ? 1 : below(4);
        for (std::uint64_t i = 0; i != count; ++i) {
            add_mutation(op, seen);
        }
    }

    [[nodiscard]] std::uint64_t number() { return source_(); }

private:
    void add_mutation(operation_type& op, const std::vector<dot_type>& seen) {
        mutation_entry<record_id> mutation;
        mutation.collection = chance(80) ? 7 : static_cast<std::uint32_t>(0xFFFFFFF0U + below(3));
        mutation.kind = chance(60)   ? mutation_kind::update
                        : chance(50) ? mutation_kind::insert
                                     : mutation_kind::erase;
        mutation.record = id_from<record_id>(1000 + below(options_.records));
        mutation.observed = add_dots(op, seen, true);
        mutation.effects.first = static_cast<std::uint32_t>(op.effects.size());
        std::set<std::uint32_t> fields;
        if (mutation.kind != mutation_kind::erase) {
            const std::uint64_t wanted =
                (mutation.kind == mutation_kind::update ? 1 : 0) + below(chance(80) ? 2 : 7);
            while (fields.size() < wanted) {
                fields.insert(static_cast<std::uint32_t>(below(8) * 0x20000001U));
            }
        }
        for (const std::uint32_t field : fields) {
            effect_entry effect;
            effect.field = field;
            effect.kind = chance(95) ? 257 : static_cast<std::uint32_t>(source_());
            effect.observed = add_dots(op, seen, false);
            effect.payload = add_payload(op);
            op.effects.push_back(effect);
            ++mutation.effects.count;
        }
        op.mutations.push_back(mutation);
    }

    [[nodiscard]] slice
    add_dots(operation_type& op, const std::vector<dot_type>& seen, bool ascending) {
        slice which{static_cast<std::uint32_t>(op.observed.size()), 0};
        if (!options_.dots || seen.empty() || chance(70)) {
            return which;
        }
        std::vector<event_dot<actor_id>> dots;
        const std::uint64_t wanted = 1 + below(chance(90) ? 4 : 40);
        for (std::uint64_t i = 0; i != wanted; ++i) {
            const std::uint32_t ordinal = chance(80) ? 0 : static_cast<std::uint32_t>(source_());
            dots.push_back({seen[static_cast<std::size_t>(below(seen.size()))], ordinal});
        }
        if (ascending) {
            std::sort(dots.begin(), dots.end());
            dots.erase(std::unique(dots.begin(), dots.end()), dots.end());
        }
        op.observed.append(dots.data(), dots.data() + dots.size());
        which.count = static_cast<std::uint32_t>(dots.size());
        return which;
    }

    [[nodiscard]] slice add_payload(operation_type& op) {
        std::uint64_t size = below(options_.payload_max + 1U);
        if (below(1000) < options_.huge_per_mille) {
            size = below((1U << 20U) + 1);
        }
        const slice which{static_cast<std::uint32_t>(op.payload.size()),
                          static_cast<std::uint32_t>(size)};
        for (std::uint64_t i = 0; i != size; ++i) {
            op.payload.push_back(static_cast<std::byte>(source_()));
        }
        return which;
    }

    history_options options_;
    splitmix64 source_;
};

/// An admissible history in causal order: parents precede children and are an antichain, an
/// actor's previous operation is in its next one's past, times grow, dots were seen.
template <class Traits>
[[nodiscard]] history<Traits> random_history(std::uint64_t seed,
                                             const history_options& options = {}) {
    using actor_id = typename Traits::actor_id;
    using counts = weft::lean_vector<sequence>;
    operation_maker<Traits> make(seed, options);
    history<Traits> made;
    std::vector<actor_id> actors;
    for (std::uint32_t i = 0; i != options.actors; ++i) {
        actors.push_back(id_from<actor_id>(i));
    }
    std::vector<counts> past;                                  // by operation: itself included
    std::vector<std::vector<std::size_t>> of(options.actors);  // by actor: its operations
    const auto join = [](counts& a, const counts& b) {
        for (std::size_t i = 0; i != a.size(); ++i) {
            a[i] = std::max(a[i], b[i]);
        }
    };
    while (made.size() != options.operations) {
        const auto actor = static_cast<std::size_t>(make.below(options.actors));
        counts sees(options.actors, 0);
        if (!of[actor].empty()) {
            join(sees, past[of[actor].back()]);
        }
        while (!made.empty() && make.chance(options.merge_percent)) {
            join(sees, past[static_cast<std::size_t>(make.below(made.size()))]);
        }
        addressed<Traits> next;
        next.op.id = {actors[actor], static_cast<sequence>(of[actor].size() + 1)};
        next.op.at.bits = make.below(1000);
        std::vector<dot<actor_id>> seen;
        for (std::size_t a = 0; a != sees.size(); ++a) {
            if (sees[a] == 0) {
                continue;
            }
            for (sequence n = 1; n <= sees[a]; ++n) {
                seen.push_back({actors[a], n});
            }
            const std::size_t last = of[a][sees[a] - 1];
            bool maximal = true;
            for (std::size_t b = 0; b != sees.size(); ++b) {
                maximal =
                    maximal && (b == a || sees[b] == 0 || past[of[b][sees[b] - 1]][a] < sees[a]);
            }
            if (maximal) {
                next.op.parents.push_back({made[last].op.id, made[last].address});
                next.op.at.bits =
                    std::max(next.op.at.bits,
                             made[last].op.at.bits + 1 + make.below(make.chance(90) ? 3 : 70));
            }
        }
        std::sort(next.op.parents.begin(), next.op.parents.end(), [](const auto& a, const auto& b) {
            const dot<actor_id>& left = a.operation;
            const dot<actor_id>& right = b.operation;
            return left < right;
        });
        make.fill(next.op, seen);
        next.address = address_of(next.op);
        of[actor].push_back(made.size());
        ++sees[actor];
        past.push_back(std::move(sees));
        made.push_back(std::move(next));
    }
    return made;
}

/// Operations that are well formed and no more: sequences with gaps, parents from anywhere, times
/// and dots that mean nothing. Parents in the list precede their children, as a batch wants it.
template <class Traits>
[[nodiscard]] history<Traits> random_operations(std::uint64_t seed,
                                                const history_options& options = {}) {
    using actor_id = typename Traits::actor_id;
    operation_maker<Traits> make(seed, options);
    history<Traits> made;
    const auto actors = options.actors;
    std::vector<std::uint64_t> last(actors, 0);
    std::set<dot<actor_id>> later;  // dots that a parent must not name: they may follow
    const auto address_for = [](const dot<actor_id>& of) {
        typename Traits::hasher::digest_type any{};
        any.bytes.back() = static_cast<std::byte>(of.sequence | 1U);
        identifier_traits<std::uint32_t>::write(of.sequence, any.bytes.data());
        return any;
    };
    // Sequences are drawn first, so that outside parents can keep clear of them.
    std::vector<dot<actor_id>> ids;
    while (ids.size() < options.operations) {
        const auto actor = static_cast<std::size_t>(make.below(actors));
        std::uint64_t step = make.chance(80) ? 1 : 1 + make.below(5);
        if (make.below(200) == 0) {
            step = make.number() % 0xFFFFFFFFU;
        }
        if (last[actor] + step > 0xFFFFFFFFU) {
            continue;
        }
        last[actor] += step;
        ids.push_back({id_from<actor_id>(actor), static_cast<sequence>(last[actor])});
    }
    later.insert(ids.begin(), ids.end());
    std::vector<dot<actor_id>> before;
    for (const dot<actor_id>& id : ids) {
        addressed<Traits> next;
        next.op.id = id;
        next.op.at.bits = make.chance(50) ? make.number() % 0xFFFFFFFFFFFE0000U : make.below(3);
        std::set<dot<actor_id>> parents;
        if (id.sequence != 1 && make.chance(80)) {
            parents.insert({id.actor, id.sequence - 1});
        }
        while (make.chance(options.merge_percent)) {
            dot<actor_id> parent{
                id_from<actor_id>(make.below(actors)),
                static_cast<sequence>(1 + make.below(make.chance(50) ? 50 : 0xFFFFFFFFU))};
            if (!before.empty() && make.chance(60)) {
                parent = before[static_cast<std::size_t>(make.below(before.size()))];
            }
            if (!later.contains(parent) &&
                (parent.actor != id.actor || parent.sequence < id.sequence)) {
                parents.insert(parent);
            }
        }
        for (const dot<actor_id>& parent : parents) {
            next.op.parents.push_back({parent, address_for(parent)});
        }
        later.erase(id);
        before.push_back(id);
        make.fill(next.op, before);
        next.address = address_of(next.op);
        made.push_back(std::move(next));
    }
    return made;
}

}  // namespace weft::test

#endif
